//! When two names mean the same party or place.

/// Legal forms and places, which names are written with and without.
const FORMS: [&str; 36] = [
    "股份有限公司",
    "有限责任公司",
    "有限公司",
    "股份公司",
    "公司",
    "sdk",
    "中国",
    "北京",
    "上海",
    "深圳",
    "杭州",
    "广州",
    "天津",
    "重庆",
    "南京",
    "成都",
    "武汉",
    "西安",
    "苏州",
    "厦门",
    "青岛",
    "大连",
    "宁波",
    "长沙",
    "郑州",
    "济南",
    "福州",
    "合肥",
    "珠海",
    "东莞",
    "无锡",
    "coltd",
    "ltd",
    "inc",
    "llc",
    "市",
];
/// Trades, which a short name often leaves out.
const TRADES: [&str; 7] = ["科技", "网络", "技术", "信息", "集团", "服务", "软件"];

/// A name without some of its words, as long as two characters stay.
fn without(name: &str, words: &[&str]) -> String {
    let mut out: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    for w in words {
        let short = out.replace(w, "");
        if short.chars().count() >= 2 {
            out = short;
        }
    }
    out
}

/// The names that a text gives for one party: as it stands, and what stands before and in brackets.
fn names(text: &str) -> Vec<&str> {
    let mut out = vec![text];
    if let Some((name, rest)) = text.split_once(['（', '(']) {
        let inner = rest.split(['）', ')']).next().unwrap_or(rest);
        // A place in brackets is part of the name.
        out.extend([name, inner].into_iter().filter(|n| inner.chars().count() > 4 && n.chars().count() > 1));
    }
    out
}

/// Whether two names mean the same party: the same but for legal form and place.
pub(super) fn same_party(a: &str, b: &str) -> bool {
    let plain = |text: &str| names(text).into_iter().map(|n| without(n, &FORMS)).collect::<Vec<_>>();
    let others = plain(b);
    plain(a).iter().any(|n| others.contains(n))
}

/// Whether two names may mean the same party: one is in the other. That is for a person to see.
pub(super) fn like_party(a: &str, b: &str) -> bool {
    let plain = |text: &str| without(&without(text, &FORMS), &TRADES);
    let (a, b) = (plain(a), plain(b));
    let held = |short: &str, long: &str| short.chars().count() >= 2 && long.contains(short);
    held(&a, &b) || held(&b, &a)
}

/// What a policy gives in place of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unnamed {
    /// That there is somebody: 第三方.
    Bare,
    /// What kind of party: 物流公司.
    Kind,
}

/// Words that say no more than that there is somebody.
const BARE: [&str; 40] = [
    "合作伙伴",
    "任何",
    "其他",
    "其它",
    "相关",
    "有关",
    "上述",
    "前述",
    "以下",
    "我们的",
    "我们",
    "授权",
    "可信",
    "合作",
    "第三方",
    "伙伴",
    "关联",
    "公司",
    "企业",
    "机构",
    "组织",
    "个人",
    "主体",
    "单位",
    "提供者",
    "提供商",
    "供应商",
    "服务商",
    "服务",
    "提供",
    "外部",
    "他人",
    "接收方",
    "境外",
    "业务",
    "或者",
    "以及",
    "商",
    "方",
    "者",
];
/// Words for kinds of parties.
const KINDS: [&str; 55] = [
    "物流",
    "快递",
    "配送",
    "支付",
    "银行",
    "广告",
    "保险",
    "医疗",
    "医院",
    "学校",
    "运营商",
    "通信",
    "短信",
    "地图",
    "导航",
    "推送",
    "统计",
    "分析",
    "云",
    "存储",
    "技术",
    "客服",
    "监管",
    "政府",
    "司法",
    "行政",
    "执法",
    "公安",
    "法院",
    "部门",
    "机关",
    "酒店",
    "航空",
    "商家",
    "商户",
    "卖家",
    "骑手",
    "司机",
    "供应",
    "平台",
    "软件",
    "社交",
    "登录",
    "认证",
    "征信",
    "金融",
    "电商",
    "营销",
    "数据",
    "安全",
    "风控",
    "系统",
    "网络",
    "维修",
    "门店",
];

/// Whether words for a recipient name nobody, and what they give instead.
pub(super) fn unnamed(words: &str) -> Option<Unnamed> {
    let plain =
        |text: String| text.chars().filter(|c| c.is_alphanumeric() && !"的和或及与等".contains(*c)).collect::<String>();
    let strip = |text: String, words: &[&str]| plain(words.iter().fold(text, |text, w| text.replace(w, " ")));
    let bare = strip(words.to_owned(), &BARE);
    if bare.is_empty() {
        return Some(Unnamed::Bare);
    }
    let kinds = KINDS.iter().fold(words.to_owned(), |text, w| text.replace(w, " "));
    strip(kinds, &BARE).is_empty().then_some(Unnamed::Kind)
}

/// Whether two places agree; a policy may say no more than that it is abroad.
pub(super) fn same_place(a: &str, b: &str) -> bool {
    a == b || (a == "abroad" && b != "CN") || (b == "abroad" && a != "CN")
}

#[cfg(test)]
mod tests {
    use super::{Unnamed, like_party, same_party, unnamed};

    fn check(words: &str, expect: Option<Unnamed>) {
        assert_eq!(unnamed(words), expect, "{words}");
    }

    #[test]
    fn names_and_what_stands_for_them() {
        check("第三方", Some(Unnamed::Bare));
        check("我们的合作伙伴和关联公司", Some(Unnamed::Bare));
        check("任何公司、组织和个人", Some(Unnamed::Bare));
        check("物流公司", Some(Unnamed::Kind));
        check("第三方支付平台", Some(Unnamed::Kind));
        check("支付宝", None);
        check("青禾地图", None);
        check("南山支付", None);
        check("Example Motor Works AG", None);
    }

    #[test]
    fn the_same_party_and_one_that_may_be() {
        assert!(same_party("青禾地图", "青禾地图（杭州）有限公司"));
        assert!(same_party("青禾推送SDK（深圳市南山云服务有限公司）", "南山云服务有限公司"));
        assert!(same_party("青禾推送SDK（深圳市南山云服务有限公司）", "青禾推送"));
        assert!(!same_party("青禾", "青禾地图") && like_party("青禾", "青禾地图"));
        assert!(!same_party("青禾地图", "青禾地图数据交易所"));
        assert!(!same_party("青禾地图", "青禾广告有限公司") && !like_party("青禾地图", "青禾广告有限公司"));
    }
}
