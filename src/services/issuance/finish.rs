//! S6 to S8: the signature, its check, and the durable result.

use std::time::Duration;

use sha2::{Digest, Sha256};

use super::{
    Issuance, Outcome,
    prepare::InFlight,
    steps::{Steps, metered, metered_polls},
};
use crate::{
    domain::{
        aggregate::Loaded,
        certificate::{Certificate, Replaced},
        id::{CertificateId, NotificationId},
        intent::{Intent, IntentState},
        mail::MailKind,
        notification::{Notification, Topic},
        refusal::Refused,
        signing::{SignError, Signature},
        timestamp::Timestamp,
        unit::{CommitError, Unit},
    },
    pkix::{certificate::CertificateView, name::Name},
    policy::{
        access::SystemScope,
        issuance::{Issued, artifact::CertificateTbs},
    },
    ports::{entropy::random, store::issuance::CertificateRecord},
    services::{lease::clock_may_sign, order_mail},
};

/// C_Sign starts within this time of the intent, or the intent is abandoned (design 5).
const START_OF_SIGNING: Duration = Duration::from_secs(30);
/// Why a serial is given up whose intent the clock has left ahead of it.
const CLOCK_BEHIND: &str = "clock-behind";
/// Pause before the HSM or the store is asked again.
pub(super) const PAUSE: Duration = Duration::from_millis(200);

impl Issuance {
    /// Ends an act whose intent is durable: as a certificate, or with an abandoned serial.
    pub(super) async fn finish(&self, act: InFlight) -> Outcome {
        let recorded = act.recorded.clone();
        let clock = self.0.clock.as_ref();
        let mut steps = Steps::start(clock);
        let signature = metered_polls(clock, "S6 sign", self.signature(&act)).await;
        steps.end("S6 sign");
        let issued = match signature {
            Ok(signature) => {
                let issued = metered(clock, "S7 verify", || recorded.finish(&signature));
                issued.map_err(|_| {
                    self.0.signer.distrust(act.recorded.order().key());
                    "signature-invalid"
                })
            }
            Err(cause) => Err(cause),
        };
        steps.end("S7 verify");
        match issued {
            Ok(issued) => {
                let stored = self.store_result(act, issued);
                let outcome = metered_polls(clock, "S8 result", stored).await;
                steps.end("S8 result");
                outcome
            }
            Err(cause) => self.postponed(&act, cause).await,
        }
    }

    async fn postponed(&self, act: &InFlight, cause: &'static str) -> Outcome {
        tracing::error!(cert.serial = %act.recorded.artifact().serial(), cause, "serial abandoned");
        metrics::counter!("chancery_intents_abandoned_total", "cause" => cause).increment(1);
        self.abandon(act.intent.clone(), &act.caller, cause).await;
        Outcome::Postponed(act.activation.id)
    }

    /// Asks the HSM, again only while it is certain that no signature exists.
    async fn signature(&self, act: &InFlight) -> Result<Signature, &'static str> {
        let began = self.0.clock.monotonic();
        loop {
            let monotonic = self.0.clock.monotonic();
            if monotonic.saturating_sub(began) > START_OF_SIGNING {
                return Err("hsm-unavailable");
            }
            if !self.0.lease.may_sign(monotonic) {
                return Err("lease-over");
            }
            if !clock_may_sign(self.0.store.clock_lag()) {
                return Err(CLOCK_BEHIND);
            }
            match self.0.signer.sign(act.recorded.order()).await {
                Ok(signature) => return Ok(signature),
                Err(SignError::Unknown(fault)) => {
                    tracing::error!(%fault, "the HSM's answer is unknown");
                    return Err("hsm-answer-unknown");
                }
                Err(SignError::NotSigned(fault)) => {
                    tracing::warn!(%fault, "the HSM did not sign; asking again");
                    self.0.clock.pause(PAUSE).await;
                }
            }
        }
    }

    /// Stores the result, as often as it takes: a signature exists, and only this act or the
    /// settling of a dead boot may say what becomes of its serial. By a clock that has gone back
    /// it would be released before its validity begins: a little is waited for, more is not.
    async fn store_result(&self, mut act: InFlight, issued: Issued<CertificateTbs>) -> Outcome {
        let id = act.activation.id;
        loop {
            let now = self.0.clock.now();
            let behind = act.intent.recorded_at.since(now);
            if !clock_may_sign(behind) {
                return self.postponed(&act, CLOCK_BEHIND).await;
            }
            if !behind.is_zero() {
                self.0.clock.pause(PAUSE).await;
                continue;
            }
            let result = match self.result(&act, &issued, now) {
                Ok(result) => result,
                // Somebody settled the intent: the signature is dropped (CAS on `recorded`).
                Err(refused) if refused.code == "intent-settled" => return Outcome::Postponed(id),
                Err(refused) => {
                    tracing::error!(%refused, "the result cannot be stored yet");
                    self.0.clock.pause(PAUSE).await;
                    continue;
                }
            };
            let (unit, answer) = result;
            match self.0.store.commit(unit).await {
                Ok(_) => {
                    metrics::counter!("chancery_certificates_issued_total").increment(1);
                    return Outcome::Issued(answer);
                }
                Err(CommitError::Conflict | CommitError::Exists(_) | CommitError::Lapsed) => {}
                Err(error @ CommitError::Unavailable(_)) => {
                    tracing::error!(%error, "the result is not stored yet");
                    self.0.clock.pause(PAUSE).await;
                }
            }
            if let Err(error) = self.reload(&mut act).await {
                tracing::error!(%error, "the act cannot be loaded again yet");
                self.0.clock.pause(PAUSE).await;
            }
        }
    }

    /// The result unit: certificate, order, activation, answer, mail, notification.
    fn result(
        &self,
        act: &InFlight,
        issued: &Issued<CertificateTbs>,
        now: Timestamp,
    ) -> Result<(Unit, crate::domain::idempotency::Answer), Refused> {
        let entropy = self.0.entropy.as_ref();
        let id = CertificateId::new(now, random(entropy)?);
        let replaces = self.replacing(act, now);
        let certificate = certificate(id, act, issued, replaces, now);
        let record = CertificateRecord {
            certificate: certificate.clone(),
            revoked: None,
            revocation_runs: false,
            replaced: None,
        };
        let answer = (self.0.render)(&record);
        let intent = act.intent.clone().issued(id, &certificate.sha256, now)?;
        let (kind, mailbox) = (MailKind::Issued, &act.subject.mailbox);
        let mail = order_mail::about(&act.order, kind, id, mailbox, entropy, now)?;
        let notification = Notification::raise(
            NotificationId::new(now, random(entropy)?),
            act.order.owner.clone(),
            Topic::CertificateIssued,
            Some(act.order.id),
            id,
            now,
        );
        let unit = Unit::of(act.caller.clone(), now, intent)
            .change(certificate)
            .change(act.activation.clone().issued(id, now)?)
            .change(match replaces {
                Some(old) => act.order.clone().reissued(id, old, now)?,
                None => act.order.clone().issued(id, now)?,
            })
            .tells(notification)
            .among(act.slot.under_way())
            .reserved();
        let unit = mail.join(unit);
        let unit = match replaces {
            Some(old) => self.succeeded(unit, act, id, old, now)?,
            None => unit,
        };
        let unit = match &act.answer_to {
            Some(key) => unit.answers(key.clone(), answer.clone()),
            None => unit,
        };
        Ok((unit, answer))
    }

    /// Loads the aggregates of the result again after a conflict.
    async fn reload(&self, act: &mut InFlight) -> Result<(), Refused> {
        let scope = SystemScope::new("issuance").read();
        let intent = self
            .0
            .activations
            .intent(&act.intent.issuer, &act.intent.serial)
            .await?;
        let facts = self
            .0
            .activations
            .activation_facts(&scope, act.order.id)
            .await?;
        let activation = self
            .0
            .activations
            .activation(&scope, act.activation.id)
            .await?;
        let (intent, facts, activation) = intent
            .zip(facts)
            .zip(activation)
            .map(|((intent, facts), activation)| (intent, facts, activation))
            .ok_or_else(Refused::not_found)?;
        act.intent = intent;
        act.order = facts.order;
        act.activation = activation;
        Ok(())
    }
}

/// Whether the intent still waits for its result.
pub(super) fn is_open(intent: &Loaded<Intent>) -> bool {
    intent.state == IntentState::Recorded
}

/// The subject for people, read back from what was signed.
fn subject_text(der: &[u8]) -> String {
    let view = CertificateView::parse(der).ok();
    let name = view.and_then(|view| Name::from_der(view.subject).ok());
    name.map(|name| name.to_string()).unwrap_or_default()
}

fn certificate(
    id: CertificateId,
    act: &InFlight,
    issued: &Issued<CertificateTbs>,
    replaces: Option<Replaced>,
    now: Timestamp,
) -> Certificate {
    let validity = issued.artifact().validity();
    Certificate {
        id,
        issuer: act.intent.issuer.clone(),
        serial: act.intent.serial.clone(),
        partition: act.intent.partition,
        owner: act.order.owner.clone(),
        order: act.order.id,
        activation: act.activation.id,
        replaces,
        product: act.product.code.clone(),
        der: issued.der().to_vec(),
        sha256: Sha256::digest(issued.der()).into(),
        spki_sha256: act.public_key.spki_sha256(),
        key_fingerprint: act.public_key.fingerprint(),
        subject: subject_text(issued.der()),
        mailbox: act.subject.mailbox.clone(),
        not_before: validity.not_before(),
        not_after: validity.not_after(),
        issued_at: now,
    }
}
