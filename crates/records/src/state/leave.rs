//! Operators who may do the same, told apart by one small number: there are many operators and few roles.

use super::Access;
use super::acts::{Act, Acts};
use super::vocab::{EMPTY, Vocab};
use std::collections::BTreeMap;

/// Most roles; an operator with another one is asked about event by event.
const MOST: usize = 256;

/// Roles of the operators.
#[derive(Debug, Default)]
pub struct Leave {
    /// Role by operator code.
    of: Vec<u16>,
    /// Per role: the declared activities with standing authority, and the grants on record.
    roles: Vec<(Vec<bool>, Vec<Access>)>,
}

impl Leave {
    /// Tells the operators apart.
    #[must_use]
    pub fn of(vocab: &Vocab, acts: &Acts, access: &[Vec<Access>]) -> Self {
        let mut numbers: BTreeMap<(Vec<bool>, Vec<Access>), u16> = BTreeMap::new();
        let mut leave = Self::default();
        for code in 0..vocab.operator.size() {
            let stands = |a: &Act| a.operators.as_ref().is_some_and(|o| o.has(code as u16));
            let mut grants = access.get(code).cloned().unwrap_or_default();
            grants.sort_unstable();
            let role = (acts.list.iter().map(stands).collect(), grants);
            let next = leave.roles.len();
            let number = match numbers.get(&role) {
                Some(&number) => number,
                None if next >= MOST => MOST as u16,
                None => {
                    leave.roles.push(role.clone());
                    *numbers.entry(role).or_insert(next as u16)
                }
            };
            leave.of.push(number);
        }
        leave
    }

    /// Role of an operator; for one without a role, one more than the last.
    #[inline]
    #[must_use]
    pub fn role(&self, operator: u16) -> usize {
        self.of.get(usize::from(operator)).map_or(self.roles.len(), |&role| usize::from(role))
    }

    /// Number of roles, with that of those who have none.
    #[must_use]
    pub fn roles(&self) -> usize {
        self.roles.len() + 1
    }

    /// A time, for each role, in which its operators may touch data of an activity in a stage: the longest one, empty where
    /// there is none. They may also have leave at other times.
    pub fn longest(&self, act: usize, activity: u16, stage: u16) -> impl Iterator<Item = (i64, i64)> {
        let one = move |(stands, grants): &(Vec<bool>, Vec<Access>)| {
            if stands.get(act) == Some(&true) {
                return (i64::MIN, i64::MAX);
            }
            let fits =
                |g: &&Access| (g.activity == EMPTY || g.activity == activity) && (g.stage == EMPTY || g.stage == stage);
            let spans = grants.iter().filter(fits).map(|g| (g.from, g.to));
            spans.max_by_key(|(from, to)| to.saturating_sub(*from)).unwrap_or((0, 0))
        };
        self.roles.iter().map(one).chain([(0, 0)])
    }
}
