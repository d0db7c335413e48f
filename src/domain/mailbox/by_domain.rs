//! A mailbox whose owner has shown control of its domain (S/MIME BR 3.2.2.1): no mail goes out.
//!
//! The row says what was proven when it was made. Whether the proof still stands is never copied
//! here: whoever relies on the mailbox reads the domain's row with it (`policy::reuse`).

use super::{CodeSeed, ConfirmChannel, MailboxState, MailboxValidation, Method, NewMailbox};
use crate::domain::{
    aggregate::Changed, audit::event::EventKind, domain_control::DomainControl, feed::FeedKind,
    refusal::Refused,
};

impl MailboxValidation {
    /// Rests on a proof of the same owner. No code exists: the seed is one nobody was sent, expired
    /// when it is made. That the domain covers the address is for the caller to judge.
    ///
    /// # Errors
    /// 404 for another owner's proof, or nobody's; 409 `domain-not-proven` when it carries nothing
    /// now.
    pub fn by_domain(new: NewMailbox, control: &DomainControl) -> Result<Changed<Self>, Refused> {
        if new.owner != control.owner || new.owner.customer.is_none() {
            return Err(Refused::not_found());
        }
        if !control.is_proven(new.now) {
            return Err(Refused::state("domain-not-proven"));
        }
        let mut code = CodeSeed::fresh(new.seed, &new.terms, new.now);
        code.created_at = control.created_at;
        code.expires_at = control.created_at;
        let value = Self {
            id: new.id,
            order: new.order,
            owner: new.owner,
            address: new.address,
            language: new.language,
            state: MailboxState::Created,
            method: Method::Domain(control.id),
            code,
            initiated_at: control.created_at,
            valid_until: control.valid_until,
            sent_at: None,
            confirmed_at: None,
            confirmed_by: None,
            reused_from: None,
            doubt: None,
            created_at: new.now,
            updated_at: new.now,
        };
        let event = value
            .event(EventKind::ValidationStarted)
            .with("language", value.language.code())
            .with("initiated_at", value.initiated_at.to_string())
            .with("valid_until", value.valid_until.to_string())
            .with("code_expires_at", value.code.expires_at.to_string());
        let passed = value
            .event(EventKind::ValidationPassed)
            .with("channel", ConfirmChannel::Domain.name())
            .with("code_created_at", value.code.created_at.to_string())
            .with("initiated_at", value.initiated_at.to_string())
            .with("valid_until", value.valid_until.to_string())
            .told(
                FeedKind::EmailVerified,
                &value.owner,
                value.id,
                Some(value.order),
            );
        let now = new.now;
        let made = Changed::created(value, new.acting_for.tell(event));
        Ok(made.and(new.acting_for.tell(passed), |mailbox| {
            mailbox.state = MailboxState::Verified;
            mailbox.confirmed_at = Some(now);
            mailbox.confirmed_by = Some(ConfirmChannel::Domain);
        }))
    }
}
