//! Whether an order can be activated: the one derivation that its status and steps, a preflight,
//! the activation itself and every mail that says so go by.
//!
//! Knows nothing of keys, CAA, products, perspectives or the HSM: those are the activation's own to
//! judge.

use super::reuse;
use crate::domain::{
    domain_control::DomainControl,
    mailbox::MailboxValidation,
    order::{Order, OrderState},
    subject_data::{SubjectData, VerifiedFacts},
    timestamp::Timestamp,
};

/// What a certificate of an order would rest on, as it stands.
#[derive(Clone, Copy, Debug, Default)]
pub struct Evidence<'a> {
    pub data: Option<&'a SubjectData>,
    /// Whether the deny list names the organisation of the verified data.
    pub is_denied: bool,
    pub mailbox: Option<&'a MailboxValidation>,
    /// The check that the mailbox's validation took over, if it did.
    pub proof: Option<&'a MailboxValidation>,
    /// The proof of the domain that the mailbox's validation rests on, if it rests on one.
    pub domain: Option<&'a DomainControl>,
}

impl<'a> Evidence<'a> {
    /// Verified facts that may be used now, and until when. Facts that can be used are of no use
    /// to an organisation that gets nothing.
    ///
    /// # Errors
    /// The code of what blocks: that of [`reuse::usable_facts`], or `deny-list-hit`.
    pub fn usable_facts(
        &self,
        now: Timestamp,
    ) -> Result<(&'a VerifiedFacts, Timestamp), &'static str> {
        let usable = reuse::usable_facts(self.data, now)?;
        if self.is_denied {
            Err("deny-list-hit")
        } else {
            Ok(usable)
        }
    }

    /// A proven mailbox that may be used now, and until when. Judged by the check itself: what was
    /// taken over from it is told of its end one by one. One that rests on its domain (BR 3.2.2.1)
    /// is as good as that is now.
    ///
    /// # Errors
    /// The code of what blocks: that of [`reuse::usable_mailbox`] or [`reuse::usable_domain`].
    pub fn usable_mailbox(
        &self,
        now: Timestamp,
    ) -> Result<(&'a MailboxValidation, Timestamp), &'static str> {
        let (mailbox, until) = reuse::usable_mailbox(self.mailbox, now)?;
        if !mailbox.stands_on(self.proof) {
            return Err("email-not-verified");
        }
        let Some(id) = mailbox.method.domain() else {
            return Ok((mailbox, until));
        };
        let control = self.domain.filter(|control| control.id == id);
        let ends = reuse::usable_domain(control, mailbox, now)?;
        Ok((mailbox, until.min(ends)))
    }

    /// The codes of what stands between an open order and its activation.
    #[must_use]
    pub fn blockers(&self, now: Timestamp) -> Vec<&'static str> {
        let blocked = [self.usable_facts(now).err(), self.usable_mailbox(now).err()];
        blocked.into_iter().flatten().collect()
    }

    /// The mailbox of an order that can be activated now.
    #[must_use]
    pub fn ready(&self, order: &Order, now: Timestamp) -> Option<&'a MailboxValidation> {
        let is_open = order.state == OrderState::Open && !order.is_over(now);
        let mailbox = self.mailbox.filter(|_| is_open)?;
        self.blockers(now).is_empty().then_some(mailbox)
    }
}
