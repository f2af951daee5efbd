//! When two names mean the same party or place.

/// Company names without what differs from place to place.
fn party(name: &str) -> String {
    let mut out: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    for w in [
        "股份有限公司",
        "有限责任公司",
        "有限公司",
        "公司",
        "sdk",
        "科技",
        "网络",
        "技术",
        "信息",
        "集团",
        "北京",
        "上海",
        "深圳",
        "杭州",
        "广州",
    ] {
        let short = out.replace(w, "");
        if short.chars().count() >= 2 {
            out = short;
        }
    }
    out
}

/// Whether two names mean the same party.
pub(super) fn same_party(a: &str, b: &str) -> bool {
    let (a, b) = (party(a), party(b));
    a == b || (a.chars().count() >= 2 && b.contains(&a)) || (b.chars().count() >= 2 && a.contains(&b))
}

/// Whether two places agree; a policy may say no more than that it is abroad.
pub(super) fn same_place(a: &str, b: &str) -> bool {
    a == b || (a == "abroad" && b != "CN") || (b == "abroad" && a != "CN")
}
