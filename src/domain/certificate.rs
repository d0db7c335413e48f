//! An issued certificate. Its fields are frozen at issuance; revocation is another row.

use super::{
    id::{ActivationId, CertificateId, OrderId},
    intent::IssuerName,
    owner::Owner,
    product::ProductCode,
    subject_key::Fingerprint,
    timestamp::Timestamp,
};

/// A certificate whose place another has taken (flows 3.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replaced {
    pub certificate: CertificateId,
    /// When it is revoked as superseded, unless it has ended before.
    pub until: Timestamp,
}

/// A certificate as stored; immutable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    pub id: CertificateId,
    pub issuer: IssuerName,
    pub serial: Vec<u8>,
    pub partition: u32,
    pub owner: Owner,
    pub order: OrderId,
    pub activation: ActivationId,
    /// The certificate of the same order that this one takes the place of.
    pub replaces: Option<Replaced>,
    pub product: ProductCode,
    pub der: Vec<u8>,
    pub sha256: [u8; 32],
    pub spki_sha256: [u8; 32],
    pub key_fingerprint: Fingerprint,
    /// Subject in RFC 4514 order for people.
    pub subject: String,
    pub mailbox: String,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    pub issued_at: Timestamp,
}
