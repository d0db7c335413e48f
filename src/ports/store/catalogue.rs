//! Mails, notifications, idempotent requests and the audit log, reading.

use std::collections::HashMap;

use async_trait::async_trait;

use super::{Page, StoreError};
use crate::{
    domain::{
        activation::Activation,
        aggregate::Loaded,
        audit::tree::{Hash, Place},
        certificate::Certificate,
        domain_control::DomainControl,
        feed::Told,
        id::{MailId, NotificationId},
        idempotency::{IdempotencyKey, StoredRequest},
        mail::{
            Mail, MailState,
            reminders::{ReminderGroup, Unsubscription},
        },
        mailbox::MailboxValidation,
        notification::{Notification, Tab},
        order::Order,
        revocation::Revocation,
        subject_data::SubjectData,
        timestamp::Timestamp,
    },
    policy::access::ReadScope,
};

/// A mail with everything its text may be about, read in one query.
#[derive(Clone, Debug)]
pub struct MailFacts {
    pub mail: Loaded<Mail>,
    pub order: Option<Loaded<Order>>,
    /// The data the mail is about, else what the order is bound to.
    pub data: Option<Loaded<SubjectData>>,
    /// The validation whose code the mail carries, by which the order is ready, or whose address is to
    /// be certified.
    pub mailbox: Option<Loaded<MailboxValidation>>,
    /// The check that this validation took over, if it did.
    pub proof: Option<Loaded<MailboxValidation>>,
    /// The proof of the domain that the validation rests on, if it rests on one.
    pub domain: Option<Loaded<DomainControl>>,
    /// The certificate the mail delivers or whose end it tells, or which rests on data that ends.
    pub certificate: Option<Certificate>,
    /// The revocation the mail tells of, or by which the certificate has ended already.
    pub revocation: Option<Loaded<Revocation>>,
    /// The activation whose beginning, delay or refusal the mail tells.
    pub activation: Option<Loaded<Activation>>,
    /// The order whose certificate, which stands, continues the one that is said to end or to
    /// have ended.
    pub renewal: Option<Loaded<Order>>,
}

#[async_trait]
pub trait Mails: Send + Sync {
    /// # Errors
    /// When the database cannot answer.
    async fn mail_facts(&self, id: MailId) -> Result<Option<MailFacts>, StoreError>;

    /// # Errors
    /// When the database cannot answer.
    async fn mail(&self, id: MailId) -> Result<Option<Loaded<Mail>>, StoreError>;

    /// # Errors
    /// When the database cannot answer.
    async fn mails(
        &self,
        states: &[MailState],
        page: &Page,
    ) -> Result<Vec<Loaded<Mail>>, StoreError>;

    /// What an address, in its canonical spelling, wished last about a group of reminders.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn unsubscription(
        &self,
        address: &str,
        reminders: ReminderGroup,
    ) -> Result<Option<Loaded<Unsubscription>>, StoreError>;
}

/// A line of an owner's feed, in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedLine {
    /// Position over all logs; rises, and names the line for ever.
    pub pos: i64,
    pub told: Told,
    pub occurred_at: Timestamp,
}

#[async_trait]
pub trait Feed: Send + Sync {
    /// Lines after a position, oldest first. What was not there at an earlier look stands after
    /// all that was.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn feed(
        &self,
        scope: &ReadScope,
        after: i64,
        limit: u32,
    ) -> Result<Vec<FeedLine>, StoreError>;

    /// Position of the last line; 0 when there is none.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn feed_end(&self, scope: &ReadScope) -> Result<i64, StoreError>;
}

#[async_trait]
pub trait Notifications: Send + Sync {
    /// # Errors
    /// When the database cannot answer.
    async fn notifications(
        &self,
        scope: &ReadScope,
        tab: Tab,
        page: &Page,
    ) -> Result<Vec<Loaded<Notification>>, StoreError>;

    /// # Errors
    /// When the database cannot answer.
    async fn notification(
        &self,
        scope: &ReadScope,
        id: NotificationId,
    ) -> Result<Option<Loaded<Notification>>, StoreError>;
}

#[async_trait]
pub trait Requests: Send + Sync {
    /// What is known of an Idempotency-Key.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn request(&self, key: &IdempotencyKey) -> Result<Option<StoredRequest>, StoreError>;

    /// The request that began this act, so that who ends the act later can store its answer.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn request_of_act(&self, act: &str) -> Result<Option<StoredRequest>, StoreError>;
}

/// Where the audit log stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditHead {
    pub log: String,
    pub size: u64,
    pub root: [u8; 32],
    pub last_time: Timestamp,
    pub pos: i64,
}

/// Personal data beside an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditDetail {
    pub salt: [u8; 32],
    /// Canonical; with the salt it has the hash that the entry holds.
    pub json: Vec<u8>,
}

#[async_trait]
pub trait AuditLog: Send + Sync {
    /// The open log's head; `None` before the first entry.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn head(&self) -> Result<Option<AuditHead>, StoreError>;

    /// The head of one log, be it open or not.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn log(&self, name: &str) -> Result<Option<AuditHead>, StoreError>;

    /// Leaves from `from` on, in order, at most `limit`.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn leaves(
        &self,
        log: &str,
        from: u64,
        limit: u32,
    ) -> Result<Vec<(u64, Vec<u8>)>, StoreError>;

    /// Roots of complete subtrees; one that is not there is left out.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn subtrees(
        &self,
        log: &str,
        places: &[Place],
    ) -> Result<HashMap<Place, Hash>, StoreError>;

    /// What stands beside an entry; `None` when nothing does, or it has been erased.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn detail(&self, log: &str, seq: u64) -> Result<Option<AuditDetail>, StoreError>;
}
