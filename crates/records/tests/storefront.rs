//! The shop cameras: every one of 431,623 captures is found without consent and without notice.

use std::path::Path;
use zhunsheng_records::generate::captures::captures;
use zhunsheng_records::report::Status;
use zhunsheng_records::schema::Table;
use zhunsheng_records::{AuditOptions, Declared, audit};

#[test]
fn each_capture_is_found() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/storefront-cameras/records");
    let at = Path::new(env!("CARGO_TARGET_TMPDIR")).join("storefront");
    let _ = std::fs::remove_dir_all(&at);
    captures(431_623, 2021, &at).unwrap();
    let options = AuditOptions {
        tables: [
            (Table::Events, vec![at.join("events.parquet")]),
            (Table::Consents, vec![example.join("consents.csv")]),
            (Table::Notices, vec![example.join("notices.csv")]),
        ]
        .into(),
        declared: Declared::read(&example.join("declared.yaml")).unwrap(),
        ..AuditOptions::default()
    };
    let report = audit(&options).unwrap();
    assert_eq!((report.events, report.subjects, report.rejected), (431_623, 431_623, 0));
    for id in ["consent.missing", "consent.separate-biometric", "notice.before-collection", "notice.policy-first"] {
        let c = report.checks.iter().find(|c| c.id == id).unwrap();
        assert_eq!((c.status, c.examined, c.violations, c.subjects), (Status::Gap, 431_623, 431_623, 431_623), "{id}");
        let (first, last) = c.span.unwrap();
        assert!(
            zhunsheng_records::time::show(first).starts_with("2021-01-01")
                && zhunsheng_records::time::show(last).starts_with("2021-06-30")
        );
    }
    // Where there is no consent, nothing is said of what kind it was.
    for id in ["consent.implied", "consent.older-than-policy-change"] {
        let c = report.checks.iter().find(|c| c.id == id).unwrap();
        assert_ne!(c.status, Status::Conformant, "{id}");
    }
    // Nothing is charged that the records do not show.
    let gaps: Vec<_> = report.checks.iter().filter(|c| c.status == Status::Gap).map(|c| c.id).collect();
    assert_eq!(
        gaps,
        ["consent.missing", "consent.separate-biometric", "notice.before-collection", "notice.policy-first"]
    );
}
