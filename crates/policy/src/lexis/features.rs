//! Figures that carry a disclosure: dates, telephone numbers, addresses, spans of time, company names.

use regex::Regex;
use std::sync::OnceLock;

/// Names of the figures, in the order of [`scan`]'s bits.
pub const NAMES: [&str; 11] =
    ["date", "phone", "email", "url", "duration", "company", "address", "path", "org", "street", "list"];

const NUMERAL: &str = "[0-9一二三四五六七八九十百两]";

fn patterns() -> &'static [Option<Regex>; 11] {
    static ALL: OnceLock<[Option<Regex>; 11]> = OnceLock::new();
    ALL.get_or_init(|| {
        let build = |p: &str| Regex::new(p).ok();
        [
            build(
                r"(?:19|20)[0-9]{2} ?(?:年|[-./]) ?【?[0-9]{1,2}】? ?(?:月|[-./])|[一二][〇○零Ｏ0九一二三四五六七八]{3} ?年 ?[一二三四五六七八九十]{1,2} ?月",
            ),
            build(r"(?:^|[^0-9])(?:400[- ]?[0-9]{3,4}[- ]?[0-9]{3,4}|800[- ]?[0-9]{3}[- ]?[0-9]{4}|0[0-9]{2,3}[)）]?[- ]?(?:[0-9]{7,8}|[0-9]{3,4}[- ][0-9]{4})|1[3-9][0-9]{9}|95[0-9]{3,4}|100[0-9]{2}|1010[0-9]{4}|\+86)(?:[^0-9]|$)"),
            build(r"[A-Za-z0-9._-]+@[A-Za-z0-9-]+\.[A-Za-z]{2,}|[A-Za-z0-9._-]+#[A-Za-z0-9-]+\.(?:com|cn|net)"),
            build(r"https?://[A-Za-z0-9]|www\.[A-Za-z0-9-]+\.|[A-Za-z0-9-]+\.(?:com|cn|net|org)(?:/|[^A-Za-z0-9@.]|$)"),
            build(&format!(
                "(?:{NUMERAL}{{1,4}}|[（(]{NUMERAL}{{1,3}}[)）]|【{NUMERAL}{{1,3}}】) ?[)）]? ?(?:个|個)? ?(?:工作日|自然日|天|日内|日之内|日（|日|小时|年|个月|月|周岁|周|星期|礼拜|个?季度|分钟)|半(?:年|个月|天|个?小时)"
            )),
            build(r"[\p{Han}（）()A-Za-z0-9·]{2,30}(?:有限责任公司|有限公司|股份公司|集团公司|股份有限公司|合作社|事务所|合伙企业|（集团）|银行股份|研究院|公司（)"),
            build(r"(?:省|市|自治区)[\p{Han}]{1,12}(?:区|县|市|镇|新区|开发区)[\p{Han}0-9A-Za-z（）()\- ]{1,30}(?:路|街|号|大道|道|大厦|楼|室|园|广场|中心|弄|巷|层|座|村)|(?:区|县)[\p{Han}]{1,12}(?:路|街|大道|道) ?[0-9]+ ?号"),
            build(r"【[^】]{1,12}】|“[^”]{1,12}” ?[-–—>→]|设置 ?[-–—>→]|我的 ?[-–—>→]|[-–—]+>|→|[\p{Han}”] ?[>＞›] ?[\p{Han}“]|“[^”]{1,12}”(?:页|里|中|内|处|栏|菜单|按钮|开关|入口|选项|功能)"),
            // A body that is named by its place: a hospital, a school, an office.
            build(r"(?:省|市|县|区|州|镇|旗|街道)[\p{Han}]{0,16}(?:医院|卫生院|大学|学院|学校|中学|小学|幼儿园|图书馆|博物馆|银行|信用社|管理局|监督局|委员会|服务中心|保健院|研究所|协会|集团|商行|合作社)"),
            // A street and a number in it, whatever stands before.
            build(&format!(r"[\p{{Han}}]{{1,8}}(?:路|街|大道|道|巷|弄|胡同|园区) ?(?:[0-9]|{NUMERAL}){{1,5}} ?(?:号|弄|幢|栋|座)|[0-9A-Za-z]{{1,5}} ?(?:号楼|幢|栋|座) ?[0-9]{{1,4}} ?(?:室|层|楼)?")),
            // Three things or more in a row.
            build(r"[^、，。；：]{1,14}、[^、，。；：]{1,14}(?:、|和|以及|及|与)"),
        ]
    })
}

/// Which figures stand in a text: bit `i` for `NAMES[i]`.
#[must_use]
pub fn scan(text: &str) -> u16 {
    let digit = text.bytes().any(|b| b.is_ascii_digit());
    let mut bits = 0;
    for (i, pattern) in patterns().iter().enumerate() {
        let worth = match i {
            0 => digit || text.contains('年'),
            1 => digit,
            2 => text.contains(['@', '#']),
            3 => text.contains('.'),
            4 => text.contains(['日', '天', '时', '年', '月', '周', '期', '钟']),
            5 => {
                text.contains("公司")
                    || text.contains("社")
                    || text.contains("所")
                    || text.contains("企业")
                    || text.contains("集团")
                    || text.contains("银行")
                    || text.contains("研究院")
            }
            6 => text.contains(['省', '市', '区', '县']),
            7 => text.contains(['【', '“', '-', '–', '—', '→', '>', '＞', '›']),
            8 => text.contains(['院', '校', '学', '园', '馆', '行', '局', '会', '心', '所', '社', '团']),
            9 => text.contains(['号', '弄', '幢', '栋', '座']),
            _ => text.contains('、'),
        };
        if worth && pattern.as_ref().is_some_and(|p| p.find_iter(text).any(|m| !age(m.as_str()))) {
            bits |= 1 << i;
        }
    }
    bits
}

/// The first span of time that a text names, as written.
#[must_use]
pub fn duration(text: &str) -> Option<&str> {
    let pattern = patterns().get(4).and_then(Option::as_ref);
    pattern.and_then(|p| p.find_iter(text).map(|m| m.as_str()).find(|m| !age(m)))
}

/// An age is written like a span of weeks.
fn age(figure: &str) -> bool {
    figure.ends_with("周岁")
}

/// The company names in a text, byte ranges.
#[must_use]
pub fn companies(text: &str) -> Vec<(usize, usize)> {
    patterns()
        .get(5)
        .and_then(Option::as_ref)
        .map_or_else(Vec::new, |p| p.find_iter(text).map(|m| (m.start(), m.end())).collect())
}

#[cfg(test)]
mod tests {
    use super::{NAMES, scan};

    fn check(text: &str, expect: &[&str]) {
        let bits = scan(text);
        let got: Vec<&str> = NAMES.iter().enumerate().filter(|(i, _)| bits & (1 << i) != 0).map(|(_, n)| *n).collect();
        assert_eq!(got, expect, "{text}");
    }

    #[test]
    fn patterns_compile() {
        assert!(super::patterns().iter().all(Option::is_some));
    }

    #[test]
    fn figures() {
        check("生效于2024年5月1日起", &["date", "duration"]);
        check("自二〇二六年三月起生效", &["date", "duration"]);
        check("一九九九年十二月", &["date", "duration"]);
        check("二十年前的三月", &["duration"]);
        check("请拨打400-820-8888", &["phone"]);
        check("电话（010）84947811", &["phone"]);
        check("写信至a.b@c.cn。", &["email", "url"]);
        check("我们将在十五个工作日内答复", &["duration"]);
        check("云杉出行（上海）科技有限公司", &["company"]);
        check("上海市浦东新区云杉路1号", &["address", "street"]);
        check("通过【我的】页面", &["path"]);
        check("我们收集您的手机号码", &[]);
        check("进入“隐私中心”页", &["path"]);
        check("依次点开设置 > 隐私", &["path"]);
        check("本小程序系永济市第三人民医院开办", &["org"]);
        check("来函请寄江城市解放大道88号", &["street"]);
        check("只登记手机号、生日", &[]);
        check("只登记手机号、生日和小票", &["list"]);
        check("留存半年", &["duration"]);
        check("座机 025-5220 9900", &["phone"]);
        check("不满十四周岁的儿童", &[]);
        check("不满十四周岁的，我们保存三年", &["duration"]);
        check("订单号20240501000012345", &[]);
    }
}
