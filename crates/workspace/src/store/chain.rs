//! The chain of the trail: each entry's hash covers its own content and the hash before it.

use sha2::{Digest as _, Sha256};

use crate::time::Time;

/// A hash of the chain.
pub type Hash = [u8; 32];

/// What stands before the first entry.
pub const START: Hash = [0; 32];

/// The end of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Number of the last entry.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
}

/// One entry of the trail, as hashed.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// Number, from 1.
    pub seq: u64,
    /// When.
    pub at: Time,
    /// Who: the id of an account; empty for the system itself.
    pub actor: &'a str,
    /// Through which token; empty for a session.
    pub via: &'a str,
    /// In which assessment; empty for the organisation.
    pub assessment: &'a str,
    /// Kind of the record.
    pub kind: &'a str,
    /// Its id.
    pub id: &'a str,
    /// Its version after this; 0 when this leaves no record.
    pub version: u64,
    /// What was done.
    pub act: &'a str,
    /// The record's content after this, or details of an act that leaves none.
    pub body: &'a str,
}

impl Entry<'_> {
    /// The hash after this entry. Every part goes in with its length, so that no two entries read alike.
    pub fn hash(&self, before: &Hash) -> Hash {
        let mut hasher = Sha256::new();
        hasher.update(before);
        hasher.update(self.seq.to_be_bytes());
        hasher.update(self.at.0.to_be_bytes());
        hasher.update(self.version.to_be_bytes());
        for part in [self.actor, self.via, self.assessment, self.kind, self.id, self.act, self.body] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.finalize().into()
    }
}
