//! Lists, page by page.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zhunsheng_workspace::{Error, Row};

use super::problem::Problem;

/// Most items of a page.
pub(crate) const MOST: u16 = 200;
/// Items of a page where nothing is said.
const USUAL: u16 = 50;

/// A part of a list.
#[derive(Serialize, JsonSchema)]
pub(crate) struct List<T> {
    /// The items.
    pub items: Vec<T>,
    /// What to send as `cursor` for those that follow; null at the end.
    pub next: Option<String>,
}

/// Which part of a list.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Paging {
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// Most items to send.
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<u16>,
}

impl Paging {
    /// Most items to send.
    pub fn limit(&self) -> Result<usize, Problem> {
        let limit = self.limit.unwrap_or(USUAL);
        if limit == 0 || limit > MOST {
            return Err(Error::invalid("limit", format!("须在 1 至 {MOST} 之间"), format!("from 1 to {MOST}")).into());
        }
        Ok(usize::from(limit))
    }

    /// A cursor that is a number.
    pub fn after(&self) -> Result<Option<u64>, Problem> {
        self.cursor.as_deref().map(|cursor| cursor.parse().map_err(|_| lost(cursor))).transpose()
    }

    /// The part of records asked for. Records keep their place, so nothing is left out or comes twice while others write.
    pub fn rows<T>(&self, rows: Vec<Row<T>>) -> Result<List<Row<T>>, Problem> {
        let after = self.after()?.unwrap_or(0);
        let limit = self.limit()?;
        let mut items: Vec<Row<T>> = rows.into_iter().filter(|row| row.born > after).take(limit + 1).collect();
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|row| row.born.to_string());
        Ok(List { items, next })
    }

    /// The part of a list whose items have names, in its order.
    pub fn named<T>(&self, all: Vec<T>, name: impl Fn(&T) -> String) -> Result<List<T>, Problem> {
        let limit = self.limit()?;
        let start = match &self.cursor {
            None => 0,
            Some(cursor) => all.iter().position(|one| name(one) == *cursor).ok_or_else(|| lost(cursor))? + 1,
        };
        let mut items: Vec<T> = all.into_iter().skip(start).take(limit + 1).collect();
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(name);
        Ok(List { items, next })
    }
}

/// A cursor that leads nowhere (any more).
fn lost(cursor: &str) -> Problem {
    let cursor: String = cursor.chars().take(80).collect();
    Error::invalid("cursor", format!("没有 `{cursor}`：请从头读取"), format!("there is no `{cursor}`: begin again"))
        .into()
}
