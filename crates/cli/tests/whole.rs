//! The whole story in a real browser, from the set-up link to the signed opinion, over the program itself: people are invited, a
//! dossier is brought in, records and policy are read, somebody determines, two save at once, a gap is disclosed and accepted,
//! the work is reviewed and signed; and in the end every byte verifies. Pictures in `target/screenshots/story-*`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test stops where something is wrong"
)]

#[path = "../../web/tests/common/mod.rs"]
mod common;

use std::path::Path;

use common::browser::{Browser, Tab};
use common::http::{Program, send};
use common::server::Server;
use zhunsheng_workspace::{Action, SignIn};

const PASSWORD: &str = "a long phrase to sign in with";

/// A dossier with its policy and its events as an archive, as somebody brings it.
fn archive(folder: &Path) -> std::path::PathBuf {
    let demo = Server::demo();
    let case = demo.case("云杉");
    let given = SignIn { login: "lead".into(), password: demo.password("lead").into(), ..SignIn::default() };
    let (actor, _) = demo.workspace.session(&demo.workspace.sign_in(&given).unwrap().secret).unwrap();
    let grant = demo.workspace.allow(&actor, Action::Export, Some(&case)).unwrap();
    let path = folder.join("云杉出行.zip");
    std::io::copy(&mut demo.workspace.export(&grant).unwrap(), &mut std::fs::File::create(&path).unwrap()).unwrap();
    path
}

fn join(tab: &Tab<'_>, link: &str, name: &str, login: &str) {
    tab.go(link);
    tab.fill("#name", name);
    tab.fill("#login", login);
    tab.fill("#password", PASSWORD);
    tab.fill("#again", PASSWORD);
    tab.load(|| tab.click("form:not([action]) button"));
    assert!(tab.text("h1").contains("我的评估"), "{}", tab.text("body"));
}

#[test]
fn from_the_set_up_link_to_the_signed_opinion() {
    let folder = tempfile::tempdir().unwrap();
    let archive = archive(folder.path());
    let server = Server::empty_with(Path::new(env!("CARGO_BIN_EXE_zhunsheng")));
    let browser = Browser::start();
    let (lead, assessor, reviewer, client) = (browser.person(), browser.person(), browser.person(), browser.person());

    // Set-up, a new assessment, its people.
    let secret = server.workspace.setup_secret().unwrap().to_owned();
    join(&lead, &server.url(&format!("/setup/{secret}")), "罗衡", "luo");
    lead.load(|| lead.click("a[href='/assessments/new']"));
    lead.fill("#title", "云杉出行年度评估");
    lead.fill("#assessee", "云杉出行");
    lead.fill("#as_of", "2026-05-02");
    lead.load(|| lead.click("main form button.primary"));
    let case = lead.eval("location.pathname.split('/')[2]").as_str().unwrap().to_owned();
    let at = |path: &str| server.url(&format!("/a/{case}{path}"));
    for (tab, name, login, role) in [
        (&assessor, "沈明", "shen", "assessor"),
        (&reviewer, "何复", "he", "reviewer"),
        (&client, "委托方代表", "client", "client"),
    ] {
        lead.go(&at("/members"));
        lead.fill("#i-name", name);
        lead.fill("#i-role", role);
        lead.load(|| lead.click("form[action$='/members/invite'] button"));
        join(tab, &lead.text("#link"), name, login);
    }
    lead.shot("story-1-people");

    // The dossier comes in, with its policy and its events.
    lead.go(&at("/transfer"));
    lead.upload("#file", &archive);
    lead.load(|| lead.click("form[action$='/transfer'] button"));
    assert!(lead.has("[role=status]"), "{}", lead.text("main"));
    lead.shot("story-2-imported");

    // What it did, and what it says.
    assessor.go(&at("/jobs/new?kind=records"));
    assessor.load(|| assessor.click("form[action$='/jobs'] button.primary"));
    assessor.wait("document.querySelector('form[action$=\"/take\"]')");
    assessor.load(|| assessor.click("form[action$='/take'] button"));
    assert!(assessor.has("[data-accepted]"), "{}", assessor.text("main"));
    assessor.shot("story-3-records");
    assessor.go(&at("/jobs/new?kind=policy"));
    assessor.load(|| assessor.click("form[action$='/jobs'] button.primary"));
    assessor.wait("document.querySelector('.viewer')");
    assessor.shot("story-4-policy");

    // A determination.
    assessor.go(&at("/workpaper?verdict=undetermined"));
    assessor.press("j");
    assessor.wait("document.querySelector('.item')");
    let place = assessor.eval("document.querySelector('.item').dataset.at").as_str().unwrap().to_owned();
    assessor.eval("document.querySelector('input[name=verdict][value=gap]').click()");
    assessor.fill("#reason", "被评估方没有提供任何材料，访谈也确认没有这项安排。");
    assessor.click("#determine button.primary");
    assessor.wait("document.querySelector('.item').dataset.verdict === 'gap'");
    assessor.shot("story-5-determined");

    // Two save at once: the second is told, chooses, and nothing is lost.
    let page = at("/inventory/organisation/-");
    lead.go(&page);
    assessor.go(&page);
    lead.fill("[name='v.people_processed']", "1000");
    lead.load(|| lead.click(".stickybar button.primary"));
    assessor.fill("[name='v.people_processed']", "2000");
    assessor.load(|| assessor.click(".stickybar button.primary"));
    assert!(assessor.text("main").contains("1000") && assessor.text("main").contains("2000"));
    assessor.shot("story-6-conflict");
    assessor.eval("document.querySelector(\"[name='pick.people_processed'][value=stands]\").click()");
    assessor.load(|| assessor.click("main form button.primary"));

    // The gap is disclosed, the client accepts it for a time.
    let encoded = place.replace('@', "%40");
    assessor.go(&at(&format!("/gaps/{encoded}")));
    assessor.eval("document.querySelector('#d-disclosed').open = true");
    assessor.fill("#t-disclosed", "已向委托方揭示。");
    assessor.load(|| assessor.click("#d-disclosed button"));
    client.go(&at(&format!("/gaps/{encoded}")));
    client.fill("#a-text", "董事会知悉并接受，三个月内整改。");
    client.fill("#a-until", "2999-12-31");
    client.load(|| client.click("form[action$='/accept'] button"));
    assert!(client.text(".history").contains("2999-12-31"), "{}", client.text("main"));
    client.shot("story-7-accepted");

    // Reviewed and signed.
    lead.go(&at("/review"));
    lead.load(|| lead.click("form[action$='/review/submit'] button"));
    let hash = lead.text("#hash");
    reviewer.go(&at("/review"));
    assert_eq!(reviewer.text("#hash"), hash);
    reviewer.shot("story-8-review");
    reviewer.load(|| reviewer.click("button[value=approve]"));
    lead.go(&at("/review"));
    lead.load(|| lead.click("form[action$='/review/sign'] button"));
    assert!(lead.text("main").contains("已签发并冻结") && lead.text("#hash") == hash, "{}", lead.text("main"));
    lead.shot("story-9-signed");

    // The client takes the opinion: what was signed, with what was accepted.
    let person = Program::sign_in(&server.base, "client", PASSWORD);
    let take = |paper: &str| {
        let path = format!("/a/{case}/opinion/signed/{hash}?paper={paper}&lang=zh&issued=2026-12-01");
        send(&server.base, "GET", &path, &[("Cookie", &person.cookie)], "")
    };
    let opinion = take("html");
    assert_eq!(opinion.status, 200);
    for told in [hash.as_str(), "董事会知悉并接受", "访谈也确认没有这项安排"] {
        assert!(opinion.body.contains(told), "the opinion lacks {told}");
    }
    let word = take("docx");
    assert!(word.status == 200 && word.body.starts_with("PK"));

    // Every byte verifies.
    let verified = zhunsheng_workspace::verify(server.folder(), None).unwrap();
    assert!(verified.clean(), "{:?}", verified.faults);
}
