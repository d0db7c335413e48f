//! A proof that its holder disowns takes those along that other orders took over from it
//! (flows 5.3): whoever answered for one of them answered for all. The first fall in the unit of
//! the word itself; a job sees to the rest, and to one that was taken over at the same moment.

use async_trait::async_trait;

use super::MailboxControl;
use crate::{
    domain::{
        aggregate::Changed,
        id::{JobId, MailboxId},
        job::{Job, JobKind, NewJob},
        mailbox::{MailboxState, MailboxValidation},
        notification::{Notification, Topic},
        refusal::Refused,
        timestamp::Timestamp,
        unit::Unit,
    },
    policy::access::SystemScope,
    ports::entropy::random,
    services::{
        jobs::{self, JobHandler},
        request::{Stopped, decide},
    },
};

const SYSTEM: SystemScope = SystemScope::new("disowned");
/// Proofs that fall in one unit.
const AT_ONCE: u32 = 50;

/// One that falls with the proof it rests on.
pub(super) struct Fallen {
    mailbox: Changed<MailboxValidation>,
    line: Changed<Notification>,
}

impl Fallen {
    pub(super) fn join(self, unit: Unit) -> Unit {
        unit.change(self.mailbox).change(self.line)
    }
}

/// From when on nothing of it is confirmed: the clock may have been set back since.
pub(super) fn said(proof: &MailboxValidation, now: Timestamp) -> Timestamp {
    proof
        .confirmed_at
        .map_or(now, |confirmed| confirmed.max(now))
}

/// Stops the orders that took a disowned proof over.
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

    /// The job of a proof that was disowned at `said`; belongs to the unit that records it.
    pub(super) fn stop_reused(&self, proof: MailboxId, said: Timestamp) -> Result<NewJob, Stopped> {
        Ok(NewJob {
            id: JobId::new(said, random(&*self.0.entropy)?),
            kind: JobKind::DisownReused,
            object: proof.to_string(),
            slot: said.millis().to_string(),
            // Due whatever the clock says afterwards.
            due: Timestamp::EPOCH,
        })
    }

    /// The first of those that rest on the proof as it was confirmed until `said`, stopped, each
    /// with the line that its owner reads.
    pub(super) async fn reusing(
        &self,
        proof: MailboxId,
        said: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Fallen>, Stopped> {
        let mailboxes = &self.0.mailboxes;
        let found = mailboxes.mailboxes_reusing(proof, said, AT_ONCE).await?;
        let stopped = found
            .into_iter()
            .filter_map(|reusing| reusing.disown_with(proof, now));
        stopped
            .map(|mailbox| {
                let line = self.line(Topic::MailboxDisowned, &mailbox, now)?;
                Ok(Fallen { mailbox, line })
            })
            .collect()
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
        let mut fallen = self.0.reusing(proof, said, now).await?.into_iter();
        let Some(first) = fallen.next() else {
            return Ok(jobs::nothing_to_do(store, job).await?);
        };
        let unit = Unit::of(SYSTEM.caller(), now, first.mailbox).change(first.line);
        let unit = fallen.fold(unit, |unit, one| one.join(unit));
        store.commit(unit.ends_job(jobs::again(job, now))).await?;
        Ok(())
    }
}
