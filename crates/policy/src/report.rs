//! What is known of one policy, as JSON and as text of 100 columns.

use crate::data::{Lang, Text};
use crate::doc::{Address, Document, Format, Problem};
use crate::error::Error;
use crate::items::{Analysis, Catalogue, Outcome, Verdict};
use crate::practices::purpose::Purposes;
use crate::practices::{Practice, extract};
use crate::wording::readability::{self, Figure};
use crate::wording::{Finding, Wording};
use serde::Serialize;
use std::fmt::Write as _;

/// Everything that is loaded once.
#[derive(Debug)]
pub struct Kit {
    /// Disclosure items.
    pub catalogue: Catalogue,
    /// Purposes.
    pub purposes: Purposes,
    /// Wording rules.
    pub wording: Wording,
}

impl Kit {
    /// The built-in data.
    ///
    /// # Errors
    /// When a data file is wrong.
    pub fn builtin() -> Result<Self, Error> {
        Ok(Kit { catalogue: Catalogue::builtin()?, purposes: Purposes::builtin()?, wording: Wording::builtin()? })
    }
}

/// A sentence that supports an item.
#[derive(Debug, Clone, Serialize)]
pub struct Evidence {
    /// Part of the item it supports; absent if the item has one part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// It only hints at the item.
    pub weak: bool,
    /// It denies or refuses what the item asks for, and supports nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub denies: bool,
    /// The sentence.
    pub text: String,
    /// Where it stands.
    pub at: Address,
}

/// The sentence by which the policy settles whether an item is due.
#[derive(Debug, Clone, Serialize)]
pub struct SettledBy {
    /// It says that the condition holds; else that it does not.
    pub due: bool,
    /// The sentence.
    pub text: String,
    /// Where it stands.
    pub at: Address,
}

/// A part of an item and whether it was found.
#[derive(Debug, Clone, Serialize)]
pub struct PartReport {
    /// Identifier.
    pub id: String,
    /// Found.
    pub found: bool,
}

/// The finding on one item.
#[derive(Debug, Clone, Serialize)]
pub struct ItemReport {
    /// Identifier.
    pub id: String,
    /// Clause leaf.
    pub leaf: String,
    /// Title.
    pub title: Text,
    /// Verdict.
    pub verdict: Verdict,
    /// When the item is due, if not always.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<Text>,
    /// Why, where it is not plainly disclosed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
    /// What the policy says of the condition, where it settles it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled: Option<SettledBy>,
    /// Parts, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartReport>,
    /// Sentences that support it, all of them, in order.
    pub evidence: Vec<Evidence>,
}

/// How many items have each verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Disclosed.
    pub disclosed: usize,
    /// Partly.
    pub partly: usize,
    /// Missing, due in every policy or under a condition that the policy says holds.
    pub missing: usize,
    /// Missing, due only under a condition that the policy does not settle.
    pub missing_if: usize,
    /// Undetermined.
    pub undetermined: usize,
    /// Not applicable: due only under a condition that the policy denies.
    pub not_applicable: usize,
}

/// All that is known of one policy.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Title found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Kind of file.
    pub format: Format,
    /// Counts of verdicts.
    pub counts: Counts,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Items in the order of the catalogue.
    pub items: Vec<ItemReport>,
    /// Wording found, in order.
    pub wording: Vec<Finding>,
    /// Figures of readability.
    pub readability: Vec<Figure>,
    /// Practices, in order.
    pub practices: Vec<Practice>,
}

impl Report {
    /// Examines a document.
    #[must_use]
    pub fn new(doc: &Document, kit: &Kit) -> Self {
        let a = Analysis::new(doc, &kit.catalogue);
        let mut counts = Counts::default();
        let items = a.items().iter().map(|o| item(&a, o, &mut counts)).collect();
        Report {
            title: doc.title.clone(),
            format: doc.format,
            counts,
            problems: doc.problems.clone(),
            items,
            wording: kit.wording.find(&a),
            readability: readability::measure(doc, &kit.wording),
            practices: extract::practices(&a, &kit.purposes),
        }
    }

    /// Exit code: 1 if an item that is always due is missing or partly disclosed, 3 if only undetermined items or
    /// items due under a condition remain, 0 otherwise.
    #[must_use]
    pub fn code(&self) -> i32 {
        let c = self.counts;
        if c.missing + c.partly > 0 {
            1
        } else if c.undetermined + c.missing_if > 0 {
            3
        } else {
            0
        }
    }

    /// Text of 100 columns.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let mut out = String::new();
        let c = self.counts;
        let _ = writeln!(out, "{}", self.title.as_deref().unwrap_or(lang.pick("（无标题）", "(no title)")));
        let counts = Text::new(
            format!(
                "披露 {}  部分 {}  缺失 {}（另有条件项 {}）  无法判断 {}  不适用 {}",
                c.disclosed, c.partly, c.missing, c.missing_if, c.undetermined, c.not_applicable
            ),
            format!(
                "disclosed {}  partly {}  missing {} (and {} that are due only in a case)  undetermined {}  not \
                 applicable {}",
                c.disclosed, c.partly, c.missing, c.missing_if, c.undetermined, c.not_applicable
            ),
        );
        let _ = writeln!(out, "{}", counts.get(lang));
        for p in &self.problems {
            let _ = writeln!(out, "{}{}", lang.pick("！", "! "), lang.pick(&p.zh, &p.en));
        }
        for verdict in
            [Verdict::Missing, Verdict::Partly, Verdict::Undetermined, Verdict::NotApplicable, Verdict::Disclosed]
        {
            let list: Vec<_> = self.items.iter().filter(|i| i.verdict == verdict).collect();
            if list.is_empty() {
                continue;
            }
            let _ = writeln!(out, "\n{}", verdict.title().get(lang));
            for i in list {
                let _ = writeln!(out, "  {} {}", i.id, i.title.get(lang));
                if let Some(r) = &i.reason {
                    wrap(&mut out, "      ", r.get(lang));
                }
                for e in i.evidence.iter().take(2) {
                    wrap(&mut out, "      ", &format!("{} “{}”", e.at, clip(&e.text, 70)));
                }
                if let Some(more) = i.evidence.len().checked_sub(2).filter(|more| *more > 0) {
                    let more = Text::new(format!("另有 {more} 句"), format!("and {more} more"));
                    let _ = writeln!(out, "      {}", more.get(lang));
                }
            }
        }
        if !self.wording.is_empty() {
            let _ = writeln!(out, "\n{}", lang.pick("用语", "Wording"));
            for f in &self.wording {
                let kind = named((&f.title.zh, &f.title.en), lang);
                let _ = writeln!(out, "  {} {} {kind}", f.leaf, f.at);
                let why = format!("{}{}{}", f.reason.get(lang), lang.pick("；", "; "), f.hint.get(lang));
                wrap(&mut out, "      ", &format!("“{}” {why}", clip(&f.text, 40)));
            }
        }
        let _ = writeln!(out, "\n{}", lang.pick("可读性", "Readability"));
        for f in &self.readability {
            let mark = if f.above { "↑" } else { " " };
            let limit = Text::new(format!("（上限 {}）", f.limit), format!(" (limit {})", f.limit));
            let _ = writeln!(out, "  {mark} {} {} {}{}", f.title.get(lang), f.value, f.unit.get(lang), limit.get(lang));
        }
        out
    }
}

fn item(a: &Analysis<'_>, o: &Outcome<'_>, counts: &mut Counts) -> ItemReport {
    let open = o.item.conditional.is_some() && o.settled.is_none();
    match (o.verdict, open) {
        (Verdict::Disclosed, _) => counts.disclosed += 1,
        (Verdict::Partly, _) => counts.partly += 1,
        (Verdict::Missing, false) => counts.missing += 1,
        (Verdict::Missing, true) => counts.missing_if += 1,
        (Verdict::Undetermined, _) => counts.undetermined += 1,
        (Verdict::NotApplicable, _) => counts.not_applicable += 1,
    }
    let several = o.item.parts.len() > 1;
    ItemReport {
        id: o.item.id.clone(),
        leaf: o.item.leaf.clone(),
        title: o.item.title.clone(),
        verdict: o.verdict,
        condition: o.item.conditional.clone(),
        reason: o.reason.clone(),
        settled: o.settled.map(|s| SettledBy {
            due: s.due,
            text: a.doc.sentence(s.sentence).to_owned(),
            at: a.doc.sentence_address(s.sentence),
        }),
        parts: if several {
            o.item.parts.iter().zip(&o.parts).map(|(p, f)| PartReport { id: p.id.clone(), found: *f }).collect()
        } else {
            Vec::new()
        },
        evidence: o
            .supports
            .iter()
            .map(|s| Evidence {
                part: s.part.filter(|_| several).and_then(|p| o.item.parts.get(p)).map(|p| p.id.clone()),
                weak: s.part.is_none() && !s.denies,
                denies: s.denies,
                text: a.doc.sentence(s.sentence).to_owned(),
                at: a.doc.sentence_address(s.sentence),
            })
            .collect(),
    }
}

/// A kind by its name: in Chinese with the English one beside it, which is the one JSON has.
#[must_use]
pub fn named((zh, en): (&str, &str), lang: Lang) -> String {
    lang.pick(format!("{zh} {en}"), en.to_owned())
}

/// A text cut to a number of characters.
#[must_use]
pub fn clip(text: &str, limit: usize) -> String {
    let mut out: String = text.chars().take(limit).collect();
    if text.chars().nth(limit).is_some() {
        out.push('…');
    }
    out
}

/// Columns that a character takes in a terminal.
#[must_use]
pub fn columns(c: char) -> usize {
    if crate::doc::build::is_cjk(c) || matches!(c, '\u{3000}'..='\u{303f}' | '\u{fe30}'..='\u{fe6f}') { 2 } else { 1 }
}

/// Writes a text wrapped to 100 columns; Latin words stay whole.
pub fn wrap(out: &mut String, indent: &str, text: &str) {
    let mut line = indent.to_owned();
    let mut width = indent.len();
    let mut word = String::new();
    let mut word_width = 0;
    let flush = |line: &mut String, width: &mut usize, word: &mut String, word_width: &mut usize, out: &mut String| {
        if *width + *word_width > 100 && *width > indent.len() {
            out.push_str(line.trim_end());
            out.push('\n');
            *line = indent.to_owned();
            *width = indent.len();
        }
        line.push_str(word);
        *width += *word_width;
        word.clear();
        *word_width = 0;
    };
    for c in text.chars() {
        let n = columns(c);
        let closing = "，。；：、！？”）》".contains(c);
        if n == 2 && !closing || c == ' ' {
            flush(&mut line, &mut width, &mut word, &mut word_width, out);
        }
        if c == ' ' && width == indent.len() {
            continue;
        }
        word.push(c);
        word_width += n;
    }
    flush(&mut line, &mut width, &mut word, &mut word_width, out);
    out.push_str(line.trim_end());
    out.push('\n');
}
