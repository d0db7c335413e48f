//! Applies a batch of units within one transaction: few questions, then one statement a table.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::{
    audit::{self, Appended},
    feed,
    judge::{Answers, Questions},
    plan::Plan,
    request,
    statement::{Placeholders, insert, moved, taken, update, values_of},
    table::{Key, Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
/// Parameters of one statement at most (SQLite: 32 766; PostgreSQL: 65 535).
const PARAMETERS: usize = 32_766;

/// A driver's connection inside a transaction.
#[async_trait]
pub trait Writer: Send {
    type Row: Columns;
    type Error: From<Unreadable> + Send;

    fn placeholders(&self) -> Placeholders;

    /// Whether no other process writes this database while we do.
    fn is_sole_writer(&self) -> bool;

    /// Rows written.
    async fn execute(&mut self, sql: String, values: Vec<SqlValue>) -> Result<u64, Self::Error>;

    async fn rows(
        &mut self,
        sql: String,
        values: Vec<SqlValue>,
    ) -> Result<Vec<Self::Row>, Self::Error>;

    /// Why a statement wrote fewer rows than it must.
    fn missed(&self, table: &'static str) -> Self::Error;
}

/// Looks up everything the judge asks, table by table, keys in order. Only what stops a unit
/// comes back.
///
/// # Errors
/// When the database cannot answer.
pub async fn ask<W: Writer>(writer: &mut W, questions: Questions) -> Result<Answers, W::Error> {
    let mut answers = Answers::default();
    for (table, rows) in questions.versions {
        let columns = table.key_columns();
        let rows = rows.into_iter().map(|(mut key, version)| {
            key.push(SqlValue::version(version));
            key
        });
        for (rows, values) in statements(rows, columns.len() + 1) {
            let sql = moved(table, rows, writer.placeholders());
            for row in writer.rows(sql, values).await? {
                let version = Fields::of(&row).version()?;
                let key = read_key(&row, columns)?;
                answers.moved.insert((table.name, key, version));
            }
        }
    }
    for ((table, columns), keys) in questions.keys {
        for (rows, values) in statements(keys, columns.len()) {
            let sql = taken(table, columns, rows, writer.placeholders());
            for row in writer.rows(sql, values).await? {
                let key = read_key(&row, columns)?;
                answers.taken.insert(((table, columns), key));
            }
        }
    }
    let held = |(id, token): (String, [u8; 16])| vec![SqlValue::text(id), SqlValue::blob(&token)];
    for (rows, values) in statements(questions.jobs.into_iter().map(held), 2) {
        let sql = format!(
            "WITH v(id, token) AS (VALUES {}) SELECT v.id AS id, v.token AS token \
             FROM v LEFT JOIN job AS t ON t.id = v.id \
             WHERE t.id IS NULL OR t.ended_at IS NOT NULL OR t.token <> v.token",
            values_of(rows, 2, writer.placeholders())
        );
        for row in writer.rows(sql, values).await? {
            let row = Fields::of(&row);
            answers
                .lost
                .insert((row.string("id")?, row.array("token")?));
        }
    }
    Ok(answers)
}

/// Rows of so many columns as the number of rows and the values of each statement they need.
fn statements(
    rows: impl IntoIterator<Item = Record>,
    width: usize,
) -> impl Iterator<Item = (usize, Vec<SqlValue>)> {
    let mut rows = rows.into_iter();
    let most = PARAMETERS / width.max(1);
    std::iter::from_fn(move || {
        let (mut count, mut values) = (0, Vec::new());
        for row in rows.by_ref().take(most) {
            values.extend(row);
            count += 1;
        }
        (count > 0).then_some((count, values))
    })
}

/// The key as it was asked for: text, or a number where the column holds one.
fn read_key(row: &dyn Columns, columns: &[&str]) -> Result<Key, Unreadable> {
    let value = |column: &&str| {
        let text = row.string(column).map(SqlValue::Text);
        text.or_else(|_| row.integer(column).map(SqlValue::Integer))
    };
    columns.iter().map(value).collect()
}

/// Writes the rows of the admitted plans and, last, the audit log with its head.
///
/// # Errors
/// When a statement fails: the transaction must be rolled back.
pub async fn write<W: Writer>(
    writer: &mut W,
    plans: Vec<Plan>,
    appended: Appended,
) -> Result<(), W::Error> {
    let mut rows = Rows::default();
    for plan in plans {
        rows.add(plan);
    }
    for (table, records) in rows.inserts {
        insert_all(writer, table, records, false).await?;
    }
    for (table, records) in rows.unless_there {
        insert_all(writer, table, records, true).await?;
    }
    for (table, records) in rows.updates {
        update_all(writer, table, records).await?;
    }
    end_live(writer, rows.ended_live).await?;
    end_jobs(writer, rows.job_ends).await?;
    store_answers(writer, rows.answers).await?;
    insert_all(writer, &audit::ENTRY, appended.entries, false).await?;
    insert_all(writer, &audit::HASH, appended.hashes, false).await?;
    insert_all(writer, &audit::DETAIL, appended.details, false).await?;
    insert_all(writer, &feed::TABLE, appended.feed, false).await?;
    for (new, head) in appended.heads {
        if new {
            insert_all(writer, &audit::HEAD, vec![head], false).await?;
        } else {
            update_all(writer, &audit::HEAD, vec![head]).await?;
        }
    }
    Ok(())
}

/// The rows of a batch by table.
#[derive(Default)]
struct Rows {
    inserts: BTreeMap<&'static Table, Vec<Record>>,
    unless_there: BTreeMap<&'static Table, Vec<Record>>,
    updates: BTreeMap<&'static Table, Vec<Record>>,
    ended_live: Vec<Record>,
    job_ends: Vec<Record>,
    answers: Vec<Record>,
}

impl Rows {
    fn add(&mut self, plan: Plan) {
        for (table, record) in plan.inserts {
            self.inserts.entry(table).or_default().push(record);
        }
        for (table, record) in plan.unless_there {
            self.unless_there.entry(table).or_default().push(record);
        }
        for (table, record) in plan.updates {
            self.updates.entry(table).or_default().push(record);
        }
        self.ended_live.extend(plan.ended_live);
        self.job_ends.extend(plan.job_row);
        self.answers.extend(plan.answer);
    }
}

async fn insert_all<W: Writer>(
    writer: &mut W,
    table: &'static Table,
    mut records: Vec<Record>,
    unless_there: bool,
) -> Result<(), W::Error> {
    records.sort_unstable();
    for (rows, values) in statements(records, table.columns.len()) {
        let sql = insert(table, rows, writer.placeholders(), unless_there);
        writer.execute(sql, values).await?;
    }
    Ok(())
}

async fn update_all<W: Writer>(
    writer: &mut W,
    table: &'static Table,
    mut records: Vec<Record>,
) -> Result<(), W::Error> {
    records.sort_unstable();
    for (rows, values) in statements(records, table.columns.len()) {
        let sql = update(table, rows, writer.placeholders());
        demand(writer, table.name, sql, rows, values).await?;
    }
    Ok(())
}

async fn end_live<W: Writer>(writer: &mut W, mut ended: Vec<Record>) -> Result<(), W::Error> {
    ended.sort_unstable();
    for (rows, values) in statements(ended, 2) {
        let sql = format!(
            "DELETE FROM live_activation WHERE (order_id, activation_id) IN (VALUES {})",
            values_of(rows, 2, writer.placeholders())
        );
        writer.execute(sql, values).await?;
    }
    Ok(())
}

/// `WHERE token = …` fences off a holder whose lease is over; the judge has looked already.
async fn end_jobs<W: Writer>(writer: &mut W, mut records: Vec<Record>) -> Result<(), W::Error> {
    records.sort_unstable();
    for (rows, values) in statements(records, 5) {
        let sql = format!(
            "WITH v(id, held, token, due, ended_at) AS (VALUES {}) \
             UPDATE job SET token = v.token, due = coalesce(v.due, job.due), \
             ended_at = v.ended_at FROM v \
             WHERE job.id = v.id AND job.token = v.held AND job.ended_at IS NULL",
            values_of(rows, 5, writer.placeholders())
        );
        demand(writer, "job", sql, rows, values).await?;
    }
    Ok(())
}

/// An answer is stored once; a claim that was pruned meanwhile takes none.
async fn store_answers<W: Writer>(
    writer: &mut W,
    mut answers: Vec<Record>,
) -> Result<(), W::Error> {
    answers.sort_unstable();
    let key = request::TABLE.key_columns();
    let joined: Vec<String> = key
        .iter()
        .map(|column| format!("idempotency.{column} = v.{column}"))
        .collect();
    for (rows, values) in statements(answers, 8) {
        let sql = format!(
            "WITH v({}, status, location, etag, body) AS (VALUES {}) \
             UPDATE idempotency SET status = v.status, location = v.location, etag = v.etag, \
             body = v.body FROM v WHERE idempotency.status IS NULL AND {}",
            key.join(", "),
            values_of(rows, 8, writer.placeholders()),
            joined.join(" AND ")
        );
        writer.execute(sql, values).await?;
    }
    Ok(())
}

/// Every row must have been there.
async fn demand<W: Writer>(
    writer: &mut W,
    table: &'static str,
    sql: String,
    rows: usize,
    values: Vec<SqlValue>,
) -> Result<(), W::Error> {
    let written = writer.execute(sql, values).await?;
    if usize::try_from(written) == Ok(rows) {
        Ok(())
    } else {
        Err(writer.missed(table))
    }
}
