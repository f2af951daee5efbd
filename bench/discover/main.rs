//! Measures the scanner: precision and recall on a generated set with hard negatives, and speed on generated files.
//!
//! ```text
//! cargo run --release -p zhunsheng-discover --example discover-bench -- generate DIR [--lines N] [--seed S]
//! cargo run --release -p zhunsheng-discover --example discover-bench -- score DIR
//! cargo run --release -p zhunsheng-discover --example discover-bench -- speed DIR [--mb N]
//! ```
//! `bench/discover/presidio.py DIR` runs Presidio's pattern recognisers over the same lines.

mod make;
mod values;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Instant;

use zhunsheng_discover::kind::Confidence;
use zhunsheng_discover::read;
use zhunsheng_discover::scan::{Hits, scan};

fn option(args: &[String], name: &str, default: u64) -> u64 {
    args.iter().position(|a| a == name).and_then(|i| args.get(i + 1)).and_then(|v| v.parse().ok()).unwrap_or(default)
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (Some(what), Some(dir)) = (args.first(), args.get(1)) else {
        return Err("usage: generate|score|speed DIR".into());
    };
    let dir = Path::new(dir);
    fs::create_dir_all(dir)?;
    match what.as_str() {
        "generate" => {
            let n = option(&args, "--lines", 20_000) as usize;
            fs::write(dir.join("labelled.jsonl"), make::labelled(option(&args, "--seed", 7), n))?;
        }
        "score" => score(dir)?,
        "speed" => speed(dir, option(&args, "--mb", 200) as usize)?,
        other => return Err(format!("`{other}` is not generate, score or speed").into()),
    }
    Ok(())
}

/// Precision and recall by kind: a value counts when kind and text agree.
fn score(dir: &Path) -> Result<(), Box<dyn Error>> {
    let mut by: BTreeMap<String, [u64; 3]> = BTreeMap::new();
    let mut wrong: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut hits = Hits::default();
    let (mut lines, mut bytes, mut negatives, mut clean) = (0u64, 0usize, 0u64, 0u64);
    let text = fs::read_to_string(dir.join("labelled.jsonl"))?;
    let mut seconds = 0.0;
    for line in text.lines() {
        let v: serde_json::Value = serde_json::from_str(line)?;
        let t = v.get("text").and_then(|t| t.as_str()).unwrap_or("");
        let truth: Vec<(String, String)> = serde_json::from_value(v.get("truth").cloned().unwrap_or_default())?;
        hits.reset(None, false);
        let started = Instant::now();
        scan(t.as_bytes(), &mut hits);
        seconds += started.elapsed().as_secs_f64();
        lines += 1;
        bytes += t.len();
        let mut left = truth.clone();
        let mut any = false;
        for h in hits.found.iter().filter(|h| h.confidence >= Confidence::Medium) {
            let value = t.get(h.start..h.end).unwrap_or("").to_owned();
            let key = (h.kind.id().to_owned(), value);
            any |= h.kind.personal();
            let e = by.entry(key.0.clone()).or_default();
            if let Some(p) = left.iter().position(|x| *x == key) {
                left.remove(p);
                e[0] += 1;
            } else {
                e[1] += 1;
                wrong.entry(format!("+ {}", key.0)).or_default().push(t.to_owned());
            }
        }
        for (kind, _) in left {
            by.entry(kind.clone()).or_default()[2] += 1;
            wrong.entry(format!("- {kind}")).or_default().push(t.to_owned());
        }
        if truth.is_empty() {
            negatives += 1;
            clean += u64::from(!any);
        }
    }
    println!("| kind | precision | recall | values |\n|---|---|---|---|");
    let mut sum = [0u64; 3];
    for (k, [tp, fp, missed]) in &by {
        sum = [sum[0] + tp, sum[1] + fp, sum[2] + missed];
        println!("| {k} | {:.4} | {:.4} | {} |", rate(*tp, *fp), rate(*tp, *missed), tp + missed);
    }
    println!("| all | {:.4} | {:.4} | {} |", rate(sum[0], sum[1]), rate(sum[0], sum[2]), sum[0] + sum[2]);
    println!("lines without personal information left alone: {clean} of {negatives}");
    println!("{lines} lines, {:.1} MB/s over single lines", bytes as f64 / 1e6 / seconds);
    for (k, list) in wrong {
        println!("{k}: {}\n    {}", list.len(), list.iter().take(3).cloned().collect::<Vec<_>>().join("\n    "));
    }
    Ok(())
}

fn rate(a: u64, b: u64) -> f64 {
    if a + b == 0 { 1.0 } else { a as f64 / (a + b) as f64 }
}

/// Processor time of this process so far, in seconds: other work on the machine does not count. Linux only.
fn processor() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = stat.rsplit(')').next()?.split_whitespace().skip(11);
    let ticks: f64 = fields.next()?.parse::<f64>().ok()? + fields.next()?.parse::<f64>().ok()?;
    Some(ticks / 100.0)
}

/// Whole files through the reader, one thread, best of three (the file is in the page cache).
fn speed(dir: &Path, mb: usize) -> Result<(), Box<dyn Error>> {
    for (name, text) in make::files(11, mb << 20) {
        let path = dir.join(name);
        fs::write(&path, &text)?;
        let (mut wall, mut cpu) = (f64::MAX, f64::MAX);
        let mut found = 0;
        for _ in 0..3 {
            let (started, before) = (Instant::now(), processor());
            let r = read::file(&path)?;
            wall = wall.min(started.elapsed().as_secs_f64());
            if let (Some(a), Some(b)) = (before, processor()) {
                cpu = cpu.min((b - a).max(0.01));
            }
            found = r.findings.iter().map(|f| f.count).sum();
        }
        let mb = text.len() as f64 / 1e6;
        println!(
            "{name}: {mb:.0} MB, {:.0} MB/s of processor time, {:.0} MB/s by the clock, {found} values found",
            mb / cpu,
            mb / wall
        );
    }
    Ok(())
}
