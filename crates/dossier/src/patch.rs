//! Facts changed at a path: `activities.order.retention.days`, `products.app.items[0].shown`, or a whole object
//! `notices.another`. What a violation matrix and any other “what if” is made of.

use zhunsheng_source::{Diagnostic, Diagnostics, Node, Value};

use crate::build::Builder;
use crate::facts::{Facts, RecordId, Val};
use crate::schema::{Schema, Type, valid_id};

/// How a value is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// In place of what is there.
    Set,
    /// As further items of a list.
    Add,
    /// Items taken out of a list.
    Drop,
}

/// One change.
#[derive(Clone, Debug)]
pub struct Change {
    /// Where.
    pub path: String,
    /// How.
    pub edit: Edit,
    /// What.
    pub value: Node,
}

/// The facts with changes made. Written values are read like those of a dossier; `unknown` takes a fact away.
/// The records that were there keep their numbers.
///
/// # Errors
/// Every path that leads nowhere, every value that does not fit, and every item to be dropped that is not there.
pub fn changed(schema: &Schema, facts: &Facts, changes: &[Change]) -> Result<Facts, Diagnostics> {
    let mut builder = Builder::over(schema, facts.clone());
    // Objects first, so that what is said of others may refer to them.
    let whole = |path: &str| path.split('.').count() == 2;
    changes.iter().filter(|change| whole(&change.path)).for_each(|change| builder.put(change));
    changes.iter().filter(|change| !whole(&change.path)).for_each(|change| builder.put(change));
    builder.finish()
}

/// A step of a path: a name, and the position in a list where one is given.
fn step(text: &str) -> Option<(&str, Option<usize>)> {
    match text.split_once('[') {
        None => Some((text, None)),
        Some((name, rest)) => Some((name, Some(rest.strip_suffix(']')?.parse().ok()?))),
    }
}

impl<'a> Builder<'a> {
    fn put(&mut self, change: &'a Change) {
        if self.try_put(change).is_none() {
            let path = &change.path;
            self.problems.push(Diagnostic::error(
                change.value.at,
                format!("路径 `{path}` 不存在，或不能这样改"),
                format!("there is no path `{path}`, or it cannot be changed like this"),
            ));
        }
    }

    fn try_put(&mut self, change: &'a Change) -> Option<()> {
        let schema = self.schema;
        let node = &change.value;
        let mut steps = change.path.split('.').peekable();
        let key = steps.next()?;
        let (root, declared) = schema.shape(0).field(key)?;
        let Type::Object(shape) = declared.ty else { return None };
        let mut record: RecordId = if declared.list {
            let id = steps.next()?;
            match self.facts.object(shape, id) {
                Some(record) => record,
                None => {
                    if steps.peek().is_some() || !valid_id(id) || !matches!(node.value, Value::Map(_)) {
                        return None;
                    }
                    self.add(root, shape, id, node);
                    return Some(());
                }
            }
        } else {
            match self.facts.val(self.facts.get(0, root)) {
                Val::Record(record) => *record,
                _ => return None,
            }
        };
        loop {
            let (name, position) = step(steps.next()?)?;
            let shape = self.facts.shape(record);
            let (field, declared) = schema.shape(shape).field(name)?;
            if declared.computed.is_some() {
                return None;
            }
            if steps.peek().is_none() && position.is_none() {
                let held = self.facts.get(record, field);
                if change.edit != Edit::Set {
                    let Val::List(items) = self.facts.val(held) else { return None };
                    let mut items = items.to_vec();
                    let Val::List(named) = self.value(record, name, declared, node)? else { return None };
                    for one in named {
                        let place = items.iter().position(|item| *item == one);
                        match (change.edit, place) {
                            (Edit::Drop, Some(place)) => drop(items.remove(place)),
                            (Edit::Drop, None) => return None,
                            _ => items.push(one),
                        }
                    }
                    self.facts.state(record, field, Val::List(items.into()), node.at);
                } else if node.is_unknown() {
                    if held != 0 {
                        self.facts.forget(held);
                    }
                } else if let Some(val) = self.value(record, name, declared, node) {
                    self.facts.state(record, field, val, node.at);
                }
                return Some(());
            }
            record = match (self.facts.val(self.facts.get(record, field)), position) {
                (Val::Record(inner), None) => *inner,
                (Val::List(items), Some(position)) => match items.get(position)? {
                    Val::Record(inner) => *inner,
                    _ => return None,
                },
                _ => return None,
            };
        }
    }
}
