//! Reads files: format and encoding by content first, by name second. Nothing is read whole but JSON documents of at most
//! [`blocks::MAX_RECORD`] bytes; every other reader holds one block.

pub mod blocks;
pub mod csv;
pub mod json;
pub mod parquet;
pub mod sql;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use serde::Serialize;

use crate::column::{Column, Finding};
use crate::kind::{Confidence, Kind};
use crate::scan::{Hits, context};
use blocks::{Blocks, Encoding};

/// Columns kept of one file; values of further ones are counted under one name.
pub const MAX_COLUMNS: usize = 2048;

/// How a file was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Separated values.
    Csv,
    /// JSON documents or lines.
    Json,
    /// Parquet.
    Parquet,
    /// SQL statements.
    Sql,
    /// Running text, logs.
    Text,
    /// An image: first bytes and names only.
    Image,
    /// Anything else; not read.
    Binary,
    /// Empty.
    Empty,
}

/// What was found in one file.
#[derive(Clone, Debug, Serialize)]
pub struct FileReport {
    /// Path, safe to print.
    pub path: String,
    /// How it was read.
    pub format: Format,
    /// Character encoding, for text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<&'static str>,
    /// Bytes read (after decompression).
    pub bytes: u64,
    /// Rows or lines read.
    pub rows: u64,
    /// Findings in the order of columns, then kinds.
    pub findings: Vec<Finding>,
    /// What the reader could not do, as pairs of Chinese and English.
    pub notes: Vec<Note>,
    /// Why the file, or a part of it, was not read. INVARIANT (not read is said): no reader leaves content out without this.
    #[serde(skip)]
    pub unread: Option<Note>,
}

/// A remark in both languages.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct Note {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Note {
    /// Both languages at once.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Note { zh: zh.into(), en: en.into() }
    }
}

/// Columns of one file while it is read, with the scratch space of the scanner.
#[derive(Default)]
pub struct Sheet {
    /// In order of first appearance.
    pub columns: Vec<Column>,
    /// The one that stands for all that are not kept.
    rest: Option<usize>,
    /// Running text outside columns.
    pub text: Option<Column>,
    /// Scratch.
    pub hits: Hits,
    /// Remarks, each kind once.
    pub notes: Vec<Note>,
    /// Why a part was not read, the first reason there is.
    pub unread: Option<Note>,
    /// Rows or lines so far.
    pub rows: u64,
}

impl Sheet {
    /// Number of a new column, or of the one that stands for all beyond [`MAX_COLUMNS`].
    pub fn column(&mut self, name: &str) -> usize {
        if self.columns.len() >= MAX_COLUMNS {
            return self.rest();
        }
        self.columns.push(Column::new(name));
        self.columns.len() - 1
    }

    /// Number of the column that stands for all that are not kept.
    pub fn rest(&mut self) -> usize {
        self.note(Note::new(
            format!("列数或表数超过限度（{MAX_COLUMNS} 列），其余合并统计"),
            format!("more columns or tables than are kept ({MAX_COLUMNS} columns); the others are counted together"),
        ));
        *self.rest.get_or_insert_with(|| {
            self.columns.push(Column::new("…"));
            self.columns.len() - 1
        })
    }

    /// Takes one value of the record in this line, or in Parquet in this row.
    pub fn value(&mut self, column: usize, value: &[u8], row: u64) {
        if let Some(c) = self.columns.get_mut(column) {
            c.value(value, row, &mut self.hits);
        }
    }

    /// Takes running text.
    pub fn block(&mut self, block: &[u8], line: u64) {
        self.text.get_or_insert_with(Column::text).block(block, line, &mut self.hits);
    }

    /// Adds a remark once.
    pub fn note(&mut self, note: Note) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Says that a part was not read, and why.
    pub fn left(&mut self, why: Note) {
        self.note(why.clone());
        self.unread.get_or_insert(why);
    }

    fn findings(&self) -> Vec<Finding> {
        let mut out: Vec<Finding> = self.columns.iter().flat_map(Column::judge).collect();
        if let Some(f) = self.trajectory(&out) {
            out.push(f);
        }
        out.extend(self.text.iter().flat_map(Column::judge));
        out
    }

    /// Places with a time and a person in one table are a trajectory (a table without columns of its own says nothing).
    fn trajectory(&self, found: &[Finding]) -> Option<Finding> {
        let name = |f: &&Finding| f.column.clone().unwrap_or_default().to_lowercase();
        let place: Vec<&Finding> =
            found.iter().filter(|f| f.kind == Kind::PreciseLocation && f.column.is_some()).collect();
        let first = place.first()?;
        let both = place.iter().any(|f| name(f).contains("lat") || name(f).contains('纬'))
            && place.iter().any(|f| name(f).contains("l") && name(f).contains('n') || name(f).contains('经'));
        let names: Vec<String> =
            self.columns.iter().filter_map(|c| c.name.as_ref()).map(|n| n.to_lowercase()).collect();
        let time = names.iter().find(|n| {
            n.contains("time") || n.contains("date") || n.ends_with("ts") || n.contains("时间") || n.ends_with("_at")
        })?;
        let subject = names.iter().find(|n| {
            let who = [
                "user", "device", "subject", "uid", "driver", "imei", "phone", "用户", "设备", "车牌", "plate",
                "openid", "member",
            ];
            who.iter().any(|w| n.contains(w))
        })?;
        let pair = both || place.iter().any(|f| f.samples.iter().any(|s| s.contains(',')));
        (pair && first.count >= 3).then(|| Finding {
            kind: Kind::Trajectory,
            taxonomy: Kind::Trajectory.taxonomy(),
            personal: true,
            column: Some(format!(
                "{} + {time} + {subject}",
                place.iter().filter_map(|f| f.column.clone()).collect::<Vec<_>>().join(" + ")
            )),
            confidence: Confidence::Medium,
            count: first.count,
            values: first.values,
            first: first.first,
            samples: Vec::new(),
        })
    }
}

/// Name of an image format by its first bytes.
#[must_use]
pub fn image(head: &[u8]) -> Option<&'static str> {
    let starts = |m: &[u8]| head.starts_with(m);
    if starts(&[0xFF, 0xD8, 0xFF]) {
        Some("JPEG")
    } else if starts(b"\x89PNG\r\n\x1a\n") {
        Some("PNG")
    } else if starts(b"GIF87a") || starts(b"GIF89a") {
        Some("GIF")
    } else if starts(b"BM") && head.get(6..10) == Some(&[0, 0, 0, 0]) {
        Some("BMP")
    } else if starts(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        Some("WebP")
    } else if head.get(4..8) == Some(b"ftyp") && matches!(head.get(8..12), Some(b"heic" | b"heix" | b"mif1" | b"avif"))
    {
        Some("HEIF")
    } else {
        None
    }
}

fn read_head(src: &mut dyn Read, n: usize) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(n);
    src.take(n as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Scans one file.
///
/// # Errors
/// When the file cannot be opened or read; what its bytes are is no error.
pub fn file(path: &Path) -> std::io::Result<FileReport> {
    let mut f = File::open(path)?;
    let mut head = read_head(&mut f, 64 * 1024)?;
    f.seek(SeekFrom::Start(0))?;
    let mut name = path.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
    let mut report = FileReport {
        path: crate::column::safe_path(path),
        format: Format::Empty,
        encoding: None,
        bytes: 0,
        rows: 0,
        findings: Vec::new(),
        notes: Vec::new(),
        unread: None,
    };
    if head.is_empty() {
        return Ok(report);
    }
    if head.starts_with(b"PAR1") {
        report.format = Format::Parquet;
        let mut sheet = Sheet::default();
        report.bytes = f.metadata()?.len();
        parquet::read(f, &mut sheet);
        if let (0, Some(why)) = (sheet.rows, &sheet.unread) {
            return Ok(refused(report, why.clone()));
        }
        finish(&mut report, &sheet);
        return Ok(report);
    }
    let src: Box<dyn Read> = if head.starts_with(&[0x1F, 0x8B]) {
        if let Some(inner) = name.strip_suffix(".gz") {
            name = inner.to_owned();
        }
        // A damaged archive gives an error at its first block; what it holds is then unknown.
        match read_head(&mut flate2::read::MultiGzDecoder::new(&mut f), 64 * 1024) {
            Ok(h) => head = h,
            Err(_) => {
                let why = Note::new(
                    "压缩文件损坏或不完整，未读取；请重新取得该文件",
                    "the compressed file is damaged or cut short and was not read; fetch it again",
                );
                return Ok(refused(report, why));
            }
        }
        // What is compressed may be nothing at all.
        if head.is_empty() {
            return Ok(report);
        }
        f.seek(SeekFrom::Start(0))?;
        Box::new(flate2::read::MultiGzDecoder::new(f))
    } else {
        Box::new(f)
    };
    if let Some(what) = image(&head) {
        report.format = Format::Image;
        image_file(path, what, &mut report);
        return Ok(report);
    }
    if let Some((zh, en)) = container(&head) {
        let why = Note::new(
            format!("{zh}，未读取；请取出其中的文件，或另存为 CSV、JSON 或文本"),
            format!("{en}, not read; take out what it holds, or save it as CSV, JSON or text"),
        );
        return Ok(refused(report, why));
    }
    let Some(encoding) = blocks::detect(&head) else {
        let why = Note::new(
            "二进制内容或无法辨认的编码，未读取；文本请转换为 UTF-8",
            "binary content or an encoding that is not known, not read; convert text to UTF-8",
        );
        return Ok(refused(report, why));
    };
    report.encoding = Some(encoding.name());
    text_file(src, &name, &head, encoding, &mut report)?;
    if blocks::doubtful(&head, encoding) {
        let why = Note::new(
            "部分文字的编码无法辨认，其中的姓名和地址没有读到；请转换为 UTF-8",
            "part of the text is in an encoding that is not known, and names and addresses in it were not read; convert it to UTF-8",
        );
        report.notes.push(why.clone());
        report.unread.get_or_insert(why);
    }
    Ok(report)
}

/// A file of which nothing was read.
fn refused(mut report: FileReport, why: Note) -> FileReport {
    report.format = Format::Binary;
    report.unread = Some(why);
    report
}

/// What a file is that holds others, or is compressed in a way that is not read, by its first bytes.
#[must_use]
pub fn container(head: &[u8]) -> Option<(&'static str, &'static str)> {
    let starts = |m: &[u8]| head.starts_with(m);
    if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") {
        Some(("zip 压缩包或 Office 文件（.xlsx、.docx）", "a zip archive or an Office file (.xlsx, .docx)"))
    } else if starts(&[0x1F, 0x8B]) {
        Some(("重复压缩的 gzip 文件", "a gzip file compressed twice"))
    } else if starts(&[0x28, 0xB5, 0x2F, 0xFD]) {
        Some(("zstd 压缩文件", "a file compressed with zstd"))
    } else if starts(&[0xFD, b'7', b'z', b'X', b'Z', 0]) {
        Some(("xz 压缩文件", "a file compressed with xz"))
    } else if starts(b"BZh") && head.get(4..10) == Some(&[0x31, 0x41, 0x59, 0x26, 0x53, 0x59]) {
        Some(("bzip2 压缩文件", "a file compressed with bzip2"))
    } else if starts(&[0x04, 0x22, 0x4D, 0x18]) {
        Some(("lz4 压缩文件", "a file compressed with lz4"))
    } else if starts(&[b'7', b'z', 0xBC, 0xAF, 0x27, 0x1C]) {
        Some(("7z 压缩包", "a 7z archive"))
    } else if starts(b"Rar!\x1A\x07") {
        Some(("rar 压缩包", "a rar archive"))
    } else if head.get(257..262) == Some(b"ustar") {
        Some(("tar 归档", "a tar archive"))
    } else if starts(&[0xD0, 0xCF, 0x11, 0xE0]) {
        Some(("旧版 Office 文件（.xls、.doc）", "an Office file of the old kind (.xls, .doc)"))
    } else if starts(b"%PDF-") {
        Some(("PDF 文件", "a PDF file"))
    } else if starts(b"SQLite format 3\0") {
        Some(("SQLite 数据库", "a SQLite database"))
    } else {
        None
    }
}

fn image_file(path: &Path, what: &str, report: &mut FileReport) {
    // The three last parts of the path: a folder called faces says as much as a file.
    let near: Vec<String> = path.iter().rev().take(3).map(|p| p.to_string_lossy().into_owned()).collect();
    let hinted = near.iter().any(|p| {
        let stem = p.rsplit_once('.').map_or(p.as_str(), |(s, _)| s);
        context::column(stem).kind == Some(Kind::FaceImage)
            || ["faces", "人脸", "avatar", "头像", "selfie", "证件照", "portrait"]
                .iter()
                .any(|w| p.to_lowercase().contains(w))
    });
    if hinted {
        report.findings.push(Finding {
            kind: Kind::FaceImage,
            taxonomy: Kind::FaceImage.taxonomy(),
            personal: true,
            column: None,
            confidence: Confidence::Low.max(Confidence::Medium),
            count: 1,
            values: 0,
            first: 1,
            samples: vec![what.to_owned()],
        });
        report.notes.push(Note::new(
            "依据文件头与路径名判断，未识别图像内容",
            "judged by first bytes and path; the picture itself was not looked into",
        ));
    }
}

fn text_file(
    src: Box<dyn Read>,
    name: &str,
    head: &[u8],
    encoding: Encoding,
    report: &mut FileReport,
) -> std::io::Result<()> {
    let mut sheet = Sheet::default();
    let ends = |list: &[&str]| list.iter().any(|e| name.ends_with(e));
    let decoded = blocks::decode_head(head, encoding);
    let trimmed = decoded.trim_start();
    let mut blocks = Blocks::new(src, encoding);
    let result = if ends(&[".jsonl", ".ndjson", ".json", ".geojson"])
        || (!ends(&[".log", ".txt", ".csv", ".tsv", ".sql"]) && trimmed.starts_with(['{', '[']))
    {
        report.format = Format::Json;
        json::read(&mut blocks, &mut sheet)
    } else if ends(&[".sql", ".dump"]) || (trimmed.starts_with("--") && decoded.contains("INSERT INTO")) {
        report.format = Format::Sql;
        sql::read(&mut blocks, &mut sheet)
    } else if let Some(delimiter) = csv::sniff(&decoded, ends(&[".csv", ".tsv"])) {
        report.format = Format::Csv;
        csv::read(&mut blocks, delimiter, &mut sheet)
    } else {
        report.format = Format::Text;
        text(&mut blocks, &mut sheet)
    };
    match result {
        Ok(()) => {}
        // A damaged archive or file system: what was read up to there counts, and the reader is told.
        Err(_) if blocks.bytes() > 0 => {
            sheet.left(Note::new(
                "文件损坏或不完整，读取中断，其后内容未扫描",
                "the file is damaged or cut short: reading broke off, what follows was not scanned",
            ));
        }
        Err(e) => return Err(e),
    }
    report.bytes = blocks.bytes();
    finish(report, &sheet);
    Ok(())
}

fn finish(report: &mut FileReport, sheet: &Sheet) {
    report.rows = sheet.rows;
    report.findings = sheet.findings();
    report.notes.extend(sheet.notes.iter().cloned());
    report.unread = sheet.unread.clone();
}

/// Running text.
fn text(blocks: &mut Blocks, sheet: &mut Sheet) -> std::io::Result<()> {
    let mut buf = Vec::new();
    let mut line = 1;
    while blocks.next(&mut buf, false)? {
        sheet.block(&buf, line);
        line += memchr::memchr_iter(b'\n', &buf).count() as u64;
        // A line that is not ended is one all the same.
        sheet.rows = line - u64::from(buf.last() == Some(&b'\n'));
    }
    Ok(())
}
