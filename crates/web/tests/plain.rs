//! What pages tell, read as a program reads them: where a conclusion comes from, what waits to be settled, where a form leads.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test stops where something is wrong"
)]

mod common;

use common::http::{exchange, send, token_part};
use common::person::{FORM, Person};
use common::server::Server;

/// What stands between two words.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    text.split_once(from).and_then(|(_, rest)| rest.split_once(to)).map_or("", |(inside, _)| inside)
}

#[test]
fn an_import_is_told_once_on_a_page_that_can_be_loaded_again() {
    let server = Server::demo();
    let lead = Person::new(&server, "lead", "门店");
    let archive = lead.get("/dossier.zip").bytes;
    let form = |token: &str| {
        let head = "--zs\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.zip\"\r\n\r\n";
        [token_part(token, "zs").as_bytes(), head.as_bytes(), &archive, b"\r\n--zs--\r\n"].concat()
    };
    let (to, media) = (format!("/a/{}/transfer", lead.case), ("Content-Type", "multipart/form-data; boundary=zs"));
    let said =
        exchange(&server.base, "POST", &to, &[("Cookie", &lead.program.cookie), media], &form(&lead.program.token));
    assert_eq!((said.status, said.header("location")), (303, to.as_str()), "{}", said.body);
    assert!(lead.page("/transfer").contains("已导入"));
    assert!(!lead.page("/transfer").contains("已导入"));
    // The outcome of one assessment is not told in another.
    exchange(&server.base, "POST", &to, &[("Cookie", &lead.program.cookie), media], &form(&lead.program.token));
    let other = Person { server: &server, case: server.case("示例汽车"), program: lead.program };
    assert!(!other.page("/transfer").contains("已导入"));
    // Another's token opens nothing, and a file is not taken before the token came.
    let cookie = &other.program.cookie;
    let wrong = exchange(&server.base, "POST", &to, &[("Cookie", cookie), media], &form(&"0".repeat(64)));
    assert_eq!(wrong.status, 403);
    let token = token_part(&other.program.token, "zs");
    let late = [
        &b"--zs\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.zip\"\r\n\r\nPK\r\n"[..],
        token.as_bytes(),
        b"--zs--\r\n",
    ];
    let late = exchange(&server.base, "POST", &to, &[("Cookie", cookie), media], &late.concat());
    assert_eq!(late.status, 403);
}

#[test]
fn whoever_is_signed_out_is_told_so_and_comes_back_to_a_page() {
    let server = Server::demo();
    let lead = Person::new(&server, "lead", "门店");
    let over = ("Cookie", "zs_session=0123456789abcdef0123456789abcdef");
    let page = format!("/a/{}/workpaper?at=5.2.2%40face-capture", lead.case);
    let asked = send(&server.base, "GET", &page, &[over], "");
    let login = asked.header("location").to_owned();
    assert!(login.starts_with("/login?next="), "{login}");
    assert!(send(&server.base, "GET", &login, &[over], "").body.contains("先前的登录已经结束"));
    assert!(!send(&server.base, "GET", &login, &[], "").body.contains("先前的登录已经结束"), "there was none");
    // What a form is sent to is no page: one comes back to the page it stood on, never to another site.
    let to = format!("/a/{}/workpaper/determine", lead.case);
    for (from, back) in [
        (format!("{}{page}", server.base), page.clone()),
        ("https://evil.example//evil.example/".to_owned(), "/".to_owned()),
        (String::new(), "/".to_owned()),
    ] {
        let said = send(&server.base, "POST", &to, &[over, FORM, ("Referer", &from)], "verdict=gap");
        let next = said.header("location").split_once("next=").map_or("", |(_, next)| next).to_owned();
        let coded = [("%", "%25"), ("/", "%2F"), ("?", "%3F"), ("=", "%3D")];
        assert_eq!(next, coded.iter().fold(back, |text, (plain, code)| text.replace(plain, code)), "{from}");
    }
}

/// Answers to 5.3.2 for one activity.
fn answers<'t>(
    note: &'t str,
    version: &'t str,
    step: (&'t str, &'t str),
    conflict: &'t str,
) -> Vec<(&'t str, &'t str)> {
    let place = [("leaf", "5.3.2"), ("object", "face-capture")];
    [&place[..], &[("version", version), ("note", note), step, ("conflict", conflict)]].concat()
}

#[test]
fn a_conflict_over_what_people_said_is_found_and_settled() {
    let server = Server::demo();
    let (lead, assessor) = (Person::new(&server, "lead", "门店"), Person::new(&server, "assessor", "门店"));
    let at = "/workpaper?at=5.3.2%40face-capture";
    let page = lead.page(at);
    let step = between(&page, "name=\"step.", "\"");
    let value = between(&page, &format!("name=\"step.{step}\" value=\""), "\"");
    let step = format!("step.{step}");
    let own = (step.as_str(), value);
    assert_eq!(lead.post("/workpaper/answer", &answers("one", "0", own, "")).status, 303);
    let refused = assessor.post("/workpaper/answer", &answers("another", "0", own, ""));
    assert_eq!(refused.status, 409);
    assert!(refused.body.contains(">another</textarea>"), "what was typed is still in the form");
    let conflict = |page: &str| between(page, "/conflicts/", "\"").to_owned();
    let id = conflict(&assessor.page("/conflicts"));
    assert!(!id.is_empty());
    // The list leads to where it is settled, with what was not saved in the form.
    let to = assessor.get(&format!("/conflicts/{id}"));
    assert_eq!(to.status, 303);
    let to = to.header("location").trim_start_matches(&format!("/a/{}", assessor.case)).to_owned();
    let page = assessor.page(&to);
    assert!(page.contains(">another</textarea>") && page.contains("没有保存"), "{to}");
    let version = between(&page, "name=\"version\" value=\"", "\"");
    assert!(page.contains(&format!("name=\"conflict\" value=\"{id}\"")));
    assert_eq!(assessor.post("/workpaper/answer", &answers("another", version, own, &id)).status, 303);
    assert_eq!(conflict(&assessor.page("/conflicts")), "", "saving again settles it");
    // Or what stands is kept; and a conflict over a determination is none of the answers' business.
    let determine = |seen: &'static str| {
        [("leaf", "5.3.2"), ("object", "face-capture"), ("verdict", "gap"), ("reason", "seen"), ("seen", seen)]
    };
    assert_eq!(lead.post("/workpaper/determine", &determine("")).status, 303);
    assert_eq!(assessor.post("/workpaper/determine", &determine("")).status, 409);
    let id = conflict(&assessor.page("/conflicts"));
    let page = assessor.page(at);
    let version = between(&page, "name=\"version\" value=\"", "\"");
    assert_eq!(assessor.post("/workpaper/answer", &answers("third", version, own, &id)).status, 303);
    assert_eq!(conflict(&assessor.page("/conflicts")), id);
    assert_eq!(assessor.post(&format!("/conflicts/{id}"), &[]).status, 303);
    assert_eq!(conflict(&assessor.page("/conflicts")), "");
}

#[test]
fn a_conclusion_names_what_it_rests_on() {
    let server = Server::demo();
    // A person's answers: who, when and what.
    let dealer = Person::new(&server, "lead", "示例汽车");
    let list = dealer.page("/workpaper?part=5.3&verdict=conformant&q=5.3.4");
    let row = list.split("<li><a class=\"row").find(|row| row.contains("data-at=\"5.3.4@")).expect("5.3.4 is judged");
    assert!(row.contains("由评估员的回答得出"), "{row}");
    let item = dealer.page(&format!("/workpaper?at={}", between(row, "data-at=\"", "\"").replace('@', "%40")));
    assert!(between(&item, "data-origin>", "<").contains("由评估员的回答得出"));
    let given = between(&item, "data-given>", "</ul>");
    assert!(given.contains("2026-") && given.contains("dossier.yaml:"), "{given}");
    // What was decided by facts is still automatic.
    let plain = dealer.page("/workpaper?part=5.2&verdict=conformant&q=5.2.2%40licence");
    let row = plain.split("<li><a class=\"row").nth(1).expect("5.2.2 is judged");
    assert!(!row.contains("由评估员的回答得出"), "{row}");
    let overview = dealer.page("");
    let decided = between(&overview, "id=\"h-decided\"", "</section>");
    assert!(decided.contains("据回答得出"));
    // The sentence of a policy that a gap rests on.
    let rider = Person::new(&server, "lead", "云杉");
    let item = rider.page("/workpaper?at=5.3.3%40order");
    let records = between(&item, "data-records>", "<h3>");
    assert!(records.contains("policy.md") && records.contains("订单信息"), "{records}");
    // An assessor does not read paths where there is a question, and sees severity beside the weight of a gap.
    let duties = rider.page("/obligations?show=open");
    assert!(
        duties.contains("/inventory/organisation/-#f-businesses\">") && !duties.contains(">organisation.businesses<")
    );
    let gaps = Person::new(&server, "lead", "门店").page("/gaps?severity=critical");
    let severe = |gaps: &str| gaps.matches("<span class=\"level critical\">").count();
    assert!(severe(&gaps) > 0 && !gaps.contains("<span class=\"level major\">"));
}

#[test]
fn lawfulness_is_concluded_as_every_report_concludes_it() {
    let server = Server::demo();
    for case in ["云杉", "门店", "示例汽车"] {
        let lead = Person::new(&server, "lead", case);
        let token = server.token("lead", &[zhunsheng_workspace::Scope::Read], None);
        let path = format!("/api/v1/assessments/{}/tree", lead.case);
        let tree = send(&server.base, "GET", &path, &[("Authorization", &format!("Bearer {token}"))], "");
        let tree: serde_json::Value = serde_json::from_str(&tree.body).unwrap();
        let lawful = tree["clauses"].as_array().unwrap().iter().find(|one| one["id"] == "5.2").unwrap();
        let words = lawful["conclusion"]["zh"].as_str().unwrap();
        let row = lead.page("");
        let row = between(&row, "?part=5.2\">", "</tr>");
        assert!(row.contains(words), "{case}: {row}");
        // Open as it stands, with what it comes to by 5.2.2 if the assessment ends so.
        if lawful["verdict"] == "undetermined" && lawful["conclusion"]["verdict"] == "gap" {
            assert!(row.contains("status undetermined") && row.contains("合法性基础"), "{case}: {row}");
        }
    }
}

#[test]
fn a_page_leads_only_where_its_reader_may_go() {
    let server = Server::demo();
    for login in ["client", "observer", "reviewer", "assessor"] {
        let reader = Person::new(&server, login, "云杉");
        let below = format!("href=\"/a/{}", reader.case);
        for page in ["", "/obligations", "/gaps", "/review"] {
            // One of each kind is enough: what differs is the id.
            let mut kinds = std::collections::BTreeMap::new();
            for link in reader.page(page).split(below.as_str()).skip(1) {
                let link = link.split(['"', '#']).next().unwrap_or_default().replace("&amp;", "&");
                let kind: String = link.split(['?', '=']).take(2).collect();
                let kind = kind.rsplit_once('/').map_or(kind.clone(), |(above, _)| above.to_owned());
                kinds.entry(kind).or_insert(link);
            }
            // What is judged of the taxonomy's own types has no form in the inventory.
            kinds.retain(|_, link| !link.ends_with("/frozen") && !link.contains("/opinion/"));
            for link in kinds.values() {
                let status = reader.get(link).status;
                assert!(status < 400, "{login}: {page} leads to {link}: {status}");
            }
            assert!(!reader.page(page).contains("/inventory/types/precise-location"), "{login}: {page}");
        }
    }
}

/// Somebody removed what another was writing: the conflict can be seen and settled either way.
#[test]
fn a_conflict_over_what_was_removed_is_settled() {
    let server = Server::demo();
    let lead = Person::new(&server, "lead", "门店");
    let (actor, _) = server.workspace.session(lead.program.cookie.trim_start_matches("zs_session=")).unwrap();
    let grant = server.workspace.allow(&actor, zhunsheng_workspace::Action::EditFacts, Some(&lead.case)).unwrap();
    let write = |version: u64, title: &str| {
        let mut body = serde_json::Map::new();
        body.insert("title".into(), title.into());
        server.workspace.put_object(&grant, "evidence", "talk", Some(version), body)
    };
    for (pick, there) in [("yours", true), ("stands", false)] {
        let version = write(0, "访谈").unwrap();
        server.workspace.remove_object(&grant, "evidence", "talk", Some(version)).unwrap();
        let clash = write(version, "访谈记录").unwrap_err();
        let zhunsheng_workspace::Error::Conflict(clash) = clash else { panic!("{clash}") };
        let path = format!("/conflicts/{}", clash.conflict);
        let page = lead.get(&path);
        assert!(page.status == 409 && page.body.contains("删除了这一项"), "{} {}", page.status, page.body);
        assert!(page.body.contains("访谈记录"));
        let settled = lead.post(&path, &[("version", "0"), ("pick.title", pick)]);
        assert_eq!(settled.status, 303, "{}", settled.body);
        assert!(lead.get(settled.header("location").split_once(&lead.case).unwrap().1).status == 200);
        assert!(server.workspace.conflicts(&grant).unwrap().is_empty());
        let now = server.workspace.object(&grant, "evidence", "talk");
        assert_eq!(now.is_ok(), there);
        if let Ok(row) = now {
            assert_eq!(row.value.0.get("title").unwrap(), "访谈记录");
            server.workspace.remove_object(&grant, "evidence", "talk", None).unwrap();
        }
    }
}

/// Days that are a slip make no token without an end.
#[test]
fn a_token_ends_as_was_said_or_is_not_made() {
    let server = Server::demo();
    let lead = Person::new(&server, "lead", "门店");
    let make = |days: &str| {
        let body = format!("csrf={}&title=x&scope=read&days={days}", lead.program.token);
        send(&server.base, "POST", "/account/tokens", &[("Cookie", &lead.program.cookie), FORM], &body)
    };
    for days in ["0", "-1", "5000", "abc", "1.5"] {
        let reply = make(days);
        assert!(reply.status == 422 && reply.body.contains("有效天数") && reply.body.contains(days), "{days}");
    }
    let own = server.own("lead");
    assert!(server.workspace.tokens(&own).unwrap().is_empty());
    assert_eq!((make("30").status, make("").status), (200, 200));
    let ends: Vec<bool> =
        server.workspace.tokens(&own).unwrap().iter().map(|row| row.value.expires.is_some()).collect();
    assert_eq!(ends, [true, false]);
}

/// Evidence counts where the object, the determination or a link rests on it, and only as long as it may be relied on.
#[test]
fn lacking_evidence_means_none_that_counts() {
    let server = Server::demo();
    let lead = Person::new(&server, "lead", "门店");
    let rows = || lead.page("/workpaper?lacks=no-evidence&part=all");
    let (actor, _) = server.workspace.session(lead.program.cookie.trim_start_matches("zs_session=")).unwrap();
    let grant = server.workspace.allow(&actor, zhunsheng_workspace::Action::EditFacts, Some(&lead.case)).unwrap();
    let mut row = server.workspace.object(&grant, "activities", "face-capture").unwrap();
    row.value.0.shift_remove("evidence");
    server.workspace.put_object(&grant, "activities", "face-capture", None, row.value.0.clone()).unwrap();
    let add = |id: &str, expires: &str| {
        let mut body = serde_json::Map::new();
        body.insert("title".into(), id.into());
        body.insert("expires".into(), expires.into());
        server.workspace.put_object(&grant, "evidence", id, None, body).unwrap();
    };
    add("old", "2020-01-01");
    add("good", "2999-01-01");
    // Some requirement of the activity that nothing else is there for.
    let page = rows();
    let spots = page.split("data-at=\"").filter_map(|rest| rest.split('"').next());
    let spot =
        spots.into_iter().find(|at| at.ends_with("@face-capture")).expect("a row that lacks evidence").to_owned();
    let lacking = || rows().contains(&format!("data-at=\"{spot}\""));
    assert!(lacking());
    for (id, lacks) in [("old", true), ("good", false)] {
        row.value.0.insert("evidence".into(), serde_json::json!([id]));
        server.workspace.put_object(&grant, "activities", "face-capture", None, row.value.0.clone()).unwrap();
        assert_eq!(lacking(), lacks, "{id}");
    }
    // What cannot have been covered is refused.
    let mut body = serde_json::Map::new();
    for (name, value) in [("title", "x"), ("covers_from", "2021-01-01"), ("covers_to", "2020-01-01")] {
        body.insert(name.into(), value.into());
    }
    assert!(server.workspace.put_object(&grant, "evidence", "reversed", None, body).is_err());
}

/// The lead and the reviewer read what was done in the assessment, in words; nobody else of the team does.
#[test]
fn the_trail_of_an_assessment_is_a_page() {
    let server = Server::demo();
    let lead = Person::new(&server, "lead", "门店");
    let page = lead.page("/trail");
    assert!(page.contains("<h1>操作轨迹</h1>"), "{page}");
    assert!(lead.page("").contains(&format!("/a/{}/trail", lead.case)), "it is in the menu");
    assert_eq!(Person::new(&server, "reviewer", "门店").get("/trail").status, 200);
    let observer = Person::new(&server, "observer", "门店");
    assert_eq!(observer.get("/trail").status, 403);
    assert!(!observer.page("").contains("/trail"));
}
