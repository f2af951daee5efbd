//! The radar. Its measure: of the leaves of a dimension that apply or may apply, the share that is conformant over all
//! objects. What is undetermined lies between the solid line and the dashed one and is never counted as conformant.

use maud::{Markup, html};

use super::view::{Counts, View};

const SIZE: (f64, f64) = (740.0, 430.0);
const CENTRE: (f64, f64) = (370.0, 215.0);
const RADIUS: f64 = 145.0;
/// Characters of an axis label on one line.
const LABEL: usize = 32;

/// The two shares of an axis, 0 to 1: conformant, and conformant if everything open came out conformant.
/// `None` where nothing applies.
pub(super) fn shares(counts: &Counts) -> Option<(f64, f64)> {
    let all = counts.applicable();
    let share = |count: usize| {
        f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / f64::from(u32::try_from(all).unwrap_or(u32::MAX))
    };
    (all > 0).then(|| (share(counts.conformant), share(counts.conformant + counts.undetermined)))
}

/// Coordinates have one decimal, so that the file is the same on every machine.
fn point(index: usize, of: usize, radius: f64) -> (f64, f64) {
    let count = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    let angle = std::f64::consts::TAU * count(index) / count(of.max(1));
    let round = |value: f64| (value * 10.0).round() / 10.0 + 0.0;
    (round(CENTRE.0 + radius * angle.sin()), round(CENTRE.1 - radius * angle.cos()))
}

fn path(points: &[(f64, f64)]) -> String {
    points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ")
}

pub(super) fn body(view: &View<'_>) -> Markup {
    html! {
        p { (view.t(
            "量度：该维度中适用或可能适用的条目里，对全部对象均为符合的条目所占的比例。实线为现在可以确认的比例；虚线为全部待定条目日后都被证实为符合时的上限，两线之间即尚不能确定的部分。比例只计条目个数，不衡量差距的轻重，也不能替代各维度的结论。",
            "Measure: of the leaves of a dimension that apply or may apply, the share that is conformant for every object. The solid line is what can be confirmed now; the dashed line is the most that could be reached if everything undetermined were later shown to be conformant, so the band between them is what is not known. The share counts leaves, does not weigh the gravity of gaps, and is no substitute for the conclusion on a dimension.",
        )) }
        figure.radar {
            (chart(view))
            figcaption {
                span.key { span.swatch.sure {} (view.t("已确认符合", "confirmed conformant")) }
                span.key { span.swatch.most {} (view.t("待定全部证实后的上限", "upper bound once all that is open is shown")) }
            }
        }
        (table(view))
    }
}

fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

pub(super) fn chart(view: &View<'_>) -> Markup {
    let count = view.dimensions.len();
    if count < 3 {
        return html! { p.note { (view.t("有结论的维度不足三个，不绘雷达图。", "Fewer than three dimensions have a verdict; no radar is drawn.")) } };
    }
    let shares: Vec<Option<(f64, f64)>> = view.dimensions.iter().map(|one| shares(&one.leaves)).collect();
    let ring = |radius: f64| path(&(0..count).map(|index| point(index, count, radius)).collect::<Vec<_>>());
    let corners = |pick: fn(&(f64, f64)) -> f64| -> Vec<(f64, f64)> {
        let held = shares.iter().enumerate();
        held.filter_map(|(index, share)| share.as_ref().map(|share| point(index, count, RADIUS * pick(share))))
            .collect()
    };
    let (sure, most) = (corners(|share| share.0), corners(|share| share.1));
    html! {
        svg viewBox={ "0 0 " (SIZE.0) " " (SIZE.1) } role="img" aria-labelledby="radar-title" {
            title id="radar-title" { (view.t("各维度符合条目所占比例，数值见旁表", "Share of conformant leaves by dimension; figures in the table")) }
            @for step in [0.25, 0.5, 0.75, 1.0] { polygon.ring points=(ring(RADIUS * step)) {} }
            @for index in 0..count {
                @let (x, y) = point(index, count, RADIUS);
                line.axis x1=(CENTRE.0) y1=(CENTRE.1) x2=(x) y2=(y) {}
            }
            polygon.most points=(path(&most)) {}
            polygon.sure points=(path(&sure)) {}
            @for (x, y) in &most { circle.most cx=(x) cy=(y) r="3" {} }
            @for (x, y) in &sure { circle.sure cx=(x) cy=(y) r="3.4" {} }
            @for step in [50_u32, 100] {
                text.scale x=(CENTRE.0 + 5.0) y=(CENTRE.1 - RADIUS * f64::from(step) / 100.0 + 12.0) { (step) "%" }
            }
            @for (index, (dimension, share)) in view.dimensions.iter().zip(&shares).enumerate() {
                @let (x, y) = point(index, count, RADIUS + 20.0);
                // Two lines: above the chart both go up, below it both go down.
                @let y = if y < CENTRE.1 - 60.0 { y - 14.0 } else if y > CENTRE.1 + 60.0 { y + 8.0 } else { y - 4.0 };
                @let anchor = if (x - CENTRE.0).abs() < 12.0 { "middle" } else if x > CENTRE.0 { "start" } else { "end" };
                @let title: String = view.x(&dimension.clause.title).chars().take(LABEL).collect();
                text.label x=(x) y=(y) text-anchor=(anchor) {
                    tspan x=(x) { (dimension.clause.id) " " (title) }
                    tspan.value x=(x) dy="15" {
                        @match share {
                            Some((sure, most)) => { (percent(*sure)) @if most > sure { " – " (percent(*most)) } }
                            None => (view.t("不适用", "n/a")),
                        }
                    }
                }
            }
        }
    }
}

fn table(view: &View<'_>) -> Markup {
    html! {
        table.grid.narrow {
            thead { tr {
                th scope="col" { (view.t("维度", "Dimension")) }
                th.num scope="col" { (view.t("适用条目", "Applicable leaves")) }
                th.num scope="col" { (view.t("符合", "Conformant")) }
                th.num scope="col" { (view.t("待定", "Undetermined")) }
                th.num scope="col" { (view.t("差距", "Gap")) }
            } }
            tbody { @for one in &view.dimensions {
                @let all = one.leaves.applicable();
                tr {
                    th scope="row" { (one.clause.id) " " (view.x(&one.clause.title)) }
                    td.num { (all) }
                    @for part in [one.leaves.conformant, one.leaves.undetermined, one.leaves.gap] {
                        td.num { (part) @if all > 0 { span.share { (percent(ratio(part, all))) } } }
                    }
                }
            } }
        }
    }
}

fn ratio(part: usize, all: usize) -> f64 {
    f64::from(u32::try_from(part).unwrap_or(u32::MAX)) / f64::from(u32::try_from(all.max(1)).unwrap_or(u32::MAX))
}
