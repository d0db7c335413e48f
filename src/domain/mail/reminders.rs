//! Reminders that a recipient may do without, and the wish to get no more of them.
//!
//! A wish is about one address and one group of reminders. Codes, decisions, certificates, their
//! revocation and their end are told to everybody whom they concern, wish or not.
//!
//! Does not know links nor who may speak for an address: `policy::unsubscribe_link` does.

use super::{Mail, MailKind, MailState};
use crate::domain::{
    aggregate::{Changed, Loaded},
    audit::event::{Event, EventKind},
    id::{MailId, UnsubscriptionId},
    refusal::Refused,
    timestamp::Timestamp,
};

/// Writes of one wish after which it stays: somebody plays with the link.
const MOST_WRITES: i64 = 50;

/// Reminders that are given up together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReminderGroup {
    /// What an order that is not activated waits for.
    Order,
    /// That a certificate ends.
    Certificate,
}

impl ReminderGroup {
    pub const ALL: [Self; 2] = [Self::Order, Self::Certificate];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Certificate => "certificate",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.name() == name)
    }
}

impl MailKind {
    /// The group of a reminder; `None` for a mail that nobody can do without. Each kind is named,
    /// so that a new one is thought about.
    #[must_use]
    pub const fn reminds(self) -> Option<ReminderGroup> {
        match self {
            Self::DataExpiring | Self::MailboxLapsing | Self::OrderLapsing => {
                Some(ReminderGroup::Order)
            }
            Self::CertificateExpiring | Self::SupersededEnding => Some(ReminderGroup::Certificate),
            Self::VerifyAddress
            | Self::AddressVerified
            | Self::DataReceived
            | Self::DataApproved
            | Self::DataRejected
            | Self::InformationNeeded
            | Self::ReadyToActivate
            | Self::Submitted
            | Self::IssuanceDelayed
            | Self::IssuanceRefused
            | Self::Issued
            | Self::Reissued
            | Self::RevocationRequested
            | Self::Revoked
            | Self::CertificateExpired
            | Self::Test => None,
        }
    }
}

/// What somebody who reads an address's mail wished last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wish {
    Stop,
    Resume,
}

impl Wish {
    pub const ALL: [Self; 2] = [Self::Stop, Self::Resume];

    /// The state it leaves.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stop => "stopped",
            Self::Resume => "resumed",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wish| wish.name() == name)
    }
}

/// The wish about one address and one group, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsubscription {
    pub id: UnsubscriptionId,
    /// In its canonical spelling.
    pub address: String,
    pub reminders: ReminderGroup,
    pub wish: Wish,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// How a wish came.
#[derive(Clone, Copy, Debug)]
pub struct Wished<'a> {
    /// Whose link was followed.
    pub mail: MailId,
    pub user_agent: &'a str,
}

impl Unsubscription {
    /// The first word about this address and group.
    #[must_use]
    pub fn stop(
        id: UnsubscriptionId,
        address: String,
        reminders: ReminderGroup,
        wished: Wished<'_>,
        now: Timestamp,
    ) -> Changed<Self> {
        let first = Self {
            id,
            address,
            reminders,
            wish: Wish::Stop,
            created_at: now,
            updated_at: now,
        };
        let event = first
            .event(EventKind::RemindersStopped, wished)
            .with("first", true)
            .personal("address", first.address.as_str());
        Changed::created(first, event)
    }

    fn event(&self, kind: EventKind, wished: Wished<'_>) -> Event {
        Event::new(kind, "unsubscription", self.id)
            .with("reminders", self.reminders.name())
            .with("mail", wished.mail.to_string())
            .personal("user_agent", wished.user_agent)
    }
}

impl Loaded<Unsubscription> {
    /// Another wish; `None` when it is the one that stands.
    ///
    /// # Errors
    /// 409 `wishes-used-up` to have reminders again, after 50 writes.
    pub fn change_to(
        self,
        wish: Wish,
        wished: Wished<'_>,
        now: Timestamp,
    ) -> Result<Option<Changed<Unsubscription>>, Refused> {
        if self.wish == wish {
            return Ok(None);
        }
        let kind = match wish {
            Wish::Stop => EventKind::RemindersStopped,
            Wish::Resume if self.version().0 >= MOST_WRITES => {
                return Err(Refused::state("wishes-used-up"));
            }
            Wish::Resume => EventKind::RemindersResumed,
        };
        let event = self.event(kind, wished);
        Ok(Some(self.change(event, |stored| {
            stored.wish = wish;
            stored.updated_at = now;
        })))
    }
}

impl Loaded<Mail> {
    /// Its recipient wants no reminders of its group: it is not sent.
    ///
    /// # Errors
    /// When the mail is not waiting.
    pub fn suppressed(self, now: Timestamp) -> Result<Changed<Mail>, Refused> {
        let event = self.not_sent();
        let why = "the recipient wants no reminders of this kind";
        self.settle(event, MailState::Suppressed, why, now)
    }
}
