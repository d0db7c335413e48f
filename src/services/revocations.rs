//! Revocation: recorded at once and for ever, then published (flows 3.7). "Revoked" means that a
//! CRL says so: a job of the revocation's own signs the list, and comes again until it stands.
//!
//! Neither the issuing key's readiness nor a clock behind the log is asked before a revocation is
//! recorded (I16). Who may ask, and for which reason, is policy's.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;

use crate::{
    domain::{
        aggregate::{Changed, Loaded},
        certificate::Certificate,
        id::{JobId, NotificationId, RevocationId},
        job::{Job, JobKind, NewJob},
        mail::MailKind,
        notification::{Notification, Topic},
        owner::ActingFor,
        refusal::Refused,
        revocation::{NewRevocation, Revocation, RevocationState},
        revocation_list::RevokedSerial,
        subject_key::{self, BlockEvidence, BlockedKey},
        text::Text,
        timestamp::Timestamp,
        unit::Unit,
    },
    pkix::{any_key::public_key_in, tbs_cert_list::CrlReason},
    policy::{
        access::{ReadScope, RevocationScope, SystemScope},
        revocation::{self, Requester},
    },
    ports::{
        clock::Clock,
        entropy::{Entropy, random},
        store::{
            Store,
            issuance::{
                CertificateRecord, Certificates as Stored, Revocations as StoredRevocations,
            },
            registration::Orders,
            subject_keys::SubjectKeyFacts,
        },
    },
    services::{
        certificates::{Certificates, Reference},
        jobs::{self, JobHandler, rest_for_hsm},
        order_mail,
        request::{Request, Stopped, decide},
        revocation_lists::{RevocationLists, Scope},
    },
};

pub mod compromised_key;
mod lot;
pub mod superseded;
mod watch;

pub use lot::Lot;

/// Publishing is the CA's own doing, whoever asked.
const SYSTEM: SystemScope = SystemScope::new("revocation");

/// What the service needs; wired once.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub certificates: Certificates,
    pub stored: Arc<dyn Stored>,
    pub revocations: Arc<dyn StoredRevocations>,
    pub keys: Arc<dyn SubjectKeyFacts>,
    pub orders: Arc<dyn Orders>,
    pub lists: Arc<RevocationLists>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

/// The service.
#[derive(Clone)]
pub struct Revocations(Arc<Parts>);

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Wish {
    /// A name of RFC 5280 5.3.1, or none.
    pub reason: Option<String>,
    pub compromised_at: Option<Timestamp>,
    pub note: Option<Text<250>>,
    pub acting_for: ActingFor,
}

impl Revocations {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Revokes a certificate. With the reason keyCompromise its key is blocked for ever, and every
    /// other valid certificate of the key falls soon after, also when this one is beyond revoking.
    ///
    /// # Errors
    /// 404; 409 `already-revoked`, `certificate-expired`; 422 as
    /// [`policy::revocation::judge`](revocation::judge) says; 503.
    pub async fn revoke(
        &self,
        scope: &RevocationScope,
        which: &Reference,
        wish: &Wish,
        request: &Request<Revocation>,
    ) -> Result<Revocation, Refused> {
        decide(async || self.recorded(scope, which, wish, request).await).await
    }

    /// # Errors
    /// 404 when it is not there or not the caller's.
    pub async fn get(&self, scope: &ReadScope, id: RevocationId) -> Result<Revocation, Refused> {
        let found = self.0.revocations.revocation(scope, id).await?;
        let found = found.ok_or_else(Refused::not_found)?;
        Ok((*found).clone())
    }

    async fn recorded(
        &self,
        scope: &RevocationScope,
        which: &Reference,
        wish: &Wish,
        request: &Request<Revocation>,
    ) -> Result<Revocation, Stopped> {
        let record = self.0.certificates.find(scope.read(), which).await?.record;
        let (certificate, now) = (&record.certificate, self.0.clock.now());
        let asked = revocation::Wish {
            reason: wish.reason.as_deref(),
            compromised_at: wish.compromised_at,
        };
        let reason = revocation::judge(scope.requester(), asked, certificate, now)?;
        let is_compromise = reason == CrlReason::KeyCompromise;
        if let Some(code) = over(&record, now) {
            // The certificate is beyond revoking; what was said of its key is not lost.
            if is_compromise {
                self.report(scope, certificate, now).await?;
            }
            return Err(Refused::state(code).into());
        }
        let (changed, entry, job) = self.record(scope.name(), wish, reason, certificate, now)?;
        let answer = (*changed).clone();
        let unit = Unit::of(scope.caller(), now, changed)
            .change(entry)
            .job(job);
        let unit = self
            .acknowledge(unit, &answer, &certificate.mailbox)
            .await?;
        let blocked = match is_compromise {
            true => self.unknown(scope, certificate, now).await?,
            false => None,
        };
        let unit = match blocked {
            Some(blocked) => with_key(unit, blocked, now),
            None => unit,
        };
        let unit = request.complete(unit, &answer);
        let unit = unit.granted(scope.grant()).reserved();
        self.0.store.commit(unit).await?;
        count(reason, 1);
        Ok(answer)
    }

    /// Blocks the key of a certificate that cannot be revoked, for those of it that can.
    async fn report(
        &self,
        scope: &RevocationScope,
        certificate: &Certificate,
        now: Timestamp,
    ) -> Result<(), Stopped> {
        if let Some(blocked) = self.unknown(scope, certificate, now).await? {
            let unit = Unit::new(scope.caller(), now, blocked.event()).change(blocked.clone());
            let unit = unit.job(compromised_key::job(&blocked.fingerprint, now));
            let unit = unit.granted(scope.grant()).reserved();
            self.0.store.commit(unit).await?;
        }
        Ok(())
    }

    /// The key as it would stand on the block list; `None` when it stands there.
    async fn unknown(
        &self,
        scope: &RevocationScope,
        certificate: &Certificate,
        now: Timestamp,
    ) -> Result<Option<BlockedKey>, Stopped> {
        let known = self
            .0
            .keys
            .blocked_key(&certificate.key_fingerprint)
            .await?;
        match known {
            Some(_) => Ok(None),
            None => Ok(Some(blocked(scope, certificate, now)?)),
        }
    }

    /// Case, entry of the lists and publication of one certificate.
    fn record(
        &self,
        by: impl ToString,
        wish: &Wish,
        reason: CrlReason,
        certificate: &Certificate,
        now: Timestamp,
    ) -> Result<(Changed<Revocation>, RevokedSerial, NewJob), Stopped> {
        let new = NewRevocation {
            id: RevocationId::new(now, random(&*self.0.entropy)?),
            reason,
            compromised_at: wish.compromised_at,
            note: wish.note.clone(),
            requested_by: by.to_string(),
            acting_for: wish.acting_for.clone(),
        };
        let (changed, entry) = Revocation::record(new, certificate, now);
        let job = self.publication(&changed, now)?;
        Ok((changed, entry, job))
    }

    /// The unit with the mails that say at once what is decided; the list follows, and when the
    /// token is away it follows late.
    async fn acknowledge(
        &self,
        unit: Unit,
        revocation: &Revocation,
        mailbox: &str,
    ) -> Result<Unit, Stopped> {
        let (orders, id) = (&self.0.orders, revocation.order);
        let Some(order) = orders.order(&SYSTEM.read(), id).await? else {
            return Ok(unit);
        };
        let recipients = order_mail::affected(&order, mailbox);
        let (kind, entropy) = (MailKind::RevocationRequested, &*self.0.entropy);
        let (id, now) = (revocation.id, revocation.requested_at);
        let mails = order_mail::each(&order, kind, id, recipients, entropy, now)?;
        Ok(order_mail::join(unit, mails))
    }

    fn publication(&self, revocation: &Revocation, now: Timestamp) -> Result<NewJob, Stopped> {
        Ok(NewJob {
            id: JobId::new(now, random(&*self.0.entropy)?),
            kind: JobKind::PublishRevocation,
            object: revocation.id.to_string(),
            slot: String::new(),
            // Due whatever the clock says afterwards.
            due: Timestamp::EPOCH,
        })
    }

    async fn publish(&self, id: RevocationId, job: &Job) -> Result<(), Stopped> {
        let found = self.0.revocations.revocation(&SYSTEM.read(), id).await?;
        let waiting = found.filter(|found| found.state == RevocationState::Recorded);
        let Some(revocation) = waiting else {
            return Ok(jobs::nothing_to_do(self.0.store.as_ref(), job).await?);
        };
        let scope = Scope {
            issuer: revocation.issuer.clone(),
            partition: revocation.partition,
        };
        let number = self.0.lists.listing(&scope, &revocation.serial).await?;
        let unit = self.told(revocation, number).await?;
        let unit = unit.ends_job(jobs::done(job)).reserved();
        self.0.store.commit(unit).await?;
        Ok(())
    }

    /// The unit that says that a CRL lists it: to the log, the owner, the mailbox, and whom the
    /// order names for revocations.
    async fn told(&self, revocation: Loaded<Revocation>, number: i64) -> Result<Unit, Stopped> {
        let now = self.0.clock.now();
        let record = revocation.certificate;
        let certificate = self.0.stored.certificate(&SYSTEM.read(), record).await?;
        let order = self
            .0
            .orders
            .order(&SYSTEM.read(), revocation.order)
            .await?;
        let line = Notification::raise(
            NotificationId::new(now, random(&*self.0.entropy)?),
            revocation.owner.clone(),
            Topic::CertificateRevoked,
            Some(revocation.order),
            record,
            now,
        );
        let id = revocation.id;
        let unit = Unit::of(SYSTEM.caller(), now, revocation.published(number, now)?).tells(line);
        let Some((record, order)) = certificate.zip(order) else {
            return Ok(unit);
        };
        let recipients = order_mail::affected(&order, &record.certificate.mailbox);
        let (kind, entropy) = (MailKind::Revoked, &*self.0.entropy);
        let mails = order_mail::each(&order, kind, id, recipients, entropy, now)?;
        Ok(order_mail::join(unit, mails))
    }
}

/// Certificates that were revoked, whoever asked.
fn count(reason: CrlReason, certificates: u64) {
    metrics::counter!("chancery_revocations_total", "reason" => reason.name())
        .increment(certificates);
}

/// Why a certificate cannot be revoked.
fn over(record: &CertificateRecord, now: Timestamp) -> Option<&'static str> {
    if record.revoked.is_some() {
        Some("already-revoked")
    } else if now > record.certificate.not_after {
        Some("certificate-expired")
    } else {
        None
    }
}

/// A compromised key is never certified again, and none of its certificates stays valid.
fn with_key(unit: Unit, blocked: BlockedKey, now: Timestamp) -> Unit {
    let job = compromised_key::job(&blocked.fingerprint, now);
    unit.event(blocked.event()).change(blocked).job(job)
}

fn blocked(
    scope: &RevocationScope,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<BlockedKey, Refused> {
    let unreadable = |_| Refused::unavailable("internal-error", "a stored certificate has no key");
    let key = public_key_in(&certificate.der).map_err(unreadable)?;
    Ok(BlockedKey {
        fingerprint: certificate.key_fingerprint,
        algorithm: key.algorithm_name().to_owned(),
        bits: key.bits(),
        evidence: match scope.requester() {
            Requester::Owner => BlockEvidence::Owner,
            Requester::Staff => BlockEvidence::Officer,
        },
        blocked_by: subject_key::name_of(&scope.caller()),
        blocked_at: now,
    })
}

#[async_trait]
impl JobHandler for Revocations {
    async fn run(&self, job: &Job) -> Result<(), Refused> {
        let id = job.object.parse().map_err(|_| Refused::not_found())?;
        decide(|| self.publish(id, job)).await
    }

    fn rest(&self, job: &Job) -> Duration {
        rest_for_hsm(job)
    }
}
