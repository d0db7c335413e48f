//! The schema's versions and the roles' rights. Only `migrate` runs DDL, as the owner of the tables.

use sqlx::{Row, postgres::PgRow};

use super::{OpenError, connection::WriteConnection, fault::sorted, target::Target};
use crate::adapters::sql::{
    apply::Writer,
    driver::WriteConnection as _,
    fault::DatabaseError,
    migrations::{Migrations, Missing},
    value::SqlValue,
};

const MIGRATIONS: Migrations =
    Migrations(&[include_str!("../../../migrations/postgres/0001_first.sql")]);

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
    MIGRATIONS.newest()
}

/// Applies what is missing, and the rights, in one transaction.
pub(super) async fn migrate(target: &Target) -> Result<(), OpenError> {
    let mut connection = WriteConnection::open(target)
        .await
        .map_err(OpenError::Database)?;
    connection.begin().await.map_err(OpenError::Database)?;
    connection.run(ALONE).await.map_err(OpenError::Database)?;
    let applied = applied(&mut connection).await?;
    for missing in MIGRATIONS.missing(&applied)? {
        apply(&mut connection, missing)
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
    let applied = applied(&mut connection).await?;
    connection.close().await;
    Ok(MIGRATIONS.require_all(&applied)?)
}

/// The rows of `schema_version`: version and digest of each migration that was applied.
async fn applied(connection: &mut WriteConnection) -> Result<Vec<(i64, String)>, OpenError> {
    let there = "SELECT 1 AS one WHERE to_regclass('public.schema_version') IS NOT NULL";
    if rows(connection, there).await?.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "SELECT version, sha256 FROM schema_version ORDER BY version";
    let rows = rows(connection, sql).await?.into_iter();
    let read = |row: PgRow| Ok((row.try_get("version")?, row.try_get("sha256")?));
    let read: Result<_, sqlx::Error> = rows.map(read).collect();
    read.map_err(|error| OpenError::Database(sorted(error)))
}

async fn rows(connection: &mut WriteConnection, sql: &str) -> Result<Vec<PgRow>, OpenError> {
    let rows = connection.rows(sql.to_owned(), Vec::new()).await;
    rows.map_err(OpenError::Database)
}

async fn apply(connection: &mut WriteConnection, missing: Missing) -> Result<(), DatabaseError> {
    connection.run(missing.sql).await?;
    let applied = "INSERT INTO schema_version (version, sha256) VALUES ($1, $2)";
    let values = vec![
        SqlValue::integer(missing.version),
        SqlValue::text(missing.digest()),
    ];
    connection.execute(applied.to_owned(), values).await?;
    Ok(())
}
