//! The early look when an address is set (flows 5.10): its owner learns at once what an activation
//! would be refused for. It permits nothing by itself and stops nothing.

use std::sync::Arc;

use async_trait::async_trait;

use super::{CaaChecks, Reach};
use crate::{
    domain::{
        aggregate::Changed,
        caa::Verdict,
        id::{MailboxId, NotificationId},
        job::Job,
        mailbox::{MailboxState, MailboxValidation},
        notification::{Notification, Topic},
        refusal::Refused,
        unit::Unit,
    },
    policy::{access::SystemScope, caa},
    ports::{entropy::random, store::registration::Mailboxes},
    services::{
        jobs::{self, JobHandler},
        request::{Stopped, decide},
    },
};

/// Tries while the resolvers are silent; an activation asks anyhow.
const TRIES: u32 = 3;

/// Who gives it.
pub struct Advice {
    pub checks: CaaChecks,
    pub mailboxes: Arc<dyn Mailboxes>,
}

impl Advice {
    async fn advise(&self, id: MailboxId, job: &Job) -> Result<(), Stopped> {
        let parts = &self.checks.0.parts;
        let (store, system) = (parts.store.as_ref(), SystemScope::new("caa"));
        let mailbox = self.mailboxes.mailbox(id).await?;
        let mailbox = mailbox.filter(|mailbox| mailbox.state != MailboxState::Superseded);
        let domain = mailbox.as_ref().and_then(|m| caa::domain_of(&m.address));
        let (Some(mailbox), Some(domain)) = (mailbox, domain) else {
            return Ok(jobs::nothing_to_do(store, job).await?);
        };
        let found = self
            .checks
            .finding(&system.caller(), &domain, Reach::Own)
            .await?;
        let topic = match found.verdict {
            Verdict::Forbidden => Topic::CaaForbids,
            Verdict::Unknowable => Topic::CaaLookupFailed,
            Verdict::Unavailable if job.attempts < TRIES => {
                return Err(Refused::unavailable("caa-unavailable", found.reason).into());
            }
            Verdict::Permitted | Verdict::Unavailable => {
                return Ok(jobs::nothing_to_do(store, job).await?);
            }
        };
        let told = self.told(topic, &mailbox)?;
        let unit = Unit::of(system.caller(), parts.clock.now(), told);
        store.commit(unit.ends_job(jobs::done(job))).await?;
        Ok(())
    }

    fn told(
        &self,
        topic: Topic,
        mailbox: &MailboxValidation,
    ) -> Result<Changed<Notification>, Stopped> {
        let parts = &self.checks.0.parts;
        let now = parts.clock.now();
        let id = NotificationId::new(now, random(parts.entropy.as_ref())?);
        let (owner, order) = (mailbox.owner.clone(), Some(mailbox.order));
        Ok(Notification::raise(
            id, owner, topic, order, mailbox.id, now,
        ))
    }
}

#[async_trait]
impl JobHandler for Advice {
    async fn run(&self, job: &Job) -> Result<(), Refused> {
        let id = job.object.parse().map_err(|_| Refused::not_found())?;
        decide(|| self.advise(id, job)).await
    }
}
