//! What an owner is told in the panel.

use super::{
    id::{NotificationId, OrderId},
    owner::Owner,
    timestamp::Timestamp,
};

/// The tabs of the guide's dashboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tab {
    Information,
    Problems,
    Expiration,
    NewCertificates,
}

impl Tab {
    pub const ALL: [Self; 4] = [
        Self::Information,
        Self::Problems,
        Self::Expiration,
        Self::NewCertificates,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Information => "information",
            Self::Problems => "problems",
            Self::Expiration => "expiration",
            Self::NewCertificates => "new_certificates",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tab| tab.name() == name)
    }
}

/// A notification; immutable but for `read_at`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    pub id: NotificationId,
    pub owner: Owner,
    pub tab: Tab,
    /// Stable code; the words in each language follow from it.
    pub code: &'static str,
    pub order: Option<OrderId>,
    /// The object it is about, by its id.
    pub object: String,
    pub created_at: Timestamp,
    pub read_at: Option<Timestamp>,
}
