//! Every small way in which a check could be wrong.

use zhunsheng_catalogue::expr::{Cmp, Expr, Quant};
use zhunsheng_catalogue::{Clause, Leaf};
use zhunsheng_dossier::Date;

/// A changed leaf, its clause as changed, and what was changed.
pub(crate) struct Mutant {
    pub what: String,
    pub leaf: Leaf,
    pub clause: Clause,
}

/// All mutants of a leaf.
pub(crate) fn mutants(leaf: &Leaf, clause: &Clause) -> Vec<Mutant> {
    let mut out = Vec::new();
    let mut push = |what: String, changed: Leaf, clause: &Clause| {
        out.push(Mutant { what, leaf: changed, clause: clause.clone() });
    };
    if let Some(when) = &leaf.when {
        push("drop `when`".into(), Leaf { when: None, ..leaf.clone() }, clause);
        for (what, changed) in changes(when) {
            push(format!("when: {what}"), Leaf { when: Some(changed), ..leaf.clone() }, clause);
        }
    }
    if let Some(check) = &leaf.check {
        for (what, changed) in changes(check) {
            push(format!("check: {what}"), Leaf { check: Some(changed), ..leaf.clone() }, clause);
        }
        if !leaf.requires.is_empty() || !leaf.any_of.is_empty() {
            push("drop `check`".into(), Leaf { check: None, ..leaf.clone() }, clause);
        }
    }
    for (name, list) in [("requires", &leaf.requires), ("any_of", &leaf.any_of), ("except", &leaf.except)] {
        for (index, id) in list.iter().enumerate() {
            let mut changed = leaf.clone();
            let held = match name {
                "requires" => &mut changed.requires,
                "any_of" => &mut changed.any_of,
                _ => &mut changed.except,
            };
            held.remove(index);
            push(format!("{name}: drop {id}"), changed, clause);
        }
    }
    if clause.stage.is_some() && leaf.object == "activity" {
        push("drop stage".into(), leaf.clone(), &Clause { stage: None, ..clause.clone() });
    }
    if clause.basis.is_some() && leaf.object == "activity" {
        push("drop basis".into(), leaf.clone(), &Clause { basis: None, ..clause.clone() });
    }
    if clause.kind == zhunsheng_catalogue::Kind::Exception {
        let changed = Leaf { burden_on_handler: !leaf.burden_on_handler, ..leaf.clone() };
        push("turn the burden of proof".into(), changed, clause);
    }
    out
}

/// All single changes of an expression.
pub fn changes(expr: &Expr) -> Vec<(String, Expr)> {
    let mut out = Vec::new();
    // Truth values that are no junction are negated as a whole.
    if !matches!(expr, Expr::And(_) | Expr::Or(_)) && is_truth(expr) {
        let (what, changed) = match expr {
            Expr::Not(inner) => ("drop a negation".to_owned(), (**inner).clone()),
            other => ("negate a condition".to_owned(), Expr::Not(Box::new(other.clone()))),
        };
        out.push((what, changed));
    }
    match expr {
        Expr::And(parts) | Expr::Or(parts) => {
            let and = matches!(expr, Expr::And(_));
            let (name, other) = if and { ("conjunct", "||") } else { ("disjunct", "&&") };
            let make = |parts: Vec<Expr>, and: bool| match (parts.len(), and) {
                (1, _) => parts.into_iter().next().unwrap_or(Expr::Null),
                (_, true) => Expr::And(parts),
                (_, false) => Expr::Or(parts),
            };
            for index in 0..parts.len() {
                let kept: Vec<Expr> = without(parts, index);
                out.push((format!("drop {name} {}", index + 1), make(kept, and)));
            }
            out.push((format!("`{other}` instead"), make(parts.clone(), !and)));
            for (index, part) in parts.iter().enumerate() {
                for (what, changed) in changes(part) {
                    let changed = with(parts, index, changed);
                    out.push((format!("{name} {}: {what}", index + 1), make(changed, and)));
                }
            }
        }
        // A negated condition negated again is the dropped negation above.
        Expr::Not(inner) => {
            let inner_changes = changes(inner).into_iter().filter(|(what, _)| what != "negate a condition");
            out.extend(inner_changes.map(|(what, changed)| (what, Expr::Not(Box::new(changed)))));
        }
        Expr::Cmp(op, a, b) => comparison(*op, a, b, &mut out),
        Expr::In(item, list) => {
            out.extend(
                list_changes(list).into_iter().map(|(what, changed)| (what, Expr::In(item.clone(), Box::new(changed)))),
            );
        }
        Expr::Quant(quant, list, var, body) => {
            let (what, other) = match quant {
                Quant::All => ("`exists` instead", Quant::Exists),
                Quant::Exists => ("`all` instead", Quant::All),
                Quant::One => ("`exists` instead of exactly one", Quant::Exists),
            };
            out.push((what.to_owned(), Expr::Quant(other, list.clone(), *var, body.clone())));
            for (what, changed) in changes(body) {
                out.push((format!("body: {what}"), Expr::Quant(*quant, list.clone(), *var, Box::new(changed))));
            }
            for (what, changed) in list_changes(list) {
                out.push((what, Expr::Quant(*quant, Box::new(changed), *var, body.clone())));
            }
        }
        Expr::If(condition, a, b) => {
            out.push(("swap the branches".to_owned(), Expr::If(condition.clone(), b.clone(), a.clone())));
            for (what, changed) in changes(a) {
                out.push((format!("then: {what}"), Expr::If(condition.clone(), Box::new(changed), b.clone())));
            }
            for (what, changed) in changes(b) {
                out.push((format!("else: {what}"), Expr::If(condition.clone(), a.clone(), Box::new(changed))));
            }
        }
        _ => {}
    }
    out
}

fn is_truth(expr: &Expr) -> bool {
    !matches!(
        expr,
        Expr::Int(_)
            | Expr::Num(_)
            | Expr::Text(_)
            | Expr::Date(_)
            | Expr::Sym(_)
            | Expr::Null
            | Expr::List(_)
            | Expr::Size(_)
            | Expr::Filter(..)
            | Expr::Map(..)
    )
}

fn comparison(op: Cmp, a: &Expr, b: &Expr, out: &mut Vec<(String, Expr)>) {
    let make = |op: Cmp, a: &Expr, b: &Expr| Expr::Cmp(op, Box::new(a.clone()), Box::new(b.clone()));
    let turned = match op {
        Cmp::Lt => Some(Cmp::Le),
        Cmp::Le => Some(Cmp::Lt),
        Cmp::Gt => Some(Cmp::Ge),
        Cmp::Ge => Some(Cmp::Gt),
        Cmp::Eq | Cmp::Ne => None,
    };
    if let Some(turned) = turned {
        out.push(("include or exclude the bound".to_owned(), make(turned, a, b)));
    }
    // Moving a bound one way equals turning the operator for whole numbers, so the other way is tried as well.
    for (what, changed) in moved(b) {
        out.push((what, make(op, a, &changed)));
    }
    for (what, changed) in moved(a) {
        out.push((what, make(op, &changed, b)));
    }
}

fn moved(expr: &Expr) -> Vec<(String, Expr)> {
    match expr {
        Expr::Int(value) => vec![
            (format!("bound {value} becomes {}", value + 1), Expr::Int(value + 1)),
            (format!("bound {value} becomes {}", value - 1), Expr::Int(value - 1)),
        ],
        Expr::Num(value) => vec![
            (format!("bound {value} becomes {}", value + 1.0), Expr::Num(value + 1.0)),
            (format!("bound {value} becomes {}", value - 1.0), Expr::Num(value - 1.0)),
        ],
        Expr::Date(date) => vec![
            (format!("bound {date} becomes a day later"), Expr::Date(Date(date.0 + 1))),
            (format!("bound {date} becomes a day earlier"), Expr::Date(Date(date.0 - 1))),
        ],
        Expr::Size(list) => {
            list_changes(list).into_iter().map(|(what, changed)| (what, Expr::Size(Box::new(changed)))).collect()
        }
        Expr::Call(func, a, b) => {
            let left =
                moved(a).into_iter().map(|(what, changed)| (what, Expr::Call(*func, Box::new(changed), b.clone())));
            let right =
                moved(b).into_iter().map(|(what, changed)| (what, Expr::Call(*func, a.clone(), Box::new(changed))));
            left.chain(right).collect()
        }
        _ => Vec::new(),
    }
}

fn list_changes(list: &Expr) -> Vec<(String, Expr)> {
    match list {
        Expr::List(items) => {
            let mut out = vec![("empty the list".to_owned(), Expr::List(Vec::new()))];
            if items.len() > 1 {
                out.extend(
                    (0..items.len())
                        .map(|index| (format!("drop element {}", index + 1), Expr::List(without(items, index)))),
                );
            }
            out
        }
        Expr::Filter(list, var, body) => changes(body)
            .into_iter()
            .map(|(what, changed)| (format!("filter: {what}"), Expr::Filter(list.clone(), *var, Box::new(changed))))
            .collect(),
        _ => Vec::new(),
    }
}

fn without(items: &[Expr], index: usize) -> Vec<Expr> {
    items.iter().enumerate().filter(|(at, _)| *at != index).map(|(_, item)| item.clone()).collect()
}

fn with(items: &[Expr], index: usize, changed: Expr) -> Vec<Expr> {
    items.iter().enumerate().map(|(at, item)| if at == index { changed.clone() } else { item.clone() }).collect()
}
