//! `zhunsheng catalogue violations`: the violation matrix. A conforming dossier, changed in one place per leaf, must show
//! a gap at that leaf and at no other but those declared beside it.

mod file;
mod find;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;

use zhunsheng_catalogue::{Catalogue, LeafId};
use zhunsheng_source::{Diagnostic, Diagnostics, Lang};
use zhunsheng_verdict::{Effect, Input, InputError, State, Trial, Verdicts};

use crate::input::Failure;
use crate::progress::Progress;
use file::{Baseline, Violation};

/// Runs the matrix, or searches for patches of leaves that have none yet.
pub fn run(
    catalogue: &Catalogue,
    folders: &[PathBuf],
    find: Option<&str>,
    lang: Lang,
    out: &mut impl Write,
) -> Result<u8, Failure> {
    let baselines = baselines(catalogue, folders)?;
    if let Some(only) = find {
        for baseline in &baselines {
            find::run(catalogue, baseline, only, out)?;
        }
        return Ok(0);
    }
    let mut violated: BTreeSet<LeafId> = BTreeSet::new();
    let mut entries = 0;
    let mut wrong = false;
    let what = if lang == Lang::Zh { "正在核对违规补丁" } else { "checking violations" };
    let all = baselines.iter().map(|baseline| baseline.violations.len()).sum();
    let mut told = Vec::new();
    let progress = Progress::new(what, all);
    for baseline in &baselines {
        let problems = check(catalogue, baseline, &progress)?;
        if !problems.is_empty() {
            told.push(problems.render(&baseline.sources, lang));
            wrong = true;
        }
        entries += baseline.violations.len();
        violated.extend(baseline.violations.iter().map(|one| one.leaf));
    }
    drop(progress);
    for problems in told {
        writeln!(out, "{problems}")?;
    }
    let due = due(catalogue, &baselines);
    let missing: Vec<&str> = due
        .iter()
        .filter(|leaf| !violated.contains(leaf))
        .filter_map(|leaf| catalogue.leaves.get(*leaf).map(|leaf| leaf.id.as_str()))
        .collect();
    if !missing.is_empty() {
        let list = missing.join(" ");
        match lang {
            Lang::Zh => writeln!(out, "没有违规补丁的条目：{list}")?,
            Lang::En => writeln!(out, "leaves without a violation: {list}")?,
        }
        wrong = true;
    }
    let (all, done) = (due.len(), due.len() - missing.len());
    let count = baselines.len();
    match lang {
        Lang::Zh => writeln!(out, "{count} 个基线，{entries} 个违规补丁；自动条目 {all}，已覆盖 {done}")?,
        Lang::En => writeln!(out, "{count} baselines, {entries} violations; {done} of {all} automatic leaves covered")?,
    }
    Ok(u8::from(wrong))
}

/// Number of violations by leaf, for the coverage table.
pub fn counts(catalogue: &Catalogue) -> Result<BTreeMap<LeafId, usize>, Failure> {
    let mut counts = BTreeMap::new();
    for baseline in baselines(catalogue, &[])? {
        for violation in &baseline.violations {
            *counts.entry(violation.leaf).or_insert(0) += 1;
        }
    }
    Ok(counts)
}

fn baselines(catalogue: &Catalogue, folders: &[PathBuf]) -> Result<Vec<Baseline>, Failure> {
    let folders = if folders.is_empty() { file::folders()? } else { folders.to_vec() };
    folders.iter().map(|folder| file::read(catalogue, folder)).collect()
}

/// The automatic leaves that a baseline claims to cover and for which a violation can be.
fn due(catalogue: &Catalogue, baselines: &[Baseline]) -> Vec<LeafId> {
    let claimed = |id: &str| baselines.iter().any(|one| one.covers.iter().any(|prefix| id.starts_with(prefix)));
    Trial::automatic(catalogue)
        .filter(|leaf| catalogue.leaves.get(*leaf).is_some_and(|leaf| claimed(&leaf.id)))
        .filter(|leaf| !baselines.iter().any(|one| one.without.contains(leaf)))
        .collect()
}

/// The states of a baseline: by itself, and in each of its variants.
type Ground<'a> = BTreeMap<Option<String>, Stand<'a>>;

/// A state and what judges it.
struct Stand<'a> {
    trial: Trial<'a>,
    state: State,
    before: Verdicts,
}

fn ground<'a>(
    catalogue: &'a Catalogue,
    baseline: &Baseline,
    problems: &mut Diagnostics,
) -> Result<Ground<'a>, Failure> {
    let input = Input { only_packs: baseline.only_packs, ..Input::default() };
    let (trial, state) = Trial::new(catalogue, &baseline.dossier, &input).map_err(|fault| match fault {
        InputError::Mistakes(problems) => Failure::Mistakes(problems, Box::new(baseline.sources.clone())),
        other => Failure::Said(other.text()),
    })?;
    let mut ground = Ground::new();
    for (name, variant) in &baseline.variants {
        match trial.change(&state, &variant.changes) {
            Ok(changed) => {
                let trial = variant.view.as_ref().map_or_else(|| trial.clone(), |view| trial.viewed(view));
                let before = trial.verdicts(&changed);
                ground.insert(Some(name.clone()), Stand { trial, state: changed, before });
            }
            Err(found) => problems.extend(found),
        }
    }
    let before = trial.verdicts(&state);
    ground.insert(None, Stand { trial, state, before });
    Ok(ground)
}

fn names(catalogue: &Catalogue, leaves: impl IntoIterator<Item = LeafId>) -> String {
    let names: Vec<&str> =
        leaves.into_iter().filter_map(|leaf| catalogue.leaves.get(leaf)).map(|leaf| leaf.id.as_str()).collect();
    names.join(" ")
}

/// Everything that is not as the file says.
pub fn check(catalogue: &Catalogue, baseline: &Baseline, progress: &Progress) -> Result<Diagnostics, Failure> {
    let mut problems = Diagnostics::default();
    let ground = ground(catalogue, baseline, &mut problems)?;
    for (variant, stand) in &ground {
        let Effect { gaps, open, .. } = stand.trial.effect(&stand.before, &stand.before);
        if !gaps.is_empty() || !open.is_empty() {
            let name = variant.clone().unwrap_or_else(|| baseline.folder.display().to_string());
            let list = names(catalogue, gaps.into_iter().chain(open));
            let at = baseline.violations.first().map_or(zhunsheng_source::At::file(0), |one| one.key.at);
            problems.push(Diagnostic::error(
                zhunsheng_source::At::file(at.file),
                format!("基线 `{name}` 并非全部符合：{list}"),
                format!("baseline `{name}` does not conform: {list}"),
            ));
        }
    }
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = baseline.violations.len().div_ceil(cores).max(1);
    let ground = &ground;
    std::thread::scope(|scope| {
        let running: Vec<_> = baseline
            .violations
            .chunks(share)
            .map(|part| {
                scope.spawn(move || {
                    let mut found = Diagnostics::default();
                    for one in part {
                        found.extend(judge(catalogue, ground, one));
                        progress.step();
                    }
                    found
                })
            })
            .collect();
        for thread in running {
            match thread.join() {
                Ok(found) => problems.extend(found),
                Err(fault) => std::panic::resume_unwind(fault),
            }
        }
    });
    Ok(problems)
}

/// What is wrong with one entry.
fn judge(catalogue: &Catalogue, ground: &Ground<'_>, one: &Violation) -> Diagnostics {
    let mut problems = Diagnostics::default();
    let Some(Stand { trial, state, before }) = ground.get(&one.within) else { return problems };
    let changed = match trial.change(state, &one.changes) {
        Ok(changed) => changed,
        Err(found) => return found,
    };
    let effect = trial.effect(before, &trial.verdicts(&changed));
    let mut say = |zh: String, en: String| problems.push(Diagnostic::error(one.key.at, zh, en));
    let id = &one.key.name;
    let mut expected: BTreeSet<LeafId> = one.also.iter().copied().collect();
    if trial.is_exception(one.leaf) {
        if !effect.lapsed.contains(&one.leaf) {
            say(format!("例外 `{id}` 未失效"), format!("exception `{id}` still holds, or never did"));
        } else if effect.gaps.is_empty() {
            say(format!("例外 `{id}` 失效后没有差距"), format!("nothing is a gap without exception `{id}`"));
        }
    } else {
        expected.insert(one.leaf);
        if !effect.gaps.contains(&one.leaf) {
            say(format!("`{id}` 没有成为差距"), format!("`{id}` is not a gap"));
        }
    }
    let more: Vec<LeafId> = effect.gaps.difference(&expected).copied().collect();
    if !more.is_empty() {
        let list = names(catalogue, more);
        say(format!("`{id}` 之外还有差距：{list}"), format!("gaps beside `{id}` that are not declared: {list}"));
    }
    let fewer: Vec<LeafId> = one.also.iter().copied().filter(|leaf| !effect.gaps.contains(leaf)).collect();
    if !fewer.is_empty() {
        let list = names(catalogue, fewer);
        say(format!("`{id}` 所列并无差距：{list}"), format!("declared beside `{id}`, but no gap: {list}"));
    }
    if !effect.open.is_empty() {
        let list = names(catalogue, effect.open);
        say(format!("`{id}` 使条目待定：{list}"), format!("`{id}` leaves undetermined: {list}"));
    }
    problems
}
