//! All that is invalid with a proof that two people invalidated: what other orders took over from
//! it. A newer check of its own order stands: it was made apart from this one.

use super::{
    MailboxControl,
    falling::{AT_ONCE, said},
};
use crate::{
    domain::{
        aggregate::Changed,
        id::MailboxId,
        mailbox::MailboxValidation,
        notification::{Notification, Topic},
        owner::Caller,
        timestamp::Timestamp,
        unit::Unit,
    },
    services::request::Stopped,
};

/// One of them, with the line that its owner reads.
type Voided = (Changed<MailboxValidation>, Changed<Notification>);

impl MailboxControl {
    /// What goes with the proof into the unit of the decision. A job takes what does not fit, and
    /// what is taken over at this very moment.
    pub(in crate::services) async fn void(
        &self,
        unit: Unit,
        proof: &MailboxValidation,
        now: Timestamp,
    ) -> Result<Unit, Stopped> {
        let said = said(proof, now);
        let unit = self.notify(unit, Topic::MailboxInvalidated, proof, now)?;
        let unit = unit.job(self.stop_reused(proof, said)?);
        let voided = self.voided(proof.id, now).await?.into_iter();
        Ok(voided.fold(unit, |unit, (mailbox, line)| {
            unit.change(mailbox).change(line)
        }))
    }

    /// The next of those that rest on the proof, in a unit of their own; `None` when there are
    /// none. An ended proof is never made anew, so that what it confirms stays what was decided on.
    pub(super) async fn void_reusing(
        &self,
        caller: Caller,
        proof: MailboxId,
        now: Timestamp,
    ) -> Result<Option<Unit>, Stopped> {
        let mut voided = self.voided(proof, now).await?.into_iter();
        let first = voided.next();
        Ok(first.map(|(mailbox, line)| {
            let unit = Unit::of(caller, now, mailbox).change(line);
            voided.fold(unit, |unit, (mailbox, line)| {
                unit.change(mailbox).change(line)
            })
        }))
    }

    async fn voided(&self, proof: MailboxId, now: Timestamp) -> Result<Vec<Voided>, Stopped> {
        let found = self.0.mailboxes.mailboxes_of_proof(proof, AT_ONCE).await?;
        let voided = found
            .into_iter()
            .filter_map(|reusing| reusing.invalidate_with(proof, now));
        voided
            .map(|mailbox| {
                let line = self.line(Topic::MailboxInvalidated, &mailbox, now)?;
                Ok((mailbox, line))
            })
            .collect()
    }
}
