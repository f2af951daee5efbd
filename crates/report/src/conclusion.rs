//! The conclusion on a dimension and on the whole. The standard (5.2.2) says what lawfulness comes to where no legal basis
//! could be established in the end: not conformant, though each finding is undetermined. One place, so that text, JSON, HTML
//! and opinion say the same.

use zhunsheng_catalogue::{Clause, Kind};
use zhunsheng_dossier::Outcome;
use zhunsheng_source::Text;
use zhunsheng_verdict::Assessment;

use crate::words::BASIS;

/// The dimension that the legal basis belongs to.
const LAWFULNESS: &str = "5.2";

/// Of what a conclusion is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// An assessment that goes on: facts may still come in.
    Open,
    /// The opinion that ends it.
    End,
}

/// Whether 5.2 may not be called conformant because of its legal basis: a gap, or open, with any activity (5.2.2).
pub fn no_basis(assessment: &Assessment<'_>) -> Option<Outcome> {
    let position = assessment.catalogue.leaf_position(BASIS)?;
    let verdicts = || assessment.findings.iter().filter(|one| one.leaf == position).map(|one| one.verdict);
    [Outcome::Gap, Outcome::Undetermined].into_iter().find(|bad| verdicts().any(|verdict| verdict == *bad))
}

/// The conclusion on a dimension: the verdict as the standard has it, and in words.
pub fn conclusion(dimension: &str, verdict: Outcome, no_basis: Option<Outcome>, moment: Moment) -> (Outcome, Text) {
    let lost = dimension == LAWFULNESS && no_basis.is_some();
    let text = match (verdict, lost) {
        (Outcome::Gap, _) => Text::new("不符合：存在差距", "not conformant: there are gaps"),
        (Outcome::Undetermined, true) => match moment {
            Moment::Open => Text::new(
                "合法性基础尚未确定：评估若就此结束，按 5.2.2 结论为不符合",
                "no legal basis established yet: should the assessment end here, it is not conformant by 5.2.2",
            ),
            Moment::End => Text::new("不符合：合法性基础不能确定", "not conformant: no legal basis can be determined"),
        },
        (Outcome::Undetermined, false) => Text::new("待定：不得视为符合", "undetermined: not established"),
        (Outcome::Conformant, _) => Text::new("符合", "conformant"),
        (Outcome::NotApplicable, _) => Text::new("不适用", "not applicable"),
    };
    (if lost { Outcome::Gap } else { verdict }, text)
}

/// A dimension with its conclusion.
pub struct Concluded<'a> {
    /// The dimension.
    pub clause: &'a Clause,
    /// Its verdict, rolled up from the findings.
    pub rolled: Outcome,
    /// What it is concluded to be.
    pub verdict: Outcome,
    /// In words.
    pub text: Text,
}

/// The dimensions that have a verdict, in the order of the standard.
pub fn dimensions<'a>(assessment: &'a Assessment<'_>, moment: Moment) -> Vec<Concluded<'a>> {
    let basis = no_basis(assessment);
    assessment
        .rollup
        .iter()
        .filter_map(|rolled| Some((assessment.catalogue.clauses.get(rolled.clause)?, rolled.verdict)))
        .filter(|(clause, _)| clause.kind == Kind::Dimension)
        .map(|(clause, rolled)| {
            let (verdict, text) = conclusion(&clause.id, rolled, basis, moment);
            Concluded { clause, rolled, verdict, text }
        })
        .collect()
}

/// The conclusion over all dimensions, in one sentence.
pub fn overall(assessment: &Assessment<'_>, moment: Moment) -> Text {
    let dimensions = dimensions(assessment, moment);
    let all = dimensions.len();
    // Lawfulness that is lost only if the assessment ends now is not counted as lost while it goes on.
    let pending = |one: &&Concluded<'_>| moment == Moment::Open && one.verdict != one.rolled;
    let sunk = dimensions.iter().any(|one| pending(&one));
    let count = |wanted: Outcome| dimensions.iter().filter(|one| one.verdict == wanted && !pending(one)).count();
    let (failed, open) = (count(Outcome::Gap), count(Outcome::Undetermined));
    let mut text = match (failed, open) {
        (0, 0) if all == 0 => Text::new("没有任何维度得出结论。", "No dimension has a conclusion."),
        (0, 0) if sunk => Text::new("没有发现差距。", "No gap was found."),
        (0, 0) => Text::new(
            format!("评估对象在范围内的 {all} 个维度上没有差距，也没有待定事项。"),
            format!("The target shows no gap and nothing undetermined in the {all} dimensions in scope."),
        ),
        (0, _) => Text::new(
            format!("评估对象没有发现差距，但 {all} 个维度中有 {open} 个待定，现在不能认定为符合。"),
            format!(
                "No gap was found, but {open} of {all} dimensions are undetermined; the target cannot be called conformant now."
            ),
        ),
        (_, 0) => Text::new(
            format!("评估对象不符合合规框架：{all} 个维度中有 {failed} 个不符合。"),
            format!("The target does not conform to the framework: {failed} of {all} dimensions are not conformant."),
        ),
        _ => Text::new(
            format!("评估对象不符合合规框架：{all} 个维度中有 {failed} 个不符合，{open} 个待定。"),
            format!(
                "The target does not conform to the framework: {failed} of {all} dimensions are not conformant and {open} undetermined."
            ),
        ),
    };
    if sunk {
        text.zh.push_str("合法维度（5.2）的合法性基础尚未确定：评估若就此结束，按 5.2.2 结论为不符合。");
        text.en.push_str(
            " No legal basis is established yet (5.2): should the assessment end here, lawfulness is not conformant by 5.2.2.",
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_basis_is_said_to_be_open_until_the_opinion_ends_it() {
        let open = conclusion("5.2", Outcome::Undetermined, Some(Outcome::Undetermined), Moment::Open);
        let end = conclusion("5.2", Outcome::Undetermined, Some(Outcome::Undetermined), Moment::End);
        assert_eq!((open.0, end.0), (Outcome::Gap, Outcome::Gap));
        assert!(open.1.zh.contains("若就此结束") && open.1.en.contains("should the assessment end here"));
        assert_eq!(end.1.zh, "不符合：合法性基础不能确定");
        // Other dimensions, and lawfulness with a gap of its own, are what they are.
        let other = conclusion("5.3", Outcome::Undetermined, Some(Outcome::Undetermined), Moment::Open);
        assert_eq!((other.0, other.1.zh.as_str()), (Outcome::Undetermined, "待定：不得视为符合"));
        let gap = conclusion("5.2", Outcome::Gap, Some(Outcome::Gap), Moment::Open);
        assert_eq!((gap.0, gap.1.zh.as_str()), (Outcome::Gap, "不符合：存在差距"));
    }
}
