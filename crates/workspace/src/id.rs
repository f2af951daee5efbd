//! Ids and secrets. Ids sort by when they were made; secrets are random and stored as hashes only.

use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};
use crate::time::Time;

/// A new id: when, and enough chance that two never meet. 20 lower-case letters and digits.
pub fn fresh(now: Time) -> Result<String> {
    let mut bytes = [0u8; 12];
    let when = now.0.to_be_bytes();
    for (slot, byte) in bytes.iter_mut().zip(when.iter().skip(2)) {
        *slot = *byte;
    }
    if let Some(rest) = bytes.get_mut(6..) {
        random(rest)?;
    }
    let mut text = data_encoding::BASE32HEX_NOPAD.encode(&bytes);
    text.make_ascii_lowercase();
    Ok(text)
}

/// A secret of 256 bits, safe in a URL.
pub fn secret() -> Result<String> {
    let mut bytes = [0u8; 32];
    random(&mut bytes)?;
    Ok(data_encoding::BASE64URL_NOPAD.encode(&bytes))
}

/// Fills with chance from the system.
pub fn random(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|fault| Error::Internal(format!("no randomness: {fault}")))
}

/// SHA-256 as hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}
