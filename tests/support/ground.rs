//! What a service stands on in tests: a store on SQLite of its own, a clock that stands still,
//! entropy that repeats itself. When it goes, the oracle judges what the test has left.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use chancery::{
    adapters::sqlite::{
        SqliteStore, StoreOptions, migrate,
        verify::{Issuers, contents, verify},
    },
    domain::{id::BootId, text::Text, timestamp::Timestamp},
};
use tempfile::TempDir;

use crate::{clock::FakeClock, entropy::FakeEntropy, seal::seal};

/// The directory of the database, `ca.db`. Whoever holds it cannot forget the oracle; a test that
/// writes into the database with a hand of its own leaves it as it was, or says that it does not.
pub struct Home {
    dir: TempDir,
    /// Set by a test that writes rows no service would write: the oracle must find them.
    pub made_up: AtomicBool,
}

impl Home {
    pub fn path(&self) -> &Path {
        self.dir.path()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if thread::panicking() {
            return;
        }
        let database = self.path().join("ca.db");
        // A test runs inside a runtime, where none can be driven.
        let judge = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            runtime.unwrap().block_on(async {
                let report = verify(&database, &Issuers::new()).await?;
                contents::check(&database, &*seal(), true, report, &|_, _| {}).await
            })
        });
        let report = judge.join().unwrap().unwrap();
        if self.made_up.load(Ordering::SeqCst) {
            assert!(report.found > 0, "nothing that the test left was made up");
        } else {
            assert_eq!(report.violations, [], "what the test left");
        }
    }
}

pub struct Ground {
    pub dir: Home,
    pub store: SqliteStore,
    pub clock: Arc<FakeClock>,
    pub entropy: Arc<FakeEntropy>,
}

impl Ground {
    pub async fn new() -> Self {
        let dir = Home {
            dir: tempfile::tempdir().unwrap(),
            made_up: AtomicBool::new(false),
        };
        let path = dir.path().join("ca.db");
        migrate(&path).await.unwrap();
        let clock = Arc::new(FakeClock::at("2026-11-20T10:00:00Z"));
        let entropy = Arc::new(FakeEntropy::from(1));
        let options = StoreOptions {
            queue: 64,
            batch: 16,
            log_prefix: "ca.example.org/audit".to_owned(),
            node: "test".to_owned(),
            boot: boot(),
            contents: seal(),
        };
        let store = SqliteStore::open(&path, clock.clone(), entropy.clone(), options);
        Self {
            store: store.await.unwrap(),
            dir,
            clock,
            entropy,
        }
    }
}

/// The start that writes the audit entries.
pub fn boot() -> BootId {
    BootId::new(Timestamp::EPOCH, FakeEntropy::from(0xb0).bytes())
}

pub fn text<const MAX: usize>(text: &str) -> Text<MAX> {
    Text::parse(text).unwrap()
}
