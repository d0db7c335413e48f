//! One attempt to get the certificate of an order. At most one lives at a time (the store holds
//! UNIQUE(live activation of an order)).
//!
//! ```text
//! running --result--> issued
//!    |  \--refused--> refused
//!    +--crash--> running again under a new intent (the old serial is abandoned)
//! ```

use super::{
    id::{ActivationId, CertificateId, MailboxId, OrderId, SubjectDataId},
    owner::{AcceptedStatement, ActingFor, Owner},
    timestamp::Timestamp,
};

/// What became of the attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActivationState {
    Running,
    Issued,
    Refused,
}

impl ActivationState {
    pub const ALL: [Self; 3] = [Self::Running, Self::Issued, Self::Refused];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Issued => "issued",
            Self::Refused => "refused",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// Where the common name comes from (S/MIME BR 7.1.4.2.2 a).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CommonNameSource {
    Organization,
    Email,
}

impl CommonNameSource {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Email => "email",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Organization, Self::Email]
            .into_iter()
            .find(|source| source.name() == name)
    }
}

/// An activation as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activation {
    pub id: ActivationId,
    pub order: OrderId,
    pub owner: Owner,
    pub state: ActivationState,
    pub subject_data: SubjectDataId,
    pub mailbox: MailboxId,
    pub common_name: CommonNameSource,
    /// Names of the optional fields chosen, from the offered list.
    pub fields: Vec<String>,
    /// DER of the SubjectPublicKeyInfo: all that is taken from the CSR.
    pub spki: Vec<u8>,
    pub spki_sha256: [u8; 32],
    pub statements: Vec<AcceptedStatement>,
    pub acting_for: ActingFor,
    /// Stable problem code when refused.
    pub refusal: Option<String>,
    pub certificate: Option<CertificateId>,
    pub submitted_at: Timestamp,
    pub updated_at: Timestamp,
}
