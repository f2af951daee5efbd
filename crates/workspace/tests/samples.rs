//! Populations and samples: computed by the functions of the command line, in the opinion, the signature, the difference, the export.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops where something is wrong"
)]

mod common;

use std::io::Read as _;

use common::House;
use zhunsheng_source::{Lang, Text};
use zhunsheng_workspace::{
    Action, Draw, Error, Grant, Imprint, NewSample, NewSampleResult, Order, Paper, Sample, Workspace, verify,
};

fn grant(house: &House, login: &str, action: Action, id: &str) -> Grant {
    house.ws.allow(&house.sign_in(login), action, Some(id)).unwrap()
}

fn signs() -> NewSample {
    NewSample {
        subject: Text::new("门店纸质告知牌", "paper signs of the shops"),
        leaves: vec!["5.3.2".into()],
        population: 300,
        source: "门店清单 2026-10".into(),
        from: Some("2026-01-01".into()),
        to: Some("2026-10-31".into()),
        seed: Some(7),
        ..NewSample::default()
    }
}

fn found(examined: u64, deviations: u64, text: &str) -> NewSampleResult {
    NewSampleResult { examined, deviations, text: text.into(), evidence: Vec::new() }
}

fn one(ws: &Workspace, grant: &Grant, id: &str) -> Sample {
    ws.sample(grant, id).unwrap().value
}

fn field(error: &Error) -> &str {
    match error {
        Error::Invalid { field, .. } => field,
        other => panic!("{other}"),
    }
}

fn draft(ws: &Workspace, grant: &Grant, paper: Paper, lang: Lang) -> String {
    let order = Order { paper, lang, number: String::new(), issued: None, signed: None, issue: None };
    String::from_utf8(ws.write_paper(grant, &order).unwrap().bytes).unwrap()
}

#[test]
fn a_sample_is_computed_as_on_the_command_line() {
    let house = House::demo();
    let (ws, id) = (&house.ws, house.storefront());
    let lead = grant(&house, "lead", Action::Determine, &id);
    let args = zhunsheng_records::sample::PlanArgs {
        population: 300,
        tolerable: 0.05,
        expected: 0.0,
        confidence: 0.95,
        control: false,
        control_confidence: 0.8,
    };
    let by_command = zhunsheng_records::sample::planned(&args).unwrap();
    let plan = ws.plan_sample(&lead, &signs()).unwrap();
    assert_eq!((plan.drawn, plan.allowed), (by_command.size, Some(by_command.allowed)));
    assert!(ws.samples(&lead).unwrap().is_empty(), "nothing was saved");
    // A control lowers the number, and takes evidence of its review.
    let with_control = NewSample { control: vec!["report".into()], ..signs() };
    assert!(ws.plan_sample(&lead, &with_control).unwrap().drawn < plan.drawn);
    let unknown = NewSample { control: vec!["no-such".into()], ..signs() };
    assert!(matches!(ws.add_sample(&lead, unknown), Err(Error::NotFound { what: "evidence", .. })));
    let made = ws.add_sample(&lead, signs()).unwrap();
    let held = one(ws, &lead, &made);
    assert_eq!(held.items(), zhunsheng_records::sample::select(300, by_command.size, 7));
    assert!(held.waits());
    // Without a seed one is taken and kept: the items stay what they are.
    let by_chance = ws.add_sample(&lead, NewSample { seed: None, ..signs() }).unwrap();
    let chance = one(ws, &lead, &by_chance);
    assert!(chance.says.seed.is_some() && chance.items() == one(ws, &lead, &by_chance).items());
    // What follows from what was found.
    ws.examine_sample(&lead, &made, found(plan.drawn, 0, "")).unwrap();
    let result = one(ws, &lead, &made).result().unwrap().clone();
    let most = zhunsheng_records::sample::upper_limit(300, plan.drawn, 0, 0.95);
    assert_eq!((result.at_most, result.supports), (Some(most), Some(true)));
    // Two that could not be examined count as deviating, and have to be told; the result of before stays.
    let error = ws.examine_sample(&lead, &made, found(plan.drawn - 2, 0, "")).unwrap_err();
    assert_eq!(field(&error), "text");
    ws.examine_sample(&lead, &made, found(plan.drawn - 2, 0, "17、203 号店停业")).unwrap();
    let held = one(ws, &lead, &made);
    let last = held.result().unwrap();
    let worse = zhunsheng_records::sample::upper_limit(300, plan.drawn, 2, 0.95);
    assert_eq!((held.results.len(), last.at_most, last.supports), (2, Some(worse), Some(worse <= 15)));
    assert!(
        last.said.zh.contains(&format!("检查了 {} 项，发现偏差 0 项；未能检查的 2 项", plan.drawn - 2))
            && last.said.en.contains("counted as deviating")
    );
    // Who does not determine does not state samples.
    let observer = grant(&house, "observer", Action::SeeWork, &id);
    assert!(matches!(ws.add_sample(&observer, signs()), Err(Error::Forbidden { .. })));
    assert_eq!(ws.samples(&observer).unwrap().len(), 2);
    assert_eq!(verify(ws.dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
}

#[test]
fn numbers_that_do_not_fit_are_refused_with_their_field() {
    let house = House::demo();
    let (ws, id) = (&house.ws, house.storefront());
    let lead = grant(&house, "lead", Action::Determine, &id);
    let wrong: &[(&str, NewSample)] = &[
        ("population", NewSample { population: 0, ..signs() }),
        ("population", NewSample { population: 100_000_001, ..signs() }),
        ("size", NewSample { size: Some(301), ..signs() }),
        ("size", NewSample { population: 100_000_000, size: Some(100_001), ..signs() }),
        ("size", NewSample { draw: Draw::Chosen, how: "凭经验".into(), ..signs() }),
        ("size", NewSample { draw: Draw::All, size: Some(3), ..signs() }),
        ("how", NewSample { draw: Draw::Random, ..signs() }),
        ("tolerable", NewSample { tolerable: 0.0, ..signs() }),
        ("tolerable", NewSample { tolerable: f64::NAN, ..signs() }),
        ("confidence", NewSample { confidence: 1.0, ..signs() }),
        // Close to what is tolerable a plan would take for ever, and be no sample.
        ("expected", NewSample { expected: 0.049_999, population: 100_000_000, ..signs() }),
        ("seed", NewSample { seed: Some(u64::MAX), ..signs() }),
        ("leaves", NewSample { leaves: Vec::new(), ..signs() }),
        ("to", NewSample { to: Some("2025-01-01".into()), ..signs() }),
        ("from", NewSample { from: Some("soon".into()), ..signs() }),
        ("subject", NewSample { subject: Text::new("", "signs"), ..signs() }),
        ("source", NewSample { source: String::new(), ..signs() }),
    ];
    for (name, new) in wrong {
        let error = ws.add_sample(&lead, new.clone()).unwrap_err();
        assert_eq!(field(&error), *name, "{error}");
        assert!(!error.text().zh.contains(&format!("`{name}`")), "{}", error.text().zh);
    }
    let leaf = NewSample { leaves: vec!["9.9.9".into()], ..signs() };
    assert!(matches!(ws.add_sample(&lead, leaf), Err(Error::NotFound { what: "leaf", .. })));
    let made = ws.add_sample(&lead, signs()).unwrap();
    let drawn = one(ws, &lead, &made).plan.drawn;
    for (name, result) in [("examined", found(drawn + 1, 0, "x")), ("deviations", found(3, 4, "x"))] {
        assert_eq!(field(&ws.examine_sample(&lead, &made, result).unwrap_err()), name);
    }
    let unknown = NewSampleResult { evidence: vec!["no-such".into()], ..found(drawn, 0, "") };
    assert!(matches!(ws.examine_sample(&lead, &made, unknown), Err(Error::NotFound { what: "evidence", .. })));
    assert!(one(ws, &lead, &made).waits());
}

#[test]
fn nothing_follows_from_what_was_not_drawn_at_random() {
    let house = House::demo();
    let (ws, id) = (&house.ws, house.storefront());
    let lead = grant(&house, "lead", Action::Determine, &id);
    let chosen =
        NewSample { draw: Draw::Chosen, how: "客流最大的十家".into(), size: Some(10), seed: None, ..signs() };
    let made = ws.add_sample(&lead, chosen).unwrap();
    ws.examine_sample(&lead, &made, found(10, 0, "")).unwrap();
    let held = one(ws, &lead, &made);
    let result = held.result().unwrap();
    assert_eq!((result.at_most, result.supports, held.items().len()), (None, None, 0));
    assert!(result.said.zh.contains("不能推算总体") && result.said.en.contains("no rate follows"));
    // The whole population: what deviates and what could not be examined is the limit.
    let all = ws.add_sample(&lead, NewSample { draw: Draw::All, seed: None, ..signs() }).unwrap();
    ws.examine_sample(&lead, &all, found(298, 1, "5 号牌缺失；9、11 号店停业")).unwrap();
    assert_eq!(one(ws, &lead, &all).result().unwrap().at_most, Some(3));
}

#[test]
fn it_stands_in_the_opinion_the_signature_the_difference_and_the_export() {
    let house = House::demo();
    let (ws, id) = (&house.ws, house.storefront());
    let lead = grant(&house, "lead", Action::Determine, &id);
    let none = draft(ws, &lead, Paper::Html, Lang::Zh);
    assert!(!none.contains("门店纸质告知牌"));
    let before = ws.submit(&lead, "", false).unwrap();
    ws.take_back(&lead, "").unwrap();
    let text = String::from_utf8(ws.frozen(&lead, &before).unwrap()).unwrap();
    assert!(!text.contains("\"samples\""), "what was frozen before there were any keeps its hash");

    // Not examined yet: said, and no number that could be read as no deviation.
    let made = ws.add_sample(&lead, signs()).unwrap();
    let page = draft(ws, &lead, Paper::Html, Lang::Zh);
    assert!(page.contains("门店纸质告知牌") && page.contains("尚未检查"), "annex E");
    let drawn = one(ws, &lead, &made).plan.drawn;
    ws.examine_sample(&lead, &made, found(drawn, 1, "23 号牌已撤除")).unwrap();
    let (zh, en) = (draft(ws, &lead, Paper::Html, Lang::Zh), draft(ws, &lead, Paper::Html, Lang::En));
    for told in [
        "由本程序随机抽取",
        "种子 7",
        "置信度 95%",
        "可容忍偏差率 5%",
        "23 号牌已撤除",
        "门店清单 2026-10",
        "2026-01-01 … 2026-10-31",
        "示例项目负责人",
        "5.3.2",
        "抽样不能说明",
    ] {
        assert!(zh.contains(told), "the opinion lacks {told}");
    }
    for told in ["paper signs of the shops", "seed 7", "tolerable rate 5%", "one by one"] {
        assert!(en.contains(told), "the opinion lacks {told}");
    }
    assert!(draft(ws, &lead, Paper::Typst, Lang::Zh).contains("门店纸质告知牌"));
    // Withdrawn, it stays there: nobody draws again until a sample pleases.
    let second = ws.add_sample(&lead, NewSample { seed: Some(8), ..signs() }).unwrap();
    ws.withdraw_sample(&lead, &second, "清单有误").unwrap();
    assert!(matches!(ws.withdraw_sample(&lead, &second, "再撤"), Err(Error::State(_))));
    assert!(matches!(ws.examine_sample(&lead, &second, found(drawn, 0, "")), Err(Error::State(_))));
    let zh = draft(ws, &lead, Paper::Html, Lang::Zh);
    assert!(zh.contains("已撤回，不作依据：清单有误") && zh.contains("种子 8"));

    // The difference to what was frozen, and what is frozen now.
    let difference = ws.difference(&lead, &before, None).unwrap();
    let told: Vec<&str> = difference.samples.iter().filter_map(|change| change.after.as_deref()).collect();
    assert_eq!(difference.samples.len(), 2);
    assert!(told.iter().any(|text| text.contains("→ 1 /")) && told.iter().any(|text| text.ends_with("withdrawn")));
    let hash = ws.submit(&lead, "", false).unwrap();
    // In review nothing is stated any more.
    assert!(matches!(ws.add_sample(&lead, signs()), Err(Error::State(_))));
    let reviewer = grant(&house, "reviewer", Action::Review, &id);
    ws.review(&reviewer, &hash, true, "").unwrap();
    ws.sign(&lead, &hash, "", &Imprint::default(), false).unwrap();
    ws.open_revision(&lead, "补充").unwrap();
    ws.withdraw_sample(&lead, &made, "改为全部检查").unwrap();
    let order = |number: &str| Imprint { number: number.into(), issued: None };
    ws.issue(&lead, &hash, &order("示字 2 号")).unwrap();
    let signed = Order {
        paper: Paper::Html,
        lang: Lang::Zh,
        number: String::new(),
        issued: None,
        signed: Some(hash.clone()),
        issue: None,
    };
    let signed = String::from_utf8(ws.write_paper(&lead, &signed).unwrap().bytes).unwrap();
    assert!(signed.contains("23 号牌已撤除") && signed.contains("示字 2 号"));
    assert!(!signed.contains("改为全部检查"), "issued again it is what was signed");
    assert_eq!(ws.difference(&lead, &hash, None).unwrap().samples.len(), 1);

    // The archive has it for `opinion --extra`; an import says that it leaves it out.
    let mut archive = zip::ZipArchive::new(ws.export(&lead).unwrap()).unwrap();
    let mut text = String::new();
    archive.by_name("extra.json").unwrap().read_to_string(&mut text).unwrap();
    let extra = zhunsheng_opinion::Extra::read(text.as_bytes()).unwrap();
    assert_eq!((extra.counted.len(), extra.counted[0].seed, extra.counted[0].deviating), (2, Some(7), 1));
    let warnings = ws.import(&lead, ws.export(&lead).unwrap()).unwrap().warnings;
    assert!(warnings.iter().any(|text| text.zh.contains("抽样") && text.en.contains("extra.json")), "{warnings:?}");
    assert_eq!(ws.samples(&lead).unwrap().len(), 2);
    assert_eq!(verify(ws.dir(), None).unwrap().faults, Vec::<zhunsheng_source::Text>::new());
}
