//! Validations that must not be relied on while valid certificates rest on them, over all owners:
//! for the CA's people and its alarm. What an owner sees of its own is not here.

use std::ops::Range;

use async_trait::async_trait;

use super::{Page, StoreError};
use crate::{
    domain::{aggregate::Loaded, subject_data::SubjectData, timestamp::Timestamp},
    policy::access::ReadScope,
};

/// A data set with what rests on it.
#[derive(Clone, Debug)]
pub struct DoubtedData {
    pub data: Loaded<SubjectData>,
    /// Certificates that are valid.
    pub certificates: u64,
}

/// A validation on which at least one valid certificate rests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unrevoked {
    /// `sd_…` or `eml_…`.
    pub id: String,
    /// Since when it must not be relied on.
    pub since: Timestamp,
}

#[async_trait]
pub trait EndedValidations: Send + Sync {
    /// Data that are stopped, and data in doubt that have ended and on which certificates rest
    /// that are valid at `at`. The newest doubt first: the page's time is that of the doubt.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn doubted_data(
        &self,
        scope: &ReadScope,
        at: Timestamp,
        page: &Page,
    ) -> Result<Vec<DoubtedData>, StoreError>;

    /// Data whose doubt was raised in this span and on which certificates rest that are valid at
    /// `at`; the oldest doubt first, at most `limit`.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn unrevoked_data(
        &self,
        doubted: Range<Timestamp>,
        at: Timestamp,
        limit: u32,
    ) -> Result<Vec<Unrevoked>, StoreError>;

    /// The same of mailboxes that two people invalidated or their holders disowned, with what was
    /// taken over from them.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn unrevoked_mailboxes(
        &self,
        ended: Range<Timestamp>,
        at: Timestamp,
        limit: u32,
    ) -> Result<Vec<Unrevoked>, StoreError>;
}
