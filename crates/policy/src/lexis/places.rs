//! Places by code: what a reader calls them, and by which names a text does.

use crate::data::{Lang, Text};

/// Codes, what a reader calls them in Chinese and in English, and the names in texts that say no more and no less. A name that
/// begins as another one stands before it. The European Union is no country: in a text it is somewhere abroad.
const PLACES: [(&str, &str, &str, &[&str]); 27] = [
    ("SG", "新加坡（SG）", "Singapore (SG)", &["新加坡"]),
    ("US", "美国（US）", "United States (US)", &["美国"]),
    ("JP", "日本（JP）", "Japan (JP)", &["日本"]),
    ("KR", "韩国（KR）", "South Korea (KR)", &["韩国"]),
    ("DE", "德国（DE）", "Germany (DE)", &["德国"]),
    ("GB", "英国（GB）", "United Kingdom (GB)", &["英国"]),
    ("FR", "法国（FR）", "France (FR)", &["法国"]),
    ("HK", "香港（HK）", "Hong Kong (HK)", &["香港"]),
    ("MO", "澳门（MO）", "Macao (MO)", &["澳门"]),
    ("TW", "台湾（TW）", "Taiwan (TW)", &["台湾"]),
    ("RU", "俄罗斯（RU）", "Russia (RU)", &["俄罗斯"]),
    ("ID", "印度尼西亚（ID）", "Indonesia (ID)", &["印度尼西亚", "印尼"]),
    ("IN", "印度（IN）", "India (IN)", &["印度"]),
    ("CA", "加拿大（CA）", "Canada (CA)", &["加拿大"]),
    ("AU", "澳大利亚（AU）", "Australia (AU)", &["澳大利亚"]),
    ("IE", "爱尔兰（IE）", "Ireland (IE)", &["爱尔兰"]),
    ("NL", "荷兰（NL）", "Netherlands (NL)", &["荷兰"]),
    ("CH", "瑞士（CH）", "Switzerland (CH)", &["瑞士"]),
    ("SE", "瑞典（SE）", "Sweden (SE)", &["瑞典"]),
    ("MY", "马来西亚（MY）", "Malaysia (MY)", &["马来西亚"]),
    ("TH", "泰国（TH）", "Thailand (TH)", &["泰国"]),
    ("VN", "越南（VN）", "Vietnam (VN)", &["越南"]),
    ("PH", "菲律宾（PH）", "Philippines (PH)", &["菲律宾"]),
    ("AE", "阿联酋（AE）", "United Arab Emirates (AE)", &["阿联酋"]),
    ("EU", "欧盟（EU）", "European Union (EU)", &[]),
    ("CN", "境内", "inside the country", &[]),
    ("abroad", "境外", "abroad", &["欧盟"]),
];

/// Names of countries and regions in texts, each with its code.
pub fn named() -> impl Iterator<Item = (&'static str, &'static str)> {
    PLACES.iter().flat_map(|(code, _, _, names)| names.iter().map(|name| (*name, *code)))
}

/// A place in the language; a code that is not known stays as it is.
#[must_use]
pub fn words(code: &str, lang: Lang) -> &str {
    PLACES.iter().find(|n| n.0 == code).map_or(code, |n| lang.pick(n.1, n.2))
}

/// A place in both languages.
#[must_use]
pub fn text(code: &str) -> Text {
    Text::new(words(code, Lang::Zh), words(code, Lang::En))
}
