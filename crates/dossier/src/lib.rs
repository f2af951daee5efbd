//! The schema of facts and the dossier: what an organisation has on record, with an address for every value.
//!
//! A [`Schema`] says which facts there can be; [`Facts`] holds those a dossier states. An absent fact is unknown.
//! `none`, `false` and `[]` are known.

mod build;
mod date;
mod facts;
mod files;
mod folder;
mod jsonschema;
mod kept;
mod named;
mod patch;
mod read;
mod schema;
mod template;

pub use build::{build, merge};
pub use date::Date;
pub use facts::{FactId, Facts, RecordId, Val};
pub use files::{join_files, read_files};
pub use folder::{
    Answer, Criterion, Determination, Dossier, Effect, LoadError, Met, Outcome, load, load_node, load_text,
};
pub use jsonschema::json_schema;
pub use kept::{Kept, Loss};
pub use named::Named;
pub use patch::{Change, Edit, changed};
pub use schema::{Field, FieldId, Fields, Kind, Schema, Shape, ShapeId, Type, valid_id};
pub use template::{Start, template};
