//! `zhunsheng catalogue list | lint | prove`

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use zhunsheng_catalogue::{Catalogue, Kind, lint, load};
use zhunsheng_source::Lang;
use zhunsheng_verdict::{Proof, prove_computed, prove_leaf, prove_procedure};

use crate::args::{CatalogueCommand, Plain};
use crate::input::{Failure, files};
use crate::output::tell;
use crate::progress::Progress;

/// Runs a catalogue command.
pub fn run(
    command: CatalogueCommand,
    packs: &[PathBuf],
    root: Option<&Path>,
    lang: Lang,
    out: &mut impl Write,
) -> Result<u8, Failure> {
    match &command {
        CatalogueCommand::NewClause { id } => return new_clause(id, out),
        CatalogueCommand::NewPack { id } => return new_pack(id, out),
        _ => {}
    }
    if let CatalogueCommand::Violations { folders, find } = &command {
        let catalogue = crate::input::catalogue(packs, root)?;
        return crate::violations::run(&catalogue, folders, find.as_deref(), lang, out);
    }
    // Examples are not in the compiled form, so the others read the sources.
    let (catalogue, mut problems) = load(&files(packs, root)?);
    match command {
        CatalogueCommand::NewClause { .. } | CatalogueCommand::NewPack { .. } | CatalogueCommand::Violations { .. } => {
            Ok(0)
        }
        CatalogueCommand::Procedures => {
            let catalogue = crate::input::catalogue(packs, root)?;
            out.write_all(zhunsheng_report::sheets::markdown(&catalogue).as_bytes())?;
            Ok(0)
        }
        CatalogueCommand::Coverage => {
            if problems.has_errors() {
                return Err(Failure::Mistakes(problems, Box::new(catalogue.sources)));
            }
            crate::coverage::run(&catalogue, lang, out)
        }
        CatalogueCommand::Browse { .. } | CatalogueCommand::Checks if problems.has_errors() => {
            Err(Failure::Mistakes(problems, Box::new(catalogue.sources)))
        }
        CatalogueCommand::Browse { output } => {
            crate::browse::run(&catalogue, &output, lang, out)?;
            Ok(0)
        }
        CatalogueCommand::Checks => {
            write!(out, "{}", zhunsheng_report::browse::checks(&catalogue))?;
            Ok(0)
        }
        CatalogueCommand::Lint => {
            problems.extend(lint(&catalogue));
            if problems.is_empty() {
                let (clauses, leaves) = (catalogue.clauses.len(), catalogue.leaves.len());
                match lang {
                    Lang::Zh => writeln!(out, "{clauses} 个条款、{leaves} 个条目，未发现问题")?,
                    Lang::En => writeln!(out, "{clauses} clauses, {leaves} leaves: nothing wrong")?,
                }
                return Ok(0);
            }
            writeln!(out, "{}", problems.render(&catalogue.sources, lang))?;
            Ok(if problems.has_errors() { 2 } else { 0 })
        }
        CatalogueCommand::List { format } => {
            if problems.has_errors() {
                return Err(Failure::Mistakes(problems, Box::new(catalogue.sources)));
            }
            match format {
                Plain::Json => writeln!(out, "{:#}", list(&catalogue))?,
                Plain::Text => list_text(&catalogue, lang, out)?,
            }
            Ok(0)
        }
        CatalogueCommand::Prove { format, only } => {
            if problems.has_errors() {
                return Err(Failure::Mistakes(problems, Box::new(catalogue.sources)));
            }
            let mut proof = Proof::default();
            let only = only.unwrap_or_default();
            let progress = Progress::new(
                lang.pick("正在证明条目", "proving leaves"),
                catalogue.leaves.iter().filter(|leaf| leaf.id.starts_with(&only)).count(),
            );
            for (index, leaf) in catalogue.leaves.iter().enumerate() {
                if leaf.id.starts_with(&only) {
                    prove_leaf(&catalogue, index, &mut proof);
                    progress.step();
                }
            }
            for (index, procedure) in catalogue.procedures.iter().enumerate() {
                if procedure.id.starts_with(&only) || procedure.annex.starts_with(&only) {
                    prove_procedure(&catalogue, index, &mut proof);
                }
            }
            if only.is_empty() {
                prove_computed(&catalogue, &mut proof);
            }
            crate::own::prove(&catalogue, &only, &mut proof);
            drop(progress);
            if !only.is_empty() && proof.examples == 0 {
                return Err(Failure::said(
                    format!("`--only {only}` 没有对应的条目、附录测试或核验（`zhunsheng catalogue list` 列出全部）"),
                    format!(
                        "`--only {only}` means no leaf, annex test or check (`zhunsheng catalogue list` has them all)"
                    ),
                ));
            }
            report(&catalogue, &proof, format, lang, out)?;
            Ok(if proof.problems.has_errors() {
                2
            } else {
                u8::from(!proof.survivors.is_empty() || !proof.rises.is_empty())
            })
        }
    }
}

/// A clause that loads, lints and proves as it stands.
fn new_clause(id: &str, out: &mut impl Write) -> Result<u8, Failure> {
    let plain = id.split('.').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    if !plain {
        return Err(Failure::said(
            format!("`{id}` 不是条款编号；写成如 `90.1`"),
            format!("`{id}` is not a clause number; write one such as `90.1`"),
        ));
    }
    let text = include_str!("new-clause.yaml").replace("{id}", id).replace("{id_}", &id.replace('.', "_"));
    write!(out, "{text}")?;
    Ok(0)
}

/// A pack that loads, lints and proves as it stands, with a template that can be filled in.
fn new_pack(id: &str, out: &mut impl Write) -> Result<u8, Failure> {
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if !id.split('-').all(word) || !id.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Err(Failure::said(
            format!("`{id}` 不是行业包编号；用小写单词，以连字符相连，如 `my-sector`"),
            format!("`{id}` is not a pack id; write lower-case words joined by hyphens, such as `my-sector`"),
        ));
    }
    let text = include_str!("new-pack.yaml").replace("{id}", id).replace("{id_}", &id.replace('-', "_"));
    write!(out, "{text}")?;
    Ok(0)
}

fn report(
    catalogue: &Catalogue,
    proof: &Proof,
    format: Plain,
    lang: Lang,
    out: &mut impl Write,
) -> Result<(), Failure> {
    if proof.problems.has_errors() {
        tell(&proof.problems.render(&catalogue.sources, lang));
    }
    let survivors: Vec<Value> =
        proof.survivors.iter().map(|one| json!({"leaf": one.leaf, "mutant": one.mutant})).collect();
    match (format, lang) {
        (Plain::Json, _) => writeln!(
            out,
            "{:#}",
            json!({"leaves": proof.leaves, "automatic": proof.automatic, "examples": proof.examples,
                "mutants": proof.mutants, "killed": proof.killed, "survivors": survivors,
                "removals": proof.removals, "rises": proof.rises})
        )?,
        (Plain::Text, _) => {
            for rise in &proof.rises {
                writeln!(out, "{rise}")?;
            }
            for one in &proof.survivors {
                writeln!(out, "{}: {}", one.leaf, one.mutant)?;
            }
            let Proof { leaves, automatic, examples, mutants, killed, removals, .. } = proof;
            let (survived, rises) = (proof.survivors.len(), proof.rises.len());
            match lang {
                Lang::Zh => writeln!(
                    out,
                    "{leaves} 个条目（自动 {automatic}），{examples} 个例子，{mutants} 种改动，察觉 {killed}，漏过 {survived}；逐一拿走 {removals} 项事实，使结论升为“符合”的有 {rises} 次"
                )?,
                Lang::En => writeln!(
                    out,
                    "{leaves} leaves ({automatic} automatic), {examples} examples, {mutants} mutants, {killed} killed, {survived} survived; {removals} facts taken away one at a time, {rises} times a finding rose to conformant"
                )?,
            }
        }
    }
    Ok(())
}

/// The list as documented in `docs/json.md`.
pub fn list(catalogue: &Catalogue) -> Value {
    let clauses: Vec<Value> = catalogue
        .clauses
        .iter()
        .map(|clause| {
            let leaves: Vec<Value> = clause
                .leaves
                .iter()
                .filter_map(|index| Some((catalogue.leaves.get(*index)?, catalogue.examples.get(*index)?)))
                .map(|(leaf, examples)| {
                    let mut value = json!({"id": leaf.id, "requirement": leaf.requirement, "mode": leaf.mode(),
                        "object": leaf.object, "severity": leaf.severity, "examples": examples.len()});
                    if let (Value::Object(map), true) = (&mut value, clause.pack.is_some()) {
                        map.insert("sharpens".into(), leaf.sharpens.clone().into());
                        map.insert("adds".into(), leaf.adds.clone().into());
                    }
                    value
                })
                .collect();
            let groups: Vec<Value> = clause
                .groups
                .iter()
                .map(|group| json!({"id": group.id, "of": group.of, "requirement": group.requirement}))
                .collect();
            json!({"id": clause.id, "kind": clause.kind, "title": clause.title, "stage": clause.stage,
                "extends": clause.extends, "pack": clause.pack, "groups": groups, "leaves": leaves})
        })
        .collect();
    let packs: Vec<Value> = catalogue
        .packs
        .iter()
        .map(|pack| {
            json!({"id": pack.id, "title": pack.title, "document": pack.document, "issuer": pack.issuer,
                "status": pack.status, "binds": pack.binds, "in_force": pack.in_force.map(|date| date.to_string()),
                "template": pack.template.is_some()})
        })
        .collect();
    json!({ "clauses": clauses, "packs": packs })
}

fn list_text(catalogue: &Catalogue, lang: Lang, out: &mut impl Write) -> Result<(), Failure> {
    let mut before = None;
    for clause in &catalogue.clauses {
        if clause.kind == Kind::Dimension || clause.pack != before {
            writeln!(out)?;
        }
        if let Some(pack) = catalogue.pack_of(clause).filter(|_| clause.pack != before) {
            let document = (pack.document.get(lang), pack.status.get(lang));
            writeln!(out, "{} · {} · {}\n", pack.id, document.0, document.1)?;
        }
        before.clone_from(&clause.pack);
        writeln!(out, "{} {}", clause.id, clause.title.get(lang))?;
        for leaf in clause.leaves.iter().filter_map(|index| catalogue.leaves.get(*index)) {
            writeln!(out, "    {:<14} {}", leaf.id, leaf.requirement.get(lang))?;
        }
    }
    Ok(())
}
