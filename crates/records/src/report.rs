//! What an audit says: per check, as JSON and as text.

use crate::checks::Lang;
use crate::schema::Table;
use crate::time::show;
use serde_json::{Value, json};
use std::fmt::Write;
use zhunsheng_source::Text;

/// What a check comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// At least one violation.
    Gap,
    /// Items were examined, all of them, and none is a violation.
    Conformant,
    /// Nothing there to examine.
    NotApplicable,
    /// Evidence is missing, or too many rows could not be read.
    Undetermined,
}

impl Status {
    /// Word used in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Gap => "gap",
            Self::Conformant => "conformant",
            Self::NotApplicable => "not-applicable",
            Self::Undetermined => "undetermined",
        }
    }

    const fn shown(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Gap, Lang::Zh) => "差距",
            (Self::Conformant, Lang::Zh) => "符合",
            (Self::NotApplicable, Lang::Zh) => "不适用",
            (Self::Undetermined, Lang::Zh) => "待定",
            (s, Lang::En) => s.word(),
        }
    }
}

/// A row and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// File.
    pub file: String,
    /// Row in the file, from 1; 0 where the finding is about no row.
    pub row: u64,
    /// The line of the file it begins on, where rows and lines go together.
    pub line: Option<u64>,
    /// Why.
    pub reason: String,
}

impl Sample {
    fn json(&self, lang: Lang) -> Value {
        json!({"file": self.file, "row": self.row, "line": self.line, "place": self.place(lang), "reason": self.reason})
    }

    /// Where it is, for people.
    #[must_use]
    pub fn place(&self, lang: Lang) -> String {
        place(&self.file, self.row, self.line, lang)
    }
}

/// Where a row is, in the one form of all reports: `events.csv:281` where an editor finds it on that line, else which row of
/// data it is. 0 stands for no row.
#[must_use]
pub fn place(file: &str, row: u64, line: Option<u64>, lang: Lang) -> String {
    match (row, line, lang) {
        (0, ..) => file.to_owned(),
        (_, Some(line), _) => format!("{file}:{line}"),
        (_, None, Lang::Zh) => format!("{file} 第 {row} 行数据"),
        (_, None, Lang::En) => format!("{file} data row {row}"),
    }
}

/// A table or column that was not given, in words with the name by which it is given: `同意记录 consents`.
#[must_use]
pub fn lacking(name: &str, lang: Lang) -> String {
    if let Some(rest) = name.strip_prefix("declaration").filter(|_| lang == Lang::Zh) {
        return match rest.strip_prefix('.').and_then(|rest| rest.rsplit_once('.')) {
            Some((activity, list)) => format!("申报文件中活动“{activity}”的 {list}"),
            None if !rest.is_empty() => format!("申报文件的 {}", rest.trim_start_matches('.')),
            None => "申报文件 declaration".to_owned(),
        };
    }
    let (table, column) = name.split_once('.').unwrap_or((name, ""));
    if table == "holidays" {
        return match lang {
            Lang::Zh => format!("{column} 年的节假日安排 {name}"),
            Lang::En => format!("the public holidays of {column} {name}"),
        };
    }
    let Some(table) = Table::parse(table).filter(|_| lang == Lang::Zh) else { return name.to_owned() };
    match table.columns().iter().find(|c| c.name == column) {
        Some(column) => format!("{}的“{}”列 {name}", table.zh(), column.zh),
        None => format!("{} {name}", table.zh()),
    }
}

/// Result of one check.
#[derive(Debug, Clone)]
pub struct CheckReport {
    /// Identifier.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Leaves of the standard.
    pub leaves: Vec<String>,
    /// What is counted.
    pub unit: String,
    /// Conclusion.
    pub status: Status,
    /// Tables and columns that were not given.
    pub missing: Vec<String>,
    /// Rows set aside of the table from whose silence violations follow: some may rest on nothing else.
    pub aside: Option<(Table, u64)>,
    /// Items examined.
    pub examined: u64,
    /// Items in violation.
    pub violations: u64,
    /// Individuals affected.
    pub subjects: u64,
    /// First and last violation, milliseconds since 1970.
    pub span: Option<(i64, i64)>,
    /// The first violations.
    pub samples: Vec<Sample>,
    /// The same by activity and stage, for checks over events.
    pub groups: Vec<GroupReport>,
}

/// Result of one check for one activity in one stage.
#[derive(Debug, Clone)]
pub struct GroupReport {
    /// The activity as declared; none for events of activities that nobody declared.
    pub activity: Option<String>,
    /// The stage.
    pub stage: Option<&'static str>,
    /// Conclusion.
    pub status: Status,
    /// Items examined.
    pub examined: u64,
    /// Items in violation.
    pub violations: u64,
    /// Individuals affected.
    pub subjects: u64,
    /// First and last violation.
    pub span: Option<(i64, i64)>,
    /// The first violations.
    pub samples: Vec<Sample>,
}

/// Result of an audit.
#[derive(Debug, Clone)]
pub struct AuditReport {
    /// Event rows read.
    pub events: u64,
    /// Individuals in the events.
    pub subjects: u64,
    /// Rows set aside, all tables.
    pub rejected: u64,
    /// Rows of the other tables.
    pub records: u64,
    /// The first rows set aside.
    pub rejects: Vec<Sample>,
    /// Files in the folders given that were not read, since their names end in no known way.
    pub passed: Vec<String>,
    /// Too many rows were set aside: nothing is concluded from the absence of violations.
    pub refused: bool,
    /// Share of rows set aside, of the events or of the other tables, whichever is larger.
    pub rejected_share: f64,
    /// First and last event, milliseconds since 1970.
    pub period: Option<(i64, i64)>,
    /// Instant up to which the records are taken to be complete.
    pub as_of: Option<i64>,
    /// Passes over the events (more than one where the state did not fit in memory).
    pub parts: u64,
    /// Results.
    pub checks: Vec<CheckReport>,
    /// Seconds taken.
    pub elapsed_s: f64,
    /// Most memory held at a time, in MiB, where the system tells.
    pub peak_mb: Option<f64>,
}

impl AuditReport {
    /// Exit code: 1 where there is a violation, whatever else is open; 3 where there is none and something is undetermined; else 0.
    #[must_use]
    pub fn exit_code(&self) -> i32 {
        if self.checks.iter().any(|c| c.status == Status::Gap) {
            1
        } else if self.refused || self.checks.iter().any(|c| c.status == Status::Undetermined) {
            3
        } else {
            0
        }
    }

    /// The result as JSON. With `timing` false the two fields that differ from run to run are left out.
    #[must_use]
    pub fn json(&self, lang: Lang, timing: bool) -> Value {
        let samples = |list: &[Sample]| -> Vec<Value> { list.iter().map(|one| one.json(lang)).collect() };
        let span = |s: Option<(i64, i64)>, i: usize| s.map(|s| show(if i == 0 { s.0 } else { s.1 }));
        let checks: Vec<Value> = self
            .checks
            .iter()
            .map(|c| {
                let mut v = json!({
                    "id": c.id, "title": c.title.get(lang), "leaves": c.leaves, "status": c.status.word(), "unit": c.unit,
                    "examined": c.examined, "violations": c.violations, "subjects": c.subjects,
                    "first": span(c.span, 0), "last": span(c.span, 1),
                    "samples": samples(&c.samples),
                });
                if let Some(o) = v.as_object_mut()
                    && !c.missing.is_empty()
                {
                    o.insert("missing".into(), json!(c.missing));
                }
                if let (Some(o), Some((table, n))) = (v.as_object_mut(), c.aside) {
                    o.insert("set_aside".into(), json!({ table.name(): n }));
                }
                if let Some(o) = v.as_object_mut()
                    && !c.groups.is_empty()
                {
                    let groups = c.groups.iter().map(|g| {
                        json!({
                            "activity": g.activity, "stage": g.stage, "status": g.status.word(),
                            "examined": g.examined, "violations": g.violations, "subjects": g.subjects,
                            "first": span(g.span, 0), "last": span(g.span, 1),
                            "samples": samples(&g.samples),
                        })
                    });
                    o.insert("activities".into(), groups.collect());
                }
                v
            })
            .collect();
        let mut v = json!({
            "version": crate::schema::TABLES_VERSION,
            "events": self.events, "subjects": self.subjects, "records": self.records, "rejected": self.rejected,
            "refused": self.refused,
            "from": span(self.period, 0), "to": span(self.period, 1), "as_of": self.as_of.map(show),
            "rejects": samples(&self.rejects),
            "checks": checks,
        });
        if !self.passed.is_empty()
            && let Some(o) = v.as_object_mut()
        {
            let first: Vec<&String> = self.passed.iter().take(NAMED).collect();
            o.insert("not_read".into(), json!({"count": self.passed.len(), "files": first}));
        }
        if timing && let Some(o) = v.as_object_mut() {
            o.insert("elapsed_s".into(), json!((self.elapsed_s * 1000.0).round() / 1000.0));
            o.insert("peak_mb".into(), json!(self.peak_mb.map(|m| (m * 10.0).round() / 10.0)));
        }
        v
    }

    /// The result as text.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        // Values of the records are shown to a terminal; what would steer it is written out.
        zhunsheng_source::plain_lines(&self.lines(lang)).into_owned()
    }

    fn lines(&self, lang: Lang) -> String {
        let zh = lang == Lang::Zh;
        let mut out = String::new();
        // Without events there is no period.
        let none = || ("–".to_owned(), "–".to_owned());
        let (from, to) = self.period.map_or_else(none, |(a, b)| (show(a), show(b)));
        let _ = if zh {
            writeln!(
                out,
                "处理记录全量核验：{} 条事件，{} 名个人信息主体，{} 条其他记录\n期间 {from} 至 {to}",
                self.events, self.subjects, self.records
            )
        } else {
            writeln!(
                out,
                "Every event checked: {} events, {} individuals, {} other records\nfrom {from} to {to}",
                self.events, self.subjects, self.records
            )
        };
        if !self.passed.is_empty() {
            let n = self.passed.len();
            let _ = if zh {
                writeln!(out, "文件夹中有 {n} 个文件的扩展名无法识别，没有读取：")
            } else {
                writeln!(out, "files in the folders that were not read, their names ending in no known way: {n}")
            };
            for path in self.passed.iter().take(3) {
                let _ = writeln!(out, "    {}", zhunsheng_source::plain(path));
            }
        }
        if self.rejected > 0 {
            let share = self.rejected_share * 100.0;
            let _ = if zh {
                writeln!(out, "不能读取、已另列的行：{}（最高占比 {share:.2}%）", self.rejected)
            } else {
                writeln!(out, "rows that cannot be read, kept aside: {} (at most {share:.2}%)", self.rejected)
            };
            for r in self.rejects.iter().take(3) {
                let _ = writeln!(out, "    {}", one_line(r, lang));
            }
        }
        if self.refused {
            out.push_str(if zh {
                "另列的行超过所设比例，不作出“符合”的结论\n"
            } else {
                "more rows were kept aside than the stated share: nothing is found conformant\n"
            });
        }
        out.push('\n');
        for c in &self.checks {
            let missing = |joint: &str| c.missing.iter().map(|m| lacking(m, lang)).collect::<Vec<_>>().join(joint);
            let _ = write!(out, "{} {}  {}", pad(c.status.shown(lang), 12), pad(&c.id, 32), c.title.get(lang));
            let _ = match (c.status, zh) {
                (Status::Gap, true) => {
                    writeln!(out, "：{} / {}（{}），{} 人", c.violations, c.examined, unit(&c.unit, true), c.subjects)
                }
                (Status::Gap, false) => writeln!(
                    out,
                    ": {} of {} {}s, {} individuals",
                    c.violations,
                    c.examined,
                    unit(&c.unit, false),
                    c.subjects
                ),
                (Status::Undetermined, _) if c.missing.is_empty() => {
                    writeln!(out, "{}", if zh { "：不能读取的行过多" } else { ": too many rows could not be read" })
                }
                (Status::Undetermined, true) => writeln!(out, "：缺 {}", missing("、")),
                (Status::Undetermined, false) => writeln!(out, ": missing {}", missing(", ")),
                // The title names the fault: what is conformant must not read as if it had it.
                (Status::Conformant, true) => {
                    writeln!(out, "：{}（{}）全部核验，未见此情形", c.examined, unit(&c.unit, true))
                }
                (Status::Conformant, false) => {
                    writeln!(out, ": not once in all {} {}s examined", c.examined, unit(&c.unit, false))
                }
                (Status::NotApplicable, true) => writeln!(out, "：没有可核验的对象"),
                (Status::NotApplicable, false) => writeln!(out, ": nothing to examine"),
            };
            if let Some((table, n)) = c.aside.filter(|_| c.violations > 0) {
                let _ = if zh {
                    writeln!(
                        out,
                        "{}{} 另有 {n} 行被搁置：{} 项违规中可能有的只是因此查无记录",
                        " ".repeat(13),
                        lacking(table.name(), lang),
                        c.violations
                    )
                } else {
                    writeln!(
                        out,
                        "{}{n} rows of {} were set aside: some of {} violations may only follow from that",
                        " ".repeat(13),
                        table.name(),
                        c.violations
                    )
                };
            }
            if c.status == Status::Gap {
                let _ = writeln!(out, "{}{}", " ".repeat(13), c.leaves.join("  "));
                for s in c.samples.iter().take(2) {
                    let _ = writeln!(out, "{}{}", " ".repeat(13), one_line(s, lang));
                }
                // What the violations do not rest on may be open beside them.
                let _ = match (c.missing.is_empty(), zh) {
                    (true, _) => Ok(()),
                    (false, true) => writeln!(out, "{}另缺 {}，就此未能核验", " ".repeat(13), missing("、")),
                    (false, false) => {
                        writeln!(out, "{}not decided for {}, which is missing", " ".repeat(13), missing(", "))
                    }
                };
            }
        }
        let gaps = self.checks.iter().filter(|c| c.status == Status::Gap).count();
        let time = self.elapsed_s;
        let memory = self.peak_mb.map(|m| format!("{m:.0} MiB")).unwrap_or_default();
        let _ = if zh {
            writeln!(out, "\n{} 项核验，{gaps} 项有差距；用时 {time:.2} s，内存峰值 {memory}", self.checks.len())
        } else {
            writeln!(out, "\n{} checks, {gaps} with gaps; {time:.2} s, peak {memory}", self.checks.len())
        };
        out
    }
}

/// Files named at most.
const NAMED: usize = 20;

fn unit(word: &str, zh: bool) -> &str {
    if !zh {
        return word;
    }
    match word {
        "event" => "条事件",
        "request" => "件请求",
        "prompt" => "次征求",
        "incident" => "起事件告知",
        "hour" => "小时",
        "log" => "份日志",
        _ => word,
    }
}

/// A row and its reason on one line, whatever line ends its values have.
fn one_line(s: &Sample, lang: Lang) -> String {
    zhunsheng_source::plain(&format!("{}  {}", s.place(lang), s.reason)).into_owned()
}

/// Pads by display width: Chinese characters take two columns.
fn pad(text: &str, width: usize) -> String {
    let taken: usize = text.chars().map(|c| if c as u32 > 0x2e80 { 2 } else { 1 }).sum();
    format!("{text}{}", " ".repeat(width.saturating_sub(taken)))
}

/// Most memory this process has held, in MiB (Linux tells it in `/proc`).
#[must_use]
pub fn peak_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_one_form_of_address_and_what_is_missing_has_words() {
        assert_eq!(place("a.csv", 280, Some(281), Lang::Zh), "a.csv:281");
        assert_eq!(place("a.parquet", 280, None, Lang::Zh), "a.parquet 第 280 行数据");
        assert_eq!(place("a.parquet", 280, None, Lang::En), "a.parquet data row 280");
        assert_eq!(place("a.csv", 0, None, Lang::En), "a.csv");
        assert_eq!(lacking("consents", Lang::Zh), "同意记录 consents");
        assert_eq!(lacking("events.operator", Lang::Zh), "处理事件日志的“操作人”列 events.operator");
        assert_eq!(lacking("events.operator", Lang::En), "events.operator");
    }
}
