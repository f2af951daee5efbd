//! Sector packs: requirements that apply only where a dossier names them.

use serde::{Deserialize, Serialize};
use zhunsheng_dossier::Date;
use zhunsheng_source::{At, Diagnostics, Node, Text};

use crate::catalogue::Catalogue;
use crate::clause::{Clause, Kind};
use crate::decode::Decode;
use crate::law::Standing;
use crate::law_load::date;

/// A sector pack: where its requirements come from, whom they address and the inventory it starts from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pack {
    /// Id, as `target.packs` names it.
    pub id: String,
    /// What the ids of its clauses begin with.
    pub prefix: String,
    /// A few words.
    pub title: Text,
    /// The document it renders.
    pub document: Text,
    /// Who issued the document.
    pub issuer: Text,
    /// How binding it is: guideline, standard …
    pub status: Text,
    /// Whom it addresses.
    pub binds: Text,
    /// Remarks: dates, sources, where it departs from the law.
    pub note: Text,
    /// First day it counts; `None`: not known.
    pub in_force: Option<Date>,
    /// First day it counts no longer; `None`: it still does.
    pub repealed: Option<Date>,
    /// A dossier to start from.
    pub template: Option<Node>,
    /// Where it is declared.
    pub at: At,
}

impl Pack {
    /// How it stands on a date.
    pub fn standing(&self, on: Date) -> Standing {
        Standing::of(self.in_force, self.repealed, on)
    }

    /// Reads the `pack:` of a file.
    pub(crate) fn read(file: &Node, problems: &mut Diagnostics) -> Option<Pack> {
        let node = file.get("pack")?;
        let mut decode = Decode { problems };
        let keys = ["id", "prefix", "title", "document", "issuer", "status", "binds", "note", "in_force", "repealed"];
        decode.keys(node, &keys);
        if node.get("in_force").is_none() {
            decode.missing(node.at, "in_force");
        }
        Some(Pack {
            id: decode.required(node, "id"),
            prefix: decode.required(node, "prefix"),
            title: decode.text(node, "title"),
            document: decode.text(node, "document"),
            issuer: decode.text(node, "issuer"),
            status: decode.text(node, "status"),
            binds: decode.text(node, "binds"),
            note: decode.text_or_empty(node, "note"),
            in_force: date(&mut decode, node, "in_force"),
            repealed: date(&mut decode, node, "repealed"),
            template: file.get("template").cloned(),
            at: node.at,
        })
    }
}

impl Catalogue {
    /// A pack by id.
    pub fn pack(&self, id: &str) -> Option<&Pack> {
        self.packs.iter().find(|pack| pack.id == id)
    }

    /// The pack a clause belongs to; `None` for clauses of the standard and a firm's own.
    pub fn pack_of(&self, clause: &Clause) -> Option<&Pack> {
        clause.pack.as_deref().and_then(|id| self.pack(id))
    }

    /// Its clauses, in their order.
    pub fn clauses_of<'a>(&'a self, pack: &'a Pack) -> impl Iterator<Item = &'a Clause> {
        self.clauses.iter().filter(|clause| clause.pack.as_deref() == Some(pack.id.as_str()))
    }

    /// Whether a field is one that only another pack than this one declares.
    pub fn foreign_field(&self, at: At, pack: Option<&Pack>) -> bool {
        self.packs.iter().any(|other| other.at.file == at.file && pack.is_none_or(|pack| pack.id != other.id))
    }
}

/// What is wrong with a clause's place in or outside a pack, in both languages.
pub(crate) fn misplaced(catalogue: &Catalogue, clause: &Clause) -> Option<Text> {
    let Some(pack) = catalogue.pack_of(clause) else {
        return (clause.kind == Kind::SectorRequirement).then(|| {
            Text::new(
                format!("`{}` 是行业要求，但所在文件没有 `pack`", clause.id),
                format!("`{}` is a sector requirement, but its file has no `pack`", clause.id),
            )
        });
    };
    if !matches!(clause.kind, Kind::SectorRequirement | Kind::Exception) {
        return Some(Text::new(
            format!("行业包的条款 `{}` 应为 sector-requirement 或 exception", clause.id),
            format!("clause `{}` of a pack must be a sector-requirement or an exception", clause.id),
        ));
    }
    let own = clause.id.strip_prefix(pack.prefix.as_str()).is_some_and(|rest| rest.starts_with('.'));
    (!own).then(|| {
        Text::new(
            format!("条款 `{}` 应以 `{}.` 开头", clause.id, pack.prefix),
            format!("clause `{}` must begin with `{}.`", clause.id, pack.prefix),
        )
    })
}
