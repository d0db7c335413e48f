//! The keys that wrap the data keys of files.
//!
//! A secret of lines `ID HEX`: an id of 1 to 32 of a-z, 0-9, dot and hyphen, a space, and 64
//! hexadecimal digits. The last line's key encrypts; the others only decrypt.

use aws_lc_rs::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use zeroize::Zeroizing;

/// Longest id.
pub(super) const ID: usize = 32;
/// Most keys.
const MOST: usize = 64;

/// The keys, the one that encrypts last.
pub struct DocumentKeys(Vec<(String, LessSafeKey)>);

/// The secret does not hold keys. Never says what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKeys {
    #[error("no key for documents; a line is: an id, a space, 64 hexadecimal digits")]
    None,
    #[error("more than {MOST} keys for documents")]
    Many,
    #[error(
        "line {0} is not an id of a-z, 0-9, dot and hyphen (32 at most), a space, and 64 hexadecimal digits"
    )]
    Line(usize),
    #[error("the id in line {0} stands twice")]
    Twice(usize),
}

impl DocumentKeys {
    /// Reads the secret.
    ///
    /// # Errors
    /// The first line that is wrong, by its number.
    pub fn parse(secret: &[u8]) -> Result<Self, InvalidKeys> {
        let mut keys: Vec<(String, LessSafeKey)> = Vec::new();
        let lines = secret.strip_suffix(b"\n").unwrap_or(secret);
        if lines.is_empty() {
            return Err(InvalidKeys::None);
        }
        for (line, number) in lines.split(|byte| *byte == b'\n').zip(1..) {
            if number > MOST {
                return Err(InvalidKeys::Many);
            }
            let (id, key) = read(line).ok_or(InvalidKeys::Line(number))?;
            if keys.iter().any(|(known, _)| *known == id) {
                return Err(InvalidKeys::Twice(number));
            }
            keys.push((id, key));
        }
        Ok(Self(keys))
    }

    /// No keys: a directory under them tells of a file only whether it is there and encrypted.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// The key of this id.
    pub(super) fn of(&self, id: &str) -> Option<&LessSafeKey> {
        let found = self.0.iter().find(|(known, _)| known == id);
        found.map(|(_, key)| key)
    }

    /// The key that encrypts, and its id.
    pub(super) fn newest(&self) -> Option<(&str, &LessSafeKey)> {
        self.0.last().map(|(id, key)| (id.as_str(), key))
    }
}

fn read(line: &[u8]) -> Option<(String, LessSafeKey)> {
    let mut parts = line.splitn(2, |byte| *byte == b' ');
    let (id, digits) = (parts.next()?, parts.next()?);
    let known = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-');
    if id.is_empty() || id.len() > ID || !id.iter().all(known) {
        return None;
    }
    let id = String::from_utf8(id.to_vec()).ok()?;
    let mut key = Zeroizing::new([0; 32]);
    hex::decode_to_slice(digits, key.as_mut()).ok()?;
    Some((id, key_of(&key)?))
}

/// A key of AES-256-GCM; every 32 bytes are one.
pub(super) fn key_of(bytes: &[u8; 32]) -> Option<LessSafeKey> {
    let unbound = UnboundKey::new(&AES_256_GCM, bytes).ok()?;
    Some(LessSafeKey::new(unbound))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(secret: &str) -> InvalidKeys {
        DocumentKeys::parse(secret.as_bytes()).err().unwrap()
    }

    #[test]
    fn the_last_line_encrypts() {
        let (old, new) = ("11".repeat(32), "22".repeat(32));
        let keys = DocumentKeys::parse(format!("a {old}\nb-2 {new}\n").as_bytes()).unwrap();
        assert_eq!(keys.newest().unwrap().0, "b-2");
        assert!(keys.of("a").is_some() && keys.of("c").is_none());
    }

    #[test]
    fn a_missing_or_short_key_is_refused() {
        let key = "11".repeat(32);
        assert_eq!(fault(""), InvalidKeys::None);
        assert_eq!(fault("\n"), InvalidKeys::None);
        assert_eq!(
            fault(&format!("a {}", "11".repeat(31))),
            InvalidKeys::Line(1)
        );
        assert_eq!(fault(&format!("a {key}1")), InvalidKeys::Line(1));
        assert_eq!(fault(&format!("a {key}\n\nb {key}")), InvalidKeys::Line(2));
        assert_eq!(fault(&format!("A {key}")), InvalidKeys::Line(1));
        assert_eq!(fault(&key), InvalidKeys::Line(1));
        assert_eq!(fault(&format!("a {key}\na {key}")), InvalidKeys::Twice(2));
        let many: Vec<String> = (0..65).map(|id| format!("{id} {key}")).collect();
        assert_eq!(fault(&many.join("\n")), InvalidKeys::Many);
    }
}
