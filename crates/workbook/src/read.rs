//! From a workbook to the tree of a dossier. Every mistake is found in one run and named by sheet and cell.

use std::collections::{BTreeMap, HashMap};
use std::io::Cursor;

use calamine::{Data, DataRef, Reader as _, Xlsx};
use zhunsheng_dossier::{LoadError, Schema, load_node};
use zhunsheng_source::{At, Diagnostic, Diagnostics, Key, Lang, Node, Sources, Text, Value, plain, quoted};

use crate::cells::value;
use crate::layout::{Column, Rows, Sheet, What, layout};
use crate::open::{OpenError, check};
use crate::write::{ANSWERS, BEFORE, BEFORE_ITEM, DETERMINATIONS, FIRST, MADE_OF, address};

/// Most rows of a sheet.
const ROWS: u32 = 200_000;
/// Most columns.
const COLUMNS: u32 = 2_000;
/// Most cells of the workbook.
const CELLS: usize = 4_000_000;
/// Mistakes told; beyond these the workbook is not a dossier.
const TOLD: usize = 500;

/// A mistake in a workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// `处理活动!C5`; empty for the workbook as a whole.
    pub place: String,
    /// What is wrong.
    pub message: Text,
    /// How to mend it.
    pub hint: Option<Text>,
}

impl Mistake {
    /// `处理活动!C5: message` and, on a second line, the hint.
    pub fn render(&self, lang: Lang) -> String {
        let hint = self.hint.as_ref().map(|hint| format!("\n    = {}", plain(hint.get(lang)))).unwrap_or_default();
        format!("{}: {}{hint}", plain(&self.place), plain(self.message.get(lang)))
    }
}

/// Why a workbook could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is not opened at all.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It is not the form of an Excel workbook.
    #[error("the workbook cannot be read: {0}")]
    Form(#[from] calamine::XlsxError),
    /// It is too large.
    #[error(
        "sheet `{0}` has a cell at {1}; at most {ROWS} rows and {COLUMNS} columns are read, and {CELLS} cells in all"
    )]
    Large(String, String),
    /// It has mistakes; all of them are listed.
    #[error("the workbook has mistakes")]
    Mistakes(Vec<Mistake>),
}

impl ReadError {
    /// In both languages.
    pub fn text(&self) -> Text {
        let zh = match self {
            ReadError::Open(cause) => return cause.text(),
            ReadError::Form(cause) => {
                format!("工作簿的内容无法读取；请以 Excel 打开并另存为 .xlsx 再试{}", quoted(cause))
            }
            ReadError::Large(sheet, place) => {
                format!("表“{sheet}”在 {place} 有单元格；至多读取 {ROWS} 行、{COLUMNS} 列，全部至多 {CELLS} 个单元格")
            }
            ReadError::Mistakes(_) => "工作簿有错误".to_owned(),
        };
        Text::new(zh, self.to_string())
    }
}

/// Cells of a sheet by row and column.
pub(crate) type Cells = BTreeMap<(u32, u32), String>;

pub(crate) struct Table {
    pub cells: Cells,
    pub file: u32,
}

/// Reads a workbook into the tree of a dossier that the loader accepts.
///
/// # Errors
/// [`ReadError`]
pub fn read(schema: &Schema, taxonomy: &[Node], bytes: &[u8]) -> Result<Node, ReadError> {
    check(bytes)?;
    let mut sources = Sources::default();
    let mut problems = Diagnostics::default();
    let tables = tables(bytes, &mut sources, &mut problems)?;
    let sheets = layout(schema);
    let mut reader = Reader {
        sheets: &sheets,
        problems: &mut problems,
        children: vec![HashMap::new(); sheets.len()],
        found: BTreeMap::new(),
    };
    let mut answers = Vec::new();
    let mut determinations = Vec::new();
    for table in &tables {
        let first = table.cells.get(&(0, 0)).map(|cell| cell.trim().to_owned()).unwrap_or_default();
        let path = first.split_whitespace().next().unwrap_or_default().to_owned();
        if path == ANSWERS.1 {
            answers = reader.answers(table);
        } else if path == DETERMINATIONS.1 {
            determinations = reader.determinations(table);
        } else if let Some(index) = sheets.iter().position(|sheet| sheet.path == path) {
            reader.find(index, table);
        } else if path.ends_with("[]") {
            let at = At { file: table.file, line: 1, col: 1 };
            let (zh, en) = (format!("没有类别 `{path}`"), format!("no kind `{path}`"));
            let problem = Diagnostic::error(at, zh, en);
            reader.problems.push(problem.near(&path, sheets.iter().map(|sheet| sheet.path.as_str())));
        }
    }
    if reader.found.is_empty() {
        let at = At::file(sources.add("workbook"));
        problems.push(
            Diagnostic::error(at, "没有一张表属于卷宗", "no sheet belongs to a dossier")
                .hint("从 `dossier export` 得到的工作簿开始填写", "start from a workbook made by `dossier export`"),
        );
        return Err(ReadError::Mistakes(mistakes(&problems, &sources)));
    }
    let at = At::file(0);
    let mut dossier = reader.dossier(at);
    for (name, items) in [("answers", answers), ("determinations", determinations)] {
        if !items.is_empty() {
            dossier.push((key(name, at), Node { at, value: Value::Seq(items) }));
        }
    }
    let node = Node { at, value: Value::Map(dossier) };
    let base: Vec<&Node> = taxonomy.iter().collect();
    match load_node(schema, &base, sources.clone(), &node, None) {
        Err(LoadError::Mistakes { problems: found, .. }) => problems.extend(found),
        Err(LoadError::Io { .. }) | Ok(_) => {}
    }
    if problems.has_errors() {
        return Err(ReadError::Mistakes(mistakes(&problems, &sources)));
    }
    Ok(node)
}

/// The pairs of [`crate::write_with_base`]; none where the workbook has none.
///
/// # Errors
/// [`ReadError`], never of mistakes.
pub fn base(bytes: &[u8]) -> Result<Vec<(String, String)>, ReadError> {
    check(bytes)?;
    let (mut sources, mut problems) = (Sources::default(), Diagnostics::default());
    let tables = tables(bytes, &mut sources, &mut problems)?;
    let Some(table) = tables.into_iter().find(|table| sources.name(table.file) == MADE_OF) else {
        return Ok(Vec::new());
    };
    let mut cells = table.cells;
    let rows: Vec<u32> = cells.keys().filter(|(_, col)| *col == 0).map(|(row, _)| *row).collect();
    Ok(rows.into_iter().filter_map(|row| Some((cells.remove(&(row, 0))?, cells.remove(&(row, 1))?))).collect())
}

pub(crate) fn key(name: &str, at: At) -> Key {
    Key { name: name.to_owned(), at }
}

fn mistakes(problems: &Diagnostics, sources: &Sources) -> Vec<Mistake> {
    let tell = |one: &Diagnostic| {
        let sheet = sources.name(one.at.file);
        let place = if one.at.line == 0 {
            sheet.to_owned()
        } else {
            let col = u16::try_from(one.at.col.saturating_sub(1)).unwrap_or(u16::MAX);
            format!("{sheet}!{}", address(one.at.line - 1, col))
        };
        Mistake { place, message: one.message.clone(), hint: one.hint.clone() }
    };
    problems.sorted().into_iter().take(TOLD).map(tell).collect()
}

/// The sheets as text, sparse: a sheet may claim a size that no memory holds.
fn tables(bytes: &[u8], sources: &mut Sources, problems: &mut Diagnostics) -> Result<Vec<Table>, ReadError> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes))?;
    let mut left = CELLS;
    let mut tables = Vec::new();
    for name in book.sheet_names() {
        let file = sources.add(&name);
        let mut cells = Cells::new();
        // Chart sheets and the like have no cells.
        let Ok(mut reader) = book.worksheet_cells_reader(&name) else { continue };
        while let Some(cell) = reader.next_cell()? {
            let (row, col) = cell.get_position();
            let at = At { file, line: row + 1, col: col + 1 };
            let Some(text) = said(cell.get_value(), at, problems) else { continue };
            left = left.saturating_sub(1);
            if row >= ROWS || col >= COLUMNS || left == 0 {
                return Err(ReadError::Large(name, address(row, u16::try_from(col).unwrap_or(u16::MAX))));
            }
            cells.insert((row, col), text);
        }
        tables.push(Table { cells, file });
    }
    Ok(tables)
}

/// What a cell says, as text.
fn said(data: &DataRef<'_>, at: At, problems: &mut Diagnostics) -> Option<String> {
    let data: Data = data.clone().into();
    match data {
        Data::Empty => None,
        Data::String(text) => (!text.is_empty()).then_some(text),
        Data::Float(number) => Some(number.to_string()),
        Data::Int(number) => Some(number.to_string()),
        Data::Bool(value) => Some(value.to_string()),
        Data::DateTime(when) => {
            let (year, month, day, hour, minute, second, _) = when.to_ymd_hms_milli();
            let time = if (hour, minute, second) == (0, 0, 0) {
                String::new()
            } else {
                format!(" {hour:02}:{minute:02}:{second:02}")
            };
            Some(format!("{year:04}-{month:02}-{day:02}{time}"))
        }
        Data::Error(fault) => {
            let (zh, en) = (format!("单元格是错误值 `{fault}`"), format!("the cell is an error, `{fault}`"));
            problems.push(
                Diagnostic::error(at, zh, en).hint("改正公式，或者填写其值", "mend the formula or write its value"),
            );
            None
        }
        other => Some(other.to_string()),
    }
}

/// A record that has been read: the node of its own columns, by path.
#[derive(Clone)]
struct Row {
    at: At,
    /// By column of the sheet.
    values: HashMap<usize, Node>,
    none: bool,
}

pub(crate) struct Reader<'a, 's> {
    sheets: &'a [Sheet<'s>],
    pub problems: &'a mut Diagnostics,
    /// Items of each sheet by owner, in the order of their numbers.
    children: Vec<HashMap<String, Vec<(u64, Row)>>>,
    /// Records of singletons and objects by sheet: id and row; `None` in place of a list means known to be empty.
    found: BTreeMap<usize, Vec<(Key, Row)>>,
}

impl Reader<'_, '_> {
    pub(crate) fn wrong(&mut self, at: At, zh: String, en: String) {
        self.problems.push(Diagnostic::error(at, zh, en));
    }

    /// Which column of the sheet stands in which column of the table.
    fn columns(&mut self, index: usize, table: &Table, before: u32) -> Vec<(u32, usize)> {
        let Some(sheet) = self.sheets.get(index) else { return Vec::new() };
        let mut columns = Vec::new();
        for ((_, col), name) in table.cells.range((0, before)..(1, 0)) {
            let at = At { file: table.file, line: 1, col: col + 1 };
            match sheet.columns.iter().position(|column| column.name() == name.trim()) {
                Some(position) if columns.iter().any(|(_, held)| *held == position) => {
                    self.wrong(at, format!("字段 `{name}` 出现两次"), format!("field `{name}` stands twice"));
                }
                Some(position) => columns.push((*col, position)),
                None => {
                    let names: Vec<String> = sheet.columns.iter().map(Column::name).collect();
                    let (zh, en) = (format!("没有字段 `{name}`"), format!("no field `{name}`"));
                    let problem = Diagnostic::error(at, zh, en);
                    self.problems.push(problem.near(name.trim(), names.iter().map(String::as_str)));
                }
            }
        }
        columns
    }

    fn find(&mut self, index: usize, table: &Table) {
        let Some(sheet) = self.sheets.get(index) else { return };
        if self.found.contains_key(&index) {
            let at = At { file: table.file, line: 1, col: 1 };
            let (zh, en) = (format!("`{}` 有两张表", sheet.path), format!("`{}` has two sheets", sheet.path));
            self.wrong(at, zh, en);
            return;
        }
        self.found.insert(index, Vec::new());
        match &sheet.rows {
            Rows::Single => self.single(index, table),
            Rows::Objects => self.objects(index, table),
            Rows::Items { .. } => self.items(index, table),
        }
    }

    fn single(&mut self, index: usize, table: &Table) {
        let Some(sheet) = self.sheets.get(index) else { return };
        let mut values = HashMap::new();
        for ((row, _), name) in table.cells.iter().filter(|((row, col), _)| *row >= FIRST && *col == 0) {
            let at = At { file: table.file, line: row + 1, col: 1 };
            let Some(position) = sheet.columns.iter().position(|column| column.name() == name.trim()) else {
                let names: Vec<String> = sheet.columns.iter().map(Column::name).collect();
                let (zh, en) = (format!("没有字段 `{name}`"), format!("no field `{name}`"));
                self.problems.push(Diagnostic::error(at, zh, en).near(name.trim(), names.iter().map(String::as_str)));
                continue;
            };
            if let Some(cell) = table.cells.get(&(*row, 3)) {
                let at = At { col: 4, ..at };
                if let Some(node) = self.cell(index, position, cell, at) {
                    values.insert(position, node);
                }
            }
        }
        let at = At { file: table.file, line: 1, col: 1 };
        let row = Row { at, values, none: false };
        self.found.entry(index).or_default().push((key("", at), row));
    }

    /// The value of a cell in a column.
    fn cell(&mut self, index: usize, position: usize, cell: &str, at: At) -> Option<Node> {
        let column = self.sheets.get(index)?.columns.get(position)?;
        match column.what {
            What::Value => value(column.field, cell, at),
            What::Record => match cell.trim().to_lowercase().as_str() {
                "" | "unknown" | "未知" => None,
                "none" | "无" | "没有" => Some(Node { at, value: Value::Scalar("none".to_owned(), false) }),
                "有" | "yes" | "是" => Some(Node { at, value: Value::Map(Vec::new()) }),
                other => {
                    let (zh, en) = (
                        format!("应为 有、none 或空白，而不是 `{other}`"),
                        format!("expected 有 (yes), none or blank, not `{other}`"),
                    );
                    self.wrong(at, zh, en);
                    None
                }
            },
            What::Rows(_) => match cell.trim() {
                "[]" | "none" | "无" | "没有" => Some(Node { at, value: Value::Seq(Vec::new()) }),
                "" => None,
                arrow if arrow.starts_with('→') => None,
                other => {
                    let (zh, en) = (
                        format!("内容在下级表中；这里应为 [] 或空白，而不是 `{other}`"),
                        format!("its items are rows of their own sheet; expected [] or blank here, not `{other}`"),
                    );
                    self.wrong(at, zh, en);
                    None
                }
            },
        }
    }

    /// The rows of a table below its heads, each with its cells.
    pub(crate) fn rows(table: &Table) -> Vec<(u32, BTreeMap<u32, &str>)> {
        let mut rows: Vec<(u32, BTreeMap<u32, &str>)> = Vec::new();
        for ((row, col), cell) in table.cells.range((FIRST, 0)..) {
            match rows.last_mut() {
                Some((last, cells)) if last == row => {
                    cells.insert(*col, cell);
                }
                _ => rows.push((*row, BTreeMap::from([(*col, cell.as_str())]))),
            }
        }
        rows.retain(|(_, cells)| cells.values().any(|cell| !cell.trim().is_empty()));
        rows
    }

    fn row(&mut self, index: usize, columns: &[(u32, usize)], at: At, cells: &BTreeMap<u32, &str>) -> Row {
        let mut values = HashMap::new();
        for (col, position) in columns {
            if let Some(cell) = cells.get(col)
                && let Some(node) = self.cell(index, *position, cell, At { col: col + 1, ..at })
            {
                values.insert(*position, node);
            }
        }
        Row { at, values, none: false }
    }

    fn objects(&mut self, index: usize, table: &Table) {
        let columns = self.columns(index, table, u32::from(BEFORE));
        let mut seen: HashMap<String, u32> = HashMap::new();
        for (number, cells) in Self::rows(table) {
            let at = At { file: table.file, line: number + 1, col: 1 };
            let id = cells.get(&0).map(|id| id.trim()).unwrap_or_default();
            if id == "[]" && cells.len() == 1 {
                // Known to be none; a sheet of objects beside it would contradict that.
                self.found
                    .entry(index)
                    .or_default()
                    .push((key("[]", at), Row { at, values: HashMap::new(), none: true }));
                continue;
            }
            let id = id.strip_prefix('\\').unwrap_or(id).to_owned();
            if id.is_empty() {
                self.wrong(at, "这一行没有编号".to_owned(), "this row has no id".to_owned());
                continue;
            }
            if let Some(before) = seen.insert(id.clone(), number) {
                let first = address(before, 0);
                self.wrong(
                    at,
                    format!("编号 `{id}` 已在 {first} 用过"),
                    format!("id `{id}` is used at {first} already"),
                );
                continue;
            }
            let row = self.row(index, &columns, at, &cells);
            self.found.entry(index).or_default().push((key(&id, at), row));
        }
    }

    fn items(&mut self, index: usize, table: &Table) {
        let columns = self.columns(index, table, u32::from(BEFORE_ITEM));
        for (number, cells) in Self::rows(table) {
            let at = At { file: table.file, line: number + 1, col: 1 };
            let owner = cells.get(&0).map(|id| id.trim()).unwrap_or_default();
            let owner = owner.strip_prefix('\\').unwrap_or(owner).to_owned();
            let label = cells.get(&1).map(|text| text.trim()).unwrap_or_default();
            let mut words = label.split_whitespace();
            let position = words.next().and_then(|word| word.parse::<u64>().ok());
            let Some(position) = position else {
                let at = At { col: 2, ..at };
                self.wrong(
                    at,
                    format!("序号应为整数，而不是 `{label}`"),
                    format!("the number must be whole, not `{label}`"),
                );
                continue;
            };
            let none = words.next() == Some("none");
            let row = self.row(index, &columns, at, &cells);
            let Some(children) = self.children.get_mut(index) else { continue };
            let list = children.entry(owner.clone()).or_default();
            if list.iter().any(|(held, _)| *held == position) {
                let at = At { col: 2, ..at };
                self.wrong(
                    at,
                    format!("`{owner}` 的第 {position} 项出现两次"),
                    format!("item {position} of `{owner}` stands twice"),
                );
                continue;
            }
            list.push((position, Row { none, ..row }));
        }
    }

    /// The tree of what was found.
    fn dossier(&mut self, at: At) -> Vec<(Key, Node)> {
        let mut dossier = Vec::new();
        for (index, records) in std::mem::take(&mut self.found) {
            let Some(sheet) = self.sheets.get(index) else { continue };
            match sheet.rows {
                Rows::Single => {
                    for (_, row) in records {
                        let node = self.node(index, "", &row);
                        if !node.entries().is_empty() {
                            dossier.push((key(sheet.key, at), node));
                        }
                    }
                }
                Rows::Objects => {
                    let none = records.iter().find(|(_, row)| row.none).map(|(_, row)| row.at);
                    let mut objects = Vec::new();
                    for (id, row) in records.iter().filter(|(_, row)| !row.none) {
                        objects.push((id.clone(), self.node(index, &id.name, row)));
                    }
                    match none {
                        Some(at) if !objects.is_empty() => {
                            self.wrong(at, "既写了 []，又列了对象".to_owned(), "`[]` stands beside objects".to_owned());
                        }
                        Some(at) => dossier.push((key(sheet.key, at), Node { at, value: Value::Seq(Vec::new()) })),
                        None if objects.is_empty() => {}
                        None => dossier.push((key(sheet.key, at), Node { at, value: Value::Map(objects) })),
                    }
                }
                Rows::Items { .. } => {}
            }
        }
        self.orphans();
        dossier
    }

    /// Rows whose owner does not exist.
    fn orphans(&mut self) {
        let mut orphans = Vec::new();
        for children in &mut self.children {
            for (owner, rows) in std::mem::take(children) {
                orphans.extend(rows.into_iter().map(|(_, row)| (owner.clone(), row.at)));
            }
        }
        for (owner, at) in orphans {
            self.wrong(at, format!("没有所属的 `{owner}`"), format!("there is no owner `{owner}`"));
        }
    }

    fn node(&mut self, index: usize, owner: &str, row: &Row) -> Node {
        if row.none {
            return Node { at: row.at, value: Value::Scalar("none".to_owned(), false) };
        }
        let Some(sheet) = self.sheets.get(index) else { return Node { at: row.at, value: Value::Map(Vec::new()) } };
        let mut root: Vec<(Key, Node)> = Vec::new();
        for (position, column) in sheet.columns.iter().enumerate() {
            let stated = row.values.get(&position).cloned();
            let node = match column.what {
                What::Rows(child) => self.list(child, owner, stated),
                _ => stated,
            };
            if let Some(node) = node {
                self.insert(&mut root, &column.path, node);
            }
        }
        Node { at: row.at, value: Value::Map(root) }
    }

    fn list(&mut self, child: usize, owner: &str, stated: Option<Node>) -> Option<Node> {
        let rows = self.children.get_mut(child).and_then(|children| children.remove(owner));
        let Some(mut rows) = rows else { return stated };
        if let Some(stated) = stated {
            self.wrong(
                stated.at,
                "写了 []，下级表中却有内容".to_owned(),
                "`[]` stands here, but its sheet has items".to_owned(),
            );
        }
        rows.sort_by_key(|(position, _)| *position);
        let at = rows.first().map(|(_, row)| row.at)?;
        let mut items = Vec::new();
        for (position, row) in &rows {
            items.push(self.node(child, &format!("{owner}#{position}"), row));
        }
        Some(Node { at, value: Value::Seq(items) })
    }

    /// Puts a value at its path. Where a record is said to be none, nothing can stand below it.
    fn insert(&mut self, map: &mut Vec<(Key, Node)>, path: &[&str], node: Node) {
        let [name, rest @ ..] = path else { return };
        let at = node.at;
        if rest.is_empty() {
            match map.iter().any(|(held, _)| held.name == *name) {
                true => {}
                false => map.push((key(name, at), node)),
            }
            return;
        }
        if !map.iter().any(|(held, _)| held.name == *name) {
            map.push((key(name, at), Node { at, value: Value::Map(Vec::new()) }));
        }
        let Some((_, held)) = map.iter_mut().find(|(held, _)| held.name == *name) else { return };
        match &mut held.value {
            Value::Map(inner) => {
                let mut own = std::mem::take(inner);
                self.insert(&mut own, rest, node);
                if let Some((_, Node { value: Value::Map(inner), .. })) =
                    map.iter_mut().find(|(held, _)| held.name == *name)
                {
                    *inner = own;
                }
            }
            _ => self.wrong(
                at,
                format!("`{name}` 已写为 none，其下不能再填"),
                format!("`{name}` is none, so nothing can stand below it"),
            ),
        }
    }
}
