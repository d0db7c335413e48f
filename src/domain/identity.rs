//! The registry of mTLS identities.

use super::{
    owner::{IdentityName, Role},
    text::Text,
    timestamp::Timestamp,
};

/// How a client certificate is recognised. Exactly one registry entry may match.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Credential {
    /// SHA-256 of the certificate's SubjectPublicKeyInfo.
    Spki([u8; 32]),
    /// A URI in the subjectAltName.
    Uri(Text<255>),
}

/// A registry entry as stored. Key: name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub name: IdentityName,
    pub role: Role,
    pub credential: Credential,
    /// DER SPKI of a person's key, with which proposals and decisions are verified.
    pub spki: Option<Vec<u8>>,
    /// End of the person's qualification (S/MIME BR 5.3.3); `None` for frontends.
    pub qualified_until: Option<Timestamp>,
    pub disabled_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Identity {
    /// Whether the identity may act at `now`.
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.disabled_at.is_none() && self.qualified_until.is_none_or(|until| now < until)
    }
}
