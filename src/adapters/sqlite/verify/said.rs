//! What the log says of each row, column by column, gathered in a temporary table beside the
//! database: SQLite sorts it and keeps it on disk, so that memory stays small.
//!
//! A column's first character may change how it is told: `~` a time near the entry's, `#` a
//! count, `!` told by the first entry and not by later ones, `^` both `~` and `!`.

use std::collections::BTreeMap;

use super::super::connection::{DatabaseError, Snapshot};
use crate::adapters::sql::{query::Query, value::SqlValue};

/// In place of a value that the log no longer tells; no column holds it.
pub(super) const UNKNOWN: &str = "\u{1}";

/// Rows of one statement.
const BATCH: usize = 500;

pub(super) const CREATE: &str = "CREATE TEMP TABLE said (tbl TEXT NOT NULL, id TEXT NOT NULL, \
     col TEXT NOT NULL, value, PRIMARY KEY (tbl, id, col)) WITHOUT ROWID";

const KEEP: &str = " ON CONFLICT (tbl, id, col) DO UPDATE SET value = CASE substr(col, 1, 1) \
     WHEN '#' THEN value + excluded.value WHEN '!' THEN value WHEN '^' THEN value \
     ELSE excluded.value END";

type Key = (&'static str, String, &'static str);

/// What a page of the log says, until it is written.
#[derive(Debug, Default)]
pub(super) struct Said {
    pending: BTreeMap<Key, SqlValue>,
}

impl Said {
    /// The row exists.
    pub fn there(&mut self, table: &'static str, id: &str) {
        self.set(table, id, "", SqlValue::integer(1));
    }

    pub fn set(&mut self, table: &'static str, id: &str, column: &'static str, value: SqlValue) {
        let key = (table, id.to_owned(), column);
        if column.starts_with(['!', '^']) {
            self.pending.entry(key).or_insert(value);
        } else {
            self.pending.insert(key, value);
        }
    }

    /// What the column holds is no longer known.
    pub fn forget(&mut self, table: &'static str, id: &str, column: &'static str) {
        self.set(table, id, column, SqlValue::text(UNKNOWN));
    }

    pub fn count(&mut self, table: &'static str, id: &str, column: &'static str) {
        let counted = self.pending.entry((table, id.to_owned(), column));
        let counted = counted.or_insert(SqlValue::Integer(Some(0)));
        if let SqlValue::Integer(Some(number)) = counted {
            *number += 1;
        }
    }

    /// Writes what was gathered.
    pub async fn flush(&mut self, snapshot: &mut Snapshot) -> Result<(), DatabaseError> {
        while !self.pending.is_empty() {
            let mut query = Query::new("INSERT INTO temp.said (tbl, id, col, value) VALUES ");
            for n in 0..BATCH {
                let Some(((table, id, column), value)) = self.pending.pop_first() else {
                    break;
                };
                let next = if n == 0 { "(" } else { ", (" };
                query = query
                    .sql(next)
                    .bind(SqlValue::text(table))
                    .sql(", ")
                    .bind(SqlValue::Text(Some(id)))
                    .sql(", ")
                    .bind(SqlValue::text(column))
                    .sql(", ")
                    .bind(value)
                    .sql(")");
            }
            snapshot.rows(query.sql(KEEP)).await?;
        }
        Ok(())
    }
}
