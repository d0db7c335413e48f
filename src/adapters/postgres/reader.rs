//! A connection for queries of requests: it can write nothing, and no query runs for long.

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, Connection, PgConnection, postgres::PgRow};

use super::{connection::bind, fault::answered, target::Target};
use crate::adapters::sql::{driver::ReadConnection, fault::DatabaseError, query::Query};

/// A connection that reads.
pub struct Reader {
    inner: PgConnection,
}

impl Reader {
    /// # Errors
    /// When the server cannot be reached.
    pub async fn open(target: &Target) -> Result<Self, DatabaseError> {
        let options = target.reading();
        let inner = answered(PgConnection::connect_with(&options)).await?;
        Ok(Self { inner })
    }
}

#[async_trait]
impl ReadConnection for Reader {
    type Row = PgRow;

    /// The next question would wait for the answer to this one.
    const FORGETS: bool = false;

    async fn all(&mut self, query: Query) -> Result<Vec<PgRow>, DatabaseError> {
        // The text is this program's own; everything from outside is bound.
        let statement = bind(sqlx::query(AssertSqlSafe(query.sql)), query.values);
        answered(statement.fetch_all(&mut self.inner)).await
    }

    async fn first(&mut self, query: Query) -> Result<Option<PgRow>, DatabaseError> {
        let statement = bind(sqlx::query(AssertSqlSafe(query.sql)), query.values);
        answered(statement.fetch_optional(&mut self.inner)).await
    }

    /// After any trouble a new connection is cheaper than doubt: it may be another server.
    fn survives(&self, _: &DatabaseError) -> bool {
        false
    }

    async fn close(self) {
        let _ = self.inner.close().await;
    }
}
