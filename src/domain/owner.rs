//! Who owns an object and who acts.

use std::fmt;

use super::{
    audit::{event::Event, value::Value},
    text::Text,
    timestamp::Timestamp,
};

/// A frontend's name for its customer: 1 to 128 characters.
pub type CustomerRef = Text<128>;

/// The name of an mTLS identity in the registry: 1 to 64 of `a-z 0-9 . -`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdentityName(String);

impl IdentityName {
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let first = text.bytes().next()?;
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let allowed = |b: u8| plain(b) || b == b'.' || b == b'-';
        (text.len() <= 64 && plain(first) && text.bytes().all(allowed))
            .then(|| Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for IdentityName {
    type Err = super::refusal::Refused;

    /// A name that cannot be names nothing: 404.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text).ok_or_else(super::refusal::Refused::not_found)
    }
}

impl fmt::Display for IdentityName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Owner of every order, data set, document, mailbox validation, certificate and notification.
///
/// `customer` is `None` only for a data set that a customer frontend created without naming a
/// customer; the first order it is bound to adopts it, and then it stays there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Owner {
    pub ra: IdentityName,
    pub customer: Option<CustomerRef>,
}

impl Owner {
    /// Puts the customer beside an audit entry.
    #[must_use]
    pub fn tell(&self, event: Event) -> Event {
        match &self.customer {
            Some(customer) => event.personal("customer_ref", customer.as_str()),
            None => event,
        }
    }
}

/// The frontend's user as the frontend asserts it; stored, never trusted.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ActingFor {
    pub user_id: Option<Text<128>>,
    pub session_id: Option<Text<128>>,
    pub ip: Option<Text<64>>,
    pub language: Option<Text<16>>,
}

impl ActingFor {
    /// Puts the asserted user beside an audit entry.
    #[must_use]
    pub fn tell(&self, mut event: Event) -> Event {
        let long = [("user_id", &self.user_id), ("session_id", &self.session_id)];
        for (name, value) in long {
            if let Some(value) = value {
                event = event.personal(name, value.as_str());
            }
        }
        if let Some(ip) = &self.ip {
            event = event.personal("ip", ip.as_str());
        }
        if let Some(language) = &self.language {
            event = event.personal("user_language", language.as_str());
        }
        event
    }
}

/// What an identity may do (`policy::access` holds the table).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    RaCustomer,
    RaPartner,
    ValidationSpecialist,
    ValidationOfficer,
    SecurityOfficer,
    Operator,
    Auditor,
}

impl Role {
    pub const ALL: [Self; 7] = [
        Self::RaCustomer,
        Self::RaPartner,
        Self::ValidationSpecialist,
        Self::ValidationOfficer,
        Self::SecurityOfficer,
        Self::Operator,
        Self::Auditor,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RaCustomer => "ra_customer",
            Self::RaPartner => "ra_partner",
            Self::ValidationSpecialist => "validation_specialist",
            Self::ValidationOfficer => "validation_officer",
            Self::SecurityOfficer => "security_officer",
            Self::Operator => "operator",
            Self::Auditor => "auditor",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// A person, with a qualification that ends (contract, Identities).
    #[must_use]
    pub const fn is_person(self) -> bool {
        !matches!(self, Self::RaCustomer | Self::RaPartner)
    }
}

/// Who caused a unit of work, and how that was proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// An mTLS identity.
    Identity {
        name: IdentityName,
        role: Role,
        credential: [u8; 32],
        peer: String,
    },
    /// The holder of a mailbox, proven by the code; `peer` is the address the form came from.
    MailboxHolder { peer: String },
    /// Whoever reports a problem with a certificate, from this address.
    Reporter { peer: String },
    /// The daemon itself, by the name of its part.
    System { part: &'static str },
    /// Somebody with a shell on the CA's host (`chanceryd enroll-operator`).
    Host,
}

/// The actor and the correlation id of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub actor: Actor,
    pub request_id: String,
}

impl Caller {
    #[must_use]
    pub fn system(part: &'static str) -> Self {
        Self {
            actor: Actor::System { part },
            request_id: String::new(),
        }
    }
}

/// An accepted statement: what was shown, by version and hash, and when it was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedStatement {
    pub id: String,
    pub version: u32,
    /// SHA-256 of the text in all languages as shown.
    pub sha256: [u8; 32],
    /// When the user accepted it, as the frontend asserts; never later than the submission.
    pub accepted_at: Timestamp,
}

/// Statements in an entry, each as `id vN sha256 time`.
#[must_use]
pub fn told(accepted: &[AcceptedStatement]) -> Value {
    let one = |statement: &AcceptedStatement| {
        Value::text(format!(
            "{} v{} {} {}",
            statement.id,
            statement.version,
            hex::encode(statement.sha256),
            statement.accepted_at
        ))
    };
    Value::List(accepted.iter().map(one).collect())
}
