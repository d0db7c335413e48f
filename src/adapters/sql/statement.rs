//! The text of set-based statements: one for many rows of one table.

use std::fmt::Write;

use super::table::Table;

/// How a driver marks parameters. SQLite searches the names of numbered ones linearly, which
/// costs milliseconds for a thousand of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholders {
    /// `?`
    Anonymous,
    /// `$1`, `$2`, …
    Numbered,
}

/// `INSERT INTO t (…) VALUES (…), (…)`; `or_ignore` leaves rows alone that are there.
#[must_use]
pub fn insert(table: &Table, rows: usize, style: Placeholders, or_ignore: bool) -> String {
    let mut sql = format!(
        "INSERT INTO {} ({}) VALUES ",
        table.name,
        table.columns.join(", ")
    );
    values(&mut sql, rows, table.columns.len(), style);
    if or_ignore {
        sql.push_str(" ON CONFLICT DO NOTHING");
    }
    sql
}

/// `WITH v(…) AS (VALUES …) UPDATE t SET … FROM v` on the rows whose version is one less and whose
/// fixed columns are as given.
#[must_use]
pub fn update(table: &Table, rows: usize, style: Placeholders) -> String {
    let mut sql = with(table.columns, rows, style);
    let free = table.columns.iter().skip(table.key);
    let set: Vec<String> = free
        .filter(|column| !table.fixed.contains(column) && !table.kept.contains(column))
        .map(|column| format!("{column} = v.{column}"))
        .collect();
    let _ = write!(
        sql,
        "UPDATE {0} SET {1} FROM v WHERE {0}.version = v.version - 1",
        table.name,
        set.join(", ")
    );
    for column in table.key_columns() {
        let _ = write!(sql, " AND {}.{column} = v.{column}", table.name);
    }
    for column in table.fixed {
        let _ = write!(
            sql,
            " AND {}.{column} IS NOT DISTINCT FROM v.{column}",
            table.name
        );
    }
    sql
}

/// How firmly a row is held until the transaction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// Nobody may change it; others may rest on it too.
    Rest,
    /// Ours to change.
    Change,
}

/// Locks the rows with these keys, one after another in the order of the keys. For databases with
/// several writers; one with a single writer has no such statement.
#[must_use]
pub fn locked(table: &str, key: &[&str], rows: usize, style: Placeholders, lock: Lock) -> String {
    let key = key.join(", ");
    let strength = match lock {
        Lock::Rest => "SHARE",
        Lock::Change => "NO KEY UPDATE",
    };
    let width = key.split(", ").count();
    format!(
        "SELECT 1 AS locked FROM {table} WHERE ({key}) IN (VALUES {}) ORDER BY {key} FOR {strength}",
        values_of(rows, width, style)
    )
}

/// Which of these (key, version) pairs the table does not hold, each looked up by its index.
#[must_use]
pub fn moved(table: &Table, rows: usize, style: Placeholders) -> String {
    let key = table.key_columns();
    let columns: Vec<&str> = key.iter().copied().chain(["version"]).collect();
    let mut sql = with(&columns, rows, style);
    let wanted: Vec<String> = columns.iter().map(|c| format!("v.{c} AS {c}")).collect();
    let joined: Vec<String> = key.iter().map(|c| format!("t.{c} = v.{c}")).collect();
    let _ = write!(
        sql,
        "SELECT {} FROM v LEFT JOIN {} AS t ON {} WHERE t.version IS NULL OR t.version <> v.version",
        wanted.join(", "),
        table.name,
        joined.join(" AND ")
    );
    sql
}

/// Which of these keys somebody holds, each looked up by its index.
#[must_use]
pub fn taken(table: &str, key: &[&str], rows: usize, style: Placeholders) -> String {
    let mut sql = with(key, rows, style);
    let wanted: Vec<String> = key.iter().map(|c| format!("v.{c} AS {c}")).collect();
    let _ = write!(
        sql,
        "SELECT {} FROM v CROSS JOIN {table} AS t WHERE 1 = 1",
        wanted.join(", ")
    );
    for column in key {
        let _ = write!(sql, " AND t.{column} = v.{column}");
    }
    sql
}

/// `(…), (…)` for so many rows of so many columns.
#[must_use]
pub fn values_of(rows: usize, width: usize, style: Placeholders) -> String {
    let mut sql = String::new();
    values(&mut sql, rows, width, style);
    sql
}

fn with(columns: &[&str], rows: usize, style: Placeholders) -> String {
    let mut sql = format!("WITH v({}) AS (VALUES ", columns.join(", "));
    values(&mut sql, rows, columns.len(), style);
    sql.push_str(") ");
    sql
}

fn values(sql: &mut String, rows: usize, width: usize, style: Placeholders) {
    let mut next = 1;
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..width {
            if column > 0 {
                sql.push_str(", ");
            }
            match style {
                Placeholders::Anonymous => sql.push('?'),
                Placeholders::Numbered => {
                    let _ = write!(sql, "${next}");
                }
            }
            next += 1;
        }
        sql.push(')');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::sql::{
        activation, caa, case, identity, intent, mail, mailbox, notification, order, revocation,
        revocation_case, subject_data, webhook,
    };

    #[test]
    fn an_update_sets_nothing_that_stays() {
        let tables = [
            &activation::TABLE,
            &intent::TABLE,
            &mail::TABLE,
            &mailbox::TABLE,
            &notification::TABLE,
            &order::TABLE,
            &case::TABLE,
            &subject_data::TABLE,
            &caa::TABLE,
            &identity::TABLE,
            &revocation::TABLE,
            &revocation_case::TABLE,
            &webhook::TABLE,
        ];
        for table in tables {
            let sql = update(table, 1, Placeholders::Anonymous);
            let (_, sql) = sql.split_once(" SET ").unwrap();
            let (set, condition) = sql.split_once(" FROM v WHERE ").unwrap();
            for column in table.columns {
                let is_set = set.contains(&format!("{column} = v.{column}"));
                let must_be = condition.contains(&format!(".{column} "));
                let is_kept = table.kept.contains(column);
                let ways = [is_set, must_be, is_kept].into_iter().filter(|way| *way);
                assert!(ways.count() == 1 || *column == "version", "{column}");
            }
        }
    }
}
