//! What is known of keys, over all holders.

use async_trait::async_trait;

use super::{Page, StoreError};
use crate::domain::{
    id::CertificateId,
    subject_key::{BlockedKey, Fingerprint, Holder},
    timestamp::Timestamp,
};

/// Facts about one key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyFacts {
    /// On the list of keys that are never certified again.
    pub blocked: bool,
    /// To whom it belongs.
    pub holder: Option<Holder>,
}

#[async_trait]
pub trait SubjectKeyFacts: Send + Sync {
    /// # Errors
    /// When the database cannot answer.
    async fn key_facts(&self, fingerprint: &Fingerprint) -> Result<KeyFacts, StoreError>;

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

    /// Certificates that carry the key and are neither revoked nor expired at `now`, at most
    /// `limit`.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn valid_certificates_of_key(
        &self,
        fingerprint: &Fingerprint,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<CertificateId>, StoreError>;

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
