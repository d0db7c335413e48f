//! What can be ordered. Products are a file; this is the file's validated form.

use std::fmt;

use super::{period::Period, text::Language};

/// For example `smime-org-multipurpose-365-issue`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProductCode(String);

impl ProductCode {
    /// 1 to 64 of `a-z 0-9 -`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        (!text.is_empty() && text.len() <= 64 && text.bytes().all(allowed))
            .then(|| Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProductCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text in every language of the CA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Localized {
    pub en: String,
    pub pl: String,
}

impl Localized {
    /// Both languages as one text: `en`, LF, `pl`.
    #[must_use]
    pub fn whole(&self) -> String {
        format!("{}\n{}", self.en, self.pl)
    }

    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Polish => &self.pl,
        }
    }
}

/// First certificate or the renewal of an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Issue,
    Renewal,
}

/// How control of the mailbox may be shown for a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailMethod {
    /// S/MIME BR 3.2.2.2.
    Mailbox,
    /// S/MIME BR 3.2.2.1.
    Domain,
}

impl EmailMethod {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mailbox => "mailbox",
            Self::Domain => "domain",
        }
    }
}

/// The step at which a statement must be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Data,
    Activation,
}

/// A statement the user marks; it is accepted by id, version and hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub id: String,
    pub version: u32,
    pub step: Step,
    pub text: Localized,
    pub required: bool,
    /// SHA-256 over the [whole](Localized::whole) text.
    pub sha256: [u8; 32],
}

/// One product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    pub code: ProductCode,
    pub name: Localized,
    /// For example `S/MIME`.
    pub category: String,
    pub validity_days: u32,
    /// When it can be ordered, and its orders activated.
    pub offered: Period,
    pub operation: Operation,
    /// Name of the certificate profile.
    pub profile: String,
    /// By the mailbox itself always.
    pub email_methods: Vec<EmailMethod>,
    pub statements: Vec<Statement>,
}

impl Product {
    #[must_use]
    pub fn takes(&self, method: EmailMethod) -> bool {
        self.email_methods.contains(&method)
    }
}
