//! A delegated OCSP signing certificate of an issuing CA (RFC 6960 4.2.2.2), from its intent on.
//!
//! It takes the path of a leaf, and a serial of the same space: recorded before the HSM is asked,
//! then issued or abandoned. Nothing here knows of statuses or of what the responder answers.

use super::{
    aggregate::{Changed, Loaded},
    audit::{
        event::{Event, EventKind, Outcome},
        value::Value,
    },
    id::BootId,
    intent::{IntentState, IssuerName},
    lint_record::LintRecord,
    refusal::Refused,
    revocation_list::RevokedSerial,
    signing::KeyName,
    timestamp::Timestamp,
};
use crate::pkix::tbs_cert_list::CrlReason;

/// Where an abandoned serial is listed: a delegated certificate names no CRL of its own.
pub const PARTITION: u32 = 0;

/// A delegated certificate as stored. Key: (issuer, serial), which no leaf shares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Responder {
    pub issuer: IssuerName,
    /// Content octets of the INTEGER, minimal, positive.
    pub serial: Vec<u8>,
    /// The responder's key, as the configuration calls it.
    pub key: KeyName,
    /// DER of the linted TBSCertificate.
    pub tbs: Vec<u8>,
    pub tbs_sha256: [u8; 32],
    /// The certificate; empty until it is issued.
    pub der: Vec<u8>,
    pub not_before: Timestamp,
    /// The last second of its validity.
    pub not_after: Timestamp,
    /// Version of the rules that let it pass, and the warnings they allowed.
    pub lint: LintRecord,
    /// The daemon's start that holds the intent; a dead boot's intents are settled by others.
    pub boot: BootId,
    pub state: IntentState,
    pub recorded_at: Timestamp,
    pub settled_at: Option<Timestamp>,
}

impl Responder {
    /// The record that must be durable before the HSM is asked (I1).
    #[must_use]
    pub fn record(responder: Self) -> Changed<Self> {
        let event = responder
            .event(EventKind::CertSignIntent)
            .with("issuer", responder.issuer.as_str())
            .with("key", responder.key.as_str())
            .with("not_before", responder.not_before.to_string())
            .with("not_after", responder.not_after.to_string());
        let event = responder.lint.tell(event);
        Changed::created(responder, event)
    }

    fn event(&self, kind: EventKind) -> Event {
        Event::new(kind, "responder", hex::encode(&self.serial)).digest(self.tbs_sha256)
    }
}

impl Loaded<Responder> {
    /// The signature verified: from its notBefore on answers are signed under this certificate.
    ///
    /// # Errors
    /// When somebody settled the intent first: the signature is then dropped.
    pub fn issued(
        self,
        der: Vec<u8>,
        sha256: &[u8; 32],
        now: Timestamp,
    ) -> Result<Changed<Responder>, Refused> {
        require_recorded(&self)?;
        let event = self
            .event(EventKind::CertIssued)
            .with("certificate_sha256", Value::hex(sha256));
        let rotated = self
            .event(EventKind::OcspSignerRotated)
            .with("issuer", self.issuer.as_str())
            .with("key", self.key.as_str())
            .with("not_after", self.not_after.to_string());
        let issued = self.change(event, |responder| {
            responder.der = der;
            settle(responder, IntentState::Issued, now);
        });
        Ok(issued.and(rotated, |_| {}))
    }

    /// The serial may have been signed and is never released: it goes on the CRL (I2).
    ///
    /// # Errors
    /// When the intent is settled already.
    pub fn abandoned(
        self,
        cause: &str,
        now: Timestamp,
    ) -> Result<(Changed<Responder>, RevokedSerial), Refused> {
        require_recorded(&self)?;
        let revoked = RevokedSerial {
            issuer: self.issuer.clone(),
            serial: self.serial.clone(),
            partition: PARTITION,
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
        let changed = self.change(event, |responder| {
            settle(responder, IntentState::Abandoned, now);
        });
        Ok((changed, revoked))
    }
}

fn settle(responder: &mut Responder, state: IntentState, now: Timestamp) {
    responder.state = state;
    responder.settled_at = Some(now);
}

fn require_recorded(responder: &Responder) -> Result<(), Refused> {
    match responder.state {
        IntentState::Recorded => Ok(()),
        IntentState::Issued | IntentState::Abandoned => Err(Refused::state("intent-settled")),
    }
}
