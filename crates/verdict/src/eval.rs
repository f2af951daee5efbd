//! Evaluation of one expression: Kleene logic, and a trace of the facts read and the facts missed.

use zhunsheng_catalogue::Procedure;
use zhunsheng_catalogue::expr::{Cmp, Expr, Func, Quant};
use zhunsheng_dossier::{Date, FactId, Facts, FieldId, RecordId, Val};

use crate::calendar;
use crate::kleene::Kleene;
use crate::sheets::Sheets;

/// Something that is not known and would help to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Missing {
    /// A field of a record.
    Fact(RecordId, FieldId),
    /// A step of a leaf for an object.
    Step(usize, RecordId, u16),
    /// The public holidays of a year, without which its working days cannot be counted.
    Holidays(i32),
    /// The worksheet of a procedure for an object.
    Worksheet(u16, RecordId),
    /// An assessor's answer to a criterion of the dossier for an object.
    Criterion(usize, RecordId),
}

/// The lengths of a trace at some moment.
type Mark = (usize, usize, usize, usize);

/// What was read on the way to a value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    pub facts: Vec<FactId>,
    pub missing: Vec<Missing>,
    /// Worksheets consulted: procedure and object.
    pub sheets: Vec<(u16, RecordId)>,
    /// Steps whose answers were read: leaf and step. The object is the one under judgement.
    pub answers: Vec<(usize, u16)>,
}

impl Trace {
    /// Where facts, missing, worksheets and answers end now.
    pub fn mark(&self) -> Mark {
        (self.facts.len(), self.missing.len(), self.sheets.len(), self.answers.len())
    }

    /// Forgets what was read between two marks: it did not decide.
    fn forget(&mut self, from: Mark, to: Mark) {
        if from.0 < to.0 {
            self.facts.drain(from.0..to.0);
        }
        if from.1 < to.1 {
            self.missing.drain(from.1..to.1);
        }
        if from.3 < to.3 {
            self.answers.drain(from.3..to.3);
        }
    }

    /// Forgets what was read since a mark.
    pub fn back_to(&mut self, mark: Mark) {
        self.facts.truncate(mark.0);
        self.missing.truncate(mark.1);
        self.sheets.truncate(mark.2);
        self.answers.truncate(mark.3);
    }

    /// Forgets everything and keeps the room.
    pub fn clear(&mut self) {
        self.back_to((0, 0, 0, 0));
    }

    /// Each fact once, in the order first read.
    pub fn tidy(&mut self) {
        once(&mut self.facts);
        once(&mut self.missing);
        once(&mut self.sheets);
        once(&mut self.answers);
    }
}

/// Keeps the first of equal items. Most lists are short, so that looking back costs less than hashing.
fn once<T: Copy + Eq + std::hash::Hash>(items: &mut Vec<T>) {
    if items.len() > 64 {
        let mut seen = std::collections::HashSet::with_capacity(items.len());
        items.retain(|item| seen.insert(*item));
        return;
    }
    let mut kept = 0;
    for index in 0..items.len() {
        let Some(item) = items.get(index).copied() else { break };
        if !items.iter().take(kept).any(|held| *held == item) {
            if let Some(slot) = items.get_mut(kept) {
                *slot = item;
            }
            kept += 1;
        }
    }
    items.truncate(kept);
}

/// A value while it is computed.
#[derive(Clone, Debug)]
enum V<'a> {
    Unknown,
    Null,
    Bool(bool),
    Int(i64),
    Num(f64),
    Text(&'a str),
    Date(Date),
    Sym(u16),
    Record(RecordId),
    List(&'a [Val]),
    Made(Vec<V<'a>>),
}

/// The object and, inside quantifiers, their members: a chain on the stack.
struct Locals<'a, 'o> {
    value: V<'a>,
    depth: u16,
    outer: Option<&'o Locals<'a, 'o>>,
}

impl<'a> Locals<'a, '_> {
    fn with(&self, value: V<'a>) -> Locals<'a, '_> {
        Locals { value, depth: self.depth.saturating_add(1), outer: Some(self) }
    }

    /// The value at a depth, the object's being 0.
    fn get(&self, depth: u16) -> V<'a> {
        let mut at = Some(self);
        while let Some(held) = at {
            if held.depth == depth {
                return held.value.clone();
            }
            at = held.outer;
        }
        V::Unknown
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Eval<'a> {
    pub facts: &'a Facts,
    pub procedures: &'a [Procedure],
    pub sheets: &'a Sheets,
    /// The answers of the worksheet whose rule is evaluated: the procedure and the record that holds its factors.
    pub sheet: Option<(u16, RecordId)>,
    pub as_of: Date,
    /// Answers to the steps of the leaf under judgement.
    pub answers: &'a [Option<u16>],
    pub leaf: usize,
    pub object: RecordId,
}

impl<'a> Eval<'a> {
    /// Evaluates a condition for the object.
    pub fn condition(&self, expr: &'a Expr, trace: &mut Trace) -> Kleene {
        self.truth(expr, &Locals { value: V::Record(self.object), depth: 0, outer: None }, trace)
    }

    fn truth(&self, expr: &'a Expr, locals: &Locals<'a, '_>, trace: &mut Trace) -> Kleene {
        match expr {
            Expr::And(parts) => self.junction(parts, Kleene::False, locals, trace),
            Expr::Or(parts) => self.junction(parts, Kleene::True, locals, trace),
            Expr::Not(inner) => !self.truth(inner, locals, trace),
            Expr::Named(_, inner) => self.truth(inner, locals, trace),
            Expr::Worksheet(object, procedure) => match self.value(object, locals, trace) {
                V::Record(object) => self.worksheet(*procedure, object, trace),
                V::Unknown => Kleene::Unknown,
                _ => Kleene::False,
            },
            Expr::Weighing => self.weighing(trace),
            Expr::Cmp(op, a, b) => {
                let a = self.value(a, locals, trace);
                let b = self.value(b, locals, trace);
                compare(*op, &a, &b)
            }
            Expr::In(item, list) => self.member(item, list, locals, trace),
            Expr::Quant(quant, list, _, body) => self.quantified(*quant, list, body, locals, trace),
            Expr::If(condition, a, b) => match self.truth(condition, locals, trace) {
                Kleene::True => self.truth(a, locals, trace),
                Kleene::False => self.truth(b, locals, trace),
                Kleene::Unknown => {
                    let (a, b) = (self.truth(a, locals, trace), self.truth(b, locals, trace));
                    if a == b { a } else { Kleene::Unknown }
                }
            },
            Expr::Call(func @ (Func::Contains | Func::StartsWith), text, part) => {
                let (text, part) = (self.value(text, locals, trace), self.value(part, locals, trace));
                match (text, part) {
                    (V::Unknown, _) | (_, V::Unknown) => Kleene::Unknown,
                    (V::Text(text), V::Text(part)) => Kleene::known(match func {
                        Func::Contains => text.contains(part),
                        _ => text.starts_with(part),
                    }),
                    _ => Kleene::False,
                }
            }
            other => match self.value(other, locals, trace) {
                V::Unknown => Kleene::Unknown,
                V::Bool(value) => Kleene::known(value),
                // `none` where a truth value stands: there is no such thing, so it is not so.
                _ => Kleene::False,
            },
        }
    }

    /// Conjunction (`decides` false) or disjunction (`decides` true). Where one part decides, only its trace stays.
    fn junction(&self, parts: &'a [Expr], decides: Kleene, locals: &Locals<'a, '_>, trace: &mut Trace) -> Kleene {
        let start = trace.mark();
        let mut result = !decides;
        for part in parts {
            let before = trace.mark();
            let value = self.truth(part, locals, trace);
            if value == decides {
                trace.forget(start, before);
                return decides;
            }
            if value == Kleene::Unknown {
                result = Kleene::Unknown;
            }
        }
        result
    }

    fn quantified(
        &self,
        quant: Quant,
        list: &'a Expr,
        body: &'a Expr,
        locals: &Locals<'a, '_>,
        trace: &mut Trace,
    ) -> Kleene {
        let list = self.value(list, locals, trace);
        let Some(length) = length(&list) else { return Kleene::Unknown };
        let start = trace.mark();
        let (mut trues, mut unknowns) = (0usize, 0usize);
        for index in 0..length {
            let before = trace.mark();
            let value = self.truth(body, &locals.with(item(&list, index)), trace);
            match (quant, value) {
                (Quant::All, Kleene::False) => {
                    trace.forget(start, before);
                    return Kleene::False;
                }
                (Quant::Exists, Kleene::True) => {
                    trace.forget(start, before);
                    return Kleene::True;
                }
                (_, Kleene::True) => trues += 1,
                (_, Kleene::Unknown) => unknowns += 1,
                (_, Kleene::False) => {}
            }
        }
        match quant {
            Quant::One if trues > 1 => Kleene::False,
            _ if unknowns > 0 => Kleene::Unknown,
            Quant::One => Kleene::known(trues == 1),
            Quant::All => Kleene::True,
            Quant::Exists => Kleene::False,
        }
    }

    fn member(&self, needle: &'a Expr, list: &'a Expr, locals: &Locals<'a, '_>, trace: &mut Trace) -> Kleene {
        let needle = self.value(needle, locals, trace);
        let list = self.value(list, locals, trace);
        let Some(length) = length(&list) else { return Kleene::Unknown };
        if length == 0 {
            return Kleene::False;
        }
        (0..length).fold(Kleene::False, |found, index| found.or(compare(Cmp::Eq, &needle, &item(&list, index))))
    }

    fn value(&self, expr: &'a Expr, locals: &Locals<'a, '_>, trace: &mut Trace) -> V<'a> {
        match expr {
            Expr::Bool(value) => V::Bool(*value),
            Expr::Int(value) => V::Int(*value),
            Expr::Num(value) => V::Num(*value),
            Expr::Text(text) => V::Text(text),
            Expr::Date(date) => V::Date(*date),
            Expr::Sym(index) => V::Sym(*index),
            Expr::Null => V::Null,
            Expr::AsOf => V::Date(self.as_of),
            Expr::Root => V::Record(0),
            Expr::Local(index) => locals.get(*index),
            Expr::List(items) => V::Made(items.iter().map(|part| self.value(part, locals, trace)).collect()),
            Expr::Step(index) => match self.answers.get(*index as usize).copied().flatten() {
                Some(answer) => {
                    trace.answers.push((self.leaf, *index));
                    V::Sym(answer)
                }
                None => {
                    trace.missing.push(Missing::Step(self.leaf, self.object, *index));
                    V::Unknown
                }
            },
            Expr::Finding(factor) => self.found(*factor, trace).map_or(V::Unknown, V::Sym),
            Expr::Field(inner, field) => match self.value(inner, locals, trace) {
                V::Record(record) => self.read(record, *field, trace),
                V::Unknown => V::Unknown,
                _ => V::Null,
            },
            Expr::Named(_, inner) => self.value(inner, locals, trace),
            Expr::Size(list) => match self.value(list, locals, trace) {
                V::Text(text) => V::Int(i64::try_from(text.chars().count()).unwrap_or(i64::MAX)),
                list => length(&list).map_or(V::Unknown, |size| V::Int(i64::try_from(size).unwrap_or(i64::MAX))),
            },
            Expr::If(condition, a, b) => match self.truth(condition, locals, trace) {
                Kleene::True => self.value(a, locals, trace),
                Kleene::False => self.value(b, locals, trace),
                Kleene::Unknown => V::Unknown,
            },
            Expr::Filter(list, _, body) => {
                let list = self.value(list, locals, trace);
                let Some(length) = length(&list) else { return V::Unknown };
                let mut kept = Vec::new();
                let mut unknown = false;
                for index in 0..length {
                    let one = locals.with(item(&list, index));
                    match self.truth(body, &one, trace) {
                        Kleene::True => kept.push(one.value),
                        Kleene::False => {}
                        Kleene::Unknown => unknown = true,
                    }
                }
                // A list of which not every member is known is not known: its size could be anything up to all.
                if unknown { V::Unknown } else { V::Made(kept) }
            }
            Expr::Map(list, _, body) => {
                let list = self.value(list, locals, trace);
                let Some(length) = length(&list) else { return V::Unknown };
                let mut made = Vec::with_capacity(length);
                for index in 0..length {
                    made.push(self.value(body, &locals.with(item(&list, index)), trace));
                }
                V::Made(made)
            }
            Expr::Call(func @ (Func::Add | Func::Sub | Func::Days | Func::Workdays), a, b) => {
                let (a, b) = (self.value(a, locals, trace), self.value(b, locals, trace));
                match (func, &a, &b) {
                    (Func::Workdays, V::Date(from), V::Date(to)) => match calendar::workdays(*from, *to) {
                        Ok(days) => V::Int(days),
                        Err(calendar::NoData(year)) => {
                            trace.missing.push(Missing::Holidays(year));
                            V::Unknown
                        }
                    },
                    _ => arithmetic(*func, &a, &b),
                }
            }
            truth => match self.truth(truth, locals, trace) {
                Kleene::True => V::Bool(true),
                Kleene::False => V::Bool(false),
                Kleene::Unknown => V::Unknown,
            },
        }
    }

    /// The conclusion of an object's worksheet.
    pub fn worksheet(&self, index: u16, object: RecordId, trace: &mut Trace) -> Kleene {
        self.concluded(index, object, None, trace)
    }

    /// The same, by a rule changed for the proof.
    pub fn concluded(&self, index: u16, object: RecordId, rule: Option<&'a Expr>, trace: &mut Trace) -> Kleene {
        trace.sheets.push((index, object));
        if let Some(assumed) = self.sheets.assumed(index) {
            if assumed == Kleene::Unknown {
                trace.missing.push(Missing::Worksheet(index, object));
            }
            return assumed;
        }
        let (Some(sheet), Some(procedure)) = (self.sheets.of(index, object), self.procedures.get(index as usize))
        else {
            trace.missing.push(Missing::Worksheet(index, object));
            return Kleene::Unknown;
        };
        let Val::Record(part) = self.facts.val(self.facts.get(sheet, procedure.places.part)) else {
            return Kleene::Unknown;
        };
        // Nobody's worksheet concludes nothing.
        let by = self.stated(sheet, procedure.places.by, trace);
        let on = self.stated(sheet, procedure.places.on, trace);
        let inner = Eval { sheet: Some((index, *part)), object, ..*self };
        match inner.condition(rule.unwrap_or(&procedure.rule), trace) {
            known if by && on => known,
            _ => Kleene::Unknown,
        }
    }

    /// Whether a field says something: known, not `none`, not blank. What is not there is missing.
    fn stated(&self, record: RecordId, field: FieldId, trace: &mut Trace) -> bool {
        let fact = self.facts.get(record, field);
        let says = fact != 0
            && match self.facts.val(fact) {
                Val::None => false,
                Val::Text(text) => !text.trim().is_empty(),
                _ => true,
            };
        if says {
            trace.facts.push(fact);
        } else {
            trace.missing.push(Missing::Fact(record, field));
        }
        says
    }

    /// What the worksheet finds about a factor. A finding without a reason is no finding.
    fn found(&self, factor: u16, trace: &mut Trace) -> Option<u16> {
        let (index, part) = self.sheet?;
        let places = &self.procedures.get(index as usize)?.places;
        let field = *places.factors.get(factor as usize)?;
        let Val::Record(answer) = self.facts.val(self.facts.get(part, field)) else {
            trace.missing.push(Missing::Fact(part, field));
            return None;
        };
        let [finding, reason, ..] = places.answer;
        let found = self.stated(*answer, finding, trace);
        let reasoned = self.stated(*answer, reason, trace);
        match self.facts.val(self.facts.get(*answer, finding)) {
            Val::Sym(found_as) if found && reasoned => Some(*found_as),
            _ => None,
        }
    }

    /// What a named person concluded on weighing the factors, with a reason and a date.
    fn weighing(&self, trace: &mut Trace) -> Kleene {
        let Some((index, part)) = self.sheet else { return Kleene::Unknown };
        let Some(places) = self.procedures.get(index as usize).map(|procedure| &procedure.places) else {
            return Kleene::Unknown;
        };
        let Val::Record(weighed) = self.facts.val(self.facts.get(part, places.weighing)) else {
            trace.missing.push(Missing::Fact(part, places.weighing));
            return Kleene::Unknown;
        };
        let mut whole = true;
        for field in places.weighed {
            whole &= self.stated(*weighed, field, trace);
        }
        let [conclusion, ..] = places.weighed;
        match self.facts.val(self.facts.get(*weighed, conclusion)) {
            Val::Sym(concluded) if whole => Kleene::known(*concluded == 0),
            _ => Kleene::Unknown,
        }
    }

    fn read(&self, record: RecordId, field: FieldId, trace: &mut Trace) -> V<'a> {
        let fact = self.facts.get(record, field);
        if fact == 0 {
            trace.missing.push(Missing::Fact(record, field));
            return V::Unknown;
        }
        let value = of(self.facts.val(fact));
        if !matches!(value, V::Record(_)) {
            trace.facts.push(fact);
        }
        value
    }
}

fn of(val: &Val) -> V<'_> {
    match val {
        Val::None => V::Null,
        Val::Bool(value) => V::Bool(*value),
        Val::Int(value) => V::Int(*value),
        Val::Num(value) => V::Num(*value),
        Val::Text(text) => V::Text(text),
        Val::Date(date) => V::Date(*date),
        Val::Sym(index) => V::Sym(*index),
        Val::Record(record) => V::Record(*record),
        Val::List(items) => V::List(items),
    }
}

/// Length of a list; `None` when it is not known. `none` is an empty list.
fn length(list: &V<'_>) -> Option<usize> {
    match list {
        V::Unknown => None,
        V::List(items) => Some(items.len()),
        V::Made(items) => Some(items.len()),
        _ => Some(0),
    }
}

fn item<'a>(list: &V<'a>, index: usize) -> V<'a> {
    match list {
        V::List(items) => items.get(index).map_or(V::Unknown, of),
        V::Made(items) => items.get(index).cloned().unwrap_or(V::Unknown),
        _ => V::Unknown,
    }
}

fn compare(op: Cmp, a: &V<'_>, b: &V<'_>) -> Kleene {
    use std::cmp::Ordering;
    let order: Option<Ordering> = match (a, b) {
        (V::Unknown, _) | (_, V::Unknown) => return Kleene::Unknown,
        (V::Int(a), V::Int(b)) => Some(a.cmp(b)),
        #[expect(clippy::cast_precision_loss, reason = "facts are bounded to 2^53, where doubles are exact")]
        (V::Int(a), V::Num(b)) => (*a as f64).partial_cmp(b),
        #[expect(clippy::cast_precision_loss, reason = "facts are bounded to 2^53, where doubles are exact")]
        (V::Num(a), V::Int(b)) => a.partial_cmp(&(*b as f64)),
        (V::Num(a), V::Num(b)) => a.partial_cmp(b),
        (V::Date(a), V::Date(b)) => Some(a.cmp(b)),
        (V::Text(a), V::Text(b)) => Some(a.cmp(b)),
        (V::Sym(a), V::Sym(b)) => Some(a.cmp(b)),
        (V::Record(a), V::Record(b)) => Some(a.cmp(b)),
        (V::Bool(a), V::Bool(b)) => Some(a.cmp(b)),
        (V::Bool(a), V::Null) => Some(a.cmp(&false)),
        (V::Null, V::Bool(b)) => Some(false.cmp(b)),
        (V::Null, V::Null) => Some(Ordering::Equal),
        _ => None,
    };
    let ordered = !matches!(op, Cmp::Eq | Cmp::Ne);
    let Some(order) = order.filter(|_| !ordered || !matches!((a, b), (V::Null, _) | (_, V::Null))) else {
        return Kleene::known(op == Cmp::Ne);
    };
    Kleene::known(match op {
        Cmp::Eq => order == Ordering::Equal,
        Cmp::Ne => order != Ordering::Equal,
        Cmp::Lt => order == Ordering::Less,
        Cmp::Le => order != Ordering::Greater,
        Cmp::Gt => order == Ordering::Greater,
        Cmp::Ge => order != Ordering::Less,
    })
}

fn arithmetic<'a>(func: Func, a: &V<'a>, b: &V<'a>) -> V<'a> {
    match (func, a, b) {
        (_, V::Unknown, _) | (_, _, V::Unknown) => V::Unknown,
        (Func::Add, V::Int(a), V::Int(b)) => V::Int(a.saturating_add(*b)),
        (Func::Sub, V::Int(a), V::Int(b)) => V::Int(a.saturating_sub(*b)),
        (Func::Add | Func::Sub, V::Date(date), V::Int(days)) => {
            let days = i32::try_from(*days).unwrap_or(i32::MAX);
            V::Date(Date(if func == Func::Add { date.0.saturating_add(days) } else { date.0.saturating_sub(days) }))
        }
        (Func::Days, V::Date(a), V::Date(b)) => V::Int(i64::from(b.0) - i64::from(a.0)),
        (Func::Add | Func::Sub, a, b) => match (number(a), number(b)) {
            (Some(a), Some(b)) => V::Num(if func == Func::Add { a + b } else { a - b }),
            _ => V::Null,
        },
        _ => V::Null,
    }
}

fn number(value: &V<'_>) -> Option<f64> {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "facts are bounded to 2^53, where doubles are exact")]
        V::Int(value) => Some(*value as f64),
        V::Num(value) => Some(*value),
        _ => None,
    }
}
