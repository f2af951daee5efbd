//! The schema of facts and the dossier: what an organisation has on record, with an address for every value.
