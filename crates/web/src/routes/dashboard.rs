//! Charts of the overview that the report does not have: how far determinations are, how old requests are. Each is a table with a
//! bar in every row, so that the figures can be read without seeing.

use zhunsheng_dossier::{Date, Outcome};
use zhunsheng_report::words;
use zhunsheng_verdict::Assessment;
use zhunsheng_workspace::{Request, Row, Stage};

use super::requests::Clock;
use crate::i18n::Words;

/// A row of a chart: its label, where it leads, and the parts of its bar.
pub struct BarRow {
    /// Label.
    pub label: String,
    /// What it leads to, after the question mark.
    pub query: String,
    /// The figures, in the order of the columns.
    pub parts: Vec<usize>,
    /// The bar.
    pub bar: String,
}

/// A bar of parts, as long as its sum is of the longest. The figures stand beside it.
fn bar(parts: &[usize], longest: usize) -> String {
    let mut out =
        String::from(r#"<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">"#);
    let mut x = 0.0;
    let share = |part: usize| {
        let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        number(part) * 100.0 / number(longest.max(1))
    };
    for (index, part) in parts.iter().enumerate().filter(|(_, part)| **part > 0) {
        let width = share(*part);
        out.push_str(&format!(r#"<rect class="p{index}" x="{x:.2}" y="0" width="{width:.2}" height="6"/>"#));
        x += width;
    }
    out.push_str("</svg>");
    out
}

fn rows(list: Vec<(String, String, Vec<usize>)>) -> Vec<BarRow> {
    let longest = list.iter().map(|(_, _, parts)| parts.iter().sum()).max().unwrap_or(0);
    let row =
        |(label, query, parts): (String, String, Vec<usize>)| BarRow { bar: bar(&parts, longest), label, query, parts };
    list.into_iter().map(row).collect()
}

/// Findings of each dimension: determined by a person, from a person's answers by rule, from facts alone, open.
pub fn determinations(a: &Assessment<'_>, t: Words) -> Vec<BarRow> {
    let mut list: Vec<(String, String, Vec<usize>)> = Vec::new();
    for finding in &a.findings {
        let Some(leaf) = words::leaf(a, finding) else { continue };
        let (_, _, dimension) = words::place(a, leaf);
        let Some(clause) = a.catalogue.clause(dimension) else { continue };
        let at = list.iter().position(|(_, id, _)| *id == clause.id).unwrap_or_else(|| {
            list.push((format!("{} {}", clause.id, t.of(&clause.title)), clause.id.clone(), vec![0; 4]));
            list.len() - 1
        });
        let part = match (finding.determinations.is_empty(), finding.verdict) {
            (false, _) => 0,
            (true, Outcome::Undetermined) => 3,
            (true, _) if finding.by_answers() => 1,
            (true, _) => 2,
        };
        if let Some(count) = list.get_mut(at).and_then(|(_, _, parts)| parts.get_mut(part)) {
            *count += 1;
        }
    }
    rows(list)
}

/// Requests that are not closed, by age: in time, overdue, answered and to be looked at.
pub fn ageing(requests: &[Row<Request>], today: Date, t: Words) -> Vec<BarRow> {
    let ages =
        [(0, 7, t.age_week()), (8, 14, t.age_fortnight()), (15, 30, t.age_month()), (31, i32::MAX, t.age_more())];
    let of = |(from, to, label): (i32, i32, &str)| {
        let mut parts = vec![0; 3];
        for row in requests.iter().filter(|row| !row.value.stage.closed()) {
            let clock = Clock::of(&row.value, today);
            if !(from..=to).contains(&clock.age.max(0)) {
                continue;
            }
            let part = match row.value.stage {
                Stage::Answered => 2,
                _ if clock.late() => 1,
                _ => 0,
            };
            if let Some(count) = parts.get_mut(part) {
                *count += 1;
            }
        }
        (label.to_owned(), String::new(), parts)
    };
    rows(ages.into_iter().map(of).collect())
}

#[cfg(test)]
mod tests {
    use super::{bar, rows};

    #[test]
    fn the_longest_bar_is_whole_and_parts_stand_end_to_end() {
        let text = bar(&[1, 0, 3], 4);
        assert!(text.contains(r#"class="p0" x="0.00" y="0" width="25.00""#), "{text}");
        assert!(text.contains(r#"class="p2" x="25.00" y="0" width="75.00""#) && !text.contains("p1"), "{text}");
        let all = rows(vec![(String::new(), String::new(), vec![0, 0]), (String::new(), String::new(), vec![2, 2])]);
        assert!(!all.iter().any(|row| row.bar.contains("NaN")));
        assert!(all.last().is_some_and(|row| row.bar.contains(r#"width="50.00""#)));
    }
}
