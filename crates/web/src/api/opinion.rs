//! The legal opinion and the reports, as things stand and as they were signed; the firm's template.

use axum::body::Body;
use axum::http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zhunsheng_source::{Lang, Text};
use zhunsheng_workspace::{Action, Firm, Order, Paper, Row, TextSchema};

use super::call::Call;
use super::door::blocking;
use super::out::{Done, Download, Json};
use super::problem::Problem;
use super::{Nothing, Operation, act, read, upload};
use crate::transfer::{hand_over, pieces};

/// Operations.
pub fn operations() -> Vec<Operation> {
    vec![
        read(
            "opinion",
            "/assessments/{case}/opinion",
            Action::Export,
            [
                "意见书或报告，按现在的内容；未签发的标明为草稿",
                "the opinion or a report, as things stand; a draft until it is signed",
            ],
            draft,
        ),
        read(
            "signedOpinion",
            "/assessments/{case}/signed/{hash}/opinion",
            Action::SeeSigned,
            ["意见书或报告，按签发的内容", "the opinion or a report, as it was signed"],
            signed,
        ),
        read(
            "opinionObstacles",
            "/assessments/{case}/opinion/obstacles",
            Action::Export,
            ["出具意见书之前还缺什么", "what stands in the way of issuing the opinion"],
            obstacles,
        ),
        read(
            "opinionTemplate",
            "/assessments/{case}/opinion/template",
            Action::SeeSigned,
            ["现用的律所模板", "the firm's template in use"],
            template,
        ),
        upload(
            "setOpinionTemplate",
            "/assessments/{case}/opinion/template",
            Action::Submit,
            ["换用律所模板：firm.yaml 或压缩包", "use a firm's template: a firm.yaml, or a zip with it and a logo"],
            "*/*",
            set_template,
        ),
        act(
            Method::DELETE,
            "dropOpinionTemplate",
            "/assessments/{case}/opinion/template",
            Action::Submit,
            ["改回内置模板", "go back to the built-in template"],
            drop_template,
        ),
    ]
}

/// A language.
#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Language {
    Zh,
    En,
}

/// What is to be written.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Which paper; `pdf` only where the program was built with it.
    paper: Paper,
    /// In which language; Chinese where nothing is said.
    lang: Option<Language>,
    /// The firm's number of the opinion.
    number: Option<String>,
    /// The day it is issued, `YYYY-MM-DD`; without it the opinion is a draft.
    issued: Option<String>,
}

impl Wanted {
    fn order(self, signed: Option<String>) -> Order {
        let lang = if matches!(self.lang, Some(Language::En)) { Lang::En } else { Lang::Zh };
        Order { paper: self.paper, lang, number: self.number.unwrap_or_default(), issued: self.issued, signed }
    }
}

fn written(call: &Call, order: &Order) -> Result<Download, Problem> {
    let written = call.workspace().write_paper(&call.grant, order)?;
    Ok(Download(hand_over(written.bytes, written.media, &written.name)))
}

fn draft(call: &Call, query: Wanted) -> Result<Download, Problem> {
    written(call, &query.order(None))
}

fn signed(call: &Call, query: Wanted) -> Result<Download, Problem> {
    written(call, &query.order(Some(call.param("hash").to_owned())))
}

/// What stands in the way.
#[derive(Serialize, JsonSchema)]
struct Obstacles {
    /// One sentence each; none where it can be issued.
    #[schemars(with = "Vec<TextSchema>")]
    obstacles: Vec<Text>,
}

fn obstacles(call: &Call, _: Nothing) -> Result<Json<Obstacles>, Problem> {
    let order = Order { paper: Paper::Docx, lang: Lang::Zh, number: String::new(), issued: None, signed: None };
    Ok(Json(Obstacles { obstacles: call.workspace().obstacles(&call.grant, &order)? }))
}

/// The template in use.
#[derive(Serialize, JsonSchema)]
struct InUse {
    /// The firm's; null for the built-in one.
    template: Option<Row<Firm>>,
}

fn template(call: &Call, _: Nothing) -> Result<Json<InUse>, Problem> {
    Ok(Json(InUse { template: call.workspace().firm(&call.grant)? }))
}

/// The file that is sent.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Named {
    /// Its name.
    #[schemars(length(min = 1, max = 200))]
    filename: String,
}

async fn set_template(call: Call, query: Named, body: Body) -> Result<Done, Problem> {
    let (workspace, grant) = (call.app.workspace.clone(), call.grant.clone());
    let sink = blocking(move || Ok(workspace.receive_firm(&grant)?)).await?;
    let sink = pieces::<_, Problem>(body, sink, |mut sink, bytes| {
        sink.push(&bytes)?;
        Ok(sink)
    })
    .await?;
    blocking(move || {
        call.workspace().set_firm(&call.grant, sink, &query.filename)?;
        Ok(Done)
    })
    .await
}

fn drop_template(call: &Call) -> Result<Done, Problem> {
    call.workspace().drop_firm(&call.grant)?;
    Ok(Done)
}
