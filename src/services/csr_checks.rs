//! The check of a pasted CSR, before any order is touched. Stores nothing, with one exception: a
//! private key that was pasted is burnt, and so is never certified again.

use std::sync::Arc;

use crate::{
    domain::{
        audit::event::{Event, EventKind},
        owner::Caller,
        refusal::{Fault, Refused},
        timestamp::Timestamp,
        unit::{Change, Unit},
    },
    pkix::spki::PublicKey,
    policy::{
        access::TenantScope,
        csr::{self, KeyFacts, ProvenRequest, RefusedRequest},
    },
    ports::{
        clock::Clock,
        store::{Store, issuance::Activations},
    },
};

/// Why a key is on the list of keys that are never certified.
const LEAKED: &str = "private-key-received";

/// The CSR check.
#[derive(Clone)]
pub struct CsrChecks {
    store: Arc<dyn Store>,
    activations: Arc<dyn Activations>,
    clock: Arc<dyn Clock>,
}

/// What the check found: a proven request with its warnings, or its faults.
pub type Verdict = Result<ProvenRequest, RefusedRequest>;

impl CsrChecks {
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        activations: Arc<dyn Activations>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            store,
            activations,
            clock,
        }
    }

    /// Judges the text as an activation would, but for the order.
    ///
    /// # Errors
    /// 503 when the store cannot answer.
    pub async fn check(&self, scope: &TenantScope, text: &str) -> Result<Verdict, Refused> {
        let now = self.clock.now();
        let proven = match csr::examine(text) {
            Ok(proven) => proven,
            Err(refused) => {
                block_leaked(self.store.as_ref(), &scope.caller(), &refused, now).await?;
                return Ok(Err(refused));
            }
        };
        let key = proven.key();
        let (fingerprint, spki) = (key.fingerprint(), key.spki_sha256());
        let known = self
            .activations
            .key_facts(&scope.read(), &fingerprint, &spki, now)
            .await?;
        let facts = KeyFacts {
            compromised: known.blocked,
            reused: known.used_by_another,
        };
        Ok(proven.admit(facts))
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
    let mut fingerprints = leaked.iter().map(PublicKey::fingerprint);
    let first = fingerprints.next()?;
    let unit = Unit::new(caller.clone(), now, blocked(&first))
        .change(change(first))
        .reserved();
    Some(fingerprints.fold(unit, |unit, next| {
        unit.event(blocked(&next)).change(change(next))
    }))
}

fn blocked(fingerprint: &[u8; 32]) -> Event {
    Event::new(EventKind::KeyBlocked, "key", hex::encode(fingerprint)).with("reason", LEAKED)
}

const fn change(fingerprint: [u8; 32]) -> Change {
    Change::BlockedKey {
        fingerprint,
        reason: LEAKED,
    }
}
