//! PDF (feature `pdf`): needs a Chinese font on the system.
#![cfg(feature = "pdf")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is wrong")]

use std::path::{Path, PathBuf};

use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::{Date, load, load_text};
use zhunsheng_opinion::{Extra, Opinion, PdfError, Template, over_the_margin, pdf};
use zhunsheng_source::{Lang, Node};
use zhunsheng_verdict::{Input, assess};

fn input() -> Input {
    Input { as_of: Some(Date::parse("2026-11-01").unwrap()), ..Input::default() }
}

fn base(catalogue: &Catalogue) -> Vec<&Node> {
    catalogue.taxonomy.iter().collect()
}

/// Where a person may look at what was made.
fn keep(name: &str, bytes: &[u8]) {
    std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name), bytes).unwrap();
}

#[test]
fn the_opinion_becomes_a_pdf_for_archives() {
    let catalogue = zhunsheng_builtin::catalogue().unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/storefront-cameras");
    let dossier = load(&catalogue.schema, &base(&catalogue), catalogue.sources.clone(), &folder).unwrap();
    let assessment = assess(&catalogue, &dossier, &input()).unwrap();
    let extra = Extra::read(include_bytes!("extra.json")).unwrap();
    let opinion = Opinion::build(&assessment, &extra);
    for lang in [Lang::Zh, Lang::En] {
        let document = opinion.document(lang, &Template::default());
        let bytes = pdf(&document, &[]).unwrap();
        keep(if lang == Lang::Zh { "opinion-zh.pdf" } else { "opinion-en.pdf" }, &bytes);
        assert!(bytes.starts_with(b"%PDF-1.7"));
        let found = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
        assert!(found(b"/Outlines") && found(b"/FontFile3"), "bookmarks and embedded fonts");
        assert!(found(b"pdfaid:part>2<"), "PDF/A-2");
        // The hashes of the evidence are wider than their column and must be broken.
        assert_eq!(over_the_margin(&document, &[]).unwrap(), Vec::<String>::new());
    }
}

#[test]
fn the_same_opinion_makes_the_same_pdf() {
    let document = small("审查", "某公司");
    assert_eq!(pdf(&document, &[]).unwrap(), pdf(&document, &[]).unwrap());
}

fn small(name: &str, client: &str) -> zhunsheng_opinion::Document {
    let catalogue = zhunsheng_builtin::catalogue().unwrap();
    let text = format!("target: {{name: {name}, client: {client}}}\nactivities: {{a: {{title: t}}}}\n");
    let dossier = load_text(&catalogue.schema, &base(&catalogue), catalogue.sources.clone(), "d", &text, None).unwrap();
    let assessment = assess(&catalogue, &dossier, &input()).unwrap();
    Opinion::build(&assessment, &Extra::default()).document(Lang::Zh, &Template::default())
}

#[test]
fn a_character_without_a_font_is_refused_by_name() {
    // A plane that no font fills.
    let fault = pdf(&small("审查", "\"\\U00050000\""), &[]).unwrap_err();
    assert!(matches!(fault, PdfError::Missing { more: 0, .. }));
    let said = fault.to_string();
    assert!(said.contains("(U+50000)") && said.contains("fonts-hanazono") && said.contains("--font-path"), "{said}");
    let nowhere = PathBuf::from("no/such/folder");
    let fault = pdf(&small("审查", "甲"), &[nowhere]).unwrap_err().to_string();
    assert!(fault.contains("`no/such/folder`") && fault.contains("--font-path"), "{fault}");
}
