//! Chinese characters: licence plates, postal addresses, names, and 微信 before an id.

use super::numbers::says;
use super::{ALPHA, DIGIT, Hits, WORD, at, before, class, cut, words};
use crate::kind::{Confidence, Kind};

use Confidence::{High, Low, Medium};

const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
/// What ends a numbered part of an address.
const NUMBERED: &str = "号弄栋幢室楼";
/// Family names that begin nearly all Chinese names; two-character ones apart.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利于呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由";
const COMPOUND: &[&str] = &[
    "欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯", "轩辕", "端木",
    "南宫", "长孙", "宇文", "闻人", "独孤", "百里",
];
const CITIES: &[&str] = &["北京", "上海", "天津", "重庆", "香港", "澳门"];
/// Characters that do not end or fill a person's given name.
const NOT_GIVEN: &str = "的了是在有和与或及等们这那个不人员名号码省市县区镇乡路街道公司部门店厂院校者费款元年月日时分秒件单条项类型号第您你我他她它请为从被把对将";
/// Words that begin with a family name and are none.
const NOT_NAMES: &[&str] = &[
    "成功",
    "时间",
    "金额",
    "方式",
    "方法",
    "文件",
    "文本",
    "安全",
    "国家",
    "国际",
    "平台",
    "平均",
    "计算",
    "计划",
    "相关",
    "相机",
    "来源",
    "信息",
    "单位",
    "单价",
    "管理",
    "全部",
    "全国",
    "明细",
    "明天",
    "高级",
    "高清",
    "向上",
    "应用",
    "应当",
    "连接",
    "商品",
    "商家",
    "商户",
    "关闭",
    "关于",
    "关注",
    "任务",
    "任何",
    "解释",
    "简介",
    "查询",
    "查看",
    "索引",
    "原因",
    "原始",
    "支付",
    "支持",
    "银行",
    "车辆",
    "花费",
    "路径",
    "利率",
    "居民",
    "修改",
    "展示",
    "智能",
    "强制",
    "经理",
    "易购",
    "白色",
    "黄色",
    "黄金",
    "蓝色",
    "金色",
    "银色",
    "石油",
    "牛奶",
    "米饭",
    "华为",
    "荣耀",
    "康师傅",
    "盛大",
    "严重",
    "温度",
    "常规",
    "常用",
    "通用",
    "包括",
    "游戏",
    "游客",
    "路由",
    "师傅",
    "终端",
    "程序",
    "范围",
    "万元",
    "戴尔",
    "麦片",
    "毛巾",
    "高钙",
    "花生",
];

const PLATE: u16 = 1;
const NUM: u16 = 2;
const CHAT: u16 = 4;
const SUR: u16 = 8;
const BAD: u16 = 16;
/// Begins a family name of two characters.
const TWO: u16 = 32;
/// Begins a word that is no name.
const OTHER: u16 = 64;
const NUMERAL: u16 = 128;
/// An administrative unit.
const UNIT: u16 = 256;
/// A road, village or estate.
const ROAD: u16 = 512;
/// What a house, floor or room has a number of.
const HOUSE: u16 = 1024;
/// A part of a word that comes before an address.
const LEAD: u16 = 2048;
/// Further ends of a numbered part, within an address.
const COUNTED: u16 = 4096;
/// Begins the name of a city that is a province, or of Hong Kong or Macao.
const CITY: u16 = 8192;
/// Second character of a word that is no name.
const AFTER: u16 = 16384;

/// First of the characters that have flags.
const FIRST: u32 = 0x4E00;
/// How many there are.
const MANY: usize = 0x5200;

/// Flags for each Chinese character, from [`FIRST`].
static FLAGS: [u16; MANY] = {
    let mut t = [0; MANY];
    set(&mut t, PROVINCES, PLATE);
    set(&mut t, NUMBERED, NUM);
    set(&mut t, "信", CHAT);
    set(&mut t, SURNAMES, SUR);
    set(&mut t, NOT_GIVEN, BAD);
    set(&mut t, "一二三四五六七八九十百", NUMERAL);
    set(&mut t, "省市区县州盟旗镇乡", UNIT);
    set(&mut t, "路街道巷弄村胡里苑园庄屯组", ROAD);
    set(&mut t, "号栋幢室楼层", HOUSE);
    set(&mut t, "住位址到往", LEAD);
    set(&mut t, "单层座户", COUNTED);
    nth(&mut t, CITIES, 0, CITY);
    nth(&mut t, COMPOUND, 0, TWO);
    nth(&mut t, NOT_NAMES, 0, OTHER);
    nth(&mut t, NOT_NAMES, 1, AFTER);
    t
};

/// Marks each character of a text, all of which are of three bytes.
const fn set(t: &mut [u16; MANY], s: &str, flag: u16) {
    let b = s.as_bytes();
    let mut i = 0;
    while i < b.len() {
        mark(t, b, i, flag);
        i += 3;
    }
}

/// Marks one character of each word.
const fn nth(t: &mut [u16; MANY], words: &[&str], n: usize, flag: u16) {
    let mut i = 0;
    while i < words.len() {
        #[expect(clippy::indexing_slicing, reason = "evaluated at compile time, where it cannot panic unseen")]
        mark(t, words[i].as_bytes(), 3 * n, flag);
        i += 1;
    }
}

#[expect(clippy::indexing_slicing, reason = "evaluated at compile time, where it cannot panic unseen")]
const fn mark(t: &mut [u16; MANY], b: &[u8], i: usize, flag: u16) {
    let c = (b[i] as usize & 15) << 12 | (b[i + 1] as usize & 63) << 6 | (b[i + 2] as usize & 63);
    t[c - FIRST as usize] |= flag;
}

#[inline]
fn flags(c: u32) -> u16 {
    FLAGS.get(c.wrapping_sub(FIRST) as usize).copied().unwrap_or(0)
}

/// The three-byte character at `i` as a code point; 0 when there is none.
#[inline]
fn ch(buf: &[u8], i: usize) -> u32 {
    match buf.get(i..i.wrapping_add(3)) {
        Some(&[a, b, c]) if a & 0xF0 == 0xE0 && b & 0xC0 == 0x80 && c & 0xC0 == 0x80 => {
            u32::from(a & 15) << 12 | u32::from(b & 63) << 6 | u32::from(c & 63)
        }
        _ => 0,
    }
}

#[inline]
fn han(c: u32) -> bool {
    (0x4E00..=0x9FFF).contains(&c)
}

/// A run of Chinese characters from `i`; returns its end, or the end of what was found.
pub(super) fn step(buf: &[u8], i: usize, out: &mut Hits) -> usize {
    let mut j = i;
    while let Some(&f) = FLAGS.get(ch(buf, j).wrapping_sub(FIRST) as usize) {
        if f & (PLATE | NUM | CHAT) != 0 {
            if f & PLATE != 0
                && class(at(buf, j + 3)) == ALPHA
                && let Some(end) = plate(buf, j, out)
            {
                return end;
            }
            if f & NUM != 0
                && j >= 1
                && (class(before(buf, j)) & WORD != 0 || numeral(ch(buf, j.wrapping_sub(3))))
                && let Some(end) = address(buf, j, out)
            {
                return end;
            }
            if f & CHAT != 0 && j >= 3 && cut(buf, j - 3, j) == "微".as_bytes() {
                let end = words::wechat(buf, j + 3, out);
                if end > j + 3 {
                    return end;
                }
            }
        }
        j += 3;
    }
    // Names of several peoples are of parts joined by a dot: 尼格买提·热合曼.
    if j > i && dot(buf, j) > 0 && out.hint.is_none_or(|h| h == Kind::Name) {
        let mut end = j;
        while dot(buf, end) > 0 && han(ch(buf, end + dot(buf, end))) {
            end += dot(buf, end);
            while han(ch(buf, end)) {
                end += 3;
            }
        }
        let known = out.found.len();
        name(buf, i, end, out);
        if out.found.len() > known {
            return end;
        }
    }
    // Two to four characters that stand alone may be a name, if something says so.
    if (6..=12).contains(&(j - i)) && flags(ch(buf, i)) & SUR != 0 && out.hint.is_none_or(|h| h == Kind::Name) {
        name(buf, i, j, out);
    }
    j.max(i + 1)
}

/// The dots that join parts of a name.
const DOTS: [char; 4] = ['·', '•', '・', '‧'];

/// Length of the dot at `i` that joins parts of a name; 0 when there is none.
#[inline]
fn dot(buf: &[u8], i: usize) -> usize {
    match at(buf, i) {
        0xC2 if at(buf, i + 1) == 0xB7 => 2,
        0xE2 | 0xE3 if char::from_u32(ch(buf, i)).is_some_and(|c| DOTS.contains(&c)) => 3,
        _ => 0,
    }
}

fn numeral(c: u32) -> bool {
    flags(c) & NUMERAL != 0
}

/// 京A12345, 京AD12345 (new energy), 京A·12345, 粤Z1234港.
fn plate(buf: &[u8], i: usize, out: &mut Hits) -> Option<usize> {
    let city = at(buf, i + 3);
    if !city.is_ascii_uppercase() || matches!(city, b'I' | b'O') {
        return None;
    }
    let mut k = i + 4;
    if cut(buf, k, k + 2) == "·".as_bytes() {
        k += 2;
    } else if matches!(at(buf, k), b'-' | b' ' | b'.') && class(at(buf, k + 1)) & WORD != 0 {
        k += 1;
    }
    let mut end = k;
    let mut digits = 0;
    while class(at(buf, end)) & WORD != 0 {
        let b = at(buf, end);
        if b.is_ascii_lowercase() || matches!(b, b'I' | b'O') {
            return None;
        }
        digits += u32::from(b.is_ascii_digit());
        end += 1;
    }
    let n = end - k;
    let tail = char::from_u32(ch(buf, end)).is_some_and(|c| "港澳学警挂使领".contains(c));
    let ok = match n {
        5 => digits >= 3,
        // New energy: D or F first, or last for heavy vehicles.
        6 => digits >= 4 && (matches!(at(buf, k), b'A'..=b'K') || matches!(before(buf, end), b'A'..=b'K')),
        4 => tail && digits >= 2,
        _ => false,
    };
    // ICP licences look like 粤B2-20090059.
    if !ok || (at(buf, end) == b'-' && class(at(buf, end + 1)) == DIGIT) {
        return None;
    }
    let end = if n == 4 { end + 3 } else { end };
    let say = says(buf, i, out);
    out.push(Kind::LicencePlate, i, end, if say.against { Low } else { High });
    Some(end)
}

/// What is in a stretch of an address.
struct Parts {
    units: u32,
    roads: u32,
    numbers: u32,
    /// A character that may end a word before the address.
    lead: bool,
}

/// What is in a stretch of an address: administrative units, roads or villages, numbers.
fn parts(s: &[u8]) -> Parts {
    let (mut units, mut roads, mut numbers, mut lead) = (0, 0, 0, false);
    // A character that ends a numbered part counts where a letter, digit or numeral stands before it.
    let (mut counted, mut spaced) = (false, true);
    let mut i = 0;
    while let Some(&b) = s.get(i) {
        let c = ch(s, i);
        if c == 0 {
            // The bytes after the first of a longer character are of no class either.
            counted = class(b) & WORD != 0;
            spaced = b == b' ';
            i += 1;
            continue;
        }
        let f = flags(c);
        units += u32::from(f & UNIT != 0 && !spaced);
        roads += u32::from(f & ROAD != 0);
        numbers += u32::from(f & HOUSE != 0 && counted);
        lead |= f & LEAD != 0;
        counted = f & NUMERAL != 0;
        spaced = false;
        i += 3;
    }
    let city = flags(ch(s, 0)) & CITY != 0 && CITIES.iter().any(|w| s.starts_with(w.as_bytes()));
    Parts { units: units + u32::from(city), roads, numbers, lead }
}

/// True for a whole value that reads as an address: two levels of place, or a place with a road or village.
#[must_use]
pub fn is_address(value: &str) -> bool {
    let n = value.chars().count();
    if !(6..=120).contains(&n) || value.contains(['。', '？', '！']) {
        return false;
    }
    let Parts { units, roads, numbers, .. } = parts(value.as_bytes());
    let han_share = value.chars().filter(|c| han(*c as u32)).count() * 2 >= n;
    han_share && units >= 1 && (roads + numbers >= 1 || units >= 3)
}

/// An address around the 号, 室 … at `j` that follows a number.
fn address(buf: &[u8], j: usize, out: &mut Hits) -> Option<usize> {
    // Back over characters, letters, digits and joints, at most 120 bytes.
    let floor = j.saturating_sub(120).max(out.found.last().map_or(0, |h| h.end));
    let mut a = j;
    while a > floor {
        let b = before(buf, a);
        if class(b) & WORD != 0 || matches!(b, b'-' | b'#') {
            a -= 1;
        } else if a >= floor + 3 && han(ch(buf, a - 3)) {
            a -= 3;
        } else {
            break;
        }
    }
    // Forward likewise, to the last numbered part.
    let (mut k, mut end) = (j, j + 3);
    while k < j + 90 {
        let c = ch(buf, k);
        if han(c) {
            let f = flags(c);
            let counted = class(before(buf, k)) & WORD != 0 || numeral(ch(buf, k.wrapping_sub(3)));
            if counted && (f & NUM != 0 || f & COUNTED != 0) {
                end = k + 3;
            }
            k += 3;
        } else if class(at(buf, k)) & WORD != 0 || matches!(at(buf, k), b'-' | b'#') {
            k += 1;
            if class(at(buf, k)) & WORD == 0 && before(buf, k).is_ascii_digit() && !han(ch(buf, k)) {
                end = k;
            }
        } else {
            break;
        }
    }
    let text = cut(buf, a, end);
    let Parts { units, roads, numbers, lead } = parts(text);
    if numbers == 0 || roads == 0 {
        return None;
    }
    // Words before the place do not belong to it: 我住在北京市…
    let mut skip = 0;
    if lead {
        let words = [
            "住在",
            "位于",
            "地址为",
            "地址是",
            "寄到",
            "送到",
            "寄往",
            "送往",
            "地址",
            "住址",
            "家住",
            "现住",
            "居住于",
        ];
        let ends = words.iter().filter_map(|w| memchr::memmem::rfind(text, w.as_bytes()).map(|p| p + w.len()));
        skip = ends.max().unwrap_or(0);
    }
    // A road and a number alone are an address where a word says so.
    if units == 0 {
        let named = skip > 0 || says(buf, a, out).kind == Some(Kind::PostalAddress);
        if !named || !["路", "街", "巷", "胡同"].iter().any(|w| memchr::memmem::find(text, w.as_bytes()).is_some())
        {
            return None;
        }
    }
    out.push(Kind::PostalAddress, a + skip, end, if units >= 2 { High } else { Medium });
    Some(end)
}

/// True when the first character (or the first two) is a family name.
#[must_use]
pub fn surname(value: &str) -> bool {
    value.chars().next().is_some_and(|c| flags(c as u32) & SUR != 0) || COMPOUND.iter().any(|s| value.starts_with(s))
}

/// The same as [`full_name`] for two or three characters that do not begin a family name of two; `None` for all else.
fn plain(value: &[u8]) -> Option<bool> {
    let first = ch(value, 0);
    let f = flags(first);
    if f & TWO != 0 || f & OTHER != 0 && flags(ch(value, 3)) & AFTER != 0 {
        return None;
    }
    let mut good = f & SUR != 0 && han(first);
    for i in (3..value.len()).step_by(3) {
        let c = ch(value, i);
        good &= han(c) && flags(c) & BAD == 0;
    }
    Some(good)
}

/// True for a whole value that reads as a Chinese name: a family name and one or two more characters (two-character
/// family names and names joined by `·` likewise), none of which is at home in other words.
#[must_use]
pub fn full_name(value: &str) -> bool {
    // Most values are told by their length: a name of two to four characters has six, nine or twelve bytes.
    if !matches!(value.len(), 6 | 9 | 12) && !value.contains(DOTS) {
        return false;
    }
    if let (6 | 9, Some(plain)) = (value.len(), plain(value.as_bytes())) {
        return plain;
    }
    let n = value.chars().count();
    if value.contains(DOTS) {
        return (4..=20).contains(&n)
            && value.split(DOTS).all(|p| p.chars().count() >= 2 && p.chars().all(|c| han(c as u32)));
    }
    let first = value.chars().next().map_or(0, |c| c as u32);
    let compound = flags(first) & TWO != 0 && COMPOUND.iter().any(|s| value.starts_with(s));
    let given = if compound { 2 } else { 1 };
    let len_ok = if compound { (3..=4).contains(&n) } else { (2..=3).contains(&n) };
    len_ok
        && surname(value)
        && value.chars().all(|c| han(c as u32))
        && value.chars().skip(given).all(|c| flags(c as u32) & BAD == 0)
        && !(flags(first) & OTHER != 0
            && flags(ch(value.as_bytes(), 3)) & AFTER != 0
            && NOT_NAMES.iter().any(|w| value.starts_with(w)))
}

fn name(buf: &[u8], i: usize, j: usize, out: &mut Hits) {
    let Ok(text) = std::str::from_utf8(cut(buf, i, j)) else { return };
    if !full_name(text) {
        return;
    }
    if out.hint == Some(Kind::Name) {
        // The column decides over all its values; see the column's judgement.
        out.push(Kind::Name, i, j, Medium);
        return;
    }
    if out.against || class(before(buf, i)) & WORD != 0 {
        return;
    }
    let say = super::context::says(buf, i);
    // The word must stand right before: a name far behind a label belongs to something else.
    let near = buf
        .get(i.saturating_sub(4)..i)
        .is_some_and(|t| t.iter().any(|b| matches!(b, b':' | b'=' | b'"' | b' ')) || t.ends_with("：".as_bytes()));
    if say.kind == Some(Kind::Name) && near {
        out.push(Kind::Name, i, j, Medium);
    }
}
