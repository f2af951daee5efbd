//! Packs' own checks: CEL over an event and the state of its individual at that moment, evaluated event by event.
//!
//! Everything an expression can read is there when it runs: what the row leaves empty is null, and a check whose tables
//! were not given is not made. So the logic has two values; that a table is missing is told by the check's status.

mod code;

use super::class::Class;
use super::eval::{Event, Moment};
use super::worker::Context;
use crate::checks::{Check, Definition};
use crate::error::{Error, Result};
use crate::schema::{Method, Stage, Table, country, events as c, split_types};
use crate::state::key::Key;
use crate::state::vocab::{method_of, stage_of};
use crate::time::{HOUR, shanghai_day};
use std::cell::OnceCell;
use zhunsheng_catalogue::expr::{Cmp, Expr, Func, Quant};
use zhunsheng_catalogue::{RecordCheck, path};
use zhunsheng_dossier::{Date, Schema};
use zhunsheng_source::Text;

use code::{Code, V, compile, truth};

/// A pack's own check, its names resolved.
#[derive(Debug, Clone)]
pub struct Own {
    examine: Option<Code>,
    violation: Code,
    /// Columns of events it reads, one bit each: events of a file that lacks one are not examined.
    reads: u64,
}

/// What an expression can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Var {
    Activity,
    Stage,
    Purpose,
    Types,
    Recipient,
    Country,
    Operator,
    Method,
    Day,
    Hour,
    AgeDays,
    Declared,
    Basis,
    Abroad,
    Sensitive,
    Biometric,
    Given,
    Separate,
    Written,
    Guardian,
    Implied,
    Refused,
    Withdrawn,
    JustInTime,
    PolicyNotice,
    Under14,
    Granted,
}

fn var(names: &[&str]) -> Option<Var> {
    Some(match names {
        ["event", name] => match *name {
            "activity" => Var::Activity,
            "stage" => Var::Stage,
            "purpose" => Var::Purpose,
            "types" => Var::Types,
            "recipient" => Var::Recipient,
            "country" => Var::Country,
            "operator" => Var::Operator,
            "method" => Var::Method,
            "day" => Var::Day,
            "hour" => Var::Hour,
            "age_days" => Var::AgeDays,
            "declared" => Var::Declared,
            "basis" => Var::Basis,
            "abroad" => Var::Abroad,
            "sensitive" => Var::Sensitive,
            "biometric" => Var::Biometric,
            _ => return None,
        },
        ["state", "consent", name] => match *name {
            "given" => Var::Given,
            "separate" => Var::Separate,
            "written" => Var::Written,
            "guardian" => Var::Guardian,
            "implied" => Var::Implied,
            "refused" => Var::Refused,
            "withdrawn" => Var::Withdrawn,
            _ => return None,
        },
        ["state", "notice", "just_in_time"] => Var::JustInTime,
        ["state", "notice", "policy"] => Var::PolicyNotice,
        ["state", "person", "under_14"] => Var::Under14,
        ["state", "operator", "granted"] => Var::Granted,
        _ => return None,
    })
}

impl Own {
    /// Resolves the names of a check.
    ///
    /// # Errors
    /// The catalogue's schema of events has a field that this version does not know.
    pub fn new(check: &RecordCheck, schema: &Schema) -> Result<Option<Self>> {
        let Some(own) = &check.own else { return Ok(None) };
        let code = |expr: &Expr| {
            compile(expr, schema).map_err(|what| {
                let mend = Text::new(
                    "请用 catalogue/records/event.yaml 中的字段",
                    "use the fields of catalogue/records/event.yaml",
                );
                Error::config(format!("check `{}`", check.id), what, mend)
            })
        };
        let events = Definition::own(check).columns;
        let columns = events.iter().filter_map(|c| Table::Events.index(c.strip_prefix("events.")?));
        Ok(Some(Self {
            examine: own.examine.as_ref().map(code).transpose()?,
            violation: code(&own.violation)?,
            reads: columns.fold(0, |set, i| set | 1 << i),
        }))
    }

    /// Whether an event is examined, and whether it is a violation.
    fn decide(&self, read: &dyn Read) -> (bool, bool) {
        // Loop variables are numbered from 1; 0 is an object under judgement, which there is none of here.
        let mut locals = vec![V::Null];
        let examined = self.examine.as_ref().is_none_or(|code| truth(code, read, &mut locals));
        (examined, examined && truth(&self.violation, read, &mut locals))
    }
}

/// Gives values to variables.
trait Read {
    fn read(&self, var: Var) -> V;
}

/// An event of the log and the state of its individual, worked out when it is asked for.
struct Row<'a> {
    class: &'a Class,
    event: &'a Event,
    texts: &'a dyn Fn(usize) -> Option<&'a str>,
    moment: OnceCell<Moment>,
    work_out: &'a dyn Fn() -> Moment,
}

impl Row<'_> {
    fn text(&self, column: usize) -> V {
        (self.texts)(column).map_or(V::Null, |t| V::Text(t.into()))
    }

    fn moment(&self) -> &Moment {
        self.moment.get_or_init(self.work_out)
    }
}

impl Read for Row<'_> {
    fn read(&self, var: Var) -> V {
        let class = self.class;
        match var {
            Var::Activity => self.text(c::ACTIVITY),
            Var::Purpose => self.text(c::PURPOSE),
            Var::Recipient => self.text(c::RECIPIENT),
            Var::Country => (self.texts)(c::COUNTRY).map_or(V::Null, |t| V::Text(country(t).into())),
            Var::Operator => self.text(c::OPERATOR),
            Var::Stage => stage_of(class.combo.stage).map_or(V::Null, |s: Stage| V::Sym(s as u16)),
            Var::Method => method_of(class.combo.method).map_or(V::Null, |m: Method| V::Sym(m as u16)),
            Var::Types => {
                V::List(split_types((self.texts)(c::TYPES).unwrap_or_default()).map(|t| V::Text(t.into())).collect())
            }
            Var::Day => V::Date(shanghai_day(self.event.ts) as i32),
            Var::Hour => V::Num(((self.event.ts + crate::time::SHANGHAI).rem_euclid(24 * HOUR) / HOUR) as f64),
            Var::AgeDays if self.event.collected == crate::input::NO_TIME => V::Null,
            Var::AgeDays => V::Num((self.event.ts - self.event.collected).div_euclid(24 * HOUR) as f64),
            Var::Declared => V::Bool(class.act.is_some()),
            Var::Basis => self.moment().basis.map_or(V::Null, |b| V::Sym(b as u16)),
            Var::Abroad => V::Bool(class.abroad),
            Var::Sensitive => V::Bool(class.sensitive | class.biometric != 0),
            Var::Biometric => V::Bool(class.biometric != 0),
            Var::Given => V::Bool(self.moment().given),
            Var::Separate => V::Bool(self.moment().separate),
            Var::Written => V::Bool(self.moment().written),
            Var::Guardian => V::Bool(self.moment().guardian),
            Var::Implied => V::Bool(self.moment().implied),
            Var::Refused => V::Bool(self.moment().refused),
            Var::Withdrawn => V::Bool(self.moment().withdrawn),
            Var::JustInTime => V::Bool(self.moment().just_in_time),
            Var::PolicyNotice => V::Bool(self.moment().policy_notice),
            Var::Under14 => self.moment().under_14.map_or(V::Null, V::Bool),
            Var::Granted => V::Bool(self.moment().granted),
        }
    }
}

/// Checks of packs that an event violates, as bits; counts those it is examined for in its class.
pub(crate) fn judge<'a>(
    context: &Context<'_>,
    class: &mut Class,
    event: &Event,
    key: Key,
    slot: Option<u32>,
    texts: &dyn Fn(usize) -> Option<&'a str>,
) -> u64 {
    let _ = key;
    if class.own.is_empty() {
        class.own = vec![0; context.own.len()].into();
    }
    let mut counted = std::mem::take(&mut class.own);
    let mut violates = 0;
    {
        let work_out = || Moment::of(context.state, class, event, slot);
        // The texts live as long as the batch; a row only borrows them.
        let texts = |c: usize| texts(c);
        let row = Row { class, event, texts: &texts, moment: OnceCell::new(), work_out: &work_out };
        for (i, own) in context.own.iter().enumerate() {
            let bit = 1u64 << (Check::ALL.len() + i);
            if context.enabled & bit == 0 || own.reads & class.absent != 0 {
                continue;
            }
            let (examined, bad) = own.decide(&row);
            if let Some(n) = counted.get_mut(i) {
                *n += u64::from(examined);
            }
            violates |= if bad { bit } else { 0 };
        }
    }
    class.own = std::mem::take(&mut counted);
    violates
}

/// An example of a check: `event` and `state` as stated, the rest null.
struct Stated<'a>(&'a zhunsheng_source::Node, &'a Schema);

impl Read for Stated<'_> {
    fn read(&self, wanted: Var) -> V {
        use zhunsheng_dossier::Type;
        fn find(
            node: &zhunsheng_source::Node,
            schema: &Schema,
            shape: u16,
            names: &mut Vec<String>,
            wanted: Var,
        ) -> Option<V> {
            for (key, value) in node.entries() {
                let Some((_, field)) = schema.shape(shape).field(&key.name) else { continue };
                names.push(key.name.clone());
                let parts: Vec<&str> = names.iter().map(String::as_str).collect();
                let found = match field.ty {
                    Type::Object(inner) => find(value, schema, inner, names, wanted),
                    _ if var(&parts) == Some(wanted) => Some(stated(value, field)),
                    _ => None,
                };
                if found.is_some() {
                    return found;
                }
                names.pop();
            }
            None
        }
        find(self.0, self.1, 0, &mut Vec::new(), wanted).unwrap_or(V::Null)
    }
}

fn stated(node: &zhunsheng_source::Node, field: &zhunsheng_dossier::Field) -> V {
    use zhunsheng_dossier::Type;
    if field.list {
        return V::List(node.items().iter().filter_map(|one| one.text()).map(|t| V::Text(t.into())).collect());
    }
    let Some(text) = node.text().filter(|_| !node.is_unknown() && !node.is_none()) else { return V::Null };
    match &field.ty {
        Type::Bool => V::Bool(text == "true"),
        Type::Int | Type::Number => text.parse().map_or(V::Null, V::Num),
        Type::Date => Date::parse(text).map_or(V::Null, |d| V::Date(d.0)),
        Type::Enum(values) => values.get_index_of(text).map_or(V::Null, |i| V::Sym(i as u16)),
        _ => V::Text(text.into()),
    }
}

/// What an example of a check comes to: whether it is examined, and whether it is a violation.
#[must_use]
pub fn try_out(own: &Own, facts: &zhunsheng_source::Node, schema: &Schema) -> (bool, bool) {
    own.decide(&Stated(facts, schema))
}
