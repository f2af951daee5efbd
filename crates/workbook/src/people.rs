//! The sheets of what people said: answers and determinations.

use std::collections::BTreeMap;

use zhunsheng_source::{At, Diagnostic, Key, Node, Value};

use crate::cells::text;
use crate::read::{Reader, Table, key};
use crate::write::{ANSWER, DETERMINATION};

/// A line by the names of its columns: text and place.
type Line = BTreeMap<&'static str, (String, At)>;

impl Reader<'_, '_> {
    /// The lines of a sheet of what people said, by the names of its columns.
    pub(crate) fn lines(&mut self, table: &Table, columns: &[(&str, &str)]) -> Vec<(At, Line)> {
        let names: [&'static str; 13] = [
            "#",
            "leaf",
            "object",
            "by",
            "on",
            "note",
            "evidence",
            "step",
            "answer",
            "verdict",
            "reason.zh",
            "reason.en",
            "reason",
        ];
        let mut held: Vec<(u32, &'static str)> = Vec::new();
        for ((_, col), name) in table.cells.range((0, 0)..(1, 0)) {
            let name = name.split_whitespace().last().unwrap_or_default();
            let known =
                names.iter().find(|known| **known == name && columns.iter().any(|(column, _)| column == *known));
            match known {
                Some(known) => held.push((*col, known)),
                None => {
                    let at = At { file: table.file, line: 1, col: col + 1 };
                    let (zh, en) = (format!("没有字段 `{name}`"), format!("no field `{name}`"));
                    let problem = Diagnostic::error(at, zh, en);
                    self.problems.push(problem.near(name, columns.iter().map(|(column, _)| *column)));
                }
            }
        }
        Self::rows(table)
            .into_iter()
            .map(|(row, cells)| {
                let line = row + 1;
                let of = |(col, name): &(u32, &'static str)| {
                    let cell = cells.get(col)?;
                    let at = At { file: table.file, line, col: col + 1 };
                    let text = cell.strip_prefix('\\').unwrap_or_else(|| cell.trim());
                    (!cell.trim().is_empty()).then(|| (*name, (text.to_owned(), at)))
                };
                (At { file: table.file, line, col: 1 }, held.iter().filter_map(of).collect())
            })
            .collect()
    }

    pub(crate) fn answers(&mut self, table: &Table) -> Vec<Node> {
        // Lines with the same number are the steps of one entry.
        let mut entries: Vec<(String, Node)> = Vec::new();
        for (at, line) in self.lines(table, &ANSWER) {
            let number = line.get("#").map(|(text, _)| text.clone()).unwrap_or_default();
            let step = line.get("step").map(|(name, at)| {
                let (answer, at) = line.get("answer").cloned().unwrap_or((String::new(), *at));
                (key(name, at), Node { at, value: Value::Scalar(answer, false) })
            });
            let known = !number.is_empty() && entries.last().is_some_and(|(last, _)| *last == number);
            if !known {
                let mut members = common(&line, &["leaf", "object", "by", "on", "note"]);
                members.push((key("steps", at), Node { at, value: Value::Map(Vec::new()) }));
                entries.push((number, Node { at, value: Value::Map(members) }));
            }
            if let (Some(step), Some((_, Node { value: Value::Map(members), .. }))) = (step, entries.last_mut())
                && let Some((_, Node { value: Value::Map(steps), .. })) =
                    members.iter_mut().find(|(held, _)| held.name == "steps")
            {
                if steps.iter().any(|(held, _)| held.name == step.0.name) {
                    let name = step.0.name.clone();
                    self.wrong(step.0.at, format!("步骤 `{name}` 出现两次"), format!("step `{name}` stands twice"));
                } else {
                    steps.push(step);
                }
            }
        }
        entries.into_iter().map(|(_, node)| node).collect()
    }

    pub(crate) fn determinations(&mut self, table: &Table) -> Vec<Node> {
        let lines = self.lines(table, &DETERMINATION);
        let each = |(at, line): (At, Line)| {
            let mut members = common(&line, &["leaf", "object", "verdict", "by", "on"]);
            let mut reason = Vec::new();
            for (name, column) in [("zh", "reason.zh"), ("en", "reason.en")] {
                if let Some((words, at)) = line.get(column) {
                    reason.push((key(name, *at), text(words, *at)));
                }
            }
            if !reason.is_empty() {
                members.push((key("reason", at), Node { at, value: Value::Map(reason) }));
            }
            Node { at, value: Value::Map(members) }
        };
        lines.into_iter().map(each).collect()
    }
}

/// Members of an answer or determination, evidence among them.
fn common(line: &Line, names: &[&str]) -> Vec<(Key, Node)> {
    let mut members = Vec::new();
    for name in names {
        if let Some((words, at)) = line.get(name) {
            members.push((key(name, *at), text(words, *at)));
        }
    }
    if let Some((ids, at)) = line.get("evidence") {
        let parts = ids.split([',', '，', '\n']).map(str::trim).filter(|id| !id.is_empty());
        let items = parts.map(|id| text(id, *at)).collect();
        members.push((key("evidence", *at), Node { at: *at, value: Value::Seq(items) }));
    }
    members
}
