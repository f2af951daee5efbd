//! Three values.

use zhunsheng_dossier::Outcome;

/// True, false, or not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kleene {
    /// False.
    False,
    /// Not known.
    Unknown,
    /// True.
    True,
}

impl Kleene {
    /// Conjunction: false wins, then unknown.
    pub fn and(self, other: Kleene) -> Kleene {
        match (self, other) {
            (Kleene::False, _) | (_, Kleene::False) => Kleene::False,
            (Kleene::True, Kleene::True) => Kleene::True,
            _ => Kleene::Unknown,
        }
    }

    /// Disjunction: true wins, then unknown.
    pub fn or(self, other: Kleene) -> Kleene {
        !(!self).and(!other)
    }

    /// From a truth value.
    pub fn known(value: bool) -> Kleene {
        if value { Kleene::True } else { Kleene::False }
    }

    /// Whether a requirement with this verdict is satisfied. What does not apply stands in nobody's way.
    pub fn satisfied(outcome: Outcome) -> Kleene {
        match outcome {
            Outcome::Conformant | Outcome::NotApplicable => Kleene::True,
            Outcome::Gap => Kleene::False,
            Outcome::Undetermined => Kleene::Unknown,
        }
    }
}

impl std::ops::Not for Kleene {
    type Output = Kleene;

    fn not(self) -> Kleene {
        match self {
            Kleene::False => Kleene::True,
            Kleene::Unknown => Kleene::Unknown,
            Kleene::True => Kleene::False,
        }
    }
}
