//! Whether a purpose is definite enough (5.3.2).

use regex::Regex;
use serde::Deserialize;
use std::sync::OnceLock;

/// Words that make a purpose definite, and words that do not.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lists {
    definite: Vec<String>,
    vague: Vec<String>,
}

fn pattern() -> Option<&'static Regex> {
    static P: OnceLock<Option<Regex>> = OnceLock::new();
    P.get_or_init(|| {
        Regex::new(r"(?:用于|以便|为了|用以|目的是|以实现|为实现|来为您|从而|以用于|是为|以更好地|为(?:您)?提供)([^，。；：]{2,60})").ok()
    })
    .as_ref()
}

/// Phrases that say nothing whatever stands beside them.
const EMPTY: [&str; 16] = [
    "服务质量",
    "用户体验",
    "使用体验",
    "更好的服务",
    "更优质",
    "更好服务",
    "新产品",
    "业务需要",
    "业务需求",
    "运营需要",
    "法定义务",
    "加强安全",
    "增强安全",
    "更好的体验",
    "更佳",
    "产品升级",
];

impl Lists {
    /// Whether the purpose that a statement gives is vague; `None` if it gives none.
    #[must_use]
    pub fn vague(&self, statement: &str) -> Option<bool> {
        // In "for X, we collect Y" and "we collect Y for X" the purpose is X.
        let mut purposes = pattern()?.captures_iter(statement).filter_map(|c| c.get(1)).peekable();
        purposes.peek()?;
        let all: String = purposes.map(|m| m.as_str()).collect::<Vec<_>>().join(" ");
        Some(!self.definite.iter().any(|w| all.contains(w.as_str())))
    }

    /// Span of a vague purpose in running text; `processes` says whether types of information are named.
    #[must_use]
    pub fn vague_span(&self, text: &str, processes: bool) -> Option<(usize, usize)> {
        let acts = ["收集", "使用", "获取", "共享", "处理", "分析", "提供给", "采集"].iter().any(|w| text.contains(w));
        if !(acts && processes) || text.contains("不会") {
            return None;
        }
        let found: Vec<_> = pattern()?.captures_iter(text).filter_map(|c| c.get(1)).collect();
        let span = found.iter().find(|m| EMPTY.iter().any(|w| m.as_str().contains(w)))?;
        // A definite purpose beside it excuses the empty phrase.
        let definite = found.iter().any(|m| self.definite.iter().any(|w| m.as_str().contains(w.as_str())));
        (!definite && self.vague.iter().any(|w| span.as_str().contains(w.as_str()))).then(|| (span.start(), span.end()))
    }
}
