//! Public keys over all orders: whose a key is, and which are never certified again.
//!
//! A key is known by the fingerprint that all its wrappings share
//! ([`crate::pkix::spki::PublicKey::fingerprint`]). Both facts are written once and stay: a key
//! belongs to the owner it was first certified for or the identity it was registered for, and a blocked key stays blocked.

use super::{
    audit::event::{Event, EventKind},
    owner::{Actor, Caller, IdentityName, Owner},
    timestamp::Timestamp,
};

/// SHA-256 over what makes the key fall.
pub type Fingerprint = [u8; 32];

/// To whom a key belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// It was certified for this owner's subscriber.
    Subscriber(Owner),
    /// An entry of the registry is known by it.
    Identity(IdentityName),
}

/// A key with whom it belongs to. One key has one holder, so a subscriber's key opens no
/// interface, and an identity's key is never certified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyHolder {
    pub fingerprint: Fingerprint,
    pub holder: Holder,
}

macro_rules! evidence {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// What shows that somebody else has the private key.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum BlockEvidence { $($(#[$doc])* $name,)+ }

        impl BlockEvidence {
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// In answers and in the log.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}

evidence! {
    /// The private key itself; nothing of it is kept.
    PrivateKey = "private-key",
    /// A request with an agreed common name, signed with the key.
    SignedRequest = "signed-request",
    /// A signature over an agreed text.
    SignedChallenge = "signed-challenge",
    /// The word of the owner of a certificate with the key, who had it revoked.
    Owner = "owner",
    /// The word of a security officer.
    Officer = "officer",
}

/// An entry of the block list; never removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockedKey {
    pub fingerprint: Fingerprint,
    /// `rsa`, `ec` or `ed25519`.
    pub algorithm: String,
    pub bits: u32,
    pub evidence: BlockEvidence,
    /// Who had it blocked: an identity's name, or a part of the daemon.
    pub blocked_by: String,
    pub blocked_at: Timestamp,
}

impl BlockedKey {
    /// The entry's name, and the key of its row.
    #[must_use]
    pub fn id(&self) -> String {
        hex::encode(self.fingerprint)
    }

    /// What the log says of it.
    #[must_use]
    pub fn event(&self) -> Event {
        Event::new(EventKind::KeyBlocked, "key", self.id())
            .with("algorithm", self.algorithm.as_str())
            .with("bits", i64::from(self.bits))
            .with("evidence", self.evidence.name())
    }
}

/// Who acts, in one word.
#[must_use]
pub fn name_of(caller: &Caller) -> String {
    match &caller.actor {
        Actor::Identity { name, .. } => name.to_string(),
        Actor::MailboxHolder { .. } => "mailbox-holder".to_owned(),
        Actor::Reporter { .. } => "reporter".to_owned(),
        Actor::System { part } => (*part).to_owned(),
        Actor::Host => "host".to_owned(),
    }
}
