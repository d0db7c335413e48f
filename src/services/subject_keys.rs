//! What speaks against a key besides its own numbers, at one place for CSR checks, activations,
//! officers and the registry: the block list, published lists, the CA's own keys, other owners,
//! and the one rule of arithmetic that is too dear for a request's thread.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwap;
use tokio::sync::Semaphore;

use crate::{
    domain::{
        owner::{Actor, Caller, Owner},
        refusal::Refused,
        subject_key::{Fingerprint, Holder, KeyHolder},
        unit::Unit,
    },
    pkix::spki::PublicKey,
    policy::{
        csr::KeyFacts,
        key_policy::{Weakness, prime_modulus, published::PublishedKeys},
    },
    ports::store::subject_keys::SubjectKeyFacts,
};

/// Moduli whose verdict is known, in each of two generations.
const REMEMBERED: usize = 16 * 1024;
/// Threads that search for a prime modulus; a search takes 3 ms (RSA-2048) to 360 ms (RSA-8192).
const SEARCHES: usize = 1;
/// Work that may wait for them, in the unit of [`cost`] (about a millisecond): four of the largest
/// keys or three hundred of the smallest. What comes then is told to come again, so that nobody
/// waits for seconds behind other people's keys.
const WAITING: usize = 1200;

/// Lists that an operator keeps up to date.
#[derive(Clone, Debug, Default)]
pub struct KeyLists {
    pub published: PublishedKeys,
    /// Keys of this CA: issuing, root, log, TLS. They enter no subscriber's certificate.
    pub own: HashSet<Fingerprint>,
}

/// The service; one for the whole daemon, because it remembers.
pub struct SubjectKeys {
    store: Arc<dyn SubjectKeyFacts>,
    lists: ArcSwap<KeyLists>,
    composite: Mutex<Remembered>,
    searches: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

/// Why an identity cannot be known by a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It stands on the block list.
    Compromised,
    /// A subscriber's, or the CA's own.
    InUse,
    /// An identity is known by it already.
    Registered,
}

/// A key as it stands for one owner now.
#[derive(Clone, Debug)]
pub struct Standing {
    pub facts: KeyFacts,
    fingerprint: Fingerprint,
    spki_sha256: [u8; 32],
    /// Nobody holds it yet.
    free: bool,
}

impl Standing {
    /// For a request of this caller: who is registered by a URI alone has a key too, the one of
    /// the connection on which it asks.
    #[must_use]
    pub fn asked_by(mut self, caller: &Caller) -> Self {
        if let Actor::Identity { credential, .. } = &caller.actor {
            self.facts.reused |= *credential == self.spki_sha256;
        }
        self
    }

    /// Binds the key to its owner in the unit that first certifies it, and lets the unit fail
    /// when the key is blocked, or taken by another owner, before it commits.
    #[must_use]
    pub fn bind(&self, unit: Unit, owner: &Owner) -> Unit {
        let unit = unit.unblocked(self.fingerprint);
        if self.free {
            unit.change(KeyHolder {
                fingerprint: self.fingerprint,
                holder: Holder::Subscriber(owner.clone()),
            })
        } else {
            unit
        }
    }
}

impl SubjectKeys {
    #[must_use]
    pub fn new(store: Arc<dyn SubjectKeyFacts>, lists: KeyLists) -> Self {
        Self {
            store,
            lists: ArcSwap::from_pointee(lists),
            composite: Mutex::default(),
            searches: Arc::new(Semaphore::new(SEARCHES)),
            waiting: Arc::new(Semaphore::new(WAITING)),
        }
    }

    /// Takes over lists that were read again.
    pub fn replace_lists(&self, lists: KeyLists) {
        self.lists.store(Arc::new(lists));
    }

    /// Judges a key that passes [`crate::policy::key_policy::faults`]; `is_own` tells whether the
    /// owner it belongs to may use it here.
    ///
    /// # Errors
    /// 503 when the store cannot answer.
    pub async fn standing(
        &self,
        key: &PublicKey,
        is_own: impl FnOnce(&Owner) -> bool + Send,
    ) -> Result<Standing, Refused> {
        let fingerprint = key.fingerprint();
        let known = self.store.key_facts(&fingerprint).await?;
        let free = known.holder.is_none();
        let taken = match &known.holder {
            None => false,
            Some(Holder::Subscriber(owner)) => !is_own(owner),
            Some(Holder::Identity(_)) => true,
        };
        Ok(Standing {
            facts: KeyFacts {
                weak: self.weakness(key, fingerprint).await?,
                compromised: known.blocked,
                reused: taken || self.lists.load().own.contains(&fingerprint),
            },
            fingerprint,
            spki_sha256: key.spki_sha256(),
            free,
        })
    }

    /// What speaks against a key by which an identity wants to be known.
    ///
    /// # Errors
    /// 503 when the store cannot answer.
    pub async fn unfit(&self, fingerprint: &Fingerprint) -> Result<Option<Unfit>, Refused> {
        let known = self.store.key_facts(fingerprint).await?;
        let own = self.lists.load().own.contains(fingerprint);
        Ok(match known.holder {
            _ if known.blocked => Some(Unfit::Compromised),
            _ if own => Some(Unfit::InUse),
            Some(Holder::Subscriber(_)) => Some(Unfit::InUse),
            Some(Holder::Identity(_)) => Some(Unfit::Registered),
            None => None,
        })
    }

    async fn weakness(
        &self,
        key: &PublicKey,
        fingerprint: Fingerprint,
    ) -> Result<Option<Weakness>, Refused> {
        if self.lists.load().published.name(key) {
            return Ok(Some(Weakness::Published));
        }
        let PublicKey::Rsa { modulus, .. } = key else {
            return Ok(None);
        };
        let weakness = |prime: bool| prime.then_some(Weakness::PrimeModulus);
        let known = self.remembered().verdict(&fingerprint);
        if let Some(prime) = known {
            return Ok(weakness(prime));
        }
        let failed =
            |error: &dyn ToString| Refused::unavailable("key-check-failed", error.to_string());
        let place = Arc::clone(&self.waiting).try_acquire_many_owned(cost(modulus));
        let place = place.map_err(|error| failed(&error))?;
        let slot = Arc::clone(&self.searches).acquire_owned().await;
        let slot = slot.map_err(|error| failed(&error))?;
        // Somebody may have asked for the same key meanwhile.
        let known = self.remembered().verdict(&fingerprint);
        if let Some(prime) = known {
            return Ok(weakness(prime));
        }
        let modulus = modulus.clone();
        let search = tokio::task::spawn_blocking(move || {
            let found = prime_modulus::is_prime(&modulus);
            drop((slot, place));
            found
        });
        let prime = search.await.map_err(|error| failed(&error))?;
        self.remembered().insert(fingerprint, prime);
        Ok(weakness(prime))
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, Remembered> {
        self.composite
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A search takes the third power of the modulus's length.
fn cost(modulus: &[u8]) -> u32 {
    let kibibits = u32::try_from(modulus.len().div_ceil(128)).unwrap_or(u32::MAX);
    kibibits.saturating_pow(3).div_ceil(2)
}

/// Whether a modulus is prime; forgets the older half when it is full.
#[derive(Default)]
struct Remembered {
    young: HashMap<Fingerprint, bool>,
    old: HashMap<Fingerprint, bool>,
}

impl Remembered {
    fn verdict(&self, fingerprint: &Fingerprint) -> Option<bool> {
        let found = self.young.get(fingerprint);
        found.or_else(|| self.old.get(fingerprint)).copied()
    }

    fn insert(&mut self, fingerprint: Fingerprint, prime: bool) {
        if self.young.len() == REMEMBERED {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(fingerprint, prime);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{
            id::CertificateId,
            owner::{IdentityName, Role},
            subject_key::BlockedKey,
            timestamp::Timestamp,
        },
        ports::store::{Page, StoreError, subject_keys::KeyFacts as Known},
    };

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

    #[tokio::test]
    async fn nobody_waits_behind_more_large_keys_than_a_few() {
        let keys = SubjectKeys::new(Arc::new(Nowhere), KeyLists::default());
        let key = |octets: usize| PublicKey::Rsa {
            modulus: vec![0xff; octets],
            exponent: vec![1, 0, 1],
        };
        let held: Vec<_> = (0..4)
            .map(|_| Arc::clone(&keys.waiting).try_acquire_many_owned(cost(&[0xff; 1024])))
            .collect();
        assert!(held.iter().all(Result::is_ok));
        let refused = keys.weakness(&key(1024), [1; 32]).await.unwrap_err();
        assert!(refused.is_trouble());
        assert_eq!(refused.code, "key-check-failed");
        // Small ones still find a place, and the place is free again afterwards.
        let free = keys.waiting.available_permits();
        assert!(keys.weakness(&key(256), [2; 32]).await.is_ok());
        assert_eq!(keys.waiting.available_permits(), free);
        drop(held);
        assert_eq!(keys.waiting.available_permits(), WAITING);
    }

    #[test]
    fn the_key_of_the_connection_is_the_callers() {
        let standing = Standing {
            facts: KeyFacts::default(),
            fingerprint: [1; 32],
            spki_sha256: [2; 32],
            free: true,
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
}
