//! Sides given as JSON, and what is refused of them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where something is wrong")]

use std::collections::BTreeMap;
use zhunsheng_policy::cli::reconcile_documents;
use zhunsheng_policy::error::Error;
use zhunsheng_policy::practices::Stage;
use zhunsheng_policy::reconcile::inventory::{Beside, Inventory};
use zhunsheng_policy::reconcile::{Aspect, Side, Table, discovered, input, render};
use zhunsheng_policy::report::Kit;
use zhunsheng_policy::{
    data::{Lang, Text},
    read,
};

#[test]
fn a_wrong_entry_is_told_with_its_line() {
    let kit = Kit::builtin().unwrap();
    let text = "{\"entries\": [\n {\"type\": \"name\", \"stage\": \"collection\"},\n {\"type\": \"mobil-numbr\", \"stage\": \"use\"}\n]}";
    let error = input::parse("record.json", text, &kit).unwrap_err().to_string();
    assert!(
        error.starts_with("record.json:3:") && error.contains("`mobil-numbr`") && error.contains("`mobile-number`"),
        "{error}"
    );
    let error = input::parse("r.json", "{\"entries\": [{\"type\": \"name\", \"stage\": \"colection\"}]}", &kit)
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("r.json:1:"), "{error}");
    let error = input::parse(
        "r.json",
        "{\"entries\": [{\"type\": \"name\", \"stage\": \"use\", \"retention\": \"soon\"}]}",
        &kit,
    )
    .unwrap_err()
    .text();
    assert_eq!(
        error.zh,
        "r.json:1:0：第 1 条的保存期限 `soon` 不是一段时间；写成 `30 天`、`三年`、`P6M` 或 `account-life`"
    );
    let mend = "write `30 天`, `三年`, `P6M` or `account-life`";
    assert_eq!(error.en, format!("r.json:1:0: retention `soon` of entry 1 is no span of time; {mend}"));
    let error = discovered::parse("found.json", "{\"files\": 3}").unwrap_err().text();
    let (zh, en) = (error.zh.as_str(), error.en.as_str());
    assert!(zh.starts_with("found.json:1:") && zh.contains("内容不合规定的形式（原话：“"), "{zh}");
    assert!(zh.ends_with("请给出 `zhunsheng discover PATHS --format json` 的原样输出"), "{zh}");
    assert!(en.ends_with("give the unchanged output of `zhunsheng discover PATHS --format json`"), "{en}");
}

/// What can go wrong before a policy is read, in both languages.
#[test]
fn what_is_refused_is_told_in_both_languages() {
    let cases = [
        (
            Error::Product { given: String::new(), valid: "app, web".into() },
            "卷宗有多个产品；请用 `--product` 指明一个：`app, web`",
            "the dossier has several products; name one with `--product`: `app, web`",
        ),
        (
            Error::Format {
                path: "p.doc".into(),
                format: "text",
                reason: Text::new("含二进制数据", "it holds binary data"),
            },
            "`p.doc` 不能按 文本 读取：含二进制数据；请转换为 HTML、Markdown、docx 或 UTF-8 编码的文本",
            "`p.doc` is not readable as text: it holds binary data; convert it to HTML, Markdown, docx or text in UTF-8",
        ),
        (
            Error::Io { path: "x.html".into(), source: std::io::ErrorKind::NotFound.into() },
            "无法读取 `x.html`：没有这个文件或目录；请检查路径和权限",
            "cannot read `x.html`: entity not found; check the path and its permissions",
        ),
    ];
    for (error, zh, en) in cases {
        assert_eq!(error.text(), Text::new(zh, en));
    }
}

/// A type of the organisation's own is found in the policy by its title; what comes in is escaped.
#[test]
fn own_types_and_hostile_names() {
    let kit = Kit::builtin().unwrap();
    let dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("own-types");
    std::fs::create_dir_all(&dir).unwrap();
    let file = dir.join("p.md");
    std::fs::write(&file, "# 隐私政策\n\n## 我们如何收集\n\n我们会收集您的座舱温度偏好，用于调节空调。\n").unwrap();
    let entry = |kind: &str| input::Entry {
        kind: kind.into(),
        stage: zhunsheng_policy::practices::Stage::Collection,
        purpose: None,
        recipient: None,
        retention: None,
        country: None,
        at: Some("d.yaml:1".into()),
        events: None,
    };
    let mut record = input::Rows::new();
    input::enter(&mut record, entry("cabin-climate"), &kit);
    input::enter(&mut record, entry("<b>seat</b>"), &kit);
    let types = BTreeMap::from([
        ("cabin-climate".to_owned(), Text::new("座舱温度偏好", "cabin climate")),
        ("<b>seat</b>".to_owned(), Text::new("<b>座椅</b>", "seat")),
    ]);
    let own = Beside { types, ..Beside::default() };
    let policies = [("p.md".to_owned(), read::file(&file).unwrap())];
    let documents = policies.iter().map(|(name, document)| (name.clone(), document));
    let table = reconcile_documents(documents, "<script>".into(), Vec::new(), Some(record), None, &own, &kit);
    let found: Vec<&str> = table.findings.iter().map(|f| f.kind.as_str()).collect();
    assert_eq!(found, ["<b>seat</b>"]);
    let html = render::html(&table, Lang::Zh);
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script>") && !html.contains("<b>座椅"), "{html}");
}

/// A table of one policy text against some entries on record.
fn held(text: &str, record: Vec<input::Entry>, beside: &Beside) -> Table {
    let kit = Kit::builtin().unwrap();
    let document = read::memory(text, zhunsheng_policy::doc::Format::Markdown);
    let mut rows = input::Rows::new();
    record.into_iter().for_each(|entry| input::enter(&mut rows, entry, &kit));
    reconcile_documents([("p.md".to_owned(), &document)], "app".into(), Vec::new(), Some(rows), None, beside, &kit)
}

fn entry(kind: &str, stage: Stage) -> input::Entry {
    input::Entry {
        kind: kind.into(),
        stage,
        purpose: None,
        recipient: None,
        retention: None,
        country: None,
        at: Some("d.yaml:1".into()),
        events: None,
    }
}

fn found(table: &Table) -> Vec<(&str, Aspect)> {
    table.findings.iter().map(|f| (f.kind.as_str(), f.aspect)).collect()
}

const SHOP: &str = "# 隐私政策\n\n## 我们如何收集\n\n我们会收集您的手机号码，用于创建账号。我们会收集您的车牌号，用于停车缴费。\n\n\
## 存储\n\n手机号码保存 30 天。车牌号保存 60 天。\n";

/// One policy of two products is true of both together; without the other product what it says of that one is a difference.
#[test]
fn a_policy_of_several_products() {
    let own = || input::Entry { retention: Some("30 天".into()), ..entry("mobile-number", Stage::Collection) };
    let alone = held(SHOP, vec![own()], &Beside::default());
    assert_eq!(found(&alone), [("licence-plate", Aspect::Presence)]);
    let kit = Kit::builtin().unwrap();
    let mut beside = Beside::default();
    input::enter(&mut beside.rows, entry("licence-plate", Stage::Collection), &kit);
    assert_eq!(found(&held(SHOP, vec![own()], &beside)), []);
    // A period that holds of neither product is still one that differs.
    let longer = input::Entry { retention: Some("90 天".into()), ..own() };
    assert_eq!(found(&held(SHOP, vec![longer], &beside)), [("mobile-number", Aspect::Retention)]);
}

/// Different periods for one type in two products under one policy: each is held against its own.
#[test]
fn periods_of_several_products() {
    let text = "# 隐私政策\n\n## 收集\n\n| 功能 | 信息类型 | 存储期限 |\n|---|---|---|\n| 询价 | 手机号码 | 180 天 |\n| 订单 | 手机号码 | 六年 |\n";
    let kept = |days: &str| input::Entry { retention: Some(days.into()), ..entry("mobile-number", Stage::Collection) };
    let kit = Kit::builtin().unwrap();
    let mut beside = Beside::default();
    input::enter(&mut beside.rows, kept("2190 天"), &kit);
    assert_eq!(found(&held(text, vec![kept("180 天")], &beside)), []);
    assert_eq!(found(&held(text, vec![kept("180 天")], &Beside::default())), [("mobile-number", Aspect::Retention)]);
    assert_eq!(found(&held(text, vec![kept("30 天")], &beside)), [("mobile-number", Aspect::Retention)]);
}

/// A purpose that is no known one is said where its very words stand with the type, and nowhere else.
#[test]
fn purposes_in_the_words_of_the_dossier() {
    let kit = Kit::builtin().unwrap();
    let words = "按您选择的车型计算报价并回电告知";
    let beside =
        Beside { purposes: BTreeMap::from([(words.to_owned(), input::purpose_ids(words, &kit))]), ..Beside::default() };
    let record = || vec![input::Entry { purpose: Some(words.into()), ..entry("mobile-number", Stage::Collection) }];
    let table = |purpose: &str| {
        format!("# 隐私政策\n\n## 收集\n\n| 功能 | 目的 | 信息类型 |\n|---|---|---|\n| 下单 | {purpose} | 手机号码 |\n")
    };
    assert_eq!(found(&held(&table("按您选择的车型，计算报价并回电告知"), record(), &beside)), []);
    let other = held(&table("完成支付"), record(), &beside);
    assert_eq!(found(&other), [("mobile-number", Aspect::Purpose), ("mobile-number", Aspect::Purpose)]);
}

/// Who is named as receiving a type and is entrusted with it on record is no unknown recipient; anybody else is.
#[test]
fn entrusted_parties_are_recipients() {
    let text = |party: &str| {
        format!(
            "# 隐私政策\n\n## 收集\n\n我们会收集您的手机号码，用于创建账号。\n\n## 共享\n\n| 第三方名称 | 使用目的 | 信息类型 |\n|---|---|---|\n| {party} | 发送短信 | 手机号码 |\n"
        )
    };
    let record = || {
        vec![input::Entry {
            recipient: Some("青禾云服务有限公司".into()), ..entry("mobile-number", Stage::Collection)
        }]
    };
    assert_eq!(found(&held(&text("青禾云服务"), record(), &Beside::default())), []);
    assert_eq!(found(&held(&text("南山支付"), record(), &Beside::default())), [("mobile-number", Aspect::Presence)]);
}

/// A scan as `discover --format json` writes it, with what each column holds and how surely.
fn scan(found: &[(&str, &str, &str)]) -> discovered::Discovered {
    let findings: Vec<String> = found
        .iter()
        .map(|(kind, column, sure)| {
            format!(
                "{{\"kind\": \"{kind}\", \"type\": \"{kind}\", \"personal\": true, \"column\": \"{column}\", \"confidence\": \"{sure}\", \"count\": 3, \"values\": 3, \"first\": 1, \"samples\": []}}"
            )
        })
        .collect();
    let text = format!(
        "{{\"files\": [{{\"path\": \"export.csv\", \"format\": \"csv\", \"bytes\": 9, \"rows\": 3, \"findings\": [{}], \"notes\": []}}],\n \"totals\": [], \"unread\": [], \"shown_from\": \"low\", \"hidden\": 0}}",
        findings.join(", ")
    );
    discovered::parse("found.json", &text).unwrap()
}

/// The shop's policy against an inventory that has the mobile number, and a scan.
fn scanned(found: &[(&str, &str, &str)], record: Vec<input::Entry>) -> Table {
    let kit = Kit::builtin().unwrap();
    let document = read::memory(SHOP, zhunsheng_policy::doc::Format::Markdown);
    let (mut rows, mut done) = (input::Rows::new(), input::Rows::new());
    record.into_iter().for_each(|entry| input::enter(&mut rows, entry, &kit));
    assert!(!Inventory::default().found(&scan(found), &kit, &mut done));
    let policies = [("p.md".to_owned(), &document)];
    reconcile_documents(policies, "app".into(), Vec::new(), Some(rows), Some(done), &Beside::default(), &kit)
}

fn told(table: &Table) -> Vec<String> {
    let told = table.findings.iter().map(|f| {
        let sure = if f.unsure { "perhaps" } else { "certain" };
        let place = f.sides.iter().find(|s| s.side == Side::Done).and_then(|s| s.at.first());
        format!("{} {} {} {sure} {}", f.kind, f.stage.en(), f.leaf, place.map_or("—", String::as_str))
    });
    told.collect()
}

/// What data holds is a difference where it is certain, a question where it is not; and data that holds nothing settles nothing.
#[test]
fn data_that_was_found() {
    let shop = || vec![entry("mobile-number", Stage::Collection), entry("licence-plate", Stage::Collection)];
    // On record and said: nothing to tell, however sure.
    assert!(told(&scanned(&[("mobile-number", "手机", "high"), ("licence-plate", "c2", "low")], shop())).is_empty());
    // Neither said nor on record.
    let table = scanned(&[("bank-card", "卡号", "high"), ("name", "c3", "medium"), ("email", "c4", "low")], shop());
    assert_eq!(
        told(&table),
        [
            "bank-card storage 5.4.2c certain export.csv!卡号#1",
            "email storage 5.4.2c perhaps export.csv!c4#1",
            "name storage 5.4.2c perhaps export.csv!c3#1",
        ]
    );
    assert!(!table.only_unsure());
    assert!(render::text(&table, Lang::Zh).contains("待核实"));
    // One language at a time.
    let english = render::text(&table, Lang::En).replace("卡号", "").replace("姓名", "").replace("小店", "");
    assert!(english.contains("to be confirmed"));
    assert!(!english.lines().skip(1).any(|line| line.contains(['有', '的', '无', '发', '现'])), "{english}");
    // Certain in one column and likely in another is certain, at the column where it is.
    let table = scanned(&[("name", "c3", "low"), ("name", "姓名", "high")], shop());
    assert_eq!(told(&table), ["name storage 5.4.2c certain export.csv!姓名#1"]);
    assert!(scanned(&[("name", "c3", "low")], shop()).only_unsure());
    // Said and kept, but not on record: one difference, where the data is.
    let record = vec![entry("mobile-number", Stage::Collection)];
    let table = scanned(&[("licence-plate", "车牌", "high")], record.clone());
    assert_eq!(told(&table), ["licence-plate storage 5.4.2c certain export.csv!车牌#1"]);
    // Where the data only may hold it, that it is said and not on record is certain all the same.
    let table = scanned(&[("licence-plate", "c2", "low")], record.clone());
    assert_eq!(told(&table), ["licence-plate collection 5.5.3 certain —"]);
    // A scan that finds nothing takes no difference away.
    assert_eq!(told(&scanned(&[], record)), ["licence-plate collection 5.5.3 certain —"]);
}

#[test]
fn what_is_no_scan_is_refused_with_its_line() {
    let error = discovered::parse("found.json", "{\"files\": [],\n \"unread\": 3}").unwrap_err().to_string();
    assert!(error.starts_with("found.json:2:") && error.contains("discover PATHS --format json"), "{error}");
    let scan = "{\"files\": [], \"totals\": [], \"unread\": [{\"path\": \"x\", \"reason\": \"y\"}], \"shown_from\": \"medium\", \"hidden\": 2}";
    let scan = discovered::parse("found.json", scan).unwrap();
    assert!(scan.open() && scan.notes().len() == 2);
}

/// INVARIANT (unknown is never conformant): a scan that read nothing is open, as one with unread files is.
#[test]
fn a_scan_that_read_nothing_is_open() {
    let open = |files: &str, unread: &str| {
        let text = format!("{{\"files\": [{files}], \"unread\": [{unread}], \"shown_from\": \"low\", \"hidden\": 0}}");
        let scan = discovered::parse("found.json", &text).unwrap();
        assert_eq!(scan.open(), !scan.notes().is_empty());
        (scan.open(), scan.unread)
    };
    let file = |format: &str, rows: u64| {
        format!("{{\"path\": \"x\", \"format\": \"{format}\", \"rows\": {rows}, \"findings\": []}}")
    };
    assert_eq!(open("", ""), (true, 1));
    assert_eq!(open(&file("empty", 0), ""), (true, 1));
    assert_eq!(open(&file("image", 0), ""), (true, 1));
    assert_eq!(open(&file("csv", 3), ""), (false, 0));
    // Pictures beside what was read leave nothing open; what an older scan passed over in silence does.
    assert_eq!(open(&[file("csv", 3), file("image", 0)].join(","), ""), (false, 0));
    assert_eq!(open(&[file("csv", 3), file("binary", 0)].join(","), ""), (true, 1));
    assert_eq!(open("", "{\"path\": \"x\", \"reason\": \"y\"}"), (true, 1));
}

#[test]
fn days_are_told_in_the_language_asked_for() {
    let kept = |days: &str| input::Entry { retention: Some(days.into()), ..entry("mobile-number", Stage::Storage) };
    let kit = Kit::builtin().unwrap();
    let document = read::memory(SHOP, zhunsheng_policy::doc::Format::Markdown);
    let side = |days| {
        let mut rows = input::Rows::new();
        input::enter(&mut rows, kept(days), &kit);
        Some(rows)
    };
    let policies = [("p.md".to_owned(), &document)];
    let (record, done) = (side("30 天"), side("400 天"));
    let table = reconcile_documents(policies, "app".into(), Vec::new(), record, done, &Beside::default(), &kit);
    let (zh, en) = (render::text(&table, Lang::Zh), render::text(&table, Lang::En));
    assert!(zh.contains("在册：30 天") && zh.contains("实际：400 天"), "{zh}");
    assert!(en.contains("on record: 30 days") && en.contains("done: 400 days") && !en.contains("400 天"), "{en}");
}

/// What is on record and what was done, against a policy text.
fn three(text: &str, record: Vec<input::Entry>, done: Vec<input::Entry>) -> Table {
    let kit = Kit::builtin().unwrap();
    let document = read::memory(text, zhunsheng_policy::doc::Format::Markdown);
    let rows = |entries: Vec<input::Entry>| {
        let mut rows = input::Rows::new();
        entries.into_iter().for_each(|entry| input::enter(&mut rows, entry, &kit));
        Some(rows)
    };
    let sources = ["p.md", "d.yaml", "e.csv"].map(str::to_owned).to_vec();
    let policies = [("p.md".to_owned(), &document)];
    reconcile_documents(policies, "app".into(), sources, rows(record), rows(done), &Beside::default(), &kit)
}

fn policy(sentences: &str) -> String {
    format!("# 隐私政策\n\n## 我们如何处理\n\n{sentences}\n\n个人信息存储于中国境内。\n")
}

/// Type, aspect, leaf, and whether it is open.
fn judged(table: &Table) -> Vec<String> {
    let one = |f: &zhunsheng_policy::reconcile::Finding| {
        format!("{} {:?} {}{}", f.kind, f.aspect, f.leaf, if f.unsure { " open" } else { "" })
    };
    table.findings.iter().map(one).collect()
}

fn used(kind: &str, stage: Stage, purpose: &str) -> input::Entry {
    input::Entry { purpose: Some(purpose.into()), ..entry(kind, stage) }
}

/// INVARIANT (silence is not agreement): what the policy does not state of a type is a difference, or open.
#[test]
fn what_the_policy_does_not_state_is_never_agreement() {
    let pet = |purpose: &str| used("birth-date", Stage::Collection, purpose);
    let silent = policy("我们会收集您的生日。");
    let table = three(&silent, vec![pet("advertising")], vec![pet("advertising")]);
    assert_eq!(judged(&table), ["birth-date Purpose 5.4.3"]);
    assert_eq!(judged(&three(&silent, vec![pet("advertising")], vec![])), ["birth-date Purpose 5.3.3"]);
    let stated = policy("我们会收集您的生日，用于广告推送。");
    assert!(
        !judged(&three(&stated, vec![pet("advertising")], vec![pet("advertising")]))
            .iter()
            .any(|f| f.contains("Purpose 5.4"))
    );
    // A recipient: nobody, somebody, a kind, a name.
    let given = || input::Entry {
        recipient: Some("青禾快运有限公司".into()),
        ..used("address", Stage::Provision, "order")
    };
    let judged_as = |party: &str| {
        judged(&three(&policy(&format!("我们会把收货地址提供给{party}，用于送货。")), vec![given()], vec![given()]))
    };
    assert_eq!(judged_as("第三方"), ["address Recipient 5.5.3"]);
    assert_eq!(judged_as("物流公司"), ["address Recipient 5.5.3 open"]);
    assert_eq!(judged_as("青禾快运"), Vec::<String>::new());
    assert_eq!(judged_as("南山快运"), ["address Recipient 5.5.3", "address Recipient 5.5.3"]);
    // A period and a place.
    let kept = || input::Entry { retention: Some("90 天".into()), country: Some("CN".into()), ..pet("order") };
    let text = policy("我们会收集您的生日，用于下单。");
    assert_eq!(judged(&three(&text, vec![kept()], vec![])), ["birth-date Retention 5.5.3 open"]);
    let placeless = "# 隐私政策\n\n我们会收集您的生日，用于下单，保存90天。我们会收集您的姓名，用于下单，保存90天。\n";
    let named = || input::Entry { kind: "name".into(), ..kept() };
    let table = three(placeless, vec![kept(), named()], vec![]);
    assert_eq!(judged(&table), ["birth-date Country 5.5.3 open"], "one finding for all types");
    assert!(table.rows.iter().all(|row| row.findings == [1]), "{:?}", table.rows);
    let abroad = || input::Entry { country: Some("SG".into()), ..kept() };
    assert_eq!(judged(&three(placeless, vec![abroad()], vec![])), ["birth-date Country 5.5.3", "name Presence 5.5.3"]);
}

/// One sentence of a policy that agreed, changed: never agreement.
#[test]
fn a_changed_sentence_shows() {
    let kept = || input::Entry {
        retention: Some("90 天".into()),
        country: Some("CN".into()),
        ..used("precise-location", Stage::Collection, "location-service")
    };
    let said = |period: &str| policy(&format!("我们会收集您的精确位置，用于导航。精确位置{period}。"));
    assert_eq!(judged(&three(&said("保存90天"), vec![kept()], vec![])), Vec::<String>::new());
    assert_eq!(judged(&three(&said("永久保存"), vec![kept()], vec![])), ["precise-location Retention 5.5.3"]);
    let abroad = said("保存90天").replace("存储于中国境内", "存储在新加坡");
    assert_eq!(judged(&three(&abroad, vec![kept()], vec![])), ["precise-location Country 5.5.3"]);
    // Denied, although another sentence tells how long it is kept.
    let denied = said("保存90天").replace("我们会收集您的精确位置，用于导航", "我们不会获取您的精确位置");
    assert_eq!(judged(&three(&denied, vec![kept()], vec![])), ["precise-location Denial 5.5.3"]);
}

/// One name in another may be the same party, and may be another.
#[test]
fn names_that_are_alike() {
    let given =
        |party: &str| input::Entry { recipient: Some(party.into()), ..used("address", Stage::Provision, "order") };
    let text = policy("我们会向青禾地图提供您的收货地址，用于送货。");
    let of = |party: &str| judged(&three(&text, vec![given("青禾地图")], vec![given(party)]));
    assert_eq!(of("青禾地图（杭州）有限公司"), Vec::<String>::new());
    assert_eq!(of("青禾地图数据交易所"), ["address Recipient 5.5.3 open"]);
    assert_eq!(of("青禾广告有限公司"), ["address Recipient 5.5.3"]);
}

/// INVARIANT (unknown is never conformant, nor a gap): the silence of a text that was not read says nothing.
#[test]
fn a_text_that_says_nothing_to_us() {
    for text in ["# Privacy policy\n\nWe collect your birthday to create your account.\n", ""] {
        let table = three(text, vec![used("birth-date", Stage::Collection, "account")], vec![]);
        assert_eq!(judged(&table), ["birth-date Presence 5.5.3 open"]);
        assert!(table.only_unsure() && table.notes.iter().any(|n| n.zh.contains("待核实")), "{:?}", table.notes);
    }
}

/// A long name of a file keeps its line in the column.
#[test]
fn the_line_stays_in_its_column() {
    let kit = Kit::builtin().unwrap();
    let document = read::memory(&policy("我们会收集您的生日，用于注册。"), zhunsheng_policy::doc::Format::Markdown);
    let name = "云杉出行用户隐私保护政策二〇二六年三月版.md";
    let none = Beside::default();
    let rows = Some(input::Rows::new());
    let table = reconcile_documents([(name.to_owned(), &document)], "app".into(), Vec::new(), rows, None, &none, &kit);
    let page = render::text(&table, Lang::Zh);
    assert!(page.lines().any(|line| line.contains('✓') && line.contains("…:5:1")), "{page}");
}

/// A denial is one whatever its verb; what is denied only in some case is neither said nor denied.
#[test]
fn denials_and_conditions() {
    let diary = || vec![used("calendar", Stage::Collection, "order")];
    assert_eq!(judged(&three(&policy("我们从不读取您的日历。"), diary(), diary())), ["calendar Denial 5.5.3"]);
    let limited = three(&policy("未经您许可，我们不会读取您的日历。"), diary(), diary());
    assert_eq!(judged(&limited), ["calendar Presence 5.5.3 open"]);
    assert!(limited.only_unsure());
    // Never to anybody without consent says nothing of whom it is given to.
    let given =
        || vec![input::Entry { recipient: Some("青禾快运".into()), ..used("nickname", Stage::Provision, "order") }];
    let text = policy("除取得您的单独同意外，我们不会向任何第三方提供您的个人信息。");
    assert_eq!(judged(&three(&text, given(), vec![])), ["nickname Presence 5.5.3"]);
    // Collected and not kept: only keeping is denied.
    let text = policy("我们会收集您的掌纹用于登录，但不会保存您的掌纹。");
    let collected = || used("fingerprint", Stage::Collection, "account");
    assert_eq!(judged(&three(&text, vec![collected()], vec![])), Vec::<String>::new());
    let held = vec![collected(), entry("fingerprint", Stage::Storage)];
    assert_eq!(judged(&three(&text, vec![collected()], held)), ["fingerprint Denial 5.5.3"]);
}

/// A policy that says both is not in agreement with anything.
#[test]
fn a_policy_that_contradicts_itself() {
    let text = policy("我们会收集您的指纹，用于登录。\n\n我们不会收集您的指纹。");
    let have = || vec![used("fingerprint", Stage::Collection, "account")];
    let table = three(&text, have(), have());
    assert_eq!(judged(&table), ["fingerprint Denial 5.5.3"]);
    let finding = &table.findings[0];
    assert_eq!(finding.odd, [Side::Said]);
    assert_eq!(finding.sides[0].at, ["p.md:5:1", "p.md:7:1"]);
    assert!(finding.message.zh.contains("p.md:5:1") && finding.message.zh.contains("p.md:7:1"), "{finding:?}");
    // Denied of everything, stated of one: open.
    let text = policy("我们不会向任何第三方提供您的个人信息。\n\n我们向青禾快运提供您的收货地址，用于送货。");
    let given =
        || vec![input::Entry { recipient: Some("青禾快运".into()), ..used("address", Stage::Provision, "order") }];
    assert_eq!(judged(&three(&text, given(), given())), ["address Denial 5.5.3 open"]);
}

/// A floor is no ceiling.
#[test]
fn floors_and_ceilings() {
    let text = |period: &str| policy(&format!("我们会收集您的邮箱，用于注册，保存期限{period}。"));
    let kept =
        |days: &str| input::Entry { retention: Some(days.into()), ..used("email", Stage::Collection, "account") };
    let of =
        |period: &str, record: &str, done: &str| judged(&three(&text(period), vec![kept(record)], vec![kept(done)]));
    assert_eq!(of("不少于三年", "P5Y", "1500d"), Vec::<String>::new());
    assert_eq!(of("不少于三年", "P1Y", "30d"), ["email Retention 5.5.3"]);
    assert_eq!(of("不超过三年", "P2Y", "30d"), Vec::<String>::new());
    assert_eq!(of("不超过三年", "P2Y", "1500d"), ["email Retention 5.5.3"]);
    assert_eq!(of("为三年", "P5Y", "30d"), ["email Retention 5.5.3"]);
    // What is written for machines is told in words.
    let table = three(&text("为三年"), vec![kept("P5Y")], vec![kept("1500d")]);
    let (zh, en) = (render::text(&table, Lang::Zh), render::text(&table, Lang::En));
    assert!(zh.contains("实际：1500 天") && zh.contains("在册：5 年") && !zh.contains("P5Y"), "{zh}");
    assert!(en.contains("on record: 5 years") && !en.contains("1500d"), "{en}");
}

/// Every side of a finding has an address: of what it has, or of where it was looked for.
#[test]
fn a_side_that_has_nothing_tells_where_it_was_searched() {
    let text = policy("我们会收集您的生日，用于注册。我们会收集您的声纹，用于登录。");
    let table =
        three(&text, vec![used("birth-date", Stage::Collection, "advertising")], vec![entry("vin", Stage::Collection)]);
    assert!(table.findings.len() >= 4, "{:?}", judged(&table));
    for side in table.findings.iter().flat_map(|f| &f.sides) {
        let place = side.at.first().or(side.searched.first());
        assert!(place.is_some(), "{side:?}");
        assert_eq!(side.value.is_some(), side.searched.is_empty(), "{side:?}");
    }
    let voice = table.findings.iter().find(|f| f.kind == "voiceprint").unwrap();
    assert_eq!(voice.sides[1].searched, ["d.yaml"]);
    let page = render::text(&table, Lang::Zh);
    assert!(page.contains("在册：无  （查 d.yaml）"), "{page}");
}

/// The page stands alone, is legible in the dark and on a telephone, and says everything in both languages.
#[test]
fn the_page() {
    let text = policy("我们会收集您的生日，用于注册。未经您许可，我们不会读取您的日历。");
    let record =
        vec![used("birth-date", Stage::Collection, "advertising"), used("calendar", Stage::Collection, "order")];
    let table = three(&text, record, vec![entry("vin", Stage::Collection)]);
    let page = render::page(&table, Lang::Zh);
    for part in ["<!doctype html>", "charset=\"utf-8\"", "name=\"viewport\"", "prefers-color-scheme:dark", "max-width"]
    {
        assert!(page.contains(part), "{part}");
    }
    for (zh, en) in [
        ("环节", "stage"),
        ("发现", "findings"),
        ("否认", "denied"),
        ("待核实", "to be confirmed"),
        ("目的", "purpose"),
        ("广告与营销", "advertising and marketing"),
        ("另", "also"),
        ("无", "none"),
    ] {
        assert!(page.contains(zh) && page.contains(en), "{zh} {en}");
    }
    // Every class that colours a cell stands on a ground whose colour is set with it.
    let fragment = render::html(&table, Lang::Zh);
    let style = fragment.split("</style>").next().unwrap();
    assert!(style.contains(".zs-reconcile{--zs-fg") && style.contains("color:var(--zs-fg);background:var(--zs-bg)"));
    let english = render::html(&table, Lang::En);
    assert!(english.find("said").unwrap() < english.find("所说").unwrap());
}

#[test]
fn kinds_and_places_are_told_in_words() {
    let text = "# 隐私政策\n\n## 我们如何收集\n\n我们会收集您的手机号码，用于创建账号。\n\n## 存储\n\n手机号码存储在中国境内的服务器，保存 30 天。\n";
    let kept = input::Entry { country: Some("SG".into()), ..entry("mobile-number", Stage::Storage) };
    let table = held(text, vec![entry("mobile-number", Stage::Collection), kept], &Beside::default());
    assert!(table.findings.iter().any(|f| f.aspect == Aspect::Country), "{table:#?}");
    let (zh, en) = (render::text(&table, Lang::Zh), render::text(&table, Lang::En));
    assert!(zh.contains("  地域 country\n") && zh.contains("放在新加坡（SG）") && zh.contains("所说：境内"), "{zh}");
    assert!(!zh.contains("CN") && !zh.contains(" SG"), "{zh}");
    assert!(
        en.contains("  country\n") && en.contains("in Singapore (SG)") && en.contains("said: inside the country"),
        "{en}"
    );
    let html = render::html(&table, Lang::Zh);
    assert!(html.contains("地域：新加坡（SG）") && html.contains("place: Singapore (SG)"), "{html}");
    // JSON keeps the codes.
    assert!(serde_json::to_string(&table).unwrap().contains("\"countries\":{\"SG\""));
}
