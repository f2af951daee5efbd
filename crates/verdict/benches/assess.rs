//! How long an assessment takes and how it grows: `cargo bench -p zhunsheng-verdict`.
//!
//! One dossier against the whole catalogue, then 10, 1,000 and 10,000 activities (copies of those of
//! `examples/auto-dealer` under other ids). Figures are medians; growth is given per activity, so that linear time shows as a flat column.

#![expect(clippy::expect_used, reason = "a benchmark stops where its input is wrong")]

use std::path::Path;
use std::time::{Duration, Instant};

use zhunsheng_dossier::{Date, load_node, read_files};
use zhunsheng_source::{Key, Node, Sources, Value};
use zhunsheng_verdict::{Input, assess};

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn median(mut run: impl FnMut(), times: usize) -> Duration {
    run();
    let mut taken: Vec<Duration> = (0..times)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    taken.sort();
    taken.get(times / 2).copied().unwrap_or_default()
}

/// The dossier with its activities copied until there are `count`.
fn grown(node: &Node, count: usize) -> Node {
    let Value::Map(entries) = &node.value else { return node.clone() };
    let entries = entries
        .iter()
        .filter(|(key, _)| key.name != "answers" && key.name != "determinations")
        .map(|(key, value)| match key.name.as_str() {
            "activities" => {
                let own = value.entries();
                let copies = (0..count).filter_map(|index| {
                    let (id, activity) = own.get(index % own.len().max(1))?;
                    Some((Key { name: format!("{}-{index}", id.name), at: id.at }, activity.clone()))
                });
                // The originals stay: other objects refer to them.
                let all = own.iter().cloned().chain(copies).take(count.max(own.len())).collect();
                (key.clone(), Node { at: value.at, value: Value::Map(all) })
            }
            _ => (key.clone(), value.clone()),
        })
        .collect();
    Node { at: node.at, value: Value::Map(entries) }
}

fn main() {
    let catalogue = zhunsheng_builtin::catalogue().expect("embedded catalogue");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/auto-dealer");
    let files = || read_files(&path, &mut Sources::default()).expect("examples/auto-dealer");
    let (node, _) = files();
    let base: Vec<&Node> = catalogue.taxonomy.iter().collect();
    let input = Input { as_of: Date::parse("2026-11-01"), ..Input::default() };
    println!("{} clauses, {} leaves", catalogue.clauses.len(), catalogue.leaves.len());
    let decode = median(|| drop(zhunsheng_builtin::catalogue()), 20);
    println!("decode the embedded catalogue        {:>10.3} ms", decode.as_secs_f64() * 1e3);
    let read = median(|| drop(files()), 20);
    println!("read the dossier's YAML              {:>10.3} ms", read.as_secs_f64() * 1e3);
    println!("{:>10} {:>10} {:>12} {:>12} {:>14}", "activities", "findings", "build ms", "assess ms", "µs/activity");
    for count in [1usize, 10, 100, 1_000, 10_000] {
        let grown = grown(&node, count);
        let make =
            || load_node(&catalogue.schema, &base, catalogue.sources.clone(), &grown, None).expect("valid dossier");
        let times = if count >= 1_000 { 3 } else { 15 };
        let build = median(|| drop(make()), times);
        let dossier = make();
        let mut findings = 0;
        let judge = median(
            || findings = assess(&catalogue, &dossier, &input).map(|result| result.findings.len()).unwrap_or(0),
            times,
        );
        println!(
            "{count:>10} {findings:>10} {:>12.3} {:>12.3} {:>14.1}",
            build.as_secs_f64() * 1e3,
            judge.as_secs_f64() * 1e3,
            judge.as_secs_f64() * 1e6 / count as f64
        );
    }
}
