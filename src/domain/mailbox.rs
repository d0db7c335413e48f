//! Proof of control over one mailbox for one order (S/MIME BR 3.2.2.2).
//!
//! ```text
//! created --mail handed over--> sent --code confirmed--> verified
//!                 ^  |  \--too many tries--> locked
//!          resend |  |   \--hard bounce--> undeliverable
//!                 +--+   any --address changed--> superseded
//! ```
//! `expired` and `lapsed` follow from the clock. The random value itself is never stored: it is
//! derived from a key outside the database and the row's nonce, and compared by keyed hash.

use super::{
    id::{MailboxId, OrderId},
    owner::Owner,
    text::Language,
    timestamp::Timestamp,
};

/// An address this CA may certify: ASCII local part kept exactly, domain as lower-case A-labels.
/// Made by `policy::mailbox_address` only.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MailAddress {
    address: String,
}

impl MailAddress {
    /// Reserved to `policy::mailbox_address` and `adapters/sql`.
    pub(crate) fn restore(address: String) -> Self {
        Self { address }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.address
    }

    /// The form under which abuse limits count: all lower case.
    #[must_use]
    pub fn abuse_key(&self) -> String {
        self.address.to_ascii_lowercase()
    }
}

/// What happened to the validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MailboxState {
    Created,
    Sent,
    Verified,
    Undeliverable,
    Locked,
    Superseded,
    Invalidated,
}

impl MailboxState {
    pub const ALL: [Self; 7] = [
        Self::Created,
        Self::Sent,
        Self::Verified,
        Self::Undeliverable,
        Self::Locked,
        Self::Superseded,
        Self::Invalidated,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Sent => "sent",
            Self::Verified => "verified",
            Self::Undeliverable => "undeliverable",
            Self::Locked => "locked",
            Self::Superseded => "superseded",
            Self::Invalidated => "invalidated",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// The value that is out in a mail, as far as the CA keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeSeed {
    /// 256 random bits; with the key outside the database they give the random value.
    pub nonce: [u8; 32],
    /// Keyed hash of the random value.
    pub mac: [u8; 32],
    pub created_at: Timestamp,
    /// Created + 24 h (BR 3.2.2.2).
    pub expires_at: Timestamp,
    pub tries: u8,
}

/// Who handed the code to the daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConfirmChannel {
    /// The daemon's own page.
    Page,
    /// A frontend forwarded what the holder typed.
    Frontend,
}

impl ConfirmChannel {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Frontend => "frontend",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Page, Self::Frontend]
            .into_iter()
            .find(|channel| channel.name() == name)
    }
}

/// A mailbox validation as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailboxValidation {
    pub id: MailboxId,
    pub order: OrderId,
    pub owner: Owner,
    pub address: MailAddress,
    pub language: Language,
    pub state: MailboxState,
    pub code: CodeSeed,
    /// Start of the validation: its 30 days run from here (BR 4.2.1).
    pub initiated_at: Timestamp,
    pub sent_at: Option<Timestamp>,
    pub confirmed_at: Option<Timestamp>,
    pub confirmed_by: Option<ConfirmChannel>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Mails of the last day to one address, over all owners: the limit's fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressUse {
    pub abuse_key: String,
    pub sent: Vec<Timestamp>,
}
