//! Applies a batch of units within one transaction: few questions, then one statement a table.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use async_trait::async_trait;

use super::{
    audit::{self, Appended},
    fault::DatabaseError,
    feed, job,
    judge::{Answers, Place, Questions},
    plan::Plan,
    request,
    statement::{Lock, Placeholders, insert, locked, moved, taken, update, values_of},
    table::{Key, Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
/// Parameters of one statement at most (SQLite: 32 766; PostgreSQL: 65 535).
const PARAMETERS: usize = 32_766;

/// A driver's connection inside a transaction.
#[async_trait]
pub trait Writer: Send {
    type Row: Columns;

    fn placeholders(&self) -> Placeholders;

    /// Whether no other process writes this database while we do.
    fn is_sole_writer(&self) -> bool;

    /// # Errors
    /// When the database refuses it. Gives the rows written.
    async fn execute(&mut self, sql: String, values: Vec<SqlValue>) -> Result<u64, DatabaseError>;

    /// # Errors
    /// When the database refuses it.
    async fn rows(
        &mut self,
        sql: String,
        values: Vec<SqlValue>,
    ) -> Result<Vec<Self::Row>, DatabaseError>;
}

/// Looks up everything the judge asks, table by table, keys in order. Only what stops a unit
/// comes back. Where others write too, the named rows are locked first, so that they stay as they
/// are found until the transaction ends.
///
/// # Errors
/// When the database cannot answer.
pub async fn ask<W: Writer>(
    writer: &mut W,
    questions: Questions,
) -> Result<Answers, DatabaseError> {
    let mut answers = Answers::default();
    if !writer.is_sole_writer() {
        for (sql, values) in locks(&questions, writer.placeholders()) {
            writer.rows(sql, values).await?;
        }
    }
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
    answers.taken = held(writer, questions.keys).await?;
    let job = |(id, token): (String, [u8; 16])| vec![SqlValue::text(id), SqlValue::blob(&token)];
    for (rows, values) in statements(questions.jobs.into_iter().map(job), 2) {
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

/// In the order of the tables, and of the keys within each: two lanes never wait for each other.
fn locks(questions: &Questions, style: Placeholders) -> Vec<(String, Vec<SqlValue>)> {
    let mut all = Vec::new();
    for (table, rows) in &questions.versions {
        let strength = match questions.changed.contains(table) {
            true => Lock::Change,
            false => Lock::Rest,
        };
        let columns = table.key_columns();
        let keys: BTreeSet<Key> = rows.iter().map(|(key, _)| key.clone()).collect();
        for (rows, values) in statements(keys, columns.len()) {
            all.push((locked(table.name, columns, rows, style, strength), values));
        }
    }
    let ids = questions
        .jobs
        .iter()
        .map(|(id, _)| vec![SqlValue::text(id)]);
    for (rows, values) in statements(ids, 1) {
        all.push((locked("job", &["id"], rows, style, Lock::Change), values));
    }
    all
}

/// Which of these keys somebody holds.
async fn held<W: Writer>(
    writer: &mut W,
    keys: BTreeMap<Place, BTreeSet<Key>>,
) -> Result<HashSet<(Place, Key)>, DatabaseError> {
    let mut found = HashSet::new();
    for ((table, columns), keys) in keys {
        for (rows, values) in statements(keys, columns.len()) {
            let sql = taken(table, columns, rows, writer.placeholders());
            for row in writer.rows(sql, values).await? {
                found.insert(((table, columns), read_key(&row, columns)?));
            }
        }
    }
    Ok(found)
}

/// Looks once more whether the keys that must stay free have been taken: whoever took one has
/// committed by now, for the log is ours.
///
/// # Errors
/// [`DatabaseError::Overtaken`], or when the database cannot answer.
pub async fn still_free<W: Writer>(
    writer: &mut W,
    absent: BTreeMap<Place, BTreeSet<Key>>,
) -> Result<(), DatabaseError> {
    match held(writer, absent).await?.is_empty() {
        true => Ok(()),
        false => Err(DatabaseError::Overtaken),
    }
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

/// Writes the rows of the admitted plans.
///
/// # Errors
/// When a statement fails: the transaction must be rolled back.
pub async fn write<W: Writer>(writer: &mut W, plans: Vec<Plan>) -> Result<(), DatabaseError> {
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
    hurry_jobs(writer, rows.hurried).await?;
    store_answers(writer, rows.answers).await
}

/// Writes the audit log with its head, the last rows of a transaction.
///
/// # Errors
/// When a statement fails: the transaction must be rolled back.
pub async fn append<W: Writer>(writer: &mut W, appended: Appended) -> Result<(), DatabaseError> {
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
    hurried: Vec<Record>,
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
        self.hurried.extend(plan.hurried);
        self.answers.extend(plan.answer);
    }
}

async fn insert_all<W: Writer>(
    writer: &mut W,
    table: &'static Table,
    mut records: Vec<Record>,
    unless_there: bool,
) -> Result<(), DatabaseError> {
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
) -> Result<(), DatabaseError> {
    records.sort_unstable();
    for (rows, values) in statements(records, table.columns.len()) {
        let sql = update(table, rows, writer.placeholders());
        demand(writer, table.name, sql, rows, values).await?;
    }
    Ok(())
}

async fn end_live<W: Writer>(writer: &mut W, mut ended: Vec<Record>) -> Result<(), DatabaseError> {
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
async fn end_jobs<W: Writer>(
    writer: &mut W,
    mut records: Vec<Record>,
) -> Result<(), DatabaseError> {
    records.sort_unstable();
    for (rows, values) in statements(records, 5) {
        let sql = format!(
            "WITH v(id, held, token, due, ended_at) AS (VALUES {}) \
             UPDATE job SET token = v.token, due = coalesce(v.due, job.due), \
             ended_at = v.ended_at, {} FROM v \
             WHERE job.id = v.id AND job.token = v.held AND job.ended_at IS NULL",
            values_of(rows, 5, writer.placeholders()),
            job::WELL
        );
        demand(writer, "job", sql, rows, values).await?;
    }
    Ok(())
}

/// Only what failed and rests; what somebody has taken up, ended or hurried meanwhile is left as it is.
async fn hurry_jobs<W: Writer>(
    writer: &mut W,
    mut records: Vec<Record>,
) -> Result<(), DatabaseError> {
    records.sort_unstable();
    for (rows, values) in statements(records, 2) {
        let sql = format!(
            "WITH v(id, due) AS (VALUES {}) UPDATE job SET due = v.due FROM v \
             WHERE job.id = v.id AND job.ended_at IS NULL AND job.failures > 0 \
             AND length(job.token) = 0 AND job.due > v.due",
            values_of(rows, 2, writer.placeholders())
        );
        writer.execute(sql, values).await?;
    }
    Ok(())
}

/// An answer is stored once; a claim that was pruned meanwhile takes none.
async fn store_answers<W: Writer>(
    writer: &mut W,
    mut answers: Vec<Record>,
) -> Result<(), DatabaseError> {
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
) -> Result<(), DatabaseError> {
    let written = writer.execute(sql, values).await?;
    if usize::try_from(written) == Ok(rows) {
        Ok(())
    } else {
        Err(DatabaseError::Missed(table))
    }
}
