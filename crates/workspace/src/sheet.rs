//! Worksheets of the annex tests: which there are for which object, and what each concludes or would conclude.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zhunsheng_catalogue::Procedure;
use zhunsheng_dossier::{Date, Dossier};
use zhunsheng_report::sheets::{self, Sheets};
use zhunsheng_source::Text;
use zhunsheng_verdict::{Kleene, Worksheet, evaluate};

use crate::auth::{Action, Grant};
use crate::error::{Error, Result};
use crate::inventory::{Object, dossier_yaml_with, key_of};
use crate::schema::TextSchema;
use crate::store::rows::Row;
use crate::workspace::Workspace;

/// The key of worksheets in the inventory.
const KEY: &str = "worksheets";

/// Worksheets are concluded from their own answers and facts of the object; no law of a date is read.
const SOME_DAY: Date = Date(20_000);

/// Worksheets as they would stand.
struct Tried {
    dossier: Dossier,
    /// One for each worksheet and object.
    worksheets: Vec<Worksheet>,
}

/// What a worksheet concludes for an object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Concluded {
    /// Whether the test is passed; null while it is unfinished.
    pub holds: Option<bool>,
    /// The conclusion in words.
    #[schemars(with = "TextSchema")]
    pub conclusion: Text,
    /// By the rule, or by whose weighing.
    #[schemars(with = "TextSchema")]
    pub how: Text,
    /// What was found of each factor.
    pub factors: Vec<ConcludedFactor>,
    /// Paths of what is lacking.
    pub missing: Vec<String>,
}

/// What was found of a factor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConcludedFactor {
    /// Factor.
    pub id: String,
    /// Its title.
    #[schemars(with = "TextSchema")]
    pub title: Text,
    /// How it weighs, as a sign.
    pub sign: String,
    /// What was found.
    #[schemars(with = "TextSchema")]
    pub found: Text,
}

/// A test and an object, with the worksheet that holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SheetOf {
    /// The test: id of the procedure.
    pub procedure: String,
    /// Key of the collection the object is of: also the field of a worksheet that names what it is about.
    pub key: String,
    /// The object.
    pub object: String,
    /// Its title; may be empty.
    pub title: String,
    /// Id of the worksheet in the inventory; the one it would get where there is none.
    pub sheet: String,
    /// The worksheet, where there is one.
    pub row: Option<Row<Object>>,
    /// What it concludes, where there is one.
    pub concluded: Option<Concluded>,
}

impl Workspace {
    /// All tests with all objects they are for, in the order of the annexes.
    ///
    /// # Errors
    /// The team only; the inventory has mistakes.
    pub fn worksheets(&self, grant: &Grant) -> Result<Vec<SheetOf>> {
        let tried = self.tried(grant, None)?;
        let rows = self.objects(grant, KEY)?;
        let mut list = Vec::new();
        for procedure in &self.catalogue().procedures {
            let Some(about) = self.about(procedure) else { continue };
            for row in self.objects(grant, about)? {
                let Some((_, object)) = row.id.split_once('/') else { continue };
                let mut sheet = sheet_of(procedure, about, object, &rows);
                sheet.title = crate::request::title(&row.value.0).unwrap_or_default().to_owned();
                sheet.concluded = self.concluded(&tried, procedure, object, &sheet.sheet);
                list.push(sheet);
            }
        }
        Ok(list)
    }

    /// The worksheet of a test for an object.
    ///
    /// # Errors
    /// The team only; no such test or object.
    pub fn worksheet(&self, grant: &Grant, procedure: &str, object: &str) -> Result<SheetOf> {
        grant.need(Action::SeeWork)?;
        let found = self.catalogue().procedure(procedure).map(|(_, procedure)| procedure);
        let found = found.and_then(|one| Some((one, self.about(one)?)));
        let (procedure, about) = found.ok_or_else(|| Error::missing("procedure", procedure))?;
        let row = self.object(grant, about, object)?;
        let mut sheet = sheet_of(procedure, about, object, &self.objects(grant, KEY)?);
        sheet.title = crate::request::title(&row.value.0).unwrap_or_default().to_owned();
        if sheet.row.is_some() {
            sheet.concluded = match self.tried(grant, None) {
                Ok(tried) => self.concluded(&tried, procedure, object, &sheet.sheet),
                // What is wrong with the inventory is told where it is edited.
                Err(Error::Mistakes(_)) => None,
                Err(error) => return Err(error),
            };
        }
        Ok(sheet)
    }

    /// What the worksheet of a test for an object would conclude with these fields, before they are saved.
    ///
    /// # Errors
    /// The team only; no such test; the fields have mistakes.
    pub fn try_worksheet(&self, grant: &Grant, sheet: &SheetOf, body: Map<String, Value>) -> Result<Option<Concluded>> {
        let tried = self.tried(grant, Some((sheet.sheet.as_str(), body)))?;
        let (_, procedure) = self
            .catalogue()
            .procedure(&sheet.procedure)
            .ok_or_else(|| Error::missing("procedure", &sheet.procedure))?;
        Ok(self.concluded(&tried, procedure, &sheet.object, &sheet.sheet))
    }

    fn about(&self, procedure: &Procedure) -> Option<&str> {
        self.catalogue().schema.kinds.get(&procedure.object)?.collection.as_deref()
    }

    /// All worksheets as they stand, or as they would with one that is not saved yet: its id and fields.
    fn tried(&self, grant: &Grant, other: Option<(&str, Map<String, Value>)>) -> Result<Tried> {
        grant.need(Action::SeeWork)?;
        let catalogue = self.catalogue();
        let row = match other {
            None => None,
            Some((id, body)) => {
                let body = self.canonical(KEY, id, &Value::Object(body))?;
                let (id, at, by) = (key_of(KEY, id), crate::Time::default(), String::new());
                Some(Row { id, version: 0, born: 0, seq: 0, at, by, value: Object(body) })
            }
        };
        let text = self.store().read(grant.assessment(), |rows| dossier_yaml_with(rows, catalogue, row))?;
        let (_, dossier) = crate::inventory::read(catalogue, &text)?;
        let (worksheets, problems) = evaluate(catalogue, &dossier.facts, SOME_DAY);
        if problems.has_errors() {
            return Err(Error::Mistakes(Box::new((problems, dossier.sources.clone()))));
        }
        Ok(Tried { dossier, worksheets })
    }

    fn concluded(&self, tried: &Tried, procedure: &Procedure, object: &str, sheet: &str) -> Option<Concluded> {
        let (catalogue, dossier) = (self.catalogue(), &tried.dossier);
        let held = Sheets { catalogue, facts: &dossier.facts, sources: &dossier.sources, all: &tried.worksheets };
        let shown = held.shown();
        let one = shown.iter().find(|one| one.id == sheet && one.procedure.id == procedure.id)?;
        let found = one.objects.iter().find(|found| held.facts.id(found.object) == object)?;
        let factors = procedure.factors.iter().zip(&found.factors).enumerate();
        Some(Concluded {
            holds: match found.conclusion {
                Kleene::True => Some(true),
                Kleene::False => Some(false),
                Kleene::Unknown => None,
            },
            conclusion: sheets::conclusion(procedure, found),
            how: sheets::how(found),
            factors: factors
                .map(|(position, (factor, state))| ConcludedFactor {
                    id: factor.id.clone(),
                    title: factor.title.clone(),
                    sign: sheets::sign(state).to_owned(),
                    found: sheets::found(procedure, position, state),
                })
                .collect(),
            missing: held.missing(one),
        })
    }
}

/// The worksheet that holds a test for an object, or the id a new one would get.
fn sheet_of(procedure: &Procedure, about: &str, object: &str, rows: &[Row<Object>]) -> SheetOf {
    let id_of = |row: &Row<Object>| row.id.split_once('/').map_or("", |(_, id)| id).to_owned();
    let names = |row: &Row<Object>| {
        let list = row.value.0.get(about).and_then(Value::as_array);
        list.into_iter().flatten().any(|held| held.as_str() == Some(object))
    };
    let held = rows.iter().find(|row| row.value.0.get(&procedure.id).is_some_and(Value::is_object) && names(row));
    let sheet = match held {
        Some(row) => id_of(row),
        None => {
            let first = format!("{}-{object}", procedure.id);
            let more = (2..).map(|number| format!("{first}-{number}"));
            let free = |id: &String| !rows.iter().any(|row| id_of(row) == *id);
            std::iter::once(first.clone()).chain(more).find(free).unwrap_or(first)
        }
    };
    SheetOf {
        procedure: procedure.id.clone(),
        key: about.to_owned(),
        object: object.to_owned(),
        title: String::new(),
        sheet,
        row: held.cloned(),
        concluded: None,
    }
}
