//! "This was not me" (flows 5.3): the holder, who has the code, knows nothing of the order.
//!
//! The order stands still: no new code, no other address, no activation, until an officer has
//! looked. It can be said of a confirmed address too, for whoever confirmed it may have had the
//! mail and not the right; and then every proof that was taken over from this one falls with it,
//! and the newer check of the same address that the order uses by now. A newer check that is
//! disowned leaves the earlier one as it is: nothing new can rest on that, and the certificate that
//! does is the officers' to judge.

use super::{
    MailboxState, MailboxStatus, MailboxValidation,
    answer::{Answered, Attempt},
};
use crate::domain::{
    aggregate::{Changed, Loaded},
    audit::event::{Event, EventKind, Outcome},
    feed::FeedKind,
    id::MailboxId,
    refusal::Refused,
    text::Text,
    timestamp::Timestamp,
};

impl MailboxValidation {
    /// Whether the holder can still say that the order is not theirs; a code that is too old to
    /// confirm anything is good enough for that. `carries`: whether the proof of another order
    /// rests on this one, so that it matters although its own order uses it no longer.
    #[must_use]
    pub const fn can_be_disowned(&self, carries: bool) -> bool {
        match self.state {
            MailboxState::Superseded => carries,
            MailboxState::Created
            | MailboxState::Sent
            | MailboxState::Verified
            | MailboxState::Undeliverable
            | MailboxState::Locked => true,
            MailboxState::Disowned | MailboxState::Invalidated => false,
        }
    }
}

impl Loaded<MailboxValidation> {
    /// Judges a code that was handed in to say "this was not me"; `carries` as for
    /// [`MailboxValidation::can_be_disowned`].
    #[must_use]
    pub fn disown(self, attempt: &Attempt, carries: bool, now: Timestamp) -> Answered {
        match self.state {
            MailboxState::Disowned if attempt.matches => Answered::Already,
            MailboxState::Created | MailboxState::Sent if !attempt.matches => {
                self.spend_try(attempt, now)
            }
            _ if self.can_be_disowned(carries) && attempt.matches => {
                Answered::Accepted(self.stop(attempt, now))
            }
            MailboxState::Locked => Answered::Refused(Refused::state("email-locked")),
            MailboxState::Superseded | MailboxState::Invalidated => {
                Answered::Refused(Refused::unacceptable("code-expired"))
            }
            _ => Answered::Refused(Refused::unacceptable("code-invalid")),
        }
    }

    /// The proof that this one was taken over from was disowned: its order stops too. `None` when
    /// it rests on no such proof, or proves nothing any more.
    #[must_use]
    pub fn disown_with(
        self,
        proof: MailboxId,
        now: Timestamp,
    ) -> Option<Changed<MailboxValidation>> {
        if self.reused_from != Some(proof) || self.state != MailboxState::Verified {
            return None;
        }
        let event = self
            .disowned(self.status(now))
            .with("proof", proof.to_string());
        Some(self.change(event, |mailbox| {
            mailbox.state = MailboxState::Disowned;
            mailbox.updated_at = now;
        }))
    }

    /// The order's `earlier` proof of this address was disowned: the order stops whole, with the
    /// check that it uses by now. `None` for another address or order, and where nothing is left
    /// to be stopped.
    #[must_use]
    pub fn disown_after(
        self,
        earlier: &MailboxValidation,
        now: Timestamp,
    ) -> Option<Changed<MailboxValidation>> {
        let same = self.order == earlier.order && self.address == earlier.address;
        if self.id == earlier.id || !same || !self.can_be_disowned(false) {
            return None;
        }
        let event = self
            .disowned(self.status(now))
            .with("earlier", earlier.id.to_string());
        Some(self.change(event, |mailbox| {
            mailbox.state = MailboxState::Disowned;
            mailbox.updated_at = now;
        }))
    }

    /// An officer has looked: the order may go on, with another check of the same address (a new
    /// code) or of another.
    ///
    /// # Errors
    /// 409 `email-not-disowned`.
    pub fn release(
        self,
        note: &Text<500>,
        now: Timestamp,
    ) -> Result<Changed<MailboxValidation>, Refused> {
        if self.state != MailboxState::Disowned {
            return Err(Refused::state("email-not-disowned"));
        }
        let event = self
            .event(EventKind::ValidationReleased)
            .personal("note", note.as_str());
        Ok(self.change(event, |mailbox| {
            mailbox.state = MailboxState::Invalidated;
            mailbox.updated_at = now;
        }))
    }

    fn stop(self, attempt: &Attempt, now: Timestamp) -> Changed<MailboxValidation> {
        let event = self
            .disowned(self.status(now))
            .with("channel", attempt.channel.name())
            .personal("user_agent", attempt.user_agent.as_str());
        self.change(attempt.acting_for.tell(event), |mailbox| {
            mailbox.state = MailboxState::Disowned;
            mailbox.updated_at = now;
        })
    }

    fn disowned(&self, was: MailboxStatus) -> Event {
        self.event(EventKind::ValidationFailed)
            .outcome(Outcome::Failure)
            .with("reason", "disowned")
            .with("was", was.name())
            .told(
                FeedKind::EmailDisowned,
                &self.owner,
                self.id,
                Some(self.order),
            )
    }
}
