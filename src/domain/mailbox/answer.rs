//! A code that is handed in: what it is compared to has been compared already.

use super::{ConfirmChannel, MAX_TRIES, MailboxState, MailboxStatus, MailboxValidation};
use crate::domain::{
    aggregate::{Changed, Loaded},
    audit::{
        event::{EventKind, Outcome},
        value::Value,
    },
    feed::FeedKind,
    owner::ActingFor,
    refusal::Refused,
    timestamp::Timestamp,
};

/// A code that was handed in, already compared.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Whether it is the value that was mailed.
    pub matches: bool,
    pub channel: ConfirmChannel,
    /// As the browser says; kept as evidence, never trusted.
    pub user_agent: String,
    /// The frontend's user, when a frontend passed the code on.
    pub acting_for: ActingFor,
}

/// What an attempt leads to.
#[derive(Debug)]
pub enum Answered {
    Accepted(Changed<MailboxValidation>),
    /// The same was said before; nothing changes.
    Already,
    /// A try is spent, or the last one: the change must be committed, then the refusal answered.
    Wrong(Changed<MailboxValidation>, Refused),
    Refused(Refused),
}

impl Loaded<MailboxValidation> {
    /// Judges a code that was handed in. `created` counts as sent: the value can only be known
    /// from the mail, so its arrival may be seen before the server's answer is booked.
    #[must_use]
    pub fn confirm(self, attempt: &Attempt, now: Timestamp) -> Answered {
        match self.status(now) {
            MailboxStatus::Created | MailboxStatus::Sent if attempt.matches => {
                Answered::Accepted(self.pass(attempt, now))
            }
            MailboxStatus::Created | MailboxStatus::Sent => self.spend_try(attempt, now),
            // Whoever does not hold the code does not learn that it was used.
            MailboxStatus::Verified if attempt.matches => Answered::Already,
            MailboxStatus::Verified => Answered::Refused(Refused::unacceptable("code-invalid")),
            MailboxStatus::Locked => Answered::Refused(Refused::state("email-locked")),
            MailboxStatus::Expired
            | MailboxStatus::Lapsed
            | MailboxStatus::Undeliverable
            | MailboxStatus::Superseded
            | MailboxStatus::Disowned
            | MailboxStatus::Invalidated => {
                Answered::Refused(Refused::unacceptable("code-expired"))
            }
        }
    }

    fn pass(self, attempt: &Attempt, now: Timestamp) -> Changed<MailboxValidation> {
        let event = self
            .event(EventKind::ValidationPassed)
            .with("channel", attempt.channel.name())
            .with("code_created_at", self.code.created_at.to_string())
            .with("initiated_at", self.initiated_at.to_string())
            .with("valid_until", self.carries_until().to_string())
            .personal("user_agent", attempt.user_agent.as_str())
            .told(
                FeedKind::EmailVerified,
                &self.owner,
                self.id,
                Some(self.order),
            );
        let channel = attempt.channel;
        self.change(attempt.acting_for.tell(event), |mailbox| {
            mailbox.state = MailboxState::Verified;
            mailbox.confirmed_at = Some(now);
            mailbox.confirmed_by = Some(channel);
            mailbox.updated_at = now;
        })
    }

    pub(super) fn spend_try(self, attempt: &Attempt, now: Timestamp) -> Answered {
        let tries = self.code.tries.saturating_add(1);
        let locked = tries >= MAX_TRIES;
        let event = self
            .event(EventKind::ValidationFailed)
            .outcome(Outcome::Failure)
            .with("reason", if locked { "locked" } else { "code-invalid" })
            .with("tries", Value::integer(i64::from(tries)))
            .with("channel", attempt.channel.name());
        let event = match locked {
            true => event.told(
                FeedKind::EmailLocked,
                &self.owner,
                self.id,
                Some(self.order),
            ),
            false => event,
        };
        let changed = self.change(attempt.acting_for.tell(event), |mailbox| {
            mailbox.code.tries = tries;
            if locked {
                mailbox.state = MailboxState::Locked;
            }
            mailbox.updated_at = now;
        });
        Answered::Wrong(changed, Refused::unacceptable("code-invalid"))
    }
}
