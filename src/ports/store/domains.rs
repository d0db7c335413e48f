//! Proofs of control over domains, reading.

use async_trait::async_trait;

use super::{Page, StoreError};
use crate::{
    domain::{
        aggregate::Loaded, domain_control::DomainControl, id::DomainControlId, owner::Owner,
        timestamp::Timestamp,
    },
    policy::access::ReadScope,
};

#[async_trait]
pub trait DomainControls: Send + Sync {
    /// # Errors
    /// When the database cannot answer.
    async fn domain_control(
        &self,
        scope: &ReadScope,
        id: DomainControlId,
    ) -> Result<Option<Loaded<DomainControl>>, StoreError>;

    /// Newest first.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn domain_controls(
        &self,
        scope: &ReadScope,
        page: &Page,
    ) -> Result<Vec<Loaded<DomainControl>>, StoreError>;

    /// Whether so many values of just this owner wait for their record at `now`.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn has_pending_domains(
        &self,
        owner: &Owner,
        now: Timestamp,
        count: u32,
    ) -> Result<bool, StoreError>;
}
