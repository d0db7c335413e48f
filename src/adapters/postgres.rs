//! PostgreSQL: one database for several instances, some lanes that write side by side, a few
//! connections that read.
//!
//! What makes the lanes of all instances one history: the rows that a decision rests on are locked
//! in one order (`sql/apply.rs`), and the head of the audit log is taken last and kept until the
//! commit. The server must keep what it has confirmed; one that does not is refused
//! (`connection`), at the start and whenever a connection is opened anew.

mod connection;
mod fault;
mod reader;
pub mod schema;
pub mod snapshot;
pub mod target;

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::postgres::PgRow;
use tokio::task::JoinHandle;

use self::{connection::WriteConnection, reader::Reader, target::Target};
use crate::{
    adapters::sql::{
        driver::Driver,
        fault::DatabaseError,
        lane::Lane,
        migrations::SchemaFault,
        store::{SqlStore, StoreOptions},
    },
    ports::{clock::Clock, entropy::Entropy},
};

/// The store on PostgreSQL. Clones share everything.
pub type PostgresStore = SqlStore<Postgres>;

/// The database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Schema(#[from] SchemaFault),
    #[error(
        "the variable {0} of the environment would add to the configuration of the database: unset it"
    )]
    Environment(&'static str),
    #[error("opening the database: {}", .0.detail())]
    Database(DatabaseError),
}

/// A database on a server.
pub struct Postgres {
    target: Target,
}

#[async_trait]
impl Driver for Postgres {
    type Row = PgRow;
    type Writing = WriteConnection;
    type Reading = Reader;
    type Guard = ();

    const SOLE_WRITER: bool = false;

    async fn writing(&self) -> Result<WriteConnection, DatabaseError> {
        WriteConnection::open(&self.target).await
    }

    async fn reading(&self) -> Result<Reader, DatabaseError> {
        Reader::open(&self.target).await
    }

    fn spawn(lane: Lane<Self>) -> JoinHandle<()> {
        tokio::spawn(lane.run())
    }
}

/// Creates the schema or brings it up to this program's, and grants the roles what they need. To be
/// called as the owner of the tables.
///
/// # Errors
/// When the server cannot be reached or is unfit, or the database is not of this program's line.
pub async fn migrate(target: &Target) -> Result<(), OpenError> {
    target.check_environment()?;
    schema::migrate(target).await
}

impl PostgresStore {
    /// Opens the database, with so many lanes that write (at least one).
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(
        target: Target,
        lanes: usize,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        options: StoreOptions,
    ) -> Result<Self, OpenError> {
        target.check_environment()?;
        schema::check(&target).await?;
        let guards = vec![(); lanes.max(1)];
        Self::start(Postgres { target }, guards, clock, entropy, options)
            .await
            .map_err(OpenError::Database)
    }
}
