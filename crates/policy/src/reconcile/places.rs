//! Places in words, where a table has them by code.

use crate::data::{Lang, Text};

/// Codes, and what a reader calls them.
const NAMES: [(&str, &str, &str); 27] = [
    ("CN", "境内", "inside the country"),
    ("abroad", "境外", "abroad"),
    ("SG", "新加坡（SG）", "Singapore (SG)"),
    ("US", "美国（US）", "United States (US)"),
    ("JP", "日本（JP）", "Japan (JP)"),
    ("KR", "韩国（KR）", "South Korea (KR)"),
    ("DE", "德国（DE）", "Germany (DE)"),
    ("GB", "英国（GB）", "United Kingdom (GB)"),
    ("FR", "法国（FR）", "France (FR)"),
    ("HK", "香港（HK）", "Hong Kong (HK)"),
    ("MO", "澳门（MO）", "Macao (MO)"),
    ("TW", "台湾（TW）", "Taiwan (TW)"),
    ("RU", "俄罗斯（RU）", "Russia (RU)"),
    ("ID", "印度尼西亚（ID）", "Indonesia (ID)"),
    ("IN", "印度（IN）", "India (IN)"),
    ("CA", "加拿大（CA）", "Canada (CA)"),
    ("AU", "澳大利亚（AU）", "Australia (AU)"),
    ("IE", "爱尔兰（IE）", "Ireland (IE)"),
    ("NL", "荷兰（NL）", "Netherlands (NL)"),
    ("CH", "瑞士（CH）", "Switzerland (CH)"),
    ("SE", "瑞典（SE）", "Sweden (SE)"),
    ("MY", "马来西亚（MY）", "Malaysia (MY)"),
    ("TH", "泰国（TH）", "Thailand (TH)"),
    ("VN", "越南（VN）", "Vietnam (VN)"),
    ("PH", "菲律宾（PH）", "Philippines (PH)"),
    ("AE", "阿联酋（AE）", "United Arab Emirates (AE)"),
    ("EU", "欧盟（EU）", "European Union (EU)"),
];

/// A place in the language; a code that is not known stays as it is.
#[must_use]
pub fn words(code: &str, lang: Lang) -> &str {
    NAMES.iter().find(|n| n.0 == code).map_or(code, |n| lang.pick(n.1, n.2))
}

/// A place in both languages.
#[must_use]
pub fn text(code: &str) -> Text {
    Text::new(words(code, Lang::Zh), words(code, Lang::En))
}
