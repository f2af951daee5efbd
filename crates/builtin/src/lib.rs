//! The catalogue, embedded: parsed and type-checked when the binary is built.

use zhunsheng_catalogue::{Catalogue, Files};

static COMPILED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalogue.bin"));
static SOURCES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// The compiled catalogue, without examples.
///
/// # Errors
/// What the decoder says; it cannot happen for the bytes this crate was built with.
pub fn catalogue() -> Result<Catalogue, String> {
    Catalogue::decode(COMPILED)
}

/// The catalogue's files as text, for lint, proof and for packs that load beside them.
pub fn files() -> Files {
    SOURCES.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}
