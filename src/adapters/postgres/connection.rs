//! A lane's connection, and what a server must promise before anything is written to it.

use async_trait::async_trait;
use sqlx::{
    AssertSqlSafe, Connection, Executor, PgConnection, Row,
    postgres::{PgArguments, PgRow},
    query::Query as Statement,
};

use super::{fault::answered, target::Target};
use crate::adapters::sql::{
    apply::Writer, driver, fault::DatabaseError, statement::Placeholders, value::SqlValue,
};

/// The oldest server that is known to work.
const OLDEST: i64 = 150_000;

/// How often the newest head is looked for while others open a log for a new year.
const LOOKS: u32 = 5;

/// What the server does with what it confirms. `synchronous_commit` below `on` confirms before a
/// standby has it, or before the disk has it.
const PROMISES: &str = "SELECT current_setting('server_version_num')::bigint AS version, \
    current_setting('fsync') AS fsync, \
    current_setting('full_page_writes') AS full_page_writes, \
    current_setting('synchronous_commit') AS synchronous_commit, \
    current_setting('session_replication_role') AS session_replication_role, \
    CASE WHEN pg_is_in_recovery() THEN 'on' ELSE 'off' END AS standby, \
    pg_encoding_to_char(d.encoding)::text AS encoding, d.datcollate::text AS collation, \
    d.datlocprovider::text AS provider \
    FROM pg_database AS d WHERE d.datname = current_database()";

/// Binds values in order; each says its type, so the server need not guess that of a NULL.
pub fn bind(
    statement: Statement<'_, sqlx::Postgres, PgArguments>,
    values: Vec<SqlValue>,
) -> Statement<'_, sqlx::Postgres, PgArguments> {
    values
        .into_iter()
        .fold(statement, |statement, value| match value {
            SqlValue::Integer(number) => statement.bind(number),
            SqlValue::Text(text) => statement.bind(text),
            SqlValue::Blob(bytes) => statement.bind(bytes),
        })
}

/// A connection inside or outside a transaction of a lane.
pub struct WriteConnection {
    inner: PgConnection,
}

impl WriteConnection {
    /// Connects, and refuses a server that does not keep what it confirms.
    ///
    /// # Errors
    /// When the server cannot be reached, or [`DatabaseError::Unfit`].
    pub async fn open(target: &Target) -> Result<Self, DatabaseError> {
        let options = target.writing();
        let inner = answered(PgConnection::connect_with(&options)).await?;
        let mut connection = Self { inner };
        let rows = connection.rows(PROMISES.to_owned(), Vec::new()).await?;
        match rows.first() {
            Some(row) => fit(row)?,
            None => return Err(DatabaseError::Closed),
        }
        Ok(connection)
    }

    /// Runs fixed statements as one text.
    ///
    /// # Errors
    /// When the database refuses one.
    pub async fn run(&mut self, sql: &'static str) -> Result<(), DatabaseError> {
        answered(self.inner.execute(sqlx::raw_sql(sql))).await?;
        Ok(())
    }

    async fn newest_log(&mut self, lock: &str) -> Result<Option<String>, DatabaseError> {
        let sql = format!("SELECT log FROM audit_head ORDER BY pos DESC LIMIT 1{lock}");
        let rows = self.rows(sql, Vec::new()).await?;
        let log = rows.first().map(|row| row.try_get("log")).transpose();
        log.map_err(super::fault::sorted)
    }
}

fn fit(row: &PgRow) -> Result<(), DatabaseError> {
    let unfit = |reason: String| Err(DatabaseError::Unfit(reason));
    let text = |column: &str| {
        row.try_get::<String, _>(column)
            .map_err(super::fault::sorted)
    };
    let version: i64 = row.try_get("version").map_err(super::fault::sorted)?;
    if version < OLDEST {
        return unfit(format!(
            "the server's version {version} is too old: PostgreSQL 15 is needed"
        ));
    }
    let needed: [(&str, &[&str], &str); 5] = [
        ("fsync", &["on"], "a crash would lose what was confirmed"),
        (
            "full_page_writes",
            &["on"],
            "a crash would leave torn pages",
        ),
        (
            "synchronous_commit",
            &["on", "remote_apply"],
            "a commit would be confirmed before it is durable",
        ),
        (
            "session_replication_role",
            &["origin"],
            "the triggers that keep the audit log would not run",
        ),
        ("standby", &["off"], "it takes no writes"),
    ];
    for (setting, values, reason) in needed {
        let found = text(setting)?;
        if !values.contains(&found.as_str()) {
            return unfit(format!("the server runs with {setting}={found}: {reason}"));
        }
    }
    let (encoding, collation) = (text("encoding")?, text("collation")?);
    let plain = ["C", "POSIX"].contains(&collation.as_str()) && text("provider")? == "c";
    if encoding != "UTF8" || !plain {
        return unfit(format!(
            "the database has the encoding {encoding} and the locale {collation}; it must be \
             created with UTF8 and C, so that its indexes do not depend on the host's locales"
        ));
    }
    Ok(())
}

#[async_trait]
impl driver::WriteConnection for WriteConnection {
    async fn begin(&mut self) -> Result<(), DatabaseError> {
        self.run("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")
            .await
    }

    async fn commit(&mut self) -> Result<(), DatabaseError> {
        self.run("COMMIT").await
    }

    async fn roll_back(&mut self) -> Result<(), DatabaseError> {
        self.run("ROLLBACK").await
    }

    /// The head with the highest position, locked. Whoever held it has committed then; who opened
    /// a new log meanwhile has a head that stands above it.
    async fn hold_log(&mut self) -> Result<(), DatabaseError> {
        for _ in 0..LOOKS {
            let held = self.newest_log(" FOR NO KEY UPDATE").await?;
            if held.is_none() {
                // No log has been opened: the table stands for its first head.
                self.run("LOCK TABLE audit_head IN SHARE ROW EXCLUSIVE MODE")
                    .await?;
            }
            if self.newest_log("").await? == held {
                return Ok(());
            }
        }
        Err(DatabaseError::Overtaken)
    }

    async fn close(self) {
        let _ = self.inner.close().await;
    }
}

#[async_trait]
impl Writer for WriteConnection {
    type Row = PgRow;

    fn placeholders(&self) -> Placeholders {
        Placeholders::Numbered
    }

    fn is_sole_writer(&self) -> bool {
        false
    }

    async fn execute(&mut self, sql: String, values: Vec<SqlValue>) -> Result<u64, DatabaseError> {
        let statement = bind(sqlx::query(AssertSqlSafe(sql)), values);
        let done = answered(statement.execute(&mut self.inner)).await?;
        Ok(done.rows_affected())
    }

    async fn rows(
        &mut self,
        sql: String,
        values: Vec<SqlValue>,
    ) -> Result<Vec<PgRow>, DatabaseError> {
        let statement = bind(sqlx::query(AssertSqlSafe(sql)), values);
        answered(statement.fetch_all(&mut self.inner)).await
    }
}
