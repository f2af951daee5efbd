//! `zhunsheng catalogue browse`: the catalogue as pages to read.

use std::io::Write;
use std::path::Path;

use zhunsheng_catalogue::Catalogue;
use zhunsheng_report::browse::{Erratum, pages};
use zhunsheng_source::Lang;

use crate::input::Failure;

/// The slips of the standard, as recorded.
const ERRATA: [&str; 7] = [
    include_str!("../../../docs/errata/5.2-5.4.md"),
    include_str!("../../../docs/errata/5.6-5.7.md"),
    include_str!("../../../docs/errata/5.8-5.10.md"),
    include_str!("../../../docs/errata/5.11.md"),
    include_str!("../../../docs/errata/6.2-5.5.md"),
    include_str!("../../../docs/errata/6.3-6.5.md"),
    include_str!("../../../docs/errata/6.6-7.3.md"),
];

fn errata() -> Vec<Erratum> {
    let rows = ERRATA.iter().flat_map(|text| text.lines()).filter(|line| line.starts_with("| "));
    rows.filter_map(|line| {
        let mut cells = line.trim_matches('|').split(" | ").map(|cell| cell.trim().replace('`', ""));
        Some([cells.next()?, cells.next()?, cells.next()?, cells.next()?])
    })
    .filter(|row| row.first().is_some_and(|first| first.starts_with(|c: char| c.is_ascii_digit())))
    .collect()
}

/// Writes the pages into a folder.
pub fn run(catalogue: &Catalogue, folder: &Path, lang: Lang, out: &mut impl Write) -> Result<(), Failure> {
    let failed = |cause: std::io::Error| crate::output::cannot_write(folder, cause);
    std::fs::create_dir_all(folder.join("en")).map_err(failed)?;
    let pages = pages(catalogue, &errata());
    let count = pages.len();
    for (path, text) in pages {
        crate::output::to_file(&folder.join(path), |to| to.write_all(text.as_bytes()).map_err(Failure::from))?;
    }
    let start = folder.join("index.html");
    match lang {
        Lang::Zh => writeln!(out, "已写 {count} 页，从 {} 开始", start.display())?,
        Lang::En => writeln!(out, "{count} pages written; start at {}", start.display())?,
    }
    Ok(())
}
