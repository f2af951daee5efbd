//! One-time codes (RFC 6238: HMAC-SHA-1, 30 seconds, six digits, as every authenticator app knows them).

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

use crate::time::Time;

/// What an authenticator app is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TotpOffer {
    /// The secret, in base 32, for typing.
    pub secret: String,
    /// `otpauth://…`, for a QR code.
    pub url: String,
}

impl TotpOffer {
    pub(crate) fn new(secret: String, login: &str) -> TotpOffer {
        let login: String = login
            .bytes()
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => char::from(byte).to_string(),
                other => format!("%{other:02X}"),
            })
            .collect();
        let url = format!("otpauth://totp/Zhunsheng:{login}?secret={secret}&issuer=Zhunsheng&digits=6&period=30");
        TotpOffer { secret, url }
    }
}

/// The 30 seconds a moment lies in.
fn step(now: Time) -> i64 {
    now.0.div_euclid(30_000)
}

/// The code of a step.
fn code(secret: &[u8], step: i64) -> Option<u32> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).ok()?;
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest.last()? & 0xf);
    let word: [u8; 4] = digest.get(offset..offset + 4)?.try_into().ok()?;
    Some((u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000)
}

/// The step whose code this is: now, or one before or after, and later than the last one used, so that no code works
/// twice.
pub(crate) fn accepted(secret: &str, given: &str, now: Time, last: i64) -> Option<i64> {
    let secret = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).ok()?;
    let plain: String = given.chars().filter(|c| !c.is_whitespace()).collect();
    if plain.len() != 6 || !plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let given: u32 = plain.parse().ok()?;
    let now = step(now);
    let mut found = None;
    for step in now - 1..=now + 1 {
        // All three are looked at, whichever fits.
        if code(&secret, step) == Some(given) && step > last {
            found = Some(step);
        }
    }
    found
}

/// A new secret of 160 bits, in base 32.
pub(crate) fn secret() -> crate::Result<String> {
    let mut bytes = [0u8; 20];
    crate::id::random(&mut bytes)?;
    Ok(data_encoding::BASE32_NOPAD.encode(&bytes))
}

/// The code an app would show: for tests and the demonstration.
pub fn code_at(secret: &str, now: Time) -> Option<String> {
    let secret = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).ok()?;
    code(&secret, step(now)).map(|code| format!("{code:06}"))
}

#[cfg(test)]
mod tests {
    use super::{Time, accepted, code};

    #[test]
    fn codes_are_those_of_the_rfc() {
        let secret = b"12345678901234567890";
        for (seconds, expected) in
            [(59, 287_082), (1_111_111_109, 81_804), (1_234_567_890, 5_924), (20_000_000_000, 353_130)]
        {
            assert_eq!(code(secret, seconds / 30), Some(expected));
        }
    }

    #[test]
    fn a_code_works_once_and_not_long() {
        let secret = data_encoding::BASE32_NOPAD.encode(b"12345678901234567890");
        let at = |seconds: i64| Time(seconds * 1000);
        let step = accepted(&secret, "287 082", at(59), 0).unwrap();
        assert_eq!(accepted(&secret, "287082", at(61), step), None);
        assert_eq!(accepted(&secret, "287082", at(89), 0), Some(step));
        assert_eq!(accepted(&secret, "287082", at(90 + 30), 0), None);
        assert_eq!(accepted(&secret, "28708", at(59), 0), None);
        assert_eq!(accepted(&secret, "+87082", at(59), 0), None);
    }
}
