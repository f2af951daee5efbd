//! Stage × dimension: how many gaps, how much is open. Numbers and signs carry it; shade only repeats them.

use maud::{Markup, html};

use super::view::{Counts, View};

pub(super) fn body(view: &View<'_>) -> Markup {
    html! {
        p { (view.t(
            "每格为该环节、该维度的结论数：✗ 差距，? 待定，✓ 符合。底色深浅与差距数相应，斜纹表示没有差距但有待定。条款未限定环节而对象为处理活动的，计入该活动所在环节；其余计入“不分环节”。",
            "Each cell counts the findings of a stage in a dimension: ✗ gaps, ? undetermined, ✓ conformant. The darker the cell the more gaps; hatching marks cells without gaps where something is open. A finding on an activity is counted in that activity's stage unless its clause names one; the rest is in the last row.",
        )) }
        (table(view))
    }
}

/// The table alone.
pub(super) fn table(view: &View<'_>) -> Markup {
    let stages = view.stages();
    // The last row is for what concerns no single stage.
    let mut cells = vec![vec![Counts::default(); view.dimensions.len()]; stages.len() + 1];
    for one in &view.judged {
        let Some(column) = view.dimensions.iter().position(|held| held.clause.id == one.dimension) else { continue };
        for finding in one.findings {
            let stage = view.stage_of(finding);
            let row = stage.and_then(|stage| stages.iter().position(|(id, _)| *id == stage)).unwrap_or(stages.len());
            if let Some(cell) = cells.get_mut(row).and_then(|row| row.get_mut(column)) {
                cell.add(finding.verdict);
            }
        }
    }
    let most = cells.iter().flatten().map(|cell| cell.gap).max().unwrap_or(0);
    let names = stages.iter().map(|(id, label)| (Some(*id), *label));
    let rows: Vec<(Option<&str>, &str, &Vec<Counts>)> = names
        .chain([(None, view.t("不分环节", "all stages"))])
        .zip(&cells)
        .filter(|(_, row)| row.iter().any(|cell| *cell != Counts::default()))
        .map(|((id, label), row)| (id, label, row))
        .collect();
    let quiet: Vec<&str> = stages
        .iter()
        .filter(|(id, _)| !rows.iter().any(|(held, _, _)| *held == Some(*id)))
        .map(|(_, label)| *label)
        .collect();
    html! {
        div.scroll tabindex="0" role="region" aria-label=(view.t("环节与维度分布", "Stages and dimensions")) { table.heat {
            thead { tr {
                th scope="col" { (view.t("环节", "Stage")) }
                @for one in &view.dimensions { th scope="col" { span.id { (one.clause.id) } (short(view, view.x(&one.clause.title))) } }
            } }
            tbody { @for (_, label, row) in &rows { tr {
                th scope="row" { (label) }
                @for cell in *row { (cell_of(view, cell, most)) }
            } } }
        } }
        @if !quiet.is_empty() { p.note {
            (view.t("没有结论的环节（不在范围内，或卷宗没有这一环节的处理活动）：",
                "Stages without findings (out of scope, or no activity of that stage in the dossier): "))
            (view.join(&quiet)) (view.t("。", "."))
        } }
    }
}

/// Column heads without the word that all of them share.
fn short<'t>(view: &View<'_>, title: &'t str) -> &'t str {
    title.strip_suffix(view.t("维度", " dimension")).filter(|rest| !rest.is_empty()).unwrap_or(title)
}

fn shade(gaps: usize, most: usize) -> u8 {
    match gaps {
        0 => 0,
        _ if gaps * 3 <= most => 1,
        _ if gaps * 3 <= most * 2 => 2,
        _ => 3,
    }
}

fn cell_of(view: &View<'_>, cell: &Counts, most: usize) -> Markup {
    let class = match cell {
        one if one.gap > 0 => format!("g{}", shade(one.gap, most)),
        one if one.undetermined > 0 => "open".to_owned(),
        one if one.conformant > 0 => "fine".to_owned(),
        _ => "none".to_owned(),
    };
    let spoken = if *cell == Counts::default() {
        view.t("没有结论", "no findings").to_owned()
    } else {
        match view.lang {
            zhunsheng_source::Lang::Zh => format!(
                "差距 {}，待定 {}，符合 {}，不适用 {}",
                cell.gap, cell.undetermined, cell.conformant, cell.not_applicable
            ),
            zhunsheng_source::Lang::En => format!(
                "{} gaps, {} undetermined, {} conformant, {} not applicable",
                cell.gap, cell.undetermined, cell.conformant, cell.not_applicable
            ),
        }
    };
    html! {
        td class=(class) title=(spoken) aria-label=(spoken) {
            @if cell.applicable() == 0 { span.no { (if cell.not_applicable > 0 { "–" } else { "" }) } }
            @if cell.gap > 0 { span.gap { "✗" (cell.gap) } }
            @if cell.undetermined > 0 { span.undetermined { "?" (cell.undetermined) } }
            @if cell.conformant > 0 { span.conformant { "✓" (cell.conformant) } }
        }
    }
}
