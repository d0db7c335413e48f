//! Proof that an owner controls a mail domain (S/MIME BR 3.2.2.1 by TLS BR 3.2.2.4.7): a random
//! value that stands in a TXT record below an authorization domain name.
//!
//! ```text
//! pending --value seen, corroborated--> proven --withdrawn--> withdrawn
//!    |  \--too many looks--> failed
//!    \--withdrawn--> withdrawn
//! ```
//! `expired` (the value) and `lapsed` (the proof) follow from the clock. The value is no secret:
//! who reads it gains nothing, for only a change of the DNS proves anything. Each look at the DNS
//! is kept in the log with what every perspective said; the row has the last one.
//!
//! This module does not know how a name is looked up, nor how many perspectives must agree.

use super::{
    aggregate::{Changed, Loaded},
    audit::{
        event::{Event, EventKind, Outcome},
        value::Value,
    },
    caa::DomainName,
    id::DomainControlId,
    owner::{ActingFor, Owner},
    refusal::{Class, Refused},
    terms::{self, Terms},
    timestamp::Timestamp,
};

use std::{fmt, time::Duration};

pub use sighting::{Sight, Sighting};

pub mod sighting;

/// The method with that of the TLS BR, and the versions of both (BR 3.2.2 wants them on record).
pub const METHOD: &str = "3.2.2.1/3.2.2.4.7";
const SMIME_BR: &str = "1.0.16";
const TLS_BR: &str = "2.2.7";
/// Looks for one value; then another value is needed.
pub const MOST_LOOKS: u32 = 100;
/// Between two looks for one value.
const PAUSE: Duration = Duration::from_secs(10);
/// Values of one owner that wait for their record.
pub const MOST_PENDING: u32 = 100;
/// RFC 1035 2.3.4, without the root's empty label.
const NAME_CAP: usize = 253;
const LABEL_CAP: usize = 63;

/// The label under which the record stands: an underscore first (TLS BR 3.2.2.4.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChallengeLabel(String);

impl ChallengeLabel {
    /// `_` and 1 to 62 of `a-z 0-9 -`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let rest = text.strip_prefix('_')?;
        let fits = (1..LABEL_CAP).contains(&rest.len()) && rest.bytes().all(plain);
        fits.then(|| Self(text.to_owned()))
    }
}

impl Default for ChallengeLabel {
    fn default() -> Self {
        Self("_chancery-challenge".to_owned())
    }
}

/// The name of the TXT record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RecordName(String);

impl RecordName {
    /// `None` when the name would be too long.
    #[must_use]
    pub fn of(label: &ChallengeLabel, domain: &DomainName) -> Option<Self> {
        let name = format!("{}.{domain}", label.0);
        (name.len() <= NAME_CAP).then_some(Self(name))
    }

    /// Reads one back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (label, domain) = text.split_once('.')?;
        Self::of(&ChallengeLabel::parse(label)?, &DomainName::parse(domain)?)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RecordName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$note:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$note])* $variant,)+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}

named! {
    /// What somebody did.
    DomainState {
        Pending = "pending",
        Proven = "proven",
        /// Looked for too often in vain.
        Failed = "failed",
        Withdrawn = "withdrawn",
    }
}

named! {
    /// What state and clock say together.
    DomainStatus {
        Pending = "pending",
        /// The value's days are over.
        Expired = "expired",
        Proven = "proven",
        /// The proof's days are over.
        Lapsed = "lapsed",
        Failed = "failed",
        Withdrawn = "withdrawn",
    }
}

named! {
    /// What came of a look.
    Verdict {
        Proven = "proven",
        /// The daemon's own resolver sees no such record, or another value.
        NotFound = "value-not-found",
        /// Signatures on the way are wrong (DNSSEC).
        Bogus = "dnssec-bogus",
        /// The domain's servers do not answer the question.
        Failed = "lookup-failed",
        /// Nobody answered in time.
        Silent = "no-answer",
        /// Too few perspectives see the value (TLS BR 3.2.2.9).
        NotCorroborated = "not-corroborated",
    }
}

/// One look at the DNS from everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Before the first question went out.
    pub at: Timestamp,
    pub verdict: Verdict,
    /// Remote perspectives that saw the value, and those that were asked: `k/n`.
    pub quorum: String,
    /// The daemon's own first.
    pub seen: Vec<Sighting>,
}

impl Look {
    fn tell(&self, event: Event) -> Event {
        let seen = self.seen.iter().map(|one| Value::text(one.to_string()));
        event
            .with("verdict", self.verdict.name())
            .with("quorum", self.quorum.as_str())
            .with("looked_at", self.at.to_string())
            .personal("seen", Value::List(seen.collect()))
    }
}

/// One owner's proof of one authorization domain name, as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainControl {
    pub id: DomainControlId,
    pub owner: Owner,
    /// The authorization domain name.
    pub domain: DomainName,
    /// Where the TXT record must stand.
    pub record: RecordName,
    /// 130 random bits, drawn for this row.
    pub value: String,
    pub state: DomainState,
    /// Until when the value can prove anything: at most 30 days (TLS BR 3.2.2.4.7).
    pub value_until: Timestamp,
    /// When the proof carries no longer: at most 398 days (BR 4.2.1), counted from the value, the
    /// oldest datum of the proof.
    pub valid_until: Timestamp,
    /// Looks so far.
    pub looks: u32,
    pub last_look: Option<Look>,
    pub proven_at: Option<Timestamp>,
    /// Start of the validation.
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A proof to be begun.
#[derive(Clone, Debug)]
pub struct NewDomainControl {
    pub id: DomainControlId,
    pub owner: Owner,
    pub domain: DomainName,
    pub record: RecordName,
    pub value: String,
    /// The frontend's user, for the record.
    pub acting_for: ActingFor,
    pub terms: Terms,
    pub now: Timestamp,
}

impl DomainControl {
    /// A value that waits for its record.
    #[must_use]
    pub fn start(new: NewDomainControl) -> Changed<Self> {
        let value = Self {
            id: new.id,
            owner: new.owner,
            domain: new.domain,
            record: new.record,
            value: new.value,
            state: DomainState::Pending,
            value_until: new.terms.domain_value_ends(new.now),
            valid_until: new.terms.domain_ends(new.now),
            looks: 0,
            last_look: None,
            proven_at: None,
            created_at: new.now,
            updated_at: new.now,
        };
        let event = value
            .event(EventKind::DomainStarted)
            .with("ra", value.owner.ra.as_str())
            .with("value", value.value.as_str())
            .with("value_until", value.value_until.to_string())
            .with("valid_until", value.valid_until.to_string())
            .personal("record", value.record.as_str());
        let event = new.acting_for.tell(value.owner.tell(event));
        Changed::created(value, event)
    }

    /// When the proof carries no longer, whatever its row says (BR 4.2.1).
    #[must_use]
    pub fn carries_until(&self) -> Timestamp {
        self.valid_until
            .min(terms::latest_domain_end(self.created_at))
    }

    #[must_use]
    pub fn status(&self, now: Timestamp) -> DomainStatus {
        match self.state {
            DomainState::Pending if now >= self.value_until => DomainStatus::Expired,
            DomainState::Pending => DomainStatus::Pending,
            DomainState::Proven if now >= self.carries_until() => DomainStatus::Lapsed,
            DomainState::Proven => DomainStatus::Proven,
            DomainState::Failed => DomainStatus::Failed,
            DomainState::Withdrawn => DomainStatus::Withdrawn,
        }
    }

    /// Whether a mailbox may rest on it at `now`.
    #[must_use]
    pub fn is_proven(&self, now: Timestamp) -> bool {
        self.status(now) == DomainStatus::Proven
    }

    /// Whether the DNS may be looked at for this value now.
    ///
    /// # Errors
    /// 409 `domain-state-conflict` unless it waits for its record, `domain-value-expired`; 429
    /// `domain-check-too-soon` within 10 s of the last look.
    pub fn require_open(&self, now: Timestamp) -> Result<(), Refused> {
        match self.status(now) {
            DomainStatus::Pending => {}
            DomainStatus::Expired => return Err(Refused::state("domain-value-expired")),
            _ => return Err(Refused::state("domain-state-conflict")),
        }
        let last = self.last_look.as_ref();
        let wait = last.map(|look| look.at.plus(PAUSE).since(now));
        match wait.filter(|wait| !wait.is_zero()) {
            // A clock that was set back keeps nobody waiting for longer than the pause.
            Some(wait) => Err(too_soon(wait.min(PAUSE))),
            None => Ok(()),
        }
    }

    fn event(&self, kind: EventKind) -> Event {
        Event::new(kind, "domain", self.id)
            .with("method", METHOD)
            .with("smime_br", SMIME_BR)
            .with("tls_br", TLS_BR)
            .personal("domain", self.domain.as_str())
    }
}

/// 429: another look is possible after this time.
#[must_use]
pub fn too_soon(retry_after: Duration) -> Refused {
    Refused::new(Class::Limited { retry_after }, "domain-check-too-soon")
}

impl Loaded<DomainControl> {
    /// The DNS was looked at.
    ///
    /// # Errors
    /// Those of [`DomainControl::require_open`]: the look began while it was open, and what ended
    /// meanwhile proves nothing.
    pub fn looked(
        self,
        look: Look,
        acting_for: &ActingFor,
        now: Timestamp,
    ) -> Result<Changed<DomainControl>, Refused> {
        self.require_open(now)?;
        let looks = self.looks.saturating_add(1);
        let proven = look.verdict == Verdict::Proven;
        let state = match proven {
            true => DomainState::Proven,
            false if looks >= MOST_LOOKS => DomainState::Failed,
            false => DomainState::Pending,
        };
        let (kind, outcome) = match proven {
            true => (EventKind::DomainProven, Outcome::Success),
            false => (EventKind::DomainLooked, Outcome::Failure),
        };
        let event = look.tell(self.event(kind).outcome(outcome));
        let event = event
            .with("state", state.name())
            .with("looks", i64::from(looks));
        Ok(self.change(acting_for.tell(event), |control| {
            control.state = state;
            control.looks = looks;
            control.proven_at = proven.then_some(now);
            control.last_look = Some(look);
            control.updated_at = now;
        }))
    }

    /// The owner gives it up: nothing rests on it any more.
    ///
    /// # Errors
    /// 409 `domain-state-conflict` when it was withdrawn already.
    pub fn withdraw(
        self,
        acting_for: &ActingFor,
        now: Timestamp,
    ) -> Result<Changed<DomainControl>, Refused> {
        if self.state == DomainState::Withdrawn {
            return Err(Refused::state("domain-state-conflict"));
        }
        let event = self
            .event(EventKind::DomainWithdrawn)
            .with("was", self.state.name());
        Ok(self.change(acting_for.tell(event), |control| {
            control.state = DomainState::Withdrawn;
            control.updated_at = now;
        }))
    }
}

#[cfg(test)]
mod tests;
