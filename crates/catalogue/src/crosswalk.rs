//! Crosswalks: what a leaf is to the provisions of another text.

use serde::{Deserialize, Serialize};
use zhunsheng_source::{At, Diagnostics, Node, Text};

use crate::catalogue::{Catalogue, LeafId, Target};
use crate::clause::Kind;
use crate::decode::Decode;
use crate::law::LawRef;

/// What a leaf is to a point of the other text, read from the leaf: “the leaf is *narrower* than the point”.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// The leaf demands what the point demands.
    Equal,
    /// The leaf demands a part of what the point demands: its gap is a gap of the point, its conformity is not enough.
    Narrower,
    /// The leaf demands what the point demands and more: its conformity suffices, its gap may lie in the rest.
    Broader,
    /// Both concern the same matter; neither settles the other.
    Related,
}

impl Relation {
    /// All relations with the word used in YAML and JSON.
    pub const WORDS: [(&'static str, Relation); 4] = [
        ("equal", Relation::Equal),
        ("narrower", Relation::Narrower),
        ("broader", Relation::Broader),
        ("related", Relation::Related),
    ];

    /// The word used in YAML and JSON.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, one)| *one == self).map_or("", |(word, _)| word)
    }

    /// The word for people.
    pub fn label(self) -> Text {
        match self {
            Relation::Equal => Text::new("等同", "equal"),
            Relation::Narrower => Text::new("较窄", "narrower"),
            Relation::Broader => Text::new("较宽", "broader"),
            Relation::Related => Text::new("相关", "related"),
        }
    }
}

/// A leaf, group or clause in its relation to a point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// What the leaf is to the point.
    pub relation: Relation,
    /// A leaf, a group, or a clause with all clauses below it.
    pub id: String,
}

/// The smallest unit of the other text that leaves are held against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// `2.1`: item and sub-item; the item's id where it has no sub-items.
    pub id: String,
    /// What it demands, in our own words; empty where the item's title says it.
    pub requirement: Text,
    /// What to ask where leaves do not settle it.
    pub ask: Text,
    /// The leaves mapped here exhaust the point: together they settle it.
    pub complete: bool,
    /// Leaves held against it.
    pub maps: Vec<Mapping>,
    /// Where it is declared.
    pub at: At,
}

/// An article, item or clause of the other text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Number.
    pub id: String,
    /// Reference into the law catalogue: `pi-audit-measures/annex-2`.
    pub reference: String,
    /// Title.
    pub title: Text,
    /// Why there is nothing to hold against it.
    pub nothing: Text,
    /// Its points.
    pub points: Vec<Point>,
    /// Where it is declared.
    pub at: At,
}

/// Leaves that have no counterpart, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmapped {
    /// Leaves, groups or clauses.
    pub ids: Vec<String>,
    /// Why.
    pub reason: Text,
    /// Where it is declared.
    pub at: At,
}

/// From the leaves of this catalogue to another text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crosswalk {
    /// `pipl`, `audit-2025`, `gbt-35273`.
    pub id: String,
    /// Title.
    pub title: Text,
    /// The instrument of the law catalogue.
    pub instrument: String,
    /// The text of its provisions was at hand; otherwise only numbers and titles were.
    pub text_at_hand: bool,
    /// What to know before use.
    pub note: Text,
    /// Files whose leaves must all be mapped or listed as unmapped.
    pub covers: Vec<String>,
    /// The other text, in its order.
    pub items: Vec<Item>,
    /// Leaves without counterpart.
    pub unmapped: Vec<Unmapped>,
    /// Where it is declared.
    pub at: At,
}

/// One line of a crosswalk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The item.
    pub item: &'a Item,
    /// The point; `None` where a leaf only cites the item.
    pub point: Option<&'a Point>,
    /// The relation.
    pub relation: Relation,
    /// The leaf.
    pub leaf: LeafId,
}

impl Crosswalk {
    /// Every leaf mapped, in the order of the other text; a leaf that cites a provision without being mapped to it is
    /// related to it, which need not be written a second time.
    pub fn lines<'a>(&'a self, catalogue: &'a Catalogue) -> Vec<Line<'a>> {
        let mut lines = Vec::new();
        for item in &self.items {
            let start = lines.len();
            for point in &item.points {
                for map in &point.maps {
                    for leaf in catalogue.leaves_under(&map.id) {
                        lines.push(Line { item, point: Some(point), relation: map.relation, leaf });
                    }
                }
            }
            let cites = |law: &[String]| law.iter().any(|reference| provision(reference) == item.reference);
            for (leaf, declared) in catalogue.leaves.iter().enumerate() {
                let mapped = lines.iter().skip(start).any(|line: &Line<'_>| line.leaf == leaf);
                if !mapped && cites(&declared.law) {
                    lines.push(Line { item, point: None, relation: Relation::Related, leaf });
                }
            }
        }
        lines
    }

    /// Reads a crosswalk file.
    pub(crate) fn read(file: &Node, head: &Node, problems: &mut Diagnostics) -> Crosswalk {
        let mut decode = Decode { problems };
        decode.keys(head, &["id", "title", "instrument", "prefix", "text", "note", "covers"]);
        let prefix = decode.optional(head, "prefix").unwrap_or_default();
        let instrument = decode.required(head, "instrument");
        let texts = [("full", true), ("titles", false)];
        let text_at_hand = decode.choice(head, "text", &texts).unwrap_or(false);
        let items = file.get("items").map(Node::items).unwrap_or_default();
        let items = items.iter().map(|one| item(&mut decode, one, &instrument, &prefix)).collect();
        let unmapped = file.get("unmapped").map(Node::items).unwrap_or_default();
        let unmapped = unmapped
            .iter()
            .map(|one| {
                decode.keys(one, &["leaves", "reason"]);
                Unmapped { ids: decode.words(one, "leaves"), reason: decode.text(one, "reason"), at: one.at }
            })
            .collect();
        Crosswalk {
            id: decode.required(head, "id"),
            title: decode.text(head, "title"),
            text_at_hand,
            note: decode.text(head, "note"),
            covers: decode.words(head, "covers"),
            instrument,
            items,
            unmapped,
            at: head.at,
        }
    }
}

/// `pipl/13(1)(2)` is in the provision `pipl/13`.
fn provision(reference: &str) -> &str {
    reference.split_once('(').map_or(reference, |(provision, _)| provision)
}

fn item(decode: &mut Decode<'_>, node: &Node, instrument: &str, prefix: &str) -> Item {
    decode.keys(
        node,
        &["id", "title", "points", "nothing", "ask", "complete", "equal", "narrower", "broader", "related"],
    );
    let id = decode.required(node, "id");
    let mut points: Vec<Point> = Vec::new();
    if let Some(list) = node.get("points") {
        for (index, one) in list.items().iter().enumerate() {
            decode.keys(one, &["requirement", "ask", "complete", "equal", "narrower", "broader", "related"]);
            let requirement = decode.text(one, "requirement");
            points.push(point(decode, one, format!("{id}.{}", index + 1), requirement));
        }
    } else if node.get("nothing").is_some() {
        if Relation::WORDS.iter().any(|(word, _)| node.get(word).is_some()) {
            let (zh, en) =
                (format!("`{id}` 有条目，又写没有可对照的"), format!("`{id}` has leaves and says there is nothing"));
            decode.wrong(node.at, zh, en);
        }
    } else {
        points.push(point(decode, node, id.clone(), Text::default()));
    }
    Item {
        reference: format!("{instrument}/{prefix}{id}"),
        // Where none is written the title is the law catalogue's.
        title: decode.text_or_empty(node, "title"),
        nothing: decode.text_or_empty(node, "nothing"),
        points,
        at: node.at,
        id,
    }
}

fn point(decode: &mut Decode<'_>, node: &Node, id: String, requirement: Text) -> Point {
    let mut maps = Vec::new();
    for (word, relation) in Relation::WORDS {
        maps.extend(decode.words(node, word).into_iter().map(|id| Mapping { relation, id }));
    }
    Point {
        id,
        requirement,
        ask: decode.text_or_empty(node, "ask"),
        complete: node.get("complete").and_then(Node::text) == Some("true"),
        maps,
        at: node.at,
    }
}

impl Catalogue {
    /// A crosswalk by id.
    pub fn crosswalk(&self, id: &str) -> Option<&Crosswalk> {
        self.crosswalks.iter().find(|crosswalk| crosswalk.id == id)
    }

    /// Titles that a crosswalk leaves to the law catalogue.
    pub(crate) fn title_crosswalks(&mut self) {
        let mut crosswalks = std::mem::take(&mut self.crosswalks);
        for item in crosswalks.iter_mut().flat_map(|crosswalk| &mut crosswalk.items) {
            if item.title.is_empty()
                && let Some((_, Some(article))) = self.law(&item.reference)
            {
                item.title = article.title.clone();
            }
        }
        crosswalks.sort_by(|a, b| a.id.cmp(&b.id));
        self.crosswalks = crosswalks;
    }

    /// The leaves an id stands for: a leaf, a group's, or those of a clause and of the clauses below it.
    pub fn leaves_under(&self, id: &str) -> Vec<LeafId> {
        match self.resolve(id) {
            Some(Target::Leaf(leaf)) => vec![leaf],
            Some(Target::Clause(clause)) => {
                let Some(top) = self.clauses.get(clause) else { return Vec::new() };
                let below = |other: &str| other.strip_prefix(top.id.as_str()).is_some_and(|rest| rest.starts_with('.'));
                self.clauses
                    .iter()
                    .enumerate()
                    .filter(|(index, other)| *index == clause || below(&other.id))
                    .flat_map(|(_, clause)| clause.leaves.iter().copied())
                    .collect()
            }
            Some(Target::Group(clause, group)) => match self.clauses.get(clause) {
                Some(clause) => clause
                    .groups
                    .get(group)
                    .map(|group| self.group_leaves(clause, &group.id).collect())
                    .unwrap_or_default(),
                None => Vec::new(),
            },
            None => Vec::new(),
        }
    }

    /// Whether a leaf is one of an exception: it lifts requirements and is never a finding of its own.
    pub fn is_exception(&self, leaf: LeafId) -> bool {
        self.leaves.get(leaf).and_then(|leaf| self.clause_of(leaf)).is_some_and(|clause| clause.kind == Kind::Exception)
    }

    /// Whether a reference names a provision that is in the law catalogue.
    pub(crate) fn has_provision(&self, reference: &str) -> bool {
        LawRef::parse(reference).is_some() && matches!(self.law(reference), Some((_, Some(_))))
    }
}
