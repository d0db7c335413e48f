//! What speaks against a key besides its own numbers, at one place for CSR checks, activations,
//! officers and the registry: the block list, published lists, the CA's own keys, other owners,
//! and the one rule of arithmetic that is too dear for a request's thread.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use arc_swap::ArcSwap;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{
    domain::{
        key_checks::KeyChecks,
        owner::{Actor, Caller, Owner},
        refusal::Refused,
        subject_key::{Fingerprint, Holder, KeyHolder},
        unit::Unit,
    },
    pkix::spki::PublicKey,
    policy::{
        csr::KeyFacts,
        key_policy::{self, KeyFault, Weakness, prime_modulus, published::PublishedKeys, rules},
    },
    ports::store::subject_keys::SubjectKeyFacts,
    services::arithmetic::{Arithmetic, Patience},
};

/// Moduli whose verdict is known, in each of two generations.
const REMEMBERED: usize = 16 * 1024;
/// Threads that search for a prime modulus; a search takes 3 ms (RSA-2048) to 360 ms (RSA-8192).
const SEARCHES: usize = 1;
/// Work that may wait for them, in the unit of [`cost`] (about a millisecond): four of the largest
/// keys or three hundred of the smallest. What comes then is told to come again, so that nobody
/// waits for seconds behind other people's keys.
const WAITING: usize = 1200;
/// A request's text of at most so many octets is judged where it came: no modulus of 6 000 bits
/// fits in, and not even one of 4096 with its signature.
const SHORT: usize = 1024;
/// Threads that judge longer ones.
const JUDGES: usize = 2;
/// Kilobytes of text that may run or wait: a burst of 500 requests with RSA-4096 keys (contract,
/// HTTP), or 30 of the longest that are taken at all.
const JUDGED: usize = 2048;

/// Lists that an operator keeps up to date.
#[derive(Clone, Debug, Default)]
pub struct KeyLists {
    pub published: PublishedKeys,
    /// Keys of this CA: issuing, root, log, TLS. They enter no subscriber's certificate.
    pub own: HashSet<Fingerprint>,
}

impl KeyLists {
    /// What the lists are, in words: of each how many keys, and a digest over them.
    #[must_use]
    pub fn described(&self) -> String {
        let mut own: Vec<&Fingerprint> = self.own.iter().collect();
        own.sort_unstable();
        let digest = own
            .iter()
            .fold(Sha256::new(), |digest, key| digest.chain_update(key));
        let published = hex::encode(self.published.sha256());
        let (many, few) = (self.published.len(), own.len());
        let own = hex::encode(digest.finalize());
        format!("published\t{many}\t{published}\nown\t{few}\t{own}\n")
    }
}

/// Lists with what entries call them.
struct Held {
    lists: KeyLists,
    sha256: [u8; 32],
}

impl Held {
    fn new(lists: KeyLists) -> Self {
        let sha256 = Sha256::digest(lists.described()).into();
        Self { lists, sha256 }
    }
}

/// The service; one for the whole daemon, because it remembers.
pub struct SubjectKeys {
    store: Arc<dyn SubjectKeyFacts>,
    lists: ArcSwap<Held>,
    composite: Arc<Mutex<Remembered>>,
    searches: Arithmetic,
    judges: Arithmetic,
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
    judged_by: Vec<&'static str>,
    lists: [u8; 32],
}

impl Standing {
    /// By which rules and lists the key was judged; for an intent, which no faulty key has.
    fn checks(&self) -> KeyChecks {
        KeyChecks {
            rules: rules::VERSION,
            kept: self.judged_by.clone(),
            lists: self.lists,
        }
    }

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
        let unit = unit.unblocked(self.fingerprint).judged_key(self.checks());
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
            lists: ArcSwap::from_pointee(Held::new(lists)),
            composite: Arc::default(),
            searches: Arithmetic::new(SEARCHES, WAITING),
            judges: Arithmetic::new(JUDGES, JUDGED),
        }
    }

    /// Takes over lists that were read again.
    pub fn replace_lists(&self, lists: KeyLists) {
        self.lists.store(Arc::new(Held::new(lists)));
    }

    /// Judges a key that passes [`crate::policy::key_policy::faults`]; `is_own` tells whether the
    /// owner it belongs to may use it here.
    ///
    /// # Errors
    /// 503 when the store cannot answer, or the request's patience is over.
    pub async fn standing(
        &self,
        key: &PublicKey,
        patience: &Patience,
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
        // One state of the lists for the whole judgement.
        let held = self.lists.load_full();
        Ok(Standing {
            facts: KeyFacts {
                weak: self
                    .weakness(key, fingerprint, &held.lists, patience)
                    .await?,
                compromised: known.blocked,
                reused: taken || held.lists.own.contains(&fingerprint),
            },
            fingerprint,
            spki_sha256: key.spki_sha256(),
            free,
            judged_by: rules::judging(key).collect(),
            lists: held.sha256,
        })
    }

    /// What speaks against a key by which an identity wants to be known.
    ///
    /// # Errors
    /// 503 when the store cannot answer.
    pub async fn unfit(&self, fingerprint: &Fingerprint) -> Result<Option<Unfit>, Refused> {
        let known = self.store.key_facts(fingerprint).await?;
        let own = self.lists.load().lists.own.contains(fingerprint);
        Ok(match known.holder {
            _ if known.blocked => Some(Unfit::Compromised),
            _ if own => Some(Unfit::InUse),
            Some(Holder::Subscriber(_)) => Some(Unfit::InUse),
            Some(Holder::Identity(_)) => Some(Unfit::Registered),
            None => None,
        })
    }

    /// What `judge` says of a request's text, which may hold as much dear work as its length
    /// allows (and a private key).
    ///
    /// # Errors
    /// 503 `key-check-failed` when there is too much to do or it takes too long.
    pub async fn judged<T: Send + 'static>(
        &self,
        text: &str,
        patience: &Patience,
        judge: impl FnOnce(&str) -> T + Send + 'static,
    ) -> Result<T, Refused> {
        if text.len() <= SHORT {
            return Ok(judge(text));
        }
        let text = Zeroizing::new(text.to_owned());
        let (length, work) = (kilobytes(text.len()), move || judge(&text));
        self.judges.run(length, patience, work).await
    }

    /// Every rule a key breaks by itself, but for the one of [`Self::standing`]; judged where the
    /// request that brought it would be.
    ///
    /// # Errors
    /// 503 as of [`Self::judged`].
    pub async fn faults(
        &self,
        key: &PublicKey,
        patience: &Patience,
    ) -> Result<Vec<KeyFault>, Refused> {
        // A request holds a signature as long as its key, and both in Base64.
        let length = key.to_spki().len().saturating_mul(3);
        if length <= SHORT {
            return Ok(key_policy::faults(key));
        }
        let key = key.clone();
        let work = move || key_policy::faults(&key);
        self.judges.run(kilobytes(length), patience, work).await
    }

    async fn weakness(
        &self,
        key: &PublicKey,
        fingerprint: Fingerprint,
        lists: &KeyLists,
        patience: &Patience,
    ) -> Result<Option<Weakness>, Refused> {
        if lists.published.name(key) {
            return Ok(Some(Weakness::Published));
        }
        let PublicKey::Rsa { modulus, .. } = key else {
            return Ok(None);
        };
        let known = lock(&self.composite).verdict(&fingerprint);
        let prime = match known {
            Some(prime) => prime,
            None => {
                let modulus = modulus.clone();
                self.search(modulus, fingerprint, patience).await?
            }
        };
        Ok(prime.then_some(Weakness::PrimeModulus))
    }

    /// Whether the modulus is a prime; remembered also when nobody waits for it any more, so that
    /// who asks again is told.
    async fn search(
        &self,
        modulus: Vec<u8>,
        fingerprint: Fingerprint,
        patience: &Patience,
    ) -> Result<bool, Refused> {
        let (remembered, cost) = (Arc::clone(&self.composite), cost(&modulus));
        let search = move || {
            // Somebody may have asked for the same key meanwhile.
            let known = lock(&remembered).verdict(&fingerprint);
            known.unwrap_or_else(|| {
                let prime = prime_modulus::is_prime(&modulus);
                lock(&remembered).insert(fingerprint, prime);
                prime
            })
        };
        self.searches.run(cost, patience, search).await
    }
}

fn lock(remembered: &Mutex<Remembered>) -> MutexGuard<'_, Remembered> {
    remembered.lock().unwrap_or_else(PoisonError::into_inner)
}

fn kilobytes(length: usize) -> u32 {
    u32::try_from(length.div_ceil(1024)).unwrap_or(u32::MAX)
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
mod tests;
