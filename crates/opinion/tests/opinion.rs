//! What an opinion must never leave out, and what its forms must be.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test stops where something is wrong"
)]

use std::io::{Cursor, Read as _};
use std::path::Path;

use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::{Date, Dossier, Outcome, load, load_text};
use zhunsheng_opinion::{Extra, Opinion, Template, TemplateError, docx, html, typst};
use zhunsheng_source::{Lang, Node};
use zhunsheng_verdict::{Assessment, Input, assess};

const CASES: [(&str, &str); 3] =
    [("storefront-cameras", "2021-03-18"), ("storefront-cameras", "2026-11-01"), ("auto-dealer", "2026-11-01")];

fn catalogue() -> Catalogue {
    zhunsheng_builtin::catalogue().unwrap()
}

fn example(catalogue: &Catalogue, name: &str) -> Dossier {
    let base: Vec<&Node> = catalogue.taxonomy.iter().collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name);
    load(&catalogue.schema, &base, catalogue.sources.clone(), &folder).unwrap()
}

fn judged<'a>(catalogue: &'a Catalogue, dossier: &'a Dossier, date: &str) -> Assessment<'a> {
    let input = Input { as_of: Some(Date::parse(date).unwrap()), ..Input::default() };
    assess(catalogue, dossier, &input).unwrap()
}

/// The parts of a Word file.
fn parts(bytes: &[u8]) -> Vec<(String, String)> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut parts: Vec<(String, String)> = Vec::new();
    for index in 0..zip.len() {
        let mut text = Vec::new();
        let mut part = zip.by_index(index).unwrap();
        part.read_to_end(&mut text).unwrap();
        let name = part.name().unwrap().into_owned();
        parts.push((name, String::from_utf8_lossy(&text).into_owned()));
    }
    parts
}

/// Reads every part as XML and returns the body's text.
fn well_formed(bytes: &[u8]) -> String {
    let mut words = String::new();
    for (name, text) in parts(bytes) {
        if !name.ends_with(".xml") && !name.ends_with(".rels") {
            continue;
        }
        let mut reader = quick_xml::Reader::from_str(&text);
        reader.config_mut().check_end_names = true;
        loop {
            match reader.read_event() {
                Ok(quick_xml::events::Event::Eof) => break,
                Ok(quick_xml::events::Event::Text(text)) if name == "word/document.xml" => {
                    words.push_str(text.as_ref());
                    words.push('\n');
                }
                Ok(_) => {}
                Err(fault) => panic!("{name}: {fault}"),
            }
        }
        assert!(!text.chars().any(|c| c < ' ' && !"\t\n\r".contains(c)), "{name} holds what XML cannot");
    }
    words
}

#[test]
fn nothing_undetermined_is_hidden() {
    let catalogue = catalogue();
    for (case, date) in CASES {
        let dossier = example(&catalogue, case);
        let assessment = judged(&catalogue, &dossier, date);
        let opinion = Opinion::build(&assessment, &Extra::default());
        let verdicts = [Outcome::Gap, Outcome::Undetermined, Outcome::Conformant, Outcome::NotApplicable];
        for verdict in verdicts {
            assert_eq!(opinion.counts.of(verdict), assessment.count(verdict), "{case} {date} {verdict:?}");
            let listed: usize = opinion.findings.iter().map(|leaf| leaf.counts.of(verdict)).sum();
            assert_eq!(listed, assessment.count(verdict), "{case} {date} {verdict:?}");
        }
        for lang in [Lang::Zh, Lang::En] {
            let document = opinion.document(lang, &Template::default());
            let word = well_formed(&docx(&document).unwrap());
            let (page, source) = (html(&document), typst(&document));
            for leaf in opinion.findings.iter().filter(|leaf| leaf.counts.applicable() > 0) {
                for form in [&word, &page, &source] {
                    assert!(form.contains(&leaf.leaf), "{case} {date} {lang:?} {}", leaf.leaf);
                }
            }
            assert!(word.contains(opinion.overall.get(lang)));
        }
    }
}

#[test]
fn a_dimension_is_conformant_only_where_all_of_it_is() {
    let catalogue = catalogue();
    let mut conformant = 0;
    for (case, date) in CASES {
        let dossier = example(&catalogue, case);
        let assessment = judged(&catalogue, &dossier, date);
        let opinion = Opinion::build(&assessment, &Extra::default());
        for dimension in &opinion.dimensions {
            if dimension.verdict == Outcome::Conformant {
                conformant += 1;
                assert_eq!((dimension.leaves.gap, dimension.leaves.undetermined), (0, 0), "{case} {}", dimension.id);
            }
        }
        let lawfulness = opinion.dimensions.iter().find(|one| one.id == "5.2").unwrap();
        assert_eq!(opinion.legal_basis.fails(), lawfulness.verdict == Outcome::Gap, "{case} {date}");
    }
    assert!(conformant > 5, "the dealer conforms");
}

#[test]
fn an_open_legal_basis_is_not_conformant() {
    let catalogue = catalogue();
    let base: Vec<&Node> = catalogue.taxonomy.iter().collect();
    let text = "activities: {a: {stage: collection}}\n";
    let dossier = load_text(&catalogue.schema, &base, catalogue.sources.clone(), "d", text, None).unwrap();
    let assessment = judged(&catalogue, &dossier, "2026-11-01");
    let opinion = Opinion::build(&assessment, &Extra::default());
    let lawfulness = opinion.dimensions.iter().find(|one| one.id == "5.2").unwrap();
    assert_eq!(lawfulness.verdict, Outcome::Gap);
    assert_eq!(opinion.legal_basis.open, ["a"]);
    assert!(opinion.obstacles.len() >= 6, "{:?}", opinion.obstacles);
}

#[test]
fn the_same_opinion_makes_the_same_bytes() {
    let catalogue = catalogue();
    let dossier = example(&catalogue, "storefront-cameras");
    let make = || {
        let assessment = judged(&catalogue, &dossier, "2026-11-01");
        let document = Opinion::build(&assessment, &Extra::default()).document(Lang::Zh, &Template::default());
        (docx(&document).unwrap(), html(&document), typst(&document))
    };
    assert_eq!(make(), make());
}

#[test]
fn what_people_add_changes_no_verdict() {
    let catalogue = catalogue();
    let dossier = example(&catalogue, "storefront-cameras");
    let assessment = judged(&catalogue, &dossier, "2026-11-01");
    let bare = Opinion::build(&assessment, &Extra::default());
    let extra = Extra::read(include_bytes!("extra.json")).unwrap();
    let opinion = Opinion::build(&assessment, &extra);
    assert_eq!(opinion.counts, bare.counts);
    assert_eq!(opinion.overall, bare.overall);
    let disposed: usize =
        opinion.gaps.iter().flat_map(|gap| &gap.objects).map(|object| object.dispositions.len()).sum();
    assert_eq!((disposed, opinion.settled.len()), (2, 1));
    for lang in [Lang::Zh, Lang::En] {
        let document = opinion.document(lang, &Template::default());
        let word = well_formed(&docx(&document).unwrap());
        for part in ["沪准法意字", "张三丰", "purpose-limit-after", "f00dfeed", "12345678"] {
            assert!(word.contains(part), "{lang:?} {part}");
        }
    }
}

#[test]
fn hostile_text_stays_text() {
    let catalogue = catalogue();
    let base: Vec<&Node> = catalogue.taxonomy.iter().collect();
    let text = r#"target: {name: "<w:t>]]> & \u0001\uFFFE \"q\" #panic() </style><script>alert(1)</script>", boundary: "\\ #import"}
activities: {a: {title: "<b>x</b>"}}
"#;
    let dossier = load_text(&catalogue.schema, &base, catalogue.sources.clone(), "d", text, None).unwrap();
    let assessment = judged(&catalogue, &dossier, "2026-11-01");
    let document = Opinion::build(&assessment, &Extra::default()).document(Lang::Zh, &Template::default());
    well_formed(&docx(&document).unwrap());
    let page = html(&document);
    assert!(!page.contains("<script") && !page.contains("<b>x"));
    // In Typst, all of it stands in string literals.
    assert!(typst(&document).contains(r##"\"q\" #panic()"##));
}

#[test]
fn every_relation_of_the_word_file_leads_somewhere() {
    let catalogue = catalogue();
    let dossier = example(&catalogue, "storefront-cameras");
    let assessment = judged(&catalogue, &dossier, "2026-11-01");
    let document = Opinion::build(&assessment, &Extra::default()).document(Lang::Zh, &Template::default());
    let parts = parts(&docx(&document).unwrap());
    let of = |name: &str| &parts.iter().find(|(part, _)| part == name).unwrap_or_else(|| panic!("no {name}")).1;
    let relations = of("word/_rels/document.xml.rels");
    let targets: Vec<&str> = relations.split("Target=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(targets.len() >= 8, "{targets:?}");
    for target in targets {
        of(&format!("word/{target}"));
    }
    for used in of("word/document.xml").split("r:id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(relations.contains(&format!("Id=\"{used}\"")), "{used}");
    }
    let body = of("word/document.xml");
    assert!(body.matches("<w:tblHeader/>").count() > 20, "table heads repeat");
    let bookmarks = body.matches("<w:bookmarkStart").count();
    assert!(bookmarks > 40 && body.contains("PAGEREF _Toc000001"));
}

fn template(files: &[(&str, &[u8])]) -> Result<Template, TemplateError> {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("firm-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    for (file, bytes) in files {
        std::fs::write(folder.join(file), bytes).unwrap();
    }
    let template = Template::load(&folder);
    std::fs::remove_dir_all(&folder).unwrap();
    template
}

/// A picture of one pixel.
const PIXEL: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82";

#[test]
fn a_firm_says_how_its_opinions_look() {
    let yaml = "firm: {zh: 准绳律师事务所, en: Zhunsheng Law Firm}\ncontact: 上海\nlogo: logo.png\naccent: '#7a0019'\nfonts: {body: 华文仿宋}\ndeclarations: [{zh: 声明一, en: First}]\nreliance: 仅供委托方使用\nsignatures: [{zh: 经办律师, en: Attorney}]\n";
    let template = template(&[("firm.yaml", yaml.as_bytes()), ("logo.png", PIXEL)]).unwrap();
    assert_eq!((template.accent.as_str(), template.fonts.body.as_str()), ("7A0019", "华文仿宋"));
    let catalogue = catalogue();
    let dossier = example(&catalogue, "storefront-cameras");
    let assessment = judged(&catalogue, &dossier, "2026-11-01");
    let document = Opinion::build(&assessment, &Extra::default()).document(Lang::Zh, &template);
    let bytes = docx(&document).unwrap();
    let word = well_formed(&bytes);
    for part in ["准绳律师事务所", "声明一", "仅供委托方使用", "经办律师"] {
        assert!(word.contains(part), "{part}");
    }
    assert!(parts(&bytes).iter().any(|(name, _)| name == "word/media/logo.png"));
    assert!(html(&document).contains("data:image/png;base64,iVBORw0KGgo"));
}

#[test]
fn mistakes_of_a_template_are_told_all_at_once() {
    let yaml = "firmm: x\naccent: red\nlogo: ../secret.png\nfonts: {body: 'a\"b', bodyy: x}\ndeclarations: []\n";
    let Err(TemplateError::Mistakes { problems, sources }) = template(&[("firm.yaml", yaml.as_bytes())]) else {
        panic!("it is wrong")
    };
    let told = problems.render(&sources, Lang::En);
    for part in [
        "did you mean `firm`",
        "a colour is written",
        "must be the name of a file",
        "a font's name",
        "did you mean `body`",
        "one to forty",
    ] {
        assert!(told.contains(part), "{part} in\n{told}");
    }
    let with_logo = |logo: &[u8]| template(&[("firm.yaml", b"logo: l.png\n"), ("l.png", logo)]);
    assert!(matches!(with_logo(b"GIF89a"), Err(TemplateError::Picture { .. })));
    assert!(matches!(with_logo(&vec![0; 3 << 20]), Err(TemplateError::Large { .. })));
    let mut huge = PIXEL.to_vec();
    huge[16..20].copy_from_slice(&[0, 1, 0, 0]);
    assert!(matches!(with_logo(&huge), Err(TemplateError::Picture { .. })));
    assert!(matches!(template(&[]), Err(TemplateError::Io { .. })));
    assert!(matches!(template(&[("firm.yaml", b"\xff")]), Err(TemplateError::Encoding(_))));
    assert!(matches!(template(&[("firm.yaml", &vec![b'#'; 300 << 10])]), Err(TemplateError::Large { .. })));
}

#[test]
fn extras_that_are_wrong_are_refused() {
    for (text, part) in [
        ("{\"isued\": \"2026-01-01\"}", "isued"),
        ("{\"issued\": \"2026-13-01\"}", "not a date"),
        ("{\"dispositions\": [{\"leaf\": \"x\"}]}", "missing field"),
        ("[", "cannot be read"),
    ] {
        let fault = Extra::read(text.as_bytes()).unwrap_err().to_string();
        assert!(fault.contains(part), "{fault}");
    }
    assert!(Extra::read(&vec![b' '; 9 << 20]).unwrap_err().to_string().contains("at most"));
}

/// What was agreed and done, and when, is what is printed.
#[test]
fn an_ended_assessment_a_late_adjustment_and_expired_evidence_say_so() {
    let catalogue = catalogue();
    let base: Vec<&Node> = catalogue.taxonomy.iter().collect();
    let text = "target: {name: 门店, period_from: 2026-04-01, period_to: 2026-04-30}\nactivities: {a: {stage: collection}}\nevidence:\n  old: {title: 旧证书, expires: 2026-10-31}\n  new: {title: 新证书, expires: 2026-11-01}\n";
    let dossier = load_text(&catalogue.schema, &base, catalogue.sources.clone(), "d", text, None).unwrap();
    let assessment = judged(&catalogue, &dossier, "2026-11-01");
    let said = |dispositions: &str, lang: Lang| {
        let extra = Extra::read(format!("{{\"dispositions\": [{dispositions}]}}").as_bytes()).unwrap();
        let document = Opinion::build(&assessment, &extra).document(lang, &Template::default());
        well_formed(&docx(&document).unwrap())
    };
    let one = |measure: &str, on: &str| {
        format!(
            "{{\"leaf\": \"5.2.2\", \"object\": \"a\", \"measure\": \"{measure}\", \"by\": \"甲\", \"on\": \"{on}\", \"reason\": {{\"zh\": \"理由\", \"en\": \"why\"}}}}"
        )
    };
    let ended = said(&one("ended", "2026-11-02"), Lang::Zh);
    assert_eq!(ended.matches("不是评估全部完成后的结论").count(), 2, "at the head and at the end");
    assert!(ended.contains("差距 5.2.2 a（甲记于2026年11月2日：理由）"));
    assert!(said(&one("ended", "2026-11-02"), Lang::En).contains("agreed to end this assessment, over: gap 5.2.2 a"));
    let reopened = format!("{},{}", one("ended", "2026-11-02"), one("reopened", "2026-11-03"));
    assert!(!said(&reopened, Lang::Zh).contains("不是评估全部完成后的结论"));
    // The period ended on 30 April.
    let late = said(&one("adjusted", "2026-11-30"), Lang::Zh);
    let within = |said: &str| said.lines().any(|line| line == "评估期间调整");
    assert!(late.contains("评估期间届满以后调整") && !within(&late), "{late}");
    let timely = said(&one("adjusted", "2026-04-30"), Lang::Zh);
    assert!(within(&timely) && !timely.contains("评估期间届满以后调整"));
    let none = said("", Lang::Zh);
    assert_eq!(none.matches("评估基准日已过有效期").count(), 1);
    assert!(none.contains("评估基准日已过有效期（有效至 2026-10-31）") && none.contains("2026-11-01"));
    // Nothing claims that there is no text of a policy where one may be there that was not compared.
    assert!(none.contains("或者其文本没有纳入对照"));
}

/// The list of gaps is read as what holds: by number of objects, what nobody has disposed of said, what was cancelled not.
#[test]
fn the_list_of_gaps_says_what_holds_now_and_on_how_many_objects() {
    let catalogue = catalogue();
    let dossier = example(&catalogue, "storefront-cameras");
    let assessment = judged(&catalogue, &dossier, "2026-11-01");
    let bare = Opinion::build(&assessment, &Extra::default());
    let several = |gap: &&zhunsheng_opinion::model::Gap| gap.objects.len() + gap.more == 2;
    let found = bare.gaps.iter().find(several).unwrap();
    let (leaf, first, second) = (found.leaf.as_str(), found.objects[0].id.as_str(), found.objects[1].id.as_str());
    let standing = |deeds: &[(&str, &str, Option<&str>)], issued: Option<&str>| {
        let deeds: Vec<serde_json::Value> = deeds
            .iter()
            .map(|(object, measure, until)| {
                serde_json::json!({
                    "leaf": leaf, "object": object, "measure": measure, "by": "甲", "on": "2026-11-02",
                    "reason": {"zh": "理由", "en": "why"}, "until": until,
                })
            })
            .collect();
        let extra = serde_json::json!({"dispositions": deeds, "issued": issued});
        let extra = Extra::read(extra.to_string().as_bytes()).unwrap();
        let opinion = Opinion::build(&assessment, &extra);
        let cell = |lang: Lang| {
            let page = zhunsheng_opinion::html(&opinion.document(lang, &Template::default()));
            // The list stands before the gaps one by one.
            let [from, to] = match lang {
                Lang::Zh => ["差距一览</h3>", "差距分述</h3>"],
                Lang::En => ["List of gaps</h3>", "The gaps one by one</h3>"],
            };
            let list = page.split_once(from).unwrap().1.split_once(to).unwrap().0;
            let row = list.split("<tr").find(|row| row.contains(&format!(">{leaf} <"))).unwrap();
            let cell = row.rsplit("<td").next().unwrap();
            let text = cell.split_once('>').unwrap().1;
            text.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect::<String>()
        };
        (cell(Lang::Zh), cell(Lang::En))
    };
    let says = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
    assert_eq!(standing(&[], None), says("尚未处置 2", "none yet 2"));
    assert_eq!(
        standing(&[(first, "disclosed", None), (first, "accepted", Some("2027-01-31"))], None),
        says("委托方接受风险 1；尚未处置 1", "risk accepted by the client 1; none yet 1")
    );
    let mixed = [
        (first, "withdrawn", None),
        (second, "ended", None),
        (second, "reopened", None),
        (second, "disclosed", None),
        (second, "weighed", None),
        (second, "adjusted", None),
    ];
    assert_eq!(standing(&mixed, None).0, "误记撤销 1；揭示风险、评估期间调整 1");
    let revoked = [(first, "disclosed", None), (first, "accepted", Some("2027-01-31")), (first, "revoked", None)];
    assert_eq!(standing(&revoked, None).0, "揭示风险 1；尚未处置 1");
    let reopened = [(first, "disclosed", None), (second, "disclosed", None), (first, "reopened", None)];
    assert_eq!(standing(&reopened, None).0, "揭示风险 1；尚未处置 1");
    let past = [(first, "disclosed", None), (first, "accepted", Some("2026-11-05"))];
    assert_eq!(standing(&past, Some("2026-11-06")).0, "委托方接受风险（期限已过） 1；尚未处置 1");
    assert_eq!(standing(&past, Some("2026-11-05")).0, "委托方接受风险 1；尚未处置 1");
}
