//! A key that is blocked takes its certificates along, whoever had it blocked (S/MIME BR 4.9.1.1:
//! 24 hours; all hits). A job of the key's own, so that a thousand certificates are as many steps
//! and one that was being signed when the key was blocked is found too.

use std::time::Duration;

use async_trait::async_trait;

use super::{Revocations, SYSTEM, Wish, count};
use crate::{
    domain::{
        id::JobId,
        job::{Job, JobKind, NewJob},
        owner::ActingFor,
        refusal::Refused,
        subject_key::{BlockedKey, Fingerprint},
        timestamp::Timestamp,
        unit::Unit,
    },
    pkix::tbs_cert_list::CrlReason,
    ports::store::Store,
    services::{
        jobs::{self, JobHandler},
        request::{Stopped, decide},
    },
};

/// Certificates that fall in one unit.
const AT_ONCE: u32 = 50;
/// The key is looked at again after this: a signature that was ordered before the key was blocked
/// has come by then, or its intent is abandoned (design 5, Acts).
const IN_FLIGHT: Duration = Duration::from_secs(90);

/// Ends the certificates of blocked keys.
pub struct KeySweep(pub Revocations);

/// The job of a key; belongs to the unit that blocks it.
#[must_use]
pub fn job(fingerprint: &Fingerprint, now: Timestamp) -> NewJob {
    // One job a key: its id follows from the key.
    let mut own = [0; 10];
    for (to, from) in own.iter_mut().zip(fingerprint) {
        *to = *from;
    }
    NewJob {
        id: JobId::new(now, own),
        kind: JobKind::RevokeKey,
        object: hex::encode(fingerprint),
        slot: String::new(),
        // Due whatever the clock says afterwards.
        due: Timestamp::EPOCH,
    }
}

#[async_trait]
impl JobHandler for KeySweep {
    async fn run(&self, job: &Job) -> Result<(), Refused> {
        let mut fingerprint = Fingerprint::default();
        hex::decode_to_slice(&job.object, &mut fingerprint).map_err(|_| Refused::not_found())?;
        decide(|| self.step(&fingerprint, job)).await
    }
}

impl KeySweep {
    async fn step(&self, fingerprint: &Fingerprint, job: &Job) -> Result<(), Stopped> {
        let (parts, now) = (&self.0.0, self.0.0.clock.now());
        let store = parts.store.as_ref();
        let Some(blocked) = parts.keys.blocked_key(fingerprint).await? else {
            return Ok(jobs::nothing_to_do(store, job).await?);
        };
        let keys = &parts.keys;
        let valid = keys
            .valid_certificates_of_key(fingerprint, now, AT_ONCE)
            .await?;
        let records = parts.stored.certificates_of(&SYSTEM.read(), &valid).await?;
        let (mut unit, mut fallen): (Option<Unit>, u64) = (None, 0);
        for record in records.iter().filter(|record| record.revoked.is_none()) {
            let (by, reason) = (&blocked.blocked_by, CrlReason::KeyCompromise);
            let certificate = &record.certificate;
            let (changed, entry, job) = self.0.record(by, &wish(), reason, certificate, now)?;
            let revocation = (*changed).clone();
            let begun = match unit {
                Some(unit) => unit.change(changed),
                None => Unit::of(SYSTEM.caller(), now, changed),
            };
            let (begun, mailbox) = (begun.change(entry).job(job), &certificate.mailbox);
            unit = Some(self.0.acknowledge(begun, &revocation, mailbox).await?);
            fallen = fallen.saturating_add(1);
        }
        match unit {
            Some(unit) => {
                let unit = unit.ends_job(jobs::again(job, now)).reserved();
                store.commit(unit).await?;
                count(CrlReason::KeyCompromise, fallen);
                Ok(())
            }
            None => Ok(rest(store, job, &blocked, now).await?),
        }
    }
}

/// Looked at once more when nothing can be under way any longer.
async fn rest(
    store: &dyn Store,
    job: &Job,
    blocked: &BlockedKey,
    now: Timestamp,
) -> Result<(), Refused> {
    let last = blocked.blocked_at.plus(IN_FLIGHT);
    if now < last {
        jobs::put_off(store, job, last).await
    } else {
        jobs::nothing_to_do(store, job).await
    }
}

fn wish() -> Wish {
    Wish {
        reason: None,
        compromised_at: None,
        note: None,
        acting_for: ActingFor::default(),
    }
}
