//! Files in, findings out.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    dead_code,
    reason = "a test stops where something is wrong; helpers are shared by several test files"
)]

use std::fs;
use std::path::PathBuf;

use zhunsheng_discover::cli::scan_paths;
use zhunsheng_discover::{Confidence, Kind};

fn scan(name: &str, bytes: &[u8]) -> (Vec<String>, String) {
    let dir = tempfile::tempdir().unwrap();
    let path: PathBuf = dir.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    let report = scan_paths(&[path], Confidence::Medium).unwrap();
    let lines = report
        .files
        .iter()
        .flat_map(|file| &file.findings)
        .map(|f| format!("{} {} {} {}", f.column.clone().unwrap_or_default(), f.kind.id(), f.count, f.confidence.en()))
        .collect();
    let mut out = Vec::new();
    report.json(&mut out).unwrap();
    report.text(true, &mut out).unwrap();
    report.text(false, &mut out).unwrap();
    (lines, String::from_utf8(out).unwrap())
}

#[test]
fn csv_by_column() {
    let csv = "订单号,姓名,手机号,地址,金额\r\n13912345678,张三,13812345678,\"北京市海淀区中关村南大街5号, 2号楼\",12.50\r\n13912345679,李小龙,13912345670,上海市浦东新区张江路88号,9\r\n";
    let want = ["姓名 name 2 high", "手机号 mobile-number 2 high", "地址 postal-address 2 high"];
    let (got, out) = scan("a.csv", csv.as_bytes());
    assert_eq!(got, want);
    for secret in ["13812345678", "13912345670", "张三", "李小龙", "中关村南大街", "张江路"] {
        assert!(!out.contains(secret), "leaks {secret}");
    }
    let (gbk, _, _) = encoding_rs::GBK.encode(csv);
    assert_eq!(scan("a.csv", &gbk).0, want);
}

#[test]
fn csv_without_header_leaks_nothing_through_names() {
    let csv = "张三,13812345678,zhang@example.com\n李小龙,13912345670,li@example.com\n";
    let (got, out) = scan("a.csv", csv.as_bytes());
    assert_eq!(got, ["#2 mobile-number 2 medium", "#3 email 2 high"]);
    assert!(!out.contains("13812345678") && !out.contains("zhang@"));
}

/// INVARIANT (not read is said): no column is passed over, however many there are.
#[test]
fn columns_beyond_those_kept_are_scanned_too() {
    let wide = |last: &str| format!("{}{last}\n", ",".repeat(3000));
    let csv = wide("身份证号") + &wide("11010519491231002X") + &wide("\"11010519491231002X\"");
    let (got, out) = scan("a.csv", csv.as_bytes());
    assert_eq!(got, [" id-number 2 high"]);
    assert!(out.contains("其余各列按文本扫描") && !out.contains("11010519491231002X"));
    let sql = format!("INSERT INTO t VALUES ({}'11010519491231002X');\n", "1,".repeat(3000));
    assert_eq!(scan("a.sql", sql.as_bytes()).0, ["… id-number 1 high"]);
    let tables: String = (0..1100u64)
        .map(|i| {
            format!(
                "INSERT INTO t{i} VALUES ({});\n",
                if i < 1050 { "1".to_owned() } else { format!("'138{:08}'", 20_000_001 + i * 7_919_777 % 70_000_000) }
            )
        })
        .collect();
    let (got, out) = scan("b.sql", tables.as_bytes());
    assert_eq!(got, ["… mobile-number 50 medium"]);
    assert!(out.contains("列数或表数超过限度"));
}

/// What `first` says is a line of the file that a reader can go to.
#[test]
fn the_first_value_has_its_line() {
    let first = |name: &str, text: &str| {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(name), text).unwrap();
        let report = scan_paths(&[dir.path().to_owned()], Confidence::Medium).unwrap();
        let file = report.files[0].clone();
        let firsts: Vec<u64> = file.findings.iter().map(|f| f.first).collect();
        (file.rows, firsts)
    };
    assert_eq!(first("a.csv", "手机号,备注\n,\"两\n行\"\n13812345678,\n"), (2, vec![4]));
    assert_eq!(first("b.csv", "1,x y\n2,z\n3,13812345678\n"), (3, vec![3]));
    assert_eq!(
        first("a.sql", "-- dump\nCREATE TABLE t (id int);\nINSERT INTO t VALUES\n('1'),\n('13812345678');\n"),
        (2, vec![5])
    );
    assert_eq!(first("a.json", "{\n \"a\": [\n  1,\n  {\"手机\": \"13812345678\"}\n ]\n}\n"), (1, vec![4]));
    assert_eq!(first("a.jsonl", "{\"a\":1}\n\n{\"a\":\"13812345678\"}\n"), (2, vec![3]));
    assert_eq!(first("a.txt", "a\nb 13812345678\n"), (2, vec![2]));
    assert_eq!(first("b.txt", "a\nb 13812345678"), (2, vec![2]));
}

#[test]
fn definitions_on_one_line_name_columns() {
    let want = ["t_user.real_name name 2 high", "t_user.mobile mobile-number 2 high"];
    let rows = "INSERT INTO t_user VALUES (1,'张三',0.5,'13812345678'),(2,'王芳',0.5,'15912345670');\n";
    for create in [
        "CREATE TABLE t_user (id int, real_name varchar(20), rate decimal(10,2) DEFAULT 0, mobile char(11), PRIMARY KEY (id));\n",
        "CREATE TABLE IF NOT EXISTS `t_user` (`id` int COMMENT 'a, (b\\'c', `real_name` text,\n\"rate\" float, -- b, c (d\n  mobile char(11))\nENGINE=x;\n",
        "create table t_user\n(\n  id int\n , real_name text\n , rate float, mobile text\n);\n",
    ] {
        assert_eq!(scan("a.sql", (create.to_owned() + rows).as_bytes()).0, want, "{create}");
    }
    let open = "CREATE TABLE t_user (id int, real_name text, rate float, mobile text\n";
    assert_eq!(scan("a.sql", (open.to_owned() + rows).as_bytes()).0, want);
}

/// A file that could not be read, or not to its end, is not among those of which nothing was found.
#[test]
fn unread_files_do_not_count_as_clean() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("bad.parquet"), b"PAR1 and then nothing PAR1").unwrap();
    fs::write(dir.path().join("ok.txt"), "nothing here\n").unwrap();
    let (code, text) = run_code(dir.path());
    assert_eq!(code, 1);
    assert!(text.contains("1 files scanned, 1 without personal information found; 1 not read"), "{text}");
    fs::remove_file(dir.path().join("bad.parquet")).unwrap();
    let many: Vec<u8> =
        (0..90_000u32).flat_map(|i| format!("{i} {}\n", i.wrapping_mul(2_654_435_761)).into_bytes()).collect();
    let whole = gz(&many);
    fs::write(dir.path().join("cut.txt.gz"), &whole[..whole.len() / 2]).unwrap();
    let (_, text) = run_code(dir.path());
    assert!(text.contains("2 files scanned, 1 without personal information found; 1 not read"), "{text}");
}

#[test]
fn decimals_of_parquet_are_read() {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Decimal128Array, RecordBatch};
    let numbers: Vec<i128> = (0..5).map(|i| 13_812_345_678 + i * 7_654_321).collect();
    let plain = Decimal128Array::from(numbers.clone()).with_precision_and_scale(20, 0).unwrap();
    let scaled: Vec<i128> = numbers.iter().map(|n| n * 100).collect();
    let scaled = Decimal128Array::from(scaled).with_precision_and_scale(30, 2).unwrap();
    let price = Decimal128Array::from(vec![1_381_234_567_812; 5]).with_precision_and_scale(20, 2).unwrap();
    let columns: [(&str, ArrayRef); 3] =
        [("phone", Arc::new(plain)), ("tel", Arc::new(scaled)), ("fee", Arc::new(price))];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    assert_eq!(scan("a.parquet", &bytes).0, ["phone mobile-number 5 high", "tel mobile-number 5 high"]);
}

#[test]
fn json_lines_and_documents() {
    let lines = r#"{"user":{"realName":"\u5f20\u4e09","phone":13812345678},"orderNo":"13912345678","pts":[[116.397128,39.916527],[116.398128,39.917527],[116.399128,39.918527]]}
{"user":{"realName":"王芳","phone":"13912345670"},"orderNo":"13912345679","pts":[]}
"#;
    let want = ["user.realName name 2 high", "user.phone mobile-number 2 high"];
    let (got, _) = scan("a.jsonl", lines.as_bytes());
    assert_eq!(got[..2], want);
    assert!(got[2..].iter().all(|l| l.contains("precise-location 3")), "{got:?}");
    let doc = "[\n {\n  \"email\": \"a.b@example.com\",\n  \"ip\": \"203.0.113.9\"\n }\n]\n";
    assert_eq!(scan("a.json", doc.as_bytes()).0, ["email email 1 high", "ip ip-address 1 high"]);
    // Keys that are data do not become names of columns.
    let (got, out) = scan("a.json", br#"{"13812345678":{"n":1},"13912345670":{"n":2}}"#);
    assert_eq!(got, ["{key} mobile-number 2 medium"]);
    assert!(!out.contains("13812345678"));
}

#[test]
fn sql_dumps() {
    let mysql = "CREATE TABLE `users` (\n  `id` int NOT NULL,\n  `mobile` varchar(20) COMMENT '手机',\n  `id_card` char(18),\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB;\nINSERT INTO `users` VALUES (1,'13812345678','11010519491231002X'),(2,'139''x',NULL);\nINSERT INTO orders (order_no, buyer_phone) VALUES ('13912345678', '13912345670');\n";
    assert_eq!(
        scan("a.sql", mysql.as_bytes()).0,
        [
            "users.mobile mobile-number 1 high",
            "users.id_card id-number 1 high",
            "orders.buyer_phone mobile-number 1 high"
        ]
    );
    let pg = "COPY public.people (id, email) FROM stdin;\n1\tzhang@example.com\n2\t\\N\n\\.\n";
    assert_eq!(scan("b.sql", pg.as_bytes()).0, ["people.email email 1 high"]);
}

#[test]
fn logs_and_junk() {
    let log = "2024-01-02 03:04:05 INFO uid=7 phone=13812345678 from 203.0.113.9\n".repeat(3);
    let (got, out) = scan("a.log", log.as_bytes());
    assert_eq!(got, [" mobile-number 3 high", " ip-address 3 medium"]);
    assert!(!out.contains("13812345678") && !out.contains("203.0.113.9"));
    let junk: Vec<u8> = (0..100_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    assert!(scan("junk.bin", &junk).0.is_empty());
    assert!(scan("empty.csv", b"").0.is_empty());
    assert!(scan("deep.json", "[".repeat(100_000).as_bytes()).0.is_empty());
    assert!(scan("open.csv", format!("a,b\n\"{}", "x\n".repeat(3_000_000)).as_bytes()).0.is_empty());
    assert!(scan("broken.parquet", b"PAR1 and then nothing PAR1").0.is_empty());
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// INVARIANT (not read is said): what was not read, or not in full, stands in `unread`, and nothing else does.
#[test]
fn what_was_not_read_is_told() {
    let csv = "姓名,手机\n张三,13812345678\n".as_bytes();
    let small = gz(csv);
    let many: Vec<u8> =
        (0..90_000u32).flat_map(|i| format!("{i},{}\n", i.wrapping_mul(2_654_435_761)).into_bytes()).collect();
    let large = gz(&many);
    let cut = |bytes: &[u8]| bytes[..bytes.len() * 2 / 3].to_vec();
    let junk: Vec<u8> = (0..100_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    let (big5, _, _) = encoding_rs::BIG5.encode(
        "姓名,手機,備註,plain,text,of,columns\n張三,13812345678,會員,13812345678,that goes on,2024-01-02 03:04:05,x\n",
    );
    let cases: [(&str, Vec<u8>, usize, &str); 13] = [
        ("big5.csv", big5.to_vec(), 1, "convert it to UTF-8"),
        ("a.csv.gz", small.clone(), 1, ""),
        ("a.csv.gz", cut(&small), 0, "cut short"),
        ("big.csv.gz", cut(&large), 1, "cut short"),
        ("twice.gz", gz(&small), 0, "compressed twice"),
        ("a.xlsx", b"PK\x03\x04\x14\0 rest".to_vec(), 0, "Office"),
        ("a.csv.zst", b"\x28\xB5\x2F\xFD rest of it".to_vec(), 0, "zstd"),
        ("a.pdf", b"%PDF-1.7\nplain to the eye".to_vec(), 0, "PDF"),
        ("a.bin", junk, 0, "not read"),
        ("a.parquet", b"PAR1 and then nothing PAR1".to_vec(), 0, "Parquet"),
        ("face.jpg", vec![0xFF, 0xD8, 0xFF, 0xE0, 0, 0], 1, ""),
        ("open.json", b"{\"phone\": \"13812345678".to_vec(), 1, ""),
        ("none.csv", Vec::new(), 1, ""),
    ];
    for (name, bytes, files, reason) in cases {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(name), bytes).unwrap();
        let report = scan_paths(&[dir.path().to_owned()], Confidence::Low).unwrap();
        assert_eq!(report.files.len(), files, "{name}");
        assert_eq!(report.unread.len(), usize::from(!reason.is_empty()), "{name}: {:?}", report.unread);
        assert!(
            report.unread.iter().all(|u| u.path.contains(name) && u.reason.contains(reason)),
            "{:?}",
            report.unread
        );
        let code = run_code(dir.path());
        assert_eq!(code.0, i32::from(!reason.is_empty()), "{name}");
        assert_eq!(code.1.contains("nothing was read"), report.blank(), "{name}: {}", code.1);
    }
}

#[test]
fn nothing_compressed_is_nothing_read() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.csv.gz"), gz(b"")).unwrap();
    let report = scan_paths(&[dir.path().to_owned()], Confidence::Low).unwrap();
    assert!(report.blank() && report.files.len() == 1 && report.unread.is_empty());
}

/// Exit code and English text of the command on a path.
fn run_code(path: &std::path::Path) -> (i32, String) {
    use zhunsheng_discover::cli::{DiscoverArgs, Format, Lang, Least, run};
    let args = DiscoverArgs { paths: vec![path.to_owned()], format: Format::Text, min_confidence: Least::Medium };
    let mut out = Vec::new();
    let code = run(&args, Lang::En, &mut out).unwrap();
    (code, String::from_utf8(out).unwrap())
}

#[test]
fn no_file_at_all_and_what_is_no_file_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let (code, text) = run_code(dir.path());
    assert_eq!(code, 1);
    assert!(text.contains("there is no file in it") && text.contains("nothing was read"), "{text}");
    #[cfg(unix)]
    {
        let socket = dir.path().join("door");
        let _door = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        std::os::unix::fs::symlink("nowhere.csv", dir.path().join("link.csv")).unwrap();
        let (code, text) = run_code(dir.path());
        assert_eq!(code, 1);
        assert!(
            text.contains("no regular file") && text.contains("a symbolic link") && text.contains("2 not read"),
            "{text}"
        );
        let (code, text) = run_code(&socket);
        assert_eq!(code, 1);
        assert!(text.contains("no regular file"), "{text}");
    }
}

#[test]
fn images_by_magic_and_name() {
    let (got, _) = scan("face_001.jpg", &[0xFF, 0xD8, 0xFF, 0xE0, 0, 0, 0, 0]);
    assert_eq!(got, [" face-image 1 medium"]);
    assert!(scan("logo.jpg", &[0xFF, 0xD8, 0xFF, 0xE0, 0, 0, 0, 0]).0.is_empty());
}

#[test]
fn names_of_files_are_masked() {
    let (_, out) = scan("13812345678.csv", b"a,b\n1,2\n");
    assert!(!out.contains("13812345678"));
    assert!(Kind::from_id("mobile-number").is_some());
}

use proptest::prelude::*;

/// Digits of a Luhn-valid card number from its first 15.
fn luhn(body: u64) -> String {
    let head = format!("62{body:013}");
    let ok = |c: &char| zhunsheng_discover::scan::digits::luhn(format!("{head}{c}").as_bytes());
    let last = "0123456789".chars().find(ok).unwrap();
    format!("{head}{last}")
}

/// An identity number with its check character.
fn identity(county: usize, day: u32, seq: u32) -> String {
    let body = format!(
        "{}19{:02}0{}{:02}{seq:03}",
        zhunsheng_discover::regions::nth(county),
        50 + day % 40,
        1 + day % 9,
        1 + day % 28
    );
    let ok = |c: &char| {
        zhunsheng_discover::scan::digits::id18(format!("{body}{c}").as_bytes())
            == zhunsheng_discover::scan::digits::Id::Good
    };
    let last = "0123456789X".chars().find(ok).unwrap();
    format!("{body}{last}")
}

/// A vehicle identification number with its check digit.
fn vehicle(serial: u64) -> String {
    let of = |c: char| format!("LSVAU218{c}N2{:06}", serial % 1_000_000);
    let good = "0123456789X".chars().find(|c| zhunsheng_discover::scan::digits::vin(of(*c).as_bytes()) == Some(true));
    of(good.unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// INVARIANT (masked): whatever holds a value — cell, header, key, name of a file — no output shows it.
    #[test]
    fn no_output_shows_a_value(
        tail in 20_000_001u64..99_999_999, body in 0u64..9_999_999_999_999, county in 0usize..5000, day in 0u32..360, seq in 0u32..999,
        user in "[a-z]{5,9}[0-9]{2}", how in 0usize..6, place in 0usize..8, end in prop::sample::select(vec!["", ".txt", ".csv", ".log", ".json", ".sql", ".csv.gz", ".tar.gz", "_2026.txt", "-bak.txt"]),
    ) {
        let secrets = [format!("138{tail}"), luhn(body), identity(county, day, seq), format!("{user}@example.com"), format!("203.0.{}.{}", 100 + day % 100, 100 + seq % 100)];
        let [mobile, card, id, mail, ip] = &secrets;
        let (name, text) = match how {
            0 => ("a.csv".to_owned(), format!("姓名,手机,证件,卡号,邮箱,IP\n张三,{mobile},{id},{card},{mail},{ip}\n")),
            1 => ("a.csv".to_owned(), format!("{mobile},{id},{card},{mail},{ip}\n{mobile},{id},{card},{mail},{ip}\n")),
            2 => ("a.json".to_owned(), format!("{{\"{mobile}\":{{\"{mail}\":[\"{id}\",{card}],\"ip\":\"{ip}\"}}}}")),
            3 => (format!("{mobile}_{id}.log"), format!("login {mobile} {id} {card} {mail} from {ip}\n")),
            4 => ("a.sql".to_owned(), format!("INSERT INTO `t{mobile}` (`a`,`{mail}`) VALUES ('{id}','{card}'),('{ip}','{mobile}');\n")),
            _ => ("a.txt".to_owned(), format!("{mobile}{id}{card}{mail}{ip}，{mobile}；{id}。{card} {mail} {ip}")),
        };
        let (found, out) = scan(&name, text.as_bytes());
        prop_assert!(!found.is_empty());
        // Names of files and folders hold what no content does: one value each, with whatever endings.
        let named = [
            mail.clone(), ip.clone(), mobile.clone(), format!("021-{}", tail / 10 % 10_000_000 + 60_000_000), vehicle(body),
            format!("护照E{tail}"), format!("1{:02}.{:04},39.{:04}", 10 + day % 20, 1000 + seq, 1001 + day), format!("粤B{}", 10_000 + tail % 90_000),
        ];
        let secret = &named[place];
        let mut text = String::new();
        for path in [format!("{secret}{end}"), format!("{secret}{end}/a.txt"), format!("x/导出_{secret}{end}/{secret}{end}")] {
            text += &scan(&path, b"plain words\n").1;
            text += &zhunsheng_discover::column::safe_path(std::path::Path::new(&path));
        }
        text += &scan("a.json", format!("{{\"a {secret}{end}\": {{\"/u/{secret}{end}\": \"13812345678\"}}}}").as_bytes()).1;
        text += &scan("a.csv", format!("\"导出 {secret}{end}\",id\n13812345678,1\n").as_bytes()).1;
        let bare = secret.trim_start_matches("护照");
        prop_assert!(!text.contains(bare), "{} is shown: {}", bare, text);
        for s in &secrets {
            prop_assert!(!out.contains(s.as_str()), "{} is shown: {}", s, out);
        }
    }
}
