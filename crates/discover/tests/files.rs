//! Files in, findings out.

use std::fs;
use std::path::PathBuf;

use zhunsheng_discover::cli::scan_paths;
use zhunsheng_discover::{Confidence, Kind};

fn scan(name: &str, bytes: &[u8]) -> (Vec<String>, String) {
    let dir = tempfile::tempdir().unwrap();
    let path: PathBuf = dir.path().join(name);
    fs::write(&path, bytes).unwrap();
    let report = scan_paths(&[path], Confidence::Medium).unwrap();
    let lines = report.files[0]
        .findings
        .iter()
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
