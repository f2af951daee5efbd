//! `zhunsheng records`, and the records of a dossier as facts of its assessment.

use std::collections::BTreeSet;
use std::io::{Read as _, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zhunsheng_catalogue::Catalogue;
use zhunsheng_dossier::Dossier;
use zhunsheng_policy::enter::{Due, Opened, Texts, due, enter, enter_found};
use zhunsheng_policy::reconcile::deeds::Deeds;
use zhunsheng_policy::report::Kit;
use zhunsheng_records::cli::{RecordsCommand, Surroundings};
use zhunsheng_records::declared::WorkingDays;
use zhunsheng_records::dossier::{Derived, MAX_RESULT_BYTES, declare, facts};
use zhunsheng_records::time::{SHANGHAI, parse_time};
use zhunsheng_records::{Error, audit};
use zhunsheng_source::{At, Lang, Limits, Node, Text, Value, parse};

use crate::allocator::{KEEPING, begin_again};
use crate::input::{self, Failure};
use crate::output::tell;
use crate::progress::Progress;

/// The declaration of a dossier, with the holidays of the years that are known.
fn derive(catalogue: &Catalogue, dir: &Path) -> Result<Derived, Failure> {
    let dossier = crate::assess::read(catalogue, dir)?;
    let mut derived = declare(&catalogue.schema, &dossier.facts);
    derived.kept = crate::output::kept(dir, catalogue, &dossier);
    derived.declared.adopt(working_days());
    Ok(derived)
}

/// The State Council's arrangements of the years there is data for.
fn working_days() -> WorkingDays {
    let (off, worked) = (zhunsheng_verdict::days_off(), zhunsheng_verdict::days_worked());
    let years: BTreeSet<i64> = off.iter().map(|day| i64::from(day.ymd().0)).collect();
    WorkingDays {
        holidays: off.iter().map(ToString::to_string).collect(),
        makeup_days: worked.iter().map(ToString::to_string).collect(),
        years: years.into_iter().collect(),
    }
}

/// What a dossier's mistakes come to where only one message can be given.
fn told(failure: &Failure, place: &Path) -> Error {
    Error::config(
        place.display().to_string(),
        Text::new(failure.render(Lang::Zh), failure.render(Lang::En)),
        Text::new("请先改正卷宗", "mend the dossier first"),
    )
}

/// Calls `then` with what the records crate needs of a catalogue.
fn around<T>(catalogue: &dyn Fn() -> Result<Catalogue, Failure>, then: impl FnOnce(&Surroundings<'_>) -> T) -> T {
    let own = || {
        let catalogue = catalogue().map_err(|failure| told(&failure, Path::new("catalogue")))?;
        let own = catalogue.records.into_iter().filter(|check| check.own.is_some()).collect();
        Ok(Arc::new((own, catalogue.event)))
    };
    let derived = |dir: &Path| {
        let catalogue = catalogue().map_err(|failure| told(&failure, Path::new("catalogue")))?;
        derive(&catalogue, dir).map_err(|failure| told(&failure, dir))
    };
    then(&Surroundings { own: &own, derive: &derived, calendar: &working_days })
}

/// `zhunsheng records`
pub fn run(
    command: RecordsCommand,
    packs: &[PathBuf],
    root: Option<&Path>,
    language: Lang,
    out: &mut impl Write,
) -> Result<u8, Failure> {
    if let RecordsCommand::Audit(args) = &command
        && let Some(text) = &args.as_of
        && parse_time(text, SHANGHAI).is_none()
    {
        return Err(Failure::said(
            format!("`--as-of` 的 `{text}` 不是时间；写成 `--as-of 2026-11-01` 或 `--as-of 2026-11-01T18:00:00+08:00`"),
            format!(
                "`{text}` of `--as-of` is not a time; write `--as-of 2026-11-01` or `--as-of 2026-11-01T18:00:00+08:00`"
            ),
        ));
    }
    if matches!(command, RecordsCommand::Audit(_) | RecordsCommand::Decode(_)) {
        begin_again(&KEEPING);
    }
    let waits = match (&command, language) {
        (RecordsCommand::Generate(_), Lang::Zh) => Some("正在生成数据"),
        (RecordsCommand::Generate(_), Lang::En) => Some("generating data"),
        // The audit tells its own progress.
        _ => None,
    };
    let progress = waits.map(|what| Progress::new(what, 0));
    let catalogue = || input::catalogue(packs, root);
    let none = || Ok(Arc::default());
    let code = around(&catalogue, |all| {
        // Only packs have checks of their own; without them the catalogue need not be read.
        let plain = Surroundings { own: &none, ..*all };
        let around = if packs.is_empty() && root.is_none() { &plain } else { all };
        zhunsheng_records::cli::run(command, around, language, out)
    });
    drop(progress);
    Ok(u8::try_from(code?).unwrap_or(2))
}

/// The result of a scan of data: the one given, or the one beside the records of a dossier where there is one.
pub fn scan(folder: &Path, given: Option<&Path>) -> Option<PathBuf> {
    let own = folder.join("records").join("discovered.json");
    given.map(Path::to_owned).or_else(|| own.exists().then_some(own))
}

/// Reads a dossier with what its records show (a result that is given, or else an audit of the events in its folder), with
/// what the texts of its policies say and how they differ from its inventory and those events, and with how data that a scan
/// found differs from both.
pub fn read(
    catalogue: &Catalogue,
    dir: &Path,
    result: Option<&Path>,
    discovered: Option<&Path>,
    language: Lang,
) -> Result<Dossier, Failure> {
    let mut dossier = with_records(catalogue, dir, result, language)?;
    let folder = if dir.is_file() { dir.parent().unwrap_or(Path::new(".")) } else { dir };
    let scan = scan(folder, discovered);
    let due = due(&catalogue.schema, &dossier);
    // Who states what is held and does not name the texts has not put them up for comparison by machine: that is said, not refused.
    if due == Due::NotHeld {
        let text = Text::new(
            "提示：没有读取政策文本与台账比对，因为 target.event_records 没有列出 `texts`；要比对就把它列入",
            "note: texts of policies were not read and compared: target.event_records does not name `texts`; name it to have them compared",
        );
        tell(text.get(language));
    }
    if due != Due::Read && scan.is_none() {
        return Ok(dossier);
    }
    let open = |id: &str, file: &str| {
        let document = Arc::new(zhunsheng_policy::enter::document(folder, id, file)?);
        Ok(Some(Opened { document, hash: String::new() }))
    };
    let texts = Texts { folder, open: &open, memory: None };
    let kit = Kit::builtin()?;
    if due == Due::Read {
        let deeds = events(folder, language)?;
        enter(&catalogue.schema, &mut dossier, &texts, deeds.as_ref(), &kit, language)?;
    }
    if let Some(path) = scan {
        let data = zhunsheng_policy::reconcile::discovered::read(&path)?;
        let (texts, place) = ((due == Due::Read).then_some(&texts), path.display().to_string());
        enter_found(&catalogue.schema, &mut dossier, texts, (&data, &place), &kit, language)?;
    }
    Ok(dossier)
}

/// What the events in the folder of a dossier show; none where there are none.
fn events(folder: &Path, language: Lang) -> Result<Option<Deeds>, Failure> {
    let mut records = zhunsheng_records::dossier::folder(&folder.join("records"))?;
    let Some(paths) = records.tables.remove(&zhunsheng_records::schema::Table::Events) else { return Ok(None) };
    let its = |m: &&Arc<zhunsheng_records::mapping::Mapping>| m.table.as_deref().is_none_or(|t| t == "events");
    let mapping = records.mappings.iter().find(its).cloned().unwrap_or_default();
    crate::reconcile::gather(&paths, &mapping, language).map(Some)
}

/// Reads a dossier with what its event records show.
fn with_records(catalogue: &Catalogue, dir: &Path, result: Option<&Path>, language: Lang) -> Result<Dossier, Failure> {
    let mut sources = catalogue.sources.clone();
    if let Some(path) = result {
        let mut text = String::new();
        let file = std::fs::File::open(path).map_err(|cause| Failure::Read(path.to_path_buf(), cause))?;
        file.take(MAX_RESULT_BYTES)
            .read_to_string(&mut text)
            .map_err(|cause| Failure::Read(path.to_path_buf(), cause))?;
        let place = path.display().to_string();
        let node = node(&text, sources.add(&place), &sources)?;
        let records = facts(&node, &place)?;
        return crate::assess::read_beside(catalogue, sources, Some(&records), dir);
    }
    let again = || Ok(catalogue.clone());
    let folder = if dir.is_file() { dir.parent().unwrap_or(Path::new(".")) } else { dir };
    let options = around(&again, |around| zhunsheng_records::cli::of_dossier(folder, around, language))?;
    let Some(options) = options else { return crate::assess::read(catalogue, dir) };
    let report = audit(&options)?;
    let place = folder.join("records").display().to_string();
    let file = sources.add(&place);
    let mut node = node(&report.json(language, false).to_string(), file, &sources)?;
    // There is no file with these lines; the folder is where it comes from.
    whole(&mut node, At::file(file));
    let records = facts(&node, &place)?;
    crate::assess::read_beside(catalogue, sources, Some(&records), dir)
}

fn node(text: &str, file: u32, sources: &zhunsheng_source::Sources) -> Result<Node, Failure> {
    parse(text, file, Limits::default()).map_err(|problem| {
        let mut problems = zhunsheng_source::Diagnostics::default();
        problems.push(problem);
        Failure::Mistakes(problems, Box::new(sources.clone()))
    })
}

/// Gives a tree one address.
fn whole(node: &mut Node, at: At) {
    node.at = at;
    match &mut node.value {
        Value::Map(entries) => entries.iter_mut().for_each(|(key, value)| {
            key.at = at;
            whole(value, at);
        }),
        Value::Seq(items) => items.iter_mut().for_each(|item| whole(item, at)),
        Value::Scalar(..) => {}
    }
}
