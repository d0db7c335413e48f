//! An address that its owner has shown to control is taken over by another order of that owner
//! (flows 3.4; BR 4.2.1): a row of its own, with the times of the check it rests on, so that
//! nothing about the address is younger than the proof.

use super::{CodeSeed, MailboxState, MailboxValidation, Method, NewMailbox};
use crate::domain::{
    aggregate::Changed, audit::event::EventKind, feed::FeedKind, refusal::Refused,
};

impl MailboxValidation {
    /// The proof of `earlier`, for another order. No mail goes out and no code exists: the seed
    /// is one nobody was sent, expired when it is made.
    ///
    /// # Errors
    /// 404 when `earlier` is another owner's or of another address: a proof never serves a
    /// stranger. 409 `email-not-verified` when it carries nothing now, rests on its domain (then that
    /// domain's own proof serves the other order), or took over what does not stand any more:
    /// `origin` is what it took over.
    pub fn take_over(
        new: NewMailbox,
        earlier: &Self,
        origin: Option<&Self>,
    ) -> Result<Changed<Self>, Refused> {
        let same = new.owner == earlier.owner && new.address == earlier.address;
        if !same || new.owner.customer.is_none() {
            return Err(Refused::not_found());
        }
        let is_coded = earlier.method == Method::Email;
        if !is_coded || !earlier.is_verified(new.now) || !earlier.stands_on(origin) {
            return Err(Refused::state("email-not-verified"));
        }
        // Always the check itself, never a link of a chain: who voids it finds all that rests
        // on it.
        let proof = earlier.reused_from.unwrap_or(earlier.id);
        let mut code = CodeSeed::fresh(new.seed, &new.terms, new.now);
        code.expires_at = new.now;
        let value = Self {
            id: new.id,
            order: new.order,
            owner: new.owner,
            address: new.address,
            language: new.language,
            state: MailboxState::Verified,
            method: Method::Email,
            code,
            initiated_at: earlier.initiated_at,
            valid_until: earlier.carries_until(),
            sent_at: earlier.sent_at,
            confirmed_at: earlier.confirmed_at,
            confirmed_by: earlier.confirmed_by,
            reused_from: Some(proof),
            doubt: None,
            created_at: new.now,
            updated_at: new.now,
        };
        let event = value
            .event(EventKind::ValidationReused)
            .with("from", proof.to_string())
            .with("language", value.language.code())
            .with("initiated_at", value.initiated_at.to_string())
            .with("valid_until", value.valid_until.to_string())
            .told(
                FeedKind::EmailVerified,
                &value.owner,
                value.id,
                Some(value.order),
            );
        Ok(Changed::created(value, new.acting_for.tell(event)))
    }

    /// Whether the check that this one took over still is what it was then: neither ended nor
    /// disowned, nor made anew. Always so for one that took nothing over. That a check falls is
    /// true of all that was taken over from it at once, however late each row is told.
    #[must_use]
    pub fn stands_on(&self, origin: Option<&Self>) -> bool {
        let Some(id) = self.reused_from else {
            return true;
        };
        origin.is_some_and(|origin| {
            let stands = matches!(
                origin.state,
                MailboxState::Verified | MailboxState::Superseded
            );
            stands && origin.id == id && origin.confirmed_at == self.confirmed_at
        })
    }
}
