//! The values an audit entry may hold: restricted JSON (audit-ceremony A4). No floats, no null,
//! integers below 2^53 in magnitude, strings capped.

use std::collections::BTreeMap;

/// Longest string in an entry, in bytes; longer ones are cut at a character and marked.
const STRING_CAP: usize = 1024;
/// RFC 8785 keeps integers exact only below 2^53.
const INTEGER_CAP: i64 = (1 << 53) - 1;

/// One restricted JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Integer(i64),
    Bool(bool),
    List(Vec<Value>),
    Object(BTreeMap<String, Value>),
}

impl Value {
    /// A string, cut to the cap with `…` when longer.
    pub fn text(text: impl Into<String>) -> Self {
        let mut text = text.into();
        if text.len() > STRING_CAP {
            let cut = (0..=STRING_CAP - 3)
                .rev()
                .find(|&at| text.is_char_boundary(at));
            text.truncate(cut.unwrap_or(0));
            text.push('…');
        }
        Self::Text(text)
    }

    /// A string that is never cut, for what must come back octet for octet. In an entry's detail
    /// only, and bounded by who hands it in: an entry itself has no room for more than a tile.
    pub fn whole(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Lower-case hex of bytes.
    #[must_use]
    pub fn hex(bytes: &[u8]) -> Self {
        Self::text(hex::encode(bytes))
    }

    /// An integer, clamped to the exact range.
    #[must_use]
    pub fn integer(number: i64) -> Self {
        Self::Integer(number.clamp(-INTEGER_CAP, INTEGER_CAP))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::integer(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}
