//! The numbers of a sample: bounded, and computed by the functions of `zhunsheng sample`.

use std::fmt::Write as _;

use zhunsheng_catalogue::Catalogue;
use zhunsheng_records::sample;
use zhunsheng_source::Text;

use super::{Draw, MOST_DRAWN, MOST_SEED, NewSample, NewSampleResult, Sample, SamplePlan, both};
use crate::error::{Error, Result};
use crate::people::{line, prose};
use crate::request::day;

/// What is said, bounded and whole.
pub(super) fn told(catalogue: &Catalogue, new: NewSample) -> Result<NewSample> {
    if new.leaves.is_empty() {
        return Err(Error::invalid("leaves", "请写明它说明哪些条目", "say of which leaves or clauses it speaks"));
    }
    for id in &new.leaves {
        if catalogue.leaf(id).is_none() && catalogue.clause(id).is_none() {
            return Err(Error::missing("leaf", id.clone()));
        }
    }
    let (from, to) = (day("from", new.from)?, day("to", new.to)?);
    if let (Some(from), Some(to)) = (&from, &to)
        && to < from
    {
        return Err(Error::invalid(
            "to",
            format!("止于 `{to}`，早于 `{from}`：请对调或改正"),
            format!("`{to}` is before `{from}`: exchange or mend them"),
        ));
    }
    let how = prose("how", &new.how)?;
    if how.is_empty() && matches!(new.draw, Draw::Random | Draw::Chosen) {
        return Err(Error::invalid("how", "不由本程序抽取的，请写明怎样抽取", "say how the items were chosen"));
    }
    let subject = Text { zh: line("subject", &new.subject.zh, 400)?, en: prose("subject", &new.subject.en)? };
    Ok(NewSample { subject, source: line("source", &new.source, 400)?, from, to, how, ..new })
}

/// What the numbers come to.
pub(super) fn planned(new: &NewSample) -> Result<SamplePlan> {
    let number = |field: &'static str, value: u64, least: u64, most: u64| match (least..=most).contains(&value) {
        true => Ok(()),
        false => Err(Error::invalid(
            field,
            format!("`{value}` 不在 {least} 到 {most} 之间"),
            format!("`{value}` is not between {least} and {most}"),
        )),
    };
    // Bounds within which the plan is found in a moment.
    let share = |field: &'static str, value: f64, least: f64, most: f64| match (least..=most).contains(&value) {
        true => Ok(()),
        false => {
            let (value, least, most) = (sample::percent(value), sample::percent(least), sample::percent(most));
            Err(Error::invalid(
                field,
                format!("`{value}%` 不在 {least}% 到 {most}% 之间"),
                format!("`{value}%` is not between {least}% and {most}%"),
            ))
        }
    };
    number("population", new.population, 1, sample::MAX_POPULATION)?;
    if let Some(seed) = new.seed {
        number("seed", seed, 0, MOST_SEED)?;
    }
    let drawn = match (new.draw, new.size) {
        (Draw::All, size) => {
            if size.is_some_and(|size| size != new.population) {
                return Err(Error::invalid(
                    "size",
                    "全部检查的，数量就是总体数量：请留空",
                    "where all is examined the number is that of the population: leave it out",
                ));
            }
            let text = Text::new(
                format!("总体 {} 项，逐项检查，不作抽样。", new.population),
                format!("All {} items are examined; nothing is sampled.", new.population),
            );
            return Ok(SamplePlan { drawn: new.population, wanted: None, allowed: None, confidence: None, said: text });
        }
        (Draw::Chosen, None) => {
            return Err(Error::invalid("size", "请写明选取多少项", "say how many items are chosen"));
        }
        (_, size) => size,
    };
    if let Some(size) = drawn {
        number("size", size, 1, new.population.min(MOST_DRAWN))?;
    }
    if let (Draw::Chosen, Some(size)) = (new.draw, drawn) {
        let text = Text::new(
            format!("选取 {size} 项。不是随机抽取，结果不能推及未选取的各项。"),
            format!("{size} items are chosen. They are not drawn at random: nothing follows for those not chosen."),
        );
        return Ok(SamplePlan { drawn: size, wanted: None, allowed: None, confidence: None, said: text });
    }
    share("tolerable", new.tolerable, 0.001, 0.5)?;
    share("confidence", new.confidence, 0.5, 0.999)?;
    share("control_confidence", new.control_confidence, 0.5, 0.999)?;
    // Close to what is tolerable nearly everything would have to be examined.
    share("expected", new.expected, 0.0, new.tolerable / 2.0)?;
    let args = sample::PlanArgs {
        population: new.population,
        tolerable: new.tolerable,
        expected: new.expected,
        confidence: new.confidence,
        control: !new.control.is_empty(),
        control_confidence: new.control_confidence,
    };
    let found = sample::planned(&args).map_err(|cause| Error::Internal(cause.to_string()))?;
    let size = drawn.unwrap_or(found.size);
    number("size", size, 1, new.population.min(MOST_DRAWN))?;
    let mut said = both(|lang| found.sentences(&args, lang));
    if size != found.size {
        let less = size < found.size;
        let _ = write!(said.zh, "\n实际抽取 {size} 项{}", if less { "，少于所需：达不到上述置信水平" } else { "" });
        let few = if less { ", fewer than called for: the confidence is not reached" } else { "" };
        let _ = write!(said.en, "\n{size} items are drawn{few}");
    }
    Ok(SamplePlan {
        drawn: size,
        wanted: Some(found.size),
        allowed: Some(found.allowed),
        confidence: Some(found.confidence),
        said,
    })
}

/// What follows from what was found: the most that deviate, whether that supports reliance, and all of it in words.
pub(super) fn evaluated(one: &Sample, found: &NewSampleResult) -> Result<(Option<u64>, Option<bool>, Text)> {
    let drawn = one.plan.drawn;
    if found.examined > drawn {
        return Err(Error::invalid(
            "examined",
            format!("`{}` 多于抽取的 `{drawn}` 项：另抽的请另列一项抽样", found.examined),
            format!(
                "`{}` are more than the `{drawn}` drawn: state what was drawn besides as another sample",
                found.examined
            ),
        ));
    }
    if found.deviations > found.examined {
        return Err(Error::invalid(
            "deviations",
            format!("`{}` 多于检查的 `{}` 项", found.deviations, found.examined),
            format!("`{}` are more than the `{}` examined", found.deviations, found.examined),
        ));
    }
    let missing = drawn - found.examined;
    if found.text.is_empty() && found.deviations + missing > 0 {
        return Err(Error::invalid(
            "text",
            "请逐项写明哪些项有偏差、哪些项未能检查及其原因",
            "name each item that deviates or could not be examined, and why",
        ));
    }
    // What was drawn and could not be examined may be the very items that deviate.
    let bad = found.deviations + missing;
    let (at_most, supports, mut said) = if one.says.draw.is_random() {
        let args = sample::EvaluateArgs {
            population: one.says.population,
            size: drawn,
            deviations: bad,
            tolerable: one.says.tolerable,
            confidence: one.plan.confidence.unwrap_or(one.says.confidence),
        };
        let result = sample::evaluate(&args).map_err(|cause| Error::Internal(cause.to_string()))?;
        (Some(result.upper), Some(result.supports), both(|lang| result.sentences(&args, lang)))
    } else {
        let at_most = (one.says.draw == Draw::All).then_some(bad);
        let NewSampleResult { examined, deviations, .. } = found;
        let mut said = Text::new(
            format!("检查 {examined} 项，偏差 {deviations} 项。"),
            format!("{examined} examined, {deviations} deviate."),
        );
        if one.says.draw == Draw::Chosen {
            said.zh.push_str("不是随机抽取，不能推算总体的偏差率。");
            said.en.push_str(" Not drawn at random: no rate follows for the population.");
        }
        if bad > 0 {
            said = both(|lang| format!("{}\n{}", said.get(lang), sample::deviations(lang)));
        }
        (at_most, None, said)
    };
    if missing > 0 {
        // First what was found, for what follows counts otherwise.
        let NewSampleResult { examined, deviations, .. } = found;
        said.zh = format!(
            "应检查 {drawn} 项，检查了 {examined} 项，发现偏差 {deviations} 项；未能检查的 {missing} 项，推算时按偏差计算：\n{}",
            said.zh
        );
        said.en = format!(
            "of {drawn} to be examined {examined} were, {deviations} deviate; the {missing} that could not be examined are counted as deviating in what follows:\n{}",
            said.en
        );
    }
    Ok((at_most, supports, said))
}
