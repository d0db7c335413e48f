//! A proof of a mailbox serves an order that another service makes: a renewal.

use super::MailboxControl;
use crate::{
    domain::{
        aggregate::Changed,
        id::{MailboxId, OrderId},
        job::NewJob,
        mailbox::{MailAddress, MailboxValidation, NewMailbox},
        notification::{Notification, Topic},
        owner::{ActingFor, Owner},
        text::Language,
        timestamp::Timestamp,
        unit::{Rest, Unit},
    },
    ports::entropy::random,
    services::request::Stopped,
};

/// Whose proof is wanted, for which order.
pub(in crate::services) struct Wanted<'a> {
    pub order: OrderId,
    pub owner: &'a Owner,
    pub language: Language,
    pub address: &'a MailAddress,
    pub acting_for: &'a ActingFor,
    pub now: Timestamp,
}

/// A proof as the new order has it, and what its unit must hold.
pub(in crate::services) struct Carried {
    pub mailbox: Changed<MailboxValidation>,
    proof: Vec<Rest>,
    jobs: [NewJob; 2],
    line: Changed<Notification>,
}

impl Carried {
    /// Rests on the proof as it was read.
    pub(in crate::services) fn join(self, unit: Unit) -> Unit {
        let until = self.mailbox.carries_until();
        let unit = unit.change(self.mailbox).change(self.line).lapses_at(until);
        let unit = self.proof.into_iter().fold(unit, Unit::rest);
        self.jobs.into_iter().fold(unit, Unit::job)
    }
}

impl MailboxControl {
    /// What the owner has shown of the address and can still be used; no mail goes out. A mailbox
    /// that is known by now to be thrown away is not carried along.
    pub(in crate::services) async fn carry(
        &self,
        wanted: Wanted<'_>,
    ) -> Result<Option<Carried>, Stopped> {
        let now = wanted.now;
        let lasts = self.require_lasting(wanted.address).is_ok();
        if wanted.owner.customer.is_none() || !lasts {
            return Ok(None);
        }
        let id = MailboxId::new(now, random(&*self.0.entropy)?);
        let new = NewMailbox {
            id,
            order: wanted.order,
            owner: wanted.owner.clone(),
            language: wanted.language,
            seed: self.seed(id, wanted.address)?,
            address: wanted.address.clone(),
            acting_for: wanted.acting_for.clone(),
            terms: self.0.terms,
            now,
        };
        let Some(proof) = self.proof(&new).await? else {
            return Ok(None);
        };
        let mailbox = MailboxValidation::take_over(new, &proof.shown, proof.origin.as_deref())?;
        let jobs = [self.timer(&mailbox, now)?, self.advice(id, now)?];
        let line = self.line(Topic::MailboxVerified, &mailbox, now)?;
        Ok(Some(Carried {
            proof: proof.rests(),
            mailbox,
            jobs,
            line,
        }))
    }
}
