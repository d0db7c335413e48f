//! A confirmed address that another order of its owner can take over, with the check itself: what
//! was taken over before is only as good as that.

use super::MailboxControl;
use crate::{
    domain::{
        aggregate::Loaded,
        mailbox::{MailboxValidation, NewMailbox},
        unit::{Aggregate, Rest, Unit},
    },
    services::request::Stopped,
};

/// A fresh proof, as it was read.
pub(super) struct Proof {
    /// The validation that carries it.
    pub shown: Loaded<MailboxValidation>,
    /// The check that this one took over in its turn.
    pub origin: Option<Loaded<MailboxValidation>>,
}

impl Proof {
    /// What is voided at the same moment is not taken over.
    pub fn join(&self, unit: Unit) -> Unit {
        self.rests().into_iter().fold(unit, Unit::rest)
    }

    pub fn rests(&self) -> Vec<Rest> {
        let both = [Some(&self.shown), self.origin.as_ref()];
        both.into_iter().flatten().map(rest).collect()
    }
}

fn rest(mailbox: &Loaded<MailboxValidation>) -> Rest {
    Rest {
        aggregate: Aggregate::Mailbox,
        id: mailbox.id.to_string(),
        version: mailbox.version(),
    }
}

impl MailboxControl {
    /// A fresh proof of the same owner for the same address.
    pub(super) async fn proof(&self, new: &NewMailbox) -> Result<Option<Proof>, Stopped> {
        let mailboxes = &self.0.mailboxes;
        let shown = mailboxes.verified_mailbox(&new.owner, &new.address, new.now);
        // A row that says it carries longer than the rules allow shows nothing.
        let shown = shown.await?.filter(|shown| shown.is_verified(new.now));
        let Some(shown) = shown else {
            return Ok(None);
        };
        let origin = match shown.reused_from {
            Some(id) => mailboxes.mailbox(id).await?,
            None => None,
        };
        let stands = shown.stands_on(origin.as_deref());
        Ok(stands.then_some(Proof { shown, origin }))
    }
}
