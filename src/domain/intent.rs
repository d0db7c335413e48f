//! The durable record that precedes a signature: serial, TBSCertificate and what it rests on.

use super::{
    id::{ActivationId, BootId},
    timestamp::Timestamp,
};

/// The configured name of an issuing CA, also the path segment of its URLs.
pub type IssuerName = super::signing::KeyName;

/// What became of the serial. Each serial is in exactly one of these states for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IntentState {
    Recorded,
    Issued,
    /// May have been signed; on the CRL, never released.
    Abandoned,
}

impl IntentState {
    pub const ALL: [Self; 3] = [Self::Recorded, Self::Issued, Self::Abandoned];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Issued => "issued",
            Self::Abandoned => "abandoned",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// An intent as stored. Key: (issuer, serial).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    pub issuer: IssuerName,
    /// Content octets of the INTEGER, minimal, positive.
    pub serial: Vec<u8>,
    pub activation: ActivationId,
    /// CRL partition, fixed here for the life of the certificate.
    pub partition: u32,
    /// DER of the linted TBSCertificate.
    pub tbs: Vec<u8>,
    pub tbs_sha256: [u8; 32],
    pub profile: String,
    pub profile_sha256: [u8; 32],
    /// notAfter: until then (and one CRL more) an abandoned serial stays listed.
    pub not_after: Timestamp,
    /// The daemon's start that holds the intent; a dead boot's intents are settled by others.
    pub boot: BootId,
    pub state: IntentState,
    pub recorded_at: Timestamp,
    pub settled_at: Option<Timestamp>,
}
