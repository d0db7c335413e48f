//! A mail that a server took and that came back undelivered (RFC 3464).

use super::{Mail, MailState, REPLY_CAP};
use crate::domain::{
    aggregate::{Changed, Loaded},
    audit::event::{EventKind, Outcome},
    timestamp::Timestamp,
};

impl Loaded<Mail> {
    /// It was not delivered; `why` is what the report says. `None` when that is known already,
    /// or the mail never left.
    #[must_use]
    pub fn bounced(self, why: &str, now: Timestamp) -> Option<Changed<Mail>> {
        if self.state != MailState::Sent {
            return None;
        }
        let why: String = why.chars().take(REPLY_CAP).collect();
        let event = self
            .event(EventKind::MailFailed)
            .outcome(Outcome::Failure)
            .with("state", MailState::Bounced.name())
            .personal("reply", why.as_str());
        Some(self.change(event, |mail| {
            mail.state = MailState::Bounced;
            mail.reply = why;
            mail.updated_at = now;
        }))
    }
}
