//! Control of a mailbox that ends before its order is activated: owner and holder are told before
//! (flows 3.8), the owner and its programs that it has. Nothing waits for that: it follows from the
//! row and the clock wherever it matters.

use async_trait::async_trait;

use super::MailboxControl;
use crate::{
    domain::{
        id::{JobId, MailboxId},
        job::{Job, JobKind, NewJob},
        mail::MailKind,
        mailbox::{MailboxState, MailboxValidation},
        notification::Topic,
        order::OrderState,
        refusal::Refused,
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
        request::{Stopped, decide},
    },
};

const SYSTEM: SystemScope = SystemScope::new("timer");

impl MailboxControl {
    /// The timer of a validation that is good from now on.
    pub(super) fn timer(
        &self,
        mailbox: &MailboxValidation,
        now: Timestamp,
    ) -> Result<NewJob, Stopped> {
        Ok(NewJob {
            id: JobId::new(now, random(&*self.0.entropy)?),
            kind: JobKind::MailboxExpiry,
            object: mailbox.id.to_string(),
            slot: slot(mailbox),
            due: warnings::first(mailbox.carries_until(), &self.0.warnings.mailbox),
        })
    }

    async fn warn(&self, id: MailboxId, job: &Job) -> Result<(), Stopped> {
        let (now, store) = (self.0.clock.now(), self.0.store.as_ref());
        let mailbox = self.0.mailboxes.mailbox(id).await?;
        // The timer of an earlier confirmation ends: the present one has its own.
        let mailbox = mailbox.filter(|mailbox| job.slot == slot(mailbox));
        let Some(mailbox) = mailbox.filter(|mailbox| mailbox.state == MailboxState::Verified)
        else {
            return Ok(jobs::nothing_to_do(store, job).await?);
        };
        let order = self.0.orders.order(&SYSTEM.read(), mailbox.order).await?;
        let order = order.filter(|order| order.mailbox == Some(id));
        let live = order.filter(|order| order.state.is_live() && !order.is_over(now));
        let Some(order) = live else {
            return Ok(jobs::nothing_to_do(store, job).await?);
        };
        // An activation that is refused opens its order again.
        if order.state == OrderState::Submitted {
            return Ok(jobs::put_off(store, job, now.plus(days(1))).await?);
        }
        let until = mailbox.carries_until();
        let told = |topic| {
            let unit = Unit::of(SYSTEM.caller(), now, self.line(topic, &mailbox, now)?);
            let unit = unit.rests_on(Aggregate::Order, order.id, order.version());
            Ok::<_, Stopped>(unit.rests_on(Aggregate::Mailbox, id, mailbox.version()))
        };
        if now >= until {
            let unit = told(Topic::MailboxLapsed)?;
            store.commit(unit.ends_job(jobs::done(job))).await?;
            return Ok(());
        }
        let next = match warnings::standing(until, &self.0.warnings.mailbox, now) {
            Standing::Early { first } => return Ok(jobs::put_off(store, job, first).await?),
            Standing::Due { next } => next.unwrap_or(until),
        };
        let unit = told(Topic::MailboxLapsing)?.ends_job(jobs::again(job, next));
        let kind = MailKind::MailboxLapsing;
        let mail = self.mail(kind, &order, &mailbox, id.to_string(), now)?;
        store.commit(mail.join(unit)).await?;
        Ok(())
    }
}

/// One timer for each confirmation.
fn slot(mailbox: &MailboxValidation) -> String {
    let confirmed = mailbox.confirmed_at.map(Timestamp::millis);
    format!("confirmed-{}", confirmed.unwrap_or_default())
}

#[async_trait]
impl JobHandler for MailboxControl {
    async fn run(&self, job: &Job) -> Result<(), Refused> {
        let id = job.object.parse().map_err(|_| Refused::not_found())?;
        decide(|| self.warn(id, job)).await
    }
}
