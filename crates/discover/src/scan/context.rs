//! Words beside a value, and names of columns and keys: what they say the value is, or is not.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::kind::Kind;

/// Longest stretch of bytes read to the left of a candidate.
const LOOK: usize = 40;

/// Words that say what a value is. ASCII words are compared without case, `_`, `-` and spaces.
const FOR: &[(Kind, &[&str])] = &[
    (
        Kind::IdNumber,
        &[
            "身份证",
            "证件号",
            "公民身份",
            "idcard",
            "idno",
            "idnumber",
            "identityno",
            "identitycard",
            "certno",
            "sfz",
            "sfzh",
            "shenfenzheng",
            "citizenid",
        ],
    ),
    (
        Kind::BankCardNumber,
        &[
            "银行卡",
            "卡号",
            "银行账号",
            "银行账户",
            "借记卡",
            "信用卡",
            "bankcard",
            "cardno",
            "cardnumber",
            "bankaccount",
            "creditcard",
            "bankno",
        ],
    ),
    (Kind::PassportNumber, &["护照", "通行证", "台胞证", "回乡证", "passport"]),
    (Kind::MilitaryId, &["军官证", "士兵证", "文职干部证"]),
    (
        Kind::LicencePlate,
        &["车牌", "号牌", "plateno", "platenumber", "licenseplate", "licenceplate", "carno", "chepai"],
    ),
    (Kind::Vin, &["车架号", "车辆识别", "vin", "vinno", "vincode"]),
    (Kind::Imei, &["imei", "设备识别码", "串号"]),
    (Kind::MacAddress, &["mac", "macaddress", "macaddr", "wlanmac", "网卡地址", "物理地址"]),
    (
        Kind::IpAddress,
        &["ip", "ipaddr", "ipaddress", "clientip", "remoteaddr", "remoteip", "loginip", "userip", "ip地址"],
    ),
    (Kind::Email, &["邮箱", "电子邮件", "email", "mail", "emailaddress", "mailaddress"]),
    (Kind::WechatId, &["微信号", "微信", "wechat", "weixin", "wxid", "wechatid"]),
    (Kind::QqNumber, &["qq", "qq号", "qq号码", "qqno", "qqnumber"]),
    (Kind::LandlineNumber, &["固定电话", "固话", "座机", "landline", "telephone", "tel", "传真", "fax", "办公电话"]),
    (
        Kind::MobileNumber,
        &[
            "手机",
            "手机号",
            "手机号码",
            "移动电话",
            "联系电话",
            "电话",
            "mobile",
            "phone",
            "cellphone",
            "msisdn",
            "phoneno",
            "phonenumber",
            "mobileno",
            "shouji",
            "receiverphone",
        ],
    ),
    (
        Kind::PostalAddress,
        &[
            "地址",
            "住址",
            "收货地址",
            "家庭住址",
            "详细地址",
            "通讯地址",
            "address",
            "addr",
            "homeaddress",
            "dizhi",
            "shippingaddress",
        ],
    ),
    (
        Kind::FaceImage,
        &[
            "人脸",
            "面部",
            "头像照",
            "证件照",
            "自拍",
            "活体",
            "faceimage",
            "faceimg",
            "facephoto",
            "face",
            "selfie",
            "portrait",
            "idphoto",
        ],
    ),
    (Kind::Trajectory, &["轨迹", "trajectory", "track", "gpstrack", "行踪"]),
    (
        Kind::PreciseLocation,
        &[
            "经度",
            "纬度",
            "经纬度",
            "坐标",
            "latitude",
            "longitude",
            "lat",
            "lng",
            "lon",
            "gps",
            "coordinate",
            "coordinates",
            "latlng",
            "lnglat",
            "location",
            "定位",
        ],
    ),
    (Kind::CreditCode, &["统一社会信用", "信用代码", "creditcode", "uscc", "税号", "纳税人识别号"]),
    (
        Kind::Name,
        &[
            "姓名",
            "联系人",
            "收货人",
            "收件人",
            "寄件人",
            "户主",
            "持卡人",
            "申请人",
            "投保人",
            "被保险人",
            "患者",
            "学生",
            "员工",
            "客户名",
            "realname",
            "truename",
            "fullname",
            "username",
            "contactname",
            "customername",
            "receivername",
            "consignee",
            "xingming",
            "name",
        ],
    ),
];

/// Words that say a value is something else.
const AGAINST: &[&str] = &[
    "订单",
    "单号",
    "流水",
    "交易号",
    "编号",
    "序号",
    "批次",
    "合同号",
    "发票",
    "快递",
    "运单",
    "物流",
    "时间",
    "日期",
    "哈希",
    "摘要值",
    "校验",
    "版本",
    "型号",
    "条码",
    "商品",
    "库存",
    "金额",
    "价格",
    "余额",
    "总价",
    "单价",
    "售价",
    "原价",
    "总额",
    "合计",
    "货款",
    "order",
    "orderno",
    "orderid",
    "trade",
    "serial",
    "sn",
    "seq",
    "sequence",
    "batch",
    "invoice",
    "waybill",
    "tracking",
    "timestamp",
    "ts",
    "time",
    "date",
    "hash",
    "md5",
    "sha",
    "sha1",
    "sha256",
    "digest",
    "checksum",
    "token",
    "trace",
    "traceid",
    "spanid",
    "requestid",
    "sku",
    "barcode",
    "isbn",
    "version",
    "ver",
    "build",
    "commit",
    "uuid",
    "guid",
    "nonce",
    "amount",
    "price",
    "size",
    "bytes",
    "offset",
    "txid",
    "snowflake",
    "msgid",
    "messageid",
    "ticket",
    "sessionid",
    "productid",
    "itemid",
];

static WORDS: LazyLock<(AhoCorasick, Vec<Option<Kind>>)> = LazyLock::new(|| {
    let mut words: Vec<&str> = Vec::new();
    let mut kinds = Vec::new();
    for (kind, list) in FOR {
        words.extend(*list);
        kinds.extend(list.iter().map(|_| Some(*kind)));
    }
    words.extend(AGAINST);
    kinds.resize(words.len(), None);
    // The words are constants; an automaton of no words is what remains if they cannot be built.
    let ac = AhoCorasick::builder()
        .kind(Some(aho_corasick::AhoCorasickKind::DFA))
        .build(&words)
        .or_else(|_| AhoCorasick::new([""; 0]));
    match ac {
        Ok(ac) => (ac, kinds),
        Err(_) => unreachable!("an automaton without patterns is always built"),
    }
});

/// What a column name or key says about its values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Says {
    /// They are of this kind.
    pub kind: Option<Kind>,
    /// They are something else than personal numbers.
    pub against: bool,
}

/// Lower case, without separators; at most 64 characters.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).take(64).flat_map(char::to_lowercase).collect()
}

/// Words of an identifier: `receiverPhone_no` → receiver, phone, no.
fn parts(name: &str) -> Vec<String> {
    let mut out: Vec<String> = vec![String::new()];
    let mut low = false;
    for c in name.chars().take(128) {
        if !c.is_alphanumeric() || (low && c.is_uppercase()) {
            out.push(String::new());
        }
        low = c.is_lowercase();
        if c.is_alphanumeric()
            && let Some(l) = out.last_mut()
        {
            l.extend(c.to_lowercase());
        }
    }
    out.retain(|p| !p.is_empty());
    out
}

/// Names that end in “name” and are no person's, and columns of hashed or masked values.
const NO_NAME: &[&str] = &[
    "file",
    "product",
    "goods",
    "item",
    "app",
    "host",
    "class",
    "table",
    "column",
    "shop",
    "store",
    "company",
    "city",
    "province",
    "bank",
    "service",
    "event",
    "domain",
    "brand",
    "sku",
    "package",
    "dept",
    "department",
    "role",
    "task",
    "job",
    "module",
    "category",
    "school",
    "org",
    "nick",
    "method",
    "path",
    "key",
];

/// What the name of a column or key says.
#[must_use]
pub fn column(name: &str) -> Says {
    let last = name.rsplit(['.', '[']).find(|s| !s.trim_matches(']').is_empty() && *s != "*]").unwrap_or(name);
    let whole = plain(last);
    let words = parts(last);
    let ascii = last.is_ascii();
    let has = |w: &str| words.iter().any(|p| p == w);
    let mut best: Option<(usize, Kind)> = None;
    for (kind, list) in FOR {
        for w in *list {
            let hit = if !w.is_ascii() {
                whole.contains(w)
            } else if ascii {
                // Short words must be a whole part of the identifier; longer ones may stand inside.
                whole == *w || has(w) || (w.len() >= 5 && whole.contains(w))
            } else {
                whole == *w
            };
            if hit && best.is_none_or(|(n, _)| w.len() > n) {
                best = Some((w.len(), *kind));
            }
        }
    }
    let mut kind = best.map(|(_, k)| k);
    if kind == Some(Kind::Name)
        && (NO_NAME.iter().any(|w| has(w))
            || whole.contains("产品")
            || whole.contains("商品")
            || whole.contains("公司"))
    {
        kind = None;
    }
    let against = AGAINST.iter().any(|w| if w.is_ascii() { whole == *w || has(w) } else { whole.contains(w) });
    // 身份证编号 says 编号 too: a name that says what the value is wins.
    Says { kind, against: against && kind.is_none() }
}

/// Bytes to the left of `i` on the same line, at most `LOOK`, ASCII lowered, separators dropped.
fn left(buf: &[u8], i: usize) -> ([u8; LOOK], usize) {
    let from = i.saturating_sub(LOOK);
    let mut out = [0u8; LOOK];
    let mut n = 0;
    let slice = buf.get(from..i).unwrap_or(&[]);
    // Only the words of this field or clause speak for the value.
    let cut =
        slice.iter().rposition(|b| matches!(b, b'\n' | b'\r' | b'\t' | b';' | b'{' | b'}' | b'|')).map_or(0, |p| p + 1);
    let cut = cut.max(clause(slice));
    for b in slice.get(cut..).unwrap_or(&[]) {
        if (b.is_ascii_alphanumeric() || *b >= 0x80)
            && let Some(o) = out.get_mut(n)
        {
            *o = b.to_ascii_lowercase();
            n += 1;
        }
    }
    (out, n)
}

/// Start of the last clause: after the last comma, full-width comma, full stop or list mark that is followed by a word.
fn clause(s: &[u8]) -> usize {
    let ascii = s.iter().rposition(|b| *b == b',' || *b == b'&').map_or(0, |p| p + 1);
    let wide = ["，", "。", "；", "、"]
        .iter()
        .filter_map(|w| memchr::memmem::rfind(s, w.as_bytes()).map(|p| p + w.len()))
        .max()
        .unwrap_or(0);
    ascii.max(wide)
}

/// What the words to the left of `i` say. The nearest word wins.
#[must_use]
pub fn says(buf: &[u8], i: usize) -> Says {
    let (bytes, n) = left(buf, i);
    let text = bytes.get(..n).unwrap_or(&[]);
    let mut best: Option<(usize, usize, Option<Kind>)> = None;
    for m in WORDS.0.find_overlapping_iter(text) {
        let n = m.end() - m.start();
        // Latin words of three letters or fewer must stand right before the value.
        if n <= 3 && m.end() != text.len() && text.get(m.start()..m.end()).is_some_and(<[u8]>::is_ascii) {
            continue;
        }
        if best.is_none_or(|(e, l, _)| (m.end(), n) > (e, l)) {
            best = Some((m.end(), n, WORDS.1.get(m.pattern().as_usize()).copied().flatten()));
        }
    }
    match best {
        Some((_, _, Some(kind))) => Says { kind: Some(kind), against: false },
        Some((_, _, None)) => Says { kind: None, against: true },
        None => Says::default(),
    }
}

/// What is counted or paid, right behind a number.
const UNITS: &[&str] = &["元", "万元", "亿元", "美元", "块钱", "人民币", "字节", "毫秒"];
/// The same in Latin letters, as whole words.
const LATIN_UNITS: &[&str] = &["ms", "ns", "bytes", "rmb", "cny", "yuan"];
/// What makes another word of 元: New Year's Day, the lantern feast, January, element, member of a set.
const NO_YUAN: &[&str] = &["元旦", "元宵", "元月", "元素", "元件"];

/// What stands right behind a value that ends at `j`: a unit, a noun that it numbers (…号订单), or the name of its kind, alone
/// or in brackets. Behind a blank a name of a kind belongs to the next value.
#[must_use]
pub fn after(buf: &[u8], j: usize) -> Says {
    const NOTHING: Says = Says { kind: None, against: false };
    const AGAINST: Says = Says { kind: None, against: true };
    let rest = buf.get(j..buf.len().min(j.saturating_add(36))).unwrap_or(&[]);
    // Most values end in a joint or a line.
    if !rest.first().is_some_and(|b| matches!(b, b' ' | b'(') || *b >= 0x80) {
        return NOTHING;
    }
    let close = rest.strip_prefix(b" ").unwrap_or(rest);
    let starts = |words: &[&str]| words.iter().any(|w| close.starts_with(w.as_bytes()));
    let word = close.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
    let latin = close.get(..word).unwrap_or(&[]);
    if starts(UNITS) && !starts(NO_YUAN) || LATIN_UNITS.iter().any(|u| latin.eq_ignore_ascii_case(u.as_bytes())) {
        return AGAINST;
    }
    let numbered = rest.strip_prefix("号".as_bytes());
    let named = rest.strip_prefix("（".as_bytes()).or_else(|| rest.strip_prefix(b"(")).unwrap_or(rest);
    let text = numbered.unwrap_or(named);
    let longest = WORDS.0.find_overlapping_iter(text).filter(|m| m.start() == 0).max_by_key(aho_corasick::Match::end);
    let Some(m) = longest else { return NOTHING };
    match WORDS.1.get(m.pattern().as_usize()).copied().flatten() {
        Some(kind) => Says { kind: Some(kind), against: false },
        None if numbered.is_some() => AGAINST,
        None => NOTHING,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind() {
        let said = |s: &str| after(s.as_bytes(), 0);
        for against in ["号订单", "号运单已签收", "元", " 万元", " ms", "毫秒"] {
            assert!(said(against).against, "{against}");
        }
        for nothing in ["", ",订单号", " 订单已发货", "号码", " 元旦前", " msg=x", " 姓名：张三", "下单"]
        {
            assert_eq!(said(nothing), Says::default(), "{nothing}");
        }
        assert_eq!(said("（手机）").kind, Some(Kind::MobileNumber));
        assert_eq!(said("护照").kind, Some(Kind::PassportNumber));
        assert_eq!(said("号手机").kind, Some(Kind::MobileNumber));
    }

    #[test]
    fn columns() {
        let k = |s: &str| column(s).kind;
        assert_eq!(k("手机号码"), Some(Kind::MobileNumber));
        assert_eq!(k("user.receiverPhone"), Some(Kind::MobileNumber));
        assert_eq!(k("real_name"), Some(Kind::Name));
        assert_eq!(k("product_name"), None);
        assert_eq!(k("file_name"), None);
        assert_eq!(k("身份证编号"), Some(Kind::IdNumber));
        assert_eq!(k("id_card_no"), Some(Kind::IdNumber));
        assert_eq!(k("points[*].lng"), Some(Kind::PreciseLocation));
        assert!(column("order_no").against && column("订单编号").against && column("trace_id").kind.is_none());
        assert_eq!(k("shipping"), None);
        assert_eq!(k("client_ip"), Some(Kind::IpAddress));
        assert_eq!(k("email_address"), Some(Kind::Email));
    }

    #[test]
    fn nearest_word_wins() {
        let t = "手机号：13812345678，订单号：13912345678";
        let second = t.find("139").unwrap();
        assert_eq!(says(t.as_bytes(), t.find("138").unwrap()).kind, Some(Kind::MobileNumber));
        assert!(says(t.as_bytes(), second).against);
    }
}
