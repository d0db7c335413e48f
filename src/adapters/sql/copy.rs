//! A table's shape, for copying it row by row from one database into another.

use super::value::{Columns, SqlValue, Unreadable};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Integer,
    Text,
    Blob,
}

/// A table with its columns, in the order that a row's values have. Names are those of this program's
/// own schema: they may stand in a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    pub table: String,
    pub columns: Vec<(String, Kind)>,
}

impl Shape {
    /// `SELECT` of every row.
    #[must_use]
    pub fn selection(&self) -> String {
        format!("SELECT {} FROM {}", self.names(), self.table)
    }

    /// `INSERT` of one row, with anonymous placeholders.
    #[must_use]
    pub fn insertion(&self) -> String {
        let places = vec!["?"; self.columns.len()].join(", ");
        let (table, names) = (&self.table, self.names());
        format!("INSERT INTO {table} ({names}) VALUES ({places})")
    }

    fn names(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        names.join(", ")
    }

    /// The values of a row.
    ///
    /// # Errors
    /// When a column holds another type.
    pub fn values(&self, row: &dyn Columns) -> Result<Vec<SqlValue>, Unreadable> {
        let value = |(name, kind): &(String, Kind)| match kind {
            Kind::Integer => row.integer(name).map(SqlValue::Integer),
            Kind::Text => row.string(name).map(SqlValue::Text),
            Kind::Blob => row.bytes(name).map(SqlValue::Blob),
        };
        self.columns.iter().map(value).collect()
    }
}
