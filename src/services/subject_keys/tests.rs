use std::{sync::mpsc, time::Duration};

use super::*;
use crate::{
    domain::{
        id::CertificateId,
        owner::{IdentityName, Role},
        subject_key::BlockedKey,
        timestamp::Timestamp,
    },
    ports::store::{Page, StoreError, subject_keys::KeyFacts as Known},
    services::arithmetic::tests::patience,
};

const LONG: Duration = Duration::from_secs(600);

#[test]
fn what_is_remembered_is_bounded() {
    let mut remembered = Remembered::default();
    let name = |n: usize| {
        let mut name = [0; 32];
        name[..8].copy_from_slice(&n.to_be_bytes());
        name
    };
    for n in 0..4 * REMEMBERED {
        remembered.insert(name(n), n % 2 == 1);
    }
    assert!(remembered.young.len() + remembered.old.len() <= 2 * REMEMBERED);
    let verdict = |n| remembered.verdict(&name(n));
    assert_eq!(verdict(4 * REMEMBERED - 1), Some(true));
    assert_eq!(verdict(3 * REMEMBERED), Some(false));
    assert_eq!(verdict(0), None);
}

fn rsa(octets: usize) -> PublicKey {
    PublicKey::Rsa {
        modulus: vec![0xff; octets],
        exponent: vec![1, 0, 1],
    }
}

/// Four of the largest keys may wait, not five.
#[test]
fn the_largest_keys_fill_the_queue() {
    let queue = u32::try_from(WAITING).unwrap();
    assert_eq!(queue / cost(&[0xff; 1024]), 4);
}

/// The verdict comes too late for the first who asks, and in time for the next.
#[tokio::test]
async fn who_asks_again_gets_the_verdict_that_came_late() {
    let keys = SubjectKeys::new(Arc::new(Nowhere), KeyLists::default());
    let (none, over) = (KeyLists::default(), patience(Duration::ZERO));
    let refused = keys.weakness(&rsa(512), [1; 32], &none, &over).await;
    let refused = refused.unwrap_err();
    assert!(refused.is_trouble());
    assert_eq!(refused.code, "key-check-failed");
    while lock(&keys.composite).verdict(&[1; 32]).is_none() {
        tokio::task::yield_now().await;
    }
    let found = keys.weakness(&rsa(512), [1; 32], &none, &over).await;
    assert_eq!(found.unwrap(), None);
}

#[tokio::test]
async fn a_long_text_is_judged_within_the_deadline_or_not_at_all() {
    let keys = SubjectKeys::new(Arc::new(Nowhere), KeyLists::default());
    let over = patience(Duration::ZERO);
    let long = "x".repeat(SHORT + 1);
    let (go_on, waits) = mpsc::channel::<()>();
    let judge = move |text: &str| waits.recv().map(|()| text.len());
    let refused = keys.judged(&long, &over, judge).await.unwrap_err();
    drop(go_on);
    assert_eq!(refused.code, "key-check-failed");
    let short = keys.judged(&long[1..], &over, str::len).await;
    assert_eq!(short.unwrap(), SHORT);
    let length = keys.judged(&long, &patience(LONG), str::len).await;
    assert_eq!(length.unwrap(), SHORT + 1);
}

/// The smaller ones are judged where they came, the larger ones as long as there is patience.
#[tokio::test]
async fn a_key_is_judged_as_its_request_is() {
    let keys = SubjectKeys::new(Arc::new(Nowhere), KeyLists::default());
    let (small, large) = (rsa(256), rsa(1024));
    let over = patience(Duration::ZERO);
    assert_eq!(
        keys.faults(&small, &over).await.unwrap(),
        key_policy::faults(&small)
    );
    // Every thread has work that nobody waits for any more.
    let long = "x".repeat(SHORT + 1);
    let mut busy = Vec::new();
    for _ in 0..JUDGES {
        let (go_on, waits) = mpsc::channel::<()>();
        let judge = move |_: &str| waits.recv().is_ok();
        assert!(keys.judged(&long, &over, judge).await.is_err());
        busy.push(go_on);
    }
    let refused = keys.faults(&large, &over).await.unwrap_err();
    assert_eq!(refused.code, "key-check-failed");
    drop(busy);
    let found = keys.faults(&large, &patience(LONG)).await;
    assert_eq!(found.unwrap(), key_policy::faults(&large));
}

#[test]
fn the_key_of_the_connection_is_the_callers() {
    let standing = Standing {
        facts: KeyFacts::default(),
        fingerprint: [1; 32],
        spki_sha256: [2; 32],
        free: true,
        judged_by: Vec::new(),
        lists: [0; 32],
    };
    let reused = |credential| {
        let actor = Actor::Identity {
            name: IdentityName::parse("panel").unwrap(),
            role: Role::RaCustomer,
            credential,
            peer: "192.0.2.1".to_owned(),
        };
        let caller = Caller {
            actor,
            request_id: String::new(),
        };
        standing.clone().asked_by(&caller).facts.reused
    };
    assert_eq!([[1; 32], [2; 32]].map(reused), [false, true]);
}

struct Nowhere;

#[async_trait::async_trait]
impl SubjectKeyFacts for Nowhere {
    async fn key_facts(&self, _: &Fingerprint) -> Result<Known, StoreError> {
        Err(StoreError("nowhere".to_owned()))
    }

    async fn blocked_key(&self, _: &Fingerprint) -> Result<Option<BlockedKey>, StoreError> {
        Err(StoreError("nowhere".to_owned()))
    }

    async fn blocked_keys(&self, _: &Page) -> Result<Vec<BlockedKey>, StoreError> {
        Err(StoreError("nowhere".to_owned()))
    }

    async fn valid_certificates_of_key(
        &self,
        _: &Fingerprint,
        _: Timestamp,
        _: u32,
    ) -> Result<Vec<CertificateId>, StoreError> {
        Ok(Vec::new())
    }

    async fn certificates_of_key(
        &self,
        _: &Fingerprint,
        _: u32,
    ) -> Result<Vec<CertificateId>, StoreError> {
        Err(StoreError("nowhere".to_owned()))
    }
}
