//! Measures the disclosure items on the development corpora, which do not ship. `labels` holds what a person read of the
//! pairs that stay (`readings.tsv`, or the file that `READINGS` names) against what the rules rest on now.
//! `cargo run --release -p zhunsheng-policy --example policy_bench -- CORPORA (verdicts|deletion|labels|compare OLD_ITEMS|ca4p|miniapp|speed)`

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use zhunsheng_policy::doc::{Document, Format};
use zhunsheng_policy::items::{Analysis, Catalogue, Outcome, Verdict};
use zhunsheng_policy::read;

#[derive(Deserialize)]
struct Capp {
    doc: String,
    text: String,
    labels: Vec<String>,
}

#[derive(Deserialize)]
struct Ca4p {
    doc: String,
    text: String,
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Span {
    class: String,
    start: usize,
    end: usize,
}

/// A policy: lines, each with its labels.
struct Policy {
    name: String,
    lines: Vec<(String, BTreeSet<String>)>,
}

impl Policy {
    fn text(&self) -> String {
        self.lines.iter().map(|l| l.0.as_str()).collect::<Vec<_>>().join("\n")
    }
}

fn load(dir: &str) -> Vec<Policy> {
    let mut out: Vec<Policy> = Vec::new();
    let text = std::fs::read_to_string(format!("{dir}/capp130-dev.jsonl")).unwrap_or_default();
    for line in text.lines() {
        let Ok(r) = serde_json::from_str::<Capp>(line) else { continue };
        if out.last().is_none_or(|p| p.name != r.doc) {
            out.push(Policy { name: r.doc.clone(), lines: Vec::new() });
        }
        if let Some(p) = out.last_mut() {
            p.lines.push((r.text.replace('\n', " "), r.labels.into_iter().collect()));
        }
    }
    let text = std::fs::read_to_string(format!("{dir}/ca4p483-dev.jsonl")).unwrap_or_default();
    for line in text.lines() {
        let Ok(r) = serde_json::from_str::<Ca4p>(line) else { continue };
        let mut lines = Vec::new();
        let mut at = 0;
        for l in r.text.split('\n') {
            let end = at + l.chars().count();
            let labels = r
                .spans
                .iter()
                .filter(|s| s.start < end && s.end > at && s.class.len() <= 4)
                .map(|s| s.class.clone())
                .collect();
            lines.push((l.to_owned(), labels));
            at = end + 1;
        }
        out.push(Policy { name: format!("ca4p-{}", r.doc), lines });
    }
    out
}

/// Removes the blocks of an outcome's supports from a text.
fn without(doc: &Document, text: &str, o: &Outcome<'_>) -> (String, BTreeSet<usize>) {
    let blocks: BTreeSet<usize> =
        o.supports.iter().filter_map(|s| doc.sentences.get(s.sentence)).map(|s| s.block).collect();
    let mut cut = vec![false; text.chars().count()];
    for &b in &blocks {
        let Some(block) = doc.blocks.get(b) else { continue };
        let a = doc.address(b, 0, block.text.len());
        for c in cut.iter_mut().take(a.end as usize).skip(a.start as usize) {
            *c = true;
        }
    }
    (text.chars().zip(&cut).filter(|(c, cut)| !**cut || *c == '\n').map(|(c, _)| c).collect(), blocks)
}

fn verdicts(policies: &[Policy], c: &Catalogue) {
    let mut table: BTreeMap<String, [usize; 5]> = BTreeMap::new();
    for p in policies {
        let doc = read::memory(&p.text(), Format::Text);
        let a = Analysis::new(&doc, c);
        for o in a.items() {
            if let Some(n) = table.entry(o.item.id.clone()).or_default().get_mut(o.verdict as usize) {
                *n += 1;
            }
        }
    }
    for i in &c.items {
        println!("{:40} {:?}", i.id, table.get(i.id.as_str()).copied().unwrap_or_default());
    }
}

fn deletion(policies: &[Policy], c: &Catalogue) {
    let (mut tried, mut flipped, mut others, mut moved) = (0, 0, 0, 0);
    let mut bad: BTreeMap<String, usize> = BTreeMap::new();
    for p in policies.iter().step_by(if std::env::var("ALL").is_ok() { 1 } else { 5 }) {
        let text = p.text();
        let doc = read::memory(&text, Format::Text);
        let a = Analysis::new(&doc, c);
        let before = a.items();
        for o in before.iter().filter(|o| o.verdict == Verdict::Disclosed) {
            let (cut, blocks) = without(&doc, &text, o);
            let shorter = read::memory(&cut, Format::Text);
            let after = Analysis::new(&shorter, c);
            let after = after.items();
            tried += 1;
            for (b, n) in before.iter().zip(&after) {
                if b.item.id == o.item.id {
                    if n.verdict != Verdict::Disclosed {
                        flipped += 1;
                    } else {
                        *bad.entry(format!("stays {}", b.item.id)).or_default() += 1;
                    }
                    continue;
                }
                // Items whose sentences stood in what was removed may move.
                let touched =
                    b.supports.iter().any(|s| doc.sentences.get(s.sentence).is_some_and(|s| blocks.contains(&s.block)));
                if !touched {
                    others += 1;
                    if n.verdict != b.verdict {
                        moved += 1;
                        *bad.entry(format!("moves {} when {} goes", b.item.id, o.item.id)).or_default() += 1;
                    }
                }
            }
        }
    }
    println!(
        "own paragraphs removed: {flipped} of {tried} flipped ({:.2} %), {moved} of {others} others moved",
        100.0 * f64::from(flipped) / f64::from(tried.max(1))
    );
    let mut bad: Vec<_> = bad.into_iter().collect();
    bad.sort_by_key(|b| std::cmp::Reverse(b.1));
    for (what, n) in bad.into_iter().take(25) {
        println!("  {n:4} {what}");
    }
}

/// Annotators' labels and the items that should go with them.
const LABELS: [(&str, &[&str]); 12] = [
    ("存储方式", &["5.5.2e-place", "5.5.2e-retention", "5.5.2e-expiry"]),
    ("停止运营", &["7.3.2.1-cessation"]),
    ("特殊人群", &["5.5.4.2c-children", "5.8.2a5-deceased"]),
    ("安全措施", &["5.5.2i-measures", "5.5.2h-remedy", "5.5.2h-incident-notice", "5.5.2h-risk"]),
    ("隐私政策的授权、修改与变更", &["5.5.2k-update-rule", "5.5.2k-date", "5.5.2k-material"]),
    (
        "数据、权限管理",
        &["5.5.2f-access", "5.5.2f-correct", "5.5.2f-delete", "5.5.2f-copy", "5.5.2f-withdraw", "5.5.2f-close-account"],
    ),
    ("联系方式", &["5.5.2g-contact", "5.5.2b-handler-contact"]),
    (
        "共享、委托、转让、公开（披露）",
        &["6.7.5.1a-transfer-whether", "6.5.5.1a-public-whether", "6.6.5.1b1-purpose", "6.6.5.1b1-duties"],
    ),
    ("e_5", &["5.5.2e-retention", "5.5.2e-expiry"]),
    ("e_6", &["5.5.2i-measures", "5.5.2h-incident-notice", "5.5.2h-remedy"]),
    ("e_7", &["5.5.2k-update-rule"]),
    ("e_11", &["5.5.4.2c-children"]),
];

/// A sentence that an item still rests on when what annotators gave its label is gone.
struct Rest {
    part: Option<usize>,
    /// Line of the policy as the corpus has it, from 0.
    line: usize,
    heading: String,
    text: String,
}

/// A policy that still discloses an item then.
struct Stay {
    policy: String,
    rests: Vec<Rest>,
}

/// What a person read of such a pair.
struct Reading {
    policy: String,
    item: String,
    said: Said,
    lines: BTreeSet<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    /// The sentences of these lines disclose the item: the labels had not covered all of it.
    Elsewhere,
    /// They disclose part of it.
    Part,
    /// They do not disclose it.
    Mistake,
}

impl Said {
    const ALL: [Said; 3] = [Said::Elsewhere, Said::Part, Said::Mistake];

    fn name(self) -> &'static str {
        match self {
            Said::Elsewhere => "elsewhere",
            Said::Part => "part",
            Said::Mistake => "mistake",
        }
    }
}

/// The readings that ship, or those of the file that `READINGS` names.
fn readings() -> Vec<Reading> {
    let tried = std::env::var("READINGS").ok().and_then(|path| std::fs::read_to_string(path).ok());
    let text = tried.as_deref().unwrap_or(include_str!("readings.tsv"));
    let mut out = Vec::new();
    for (n, row) in text.lines().enumerate().filter(|(_, r)| !r.is_empty() && !r.starts_with('#')) {
        let cells: Vec<&str> = row.split('\t').collect();
        let read = match cells.as_slice() {
            [policy, item, said, lines] => {
                let said = Said::ALL.into_iter().find(|s| s.name() == *said);
                let lines: Result<BTreeSet<usize>, _> = lines.split(',').map(str::parse).collect();
                said.zip(lines.ok()).map(|(said, lines)| Reading {
                    policy: (*policy).to_owned(),
                    item: (*item).to_owned(),
                    said,
                    lines,
                })
            }
            _ => None,
        };
        match read {
            Some(r) => out.push(r),
            None => eprintln!("readings, line {}: `{row}` is not policy, item, reading, lines; left out", n + 1),
        }
    }
    out
}

impl Reading {
    /// Whether the reading is still of what the rules find: the lines read are among those the item rests on, and a
    /// reading that it is disclosed names a sentence for every part.
    fn fits(&self, stay: &Stay, parts: usize) -> bool {
        let read = |r: &&Rest| self.lines.contains(&r.line);
        self.lines.iter().all(|l| stay.rests.iter().any(|r| r.line == *l))
            && (self.said != Said::Elsewhere
                || (0..parts).all(|p| stay.rests.iter().filter(read).any(|r| r.part == Some(p))))
    }
}

/// The policy without the lines that have a label: the numbers of the lines that are left, and their text.
fn unlabelled(p: &Policy, label: &str) -> (Vec<usize>, String) {
    let left: Vec<(usize, &str)> =
        p.lines.iter().enumerate().filter(|(_, l)| !l.1.contains(label)).map(|(n, l)| (n, l.0.as_str())).collect();
    (left.iter().map(|l| l.0).collect(), left.iter().map(|l| l.1).collect::<Vec<_>>().join("\n"))
}

fn rests(doc: &Document, o: &Outcome<'_>, kept: &[usize]) -> Vec<Rest> {
    o.supports
        .iter()
        .map(|s| {
            let row = (doc.sentence_address(s.sentence).line as usize).saturating_sub(1);
            let block = doc.sentences.get(s.sentence).map_or(0, |s| s.block);
            Rest {
                part: s.part,
                line: kept.get(row).copied().unwrap_or(usize::MAX),
                heading: doc.headings(block).next().map_or_else(String::new, |h| h.text.chars().take(24).collect()),
                text: doc.sentence(s.sentence).to_owned(),
            }
        })
        .collect()
}

fn percent(part: usize, of: usize) -> f64 {
    100.0 * part as f64 / of.max(1) as f64
}

fn labels(policies: &[Policy], c: &Catalogue) {
    let readings = readings();
    let mut used = vec![false; readings.len()];
    let wanted = std::env::var("ITEM").ok();
    let only = std::env::var("READING").ok();
    let mut shown: Vec<String> = Vec::new();
    let mut stale: Vec<String> = Vec::new();
    for capp in [true, false] {
        let group: Vec<&Policy> = policies.iter().filter(|p| p.name.starts_with("ca4p") != capp).collect();
        let wholes: Vec<Document> = group.iter().map(|p| read::memory(&p.text(), Format::Text)).collect();
        let before: Vec<BTreeSet<&str>> = wholes
            .iter()
            .map(|d| Analysis::new(d, c).items().into_iter().filter(disclosed).map(|o| o.item.id.as_str()).collect())
            .collect();
        let mut sum = [0_usize; 6];
        for (label, items) in LABELS.iter().filter(|l| l.0.starts_with("e_") != capp) {
            let mut rows: BTreeMap<&str, [usize; 6]> = items.iter().map(|i| (*i, [0; 6])).collect();
            for (p, had) in group.iter().zip(&before) {
                let (kept, text) = unlabelled(p, label);
                if kept.len() == p.lines.len() {
                    continue;
                }
                let doc = read::memory(&text, Format::Text);
                let a = Analysis::new(&doc, c);
                for o in a.items() {
                    let Some(row) = rows.get_mut(o.item.id.as_str()).filter(|_| had.contains(o.item.id.as_str()))
                    else {
                        continue;
                    };
                    let [pairs, flips, elsewhere, part, mistake, unread] = row;
                    *pairs += 1;
                    if !disclosed(&o) {
                        *flips += 1;
                        continue;
                    }
                    let stay = Stay { policy: p.name.clone(), rests: rests(&doc, &o, &kept) };
                    let found = readings.iter().zip(&mut used).find(|(r, _)| r.policy == p.name && r.item == o.item.id);
                    let mut said = None;
                    if let Some((r, used)) = found {
                        *used = true;
                        if r.fits(&stay, o.item.parts.len()) {
                            said = Some(r.said);
                        } else {
                            stale.push(format!("{} {}: its lines no longer carry it", r.policy, r.item));
                        }
                    }
                    *match said {
                        Some(Said::Elsewhere) => elsewhere,
                        Some(Said::Part) => part,
                        Some(Said::Mistake) => mistake,
                        None => unread,
                    } += 1;
                    let name = said.map_or("unread", Said::name);
                    if wanted.as_ref().is_none_or(|w| *w == o.item.id) && only.as_ref().is_none_or(|r| r == name) {
                        shown.push(show(&o.item.id, name, &stay));
                    }
                }
            }
            for id in *items {
                let Some(row) = rows.get(id) else { continue };
                for (s, n) in sum.iter_mut().zip(row) {
                    *s += n;
                }
                let [pairs, flips, elsewhere, part, mistake, unread] = row;
                print!("{label} {id}: {flips} of {pairs} flip ({:.1} %)", percent(*flips, *pairs));
                if capp {
                    print!(
                        "; of those that stay: elsewhere {elsewhere}, part {part}, mistake {mistake}, unread {unread}"
                    );
                }
                println!();
            }
        }
        let [pairs, flips, elsewhere, part, mistake, unread] = sum;
        println!(
            "{}: {flips} of {pairs} pairs flip ({:.1} %)",
            if capp { "CAPP-130" } else { "CA4P" },
            percent(flips, pairs)
        );
        if capp {
            println!(
                "  of those that stay {elsewhere} disclose it in lines without the label, {part} in part, {mistake} do not, \
                 {unread} are not read; {flips} of the other {} flip ({:.1} %)",
                pairs - elsewhere,
                percent(flips, pairs - elsewhere)
            );
        }
    }
    for (r, _) in readings.iter().zip(&used).filter(|(_, u)| !**u) {
        stale.push(format!("{} {}: the pair no longer stays", r.policy, r.item));
    }
    println!("{} readings, {} of them stale", readings.len(), stale.len());
    for s in &stale {
        println!("  stale: {s}");
    }
    // To be read by a person: a spread of those that stay, the same in each run. `ITEM` asks for those of one item,
    // `READING` for those read as `elsewhere`, `part`, `mistake`, or `unread`.
    let wanted: usize = std::env::var("SAMPLE").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    let wanted = wanted.min(shown.len());
    for n in 0..wanted {
        if let Some(text) = shown.get(n * shown.len() / wanted) {
            println!("{} {text}", n + 1);
        }
    }
}

fn disclosed(o: &Outcome<'_>) -> bool {
    o.verdict == Verdict::Disclosed
}

fn show(item: &str, name: &str, stay: &Stay) -> String {
    let mut out = format!("{item} | {} | {name}", stay.policy);
    for r in &stay.rests {
        let part = r.part.map_or(String::new(), |p| format!("[{p}] "));
        out.push_str(&format!("\n   {}: {part}({}) {}", r.line, r.heading, r.text));
    }
    out
}

/// Policies in which an item's verdict differs from that of older cues, with what it rested on before or rests on now,
/// so that every loss can be read.
fn compare(policies: &[Policy], old: &Catalogue, new: &Catalogue) {
    for p in policies {
        let doc = read::memory(&p.text(), Format::Text);
        let (a, b) = (Analysis::new(&doc, old), Analysis::new(&doc, new));
        for (o, n) in a.items().iter().zip(&b.items()).filter(|(o, n)| o.verdict != n.verdict) {
            println!("{} | {} | {:?} -> {:?}", o.item.id, p.name, o.verdict, n.verdict);
            let shown = if o.verdict == Verdict::Disclosed { o } else { n };
            for s in &shown.supports {
                println!("      {:?} {}", s.part, doc.sentence(s.sentence));
            }
        }
    }
}

fn speed(policies: &[Policy], kit: &zhunsheng_policy::report::Kit) {
    let texts: Vec<String> = policies.iter().map(Policy::text).collect();
    let start = std::time::Instant::now();
    let mut n = 0;
    let mut found = 0;
    while start.elapsed().as_secs() < 10 {
        for t in &texts {
            let doc = read::memory(t, Format::Text);
            let report = zhunsheng_policy::report::Report::new(&doc, kit);
            found += report.items.len() + report.practices.len() + report.wording.len();
            n += 1;
        }
    }
    let s = start.elapsed().as_secs_f64();
    println!("{n} policies in {s:.1} s on one core: {:.0} a minute ({found} findings)", f64::from(n) * 60.0 / s);
}

/// Paragraph classes of CA4P and our groups of topics. `e_8` (definitions) and `e_16` (other) have no counterpart.
const CLASSES: [(&str, &str); 14] = [
    ("e_1", "collection"),
    ("e_3", "collection"),
    ("e_15", "collection"),
    ("e_2", "sharing"),
    ("e_12", "sharing"),
    ("e_4", "rights"),
    ("e_9", "rights"),
    ("e_10", "rights"),
    ("e_5", "storage"),
    ("e_6", "security"),
    ("e_7", "policy-change"),
    ("e_11", "special-groups"),
    ("e_13", "contact"),
    ("e_14", "contact"),
];

/// Group of a topic of the classifier.
fn group(topic: &str) -> &str {
    match topic {
        "permissions" | "use" => "collection",
        t => t,
    }
}

fn ca4p(dir: &str) {
    use zhunsheng_policy::classify::{Classifier, Topic};
    let Ok(classifier) = Classifier::embedded() else { return };
    let text = std::fs::read_to_string(format!("{dir}/ca4p483-dev.jsonl")).unwrap_or_default();
    let mut table: BTreeMap<(String, String), usize> = BTreeMap::new();
    for line in text.lines() {
        let Ok(r) = serde_json::from_str::<Ca4p>(line) else { continue };
        let mut lines = Vec::new();
        let mut at = 0;
        for l in r.text.split('\n') {
            let end = at + l.chars().count();
            if l.chars().any(char::is_alphanumeric) {
                lines.push((at, end, l.to_owned()));
            }
            at = end + 1;
        }
        let _ = &r.doc;
        let logits = classifier.logits(&lines.iter().map(|l| l.2.as_str()).collect::<Vec<_>>());
        for s in &r.spans {
            let Some((_, want)) = CLASSES.iter().find(|c| c.0 == s.class) else { continue };
            let mut score: BTreeMap<&str, f64> = BTreeMap::new();
            for ((a, b, l), y) in lines.iter().zip(&logits) {
                if *a >= s.end || *b <= s.start {
                    continue;
                }
                // Longer lines weigh more; a heading line counts like a long one.
                let weight = (l.chars().count().clamp(8, 80) as f64).sqrt();
                let mut best: BTreeMap<&str, f64> = BTreeMap::new();
                for (t, y) in Topic::ALL.iter().zip(y) {
                    let p = 1.0 / (1.0 + f64::from(-*y).exp());
                    let e = best.entry(group(t.id())).or_default();
                    *e = e.max(p);
                }
                for (g, p) in best {
                    *score.entry(g).or_default() += weight * p;
                }
            }
            let got = score.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).map_or("none", |b| b.0);
            *table.entry(((*want).to_owned(), got.to_owned())).or_default() += 1;
        }
    }
    let groups: BTreeSet<&str> = CLASSES.iter().map(|c| c.1).collect();
    let (mut right, mut all, mut macro_f) = (0, 0, 0.0);
    for g in &groups {
        let tp = table.get(&((*g).to_owned(), (*g).to_owned())).copied().unwrap_or(0);
        let gold: usize = table.iter().filter(|(k, _)| k.0 == *g).map(|(_, n)| n).sum();
        let said: usize = table.iter().filter(|(k, _)| k.1 == *g).map(|(_, n)| n).sum();
        let f = 2.0 * tp as f64 / (gold + said).max(1) as f64;
        println!("  {g:15} {tp:4} of {gold:4}, predicted {said:4}, F1 {f:.3}");
        right += tp;
        all += gold;
        macro_f += f / groups.len() as f64;
    }
    println!(
        "CA4P paragraph classes mapped to ours: micro F1 {:.3}, macro {macro_f:.3} over {all} paragraphs",
        right as f64 / all.max(1) as f64
    );
}

#[derive(Deserialize)]
struct Mini {
    statement: String,
    label: [u8; 2],
}

fn miniapp(dir: &str) {
    let text = std::fs::read_to_string(format!("{dir}/miniapp-dev.jsonl")).unwrap_or_default();
    let rows: Vec<Mini> = text.lines().filter_map(|l| serde_json::from_str(l).ok()).collect();
    // A statement without a purpose cannot be vague: `false`.
    let mut n = [[0_usize; 2]; 2];
    for r in &rows {
        let said = zhunsheng_policy::classify::vague(&r.statement).unwrap_or(false);
        if let Some(cell) = n.get_mut(usize::from(r.label[1])).and_then(|row| row.get_mut(usize::from(said))) {
            *cell += 1;
        }
    }
    let [[tn, fp], [miss, tp]] = n;
    let f1 = |t: usize, a: usize, b: usize| 2.0 * t as f64 / (2 * t + a + b).max(1) as f64;
    let (vague, clear) = (f1(tp, fp, miss), f1(tn, fp, miss));
    println!(
        "vague purpose: macro F1 {:.3} (vague {vague:.3}, clear {clear:.3}) on {} statements",
        (vague + clear) / 2.0,
        rows.len()
    );
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let (Some(dir), Some(what)) = (args.get(1), args.get(2)) else {
        eprintln!(
            "usage: policy_bench CORPORA (verdicts|deletion|labels|compare OLD_ITEMS|ca4p|miniapp|speed|find ITEM)"
        );
        return;
    };
    let policies = load(dir);
    // Cues are tried from a file without building anew.
    let tried = std::env::var("ITEMS").ok().and_then(|path| std::fs::read_to_string(path).ok());
    let catalogue = match (&tried, zhunsheng_policy::lexis::types::Types::builtin()) {
        (Some(text), Ok(types)) => Catalogue::parse("ITEMS", text, types),
        _ => Catalogue::builtin(),
    };
    let c = match catalogue {
        Ok(c) => c,
        Err(e) => return eprintln!("{e}"),
    };
    match what.as_str() {
        "verdicts" => verdicts(&policies, &c),
        "deletion" => deletion(&policies, &c),
        "labels" => labels(&policies, &c),
        "compare" => {
            // `compare OLD_ITEMS`: the cues of a file against those built in (or of `ITEMS`).
            let text = args.get(3).and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
            let old =
                zhunsheng_policy::lexis::types::Types::builtin().and_then(|t| Catalogue::parse("OLD_ITEMS", &text, t));
            match old {
                Ok(old) => compare(&policies, &old, &c),
                Err(e) => eprintln!("{e}"),
            }
        }
        "speed" => match zhunsheng_policy::report::Kit::builtin() {
            Ok(kit) => speed(&policies, &kit),
            Err(e) => eprintln!("{e}"),
        },
        "miniapp" => miniapp(dir),
        "ca4p" => ca4p(dir),
        _ => {
            // The sentences found for one item, to read.
            let id = args.get(3).cloned().unwrap_or_default();
            for p in &policies {
                let doc = read::memory(&p.text(), Format::Text);
                let a = Analysis::new(&doc, &c);
                for o in a.items().iter().filter(|o| o.item.id == id) {
                    println!("{} {:?}", p.name, o.verdict);
                    for s in o.supports.iter().take(5) {
                        println!("   {:?} {}", s.part, doc.sentence(s.sentence).chars().take(110).collect::<String>());
                    }
                }
            }
        }
    }
}
