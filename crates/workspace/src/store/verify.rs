//! Finds any altered byte: in the trail, in what rests on it, in the files of evidence.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use rusqlite::{Connection, Row as SqlRow};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use zhunsheng_source::Text;

use crate::auth::session::secret_hash;
use crate::error::{Error, Result, called};
use crate::schema::TextSchema;
use crate::store::chain::{Entry, Hash, START};
use crate::store::tx::REMOVED;
use crate::store::{DATABASE, migrate, reader};
use crate::time::Time;

/// What [`verify`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Verified {
    /// Entries of the trail.
    pub entries: u64,
    /// Records.
    pub records: u64,
    /// Stored files: evidence, opinions as issued, what was frozen.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Number and hash of the last entry, to be written down elsewhere.
    pub head: String,
    /// What is wrong, in the order found; empty when nothing is.
    #[schemars(with = "Vec<TextSchema>")]
    pub faults: Vec<Text>,
    /// The trail has entries and no end of it is written down beside the database, which the server does when it starts: entries cut off
    /// at the end would not be noticed.
    pub unanchored: bool,
    /// Files nobody refers to: an upload that was cut off before it was acknowledged.
    pub unused: Vec<String>,
}

impl Verified {
    /// Nothing was altered.
    pub fn clean(&self) -> bool {
        self.faults.is_empty()
    }
}

/// The file beside the database to which the end of the chain is written now and then.
pub(crate) const ANCHORS: &str = "anchors";

/// Checks a data folder. It may be in use meanwhile. With `anchor` (`NUMBER:HASH`, as an earlier run printed) the trail
/// must still hold that entry.
///
/// # Errors
/// There is no database, it was written by a newer version, or `anchor` is none; everything else is a fault in the result, a database
/// that cannot be read as one too.
pub fn verify(dir: &Path, anchor: Option<&str>) -> Result<Verified> {
    let path = dir.join(DATABASE);
    if !path.is_file() {
        return Err(Error::missing("database", path.display().to_string()));
    }
    if let Some(anchor) = anchor.filter(|anchor| anchor_of(anchor).is_none()) {
        return Err(Error::invalid(
            "anchor",
            format!("`{anchor}` 不是链尾：请照抄以前校验时输出的 `编号:哈希`"),
            format!("`{anchor}` is no end of a chain: give `NUMBER:HASH` as an earlier run printed it"),
        ));
    }
    let mut check = Check {
        found: Verified::default(),
        standing: BTreeMap::new(),
        secrets: BTreeMap::new(),
        moved: BTreeMap::new(),
    };
    match check.all(dir, &path, anchor) {
        // Whatever makes it unreadable was not written by this program.
        Err(Error::Database(cause)) => check.fault(
            format!("数据库 `{}` 不能读取：{cause}", path.display()),
            format!("the database `{}` cannot be read: {cause}", path.display()),
        ),
        other => other?,
    }
    Ok(check.found)
}

/// Assessment, kind and id.
type Key = (String, String, String);

struct Check {
    found: Verified,
    /// What stands by the trail: entry, version and body hash of each record.
    standing: BTreeMap<Key, u64>,
    secrets: BTreeMap<String, String>,
    moved: BTreeMap<String, i64>,
}

fn text(row: &SqlRow<'_>, column: usize) -> rusqlite::Result<String> {
    // A damaged database may hold anything anywhere; what is not text reads as such and fails its hash.
    Ok(row
        .get::<_, rusqlite::types::Value>(column)
        .map(|value| match value {
            rusqlite::types::Value::Text(text) => text,
            other => format!("{other:?}"),
        })
        .unwrap_or_default())
}

fn number(row: &SqlRow<'_>, column: usize) -> i64 {
    row.get(column).unwrap_or(-1)
}

impl Check {
    fn all(&mut self, dir: &Path, path: &Path, anchor: Option<&str>) -> Result<()> {
        // Before the database is first looked at: the moment read must not be older than an anchor written meanwhile.
        let anchors = anchors(dir, anchor, &mut self.found.faults);
        let connection = reader(path)?;
        let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if version > migrate::SCHEMA {
            return Err(Error::Newer { found: version, known: migrate::SCHEMA });
        }
        let connection = connection.unchecked_transaction()?;
        let anchored = !anchors.is_empty();
        self.integrity(&connection)?;
        self.trail(&connection, anchors)?;
        self.found.unanchored = !anchored && self.found.entries > 0;
        self.records(&connection)?;
        self.beside(&connection)?;
        self.files(&connection, &dir.join("evidence"))
    }

    fn fault(&mut self, zh: impl Into<String>, en: impl Into<String>) {
        // A wholly broken database need not fill the memory.
        if self.found.faults.len() < 1000 {
            self.found.faults.push(Text::new(zh, en));
        }
    }

    fn integrity(&mut self, connection: &Connection) -> Result<()> {
        let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
        let mut rows = statement.query([])?;
        loop {
            match rows.next() {
                Ok(Some(row)) => {
                    let line = text(row, 0)?;
                    if line != "ok" {
                        self.fault(format!("数据库：{line}"), format!("database: {line}"));
                    }
                }
                Ok(None) => return Ok(()),
                Err(fault) => {
                    self.fault(format!("数据库：{fault}"), format!("database: {fault}"));
                    return Ok(());
                }
            }
        }
    }

    fn trail(&mut self, connection: &Connection, mut anchors: BTreeMap<u64, String>) -> Result<()> {
        let mut statement = connection.prepare(
            "SELECT seq, at, actor, via, assessment, kind, id, version, act, body, hash FROM trail ORDER BY seq",
        )?;
        let mut rows = statement.query([])?;
        let (mut before, mut last): (Hash, u64) = (START, 0);
        loop {
            let row = match rows.next() {
                Ok(Some(row)) => row,
                Ok(None) => break,
                Err(fault) => {
                    self.fault(
                        format!("操作记录第 `{last}` 条之后不能读取：{fault}"),
                        format!("trail after entry `{last}`: {fault}"),
                    );
                    break;
                }
            };
            let seq = u64::try_from(number(row, 0)).unwrap_or(0);
            let part = |column| text(row, column);
            let (actor, via, assessment, kind) = (part(2)?, part(3)?, part(4)?, part(5)?);
            let (id, act, body) = (part(6)?, part(8)?, part(9)?);
            let version = number(row, 7);
            if seq != last + 1 {
                let lost = last + 1;
                self.fault(format!("操作记录缺第 `{lost}` 条"), format!("trail: entry `{lost}` is missing"));
            }
            let entry = Entry {
                seq,
                at: Time(number(row, 1)),
                actor: &actor,
                via: &via,
                assessment: &assessment,
                kind: &kind,
                id: &id,
                version: u64::try_from(version).unwrap_or(u64::MAX),
                act: &act,
                body: &body,
            };
            let hash = entry.hash(&before);
            let stored: Vec<u8> = row.get(10).unwrap_or_default();
            if stored != hash {
                self.fault(
                    format!("操作记录第 `{seq}` 条（{} `{id}`，`{act}`）或者其前一条已被改动", called(&kind)),
                    format!("trail: entry `{seq}` ({kind} `{id}`, {act}) was altered, or one before it"),
                );
            }
            if let Some(expected) = anchors.remove(&seq)
                && expected != crate::id::hex(&stored)
            {
                self.fault(
                    format!("操作记录第 `{seq}` 条不是锚点所记的那一条"),
                    format!("trail: entry `{seq}` is not the one that was anchored"),
                );
            }
            // Goes on from what is stored, so that one altered entry is told once.
            before = <Hash>::try_from(stored).unwrap_or(hash);
            last = seq;
            self.found.entries += 1;
            if version > 0 {
                if crate::store::tx::MOVES.contains(&kind.as_str()) {
                    self.moved.insert(assessment.clone(), number(row, 0));
                }
                let key = (assessment, kind, id);
                if act == REMOVED {
                    self.standing.remove(&key);
                } else {
                    self.standing.insert(key, seq);
                }
            } else if kind == "secret" {
                let sha256 = serde_json::from_str::<Value>(&body).ok();
                let sha256 = sha256.as_ref().and_then(|body| body.get("sha256")).and_then(Value::as_str);
                self.secrets.insert(id, sha256.unwrap_or_default().to_owned());
            }
        }
        for seq in anchors.into_keys() {
            self.fault(
                format!("操作记录第 `{seq}` 条有锚点为证，现已不在"),
                format!("trail: entry `{seq}` was anchored and is gone"),
            );
        }
        self.found.head = format!("{last}:{}", crate::id::hex(&before));
        Ok(())
    }

    fn records(&mut self, connection: &Connection) -> Result<()> {
        let mut statement = connection.prepare(
            "SELECT r.assessment, r.kind, r.id, r.seq, r.version = t.version AND r.at = t.at AND r.actor = t.actor AND r.body = t.body
                AND r.assessment = t.assessment AND r.kind = t.kind AND r.id = t.id,
                r.born = (SELECT min(b.seq) FROM trail b WHERE b.assessment = r.assessment AND b.kind = r.kind AND b.id = r.id
                    AND b.version > 0 AND b.seq > coalesce((SELECT max(x.seq) FROM trail x WHERE x.assessment = r.assessment
                    AND x.kind = r.kind AND x.id = r.id AND x.act = 'removed'), 0))
             FROM record r LEFT JOIN trail t ON t.seq = r.seq",
        )?;
        let mut rows = statement.query([])?;
        loop {
            let row = match rows.next() {
                Ok(Some(row)) => row,
                Ok(None) => break,
                Err(fault) => {
                    self.fault(format!("记录不能读取：{fault}"), format!("records: {fault}"));
                    break;
                }
            };
            let key = (text(row, 0)?, text(row, 1)?, text(row, 2)?);
            self.found.records += 1;
            let (same, born) = (row.get(4).unwrap_or(false), row.get(5).unwrap_or(false));
            match self.standing.remove(&key) {
                None => self.fault(
                    format!("{} `{}` 在操作记录中没有来历", called(&key.1), key.2),
                    format!("{} `{}` is in no trail", key.1, key.2),
                ),
                Some(seq) if i64::try_from(seq) != Ok(number(row, 3)) || !same || !born => {
                    self.fault(
                        format!("{} `{}` 与操作记录第 `{seq}` 条所写的不同", called(&key.1), key.2),
                        format!("{} `{}` is not what entry `{seq}` wrote", key.1, key.2),
                    );
                }
                Some(_) => {}
            }
        }
        for (_, kind, id) in std::mem::take(&mut self.standing).into_keys() {
            self.fault(
                format!("{} `{id}` 已不在，操作记录中没有删除它的一条", called(&kind)),
                format!("{kind} `{id}` is gone, and no entry says so"),
            );
        }
        Ok(())
    }

    /// What stands beside the records and yet has a word in the trail.
    fn beside(&mut self, connection: &Connection) -> Result<()> {
        let mut statement = connection.prepare("SELECT user, password, totp FROM secret")?;
        let mut rows = statement.query([])?;
        while let Ok(Some(row)) = rows.next() {
            let (user, password, totp) = (text(row, 0)?, text(row, 1)?, text(row, 2)?);
            if self.secrets.remove(&user).as_deref() != Some(secret_hash(&password, &totp).as_str()) {
                self.fault(
                    format!("账户 `{user}` 的密码或验证码密钥已被改动"),
                    format!("password or code of account `{user}` was altered"),
                );
            }
        }
        for user in std::mem::take(&mut self.secrets).into_keys() {
            self.fault(format!("账户 `{user}` 的密码已不在"), format!("password of account `{user}` is gone"));
        }
        let mut statement = connection.prepare("SELECT assessment, seq FROM moved")?;
        let mut rows = statement.query([])?;
        while let Ok(Some(row)) = rows.next() {
            let assessment = text(row, 0)?;
            if self.moved.remove(&assessment) != Some(number(row, 1)) {
                self.fault(
                    format!("评估 `{assessment}`：最后一次改动的编号已被改动"),
                    format!("assessment `{assessment}`: the number of its last change was altered"),
                );
            }
        }
        for assessment in std::mem::take(&mut self.moved).into_keys() {
            self.fault(
                format!("评估 `{assessment}`：最后一次改动的编号已不在"),
                format!("assessment `{assessment}`: the number of its last change is gone"),
            );
        }
        Ok(())
    }

    fn files(&mut self, connection: &Connection, dir: &Path) -> Result<()> {
        let mut statement = connection.prepare("SELECT id, body FROM record WHERE kind = 'blob'")?;
        let mut known: BTreeMap<String, u64> = BTreeMap::new();
        let mut rows = statement.query([])?;
        while let Ok(Some(row)) = rows.next() {
            let size = serde_json::from_str::<Value>(&text(row, 1)?).ok();
            let size = size.as_ref().and_then(|body| body.get("size")).and_then(Value::as_u64).unwrap_or(u64::MAX);
            known.insert(text(row, 0)?, size);
        }
        for (sha256, size) in &known {
            self.found.files += 1;
            match hash_file(&crate::blob::place(dir, sha256)) {
                Ok((hash, bytes)) => {
                    self.found.bytes += bytes;
                    if hash != *sha256 || bytes != *size {
                        self.fault(
                            format!("存储的文件 `{sha256}` 已被改动（证据、留存的意见书或者冻结的内容）"),
                            format!("stored file `{sha256}` was altered (evidence, an opinion as issued, or what was frozen)"),
                        );
                    }
                }
                Err(cause) => self.fault(
                    format!("存储的文件 `{sha256}` 不能读取：{cause}"),
                    format!("stored file `{sha256}` cannot be read: {cause}"),
                ),
            }
        }
        let known: BTreeSet<String> = known.into_keys().collect();
        self.found.unused = present(dir)?.into_iter().filter(|name| !known.contains(name)).collect();
        Ok(())
    }
}

/// Names of all stored files.
pub(crate) fn present(dir: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let Ok(folders) = std::fs::read_dir(dir) else { return Ok(names) };
    for folder in
        folders.flatten().map(|entry| entry.path()).filter(|path| path.is_dir() && !path.ends_with("receiving"))
    {
        let files = std::fs::read_dir(&folder).map_err(Error::io("read", &folder))?;
        names.extend(files.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()));
    }
    names.sort_unstable();
    Ok(names)
}

/// SHA-256 and length of a file.
pub(crate) fn hash_file(path: &Path) -> std::io::Result<(String, u64)> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let (mut bytes, mut piece) = (0, vec![0; 1 << 16]);
    loop {
        let count = file.read(&mut piece)?;
        if count == 0 {
            return Ok((crate::id::hex(&hasher.finalize()), bytes));
        }
        hasher.update(piece.get(..count).unwrap_or_default());
        bytes += count as u64;
    }
}

/// Number and hash of an end of the chain, as `verify` prints it.
pub(crate) fn anchor_of(line: &str) -> Option<(u64, String)> {
    let (seq, hash) = line.split_whitespace().next()?.split_once(':')?;
    Some((seq.parse().ok()?, hash.to_lowercase()))
}

/// Ends of the chain as written down: beside the database and by the caller.
fn anchors(dir: &Path, given: Option<&str>, faults: &mut Vec<Text>) -> BTreeMap<u64, String> {
    let held = match std::fs::read(dir.join(ANCHORS)) {
        // What is no text is no anchor either, and is told as such.
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(cause) => {
            let why = zhunsheng_source::of_system(&cause);
            faults.push(Text::new(
                format!("锚点文件 `{ANCHORS}` 无法读取：{}", why.zh),
                format!("the file of anchors `{ANCHORS}` cannot be read: {}", why.en),
            ));
            String::new()
        }
    };
    let mut anchors = BTreeMap::new();
    for line in held.lines().map(str::trim).filter(|line| !line.is_empty()).chain(given) {
        match anchor_of(line) {
            Some((0, _)) => {}
            Some((seq, hash)) => {
                if anchors.insert(seq, hash.clone()).is_some_and(|held| held != hash) {
                    faults.push(Text::new(
                        format!("两个锚点对第 `{seq}` 条所记不同"),
                        format!("two anchors differ on entry `{seq}`"),
                    ));
                }
            }
            None => {
                let line: String = line.chars().take(80).collect();
                faults.push(Text::new(
                    format!("`{line}` 不是锚点（编号:哈希）"),
                    format!("`{line}` is no anchor (NUMBER:HASH)"),
                ));
            }
        }
    }
    anchors
}
