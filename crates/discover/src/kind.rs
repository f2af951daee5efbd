//! The types of personal information that the scanner knows, with their taxonomy ids and how each is masked.

use serde::{Serialize, Serializer};

/// A type of value the scanner recognises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Resident identity number (18 digits with a check character, or the withdrawn 15 digits).
    IdNumber,
    /// Chinese mobile number.
    MobileNumber,
    /// Chinese landline number with area code.
    LandlineNumber,
    /// Bank card number.
    BankCardNumber,
    /// Passport number, permits to Hong Kong and Macao, and permits of people from Taiwan.
    PassportNumber,
    /// Number of an officer's or soldier's card.
    MilitaryId,
    /// Vehicle licence plate.
    LicencePlate,
    /// Vehicle identification number.
    Vin,
    /// Device identity of a mobile phone.
    Imei,
    /// Hardware address of a network card.
    MacAddress,
    /// IPv4 or IPv6 address.
    IpAddress,
    /// E-mail address of a person.
    Email,
    /// Postal address.
    PostalAddress,
    /// Name of a natural person.
    Name,
    /// A place given by coordinates.
    PreciseLocation,
    /// Three or more coordinates in one value, or coordinates with time and person in one table.
    Trajectory,
    /// WeChat id.
    WechatId,
    /// QQ number.
    QqNumber,
    /// Image of a face, judged by the file's or column's name and the image's first bytes; pixels are not read.
    FaceImage,
    /// Unified social credit code of an organisation. Recognised so that it is not taken for anything else; not personal.
    CreditCode,
}

/// Every kind, in the order of reports.
pub const ALL: [Kind; 20] = [
    Kind::IdNumber,
    Kind::MobileNumber,
    Kind::LandlineNumber,
    Kind::BankCardNumber,
    Kind::PassportNumber,
    Kind::MilitaryId,
    Kind::LicencePlate,
    Kind::Vin,
    Kind::Imei,
    Kind::MacAddress,
    Kind::IpAddress,
    Kind::Email,
    Kind::PostalAddress,
    Kind::Name,
    Kind::PreciseLocation,
    Kind::Trajectory,
    Kind::WechatId,
    Kind::QqNumber,
    Kind::FaceImage,
    Kind::CreditCode,
];

impl Kind {
    /// The taxonomy id, kebab-case English.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.row().0
    }

    /// The Chinese name.
    #[must_use]
    pub fn zh(self) -> &'static str {
        self.row().1
    }

    /// The English name.
    #[must_use]
    pub fn en(self) -> &'static str {
        self.row().2
    }

    /// The kind with this taxonomy id.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Kind> {
        ALL.into_iter().find(|k| k.id() == id)
    }

    /// The type of the taxonomy (`catalogue/taxonomy/types.yaml`) that values of this kind are of; `None` where they are not
    /// personal.
    #[must_use]
    pub fn taxonomy(self) -> Option<&'static str> {
        match self {
            Kind::CreditCode => None,
            Kind::LandlineNumber => Some("phone-number"),
            Kind::BankCardNumber => Some("bank-card"),
            Kind::Imei => Some("device-id"),
            Kind::PostalAddress => Some("address"),
            Kind::WechatId | Kind::QqNumber => Some("account"),
            kind => Some(kind.id()),
        }
    }

    /// Position in [`ALL`].
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }

    /// False for what is recognised only so that it is not mistaken for personal information.
    #[must_use]
    pub fn personal(self) -> bool {
        self != Kind::CreditCode
    }

    /// True when values of this kind carry a check digit, so that failing neighbours speak against a passing one.
    #[must_use]
    pub fn checked(self) -> bool {
        matches!(self, Kind::IdNumber | Kind::BankCardNumber | Kind::Imei | Kind::Vin | Kind::CreditCode)
    }

    fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Kind::IdNumber => ("id-number", "居民身份证号码", "resident identity number"),
            Kind::MobileNumber => ("mobile-number", "手机号码", "mobile number"),
            Kind::LandlineNumber => ("landline-number", "固定电话号码", "landline number"),
            Kind::BankCardNumber => ("bank-card-number", "银行卡号", "bank card number"),
            Kind::PassportNumber => ("passport-number", "护照或通行证号码", "passport or permit number"),
            Kind::MilitaryId => ("military-id", "军官证号", "military officer card number"),
            Kind::LicencePlate => ("licence-plate", "车牌号", "licence plate"),
            Kind::Vin => ("vin", "车辆识别代号", "vehicle identification number"),
            Kind::Imei => ("imei", "移动设备识别码", "IMEI"),
            Kind::MacAddress => ("mac-address", "网卡地址", "MAC address"),
            Kind::IpAddress => ("ip-address", "网络地址", "IP address"),
            Kind::Email => ("email", "电子邮箱", "e-mail address"),
            Kind::PostalAddress => ("postal-address", "通信地址", "postal address"),
            Kind::Name => ("name", "姓名", "name"),
            Kind::PreciseLocation => ("precise-location", "精准定位", "precise location"),
            Kind::Trajectory => ("trajectory", "行踪轨迹", "trajectory"),
            Kind::WechatId => ("wechat-id", "微信号", "WeChat id"),
            Kind::QqNumber => ("qq-number", "QQ号", "QQ number"),
            Kind::FaceImage => ("face-image", "人脸图像", "face image"),
            Kind::CreditCode => ("unified-credit-code", "统一社会信用代码", "unified social credit code"),
        }
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.id())
    }
}

/// How sure the scanner is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// The shape fits; other things have this shape too.
    Low,
    /// The shape is rare, or a weaker shape stands beside a matching word or column name.
    Medium,
    /// A check digit with a valid date, region or issuer, or a shape that nothing else has.
    High,
}

impl Confidence {
    /// The Chinese word.
    #[must_use]
    pub fn zh(self) -> &'static str {
        match self {
            Confidence::Low => "低",
            Confidence::Medium => "中",
            Confidence::High => "高",
        }
    }

    /// The English word.
    #[must_use]
    pub fn en(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

/// A masked form of `value` that is safe to print.
///
/// INVARIANT (masked): at most a third of the characters that carry information stay, and never more than six, so that no
/// printed sample gives a full value away. The one exception is a name, whose first character stays.
#[must_use]
pub fn mask(kind: Kind, value: &str) -> String {
    let (head, tail) = match kind {
        // The region's first digits tell the reader which province; nothing of the birthday or the sequence stays.
        Kind::IdNumber | Kind::CreditCode => (2, 1),
        Kind::MobileNumber => (3, 1),
        Kind::LandlineNumber => (2, 1),
        Kind::BankCardNumber => (4, 2),
        Kind::PassportNumber | Kind::MilitaryId | Kind::LicencePlate => (1, 1),
        Kind::Vin => (3, 1),
        Kind::Imei | Kind::WechatId => (2, 0),
        Kind::QqNumber | Kind::Name | Kind::Email | Kind::MacAddress | Kind::IpAddress => (1, 0),
        Kind::PostalAddress => (2, 0),
        Kind::PreciseLocation | Kind::Trajectory | Kind::FaceImage => (0, 0),
    };
    if matches!(kind, Kind::PreciseLocation | Kind::Trajectory | Kind::FaceImage) {
        return "***".to_owned();
    }
    let keep = |c: &char| c.is_alphanumeric();
    let n = value.chars().filter(keep).count();
    // A short value keeps less: two characters hidden for each one shown.
    let budget = n / 3;
    let head = head.min(budget.max(usize::from(kind == Kind::Name && n >= 2)));
    let tail = tail.min(budget.saturating_sub(head));
    let mut out = String::new();
    let mut seen = 0usize;
    let mut stars = 0usize;
    for c in value.chars() {
        if !keep(&c) {
            // Separators stay where they help the reader recognise the shape.
            if matches!(c, '@' | '.' | ':' | '-') && stars < 24 {
                out.push(c);
            }
            continue;
        }
        seen += 1;
        if seen <= head || seen > n - tail {
            out.push(c);
        } else if stars < 20 {
            out.push('*');
            stars += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_id_and_index() {
        for (i, k) in ALL.into_iter().enumerate() {
            assert_eq!(k.index(), i);
            assert_eq!(Kind::from_id(k.id()), Some(k));
        }
    }

    #[test]
    fn masks() {
        assert_eq!(mask(Kind::MobileNumber, "13812345678"), "138********");
        assert_eq!(mask(Kind::Name, "张三"), "张*");
        assert_eq!(mask(Kind::Email, "zhang.san@example.com"), "z****.***@*******.***");
        assert_eq!(mask(Kind::IpAddress, "8.8.8.8"), "8.*.*.*");
        assert_eq!(mask(Kind::PreciseLocation, "116.397128,39.916527"), "***");
    }
}
