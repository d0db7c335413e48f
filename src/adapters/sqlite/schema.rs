//! The schema's versions. Only `migrate` runs DDL.

use std::{fs::OpenOptions, os::unix::fs::OpenOptionsExt, path::Path};

use sha2::{Digest, Sha256};
use sqlx::{Connection, Executor, Row, sqlite::SqliteConnection};

use super::{
    OpenError,
    connection::{reading, sorted, writing},
};

/// Each migration, in order; version n is the nth.
const MIGRATIONS: &[&str] = &[include_str!("../../../migrations/sqlite/0001_first.sql")];

/// The version this program knows.
#[must_use]
pub fn newest() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
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
    for (version, sql) in (1..).zip(MIGRATIONS).skip(applied) {
        apply(&mut connection, version, sql).await.map_err(failed)?;
    }
    connection.close().await.map_err(failed)
}

/// Refuses a database of another version than this program's.
pub(super) async fn check(path: &Path) -> Result<(), OpenError> {
    let mut connection = SqliteConnection::connect_with(&reading(path))
        .await
        .map_err(|e| OpenError::Database(sorted(e)))?;
    let found = i64::try_from(applied(&mut connection).await?).unwrap_or(i64::MAX);
    let _ = connection.close().await;
    if found == newest() {
        Ok(())
    } else {
        Err(OpenError::Schema {
            found,
            expected: newest(),
        })
    }
}

/// How many migrations are in the database; each must be the one this program has.
async fn applied(connection: &mut SqliteConnection) -> Result<usize, OpenError> {
    let failed = |e: sqlx::Error| OpenError::Database(sorted(e));
    let there = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'";
    if connection
        .fetch_optional(there)
        .await
        .map_err(failed)?
        .is_none()
    {
        return Ok(0);
    }
    let rows = connection
        .fetch_all("SELECT version, sha256 FROM schema_version ORDER BY version")
        .await
        .map_err(failed)?;
    for (row, expected) in rows.iter().zip(1..) {
        let version: i64 = row.try_get("version").map_err(failed)?;
        let sha256: String = row.try_get("sha256").map_err(failed)?;
        let known = usize::try_from(version - 1)
            .ok()
            .and_then(|n| MIGRATIONS.get(n));
        match known {
            None => {
                return Err(OpenError::Schema {
                    found: version,
                    expected: newest(),
                });
            }
            Some(sql) if version != expected || digest(sql) != sha256 => {
                return Err(OpenError::Altered(version));
            }
            Some(_) => {}
        }
    }
    Ok(rows.len())
}

async fn apply(
    connection: &mut SqliteConnection,
    version: i64,
    sql: &'static str,
) -> Result<(), sqlx::Error> {
    connection.execute("BEGIN IMMEDIATE").await?;
    connection.execute(sqlx::raw_sql(sql)).await?;
    sqlx::query("INSERT INTO schema_version (version, sha256) VALUES ($1, $2)")
        .bind(version)
        .bind(digest(sql))
        .execute(&mut *connection)
        .await?;
    connection.execute("COMMIT").await?;
    Ok(())
}

fn digest(sql: &str) -> String {
    hex::encode(Sha256::digest(sql))
}
