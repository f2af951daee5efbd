//! From the tree of a dossier to a workbook.

use std::collections::BTreeMap;

use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder,
    Formula, Note, Workbook, Worksheet, XlsxError,
};
use zhunsheng_dossier::{Date, Field, Schema, Type};
use zhunsheng_source::{Node, Text, Value, quoted};

use crate::cells::{guard, show};
use crate::layout::{Column, Rows, Sheet, What, layout};

/// Rows below the last one that still offer their choices.
const SPARE: u32 = 500;
/// First row of data on a sheet with rows of its own.
pub(crate) const FIRST: u32 = 2;
/// Most columns of a sheet that is printed on one page's width.
const NARROW: usize = 12;
/// Columns before the fields: id of an object; owner and own number of an item.
pub(crate) const BEFORE: u16 = 1;
pub(crate) const BEFORE_ITEM: u16 = 2;
/// Name of the sheet that holds choices.
pub(crate) const LISTS: &str = "选项 lists";
/// Name of the hidden sheet that says what the workbook was made of.
pub(crate) const MADE_OF: &str = "基准 base";
/// Sheets of what people said.
pub(crate) const ANSWERS: (&str, &str) = ("评估员的回答", "answers[]");
pub(crate) const DETERMINATIONS: (&str, &str) = ("评估员的判定", "determinations[]");
/// Their columns.
pub(crate) const ANSWER: [(&str, &str); 9] = [
    ("#", "序号"),
    ("leaf", "条目"),
    ("object", "对象"),
    ("by", "评估员"),
    ("on", "日期"),
    ("note", "说明"),
    ("evidence", "证据"),
    ("step", "步骤"),
    ("answer", "回答"),
];
pub(crate) const DETERMINATION: [(&str, &str); 8] = [
    ("leaf", "条目"),
    ("object", "对象"),
    ("verdict", "结论"),
    ("reason.zh", "理由"),
    ("reason.en", "Reason"),
    ("evidence", "证据"),
    ("by", "评估员"),
    ("on", "日期"),
];

/// Why a workbook could not be made.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Excel cannot hold it.
    #[error("`{place}`: {cause}")]
    Cell {
        /// Where.
        place: String,
        /// Why not: a text of more than 32767 characters, too many rows.
        cause: XlsxError,
    },
    /// The file could not be put together.
    #[error("the workbook could not be written: {0}")]
    Book(#[from] XlsxError),
}

impl WriteError {
    /// In both languages.
    pub fn text(&self) -> Text {
        let zh = match self {
            WriteError::Cell { place, cause } => {
                format!("`{place}` 放不进 Excel 的单元格或表{}；请缩短它，或改用卷宗（zip）", quoted(cause))
            }
            WriteError::Book(cause) => format!("工作簿无法写出{}；请改用卷宗（zip）", quoted(cause)),
        };
        Text::new(zh, self.to_string())
    }
}

struct Looks {
    code: Format,
    head: Format,
    label: Format,
    cell: Format,
    date: Format,
    intro: Format,
}

struct Writer<'a> {
    schema: &'a Schema,
    sheets: Vec<Sheet<'a>>,
    books: Vec<Worksheet>,
    /// Next free row of each sheet.
    next: Vec<u32>,
    looks: Looks,
    lists: Lists,
}

/// The tree of a dossier as a workbook; `taxonomy` are the documents it may refer to beside itself.
///
/// # Errors
/// [`WriteError`]
pub fn write(schema: &Schema, taxonomy: &[Node], dossier: &Node) -> Result<Vec<u8>, WriteError> {
    write_with_base(schema, taxonomy, dossier, &[])
}

/// The same, with pairs on a hidden sheet that say what the workbook was made of; [`crate::base`] reads them.
///
/// # Errors
/// [`WriteError`]
pub fn write_with_base(
    schema: &Schema,
    taxonomy: &[Node],
    dossier: &Node,
    base: &[(String, String)],
) -> Result<Vec<u8>, WriteError> {
    let sheets = layout(schema);
    let border = |format: Format| format.set_border(FormatBorder::Thin).set_border_color(Color::RGB(0x00A6_A6A6));
    let wrap = |format: Format| format.set_text_wrap().set_align(FormatAlign::Top);
    let looks = Looks {
        code: wrap(Format::new().set_font_size(8).set_font_color(Color::RGB(0x0080_8080))),
        head: border(wrap(Format::new().set_bold().set_background_color(Color::RGB(0x00E7_EBF3)))),
        label: border(wrap(Format::new().set_background_color(Color::RGB(0x00F3_F5F9)))),
        cell: border(wrap(Format::new().set_num_format("@"))),
        date: border(wrap(Format::new().set_num_format("yyyy-mm-dd"))),
        intro: wrap(Format::new()),
    };
    let count = sheets.len();
    let mut writer = Writer {
        schema,
        sheets,
        books: (0..count).map(|_| Worksheet::new()).collect(),
        next: vec![FIRST; count],
        looks,
        lists: Lists::default(),
    };
    for index in 0..count {
        writer.head(index)?;
    }
    for index in 0..count {
        writer.fill(index, dossier)?;
    }
    for index in 0..count {
        writer.choices(index, taxonomy)?;
    }
    let answers = people(&writer.looks, ANSWERS, &ANSWER, answers(dossier))?;
    let determinations = people(&writer.looks, DETERMINATIONS, &DETERMINATION, determinations(dossier))?;
    let mut book = Workbook::new();
    let created = ExcelDateTime::from_ymd(2021, 11, 1)?;
    book.set_properties(&DocProperties::new().set_author("准绳 Zhunsheng").set_creation_datetime(&created));
    book.push_worksheet(intro(&writer.looks)?);
    for sheet in writer.books {
        book.push_worksheet(sheet);
    }
    book.push_worksheet(answers);
    book.push_worksheet(determinations);
    book.push_worksheet(writer.lists.sheet(&writer.looks)?);
    if !base.is_empty() {
        let mut sheet = Worksheet::new();
        sheet.set_name(MADE_OF)?.set_hidden(true);
        for (row, (name, value)) in (0..).zip(base) {
            sheet.write_string(row, 0, name)?.write_string(row, 1, value)?;
        }
        book.push_worksheet(sheet);
    }
    Ok(book.save_to_buffer()?)
}

fn intro(looks: &Looks) -> Result<Worksheet, WriteError> {
    let mut sheet = Worksheet::new();
    sheet.set_name("说明 read me")?;
    sheet.set_column_width(0, 100)?;
    let lines = [
        "准绳评估卷宗 · Zhunsheng dossier",
        "每类对象一张表。第一行是字段名，请勿改动；第二行是名称，批注里是问题。 One sheet per kind. The first row holds names of fields: leave it as it is; the second has titles, with the question as a comment.",
        "空格表示不知道，绝不会被当作符合。 A blank cell means “not known” and never counts as conformant.",
        "确知没有：写 无 或 none；列表确知为空：写 []。 What is known not to exist: none; a list known to be empty: [].",
        "引用其他对象写其编号；多个用逗号隔开。多段文字一行一段。 References are ids, several separated by commas. Lists of texts: one a line.",
        "有下级表的，下级表第一列写上级的编号，第二列自己编号。 Where a field has a sheet of its own, its first column names the owner's id and the second numbers the item.",
        "要写的文字恰为“无”“none”等时，前面加一个反斜杠 \\。 Text that is itself “none” or the like stands behind a backslash.",
        "空白的一栏：“有”表示存在但细节未知。 For a nested record, “有” says that it is there though its fields are not known.",
    ];
    for (row, line) in (0..).zip(lines) {
        sheet.write_with_format(row, 0, line, &looks.intro)?;
    }
    Ok(sheet)
}

/// Height of a row with a title in two languages, a question and an answer: not every program finds it by itself.
fn tall(question: &str, answer: &str) -> f64 {
    /// Width in letters of the columns of question and answer, less a little.
    const WIDTHS: [u32; 2] = [58, 38];
    let lines = |text: &str, width: u32| -> u32 {
        let wide = |line: &str| line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<u32>();
        text.lines().map(|line| wide(line).div_ceil(width).max(1)).sum()
    };
    let [first, second] = WIDTHS;
    // Excel's greatest height of a row is 409 points.
    f64::from((lines(question, first).max(lines(answer, second)).max(2) * 15 + 2).min(409))
}

impl Writer<'_> {
    fn put(&mut self, index: usize, row: u32, col: u16, text: &str, format: &Format) -> Result<(), WriteError> {
        let Some(sheet) = self.sheets.get(index) else { return Ok(()) };
        let place = || format!("{}!{}", sheet.name, address(row, col));
        let Some(book) = self.books.get_mut(index) else { return Ok(()) };
        book.write_string_with_format(row, col, text, format)
            .map(|_| ())
            .map_err(|cause| WriteError::Cell { place: place(), cause })
    }

    fn head(&mut self, index: usize) -> Result<(), WriteError> {
        let Some(sheet) = self.sheets.get(index).cloned() else { return Ok(()) };
        let looks = [self.looks.code.clone(), self.looks.head.clone(), self.looks.label.clone()];
        let [code, head, label] = &looks;
        if let Some(book) = self.books.get_mut(index) {
            book.set_name(&sheet.name)?;
        }
        self.put(index, 0, 0, &sheet.path, code)?;
        if let Some(book) = self.books.get_mut(index) {
            // On paper: A4 across; a narrow sheet on one page's width, a wide one with its heads and ids on every page.
            book.set_paper_size(9).set_landscape().set_repeat_rows(0, FIRST - 1)?;
            if sheet.rows == Rows::Single || sheet.columns.len() <= NARROW {
                book.set_print_fit_to_pages(1, 0);
            } else {
                book.set_repeat_columns(0, 0)?;
            }
        }
        let english = format!("{}\n{}", sheet.title.zh, sheet.title.en);
        if sheet.rows == Rows::Single {
            self.put(index, 1, 0, &english, head)?;
            for (col, title) in [(1, "名称 title"), (2, "问题 question"), (3, "回答 answer")] {
                self.put(index, 1, col, title, head)?;
            }
            for (row, column) in (FIRST..).zip(&sheet.columns) {
                self.put(index, row, 0, &column.name(), code)?;
                self.put(index, row, 1, &format!("{}\n{}", column.field.title.zh, column.field.title.en), label)?;
                self.put(index, row, 2, &question(column.field), label)?;
                if let Some(book) = self.books.get_mut(index) {
                    book.set_row_height(row, tall(&question(column.field), ""))?;
                }
            }
            if let Some(book) = self.books.get_mut(index) {
                book.set_row_height(1, 32)?;
            }
            if let Some(book) = self.books.get_mut(index) {
                for (col, width) in [(0, 22), (1, 26), (2, 60), (3, 40)] {
                    book.set_column_width(col, width)?;
                }
                book.set_freeze_panes(FIRST, 2)?;
            }
            return Ok(());
        }
        let before = if sheet.rows == Rows::Objects {
            self.put(index, 1, 0, &format!("{english}\n编号 id"), head)?;
            BEFORE
        } else {
            self.put(index, 1, 0, &format!("{english}\n所属 owner"), head)?;
            self.put(index, 0, 1, "#", code)?;
            self.put(index, 1, 1, "序号\nno.", head)?;
            BEFORE_ITEM
        };
        for (col, column) in (before..).zip(&sheet.columns) {
            self.put(index, 0, col, &column.name(), code)?;
            self.put(index, 1, col, &format!("{}\n{}", column.field.title.zh, column.field.title.en), head)?;
            if let Some(book) = self.books.get_mut(index) {
                let note = Note::new(question(column.field)).set_author("准绳").set_width(360).set_height(150);
                book.insert_note(1, col, &note)?;
                let wide = if matches!(column.field.ty, Type::Text) { 30 } else { 18 };
                book.set_column_width(col, wide)?;
            }
        }
        if let Some(book) = self.books.get_mut(index) {
            book.set_column_width(0, 22)?;
            book.set_row_height(1, 48)?;
            book.set_freeze_panes(FIRST, before)?;
        }
        Ok(())
    }

    fn fill(&mut self, index: usize, dossier: &Node) -> Result<(), WriteError> {
        let Some(sheet) = self.sheets.get(index).cloned() else { return Ok(()) };
        let Some(held) = dossier.get(sheet.key).filter(|node| !node.is_unknown()) else { return Ok(()) };
        match sheet.rows {
            Rows::Single => self.record(index, "", held, Place::Down),
            Rows::Objects => {
                let cell = self.looks.cell.clone();
                if held.entries().is_empty() {
                    // Known to be none: one row says so.
                    self.put(index, FIRST, 0, "[]", &cell)?;
                    self.step(index);
                }
                for (key, object) in held.entries() {
                    let row = self.step(index);
                    self.put(index, row, 0, &guard(&key.name), &cell)?;
                    self.record(index, &key.name, object, Place::Across(row))?;
                }
                Ok(())
            }
            Rows::Items { .. } => Ok(()),
        }
    }

    /// Takes the next row of a sheet.
    fn step(&mut self, index: usize) -> u32 {
        let Some(next) = self.next.get_mut(index) else { return FIRST };
        *next += 1;
        *next - 1
    }

    /// The fields of one record; `owner` is how items of its lists name it.
    fn record(&mut self, index: usize, owner: &str, record: &Node, place: Place) -> Result<(), WriteError> {
        let Some(sheet) = self.sheets.get(index).cloned() else { return Ok(()) };
        let before = if sheet.rows == Rows::Objects { BEFORE } else { BEFORE_ITEM };
        for (number, column) in sheet.columns.iter().enumerate() {
            let (row, col) = match place {
                Place::Down => (FIRST + u32::try_from(number).unwrap_or(0), 3),
                Place::Across(row) => (row, before + u16::try_from(number).unwrap_or(0)),
            };
            let node = get(record, &column.path).filter(|node| !blank(node));
            if let (Place::Down, Some(book)) = (place, self.books.get_mut(index)) {
                let said = node.and_then(|node| show(column.field, node)).unwrap_or_default();
                book.set_row_height(row, tall(&question(column.field), &said))?;
            }
            let Some(node) = node else {
                if place == Place::Down {
                    self.put(index, row, col, "", &self.looks.cell.clone())?;
                }
                continue;
            };
            self.field(index, owner, column, node, (row, col))?;
        }
        Ok(())
    }

    fn field(
        &mut self,
        index: usize,
        owner: &str,
        column: &Column<'_>,
        node: &Node,
        (row, col): (u32, u16),
    ) -> Result<(), WriteError> {
        let (cell, date) = (self.looks.cell.clone(), self.looks.date.clone());
        match column.what {
            What::Value => {
                let Some(text) = show(column.field, node) else { return Ok(()) };
                let book = self.books.get_mut(index);
                match (&column.field.ty, column.field.list, book) {
                    (Type::Int | Type::Number, false, Some(book)) => {
                        if let Ok(number) = text.replace(['_', ','], "").parse::<f64>() {
                            book.write_number_with_format(
                                row,
                                col,
                                number,
                                &self.looks.label.clone().set_background_color(Color::White),
                            )?;
                            return Ok(());
                        }
                    }
                    (Type::Date, false, Some(book)) => {
                        // Excel's calendar is wrong before March 1900.
                        if let Some((year, month, day)) = Date::parse(&text).map(Date::ymd)
                            && (1901..=9999).contains(&year)
                        {
                            let (year, month, day) = (
                                u16::try_from(year).unwrap_or(1901),
                                u8::try_from(month).unwrap_or(1),
                                u8::try_from(day).unwrap_or(1),
                            );
                            book.write_datetime_with_format(
                                row,
                                col,
                                ExcelDateTime::from_ymd(year, month, day)?,
                                &date,
                            )?;
                            return Ok(());
                        }
                    }
                    _ => {}
                }
                self.put(index, row, col, &text, &cell)
            }
            What::Record if node.is_none() => self.put(index, row, col, "none", &cell),
            What::Record => self.put(index, row, col, "有", &cell),
            What::Rows(_) if node.is_none() || node.items().is_empty() => self.put(index, row, col, "[]", &cell),
            What::Rows(child) => {
                let name = self.sheets.get(child).map(|sheet| sheet.name.clone()).unwrap_or_default();
                self.put(index, row, col, &format!("→ {name}"), &cell)?;
                for (number, item) in (1_u32..).zip(node.items()) {
                    let row = self.step(child);
                    self.put(child, row, 0, &guard(owner), &cell)?;
                    self.put(child, row, 1, &number.to_string(), &cell)?;
                    let own = format!("{owner}#{number}");
                    if item.is_none() {
                        self.put(child, row, 1, &format!("{number} none"), &cell)?;
                    }
                    self.record(child, &own, item, Place::Across(row))?;
                }
                Ok(())
            }
        }
    }

    fn choices(&mut self, index: usize, taxonomy: &[Node]) -> Result<(), WriteError> {
        let Some(sheet) = self.sheets.get(index).cloned() else { return Ok(()) };
        let before = if sheet.rows == Rows::Objects { BEFORE } else { BEFORE_ITEM };
        let last = self.next.get(index).copied().unwrap_or(FIRST) + SPARE;
        for (number, column) in sheet.columns.iter().enumerate() {
            let Some(choices) = self.choice(column, taxonomy) else { continue };
            let rule = DataValidation::new()
                .allow_list_formula(Formula::new(choices))
                .set_error_style(DataValidationErrorStyle::Information)
                .ignore_blank(true);
            let (first, last, col) = match sheet.rows {
                Rows::Single => {
                    let row = FIRST + u32::try_from(number).unwrap_or(0);
                    (row, row, 3)
                }
                _ => (FIRST, last, before + u16::try_from(number).unwrap_or(0)),
            };
            if let Some(book) = self.books.get_mut(index) {
                book.add_data_validation(first, col, last, col, &rule)?;
            }
        }
        Ok(())
    }

    /// The range of cells with the choices of a field.
    fn choice(&mut self, column: &Column<'_>, taxonomy: &[Node]) -> Option<String> {
        let lists = &mut self.lists;
        match (&column.field.ty, column.what) {
            (_, What::Record) => Some(lists.range("?record", || vec!["有".into(), "none".into()])),
            (_, What::Rows(_)) => Some(lists.range("?rows", || vec!["[]".into()])),
            _ if column.field.list => None,
            (Type::Bool, _) => Some(lists.range("?bool", || vec!["是".into(), "否".into(), "none".into()])),
            (Type::Enum(values), _) => {
                let name: Vec<&str> = values.keys().map(String::as_str).collect();
                Some(lists.range(&name.join("|"), || {
                    let labels = values.iter().map(|(id, label)| format!("{id} {}", label.zh));
                    labels.chain(["none".to_owned()]).collect()
                }))
            }
            (Type::Ref(shape), _) => {
                let kind = self.schema.kind_of_shape(*shape)?;
                let key = self.schema.kinds.get(kind)?.collection.clone()?;
                let offered: Vec<String> = taxonomy
                    .iter()
                    .filter_map(|document| document.get(&key))
                    .flat_map(|held| held.entries().iter().map(|(id, _)| id.name.clone()))
                    .collect();
                if !offered.is_empty() {
                    return Some(lists.range(&format!("?{kind}"), || offered));
                }
                let sheet = self.sheets.iter().find(|sheet| sheet.key == key && sheet.rows == Rows::Objects)?;
                Some(format!("='{}'!$A${}:$A${}", sheet.name, FIRST + 1, FIRST + SPARE))
            }
            _ => None,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Down,
    Across(u32),
}

/// Columns of choices on a sheet of their own.
#[derive(Default)]
struct Lists {
    columns: Vec<Vec<String>>,
    index: BTreeMap<String, usize>,
}

impl Lists {
    fn range(&mut self, name: &str, choices: impl FnOnce() -> Vec<String>) -> String {
        let column = match self.index.get(name) {
            Some(column) => *column,
            None => {
                self.columns.push(choices());
                self.index.insert(name.to_owned(), self.columns.len() - 1);
                self.columns.len() - 1
            }
        };
        let letters = letters(u16::try_from(column).unwrap_or(0));
        let count = self.columns.get(column).map_or(1, Vec::len);
        format!("='{LISTS}'!${letters}$1:${letters}${count}")
    }

    fn sheet(&self, looks: &Looks) -> Result<Worksheet, WriteError> {
        let mut sheet = Worksheet::new();
        sheet.set_name(LISTS)?;
        sheet.set_hidden(true);
        for (col, choices) in (0_u16..).zip(&self.columns) {
            for (row, choice) in (0_u32..).zip(choices) {
                sheet.write_with_format(row, col, choice.as_str(), &looks.intro)?;
            }
        }
        Ok(sheet)
    }
}

fn question(field: &Field) -> String {
    let mut text = format!("{}\n{}", field.ask.zh, field.ask.en);
    if let Some(unit) = &field.unit {
        text.push_str(&format!("\n[{unit}]"));
    }
    if let (Type::Enum(values), true) = (&field.ty, field.list) {
        for (id, label) in values {
            text.push_str(&format!("\n{id} {}", label.zh));
        }
    }
    text
}

/// A member by its path.
fn get<'n>(record: &'n Node, path: &[&str]) -> Option<&'n Node> {
    path.iter().try_fold(record, |node, name| node.get(name))
}

/// A form nobody has filled in, as the loader has it.
fn blank(node: &Node) -> bool {
    let entries = node.entries();
    node.is_unknown() || (!entries.is_empty() && entries.iter().all(|(_, value)| blank(value)))
}

/// `A`, `AB`
pub(crate) fn letters(col: u16) -> String {
    let mut rest = u32::from(col) + 1;
    let mut out = Vec::new();
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or(0);
        out.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    out.iter().rev().collect()
}

/// `C5`
pub(crate) fn address(row: u32, col: u16) -> String {
    format!("{}{}", letters(col), row + 1)
}

type Line = Vec<String>;

fn people(
    looks: &Looks,
    (name, path): (&str, &str),
    columns: &[(&str, &str)],
    lines: Vec<Line>,
) -> Result<Worksheet, WriteError> {
    let mut sheet = Worksheet::new();
    sheet.set_name(name)?;
    // The first cell says which sheet it is and names its own column.
    for (col, (field, title)) in (0_u16..).zip(columns) {
        let code = if col == 0 { format!("{path} {field}") } else { (*field).to_owned() };
        sheet.write_string_with_format(0, col, code, &looks.code)?;
        sheet.write_string_with_format(1, col, *title, &looks.head)?;
        sheet.set_column_width(col, if field.starts_with("reason") { 60 } else { 20 })?;
    }
    sheet.set_freeze_panes(FIRST, 1)?;
    for (row, line) in (FIRST..).zip(lines) {
        for (col, text) in (0_u16..).zip(line) {
            let place = || format!("{name}!{}", address(row, col));
            sheet
                .write_string_with_format(row, col, text, &looks.cell)
                .map_err(|cause| WriteError::Cell { place: place(), cause })?;
        }
    }
    Ok(sheet)
}

fn member(node: &Node, key: &str) -> String {
    node.get(key).filter(|value| !value.is_unknown()).and_then(Node::text).map(guard).unwrap_or_default()
}

fn evidence(node: &Node) -> String {
    let ids = node.get("evidence").map(Node::items).unwrap_or_default();
    ids.iter().filter_map(Node::text).collect::<Vec<_>>().join(", ")
}

/// A row for each step answered.
fn answers(dossier: &Node) -> Vec<Line> {
    let mut lines = Vec::new();
    for (number, one) in (1..).zip(dossier.get("answers").map(Node::items).unwrap_or_default()) {
        let of = |key: &str| member(one, key);
        for (step, answer) in one.get("steps").map(Node::entries).unwrap_or_default() {
            let answer = if answer.is_unknown() { String::new() } else { answer.text().unwrap_or_default().to_owned() };
            lines.push(vec![
                number.to_string(),
                of("leaf"),
                of("object"),
                of("by"),
                of("on"),
                of("note"),
                evidence(one),
                step.name.clone(),
                answer,
            ]);
        }
    }
    lines
}

fn determinations(dossier: &Node) -> Vec<Line> {
    let all = dossier.get("determinations").map(Node::items).unwrap_or_default();
    all.iter()
        .map(|one| {
            let of = |key: &str| member(one, key);
            let reason = |lang: &str| match one.get("reason") {
                Some(Node { value: Value::Scalar(text, _), .. }) => guard(text.trim()),
                Some(both) => guard(both.get(lang).and_then(Node::text).unwrap_or_default().trim()),
                None => String::new(),
            };
            let text = |text: String| if text == "\\" { String::new() } else { text };
            vec![
                of("leaf"),
                of("object"),
                of("verdict"),
                text(reason("zh")),
                text(reason("en")),
                evidence(one),
                of("by"),
                of("on"),
            ]
        })
        .collect()
}
