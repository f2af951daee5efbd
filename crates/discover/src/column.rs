//! What is learnt about one column (or key, or a text as a whole) while its values pass, and the judgement at the end.

use std::path::Path;

use serde::Serialize;

use crate::kind::{ALL, Confidence, Kind, mask};
use crate::scan::{self, Hits, context};

/// Samples kept of each kind in a column.
const SAMPLES: usize = 3;
/// Values longer than this are scanned but not taken as one name or one address (bytes).
const WHOLE: usize = 400;

/// One kind found in one column.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct Finding {
    /// What the values look like.
    pub kind: Kind,
    /// The type of the taxonomy they are of.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub taxonomy: Option<&'static str>,
    /// True for personal information; false for what is recognised and is none.
    pub personal: bool,
    /// The column, key path or table and column; `None` for text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// How sure the scanner is of the column as a whole.
    pub confidence: Confidence,
    /// Number of values found.
    pub count: u64,
    /// Number of values in the column that are not empty; 0 for text.
    pub values: u64,
    /// Line of the file where the record of the first value begins, from 1; in Parquet, which has no lines, its row.
    pub first: u64,
    /// Masked samples.
    pub samples: Vec<String>,
}

#[derive(Clone, Debug, Default)]
struct Tally {
    by: [u64; 3],
    near: u64,
    first: u64,
    samples: Vec<String>,
    /// Samples that were the same as one kept; after enough of them no other is looked for.
    same: u8,
}

/// Equal samples after which no further one is looked for.
const SAME: u8 = 50;

impl Tally {
    fn count(&self) -> u64 {
        self.by.iter().sum()
    }
}

/// A column while it is read.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name, safe to print; `None` for running text.
    pub name: Option<String>,
    /// What its name says.
    pub says: context::Says,
    values: u64,
    names: u64,
    first_name: u64,
    name_sample: Option<String>,
    /// The last mobile number, as a number, and how many differed from the one before by less than ten.
    last: u64,
    steps: u64,
    tallies: Vec<Tally>,
}

impl Column {
    /// A column with this name, as it stands in the file.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Column { says: context::column(name), name: Some(safe(name)), ..Column::text() }
    }

    /// Running text.
    #[must_use]
    pub fn text() -> Self {
        Column {
            name: None,
            says: context::Says::default(),
            values: 0,
            names: 0,
            first_name: 0,
            name_sample: None,
            last: 0,
            steps: 0,
            tallies: vec![Tally::default(); ALL.len()],
        }
    }

    /// Takes one value of the column; `row` is its line or row, from 1.
    pub fn value(&mut self, value: &[u8], row: u64, hits: &mut Hits) {
        if value.is_empty() {
            return;
        }
        self.values += 1;
        if value.len() < 4 && self.says.kind.is_none() || instant(value) {
            return;
        }
        hits.reset(self.says.kind, self.says.against);
        scan::scan(value, hits);
        for i in 0..hits.found.len() {
            if let Some(h) = hits.found.get(i) {
                let text = value.get(h.start..h.end).unwrap_or(&[]);
                self.hit(h.kind, h.confidence, text, row);
                if h.kind == Kind::MobileNumber {
                    self.step(text);
                }
            }
        }
        self.nears(hits);
        if value.len() <= WHOLE {
            self.whole(value, row, hits.found.is_empty());
        }
    }

    /// Notes whether a number comes right before or after the last one.
    fn step(&mut self, text: &[u8]) {
        let digits = text.iter().filter(|b| b.is_ascii_digit());
        let number = digits.fold(0u64, |n, b| n.wrapping_mul(10).wrapping_add(u64::from(b - b'0')));
        self.steps += u64::from((1..10).contains(&number.abs_diff(self.last)));
        self.last = number;
    }

    /// Takes a block of running text whose first line is `line`.
    pub fn block(&mut self, block: &[u8], line: u64, hits: &mut Hits) {
        hits.reset(None, false);
        scan::scan(block, hits);
        for h in &hits.found {
            let at = if self.tallies.get(h.kind.index()).is_some_and(|t| t.first == 0) {
                line + memchr::memchr_iter(b'\n', block.get(..h.start).unwrap_or(&[])).count() as u64
            } else {
                line
            };
            let text = block.get(h.start..h.end).unwrap_or(&[]);
            self.hit(h.kind, h.confidence, text, at);
        }
        self.nears(hits);
    }

    /// What the value as a whole may be, when the column's name or its neighbours say so.
    fn whole(&mut self, value: &[u8], row: u64, nothing: bool) {
        let lead = value.first().copied().unwrap_or(0);
        let hint = self.says.kind;
        if lead < 0x80 {
            match hint {
                Some(Kind::WechatId) if nothing && scan::wechat_id(value, 0) == Some(value.len()) => {
                    self.hit(Kind::WechatId, Confidence::High, value, row)
                }
                Some(Kind::FaceImage) if image_value(value) => {
                    self.hit(Kind::FaceImage, Confidence::Medium, value, row)
                }
                Some(Kind::Name) if latin_name(value) => self.hit(Kind::Name, Confidence::Low, value, row),
                _ => {}
            }
            return;
        }
        if self.says.against {
            return;
        }
        match hint {
            Some(Kind::PostalAddress) if nothing && std::str::from_utf8(value).is_ok_and(scan::is_address) => {
                self.hit(Kind::PostalAddress, Confidence::Medium, value, row);
            }
            None if (6..=24).contains(&value.len()) => {
                if let Ok(text) = std::str::from_utf8(value)
                    && scan::full_name(text)
                {
                    self.names += 1;
                    if self.first_name == 0 {
                        self.first_name = row;
                        self.name_sample = Some(mask(Kind::Name, text));
                    }
                }
            }
            _ => {}
        }
    }

    /// Counts one value as found.
    pub fn hit(&mut self, kind: Kind, confidence: Confidence, text: &[u8], row: u64) {
        let Some(t) = self.tallies.get_mut(kind.index()) else { return };
        if let Some(n) = t.by.get_mut(confidence as usize) {
            *n += 1;
        }
        if t.first == 0 {
            t.first = row;
        }
        if t.samples.len() < SAMPLES && t.same < SAME {
            let m = mask(kind, &String::from_utf8_lossy(text));
            if t.samples.contains(&m) {
                t.same += 1;
            } else {
                t.samples.push(m);
            }
        }
    }

    fn nears(&mut self, hits: &Hits) {
        if !hits.any_near {
            return;
        }
        for (t, n) in self.tallies.iter_mut().zip(&hits.near) {
            t.near += u64::from(*n);
        }
    }

    /// The findings of the column.
    #[must_use]
    pub fn judge(&self) -> Vec<Finding> {
        let mut out: Vec<Finding> = ALL.into_iter().filter_map(|k| self.judge_kind(k)).collect();
        // Names without a word that says so: nearly all values must read as names, and enough of them.
        let enough = self.name.is_some() && self.names >= 20 && self.names * 10 >= self.values * 9;
        if enough && !out.iter().any(|f| f.kind == Kind::Name) {
            out.push(self.finding(
                Kind::Name,
                Confidence::Medium,
                self.names,
                self.first_name,
                self.name_sample.iter().cloned().collect(),
            ));
        }
        out
    }

    fn finding(&self, kind: Kind, confidence: Confidence, count: u64, first: u64, samples: Vec<String>) -> Finding {
        let values = if self.name.is_some() { self.values } else { 0 };
        Finding {
            kind,
            taxonomy: kind.taxonomy(),
            personal: kind.personal(),
            column: self.name.clone(),
            confidence,
            count,
            values,
            first,
            samples,
        }
    }

    fn judge_kind(&self, kind: Kind) -> Option<Finding> {
        let t = self.tallies.get(kind.index())?;
        let n = t.count();
        if n == 0 {
            return None;
        }
        let hinted = self.says.kind == Some(kind);
        let table = self.name.is_some();
        let [_, medium, high] = t.by;
        let mut confidence = if high * 2 >= n {
            Confidence::High
        } else if (high + medium) * 2 >= n {
            Confidence::Medium
        } else {
            Confidence::Low
        };
        // A check digit passes by chance one time in ten or so: where most values of the shape fail it, the others passed by chance.
        let by_chance = t.near > 0 && n < t.near;
        if by_chance && !hinted && (kind.checked() || kind == Kind::MobileNumber) {
            if table || n * 4 < t.near {
                return None;
            }
            confidence = Confidence::Low;
        }
        if table && self.values > 0 {
            let most = n * 10 >= self.values * 6;
            if kind == Kind::Name {
                // A column called name may hold products: the values decide.
                confidence = match (most, n * 4 >= self.values) {
                    (true, _) if t.by.first().copied().unwrap_or(0) * 2 < n => Confidence::High,
                    (_, true) => confidence,
                    _ => return None,
                };
            } else if confidence == Confidence::Medium && most && (hinted || (n >= 20 && self.says.kind.is_none())) {
                confidence = Confidence::High;
            }
        }
        // Numbers that count up or down are given out by a machine, whatever their prefix.
        if kind == Kind::MobileNumber && !hinted && n >= 5 && self.steps * 10 >= (n - 1) * 9 {
            confidence = Confidence::Low;
        }
        Some(self.finding(kind, confidence, n, t.first, t.samples.clone()))
    }

    /// Number of values that are not empty.
    #[must_use]
    pub fn values(&self) -> u64 {
        self.values
    }
}

/// A day, or a day and a time, and nothing else: no kind has that shape, and tables are full of them.
fn instant(v: &[u8]) -> bool {
    const SHAPE: &[u8; 19] = b"0000-00-00 00:00:00";
    matches!(v.len(), 10 | 19)
        && v.get(4) == Some(&b'-')
        && v.iter()
            .zip(SHAPE)
            .all(|(b, s)| if *s == b'0' { b.is_ascii_digit() } else { b == s || *s == b' ' && *b == b'T' })
}

/// Two or three capitalised Latin words.
fn latin_name(v: &[u8]) -> bool {
    let Ok(s) = std::str::from_utf8(v) else { return false };
    let words: Vec<&str> = s.split(' ').collect();
    let cap = |w: &&str| {
        w.len() >= 2 && w.chars().next().is_some_and(char::is_uppercase) && w.chars().skip(1).all(char::is_lowercase)
    };
    (2..=3).contains(&words.len()) && words.iter().all(cap)
}

/// A value that is an image: base64 of a JPEG or PNG, a data URI, or the name of an image file.
fn image_value(v: &[u8]) -> bool {
    const STARTS: &[&[u8]] = &[b"/9j/", b"iVBORw0KGgo", b"data:image/", b"UklGR", b"Qk0"];
    let lower: Vec<u8> = v.iter().rev().take(6).rev().map(u8::to_ascii_lowercase).collect();
    STARTS.iter().any(|s| v.starts_with(s))
        || [&b".jpg"[..], b".png", b".jpeg", b".webp", b".bmp"].iter().any(|e| lower.ends_with(e))
}

/// Characters of the name of a column or key that are looked at, and that are shown.
const NAME: (usize, usize) = (500, 200);
/// The same of a path; no system has longer ones.
const PATH: (usize, usize) = (16_384, 16_384);
/// Longest ending of a file's name that is left out to see what stands before it.
const ENDING: usize = 5;

/// A name of a column, table or key with every value in it masked, so that the report leaks nothing through names.
///
/// INVARIANT (masked): names go through the same scanner as values; see [`part`] for what a name needs besides.
#[must_use]
pub fn safe(name: &str) -> String {
    names(name, NAME)
}

/// The path of a file or folder, with every value in it masked.
#[must_use]
pub fn safe_path(path: &Path) -> String {
    names(&path.to_string_lossy(), PATH)
}

fn names(name: &str, (seen, shown): (usize, usize)) -> String {
    let clean: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).take(seen).collect();
    let mut out = String::with_capacity(clean.len());
    for piece in clean.split_inclusive(['/', '\\']) {
        let bare = piece.trim_end_matches(['/', '\\']);
        out.push_str(&part(bare));
        out.push_str(piece.get(bare.len()..).unwrap_or(""));
    }
    // A long number that fails a check is still nothing that a name should show.
    let long = |run: &str| (run.len() >= 10).then(|| format!("{}***", run.get(..2).unwrap_or("")));
    runs(&masked(&out, &[]), |c| c.is_ascii_digit(), long).chars().take(shown).collect()
}

/// One part of a path. In a name a value touches what text keeps apart: an ending (`a.b@qq.com.txt` looks like a picture's
/// name, `8.8.8.8.log` like a version), `_` and `-`. So it is looked at without its endings first, then with them, and each
/// time also with the joints as blanks. What is already hidden is no value any more.
fn part(name: &str) -> String {
    let mut out = name.to_owned();
    let mut ends = vec![0];
    let mut stem = name;
    while let Some((before, end)) = stem.rsplit_once('.')
        && ends.len() < 3
        && (1..=ENDING).contains(&end.len())
        && end.bytes().all(|b| b.is_ascii_alphanumeric())
    {
        ends.push(name.len() - before.len());
        stem = before;
    }
    for end in ends.into_iter().rev() {
        let Some((head, tail)) = out.len().checked_sub(end).and_then(|at| out.split_at_checked(at)) else { continue };
        let mut head = masked(head, &[]);
        head = masked(&head, &['_']);
        head = masked(&head, &['_', '-']);
        if let Some((from, to)) = scan::rough(head.as_bytes()) {
            head = hidden(&head, &[(Kind::PreciseLocation, from, to)]);
        }
        out = runs(&head, |c| c.is_ascii_alphanumeric(), code) + tail;
    }
    out
}

/// A word of a name with the shape of a vehicle's or a passport's number, masked although its check digit fails or no other
/// word stands beside it. A letter and a day is not taken for a passport.
fn code(word: &str) -> Option<String> {
    let upper = word.to_ascii_uppercase();
    let bytes = upper.as_bytes();
    if scan::digits::vin(bytes).is_some() {
        return Some(mask(Kind::Vin, word));
    }
    let number = |from: usize, to: usize| word.get(from..to).and_then(|t| t.parse::<u32>().ok()).unwrap_or(0);
    let day =
        (1900..2100).contains(&number(1, 5)) && (1..=12).contains(&number(5, 7)) && (1..=31).contains(&number(7, 9));
    (scan::passport_shape(bytes) && !day).then(|| mask(Kind::PassportNumber, word))
}

/// The text with what the scanner finds in it masked, where `joints` count as blanks.
fn masked(text: &str, joints: &[char]) -> String {
    let blank: String = text.chars().map(|c| if joints.contains(&c) { ' ' } else { c }).collect();
    let mut hits = Hits::default();
    scan::scan(blank.as_bytes(), &mut hits);
    let found: Vec<_> = hits.found.iter().map(|h| (h.kind, h.start, h.end)).collect();
    hidden(text, &found)
}

/// The text with these stretches masked.
fn hidden(text: &str, found: &[(Kind, usize, usize)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (kind, start, end) in found {
        let start = (*start).max(from);
        if start < *end {
            out.push_str(text.get(from..start).unwrap_or(""));
            out.push_str(&mask(*kind, text.get(start..*end).unwrap_or("")));
            from = *end;
        }
    }
    out.push_str(text.get(from..).unwrap_or(""));
    out
}

/// The text with each run of characters of a sort replaced where `change` says by what.
fn runs(text: &str, of: fn(char) -> bool, change: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(of) {
        let (before, after) = rest.split_at_checked(start).unwrap_or((rest, ""));
        let end = after.find(|c| !of(c)).unwrap_or(after.len());
        let (run, next) = after.split_at_checked(end).unwrap_or((after, ""));
        out.push_str(before);
        out.push_str(&change(run).unwrap_or_else(|| run.to_owned()));
        rest = next;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(name: &str, values: &[String]) -> Vec<(&'static str, Confidence)> {
        let mut c = Column::new(name);
        let mut h = Hits::default();
        for (i, v) in values.iter().enumerate() {
            c.value(v.as_bytes(), i as u64 + 1, &mut h);
        }
        c.judge().iter().map(|f| (f.kind.id(), f.confidence)).collect()
    }

    #[test]
    fn coincidences_are_dropped() {
        // Running numbers that begin like a UnionPay card: one in ten passes the Luhn check.
        let v: Vec<String> = (0..500).map(|i| format!("6217{:012}", 123_456_789u64 + i * 7919)).collect();
        assert_eq!(judge("id", &v), []);
        assert_eq!(judge("银行卡号", &v), [("bank-card-number", Confidence::High)]);
    }

    #[test]
    fn names_need_values() {
        let people: Vec<String> =
            ["张三", "李小龙", "王芳", "欧阳娜娜"].iter().cycle().take(40).map(|s| (*s).to_owned()).collect();
        let goods: Vec<String> =
            ["红烧牛肉面", "纯净水", "苹果手机壳", "办公椅"].iter().cycle().take(40).map(|s| (*s).to_owned()).collect();
        assert_eq!(judge("姓名", &people), [("name", Confidence::High)]);
        assert_eq!(judge("c3", &people), [("name", Confidence::Medium)]);
        assert_eq!(judge("name", &goods), []);
    }

    #[test]
    fn instants_are_no_value_of_any_kind() {
        let shapes = ["2024-03-01", "2024-03-01 10:00:39", "2024-03-01T10:00:39", "0755-12-34 56:78:90"];
        for shape in shapes {
            assert!(instant(shape.as_bytes()));
            for hint in ALL.into_iter().map(Some).chain([None]) {
                let mut hits = Hits::default();
                hits.reset(hint, false);
                scan::scan(shape.as_bytes(), &mut hits);
                assert!(hits.found.is_empty() && !hits.any_near, "{shape} {hint:?}");
            }
        }
        assert!(!instant(b"0755-83765") && !instant(b"2024-03-01 10:00:39Z"));
    }

    #[test]
    fn names_of_things_leak_nothing() {
        assert_eq!(safe("13812345678.csv"), "138********.csv");
        assert_eq!(safe("导出_张三_11010519491231002X.csv"), "导出_张三_11***************X.csv");
        assert_eq!(safe("batch 20240102030405"), "batch 20***");
        assert_eq!(safe("S20240301.csv"), "S20240301.csv");
        assert_eq!(safe("orders_2024-03-01.parquet"), "orders_2024-03-01.parquet");
        assert_eq!(safe("user.profile.address"), "user.profile.address");
    }

    #[test]
    fn paths_are_looked_at_part_by_part_and_without_their_endings() {
        let path = |p: &str| safe_path(Path::new(p));
        for (name, leak) in [
            ("in/li.wei@example.com/x.txt", "li.wei@"),
            ("in/li.wei@example.com.csv", "li.wei@"),
            ("in/li.wei@example.com.txt.gz", "li.wei@"),
            ("in/li.wei@example.com-2026.txt", "li.wei@"),
            ("in/021-62345678.txt", "62345678"),
            ("in/021_62345678_x.txt", "62345678"),
            ("in/LSVAU2180N2183294.csv", "2180N2183294"),
            ("in/203.0.113.77.log", "113.77"),
            ("in/G12345678护照.txt", "2345678"),
            ("in/护照_G12345678_正面.txt", "2345678"),
            ("in/g12345678.txt", "2345678"),
            ("in/121.473,31.230.txt", "121.473"),
            ("in/121.4737_31.2304.txt", "31.2304"),
            ("in/台胞证_12345678.txt", "2345678"),
            ("in/粤B12345/a.csv", "B12345"),
            ("in\\li.wei@example.com\\a.csv", "li.wei@"),
        ] {
            let shown = path(name);
            assert!(shown.starts_with("in") && !shown.contains(leak), "{name}: {shown}");
        }
        assert_eq!(path("exports/2026-03/users.csv.gz"), "exports/2026-03/users.csv.gz");
        assert_eq!(path("in/li.wei@example.com/x.txt"), "in/l*.***@*******.***/x.txt");
        let deep = format!("{}/users.csv", "folder".repeat(60));
        assert_eq!(path(&deep), deep);
    }

    #[test]
    fn numbers_that_count_are_no_telephones() {
        let count: Vec<String> = (0..100).map(|i| format!("{}", 13_900_120_000u64 + i * 2)).collect();
        let drawn: Vec<String> =
            (0..100u64).map(|i| format!("139{:08}", 20_000_001 + i * 7_654_321 % 79_999_999)).collect();
        assert_eq!(judge("c1", &count), [("mobile-number", Confidence::Low)]);
        assert_eq!(judge("c1", &drawn), [("mobile-number", Confidence::High)]);
        assert_eq!(judge("手机号", &count), [("mobile-number", Confidence::High)]);
    }
}
