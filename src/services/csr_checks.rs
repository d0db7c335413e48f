//! The check of a pasted CSR, before any order is touched. Stores nothing, with one exception: a
//! private key that was pasted is burnt, and so is never certified again.

use std::sync::Arc;

use crate::{
    domain::{
        owner::{Caller, Owner},
        refusal::{Fault, Refused},
        subject_key::{self, BlockEvidence, BlockedKey},
        timestamp::Timestamp,
        unit::Unit,
    },
    pkix::spki::PublicKey,
    policy::{
        access::TenantScope,
        csr::{self, ProvenRequest, RefusedRequest},
    },
    ports::{clock::Clock, store::Store},
    services::{arithmetic::Patience, revocations::compromised_key, subject_keys::SubjectKeys},
};

/// The CSR check.
#[derive(Clone)]
pub struct CsrChecks {
    store: Arc<dyn Store>,
    keys: Arc<SubjectKeys>,
    clock: Arc<dyn Clock>,
}

/// What the check found: a proven request with its warnings, or its faults.
pub type Verdict = Result<ProvenRequest, RefusedRequest>;

impl CsrChecks {
    #[must_use]
    pub fn new(store: Arc<dyn Store>, keys: Arc<SubjectKeys>, clock: Arc<dyn Clock>) -> Self {
        Self { store, keys, clock }
    }

    /// Judges the text as an activation would, but for the order.
    ///
    /// # Errors
    /// 503 when the store cannot answer, or the key cannot be judged in time.
    pub async fn check(&self, scope: &TenantScope, text: &str) -> Result<Verdict, Refused> {
        let (now, patience) = (self.clock.now(), Patience::begin(&self.clock));
        let proven = match self.keys.judged(text, &patience, csr::examine).await? {
            Ok(proven) => proven,
            Err(refused) => {
                block_leaked(self.store.as_ref(), &scope.caller(), &refused, now).await?;
                return Ok(Err(refused));
            }
        };
        let (ra, customer) = (scope.ra(), scope.customer());
        let is_own = |holder: &Owner| {
            let same = customer.is_none() || holder.customer.as_ref() == customer;
            same && holder.ra == *ra
        };
        let standing = self.keys.standing(proven.key(), &patience, is_own);
        let standing = standing.await?.asked_by(&scope.caller());
        Ok(proven.admit(standing.facts))
    }
}

/// Puts every leaked key on the list of keys that are never certified again.
///
/// # Errors
/// 503 when the store cannot answer: the client must send the text again.
pub async fn block_leaked(
    store: &dyn Store,
    caller: &Caller,
    refused: &RefusedRequest,
    now: Timestamp,
) -> Result<(), Refused> {
    let Some(unit) = blocking_unit(caller, &refused.leaked, now) else {
        return Ok(());
    };
    store
        .commit(unit)
        .await
        .map(drop)
        .map_err(|error| Refused::unavailable("store-unavailable", error))
}

/// 422 with the first fault's code, all faults in the list.
#[must_use]
pub fn csr_refusal(refused: &RefusedRequest) -> Refused {
    let code = refused
        .faults
        .first()
        .map_or("csr-malformed", |fault| fault.as_str());
    let fault = |code| Fault {
        pointer: "/csr".to_owned(),
        code,
    };
    let faults = refused
        .faults
        .iter()
        .map(|found| fault(found.as_str()))
        .collect();
    Refused {
        faults,
        ..Refused::unacceptable(code)
    }
}

fn blocking_unit(caller: &Caller, leaked: &[PublicKey], now: Timestamp) -> Option<Unit> {
    let mut keys = leaked.iter().map(|key| BlockedKey {
        fingerprint: key.fingerprint(),
        algorithm: key.algorithm_name().to_owned(),
        bits: key.bits(),
        evidence: BlockEvidence::PrivateKey,
        blocked_by: subject_key::name_of(caller),
        blocked_at: now,
    });
    let first = keys.next()?;
    let unit = Unit::new(caller.clone(), now, first.event())
        .change(first)
        .reserved();
    let unit = keys.fold(unit, |unit, next| unit.event(next.event()).change(next));
    // The certificates of a key that was pasted fall with it.
    let job = |key: &PublicKey| compromised_key::job(&key.fingerprint(), now);
    Some(leaked.iter().map(job).fold(unit, Unit::job))
}
