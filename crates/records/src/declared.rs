//! What the organisation declares about its activities: the small file the events are held against.
//!
//! It comes from the dossier. A list that is absent is unknown and the check that needs it is not made for that
//! activity; an empty list says that there are none.

use crate::error::{Error, Result, unsettled};
use crate::time::{self, Calendar};
use serde::{Deserialize, Serialize};
use std::path::Path;
use zhunsheng_source::Text;

/// Largest declaration file accepted, in bytes.
pub const MAX_DECLARED_BYTES: u64 = 16 << 20;

/// The declaration: activities, kinds of sensitive information, calendar and thresholds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Declared {
    /// Version of this file's layout; 1.
    pub version: u32,
    /// Instant up to which the records are complete. Windows still open then are not held against anybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// Processing activities.
    pub activities: Vec<Activity>,
    /// Types of sensitive personal information, biometric ones included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sensitive_types: Option<Vec<String>>,
    /// Types of biometric information.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub biometric_types: Option<Vec<String>>,
    /// Types that neither list holds although they may belong there: nobody has said.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unclassified_types: Vec<String>,
    /// Public holidays, `YYYY-MM-DD`. What is stated is taken as complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holidays: Option<Vec<String>>,
    /// Weekend days that are worked, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub makeup_days: Option<Vec<String>>,
    /// Years whose days off are known, where they were not stated but taken from the calendar. Working days of other years are
    /// not guessed.
    #[serde(skip)]
    pub years: Vec<i64>,
    /// Thresholds and conventions.
    pub settings: Settings,
}

/// Days off and days worked of the years there is data for.
#[derive(Debug, Clone, Default)]
pub struct WorkingDays {
    /// Days off, `YYYY-MM-DD`.
    pub holidays: Vec<String>,
    /// Weekend days that are worked.
    pub makeup_days: Vec<String>,
    /// The years.
    pub years: Vec<i64>,
}

/// One processing activity as declared.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Activity {
    /// Identifier, as it stands in the events.
    pub id: String,
    /// Name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Legal basis (5.2.2.1–5.2.2.8).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// Stages the activity comprises.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stages: Option<Vec<String>>,
    /// Purposes made known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purposes: Option<Vec<String>>,
    /// Types of personal information made known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub types: Option<Vec<String>>,
    /// Recipients made known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipients: Option<Vec<String>>,
    /// Countries or regions other than home made known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub countries: Option<Vec<String>>,
    /// Operators (accounts, systems) standing authorised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operators: Option<Vec<String>>,
    /// Retention after collection, in days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<u32>,
    /// Most automatic collections per person and Shanghai day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_per_day: Option<u32>,
    /// Instant at which the service ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<String>,
    /// A statute orders the data to be kept: the deletion checks do not apply.
    pub statutory_retention: bool,
    /// Just-in-time notice is not owed (5.6.4.6), as the dossier shows.
    pub notice_exempt: bool,
    /// Law asks for written consent.
    pub written_consent: bool,
    /// Transfers follow from merger, division, dissolution or bankruptcy (6.7.7.1 a).
    pub merger: bool,
}

/// Legal bases, in the order of 5.2.2.1–5.2.2.8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// 5.2.2.1
    Consent,
    /// 5.2.2.2
    Contract,
    /// 5.2.2.3
    HumanResources,
    /// 5.2.2.4
    LegalDuty,
    /// 5.2.2.5
    PublicInterest,
    /// 5.2.2.6
    PublicInformation,
    /// 5.2.2.7
    Emergency,
    /// 5.2.2.8
    LegitimateInterests,
}

impl Basis {
    /// Whether the individual may end the processing by opting out: consent by withdrawal, 5.2.2.6 b and 5.2.2.8 f by objection.
    #[must_use]
    pub fn opt_out(self) -> bool {
        matches!(self, Self::Consent | Self::PublicInformation | Self::LegitimateInterests)
    }
}

/// Thresholds; each default is the figure the standard or the law names, or the lenient reading of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Working days to answer a request (5.8.2 a2).
    pub rights_days: u32,
    /// Days from withdrawal or end of service until data must be gone (5.7.3.3 f1).
    pub erase_days: u32,
    /// Days from indirect collection to the policy notice (5.6.2.2 b: a month, read as 31 days).
    pub indirect_notice_days: u32,
    /// Hours after a refusal during which asking again counts as pressing (5.7.2.2).
    pub prompt_quiet_hours: u32,
    /// Hours from discovery to the incident notice (5.6.3.2).
    pub incident_hours: u32,
    /// Days a log must be kept (six months, read as 180 days).
    pub log_retention_days: u32,
    /// Hours without any event that count as a gap in the log.
    pub max_gap_hours: u32,
    /// Country the handler operates in; other countries are abroad.
    pub home_country: String,
    /// Purposes that serve public safety (for images captured in public places).
    pub public_safety_purposes: Vec<String>,
    /// Event columns a log must fill.
    pub required_fields: Vec<String>,
    /// Share of rejected rows above which the audit does not conclude.
    pub max_rejected_share: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rights_days: 15,
            erase_days: 15,
            indirect_notice_days: 31,
            prompt_quiet_hours: 48,
            incident_hours: 72,
            log_retention_days: 180,
            max_gap_hours: 24,
            home_country: "CN".into(),
            public_safety_purposes: vec!["public-safety".into()],
            required_fields: ["activity", "stage", "purpose", "types", "operator"].map(String::from).to_vec(),
            max_rejected_share: 0.01,
        }
    }
}

impl Declared {
    /// Reads a declaration from YAML or JSON.
    ///
    /// # Errors
    /// The file cannot be read, is larger than [`MAX_DECLARED_BYTES`], or does not follow the layout.
    pub fn read(path: &Path) -> Result<Self> {
        Self::parse(&read_bounded(path, MAX_DECLARED_BYTES)?, &path.display().to_string())
    }

    /// Parses a declaration; `place` names it in errors.
    ///
    /// # Errors
    /// The text does not follow the layout, an activity is named twice, or a date cannot be read.
    pub fn parse(text: &str, place: &str) -> Result<Self> {
        let declared: Self = serde_saphyr::from_str(text).map_err(|e| {
            let mend = Text::new("请对照 docs/records.md 中的格式", "compare it with the layout in docs/records.md");
            Error::config(place, unsettled(e.to_string()), mend)
        })?;
        declared.validate(place)?;
        Ok(declared)
    }

    /// Checks what the types cannot say.
    ///
    /// # Errors
    /// A version other than 1, a repeated or empty activity, an unreadable date, an unknown stage or field name.
    pub fn validate(&self, place: &str) -> Result<()> {
        let fail = |what: Text, mend: Text| Err(Error::config(place, what, mend));
        if self.version != 1 {
            let version = self.version;
            return fail(
                Text::new(
                    format!("不认识申报文件的版本 `{version}`"),
                    format!("version `{version}` of the declaration is not known"),
                ),
                Text::new("写作 `version: 1`", "write `version: 1`"),
            );
        }
        let mut seen = std::collections::BTreeSet::new();
        for a in &self.activities {
            if a.id.is_empty() || !seen.insert(&a.id) {
                return fail(
                    Text::new(
                        format!("处理活动 `{}` 为空，或申报了两次", a.id),
                        format!("activity `{}` is empty or declared twice", a.id),
                    ),
                    Text::new("请给每个处理活动一个自己的编号", "give each activity one id of its own"),
                );
            }
            for s in a.stages.iter().flatten() {
                if crate::schema::Stage::parse(s).is_none() {
                    return fail(
                        Text::new(
                            format!("处理活动 `{}` 的环节 `{s}` 未知", a.id),
                            format!("activity `{}` has an unknown stage `{s}`", a.id),
                        ),
                        Text::new(
                            "请用 collection、use、storage、disclosure、provision、transfer、cross-border、deletion、anonymisation 或 protection",
                            "use collection, use, storage, disclosure, provision, transfer, cross-border, deletion, anonymisation or protection",
                        ),
                    );
                }
            }
            instant(a.ended_at.as_deref(), place)?;
        }
        instant(self.as_of.as_deref(), place)?;
        for f in &self.settings.required_fields {
            if !crate::schema::REQUIRABLE.contains(&f.as_str()) {
                return fail(
                    Text::new(
                        format!("必填字段 `{f}` 不是事件的列"),
                        format!("required field `{f}` is not an event column"),
                    ),
                    Text::new("请用 docs/records.md 所列的事件列名", "use the event columns listed in docs/records.md"),
                );
            }
        }
        if !(0.0..=1.0).contains(&self.settings.max_rejected_share) {
            let share = self.settings.max_rejected_share;
            return fail(
                Text::new(
                    format!("max_rejected_share `{share}` 不是比例"),
                    format!("max_rejected_share `{share}` is not a share"),
                ),
                Text::new("写 0 到 1 的数", "give a number from 0 to 1"),
            );
        }
        self.calendar().map(|_| ())
    }

    /// Takes the calendar that is known, where the declaration states none.
    pub fn adopt(&mut self, days: WorkingDays) {
        if self.holidays.is_none() && self.makeup_days.is_none() {
            self.holidays = Some(days.holidays);
            self.makeup_days = Some(days.makeup_days);
            self.years = days.years;
        }
    }

    /// The working-day calendar.
    ///
    /// # Errors
    /// A date cannot be read.
    pub fn calendar(&self) -> Result<Calendar> {
        let days = |list: &Option<Vec<String>>| {
            list.iter()
                .flatten()
                .map(|d| {
                    time::parse_date(d).ok_or_else(|| {
                        Error::config(
                            "calendar",
                            Text::new(format!("`{d}` 不是日期"), format!("`{d}` is not a date")),
                            Text::new("写成 YYYY-MM-DD", "write YYYY-MM-DD"),
                        )
                    })
                })
                .collect::<Result<_>>()
        };
        Ok(Calendar { holidays: days(&self.holidays)?, makeup: days(&self.makeup_days)? })
    }
}

/// Parses an optional instant of the declaration.
pub(crate) fn instant(text: Option<&str>, place: &str) -> Result<Option<i64>> {
    text.map(|t| {
        time::parse_time(t, time::SHANGHAI).ok_or_else(|| {
            Error::config(
                place,
                Text::new(format!("`{t}` 不是时间"), format!("`{t}` is not a time")),
                Text::new("写成 YYYY-MM-DDTHH:MM:SS+08:00", "write YYYY-MM-DDTHH:MM:SS+08:00"),
            )
        })
    })
    .transpose()
}

/// Reads a text file that must not be larger than `limit` bytes.
pub(crate) fn read_bounded(path: &Path, limit: u64) -> Result<String> {
    use std::io::Read;
    let file = std::fs::File::open(path).map_err(Error::read(path))?;
    let mut text = String::new();
    file.take(limit + 1).read_to_string(&mut text).map_err(Error::read(path))?;
    if text.len() as u64 > limit {
        return Err(Error::limit(
            Text::new("设置文件的字节", "bytes in a configuration file"),
            limit,
            Text::new("请按产品拆分申报文件", "split the declaration by product"),
        ));
    }
    Ok(text)
}
