//! How many findings have which verdict.

use serde::Serialize;
use zhunsheng_dossier::Outcome;

/// Findings by verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Gaps.
    pub gap: usize,
    /// Undetermined.
    pub undetermined: usize,
    /// Conformant.
    pub conformant: usize,
    /// Not applicable.
    pub not_applicable: usize,
}

impl Counts {
    /// Counts one.
    pub fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Gap => self.gap += 1,
            Outcome::Undetermined => self.undetermined += 1,
            Outcome::Conformant => self.conformant += 1,
            Outcome::NotApplicable => self.not_applicable += 1,
        }
    }

    /// By verdict.
    pub fn of(&self, outcome: Outcome) -> usize {
        match outcome {
            Outcome::Gap => self.gap,
            Outcome::Undetermined => self.undetermined,
            Outcome::Conformant => self.conformant,
            Outcome::NotApplicable => self.not_applicable,
        }
    }

    /// All of them.
    pub fn all(&self) -> usize {
        self.applicable() + self.not_applicable
    }

    /// What applies or may apply.
    pub fn applicable(&self) -> usize {
        self.gap + self.undetermined + self.conformant
    }

    /// Over several objects: a gap with one is a gap, something open leaves it open.
    pub fn worst(&self) -> Outcome {
        let order = [Outcome::Gap, Outcome::Undetermined, Outcome::Conformant];
        order.into_iter().find(|outcome| self.of(*outcome) > 0).unwrap_or(Outcome::NotApplicable)
    }
}
