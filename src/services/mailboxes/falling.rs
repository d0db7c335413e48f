//! All that stops with a holder's "this was not me" (flows 5.3), besides the proof that it was
//! said of: the check that its order uses by now, and what other orders took over from either,
//! each with the check that its own order uses by now. What is taken over from those is left to
//! their jobs.

use std::mem;

use super::MailboxControl;
use crate::{
    domain::{
        aggregate::{Changed, Loaded},
        id::{JobId, MailboxId},
        job::{JobKind, NewJob},
        mailbox::MailboxValidation,
        notification::{Notification, Topic},
        order::Order,
        owner::Caller,
        timestamp::Timestamp,
        unit::{Aggregate, Rest, Unit},
    },
    policy::access::SystemScope,
    ports::entropy::random,
    services::request::Stopped,
};

pub(super) const SYSTEM: SystemScope = SystemScope::new("disowned");
/// Proofs taken over from one that fall in one unit.
pub(super) const AT_ONCE: u32 = 50;

/// From when on nothing of it is confirmed: the clock may have been set back since.
pub(super) fn said(proof: &MailboxValidation, now: Timestamp) -> Timestamp {
    proof
        .confirmed_at
        .map_or(now, |confirmed| confirmed.max(now))
}

/// What falls, each once and with the line that its owner reads.
#[derive(Default)]
pub(super) struct Falling {
    fallen: Vec<(Changed<MailboxValidation>, Changed<Notification>)>,
    jobs: Vec<NewJob>,
    grounds: Vec<Rest>,
}

impl Falling {
    pub(super) fn join(self, unit: Unit) -> Unit {
        let fallen = self.fallen.into_iter();
        let unit = fallen.fold(unit, |unit, (mailbox, line)| {
            unit.change(mailbox).change(line)
        });
        let unit = self.jobs.into_iter().fold(unit, Unit::job);
        self.grounds.into_iter().fold(unit, Unit::rest)
    }

    /// A unit of its own; `None` when nothing falls.
    pub(super) fn unit(mut self, caller: Caller, now: Timestamp) -> Option<Unit> {
        let mut fallen = mem::take(&mut self.fallen).into_iter();
        let (mailbox, line) = fallen.next()?;
        self.fallen = fallen.collect();
        Some(self.join(Unit::of(caller, now, mailbox).change(line)))
    }

    fn has(&self, id: MailboxId) -> bool {
        self.fallen.iter().any(|(mailbox, _)| mailbox.id == id)
    }

    /// Which check the order uses may not change meanwhile.
    fn rest_on(&mut self, order: &Loaded<Order>) {
        self.grounds.push(Rest {
            aggregate: Aggregate::Order,
            id: order.id.to_string(),
            version: order.version(),
        });
    }
}

impl MailboxControl {
    /// What falls with `proof`, a check of `order` that its holder disowns now. The jobs take
    /// what does not fit, and what is taken over at this very moment.
    pub(super) async fn falling(
        &self,
        order: &Loaded<Order>,
        proof: &MailboxValidation,
        now: Timestamp,
    ) -> Result<Falling, Stopped> {
        let mut falling = Falling::default();
        falling.rest_on(order);
        let newer = self.used_instead(order, proof, now).await?;
        if let Some(newer) = newer.clone() {
            self.fall(&mut falling, newer, now)?;
        }
        for proof in [Some(proof), newer.as_deref()].into_iter().flatten() {
            let said = said(proof, now);
            falling.jobs.push(self.stop_reused(proof, said)?);
            falling = self.reusing(falling, proof.id, said, now).await?;
        }
        Ok(falling)
    }

    /// Adds the first of those that rest on the proof as it was confirmed until `said`.
    pub(super) async fn reusing(
        &self,
        mut falling: Falling,
        proof: MailboxId,
        said_at: Timestamp,
        now: Timestamp,
    ) -> Result<Falling, Stopped> {
        let mailboxes = &self.0.mailboxes;
        let found = mailboxes.mailboxes_reusing(proof, said_at, AT_ONCE).await?;
        for reusing in found {
            let Some(stopped) = reusing.disown_with(proof, now) else {
                continue;
            };
            if falling.has(stopped.id) {
                continue;
            }
            let order = self.order(&SYSTEM.read(), stopped.order).await?;
            if order.mailbox != Some(stopped.id) {
                falling.rest_on(&order);
            }
            let newer = self.used_instead(&order, &stopped, now).await?;
            if let Some(newer) = newer.filter(|newer| !falling.has(newer.id)) {
                let job = self.stop_reused(&newer, said(&newer, now))?;
                falling.jobs.push(job);
                self.fall(&mut falling, newer, now)?;
            }
            self.fall(&mut falling, stopped, now)?;
        }
        Ok(falling)
    }

    /// The check of the same address that the order uses instead of `earlier`, stopped with it.
    async fn used_instead(
        &self,
        order: &Order,
        earlier: &MailboxValidation,
        now: Timestamp,
    ) -> Result<Option<Changed<MailboxValidation>>, Stopped> {
        if order.mailbox == Some(earlier.id) {
            return Ok(None);
        }
        let used = self.mailbox_of(order).await?;
        Ok(used.and_then(|used| used.disown_after(earlier, now)))
    }

    fn fall(
        &self,
        falling: &mut Falling,
        mailbox: Changed<MailboxValidation>,
        now: Timestamp,
    ) -> Result<(), Stopped> {
        let line = self.line(Topic::MailboxDisowned, &mailbox, now)?;
        falling.fallen.push((mailbox, line));
        Ok(())
    }

    /// The job of a proof that was disowned or invalidated at `said`; belongs to the unit that
    /// records it.
    pub(super) fn stop_reused(
        &self,
        proof: &MailboxValidation,
        said: Timestamp,
    ) -> Result<NewJob, Stopped> {
        Ok(NewJob {
            id: JobId::new(said, random(&*self.0.entropy)?),
            kind: JobKind::DisownReused,
            object: proof.id.to_string(),
            slot: said.millis().to_string(),
            // Due whatever the clock says afterwards.
            due: Timestamp::EPOCH,
        })
    }
}
