//! The table as text of 100 columns and as an HTML fragment.

use super::judge::BOTH;
use super::{Aspect, Row, Side, SideValue, Table, Values};
use crate::data::{Lang, Text};
use crate::lexis::places;
use crate::report::{columns, named, wrap};
use std::fmt::Write as _;

/// Widths of the five columns of the text table.
const WIDTHS: [usize; 5] = [20, 12, SIDE, SIDE, SIDE];
/// Width of the column of a side.
const SIDE: usize = 21;

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

/// An address in so many columns: the name of the file is shortened, the line stays.
fn short(at: &str, room: usize) -> String {
    let at = at.rsplit(['/', '\\']).next().unwrap_or(at);
    let wide = |text: &str| text.chars().map(columns).sum::<usize>();
    if wide(at) <= room {
        return at.to_owned();
    }
    let (name, place) = at.split_at(at.find([':', '#']).unwrap_or(at.len()));
    let mut left = room.saturating_sub(wide(place) + 2);
    let fits = |c: &char| {
        let n = columns(*c);
        let fits = n <= left;
        left = left.saturating_sub(n);
        fits
    };
    let name: String = name.chars().take_while(fits).collect();
    format!("{name}…{place}")
}

fn cell_text(table: &Table, row: &Row, side: Side, lang: Lang) -> String {
    let cell = row.side(side);
    let mark = if table.found(row).any(|f| f.odd.contains(&side)) { "⚑" } else { "" };
    let state = match (cell.present, cell.denied) {
        (true, true) => "✓✗",
        (true, false) if cell.unsure => lang.pick("？疑似", "? likely"),
        (true, false) => "✓",
        (false, true) => lang.pick("否认", "denied"),
        (false, false) if !cell.limited_at.is_empty() => lang.pick("附条件", "if"),
        (false, false) => return format!("—{mark}"),
    };
    let at = cell.at.iter().chain(&cell.limited_at).next().map_or("", String::as_str);
    let used: usize = state.chars().chain(mark.chars()).map(columns).sum();
    format!("{state}{mark} {}", short(at, SIDE.saturating_sub(used + 2)))
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
        let _ = writeln!(
            out,
            "\n#{} {}{}  {}{unsure}",
            f.number,
            f.leaf,
            also(&f.also, lang),
            named(aspect_name(f.aspect), lang)
        );
        wrap(&mut out, "   ", f.message.get(lang));
        for s in &f.sides {
            let (zh, en) = side_name(s.side);
            let (name, colon) = (lang.pick(zh, en), lang.pick("：", ": "));
            let places = places(s, lang);
            wrap(&mut out, "     ", &format!("{name}{colon}{}  {places}", value(table, f.aspect, s, lang)));
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

/// Where a side has it, or was searched for it.
fn places(side: &SideValue, lang: Lang) -> String {
    let join = lang.pick("、 ", ", ");
    if side.at.is_empty() && !side.searched.is_empty() {
        let list = side.searched.join(join);
        return Text::new(format!("（查 {list}）"), format!("(looked in {list})")).get(lang).to_owned();
    }
    side.at.join(join)
}

fn value<'a>(table: &'a Table, aspect: Aspect, s: &'a SideValue, lang: Lang) -> &'a str {
    match s.value.as_deref() {
        Some(place) if aspect == Aspect::Country => places::words(place, lang),
        Some("yes") => lang.pick("有", "yes"),
        Some("denied") => lang.pick("否认", "denied"),
        Some("limited") => lang.pick("只在某种情况下否认", "denied in some case only"),
        Some(BOTH) => lang.pick("自相矛盾", "contradicts itself"),
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

/// Colours are all set, so that the fragment is legible on whatever page it stands; narrow screens get one row under another.
const STYLE: &str = "<style>\
.zs-reconcile{--zs-fg:#1b1b1b;--zs-soft:#595959;--zs-line:#c4c4c4;--zs-bg:#fff;--zs-head:#f1f1f1;--zs-ok:#e9f4e9;--zs-bad:#fce8e6;\
--zs-bad-fg:#8c1d13;--zs-link:#0b57b0;color:var(--zs-fg);background:var(--zs-bg);padding:1em;font:14px/1.55 \"Noto Sans CJK SC\",\
\"PingFang SC\",\"Microsoft YaHei\",sans-serif;overflow-wrap:break-word}\
@media(prefers-color-scheme:dark){.zs-reconcile{--zs-fg:#ececec;--zs-soft:#b3b3b3;--zs-line:#555;--zs-bg:#181818;--zs-head:#2a2a2a;\
--zs-ok:#1d3320;--zs-bad:#45201c;--zs-bad-fg:#ffb4a9;--zs-link:#9ecbff}}\
.zs-reconcile a{color:var(--zs-link)}.zs-reconcile [lang=en],.zs-reconcile small{color:var(--zs-soft)}.zs-reconcile small{display:block}\
.zs-reconcile code{font:12px/1.4 monospace;color:var(--zs-soft);overflow-wrap:anywhere}.zs-legend span{display:block}\
.zs-rec{border-collapse:collapse;width:100%}.zs-rec th,.zs-rec td{border:1px solid var(--zs-line);padding:.4em .6em;text-align:left;\
vertical-align:top;color:var(--zs-fg)}.zs-rec thead th{background:var(--zs-head)}.zs-rec .zs-side{width:24%}\
.zs-ok{background:var(--zs-ok)}.zs-bad{background:var(--zs-bad)}.zs-bad>b{color:var(--zs-bad-fg)}\
.zs-find{padding-left:1.8em}.zs-find li{margin:.9em 0}.zs-leaf{font-weight:700}.zs-find dl{margin:.3em 0}.zs-find dl div{display:flex;\
gap:.6em;padding:.1em 0}.zs-find dt{flex:0 0 8em}.zs-find dd{margin:0;flex:1 1 auto}\
@media(max-width:44em){.zs-reconcile{padding:.6em}.zs-rec thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}\
.zs-rec,.zs-rec tbody,.zs-rec tr,.zs-rec th,.zs-rec td{display:block;width:auto}.zs-rec .zs-side{width:auto}.zs-rec tr{margin:0 0 1em}\
.zs-rec th,.zs-rec td{border-bottom:0}.zs-rec tr>:last-child{border-bottom:1px solid var(--zs-line)}\
.zs-rec td::before{content:attr(data-label);display:block;color:var(--zs-soft)}.zs-rec tbody th{background:var(--zs-head)}\
.zs-find dl div{display:block}}\
@media print{.zs-reconcile{--zs-fg:#000;--zs-soft:#444;--zs-bg:#fff;--zs-head:#f1f1f1;--zs-ok:#fff;--zs-bad:#eee;--zs-bad-fg:#000;--zs-link:#000}\
.zs-rec tr,.zs-find li{break-inside:avoid}}</style>";

/// Words in both languages, the one that is asked for first; once where they are the same.
fn both(zh: &str, en: &str, lang: Lang) -> String {
    let (zh, en) = (escape(zh), escape(en));
    let english = format!("<span lang=\"en\">{en}</span>");
    match lang {
        _ if zh == en => zh,
        Lang::Zh => format!("{zh} {english}"),
        Lang::En => format!("{english} <span lang=\"zh\">{zh}</span>"),
    }
}

fn text_of(text: &Text, lang: Lang) -> String {
    both(&text.zh, &text.en, lang)
}

/// A whole page, for a file.
#[must_use]
pub fn page(table: &Table, lang: Lang) -> String {
    let title =
        Text::new(format!("{}：所说、在册、实际", table.product), format!("{}: said, on record, done", table.product));
    format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\"><title>{}</title>\
         <style>body{{margin:0}}</style></head><body><main>{}</main></body></html>\n",
        lang.pick("zh-CN", "en"),
        escape(title.get(lang)),
        html(table, lang)
    )
}

/// An HTML fragment: one table and the list of findings; no script, nothing fetched.
#[must_use]
pub fn html(table: &Table, lang: Lang) -> String {
    let mut out = String::new();
    let bad = table.rows.iter().filter(|r| !r.findings.is_empty()).count();
    let open = table.findings.iter().filter(|f| f.unsure).count();
    let _ = write!(
        out,
        "<section class=\"zs-reconcile\" lang=\"{}\">{STYLE}<h2>{}<br>{}</h2>",
        lang.pick("zh-CN", "en"),
        escape(&table.product),
        both("所说 · 在册 · 实际", "said · on record · done", lang)
    );
    let (rows, certain) = (table.rows.len(), table.findings.len() - open);
    let counts = Text::new(
        format!("{rows} 行，{bad} 行不一致；{certain} 项不一致，{open} 项待核实"),
        format!("{rows} rows, {bad} disagree; {certain} differences, {open} to be confirmed"),
    );
    let _ = write!(out, "<p><b>{}</b></p>", text_of(&counts, lang));
    let legend = both(
        "✓ 有　— 无　✗ 政策否认　◐ 只在某种情况下否认　？ 疑似有　⚑ 与其他方不一致",
        "✓ has it · — has it not · ✗ the policy denies it · ◐ denies it in some case only · ？ perhaps · ⚑ differs from the others",
        lang,
    );
    let _ = write!(out, "<p class=\"zs-legend\"><small>{legend}</small></p>");
    for n in &table.notes {
        let _ = write!(out, "<p>{}</p>", text_of(n, lang));
    }
    out.push_str("<table class=\"zs-rec\"><thead><tr>");
    let heads = [
        ("类型", "type"),
        ("环节", "stage"),
        ("所说", "said"),
        ("在册", "on record"),
        ("实际", "done"),
        ("发现", "findings"),
    ];
    for (zh, en) in heads {
        let _ = write!(out, "<th scope=\"col\">{}</th>", both(zh, en, lang));
    }
    out.push_str("</tr></thead><tbody>");
    for r in &table.rows {
        let _ = write!(
            out,
            "<tr><th scope=\"row\">{}</th><td data-label=\"{}\">{}</td>",
            text_of(&r.title, lang),
            label("环节", "stage", lang),
            both(r.stage.zh(), r.stage.en(), lang)
        );
        for side in [Side::Said, Side::OnRecord, Side::Done] {
            html_cell(&mut out, table, r, side, lang);
        }
        let numbers: Vec<String> = r.findings.iter().map(|n| format!("<a href=\"#zs-f{n}\">#{n}</a>")).collect();
        let numbers = if numbers.is_empty() { "—".to_owned() } else { numbers.join(" ") };
        let _ = write!(out, "<td data-label=\"{}\">{numbers}</td></tr>", label("发现", "findings", lang));
    }
    out.push_str("</tbody></table><ol class=\"zs-find\">");
    for f in &table.findings {
        html_finding(&mut out, table, f, lang);
    }
    out.push_str("</ol></section>\n");
    out
}

fn label(zh: &str, en: &str, lang: Lang) -> String {
    lang.pick(format!("{zh} {en}"), format!("{en} {zh}"))
}

fn html_finding(out: &mut String, table: &Table, f: &super::Finding, lang: Lang) {
    let aspect = aspect_name(f.aspect);
    let _ = write!(
        out,
        "<li id=\"zs-f{}\"><span class=\"zs-leaf\">{}</span>{} · {}{}<br>{}<dl>",
        f.number,
        f.leaf,
        if f.also.is_empty() { String::new() } else { both(&also(&f.also, Lang::Zh), &also(&f.also, Lang::En), lang) },
        both(aspect.0, aspect.1, lang),
        if f.unsure { format!(" · <b>{}</b>", both("待核实", "to be confirmed", lang)) } else { String::new() },
        text_of(&f.message, lang)
    );
    for s in &f.sides {
        let (zh, en) = side_name(s.side);
        let (words, found) =
            (both(value(table, f.aspect, s, Lang::Zh), value(table, f.aspect, s, Lang::En), lang), !s.at.is_empty());
        let where_to =
            if found || s.searched.is_empty() { String::new() } else { both("查", "looked in", lang) + " " };
        let list: Vec<String> =
            if found { &s.at } else { &s.searched }.iter().map(|at| format!("<code>{}</code>", escape(at))).collect();
        let _ = write!(out, "<div><dt>{}</dt><dd>{words} {where_to}{}</dd></div>", both(zh, en, lang), list.join(" "));
    }
    let _ = write!(out, "</dl>→ {}</li>", text_of(&f.remedy, lang));
}

fn html_cell(out: &mut String, table: &Table, row: &Row, side: Side, lang: Lang) {
    let cell = row.side(side);
    // The side that stands against the others is marked, by a flag as well as by colour.
    let bad = table.found(row).any(|f| f.odd.contains(&side));
    let class = match (bad, row.findings.is_empty(), cell.present) {
        (true, ..) => "zs-bad",
        (false, true, true) => "zs-ok",
        _ => "zs-part",
    };
    let (sign, zh, en) = match (cell.present, cell.denied) {
        (true, true) => ("✓✗", "自相矛盾", "contradicts itself"),
        (true, false) if cell.unsure => ("？", "疑似有", "perhaps"),
        (true, false) => ("✓", "有", "yes"),
        (false, true) => ("✗", "否认", "denied"),
        (false, false) if !cell.limited_at.is_empty() => ("◐", "附条件否认", "denied in some case"),
        (false, false) => ("—", "无", "none"),
    };
    let (name_zh, name_en) = side_name(side);
    let mark = if bad { format!(" <b>⚑ {}</b>", both("不一致", "differs", lang)) } else { String::new() };
    let state = both(zh, en, lang);
    let _ = write!(
        out,
        "<td class=\"zs-side {class}\" data-label=\"{}\">{sign} {state}{mark}",
        label(name_zh, name_en, lang)
    );
    let kinds: [(&str, &str, &Values); 4] = [
        ("目的", "purpose", &cell.purposes),
        ("接收方", "recipient", &cell.recipients),
        ("期限", "retention", &cell.retention),
        ("地域", "place", &cell.countries),
    ];
    for (zh, en, values) in kinds {
        let word = |k, of| if en == "place" { places::words(k, of) } else { table.words(k, of) };
        let words = |of: Lang| values.all.keys().map(|k| word(k, of)).collect::<Vec<_>>().join(of.pick("、", ", "));
        if !values.is_empty() {
            let both = both(&format!("{zh}：{}", words(Lang::Zh)), &format!("{en}: {}", words(Lang::En)), lang);
            let _ = write!(out, "<small>{both}</small>");
        }
    }
    if let Some(n) = cell.events {
        let events = both(&format!("{n} 次事件"), &format!("{n} event{}", if n == 1 { "" } else { "s" }), lang);
        let _ = write!(out, "<small>{events}</small>");
    }
    if let Some(at) = cell.at.iter().chain(&cell.limited_at).next() {
        let _ = write!(out, "<small><code>{}</code></small>", escape(at));
    }
    out.push_str("</td>");
}
