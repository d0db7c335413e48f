//! The timer of an order, one from its first day to the end of its certificate (flows 3.1, 3.8):
//! its owner is told before the window for activation ends, an order that nobody activates
//! lapses, and its owner and the certificate's holder are told before it ends and that it has: the
//! owner and its programs at the end, the holder by mail a day later.
//!
//! A late timer makes nothing right or wrong: what has ended is judged wherever it matters; here
//! it is recorded and told.

use std::time::Duration;

use async_trait::async_trait;

use super::Orders;
use crate::{
    domain::{
        aggregate::{Changed, Loaded},
        certificate::Certificate,
        id::{JobId, NotificationId, OrderId},
        job::{Job, JobEnd, JobKind, NewJob},
        mail::{MailKind, QueuedMail},
        mailbox::MailboxValidation,
        notification::{Notification, Topic},
        order::{Order, OrderState},
        product::ProductCode,
        refusal::Refused,
        subject_data::{SubjectData, SubjectDataState},
        timestamp::{Timestamp, days},
        unit::{Aggregate, Unit},
    },
    policy::{
        access::SystemScope,
        warnings::{self, Standing},
    },
    ports::entropy::random,
    services::{
        jobs::{self, JobHandler},
        order_mail, readiness,
        request::{Stopped, decide},
    },
};

/// Days after its end at which the holder of a certificate is told that it has ended.
const TOLD_AFTER: u32 = 1;

/// The timer of that mail: it is made when the end itself is told, so that each is said once.
const AFTER_END: &str = "after-end";

/// A certificate holds to the last second it names (RFC 5280 4.1.2.5).
const SECOND: Duration = Duration::from_secs(1);

const SYSTEM: SystemScope = SystemScope::new("timer");

impl Orders {
    /// The timer of a new order.
    pub(super) fn timer(&self, order: &Order, now: Timestamp) -> Result<NewJob, Stopped> {
        let warning = warnings::first(order.window_ends, &self.0.warnings.order);
        Ok(NewJob {
            id: JobId::new(now, random(self.entropy())?),
            kind: JobKind::OrderTimer,
            object: order.id.to_string(),
            slot: "order".to_owned(),
            due: warning.min(now.plus(self.pause(&order.product))),
        })
    }

    /// How long an open order can be left alone: no certificate that is issued meanwhile is told
    /// to end before that. A day is left for the certificate's backdating.
    fn pause(&self, product: &ProductCode) -> Duration {
        let product = self.0.catalogue.product(product);
        let life = product.map_or(1, |product| product.validity_days);
        let longest = self.0.warnings.certificate.first().copied();
        let longest = longest.unwrap_or_default();
        days(life.saturating_sub(longest + 1).max(1))
    }

    async fn look(&self, id: OrderId, job: &Job) -> Result<(), Stopped> {
        let now = self.0.clock.now();
        let store = self.0.store.as_ref();
        let Some(order) = self.0.orders.order(&SYSTEM.read(), id).await? else {
            return Ok(jobs::nothing_to_do(store, job).await?);
        };
        match order.state {
            OrderState::Open if order.is_over(now) => self.lapse(order, job, now).await,
            OrderState::Open => self.window(order, job, now).await,
            // It will be issued or open again.
            OrderState::Submitted => Ok(jobs::put_off(store, job, now.plus(days(1))).await?),
            OrderState::Issued => self.certificate(order, job, now).await,
            OrderState::Cancelled | OrderState::Rejected | OrderState::Lapsed => {
                Ok(jobs::nothing_to_do(store, job).await?)
            }
        }
    }

    async fn window(&self, order: Loaded<Order>, job: &Job, now: Timestamp) -> Result<(), Stopped> {
        let (ends, store) = (order.window_ends, self.0.store.as_ref());
        let pause = now.plus(self.pause(&order.product));
        match warnings::standing(ends, &self.0.warnings.order, now) {
            Standing::Early { first } => Ok(jobs::put_off(store, job, first.min(pause)).await?),
            Standing::Due { next } => {
                let told = self.line(&order, Topic::OrderLapsing, order.id, now)?;
                // No earlier look: it would tell the same again.
                let due = next.unwrap_or(ends);
                let mailbox = self.mailbox(&order).await?;
                let contact = order_mail::contact(&order, mailbox.as_deref(), now);
                let mails = self.mails(&order, MailKind::OrderLapsing, order.id, contact, now)?;
                let end = jobs::again(job, due);
                self.tell(&order, told, mails, end, now).await
            }
        }
    }

    async fn lapse(&self, order: Loaded<Order>, job: &Job, now: Timestamp) -> Result<(), Stopped> {
        let told = self.line(&order, Topic::OrderLapsed, order.id, now)?;
        let unit = Unit::of(SYSTEM.caller(), now, order.lapse(now)?)
            .change(told)
            .ends_job(jobs::done(job));
        self.0.store.commit(unit).await?;
        Ok(())
    }

    pub(super) async fn mailbox(
        &self,
        order: &Order,
    ) -> Result<Option<Loaded<MailboxValidation>>, Stopped> {
        match order.mailbox {
            Some(id) => Ok(self.0.mailboxes.mailbox(id).await?),
            None => Ok(None),
        }
    }

    /// A certificate that is revoked is told of no more, and one that is renewed for as long.
    async fn certificate(
        &self,
        order: Loaded<Order>,
        job: &Job,
        now: Timestamp,
    ) -> Result<(), Stopped> {
        let store = self.0.store.as_ref();
        let certificate = match order.certificate {
            Some(id) => {
                let certificates = &self.0.certificates;
                certificates.certificate(&SYSTEM.read(), id).await?
            }
            None => None,
        };
        let unrevoked = certificate
            .filter(|record| record.revoked.is_none())
            .map(|record| record.certificate);
        let Some(certificate) = unrevoked else {
            return Ok(jobs::nothing_to_do(store, job).await?);
        };
        let over = certificate.not_after.plus(SECOND);
        if now > certificate.not_after {
            return match job.slot == AFTER_END {
                true => self.told_expired(&order, &certificate, job, now).await,
                false => self.expired(&order, &certificate, job, now).await,
            };
        }
        match warnings::standing(certificate.not_after, &self.0.warnings.certificate, now) {
            Standing::Early { first } => Ok(jobs::put_off(store, job, first).await?),
            // The other certificate can fall while this one is still of use.
            Standing::Due { next } if self.is_renewed(&order).await? => {
                Ok(jobs::put_off(store, job, next.unwrap_or(over)).await?)
            }
            Standing::Due { next } => {
                let (kind, id) = (MailKind::CertificateExpiring, certificate.id);
                let told = self.line(&order, Topic::CertificateExpiring, id, now)?;
                let holders = order_mail::holders(&order, &certificate.mailbox);
                let mails = self.mails(&order, kind, id, holders, now)?;
                let end = jobs::again(job, next.unwrap_or(over));
                self.tell(&order, told, mails, end, now).await
            }
        }
    }

    /// Whether another order has continued the certificate with one of its own that stands.
    async fn is_renewed(&self, order: &Order) -> Result<bool, Refused> {
        let Some(by) = order.renewed_by else {
            return Ok(false);
        };
        let by = self.0.orders.order(&SYSTEM.read(), by).await?;
        match by {
            Some(by) => self.is_continued(&SYSTEM.read(), &by).await,
            None => Ok(false),
        }
    }

    /// The end itself, told once to the owner and its programs; the mail has a timer of its own.
    async fn expired(
        &self,
        order: &Loaded<Order>,
        certificate: &Certificate,
        job: &Job,
        now: Timestamp,
    ) -> Result<(), Stopped> {
        let told = self.line(order, Topic::CertificateExpired, certificate.id, now)?;
        let mail = NewJob {
            id: JobId::new(now, random(self.entropy())?),
            kind: JobKind::OrderTimer,
            object: order.id.to_string(),
            slot: AFTER_END.to_owned(),
            due: certificate.not_after.plus(days(TOLD_AFTER)),
        };
        let unit = Unit::of(SYSTEM.caller(), now, told)
            .rests_on(Aggregate::Order, order.id, order.version())
            .job(mail)
            .ends_job(jobs::done(job));
        self.0.store.commit(unit).await?;
        Ok(())
    }

    /// Who holds a certificate that has ended and was not continued is told once, a day after.
    async fn told_expired(
        &self,
        order: &Loaded<Order>,
        certificate: &Certificate,
        job: &Job,
        now: Timestamp,
    ) -> Result<(), Stopped> {
        let store = self.0.store.as_ref();
        if self.is_renewed(order).await? {
            return Ok(jobs::nothing_to_do(store, job).await?);
        }
        let (kind, id) = (MailKind::CertificateExpired, certificate.id);
        let holders = order_mail::holders(order, &certificate.mailbox);
        let mut mails = self.mails(order, kind, id, holders, now)?.into_iter();
        let Some(first) = mails.next() else {
            return Ok(jobs::nothing_to_do(store, job).await?);
        };
        let unit = first.begin(SYSTEM.caller(), now);
        let unit = order_mail::join(unit, mails);
        store.commit(unit.ends_job(jobs::done(job))).await?;
        Ok(())
    }

    fn mails(
        &self,
        order: &Order,
        kind: MailKind,
        about: impl ToString + Copy,
        recipients: impl IntoIterator<Item = String>,
        now: Timestamp,
    ) -> Result<Vec<QueuedMail>, Stopped> {
        let entropy = self.entropy();
        Ok(order_mail::each(
            order, kind, about, recipients, entropy, now,
        )?)
    }

    /// The order can be activated since days and is not: its mailbox is reminded, as long as
    /// both gates stay open. One that the deny list alone held back is told for the first time.
    async fn remind(&self, id: OrderId, job: &Job) -> Result<(), Stopped> {
        let (now, store) = (self.0.clock.now(), self.0.store.as_ref());
        let order = self.0.orders.order(&SYSTEM.read(), id).await?;
        let order = order.filter(|order| order.state == OrderState::Open && !order.is_over(now));
        let at = job.slot.strip_prefix(readiness::READY);
        let held = at.and_then(|at| at.strip_suffix(readiness::HELD));
        let since = held.or(at).and_then(|at| at.parse().ok());
        let (Some(order), Some(since)) = (order, since.map(Timestamp::from_millis)) else {
            return Ok(jobs::nothing_to_do(store, job).await?);
        };
        let view = self
            .view(&SYSTEM.read(), &order, order.version(), now)
            .await?;
        // It was told again since: those reminders count from then.
        let newest = self.0.orders.newest_ready_slot(id).await?;
        if newest.is_some_and(|newest| newest != job.slot) {
            return Ok(jobs::nothing_to_do(store, job).await?);
        }
        // Data in doubt is relied on again or ended; the deny list can be mended.
        let doubted = |data: &SubjectData| data.state == SubjectDataState::Suspended;
        if view.is_denied || view.data.as_ref().is_some_and(doubted) {
            return Ok(jobs::put_off(store, job, now.plus(days(1))).await?);
        }
        let Some(mailbox) = view.ready() else {
            return Ok(jobs::nothing_to_do(store, job).await?);
        };
        if held.is_some() {
            let (warnings, entropy) = (&self.0.warnings, self.entropy());
            let word = readiness::Word::of(&order, mailbox, warnings, entropy, now)?;
            let unit = word.begin(SYSTEM.caller(), now).ends_job(jobs::done(job));
            store
                .commit(unit.rests_on(Aggregate::Order, id, order.version()))
                .await?;
            return Ok(());
        }
        let (reminders, until) = (&self.0.warnings.ready, order.window_ends);
        let next = warnings::next_after(since, reminders, until, now);
        let (kind, address) = (MailKind::ReadyToActivate, mailbox.address.as_str());
        let mail = order_mail::about(&order, kind, id, address, self.entropy(), now)?;
        let unit = mail
            .begin(SYSTEM.caller(), now)
            .rests_on(Aggregate::Order, id, order.version())
            .ends_job(jobs::next(job, next));
        store.commit(unit).await?;
        Ok(())
    }

    /// A line in the owner's notifications.
    pub(super) fn line(
        &self,
        order: &Order,
        topic: Topic,
        about: impl ToString,
        now: Timestamp,
    ) -> Result<Changed<Notification>, Stopped> {
        Ok(Notification::raise(
            NotificationId::new(now, random(self.entropy())?),
            order.owner.clone(),
            topic,
            Some(order.id),
            about,
            now,
        ))
    }

    /// A warning is told once, and only while the order stands as it was looked at.
    async fn tell(
        &self,
        order: &Loaded<Order>,
        told: Changed<Notification>,
        mails: Vec<QueuedMail>,
        end: JobEnd,
        now: Timestamp,
    ) -> Result<(), Stopped> {
        let unit = Unit::of(SYSTEM.caller(), now, told)
            .rests_on(Aggregate::Order, order.id, order.version())
            .ends_job(end);
        let unit = order_mail::join(unit, mails);
        self.0.store.commit(unit).await?;
        Ok(())
    }
}

#[async_trait]
impl JobHandler for Orders {
    async fn run(&self, job: &Job) -> Result<(), Refused> {
        let id = job.object.parse().map_err(|_| Refused::not_found())?;
        match job.kind {
            JobKind::RemindReady => decide(|| self.remind(id, job)).await,
            _ => decide(|| self.look(id, job)).await,
        }
    }
}
