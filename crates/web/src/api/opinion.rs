//! The legal opinion and the reports, as things stand and as they were signed; the firm's template.

use axum::body::Body;
use axum::http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use zhunsheng_source::{Lang, Text};
use zhunsheng_workspace::{Action, Firm, Imprint, Issue, Order, Paper, Row, TextSchema};

use super::call::Call;
use super::door::blocking;
use super::lists::{List, Paging};
use super::out::{Done, Download, Json};
use super::problem::Problem;
use super::{Nothing, Operation, act, read, upload, write};
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
            [
                "已签发的意见书，即签发时写成的那一份；或按签发内容的报告",
                "the opinion as it was issued, byte for byte, or a report on what was signed",
            ],
            signed,
        ),
        read(
            "issues",
            "/assessments/{case}/signed/{hash}/issues",
            Action::SeeSigned,
            [
                "按签发的内容出具过的意见书：文号、日期、校验值",
                "what was issued on what was signed: number, date, hashes",
            ],
            issues,
        ),
        write(
            Method::POST,
            "issueOpinion",
            "/assessments/{case}/signed/{hash}/issues",
            Action::Submit,
            [
                "以另一文号或日期再出具；此前出具的保留",
                "issue it again with another number or date; what was issued before stays",
            ],
            issue,
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
    /// The firm's number of the opinion, to be seen on the draft.
    number: Option<String>,
    /// The day it is to be issued, `YYYY-MM-DD`, to be seen on the draft.
    issued: Option<String>,
}

/// What is to be had of what was signed: number and date are those it was issued with.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WantedSigned {
    /// Which paper; `pdf` only where it was issued as one.
    paper: Paper,
    /// In which language; Chinese where nothing is said.
    lang: Option<Language>,
    /// Id of one of the issues; the last where left out.
    issue: Option<String>,
}

fn language(lang: Option<&Language>) -> Lang {
    if matches!(lang, Some(Language::En)) { Lang::En } else { Lang::Zh }
}

fn written(call: &Call, order: &Order) -> Result<Download, Problem> {
    let written = call.workspace().write_paper(&call.grant, order)?;
    Ok(Download(hand_over(written.bytes, written.media, &written.name)))
}

fn draft(call: &Call, query: Wanted) -> Result<Download, Problem> {
    let Wanted { paper, lang, number, issued } = query;
    let (lang, number) = (language(lang.as_ref()), number.unwrap_or_default());
    written(call, &Order { paper, lang, number, issued, signed: None, issue: None })
}

fn signed(call: &Call, query: WantedSigned) -> Result<Download, Problem> {
    let WantedSigned { paper, lang, issue } = query;
    let (lang, signed) = (language(lang.as_ref()), Some(call.param("hash").to_owned()));
    written(call, &Order { paper, lang, number: String::new(), issued: None, signed, issue })
}

fn issues(call: &Call, paging: Paging) -> Result<Json<List<Row<Issue>>>, Problem> {
    Ok(Json(paging.rows(call.workspace().issues(&call.grant, call.param("hash"))?)?))
}

/// What was issued.
#[derive(Serialize, JsonSchema)]
struct Issued {
    /// Its id.
    id: String,
}

fn issue(call: &Call, body: Imprint) -> Result<Json<Issued>, Problem> {
    Ok(Json(Issued { id: call.workspace().issue(&call.grant, call.param("hash"), &body)? }))
}

/// What stands in the way.
#[derive(Serialize, JsonSchema)]
struct Obstacles {
    /// One sentence each; none where it can be issued.
    #[schemars(with = "Vec<TextSchema>")]
    obstacles: Vec<Text>,
}

fn obstacles(call: &Call, _: Nothing) -> Result<Json<Obstacles>, Problem> {
    let order =
        Order { paper: Paper::Docx, lang: Lang::Zh, number: String::new(), issued: None, signed: None, issue: None };
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
