//! Conditions as they are carried out.

use super::*;

#[derive(Debug, Clone)]
pub(super) enum Code {
    Value(V),
    Var(Var),
    Local(usize),
    List(Vec<Code>),
    Not(Box<Code>),
    And(Vec<Code>),
    Or(Vec<Code>),
    Cmp(Cmp, Box<Code>, Box<Code>),
    In(Box<Code>, Box<Code>),
    Quant(Quant, Box<Code>, Box<Code>),
    Filter(Box<Code>, Box<Code>),
    Map(Box<Code>, Box<Code>),
    Size(Box<Code>),
    If(Box<Code>, Box<Code>, Box<Code>),
    Call(Func, Box<Code>, Box<Code>),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum V {
    Null,
    Bool(bool),
    Num(f64),
    Text(Box<str>),
    Date(i32),
    Sym(u16),
    List(Vec<V>),
}

pub(super) fn compile(expr: &Expr, schema: &Schema) -> Result<Code, Text> {
    let one = |expr: &Expr| compile(expr, schema).map(Box::new);
    let all = |list: &[Expr]| list.iter().map(|expr| compile(expr, schema)).collect::<Result<Vec<_>, _>>();
    Ok(match expr {
        Expr::Bool(b) => Code::Value(V::Bool(*b)),
        Expr::Int(n) => Code::Value(V::Num(*n as f64)),
        Expr::Num(n) => Code::Value(V::Num(*n)),
        Expr::Text(t) => Code::Value(V::Text(t.as_str().into())),
        Expr::Date(d) => Code::Value(V::Date(d.0)),
        Expr::Sym(s) => Code::Value(V::Sym(*s)),
        Expr::Null => Code::Value(V::Null),
        Expr::List(items) => Code::List(all(items)?),
        Expr::Local(n) => Code::Local(usize::from(*n)),
        Expr::Field(..) => {
            let names = path(expr, schema).unwrap_or_default();
            let strange = || {
                let name = names.join(".");
                Text::new(format!("事件中没有 `{name}`"), format!("`{name}` cannot be read of an event"))
            };
            Code::Var(var(&names).ok_or_else(strange)?)
        }
        Expr::Named(_, inner) => compile(inner, schema)?,
        Expr::Not(a) => Code::Not(one(a)?),
        Expr::And(list) => Code::And(all(list)?),
        Expr::Or(list) => Code::Or(all(list)?),
        Expr::Cmp(op, a, b) => Code::Cmp(*op, one(a)?, one(b)?),
        Expr::In(a, b) => Code::In(one(a)?, one(b)?),
        Expr::Quant(q, list, _, body) => Code::Quant(*q, one(list)?, one(body)?),
        Expr::Filter(list, _, body) => Code::Filter(one(list)?, one(body)?),
        Expr::Map(list, _, body) => Code::Map(one(list)?, one(body)?),
        Expr::Size(a) => Code::Size(one(a)?),
        Expr::If(c, a, b) => Code::If(one(c)?, one(a)?, one(b)?),
        Expr::Call(Func::Workdays, ..)
        | Expr::Root
        | Expr::AsOf
        | Expr::Step(_)
        | Expr::Worksheet(..)
        | Expr::Finding(_)
        | Expr::Weighing => {
            return Err(Text::new("对事件不能这样问", "this cannot be asked of an event"));
        }
        Expr::Call(f, a, b) => Code::Call(*f, one(a)?, one(b)?),
    })
}

pub(super) fn truth(code: &Code, read: &dyn Read, locals: &mut Vec<V>) -> bool {
    match code {
        Code::Not(a) => !truth(a, read, locals),
        Code::And(list) => list.iter().all(|a| truth(a, read, locals)),
        Code::Or(list) => list.iter().any(|a| truth(a, read, locals)),
        Code::Cmp(op, a, b) => compare(*op, &value(a, read, locals), &value(b, read, locals)),
        Code::In(a, list) => {
            let a = value(a, read, locals);
            items(value(list, read, locals)).iter().any(|b| compare(Cmp::Eq, &a, b))
        }
        Code::Quant(quant, list, body) => {
            let list = items(value(list, read, locals));
            let mut trues = list.iter().filter(|one| with((*one).clone(), body, read, locals));
            match quant {
                Quant::Exists => trues.next().is_some(),
                Quant::One => trues.next().is_some() && trues.next().is_none(),
                Quant::All => trues.count() == list.len(),
            }
        }
        Code::Call(func @ (Func::Contains | Func::StartsWith), a, b) => {
            match (value(a, read, locals), value(b, read, locals)) {
                (V::Text(a), V::Text(b)) if *func == Func::Contains => a.contains(&*b),
                (V::Text(a), V::Text(b)) => a.starts_with(&*b),
                _ => false,
            }
        }
        // Null where a truth value stands: there is no such thing, so it is not so.
        other => value(other, read, locals) == V::Bool(true),
    }
}

fn with(one: V, body: &Code, read: &dyn Read, locals: &mut Vec<V>) -> bool {
    locals.push(one);
    let is = truth(body, read, locals);
    locals.pop();
    is
}

fn items(list: V) -> Vec<V> {
    match list {
        V::List(items) => items,
        _ => Vec::new(),
    }
}

fn value(code: &Code, read: &dyn Read, locals: &mut Vec<V>) -> V {
    match code {
        Code::Value(v) => v.clone(),
        Code::Var(var) => read.read(*var),
        Code::Local(n) => locals.get(*n).cloned().unwrap_or(V::Null),
        Code::List(list) => V::List(list.iter().map(|a| value(a, read, locals)).collect()),
        Code::Filter(list, body) => {
            let list = items(value(list, read, locals));
            V::List(list.into_iter().filter(|one| with(one.clone(), body, read, locals)).collect())
        }
        Code::Map(list, body) => {
            let list = items(value(list, read, locals));
            let mut made = Vec::with_capacity(list.len());
            for one in list {
                locals.push(one);
                made.push(value(body, read, locals));
                locals.pop();
            }
            V::List(made)
        }
        Code::Size(a) => V::Num(match value(a, read, locals) {
            V::Text(t) => t.chars().count() as f64,
            V::List(list) => list.len() as f64,
            _ => 0.0,
        }),
        Code::If(c, a, b) => value(if truth(c, read, locals) { a } else { b }, read, locals),
        Code::Call(func @ (Func::Add | Func::Sub | Func::Days), a, b) => {
            match (func, value(a, read, locals), value(b, read, locals)) {
                (Func::Add, V::Num(a), V::Num(b)) => V::Num(a + b),
                (Func::Sub, V::Num(a), V::Num(b)) => V::Num(a - b),
                (Func::Add, V::Date(a), V::Num(b)) => V::Date(a.saturating_add(b as i32)),
                (Func::Sub, V::Date(a), V::Num(b)) => V::Date(a.saturating_sub(b as i32)),
                (Func::Days, V::Date(a), V::Date(b)) => V::Num(f64::from(b) - f64::from(a)),
                _ => V::Null,
            }
        }
        other => V::Bool(truth(other, read, locals)),
    }
}

fn compare(op: Cmp, a: &V, b: &V) -> bool {
    use std::cmp::Ordering;
    let order = match (a, b) {
        (V::Num(a), V::Num(b)) => a.partial_cmp(b),
        (V::Text(a), V::Text(b)) => Some(a.cmp(b)),
        (V::Date(a), V::Date(b)) => Some(a.cmp(b)),
        (V::Sym(a), V::Sym(b)) => Some(a.cmp(b)),
        (V::Bool(a), V::Bool(b)) => Some(a.cmp(b)),
        (V::Bool(a), V::Null) => Some(a.cmp(&false)),
        (V::Null, V::Bool(b)) => Some(false.cmp(b)),
        (V::Null, V::Null) if matches!(op, Cmp::Eq | Cmp::Ne) => Some(Ordering::Equal),
        _ => None,
    };
    match (op, order) {
        (Cmp::Ne, order) => order != Some(Ordering::Equal),
        (_, None) => false,
        (Cmp::Eq, Some(o)) => o == Ordering::Equal,
        (Cmp::Lt, Some(o)) => o == Ordering::Less,
        (Cmp::Le, Some(o)) => o != Ordering::Greater,
        (Cmp::Gt, Some(o)) => o == Ordering::Greater,
        (Cmp::Ge, Some(o)) => o != Ordering::Less,
    }
}
