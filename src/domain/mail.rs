//! Mails of the CA: the ledger of what was to be said to whom, and what became of it.

use super::{
    id::{MailId, OrderId},
    owner::Owner,
    text::Language,
    timestamp::Timestamp,
};

/// What a mail says. Each (kind, object, slot) is sent once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MailKind {
    VerifyAddress,
    DataReceived,
    DataApproved,
    DataRejected,
    InformationNeeded,
    ReadyToActivate,
    Issued,
}

impl MailKind {
    pub const ALL: [Self; 7] = [
        Self::VerifyAddress,
        Self::DataReceived,
        Self::DataApproved,
        Self::DataRejected,
        Self::InformationNeeded,
        Self::ReadyToActivate,
        Self::Issued,
    ];

    /// Name of the template.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::VerifyAddress => "verify-address",
            Self::DataReceived => "data-received",
            Self::DataApproved => "data-approved",
            Self::DataRejected => "data-rejected",
            Self::InformationNeeded => "information-needed",
            Self::ReadyToActivate => "ready-to-activate",
            Self::Issued => "issued",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MailState {
    Queued,
    Sent,
    Failed,
}

impl MailState {
    pub const ALL: [Self; 3] = [Self::Queued, Self::Sent, Self::Failed];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A mail as stored. The text is rendered when it is sent, from ids; it is never stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Also the stable Message-ID's local part.
    pub id: MailId,
    pub kind: MailKind,
    pub owner: Owner,
    pub order: Option<OrderId>,
    /// The object the text is rendered from, by its id.
    pub object: String,
    pub recipient: String,
    pub language: Language,
    pub state: MailState,
    pub attempts: u32,
    /// The server's last reply, or why it could not be asked; at most 500 characters.
    pub reply: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}
