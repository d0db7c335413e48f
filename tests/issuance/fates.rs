//! A store whose answers are scripted; what it writes is written.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use chancery::{
    adapters::sqlite::SqliteStore,
    domain::unit::{CommitError, Committed, Unit},
    ports::store::{Booked, Bookkeeping, Store, StoreError},
};

use futures_util::future::BoxFuture;

use crate::clock::FakeClock;

/// What becomes of a unit.
#[derive(Clone, Copy, Debug)]
pub enum Fate {
    Passes,
    /// Not written, and said so.
    Refused,
    /// Written, but the answer is lost.
    AnswerLost,
    /// Written as usual, when so much time has passed.
    Later(Duration),
}

/// The store, with scripted fates for the next units.
pub struct Fates {
    store: SqliteStore,
    clock: Arc<FakeClock>,
    script: Mutex<VecDeque<Fate>>,
    meanwhile: Mutex<Option<BoxFuture<'static, ()>>>,
}

impl Fates {
    pub fn over(store: SqliteStore, clock: Arc<FakeClock>) -> Self {
        Self {
            store,
            clock,
            script: Mutex::default(),
            meanwhile: Mutex::default(),
        }
    }

    /// What happens between the next unit's judgement and its commit.
    pub fn meanwhile(&self, event: BoxFuture<'static, ()>) {
        *self.meanwhile.lock().unwrap() = Some(event);
    }

    pub fn plays(&self, fates: impl IntoIterator<Item = Fate>) {
        self.script.lock().unwrap().extend(fates);
    }
}

#[async_trait]
impl Store for Fates {
    async fn commit(&self, unit: Unit) -> Result<Committed, CommitError> {
        let event = self.meanwhile.lock().unwrap().take();
        if let Some(event) = event {
            event.await;
        }
        let fate = self.script.lock().unwrap().pop_front();
        let trouble = || CommitError::Unavailable("as scripted".to_owned());
        match fate.unwrap_or(Fate::Passes) {
            Fate::Passes => self.store.commit(unit).await,
            Fate::Later(length) => {
                self.clock.advance(length);
                self.store.commit(unit).await
            }
            Fate::Refused => Err(trouble()),
            Fate::AnswerLost => {
                self.store.commit(unit).await.expect("it is written");
                Err(trouble())
            }
        }
    }

    async fn bookkeep(&self, task: Bookkeeping) -> Result<Booked, StoreError> {
        self.store.bookkeep(task).await
    }

    fn clock_lag(&self) -> Duration {
        self.store.clock_lag()
    }

    fn writes_fail(&self) -> bool {
        self.store.writes_fail()
    }
}
