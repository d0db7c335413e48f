//! The embedded database: one file, one writing process, one lane that writes, a few
//! connections that read.
//!
//! `cargo test --test store -- --ignored --nocapture throughput` measures units a second. An
//! unoptimised build on two cores that others kept busy gave 130, 1 370 and 2 480 with 1, 16
//! and 64 clients; the number of clients is the size of the batches.

mod connection;
pub mod copy;
mod lock;
pub mod registry;
pub mod schema;
pub mod verify;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use tokio::task::JoinHandle;

use self::{
    connection::{DatabaseError, Reader, WriteConnection},
    lock::WriterLock,
};
use crate::{
    adapters::sql::{driver::Driver, lane::Lane, migrations::SchemaFault, store},
    ports::{clock::Clock, entropy::Entropy},
};

pub use crate::adapters::sql::store::StoreOptions;

/// The store on SQLite. Clones share everything.
pub type SqliteStore = store::SqlStore<Sqlite>;

/// The database cannot be opened for writing.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("another process writes to {}", .0.display())]
    Locked(PathBuf),
    #[error("there is no database at {}: run `chanceryd migrate`", .0.display())]
    Missing(PathBuf),
    #[error(transparent)]
    Schema(#[from] SchemaFault),
    #[error("locking the database {}", path.display())]
    Lock {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("opening the database")]
    Database(#[source] DatabaseError),
}

/// A database file.
pub struct Sqlite {
    path: PathBuf,
}

#[async_trait]
impl Driver for Sqlite {
    type Row = SqliteRow;
    type Writing = WriteConnection;
    type Reading = Reader;
    type Guard = WriterLock;

    const SOLE_WRITER: bool = true;

    async fn writing(&self) -> Result<WriteConnection, DatabaseError> {
        WriteConnection::open(&self.path).await
    }

    async fn reading(&self) -> Result<Reader, DatabaseError> {
        Reader::open(&self.path).await
    }

    fn spawn(lane: Lane<Self>) -> JoinHandle<()> {
        tokio::spawn(lane.run())
    }
}

/// Creates the database or brings its schema up to this program's.
///
/// # Errors
/// When another process writes to it, or it is not of this program's line.
pub async fn migrate(path: &Path) -> Result<(), OpenError> {
    let _lock = WriterLock::take(path)?;
    schema::migrate(path).await
}

impl SqliteStore {
    /// Opens the database for writing; this process is then the only one that writes.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(
        path: &Path,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        options: StoreOptions,
    ) -> Result<Self, OpenError> {
        let lock = WriterLock::take(path)?;
        if !path.exists() {
            return Err(OpenError::Missing(path.to_owned()));
        }
        schema::check(path).await?;
        let driver = Sqlite {
            path: path.to_owned(),
        };
        Self::start(driver, vec![lock], clock, entropy, options)
            .await
            .map_err(OpenError::Database)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::adapters::sql::readers::Readers;

    #[tokio::test]
    async fn who_waits_for_a_reader_does_not_wait_for_ever() {
        let driver = Arc::new(Sqlite {
            path: PathBuf::new(),
        });
        let readers = Readers::new(driver, 1, Duration::ZERO);
        let held = readers.lend().await.unwrap();
        let waited = readers.lend().await.err().unwrap();
        assert!(matches!(waited, DatabaseError::Busy));
        drop(held);
        assert!(readers.lend().await.is_ok());
    }
}
