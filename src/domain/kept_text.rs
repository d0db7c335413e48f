//! Texts behind certificates, kept whole: what a hash or a version elsewhere stands for can be
//! read years later, without the files and the program of that day.
//!
//! Knows what a text is called and what it says octet for octet, not what it means.

use sha2::{Digest, Sha256};

use super::audit::event::{Event, EventKind};

/// Longest text in octets; ours have a few thousand.
pub const LONGEST: usize = 64 * 1024;
/// Longest name in octets: an entry names the text whole.
const LONGEST_NAME: usize = 200;

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TextKind {
    /// The file of a certificate profile; named like the profile.
    Profile,
    /// A statement that is accepted, in English, LF, in Polish; named by [`statement_name`].
    Statement,
    /// The lint rules of a version; named by it.
    LintRules,
    /// The rules about keys of a version; named by it.
    KeyRules,
    /// The lists of keys that are never certified, by count and digest.
    KeyLists,
}

impl TextKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::Profile,
        Self::Statement,
        Self::LintRules,
        Self::KeyRules,
        Self::KeyLists,
    ];

    /// As tables, entries and answers write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Statement => "statement",
            Self::LintRules => "lint_rules",
            Self::KeyRules => "key_rules",
            Self::KeyLists => "key_lists",
        }
    }

    /// Whether a name stands for one text forever: it carries a version.
    #[must_use]
    pub const fn is_versioned(self) -> bool {
        match self {
            Self::Statement | Self::LintRules | Self::KeyRules => true,
            Self::Profile | Self::KeyLists => false,
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What a text is known by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TextKey {
    pub kind: TextKind,
    pub name: String,
    pub sha256: [u8; 32],
}

/// A text of lawful size under its own digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptText {
    key: TextKey,
    content: String,
}

/// Why a text cannot be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unkeepable {
    #[error("the text of {0} has more than {LONGEST} octets")]
    TooLong(String),
    #[error("the name of a text has more than {LONGEST_NAME} octets")]
    Name,
}

impl KeptText {
    /// # Errors
    /// When text or name is too long.
    pub fn new(
        kind: TextKind,
        name: impl Into<String>,
        content: impl Into<String>,
    ) -> Result<Self, Unkeepable> {
        let (name, content) = (name.into(), content.into());
        if name.len() > LONGEST_NAME {
            return Err(Unkeepable::Name);
        }
        if content.len() > LONGEST {
            return Err(Unkeepable::TooLong(name));
        }
        let sha256 = Sha256::digest(&content).into();
        Ok(Self {
            key: TextKey { kind, name, sha256 },
            content,
        })
    }

    #[must_use]
    pub const fn key(&self) -> &TextKey {
        &self.key
    }

    #[must_use]
    pub fn content(&self) -> &str {
        &self.content
    }

    /// The entry that goes with keeping it.
    #[must_use]
    pub fn kept(&self) -> Event {
        Event::new(EventKind::TextKept, "text", self.key.id()).digest(self.key.sha256)
    }
}

impl TextKey {
    /// Kind and name in one, as entries have it; a kind has no space.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{} {}", self.kind.name(), self.name)
    }
}

/// What the text about the lists of keys is called.
pub const KEY_LISTS: &str = "keys";

/// What the text of a statement is called.
#[must_use]
pub fn statement_name(id: &str, version: u32) -> String {
    format!("{id} v{version}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_its_digest_and_a_bound() {
        let text = KeptText::new(TextKind::Profile, "a", "x = 1\n").unwrap();
        let digest: [u8; 32] = Sha256::digest("x = 1\n").into();
        assert_eq!((text.key().sha256, text.content()), (digest, "x = 1\n"));
        let event = text.kept();
        assert_eq!(event.object.id, "profile a");
        assert_eq!(event.object.sha256, Some(digest));
        let long = |n| KeptText::new(TextKind::Profile, "a", "x".repeat(n));
        assert!(long(LONGEST).is_ok());
        assert_eq!(long(LONGEST + 1), Err(Unkeepable::TooLong("a".to_owned())));
        let name = |n| KeptText::new(TextKind::Statement, "x".repeat(n), "");
        assert!(name(LONGEST_NAME).is_ok());
        assert_eq!(name(LONGEST_NAME + 1), Err(Unkeepable::Name));
    }
}
