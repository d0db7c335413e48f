//! Which units share a transaction.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use chancery::{
    adapters::sqlite::{SqliteStore, migrate},
    domain::{id::BootId, timestamp::Timestamp, unit::Unit},
    ports::{clock::Clock, store::Store},
};
use futures_util::future::join_all;
use sqlx::Row;

use crate::{
    clock::FakeClock,
    entropy::FakeEntropy,
    sqlite::{options, raw},
    world::{START, caller, event},
};

/// A clock whose pauses end at once so many times and then never: who waits, waits for company.
struct Endless(FakeClock, Arc<AtomicU32>);

#[async_trait]
impl Clock for Endless {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }

    fn thread_cpu(&self) -> Duration {
        self.monotonic()
    }

    async fn pause(&self, _: Duration) {
        let take = |left: u32| left.checked_sub(1);
        let over = self
            .1
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, take);
        if over.is_err() {
            std::future::pending().await
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_waits_for_a_quarter_of_the_acts_under_way() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ca.db");
    migrate(&path).await.unwrap();
    let short = Arc::new(AtomicU32::new(0));
    let (clock, entropy) = (
        Endless(FakeClock::at(START), short.clone()),
        Arc::new(FakeEntropy::default()),
    );
    let now = clock.now();
    let options = options(BootId::new(clock.now(), [0; 10]));
    let store = SqliteStore::open(&path, Arc::new(clock), entropy, options)
        .await
        .unwrap();
    let note = || Unit::new(caller(), now, event());
    // One of seven goes alone, and so does what says nothing of others.
    store.commit(note()).await.unwrap();
    store.commit(note().among(7)).await.unwrap();
    let before = transactions(&path).await;
    let three = join_all((0..3).map(|_| store.commit(note().among(12)))).await;
    assert!(three.iter().all(Result::is_ok));
    assert_eq!(transactions(&path).await, before + 1);
    // Who has waited in vain expects nobody any more.
    short.store(1, Ordering::SeqCst);
    store.commit(note()).await.unwrap();
    store.commit(note()).await.unwrap();
}

/// The head's version counts them.
async fn transactions(path: &std::path::Path) -> i64 {
    let sql = "SELECT version FROM audit_head";
    let row = sqlx::query(sql)
        .fetch_one(&mut raw(path).await)
        .await
        .unwrap();
    row.get(0)
}
