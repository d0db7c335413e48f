//! Control of the mailbox to be certified (flows 5): set, send again, confirm, look.
//!
//! The code is never an answer here. It is derived when the outbox renders the mail; a frontend
//! only passes on what the holder typed. Nothing that reads can confirm.

use std::sync::Arc;

use crate::{
    domain::{
        aggregate::{Changed, Loaded, Version},
        id::{MailboxId, NotificationId, OrderId},
        mail::{MailKind, QueuedMail},
        mailbox::{
            FreshSeed, MailAddress, MailboxStatus, MailboxValidation, Method,
            address_use::AddressUse,
            allowance::{Allowance, Hour},
        },
        notification::{Notification, Topic},
        order::Order,
        owner::Owner,
        refusal::Refused,
        terms::Terms,
        timestamp::Timestamp,
        unit::Unit,
    },
    policy::{
        access::{ReadScope, SystemScope},
        mailbox_code::CodeKey,
        warnings::Warnings,
    },
    ports::{
        clock::Clock,
        entropy::{Entropy, random},
        store::{
            Store,
            registration::{Mailboxes, Orders, SubjectDataSets},
        },
    },
    services::{known_domains::KnownDomains, order_mail, request::Stopped, screening::Screening},
};

mod by_domain;
pub(in crate::services) mod carry;
mod confirm;
mod disowned;
mod expiry;
mod falling;
mod proof;
mod reused;
mod send;
mod voiding;

pub use by_domain::{DomainWish, MailboxesByDomain};
pub use confirm::{Holder, PublicView, Says};
pub use disowned::DisownedView;
pub use reused::ReusedSweep;
pub use send::AddressSet;

/// On the public page the code, not an identity, is what lets the holder act.
const SYSTEM: SystemScope = SystemScope::new("confirm");

/// What mailbox control needs; wired once.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub orders: Arc<dyn Orders>,
    pub data: Arc<dyn SubjectDataSets>,
    pub mailboxes: Arc<dyn Mailboxes>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub key: Arc<CodeKey>,
    pub domains: Arc<KnownDomains>,
    pub warnings: Arc<Warnings>,
    pub screening: Arc<Screening>,
    /// How many codes go out in an hour.
    pub allowance: Allowance,
    /// How long things may take, as the CA has chosen.
    pub terms: Terms,
}

/// The service.
#[derive(Clone)]
pub struct MailboxControl(Arc<Parts>);

/// How a validation stands, for its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailboxView {
    pub id: MailboxId,
    pub status: MailboxStatus,
    pub address: MailAddress,
    pub method: Method,
    pub sent_at: Option<Timestamp>,
    /// When the code that is out expires.
    pub expires_at: Timestamp,
    pub attempts_left: u8,
    pub confirmed_at: Option<Timestamp>,
    /// When a confirmed address must be confirmed again.
    pub valid_until: Option<Timestamp>,
}

impl MailboxView {
    fn of(mailbox: &MailboxValidation, now: Timestamp) -> Self {
        Self {
            id: mailbox.id,
            status: mailbox.status(now),
            address: mailbox.address.clone(),
            method: mailbox.method,
            sent_at: mailbox.sent_at,
            expires_at: mailbox.code.ends(),
            attempts_left: mailbox.attempts_left(),
            confirmed_at: mailbox.confirmed_at,
            valid_until: mailbox.confirmed_at.map(|_| mailbox.carries_until()),
        }
    }
}

impl MailboxControl {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The validation of an order, with the order's version; `None` before an address is set.
    ///
    /// # Errors
    /// 404 when the order is not in scope.
    pub async fn read(
        &self,
        scope: &ReadScope,
        order: OrderId,
    ) -> Result<(Version, Option<MailboxView>), Refused> {
        let now = self.0.clock.now();
        let order = self.order(scope, order).await?;
        let mailbox = self.mailbox_of(&order).await?;
        let view = mailbox.map(|mailbox| MailboxView::of(&mailbox, now));
        Ok((order.version(), view))
    }

    async fn order(&self, scope: &ReadScope, id: OrderId) -> Result<Loaded<Order>, Refused> {
        let order = self.0.orders.order(scope, id).await?;
        order.ok_or_else(Refused::not_found)
    }

    async fn mailbox_of(
        &self,
        order: &Order,
    ) -> Result<Option<Loaded<MailboxValidation>>, Refused> {
        match order.mailbox {
            Some(id) => Ok(self.0.mailboxes.mailbox(id).await?),
            None => Ok(None),
        }
    }

    /// Counts the mail against the address's limit over all owners, and holds it against what the
    /// owner, its frontend and the mail domain have left of this hour. Which of them is used up is
    /// for the operator to know.
    async fn count(
        &self,
        unit: Unit,
        owner: &Owner,
        address: &MailAddress,
        now: Timestamp,
    ) -> Result<Unit, Stopped> {
        let hour = Hour::of(now);
        if let Some(limit) = self.used_up(owner, address, hour).await? {
            too_many(limit);
            return Err(hour.used_up(now).into());
        }
        let known = self.0.mailboxes.address_use(&address.abuse_key()).await?;
        let counted = match known {
            Some(known) => known.another(now).inspect_err(|_| too_many("address"))?,
            None => AddressUse::first(address, now),
        };
        Ok(unit.change(counted))
    }

    /// The allowance of the hour that has nothing left.
    async fn used_up(
        &self,
        owner: &Owner,
        address: &MailAddress,
        hour: Hour,
    ) -> Result<Option<&'static str>, Stopped> {
        let (mailboxes, most) = (&self.0.mailboxes, self.0.allowance);
        let since = hour.begins();
        let for_owner = mailboxes.has_mailed_for(owner, since, most.owner);
        if for_owner.await? {
            return Ok(Some("owner"));
        }
        let by_frontend = mailboxes.has_mailed_by(&owner.ra, since, most.frontend);
        if by_frontend.await? {
            return Ok(Some("frontend"));
        }
        let to_domain = mailboxes.has_mailed_to(address.domain(), since, most.domain);
        Ok(to_domain.await?.then_some("domain"))
    }

    /// Refuses an address whose mailbox is thrown away, by the list in force.
    fn require_lasting(&self, address: &MailAddress) -> Result<(), Refused> {
        if self.0.domains.current().is_disposable(address) {
            Err(Refused::unacceptable("email-disposable"))
        } else {
            Ok(())
        }
    }

    fn seed(&self, id: MailboxId, address: &MailAddress) -> Result<FreshSeed, Stopped> {
        let nonce = random(&*self.0.entropy)?;
        Ok(self.0.key.seed(id, address, nonce))
    }

    fn mail(
        &self,
        kind: MailKind,
        order: &Order,
        mailbox: &MailboxValidation,
        object: String,
        now: Timestamp,
    ) -> Result<QueuedMail, Stopped> {
        let (entropy, address) = (&*self.0.entropy, mailbox.address.as_str());
        Ok(order_mail::about(
            order, kind, object, address, entropy, now,
        )?)
    }

    fn notify(
        &self,
        unit: Unit,
        topic: Topic,
        mailbox: &MailboxValidation,
        now: Timestamp,
    ) -> Result<Unit, Stopped> {
        Ok(unit.change(self.line(topic, mailbox, now)?))
    }

    /// A line in the owner's notifications.
    fn line(
        &self,
        topic: Topic,
        mailbox: &MailboxValidation,
        now: Timestamp,
    ) -> Result<Changed<Notification>, Stopped> {
        let id = NotificationId::new(now, random(&*self.0.entropy)?);
        let (owner, order) = (mailbox.owner.clone(), Some(mailbox.order));
        Ok(Notification::raise(
            id, owner, topic, order, mailbox.id, now,
        ))
    }
}

fn too_many(limit: &'static str) {
    metrics::counter!("chancery_codes_refused_total", "limit" => limit).increment(1);
}
