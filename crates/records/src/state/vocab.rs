//! Codes for the values that the declaration and the small tables know.
//!
//! An event can only be compared with what is declared or on record. Values that occur nowhere else share one code,
//! [`UNKNOWN`], so that a log with millions of different purposes needs no more memory than a tidy one.

use crate::error::{Error, Result};
use crate::schema::{self, Method, Stage};
use std::collections::HashMap;
use zhunsheng_source::Text;

/// Code of an absent value; in a scope it means "any".
pub const EMPTY: u16 = 0;
/// Code of a value that neither the declaration nor the small tables know.
pub const UNKNOWN: u16 = 1;
const FIRST: u16 = 2;

/// Type set that covers every type.
pub const ALL_TYPES: u128 = u128::MAX;
/// Pseudo-type of an event that names no type.
pub const NO_TYPE: u128 = 1 << 126;
/// Pseudo-type of a type nobody declared.
pub const OTHER_TYPE: u128 = 1 << 127;
const MAX_TYPES: usize = 126;

/// Values of one column.
#[derive(Debug, Default)]
pub struct Dim {
    codes: HashMap<Box<str>, u16>,
    /// What is numbered, in Chinese and English.
    what: (&'static str, &'static str),
}

impl Dim {
    fn new(what: (&'static str, &'static str)) -> Self {
        Self { codes: HashMap::new(), what }
    }

    /// Code of a value, new if need be.
    ///
    /// # Errors
    /// More than 65,533 values.
    pub fn intern(&mut self, text: &str) -> Result<u16> {
        if text.is_empty() {
            return Ok(EMPTY);
        }
        if let Some(&code) = self.codes.get(text) {
            return Ok(code);
        }
        let code = u16::try_from(self.codes.len()).ok().and_then(|n| n.checked_add(FIRST)).ok_or_else(|| {
            let (zh, en) = self.what;
            let mend = Text::new("请减少申报和记录的数量，或加以归并", "declare and record fewer, or group them");
            Error::limit(Text::new(zh, en), 65_533, mend)
        })?;
        self.codes.insert(text.into(), code);
        Ok(code)
    }

    /// Code of a value: [`EMPTY`], [`UNKNOWN`] or an interned one.
    #[must_use]
    pub fn code(&self, text: &str) -> u16 {
        if text.is_empty() { EMPTY } else { self.codes.get(text).copied().unwrap_or(UNKNOWN) }
    }

    /// One more than the largest code.
    #[must_use]
    pub fn size(&self) -> usize {
        self.codes.len() + FIRST as usize
    }
}

/// All codes.
#[derive(Debug)]
pub struct Vocab {
    /// Activities.
    pub activity: Dim,
    /// Purposes.
    pub purpose: Dim,
    /// Recipients.
    pub recipient: Dim,
    /// Countries.
    pub country: Dim,
    /// Operators.
    pub operator: Dim,
    types: HashMap<Box<str>, u32>,
}

impl Default for Vocab {
    fn default() -> Self {
        Self {
            activity: Dim::new(("处理活动", "activities")),
            purpose: Dim::new(("目的", "purposes")),
            recipient: Dim::new(("接收方", "recipients")),
            country: Dim::new(("国家或地区", "countries")),
            operator: Dim::new(("操作人", "operators")),
            types: HashMap::new(),
        }
    }
}

impl Vocab {
    /// Set of the types in a list, new ones included.
    ///
    /// # Errors
    /// More than 126 different types.
    pub fn intern_types<'a>(&mut self, list: impl Iterator<Item = &'a str>) -> Result<u128> {
        let mut set = 0;
        for t in list {
            let next = self.types.len();
            let bit = match self.types.get(t) {
                Some(&b) => b,
                None if next < MAX_TYPES => {
                    let b = next as u32;
                    self.types.insert(t.into(), b);
                    b
                }
                None => {
                    return Err(Error::limit(
                        Text::new(
                            "申报文件、同意记录与告知记录中的个人信息类型",
                            "different types of personal information in the declaration, consents and notices",
                        ),
                        MAX_TYPES as u64,
                        Text::new(
                            "请用列映射的 `values` 把相近类型归为一名",
                            "map kindred types to one name (`values` of a mapping)",
                        ),
                    ));
                }
            };
            set |= 1u128 << bit;
        }
        Ok(set)
    }

    /// Scope of types in a record: empty means every type.
    ///
    /// # Errors
    /// More than 126 different types.
    pub fn type_scope(&mut self, text: &str) -> Result<u128> {
        let set = self.intern_types(schema::split_types(text))?;
        Ok(if set == 0 { ALL_TYPES } else { set })
    }

    /// Set of the types of an event.
    #[must_use]
    pub fn event_types(&self, text: &str) -> u128 {
        let mut set = 0;
        for t in schema::split_types(text) {
            set |= self.types.get(t).map_or(OTHER_TYPE, |&b| 1u128 << b);
        }
        if set == 0 { NO_TYPE } else { set }
    }
}

/// Code of a stage: [`EMPTY`], [`UNKNOWN`], or 2 and up.
#[must_use]
pub fn stage_code(text: &str) -> u16 {
    if text.is_empty() { EMPTY } else { Stage::parse(text).map_or(UNKNOWN, |s| s as u16 + FIRST) }
}

/// Stage of a code.
#[must_use]
pub fn stage_of(code: u16) -> Option<Stage> {
    code.checked_sub(FIRST).and_then(|i| Stage::ALL.get(usize::from(i))).copied()
}

/// Code of a method: [`EMPTY`], [`UNKNOWN`], or 2 and up.
#[must_use]
pub fn method_code(text: &str) -> u16 {
    if text.is_empty() { EMPTY } else { Method::parse(text).map_or(UNKNOWN, |m| m as u16 + FIRST) }
}

/// Method of a code.
#[must_use]
pub fn method_of(code: u16) -> Option<Method> {
    code.checked_sub(FIRST).and_then(|i| Method::ALL.get(usize::from(i))).copied()
}
