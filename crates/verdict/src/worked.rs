//! Proof of the procedures: every worked example concludes as it claims, no small change of a rule goes unnoticed, and
//! taking an answer away never makes a conclusion hold.

use zhunsheng_catalogue::expr::Expr;
use zhunsheng_catalogue::{Catalogue, Concluded, Procedure, WorkedExample};
use zhunsheng_dossier::{Date, Facts, RecordId, build};
use zhunsheng_source::{Diagnostic, Diagnostics};

use crate::eval::{Eval, Trace};
use crate::kleene::Kleene;
use crate::mutate::changes;
use crate::prove::{AS_OF, Proof, Survivor};
use crate::sheets::Sheets;

struct Prepared {
    concluded: Concluded,
    facts: Facts,
    object: RecordId,
    at: zhunsheng_source::At,
}

/// Runs the examples and mutants of one procedure.
pub fn prove_procedure(catalogue: &Catalogue, index: usize, proof: &mut Proof) {
    let (Some(procedure), Some(examples)) = (catalogue.procedures.get(index), catalogue.worked.get(index)) else {
        return;
    };
    let mut set = Vec::new();
    for example in examples {
        match prepare(catalogue, procedure, example) {
            Ok(prepared) => set.push(prepared),
            Err(problems) => proof.problems.extend(problems),
        }
    }
    for prepared in &mut set {
        proof.examples += 1;
        let found = run(catalogue, index, &procedure.rule, prepared);
        if found != prepared.concluded {
            let (zh, en) = (
                format!("附录{}的例子应为 {}，实为 {}", procedure.annex, prepared.concluded.word(), found.word()),
                format!(
                    "example of `{}` should be {}, but is {}",
                    procedure.id,
                    prepared.concluded.word(),
                    found.word()
                ),
            );
            proof.problems.push(Diagnostic::error(prepared.at, zh, en));
        }
        let facts: Vec<u32> = prepared.facts.iter().collect();
        for fact in facts {
            prepared.facts.forget(fact);
            proof.removals += 1;
            let after = run(catalogue, index, &procedure.rule, prepared);
            // A conclusion may only become open: it neither rises nor falls because something was taken away.
            if after != found && after != Concluded::Open {
                let path = prepared.facts.fact_path(&catalogue.schema, fact);
                proof.rises.push(format!("{}: {path}: {} → {}", procedure.id, found.word(), after.word()));
            }
            prepared.facts.remember(fact);
        }
    }
    for (what, changed) in changes(&procedure.rule) {
        proof.mutants += 1;
        if set.iter().any(|prepared| run(catalogue, index, &changed, prepared) != prepared.concluded) {
            proof.killed += 1;
        } else {
            proof.survivors.push(Survivor { leaf: procedure.id.clone(), mutant: format!("rule: {what}") });
        }
    }
}

fn prepare(catalogue: &Catalogue, procedure: &Procedure, example: &WorkedExample) -> Result<Prepared, Diagnostics> {
    let (facts, problems) = build(&catalogue.schema, &[], &example.facts, &[]);
    if problems.has_errors() {
        return Err(problems);
    }
    let shape = catalogue.schema.kinds.get(&procedure.object).map_or(0, |kind| kind.shape);
    let object = facts.object(shape, "example").unwrap_or(0);
    Ok(Prepared { concluded: example.concluded, facts, object, at: example.at })
}

fn run(catalogue: &Catalogue, index: usize, rule: &Expr, prepared: &Prepared) -> Concluded {
    let as_of: Date = AS_OF;
    let sheets = Sheets::read(catalogue, &prepared.facts, &mut Diagnostics::default());
    let eval = Eval {
        facts: &prepared.facts,
        procedures: &catalogue.procedures,
        sheets: &sheets,
        sheet: None,
        as_of,
        answers: &[],
        leaf: 0,
        object: prepared.object,
    };
    let index = u16::try_from(index).unwrap_or(u16::MAX);
    match eval.concluded(index, prepared.object, Some(rule), &mut Trace::default()) {
        Kleene::True => Concluded::Holds,
        Kleene::False => Concluded::Fails,
        Kleene::Unknown => Concluded::Open,
    }
}
