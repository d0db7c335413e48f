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

pub use crate::adapters::sql::fault::DatabaseError;
use crate::{
    adapters::sql::{
        apply::Writer,
        driver,
        fault::Meaning,
        query::Query,
        statement::Placeholders,
        value::{Fields, SqlValue},
    },
    domain::unit::UniqueKey,
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

/// Sorts an error by its code and text.
pub fn sorted(error: sqlx::Error) -> DatabaseError {
    let meaning = meaning(&error);
    DatabaseError::Driver { meaning, error }
}

fn meaning(error: &sqlx::Error) -> Meaning {
    let Some(database) = error.as_database_error() else {
        return Meaning::Broken;
    };
    // SQLITE_CONSTRAINT in the low byte of the extended code.
    let code = database.code().and_then(|code| code.parse::<i64>().ok());
    if code.is_none_or(|code| code & 0xff != 19) {
        return Meaning::Broken;
    }
    let text = database.message();
    match text.split_once("UNIQUE constraint failed: ") {
        Some((_, columns)) => Meaning::Taken(unique_key(columns)),
        None => Meaning::Rule,
    }
}

fn unique_key(columns: &str) -> UniqueKey {
    let keys = [
        ("orders.number", UniqueKey::OrderNumber),
        ("live_activation.", UniqueKey::LiveActivation),
        ("intent.", UniqueKey::Serial),
        ("certificate.issuer", UniqueKey::Serial),
        (
            "revocation_list.issuer, revocation_list.crl_partition, revocation_list.number",
            UniqueKey::CrlNumber,
        ),
        ("revocation_list.", UniqueKey::CrlScope),
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
    /// Opens the database. After a failed fsync the system may show bytes that are not on the
    /// disk: bringing the write-ahead log home writes and syncs them again, or fails.
    ///
    /// # Errors
    /// When the file cannot be opened as a database, or cannot be trusted.
    pub async fn open(path: &Path) -> Result<Self, DatabaseError> {
        let inner = SqliteConnection::connect_with(&writing(path)).await;
        let mut connection = Self {
            inner: inner.map_err(sorted)?,
        };
        let rows = connection
            .rows("PRAGMA wal_checkpoint(TRUNCATE)".to_owned(), Vec::new())
            .await?;
        let busy = rows.first().map(|row| Fields::of(row).integer("busy"));
        if busy.transpose()? != Some(0) {
            return Err(DatabaseError::Checkpoint);
        }
        Ok(connection)
    }

    /// Runs a fixed statement.
    async fn run(&mut self, sql: &'static str) -> Result<(), DatabaseError> {
        self.inner.execute(sql).await.map_err(sorted)?;
        Ok(())
    }
}

#[async_trait]
impl driver::WriteConnection for WriteConnection {
    async fn begin(&mut self) -> Result<(), DatabaseError> {
        self.run("BEGIN IMMEDIATE").await
    }

    async fn commit(&mut self) -> Result<(), DatabaseError> {
        self.run("COMMIT").await
    }

    async fn roll_back(&mut self) -> Result<(), DatabaseError> {
        self.run("ROLLBACK").await
    }

    async fn hold_log(&mut self) -> Result<(), DatabaseError> {
        Ok(())
    }

    async fn close(self) {
        let _ = self.inner.close().await;
    }
}

#[async_trait]
impl Writer for WriteConnection {
    type Row = SqliteRow;

    fn placeholders(&self) -> Placeholders {
        Placeholders::Anonymous
    }

    fn is_sole_writer(&self) -> bool {
        true
    }

    async fn execute(&mut self, sql: String, values: Vec<SqlValue>) -> Result<u64, DatabaseError> {
        let statement = bind(sqlx::query(AssertSqlSafe(sql)), values);
        let done = statement.execute(&mut self.inner).await.map_err(sorted)?;
        Ok(done.rows_affected())
    }

    async fn rows(
        &mut self,
        sql: String,
        values: Vec<SqlValue>,
    ) -> Result<Vec<SqliteRow>, DatabaseError> {
        let statement = bind(sqlx::query(AssertSqlSafe(sql)), values);
        statement.fetch_all(&mut self.inner).await.map_err(sorted)
    }
}

/// A connection for queries of requests.
pub struct Reader {
    inner: SqliteConnection,
}

impl Reader {
    /// # Errors
    /// When the file cannot be opened as a database.
    pub async fn open(path: &Path) -> Result<Self, DatabaseError> {
        let inner = SqliteConnection::connect_with(&reading(path)).await;
        Ok(Self {
            inner: inner.map_err(sorted)?,
        })
    }
}

#[async_trait]
impl driver::ReadConnection for Reader {
    type Row = SqliteRow;

    const FORGETS: bool = true;

    async fn all(&mut self, query: Query) -> Result<Vec<SqliteRow>, DatabaseError> {
        // The text is this program's own; everything from outside is bound.
        let statement = bind(sqlx::query(AssertSqlSafe(query.sql)), query.values);
        statement.fetch_all(&mut self.inner).await.map_err(sorted)
    }

    async fn first(&mut self, query: Query) -> Result<Option<SqliteRow>, DatabaseError> {
        let statement = bind(sqlx::query(AssertSqlSafe(query.sql)), query.values);
        let row = statement.fetch_optional(&mut self.inner).await;
        row.map_err(sorted)
    }

    /// A connection whose trouble is not a statement's own is not used again.
    fn survives(&self, error: &DatabaseError) -> bool {
        match error {
            DatabaseError::Driver { error, .. } => error.as_database_error().is_some(),
            _ => true,
        }
    }

    async fn close(self) {
        let _ = self.inner.close().await;
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
        let inner = SqliteConnection::connect_with(&options).await;
        let mut inner = inner.map_err(sorted)?;
        inner.execute("BEGIN").await.map_err(sorted)?;
        for table in tables {
            inner.execute(*table).await.map_err(sorted)?;
        }
        Ok(Self { inner })
    }

    /// # Errors
    /// When the database cannot answer.
    pub async fn rows(&mut self, query: Query) -> Result<Vec<SqliteRow>, DatabaseError> {
        let statement = bind(sqlx::query(AssertSqlSafe(query.sql)), query.values);
        statement.fetch_all(&mut self.inner).await.map_err(sorted)
    }
}
