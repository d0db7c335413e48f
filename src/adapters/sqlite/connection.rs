//! Connections, their settings and their errors.

use std::{path::Path, time::Duration};

use async_trait::async_trait;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, Sqlite,
    query::Query as Statement,
    sqlite::{
        SqliteArguments, SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteRow,
        SqliteSynchronous,
    },
};

use crate::{
    adapters::sql::{
        apply::Writer,
        query::Query,
        statement::Placeholders,
        value::{SqlValue, Unreadable},
    },
    domain::unit::{CommitError, UniqueKey},
};

/// How long a statement waits for another connection's lock.
const BUSY: Duration = Duration::from_secs(5);
/// Prepared statements kept: one per table and number of rows of a batch.
const STATEMENTS: usize = 1024;
/// Pages of 4 KiB in the write-ahead log before they are brought home: a page that many batches
/// touch is then written home once for all of them.
const LOG_PAGES: &str = "16000";
/// Page cache of the writing connection: negative for KiB. Keys drawn at random touch pages
/// anywhere in an index.
const CACHE_KIB: &str = "-16384";
/// Page cache of a reading connection, small: it is emptied whenever somebody has written.
const READER_CACHE_KIB: &str = "-512";

/// Trouble with the database.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error("the database refused a statement")]
    Driver(#[from] sqlx::Error),
    #[error("reading a row")]
    Unreadable(#[from] Unreadable),
    #[error("a row of {0} to be changed is not there")]
    Missed(&'static str),
    #[error("the audit log ends before its head")]
    AuditShort,
    #[error("the write-ahead log could not be brought home")]
    Checkpoint,
    #[error("the store is closed")]
    Closed,
    #[error("no connection that reads became free in time")]
    Busy,
}

impl DatabaseError {
    /// A rule of the schema refused a row: the connection is sound.
    pub fn is_constraint(&self) -> bool {
        match self {
            Self::Driver(sqlx::Error::Database(error)) => {
                let primary = error.code().and_then(|code| code.parse::<i64>().ok());
                // SQLITE_CONSTRAINT in the low byte of the extended code.
                primary.is_some_and(|code| code & 0xff == 19)
            }
            Self::Missed(_) => true,
            _ => false,
        }
    }

    /// The answer to the one unit that caused it.
    pub fn answer(&self) -> CommitError {
        if let Self::Missed(_) = self {
            return CommitError::Conflict;
        }
        let text = self.detail();
        match text.split_once("UNIQUE constraint failed: ") {
            Some((_, columns)) => CommitError::Exists(unique_key(columns)),
            None => CommitError::Unavailable(text),
        }
    }

    /// The error with what is behind it.
    pub fn detail(&self) -> String {
        match self {
            Self::Driver(error) => format!("{self}: {error}"),
            other => other.to_string(),
        }
    }
}

fn unique_key(columns: &str) -> UniqueKey {
    let keys = [
        ("orders.number", UniqueKey::OrderNumber),
        ("live_activation.", UniqueKey::LiveActivation),
        ("intent.", UniqueKey::Serial),
        ("certificate.issuer", UniqueKey::Serial),
        ("revocation_list.", UniqueKey::CrlNumber),
        ("identity.name", UniqueKey::IdentityName),
        ("identity.credential", UniqueKey::IdentityCredential),
        ("idempotency.", UniqueKey::Idempotency),
    ];
    let found = keys
        .into_iter()
        .find(|(prefix, _)| columns.starts_with(prefix));
    found.map_or(UniqueKey::Other("row"), |(_, key)| key)
}

/// A connection that writes. `synchronous = FULL` makes a commit durable before it returns.
#[must_use]
pub fn writing(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .statement_cache_capacity(STATEMENTS)
        .pragma("trusted_schema", "OFF")
        .pragma("wal_autocheckpoint", LOG_PAGES)
        .pragma("cache_size", CACHE_KIB)
        // What a statement of many rows needs to undo itself, and the rows an update found.
        .pragma("temp_store", "MEMORY")
        .disable_statement_logging()
}

/// A connection that reads.
#[must_use]
pub fn reading(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .busy_timeout(BUSY)
        .statement_cache_capacity(STATEMENTS)
        .disable_statement_logging()
        .pragma("cache_size", READER_CACHE_KIB)
        .pragma("trusted_schema", "OFF")
        .pragma("query_only", "ON")
}

/// Binds values in order.
pub fn bind<'q>(
    statement: Statement<'q, Sqlite, SqliteArguments>,
    values: Vec<SqlValue>,
) -> Statement<'q, Sqlite, SqliteArguments> {
    values
        .into_iter()
        .fold(statement, |statement, value| match value {
            SqlValue::Integer(number) => statement.bind(number),
            SqlValue::Text(text) => statement.bind(text),
            SqlValue::Blob(bytes) => statement.bind(bytes),
        })
}

/// The lane's connection.
pub struct WriteConnection {
    inner: SqliteConnection,
}

impl WriteConnection {
    /// # Errors
    /// When the file cannot be opened as a database.
    pub async fn open(path: &Path) -> Result<Self, DatabaseError> {
        let inner = SqliteConnection::connect_with(&writing(path)).await?;
        Ok(Self { inner })
    }

    /// Runs a fixed statement.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn run(&mut self, sql: &'static str) -> Result<(), DatabaseError> {
        self.inner.execute(sql).await?;
        Ok(())
    }

    /// Closes cleanly; what it says does not matter, everything durable is.
    pub async fn close(self) {
        let _ = self.inner.close().await;
    }
}

#[async_trait]
impl Writer for WriteConnection {
    type Row = SqliteRow;
    type Error = DatabaseError;

    fn placeholders(&self) -> Placeholders {
        Placeholders::Anonymous
    }

    fn is_sole_writer(&self) -> bool {
        true
    }

    async fn execute(&mut self, sql: String, values: Vec<SqlValue>) -> Result<u64, DatabaseError> {
        let statement = bind(sqlx::query(AssertSqlSafe(sql)), values);
        Ok(statement.execute(&mut self.inner).await?.rows_affected())
    }

    async fn rows(
        &mut self,
        sql: String,
        values: Vec<SqlValue>,
    ) -> Result<Vec<SqliteRow>, DatabaseError> {
        let statement = bind(sqlx::query(AssertSqlSafe(sql)), values);
        Ok(statement.fetch_all(&mut self.inner).await?)
    }

    fn missed(&self, table: &'static str) -> DatabaseError {
        DatabaseError::Missed(table)
    }
}

/// A connection that reads one unchanging state of the database, whoever writes meanwhile.
pub struct Snapshot {
    inner: SqliteConnection,
}

impl Snapshot {
    /// With temporary tables beside the database: nothing is written into the file.
    ///
    /// # Errors
    /// When the file cannot be opened as a database, or there is no room for temporary data.
    pub async fn beside(path: &Path, tables: &[&'static str]) -> Result<Self, DatabaseError> {
        let options = reading(path).pragma("query_only", "OFF");
        let mut inner = SqliteConnection::connect_with(&options).await?;
        inner.execute("BEGIN").await?;
        for table in tables {
            inner.execute(*table).await?;
        }
        Ok(Self { inner })
    }

    /// # Errors
    /// When the database cannot answer.
    pub async fn rows(&mut self, query: Query) -> Result<Vec<SqliteRow>, DatabaseError> {
        let statement = bind(sqlx::query(AssertSqlSafe(query.sql)), query.values);
        Ok(statement.fetch_all(&mut self.inner).await?)
    }
}
