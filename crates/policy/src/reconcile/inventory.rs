//! The inventory of a dossier as the second side, and what is needed to read the events of its activities as the third.

use super::input::{Entry, Rows, enter};
use crate::data::Text;
use crate::error::Error;
use crate::practices::Stage;
use crate::report::Kit;
use std::collections::{BTreeMap, BTreeSet};
use zhunsheng_dossier::{Dossier, Named, RecordId, Schema};

/// What is on record of one product.
#[derive(Debug, Default)]
pub struct Inventory {
    /// Title of the product; its id where it has none.
    pub product: String,
    /// Id of the product; empty where the dossier has no products.
    pub id: String,
    /// Files of the policies that cover it, relative to the dossier's folder, with the policies' ids.
    pub policies: Vec<(String, String)>,
    /// Rows by type and stage.
    pub rows: Rows,
    /// What else of the dossier the comparison needs.
    pub beside: Beside,
    /// Names under which activities of this product are logged.
    pub activities: BTreeSet<String>,
    /// Names under which activities of other products are logged.
    pub others: BTreeSet<String>,
    /// Addresses on this side and the next, with the activities that stand there and the stage.
    pub owners: BTreeMap<String, BTreeSet<(String, Option<Stage>)>>,
    /// Activities that could not be compared, by the name they are logged under, with what is missing.
    pub open: Vec<(String, String)>,
    /// What was left out, and why.
    pub notes: Vec<Text>,
    purposes: BTreeMap<String, String>,
    recipients: BTreeMap<String, String>,
    /// Types that only have an id of their own, by it: the type of the taxonomy that their title names.
    kinds: BTreeMap<String, String>,
}

/// What of a dossier is needed to compare besides the rows of a product.
#[derive(Debug, Default)]
pub struct Beside {
    /// Titles of types that are the dossier's own, by id.
    pub types: BTreeMap<String, Text>,
    /// The words in which the dossier states its purposes, and the purposes they name.
    pub purposes: BTreeMap<String, Vec<String>>,
    /// Rows of other products that the same policies cover: what a policy says may be said of them.
    pub rows: Rows,
}

/// Stage of a word of the dossier or of the logs; `None` for deletion, protection and the like, which a policy need not list.
#[must_use]
pub fn stage(word: &str) -> Option<Stage> {
    Some(match word {
        "collection" | "收集" => Stage::Collection,
        "use" | "使用" => Stage::Use,
        "storage" | "存储" => Stage::Storage,
        "disclosure" | "公开" => Stage::Disclosure,
        "provision" | "提供" => Stage::Provision,
        "transfer" | "转移" => Stage::Transfer,
        "cross-border" | "向境外提供" => Stage::CrossBorder,
        _ => return None,
    })
}

/// Reads the inventory of one product: the one named, or the only one.
///
/// # Errors
/// [`Error::Product`]: no such product, or several and none was named.
pub fn inventory(schema: &Schema, dossier: &Dossier, product: Option<&str>, kit: &Kit) -> Result<Inventory, Error> {
    let named = Named { schema, facts: &dossier.facts };
    let products = named.objects("product");
    let ids: Vec<&str> = products.iter().map(|p| dossier.facts.id(*p)).collect();
    let chosen = match (product, products.as_slice()) {
        (Some(id), all) => Some(all.iter().copied().find(|p| dossier.facts.id(*p) == id).ok_or_else(|| {
            let near = zhunsheng_source::nearest(id, ids.iter().copied());
            Error::Product { given: id.to_owned(), valid: near.map_or_else(|| ids.join("`, `"), str::to_owned) }
        })?),
        (None, []) => None,
        (None, [one]) => Some(*one),
        (None, _) => return Err(Error::Product { given: String::new(), valid: ids.join("`, `") }),
    };
    let mut reader = Reader { named, dossier, kit, out: Inventory::default() };
    reader.product(chosen);
    reader.words();
    let covered = |product: RecordId| {
        let policies = |p: RecordId| named.records(p, "policies").unwrap_or_default();
        chosen.is_some_and(|chosen| policies(chosen).iter().any(|policy| policies(product).contains(policy)))
    };
    for activity in named.objects("activity") {
        let name = named.text(activity, "logged_as").unwrap_or_else(|| dossier.facts.id(activity)).to_owned();
        let its = named.records(activity, "product").and_then(|list| list.first().copied());
        match (chosen, its) {
            (Some(wanted), Some(its)) if wanted != its => {
                reader.out.others.insert(name.clone());
                if covered(its) {
                    reader.activity(activity, None);
                }
                continue;
            }
            (Some(_), None) => {
                let id = dossier.facts.id(activity);
                reader.out.notes.push(Text::new(
                    format!("处理活动 `{id}` 没有写明所在产品，按属于该产品对照"),
                    format!("activity `{id}` names no product; it is compared as part of this one"),
                ));
            }
            _ => {}
        }
        reader.out.activities.insert(name.clone());
        reader.activity(activity, Some(&name));
    }
    let shared: Vec<String> = reader.out.activities.intersection(&reader.out.others).cloned().collect();
    for name in shared {
        reader.out.others.remove(&name);
    }
    Ok(reader.out)
}

impl Inventory {
    /// What is on record of all products together, for what is not known to be of one of them.
    #[must_use]
    pub fn whole(all: &[Inventory]) -> Inventory {
        let mut whole = Inventory::default();
        for one in all {
            whole.product.clone_from(&one.product);
            for (key, cell) in &one.rows {
                whole.rows.entry(key.clone()).or_default().join(cell);
            }
            whole.beside.types.extend(one.beside.types.clone());
            whole.activities.extend(one.activities.iter().cloned());
            whole.open.extend(one.open.iter().cloned());
            whole.kinds.extend(one.kinds.clone());
        }
        whole
    }

    /// A logged type by its id in the taxonomy, where the dossier's own id stands for one.
    #[must_use]
    pub fn kind<'a>(&'a self, logged: &'a str) -> &'a str {
        self.kinds.get(logged).map_or(logged, String::as_str)
    }

    /// A logged purpose in the words of the dossier, where it is the id of one of its purposes.
    #[must_use]
    pub fn purpose<'a>(&'a self, logged: &'a str) -> &'a str {
        self.purposes.get(logged).map_or(logged, String::as_str)
    }

    /// A logged recipient by its name, where it is the id of one of the dossier's recipients.
    #[must_use]
    pub fn recipient<'a>(&'a self, logged: &'a str) -> &'a str {
        self.recipients.get(logged).map_or(logged, String::as_str)
    }
}

struct Reader<'a> {
    named: Named<'a>,
    dossier: &'a Dossier,
    kit: &'a Kit,
    out: Inventory,
}

impl Reader<'_> {
    fn place(&self, record: RecordId, field: &str) -> String {
        self.dossier.sources.line(self.named.at(record, field))
    }

    fn title(&self, record: RecordId) -> String {
        self.named.text(record, "title").unwrap_or_else(|| self.dossier.facts.id(record)).to_owned()
    }

    fn product(&mut self, chosen: Option<RecordId>) {
        let policies = match chosen {
            Some(product) => {
                self.out.id = self.dossier.facts.id(product).to_owned();
                self.out.product = self.title(product);
                self.named.records(product, "policies").unwrap_or_default()
            }
            None => {
                let target = self.named.objects("target").first().copied();
                self.out.product = target.and_then(|t| self.named.text(t, "name")).unwrap_or("（未命名）").to_owned();
                self.named.objects("policy")
            }
        };
        for policy in policies {
            if let Some(file) = self.named.text(policy, "file") {
                self.out.policies.push((self.dossier.facts.id(policy).to_owned(), file.to_owned()));
            }
        }
    }

    /// Names that the logs may use instead of words.
    fn words(&mut self) {
        for purpose in self.named.objects("purpose") {
            let words = self.named.text(purpose, "statement").map_or_else(|| self.title(purpose), str::to_owned);
            self.out.beside.purposes.insert(words.clone(), super::input::purpose_ids(&words, self.kit));
            self.out.purposes.insert(self.dossier.facts.id(purpose).to_owned(), words);
        }
        for recipient in self.named.objects("recipient") {
            let name = self.named.text(recipient, "name").map_or_else(|| self.title(recipient), str::to_owned);
            self.out.recipients.insert(self.dossier.facts.id(recipient).to_owned(), name);
        }
    }

    /// The type under which one of the dossier is compared: that of the taxonomy whose word its title is, else its own.
    fn kind(&mut self, kind: RecordId) -> String {
        let id = self.dossier.facts.id(kind).to_owned();
        let types = &self.kit.catalogue.types;
        if types.by_id(&id).is_some() {
            return id;
        }
        let title = self.title(kind);
        let whole = types.find(&title).into_iter().find(|m| m.start == 0 && m.end == title.len());
        if let Some(known) = whole.and_then(|m| types.get(m.kind)).filter(|known| !known.general) {
            self.out.kinds.insert(id, known.id.clone());
            return known.id.clone();
        }
        self.out.beside.types.insert(id.clone(), Text::new(&title, &title));
        id
    }

    /// An activity, with the name it is logged under; without one it is of another product under the same policies, which
    /// adds its rows there and has nothing told of it.
    fn activity(&mut self, activity: RecordId, name: Option<&str>) {
        let id = self.dossier.facts.id(activity).to_owned();
        let Some(stage) = self.named.word(activity, "stage").and_then(stage) else {
            if let Some(name) = name.filter(|_| self.named.word(activity, "stage").is_none()) {
                self.out.open.push((name.to_owned(), format!("activities.{id}.stage")));
                self.out.notes.push(Text::new(
                    format!("处理活动 `{id}` 没有写明环节，未对照"),
                    format!("activity `{id}` states no stage and is not compared"),
                ));
            }
            return;
        };
        let Some(types) = self.named.records(activity, "types") else {
            let Some(name) = name else { return };
            self.out.open.push((name.to_owned(), format!("activities.{id}.types")));
            self.out.notes.push(Text::new(
                format!("处理活动 `{id}` 没有写明个人信息类型，未对照"),
                format!("activity `{id}` states no types of personal information and is not compared"),
            ));
            return;
        };
        let purpose = self
            .named
            .records(activity, "purpose")
            .unwrap_or_default()
            .first()
            .map(|p| self.named.text(*p, "statement").map_or_else(|| self.title(*p), str::to_owned));
        let recipients: Vec<String> = self
            .named
            .records(activity, "recipients")
            .unwrap_or_default()
            .iter()
            .map(|r| self.named.text(*r, "name").map_or_else(|| self.title(*r), str::to_owned))
            .collect();
        let kept = self.named.records(activity, "retention").and_then(|list| list.first().copied());
        let days = kept.and_then(|k| self.named.int(k, "days")).filter(|d| *d >= 0);
        let country = match kept.and_then(|k| self.named.is(k, "in_china")) {
            Some(true) => Some("CN".to_owned()),
            Some(false) => Some("abroad".to_owned()),
            None => None,
        };
        // Each value stands on a line of its own.
        let fields = ["types", "purpose", "recipients", "retention"].map(|field| self.place(activity, field));
        if let Some(name) = name {
            for at in &fields {
                self.out.owners.entry(at.clone()).or_default().insert((name.to_owned(), Some(stage)));
            }
        }
        let [at, at_purpose, at_recipients, at_retention] = fields;
        for kind in types {
            let entry = Entry {
                kind: self.kind(kind),
                stage,
                purpose: None,
                recipient: None,
                retention: None,
                country: None,
                at: Some(at.clone()),
                events: None,
            };
            let known = super::input::type_id(&entry.kind, self.kit);
            let key = (known.unwrap_or_else(|| entry.kind.clone()), stage);
            let rows = if name.is_some() { &mut self.out.rows } else { &mut self.out.beside.rows };
            enter(rows, entry, self.kit);
            let Some(cell) = rows.get_mut(&key) else { continue };
            for id in purpose.iter().flat_map(|words| super::input::purpose_ids(words, self.kit)) {
                cell.purposes.add(&id, &at_purpose);
            }
            for recipient in &recipients {
                cell.recipients.add(recipient, &at_recipients);
            }
            if let Some(days) = days {
                cell.retention.add(&format!("{days} 天"), &at_retention);
            }
            if let Some(country) = &country {
                cell.countries.add(country, &at_retention);
            }
        }
    }
}
