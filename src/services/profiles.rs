//! Certificate profiles that come, change and go, and the texts that issuance will rest on, as
//! entries of the log.

use std::collections::{BTreeMap, BTreeSet};

use super::request::decide;
use crate::{
    domain::{
        audit::event::Event,
        kept_text::{KeptText, TextKey},
        profile::ProfileRecord,
        refusal::Refused,
        timestamp::Timestamp,
        unit::{Change, Unit},
    },
    policy::access::SystemScope,
    ports::{
        clock::Clock,
        store::{Store, issuance::Known},
    },
};

/// What a configuration brings into force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InForce {
    /// Name and SHA-256 of each profile.
    pub profiles: BTreeMap<String, [u8; 32]>,
    /// What hashes and versions in intents and in what users accept will stand for.
    pub texts: Vec<KeptText>,
}

/// Records what differs from what was in force before; nothing when nothing does. Belongs before
/// the first issuance by these profiles, and before anybody can accept these statements: from then
/// on no act has to ask whether a text is kept. `why`, the entry of a new configuration, is written in the
/// same unit: the log has both or neither.
///
/// # Errors
/// 503 when it cannot be recorded: then nothing may be issued by them. 409 `text-changed` when a
/// version that is kept came with other words.
pub async fn record(
    store: &dyn Store,
    known: &dyn Known,
    clock: &dyn Clock,
    scope: SystemScope,
    in_force: &InForce,
    why: Option<Event>,
) -> Result<(), Refused> {
    decide(|| async {
        let now = clock.now();
        let news = news(known, in_force, now).await?;
        let mut news = news.into_iter();
        let unit = if let Some(event) = why.clone() {
            Unit::new(scope.caller(), now, event)
        } else if let Some(first) = news.next() {
            Unit::of(scope.caller(), now, first)
        } else {
            return Ok(());
        };
        store.commit(news.fold(unit, Unit::change)).await?;
        Ok(())
    })
    .await
}

async fn news(
    known: &dyn Known,
    in_force: &InForce,
    now: Timestamp,
) -> Result<Vec<Change>, Refused> {
    let mut unseen = in_force.profiles.clone();
    let mut news: Vec<Change> = Vec::new();
    for profile in known.known_profiles().await? {
        let changed = match unseen.remove(&profile.name) {
            Some(sha256) => profile.in_force(sha256, now),
            None => profile.retire(now),
        };
        news.extend(changed.map(Change::from));
    }
    let added = unseen
        .iter()
        .map(|(name, sha256)| ProfileRecord::add(name, *sha256, now).into());
    news.extend(added);
    let kept = known.kept_texts().await?.into_iter().collect();
    news.extend(new_texts(kept, &in_force.texts)?);
    Ok(news)
}

/// What is not kept yet. Who has accepted a version, or was judged by it, shall find its words
/// under its name and no others.
fn new_texts(mut kept: BTreeSet<TextKey>, texts: &[KeptText]) -> Result<Vec<Change>, Refused> {
    let mut news = Vec::new();
    for text in texts {
        let key = text.key();
        if kept.contains(key) {
            continue;
        }
        let other = |known: &TextKey| known.kind == key.kind && known.name == key.name;
        if key.kind.is_versioned() && kept.iter().any(other) {
            let id = key.id();
            let cause = format!("{id} is kept with other words: they need a version of their own");
            return Err(Refused {
                cause: Some(cause),
                ..Refused::state("text-changed")
            });
        }
        kept.insert(key.clone());
        news.push(text.clone().into());
    }
    Ok(news)
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Mutex, PoisonError},
        time::Duration,
    };

    use async_trait::async_trait;

    use super::*;
    use crate::{
        domain::{
            aggregate::Loaded,
            audit::event::EventKind,
            kept_text::TextKind,
            unit::{CommitError, Committed},
        },
        ports::store::{
            Booked, Bookkeeping, StoreError,
            issuance::{KeptTexts, KnownProfiles},
        },
    };

    /// Knows no profile, writes down what it is handed, and keeps nothing.
    #[derive(Default)]
    struct Away(Mutex<Vec<Vec<EventKind>>>);

    #[async_trait]
    impl Store for Away {
        fn clock_lag(&self) -> Duration {
            Duration::ZERO
        }

        fn writes_fail(&self) -> bool {
            false
        }

        async fn commit(&self, unit: Unit) -> Result<Committed, CommitError> {
            let kinds = unit.events.iter().map(|event| event.kind).collect();
            let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            seen.push(kinds);
            Err(CommitError::Unavailable("away".to_owned()))
        }

        async fn bookkeep(&self, _: Bookkeeping) -> Result<Booked, StoreError> {
            Ok(Booked::Done)
        }
    }

    #[async_trait]
    impl KnownProfiles for Away {
        async fn known_profiles(&self) -> Result<Vec<Loaded<ProfileRecord>>, StoreError> {
            Ok(Vec::new())
        }
    }

    #[async_trait]
    impl KeptTexts for Away {
        async fn kept_texts(&self) -> Result<Vec<TextKey>, StoreError> {
            Ok(vec![text("kept").key().clone()])
        }

        async fn texts_named(
            &self,
            _: TextKind,
            _: &str,
        ) -> Result<Vec<(TextKey, Timestamp)>, StoreError> {
            Ok(Vec::new())
        }

        async fn text(&self, _: &TextKey) -> Result<Option<Vec<u8>>, StoreError> {
            Ok(None)
        }
    }

    fn text(name: &str) -> KeptText {
        KeptText::new(TextKind::Profile, name, "").unwrap()
    }

    #[async_trait]
    impl Clock for Away {
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

    #[test]
    fn a_version_stands_for_one_text() {
        for kind in TextKind::ALL {
            let [old, new] = ["old", "new"].map(|words| KeptText::new(kind, "v1", words).unwrap());
            let kept = BTreeSet::from([old.key().clone()]);
            let again = new_texts(kept.clone(), std::slice::from_ref(&old)).unwrap();
            assert_eq!(again.len(), 0);
            let later = new_texts(kept, std::slice::from_ref(&new));
            let together = new_texts(BTreeSet::new(), &[old, new]);
            for told in [later, together] {
                let code = told.err().map(|refused| refused.code);
                assert_eq!(
                    code,
                    kind.is_versioned().then_some("text-changed"),
                    "{kind:?}"
                );
            }
        }
    }

    #[tokio::test]
    async fn a_configuration_and_its_profiles_are_told_together() {
        let in_force = InForce {
            profiles: [("a".to_owned(), [1; 32])].into(),
            texts: ["new", "kept", "new"].map(text).into(),
        };
        let away = Away::default();
        let why = Event::new(EventKind::ConfigChanged, "config", "c");
        let scope = SystemScope::new("daemon");
        let told = record(&away, &away, &away, scope, &in_force, Some(why)).await;
        assert!(told.is_err());
        let units = away.0.into_inner().unwrap();
        let together = [
            EventKind::ConfigChanged,
            EventKind::ProfileAdded,
            EventKind::TextKept,
        ];
        assert!(!units.is_empty());
        assert!(units.iter().all(|kinds| *kinds == together), "{units:?}");
    }
}
