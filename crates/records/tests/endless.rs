//! In a process of its own, because it looks at the most memory the process has held.

use std::io::Write;
use std::path::Path;
use zhunsheng_records::schema::Table;
use zhunsheng_records::{AuditOptions, Declared, audit};

const DECLARED: &str = "{version: 1, activities: [{id: 人脸识别, basis: consent}]}";
const HEADER: &str = "ts,subject,activity,stage\n";
const ROWS: &str = "2026-01-02T10:00:00Z,甲,人脸识别,收集\n";

/// A reader of one endless line would need as much memory as the line; this one gives it up after a mebibyte.
#[test]
fn endless_lines_are_given_up() {
    let at = Path::new(env!("CARGO_TARGET_TMPDIR")).join("endless");
    let _ = std::fs::remove_dir_all(&at);
    std::fs::create_dir_all(&at).unwrap();
    let consents = at.join("consents.csv");
    std::fs::write(&consents, "ts,subject,action\n").unwrap();
    for name in ["events.csv", "events.jsonl"] {
        let path = at.join(name);
        let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
        if name.ends_with("csv") {
            file.write_all(HEADER.as_bytes()).unwrap();
            file.write_all(ROWS.as_bytes()).unwrap();
            file.write_all(b"\"").unwrap();
        }
        for _ in 0..64 {
            file.write_all(&vec![b'x'; 1 << 20]).unwrap();
        }
        file.write_all(b"\n").unwrap();
        if name.ends_with("csv") {
            file.write_all(ROWS.as_bytes()).unwrap();
        } else {
            file.write_all(
                "{\"ts\":\"2026-01-02\",\"subject\":\"甲\",\"activity\":\"人脸识别\",\"stage\":\"use\"}\n".as_bytes(),
            )
            .unwrap();
            file.write_all("[".repeat(100_000).as_bytes()).unwrap();
        }
        file.flush().unwrap();
        let mut o = AuditOptions {
            tables: [(Table::Events, vec![path]), (Table::Consents, vec![consents.clone()])].into(),
            declared: Declared::parse(DECLARED, "test").unwrap(),
            ..AuditOptions::default()
        };
        o.declared.settings.max_rejected_share = 1.0;
        let report = audit(&o).unwrap();
        assert!(report.rejects[0].reason.contains("超过 1048576 字节"), "{:?}", report.rejects);
        assert!(report.checks[0].examined >= 1, "rows after the long one are read");
        assert!(zhunsheng_records::report::peak_mb().is_none_or(|m| m < 60.0), "the line was held");
    }
}
