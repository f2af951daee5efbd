//! Which side of a disagreement is the odd one out.

use super::judge::BOTH;
use super::retention::{self, Period};
use super::{Aspect, Side, SideValue};

/// What a side says, so far as it can be compared.
#[derive(PartialEq)]
enum State<'a> {
    Absent,
    Value(&'a str),
    Period(Period),
}

/// The side that stands alone against two that agree; every side that was compared where no two agree.
pub(super) fn odd(aspect: Aspect, sides: &[SideValue]) -> Vec<Side> {
    // A policy that contradicts itself is at odds whatever the others say.
    if aspect == Aspect::Denial && sides.iter().any(|s| s.value.as_deref() == Some(BOTH)) {
        return vec![Side::Said];
    }
    let states: Vec<(Side, State<'_>)> = sides.iter().filter_map(|s| Some((s.side, state(aspect, s)?))).collect();
    let alone = |side: &Side| {
        let mine = states.iter().find(|(s, _)| s == side).map(|(_, state)| state);
        let others: Vec<&State<'_>> = states.iter().filter(|(s, _)| s != side).map(|(_, state)| state).collect();
        others.len() == 2
            && others.first().zip(others.last()).is_some_and(|(a, b)| same(a, b))
            && mine.zip(others.first()).is_some_and(|(a, b)| !same(a, b))
    };
    let all: Vec<Side> = states.iter().map(|(side, _)| *side).collect();
    match all.iter().find(|side| alone(side)) {
        Some(side) => vec![*side],
        None => all,
    }
}

/// What is compared: for a value, what did not happen says nothing; for a period, only a side that names one does.
fn state(aspect: Aspect, side: &SideValue) -> Option<State<'_>> {
    // A place in the country is named only to say where the others part from it.
    let value = side.value.as_deref().filter(|value| aspect != Aspect::Country || *value != "CN");
    match (aspect, value) {
        (Aspect::Retention, None) => None,
        (Aspect::Retention, Some(text)) => retention::parse(text).map(State::Period),
        (Aspect::Presence | Aspect::Denial, value) => {
            // What is denied is not there, on that side.
            Some(if value == Some("yes") { State::Value("yes") } else { State::Absent })
        }
        (_, None) if side.side == Side::Done => None,
        (_, None) => Some(State::Absent),
        (_, Some(value)) => Some(State::Value(value)),
    }
}

fn same(a: &State<'_>, b: &State<'_>) -> bool {
    match (a, b) {
        (State::Period(a), State::Period(b)) => retention::same(*a, *b),
        (State::Value(_), State::Value(_)) => true,
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(aspect: Aspect, values: [Option<&str>; 3], expect: &[Side]) {
        let sides: Vec<SideValue> = [Side::Said, Side::OnRecord, Side::Done]
            .into_iter()
            .zip(values)
            .map(|(side, value)| SideValue {
                side,
                value: value.map(str::to_owned),
                at: Vec::new(),
                searched: Vec::new(),
            })
            .collect();
        assert_eq!(odd(aspect, &sides), expect, "{aspect:?} {values:?}");
    }

    #[test]
    fn the_odd_side() {
        check(Aspect::Presence, [None, Some("yes"), Some("yes")], &[Side::Said]);
        check(Aspect::Presence, [None, None, Some("yes")], &[Side::Done]);
        check(Aspect::Presence, [Some("yes"), None, Some("yes")], &[Side::OnRecord]);
        check(Aspect::Denial, [Some("denied"), None, Some("yes")], &[Side::Done]);
        check(Aspect::Denial, [Some("denied"), Some("yes"), Some("yes")], &[Side::Said]);
        check(Aspect::Denial, [Some("contradicted"), Some("yes"), Some("yes")], &[Side::Said]);
        check(Aspect::Denial, [Some("contradicted"), None, None], &[Side::Said]);
        check(Aspect::Retention, [Some("90天"), Some("90 天"), Some("400 天")], &[Side::Done]);
        check(Aspect::Retention, [Some("account-life"), Some("五年"), None], &[Side::Said, Side::OnRecord]);
        check(Aspect::Recipient, [None, None, Some("晨光广告")], &[Side::Done]);
        check(Aspect::Country, [Some("CN"), Some("CN"), Some("SG")], &[Side::Done]);
        check(Aspect::Country, [Some("CN"), Some("SG"), Some("SG")], &[Side::Said]);
        check(Aspect::Purpose, [None, Some("statistics"), None], &[Side::Said, Side::OnRecord]);
    }
}
