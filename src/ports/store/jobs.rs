//! Jobs, reading: how background work stands.

use async_trait::async_trait;

use super::{Page, StoreError};
use crate::domain::{
    id::JobId,
    job::{JobKind, JobState, Standing},
    timestamp::Timestamp,
};

/// Which jobs.
#[derive(Clone, Copy, Debug)]
pub struct Sought {
    /// `None`: of every kind.
    pub kind: Option<JobKind>,
    /// `None`: all that have not ended.
    pub state: Option<JobState>,
    /// By which `due` and the leases are judged.
    pub now: Timestamp,
}

#[async_trait]
pub trait Jobs: Send + Sync {
    /// One job; one that has ended until it is forgotten.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn job(&self, id: JobId) -> Result<Option<Standing>, StoreError>;

    /// Newest first. Jobs have no owner: who asks is of the house.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn jobs(&self, sought: &Sought, page: &Page) -> Result<Vec<Standing>, StoreError>;
}
