//! Sampling where paper rules: size, seeded selection, evaluation. Exact hypergeometric, no approximation.
//!
//! The standard lets an assessor sample (for instance 5.4.3, where an existing process control lowers the number needed)
//! and asks that the limits of sampling be made known; every answer here states them.

use crate::checks::Lang;
use crate::error::{Error, Result};
use clap::Args;
use std::path::PathBuf;
use zhunsheng_source::Text;

/// Largest population: beyond it the logs should be read instead.
pub const MAX_POPULATION: u64 = 100_000_000;

/// Arguments of `sample plan`.
#[derive(Debug, Clone, Args)]
pub struct PlanArgs {
    /// 总体数量 · Items in the population
    #[arg(long)]
    pub population: u64,
    /// 可容忍偏差率 · Tolerable deviation rate
    #[arg(long, default_value_t = 0.05)]
    pub tolerable: f64,
    /// 预期偏差率 · Expected deviation rate
    #[arg(long, default_value_t = 0.0)]
    pub expected: f64,
    /// 置信水平 · Confidence
    #[arg(long, default_value_t = 0.95)]
    pub confidence: f64,
    /// 已确认存在流程控制 (5.4.3) · A process control was found in place
    #[arg(long)]
    pub control: bool,
    /// 存在流程控制时采用的置信水平 · Confidence asked of the sample where the control is in place
    #[arg(long, default_value_t = 0.80)]
    pub control_confidence: f64,
}

/// Arguments of `sample select`.
#[derive(Debug, Clone, Args)]
pub struct SelectArgs {
    /// 总体数量 · Items in the population (numbered from 1)
    #[arg(long, required_unless_present = "list")]
    pub population: Option<u64>,
    /// 总体清单，每行一项 · The population, one item a line
    #[arg(long)]
    pub list: Option<PathBuf>,
    /// 样本量 · Size
    #[arg(long)]
    pub size: u64,
    /// 种子，写入工作底稿 · Seed, to be written into the workpapers
    #[arg(long)]
    pub seed: u64,
}

/// Arguments of `sample evaluate`.
#[derive(Debug, Clone, Args)]
pub struct EvaluateArgs {
    /// 总体数量 · Items in the population
    #[arg(long)]
    pub population: u64,
    /// 已检查数量 · Items examined
    #[arg(long)]
    pub size: u64,
    /// 发现偏差 · Deviations found
    #[arg(long)]
    pub deviations: u64,
    /// 可容忍偏差率 · Tolerable deviation rate
    #[arg(long, default_value_t = 0.05)]
    pub tolerable: f64,
    /// 置信水平 · Confidence
    #[arg(long, default_value_t = 0.95)]
    pub confidence: f64,
}

fn wrong(what: Text, mend: Text) -> Error {
    Error::config("sample", what, mend)
}

/// A rate that lies outside its bounds.
fn no_share(zh: &str, en: &str, value: f64) -> Error {
    wrong(
        Text::new(format!("{zh} `{value}` 不在 0 与 1 之间"), format!("{en} `{value}` is not between 0 and 1")),
        Text::new("写成比例，如 0.05", "give a share such as 0.05"),
    )
}

/// Probability of at most `found` deviations in `size` items drawn without replacement from `population`, `bad` of which deviate.
#[must_use]
pub fn at_most(population: u64, bad: u64, size: u64, found: u64) -> f64 {
    let good = population.saturating_sub(bad);
    let lowest = size.saturating_sub(good);
    let highest = found.min(bad).min(size);
    if lowest > highest {
        return 0.0;
    }
    // Terms follow from each other; the first one in logarithms, so that nothing overflows.
    let mut log = ln_choose(bad, lowest) + ln_choose(good, size - lowest) - ln_choose(population, size);
    let mut sum = 0.0;
    for k in lowest..=highest {
        sum += log.exp();
        let ratio = (bad - k) as f64 * (size - k) as f64;
        let below = (k + 1) as f64 * (good as f64 - size as f64 + k as f64 + 1.0);
        log += (ratio / below).ln();
    }
    sum.min(1.0)
}

/// Natural logarithm of `n` over `k`.
fn ln_choose(n: u64, k: u64) -> f64 {
    let k = k.min(n - k.min(n));
    if k < 100_000 {
        (1..=k).map(|i| ((n - k + i) as f64 / i as f64).ln()).sum()
    } else {
        ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k)
    }
}

/// Stirling's series; for the large arguments it is used with, the error is below 1e-15 relative.
fn ln_factorial(n: u64) -> f64 {
    let x = n as f64 + 1.0;
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI).ln() + 1.0 / (12.0 * x) - 1.0 / (360.0 * x * x * x)
}

/// Smallest size, and the number of deviations it allows, such that a population with more than the tolerable rate would
/// show more deviations than that with the confidence asked for.
///
/// # Errors
/// Rates or confidence outside their range, an expected rate that is not below the tolerable one, an empty or too large population.
pub fn plan(population: u64, tolerable: f64, expected: f64, confidence: f64) -> Result<(u64, u64)> {
    if population == 0 || population > MAX_POPULATION {
        return Err(wrong(
            Text::new(
                format!("总体 `{population}` 不在 1 到 {MAX_POPULATION} 之间"),
                format!("population `{population}` is not between 1 and {MAX_POPULATION}"),
            ),
            Text::new("日志请用 `records audit`", "for logs use `records audit`"),
        ));
    }
    for (zh, en, v) in [("可容忍偏差率", "tolerable", tolerable), ("置信水平", "confidence", confidence)] {
        if !(v > 0.0 && v < 1.0) {
            return Err(no_share(zh, en, v));
        }
    }
    if !(expected >= 0.0 && expected < tolerable) {
        return Err(wrong(
            Text::new(
                format!("预期偏差率 `{expected}` 不低于可容忍偏差率 `{tolerable}`"),
                format!("expected `{expected}` is not below tolerable `{tolerable}`"),
            ),
            Text::new("预期偏差如此之多，应全部检查", "if so many deviations are expected, examine everything"),
        ));
    }
    // One more than tolerable must be noticed.
    let bad = ((population as f64 * tolerable).floor() as u64 + 1).min(population);
    let enough = |n: u64| at_most(population, bad, n, allowed(n, expected)) <= 1.0 - confidence;
    // With deviations allowed the probability is not monotonic in size: step over each number allowed.
    let mut k = 0;
    loop {
        let most = if expected > 0.0 { largest(population, expected, k) } else { population };
        let (mut low, mut high) = (1, most);
        if enough(most) {
            while low < high {
                let mid = low + (high - low) / 2;
                if at_most(population, bad, mid, k) <= 1.0 - confidence { high = mid } else { low = mid + 1 }
            }
            return Ok((low.max(smallest(expected, k)), k));
        }
        if most >= population {
            return Ok((population, allowed(population, expected)));
        }
        k += 1;
    }
}

fn allowed(size: u64, expected: f64) -> u64 {
    (size as f64 * expected).ceil() as u64
}

/// Largest size for which `k` deviations are expected.
fn largest(population: u64, expected: f64, k: u64) -> u64 {
    let mut n = (k as f64 / expected).floor() as u64;
    while n > 0 && allowed(n, expected) > k {
        n -= 1;
    }
    n.clamp(1, population)
}

fn smallest(expected: f64, k: u64) -> u64 {
    if expected > 0.0 && k > 0 { ((k - 1) as f64 / expected).floor() as u64 + 1 } else { 1 }
}

/// Most deviating items the population may have, given what the sample showed, at the confidence asked for.
#[must_use]
pub fn upper_limit(population: u64, size: u64, found: u64, confidence: f64) -> u64 {
    let (mut low, mut high) = (found, population - size.saturating_sub(found));
    while low < high {
        let mid = low + (high - low).div_ceil(2);
        if at_most(population, mid, size, found) > 1.0 - confidence { low = mid } else { high = mid - 1 }
    }
    low
}

/// A seeded selection without replacement, ascending, items numbered from 1 (Floyd's method over SplitMix64).
#[must_use]
pub fn select(population: u64, size: u64, seed: u64) -> Vec<u64> {
    let mut state = seed;
    let mut chosen = std::collections::BTreeSet::new();
    for j in population.saturating_sub(size)..population {
        let r = below(&mut state, j + 1) + 1;
        if !chosen.insert(r) {
            chosen.insert(j + 1);
        }
    }
    chosen.into_iter().collect()
}

/// Even number below `n`: values that would favour some results are drawn again.
fn below(state: &mut u64, n: u64) -> u64 {
    let limit = u64::MAX - u64::MAX % n;
    loop {
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        if z < limit {
            return z % n;
        }
    }
}

/// What a sample cannot show, to be made known to everyone concerned.
#[must_use]
pub fn limits(lang: Lang) -> &'static str {
    lang.pick(
        "抽样不能说明：未抽中各项的具体情况；低于可容忍偏差率的偏差是否存在；单独一起严重违规是否发生。请使评估各方知悉。",
        "What a sample cannot show: anything about the items not drawn; whether deviations below the tolerable rate exist; whether a single grave violation occurred. Make this known to everyone concerned.",
    )
}

/// A share as per cent, without the noise of binary fractions.
#[must_use]
pub fn percent(share: f64) -> String {
    let text = format!("{:.4}", share * 100.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The sample that a plan comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Planned {
    /// Items to be drawn.
    pub size: u64,
    /// Deviations among them that still support reliance.
    pub allowed: u64,
    /// Items to be drawn if no process control were counted on.
    pub without_control: u64,
    /// Confidence asked of the sample.
    pub confidence: f64,
}

/// What sample a plan comes to; a process control in place (5.4.3) lowers the confidence asked of it.
///
/// # Errors
/// As for [`plan`].
pub fn planned(a: &PlanArgs) -> Result<Planned> {
    let (without_control, _) = plan(a.population, a.tolerable, a.expected, a.confidence)?;
    let confidence = if a.control { a.control_confidence } else { a.confidence };
    let (size, allowed) = plan(a.population, a.tolerable, a.expected, confidence)?;
    Ok(Planned { size, allowed, without_control, confidence })
}

impl Planned {
    /// In words, one sentence a line.
    #[must_use]
    pub fn sentences(&self, a: &PlanArgs, lang: Lang) -> String {
        let Planned { size, allowed, without_control: full, confidence } = self;
        let (t, c) = (percent(a.tolerable), percent(*confidence));
        let mut text = match lang {
            Lang::Zh => {
                format!("样本量 {size}，允许偏差 {allowed}（总体 {}，可容忍偏差率 {t}%，置信水平 {c}%）", a.population)
            }
            Lang::En => format!(
                "sample size {size}, deviations allowed {allowed} (population {}, tolerable rate {t}%, confidence {c}%)",
                a.population
            ),
        };
        if a.control && size >= full {
            text += &match lang {
                Lang::Zh => {
                    format!("\n已确认存在流程控制（5.4.3），但所设置信水平没有使样本量减少（不计流程控制时为 {full}）")
                }
                Lang::En => format!(
                    "\na process control is in place (5.4.3), but the confidence asked for does not lower the number ({full} without it)"
                ),
            };
        } else if a.control {
            text += &match lang {
                Lang::Zh => {
                    format!("\n已确认存在流程控制（5.4.3），样本量由 {full} 减为 {size}；流程控制本身须有评审证据")
                }
                Lang::En => format!(
                    "\na process control is in place (5.4.3): reduced from {full} to {size}; the control itself needs evidence of review"
                ),
            };
        }
        text
    }
}

pub(crate) fn plan_command(a: &PlanArgs, lang: Lang) -> Result<(i32, String)> {
    Ok((0, format!("{}\n{}\n", planned(a)?.sentences(a, lang), limits(lang))))
}

pub(crate) fn select_command(a: &SelectArgs, _: Lang) -> Result<(i32, String)> {
    let list = match &a.list {
        Some(path) => Some(crate::declared::read_bounded(path, 256 << 20)?),
        None => None,
    };
    let lines: Option<Vec<&str>> = list.as_ref().map(|t| {
        let text = t.trim_start_matches('\u{feff}');
        text.lines().filter(|l| !l.trim().is_empty()).collect()
    });
    if let (Some(lines), Some(stated)) = (&lines, a.population)
        && lines.len() as u64 != stated
    {
        return Err(wrong(
            Text::new(
                format!("总体 `{stated}` 不等于清单项数 `{}`", lines.len()),
                format!("population `{stated}` is not the number of items in the list `{}`", lines.len()),
            ),
            Text::new("去掉 `--population`，或给出完整清单", "leave out `--population`, or give the whole list"),
        ));
    }
    let population = lines.as_ref().map_or(a.population.unwrap_or(0), |l| l.len() as u64);
    if a.size > population || population > MAX_POPULATION {
        return Err(wrong(
            Text::new(
                format!("样本量 `{}` 超出总体 `{population}`", a.size),
                format!("size `{}` does not fit population `{population}`", a.size),
            ),
            Text::new("至多抽取全部", "draw at most the population"),
        ));
    }
    let mut text = String::new();
    for n in select(population, a.size, a.seed) {
        match lines.as_ref().and_then(|l| l.get(n as usize - 1)) {
            Some(line) => text += &format!("{n}\t{line}\n"),
            None => text += &format!("{n}\n"),
        }
    }
    Ok((0, text))
}

/// What a sample came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evaluated {
    /// Most items of the population that deviate, at the confidence asked for.
    pub upper: u64,
    /// The same as a share of the population.
    pub rate: f64,
    /// The share is within what is tolerable.
    pub supports: bool,
}

/// What a sample came to.
///
/// # Errors
/// Numbers that do not fit each other, rates or confidence outside their range.
pub fn evaluate(a: &EvaluateArgs) -> Result<Evaluated> {
    let sane = a.deviations <= a.size && a.size <= a.population && a.population <= MAX_POPULATION && a.size > 0;
    if !(sane && a.confidence > 0.0 && a.confidence < 1.0) {
        let EvaluateArgs { deviations, size, population, confidence, .. } = a;
        let what = Text::new(
            format!("`{deviations}` 项偏差，样本 `{size}` 项，总体 `{population}` 项，置信水平 `{confidence}`"),
            format!("`{deviations}` deviations in `{size}` of `{population}` items at confidence `{confidence}`"),
        );
        let mend = Text::new(
            "须偏差数 ≤ 样本量 ≤ 总体，置信水平在 0 与 1 之间",
            "deviations ≤ size ≤ population, confidence between 0 and 1",
        );
        return Err(wrong(what, mend));
    }
    if !(0.0..1.0).contains(&a.tolerable) {
        return Err(no_share("可容忍偏差率", "tolerable", a.tolerable));
    }
    let upper = upper_limit(a.population, a.size, a.deviations, a.confidence);
    let rate = upper as f64 / a.population as f64;
    Ok(Evaluated { upper, rate, supports: rate <= a.tolerable })
}

impl Evaluated {
    /// In words, one sentence a line.
    #[must_use]
    pub fn sentences(&self, a: &EvaluateArgs, lang: Lang) -> String {
        let (upper, c, t) = (self.upper, percent(a.confidence), percent(a.tolerable));
        // Upwards: a limit is not told lower than it is.
        // Nothing of nothing is no less than nothing.
        let shown = (self.rate * 10_000.0 - 1e-9).ceil().abs() / 100.0;
        let mut text = match lang {
            Lang::Zh => format!(
                "检查 {} 项，偏差 {} 项；置信水平 {c}% 下总体偏差上限 {upper} 项（{shown:.2}%），可容忍 {t}%：{}",
                a.size,
                a.deviations,
                if self.supports { "样本支持依赖" } else { "样本不支持依赖" }
            ),
            Lang::En => format!(
                "{} examined, {} deviate; at confidence {c}% at most {upper} of the population deviate ({shown:.2}%), tolerable {t}%: the sample {}",
                a.size,
                a.deviations,
                if self.supports { "supports reliance" } else { "does not support reliance" }
            ),
        };
        if a.deviations > 0 {
            text.push('\n');
            text += deviations(lang);
        }
        text
    }
}

/// What deviations mean, however few.
#[must_use]
pub fn deviations(lang: Lang) -> &'static str {
    lang.pick(
        "已发现的每一项偏差本身都是差距，须逐项记录；比率不能抵消它。",
        "Each deviation found is a gap by itself and is recorded one by one; no rate makes up for it.",
    )
}

pub(crate) fn evaluate_command(a: &EvaluateArgs, lang: Lang) -> Result<(i32, String)> {
    let found = evaluate(a)?;
    Ok((i32::from(!found.supports), format!("{}\n{}\n", found.sentences(a, lang), limits(lang))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(population: u64, bad: u64, size: u64, found: u64) -> f64 {
        let choose = |n: u64, k: u64| (0..k).fold(1.0, |p, i| p * (n - i) as f64 / (i + 1) as f64);
        (0..=found.min(bad).min(size))
            .filter(|&k| size - k <= population - bad)
            .map(|k| choose(bad, k) * choose(population - bad, size - k) / choose(population, size))
            .sum()
    }

    #[test]
    fn probabilities_agree_with_counting() {
        for (p, b, n, k) in
            [(50, 5, 10, 0), (50, 5, 10, 2), (100, 30, 40, 11), (20, 20, 5, 5), (30, 0, 7, 0), (10, 9, 5, 3)]
        {
            assert!((at_most(p, b, n, k) - exact(p, b, n, k)).abs() < 1e-9, "{p} {b} {n} {k}");
        }
    }

    #[test]
    fn the_classic_sizes() {
        // Large population, 5 %, 95 %, none expected: 59, as every table has it.
        assert_eq!(plan(10_000_000, 0.05, 0.0, 0.95).unwrap().0, 59);
        let (n, k) = plan(2000, 0.05, 0.01, 0.95).unwrap();
        assert!(k >= 1 && n > 59);
        // The promise is kept, and by no smaller sample with the same number allowed.
        assert!(at_most(2000, 101, n, k) <= 0.05);
        // A small population is exhausted rather than guessed at.
        assert_eq!(plan(5, 0.05, 0.0, 0.95).unwrap().0, 5);
        assert!(
            plan(100, 0.05, 0.05, 0.95).is_err()
                && plan(0, 0.05, 0.0, 0.95).is_err()
                && plan(10, 1.5, 0.0, 0.9).is_err()
        );
    }

    #[test]
    fn rates_are_shares_and_a_control_lowers_only_what_it_lowers() {
        let evaluate = |tolerable: f64| {
            let a = EvaluateArgs { population: 100, size: 10, deviations: 0, tolerable, confidence: 0.95 };
            evaluate_command(&a, Lang::En)
        };
        for bad in [5.0, 1.0, -0.1, f64::NAN, f64::INFINITY] {
            let error = evaluate(bad).unwrap_err().to_string();
            assert!(error.contains(&format!("tolerable `{bad}` is not between 0 and 1")), "{error}");
        }
        assert!(evaluate(0.0).is_ok() && evaluate(0.3).is_ok());
        let plan = |control_confidence: f64| {
            let a = PlanArgs {
                population: 30,
                tolerable: 0.05,
                expected: 0.0,
                confidence: 0.95,
                control: true,
                control_confidence,
            };
            plan_command(&a, Lang::En).unwrap().1
        };
        assert!(plan(0.8).contains("reduced from"), "{}", plan(0.8));
        assert!(plan(0.99).contains("does not lower the number") && !plan(0.99).contains("reduced"), "{}", plan(0.99));
    }

    #[test]
    fn what_is_said_is_no_lower_than_what_was_found() {
        for (share, said) in
            [(0.07, "7"), (0.05, "5"), (0.005, "0.5"), (0.999, "99.9"), (0.1234, "12.34"), (1.0, "100")]
        {
            assert_eq!(percent(share), said);
        }
        // 4 of 300 are 1.333… per cent.
        let a = EvaluateArgs { population: 300, size: 150, deviations: 0, tolerable: 0.07, confidence: 0.95 };
        let found = evaluate(&a).unwrap();
        assert_eq!((found.upper, found.supports), (4, true));
        let text = found.sentences(&a, Lang::En);
        assert!(text.contains("at most 4 of the population deviate (1.34%), tolerable 7%"), "{text}");
        // Everything was examined.
        let a = EvaluateArgs { population: 10, size: 10, deviations: 0, tolerable: 0.07, confidence: 0.95 };
        let text = evaluate(&a).unwrap().sentences(&a, Lang::En);
        assert!(text.contains("at most 0 of the population deviate (0.00%)"), "{text}");
    }

    #[test]
    fn what_is_wrong_is_told_in_both_languages_with_its_value() {
        let evaluate = |deviations, tolerable| {
            evaluate(&EvaluateArgs { population: 2, size: 3, deviations, tolerable, confidence: 0.9 }).unwrap_err()
        };
        let select = |size, population| {
            let a = SelectArgs { population: Some(population), list: None, size, seed: 1 };
            select_command(&a, Lang::En).map(|_| ()).unwrap_err()
        };
        let cases = [
            (plan(0, 0.1, 0.0, 0.9).unwrap_err(), "总体 `0` 不在 1 到 100000000 之间；日志请用 `records audit`"),
            (plan(9, 2.0, 0.0, 0.9).unwrap_err(), "可容忍偏差率 `2` 不在 0 与 1 之间；写成比例，如 0.05"),
            (plan(9, 0.1, 0.0, 2.0).unwrap_err(), "置信水平 `2` 不在 0 与 1 之间；写成比例，如 0.05"),
            (
                plan(9, 0.1, 0.2, 0.9).unwrap_err(),
                "预期偏差率 `0.2` 不低于可容忍偏差率 `0.1`；预期偏差如此之多，应全部检查",
            ),
            (select(9, 3), "样本量 `9` 超出总体 `3`；至多抽取全部"),
            (
                evaluate(5, 0.1),
                "`5` 项偏差，样本 `3` 项，总体 `2` 项，置信水平 `0.9`；须偏差数 ≤ 样本量 ≤ 总体，置信水平在 0 与 1 之间",
            ),
        ];
        for (cause, zh) in cases {
            assert_eq!(cause.text().zh, format!("sample：{zh}"));
            assert!(cause.text().en.starts_with("sample: "), "{cause}");
        }
        let text = evaluate(5, 0.1).to_string();
        assert!(text.starts_with("sample: `5` deviations in `3` of `2` items at confidence `0.9`; "), "{text}");
    }

    #[test]
    fn a_list_is_the_population() {
        let path = std::env::temp_dir().join(format!("sample-list-{}", std::process::id()));
        std::fs::write(&path, "\u{feff}first\r\nsecond\n\nthird\n").unwrap();
        let select = |population| {
            let a = SelectArgs { population, list: Some(path.clone()), size: 3, seed: 1 };
            select_command(&a, Lang::En).map(|r| r.1)
        };
        assert_eq!(select(None).unwrap(), "1\tfirst\n2\tsecond\n3\tthird\n");
        assert_eq!(select(Some(3)).unwrap(), select(None).unwrap());
        let error = select(Some(50)).unwrap_err().to_string();
        assert!(error.contains("population `50` is not the number of items in the list `3`"), "{error}");
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn the_upper_limit_covers_and_tightens() {
        assert_eq!(upper_limit(1000, 1000, 7, 0.95), 7);
        let u = upper_limit(1000, 59, 0, 0.95);
        assert!(at_most(1000, u, 59, 0) > 0.05 && at_most(1000, u + 1, 59, 0) <= 0.05);
    }

    #[test]
    fn selections_repeat_and_are_even() {
        assert_eq!(select(1000, 25, 7), select(1000, 25, 7));
        assert_ne!(select(1000, 25, 7), select(1000, 25, 8));
        let mut hits = [0u32; 10];
        for seed in 0..5000 {
            let s = select(10, 3, seed);
            assert_eq!(s.len(), 3);
            s.iter().for_each(|&n| hits[n as usize - 1] += 1);
        }
        assert!(hits.iter().all(|&h| (1350..1650).contains(&h)), "{hits:?}");
    }
}
