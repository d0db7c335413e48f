//! A copy of another database, in a file of this kind: what is written for SQLite alone can read it.

use std::path::Path;

use sqlx::{
    AssertSqlSafe, Connection, Executor, Row,
    sqlite::{SqliteConnection, SqliteJournalMode, SqliteSynchronous},
};

use super::{
    OpenError,
    connection::{DatabaseError, bind, sorted, writing},
    migrate,
};
use crate::adapters::sql::{
    copy::{Kind, Shape},
    value::SqlValue,
};

/// A copy that is being written. Nobody reads it before [`finish`](Self::finish).
pub struct Copy {
    inner: SqliteConnection,
}

impl Copy {
    /// An empty one with this program's schema, in a file that is not there yet.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub async fn create(path: &Path) -> Result<Self, OpenError> {
        migrate(path).await?;
        // It is thrown away when the power goes; rows come in any order.
        let options = writing(path)
            .foreign_keys(false)
            .journal_mode(SqliteJournalMode::Off)
            .synchronous(SqliteSynchronous::Off);
        let begun = async {
            let mut inner = SqliteConnection::connect_with(&options).await?;
            inner.execute("BEGIN IMMEDIATE").await?;
            Ok(Self { inner })
        };
        begun
            .await
            .map_err(|error| OpenError::Database(sorted(error)))
    }

    /// Every table but the one that tells the schema's version.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn shapes(&mut self) -> Result<Vec<Shape>, DatabaseError> {
        let tables = "SELECT m.name AS table_name, c.name AS column_name, c.type AS kind \
             FROM sqlite_schema AS m, pragma_table_info(m.name) AS c \
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> 'schema_version' \
             ORDER BY m.name, c.cid";
        let mut shapes: Vec<Shape> = Vec::new();
        for row in self.inner.fetch_all(tables).await.map_err(sorted)? {
            let text = |column: &str| row.try_get::<String, _>(column).map_err(sorted);
            let (table, name) = (text("table_name")?, text("column_name")?);
            let kind = match text("kind")?.as_str() {
                "INTEGER" => Kind::Integer,
                "BLOB" => Kind::Blob,
                _ => Kind::Text,
            };
            match shapes.last_mut() {
                Some(shape) if shape.table == table => shape.columns.push((name, kind)),
                _ => shapes.push(Shape {
                    table,
                    columns: vec![(name, kind)],
                }),
            }
        }
        Ok(shapes)
    }

    /// # Errors
    /// When there is no room, or the row breaks a rule of the schema.
    pub async fn put(&mut self, shape: &Shape, values: Vec<SqlValue>) -> Result<(), DatabaseError> {
        let statement = bind(sqlx::query(AssertSqlSafe(shape.insertion())), values);
        statement.execute(&mut self.inner).await.map_err(sorted)?;
        Ok(())
    }

    /// # Errors
    /// When there is no room.
    pub async fn finish(mut self) -> Result<(), DatabaseError> {
        self.inner.execute("COMMIT").await.map_err(sorted)?;
        self.inner.close().await.map_err(sorted)
    }
}
