//! How a key stood when an intent was decided: told in its entry, where nobody can change it.

use super::audit::value::Value;

/// The outcome of the checks of a key that may be certified; one that may not has no intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyChecks {
    /// Version of the rules about keys.
    pub rules: &'static str,
    /// Names of the rules it was judged by, each kept.
    pub kept: Vec<&'static str>,
    /// SHA-256 of the text that says what the lists of keys were.
    pub lists: [u8; 32],
}

impl KeyChecks {
    /// What the entry of an intent says of it.
    pub(super) fn told(&self) -> impl Iterator<Item = (String, Value)> {
        let kept = self.kept.iter().copied().map(Value::text).collect();
        let told = [
            (RULES, Value::text(self.rules)),
            (KEPT, Value::List(kept)),
            (LISTS, Value::hex(&self.lists)),
        ];
        told.into_iter()
            .map(|(name, value)| (name.to_owned(), value))
    }
}

/// The entry's member with the version of the rules.
pub const RULES: &str = "key_rules";
/// The entry's member with the names of the rules.
pub const KEPT: &str = "key_checks";
/// The entry's member with the digest of the text about the lists.
pub const LISTS: &str = "key_lists";
