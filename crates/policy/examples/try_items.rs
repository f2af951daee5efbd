//! Tries sentences, each alone in a policy that says nothing else. Lines `ITEM :: sentence`, or
//! `ITEM<TAB>KIND<TAB>sentence` where the kind is `true`, `denial` or `near`; the figures of each kind come last.
//! `cargo run -p zhunsheng-policy --example try_items -- FILE [all|even|odd]`
//! `QUIET=1` prints figures only, `SHOW=1` what each found sentence rests on, `ITEMS=PATH` tries cues without a new build.

use std::collections::BTreeMap;
use zhunsheng_policy::classify::{Classifier, Topic};
use zhunsheng_policy::doc::Format;
use zhunsheng_policy::items::{Analysis, Catalogue, Verdict};
use zhunsheng_policy::lexis::types::Types;

const GREETING: &str = "欢迎使用云杉出行。我们感谢每一位朋友的信任与陪伴，愿旅途平安顺利，也愿您常来坐坐，和我们说说路上看见的风景与人情，谢谢大家一路同行。";

fn catalogue() -> Result<Catalogue, zhunsheng_policy::error::Error> {
    match std::env::var("ITEMS").ok().and_then(|path| std::fs::read_to_string(path).ok()) {
        Some(text) => Catalogue::parse("ITEMS", &text, Types::builtin()?),
        None => Catalogue::builtin(),
    }
}

/// Item, kind and sentence of a line.
fn parse(line: &str) -> Option<(&str, &str, &str)> {
    if line.trim().is_empty() || line.starts_with('#') {
        return None;
    }
    if let Some((head, text)) = line.split_once("::") {
        let head = head.trim();
        return Some(match head.split_once(' ') {
            Some(("+", id)) => (id, "true", text.trim()),
            Some(("-", id)) => (id, "denial", text.trim()),
            _ => (head, "true", text.trim()),
        });
    }
    let mut parts = line.splitn(3, '\t');
    Some((parts.next()?.trim(), parts.next()?.trim(), parts.next()?.trim()))
}

fn main() {
    let path = std::env::args().nth(1).unwrap_or_default();
    let half = std::env::args().nth(2).unwrap_or_else(|| "all".to_owned());
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let catalogue = match catalogue() {
        Ok(c) => c,
        Err(e) => return eprintln!("{e}"),
    };
    let (quiet, show) = (std::env::var("QUIET").is_ok(), std::env::var("SHOW").is_ok());
    let mut kinds: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut items: BTreeMap<(&str, bool), (usize, usize)> = BTreeMap::new();
    for (n, line) in text.lines().enumerate() {
        let Some((id, kind, sentence)) = parse(line) else { continue };
        if (half == "even" && n % 2 == 0) || (half == "odd" && n % 2 == 1) {
            continue;
        }
        let doc =
            zhunsheng_policy::read::memory(&format!("# 政策\n\n{GREETING}\n\n## 其他\n\n{sentence}"), Format::Markdown);
        let all = Analysis::new(&doc, &catalogue).items();
        let Some(o) = all.iter().find(|o| o.item.id == id) else {
            println!("unknown {line}");
            continue;
        };
        let found = o.verdict == Verdict::Disclosed;
        let wanted = kind == "true";
        for tally in [kinds.entry(kind).or_default(), items.entry((id, wanted)).or_default()] {
            tally.0 += usize::from(found == wanted);
            tally.1 += 1;
        }
        if (found == wanted && !show) || quiet {
            continue;
        }
        let texts: Vec<&str> = (0..doc.sentences.len()).map(|i| doc.sentence(i)).collect();
        let bits = Classifier::embedded().map_or_else(|_| Vec::new(), |c| c.plausible(&texts));
        let bits = bits.last().copied().unwrap_or(0);
        let topics: Vec<&str> =
            Topic::ALL.iter().enumerate().filter(|(n, _)| bits & (1 << n) != 0).map(|(_, t)| t.id()).collect();
        println!("{} {id} {kind} {:?} [{}] {sentence}", n + 1, o.verdict, topics.join(" "));
    }
    for ((id, wanted), (right, all)) in items.iter().filter(|(_, n)| n.0 < n.1 || show) {
        println!("  {id} {}: {right} of {all}", if *wanted { "found" } else { "held" });
    }
    for (kind, (right, all)) in &kinds {
        let what = if *kind == "true" { "found" } else { "held" };
        println!("{kind}: {right} of {all} {what} ({:.1} %)", *right as f64 * 100.0 / (*all).max(1) as f64);
    }
}
