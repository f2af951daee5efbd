//! The opinion set out in one language: what every exporter writes.

use serde::Serialize;
use zhunsheng_source::Lang;

use crate::chart::Chart;
use crate::template::Template;

/// A document to be written as Word, HTML or Typst.
#[derive(Clone, Debug)]
pub struct Document {
    /// Language.
    pub(crate) lang: Lang,
    /// Title, for the cover and the properties of the file.
    pub(crate) title: String,
    /// What it is about, below the title.
    pub(crate) subject: String,
    /// Date of its properties, `YYYY-MM-DD`.
    pub(crate) date: String,
    /// Lines of the cover: label and value.
    pub(crate) cover: Vec<(String, String)>,
    /// Stands on the cover and in the header of a draft.
    pub(crate) draft: Option<String>,
    /// Left and right of the header.
    pub(crate) header: (String, String),
    /// The body.
    pub(crate) blocks: Vec<Block>,
    /// How it looks.
    pub(crate) template: Template,
}

impl Document {
    /// Does something with every text a person reads in it; headings are ours and not among them.
    pub(crate) fn texts(&mut self, mut of: impl FnMut(&mut String)) {
        fn each(spans: &mut Spans, of: &mut impl FnMut(&mut String)) {
            spans.iter_mut().for_each(|span| of(&mut span.text));
        }
        for (_, value) in &mut self.cover {
            of(value);
        }
        for block in &mut self.blocks {
            match block {
                Block::Para(text, _) => each(text, &mut of),
                Block::Items(list) | Block::Notice(_, list, _) => list.iter_mut().for_each(|text| each(text, &mut of)),
                Block::Table(table) => table.rows.iter_mut().flatten().for_each(|cell| each(cell, &mut of)),
                Block::Signatures(lines) => lines.iter_mut().for_each(|(_, name)| of(name)),
                Block::Heading(_) | Block::Chart(_) | Block::Break => {}
            }
        }
    }
}

/// A part of the body.
#[derive(Clone, Debug)]
pub(crate) enum Block {
    /// A heading.
    Heading(Heading),
    /// A paragraph.
    Para(Spans, Kind),
    /// A numbered list.
    Items(Vec<Spans>),
    /// A table.
    Table(Table),
    /// A chart.
    Chart(Chart),
    /// A box that catches the eye: title and paragraphs.
    Notice(String, Vec<Spans>, Tone),
    /// A new page.
    Break,
    /// Lines to sign on: label and name.
    Signatures(Vec<(String, String)>),
}

/// A heading with its number written out: 一、 （一） 1.
#[derive(Clone, Debug)]
pub(crate) struct Heading {
    /// 1 to 3.
    pub level: u8,
    /// Its number as printed; for annexes `附件A`.
    pub number: String,
    /// Its words.
    pub text: String,
    /// An annex: numbered by letters.
    pub annex: bool,
}

/// What a paragraph is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Body text.
    Body,
    /// Body text without indent.
    Flush,
    /// Small print.
    Note,
    /// On the right.
    Right,
}

/// Text in one paragraph.
pub(crate) type Spans = Vec<Span>;

/// Text in one style.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub text: String,
    pub bold: bool,
    /// Ids, paths, hashes.
    pub code: bool,
    pub tone: Tone,
}

/// The colour of a word; it never says anything the word does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) enum Tone {
    #[default]
    Plain,
    Bad,
    Open,
    Good,
    Muted,
}

/// A table whose first row repeats on every page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    /// Above it; empty: none.
    pub caption: String,
    /// Heads of the columns; all empty: no head, the first column is bold.
    pub heads: Vec<String>,
    /// Widths, out of 100.
    pub widths: Vec<u32>,
    /// Cells by row.
    pub rows: Vec<Vec<Spans>>,
}

impl Table {
    /// Whether it has a head.
    pub fn headed(&self) -> bool {
        self.heads.iter().any(|head| !head.is_empty())
    }
}

/// Whether a row may run over to the next page rather than leave half a page blank; a short one stays whole.
pub(crate) fn long(row: &[Spans]) -> bool {
    const SPLIT: usize = 500;
    row.iter().any(|cell| cell.iter().map(|span| span.text.len()).sum::<usize>() > SPLIT)
}

/// What stands on a line to sign on: nothing where a seal goes.
pub(crate) fn signing(lang: Lang, label: &str) -> &'static str {
    match lang {
        _ if label.ends_with("（盖章）") || label.ends_with("(seal)") => "",
        Lang::Zh => "签字：",
        Lang::En => "Signature: ",
    }
}

/// Plain text.
pub(crate) fn plain(text: impl Into<String>) -> Span {
    Span { text: text.into(), ..Span::default() }
}

/// Bold text.
pub(crate) fn bold(text: impl Into<String>) -> Span {
    Span { bold: true, ..plain(text) }
}

/// An id, path or hash.
pub(crate) fn code(text: impl Into<String>) -> Span {
    Span { code: true, ..plain(text) }
}

/// Muted text.
pub(crate) fn muted(text: impl Into<String>) -> Span {
    Span { tone: Tone::Muted, ..plain(text) }
}

/// 1 → 一, 12 → 十二, up to 99.
pub(crate) fn han(number: usize) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |n: usize| DIGITS.get(n).copied().unwrap_or_default();
    match number {
        0 => "〇".to_owned(),
        1..=9 => digit(number).to_owned(),
        10..=19 => format!("十{}", digit(number % 10)),
        20..=99 => format!("{}十{}", digit(number / 10), digit(number % 10)),
        _ => number.to_string(),
    }
}

/// Gives headings their numbers.
#[derive(Default)]
pub(crate) struct Numbers {
    counts: [usize; 3],
    annexes: u8,
}

impl Numbers {
    /// The number of the next heading of a level (1 to 3).
    pub fn next(&mut self, level: u8, lang: Lang) -> String {
        let index = usize::from(level.clamp(1, 3)) - 1;
        for (position, count) in self.counts.iter_mut().enumerate() {
            match position.cmp(&index) {
                std::cmp::Ordering::Equal => *count += 1,
                std::cmp::Ordering::Greater => *count = 0,
                std::cmp::Ordering::Less => {}
            }
        }
        let [one, two, three] = self.counts;
        match (lang, index) {
            (Lang::Zh, 0) => format!("{}、", han(one)),
            (Lang::Zh, 1) => format!("（{}）", han(two)),
            (Lang::Zh, _) => format!("{three}."),
            (Lang::En, 0) => format!("{one}."),
            (Lang::En, 1) => format!("{one}.{two}"),
            (Lang::En, _) => format!("{one}.{two}.{three}"),
        }
    }

    /// The number of the next part of the annex: `C.1`.
    pub fn part(&mut self) -> String {
        let [_, part, _] = &mut self.counts;
        *part += 1;
        format!("{}.{part}", char::from(b'A' + self.annexes.saturating_sub(1).min(25)))
    }

    /// The number of the next annex: `附件A`.
    pub fn annex(&mut self, lang: Lang) -> String {
        let letter = char::from(b'A' + self.annexes.min(25));
        self.annexes += 1;
        self.counts = [0; 3];
        match lang {
            Lang::Zh => format!("附件{letter}"),
            Lang::En => format!("Annex {letter}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Numbers, han};
    use zhunsheng_source::Lang;

    #[test]
    fn numbers_follow_the_usage_of_each_language() {
        assert_eq!([1, 10, 11, 20, 21, 99].map(han), ["一", "十", "十一", "二十", "二十一", "九十九"]);
        let mut numbers = Numbers::default();
        let mut next = |level| numbers.next(level, Lang::Zh);
        assert_eq!(
            [next(1), next(2), next(3), next(3), next(2), next(3), next(1), next(2)],
            ["一、", "（一）", "1.", "2.", "（二）", "1.", "二、", "（一）"]
        );
        let mut numbers = Numbers::default();
        let mut next = |level| numbers.next(level, Lang::En);
        assert_eq!([next(1), next(2), next(3), next(1)], ["1.", "1.1", "1.1.1", "2."]);
        let mut numbers = Numbers::default();
        assert_eq!([numbers.annex(Lang::Zh), numbers.annex(Lang::En)], ["附件A", "Annex B"]);
        assert_eq!(
            [numbers.part(), numbers.part(), numbers.annex(Lang::Zh), numbers.part()],
            ["B.1", "B.2", "附件C", "C.1"]
        );
    }
}
