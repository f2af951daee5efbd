//! Every route × everybody × own and other assessments, against the running server: what the one function decides is
//! what happens. And what protects forms and sessions.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test stops where something is wrong")]

mod common;

use common::http::{Program, Reply, send, token_part};
use common::server::Server;
use zhunsheng_web::api;
use zhunsheng_web::routes::{Run, all};
use zhunsheng_workspace::{Action, Actor, Decision, NewUser, Resource, Role, Scope, SignIn, authorize};

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// Fills the address: the assessment, and ids that are there or not.
fn address(path: &str, case: &str) -> String {
    let ids = [
        ("{key}", "activities"),
        ("{id}", "face-capture"),
        ("{secret}", "no-secret"),
        ("{user}", "nobody"),
        ("{conflict}", "none"),
        ("{name}", "result.json"),
    ];
    ids.iter().fold(path.replace("{case}", case), |path, (name, id)| path.replace(name, id))
}

/// What an answer says of leave.
fn said(reply: &Reply) -> &'static str {
    match reply.status {
        303 if reply.header("location").starts_with("/login?next=") => "sign in",
        403 => "forbidden",
        404 => "hidden",
        500.. => "broken",
        _ => "allowed",
    }
}

#[test]
fn every_route_asks_for_leave_and_gets_what_is_decided() {
    let server = Server::demo();
    let own = server.case("门店");
    // An assessment of somebody else, in which nobody of the demonstration but the administrator has any part.
    let other = foreign_case(&server);
    let mut people: Vec<(Actor, Option<Role>, Program)> = Vec::new();
    for user in &server.users {
        let program = Program::sign_in(&server.base, &user.login, &user.password);
        let (actor, _) = server.workspace.session(program.cookie.trim_start_matches("zs_session=")).unwrap();
        people.push((actor, user.role, program));
    }
    let nobody = Program::visitor(&server.base);
    let (mut tried, mut wrong) = (0, Vec::new());
    for route in all() {
        assert_eq!(route.action.in_assessment(), route.path.contains("{case}"), "{}: action and address", route.path);
        // Signing out would end the sessions under test.
        if route.path == "/logout" || route.path.starts_with("/account/sessions") {
            continue;
        }
        for (case, foreign) in [(own.as_str(), false), (other.as_str(), true), ("nosuch", true)] {
            if !route.path.contains("{case}") && foreign {
                continue;
            }
            let stranger = Actor::nobody();
            let everybody = people.iter().map(|(actor, role, program)| (actor, *role, program));
            for (actor, role, program) in everybody.chain([(&stranger, None, &nobody)]) {
                let login = actor.name();
                let resource = match route.path.contains("{case}") {
                    true => Resource::Assessment { id: case.to_owned(), role: role.filter(|_| !foreign) },
                    false => Resource::House,
                };
                let mut expected = match authorize(actor, route.action, &resource) {
                    Decision::Allow => "allowed",
                    Decision::Forbidden => "forbidden",
                    Decision::Hidden => "hidden",
                    Decision::SignIn => "sign in",
                };
                if case == "nosuch" && !login.is_empty() {
                    expected = "hidden";
                }
                let method = route.method.as_str();
                let path = address(route.path, case);
                let mut headers = vec![("Cookie", program.cookie.as_str()), FORM];
                let mut body = String::new();
                if method == "POST" {
                    match route.run {
                        Run::Page(_) => body = format!("csrf={}", program.token),
                        Run::Upload(_) => {
                            headers.pop();
                            headers.push(("Content-Type", "multipart/form-data; boundary=x"));
                            body = format!("{}--x--\r\n", token_part(&program.token, "x"));
                        }
                    }
                }
                let reply = send(&server.base, method, &path, &headers, &body);
                tried += 1;
                let got = said(&reply);
                // Where leave is given, the thing named may still not be there.
                let fits =
                    got == expected || (expected == "allowed" && got == "hidden" && path_names_a_thing(route.path));
                if !fits {
                    wrong.push(format!("{login} {method} {path}: {got} ({}), expected {expected}", reply.status));
                }
                if method == "POST" && expected == "allowed" {
                    // A token in the address is none: addresses are kept in histories and logs.
                    let address = format!("{path}?csrf={}", program.token);
                    for (path, body) in [(&path, ""), (&address, ""), (&address, "--x--\r\n")] {
                        let reply = send(&server.base, method, path, &headers, body);
                        if reply.status != 403 {
                            wrong.push(format!("{login} {method} {path} without a token: {}", reply.status));
                        }
                    }
                }
            }
        }
    }
    assert!(tried > 500, "only {tried} tried");
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
}

fn path_names_a_thing(path: &str) -> bool {
    ["{key}", "{id}", "{secret}", "{user}", "{conflict}", "/workpaper/", "/link", "/drop", "/withdraw"]
        .iter()
        .any(|part| path.contains(part))
}

/// An assessment of somebody who is no part of the demonstration.
fn foreign_case(server: &Server) -> String {
    let admin = server.workspace.sign_in(&SignIn {
        login: "admin".into(),
        password: server.password("admin").into(),
        ..SignIn::default()
    });
    let (admin, _) = server.workspace.session(&admin.unwrap().secret).unwrap();
    let house = server.workspace.allow(&admin, Action::People, None).unwrap();
    let link = server.workspace.invite(&house, "外人", true, false).unwrap();
    let new = NewUser {
        login: "outsider".into(),
        name: "外人".into(),
        password: "a long phrase of theirs".into(),
        lang: "zh".into(),
    };
    server.workspace.accept(&link, &new).unwrap();
    let out =
        server.workspace.sign_in(&SignIn { login: "outsider".into(), password: new.password, ..SignIn::default() });
    let (out, _) = server.workspace.session(&out.unwrap().secret).unwrap();
    let create = server.workspace.allow(&out, Action::Create, None).unwrap();
    server.workspace.create(&create, "别人的评估", serde_json::Map::new()).unwrap()
}

/// The same for every operation of the programming interface, by tokens of every scope, for all assessments and for one.
#[test]
fn every_operation_asks_for_leave_and_gets_what_is_decided() {
    let server = Server::demo();
    let (own, second, other) = (server.case("门店"), server.case("汽车"), foreign_case(&server));
    let mut tokens: Vec<(Actor, Option<Role>, String)> = vec![(Actor::nobody(), None, String::new())];
    for user in &server.users {
        for (scopes, only) in
            [(&[Scope::Read][..], None), (&Scope::ALL[..], None), (&Scope::ALL[..], Some(second.as_str()))]
        {
            let token = server.token(&user.login, scopes, only);
            tokens.push((server.workspace.bearer(&token).unwrap(), user.role, token));
        }
    }
    let (mut tried, mut wrong) = (0, Vec::new());
    for operation in api::all() {
        let in_case = operation.path.contains("{case}");
        assert_eq!(operation.action.in_assessment(), in_case, "{}: action and address", operation.path);
        for (case, foreign) in [(own.as_str(), false), (other.as_str(), true), ("nosuch", true)] {
            if !in_case && foreign {
                continue;
            }
            for (actor, role, token) in &tokens {
                let resource = if in_case {
                    Resource::Assessment { id: case.to_owned(), role: role.filter(|_| !foreign) }
                } else {
                    Resource::House
                };
                let mut expected = match authorize(actor, operation.action, &resource) {
                    Decision::Allow => "allowed",
                    Decision::Forbidden => "forbidden",
                    Decision::Hidden => "hidden",
                    Decision::SignIn => "sign in",
                };
                if case == "nosuch" && actor.signed_in() {
                    expected = "hidden";
                }
                let path = address(&format!("{}{}", api::ROOT, operation.path), case)
                    .replace("{at}", "5.2.2@nobody")
                    .replace("{login}", "nobody")
                    .replace("{hash}", "none")
                    .replace("{name}", "none");
                let bearer = format!("Bearer {token}");
                let media = operation.takes().unwrap_or("text/plain");
                let mut headers = vec![("Content-Type", media), ("If-Match", "\"999\"")];
                if !token.is_empty() {
                    headers.push(("Authorization", &bearer));
                }
                let reply = send(&server.base, operation.method.as_str(), &path, &headers, "{}");
                tried += 1;
                let got = match reply.status {
                    401 => "sign in",
                    403 => "forbidden",
                    404 => "hidden",
                    500.. => "broken",
                    _ => "allowed",
                };
                let names_a_thing = operation.path.rsplit("{case}").next().is_some_and(|rest| rest.contains('{'));
                if got != expected && !(expected == "allowed" && got == "hidden" && names_a_thing) {
                    let name = operation.name;
                    wrong.push(format!(
                        "{} {name} {path}: {got} ({}), expected {expected}",
                        actor.name(),
                        reply.status
                    ));
                }
            }
        }
    }
    assert!(tried > 4000, "only {tried} tried");
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_answer_carries_the_headers_that_protect_it() {
    let server = Server::demo();
    for path in ["/login", "/static/app.css", "/nowhere", "/a/x"] {
        let reply = send(&server.base, "GET", path, &[], "");
        let policy = reply.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("referrer-policy"), "same-origin", "{path}");
    }
    let page = send(&server.base, "GET", "/login", &[], "");
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("strict-transport-security"), "", "this one is not reached by https");
    let public = Server::demo_behind("https://zhunsheng.example");
    for path in ["/login", "/static/app.css", "/nowhere", "/api/v1/me"] {
        let reply = send(&public.base, "GET", path, &[], "");
        assert!(reply.header("strict-transport-security").starts_with("max-age="), "{path}");
    }
}

#[test]
fn a_form_from_elsewhere_is_refused() {
    let server = Server::demo();
    let lead = Program::sign_in(&server.base, "lead", server.password("lead"));
    let visitor = Program::visitor(&server.base);
    let try_it = |token: &str, more: (&str, &str)| {
        let body = format!("csrf={token}&name=%E7%94%B2&lang=zh");
        send(&server.base, "POST", "/account/profile", &[("Cookie", &lead.cookie), FORM, more], &body).status
    };
    assert_eq!(try_it(&lead.token, ("X-Nothing", "")), 303);
    assert_eq!(try_it("", ("X-Nothing", "")), 403);
    assert_eq!(try_it(&visitor.token, ("X-Nothing", "")), 403);
    assert_eq!(try_it(&lead.token, ("Origin", "https://evil.example")), 403);
    assert_eq!(try_it(&lead.token, ("Sec-Fetch-Site", "cross-site")), 403);
}

#[test]
fn a_session_is_new_at_each_sign_in_and_over_after_signing_out() {
    let server = Server::demo();
    let first = Program::sign_in(&server.base, "lead", server.password("lead"));
    let second = Program::sign_in(&server.base, "lead", server.password("lead"));
    assert_ne!(first.cookie, second.cookie);
    let home = |cookie: &str| send(&server.base, "GET", "/assessments", &[("Cookie", cookie)], "").status;
    assert_eq!((home(&first.cookie), home(&second.cookie)), (200, 200));
    let out =
        send(&server.base, "POST", "/logout", &[("Cookie", &first.cookie), FORM], &format!("csrf={}", first.token));
    assert_eq!(out.status, 303);
    assert_eq!((home(&first.cookie), home(&second.cookie)), (303, 200));
    assert_eq!(home("zs_session=made-up"), 303);
}

/// Behind a proxy everybody comes from this machine: whoever guesses passwords locks themselves out, and nobody else.
#[test]
fn behind_a_proxy_each_address_is_counted_by_itself() {
    let server = Server::demo_behind("https://assess.example");
    let visitor = Program::visitor(&server.base);
    let sign_in = |from: &str, login: &str, password: &str| {
        let form = format!("csrf={}&login={login}&password={password}", visitor.token);
        let headers = [("Cookie", visitor.cookie.as_str()), FORM, ("X-Forwarded-For", from)];
        send(&server.base, "POST", "/login", &headers, &form).status
    };
    let guesses = (0..40).map(|n| sign_in("198.51.100.1, 203.0.113.9", &format!("name{n}"), "wrong"));
    assert!(guesses.collect::<Vec<_>>().contains(&429));
    assert_eq!(sign_in("203.0.113.9", "lead", server.password("lead")), 429);
    assert_eq!(sign_in("203.0.113.9, 198.51.100.1", "lead", server.password("lead")), 303);
    let sessions = server.workspace.sessions(&server.own("lead")).unwrap();
    assert!(sessions.iter().any(|session| session.peer == "198.51.100.1"), "{sessions:?}");
}

#[test]
fn bodies_are_bounded_and_garbage_is_told_from_faults_of_ours() {
    let server = Server::demo();
    let lead = Program::sign_in(&server.base, "lead", server.password("lead"));
    let large = format!("csrf={}&name={}", lead.token, "x".repeat(5 << 20));
    let reply = send(&server.base, "POST", "/account/profile", &[("Cookie", &lead.cookie), FORM], &large);
    assert_eq!(reply.status, 413);
    for path in ["/a/%00", "/a/%FF%FE", "/a/../../etc/passwd", "/static/..%2f..%2fCargo.toml", "/a/x/inventory/%7B%7B"]
    {
        let reply = send(&server.base, "GET", path, &[("Cookie", &lead.cookie)], "");
        assert!((400..500).contains(&reply.status), "{path}: {}", reply.status);
    }
}

#[test]
fn beyond_this_machine_only_when_told_to() {
    let options = zhunsheng_web::Options { listen: "0.0.0.0:0".parse().unwrap(), open: false };
    let dir = tempfile::tempdir().unwrap();
    let workspace = zhunsheng_workspace::Workspace::open(dir.path(), zhunsheng_workspace::Options::default()).unwrap();
    let app = zhunsheng_web::App::new(workspace, zhunsheng_source::Lang::Zh, None);
    let result = zhunsheng_web::serve(app, &options, |_, _| panic!("it listens"));
    assert!(result.unwrap_err().to_string().contains("--open-to-network"));
}
