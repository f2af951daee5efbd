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
    let name = login.split('@').next().unwrap_or(login).to_lowercase();
    let named = name.chars().count() >= 3 && password.to_lowercase().contains(&name) && count < SHORTEST + name.len();
    if named || guessable(password) {
        return Err(Error::invalid(
            "password",
            "密码过于容易猜到：不要重复、顺序排列，也不要只用常见的词；几个不相干的词连在一起较好",
            "this password is too easy to guess: no repetition, no sequence, no common word alone; several unrelated words are better",
        ));
    }
    Ok(())
}

/// What is tried first: the same again and again, a few characters only, runs of the alphabet, the digits or the keyboard, and
/// common words with nothing but digits and signs around them.
fn guessable(password: &str) -> bool {
    let letters: Vec<char> = password.to_lowercase().chars().collect();
    let words: Vec<char> = letters.iter().copied().filter(|c| c.is_alphabetic()).collect();
    let few = letters.iter().collect::<std::collections::BTreeSet<_>>().len() < 5;
    let common = COMMON.iter().any(|word| unit(&words).iter().copied().eq(word.chars()));
    few || unit(&letters).len() * 2 <= letters.len() || common || run(&letters)
}

/// What a text repeats, the last time perhaps in part; the whole where it repeats nothing.
fn unit(text: &[char]) -> &[char] {
    let repeats = |period: &usize| text.iter().zip(text.iter().skip(*period)).all(|(a, b)| a == b);
    let period = (1..text.len()).find(repeats).unwrap_or(text.len());
    text.get(..period).unwrap_or(text)
}

/// Nearly every character is the neighbour of the one before.
fn run(text: &[char]) -> bool {
    const ROWS: [&str; 6] = [
        "1234567890",
        "qwertyuiop[]",
        "asdfghjkl;'",
        "zxcvbnm,./",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik",
        "1q2w3e4r5t6y7u8i9o0p",
    ];
    let beside = |a: char, b: char| {
        let near = |row: &str| row.chars().zip(row.chars().skip(1)).any(|(x, y)| (x, y) == (a, b) || (y, x) == (a, b));
        u32::from(a).abs_diff(u32::from(b)) <= 1 || ROWS.into_iter().any(near)
    };
    let pairs = text.iter().zip(text.iter().skip(1));
    let breaks = pairs.filter(|(a, b)| !beside(**a, **b)).count();
    breaks * 4 <= text.len()
}

/// Words that are no password whatever digits stand around them.
const COMMON: [&str; 22] = [
    "password",
    "passwort",
    "passwd",
    "passphrase",
    "admin",
    "administrator",
    "root",
    "user",
    "test",
    "welcome",
    "letmein",
    "iloveyou",
    "changeme",
    "qwerty",
    "qwertyuiop",
    "abc",
    "abcd",
    "woaini",
    "zhunsheng",
    "mima",
    "密码",
    "我爱你",
];

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn what_is_tried_first_is_refused() {
        let easy = [
            "passwordpassword",
            "Password1234",
            "PASSWORD!!2026",
            "2026-password-2026",
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "abcabcabcabcab",
            "123456789012",
            "012345678909876",
            "qwertyuiop12",
            "qwertyuiop[]",
            "1q2w3e4r5t6y",
            "1qaz2wsx3edc",
            "abcdefghijkl",
            "zyxwvutsrqpo",
            "woaini1314520",
            "administrator",
            "administrator1",
            "密码密码密码密码密码密码",
            "我爱你5201314520",
            "11223344112233",
            "zhunsheng2026",
            "lead12345678",
        ];
        for password in easy {
            assert!(check(password, "lead").is_err(), "{password}");
        }
        let good = [
            "correct horse 电池",
            "a long phrase of theirs",
            "zhunsheng-demo-lead",
            "another good 密码",
            "春眠不觉晓处处闻啼鸟夜来",
            "tractor password mill",
            "Xk8#qd0Lw2vZ",
        ];
        for password in good {
            assert!(check(password, "someone").is_ok(), "{password}");
        }
    }
}
