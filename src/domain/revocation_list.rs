//! Revoked and abandoned serials, and the lists that publish them.

use super::{id::BootId, intent::IssuerName, timestamp::Timestamp};

/// RFC 5280 5.3.1. `unspecified` (0) is never encoded: it is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RevocationReason {
    KeyCompromise,
    AffiliationChanged,
    Superseded,
    CessationOfOperation,
    PrivilegeWithdrawn,
}

impl RevocationReason {
    pub const ALL: [Self; 5] = [
        Self::KeyCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::PrivilegeWithdrawn,
    ];

    /// The CRLReason value.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::KeyCompromise => 1,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::PrivilegeWithdrawn => 9,
        }
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::KeyCompromise => "keyCompromise",
            Self::AffiliationChanged => "affiliationChanged",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessationOfOperation",
            Self::PrivilegeWithdrawn => "privilegeWithdrawn",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// A serial that CRLs list until after its notAfter. Key: (issuer, serial).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokedSerial {
    pub issuer: IssuerName,
    pub serial: Vec<u8>,
    pub partition: u32,
    pub revoked_at: Timestamp,
    pub reason: Option<RevocationReason>,
    pub not_after: Timestamp,
}

/// Whether a CRL is an intent or signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CrlState {
    Recorded,
    Signed,
    /// The signature never came or never verified; its number is not used again.
    Abandoned,
}

impl CrlState {
    pub const ALL: [Self; 3] = [Self::Recorded, Self::Signed, Self::Abandoned];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Signed => "signed",
            Self::Abandoned => "abandoned",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A CRL, from its intent on. Key: (issuer, partition, number); numbers rise (I12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationList {
    pub issuer: IssuerName,
    pub partition: u32,
    pub number: i64,
    pub state: CrlState,
    pub tbs: Vec<u8>,
    pub tbs_sha256: [u8; 32],
    /// The signed list; empty until then.
    pub der: Vec<u8>,
    pub this_update: Timestamp,
    pub next_update: Timestamp,
    /// Number of entries.
    pub entries: u32,
    pub boot: BootId,
}
