//! Made-up values: valid ones of every kind, and near misses. Nothing here belongs to a person; all is drawn from a seed.

use zhunsheng_discover::regions;
use zhunsheng_discover::scan::digits;

/// SplitMix64.
pub struct Rng(pub u64);

impl Rng {
    /// A number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n.max(1)
    }

    /// One of several.
    pub fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list.get(self.below(list.len() as u64) as usize).copied().unwrap_or("")
    }

    /// `n` digits, the first not 0.
    pub fn digits(&mut self, n: usize) -> String {
        (0..n).map(|i| char::from(b'0' + if i == 0 { 1 + self.below(9) } else { self.below(10) } as u8)).collect()
    }

    fn of(&mut self, alphabet: &str, n: usize) -> String {
        let a: Vec<char> = alphabet.chars().collect();
        (0..n).filter_map(|_| a.get(self.below(a.len() as u64) as usize)).collect()
    }

    /// `n` hexadecimal digits.
    pub fn hex(&mut self, n: usize) -> String {
        self.of("0123456789abcdef", n)
    }
}

fn id_body(r: &mut Rng) -> String {
    format!(
        "{:06}{}{:02}{:02}{:03}",
        regions::nth(r.below(6000) as usize),
        1950 + r.below(60),
        1 + r.below(12),
        1 + r.below(28),
        r.below(1000)
    )
}

/// An identity number; with `good` false its check character is wrong.
pub fn id(r: &mut Rng, good: bool) -> String {
    let body = id_body(r);
    let all: Vec<String> = "0123456789X".chars().map(|c| format!("{body}{c}")).collect();
    let right = |s: &&String| digits::id18(s.as_bytes()) == digits::Id::Good;
    let found = if good { all.iter().find(right) } else { all.iter().find(|s| !right(s)) };
    found.cloned().unwrap_or_default()
}

/// A mobile number.
pub fn mobile(r: &mut Rng) -> String {
    let head = r.pick(&["138", "139", "150", "158", "186", "188", "177", "199", "166", "147", "135", "170"]);
    format!("{head}{}", r.digits(8))
}

/// A landline number.
pub fn landline(r: &mut Rng) -> String {
    let (area, n) = if r.below(2) == 0 {
        (r.pick(&["010", "021", "020", "025"]), 8)
    } else {
        (r.pick(&["0755", "0571", "0769", "0532"]), 8)
    };
    let first = r.pick(&["2", "3", "5", "6", "8"]);
    format!("{area}-{first}{}", r.digits(n - 1))
}

/// A card number of UnionPay; with `good` false the Luhn digit is wrong.
pub fn card(r: &mut Rng, good: bool) -> String {
    let n = if r.below(2) == 0 { 16 } else { 19 };
    let body = format!("{}{}", r.pick(&["622202", "621700", "623052", "625912"]), r.digits(n - 7));
    let all: Vec<String> = (0..10).map(|c| format!("{body}{c}")).collect();
    all.into_iter().find(|s| digits::luhn(s.as_bytes()) == good).unwrap_or_default()
}

/// A device identity.
pub fn imei(r: &mut Rng) -> String {
    let body = format!("{}{}", r.pick(&["86", "35"]), r.digits(12));
    (0..10).map(|c| format!("{body}{c}")).find(|s| digits::luhn(s.as_bytes())).unwrap_or_default()
}

/// A vehicle identification number.
pub fn vin(r: &mut Rng, good: bool) -> String {
    loop {
        let s = format!(
            "L{}{}{}{}",
            r.of("ABCDEFGHJKLMNPRSTUVWXYZ", 3),
            r.of("0123456789", 4),
            r.of("0123456789X", 1),
            r.of("ABCDEFGHJKLMNPRST", 1)
        );
        let s = format!("{s}{}{}", r.of("ABCDEFGHJKLMNPRST", 1), r.of("0123456789", 6));
        if digits::vin(s.as_bytes()) == Some(good) {
            return s;
        }
    }
}

/// A unified social credit code.
pub fn credit(r: &mut Rng) -> String {
    loop {
        let s = format!("91{:06}{}", regions::nth(r.below(6000) as usize), r.of("0123456789ABCDEFGHJKLMNPQRTUWXY", 10));
        if digits::credit(s.as_bytes()) == Some(true) && s.bytes().any(|b| b.is_ascii_alphabetic()) {
            return s;
        }
    }
}

/// A licence plate.
pub fn plate(r: &mut Rng) -> String {
    let head = format!("{}{}", r.pick(&["京", "沪", "粤", "浙", "川", "鲁", "苏", "豫"]), r.of("ABCDEFGH", 1));
    if r.below(3) == 0 {
        format!("{head}D{}", r.digits(5))
    } else {
        format!("{head}{}{}", r.of("ABCDEFGHJKLMNPQRSTUVWXYZ", 1), r.digits(4))
    }
}

/// A passport number.
pub fn passport(r: &mut Rng) -> String {
    if r.below(2) == 0 { format!("E{}", r.digits(8)) } else { format!("E{}{}", r.of("ABCDEFGH", 1), r.digits(7)) }
}

/// An e-mail address of a person.
pub fn email(r: &mut Rng) -> String {
    let name = format!(
        "{}{}{}",
        r.pick(&["zhang", "li", "wang", "chen", "liu"]),
        r.pick(&[".", "_", ""]),
        r.pick(&["wei", "fang", "ming", "jing"])
    );
    format!("{name}{}@{}", r.below(1000), r.pick(&["example.com", "mail.example.cn", "corp-example.com.cn"]))
}

/// A public IPv4 address.
pub fn ip(r: &mut Rng) -> String {
    format!("{}.{}.{}.{}", 36 + r.below(60), 20 + r.below(200), r.below(256), 1 + r.below(254))
}

/// A hardware address of one device.
pub fn mac(r: &mut Rng) -> String {
    let sep = r.pick(&[":", "-"]);
    let first = r.pick(&["3c", "a4", "b8", "f0", "9c"]);
    let rest: Vec<String> = (0..5).map(|_| r.hex(2)).collect();
    format!("{first}{sep}{}", rest.join(sep))
}

/// A full name.
pub fn name(r: &mut Rng) -> String {
    let s = r.pick(&["王", "李", "张", "刘", "陈", "杨", "黄", "赵", "周", "吴", "徐", "孙", "欧阳", "司马"]);
    let given = r.pick(&[
        "伟", "芳", "娜", "敏", "静", "强", "磊", "洋", "艳", "勇", "建国", "晓明", "志强", "雨桐", "子涵", "浩然",
        "佳怡",
    ]);
    format!("{s}{given}")
}

/// A postal address.
pub fn address(r: &mut Rng) -> String {
    let place = r.pick(&[
        "北京市海淀区",
        "上海市浦东新区",
        "广东省深圳市南山区",
        "浙江省杭州市西湖区",
        "四川省成都市武侯区",
        "江苏省南京市鼓楼区",
    ]);
    let road = r.pick(&["中关村南大街", "张江路", "科技园南路", "文三路", "人民南路四段", "中山北路"]);
    let tail = match r.below(3) {
        0 => format!("{}号", 1 + r.below(300)),
        1 => format!("{}号{}栋{}室", 1 + r.below(300), 1 + r.below(20), 101 + r.below(2500)),
        _ => format!("{}号院{}号楼{}单元{}室", 1 + r.below(99), 1 + r.below(20), 1 + r.below(6), 101 + r.below(2500)),
    };
    format!("{place}{road}{tail}")
}

/// Longitude and latitude.
pub fn place(r: &mut Rng) -> String {
    format!("{}.{:06},{}.{:06}", 100 + r.below(22), r.below(1_000_000), 22 + r.below(20), r.below(1_000_000))
}

/// A WeChat id.
pub fn wechat(r: &mut Rng) -> String {
    if r.below(2) == 0 {
        format!("wxid_{}", r.of("0123456789abcdefghijklmnopqrstuvwxyz", 14))
    } else {
        format!("{}_{}", r.pick(&["zhang", "happy", "sunny"]), r.digits(5))
    }
}
