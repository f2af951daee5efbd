//! Every text of the pages, in both languages. A template that asks for a text that does not exist does not compile,
//! and an entry without either language does not parse; `tests/i18n.rs` holds the rest.
//!
//! An entry is `name: "中文", "English";` and is used as `{{ t.name() }}`; with values,
//! `name(count): "{count} 项", "{count} items";` and `{{ t.name(count) }}`.

use std::borrow::Cow;

use zhunsheng_source::{Lang, Text};

/// The words of one language.
#[derive(Clone, Copy, Debug)]
pub struct Words(pub Lang);

impl Words {
    /// The attribute `lang` of a page.
    pub fn html(self) -> &'static str {
        match self.0 {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }

    /// `zh` or `en`.
    pub fn code(self) -> &'static str {
        match self.0 {
            Lang::Zh => "zh",
            Lang::En => "en",
        }
    }

    /// A text that was made for this place.
    pub fn say(self, text: Text) -> String {
        self.of(&text).to_owned()
    }

    /// A question as people are asked it: without what only somebody who writes the dossier by hand needs to know.
    pub fn asks(self, question: &Text) -> String {
        zhunsheng_report::spoken(self.of(question))
    }

    /// Text in which names stand that may have come from a file, which are marked so in both languages.
    pub fn who(self, text: &str) -> Cow<'_, str> {
        zhunsheng_report::imported::said(text, self.0)
    }

    /// What a token may do.
    pub fn scope_label(self, scope: &zhunsheng_workspace::Scope) -> &'static str {
        match scope {
            zhunsheng_workspace::Scope::Read => self.scope_read(),
            zhunsheng_workspace::Scope::Write => self.scope_write(),
            zhunsheng_workspace::Scope::Manage => self.scope_manage(),
        }
    }

    /// The unit of a number.
    pub fn unit(self, unit: &str) -> &str {
        zhunsheng_report::words::unit(unit, self.0)
    }

    /// A text of the catalogue, in the other language where this one has none.
    pub fn of(self, text: &Text) -> &str {
        match (self.0, text.zh.is_empty(), text.en.is_empty()) {
            (Lang::Zh, false, _) | (Lang::En, _, true) => &text.zh,
            _ => &text.en,
        }
    }
}

/// Declares texts. See the module.
macro_rules! texts {
    ($($name:ident $(($($value:ident),+))? : $zh:literal, $en:literal;)+) => {
        impl $crate::i18n::Words {
            $(text!($name $(($($value),+))? : $zh, $en);)+
        }
        /// Name, Chinese, English: for the tests.
        pub const TABLE: &[(&str, &str, &str)] = &[$((stringify!($name), $zh, $en)),+];
    };
}

macro_rules! text {
    ($name:ident : $zh:literal, $en:literal) => {
        #[doc = $en]
        pub fn $name(self) -> &'static str {
            match self.0 {
                zhunsheng_source::Lang::Zh => $zh,
                zhunsheng_source::Lang::En => $en,
            }
        }
    };
    ($name:ident ($($value:ident),+) : $zh:literal, $en:literal) => {
        #[doc = $en]
        pub fn $name(self, $($value: impl std::fmt::Display),+) -> String {
            match self.0 {
                zhunsheng_source::Lang::Zh => format!($zh),
                zhunsheng_source::Lang::En => format!($en),
            }
        }
    };
}

mod account;
mod assessment;
mod field;
mod frame;
mod inventory;
mod jobs;
mod requests;
mod review;
mod samples;
mod trail;
mod workpaper;

/// All tables.
pub const TABLES: &[&[(&str, &str, &str)]] = &[
    account::TABLE,
    assessment::TABLE,
    field::TABLE,
    frame::TABLE,
    inventory::TABLE,
    jobs::TABLE,
    requests::TABLE,
    review::TABLE,
    samples::TABLE,
    workpaper::TABLE,
];
