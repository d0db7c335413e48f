//! What a driver brings to the store: connections that write and read, and how far it may be
//! trusted to be alone. Everything above works on these, whatever the database.

use async_trait::async_trait;
use tokio::task::JoinHandle;

use super::{apply::Writer, fault::DatabaseError, lane::Lane, query::Query, value::Columns};

/// One database, as a driver opens it.
#[async_trait]
pub trait Driver: Send + Sync + Sized + 'static {
    type Row: Columns + 'static;
    type Writing: WriteConnection<Row = Self::Row> + Sync + 'static;
    type Reading: ReadConnection<Row = Self::Row> + 'static;
    /// What is held as long as a lane writes.
    type Guard: Send + Sync + 'static;

    /// Whether no other process writes while we do. Then there is one lane, and nothing is locked.
    const SOLE_WRITER: bool;

    /// A connection to a database that may be written to.
    ///
    /// # Errors
    /// When it cannot be reached, or what it promises is not durable.
    async fn writing(&self) -> Result<Self::Writing, DatabaseError>;

    /// # Errors
    /// When it cannot be reached.
    async fn reading(&self) -> Result<Self::Reading, DatabaseError>;

    /// `tokio::spawn(lane.run())`, said where every type is known: of the lane of any driver the
    /// compiler cannot prove that it may move between threads.
    fn spawn(lane: Lane<Self>) -> JoinHandle<()>;
}

/// A connection of a lane.
#[async_trait]
pub trait WriteConnection: Writer {
    /// # Errors
    /// When the database refuses.
    async fn begin(&mut self) -> Result<(), DatabaseError>;

    /// # Errors
    /// [`Meaning::Broken`](super::fault::Meaning::Broken) leaves open whether it was committed.
    async fn commit(&mut self) -> Result<(), DatabaseError>;

    /// # Errors
    /// When the database refuses: the connection is not to be used again.
    async fn roll_back(&mut self) -> Result<(), DatabaseError>;

    /// Waits until no transaction holds the audit log that was begun before. For a database with
    /// one writer that is so already.
    ///
    /// # Errors
    /// When the database refuses, or the other transaction does not end.
    async fn hold_log(&mut self) -> Result<(), DatabaseError>;

    /// Closes cleanly; what it says does not matter, everything durable is.
    async fn close(self);
}

/// A connection that reads.
#[async_trait]
pub trait ReadConnection: Send {
    type Row: Columns;

    /// Whether a question that nobody waits for any more costs the next one nothing.
    const FORGETS: bool;

    /// Every row.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn all(&mut self, query: Query) -> Result<Vec<Self::Row>, DatabaseError>;

    /// The first row, if any; others are not read.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn first(&mut self, query: Query) -> Result<Option<Self::Row>, DatabaseError>;

    /// Whether it can be used again after this error.
    fn survives(&self, error: &DatabaseError) -> bool;

    /// Closes cleanly: nothing was written, what it says does not matter.
    async fn close(self);
}
