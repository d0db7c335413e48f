//! What the log says of each row, column by column, gathered in a temporary table beside the
//! database: SQLite sorts it and keeps it on disk, so that memory stays small.
//!
//! A column's first character may change how it is told: `~` a time near the entry's, `#` a
//! count, `!` told by the first entry and not by later ones, `^` both `~` and `!`.

use std::{collections::BTreeMap, iter};

use super::super::connection::{DatabaseError, Snapshot};
use crate::adapters::sql::{
    query::Query,
    statement::{self, Placeholders},
    value::SqlValue,
};

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

/// What the log says, until it is written.
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

    /// Writes what was gathered, in whole batches: the rest waits for more.
    pub async fn flush(&mut self, snapshot: &mut Snapshot) -> Result<(), DatabaseError> {
        while self.pending.len() >= BATCH {
            self.write(BATCH, snapshot).await?;
        }
        Ok(())
    }

    /// Writes all that was gathered.
    pub async fn finish(&mut self, snapshot: &mut Snapshot) -> Result<(), DatabaseError> {
        self.flush(snapshot).await?;
        self.write(self.pending.len(), snapshot).await
    }

    async fn write(&mut self, rows: usize, snapshot: &mut Snapshot) -> Result<(), DatabaseError> {
        if rows == 0 {
            return Ok(());
        }
        let places = statement::values_of(rows, 4, Placeholders::Anonymous);
        let sql = format!("INSERT INTO temp.said (tbl, id, col, value) VALUES {places}{KEEP}");
        let mut values = Vec::with_capacity(rows.saturating_mul(4));
        let taken = iter::from_fn(|| self.pending.pop_first()).take(rows);
        for ((table, id, column), value) in taken {
            let id = SqlValue::Text(Some(id));
            values.extend([SqlValue::text(table), id, SqlValue::text(column), value]);
        }
        snapshot.rows(Query { sql, values }).await?;
        Ok(())
    }
}
