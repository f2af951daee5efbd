//! The dossier in and out, as the folder the command line reads and as an Excel workbook.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write};

use askama::Template;
use axum::http::StatusCode;
use zhunsheng_workspace::{Action, Error, Imported};

use super::{Answering, Route, Run, get};
use crate::fault::Fault;
use crate::guard::blocking;
use crate::page::{Page, html, see, with_status};
use crate::transfer::{Sent, attachment, download, receive};
use crate::visit::{Answer, Visit};

/// Routes.
pub const ROUTES: &[Route] = &[
    get("/a/{case}/transfer", Action::SeeFacts, show),
    get("/a/{case}/dossier.zip", Action::Export, export),
    Route {
        method: axum::http::Method::POST,
        path: "/a/{case}/transfer",
        action: Action::EditFacts,
        run: Run::Upload(import),
    },
    get("/a/{case}/dossier.xlsx", Action::Export, workbook),
    Route {
        method: axum::http::Method::POST,
        path: "/a/{case}/transfer/workbook",
        action: Action::EditFacts,
        run: Run::Upload(import_workbook),
    },
];

#[derive(Template)]
#[template(path = "inventory/transfer.html")]
struct Transfer<'a> {
    page: &'a Page,
    done: String,
    warnings: Vec<String>,
    wrong: String,
}

/// The page; after an import once with what came of it.
fn show(visit: &Visit) -> Answer {
    let t = visit.t();
    let mut page = Transfer { page: &visit.page, done: String::new(), warnings: Vec::new(), wrong: String::new() };
    if let Some(imported) = visit.app.imported.take(&place(visit)) {
        page.done = t.import_done(imported.objects, imported.files);
        page.warnings = imported.warnings.iter().map(|text| t.of(text).to_owned()).collect();
    }
    Ok(html(&page))
}

/// Under what the outcome of an import waits for the page that tells it.
fn place(visit: &Visit) -> String {
    format!("{} {}", visit.page.csrf, visit.grant.assessment())
}

fn export(visit: &Visit) -> Answer {
    let name = visit.page.case.as_ref().map(|case| case.name.clone()).unwrap_or_default();
    let file = visit.app.workspace.export(&visit.grant)?;
    let size = file.metadata().map(|data| data.len()).ok();
    Ok(download(file, size, "application/zip", &format!("{name}.zip")))
}

fn workbook(visit: &Visit) -> Answer {
    let name = visit.page.case.as_ref().map(|case| case.name.clone()).unwrap_or_default();
    let bytes = visit.app.workspace.export_workbook(&visit.grant)?;
    let media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let size = u64::try_from(bytes.len()).ok();
    Ok(attachment(bytes.into(), size, media, &format!("{name}.xlsx")))
}

/// A file that stops at a bound.
struct Bounded {
    file: File,
    left: u64,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self.left.checked_sub(bytes.len() as u64) {
            Some(left) => {
                self.left = left;
                self.file.write(bytes)
            }
            None => Err(std::io::Error::new(std::io::ErrorKind::FileTooLarge, "larger than the limit")),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// Most bytes of an archive; what it unpacks to is bounded by the workspace.
const LARGEST: u64 = 1 << 30;

fn fault(cause: std::io::Error) -> Fault {
    match cause.kind() {
        std::io::ErrorKind::FileTooLarge => Fault::TooLarge(LARGEST),
        _ => Fault::Internal(format!("cannot keep an upload: {cause}")),
    }
}

fn import(visit: Visit, sent: Sent) -> Answering {
    received(visit, sent, |visit, file| visit.app.workspace.import(&visit.grant, file))
}

fn import_workbook(visit: Visit, sent: Sent) -> Answering {
    received(visit, sent, |visit, mut file| {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(Error::io("read", visit.app.workspace.dir()))?;
        visit.app.workspace.import_workbook(&visit.grant, &bytes)
    })
}

/// Receives a file and brings it in. What came of it is told by the page that follows, so that loading it again imports nothing.
fn received(visit: Visit, sent: Sent, bring: fn(&Visit, File) -> Result<Imported, Error>) -> Answering {
    Box::pin(async move {
        let folder = visit.app.workspace.dir().to_path_buf();
        let begin = move || Ok(Bounded { file: tempfile::tempfile_in(folder).map_err(fault)?, left: LARGEST });
        let (_, file) = receive(sent, begin, fault).await?;
        blocking(move || {
            let t = visit.t();
            let mut page =
                Transfer { page: &visit.page, done: String::new(), warnings: Vec::new(), wrong: String::new() };
            let Some((_, Bounded { mut file, .. })) = file else {
                page.wrong = t.no_file().to_owned();
                return Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, &page));
            };
            file.seek(SeekFrom::Start(0)).map_err(fault)?;
            match bring(&visit, file) {
                Ok(imported) => {
                    visit.app.imported.keep(&place(&visit), imported);
                    return Ok(see(&visit.page.at("/transfer")));
                }
                Err(
                    error @ (Error::Mistakes(_) | Error::Invalid { .. } | Error::State(_) | Error::TooLarge { .. }),
                ) => {
                    page.wrong = visit.said(&error);
                }
                Err(error) => return Err(error.into()),
            }
            Ok(with_status(StatusCode::UNPROCESSABLE_ENTITY, &page))
        })
        .await
    })
}
