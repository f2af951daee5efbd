//! Finds what readers cannot know: headings written as numbered paragraphs, lists written as lines, tables of
//! contents, and which block introduces which.

use super::marker::{self, Class, Marker};
use super::{Block, Document, Kind, Sentence, sentence};
use crate::practices::tables::is_head;

/// Longest text that can be a heading without markup, characters.
const HEADING: usize = 34;

/// Words that an English title of a policy has.
const TITLES: [&str; 5] = ["privacy", "policy", "notice", "data protection", "terms of"];

/// Words that a heading of a policy without number or markup is made of.
const HEADING_WORDS: [&str; 34] = [
    "我们如何",
    "如何收集",
    "如何使用",
    "如何联系",
    "您的权利",
    "你的权利",
    "您如何",
    "联系我们",
    "联系方式",
    "适用范围",
    "未成年人",
    "儿童",
    "更新",
    "修订",
    "存储",
    "保存",
    "保护",
    "共享",
    "公开披露",
    "第三方",
    "权限",
    "cookie",
    "Cookie",
    "定义",
    "附则",
    "管理您",
    "管理你",
    "争议",
    "引言",
    "前言",
    "概述",
    "总则",
    "隐私政策",
    "通知",
];

/// Whether a text ends like a sentence or leads in a list.
fn closed(text: &str) -> bool {
    text.trim_end().ends_with(['。', '；', ';', '，', ',', '！', '!', '：', ':', '、', '.'])
}

fn open_lead(text: &str) -> bool {
    text.trim_end().ends_with(['：', ':'])
}

fn short(text: &str, limit: usize) -> bool {
    text.chars().nth(limit).is_none()
}

fn body(text: &str, marker: Option<Marker>) -> &str {
    marker.and_then(|m| text.get(m.len..)).unwrap_or(text)
}

/// Level that a class of marker has as a heading or an item.
fn level(marker: Marker) -> u8 {
    match marker.class {
        Class::Chapter | Class::Chinese => 1,
        Class::Article | Class::ChineseBracketed => 2,
        Class::Dotted => marker.parts.saturating_add(1).min(5),
        Class::Number => 3,
        Class::NumberBracketed => 4,
        Class::Letter => 5,
        Class::Bullet => 6,
    }
}

/// Sets kinds, sections, leads and sentences of a document whose blocks were only pushed.
pub(crate) fn find(doc: &mut Document) {
    let explicit = doc.blocks.iter().filter(|b| matches!(b.kind, Kind::Heading { .. })).count() >= 3;
    let marked: Vec<bool> = doc.blocks.iter().map(|b| matches!(b.kind, Kind::Heading { .. })).collect();
    kinds(&mut doc.blocks, explicit);
    contents(&mut doc.blocks);
    listed(&mut doc.blocks, &marked);
    table_heads(&mut doc.blocks);
    nesting(&mut doc.blocks);
    for (index, block) in doc.blocks.iter_mut().enumerate() {
        let first = doc.sentences.len();
        if matches!(block.kind, Kind::Row { .. }) {
            doc.sentences.push(Sentence { block: index, start: 0, end: block.text.len() });
        } else {
            // The number before an item is no sentence and no part of one.
            let skip = marker::read(&block.text).map_or(0, |m| m.len);
            for (start, end) in sentence::split(block.text.get(skip..).unwrap_or("")) {
                doc.sentences.push(Sentence { block: index, start: skip + start, end: skip + end });
            }
        }
        block.sentences = (first, doc.sentences.len());
    }
    if doc.title.is_none() {
        let title = doc.blocks.iter().take(6).find(|b| {
            short(&b.text, 40) && ["政策", "声明", "指引", "条款", "规则", "协议"].iter().any(|w| b.text.contains(w))
        });
        // In English a title is long in letters, and no sentence.
        let english = |b: &&Block| {
            let text = b.text.to_ascii_lowercase();
            short(&text, 80) && !closed(&text) && !text.contains(". ") && TITLES.iter().any(|w| text.contains(w))
        };
        let title = title.or_else(|| doc.blocks.iter().take(6).find(english));
        doc.title = title.map(|b| b.text.clone());
    }
}

fn kinds(blocks: &mut [Block], explicit: bool) {
    let marks: Vec<Option<Marker>> = blocks.iter().map(|b| marker::read(&b.text)).collect();
    let plain: Vec<bool> = blocks.iter().map(|b| matches!(b.kind, Kind::Paragraph | Kind::Item { .. })).collect();
    let mut new: Vec<Option<Kind>> = Vec::with_capacity(blocks.len());
    for (i, b) in blocks.iter().enumerate() {
        let mark = marks.get(i).copied().flatten();
        let item = match b.kind {
            Kind::Paragraph => false,
            Kind::Item { .. } => true,
            _ => {
                new.push(None);
                continue;
            }
        };
        let text = body(&b.text, mark);
        let bold =
            b.emphasis.iter().filter(|e| e.style.bold).map(|e| e.end - e.start).sum::<usize>() * 10 >= b.text.len() * 9;
        let titled =
            short(text, HEADING) && !closed(text) && !text.contains(['。', '；', '：', '@']) && !text.is_empty();
        let next = i + 1;
        let same_next = match (mark, marks.get(next).copied().flatten()) {
            (Some(a), Some(b)) => a.class == b.class && plain.get(next).copied().unwrap_or(false),
            _ => false,
        };
        let next_len = blocks.get(next).map_or(0, |n| n.text.chars().count());
        let before = i.checked_sub(1).and_then(|p| blocks.get(p));
        // Under "the following:" short numbered lines are a list.
        let listed = before.is_some_and(|p| open_lead(&p.text))
            || before.is_some_and(|p| p.text.trim_end().ends_with(['；', ';']));
        let heading = titled
            && !item
            && next_len > 0
            && match mark {
                Some(m) => match m.class {
                    Class::Chapter | Class::Chinese => !same_next || m.class == Class::Chapter,
                    Class::Article | Class::ChineseBracketed | Class::Dotted => !same_next && !listed,
                    Class::Number | Class::NumberBracketed => !same_next && !listed && next_len > text.chars().count(),
                    Class::Letter | Class::Bullet => bold && !same_next && next_len > text.chars().count(),
                },
                None => {
                    let framed = text.starts_with('【') && text.ends_with('】') && short(text, 16);
                    let worded = short(text, 24)
                        && HEADING_WORDS.iter().any(|w| text.contains(w))
                        && !text.contains(['，', ',']);
                    framed
                        || (i == 0 && !explicit)
                        || (bold && next_len > 0 && !listed)
                        || (worded && !explicit && !listed)
                }
            };
        new.push(if heading {
            let level = mark.map_or(if i == 0 { 1 } else { 3 }, level);
            Some(Kind::Heading { level })
        } else {
            mark.map(|m| Kind::Item { level: level(m) })
        });
    }
    for (b, kind) in blocks.iter_mut().zip(new) {
        if let Some(kind) = kind {
            // A list made with markup keeps its own depth where the text has no marker.
            b.kind = kind;
        }
    }
}

/// Rows that name the columns, where the markup does not say so.
fn table_heads(blocks: &mut [Block]) {
    for b in blocks {
        let text = std::mem::take(&mut b.text);
        if let Kind::Row { header, cells, .. } = &mut b.kind
            && cells.len() >= 2
        {
            *header |= is_head(cells.iter().map(|c| text.get(c.0..c.1).unwrap_or("")));
        }
        b.text = text;
    }
}

/// A text without number, space and case, to compare a contents entry with a heading.
fn key(text: &str) -> String {
    let text = body(text, marker::read(text));
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect::<String>()
        .trim_end_matches(|c: char| c.is_ascii_digit())
        .to_owned()
}

/// Runs of short lines each of which stands again further down are a table of contents.
fn contents(blocks: &mut [Block]) {
    let keys: Vec<String> =
        blocks.iter().map(|b| if short(&b.text, 60) { key(&b.text) } else { String::new() }).collect();
    let mut later: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for (i, k) in keys.iter().enumerate() {
        if !k.is_empty() {
            later.insert(k, i);
        }
    }
    let entry: Vec<bool> =
        keys.iter().enumerate().map(|(i, k)| !k.is_empty() && later.get(k.as_str()).is_some_and(|&l| l > i)).collect();
    let mut i = 0;
    while i < entry.len() {
        let run = entry.iter().skip(i).take_while(|e| **e).count();
        let announced = i
            .checked_sub(1)
            .and_then(|p| keys.get(p))
            .is_some_and(|k| k == "目录" || k.ends_with("以下内容") || k.ends_with("以下部分") || k == "contents");
        // Repeated lines are common in lists; a table of contents is a run that comes early or is announced.
        if run >= 4 || (announced && run >= 2) {
            for b in blocks.iter_mut().skip(i).take(run) {
                if !matches!(b.kind, Kind::Row { .. }) {
                    b.kind = Kind::Toc;
                }
            }
        }
        let mut next = i + run.max(1);
        // The last entries may be worded otherwise than their headings.
        let class = |b: &Block| marker::read(&b.text).map(|m| m.class);
        let last = next.checked_sub(1).and_then(|p| blocks.get(p)).filter(|b| b.kind == Kind::Toc).and_then(class);
        while last.is_some() {
            match blocks.get_mut(next) {
                Some(b) if class(b) == last && short(&b.text, 40) && !closed(&b.text) && starts_late(&b.text) => {
                    b.kind = Kind::Toc;
                    next += 1;
                }
                _ => break,
            }
        }
        i = next;
    }
}

/// Longest entry of a table of contents, characters.
const ENTRY: usize = 60;

/// Whether a line ends in a row of dots and the number of a page.
fn paged(text: &str) -> bool {
    let text = text.trim_end();
    let head = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let title = head.trim_end_matches(['.', '．', '…', '·', '•', '。', '-', '_', '—', ' ']);
    let dots = head.get(title.len()..).unwrap_or("");
    head.len() < text.len()
        && !title.is_empty()
        && (dots.contains('…') || dots.chars().filter(|c| *c != ' ').nth(2).is_some())
}

/// Whether a line says that what follows is a table of contents.
fn opens_contents(text: &str) -> bool {
    if !short(text, ENTRY) {
        return false;
    }
    let key = key(text);
    ["目录", "目次", "目錄", "contents", "tableofcontents"].contains(&key.as_str())
        || (open_lead(text)
            && ["政策", "指引", "声明", "协议", "规则", "条款"].iter().any(|w| key.contains(w))
            && ["了解", "包括", "包含", "分为", "组成"].iter().any(|w| key.contains(w))
            && ["以下内容", "如下内容", "以下部分", "以下几部分", "以下章节", "以下几个部分"]
                .iter()
                .any(|w| key.ends_with(w)))
}

/// What stands under the word for it, or ends in dots and a page, is a table of contents even if no heading repeats it.
fn listed(blocks: &mut [Block], marked: &[bool]) {
    for b in blocks.iter_mut().filter(|b| !matches!(b.kind, Kind::Row { .. }) && short(&b.text, ENTRY)) {
        if paged(&b.text) {
            b.kind = Kind::Toc;
        }
    }
    // Each line is looked at once: what stands in one table of contents opens none of its own.
    let mut next = 0;
    while next < blocks.len() {
        let opening = next;
        next += 1;
        if !blocks.get(opening).is_some_and(|b| opens_contents(&b.text)) {
            continue;
        }
        let first = blocks.get(opening + 1).map_or_else(String::new, |b| key(&b.text));
        let class = |b: &Block| marker::read(&b.text).map(|m| m.class);
        let kind = blocks.get(opening + 1).and_then(class);
        let run = blocks
            .iter()
            .enumerate()
            .skip(opening + 1)
            .take_while(|(i, b)| {
                // The text begins at a heading that the file itself marks, at a sentence, at the second of a first entry.
                let again = *i > opening + 1
                    && (key(&b.text) == first || (class(b) == kind && kind.is_some() && !starts_late(&b.text)));
                !marked.get(*i).copied().unwrap_or(false)
                    && !matches!(b.kind, Kind::Row { .. })
                    && short(&b.text, ENTRY)
                    && !closed(&b.text)
                    && !again
            })
            .count();
        next += run;
        if run < 2 {
            continue;
        }
        for b in blocks.iter_mut().skip(opening + 1).take(run) {
            // A line without number that was taken for a heading may be the first of the text.
            if !matches!(b.kind, Kind::Heading { .. }) || (kind.is_some() && class(b) == kind) {
                b.kind = Kind::Toc;
            }
        }
    }
}

/// Whether a numbered line is not the first of its kind, where the text proper would begin.
fn starts_late(text: &str) -> bool {
    let first = text.trim_start_matches(['第', '（', '(', ' ']).chars().next();
    !matches!(first, Some('一' | '1'))
        || text.starts_with("1") && text.chars().nth(1).is_some_and(|c| c.is_ascii_digit())
}

fn nesting(blocks: &mut [Block]) {
    // Open headings and open list items, outermost first.
    let mut heads: Vec<(u8, usize)> = Vec::new();
    let mut items: Vec<(u8, usize)> = Vec::new();
    let mut base: Option<usize> = None;
    // The open table: its number and what leads its next row in.
    let mut table: Option<(usize, Option<usize>)> = None;
    for i in 0..blocks.len() {
        let Some(b) = blocks.get(i) else { break };
        let kind = b.kind.clone();
        let leads = open_lead(&b.text);
        let mut section = heads.last().map(|h| h.1);
        let mut lead = None;
        if !matches!(kind, Kind::Row { .. }) {
            table = None;
        }
        match kind {
            Kind::Heading { level } => {
                while heads.last().is_some_and(|h| h.0 >= level) {
                    heads.pop();
                }
                section = heads.last().map(|h| h.1);
                heads.push((level, i));
                items.clear();
                base = None;
            }
            Kind::Item { level } => {
                while items.last().is_some_and(|h| h.0 >= level) {
                    items.pop();
                }
                lead = items.last().map(|h| h.1).or(base);
                items.push((level, i));
            }
            Kind::Row { table: number, header, .. } => {
                if table.is_none_or(|t| t.0 != number) {
                    table = Some((number, items.last().map(|h| h.1).or(base)));
                }
                lead = table.and_then(|t| t.1);
                // What a cell holds is said by the head of its column.
                if header {
                    table = Some((number, Some(i)));
                }
            }
            Kind::Paragraph => {
                items.clear();
                base = Some(i).filter(|_| leads || next_is_item(blocks, i));
            }
            Kind::Toc => {}
        }
        if let Some(b) = blocks.get_mut(i) {
            b.section = section;
            b.lead = lead;
        }
    }
}

fn next_is_item(blocks: &[Block], i: usize) -> bool {
    blocks.get(i + 1).is_some_and(|b| matches!(b.kind, Kind::Item { .. } | Kind::Row { .. }))
}
