//! `zhunsheng catalogue coverage`: how much of the standard is there, counted from the catalogue itself.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use zhunsheng_catalogue::{Catalogue, Kind, Mode};
use zhunsheng_source::Lang;
use zhunsheng_verdict::{Proof, prove_leaf};

use crate::input::Failure;
use crate::progress::Progress;

/// What the text of T/CLAST 001.2-2021 holds, counted by hand from it: clauses that carry requirements, lettered items,
/// numbered items.
const STANDARD: [usize; 3] = [145, 319, 161];

/// What the catalogue has more: the leaf of 5.6.3, which renders the duty of annex E.2.3 and an assessor's task of 5.6.3.1, and a slip
/// that was resolved: 6.3.7.1 uses the letter c twice, which here are c and d.
const RESOLVED: [usize; 3] = [1, 1, 0];

#[derive(Default)]
struct Row {
    title: String,
    lettered: BTreeSet<char>,
    numbered: BTreeSet<String>,
    automatic: usize,
    guided: usize,
    examples: usize,
    mutants: usize,
    killed: usize,
    violations: usize,
}

/// Clause number, letter and number of a leaf's or group's id.
fn split(id: &str) -> (String, Option<char>, String) {
    let number: String = id.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let mut rest = id.chars().skip(number.chars().count());
    let letter = rest.next();
    (number, letter, rest.collect())
}

/// Numbers compare as numbers.
fn order(id: &str) -> Vec<u32> {
    id.split('.').map(|part| part.parse().unwrap_or(u32::MAX)).collect()
}

/// Prints the table; 1 where a count is not that of the standard.
pub fn run(catalogue: &Catalogue, lang: Lang, out: &mut impl Write) -> Result<u8, Failure> {
    let violations = crate::violations::counts(catalogue)?;
    let what = if lang == Lang::Zh { "正在证明条目" } else { "proving leaves" };
    let progress = Progress::new(what, catalogue.leaves.len());
    let mut proof = Proof::default();
    let mut rows: BTreeMap<Vec<u32>, (String, Row)> = BTreeMap::new();
    for (index, leaf) in catalogue.leaves.iter().enumerate() {
        progress.step();
        // Sector packs have their own table, and clauses of a view are another text's: no part of the standard's counts.
        if catalogue.clause_of(leaf).is_some_and(|clause| clause.pack.is_some() || clause.view.is_some()) {
            continue;
        }
        prove_leaf(catalogue, index, &mut proof);
        let (clause, letter, number) = split(&leaf.id);
        let (_, row) = rows.entry(order(&clause)).or_insert_with(|| (clause.clone(), Row::default()));
        row.lettered.extend(letter);
        if !number.is_empty() {
            row.numbered.insert(leaf.id.clone());
        }
        match leaf.mode() {
            Mode::Automatic => row.automatic += 1,
            Mode::Guided | Mode::Assessor => row.guided += 1,
        }
        row.examples += catalogue.examples.get(index).map_or(0, Vec::len);
        let (mutants, killed) = proof.per_leaf.last().copied().unwrap_or_default();
        row.mutants += mutants;
        row.killed += killed;
        row.violations += violations.get(&index).copied().unwrap_or_default();
    }
    drop(progress);
    for clause in catalogue.clauses.iter().filter(|clause| clause.pack.is_none()) {
        let (number, letter, _) = split(&clause.id);
        if let Some((_, row)) = rows.get_mut(&order(&number)) {
            if letter.is_none() {
                row.title = clause.title.zh.clone();
            }
            row.lettered.extend(letter);
            row.lettered.extend(clause.groups.iter().filter_map(|group| split(&group.id).1));
        }
    }
    let clauses = rows.len();
    let sum = |of: fn(&Row) -> usize| rows.values().map(|(_, row)| of(row)).sum::<usize>();
    let found = [clauses, sum(|row| row.lettered.len()), sum(|row| row.numbered.len())];
    let (automatic, guided) = (sum(|row| row.automatic), sum(|row| row.guided));
    writeln!(out, "# 覆盖表 Coverage\n")?;
    writeln!(out, "由 `zhunsheng catalogue coverage` 生成，勿手改。Generated; do not edit.\n")?;
    writeln!(out, "| | 标准 standard | 目录 catalogue |\n|---|---:|---:|")?;
    let names = ["条款 clauses with requirements", "字母项 lettered items", "数字项 numbered items"];
    for ((name, standard), found) in names.iter().zip(STANDARD).zip(found) {
        writeln!(out, "| {name} | {standard} | {found} |")?;
    }
    writeln!(
        out,
        "\n6.3.7.1 的字母为 a、c、b、c，第二个 c 在目录中记为 d（见 errata）；5.6.3 在正文里没有自己的要求，条目 5.6.3 写的是附录 E.2.3 的义务和 5.6.3.1 要评估员确认的事。The letters of 6.3.7.1 run a, c, b, c; the second c is d here (see the errata). 5.6.3 has no requirement of its own in the text; leaf 5.6.3 is the duty of annex E.2.3 and what 5.6.3.1 has the assessor confirm."
    )?;
    let per_mille = |part: usize, all: usize| (part * 1000).checked_div(all).unwrap_or(0);
    let share = per_mille(automatic, automatic + guided);
    let (mutants, killed) = (sum(|row| row.mutants), sum(|row| row.killed));
    let score = per_mille(killed, mutants);
    writeln!(
        out,
        "\n{} 个条目 leaves，自动 automatic {automatic} ({}.{} %)，人工 guided {guided}；例子 examples {}；改动 mutants {mutants}，察觉 killed {killed} ({}.{} %)；违规补丁 violations {}。\n",
        automatic + guided,
        share / 10,
        share % 10,
        sum(|row| row.examples),
        score / 10,
        score % 10,
        sum(|row| row.violations),
    )?;
    writeln!(
        out,
        "| 条款 clause | 标题 title | 字母 | 数字 | 自动 | 人工 | 例子 | 改动 | 察觉 | 违规 |\n|---|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    )?;
    for (clause, row) in rows.values() {
        writeln!(
            out,
            "| {clause} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            row.title,
            row.lettered.len(),
            row.numbered.len(),
            row.automatic,
            row.guided,
            row.examples,
            row.mutants,
            row.killed,
            row.violations
        )?;
    }
    let empty: Vec<&str> = catalogue
        .clauses
        .iter()
        .filter(|clause| clause.leaves.is_empty() && clause.kind == Kind::ExtensionRequirement)
        .map(|clause| clause.id.as_str())
        .collect();
    if !empty.is_empty() {
        writeln!(out, "\n没有条目的扩展要求 extension requirements without leaves: {}", empty.join(" "))?;
    }
    packs(catalogue, out)?;
    let expected: Vec<usize> = STANDARD.iter().zip(RESOLVED).map(|(text, more)| text + more).collect();
    Ok(u8::from(found.as_slice() != expected.as_slice()))
}

/// The sector packs, each counted by itself.
fn packs(catalogue: &Catalogue, out: &mut impl Write) -> Result<(), Failure> {
    if catalogue.packs.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## 行业包 Sector packs\n")?;
    writeln!(
        out,
        "| 行业包 pack | 文件 document | 条款 | 自动 | 人工 | 例子 | 改动 | 察觉 | 从严的条目 sharpens | 补充的条款 adds |\n|---|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    )?;
    for pack in &catalogue.packs {
        let mut proof = Proof::default();
        let (mut sharpens, mut adds) = (BTreeSet::new(), BTreeSet::new());
        let mut clauses = 0;
        for clause in catalogue.clauses_of(pack) {
            clauses += 1;
            for index in &clause.leaves {
                prove_leaf(catalogue, *index, &mut proof);
                let Some(leaf) = catalogue.leaves.get(*index) else { continue };
                sharpens.extend(&leaf.sharpens);
                adds.extend(&leaf.adds);
            }
        }
        writeln!(
            out,
            "| {} | {} | {clauses} | {} | {} | {} | {} | {} | {} | {} |",
            pack.id,
            pack.document.zh,
            proof.automatic,
            proof.leaves - proof.automatic,
            proof.examples,
            proof.mutants,
            proof.killed,
            sharpens.len(),
            adds.len(),
        )?;
    }
    Ok(())
}
