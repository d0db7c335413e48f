//! Delegated OCSP signing certificates.

use async_trait::async_trait;

use super::StoreError;
use crate::domain::{
    aggregate::Loaded, id::BootId, intent::IssuerName, responder::Responder, timestamp::Timestamp,
};

#[async_trait]
pub trait Responders: Send + Sync {
    /// The newest certificate of the issuer's responder that was issued and is valid at `now`.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn current(
        &self,
        issuer: &IssuerName,
        now: Timestamp,
    ) -> Result<Option<Loaded<Responder>>, StoreError>;

    /// Recorded ones whose signature will not come: of boots whose lease has ended (on SQLite: of
    /// any boot but `own`), and of `own`, whose caller signs none now. At most `limit`.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn unsettled_responders(
        &self,
        own: BootId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Loaded<Responder>>, StoreError>;

    /// Those of all issuers that are valid at `now`, the newest first, at most 100: few live at
    /// one time.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn valid_responders(&self, now: Timestamp) -> Result<Vec<Loaded<Responder>>, StoreError>;
}
