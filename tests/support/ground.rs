//! What a service stands on in tests: a store on SQLite of its own, a clock that stands still,
//! entropy that repeats itself.

use std::sync::Arc;

use chancery::{
    adapters::sqlite::{SqliteStore, StoreOptions, migrate},
    domain::{id::BootId, text::Text, timestamp::Timestamp},
};
use tempfile::TempDir;

use crate::{clock::FakeClock, entropy::FakeEntropy};

pub struct Ground {
    pub dir: TempDir,
    pub store: SqliteStore,
    pub clock: Arc<FakeClock>,
    pub entropy: Arc<FakeEntropy>,
}

impl Ground {
    pub async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
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
