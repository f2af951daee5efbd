//! Clauses as data: loader, expression language, law with dates, lint.
//!
//! Architecture invariant: this crate knows no clause. Every requirement is an entry under `catalogue/`.

pub mod expr;

mod annex;
mod catalogue;
mod clause;
mod crosswalk;
mod decode;
mod law;
mod law_load;
mod lint;
mod load;
mod pack;
mod procedure;
mod record;
mod titles;

pub use catalogue::{Catalogue, LeafId, Target};
pub use clause::{Clause, Example, Group, GroupOf, Kind, Leaf, Level, Mode, Step};
pub use crosswalk::{Crosswalk, Item, Line, Mapping, Point, Relation, Unmapped};
pub use law::{Article, Instrument, LawRef, Party, Standing, Threshold};
pub use lint::lint;
pub use load::{Files, load};
pub use pack::Pack;
pub use procedure::{
    BasicFunction, Concluded, Direction, Factor, Places, Possible, Presumption, Procedure, WEIGHTS, WorkedExample,
};
pub use record::{Claim, MOST_OWN, OwnCheck, RecordCheck, RecordExample, path, walk};
