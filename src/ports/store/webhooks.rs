//! Webhooks, reading. One that was deleted is not there.

use async_trait::async_trait;

use super::{Page, StoreError};
use crate::{
    domain::{aggregate::Loaded, id::WebhookId, owner::Owner, webhook::Webhook},
    policy::access::ReadScope,
};

#[async_trait]
pub trait Webhooks: Send + Sync {
    /// # Errors
    /// When the database cannot answer.
    async fn webhook(
        &self,
        scope: &ReadScope,
        id: WebhookId,
    ) -> Result<Option<Loaded<Webhook>>, StoreError>;

    /// Newest first.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn webhooks(
        &self,
        scope: &ReadScope,
        page: &Page,
    ) -> Result<Vec<Loaded<Webhook>>, StoreError>;

    /// Those of just this owner, at most `limit`.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn webhooks_of(
        &self,
        owner: &Owner,
        limit: u32,
    ) -> Result<Vec<Loaded<Webhook>>, StoreError>;

    /// Active ones that may be told of what these owners are told.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn listening(&self, owners: &[Owner]) -> Result<Vec<Loaded<Webhook>>, StoreError>;
}
