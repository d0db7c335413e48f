//! The durable record that precedes a signature: serial, TBSCertificate and what it rests on.

use super::{
    aggregate::{Changed, Loaded},
    audit::{
        event::{Event, EventKind, Outcome},
        value::Value,
    },
    id::{ActivationId, BootId, CertificateId},
    lint_record::LintRecord,
    refusal::Refused,
    revocation_list::RevokedSerial,
    timestamp::Timestamp,
};
use crate::pkix::tbs_cert_list::CrlReason;

/// The configured name of an issuing CA, also the path segment of its URLs.
pub type IssuerName = super::signing::KeyName;

/// What became of the serial. Each serial is in exactly one of these states for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IntentState {
    Recorded,
    Issued,
    /// May have been signed; on the CRL, never released.
    Abandoned,
}

impl IntentState {
    pub const ALL: [Self; 3] = [Self::Recorded, Self::Issued, Self::Abandoned];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Issued => "issued",
            Self::Abandoned => "abandoned",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// An intent as stored. Key: (issuer, serial).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    pub issuer: IssuerName,
    /// Content octets of the INTEGER, minimal, positive.
    pub serial: Vec<u8>,
    pub activation: ActivationId,
    /// CRL partition, fixed here for the life of the certificate.
    pub partition: u32,
    /// DER of the linted TBSCertificate.
    pub tbs: Vec<u8>,
    pub tbs_sha256: [u8; 32],
    pub profile: String,
    pub profile_sha256: [u8; 32],
    /// Version of the rules that let it pass, and the warnings they allowed.
    pub lint: LintRecord,
    /// notAfter: until then (and one CRL more) an abandoned serial stays listed.
    pub not_after: Timestamp,
    /// The daemon's start that holds the intent; a dead boot's intents are settled by others.
    pub boot: BootId,
    pub state: IntentState,
    pub recorded_at: Timestamp,
    pub settled_at: Option<Timestamp>,
}

impl Intent {
    /// The record that must be durable before the HSM is asked (I1).
    #[must_use]
    pub fn record(intent: Self) -> Changed<Self> {
        let event = intent
            .event(EventKind::CertSignIntent)
            .with("issuer", intent.issuer.as_str())
            .with("activation", intent.activation.to_string())
            .with("partition", i64::from(intent.partition))
            .with("profile", intent.profile.as_str())
            .with("profile_sha256", Value::hex(&intent.profile_sha256))
            .with("not_after", intent.not_after.to_string());
        let event = intent.lint.tell(event);
        Changed::created(intent, event)
    }

    fn event(&self, kind: EventKind) -> Event {
        Event::new(kind, "cert", hex::encode(&self.serial)).digest(self.tbs_sha256)
    }
}

impl Loaded<Intent> {
    /// The signature verified and the certificate is stored in the same unit.
    ///
    /// # Errors
    /// When somebody settled the intent first: the signature is then dropped.
    pub fn issued(
        self,
        certificate: CertificateId,
        certificate_sha256: &[u8; 32],
        now: Timestamp,
    ) -> Result<Changed<Intent>, Refused> {
        require_recorded(&self)?;
        let event = self
            .event(EventKind::CertIssued)
            .with("certificate", certificate.to_string())
            .with("certificate_sha256", Value::hex(certificate_sha256));
        Ok(self.change(event, |intent| settle(intent, IntentState::Issued, now)))
    }

    /// The serial may have been signed and is never released: it goes on the CRL.
    ///
    /// # Errors
    /// When the intent is settled already.
    pub fn abandoned(
        self,
        cause: &str,
        now: Timestamp,
    ) -> Result<(Changed<Intent>, RevokedSerial), Refused> {
        require_recorded(&self)?;
        let revoked = RevokedSerial {
            issuer: self.issuer.clone(),
            serial: self.serial.clone(),
            partition: self.partition,
            revoked_at: now,
            reason: CrlReason::Unspecified,
            not_after: self.not_after,
        };
        let event = self
            .event(EventKind::CertSignUnresolved)
            .outcome(Outcome::Failure)
            .with("boot", self.boot.to_string())
            .with("revoked_at", now.to_string())
            .with("cause", cause);
        let changed = self.change(event, |intent| settle(intent, IntentState::Abandoned, now));
        Ok((changed, revoked))
    }
}

fn settle(intent: &mut Intent, state: IntentState, now: Timestamp) {
    intent.state = state;
    intent.settled_at = Some(now);
}

fn require_recorded(intent: &Intent) -> Result<(), Refused> {
    match intent.state {
        IntentState::Recorded => Ok(()),
        IntentState::Issued | IntentState::Abandoned => Err(Refused::state("intent-settled")),
    }
}
