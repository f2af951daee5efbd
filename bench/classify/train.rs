//! Trains the sentence classifier on the development half of CAPP-130 and measures it by document folds.
//!
//! `cargo run --release -p zhunsheng-policy --example train-classifier -- CAPP.jsonl [--folds 6] [--nets 3] [--write MODEL] [--logits FILE]`
//! Same input, same bytes out. `--split` only prints the fold of each document.
//!
//! `… -- STATEMENTS.jsonl --vague` measures the rules on purposes of mini programs; nothing is learnt from them.

mod data;
mod fit;
mod score;

use std::collections::HashSet;

use zhunsheng_policy::classify::{Classifier, TOPICS};

use data::Doc;

/// The number after an option.
fn option(args: &[String], name: &str, default: usize) -> usize {
    args.iter().position(|a| a == name).and_then(|i| args.get(i + 1)).and_then(|v| v.parse().ok()).unwrap_or(default)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let path = args.first().ok_or("name the file of annotated sentences")?;
    if args.iter().any(|a| a == "--vague") {
        return score::vague(path);
    }
    let folds = option(&args, "--folds", 6);
    let nets = option(&args, "--nets", 3);
    let docs = data::load(path)?;
    let fold = data::folds(docs.len(), folds, 1);
    if args.iter().any(|a| a == "--split") {
        for (d, f) in docs.iter().zip(&fold) {
            println!("{}\t{f}", d.name);
        }
        return Ok(());
    }
    let started = std::time::Instant::now();
    let mut logits: Vec<Vec<[f32; TOPICS]>> = docs.iter().map(|_| Vec::new()).collect();
    // Two folds at a time: more would only share the same cores.
    std::thread::scope(|s| {
        let mut jobs: Vec<(usize, std::thread::ScopedJoinHandle<'_, Vec<u8>>)> = Vec::new();
        let finish = |(f, job): (usize, std::thread::ScopedJoinHandle<'_, Vec<u8>>),
                      logits: &mut Vec<Vec<[f32; TOPICS]>>| {
            let bytes = job.join().unwrap_or_default();
            let Ok(c) = Classifier::from_bytes(&bytes) else { return };
            for (i, d) in docs.iter().enumerate().filter(|(i, _)| fold.get(*i) == Some(&f)) {
                let scores = c.logits(&d.texts());
                if let Some(l) = logits.get_mut(i) {
                    *l = scores;
                }
            }
            eprintln!("fold {f} {:.0} s, {} bytes", started.elapsed().as_secs_f32(), bytes.len());
        };
        for f in 0..folds {
            let train: Vec<&Doc> = docs.iter().zip(&fold).filter(|(_, g)| **g != f).map(|(d, _)| d).collect();
            jobs.push((f, s.spawn(move || fit::model(&train, nets, [0.0; TOPICS]))));
            if jobs.len() == 2 {
                finish(jobs.remove(0), &mut logits);
            }
        }
        jobs.into_iter().for_each(|j| finish(j, &mut logits));
    });
    if let Some(out) = args.iter().position(|a| a == "--logits").and_then(|i| args.get(i + 1)) {
        // What each fold says of documents it has not seen, for trying what could be done with it.
        let mut lines = String::new();
        for ((doc, fold), logits) in docs.iter().zip(&fold).zip(&logits) {
            for (sentence, logits) in doc.sentences.iter().zip(logits) {
                let (text, topics) = (&sentence.text, sentence.topics());
                let line = serde_json::json!({"doc": doc.name, "fold": fold, "text": text, "topics": topics, "logits": logits});
                lines.push_str(&line.to_string());
                lines.push('\n');
            }
        }
        std::fs::write(out, lines)?;
    }
    let threshold = score::report(&docs, &fold, &logits, folds);
    if let Some(out) = args.iter().position(|a| a == "--write").and_then(|i| args.get(i + 1)) {
        let all: Vec<&Doc> = docs.iter().collect();
        let bytes = fit::model(&all, nets, threshold);
        std::fs::write(out, &bytes)?;
        println!("wrote {} bytes, threshold {:.3}", bytes.len(), threshold.first().copied().unwrap_or(0.0));
    }
    let distinct: HashSet<&str> = docs.iter().flat_map(|d| d.sentences.iter().map(|s| s.text.as_str())).collect();
    println!(
        "{} documents, {} distinct sentences, {:.0} s",
        docs.len(),
        distinct.len(),
        started.elapsed().as_secs_f32()
    );
    Ok(())
}
