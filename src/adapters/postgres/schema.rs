//! The schema's versions and the roles' rights. Only `migrate` runs DDL, as the owner of the tables.

use sha2::{Digest, Sha256};
use sqlx::{Row, postgres::PgRow};

use super::{OpenError, connection::WriteConnection, fault::sorted, target::Target};
use crate::adapters::sql::{
    apply::Writer, driver::WriteConnection as _, fault::DatabaseError, value::SqlValue,
};

/// Each migration, in order; version n is the nth.
const MIGRATIONS: &[&str] = &[include_str!("../../../migrations/postgres/0001_first.sql")];

/// What each role may do with the tables. Said anew at each migration: a table that was added has
/// no rights yet.
const ROLES: &str = include_str!("../../../migrations/postgres/roles.sql");

/// One migration at a time; held until the transaction ends. The number is drawn.
const ALONE: &str = "SELECT pg_advisory_xact_lock(7254915837621846)";

/// Whether the tables are ours.
const OWNED: &str = "SELECT 1 AS one FROM pg_tables WHERE schemaname = 'public' \
    AND tablename = 'schema_version' AND tableowner = current_user";

/// The version this program knows.
#[must_use]
pub fn newest() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Applies what is missing, and the rights, in one transaction.
pub(super) async fn migrate(target: &Target) -> Result<(), OpenError> {
    let mut connection = WriteConnection::open(target)
        .await
        .map_err(OpenError::Database)?;
    connection.begin().await.map_err(OpenError::Database)?;
    connection.run(ALONE).await.map_err(OpenError::Database)?;
    let applied = applied(&mut connection).await?;
    for (version, sql) in (1..).zip(MIGRATIONS).skip(applied) {
        apply(&mut connection, version, sql)
            .await
            .map_err(OpenError::Database)?;
    }
    // Rights are the owner's to give; another finds the schema as it must be, or has failed by now.
    if !rows(&mut connection, OWNED).await?.is_empty() {
        connection.run(ROLES).await.map_err(OpenError::Database)?;
    }
    connection.commit().await.map_err(OpenError::Database)?;
    connection.close().await;
    Ok(())
}

/// Refuses a database of another version than this program's.
pub(super) async fn check(target: &Target) -> Result<(), OpenError> {
    let mut connection = WriteConnection::open(target)
        .await
        .map_err(OpenError::Database)?;
    let found = i64::try_from(applied(&mut connection).await?).unwrap_or(i64::MAX);
    connection.close().await;
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
async fn applied(connection: &mut WriteConnection) -> Result<usize, OpenError> {
    let there = "SELECT 1 AS one WHERE to_regclass('public.schema_version') IS NOT NULL";
    let there = rows(connection, there).await?;
    if there.is_empty() {
        return Ok(0);
    }
    let sql = "SELECT version, sha256 FROM schema_version ORDER BY version";
    let rows = rows(connection, sql).await?;
    for (row, expected) in rows.iter().zip(1..) {
        let failed = |e| OpenError::Database(sorted(e));
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

async fn rows(connection: &mut WriteConnection, sql: &str) -> Result<Vec<PgRow>, OpenError> {
    let rows = connection.rows(sql.to_owned(), Vec::new()).await;
    rows.map_err(OpenError::Database)
}

async fn apply(
    connection: &mut WriteConnection,
    version: i64,
    sql: &'static str,
) -> Result<(), DatabaseError> {
    connection.run(sql).await?;
    let applied = "INSERT INTO schema_version (version, sha256) VALUES ($1, $2)";
    let values = vec![SqlValue::integer(version), SqlValue::text(digest(sql))];
    connection.execute(applied.to_owned(), values).await?;
    Ok(())
}

fn digest(sql: &str) -> String {
    hex::encode(Sha256::digest(sql))
}
