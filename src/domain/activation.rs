//! One attempt to get the certificate of an order. At most one lives at a time (the store holds
//! UNIQUE(live activation of an order)).
//!
//! ```text
//! running --result--> issued
//!    |  \--refused--> refused
//!    +--crash--> running again under a new intent (the old serial is abandoned)
//! ```

use super::{
    aggregate::{Changed, Loaded},
    audit::{
        event::{Event, EventKind, Outcome},
        value::Value,
    },
    feed::FeedKind,
    id::{ActivationId, CertificateId, MailboxId, OrderId, SubjectDataId},
    owner::{AcceptedStatement, ActingFor, Owner, told},
    refusal::Refused,
    timestamp::Timestamp,
};

/// What became of the attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActivationState {
    Running,
    Issued,
    Refused,
}

impl ActivationState {
    pub const ALL: [Self; 3] = [Self::Running, Self::Issued, Self::Refused];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Issued => "issued",
            Self::Refused => "refused",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// Where the common name comes from (S/MIME BR 7.1.4.2.2 a).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CommonNameSource {
    Organization,
    Email,
}

impl CommonNameSource {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Email => "email",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Organization, Self::Email]
            .into_iter()
            .find(|source| source.name() == name)
    }
}

/// An activation as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activation {
    pub id: ActivationId,
    pub order: OrderId,
    pub owner: Owner,
    pub state: ActivationState,
    pub subject_data: SubjectDataId,
    pub mailbox: MailboxId,
    /// The certificate that the new one takes the place of, until the same end (a reissue).
    pub replaces: Option<CertificateId>,
    pub common_name: CommonNameSource,
    /// Names of the optional fields chosen, from the offered list.
    pub fields: Vec<String>,
    /// DER of the SubjectPublicKeyInfo: all that is taken from the CSR.
    pub spki: Vec<u8>,
    pub spki_sha256: [u8; 32],
    pub statements: Vec<AcceptedStatement>,
    pub acting_for: ActingFor,
    /// Stable problem code when refused.
    pub refusal: Option<String>,
    pub certificate: Option<CertificateId>,
    pub submitted_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Name of the request's octets in the detail of the entry that the attempt begins with.
pub const REQUEST: &str = "request";

impl Activation {
    /// A new attempt; the row and its first intent are written by the same unit. `request` is the
    /// body that asked for it, octet for octet: it stays beside the entry as its personal data,
    /// whose salted hash the entry holds.
    #[must_use]
    pub fn submit(activation: Self, request: String) -> Changed<Self> {
        let fields = activation.fields.iter().map(|name| name.as_str().into());
        let event = Event::new(EventKind::ActivationSubmitted, "activation", activation.id)
            .with("order", activation.order.to_string())
            .with("spki", Value::hex(&activation.spki_sha256))
            .with("subject_data", activation.subject_data.to_string())
            .with("mailbox", activation.mailbox.to_string())
            .with("common_name", activation.common_name.name())
            .with("fields", Value::List(fields.collect()))
            .with("statements", told(&activation.statements))
            .personal(REQUEST, Value::whole(request));
        let event = match activation.replaces {
            Some(old) => event.with("replaces", old.to_string()),
            None => event,
        };
        let event = activation.acting_for.tell(event);
        let (owner, order) = (&activation.owner, Some(activation.order));
        let event = event.told(FeedKind::ActivationSubmitted, owner, activation.id, order);
        Changed::created(activation, event)
    }
}

impl Loaded<Activation> {
    /// # Errors
    /// When the attempt has ended.
    pub fn issued(
        self,
        certificate: CertificateId,
        now: Timestamp,
    ) -> Result<Changed<Activation>, Refused> {
        require_running(&self)?;
        let order = Some(self.order);
        let event = Event::new(EventKind::RequestApproved, "activation", self.id)
            .with("certificate", certificate.to_string())
            .told(FeedKind::CertificateIssued, &self.owner, certificate, order);
        Ok(self.change(event, |activation| {
            activation.state = ActivationState::Issued;
            activation.certificate = Some(certificate);
            activation.updated_at = now;
        }))
    }

    /// The attempt ends without a certificate, for the reason with this problem code.
    ///
    /// # Errors
    /// When the attempt has ended.
    pub fn refused(
        self,
        code: &'static str,
        now: Timestamp,
    ) -> Result<Changed<Activation>, Refused> {
        require_running(&self)?;
        let event = Event::new(EventKind::ActivationRefused, "activation", self.id)
            .outcome(Outcome::Denied)
            .with("code", code)
            .told(
                FeedKind::ActivationRefused,
                &self.owner,
                self.id,
                Some(self.order),
            );
        Ok(self.change(event, |activation| {
            activation.state = ActivationState::Refused;
            activation.refusal = Some(code.to_owned());
            activation.updated_at = now;
        }))
    }

    /// The attempt is judged again after its serial was abandoned.
    ///
    /// # Errors
    /// When the attempt has ended.
    pub fn judged_again(self, now: Timestamp) -> Result<Changed<Activation>, Refused> {
        require_running(&self)?;
        let event = Event::new(EventKind::ActivationSubmitted, "activation", self.id)
            .with("again", true)
            .with("spki", Value::hex(&self.spki_sha256));
        Ok(self.change(event, |activation| activation.updated_at = now))
    }
}

fn require_running(activation: &Activation) -> Result<(), Refused> {
    match activation.state {
        ActivationState::Running => Ok(()),
        ActivationState::Issued | ActivationState::Refused => {
            Err(Refused::state("activation-ended"))
        }
    }
}
