//! The inventory: the dossier's objects, edited one by one, imported and exported as the folder `zhunsheng assess` reads.

mod base;
mod canon;
mod export;
mod import;
mod objects;
mod workbook;
mod yaml;

pub use import::Imported;
pub use objects::{Collection, Object};

pub(crate) use canon::{canonical, from_node as object_of};
pub(crate) use import::{Origin, read};
pub(crate) use objects::{key_of, known, put_object, put_recorded};
pub(crate) use yaml::{DossierText, dossier_yaml, dossier_yaml_with, people_only, written};
