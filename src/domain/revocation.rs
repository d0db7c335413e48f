//! A revocation, from its request until a CRL says it (S/MIME BR 4.9.5: the clock runs until the
//! status is published). Final from its record on; nothing takes it back (flows 3.6).

use super::{
    aggregate::{Changed, Loaded},
    audit::event::{Event, EventKind},
    certificate::Certificate,
    feed::FeedKind,
    id::{CertificateId, OrderId, RevocationId},
    intent::IssuerName,
    owner::{ActingFor, Owner},
    refusal::Refused,
    revocation_list::RevokedSerial,
    text::Text,
    timestamp::{Timestamp, days},
};
use crate::pkix::tbs_cert_list::CrlReason;

/// How far a revocation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RevocationState {
    /// Decided and final; no CRL lists it yet.
    Recorded,
    /// A signed CRL lists it.
    Published,
}

impl RevocationState {
    pub const ALL: [Self; 2] = [Self::Recorded, Self::Published];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Published => "published",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A revocation as stored; one a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    pub id: RevocationId,
    pub certificate: CertificateId,
    pub issuer: IssuerName,
    pub serial: Vec<u8>,
    pub partition: u32,
    pub owner: Owner,
    pub order: OrderId,
    pub reason: CrlReason,
    /// Since when the key is known to be compromised; with that reason only.
    pub compromised_at: Option<Timestamp>,
    pub note: Option<Text<250>>,
    /// Name of the identity that asked for it.
    pub requested_by: String,
    /// The frontend's user, as asserted.
    pub acting_for: ActingFor,
    pub state: RevocationState,
    pub requested_at: Timestamp,
    /// The latest instant at which a CRL must list it.
    pub publish_by: Timestamp,
    /// The first CRL that lists it.
    pub crl_number: Option<i64>,
    pub published_at: Option<Timestamp>,
}

/// What was asked for and by whom.
#[derive(Clone, Debug)]
pub struct NewRevocation {
    pub id: RevocationId,
    pub reason: CrlReason,
    pub compromised_at: Option<Timestamp>,
    pub note: Option<Text<250>>,
    pub requested_by: String,
    pub acting_for: ActingFor,
}

impl Revocation {
    /// Revokes `certificate`, with the entry that CRLs list from now on. The subscriber's own
    /// request and a compromised key have 24 hours (S/MIME BR 4.9.1.1), and no other cause is
    /// given more here.
    #[must_use]
    pub fn record(
        new: NewRevocation,
        certificate: &Certificate,
        now: Timestamp,
    ) -> (Changed<Self>, RevokedSerial) {
        let revocation = Self {
            id: new.id,
            certificate: certificate.id,
            issuer: certificate.issuer.clone(),
            serial: certificate.serial.clone(),
            partition: certificate.partition,
            owner: certificate.owner.clone(),
            order: certificate.order,
            reason: new.reason,
            compromised_at: new.compromised_at,
            note: new.note,
            requested_by: new.requested_by,
            acting_for: new.acting_for,
            state: RevocationState::Recorded,
            requested_at: now,
            publish_by: now.plus(days(1)),
            crl_number: None,
            published_at: None,
        };
        let entry = RevokedSerial {
            issuer: revocation.issuer.clone(),
            serial: revocation.serial.clone(),
            partition: revocation.partition,
            revoked_at: now,
            reason: revocation.reason,
            not_after: certificate.not_after,
        };
        let event = revocation.accepted();
        (Changed::created(revocation, event), entry)
    }

    fn accepted(&self) -> Event {
        let event = self
            .event(EventKind::RevocationAccepted)
            .with("partition", i64::from(self.partition))
            .with("order", self.order.to_string())
            .with("ra", self.owner.ra.as_str())
            .with("reason", self.reason.name())
            .with("requested_at", self.requested_at.to_string())
            .with("publish_by", self.publish_by.to_string())
            .with("requested_by", self.requested_by.as_str());
        let event = match self.compromised_at {
            Some(at) => event.with("compromised_at", at.to_string()),
            None => event,
        };
        let event = match &self.note {
            Some(note) => event.personal("note", note.as_str()),
            None => event,
        };
        let (owner, order) = (&self.owner, Some(self.order));
        let event = event.told(
            FeedKind::CertificateRevoking,
            owner,
            self.certificate,
            order,
        );
        self.owner.tell(self.acting_for.tell(event))
    }

    fn event(&self, kind: EventKind) -> Event {
        Event::new(kind, "revocation", self.id)
            .with("certificate", self.certificate.to_string())
            .with("issuer", self.issuer.to_string())
            .with("serial", hex::encode(&self.serial))
    }
}

impl Loaded<Revocation> {
    /// CRL `number` lists it.
    ///
    /// # Errors
    /// When an earlier one does.
    pub fn published(self, number: i64, now: Timestamp) -> Result<Changed<Revocation>, Refused> {
        match self.state {
            RevocationState::Recorded => {}
            RevocationState::Published => return Err(Refused::state("revocation-published")),
        }
        let event = self
            .event(EventKind::RevocationEffective)
            .with("crl_number", number)
            .with("in_time", i64::from(now <= self.publish_by));
        let (owner, order) = (&self.owner, Some(self.order));
        let event = event.told(FeedKind::CertificateRevoked, owner, self.certificate, order);
        Ok(self.change(event, |revocation| {
            revocation.state = RevocationState::Published;
            revocation.crl_number = Some(number);
            revocation.published_at = Some(now);
        }))
    }
}
