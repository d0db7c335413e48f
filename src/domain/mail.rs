//! Mails of the CA: the ledger of what was to be said to whom, and what became of it.

mod bounced;
pub mod reminders;

use super::{
    aggregate::{Changed, Loaded},
    audit::{
        event::{Event, EventKind, Outcome},
        value::Value,
    },
    feed::FeedKind,
    id::{JobId, MailId, OrderId},
    job::{JobKind, NewJob},
    owner::{Caller, Owner},
    refusal::Refused,
    text::Language,
    timestamp::{Timestamp, days},
    unit::Unit,
};

/// How long delivery is tried before a mail counts as failed.
const PATIENCE_DAYS: u32 = 3;
/// A mail with a code is worth nothing after the code's 24 hours.
const CODE_PATIENCE_DAYS: u32 = 1;
/// Longest server reply that is kept, in characters.
const REPLY_CAP: usize = 500;

/// What a mail says. Each (kind, object, slot) is sent once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MailKind {
    VerifyAddress,
    AddressVerified,
    DataReceived,
    DataApproved,
    DataRejected,
    InformationNeeded,
    ReadyToActivate,
    Submitted,
    IssuanceDelayed,
    IssuanceRefused,
    Issued,
    Reissued,
    SupersededEnding,
    RevocationRequested,
    Revoked,
    CertificateExpiring,
    CertificateExpired,
    DataExpiring,
    MailboxLapsing,
    OrderLapsing,
    /// Sent by an operator, to see that mails arrive.
    Test,
}

impl MailKind {
    pub const ALL: [Self; 21] = [
        Self::VerifyAddress,
        Self::AddressVerified,
        Self::DataReceived,
        Self::DataApproved,
        Self::DataRejected,
        Self::InformationNeeded,
        Self::ReadyToActivate,
        Self::Submitted,
        Self::IssuanceDelayed,
        Self::IssuanceRefused,
        Self::Issued,
        Self::Reissued,
        Self::SupersededEnding,
        Self::RevocationRequested,
        Self::Revoked,
        Self::CertificateExpiring,
        Self::CertificateExpired,
        Self::DataExpiring,
        Self::MailboxLapsing,
        Self::OrderLapsing,
        Self::Test,
    ];

    /// Name of the template.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::VerifyAddress => "verify-address",
            Self::AddressVerified => "address-verified",
            Self::DataReceived => "data-received",
            Self::DataApproved => "data-approved",
            Self::DataRejected => "data-rejected",
            Self::InformationNeeded => "information-needed",
            Self::ReadyToActivate => "ready-to-activate",
            Self::Submitted => "submitted",
            Self::Issued => "issued",
            Self::Reissued => "reissued",
            Self::SupersededEnding => "superseded-ending",
            Self::RevocationRequested => "revocation-requested",
            Self::Revoked => "revoked",
            Self::IssuanceDelayed => "issuance-delayed",
            Self::IssuanceRefused => "issuance-refused",
            Self::CertificateExpiring => "certificate-expiring",
            Self::CertificateExpired => "certificate-expired",
            Self::DataExpiring => "data-expiring",
            Self::MailboxLapsing => "mailbox-lapsing",
            Self::OrderLapsing => "order-lapsing",
            Self::Test => "test",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MailState {
    Queued,
    Sent,
    Failed,
    /// A server took it and sent it back: it was not delivered.
    Bounced,
    /// What it would say is no longer true (a newer code, a changed address): never sent.
    Superseded,
    /// Its recipient wants no reminders of its group: never sent.
    Suppressed,
}

impl MailState {
    pub const ALL: [Self; 6] = [
        Self::Queued,
        Self::Sent,
        Self::Failed,
        Self::Bounced,
        Self::Superseded,
        Self::Suppressed,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Bounced => "bounced",
            Self::Superseded => "superseded",
            Self::Suppressed => "suppressed",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A mail as stored. The text is rendered when it is sent, from ids; it is never stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Also the stable Message-ID's local part.
    pub id: MailId,
    pub kind: MailKind,
    pub owner: Owner,
    pub order: Option<OrderId>,
    /// The object the text is rendered from, by its id.
    pub object: String,
    pub recipient: String,
    pub language: Language,
    pub state: MailState,
    pub attempts: u32,
    /// The server's last reply, or why it could not be asked; at most 500 characters.
    pub reply: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What a use case wants to be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMail {
    pub id: MailId,
    /// The job that sends it.
    pub job: JobId,
    pub kind: MailKind,
    pub owner: Owner,
    pub order: Option<OrderId>,
    /// What the text is rendered from:
    ///
    /// | kind | object |
    /// |---|---|
    /// | `verify-address`, `address-verified`, `mailbox-lapsing` | mailbox id |
    /// | `data-…`, `information-needed` | data set id |
    /// | `ready-to-activate`, `order-lapsing` | order id |
    /// | `test` | nothing |
    /// | `submitted`, `issuance-…` | activation id |
    /// | `issued`, `certificate-…` | certificate id |
    /// | `revocation-requested`, `revoked` | revocation id |
    pub object: String,
    /// A mailbox; checked again when the message is built.
    pub recipient: String,
    pub language: Language,
    pub now: Timestamp,
}

/// A ledger row and the job that sends it; both belong to the unit of the cause.
#[derive(Clone, Debug)]
pub struct QueuedMail {
    mail: Changed<Mail>,
    job: NewJob,
}

impl QueuedMail {
    #[must_use]
    pub fn join(self, unit: Unit) -> Unit {
        unit.follows(self.mail).job(self.job)
    }

    /// A unit that the mail itself explains.
    #[must_use]
    pub fn begin(self, caller: Caller, now: Timestamp) -> Unit {
        Unit::of(caller, now, self.mail).job(self.job)
    }

    #[must_use]
    pub fn mail(&self) -> &Mail {
        &self.mail
    }
}

impl Mail {
    /// Writes the mail into the ledger and queues the job that sends it.
    #[must_use]
    pub fn queue(new: NewMail) -> QueuedMail {
        let mail = Self {
            id: new.id,
            kind: new.kind,
            owner: new.owner,
            order: new.order,
            object: new.object,
            recipient: new.recipient,
            language: new.language,
            state: MailState::Queued,
            attempts: 0,
            reply: String::new(),
            created_at: new.now,
            updated_at: new.now,
        };
        let event = mail.event(EventKind::MailQueued);
        QueuedMail {
            job: job(new.job, new.id, String::new(), new.now),
            mail: Changed::created(mail, event),
        }
    }

    /// When delivery is tried no longer.
    #[must_use]
    pub fn gives_up_at(&self) -> Timestamp {
        self.created_at.plus(days(match self.kind {
            MailKind::VerifyAddress => CODE_PATIENCE_DAYS,
            _ => PATIENCE_DAYS,
        }))
    }

    fn event(&self, kind: EventKind) -> Event {
        let event = Event::new(kind, "mail", self.id)
            .with("kind", self.kind.name())
            .with("about", self.object.as_str())
            .with("language", self.language.code())
            .personal("recipient", self.recipient.as_str());
        match self.order {
            Some(order) => event.with("order", order.to_string()),
            None => event,
        }
    }
}

impl Loaded<Mail> {
    /// The server took it; `reply` is what it said.
    ///
    /// # Errors
    /// When the mail is not waiting.
    pub fn sent(
        self,
        reply: &str,
        text_sha256: &[u8; 32],
        now: Timestamp,
    ) -> Result<Changed<Mail>, Refused> {
        let event = self.event(EventKind::MailSent).outcome(Outcome::Success);
        let event = event.with("text_sha256", Value::hex(text_sha256));
        self.settle(event, MailState::Sent, reply, now)
    }

    /// It could not be handed over now and stays queued.
    ///
    /// # Errors
    /// When the mail is not waiting.
    pub fn deferred(self, reply: &str, now: Timestamp) -> Result<Changed<Mail>, Refused> {
        let event = self.not_sent();
        self.settle(event, MailState::Queued, reply, now)
    }

    /// It is given up.
    ///
    /// # Errors
    /// When the mail is not waiting.
    pub fn failed(self, reply: &str, now: Timestamp) -> Result<Changed<Mail>, Refused> {
        let event = self.not_sent();
        self.settle(event, MailState::Failed, reply, now)
    }

    /// What it would say is no longer true.
    ///
    /// # Errors
    /// When the mail is not waiting.
    pub fn superseded(self, why: &str, now: Timestamp) -> Result<Changed<Mail>, Refused> {
        let event = self.not_sent();
        self.settle(event, MailState::Superseded, why, now)
    }

    /// An operator has it tried again. The slot is the row's version, so that two operators at
    /// once queue it once.
    ///
    /// # Errors
    /// 409 `mail-not-failed` unless it was given up or came back; 409 `mail-code-void` when it
    /// carried a code: that ended with the mail, and only another one can be sent.
    pub fn retry(self, id: JobId, now: Timestamp) -> Result<QueuedMail, Refused> {
        if !matches!(self.state, MailState::Failed | MailState::Bounced) {
            return Err(Refused::state("mail-not-failed"));
        }
        if self.kind == MailKind::VerifyAddress {
            return Err(Refused::state("mail-code-void"));
        }
        let slot = format!("retry-{}", self.version().0);
        let job = job(id, self.id, slot, now);
        let event = self.event(EventKind::MailQueued).with("retry", true);
        let mail = self.change(event, |mail| {
            mail.state = MailState::Queued;
            mail.updated_at = now;
        });
        Ok(QueuedMail { mail, job })
    }

    fn not_sent(&self) -> Event {
        let event = self.event(EventKind::MailFailed);
        event.outcome(Outcome::Failure)
    }

    fn settle(
        self,
        event: Event,
        state: MailState,
        reply: &str,
        now: Timestamp,
    ) -> Result<Changed<Mail>, Refused> {
        if self.state != MailState::Queued {
            return Err(Refused::state("mail-not-queued"));
        }
        let reply: String = reply.chars().take(REPLY_CAP).collect();
        let attempts = self.attempts.saturating_add(1);
        // The reply may repeat the address.
        let event = event
            .with("state", state.name())
            .with("attempt", Value::integer(i64::from(attempts)))
            .personal("reply", reply.as_str());
        // The code is on its way; what the mail is about is the validation.
        let event = match (self.kind, state) {
            (MailKind::VerifyAddress, MailState::Sent) => {
                event.told(FeedKind::EmailSent, &self.owner, &self.object, self.order)
            }
            _ => event,
        };
        Ok(self.change(event, |mail| {
            mail.state = state;
            mail.attempts = attempts;
            mail.reply = reply;
            mail.updated_at = now;
        }))
    }
}

fn job(id: JobId, mail: MailId, slot: String, due: Timestamp) -> NewJob {
    NewJob {
        id,
        kind: JobKind::SendMail,
        object: mail.to_string(),
        slot,
        due,
    }
}

#[cfg(test)]
mod tests;
