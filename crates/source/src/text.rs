//! Addresses into files, and text in two languages.

use serde::{Deserialize, Serialize};

/// Where something stands: a file of a [`Sources`] table, line and column (both from 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct At {
    /// Index into the [`Sources`] table.
    pub file: u32,
    /// Line, from 1; 0 when the place is the file as a whole.
    pub line: u32,
    /// Column in characters, from 1.
    pub col: u32,
}

impl At {
    /// The file as a whole.
    pub fn file(file: u32) -> Self {
        At { file, line: 0, col: 0 }
    }
}

/// The files that addresses point into, by the name the user knows them by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sources {
    names: Vec<String>,
}

impl Sources {
    /// Registers a file and returns its index. The same name gets the same index.
    pub fn add(&mut self, name: &str) -> u32 {
        let found = self.names.iter().position(|known| known == name);
        let index = found.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        u32::try_from(index).unwrap_or(u32::MAX)
    }

    /// The name of a file; `?` for an index that was never given out.
    pub fn name(&self, file: u32) -> &str {
        self.names.get(file as usize).map_or("?", String::as_str)
    }

    /// `file:line:col`, as editors and terminals understand it.
    pub fn show(&self, at: At) -> String {
        if at.line == 0 {
            self.name(at.file).to_owned()
        } else {
            format!("{}:{}:{}", self.name(at.file), at.line, at.col)
        }
    }

    /// `file:line`, the form used in reports.
    pub fn line(&self, at: At) -> String {
        if at.line == 0 { self.name(at.file).to_owned() } else { format!("{}:{}", self.name(at.file), at.line) }
    }

    /// Number of files registered.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// True when no file was registered.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

/// The language of user-facing text. Chinese is the first language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lang {
    /// 中文
    #[default]
    Zh,
    /// English
    En,
}

/// A text in both languages of the product.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Text {
    /// Both languages at once.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Text { zh: zh.into(), en: en.into() }
    }

    /// The text in one language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }

    /// True when neither language has any text.
    pub fn is_empty(&self) -> bool {
        self.zh.is_empty() && self.en.is_empty()
    }
}
