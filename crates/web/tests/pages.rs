//! Every page in a real browser: it works, axe finds nothing, it fits a telephone; pictures in `target/screenshots`.

mod common;

use common::browser::{Browser, Tab};
use common::server::Server;
use serde_json::json;

#[test]
fn somebody_sets_up_invites_and_signs_in_with_two_steps() {
    let (server, browser) = (Server::empty(), Browser::start());
    let admin = browser.person();
    let secret = server.workspace.setup_secret().unwrap().to_owned();
    admin.go(&server.url(&format!("/setup/{secret}")));
    admin.look("setup");
    admin.fill("#name", "罗衡");
    admin.fill("#login", "luo");
    admin.fill("#password", "以法律为准绳-2026-秋");
    admin.fill("#again", "以法律为准绳-2026-春");
    admin.load(|| admin.click("form:not([action]) button"));
    assert!(admin.text("[role=alert]").contains("两次输入"));
    assert_eq!(admin.eval("document.querySelector('#login').value"), "luo");
    admin.fill("#password", "以法律为准绳-2026-秋");
    admin.fill("#again", "以法律为准绳-2026-秋");
    admin.load(|| admin.click("form:not([action]) button"));
    assert!(admin.text("h1").contains("我的评估"));
    admin.look("assessments-empty");

    // The link works once.
    let other = browser.person();
    other.go(&server.url(&format!("/setup/{secret}")));
    assert!(other.text("main").contains("已经用过"));

    // An invitation.
    admin.go(&server.url("/admin/people"));
    admin.fill("input[name=name]", "沈明");
    admin.load(|| admin.click("form[action='/admin/people/invite'] button"));
    let link = admin.text("#link");
    admin.look("people");
    // Another one is withdrawn before anybody used it; the first stays open.
    admin.fill("input[name=name]", "误邀");
    admin.load(|| admin.click("form[action='/admin/people/invite'] button"));
    let withdrawn = admin.text("#link");
    admin.load(|| admin.click("form[action='/admin/people/withdraw'] button"));
    assert!(admin.text("section[aria-labelledby=h-invitations] tbody tr").contains("已撤回"));
    assert_eq!(admin.eval("document.querySelectorAll(\"form[action='/admin/people/withdraw']\").length"), 1);
    admin.look("people-withdrawn");
    other.go(&withdrawn);
    assert!(!other.has("#login"), "a link that was withdrawn");
    other.go(&link);
    other.look("invite");
    other.fill("#name", "沈明");
    other.fill("#login", "shen");
    other.fill("#password", "a long phrase to sign in with");
    other.fill("#again", "a long phrase to sign in with");
    other.load(|| other.click("form:not([action]) button"));
    assert!(other.text("h1").contains("我的评估"));

    // Two steps.
    other.go(&server.url("/account"));
    other.look("account");
    // A session that was left open does not switch them on.
    other.fill("#offer-password", "not the password");
    other.load(|| other.click("form[action='/account/two-steps'] button"));
    assert!(other.has("section[aria-labelledby=h-two] [role=alert]") && !other.has("#totp-secret"));
    other.fill("#offer-password", "a long phrase to sign in with");
    other.load(|| other.click("form[action='/account/two-steps'] button"));
    // The secret stays with the server: one that comes with the form is not looked at.
    assert!(!other.has("form[action='/account/two-steps/confirm'] [name=secret]"));
    assert!(other.has(".qr svg"));
    let secret = other.text("#totp-secret");
    let code = |back: i64| {
        let now = zhunsheng_workspace::Time::now().plus(-30 * back);
        zhunsheng_workspace::auth::totp::code_at(&secret, now).unwrap()
    };
    other.fill("#code", &code(1));
    other.load(|| other.click("form[action='/account/two-steps/confirm'] button"));
    assert!(other.text("main").contains("已开启"));
    other.load(|| other.click("form[action='/logout'] button"));
    other.fill("#login", "shen");
    other.fill("#password", "a long phrase to sign in with");
    other.load(|| other.click("form[action='/login'] button"));
    other.look("two-steps");
    assert!(!other.eval("document.documentElement.outerHTML").as_str().unwrap().contains("a long phrase"));
    other.fill("#code", "000000");
    other.load(|| other.click("form[action='/login'] button"));
    assert!(other.text("[role=alert]").contains("验证码"));
    other.fill("#code", &code(0));
    other.load(|| other.click("form[action='/login'] button"));
    assert!(other.text("h1").contains("我的评估"));

    // Tokens are shown once.
    other.go(&server.url("/account"));
    other.fill("input[name=title]", "脚本");
    other.load(|| other.click("form[action='/account/tokens'] button"));
    assert!(other.text("#token-secret").starts_with("zs_"));
    other.go(&server.url("/account"));
    assert!(!other.has("#token-secret") && other.text("#h-tokens").contains("令牌"));

    admin.go(&server.url("/admin/trail"));
    admin.look("trail");

    // Wrong passwords: the same words for an account that is not there, and a lock in the end.
    let stranger = browser.person();
    let mut said = Vec::new();
    for login in ["nobody", "luo"] {
        stranger.go(&server.url("/login"));
        stranger.fill("#login", login);
        stranger.fill("#password", "not the password at all");
        stranger.load(|| stranger.click("form[action='/login'] button"));
        said.push(stranger.text("[role=alert]"));
    }
    assert_eq!(said[0], said[1]);
    stranger.look("login-refused");
}

#[test]
fn a_new_assessment_is_scoped_filled_in_and_read_again() {
    let (server, browser) = (Server::demo(), Browser::start());
    let lead = browser.person();
    server.sign_in(&lead, "lead");
    lead.look("assessments");
    lead.load(|| lead.click("a[href='/assessments/new']"));
    lead.look("new");
    lead.fill("#title", "某商场客流统计");
    lead.fill("#assessee", "某商场管理有限公司");
    lead.fill("#as_of", "2026-11-01");
    lead.load(|| lead.click("main form button.primary"));
    assert_eq!(lead.text("h1"), "范围");
    lead.look("scope");
    let case = lead.eval("location.pathname.split('/')[2]").as_str().unwrap().to_owned();
    // Several kinds of field: text, date, several of a few, lines.
    lead.fill("[name='v.boundary']", "一楼入口 3 台摄像设备");
    lead.eval("document.querySelector(\"[name='v.stages'][value=collection]\").click()");
    lead.eval("document.querySelector(\"[name='v.stages'][value=storage]\").click()");
    lead.fill("[name='v.assessors']", "罗衡\n沈明");
    lead.load(|| lead.click(".stickybar button.primary"));
    assert!(lead.has("[data-accepted]"), "{}", lead.text("main"));
    lead.go(&server.url(&format!("/a/{case}/scope")));
    assert_eq!(lead.eval("document.querySelector(\"[name='v.boundary']\").value"), "一楼入口 3 台摄像设备");
    assert_eq!(lead.eval("document.querySelector(\"[name='v.assessors']\").value"), "罗衡\n沈明");
    assert_eq!(
        lead.eval("[...document.querySelectorAll(\"[name='v.stages']:checked\")].map(e => e.value).join()"),
        "collection,storage"
    );

    // An object with a nested one, a reference, none and not known.
    lead.go(&server.url(&format!("/a/{case}/inventory")));
    lead.look("inventory");
    lead.go(&server.url(&format!("/a/{case}/inventory/products")));
    assert!(lead.text("main").contains("不知道有没有"));
    lead.look("inventory-kind");
    lead.fill("#title", "商场入口");
    lead.fill("#id", "entrance");
    lead.load(|| lead.click("section form button.primary"));
    lead.go(&server.url(&format!("/a/{case}/inventory/activities")));
    lead.fill("#title", "入口客流统计");
    lead.fill("#id", "counting");
    lead.load(|| lead.click("section form button.primary"));
    lead.look("inventory-object");
    lead.fill("[name='s.stage']", "=collection");
    lead.fill("[name='s.product']", "=entrance");
    lead.fill("[name='v.started']", "2026-01-01");
    lead.fill("[name='v.subjects_count']", "120,000");
    lead.eval("document.querySelector(\"[name='s.under_14'][value='=false']\").click()");
    lead.eval("document.querySelector(\"[name='s.consents'][value=none]\").click()");
    lead.eval("document.querySelector(\"[name='s.ended'][value=none]\").click()");
    lead.fill("[name='v.retention.days']", "30");
    lead.fill("[name='s.retention.at_end']", "=delete");
    lead.load(|| lead.click(".stickybar button.primary"));
    assert!(lead.has("[data-accepted]"), "{}", lead.text("main"));
    lead.go(&server.url(&format!("/a/{case}/inventory/activities/counting?show=filled")));
    let value = |name: &str| lead.eval(&format!("document.querySelector(\"[name='{name}']\").value"));
    assert_eq!(value("s.stage"), "=collection");
    assert_eq!(value("s.product"), "=entrance");
    assert_eq!(value("v.subjects_count"), "120000");
    assert_eq!(value("v.retention.days"), "30");
    let checked = |name: &str| lead.eval(&format!("document.querySelector(\"[name='{name}']:checked\").value"));
    assert_eq!(checked("s.consents"), "none");
    assert_eq!(checked("s.ended"), "none");
    assert_eq!(checked("s.under_14"), "=false");
    assert!(!lead.has("[name='s.minors_14_to_18']"), "a field that is not known is not among those filled in");
    lead.look("inventory-filled");

    lead.go(&server.url(&format!("/a/{case}/inventory/activities/counting/history")));
    let text = lead.text("main");
    assert!(text.contains("120000") && text.contains("第 2 版"), "{text}");
    lead.look("inventory-history");

    // A mistake is told beside its field and nothing typed is lost.
    lead.go(&server.url(&format!("/a/{case}/inventory/activities/counting")));
    lead.fill("[name='v.subjects_count']", "viele");
    lead.fill("[name='v.means']", "摄像");
    lead.load(|| lead.click(".stickybar button.primary"));
    assert!(lead.text("#f-subjects_count .wrong").contains("整数"));
    assert_eq!(lead.eval("document.querySelector(\"[name='v.subjects_count']\").value"), "viele");
    assert_eq!(lead.eval("document.querySelector(\"[name='v.means']\").value"), "摄像");

    // Out and in again: the same.
    lead.go(&server.url(&format!("/a/{case}/transfer")));
    lead.look("transfer");
    lead.go(&server.url(&format!("/a/{case}/members")));
    lead.look("members");
}

#[test]
fn two_people_save_the_same_object_and_both_are_kept() {
    let (server, browser) = (Server::demo(), Browser::start());
    let case = server.case("门店");
    let (lead, assessor) = (browser.person(), browser.person());
    server.sign_in(&lead, "lead");
    server.sign_in(&assessor, "assessor");
    let page = server.url(&format!("/a/{case}/inventory/organisation/-"));
    lead.go(&page);
    assessor.go(&page);
    lead.fill("[name='v.people_processed']", "1000");
    lead.load(|| lead.click(".stickybar button.primary"));
    assert!(lead.has("[data-accepted]"));
    assessor.fill("[name='v.people_processed']", "2000");
    assessor.fill("[name='v.sectors']", "汽车");
    assessor.load(|| assessor.click(".stickybar button.primary"));
    let text = assessor.text("main");
    assert!(text.contains("两人同时保存") && text.contains("1000") && text.contains("2000"), "{text}");
    assert!(assessor.text("main h2").contains("组织") && !text.contains("organisation\n"), "{text}");
    assessor.look("conflict");
    assessor.eval("document.querySelector(\"[name='pick.people_processed'][value=stands]\").click()");
    assessor.load(|| assessor.click("main form button.primary"));
    let value = |name: &str| assessor.eval(&format!("document.querySelector(\"[name='{name}']\").value"));
    assert_eq!(value("v.people_processed"), "1000");
    assert_eq!(value("v.sectors"), "汽车");

    // What is typed and not saved is there after the page was loaded again.
    assessor.fill("[name='v.people_processed']", "3000");
    assessor.wait("document.querySelector('[data-draft-state]').textContent.includes('草稿')");
    assessor.go(&page);
    assert_eq!(assessor.eval("document.querySelector(\"[name='v.people_processed']\").value"), "3000");
    assert!(assessor.text("[data-draft-state]").contains("已恢复"));
}

#[test]
fn a_draft_is_its_writers_alone_and_overwrites_nobody() {
    let (server, browser) = (Server::demo(), Browser::start());
    let case = server.case("门店");
    let (lead, assessor) = (browser.person(), browser.person());
    server.sign_in(&lead, "lead");
    server.sign_in(&assessor, "assessor");
    let page = server.url(&format!("/a/{case}/inventory/organisation/-"));
    let kept = "document.querySelector('[data-draft-state]').textContent.includes('草稿')";
    let value = |tab: &Tab<'_>, selector: &str| {
        let value = tab.eval(&format!("document.querySelector(\"{selector}\").value"));
        value.as_str().unwrap_or_default().to_owned()
    };
    let drafts = "Object.keys(localStorage).filter(key => key.startsWith('draft')).length";

    // Typed on one version, left, and another person saves meanwhile.
    lead.go(&page);
    lead.fill("[name='v.people_processed']", "1000");
    lead.wait(kept);
    lead.go(&server.url("/assessments"));
    assessor.go(&page);
    assessor.fill("[name='v.sectors']", "汽车");
    assessor.load(|| assessor.click(".stickybar button.primary"));
    lead.go(&page);
    assert_eq!(value(&lead, "[name='v.people_processed']"), "1000");
    let told = lead.text("[data-draft-state]");
    assert!(told.contains("较早的版本") && told.contains("两份都会留存"), "{told}");
    lead.look("draft-outdated");
    lead.load(|| lead.click(".stickybar button.primary"));
    let text = lead.text("main");
    assert!(text.contains("两人同时保存") && text.contains("1000") && text.contains("汽车"), "{text}");
    assessor.go(&page);
    assert_eq!(value(&assessor, "[name='v.sectors']"), "汽车", "what was saved meanwhile stands");
    // It is kept as a conflict now; the form does not bring it back over what was settled.
    lead.go(&page);
    assert_eq!(value(&lead, "[name='v.sectors']"), "汽车");
    assert_eq!(value(&lead, "[name='v.people_processed']"), value(&assessor, "[name='v.people_processed']"));

    // The same browser, another account: the session of the first was over without signing out.
    let item = server.url(&format!("/a/{case}/workpaper?at=5.2.2%40face-capture"));
    let typed = "#determine [data-draft-state]";
    lead.go(&item);
    lead.fill("#reason", "只给负责人看的理由");
    lead.wait(&format!("document.querySelector('{typed}').textContent.includes('草稿')"));
    lead.call("Network.clearBrowserCookies", json!({}));
    server.sign_in(&lead, "assessor");
    lead.go(&item);
    assert_eq!(value(&lead, "#reason"), "");
    lead.eval("window.confirm = () => { throw new Error('the assessor wrote nothing') }");
    lead.load(|| lead.click("form[action='/logout'] button"));
    // Its writer finds it again, and is asked before it is thrown away.
    server.sign_in(&lead, "lead");
    lead.go(&item);
    assert_eq!(value(&lead, "#reason"), "只给负责人看的理由");
    lead.eval("window.confirm = (text) => { window.asked = text; return false }");
    lead.click("form[action='/logout'] button");
    assert!(lead.eval("window.asked").as_str().unwrap().contains("没有保存"));
    assert_eq!(lead.eval(drafts), 1);
    lead.eval("window.confirm = () => true");
    lead.load(|| lead.click("form[action='/logout'] button"));
    assert!(lead.has("#password"));
    assert_eq!(lead.eval(drafts), 0);
    server.sign_in(&lead, "lead");
    lead.go(&item);
    assert_eq!(value(&lead, "#reason"), "");

    // A determination that somebody else was faster than is kept by the server: where what stands is left as it is, it stays away.
    let at = |tab: &Tab<'_>, reason: &str| {
        tab.eval("document.querySelector('input[name=verdict][value=gap]').click()");
        tab.fill("#reason", reason);
    };
    assessor.go(&item);
    at(&lead, "负责人的");
    at(&assessor, "评估员的");
    assessor.click("#determine button.primary");
    assessor.wait("document.querySelector('.item .history')?.innerText.includes('评估员的')");
    lead.click("#determine button.primary");
    lead.wait("document.querySelector('.item [role=alert]')");
    assert_eq!(value(&lead, "#reason"), "负责人的");
    lead.load(|| lead.click(".item [role=alert] form button"));
    lead.go(&item);
    assert_eq!(value(&lead, "#reason"), "");
    assert!(lead.text(".item .history").contains("评估员的"));
}

#[test]
fn the_workpaper_is_worked_through_with_the_keyboard() {
    let (server, browser) = (Server::demo(), Browser::start());
    let case = server.case("门店");
    let (lead, assessor) = (browser.person(), browser.person());
    server.sign_in(&lead, "lead");
    lead.go(&server.url(&format!("/a/{case}")));
    lead.look("overview");
    lead.go(&server.url(&format!("/a/{case}/obligations")));
    lead.look("obligations");
    assert!(!lead.text("table.duties").contains("? organisation"), "a question, not a path");
    // On a telephone a cell has the width of the page, not that of its column, and the way out is in the menu.
    lead.size(360, 740, true);
    lead.click(".menu > summary");
    assert!(lead.eval("document.querySelector('.menu form[action=\"/logout\"] button').offsetHeight") != 0);
    lead.shot("menu-telephone");
    lead.click(".menu > summary");
    let narrow =
        lead.eval("Math.min(...[...document.querySelectorAll('details[open] .duties td')].map(e => e.offsetWidth))");
    assert!(narrow.as_i64().unwrap() > 250, "{narrow}");
    lead.size(1440, 900, false);
    lead.go(&server.url(&format!("/a/{case}/workpaper?verdict=gap")));
    let first = lead.text(".row .meta .mono");
    lead.press("j");
    lead.wait("document.querySelector('.item')");
    lead.wait("document.querySelectorAll('.row')[0].getAttribute('aria-current') === 'true'");
    assert!(lead.text(".item").contains(&first));
    lead.press("j");
    lead.wait("document.querySelectorAll('.row')[1].getAttribute('aria-current') === 'true'");
    lead.press("k");
    lead.wait("document.querySelectorAll('.row')[0].getAttribute('aria-current') === 'true'");
    lead.wait(&format!("document.querySelector('.item .mono').innerText === '{first}'"));
    lead.look("workpaper");
    lead.press("?");
    lead.wait("document.querySelector('#help').open");
    lead.look("workpaper-keys");
    lead.press("Escape");
    lead.wait("!document.querySelector('#help').open");
    // A determination, with the keyboard.
    lead.press("d");
    lead.wait("document.activeElement.id === 'reason'");
    lead.eval("document.querySelector('input[name=verdict][value=conformant]').click()");
    lead.fill("#reason", "经查看现场照片，入口外已立标识。");
    // Nothing is lost when the page is loaded again before saving.
    lead.wait("document.querySelector('#determine [data-draft-state]').textContent.includes('草稿')");
    let open = lead.eval("location.href").as_str().unwrap().to_owned();
    lead.go(&open);
    assert_eq!(lead.eval("document.querySelector('#reason').value"), "经查看现场照片，入口外已立标识。");
    lead.eval("window.before = document.querySelector('.tree').innerText");
    lead.click("#determine button.primary");
    lead.wait("document.querySelector('.item').dataset.verdict === 'conformant'");
    assert!(lead.text(".item .history").contains("入口外已立标识"));
    assert_eq!(lead.eval("document.querySelector('#reason').value"), "");
    // The list and the counts beside it follow without being loaded anew, also for who does not see the sign.
    lead.wait("document.querySelector('.tree').innerText !== window.before");
    lead.wait("document.querySelector('.row .visually-hidden').textContent.startsWith('符合')");
    assert!(lead.text(".row .meta").contains("已判定"), "{}", lead.text(".row"));
    let counts = lead.text(".tree");
    lead.go(&server.url(&format!("/a/{case}/workpaper?verdict=gap")));
    assert_eq!(lead.text(".tree"), counts);
    lead.go(&open);
    assert!(lead.text(".item .history").contains("入口外已立标识"));

    // Who is on what.
    server.sign_in(&assessor, "assessor");
    let all = open.replace("verdict=gap&", "");
    assessor.go(&all);
    assessor.wait("document.querySelector('[data-here]').textContent.includes('项目负责人')");

    // Two determinations at once: the second is told, and both are kept.
    lead.eval("document.querySelector('input[name=verdict][value=gap]').click()");
    lead.fill("#reason", "照片不清晰，不能采信。");
    assessor.eval("document.querySelector('input[name=verdict][value=conformant]').click()");
    assessor.fill("#reason", "另有视频可证。");
    lead.click("#determine button.primary");
    lead.wait("document.querySelector('.item').dataset.verdict === 'gap'");
    assessor.click("#determine button.primary");
    assessor.wait("document.querySelector('.item [role=alert]')");
    assert!(assessor.text(".item .history").contains("照片不清晰"));
    assert_eq!(assessor.eval("document.querySelector('#reason').value"), "另有视频可证。");
    assert!(assessor.eval("document.querySelector('input[name=verdict][value=conformant]').checked") == true);
    assessor.look("workpaper-conflict");
    assessor.click("#determine button.primary");
    assessor.wait("document.querySelector('.item').dataset.verdict === 'conformant'");
    let history = assessor.text(".item .history");
    assert!(history.contains("照片不清晰") && history.contains("另有视频可证"), "{history}");

    // A note, an owner; and the way to the source.
    assessor.fill("#note", "向门店经理核实。");
    assessor.click("form[action$='/workpaper/note'] button");
    assessor.wait("document.querySelector('.item').innerText.includes('向门店经理核实')");
    assessor.press("Escape");
    assessor.press("o");
    assessor.wait("document.querySelector('.item').dataset.owner.includes('评估员')");
    assessor.wait("(document.querySelector('.row[aria-current=true] .owner')?.innerText ?? '').includes('评估员')");
    assessor.go(&server.url(&format!("/a/{case}/workpaper?by=stage&part=collection&lacks=missing")));
    assessor.look("workpaper-stage");
    assessor.go(&server.url(&format!("/a/{case}/source")));
    assessor.look("source");
}

#[test]
fn what_is_typed_outlives_the_session() {
    let (server, browser) = (Server::demo(), Browser::start());
    let case = server.case("门店");
    let lead = browser.person();
    server.sign_in(&lead, "lead");
    lead.go(&server.url(&format!("/a/{case}/workpaper?verdict=gap")));
    lead.press("j");
    lead.wait("document.querySelector('#determine')");
    lead.eval("document.querySelector('#determine input[value=conformant]').click()");
    lead.fill("#reason", "写了很久的理由。");
    lead.call("Network.clearBrowserCookies", serde_json::json!({}));
    lead.load(|| lead.click("#determine button.primary"));
    assert!(lead.has("#login"), "{}", lead.text("main"));
    lead.fill("#login", "lead");
    lead.fill("#password", server.password("lead"));
    lead.load(|| lead.click("form[action='/login'] button.primary"));
    assert_eq!(lead.eval("document.querySelector('#reason').value"), "写了很久的理由。");
    assert_eq!(lead.eval("document.querySelector('#determine input[value=conformant]').checked"), true);
    // A session that somebody ended is told as such.
    server.workspace.end_sessions(&server.own("lead"), None).unwrap();
    lead.go(&server.url(&format!("/a/{case}")));
    assert!(lead.text("#ended").contains("已经结束"));
    lead.look("login-ended");
}

#[test]
fn the_trail_of_an_assessment_is_read_page_by_page() {
    let (server, browser) = (Server::demo(), Browser::start());
    // The example with a signature behind it: all kinds of entries, and more than one page.
    let case = server.case("修订中");
    let lead = browser.person();
    server.sign_in(&lead, "lead");
    lead.go(&server.url(&format!("/a/{case}/trail")));
    assert_eq!(lead.eval("document.querySelector('nav [aria-current]').innerText"), lead.text("h1"));
    let first = lead.text("tbody tr td");
    // Deeds in words; on a telephone no part of an entry is a column of single characters.
    for path in [format!("/a/{case}/trail"), format!("/a/{case}/trail?before=60")] {
        lead.go(&server.url(&path));
        let bare = lead.eval("[...document.querySelectorAll('.deeds td:nth-child(4), .deeds td:nth-child(5) .soft')].map(e => e.innerText).filter(w => /^[a-z-]+$/.test(w))");
        assert_eq!(bare, json!([]), "{path}");
    }
    lead.go(&server.url(&format!("/a/{case}/trail")));
    lead.size(360, 740, true);
    let thin = "[...document.querySelectorAll('.deeds td')].filter(e => (e.offsetHeight > 72 && e.offsetHeight > e.offsetWidth) || e.getBoundingClientRect().right > 361).map(e => e.offsetWidth + 'x' + e.offsetHeight + ' ' + e.innerText)";
    assert_eq!(lead.eval(thin), json!([]));
    lead.accessible("trail-case-360");
    lead.size(1440, 900, false);
    lead.look("trail-case");
    lead.load(|| lead.click("main p a.button"));
    assert_ne!(lead.text("tbody tr td"), first, "older entries");
    lead.look("trail-case-older");
}

#[test]
fn evidence_is_received_and_linked() {
    let (server, browser) = (Server::demo(), Browser::start());
    let case = server.case("门店");
    let lead = browser.person();
    server.sign_in(&lead, "lead");
    lead.go(&server.url(&format!("/a/{case}/evidence?leaf=6.2.6.1c4&object=face-capture")));
    lead.look("evidence");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("入口照片.png");
    std::fs::write(&path, b"\x89PNG\r\n\x1a\n not much of a picture").unwrap();
    lead.upload("#file", &path);
    lead.fill("#title", "入口标识牌照片");
    lead.fill("#covers_from", "2026-01-01");
    lead.load(|| lead.click("section form button.primary"));
    assert!(lead.text(".item").contains("入口标识牌照片"), "{}", lead.text("main"));
    lead.load(|| lead.click(".item a[href*='/evidence/e-']"));
    assert!(lead.text("main").contains("image/png") && lead.text("main").contains("6.2.6.1c4"));
    lead.look("evidence-one");
}

#[test]
fn english_is_complete() {
    let (server, browser) = (Server::demo(), Browser::start());
    let case = server.case("门店");
    let lead = browser.person();
    server.sign_in(&lead, "lead");
    lead.load(|| lead.click("button[name=lang]"));
    assert_eq!(lead.eval("document.documentElement.lang"), "en");
    for (name, path) in [
        ("overview", ""),
        ("workpaper", "/workpaper?verdict=gap&at=6.2.6.1c4%40face-capture"),
        ("inventory", "/inventory"),
    ] {
        lead.go(&server.url(&format!("/a/{case}{path}")));
        tab_in_english(&lead, name);
    }
    // Types of the taxonomy are no object's own name.
    lead.go(&server.url(&format!("/a/{case}/inventory/activities/face-capture")));
    let types = lead.eval("[...document.querySelectorAll('label')].map(e => e.innerText).filter(t => t.includes('(face-image)') || t.includes('(mobile-number)')).join(' | ')");
    let types = types.as_str().unwrap();
    assert!(types.contains("face-image") && !types.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{types}");
}

#[allow(clippy::unwrap_used, reason = "a test stops where something is wrong")]
#[track_caller]
fn tab_in_english(tab: &Tab<'_>, name: &str) {
    tab.shot(&format!("{name}-english"));
    // Names of objects and people stay as they were given; texts of the product do not.
    let chinese = tab.eval(
        "[...document.querySelectorAll('nav a, nav h2, h2, h3, th, label, button, legend, summary, dt')].map(e => e.innerText).filter(t => /[\\u4e00-\\u9fff]/.test(t) && !t.includes('示例')).join(' | ')",
    );
    let chinese = chinese.as_str().unwrap().replace("中文", "");
    assert!(chinese.chars().filter(|c| !" |".contains(*c)).count() < 60, "{name}: {chinese}");
}
