//! A proof that its holder disowns takes those along that other orders took over from it
//! (flows 5.3): whoever answered for one of them answered for all. The first fall in the unit of
//! the word itself; a job sees to the rest, and to one that was taken over at the same moment.

use async_trait::async_trait;

use super::{
    MailboxControl,
    falling::{Falling, SYSTEM, said},
};
use crate::{
    domain::{
        id::MailboxId,
        job::Job,
        mailbox::{MailboxState, MailboxValidation},
        refusal::Refused,
        timestamp::Timestamp,
    },
    services::{
        jobs::{self, JobHandler},
        request::{Stopped, decide},
    },
};

/// Stops the orders that took a disowned or invalid proof over.
pub struct ReusedSweep(pub MailboxControl);

impl MailboxControl {
    /// Whether another order's proof rests on this one.
    pub(super) async fn carries(
        &self,
        mailbox: &MailboxValidation,
        now: Timestamp,
    ) -> Result<bool, Refused> {
        // Only for one that its own order uses no longer does it matter.
        if mailbox.state != MailboxState::Superseded {
            return Ok(false);
        }
        let mailboxes = &self.0.mailboxes;
        let said = said(mailbox, now);
        let one = mailboxes.mailboxes_reusing(mailbox.id, said, 1).await?;
        Ok(!one.is_empty())
    }
}

#[async_trait]
impl JobHandler for ReusedSweep {
    async fn run(&self, job: &Job) -> Result<(), Refused> {
        let proof = job.object.parse().map_err(|_| Refused::not_found())?;
        decide(|| self.step(proof, job)).await
    }
}

impl ReusedSweep {
    async fn step(&self, proof: MailboxId, job: &Job) -> Result<(), Stopped> {
        let parts = &self.0.0;
        let (now, store) = (parts.clock.now(), parts.store.as_ref());
        let said = job.slot.parse().map(Timestamp::from_millis);
        let said = said.map_err(|_| Refused::not_found())?;
        let ended = parts.mailboxes.mailbox(proof).await?;
        let is_void = ended.is_some_and(|proof| proof.invalidation().is_some());
        let unit = if is_void {
            let voided = self.0.void_reusing(SYSTEM.caller(), proof, now);
            voided.await?
        } else {
            let nothing = Falling::default();
            let falling = self.0.reusing(nothing, proof, said, now).await?;
            falling.unit(SYSTEM.caller(), now)
        };
        let Some(unit) = unit else {
            return Ok(jobs::nothing_to_do(store, job).await?);
        };
        store.commit(unit.ends_job(jobs::again(job, now))).await?;
        Ok(())
    }
}
