//! Tables as the writers see them.

use super::value::SqlValue;

/// A table and the order of its columns in a [`Record`].
#[derive(Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Table {
    pub name: &'static str,
    /// How many of the first columns are the primary key.
    pub key: usize,
    /// Mutable tables have `version` right after the key.
    pub columns: &'static [&'static str],
    /// Columns that no transition changes. An update names them in its condition instead of
    /// setting them: setting a column rewrites every index it stands in.
    pub fixed: &'static [&'static str],
    /// Columns that no transition changes either, and that are too free or too large to compare:
    /// another version of this program may write the same JSON otherwise. An update leaves them
    /// alone.
    pub kept: &'static [&'static str],
}

impl Table {
    #[must_use]
    pub fn key_columns(&self) -> &'static [&'static str] {
        self.columns.get(..self.key).unwrap_or(self.columns)
    }

    /// `alias.column AS alias_column` for every column: what a join selects.
    #[must_use]
    pub fn joined_as(&self, alias: &str) -> String {
        let column = |name: &&str| format!("{alias}.{name} AS {alias}_{name}");
        let columns: Vec<String> = self.columns.iter().map(column).collect();
        columns.join(", ")
    }
}

/// A row in the order of its table's columns.
pub type Record = Vec<SqlValue>;

/// The values of a primary or unique key.
pub type Key = Vec<SqlValue>;

/// The key of a record.
#[must_use]
pub fn key_of(table: &Table, record: &Record) -> Key {
    record.iter().take(table.key).cloned().collect()
}
