//! The end of an assessment in a real browser: gaps, worksheets, criteria, review and signature, the opinion. Axe finds
//! nothing, every page fits a telephone; pictures in `target/screenshots`.

mod common;

use common::browser::Browser;
use common::http::{Program, send};
use common::server::Server;

#[test]
fn a_gap_is_adjusted_disclosed_and_accepted_by_the_client() {
    let (server, browser) = (Server::demo(), Browser::start());
    let case = server.case("门店");
    let (lead, client) = (browser.person(), browser.person());
    server.sign_in(&lead, "lead");
    server.sign_in(&client, "client");
    // A second piece of evidence, for how it is after.
    let program = Program::sign_in(&server.base, "lead", server.password("lead"));
    let (actor, _) = server.workspace.session(program.cookie.trim_start_matches("zs_session=")).unwrap();
    let grant = server.workspace.allow(&actor, zhunsheng_workspace::Action::AddEvidence, Some(&case)).unwrap();
    let mut photo = server.workspace.receive(&grant).unwrap();
    photo.push("拆除后的照片".as_bytes()).unwrap();
    let after = zhunsheng_workspace::EvidenceMeta {
        title: "拆除后的照片".into(),
        filename: "after.txt".into(),
        ..Default::default()
    };
    server.workspace.add_evidence(&grant, photo, &after).unwrap();
    // From the workpaper to the register.
    lead.go(&server.url(&format!("/a/{case}/workpaper?at=5.2.2%40face-capture")));
    lead.load(|| lead.click(".item a[href*='/gaps/']"));
    assert!(lead.text("main").contains("尚无处置"), "{}", lead.text("main"));
    lead.look("gap-fresh");
    let page = lead.eval("location.href").as_str().unwrap().to_owned();
    // The client cannot accept what was not disclosed.
    client.go(&page);
    assert!(client.text("main").contains("还不能接受") && !client.has("form[action$='/accept']"));
    // An adjustment without evidence is refused and what was typed stays.
    lead.eval("document.querySelector('#d-adjusted').open = true");
    lead.fill("#t-adjusted", "设备已拆除。");
    lead.load(|| lead.click("#d-adjusted button"));
    assert!(lead.text("[role=alert]").contains("证据"), "{}", lead.text("main"));
    assert_eq!(lead.eval("document.querySelector('#t-adjusted').value"), "设备已拆除。");
    lead.eval("document.querySelector('#d-adjusted [name=before]').click()");
    lead.eval("document.querySelector('#d-adjusted [name=after]').click()");
    lead.load(|| lead.click("#d-adjusted button"));
    assert!(lead.text("[role=alert]").contains("两份不同的证据"), "one file cannot show both: {}", lead.text("main"));
    lead.eval("document.querySelector('#d-adjusted').open = true");
    lead.eval("document.querySelectorAll('#d-adjusted [name=after]')[0].click()");
    lead.eval("document.querySelectorAll('#d-adjusted [name=after]')[1].click()");
    lead.load(|| lead.click("#d-adjusted button"));
    assert!(lead.has("[data-accepted]"), "{}", lead.text("main"));
    assert!(lead.text("main").contains("此前风险待处置"));
    lead.eval("document.querySelector('#d-disclosed').open = true");
    lead.fill("#t-disclosed", "已书面说明。");
    lead.load(|| lead.click("#d-disclosed button"));
    client.go(&page);
    client.look("gap-client");
    client.fill("#a-text", "董事会知悉。");
    client.fill("#a-until", "2999-12-31");
    client.load(|| client.click("form[action$='/accept'] button"));
    // The facts still show a gap: they are to be updated before it is settled.
    assert!(client.text("main").contains("已处置，待更新事实") && client.text(".history").contains("2999-12-31"));
    // What was accepted is shown, with what can be done about it; nothing asks for it once more.
    let accepted = client.text("[aria-labelledby=h-accepted]");
    assert!(
        accepted.contains("示例评估委托方") && accepted.contains("董事会知悉。") && accepted.contains("2999-12-31"),
        "{accepted}"
    );
    assert!(!client.has("#h-accept") && !client.has("#d-renew[open]"));
    client.look("gap-accepted");
    client.eval("document.querySelector('#d-revoke').open = true");
    client.fill("#r-text", "设备又启用了。");
    client.load(|| client.click("form[action$='/revoke'] button"));
    assert!(client.text("main").contains("此前风险待处置") && client.has("#h-accept"), "{}", client.text("main"));
    client.fill("#a-text", "董事会再次知悉。");
    client.fill("#a-until", "2999-12-31");
    client.load(|| client.click("form[action$='/accept'] button"));
    let history = client.text(".history");
    assert!(history.contains("设备又启用了。") && history.contains("董事会知悉。"), "nothing is erased: {history}");
    lead.go(&server.url("/assessments"));
    lead.go(&page);
    assert!(lead.has("#h-accepted") && !lead.has("#d-renew") && !lead.has("#d-revoke"), "the client's alone");
    // A version somebody else has moved on from is not written over.
    client.eval("document.querySelector('#d-renew').open = true");
    client.fill("#a-text", "续期一年。");
    client.fill("#a-until", "2999-12-31");
    client.load(|| client.click("form[action$='/accept'] button"));
    lead.eval("document.querySelector('#d-reopened').open = true");
    lead.fill("#t-reopened", "设备重新启用。");
    lead.load(|| lead.click("#d-reopened button"));
    assert!(lead.text("[role=alert]").contains("别人先记录"), "{}", lead.text("main"));
    assert!(lead.text(".history").contains("董事会知悉"));
    lead.look("gap-history");
    lead.go(&server.url(&format!("/a/{case}/gaps")));
    assert!(lead.text("main").contains("已处置，待更新事实") && lead.text("main").contains("未处置"));
    lead.look("gaps");
    let all = lead.eval("document.querySelectorAll('tbody tr').length").as_u64().unwrap();
    lead.go(&server.url(&format!("/a/{case}/gaps?standing=facts-open")));
    assert_eq!(lead.eval("document.querySelectorAll('tbody tr').length"), 1);
    lead.go(&server.url(&format!("/a/{case}/gaps?standing=waits")));
    assert_eq!(lead.eval("document.querySelectorAll('tbody tr').length"), all, "it waits too");
}

#[test]
fn a_worksheet_concludes_while_it_is_filled_in() {
    let (server, browser) = (Server::demo(), Browser::start());
    let case = server.case("门店");
    let lead = browser.person();
    server.sign_in(&lead, "lead");
    lead.go(&server.url(&format!("/a/{case}/worksheets")));
    assert!(lead.text("main").contains("face-capture"));
    lead.look("worksheets");
    lead.load(|| lead.click("a[href$='/worksheets/b4/face-capture']"));
    assert_eq!(lead.eval("document.querySelector('#by').value"), "示例项目负责人");
    // Live: nothing is saved yet.
    lead.eval("document.querySelector(\"[name='f.formal.finding'][value=implied]\").click()");
    lead.fill("[name='f.formal.reason']", "统计进店人数是营业的当然步骤。");
    lead.wait("document.querySelector('#concluded').innerText.includes('当然包含')");
    lead.look("worksheet");
    lead.load(|| lead.click("form[data-try] button.primary"));
    assert!(lead.has("[data-accepted]"), "{}", lead.text("main"));
    let concluded = lead.text("#concluded");
    assert!(concluded.contains("当然包含") && concluded.contains("按所述规则得出"), "{concluded}");
    assert_eq!(lead.eval("document.querySelector(\"[name='f.formal.finding']:checked\").value"), "implied");
    lead.load(|| lead.click("a[href$='/inventory/worksheets/b4-face-capture']"));
    assert!(lead.text("main").contains("统计进店人数") || lead.has("[name='v.b4.formal.reason']"));
    // The other example has worksheets of its own.
    let dealer = server.case("汽车");
    lead.go(&server.url(&format!("/a/{dealer}/worksheets")));
    assert!(lead.text("main").contains("直接相关"));
    lead.look("worksheets-dealer");
}

#[test]
fn a_stricter_criterion_counts_and_is_withdrawn_with_a_reason() {
    let (server, browser) = (Server::demo(), Browser::start());
    let case = server.case("门店");
    let lead = browser.person();
    server.sign_in(&lead, "lead");
    lead.go(&server.url(&format!("/a/{case}/criteria")));
    assert!(lead.text("main").contains("没有调整准则"));
    lead.fill("#leaf", "5.2.2");
    lead.fill("#demands", "保存不超过三十天");
    lead.fill("#source", "公开承诺第三条");
    lead.fill("#reason", "承诺高于标准");
    lead.fill("#check", "activity.no_such_field <= 30");
    lead.load(|| lead.click("#add-criterion button"));
    assert!(lead.text("[role=alert]").contains("no_such_field"), "{}", lead.text("main"));
    assert_eq!(lead.eval("document.querySelector('#demands').value"), "保存不超过三十天");
    lead.fill("#check", "activity.retention.days <= 30");
    lead.load(|| lead.click("#add-criterion button"));
    let text = lead.text("main");
    assert!(text.contains("保存不超过三十天") && text.contains("示例项目负责人") && text.contains("待定"), "{text}");
    lead.look("criteria");
    lead.eval("[...document.querySelectorAll('details')].forEach(d => d.open = true)");
    lead.fill("[name=why]", "承诺已撤销");
    lead.load(|| lead.click("form[action$='/withdraw'] button"));
    assert!(lead.text("main").contains("承诺已撤销") && lead.text("main").contains("保存不超过三十天"));
    // An assessor's answer, in the example that has one.
    let signed = server.case("修订中");
    lead.go(&server.url(&format!("/a/{signed}/criteria")));
    assert!(lead.text("main").contains("没有批准文件") && lead.text("main").contains("不满足"));
    lead.look("criteria-answered");
}

#[test]
fn a_sample_is_worked_out_drawn_examined_and_withdrawn() {
    let (server, browser) = (Server::demo(), Browser::start());
    let case = server.case("门店");
    let lead = browser.person();
    server.sign_in(&lead, "lead");
    lead.go(&server.url(&format!("/a/{case}/samples")));
    assert!(lead.text("main").contains("还没有载明"));
    lead.look("samples-empty");
    lead.fill("#subject", "上海门店纸质告知牌");
    lead.fill("#leaves", "5.3.2，5.5.2");
    lead.fill("#population", "三百");
    lead.fill("#source", "门店清单 2026-10");
    lead.load(|| lead.click("#add-sample button.primary"));
    assert!(lead.text("[role=alert]").contains("`三百` 不是数字"), "{}", lead.text("main"));
    assert_eq!(lead.eval("document.querySelector('#subject').value"), "上海门店纸质告知牌");
    lead.fill("#population", "1,300");
    lead.fill("#seed", "20261130");
    // Worked out before it is saved; nothing typed is lost.
    lead.load(|| lead.click("#try"));
    let tried = lead.text("#tried");
    assert!(tried.contains("样本量") && tried.contains("置信水平 95%") && tried.contains("尚未保存"), "{tried}");
    assert_eq!(lead.eval("document.querySelector('#leaves').value"), "5.3.2，5.5.2");
    lead.look("samples-tried");
    // A rate that no sample could show is refused with its bound.
    lead.fill("#expected", "4");
    lead.load(|| lead.click("#try"));
    assert!(lead.text("[role=alert]").contains("预期偏差率"), "{}", lead.text("main"));
    lead.fill("#expected", "0");
    lead.load(|| lead.click("#add-sample button.primary"));
    assert!(lead.has("[data-accepted]"), "{}", lead.text("main"));
    assert_eq!(lead.text("#seed"), "20261130");
    let drawn = lead.eval("document.querySelectorAll('#items span').length").as_u64().unwrap();
    assert!(lead.text("#planned").contains(&format!("样本量 {drawn}")));
    assert!(lead.text("main").contains("尚未检查"));
    lead.look("sample");
    // Deviations are named one by one.
    lead.fill("#examined", &drawn.to_string());
    lead.fill("#deviations", "1");
    lead.load(|| lead.click("#examine button.primary"));
    assert!(lead.text("[role=alert]").contains("逐项"), "{}", lead.text("main"));
    lead.fill("#text", "第 23 号：入口没有告知牌。");
    lead.load(|| lead.click("#examine button.primary"));
    let text = lead.text("[aria-labelledby=h-results]");
    assert!(text.contains("样本不支持依赖") && text.contains("入口没有告知牌"), "{text}");
    lead.look("sample-examined");
    lead.fill("#why", "清单漏了新开的门店");
    lead.load(|| lead.click("form[action$='/withdraw'] button"));
    assert!(lead.text("main").contains("清单漏了新开的门店") && !lead.has("#examine"));
    lead.go(&server.url(&format!("/a/{case}/samples")));
    assert!(lead.text("tbody").contains("已撤回"));
    lead.look("samples");
    // In the opinion as things stand, and in the trail.
    let person = Program::sign_in(&server.base, "lead", server.password("lead"));
    let draft = send(
        &server.base,
        "GET",
        &format!("/a/{case}/opinion/draft?paper=html&lang=zh"),
        &[("Cookie", &person.cookie)],
        "",
    );
    assert!(draft.body.contains("种子 20261130") && draft.body.contains("清单漏了新开的门店"));
    lead.go(&server.url(&format!("/a/{case}/trail")));
    assert!(lead.text("main").contains("总体或抽样"));
}

#[test]
fn it_is_returned_approved_signed_and_what_changed_is_shown() {
    let (server, browser) = (Server::demo(), Browser::start());
    let case = server.case("门店");
    let (lead, reviewer, client) = (browser.person(), browser.person(), browser.person());
    server.sign_in(&lead, "lead");
    server.sign_in(&reviewer, "reviewer");
    server.sign_in(&client, "client");
    let page = server.url(&format!("/a/{case}/review"));
    lead.go(&page);
    lead.look("review-draft");
    lead.load(|| lead.click("form[action$='/review/submit'] button"));
    let hash = lead.text("#hash");
    assert_eq!(hash.len(), 64, "{hash}");
    reviewer.go(&page);
    assert_eq!(reviewer.text("#hash"), hash);
    reviewer.fill("#c-place", "5.2.2@face-capture");
    reviewer.fill("#c-text", "理由不够。");
    reviewer.load(|| reviewer.click("form[action$='/review/comment'] button"));
    assert!(reviewer.text("main").contains("理由不够"));
    reviewer.look("review-reviewer");
    // Returning takes a reason.
    reviewer.load(|| reviewer.click("button[value=return]"));
    assert!(reviewer.has("[role=alert]"));
    reviewer.fill("#r-text", "见意见。");
    reviewer.load(|| reviewer.click("button[value=return]"));
    lead.go(&page);
    assert!(lead.text("main").contains("复核退回") && lead.text("main").contains("没有差别"), "{}", lead.text("main"));
    lead.load(|| lead.click(".history a[href*='workpaper']"));
    assert!(lead.text(".item").contains("理由不够"));
    lead.go(&server.url(&format!("/a/{case}/inventory/organisation/-")));
    lead.fill("[name='v.people_processed']", "1000");
    lead.load(|| lead.click(".stickybar button.primary"));
    lead.go(&page);
    lead.load(|| lead.click("a[href$='/review/difference']"));
    assert!(lead.text("main").contains("organisation.people_processed") && lead.text("ins").contains("1000"));
    lead.go(&page);
    lead.load(|| lead.click("form[action$='/review/submit'] button"));
    let second = lead.text("#hash");
    assert_ne!(second, hash);
    reviewer.go(&page);
    reviewer.load(|| reviewer.click("button[value=approve]"));
    // The client sees that it is not signed yet, and takes nothing.
    client.go(&server.url(&format!("/a/{case}/opinion")));
    assert!(client.text("main").contains("还没有签发过"));
    lead.go(&page);
    lead.look("review-approved");
    lead.fill("#g-number", "示字〔2026〕7号");
    lead.load(|| lead.click("form[action$='/review/sign'] button"));
    assert!(lead.text("main").contains("已签发并冻结") && lead.text("#hash") == second);
    lead.look("review-signed");
    client.go(&server.url(&format!("/a/{case}/opinion")));
    assert!(client.text("main").contains("示字〔2026〕7号") && client.has("button[value=docx]"));
    assert!(!client.has("form[action$='/issue']"), "the lead's alone");
    client.look("opinion-client");
    // Nothing can be changed now, until a revision is opened.
    lead.fill("#o-text", "补充证据");
    lead.load(|| lead.click("form[action$='/review/open'] button"));
    assert!(lead.text("main").contains("第 2 稿"));
    // The example that was signed before: what differs, of each kind.
    let signed = server.case("修订中");
    lead.go(&server.url(&format!("/a/{signed}/review")));
    assert!(lead.text("main").contains("请写明为什么不能援引"));
    lead.look("review-revision");
    lead.load(|| lead.click("a[href$='/review/difference']"));
    let text = lead.text("main");
    assert!(text.contains("431623") && text.contains("已揭示风险 · 已调整"), "{text}");
    lead.look("difference");
}

#[test]
fn an_agreement_to_end_is_confirmed_before_it_is_submitted_and_signed() {
    let (server, browser) = (Server::demo(), Browser::start());
    let case = server.case("门店");
    let (lead, reviewer) = (browser.person(), browser.person());
    server.sign_in(&lead, "lead");
    server.sign_in(&reviewer, "reviewer");
    lead.go(&server.url(&format!("/a/{case}/gaps/5.2.2%40face-capture")));
    lead.eval("document.querySelector('#d-stopped').open = true");
    lead.fill("#t-stopped", "没有合法性基础，委托方同意不再评估。");
    lead.load(|| lead.click("#d-stopped button"));
    let page = server.url(&format!("/a/{case}/review"));
    lead.go(&page);
    assert!(lead.text("main").contains("已商定终止评估") && lead.text("main").contains("5.2.2 face-capture"));
    lead.look("review-ended");
    // The browser asks for it, and so does the server.
    let submit = "form[action$='/review/submit'] button";
    lead.eval("document.querySelector('[name=ended]').required = false");
    lead.fill("#s-text", "请复核。");
    lead.load(|| lead.click(submit));
    let told = lead.text("[role=alert]");
    assert!(told.contains("5.2.2@face-capture") && told.contains("重新打开"), "{told}");
    assert_eq!(lead.eval("document.querySelector('#s-text').value"), "请复核。");
    lead.click("[name=ended]");
    lead.load(|| lead.click(submit));
    assert!(lead.text(".history").contains("确认商定终止评估仍然有效"), "{}", lead.text("main"));
    reviewer.go(&page);
    reviewer.load(|| reviewer.click("button[value=approve]"));
    lead.go(&page);
    lead.look("review-ended-approved");
    let sign = "form[action$='/review/sign'] button";
    lead.eval("document.querySelector('[name=ended]').required = false");
    lead.load(|| lead.click(sign));
    assert!(lead.text("[role=alert]").contains("5.2.2@face-capture"));
    lead.click("[name=ended]");
    lead.load(|| lead.click(sign));
    assert!(lead.text("main").contains("已签发并冻结"), "{}", lead.text("main"));
}

#[test]
fn the_opinion_is_written_with_the_firms_template_and_noted() {
    let (server, browser) = (Server::demo(), Browser::start());
    let case = server.case("修订中");
    let lead = browser.person();
    server.sign_in(&lead, "lead");
    let page = server.url(&format!("/a/{case}/opinion"));
    lead.go(&page);
    // PDF where the program was built with it; else the page says how to get it.
    let pdf = zhunsheng_workspace::Paper::Pdf.written_here();
    assert_eq!((lead.has("button[value=pdf]"), lead.has("#h-pdf")), (pdf, !pdf));
    lead.look("opinion");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("firm.yaml");
    std::fs::write(&path, "firm: 示例律师事务所\ncolour: red\n").unwrap();
    lead.upload("#template", &path);
    lead.load(|| lead.click("form[action$='/opinion/template'] button"));
    assert!(lead.text("[role=alert]").contains("colour"), "{}", lead.text("main"));
    std::fs::write(&path, "firm: 示例律师事务所\naccent: \"#7A1F1F\"\n").unwrap();
    lead.upload("#template", &path);
    lead.load(|| lead.click("form[action$='/opinion/template'] button"));
    assert!(lead.text("main").contains("示例律师事务所"));

    let person = Program::sign_in(&server.base, "lead", server.password("lead"));
    let client = Program::sign_in(&server.base, "client", server.password("client"));
    let take = |person: &Program, path: &str| {
        send(&server.base, "GET", &format!("/a/{case}/opinion{path}"), &[("Cookie", &person.cookie)], "")
    };
    let draft = take(&person, "/draft?paper=html&lang=zh&number=2026-001");
    assert_eq!(draft.status, 200, "{}", draft.body);
    assert!(draft.header("content-disposition").starts_with("attachment"));
    for told in [
        "示例律师事务所",
        "2026-001",
        "逐项核对八种合法性基础",
        "设备已全部拆除",
        "董事会知悉并接受",
        "拆除后照片",
        "示例复核人",
    ] {
        assert!(draft.body.contains(told), "the draft lacks {told}");
    }
    let docx = take(&person, "/draft?paper=docx");
    assert!(docx.status == 200 && docx.body.starts_with("PK"));
    for paper in ["typst", "report", "json"] {
        assert_eq!(take(&person, &format!("/draft?paper={paper}")).status, 200, "{paper}");
    }
    assert_eq!(take(&person, "/draft?paper=docx&issued=soon").status, 422);
    // What was signed: for the client too, with the signature, without what came after.
    let hash = lead.eval("document.querySelector('form[action*=\"/opinion/signed/\"]').action.split('/').pop()");
    let hash = hash.as_str().unwrap();
    let signed = take(&client, &format!("/signed/{hash}?paper=html&lang=zh&number=X-1&issued=2031-05-06"));
    assert!(!signed.body.contains("X-1") && !signed.body.contains("2031年5月6日"), "what was issued, whoever asks");
    assert!(!signed.body.contains("示例律师事务所"), "the template is that of the signature");
    assert!(signed.status == 200 && signed.body.contains(hash), "{}", signed.status);
    assert!(signed.body.contains("董事会知悉并接受"));
    assert_eq!(take(&client, "/draft?paper=html").status, 403);
    assert_eq!(take(&client, &format!("/signed/{}?paper=html", "0".repeat(64))).status, 404);
    // Every one is in the trail.
    lead.go(&page);
    let exports = lead.eval("document.querySelectorAll('[aria-labelledby=h-exports] tbody tr').length");
    assert_eq!(exports, 6);
    lead.look("opinion-exported");
}

#[test]
fn the_pages_are_complete_in_english() {
    let (server, browser) = (Server::demo(), Browser::start());
    let case = server.case("修订中");
    let lead = browser.person();
    server.sign_in(&lead, "lead");
    lead.load(|| lead.click("button[name=lang]"));
    let pages =
        ["gaps", "gaps/5.2.2%40face-capture", "review", "opinion", "worksheets/b4/face-capture", "criteria", "samples"];
    for path in pages {
        lead.go(&server.url(&format!("/a/{case}/{path}")));
        lead.shot(&format!("english-{}", path.replace(['/', '%'], "-")));
        let chinese = lead.eval(
            "[...document.querySelectorAll('nav a, nav h2, h1, h3, thead th, .field > label, button, legend, dt')].map(e => e.innerText).filter(t => /[\\u4e00-\\u9fff]/.test(t)).join(' | ')",
        );
        assert_eq!(chinese.as_str().unwrap().replace("中文", ""), "", "{path}");
    }
}
