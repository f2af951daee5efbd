//! The table as text of 100 columns and as an HTML fragment.

use super::{Aspect, Row, Side, SideValue, Table};
use crate::data::{Lang, Text};
use crate::report::{columns, wrap};
use std::fmt::Write as _;

/// Widths of the five columns of the text table.
const WIDTHS: [usize; 5] = [20, 12, 21, 21, 21];

fn pad(text: &str, width: usize) -> String {
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        let n = columns(c);
        if used + n > width - 1 {
            break;
        }
        out.push(c);
        used += n;
    }
    out.push_str(&" ".repeat(width.saturating_sub(used)));
    out
}

/// The file name of an address: what fits a column.
fn short(at: &str) -> &str {
    at.rsplit(['/', '\\']).next().unwrap_or(at)
}

fn cell_text(table: &Table, row: &Row, side: Side, lang: Lang) -> String {
    let cell = row.side(side);
    let at = cell.at.first().map_or("", |a| short(a));
    let mark = if table.found(row).any(|f| f.odd.contains(&side)) { "⚑" } else { "" };
    if cell.present {
        format!("{}{mark} {at}", if cell.unsure { lang.pick("？疑似", "? likely") } else { "✓" })
    } else if cell.denied {
        format!("{}{mark} {at}", lang.pick("否认", "denied"))
    } else {
        format!("—{mark}")
    }
}

fn side_name(side: Side) -> (&'static str, &'static str) {
    match side {
        Side::Said => ("所说", "said"),
        Side::OnRecord => ("在册", "on record"),
        Side::Done => ("实际", "done"),
    }
}

fn aspect_name(aspect: Aspect) -> (&'static str, &'static str) {
    match aspect {
        Aspect::Presence => ("有无", "presence"),
        Aspect::Denial => ("否认", "denial"),
        Aspect::Purpose => ("目的", "purpose"),
        Aspect::Recipient => ("接收方", "recipient"),
        Aspect::Retention => ("期限", "retention"),
        Aspect::Country => ("地域", "country"),
    }
}

/// Text of 100 columns.
#[must_use]
pub fn text(table: &Table, lang: Lang) -> String {
    let mut out = String::new();
    let bad = table.rows.iter().filter(|r| !r.findings.is_empty()).count();
    let (rows, findings) = (table.rows.len(), table.findings.len());
    let head = Text::new(
        format!("{}：所说、在册、实际 {rows} 行，{bad} 行不一致，{findings} 项发现", table.product),
        format!("{}: said, on record, done: {rows} rows, {bad} disagree, {findings} findings", table.product),
    );
    let _ = writeln!(out, "{}", head.get(lang));
    for n in &table.notes {
        let _ = writeln!(out, "{}", n.get(lang));
    }
    out.push('\n');
    let [said, record, done] = [Side::Said, Side::OnRecord, Side::Done].map(|side| {
        let (zh, en) = side_name(side);
        lang.pick(zh, en)
    });
    for (head, width) in [lang.pick("类型", "type"), lang.pick("环节", "stage"), said, record, done].iter().zip(WIDTHS)
    {
        out.push_str(&pad(head, width));
    }
    let _ = writeln!(out, "{}", lang.pick("发现", "#"));
    out.push_str(&"─".repeat(99));
    out.push('\n');
    for r in &table.rows {
        let numbers: Vec<String> = r.findings.iter().map(|n| format!("#{n}")).collect();
        let texts = [
            r.title.get(lang).to_owned(),
            lang.pick(r.stage.zh(), r.stage.en()).to_owned(),
            cell_text(table, r, Side::Said, lang),
            cell_text(table, r, Side::OnRecord, lang),
            cell_text(table, r, Side::Done, lang),
        ];
        let mut line = String::new();
        for (t, width) in texts.iter().zip(WIDTHS) {
            line.push_str(&pad(t, width));
        }
        line.push_str(&numbers.join(" "));
        out.push_str(line.trim_end());
        out.push('\n');
    }
    for f in &table.findings {
        let unsure = if f.unsure { lang.pick("  待核实", "  to be confirmed") } else { "" };
        let (zh, en) = aspect_name(f.aspect);
        let _ = writeln!(out, "\n#{} {}{}  {}{unsure}", f.number, f.leaf, also(&f.also, lang), lang.pick(zh, en));
        wrap(&mut out, "   ", f.message.get(lang));
        for s in &f.sides {
            let (zh, en) = side_name(s.side);
            let (name, colon) = (lang.pick(zh, en), lang.pick("：", ": "));
            let places = s.at.join(lang.pick("、", ", "));
            wrap(&mut out, "     ", &format!("{name}{colon}{}  {places}", value(table, s, lang)));
        }
        wrap(&mut out, "   ", &format!("→ {}", f.remedy.get(lang)));
    }
    out
}

fn also(list: &[String], lang: Lang) -> String {
    match (list.is_empty(), lang) {
        (true, _) => String::new(),
        (false, Lang::Zh) => format!("（另 {}）", list.join("、")),
        (false, Lang::En) => format!(" (also {})", list.join(", ")),
    }
}

fn value<'a>(table: &'a Table, s: &'a SideValue, lang: Lang) -> &'a str {
    match s.value.as_deref() {
        Some("yes") => lang.pick("有", "yes"),
        Some("denied") => lang.pick("否认", "denied"),
        Some(v) => table.words(v, lang),
        None => lang.pick("无", "none"),
    }
}

fn escape(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '&' => "&amp;".to_owned(),
            '"' => "&quot;".to_owned(),
            '\'' => "&#39;".to_owned(),
            c => c.to_string(),
        })
        .collect()
}

const STYLE: &str = "<style>.zs-rec{border-collapse:collapse;width:100%;font:14px/1.5 \"Noto Sans CJK SC\",\"PingFang SC\",\
\"Microsoft YaHei\",sans-serif}.zs-rec th,.zs-rec td{border:1px solid #ccc;padding:.35em .6em;text-align:left;\
vertical-align:top}.zs-rec thead th{background:#f2f2f2}.zs-rec small{color:#555;display:block;word-break:break-all}\
.zs-ok{background:#eef7ee}.zs-bad{background:#fdecea;font-weight:600}.zs-part{background:#fff}.zs-none{color:#666}.zs-find{margin:1em 0 0;\
padding-left:1.6em}.zs-find li{margin:.6em 0}.zs-leaf{font-weight:700}@media print{.zs-rec tr{break-inside:avoid}}</style>";

/// An HTML fragment: one table and the list of findings; no script, nothing fetched.
#[must_use]
pub fn html(table: &Table) -> String {
    let mut out = String::new();
    let bad = table.rows.iter().filter(|r| !r.findings.is_empty()).count();
    let _ = write!(
        out,
        "<section class=\"zs-reconcile\" lang=\"zh\">{STYLE}<h2>{}：所说 · 在册 · 实际</h2>",
        escape(&table.product)
    );
    let _ = write!(
        out,
        "<p>{} 行，{bad} 行不一致，{} 项发现 <span lang=\"en\">{} rows, {bad} disagree, {} findings</span></p>",
        table.rows.len(),
        table.findings.len(),
        table.rows.len(),
        table.findings.len()
    );
    for n in &table.notes {
        let _ = write!(out, "<p>{} <span lang=\"en\">{}</span></p>", escape(&n.zh), escape(&n.en));
    }
    out.push_str("<table class=\"zs-rec\"><thead><tr><th scope=\"col\">类型 <span lang=\"en\">type</span></th><th scope=\"col\">环节</th><th scope=\"col\">所说 <span lang=\"en\">said</span></th><th scope=\"col\">在册 <span lang=\"en\">on record</span></th><th scope=\"col\">实际 <span lang=\"en\">done</span></th><th scope=\"col\">发现</th></tr></thead><tbody>");
    for r in &table.rows {
        let _ = write!(
            out,
            "<tr><th scope=\"row\">{} <small lang=\"en\">{}</small></th><td>{} <small lang=\"en\">{}</small></td>",
            escape(&r.title.zh),
            escape(&r.title.en),
            r.stage.zh(),
            r.stage.en()
        );
        for side in [Side::Said, Side::OnRecord, Side::Done] {
            html_cell(&mut out, table, r, side);
        }
        let numbers: Vec<String> = r.findings.iter().map(|n| format!("<a href=\"#zs-f{n}\">#{n}</a>")).collect();
        let _ = write!(out, "<td>{}</td></tr>", numbers.join(" "));
    }
    out.push_str("</tbody></table><ol class=\"zs-find\">");
    for f in &table.findings {
        let _ = write!(
            out,
            "<li id=\"zs-f{}\"><span class=\"zs-leaf\">{}</span>{}{} {} <span lang=\"en\">{}</span><br>",
            f.number,
            f.leaf,
            if f.unsure { "【待核实】" } else { "" },
            also(&f.also, Lang::Zh),
            escape(&f.message.zh),
            escape(&f.message.en)
        );
        for s in &f.sides {
            let (zh, en) = side_name(s.side);
            let _ = write!(
                out,
                "<small>{zh} <span lang=\"en\">{en}</span>：{} {}</small>",
                escape(value(table, s, Lang::Zh)),
                escape(&s.at.join("、"))
            );
        }
        let _ = write!(
            out,
            "<small>→ {} <span lang=\"en\">{}</span></small></li>",
            escape(&f.remedy.zh),
            escape(&f.remedy.en)
        );
    }
    out.push_str("</ol></section>\n");
    out
}

fn html_cell(out: &mut String, table: &Table, row: &Row, side: Side) {
    let cell = row.side(side);
    // The side that stands against the others is marked, by a flag as well as by colour.
    let bad = table.found(row).any(|f| f.odd.contains(&side));
    let class = if bad {
        "zs-bad"
    } else if !row.findings.is_empty() {
        "zs-part"
    } else if cell.present {
        "zs-ok"
    } else {
        "zs-none"
    };
    let state = if cell.present && cell.unsure {
        "？ 疑似有 <span lang=\"en\">perhaps</span>"
    } else if cell.present {
        "✓ 有"
    } else if cell.denied {
        "✗ 否认"
    } else {
        "— 无"
    };
    let mark = if bad { " <b title=\"与其他方不一致 differs from the others\">⚑</b>" } else { "" };
    let _ = write!(out, "<td class=\"{class}\">{state}{mark}");
    for v in [&cell.purposes, &cell.recipients, &cell.retention, &cell.countries] {
        let list: Vec<String> = v.all.keys().map(|k| escape(table.words(k, Lang::Zh))).collect();
        if !list.is_empty() {
            let _ = write!(out, "<small>{}</small>", list.join("、"));
        }
    }
    if let Some(n) = cell.events {
        let _ = write!(out, "<small>{n} 次事件 events</small>");
    }
    if let Some(at) = cell.at.first() {
        let _ = write!(out, "<small>{}</small>", escape(at));
    }
    out.push_str("</td>");
}
