//! A new code to an address whose earlier code or proof no longer serves.

use super::{CodeSeed, FreshSeed, MailboxState, MailboxStatus, MailboxValidation, Method};
use crate::domain::{
    aggregate::{Changed, Loaded},
    audit::event::EventKind,
    owner::ActingFor,
    refusal::Refused,
    terms::Terms,
    timestamp::Timestamp,
};

impl MailboxValidation {
    /// Whether a new code can be asked for. One that an officer has released is checked again
    /// like one that was never confirmed.
    ///
    /// # Errors
    /// 409 `email-already-confirmed` while a confirmation carries, `email-disowned`,
    /// `order-state-conflict` when the validation was replaced.
    pub fn require_renewable(&self, now: Timestamp) -> Result<(), Refused> {
        match self.status(now) {
            MailboxStatus::Verified => Err(Refused::state("email-already-confirmed")),
            MailboxStatus::Disowned => Err(Refused::state("email-disowned")),
            MailboxStatus::Superseded => Err(Refused::state("order-state-conflict")),
            MailboxStatus::Created
            | MailboxStatus::Sent
            | MailboxStatus::Expired
            | MailboxStatus::Lapsed
            | MailboxStatus::Undeliverable
            | MailboxStatus::Locked
            | MailboxStatus::Invalidated => Ok(()),
        }
    }
}

impl Loaded<MailboxValidation> {
    /// A new code to the same address; the earlier one is void. The days start again with
    /// it, for it is the value that will prove control. Not for a row that a certificate rests
    /// on: what proved control then would be gone.
    ///
    /// # Errors
    /// Those of [`MailboxValidation::require_renewable`]; 409 `order-state-conflict` for a row
    /// whose confirmation somebody doubts, or two people ended: it is evidence.
    pub fn renew(
        self,
        seed: FreshSeed,
        terms: &Terms,
        acting_for: &ActingFor,
        now: Timestamp,
    ) -> Result<Changed<MailboxValidation>, Refused> {
        self.require_renewable(now)?;
        if self.doubt.is_some() {
            return Err(Refused::state("order-state-conflict"));
        }
        let code = CodeSeed::fresh(seed, terms, now);
        let valid_until = terms.mailbox_ends(now);
        let event = self
            .event_by(EventKind::ValidationStarted, Method::Email)
            .with("resend", true)
            .with("initiated_at", now.to_string())
            .with("valid_until", valid_until.to_string())
            .with("code_expires_at", code.expires_at.to_string());
        Ok(self.change(acting_for.tell(event), |mailbox| {
            mailbox.state = MailboxState::Created;
            mailbox.method = Method::Email;
            mailbox.code = code;
            mailbox.initiated_at = now;
            mailbox.valid_until = valid_until;
            mailbox.sent_at = None;
            mailbox.confirmed_at = None;
            mailbox.confirmed_by = None;
            mailbox.reused_from = None;
            mailbox.updated_at = now;
        }))
    }
}
