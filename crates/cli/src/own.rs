//! Proof of packs' own checks over the event records: every example comes out as it claims, and no small change of a
//! condition goes unnoticed.

use zhunsheng_catalogue::expr::Expr;
use zhunsheng_catalogue::{Catalogue, Claim, OwnCheck, RecordCheck};
use zhunsheng_dossier::build;
use zhunsheng_records::engine::own::{Own, try_out};
use zhunsheng_source::Diagnostic;
use zhunsheng_verdict::{Proof, Survivor, changes};

fn outcomes(catalogue: &Catalogue, check: &RecordCheck) -> Option<Vec<Claim>> {
    let own = Own::new(check, &catalogue.event).ok()??;
    let examples = check.own.iter().flat_map(|own| &own.examples);
    let claim = |(examined, violation)| match (examined, violation) {
        (_, true) => Claim::Violation,
        (true, false) => Claim::Fine,
        (false, false) => Claim::Outside,
    };
    Some(examples.map(|example| claim(try_out(&own, &example.facts, &catalogue.event))).collect())
}

/// Proves the checks whose id starts with `only`.
pub fn prove(catalogue: &Catalogue, only: &str, proof: &mut Proof) {
    for check in catalogue.records.iter().filter(|check| check.id.starts_with(only)) {
        let Some(own) = &check.own else { continue };
        let Some(before) = outcomes(catalogue, check) else { continue };
        for (example, found) in own.examples.iter().zip(&before) {
            proof.examples += 1;
            let (_, problems) = build(&catalogue.event, &[], &example.facts, &[]);
            proof.problems.extend(problems);
            if example.claim != *found {
                let word = |claim: Claim| match claim {
                    Claim::Violation => "violation",
                    Claim::Fine => "fine",
                    Claim::Outside => "outside",
                };
                let (id, claimed, found) = (&check.id, word(example.claim), word(*found));
                proof.problems.push(Diagnostic::error(
                    example.at,
                    format!("`{id}` 的例子应为 `{claimed}`，得出 `{found}`"),
                    format!("example of `{id}` claims `{claimed}` and comes out `{found}`"),
                ));
            }
        }
        let mut mutants: Vec<(String, OwnCheck)> = Vec::new();
        if let Some(examine) = &own.examine {
            mutants.push(("drop `examine`".to_owned(), OwnCheck { examine: None, ..own.clone() }));
            let with = |examine: Expr| OwnCheck { examine: Some(examine), ..own.clone() };
            mutants.extend(changes(examine).into_iter().map(|(what, expr)| (format!("examine: {what}"), with(expr))));
        }
        let with = |violation: Expr| OwnCheck { violation, ..own.clone() };
        let changed = changes(&own.violation).into_iter();
        mutants.extend(changed.map(|(what, expr)| (format!("violation: {what}"), with(expr))));
        for (what, changed) in mutants {
            proof.mutants += 1;
            let mutant = RecordCheck { own: Some(changed), ..check.clone() };
            if outcomes(catalogue, &mutant).as_ref() == Some(&before) {
                proof.survivors.push(Survivor { leaf: check.id.clone(), mutant: what });
            } else {
                proof.killed += 1;
            }
        }
    }
}
