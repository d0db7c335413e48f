//! What happens to the CA's keys on their tokens, as entries of the log: logins, keys that can
//! sign, keys that no longer can (audit-ceremony A4).
//!
//! Looks at the signer's state and never stands between an order and its signature.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use tokio::sync::Mutex;

use crate::{
    domain::{
        audit::{
            event::{Event, EventKind, Outcome},
            value::Value,
        },
        refusal::Refused,
        signing::{HsmFault, KeyName},
        unit::{CommitError, Unit},
    },
    policy::access::SystemScope,
    ports::{
        clock::Clock,
        signer::{KeyStatus, Signer},
        store::Store,
    },
};

/// Different faults of one key that are told between two times it can sign.
const FAULTS: usize = 8;
/// In the words of a fault whose self-test signature does not verify.
const SELF_TEST: &str = "self-test";

/// What the configuration says of a key; nothing secret.
#[derive(Clone, Debug)]
pub struct KeyFacts {
    /// How the token is recognised: its label or serial number.
    pub token: String,
    /// CKA_ID.
    pub id: Vec<u8>,
    /// CKA_LABEL.
    pub label: String,
    pub algorithm: String,
    pub spki_sha256: [u8; 32],
}

/// Tells the log once of each change.
pub struct KeyWatch {
    store: Arc<dyn Store>,
    signer: Arc<dyn Signer>,
    clock: Arc<dyn Clock>,
    facts: BTreeMap<KeyName, KeyFacts>,
    told: Mutex<Told>,
}

/// What the log knows of this process's keys.
#[derive(Clone, Debug, Default)]
struct Told {
    ready: BTreeSet<KeyName>,
    /// Faults since the key could last sign: operation and code.
    faults: BTreeMap<KeyName, BTreeSet<(String, String)>>,
}

impl KeyWatch {
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        signer: Arc<dyn Signer>,
        clock: Arc<dyn Clock>,
        facts: BTreeMap<KeyName, KeyFacts>,
    ) -> Self {
        Self {
            store,
            signer,
            clock,
            facts,
            told: Mutex::default(),
        }
    }

    /// Records what has changed since the last look that could be recorded.
    ///
    /// # Errors
    /// 503 when it cannot be recorded; the next look tells it.
    pub async fn look(&self, scope: SystemScope) -> Result<(), Refused> {
        // Held over the commit: two looks side by side would tell one change twice.
        let mut told = self.told.lock().await;
        let mut after = told.clone();
        let events = self.news(&mut after, &self.signer.keys());
        let mut events = events.into_iter();
        let Some(first) = events.next() else {
            return Ok(());
        };
        let unit = Unit::new(scope.caller(), self.clock.now(), first);
        let unit = events.fold(unit, Unit::event);
        self.store.commit(unit).await.map_err(trouble)?;
        *told = after;
        Ok(())
    }

    fn news(&self, told: &mut Told, keys: &[KeyStatus]) -> Vec<Event> {
        let mut events = Vec::new();
        let mut logins = BTreeSet::new();
        for status in keys {
            let key = &status.key;
            match &status.state {
                Ok(()) => {
                    if told.ready.contains(key) {
                        continue;
                    }
                    let token = self.token(key);
                    if !self.is_in(told, &token) && logins.insert(token.clone()) {
                        events.push(Event::new(EventKind::HsmLogin, "token", token));
                    }
                    told.ready.insert(key.clone());
                    told.faults.remove(key);
                    events.push(self.event(EventKind::KeyActivated, key));
                }
                Err(fault) => events.extend(self.fallen(told, &mut logins, key, fault)),
            }
        }
        events
    }

    /// A key that cannot sign: told when it could before, and for each fault once.
    fn fallen(
        &self,
        told: &mut Told,
        logins: &mut BTreeSet<String>,
        key: &KeyName,
        fault: &HsmFault,
    ) -> Vec<Event> {
        let was_ready = told.ready.remove(key);
        let faults = told.faults.entry(key.clone()).or_default();
        let seen = (fault.operation.clone(), fault.code.clone());
        let is_new = faults.len() < FAULTS && faults.insert(seen);
        let mut events = Vec::new();
        if was_ready {
            let event = self.event(EventKind::KeyDeactivated, key);
            events.push(failed(event, fault));
        }
        if !is_new {
            return events;
        }
        // All keys of a token share its login: one entry.
        let same = format!("{} {} {}", fault.token, fault.operation, fault.code);
        if fault.code.contains(SELF_TEST) {
            let event = self.event(EventKind::SelftestFailed, key);
            events.push(failed(event, fault));
        } else if !was_ready && logins.insert(same) {
            let event = Event::new(EventKind::HsmLoginFailed, "token", self.token(key));
            events.push(failed(event, fault));
        }
        events
    }

    /// Whether some key of the token can sign: the token is logged in.
    fn is_in(&self, told: &Told, token: &str) -> bool {
        told.ready.iter().any(|key| self.token(key) == token)
    }

    fn token(&self, key: &KeyName) -> String {
        let facts = self.facts.get(key);
        facts.map_or_else(String::new, |facts| facts.token.clone())
    }

    fn event(&self, kind: EventKind, key: &KeyName) -> Event {
        let event = Event::new(kind, "key", key);
        match self.facts.get(key) {
            Some(facts) => event
                .with("token", facts.token.as_str())
                .with("cka_id", Value::hex(&facts.id))
                .with("cka_label", facts.label.as_str())
                .with("algorithm", facts.algorithm.as_str())
                .with("spki_sha256", Value::hex(&facts.spki_sha256)),
            None => event,
        }
    }
}

fn failed(event: Event, fault: &HsmFault) -> Event {
    event
        .outcome(Outcome::Failure)
        .with("slot", fault.slot.as_str())
        .with("operation", fault.operation.as_str())
        .with("code", fault.code.as_str())
}

fn trouble(error: CommitError) -> Refused {
    Refused::unavailable("store-unavailable", error)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use async_trait::async_trait;

    use super::*;
    use crate::{
        domain::{
            signing::{SignError, SignOrder, Signature},
            timestamp::Timestamp,
            unit::Committed,
        },
        ports::store::{Booked, Bookkeeping, StoreError},
    };

    /// Neither store nor token is asked: the news are judged.
    struct Nothing;

    #[async_trait]
    impl Store for Nothing {
        fn clock_lag(&self) -> Duration {
            Duration::ZERO
        }

        fn writes_fail(&self) -> bool {
            false
        }

        async fn commit(&self, _: Unit) -> Result<Committed, CommitError> {
            Err(CommitError::Conflict)
        }

        async fn bookkeep(&self, _: Bookkeeping) -> Result<Booked, StoreError> {
            Ok(Booked::Done)
        }
    }

    #[async_trait]
    impl Signer for Nothing {
        async fn sign(&self, order: SignOrder) -> Result<Signature, SignError> {
            Err(SignError::NotSigned(HsmFault::unknown_key(order.key())))
        }

        fn distrust(&self, _: &KeyName) {}

        fn keys(&self) -> Vec<KeyStatus> {
            vec![down("a", "C_Login", "CKR_PIN_INCORRECT")]
        }
    }

    #[async_trait]
    impl Clock for Nothing {
        fn now(&self) -> Timestamp {
            Timestamp::EPOCH
        }

        fn monotonic(&self) -> Duration {
            Duration::ZERO
        }

        fn thread_cpu(&self) -> Duration {
            self.monotonic()
        }

        async fn pause(&self, _: Duration) {}
    }

    fn key(name: &str) -> KeyName {
        KeyName::parse(name).unwrap()
    }

    fn up(name: &str) -> KeyStatus {
        KeyStatus {
            key: key(name),
            state: Ok(()),
        }
    }

    fn down(name: &str, operation: &str, code: &str) -> KeyStatus {
        let fault = HsmFault {
            operation: operation.to_owned(),
            code: code.to_owned(),
            token: "label one".to_owned(),
            ..HsmFault::unknown_key(&key(name))
        };
        KeyStatus {
            key: key(name),
            state: Err(fault),
        }
    }

    fn watch() -> KeyWatch {
        let facts = |id: u8| KeyFacts {
            token: "label one".to_owned(),
            id: vec![id],
            label: "label".to_owned(),
            algorithm: "ecdsa-p384-sha384".to_owned(),
            spki_sha256: [id; 32],
        };
        let facts = BTreeMap::from([(key("a"), facts(1)), (key("b"), facts(2))]);
        let nothing = Arc::new(Nothing);
        KeyWatch::new(nothing.clone(), nothing.clone(), nothing, facts)
    }

    fn told(watch: &KeyWatch, known: &mut Told, keys: &[KeyStatus]) -> Vec<String> {
        let news = watch.news(known, keys);
        let lines = news
            .iter()
            .map(|event| format!("{} {}", event.kind.name(), event.object.id));
        lines.collect()
    }

    #[test]
    fn each_change_is_told_once() {
        let (watch, known) = (watch(), &mut Told::default());
        let login = |name| down(name, "C_Login", "CKR_TOKEN_NOT_PRESENT");
        let all = [login("a"), login("b")];
        let mut look = |keys: &[KeyStatus]| told(&watch, known, keys);
        assert_eq!(look(&all), ["hsm.login_failed label one"]);
        assert_eq!(look(&all), [""; 0]);
        let both = [up("a"), up("b")];
        let back = ["hsm.login label one", "key.activated a", "key.activated b"];
        assert_eq!(look(&both), back);
        assert_eq!(look(&both), [""; 0]);
        let one = [up("a"), down("b", "C_Sign", "CKR_DEVICE_ERROR")];
        assert_eq!(look(&one), ["key.deactivated b"]);
        // The token is logged in for the other key.
        assert_eq!(look(&both), ["key.activated b"]);
        let tested = down(
            "b",
            "find the key",
            "the self-test signature does not verify",
        );
        let fallen = look(&[up("a"), tested]);
        assert_eq!(fallen, ["key.deactivated b", "selftest.failed b"]);
    }

    #[test]
    fn a_token_that_fails_in_ever_new_ways_fills_no_log() {
        let (watch, known) = (watch(), &mut Told::default());
        let told: usize = (0..100)
            .map(|n| told(&watch, known, &[down("a", "C_Login", &n.to_string())]).len())
            .sum();
        assert_eq!(told, FAULTS);
    }

    #[tokio::test]
    async fn what_could_not_be_recorded_is_told_again() {
        let watch = watch();
        for _ in 0..2 {
            let refused = watch.look(SystemScope::new("signer")).await.unwrap_err();
            assert_eq!(refused.code, "store-unavailable");
        }
        assert!(watch.told.lock().await.faults.is_empty());
    }
}
