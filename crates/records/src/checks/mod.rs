//! The checks: which there are, where they stand in the catalogue, and what they are called.
//!
//! Every check is defined twice on purpose: as SQL in `catalogue/records/*.yaml` (the readable definition) and in
//! [`crate::engine`]. The catalogue entry is also where its clause leaves, titles and reasons live, so that they exist once.

use crate::error::{Error, Result, unsettled};
use serde::Deserialize;
use std::collections::BTreeMap;
use zhunsheng_catalogue::RecordCheck;
pub use zhunsheng_source::Lang;
use zhunsheng_source::Text;

/// The catalogue files, in the order of the report.
pub const CATALOGUE: [(&str, &str); 6] = [
    ("consent.yaml", include_str!("../../../../catalogue/records/consent.yaml")),
    ("opt-out.yaml", include_str!("../../../../catalogue/records/opt-out.yaml")),
    ("scope.yaml", include_str!("../../../../catalogue/records/scope.yaml")),
    ("notice.yaml", include_str!("../../../../catalogue/records/notice.yaml")),
    ("rights.yaml", include_str!("../../../../catalogue/records/rights.yaml")),
    ("log.yaml", include_str!("../../../../catalogue/records/log.yaml")),
];

macro_rules! checks {
    ($($(#[$meta:meta])* $name:ident = $id:literal,)+) => {
        /// A check over the records.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Check { $($(#[$meta])* #[doc = $id] $name,)+ }
        impl Check {
            /// Every check, in the order of the report.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];
            /// Identifier.
            #[must_use]
            pub const fn id(self) -> &'static str { match self { $(Self::$name => $id,)+ } }
        }
    };
}

checks! {
    ConsentMissing = "consent.missing",
    ConsentImplied = "consent.implied",
    SeparateSensitive = "consent.separate-sensitive",
    SeparateBiometric = "consent.separate-biometric",
    SeparateProvision = "consent.separate-provision",
    SeparateDisclosure = "consent.separate-disclosure",
    SeparateTransfer = "consent.separate-transfer",
    SeparateCrossBorder = "consent.separate-cross-border",
    ConsentWritten = "consent.written",
    ConsentGuardian = "consent.guardian",
    ConsentStale = "consent.older-than-policy-change",
    ConsentUninformed = "consent.before-policy-published",
    AfterRefusal = "opt-out.after-refusal",
    AfterWithdrawal = "opt-out.after-withdrawal",
    PromptRepeated = "opt-out.prompt-repeated",
    KeptAfterWithdrawal = "deletion.after-withdrawal",
    KeptAfterRequest = "deletion.after-request",
    KeptAfterRetention = "deletion.after-retention",
    KeptAfterService = "deletion.after-service-end",
    ScopeActivity = "scope.activity",
    ScopeStage = "scope.stage",
    ScopePurpose = "scope.purpose",
    ScopeType = "scope.type",
    ScopeRecipient = "scope.recipient",
    ScopeCountry = "scope.country",
    ScopeOperator = "scope.operator",
    ScopeFrequency = "scope.frequency",
    PublicPlacePurpose = "scope.public-place-purpose",
    BiometricDisclosed = "scope.biometric-disclosed",
    NoticeCollection = "notice.before-collection",
    NoticeOnward = "notice.before-onward",
    PolicyFirst = "notice.policy-first",
    PolicyChange = "notice.policy-change",
    PolicyIndirect = "notice.policy-indirect",
    RightsLate = "rights.late",
    RightsNoReason = "rights.refused-without-reason",
    RightsRecipients = "rights.recipients-not-told",
    IncidentNotice = "incident.notice-late",
    LogFields = "log.fields-empty",
    LogGap = "log.gap",
    LogRetention = "log.retention",
}

impl Check {
    /// The check's bit in a set of checks.
    #[must_use]
    pub const fn bit(self) -> u64 {
        1 << self as u8
    }

    /// Check of an identifier.
    #[must_use]
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|c| c.id() == id)
    }
}

/// Catalogue entry of a check.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Identifier, as [`Check::id`].
    pub id: String,
    /// Title.
    pub title: Text,
    /// Leaves of the standard it bears on, such as `6.2.7.1a2`.
    pub leaves: Vec<String>,
    /// Tables without which nothing can be said.
    pub tables: Vec<String>,
    /// Columns without which an absence of violations proves nothing, as `table.column`.
    #[serde(default)]
    pub columns: Vec<String>,
    /// What one examined item is: `event`, `request`, `prompt`, `incident`, `hour` or `log`.
    pub unit: String,
    /// Why an item is a violation; `{}` stands for the particular.
    pub reason: Text,
    /// The check in SQL over the views of `views.yaml`: one row per violation, with the row's `file_no` and `row_no`.
    /// Empty for a pack's own check, whose definition is its CEL.
    pub sql: String,
    /// The set of examined items in SQL.
    #[serde(default)]
    pub examined: String,
}

impl Definition {
    /// A pack's own check, as the report shows it.
    #[must_use]
    pub fn own(check: &RecordCheck) -> Self {
        let (reason, sql) = match &check.own {
            Some(own) => (own.reason.clone(), String::new()),
            None => Default::default(),
        };
        Self {
            id: check.id.clone(),
            title: check.title.clone(),
            leaves: check.leaves.clone(),
            tables: check.tables.clone(),
            columns: check.own.as_ref().map(|own| asked(&own.sources)).unwrap_or_default(),
            unit: check.unit.clone(),
            reason,
            sql,
            examined: String::new(),
        }
    }
}

/// What a condition may ask, and the columns that the answer comes from. What scopes of decisions and notices name is told
/// apart when they are read.
const ASKED: [(&str, &[&str]); 24] = [
    ("event.activity", &["events.activity"]),
    ("event.declared", &["events.activity"]),
    ("event.basis", &["events.activity"]),
    ("event.stage", &["events.stage"]),
    ("event.purpose", &["events.purpose"]),
    ("event.types", &["events.types"]),
    ("event.sensitive", &["events.types"]),
    ("event.biometric", &["events.types"]),
    ("event.recipient", &["events.recipient"]),
    ("event.country", &["events.country"]),
    ("event.abroad", &["events.country", "events.stage"]),
    ("event.operator", &["events.operator"]),
    ("event.method", &["events.method"]),
    ("event.age_days", &["events.collected_at"]),
    ("state.consent.given", &["consents.explicit"]),
    ("state.consent.implied", &["consents.explicit", "consents.pre_ticked"]),
    ("state.consent.separate", &["consents.explicit", "consents.separate"]),
    ("state.consent.written", &["consents.explicit", "consents.written"]),
    ("state.consent.guardian", &["consents.explicit", "consents.guardian"]),
    // A consent that counts ends a refusal or a withdrawal.
    ("state.consent.refused", &["consents.explicit"]),
    ("state.consent.withdrawn", &["consents.explicit"]),
    // A notice that names nobody is told to everybody.
    ("state.notice.", &["notices.subject"]),
    ("state.operator.granted", &["events.activity", "events.operator"]),
    ("state.person.under_14", &["subjects.born"]),
];

/// Columns that conditions ask about, as written: what a file does not have is unknown, and proves nothing.
fn asked((examine, violation): &(String, String)) -> Vec<String> {
    let mut text = format!("{examine} {violation}");
    text.retain(|c| !c.is_whitespace());
    let columns = ASKED.iter().filter(|(name, _)| text.contains(name)).flat_map(|(_, columns)| *columns);
    let columns: std::collections::BTreeSet<&str> = columns.copied().collect();
    columns.into_iter().map(str::to_owned).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    checks: Vec<Definition>,
}

/// Reads the definitions that ship with the product.
///
/// # Errors
/// The catalogue is damaged; a test keeps that from shipping.
pub fn definitions() -> Result<Vec<Definition>> {
    let mut found: BTreeMap<Check, Definition> = BTreeMap::new();
    for (name, text) in CATALOGUE {
        let fail = |what: Text| {
            let mend = Text::new("请对照目录中的其他文件", "compare it with the other catalogue files");
            Error::config(format!("catalogue/records/{name}"), what, mend)
        };
        let file: File = serde_saphyr::from_str(text).map_err(|e| fail(unsettled(e.to_string())))?;
        for d in file.checks {
            let id = &d.id;
            let unknown =
                || fail(Text::new(format!("核验 `{id}` 没有程序实现"), format!("check `{id}` has no native form")));
            let check = Check::parse(id).ok_or_else(unknown)?;
            if found.insert(check, d).is_some() {
                let id = check.id();
                return Err(fail(Text::new(
                    format!("核验 `{id}` 定义了两次"),
                    format!("check `{id}` is defined twice"),
                )));
            }
        }
    }
    if let Some(missing) = Check::ALL.iter().find(|c| !found.contains_key(c)) {
        let id = missing.id();
        return Err(Error::config(
            "catalogue/records",
            Text::new(format!("核验 `{id}` 没有条目"), format!("check `{id}` has no entry")),
            Text::new("请连同 SQL 一并加入", "add it with its SQL"),
        ));
    }
    Ok(found.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_s_own_check_needs_the_columns_it_asks_about() {
        let of = |violation: &str| asked(&("true".to_owned(), violation.to_owned()));
        assert!(of("event.hour > 3").is_empty());
        assert_eq!(of("event.hour > 3 && !state.notice.policy"), ["notices.subject"]);
        assert_eq!(
            of("event.types.exists(t, t == \"x\") && event\n.age_days > 3"),
            ["events.collected_at", "events.types"]
        );
        assert_eq!(
            of("event.abroad && event.basis == \"consent\""),
            ["events.activity", "events.country", "events.stage"]
        );
        assert_eq!(of("!state.consent.given"), ["consents.explicit"]);
        assert_eq!(of("!state.consent\n  .separate"), ["consents.explicit", "consents.separate"]);
        assert_eq!(of("state.consent.implied"), ["consents.explicit", "consents.pre_ticked"]);
        assert_eq!(of("state.consent.withdrawn"), ["consents.explicit"]);
    }

    #[test]
    fn every_check_has_one_complete_definition() {
        let all = definitions().unwrap();
        assert_eq!(all.len(), Check::ALL.len());
        assert!(Check::ALL.len() <= 64, "sets of checks are 64 bits");
        for d in all {
            assert!(!d.leaves.is_empty() && !d.sql.is_empty(), "{}", d.id);
            assert!(d.title.zh != d.title.en && !d.reason.en.is_empty(), "{}", d.id);
            for t in d.tables.iter().chain(d.columns.iter()) {
                let (table, column) = t.split_once('.').unwrap_or((t, ""));
                let table = crate::schema::Table::parse(table).expect("known table");
                assert!(column.is_empty() || table.index(column).is_some(), "{t}");
            }
        }
    }
}
