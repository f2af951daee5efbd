//! The JSON of the scanner has the keys that `docs/json.md` documents, and no other.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failure here is the test failing")]

use zhunsheng_discover::Confidence;

#[path = "../../policy/tests/keys/mod.rs"]
mod keys;

#[test]
fn what_is_documented_is_written() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("people.csv"), "name,phone\n王小明,13800138000\n李小红,13912345678\n").unwrap();
    std::fs::write(dir.path().join("headless.csv"), "1,13800138000\n2,13912345678\n3,13700137000\n").unwrap();
    std::fs::write(dir.path().join("wrong.parquet"), "PAR1 is no such file").unwrap();
    std::fs::write(dir.path().join("big5.txt"), [0xa4u8, 0xa4, 0xa4, 0xe5, 0xff, 0xfe, 0x81].repeat(9)).unwrap();
    let report = zhunsheng_discover::scan_paths(&[dir.path().to_owned()], Confidence::Low).unwrap();
    keys::hold("`discover`", &[serde_json::to_value(report).unwrap()], &|_| false, &[]);
}
