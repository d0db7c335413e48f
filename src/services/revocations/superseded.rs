//! A certificate that another has taken the place of ends when its overlap is over (flows 3.6):
//! revoked as superseded, its users reminded before. One that was revoked or has expired
//! meanwhile needs nothing any more.

use async_trait::async_trait;

use super::{Revocations, SYSTEM, Wish, count};
use crate::{
    domain::{
        certificate::{Certificate, Replaced},
        id::NotificationId,
        job::Job,
        mail::MailKind,
        notification::{Notification, Topic},
        owner::ActingFor,
        refusal::Refused,
        timestamp::Timestamp,
        unit::{Aggregate, Unit},
    },
    pkix::tbs_cert_list::CrlReason,
    policy::warnings::{self, Standing},
    ports::entropy::random,
    services::{
        jobs::{self, JobHandler},
        order_mail,
        request::{Stopped, decide},
    },
};

/// In whose name it is revoked.
const BY: &str = "reissue";

/// Ends replaced certificates.
pub struct SupersededSweep(pub Revocations);

#[async_trait]
impl JobHandler for SupersededSweep {
    async fn run(&self, job: &Job) -> Result<(), Refused> {
        decide(|| self.step(job)).await
    }
}

impl SupersededSweep {
    async fn step(&self, job: &Job) -> Result<(), Stopped> {
        let (parts, now) = (&self.0.0, self.0.0.clock.now());
        let store = parts.store.as_ref();
        let id = job.object.parse().map_err(|_| Refused::not_found())?;
        let record = parts.stored.certificate(&SYSTEM.read(), id).await?;
        let valid = record
            .filter(|record| record.revoked.is_none() && now <= record.certificate.not_after)
            .and_then(|record| Some((record.certificate, record.replaced?)));
        let Some((old, by)) = valid else {
            return Ok(jobs::nothing_to_do(store, job).await?);
        };
        if now >= by.until {
            return self.end(&old, job, now).await;
        }
        match warnings::standing(by.until, &warnings::SUPERSEDED, now) {
            Standing::Early { first } => Ok(jobs::put_off(store, job, first).await?),
            Standing::Due { .. } => self.remind(&old, by, job, now).await,
        }
    }

    async fn end(&self, old: &Certificate, job: &Job, now: Timestamp) -> Result<(), Stopped> {
        let wish = Wish {
            reason: None,
            compromised_at: None,
            note: None,
            acting_for: ActingFor::default(),
        };
        let reason = CrlReason::Superseded;
        let (changed, entry, publication) = self.0.record(BY, &wish, reason, old, now)?;
        let unit = Unit::of(SYSTEM.caller(), now, changed)
            .change(entry)
            .job(publication)
            .ends_job(jobs::done(job))
            .reserved();
        self.0.0.store.commit(unit).await?;
        count(reason, 1);
        Ok(())
    }

    /// Told once: the job comes again when the time is over.
    async fn remind(
        &self,
        old: &Certificate,
        by: Replaced,
        job: &Job,
        now: Timestamp,
    ) -> Result<(), Stopped> {
        let parts = &self.0.0;
        let entropy = parts.entropy.as_ref();
        let order = parts.orders.order(&SYSTEM.read(), old.order).await?;
        let order = order.ok_or_else(Refused::not_found)?;
        let line = Notification::raise(
            NotificationId::new(now, random(entropy)?),
            order.owner.clone(),
            Topic::SupersededEnding,
            Some(order.id),
            old.id,
            now,
        );
        let unit = Unit::of(SYSTEM.caller(), now, line)
            .rests_on(Aggregate::Order, order.id, order.version())
            .ends_job(jobs::again(job, by.until));
        let recipients = order_mail::affected(&order, &old.mailbox);
        let (kind, new) = (MailKind::SupersededEnding, by.certificate);
        let mails = order_mail::each(&order, kind, new, recipients, entropy, now)?;
        parts.store.commit(order_mail::join(unit, mails)).await?;
        Ok(())
    }
}
