//! All findings by clause. Objects of a leaf with the same verdict on the same basis share a row, so that ten thousand
//! activities take as many rows as the standard has leaves.

use maud::{Markup, html};
use zhunsheng_dossier::Outcome;
use zhunsheng_verdict::Finding;

use super::gaps::OBJECTS;
use super::people::reference;
use super::view::{Judged, OUTCOMES, View, anchor};

/// Rows shown; the JSON form has all findings.
pub(super) const ROWS: usize = 2_000;

/// What rows are told apart by.
#[derive(PartialEq)]
struct Key<'a> {
    verdict: Outcome,
    /// The automatic verdict, where a person determined.
    overruled: Option<Outcome>,
    /// Whether a person's answers led to the verdict.
    answered: bool,
    exempt: Option<&'a str>,
    superseded: Option<&'a str>,
}

struct Row<'a> {
    judged: &'a Judged<'a>,
    key: Key<'a>,
    findings: Vec<&'a Finding>,
}

fn rows<'a>(one: &'a Judged<'a>) -> Vec<Row<'a>> {
    let mut rows: Vec<Row<'a>> = Vec::new();
    for finding in one.findings {
        let key = Key {
            verdict: finding.verdict,
            overruled: (!finding.determinations.is_empty()).then_some(finding.automatic),
            answered: finding.by_answers(),
            exempt: finding.exempt.as_deref(),
            superseded: finding.superseded.as_deref(),
        };
        match rows.iter_mut().find(|row| row.key == key) {
            Some(row) => row.findings.push(finding),
            None => rows.push(Row { judged: one, key, findings: vec![finding] }),
        }
    }
    rows.sort_by_key(|row| OUTCOMES.iter().position(|outcome| *outcome == row.key.verdict));
    rows
}

pub(super) fn body(view: &View<'_>) -> Markup {
    let all: Vec<Row<'_>> = view.judged.iter().flat_map(rows).collect();
    let left: usize = all.iter().skip(ROWS).map(|row| row.findings.len()).sum();
    let shown = all.get(..ROWS.min(all.len())).unwrap_or_default();
    html! {
        p { (view.t(
            "按标准的条款次序列出。同一条目对多个对象结论与依据相同的，合为一行。",
            "In the order of the standard. Objects of a leaf that share verdict and basis share a row.",
        )) }
        table.grid.findings {
            thead { tr {
                th scope="col" { (view.t("条目", "Leaf")) }
                th scope="col" { (view.t("对象", "Object")) }
                th scope="col" { (view.t("结论", "Verdict")) }
                th scope="col" { (view.t("依据", "Basis")) }
            } }
            @for of_clause in shown.chunk_by(|a, b| a.judged.leaf.clause == b.judged.leaf.clause) {
                tbody {
                    @if let Some(first) = of_clause.first() { tr.clause { th colspan="4" scope="rowgroup" {
                        (first.judged.clause.id) " " (view.x(&first.judged.clause.title))
                    } } }
                    @for (index, row) in of_clause.iter().enumerate() {
                        @let before = index.checked_sub(1).and_then(|before| of_clause.get(before));
                        (row_of(view, row, before.is_none_or(|before| before.judged.leaf.id != row.judged.leaf.id)))
                    }
                }
            }
        }
        @if left > 0 { p.more { (view.more(left, "项结论未列出", "findings not listed")) } }
    }
}

fn row_of(view: &View<'_>, row: &Row<'_>, first: bool) -> Markup {
    let id = &row.judged.leaf.id;
    html! {
        tr {
            @if first { td id=(anchor("leaf", id)) {
                @if row.judged.counts.gap > 0 { a href={ "#" (anchor("gap", id)) } { (id) } } @else { (id) }
            } } @else { td.again { span.hidden { (id) } } }
            td { (objects(view, &row.findings)) }
            td { (view.verdict(row.key.verdict)) @if row.findings.len() > 1 { " ×" (row.findings.len()) } }
            td { (basis(view, row)) }
        }
    }
}

fn objects(view: &View<'_>, findings: &[&Finding]) -> Markup {
    let Some(first) = findings.first() else { return html! {} };
    let (kind, _) = view.a.object(first);
    let ids: Vec<&str> = findings.iter().map(|finding| view.a.object(finding).1).filter(|id| !id.is_empty()).collect();
    html! {
        (view.kind(kind))
        @for (index, id) in ids.iter().take(OBJECTS).enumerate() { @if index > 0 { (view.t("、", ", ")) } @else { " " } code { (id) } }
        @if ids.len() > OBJECTS { span.more { (view.t(" 等 ", ", … ")) (ids.len()) (view.t(" 个", " in all")) } }
    }
}

/// Names shown for a row.
const PEOPLE: usize = 3;

/// Who answered what a row rests on, and when; where each answer stands is in the section on answers and determinations.
fn by(view: &View<'_>, row: &Row<'_>) -> String {
    let mut people: Vec<String> = Vec::new();
    for one in row.findings.iter().flat_map(|finding| view.a.answers(finding)) {
        let by = crate::answers::by(&one);
        if !people.contains(&by) {
            people.push(by);
        }
    }
    let more = people.len().saturating_sub(PEOPLE);
    people.truncate(PEOPLE);
    let rest = match (more, view.lang) {
        (0, _) => String::new(),
        (more, zhunsheng_source::Lang::Zh) => format!("等，另 {more} 份"),
        (more, zhunsheng_source::Lang::En) => format!(" and {more} more"),
    };
    format!("{}{}{rest}{}", view.t("（", " ("), people.join(view.t("、", ", ")), view.t("）", ")"))
}

fn basis(view: &View<'_>, row: &Row<'_>) -> Markup {
    let origin = |row: &Row<'_>| {
        row.findings.first().map(|finding| view.x(&crate::answers::origin(finding)).to_owned()).unwrap_or_default()
    };
    let open: usize = row.findings.iter().map(|finding| finding.missing.len()).max().unwrap_or(0);
    html! {
        @match row.key.overruled {
            Some(automatic) => {
                (view.t("评估员判定（", "assessor (")) (origin(row)) (view.t("：", ": ")) (view.x(&automatic.label())) (view.t("）", ")"))
            }
            None => { (origin(row)) @if row.key.answered { (by(view, row)) } },
        }
        @let sharpened = crate::packs::sharpened_by(view.a, row.findings.first().map_or(0, |finding| finding.leaf));
        @if !sharpened.is_empty() { (view.t("；行业包从严：", "; a sector pack is stricter: ")) (sharpened.join(view.t("、", ", "))) }
        @if let Some(id) = row.key.exempt { (view.t("；由 ", "; lifted by ")) (reference(view, id)) (view.t(" 免除", "")) }
        @if let Some(id) = row.key.superseded { (view.t("；另有基础 ", "; another basis holds: ")) (reference(view, id)) (view.t(" 成立", "")) }
        @if row.key.verdict == Outcome::Undetermined && open > 0 {
            (view.t("；尚缺 ", "; missing facts: ")) @if row.findings.len() > 1 { (view.t("至多 ", "up to ")) } (open) (view.t(" 项事实", ""))
        }
    }
}
