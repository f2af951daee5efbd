//! Sets an opinion out in one language.

mod annexes;
mod findings;
mod front;
mod gaps;

use std::borrow::Cow;

use zhunsheng_dossier::Outcome;
use zhunsheng_report::imported;
use zhunsheng_source::{Lang, Text};

use crate::extra::Disposition;
use crate::model::Opinion;
use crate::page::{Block, Document, Heading, Kind, Numbers, Span, Spans, Table, Tone, bold, code, muted, plain};
use crate::template::Template;

/// Writes blocks one after the other.
pub(crate) struct Writer<'a> {
    pub o: &'a Opinion,
    pub template: &'a Template,
    pub lang: Lang,
    pub blocks: Vec<Block>,
    numbers: Numbers,
}

impl Opinion {
    /// The opinion as a document in one language, by a firm's template.
    pub fn document(&self, lang: Lang, template: &Template) -> Document {
        let mut writer = Writer { o: self, template, lang, blocks: Vec::new(), numbers: Numbers::default() };
        writer.opening();
        writer.overview();
        writer.method();
        writer.conclusions();
        writer.gaps();
        writer.risks();
        writer.people();
        writer.closing();
        writer.annexes();
        let t = |zh: &str, en: &str| writer.t(zh, en).to_owned();
        let title =
            t("个人信息处理法律合规性评估法律意见书", "Legal Opinion on Compliance in Processing Personal Information");
        let draft =
            (!self.obstacles.is_empty()).then(|| t("草案 · 尚不具备出具条件", "DRAFT · not ready to be issued"));
        let firm = template.firm.get(lang);
        let left = if firm.is_empty() { t("评估法律意见书", "Legal opinion") } else { firm.to_owned() };
        let right = match &draft {
            Some(_) => format!("{} · {}", self.object.name, t("草案", "draft")),
            None => self.object.name.clone(),
        };
        let mut document = Document {
            lang,
            title,
            subject: writer.or_absent(&self.object.name),
            date: self.issued.unwrap_or(self.as_of).to_string(),
            cover: writer.cover(),
            draft,
            header: (left, right),
            template: template.clone(),
            blocks: writer.blocks,
        };
        // Names that came from a file are marked in both languages.
        document.texts(|text| {
            if let Cow::Owned(said) = imported::said(text, lang) {
                *text = said;
            }
        });
        document
    }
}

impl Writer<'_> {
    fn t<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// A text, in the other language where this one has none.
    fn x<'t>(&self, text: &'t Text) -> &'t str {
        match (text.get(self.lang), self.lang) {
            ("", Lang::Zh) => &text.en,
            ("", Lang::En) => &text.zh,
            (text, _) => text,
        }
    }

    fn absent(&self) -> String {
        self.t("（未载明）", "(not stated)").to_owned()
    }

    fn or_absent(&self, text: &str) -> String {
        if text.is_empty() { self.absent() } else { text.to_owned() }
    }

    /// Objects by what they are called, with their ids.
    fn listed(&self, kind: &str, ids: &[&String]) -> Spans {
        let mut spans = Spans::new();
        for (index, id) in ids.iter().enumerate() {
            if index > 0 {
                spans.push(plain(self.t("、", ", ")));
            }
            match self.o.names.get(&format!("{kind}/{id}")) {
                Some(name) => spans.extend([plain(format!("{name} ")), Span { tone: Tone::Muted, ..code(*id) }]),
                None => spans.push(code(*id)),
            }
        }
        spans
    }

    fn join<S: AsRef<str>>(&self, items: &[S]) -> String {
        let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
        items.join(self.t("、", ", "))
    }

    fn heading(&mut self, level: u8, text: impl Into<String>) {
        let number = self.numbers.next(level, self.lang);
        self.blocks.push(Block::Heading(Heading { level, number, text: text.into(), annex: false }));
    }

    fn annex(&mut self, zh: &str, en: &str) {
        let number = self.numbers.annex(self.lang);
        let text = self.t(zh, en).to_owned();
        // An annex that comes to a few sentences leaves its page to the next one.
        let said = self.blocks.iter().rev().take_while(|block| matches!(block, Block::Para(..))).count();
        let above = self.blocks.iter().rev().nth(said);
        if said > 3 || !matches!(above, Some(Block::Heading(Heading { annex: true, level: 1, .. }))) {
            self.blocks.push(Block::Break);
        }
        self.blocks.push(Block::Heading(Heading { level: 1, number, text, annex: true }));
    }

    /// A part of an annex, `C.1`.
    fn part(&mut self, text: impl Into<String>) {
        let number = self.numbers.part();
        self.blocks.push(Block::Heading(Heading { level: 2, number, text: text.into(), annex: true }));
    }

    fn para(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Para(vec![plain(text)], Kind::Body));
    }

    fn note(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Para(vec![plain(text)], Kind::Note));
    }

    /// A table without head: labels and values.
    fn pairs(&mut self, rows: Vec<(&str, Spans)>) {
        let rows = rows.into_iter().map(|(label, value)| vec![vec![plain(label)], value]).collect();
        let table = Table { heads: vec![String::new(); 2], widths: vec![22, 78], rows, caption: String::new() };
        self.blocks.push(Block::Table(table));
    }

    fn table(&mut self, caption: &str, columns: &[(&str, u32)], rows: Vec<Vec<Spans>>) {
        self.blocks.push(Block::Table(Table {
            caption: caption.to_owned(),
            heads: columns.iter().map(|(head, _)| (*head).to_owned()).collect(),
            widths: columns.iter().map(|(_, width)| *width).collect(),
            rows,
        }));
    }

    fn verdict(&self, outcome: Outcome) -> Span {
        let text = self.x(&outcome.label()).to_owned();
        Span { tone: tone(outcome), bold: outcome != Outcome::NotApplicable, ..plain(text) }
    }

    /// `选择同意处理（5.2.2.1，严重）`
    fn titled(&self, title: &str, besides: &[&str]) -> String {
        match self.lang {
            Lang::Zh => format!("{title}（{}）", besides.join("，")),
            Lang::En => format!("{title} ({})", besides.join(", ")),
        }
    }

    /// An object: kind, title, id.
    fn object(&self, kind: &Text, title: &str, id: &str) -> Spans {
        let mut spans = vec![plain(self.x(kind))];
        if !title.is_empty() {
            spans.push(plain(format!("{}{title}", self.t("：", ": "))));
        }
        if !id.is_empty() {
            spans.push(plain(" "));
            spans.push(code(id));
        }
        spans
    }

    /// One entry of the gap register in words.
    fn disposition(&self, one: &Disposition) -> Spans {
        let mut spans = vec![bold(self.x(&one.measure.label()))];
        let when = match self.lang {
            Lang::Zh => format!("（{}，{}）：", one.by, one.on.long(self.lang)),
            Lang::En => format!(" ({}, {}): ", one.by, one.on.long(self.lang)),
        };
        spans.push(plain(format!("{when}{}", self.x(&one.reason))));
        if let Some(until) = one.until {
            spans.push(plain(match self.lang {
                Lang::Zh => format!(" 期限至 {}。", until.long(self.lang)),
                Lang::En => format!(" Until {}.", until.long(self.lang)),
            }));
        }
        for (ids, zh, en) in
            [(&one.before, " 处置前证据：", " Evidence before: "), (&one.after, " 处置后证据：", " Evidence after: ")]
        {
            if !ids.is_empty() {
                spans.push(muted(self.t(zh, en)));
                spans.push(code(self.join(ids)));
            }
        }
        spans
    }
}

/// The colour of a verdict.
fn tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Gap => Tone::Bad,
        Outcome::Undetermined => Tone::Open,
        Outcome::Conformant => Tone::Good,
        Outcome::NotApplicable => Tone::Muted,
    }
}
