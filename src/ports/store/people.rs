//! The registry of identities.

use async_trait::async_trait;

use super::StoreError;
use crate::domain::{
    aggregate::Loaded,
    identity::{Credential, Identity},
    owner::IdentityName,
};

#[async_trait]
pub trait Identities: Send + Sync {
    /// Entries that match any of the credentials; the caller demands exactly one.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn matching(
        &self,
        credentials: &[Credential],
    ) -> Result<Vec<Loaded<Identity>>, StoreError>;

    /// # Errors
    /// When the database cannot answer.
    async fn identity(&self, name: &IdentityName) -> Result<Option<Loaded<Identity>>, StoreError>;

    /// Every entry, by name. The registry is small: frontends and staff.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn identities(&self) -> Result<Vec<Loaded<Identity>>, StoreError>;
}
