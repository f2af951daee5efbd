//! Reads privacy policies: disclosure items, practices, wording, versions.
