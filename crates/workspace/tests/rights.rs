//! The table of rights, whole: every action, every role, in one's own assessment, in another's, through tokens.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops where something is wrong"
)]

mod common;

use common::House;
use zhunsheng_workspace::{Action, Actor, Error, Right, Role, Scope, SignIn, Time, verify};

/// What the table should say, written a second time, by hand: role words per action; `+` for administrators.
const EXPECTED: &str = "\
see                 lead assessor expert reviewer client assessee observer +
see-members         lead assessor expert reviewer client assessee observer +
members             lead +
set                 lead
see-findings        lead assessor expert reviewer client observer
see-facts           lead assessor expert reviewer observer
edit-facts          lead assessor
see-work            lead assessor expert reviewer observer
determine           lead assessor
note                lead assessor expert reviewer
assign              lead assessor
see-evidence        lead assessor expert reviewer observer
view-evidence       lead assessor expert reviewer client assessee observer
add-evidence        lead assessor expert client assessee
edit-evidence       lead assessor expert
see-requests        lead assessor expert reviewer observer
requests            lead assessor
see-asked           lead assessor client assessee
answer              lead assessor client assessee
gaps                lead assessor
accept-risk         client
see-jobs            lead assessor expert reviewer observer
jobs                lead assessor
submit              lead
review              reviewer
export              lead assessor reviewer
see-signed          lead assessor expert reviewer client observer
see-trail           lead reviewer";

fn status<T>(result: Result<T, Error>) -> u16 {
    result.map_or_else(|error| error.status(), |_| 200)
}

#[test]
fn every_role_may_what_the_table_says_and_nothing_else() {
    let house = House::demo();
    let ws = &house.ws;
    // One assessment in which each role is held by one account, one in which none of them is a member.
    let id = house.storefront();
    let admin = house.sign_in("admin");
    let staff = ws.invite(&ws.allow(&admin, Action::People, None).unwrap(), "other", true, false).unwrap();
    ws.accept(&staff, &common::new("other", "correct horse 电池")).unwrap();
    let other = house.sign_in_as("other", "correct horse 电池");
    let foreign = ws.create(&ws.allow(&other, Action::Create, None).unwrap(), "他人", Default::default()).unwrap();
    let members: Vec<(Role, Actor)> = Role::ALL.into_iter().map(|role| (role, house.sign_in(role.word()))).collect();
    let mut seen = 0;
    for line in EXPECTED.lines() {
        let mut words = line.split_whitespace();
        let action = Action::parse(words.next().unwrap()).unwrap();
        let may: Vec<&str> = words.collect();
        seen += 1;
        for (role, actor) in &members {
            let expected = if may.contains(&role.word()) { 200 } else { 403 };
            assert_eq!(status(ws.allow(actor, action, Some(&id))), expected, "{} {}", action.word(), role.word());
            assert_eq!(
                status(ws.allow(actor, action, Some(&foreign))),
                404,
                "{} {} elsewhere",
                action.word(),
                role.word()
            );
            assert_eq!(status(ws.allow(actor, action, Some("nowhere"))), 404);
            assert_eq!(status(ws.allow(actor, action, None)), 404);
        }
        let expected = if may.contains(&"+") { 200 } else { 403 };
        assert_eq!(status(ws.allow(&admin, action, Some(&id))), expected, "{} admin", action.word());
        assert_eq!(status(ws.allow(&admin, action, Some("nowhere"))), 404);
        assert_eq!(status(ws.allow(&Actor::nobody(), action, Some(&id))), 401);
        assert_eq!(status(ws.allow(&Actor::nobody(), action, Some("nowhere"))), 401);
    }
    let in_assessments = Action::ALL.iter().filter(|action| action.in_assessment()).count();
    assert_eq!(seen, in_assessments, "an action is in no line of the table");
    for action in Action::ALL.iter().copied().filter(|action| !action.in_assessment()) {
        let (lead, guest) = (house.sign_in("lead"), house.sign_in("client"));
        let expected = match action.right() {
            Right::Anyone => [200, 200, 200, 200],
            Right::SignedIn | Right::InPerson => [401, 200, 200, 200],
            Right::Staff => [401, 403, 200, 200],
            Right::Admin => [401, 403, 403, 200],
            Right::Member(..) => panic!("in an assessment"),
        };
        let actual = [&Actor::nobody(), &guest, &lead, &admin].map(|actor| status(ws.allow(actor, action, None)));
        assert_eq!(actual, expected, "{}", action.word());
    }
}

#[test]
fn a_token_may_no_more_than_its_scopes_and_never_makes_credentials() {
    let house = House::demo();
    let ws = &house.ws;
    let (one, other) = house.both();
    let lead = house.sign_in("lead");
    let account = ws.allow(&lead, Action::Account, None).unwrap();
    for scope in Scope::ALL {
        let secret = ws.make_token(&account, "CI", &[scope], Some(&one), None).unwrap();
        let actor = ws.bearer(&secret).unwrap();
        for action in Action::ALL.iter().copied().filter(|action| action.in_assessment()) {
            let full = status(ws.allow(&lead, action, Some(&one)));
            let expected = if action.scope() == scope { full } else { 403 };
            assert_eq!(status(ws.allow(&actor, action, Some(&one))), expected, "{} {}", action.word(), scope.word());
            assert_eq!(status(ws.allow(&actor, action, Some(&other))), 404, "{} elsewhere", action.word());
        }
        assert_ne!(status(ws.allow(&actor, Action::Account, None)), 200);
        assert_eq!(status(ws.allow(&actor, Action::Create, None)), 404);
        // What else the account is reached by is none of its business.
        assert_eq!(status(ws.allow(&actor, Action::Access, None)), 404);
        if scope == Scope::Read {
            let home = ws.allow(&actor, Action::Home, None).unwrap();
            assert_eq!((status(ws.tokens(&home).map(|_| ())), status(ws.sessions(&home).map(|_| ()))), (404, 404));
        }
    }
    let whole = ws.make_token(&account, "all", &Scope::ALL, None, None).unwrap();
    let actor = ws.bearer(&whole).unwrap();
    assert_eq!(status(ws.allow(&actor, Action::Account, None)), 403);
    let home = ws.allow(&actor, Action::Home, None).unwrap();
    assert_eq!(ws.assessments(&home).unwrap().len(), 4);
    let tokens = ws.tokens(&account).unwrap();
    assert_eq!(tokens.len(), 4);
    let last = tokens.iter().find(|row| row.value.title == "all").unwrap();
    // Somebody else's token is not there for others.
    let assessor = ws.allow(&house.sign_in("assessor"), Action::Account, None).unwrap();
    assert_eq!(status(ws.drop_token(&assessor, &last.id)), 404);
    ws.drop_token(&account, &last.id).unwrap();
    assert!(matches!(ws.bearer(&whole), Err(Error::SignedOut)));
    let old = ws.make_token(&account, "old", &[Scope::Read], None, Some(Time(1))).unwrap();
    assert!(matches!(ws.bearer(&old), Err(Error::SignedOut)));
    assert_eq!(verify(ws.dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
}

#[test]
fn guessing_is_slowed_down_and_says_nothing() {
    let house = House::demo();
    let ws = &house.ws;
    let try_one = |login: &str, password: &str, peer: &str| {
        ws.sign_in(&SignIn { login: login.into(), password: password.into(), peer: peer.into(), code: None })
    };
    for _ in 0..5 {
        assert!(matches!(try_one("lead", "wrong password 1", "10.0.0.1"), Err(Error::Refused)));
        assert!(matches!(try_one("no-such-person", "wrong password 1", "10.0.0.1"), Err(Error::Refused)));
    }
    // Locked, right password or not, and alike for names that do not exist.
    assert!(matches!(try_one("lead", "zhunsheng-demo-lead", "10.0.0.2"), Err(Error::Locked { .. })));
    assert!(matches!(try_one("no-such-person", "x", "10.0.0.2"), Err(Error::Locked { .. })));
    assert!(try_one("assessor", "zhunsheng-demo-assessor", "10.0.0.2").is_ok());
    // One address that tries many names waits too.
    let mut refused = 0;
    for n in 0..40 {
        match try_one(&format!("name{n}"), "x", "10.0.0.9") {
            Err(Error::Refused) => refused += 1,
            Err(Error::Locked { .. }) => break,
            other => panic!("{:?}", other.err()),
        }
    }
    assert!(refused <= 30, "{refused}");
    assert!(matches!(try_one("expert", "zhunsheng-demo-expert", "10.0.0.9"), Err(Error::Locked { .. })));
}

/// What is asked at once is counted at once: a lock that is set only after the slow part lets everybody pass who came meanwhile.
#[test]
fn guesses_at_the_same_time_are_counted_before_they_are_tried() {
    let house = House::demo();
    let ws = &house.ws;
    let guess = |n: usize, password: &str| {
        let peer = format!("10.0.1.{n}");
        ws.sign_in(&SignIn { login: "lead".into(), password: password.into(), peer, code: None })
    };
    let start = std::sync::Barrier::new(16);
    let tried = std::thread::scope(|scope| {
        let all: Vec<_> = (0..16)
            .map(|n| {
                let (guess, start) = (&guess, &start);
                scope.spawn(move || {
                    start.wait();
                    matches!(guess(n, "wrong password 1"), Err(Error::Refused))
                })
            })
            .collect();
        all.into_iter().map(|one| one.join().unwrap()).filter(|tried| *tried).count()
    });
    assert_eq!(tried, 5);
    assert!(matches!(guess(99, "zhunsheng-demo-lead"), Err(Error::Locked { .. })));
}

/// Whoever knows the password and lacks the code has not guessed, however often; nor has one address from which many sign in.
#[test]
fn signing_in_is_not_counted_as_guessing() {
    let house = House::demo();
    let ws = &house.ws;
    let given = SignIn {
        login: "expert".into(),
        password: "zhunsheng-demo-expert".into(),
        peer: "10.0.2.1".into(),
        code: None,
    };
    for _ in 0..31 {
        assert!(ws.sign_in(&given).is_ok());
    }
    let account = ws.allow(&house.sign_in("expert"), Action::Account, None).unwrap();
    let offer = ws.offer_totp(&account, &given.password).unwrap();
    let code = zhunsheng_workspace::auth::totp::code_at(&offer.secret, Time::now()).unwrap();
    ws.confirm_totp(&account, &offer.secret, &code).unwrap();
    for _ in 0..6 {
        assert!(matches!(ws.sign_in(&given), Err(Error::CodeNeeded)));
    }
}

#[test]
fn codes_are_asked_for_and_work_once() {
    let house = House::demo();
    let ws = &house.ws;
    let actor = house.sign_in("expert");
    let account = ws.allow(&actor, Action::Account, None).unwrap();
    // Nor does a session alone switch them on.
    assert!(matches!(ws.offer_totp(&account, "wrong"), Err(Error::Refused)));
    let offer = ws.offer_totp(&account, "zhunsheng-demo-expert").unwrap();
    assert!(offer.url.starts_with("otpauth://totp/Zhunsheng:expert?secret="));
    assert!(matches!(ws.confirm_totp(&account, &offer.secret, "000000"), Err(Error::Refused)));
    assert!(!ws.has_totp(&account).unwrap());
    let code = |ahead: i64| zhunsheng_workspace::auth::totp::code_at(&offer.secret, Time::now().plus(ahead)).unwrap();
    ws.confirm_totp(&account, &offer.secret, &code(0)).unwrap();
    let sign_in = |code: Option<String>| {
        ws.sign_in(&SignIn {
            login: "expert".into(),
            password: "zhunsheng-demo-expert".into(),
            peer: String::new(),
            code,
        })
    };
    assert!(matches!(sign_in(None), Err(Error::CodeNeeded)));
    assert!(matches!(sign_in(Some(code(0))), Err(Error::Refused)), "used when it was confirmed");
    let next = code(30);
    assert!(sign_in(Some(next.clone())).is_ok());
    assert!(matches!(sign_in(Some(next)), Err(Error::Refused)));
    // A session alone does not put another secret in its place.
    assert!(matches!(ws.offer_totp(&account, "zhunsheng-demo-expert"), Err(Error::State(_))));
    let other = "A".repeat(32);
    let code = zhunsheng_workspace::auth::totp::code_at(&other, Time::now()).unwrap();
    assert!(matches!(ws.confirm_totp(&account, &other, &code), Err(Error::State(_))));
    assert!(matches!(ws.remove_totp(&account, "wrong"), Err(Error::Refused)));
    ws.remove_totp(&account, "zhunsheng-demo-expert").unwrap();
    assert!(sign_in(None).is_ok());
    assert_eq!(verify(ws.dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
}

#[test]
fn guessing_the_old_password_counts_as_signing_in_does() {
    let house = House::demo();
    let ws = &house.ws;
    for (login, of_codes) in [("assessor", false), ("expert", true)] {
        let account = ws.allow(&house.sign_in(login), Action::Account, None).unwrap();
        let right = format!("zhunsheng-demo-{login}");
        let guess = |word: &str| match of_codes {
            true => ws.remove_totp(&account, word),
            false => ws.change_password(&account, word, "another good 密码", ""),
        };
        for _ in 0..5 {
            assert!(matches!(guess("wrong"), Err(Error::Refused)));
        }
        assert!(matches!(guess(&right), Err(Error::Locked { .. })));
        let given = SignIn { login: login.into(), password: right, ..SignIn::default() };
        assert!(matches!(ws.sign_in(&given), Err(Error::Locked { .. })));
    }
}

#[test]
fn signing_out_is_on_the_trail() {
    let house = House::demo();
    let ws = &house.ws;
    let given = SignIn { login: "expert".into(), password: "zhunsheng-demo-expert".into(), ..SignIn::default() };
    let (one, two) = (ws.sign_in(&given).unwrap(), ws.sign_in(&given).unwrap());
    ws.sign_out(&one.secret).unwrap();
    ws.sign_out(&one.secret).unwrap();
    ws.sign_out("made-up").unwrap();
    let account = ws.allow(&ws.session(&two.secret).unwrap().0, Action::Account, None).unwrap();
    ws.end_sessions(&account, Some("made-up")).unwrap();
    ws.end_sessions(&account, None).unwrap();
    let house_grant = ws.allow(&house.sign_in("admin"), Action::House, None).unwrap();
    let acts = ws.house_trail(&house_grant, None, 6).unwrap().items;
    let ends: Vec<_> = acts.iter().filter(|act| act.act != "signed-in").collect();
    let said: Vec<_> = ends.iter().take(2).map(|act| (act.act.as_str(), act.by.as_str(), act.id.as_str())).collect();
    assert_eq!(said, [("sessions-ended", two.user.as_str(), two.user.as_str()), ("signed-out", &two.user, &two.user)]);
    assert_eq!(verify(ws.dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
}

#[test]
fn sessions_end_with_the_password_and_the_account() {
    let house = House::demo();
    let ws = &house.ws;
    let open = |password: &str| {
        ws.sign_in(&SignIn { login: "assessor".into(), password: password.into(), ..SignIn::default() }).unwrap().secret
    };
    let (one, two) = (open("zhunsheng-demo-assessor"), open("zhunsheng-demo-assessor"));
    let account = ws.allow(&ws.session(&one).unwrap().0, Action::Account, None).unwrap();
    assert_eq!(status(ws.change_password(&account, "wrong", "another good 密码", &one)), 401);
    assert_eq!(status(ws.change_password(&account, "zhunsheng-demo-assessor", "short", &one)), 422);
    ws.change_password(&account, "zhunsheng-demo-assessor", "another good 密码", &one).unwrap();
    assert!(ws.session(&one).is_ok() && ws.session(&two).is_err());
    let three = open("another good 密码");
    ws.sign_out(&three).unwrap();
    assert!(ws.session(&three).is_err() && ws.session("").is_err());
    let admin = house.sign_in("admin");
    let people = ws.allow(&admin, Action::People, None).unwrap();
    let user = ws.users(&people).unwrap().into_iter().find(|row| row.value.login == "assessor").unwrap();
    ws.set_user(&people, &user.id, user.version, true, false, false).unwrap();
    assert!(ws.session(&one).is_err());
    assert_eq!(status(ws.tokens(&account).map(|_| ())), 200);
    assert_eq!(status(ws.set_me(&account, "x", "zh")), 401, "leave given before counts no more");
    let own = ws.users(&people).unwrap().into_iter().find(|row| row.value.login == "admin").unwrap();
    assert_eq!(status(ws.set_user(&people, &own.id, own.version, true, false, true)), 409, "the last administrator");
    // A link sets it anew, once.
    let link = ws.reset_link(&people, &user.id).unwrap();
    ws.reset(&link, "a third good 密码").unwrap();
    assert!(matches!(ws.reset(&link, "a fourth good 密码"), Err(Error::Link)));
}

#[test]
fn refusals_name_roles_and_things_in_the_readers_language() {
    let house = House::demo();
    let ws = &house.ws;
    let id = house.storefront();
    let said = |login: &str, action| ws.allow(&house.sign_in(login), action, Some(&id)).unwrap_err().text();
    let refused = said("client", Action::EditFacts);
    assert!(refused.zh.starts_with("评估委托方在此不能执行") && refused.en.contains("`client`"), "{refused:?}");
    let house_wide = ws.allow(&house.sign_in("client"), Action::People, None).unwrap_err().text();
    assert!(!house_wide.zh.contains(|c: char| c.is_ascii_alphabetic()), "{house_wide:?}");
    let lead = ws.allow(&house.sign_in("lead"), Action::SeeJobs, Some(&id)).unwrap();
    assert_eq!(ws.job(&lead, "x").unwrap_err().text().zh, "没有这一项：任务 `x`");
}

#[test]
fn a_token_is_for_an_assessment_of_ones_own_or_is_not_made() {
    let house = House::demo();
    let ws = &house.ws;
    let id = house.storefront();
    let make = |login: &str, only: &str| {
        let account = ws.allow(&house.sign_in(login), Action::Account, None).unwrap();
        ws.make_token(&account, "t", &[Scope::Read], Some(only), None)
    };
    assert!(make("lead", &id).is_ok() && make("admin", &id).is_ok());
    for login in ["lead", "admin"] {
        assert!(matches!(make(login, "nix"), Err(Error::NotFound { .. })), "{login}");
    }
    let admin = ws.allow(&house.sign_in("admin"), Action::People, None).unwrap();
    let link = ws.invite(&admin, "other", true, false).unwrap();
    ws.accept(&link, &common::new("other", "correct horse 电池")).unwrap();
    let other = house.sign_in_as("other", "correct horse 电池");
    let account = ws.allow(&other, Action::Account, None).unwrap();
    assert!(matches!(ws.make_token(&account, "t", &[Scope::Read], Some(&id), None), Err(Error::NotFound { .. })));
}
