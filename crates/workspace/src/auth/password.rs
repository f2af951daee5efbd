//! Passwords: argon2id, checked in constant time, bounded in how many are worked on at once.

use std::sync::{Condvar, Mutex, PoisonError};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::error::{Error, Result};

/// Memory per hash in KiB, passes and lanes: what OWASP gives for argon2id.
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// Hashes worked on at once; a flood of sign-ins must not fill the memory.
const AT_ONCE: usize = 2;
/// Shortest password.
pub(crate) const SHORTEST: usize = 12;
/// Longest password in bytes.
const LONGEST: usize = 256;

/// Makes and checks hashes.
#[derive(Default)]
pub(crate) struct Password {
    busy: Mutex<usize>,
    free: Condvar,
}

impl Password {
    fn turn<T>(&self, work: impl FnOnce() -> T) -> T {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        while *busy >= AT_ONCE {
            busy = self.free.wait(busy).unwrap_or_else(PoisonError::into_inner);
        }
        *busy += 1;
        drop(busy);
        let result = work();
        *self.busy.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.free.notify_one();
        result
    }

    /// A hash to store.
    pub fn hash(&self, password: &str) -> Result<String> {
        let mut salt = [0u8; 16];
        crate::id::random(&mut salt)?;
        let made = self.turn(|| argon()?.hash_password_with_salt(password.as_bytes(), &salt).map_err(fault));
        made.map(|hash| hash.to_string())
    }

    /// Whether a password fits. With no hash at hand as much work is done, so that time does not tell who has an account.
    pub fn fits(&self, password: &str, stored: Option<&str>) -> bool {
        const NOBODY: &str =
            "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        if password.len() > LONGEST {
            return false;
        }
        let Ok(hash) = PasswordHash::new(stored.unwrap_or(NOBODY)) else { return false };
        self.turn(|| argon().is_ok_and(|argon| argon.verify_password(password.as_bytes(), &hash).is_ok()))
            && stored.is_some()
    }
}

fn argon() -> Result<Argon2<'static>> {
    let params = Params::new(COST.0, COST.1, COST.2, None).map_err(|e| Error::Internal(e.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn fault(fault: argon2::password_hash::Error) -> Error {
    Error::Internal(format!("cannot hash: {fault}"))
}

/// Refuses passwords that are short, long or plainly guessable.
pub(crate) fn check(password: &str, login: &str) -> Result<()> {
    let count = password.chars().count();
    if count < SHORTEST || password.len() > LONGEST {
        return Err(Error::invalid(
            "password",
            format!("密码应有 {SHORTEST} 个字符以上、{LONGEST} 字节以内"),
            format!("a password has at least {SHORTEST} characters and at most {LONGEST} bytes"),
        ));
    }
    let first = password.chars().next();
    let same = password.chars().all(|c| Some(c) == first);
    let name = login.split('@').next().unwrap_or(login).to_lowercase();
    let named = name.chars().count() >= 3 && password.to_lowercase().contains(&name) && count < SHORTEST + name.len();
    if same || named || COMMON.contains(&password.to_lowercase().as_str()) {
        return Err(Error::invalid("password", "密码过于容易猜到", "this password is too easy to guess"));
    }
    Ok(())
}

const COMMON: [&str; 8] = [
    "123456789012",
    "password1234",
    "qwertyuiop12",
    "qwertyuiop[]",
    "1q2w3e4r5t6y",
    "administrator",
    "abcdefghijkl",
    "woaini1314520",
];
