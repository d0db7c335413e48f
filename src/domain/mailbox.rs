//! Proof of control over one mailbox for one order (S/MIME BR 3.2.2.2, or 3.2.2.1: `by_domain`).
//!
//! ```text
//! created --mail handed over--> sent --code confirmed--> verified
//!                 ^  |  \--too many tries--> locked
//!          resend |  |   \--hard bounce--> undeliverable
//!                 +--+   any --address changed--> superseded
//!                        any --holder: "not me"--> disowned --officer--> invalidated
//!                                                                resend --> created
//!        confirmed --one proposes, another approves--> invalidated
//! ```
//! `expired` and `lapsed` follow from the clock. The random value itself is never stored: it is
//! derived from a key outside the database and the row's nonce, and compared by keyed hash.

pub mod address_use;
pub mod allowance;
pub mod answer;
mod by_domain;
mod disown;
pub mod doubt;
mod method;
mod renewal;
mod reuse;

use super::{
    aggregate::{Changed, Loaded},
    audit::event::{Event, EventKind, Outcome},
    feed::FeedKind,
    id::{MailboxId, OrderId},
    owner::{ActingFor, Owner},
    terms::{self, Terms},
    text::Language,
    timestamp::Timestamp,
};

pub use method::Method;

/// The rules that a method follows (BR 3.2.2 wants its number and both versions on record).
const SMIME_BR: &str = "1.0.16";
const TLS_BR: &str = "2.2.7";
/// Tries for one code.
pub const MAX_TRIES: u8 = 10;

/// An address this CA may certify: ASCII local part kept exactly, domain as lower-case A-labels.
/// Made by `policy::mailbox_address` only.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MailAddress {
    address: String,
}

impl MailAddress {
    /// Reserved to `policy::mailbox_address` and `adapters/sql`.
    pub(crate) fn restore(address: String) -> Self {
        Self { address }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.address
    }

    /// What follows the last `@`, in A-labels.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.address
            .rsplit_once('@')
            .map_or("", |(_, domain)| domain)
    }

    /// The form under which abuse limits count: all lower case.
    #[must_use]
    pub fn abuse_key(&self) -> String {
        self.address.to_ascii_lowercase()
    }
}

/// What happened to the validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MailboxState {
    Created,
    Sent,
    Verified,
    Undeliverable,
    Locked,
    Superseded,
    /// The holder knows nothing of the order, which stands still until an officer has looked.
    Disowned,
    Invalidated,
}

impl MailboxState {
    pub const ALL: [Self; 8] = [
        Self::Created,
        Self::Sent,
        Self::Verified,
        Self::Undeliverable,
        Self::Locked,
        Self::Superseded,
        Self::Disowned,
        Self::Invalidated,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Sent => "sent",
            Self::Verified => "verified",
            Self::Undeliverable => "undeliverable",
            Self::Locked => "locked",
            Self::Superseded => "superseded",
            Self::Disowned => "disowned",
            Self::Invalidated => "invalidated",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// The value that is out in a mail, as far as the CA keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeSeed {
    /// 256 random bits; with the key outside the database they give the random value.
    pub nonce: [u8; 32],
    /// Keyed hash of the random value.
    pub mac: [u8; 32],
    pub created_at: Timestamp,
    /// As it was chosen when the value was made; see [`CodeSeed::ends`].
    pub expires_at: Timestamp,
    pub tries: u8,
}

/// Who handed the code to the daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConfirmChannel {
    /// The daemon's own page.
    Page,
    /// A frontend forwarded what the holder typed.
    Frontend,
    /// Nobody: the mailbox rests on its domain.
    Domain,
}

impl ConfirmChannel {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Frontend => "frontend",
            Self::Domain => "domain",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Page, Self::Frontend, Self::Domain]
            .into_iter()
            .find(|channel| channel.name() == name)
    }
}

/// A mailbox validation as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailboxValidation {
    pub id: MailboxId,
    pub order: OrderId,
    pub owner: Owner,
    pub address: MailAddress,
    pub language: Language,
    pub state: MailboxState,
    pub method: Method,
    pub code: CodeSeed,
    /// Start of the validation.
    pub initiated_at: Timestamp,
    /// As it was chosen at its start; see [`MailboxValidation::carries_until`].
    pub valid_until: Timestamp,
    pub sent_at: Option<Timestamp>,
    pub confirmed_at: Option<Timestamp>,
    pub confirmed_by: Option<ConfirmChannel>,
    /// The validation of another order whose proof this one rests on.
    pub reused_from: Option<MailboxId>,
    /// That its confirmation must not be relied on, as somebody found.
    pub doubt: Option<doubt::Doubt>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What the state and the clock say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MailboxStatus {
    Created,
    Sent,
    /// The code's time is over.
    Expired,
    Verified,
    /// The validation's days are over.
    Lapsed,
    Undeliverable,
    Locked,
    Superseded,
    Disowned,
    Invalidated,
}

impl MailboxStatus {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => MailboxState::Created.name(),
            Self::Sent => MailboxState::Sent.name(),
            Self::Expired => "expired",
            Self::Verified => MailboxState::Verified.name(),
            Self::Lapsed => "lapsed",
            Self::Undeliverable => MailboxState::Undeliverable.name(),
            Self::Locked => MailboxState::Locked.name(),
            Self::Superseded => MailboxState::Superseded.name(),
            Self::Disowned => MailboxState::Disowned.name(),
            Self::Invalidated => MailboxState::Invalidated.name(),
        }
    }
}

/// A validation to be started.
#[derive(Clone, Debug)]
pub struct NewMailbox {
    pub id: MailboxId,
    pub order: OrderId,
    pub owner: Owner,
    pub address: MailAddress,
    pub language: Language,
    pub seed: FreshSeed,
    /// The frontend's user, for the record.
    pub acting_for: ActingFor,
    pub terms: Terms,
    pub now: Timestamp,
}

/// Nonce and keyed hash of a new random value.
#[derive(Clone, Debug)]
pub struct FreshSeed {
    pub nonce: [u8; 32],
    pub mac: [u8; 32],
}

impl CodeSeed {
    fn fresh(seed: FreshSeed, terms: &Terms, now: Timestamp) -> Self {
        Self {
            nonce: seed.nonce,
            mac: seed.mac,
            created_at: now,
            expires_at: terms.random_value_ends(now),
            tries: 0,
        }
    }

    /// From when on it can be confirmed no longer: at most 24 h from its creation (S/MIME BR
    /// 3.2.2.2), also of a row that says more.
    #[must_use]
    pub fn ends(&self) -> Timestamp {
        self.expires_at
            .min(terms::latest_random_value_end(self.created_at))
    }
}

impl MailboxValidation {
    /// A validation whose code is about to be mailed.
    #[must_use]
    pub fn start(new: NewMailbox) -> Changed<Self> {
        let value = Self {
            id: new.id,
            order: new.order,
            owner: new.owner,
            address: new.address,
            language: new.language,
            state: MailboxState::Created,
            method: Method::Email,
            code: CodeSeed::fresh(new.seed, &new.terms, new.now),
            initiated_at: new.now,
            valid_until: new.terms.mailbox_ends(new.now),
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
        Changed::created(value, new.acting_for.tell(event))
    }

    /// When it carries no longer, once confirmed: at most 30 days from its start, not from the
    /// answer, or 398 where it rests on its domain (S/MIME BR 4.2.1), also of a row that says more.
    #[must_use]
    pub fn carries_until(&self) -> Timestamp {
        let latest = match self.method {
            Method::Email => terms::latest_mailbox_end(self.initiated_at),
            Method::Domain(_) => terms::latest_domain_end(self.initiated_at),
        };
        self.valid_until.min(latest)
    }

    #[must_use]
    pub fn status(&self, now: Timestamp) -> MailboxStatus {
        match self.state {
            MailboxState::Created | MailboxState::Sent if now >= self.code.ends() => {
                MailboxStatus::Expired
            }
            MailboxState::Created => MailboxStatus::Created,
            MailboxState::Sent => MailboxStatus::Sent,
            MailboxState::Verified if now >= self.carries_until() => MailboxStatus::Lapsed,
            MailboxState::Verified => MailboxStatus::Verified,
            MailboxState::Undeliverable => MailboxStatus::Undeliverable,
            MailboxState::Locked => MailboxStatus::Locked,
            MailboxState::Superseded => MailboxStatus::Superseded,
            MailboxState::Disowned => MailboxStatus::Disowned,
            MailboxState::Invalidated => MailboxStatus::Invalidated,
        }
    }

    /// Whether a certificate may rest on it at `now`.
    #[must_use]
    pub fn is_verified(&self, now: Timestamp) -> bool {
        self.status(now) == MailboxStatus::Verified
    }

    /// Tries left for the code that is out.
    #[must_use]
    pub const fn attempts_left(&self) -> u8 {
        MAX_TRIES.saturating_sub(self.code.tries)
    }

    fn event(&self, kind: EventKind) -> Event {
        self.event_by(kind, self.method)
    }

    fn event_by(&self, kind: EventKind, method: Method) -> Event {
        let event = Event::new(kind, "mailbox", self.id)
            .with("order", self.order.to_string())
            .with("method", method.number())
            .with("smime_br", SMIME_BR)
            .with("tls_br", TLS_BR)
            .personal("address", self.address.as_str());
        match method.domain() {
            Some(domain) => event.with("domain_control", domain.to_string()),
            None => event,
        }
    }
}

impl Loaded<MailboxValidation> {
    /// The mail with the code was handed over. A code that was confirmed meanwhile stays so.
    #[must_use]
    pub fn sent(self, now: Timestamp) -> Changed<MailboxValidation> {
        self.follow(|mailbox| {
            if mailbox.state == MailboxState::Created {
                mailbox.state = MailboxState::Sent;
            }
            mailbox.sent_at = Some(now);
            mailbox.updated_at = now;
        })
    }

    /// The mail with the code could not be delivered. `None` when that no longer matters.
    #[must_use]
    pub fn undeliverable(self, now: Timestamp) -> Option<Changed<MailboxValidation>> {
        if !matches!(self.state, MailboxState::Created | MailboxState::Sent) {
            return None;
        }
        let event = self
            .event(EventKind::ValidationFailed)
            .outcome(Outcome::Failure)
            .with("reason", "undeliverable")
            .told(
                FeedKind::EmailBounced,
                &self.owner,
                self.id,
                Some(self.order),
            );
        Some(self.change(event, |mailbox| {
            mailbox.state = MailboxState::Undeliverable;
            mailbox.updated_at = now;
        }))
    }

    /// The address was changed or the order closed. `None` when it is out of use already.
    #[must_use]
    pub fn supersede(self, now: Timestamp) -> Option<Changed<MailboxValidation>> {
        if matches!(
            self.state,
            MailboxState::Superseded | MailboxState::Disowned | MailboxState::Invalidated
        ) {
            return None;
        }
        let event = self.event(EventKind::ValidationSuperseded);
        Some(self.change(event, |mailbox| {
            mailbox.state = MailboxState::Superseded;
            mailbox.updated_at = now;
        }))
    }
}

#[cfg(test)]
mod tests;
