//! The request list: questions, where to write the answer, and what waits for it.

use std::collections::BTreeMap;

use maud::{Markup, html};
use zhunsheng_catalogue::LeafId;
use zhunsheng_verdict::Request;

use super::gaps::breakable;
use super::view::{View, anchor};

/// Questions shown.
const ROWS: usize = 500;
/// Paths shown per question.
const PATHS: usize = 20;
/// Waiting leaves shown per question.
const LEAVES: usize = 24;

/// One question, with every place where it is to be answered.
struct Asked<'a> {
    request: &'a Request,
    paths: Vec<&'a str>,
    leaves: Vec<LeafId>,
}

/// The same question about several objects is asked once.
fn asked<'a>(requests: &'a [Request]) -> Vec<Asked<'a>> {
    let mut known: BTreeMap<(&'a str, &'a str), usize> = BTreeMap::new();
    let mut list: Vec<Asked<'a>> = Vec::new();
    for request in requests {
        let key = (request.question.zh.as_str(), request.question.en.as_str());
        let found = known.get(&key).copied().filter(|_| !request.question.is_empty());
        match found.and_then(|position| list.get_mut(position)) {
            Some(held) => {
                held.paths.push(&request.path);
                held.leaves.extend(&request.leaves);
            }
            None => {
                known.insert(key, list.len());
                list.push(Asked { request, paths: vec![&request.path], leaves: request.leaves.clone() });
            }
        }
    }
    for one in &mut list {
        one.leaves.sort_unstable();
        one.leaves.dedup();
    }
    list
}

pub(super) fn body(view: &View<'_>) -> Markup {
    if view.a.requests.is_empty() {
        return html! { p { (view.t("没有缺少的资料：全部结论都已作出。", "Nothing is missing: every leaf has been decided.")) } };
    }
    let list = asked(&view.a.requests);
    let (questions, facts) = (list.len(), view.a.requests.len());
    let lead = match view.lang {
        zhunsheng_source::Lang::Zh => format!(
            "以下 {questions} 个问题（共 {facts} 处事实）决定待定条目的结论，等待条目最多的在前。回答写入卷宗中所示的位置，并附证据。"
        ),
        zhunsheng_source::Lang::En => format!(
            "These {questions} questions ({facts} facts in all) decide what is undetermined; those that most leaves wait for come first. Answers go to the place shown in the dossier, with evidence."
        ),
    };
    html! {
        p { (lead) }
        table.grid.requests {
            thead { tr {
                th.num scope="col" { (view.t("序号", "No.")) }
                th scope="col" { (view.t("问题与填写位置", "Question and where to answer")) }
                th scope="col" { (view.t("等待的条目", "Waiting leaves")) }
            } }
            tbody { @for (index, one) in list.iter().take(ROWS).enumerate() { tr {
                td.num { (index + 1) }
                td {
                    span.badge { (view.x(&crate::party(view.a, one.request.to))) } " "
                    @if !one.request.question.is_empty() { (view.x(&one.request.question)) br; }
                    @for (index, path) in one.paths.iter().take(PATHS).enumerate() {
                        @if index > 0 { " · " }
                        code.path { (breakable(path)) }
                    }
                    @if one.paths.len() > PATHS { " " span.more { (view.more(one.paths.len() - PATHS, "处", "places")) } }
                }
                td.leaves { (leaves(view, &one.leaves)) }
            } } }
        }
        @if list.len() > ROWS { p.more { (view.more(list.len() - ROWS, "个问题", "questions")) } }
    }
}

fn leaves(view: &View<'_>, ids: &[LeafId]) -> Markup {
    html! {
        @for leaf in ids.iter().take(LEAVES).filter_map(|leaf| view.a.catalogue.leaves.get(*leaf)) {
            a href={ "#" (anchor("leaf", &leaf.id)) } { (leaf.id) } " "
        }
        @if ids.len() > LEAVES { span.more { (view.t("等 ", "… ")) (ids.len()) (view.t(" 条", " in all")) } }
    }
}
