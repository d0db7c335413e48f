//! The schema's versions. Only `migrate` runs DDL.

use std::{fs::OpenOptions, os::unix::fs::OpenOptionsExt, path::Path};

use sqlx::{
    Connection, Executor, Row,
    sqlite::{SqliteConnection, SqliteRow},
};

use super::{
    OpenError,
    connection::{reading, sorted, writing},
};
use crate::adapters::sql::migrations::{Migrations, Missing};

const MIGRATIONS: Migrations =
    Migrations(&[include_str!("../../../migrations/sqlite/0001_first.sql")]);

/// The version this program knows.
#[must_use]
pub fn newest() -> i64 {
    MIGRATIONS.newest()
}

/// Creates the file, readable by its owner only, and applies what is missing.
pub(super) async fn migrate(path: &Path) -> Result<(), OpenError> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map_err(|source| OpenError::Lock {
            path: path.to_owned(),
            source,
        })?;
    let failed = |e: sqlx::Error| OpenError::Database(sorted(e));
    let mut connection = SqliteConnection::connect_with(&writing(path))
        .await
        .map_err(failed)?;
    let applied = applied(&mut connection).await?;
    for missing in MIGRATIONS.missing(&applied)? {
        apply(&mut connection, missing).await.map_err(failed)?;
    }
    connection.close().await.map_err(failed)
}

/// Refuses a database of another version than this program's.
pub(super) async fn check(path: &Path) -> Result<(), OpenError> {
    let mut connection = SqliteConnection::connect_with(&reading(path))
        .await
        .map_err(|e| OpenError::Database(sorted(e)))?;
    let applied = applied(&mut connection).await?;
    let _ = connection.close().await;
    Ok(MIGRATIONS.require_all(&applied)?)
}

/// The rows of `schema_version`: version and digest of each migration that was applied.
async fn applied(connection: &mut SqliteConnection) -> Result<Vec<(i64, String)>, OpenError> {
    let failed = |e: sqlx::Error| OpenError::Database(sorted(e));
    let there = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'";
    let there = connection.fetch_optional(there).await.map_err(failed)?;
    if there.is_none() {
        return Ok(Vec::new());
    }
    let sql = "SELECT version, sha256 FROM schema_version ORDER BY version";
    let rows = connection.fetch_all(sql).await.map_err(failed)?;
    let read = |row: SqliteRow| Ok((row.try_get("version")?, row.try_get("sha256")?));
    let read: Result<_, sqlx::Error> = rows.into_iter().map(read).collect();
    read.map_err(failed)
}

async fn apply(connection: &mut SqliteConnection, missing: Missing) -> Result<(), sqlx::Error> {
    connection.execute("BEGIN IMMEDIATE").await?;
    connection.execute(sqlx::raw_sql(missing.sql)).await?;
    sqlx::query("INSERT INTO schema_version (version, sha256) VALUES ($1, $2)")
        .bind(missing.version)
        .bind(missing.digest())
        .execute(&mut *connection)
        .await?;
    connection.execute("COMMIT").await?;
    Ok(())
}
