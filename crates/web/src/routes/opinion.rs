//! The legal opinion and the reports: as things stand, and as they were signed; the firm's template.

use std::io::Write;

use askama::Template;
use axum::http::{Method, StatusCode};
use zhunsheng_source::Lang;
use zhunsheng_workspace::{Action, Error, Firm, Order, Paper, Passage, Row, Upload};

use super::{Answering, Route, Run, get, post};
use crate::fault::Fault;
use crate::guard::blocking;
use crate::page::{Page, saved, with_status};
use crate::transfer::{Sent, hand_over, receive, refused};
use crate::visit::{Answer, Visit};

/// Routes. Whoever may see what was signed may take the opinion on it.
pub const ROUTES: &[Route] = &[
    get("/a/{case}/opinion", Action::SeeSigned, show),
    get("/a/{case}/opinion/draft", Action::Export, draft),
    get("/a/{case}/opinion/signed/{id}", Action::SeeSigned, signed),
    post("/a/{case}/opinion/signed/{id}/issue", Action::Submit, issue),
    Route {
        method: Method::POST,
        path: "/a/{case}/opinion/template",
        action: Action::Submit,
        run: Run::Upload(template),
    },
    post("/a/{case}/opinion/template/drop", Action::Submit, drop_template),
];

/// A signature.
struct Signed {
    said: String,
    hash: String,
    /// What was issued on it, the last first: id, and number and date in words.
    issues: Vec<(String, String)>,
}

/// An export.
struct Export {
    what: String,
    by: String,
    at: String,
    sha256: String,
}

#[derive(Template)]
#[template(path = "opinion/show.html")]
struct Show<'a> {
    page: &'a Page,
    signed: Vec<Signed>,
    obstacles: Vec<String>,
    firm: Option<Row<Firm>>,
    firm_name: String,
    exports: Vec<Export>,
    lang: Lang,
    query: &'a crate::forms::Form,
    wrong: String,
}

impl Show<'_> {
    /// What can be had, with its label; the first is what most want.
    fn papers(&self) -> Vec<(&'static str, &'static str)> {
        // Report and result show every fact and answer: they are the team's.
        let may = |paper: &Paper| self.page.can("see-work") || !matches!(paper, Paper::Report | Paper::Json);
        let written = Paper::ALL.into_iter().filter(|paper| paper.written_here() && may(paper));
        written.map(|paper| (paper.word(), label(self.page.t, paper))).collect()
    }

    fn no_pdf(&self) -> bool {
        !Paper::Pdf.written_here()
    }

    fn zh(&self) -> bool {
        self.lang == Lang::Zh
    }
}

/// Exports listed.
const EXPORTS: usize = 12;

fn show(visit: &Visit) -> Answer {
    again(visit, StatusCode::OK, String::new())
}

fn again(visit: &Visit, status: StatusCode, wrong: String) -> Answer {
    let (workspace, grant, t) = (&visit.app.workspace, &visit.grant, visit.t());
    let milestones = workspace.milestones(grant)?;
    let mut signed = Vec::new();
    for row in milestones.iter().rev().filter(|row| row.value.passage == Passage::Signed) {
        let issues = workspace.issues(grant, &row.value.hash)?.into_iter().rev();
        signed.push(Signed {
            said: t.opinion_of_revision(row.value.revision, &row.value.by_name, &row.value.on),
            hash: row.value.hash.clone(),
            issues: issues.map(|row| (row.id, t.say(row.value.said()))).collect(),
        });
    }
    let order = Order { paper: Paper::Docx, lang: t.0, number: String::new(), issued: None, signed: None, issue: None };
    let obstacles = match visit.can(Action::Export).then(|| workspace.obstacles(grant, &order)) {
        None | Some(Err(Error::State(_))) => Vec::new(),
        Some(list) => list?.into_iter().map(|text| t.say(text)).collect(),
    };
    let firm = workspace.firm(grant)?;
    let firm_name = firm.as_ref().map_or_else(String::new, |row| t.of(&row.value.firm).to_owned());
    let mut exports = Vec::new();
    if visit.can(Action::SeeTrail) {
        let names = super::names(visit)?;
        let mut acts = Vec::new();
        for paper in Paper::ALL {
            acts.extend(workspace.trail(grant, None, EXPORTS, Some(("opinion", paper.word())))?.items);
        }
        acts.sort_by_key(|act| std::cmp::Reverse(act.seq));
        let text = |act: &zhunsheng_workspace::Act, name: &str| {
            act.body.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
        };
        exports = acts
            .into_iter()
            .take(EXPORTS)
            .map(|act| Export {
                what: Paper::parse(&act.id).map_or("", |paper| label(t, paper)).to_owned(),
                by: names.get(&act.by).cloned().unwrap_or_default(),
                at: act.at.shanghai(),
                sha256: text(&act, "sha256"),
            })
            .collect();
    }
    let page =
        Show { page: &visit.page, signed, obstacles, firm, firm_name, exports, lang: t.0, query: &visit.query, wrong };
    Ok(with_status(status, &page))
}

fn label(t: crate::i18n::Words, paper: Paper) -> &'static str {
    match paper {
        Paper::Docx => t.opinion_docx(),
        Paper::Pdf => t.opinion_pdf(),
        Paper::Html => t.opinion_html(),
        Paper::Typst => t.opinion_typst(),
        Paper::Report => t.opinion_report(),
        Paper::Json => t.opinion_json(),
    }
}

fn draft(visit: &Visit) -> Answer {
    write(visit, None)
}

fn signed(visit: &Visit) -> Answer {
    write(visit, Some(visit.param("id").to_owned()))
}

fn write(visit: &Visit, signed: Option<String>) -> Answer {
    let query = &visit.query;
    let order = Order {
        paper: Paper::parse(query.get("paper")).unwrap_or(Paper::Docx),
        lang: match query.get("lang") {
            "zh" => Lang::Zh,
            "en" => Lang::En,
            _ => visit.t().0,
        },
        number: query.get("number").to_owned(),
        issued: Some(query.get("issued").to_owned()).filter(|day| !day.is_empty()),
        issue: Some(query.get("issue").to_owned()).filter(|id| signed.is_some() && !id.is_empty()),
        signed,
    };
    match visit.app.workspace.write_paper(&visit.grant, &order) {
        Ok(written) => Ok(hand_over(written.bytes, written.media, &written.name)),
        Err(error @ (Error::State(_) | Error::Invalid { .. } | Error::Mistakes(_))) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::CONFLICT);
            again(visit, status, visit.said(&error))
        }
        Err(error) => Err(error.into()),
    }
}

fn issue(visit: &Visit) -> Answer {
    match visit.app.workspace.issue(&visit.grant, visit.param("id"), &super::review::imprint(&visit.form)) {
        Ok(_) => Ok(saved(&visit.page.at("/opinion"), &visit.app)),
        Err(error @ (Error::State(_) | Error::Invalid { .. })) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::CONFLICT);
            again(visit, status, visit.said(&error))
        }
        Err(error) => Err(error.into()),
    }
}

/// Takes a firm's template.
fn template(visit: Visit, sent: Sent) -> Answering {
    Box::pin(async move {
        let (workspace, grant) = (visit.app.workspace.clone(), visit.grant.clone());
        let begin = move || -> Result<Upload, Fault> { Ok(workspace.receive_firm(&grant)?) };
        let (_, file) = receive(sent, begin, refused).await?;
        blocking(move || {
            let Some((name, mut upload)) = file else {
                return again(&visit, StatusCode::UNPROCESSABLE_ENTITY, visit.t().no_file().to_owned());
            };
            upload.flush().map_err(refused)?;
            match visit.app.workspace.set_firm(&visit.grant, upload, &name) {
                Ok(()) => Ok(saved(&visit.page.at("/opinion"), &visit.app)),
                Err(error @ (Error::Invalid { .. } | Error::Mistakes(_) | Error::TooLarge { .. })) => {
                    again(&visit, StatusCode::UNPROCESSABLE_ENTITY, visit.said(&error))
                }
                Err(error) => Err(error.into()),
            }
        })
        .await
    })
}

fn drop_template(visit: &Visit) -> Answer {
    visit.app.workspace.drop_firm(&visit.grant)?;
    Ok(saved(&visit.page.at("/opinion"), &visit.app))
}
