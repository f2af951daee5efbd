//! Mistakes in what the user wrote: where, what, and how to mend it. Collected, so that all are reported at once.

use crate::text::{At, Lang, Sources, Text, plain};

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The input cannot be used.
    Error,
    /// The input can be used, but a person should look.
    Warning,
}

/// One mistake: address, message (lower case, offending value in backticks) and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where it stands.
    pub at: At,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong.
    pub message: Text,
    /// How to mend it, when that is known.
    pub hint: Option<Text>,
}

impl Diagnostic {
    /// An error.
    pub fn error(at: At, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Diagnostic { at, severity: Severity::Error, message: Text::new(zh, en), hint: None }
    }

    /// A warning.
    pub fn warning(at: At, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(at, zh, en) }
    }

    /// Adds how to mend it.
    #[must_use]
    pub fn hint(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.hint = Some(Text::new(zh, en));
        self
    }

    /// Adds the nearest valid name, or the list of valid names when none is near and the list is short.
    #[must_use]
    pub fn near<'a>(self, word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        let candidates: Vec<&str> = candidates.into_iter().collect();
        if let Some(meant) = crate::nearest(word, candidates.iter().copied()) {
            return self.hint(format!("是否要写 `{meant}`？"), format!("did you mean `{meant}`?"));
        }
        if candidates.is_empty() || candidates.len() > 24 {
            return self;
        }
        let list = candidates.join("`, `");
        self.hint(format!("可用的有：`{list}`"), format!("valid: `{list}`"))
    }

    /// `file:line:col: error: message` and, on a second line, the hint.
    pub fn render(&self, sources: &Sources, lang: Lang) -> String {
        let kind = match (self.severity, lang) {
            (Severity::Error, Lang::Zh) => "错误",
            (Severity::Error, Lang::En) => "error",
            (Severity::Warning, Lang::Zh) => "警告",
            (Severity::Warning, Lang::En) => "warning",
        };
        // Names and messages hold what the file says, which may be anything.
        let (place, message) = (sources.show(self.at), self.message.get(lang));
        let mut text = format!("{}: {kind}: {}", plain(&place), plain(message));
        if let Some(hint) = &self.hint {
            text.push_str("\n    = ");
            text.push_str(&plain(hint.get(lang)));
        }
        text
    }
}

/// Every mistake found so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Adds all of another collection.
    pub fn extend(&mut self, other: Diagnostics) {
        self.list.extend(other.list);
    }

    /// True when any of them is an error.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|one| one.severity == Severity::Error)
    }

    /// True when there is none at all.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// In the order of files, lines and columns.
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut list: Vec<&Diagnostic> = self.list.iter().collect();
        list.sort_by(|a, b| (a.at, a.severity, &a.message.en).cmp(&(b.at, b.severity, &b.message.en)));
        list.dedup();
        list
    }

    /// All of them, one below the other.
    pub fn render(&self, sources: &Sources, lang: Lang) -> String {
        let lines: Vec<String> = self.sorted().into_iter().map(|one| one.render(sources, lang)).collect();
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::Diagnostic;
    use crate::text::{At, Lang, Sources};

    #[test]
    fn a_value_cannot_write_to_the_terminal_through_an_error() {
        let mut sources = Sources::default();
        let at = At { file: sources.add("dossier.yaml"), line: 1, col: 7 };
        let shown = "x\u{1b}[2J\nother.yaml:1:1: error: forged";
        let problem = Diagnostic::error(at, format!("`{shown}`"), format!("`{shown}`")).hint(shown, shown);
        for lang in [Lang::Zh, Lang::En] {
            let text = problem.render(&sources, lang);
            assert!(!text.contains('\u{1b}'), "{text:?}");
            assert_eq!(text.lines().count(), 2, "{text:?}");
        }
    }
}
