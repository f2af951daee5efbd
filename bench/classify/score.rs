//! Scores by document folds, over all sentences and over those whose text no training document has.

use std::collections::{HashMap, HashSet};

use zhunsheng_policy::classify::{TOPICS, Topic};

use crate::data::Doc;

#[derive(Clone, Copy, Default)]
struct Count {
    tp: f64,
    fp: f64,
    missed: f64,
}

impl Count {
    fn add(&mut self, truth: bool, said: bool) {
        match (truth, said) {
            (true, true) => self.tp += 1.0,
            (false, true) => self.fp += 1.0,
            (true, false) => self.missed += 1.0,
            (false, false) => {}
        }
    }

    fn f1(self) -> f64 {
        2.0 * self.tp / (2.0 * self.tp + self.fp + self.missed).max(1.0)
    }

    fn plus(self, o: Count) -> Count {
        Count { tp: self.tp + o.tp, fp: self.fp + o.fp, missed: self.missed + o.missed }
    }
}

/// The one threshold that gives the best micro F1 on these pairs of logit and truth.
fn best(mut pairs: Vec<(f32, bool)>) -> f32 {
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    let total = pairs.iter().filter(|p| p.1).count() as f64;
    let (mut tp, mut top, mut at) = (0.0, 0.0, 0.0);
    for (n, (y, truth)) in pairs.iter().enumerate() {
        tp += f64::from(u8::from(*truth));
        let f1 = 2.0 * tp / (total + n as f64 + 1.0);
        if f1 > top {
            (top, at) = (f1, *y);
        }
    }
    at
}

type Logits = Vec<Vec<[f32; TOPICS]>>;

fn pairs(docs: &[Doc], logits: &Logits, keep: impl Fn(usize) -> bool) -> Vec<(f32, bool)> {
    let mut out = Vec::new();
    for (i, (d, l)) in docs.iter().zip(logits).enumerate() {
        if keep(i) {
            for (s, y) in d.sentences.iter().zip(l) {
                out.extend(y.iter().copied().zip(s.topics()));
            }
        }
    }
    out
}

/// Prints a table; returns the thresholds for a model trained on everything.
///
/// The threshold of each fold is chosen on the other folds, so no sentence is scored with a threshold it helped to choose.
pub fn report(docs: &[Doc], fold: &[usize], logits: &Logits, folds: usize) -> [f32; TOPICS] {
    let mut where_from: HashMap<&str, HashSet<usize>> = HashMap::new();
    for (d, f) in docs.iter().zip(fold) {
        for s in &d.sentences {
            where_from.entry(&s.text).or_default().insert(*f);
        }
    }
    let (mut all, mut unseen) = ([Count::default(); TOPICS], [Count::default(); TOPICS]);
    for f in 0..folds {
        let t = best(pairs(docs, logits, |i| fold.get(i) != Some(&f)));
        for ((d, l), _) in docs.iter().zip(logits).zip(fold).filter(|(_, g)| **g == f) {
            for (s, y) in d.sentences.iter().zip(l) {
                let new = where_from.get(s.text.as_str()).is_some_and(|w| w.iter().all(|g| *g == f));
                for (k, (truth, y)) in s.topics().into_iter().zip(y).enumerate() {
                    if let (Some(a), Some(u)) = (all.get_mut(k), unseen.get_mut(k)) {
                        a.add(truth, *y >= t);
                        if new {
                            u.add(truth, *y >= t);
                        }
                    }
                }
            }
        }
    }
    println!("| topic | precision | recall | F1 | F1 unseen |\n|---|---|---|---|---|");
    for ((t, a), u) in Topic::ALL.iter().zip(all).zip(unseen) {
        let (p, r) = (a.tp / (a.tp + a.fp).max(1.0), a.tp / (a.tp + a.missed).max(1.0));
        println!("| {} | {p:.3} | {r:.3} | {:.3} | {:.3} |", t.id(), a.f1(), u.f1());
    }
    let micro = |c: &[Count; TOPICS]| c.iter().fold(Count::default(), |a, b| a.plus(*b)).f1();
    let macro_ = |c: &[Count; TOPICS]| c.iter().map(|c| c.f1()).sum::<f64>() / TOPICS as f64;
    println!("| micro | | | {:.3} | {:.3} |", micro(&all), micro(&unseen));
    println!("| macro | | | {:.3} | {:.3} |", macro_(&all), macro_(&unseen));
    [best(pairs(docs, logits, |_| true)); TOPICS]
}

/// Macro F1 of the rules on statements `{"statement","label":[necessity, ambiguity]}`; a statement without a verdict counts
/// as not vague.
pub fn vague(path: &str) -> Result<(), Box<dyn std::error::Error>> {
    let (mut yes, mut no, mut open) = (Count::default(), Count::default(), 0);
    for line in std::fs::read_to_string(path)?.lines() {
        let v: serde_json::Value = serde_json::from_str(line)?;
        let text = v.get("statement").and_then(|s| s.as_str()).ok_or("a line without `statement`")?;
        let truth = v.pointer("/label/1").and_then(serde_json::Value::as_i64) == Some(1);
        let said = zhunsheng_policy::classify::vague(text);
        open += usize::from(said.is_none());
        yes.add(truth, said == Some(true));
        no.add(!truth, said != Some(true));
    }
    println!(
        "vague F1 {:.3}, specific F1 {:.3}, macro {:.3}; no verdict on {open}",
        yes.f1(),
        no.f1(),
        (yes.f1() + no.f1()) / 2.0
    );
    Ok(())
}
