//! What is known of subscribers' keys, over all owners.

use async_trait::async_trait;

use super::{Page, StoreError};
use crate::domain::{
    id::CertificateId,
    owner::Owner,
    subject_key::{BlockedKey, Fingerprint},
};

/// Facts about one key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyFacts {
    /// On the list of keys that are never certified again.
    pub blocked: bool,
    /// An mTLS identity of the registry is known by it.
    pub of_identity: bool,
    /// To whom it belongs.
    pub holder: Option<Owner>,
}

#[async_trait]
pub trait SubjectKeyFacts: Send + Sync {
    /// `spki_sha256` is of the key's canonical wrapping, by which identities are known.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn key_facts(
        &self,
        fingerprint: &Fingerprint,
        spki_sha256: &[u8; 32],
    ) -> Result<KeyFacts, StoreError>;

    /// # Errors
    /// When the database cannot answer.
    async fn blocked_key(
        &self,
        fingerprint: &Fingerprint,
    ) -> Result<Option<BlockedKey>, StoreError>;

    /// The block list, newest first.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn blocked_keys(&self, page: &Page) -> Result<Vec<BlockedKey>, StoreError>;

    /// Certificates that carry the key, expired and revoked ones too, newest first.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn certificates_of_key(
        &self,
        fingerprint: &Fingerprint,
        limit: u32,
    ) -> Result<Vec<CertificateId>, StoreError>;
}
