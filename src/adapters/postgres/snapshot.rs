//! One unchanging state of the database, read table by table while daemons write.

use futures_util::{Stream, StreamExt};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::{
    OpenError,
    fault::{answered, sorted},
    schema,
    target::Target,
};
use crate::adapters::sql::{copy::Shape, fault::DatabaseError, value::SqlValue};

/// A connection in a transaction that sees one state.
pub struct Snapshot {
    inner: PgConnection,
}

impl Snapshot {
    /// # Errors
    /// When the server cannot be reached or is unfit, or the schema is not this program's.
    pub async fn open(target: &Target) -> Result<Self, OpenError> {
        target.check_environment()?;
        schema::check(target).await?;
        let begun = async {
            let options = target.copying();
            let mut inner = answered(PgConnection::connect_with(&options)).await?;
            let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
            answered(inner.execute(begin)).await?;
            Ok(Self { inner })
        };
        begun.await.map_err(OpenError::Database)
    }

    /// Every row of a table. One is in memory at a time: the server waits for who reads.
    pub fn rows<'a>(
        &'a mut self,
        shape: &'a Shape,
    ) -> impl Stream<Item = Result<Vec<SqlValue>, DatabaseError>> + 'a {
        let statement = sqlx::query(AssertSqlSafe(shape.selection()));
        let rows = statement.fetch(&mut self.inner);
        rows.map(|row| Ok(shape.values(&row.map_err(sorted)?)?))
    }
}
