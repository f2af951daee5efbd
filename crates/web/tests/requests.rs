//! Requests in a real browser: what is missing is asked for at once, answered by the assessee in plain words, taken over; and the
//! inventory as a workbook.

mod common;

use common::browser::{Browser, Tab};
use common::http::{Program, send, token_part};
use common::server::Server;

#[test]
fn what_is_missing_is_asked_for_answered_and_taken_over() {
    let (server, browser) = (Server::demo(), Browser::start());
    let case = server.case("门店");
    let (lead, assessee) = (browser.person(), browser.person());
    server.sign_in(&lead, "lead");
    server.sign_in(&assessee, "assessee");
    let at = |path: &str| server.url(&format!("/a/{case}{path}"));

    lead.go(&at(""));
    assert!(lead.text("#h-age").contains("资料请求"));
    assert_eq!(lead.eval("document.querySelectorAll('table.age tbody tr').length"), 4);
    lead.look("dashboard");
    lead.go(&at("/requests"));
    assert!(
        lead.text("main").contains("逾期 6 天") || lead.text("main").contains("逾期 3 天"),
        "{}",
        lead.text("main")
    );
    lead.look("requests");
    let before = lead.eval("document.querySelectorAll('tbody tr').length").as_u64().unwrap();

    // Two by themselves, and all of one object at once.
    lead.go(&at("/requests/missing"));
    lead.look("requests-missing");
    lead.load(|| lead.click("form[method=post] .ask-bar button.primary"));
    assert!(lead.text("[role=alert]").contains("没有勾选"));
    lead.click("input[value='governance.rules_review_days']");
    lead.click("input[value='security.systems']");
    let group = lead.eval(
        "document.querySelector(\"input[name=group][value='recipients/supplier']\")?.parentElement.innerText ?? '0'",
    );
    let whole: u64 = group.as_str().unwrap().chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap();
    if whole > 0 {
        lead.click("input[name=group][value='recipients/supplier']");
    }
    lead.fill("#due", "2030-01-31");
    lead.fill("#note", "请以 2026 年 11 月 1 日的情况为准。");
    lead.load(|| lead.click("form[method=post] .ask-bar button.primary"));
    assert!(lead.has("[data-accepted]"), "{}", lead.text("main"));
    assert_eq!(lead.eval("document.querySelectorAll('tbody tr').length").as_u64().unwrap(), before + 2 + whole);
    // What was asked for is not offered again.
    lead.go(&at("/requests/missing"));
    assert!(!lead.has("input[value='governance.rules_review_days']"));
    lead.go(&at("/requests/missing?all=yes"));
    assert!(lead.text("main").contains("已提出"));

    // The assessee sees what is asked, not the working papers.
    assessee.go(&at(""));
    assert!(assessee.text("main").contains("等您答复的"));
    assessee.look("overview-assessee");
    assessee.load(|| assessee.click("main .notice a"));
    assessee.look("asked");
    assert!(!assessee.has(&format!("nav a[href='/a/{case}/requests']")));
    let open = |tab: &Tab<'_>, text: &str| {
        let script = format!(
            "[...document.querySelectorAll('main a')].find(a => a.closest('.card, tr, li')?.innerText.includes('{text}')).click()"
        );
        tab.load(|| {
            tab.eval(&script);
        });
    };
    // A number, with a word and a file beside it. A mistake is told and nothing typed is lost.
    open(&assessee, "多少天评审一次");
    assert!(assessee.text("main").contains("2026 年 11 月 1 日"), "{}", assessee.text("main"));
    assessee.fill("[name='v.rules_review_days']", "很多");
    assessee.fill("#text", "以制度评审记录为准。");
    assessee.load(|| assessee.click("main form button.primary"));
    assert!(assessee.text(".wrong").contains("整数"));
    assert_eq!(assessee.eval("document.querySelector('#text').value"), "以制度评审记录为准。");
    assessee.look("asked-answer");
    assessee.fill("[name='v.rules_review_days']", "1,365");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("评审.csv");
    std::fs::write(&path, "制度,评审间隔\n保护政策,1365\n").unwrap();
    assessee.upload("#file", &path);
    assessee.fill("#title", "制度评审记录表");
    assessee.load(|| assessee.click("main form button.primary"));
    assert!(assessee.has("[data-accepted]"), "{}", assessee.text("main"));
    assert!(assessee.text("#h-done").contains("已答复"));
    // That there are none of a kind.
    open(&assessee, "安全事件");
    assert!(assessee.has("input[name=there][value=none]"), "{}", assessee.text("main"));
    assessee.click("input[name=there][value=none]");
    assessee.load(|| assessee.click("main form button.primary"));
    assert!(assessee.has("[data-accepted]"));
    // Nothing said is no answer.
    open(&assessee, "采购合同");
    assessee.load(|| assessee.click("main form button.primary"));
    assert!(assessee.text("[role=alert]").contains("请填写内容"));
    assessee.fill("#text", "合同见附件，安装图正在整理。");
    assessee.load(|| assessee.click("main form button.primary"));

    // The team takes the number over: it is in the inventory, with the file as evidence, in the name of who took it.
    lead.go(&at("/requests?show=answered"));
    open(&lead, "多少天评审一次");
    assert!(lead.text("main").contains("1365") && lead.text("main").contains("制度评审记录表"));
    lead.look("request-answered");
    lead.load(|| lead.click("button[value=take]"));
    assert!(lead.text(".head").contains("已采纳"), "{}", lead.text("main"));
    lead.go(&at("/inventory/governance/-?show=filled"));
    assert_eq!(lead.eval("document.querySelector(\"[name='v.rules_review_days']\").value"), "1365");
    assert_eq!(
        lead.eval("[...document.querySelectorAll(\"[name='v.evidence']:checked\")].some(e => e.parentElement.innerText.includes('制度评审记录表'))"),
        true
    );
    assert!(lead.text(".head").contains("示例项目负责人"));
    lead.go(&at("/requests?show=answered"));
    open(&lead, "安全事件");
    lead.load(|| lead.click("button[value=take]"));
    lead.go(&at("/inventory/incidents"));
    assert!(lead.text("main").contains("确知没有"));

    // Returned with a question, which the assessee sees.
    lead.go(&at("/requests?show=answered"));
    open(&lead, "采购合同");
    lead.load(|| lead.click("button[value=return]"));
    assert!(lead.has("[role=alert]"), "a reason is needed");
    lead.fill("#text", "附件没有收到，请上传。");
    lead.load(|| lead.click("button[value=return]"));
    assert!(lead.text(".head").contains("已退回"));
    assessee.go(&at("/asked"));
    assert!(assessee.text("main").contains("附件没有收到"));
    assessee.look("asked-returned");

    // One in one's own words, given to somebody, and withdrawn.
    lead.go(&at("/requests"));
    lead.fill("#question", "请提供店员培训记录。");
    lead.load(|| lead.click("section form[action$='/requests'] button"));
    open(&lead, "培训记录");
    let who =
        lead.eval("[...document.querySelector('#assigned').options].find(o => o.text.includes('被评估方（')).value");
    lead.fill("#assigned", who.as_str().unwrap());
    lead.fill("#due", "2030-02-01");
    lead.load(|| lead.click("form[action$='/set'] button"));
    assert!(lead.text(".kv").contains("示例被评估方") && lead.text(".kv").contains("2030-02-01"));
    lead.load(|| lead.click("button[value=withdraw]"));
    assert!(lead.text(".head").contains("已撤回"));
    assessee.go(&at("/asked"));
    assert!(!assessee.text("main").contains("培训记录"));

    // English.
    lead.load(|| lead.click("button[name=lang]"));
    for (name, path) in [("requests", "/requests"), ("requests-missing", "/requests/missing"), ("asked", "/asked")] {
        lead.go(&at(path));
        lead.shot(&format!("{name}-english"));
        let labels = lead.eval("[...document.querySelectorAll('nav a, h1, thead th, label > select, main form > button, .lead')].map(e => e.innerText.split('\\n')[0]).filter(t => /[\\u4e00-\\u9fff]/.test(t) && !t.includes('示例')).join(' | ')");
        let chinese = labels.as_str().unwrap().replace("中文", "");
        assert!(chinese.chars().filter(|c| !" |".contains(*c)).count() < 20, "{name}: {chinese}");
    }
}

#[test]
fn without_script_a_request_is_made_and_answered() {
    let server = Server::demo();
    let case = server.case("门店");
    let lead = Program::sign_in(&server.base, "lead", server.password("lead"));
    let assessee = Program::sign_in(&server.base, "assessee", server.password("assessee"));
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let body = format!("csrf={}&path=governance.rules_review_days&path=governance.training", lead.token);
    let made =
        send(&server.base, "POST", &format!("/a/{case}/requests/missing"), &[("Cookie", &lead.cookie), form], &body);
    assert_eq!((made.status, made.header("location")), (303, format!("/a/{case}/requests").as_str()));
    let page = send(&server.base, "GET", &format!("/a/{case}/asked"), &[("Cookie", &assessee.cookie)], "");
    let link = page.body.split("href=\"").find(|part| part.starts_with(&format!("/a/{case}/asked/"))).unwrap();
    let link = link.split('"').next().unwrap();
    let multipart = ("Content-Type", "multipart/form-data; boundary=x");
    let body = "--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n每季度一次。\r\n--x--\r\n";
    let body = format!("{}{body}", token_part(&assessee.token, "x"));
    let said = send(&server.base, "POST", link, &[("Cookie", &assessee.cookie), multipart], &body);
    assert_eq!(said.status, 303, "{}", said.body);
    // Another person's request, or one of another assessment, is not there.
    let other = server.case("示例汽车");
    let id = link.rsplit('/').next().unwrap();
    for (program, path) in [(&assessee, format!("/a/{other}/asked/{id}")), (&lead, format!("/a/{other}/requests/{id}"))]
    {
        assert_eq!(send(&server.base, "GET", &path, &[("Cookie", &program.cookie)], "").status, 404, "{path}");
    }
}

#[test]
fn the_inventory_goes_out_as_a_workbook_and_comes_back() {
    let (server, browser) = (Server::demo(), Browser::start());
    let case = server.case("门店");
    let lead = browser.person();
    server.sign_in(&lead, "lead");
    lead.go(&server.url(&format!("/a/{case}/transfer")));
    lead.look("transfer-excel");
    // The workbook as the page gives it, straight back: nothing has changed.
    let folder = tempfile::tempdir().unwrap();
    let fetch = format!(
        "fetch('/a/{case}/dossier.xlsx').then(r => r.arrayBuffer()).then(b => btoa(new Uint8Array(b).reduce((text, byte) => text + String.fromCharCode(byte), '')))"
    );
    let bytes = common::base64(lead.eval(&fetch).as_str().unwrap());
    assert!(bytes.starts_with(b"PK"), "a zip archive");
    let path = folder.path().join("dossier.xlsx");
    std::fs::write(&path, &bytes).unwrap();
    let text = |tab: &Tab<'_>| {
        tab.go(&server.url(&format!("/a/{case}/source")));
        tab.text("main")
    };
    let before = text(&lead);
    lead.go(&server.url(&format!("/a/{case}/transfer")));
    lead.upload("#workbook", &path);
    lead.load(|| lead.click("form[action*='/transfer/workbook'] button"));
    assert!(lead.text("[role=status]").contains("已导入"), "{}", lead.text("main"));
    assert_eq!(
        lead.eval("location.pathname + location.search"),
        format!("/a/{case}/transfer"),
        "the page, not the form"
    );
    lead.go(&server.url(&format!("/a/{case}/transfer")));
    assert!(!lead.text("main").contains("已导入"), "it is told once");
    assert_eq!(text(&lead), before);
    // What is no workbook is told as such.
    std::fs::write(&path, "not a workbook").unwrap();
    lead.go(&server.url(&format!("/a/{case}/transfer")));
    lead.upload("#workbook", &path);
    lead.load(|| lead.click("form[action*='/transfer/workbook'] button"));
    assert!(lead.has("[role=alert]"));
    lead.look("transfer-refused");
}

#[test]
fn the_client_answers_what_is_the_clients_to_answer() {
    let (server, browser) = (Server::demo(), Browser::start());
    let case = server.case("门店");
    let (lead, client, assessee) = (browser.person(), browser.person(), browser.person());
    for (tab, login) in [(&lead, "lead"), (&client, "client"), (&assessee, "assessee")] {
        server.sign_in(tab, login);
    }
    let at = |path: &str| server.url(&format!("/a/{case}{path}"));
    lead.go(&at("/requests"));
    lead.fill("#question", "评估报告供谁使用？");
    lead.fill("#assigned", "@client");
    lead.load(|| lead.click("form[data-draft] button"));
    assert!(lead.text("main").contains("委托方任何人"), "{}", lead.text("main"));
    // The menu leads there; the assessee is not asked.
    client.go(&at(""));
    client.load(|| client.click(&format!("nav a[href='/a/{case}/asked']")));
    assert!(client.text("main").contains("评估报告供谁使用"), "{}", client.text("main"));
    client.look("asked-client");
    assessee.go(&at("/asked"));
    assert!(!assessee.text("main").contains("评估报告供谁使用"));
    client.load(|| client.click(".card .button"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("委托书.txt");
    std::fs::write(&path, "供董事会使用。").unwrap();
    client.upload("#file", &path);
    client.fill("#text", "供董事会使用，见附件。");
    client.load(|| client.click("main form button.primary"));
    assert!(client.has("[data-accepted]") && client.text("#h-done").contains("已答复"), "{}", client.text("main"));
    // What they gave is theirs to see; what the team holds is not.
    client.go(&at("/evidence"));
    assert_eq!(client.eval("document.querySelectorAll('tbody tr').length"), 1);
    assert!(client.text("main").contains("委托书"));
    lead.go(&at("/requests?show=answered"));
    assert!(lead.text("main").contains("评估报告供谁使用"));
}

#[test]
fn whoever_may_see_evidence_opens_it_and_who_may_add_adds() {
    let (server, browser) = (Server::demo(), Browser::start());
    let case = server.case("门店");
    for (login, adds, changes) in
        [("expert", true, true), ("reviewer", false, false), ("observer", false, false), ("assessee", true, false)]
    {
        let tab = browser.person();
        server.sign_in(&tab, login);
        tab.go(&server.url(&format!("/a/{case}/evidence")));
        assert!(tab.text("h1").contains("证据"), "{login}: {}", tab.text("main"));
        assert_eq!(tab.has("form[enctype]"), adds, "{login}");
        if login == "assessee" {
            continue;
        }
        tab.load(|| tab.click("tbody th a"));
        assert!(tab.text("main").contains("SHA-256") && tab.has("a[href$='/file']"), "{login}: {}", tab.text("main"));
        assert_eq!(tab.has("a[href$='/edit']"), changes, "{login}");
    }
}
