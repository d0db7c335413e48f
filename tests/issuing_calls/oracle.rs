//! The oracle against a database that a daemon has filled at work: it is found sound, and
//! whatever row of whatever table a foreign hand takes away, whatever column it changes, is
//! found and named.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use chancery::adapters::{
    document_directory::{content::SealedContent, keys::DocumentKeys},
    sqlite::verify::{Issuers, Report, Unreadable, contents, verify},
    system::OsEntropy,
};
use sqlx::{
    AssertSqlSafe, Connection, Executor, Row, SqliteConnection, sqlite::SqliteConnectOptions,
};
use tempfile::TempDir;

use crate::{life::lived_in, traces::count, world::World};

/// Tables of which some rows may go unseen, and why. It may only grow shorter: a row that is
/// found in spite of this list fails the test too.
const MAY_VANISH: &[(&str, &str)] = &[
    (
        "idempotency",
        "kept answers are pruned after their time; without one the same request is judged anew, \
         and its order has its certificate",
    ),
    (
        "job",
        "ended jobs are pruned; timers are set again at each start, and an open job whose loss \
         would be felt (a mail that waits) is found by the row it is for",
    ),
];

/// Tables that no daemon fills yet; `tests/store/oracle.rs` damages them. A row in one fails the test.
const UNFILLED: [&str; 1] = ["responder"];

/// Of a webhook.
const DELIVERIES: &str =
    "how far messages have come, which their receiver says; the feed they repeat is in the log";

/// Columns that may change unseen, and why; `*` is every table. It may only grow shorter.
const MAY_CHANGE: &[(&str, &str, &str)] = &[
    (
        "*",
        "version",
        "counts the writes of a row, for writers at the same time; says nothing",
    ),
    (
        "*",
        "updated_at",
        "repeats the time of the row's newest entry; nothing is decided on it",
    ),
    (
        "idempotency",
        "*",
        "as for its rows: kept for a while to be repeated, never judged on",
    ),
    (
        "job",
        "*",
        "when and by whom work is taken up; what it then does is judged anew",
    ),
    ("mail", "created_at", "orders the operator's list"),
    (
        "mail",
        "reply",
        "the last words of a mail server; no entry repeats them",
    ),
    (
        "mailbox",
        "code_nonce",
        "only the key that the daemon holds can tell; another refuses the code",
    ),
    (
        "mailbox",
        "code_mac",
        "only the key that the daemon holds can tell; another refuses the code",
    ),
    (
        "mailbox",
        "sent_at",
        "when the mail left, for those who wait for it; the ledger says whether",
    ),
    ("notification", "read_at", "the reader's own mark"),
    ("webhook", "delivered", DELIVERIES),
    ("webhook", "failures", DELIVERIES),
    ("webhook", "failing_since", DELIVERIES),
    ("webhook", "last_at", DELIVERIES),
    ("webhook", "last_outcome", DELIVERIES),
    ("webhook", "last_status", DELIVERIES),
];

/// Tables and columns of the schema with rows in them.
struct Column {
    table: String,
    name: String,
    kind: String,
    /// The columns of the table's key.
    key: String,
}

/// A database as a kill left it, in one file and without the triggers that hold a hand back.
struct Sound {
    dir: TempDir,
    bytes: Vec<u8>,
}

impl Sound {
    fn path(&self) -> PathBuf {
        self.dir.path().join("sound.db")
    }

    /// Of the daemon's files; its write-ahead log is brought home.
    async fn of(world: &World) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sound.db");
        fs::copy(world.instance.path("ca.db"), &path).unwrap();
        let log = dir.path().join("sound.db-wal");
        fs::copy(world.instance.path("ca.db-wal"), log).unwrap();
        let mut database = open(&path).await;
        let triggers = "SELECT name FROM sqlite_schema WHERE type = 'trigger'";
        for trigger in texts(&mut database, triggers).await {
            run(&mut database, &format!("DROP TRIGGER {trigger}"))
                .await
                .unwrap();
        }
        run(&mut database, "PRAGMA journal_mode = DELETE")
            .await
            .unwrap();
        database.close().await.unwrap();
        let bytes = fs::read(&path).unwrap();
        Self { dir, bytes }
    }

    /// What the oracle says after these changes; of each, the first statement is made that the
    /// schema lets pass.
    async fn after(&self, changes: &[&[String]]) -> Vec<String> {
        let path = self.dir.path().join("damaged.db");
        fs::write(&path, &self.bytes).unwrap();
        let mut database = open(&path).await;
        run(&mut database, "PRAGMA synchronous = OFF")
            .await
            .unwrap();
        for change in changes {
            let mut done = Err("nothing to do".to_owned());
            for statement in *change {
                if done.is_err() {
                    done = run(&mut database, statement).await;
                }
            }
            assert_eq!(done, Ok(1), "{change:?}");
        }
        database.close().await.unwrap();
        match judged(&path).await {
            Ok(report) => report.violations.iter().map(ToString::to_string).collect(),
            Err(error) => vec![format!("unreadable: {error:?}")],
        }
    }
}

impl Sound {
    async fn after_changes(&self, columns: &[&Column]) -> Vec<String> {
        let all: Vec<[String; 2]> = columns.iter().map(|column| changes(column)).collect();
        let all: Vec<&[String]> = all.iter().map(|change| &change[..]).collect();
        self.after(&all).await
    }
}

/// With the keys of the tests' own.
async fn judged(path: &Path) -> Result<Report, Unreadable> {
    let keys = format!("test {}", "07".repeat(32));
    let keys = Arc::new(DocumentKeys::parse(keys.as_bytes()).unwrap());
    let seal = SealedContent::new(keys, Arc::new(OsEntropy));
    let report = verify(path, &Issuers::new()).await?;
    contents::check(path, &seal, true, report, &|_, _| {}).await
}

async fn open(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(false);
    SqliteConnection::connect_with(&options).await.unwrap()
}

/// Rows that it changed.
async fn run(database: &mut SqliteConnection, sql: &str) -> Result<u64, String> {
    let done = database.execute(AssertSqlSafe(sql.to_owned())).await;
    done.map(|done| done.rows_affected())
        .map_err(|error| error.to_string())
}

async fn texts(database: &mut SqliteConnection, sql: &str) -> Vec<String> {
    let rows = sqlx::query(AssertSqlSafe(sql.to_owned()))
        .fetch_all(database)
        .await;
    rows.unwrap().iter().map(|row| row.get(0)).collect()
}

async fn lived() -> (TempDir, World, Sound) {
    let filled = tokio::task::spawn_blocking(|| {
        let dir = tempfile::tempdir().unwrap();
        let world = lived_in(dir.path());
        (dir, world)
    });
    let (dir, world) = filled.await.unwrap();
    let sound = Sound::of(&world).await;
    assert_eq!(judged(&sound.path()).await.unwrap().violations, []);
    (dir, world, sound)
}

async fn tables(database: &mut SqliteConnection) -> Vec<String> {
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let mut all = texts(database, tables).await;
    for unfilled in UNFILLED {
        let rows = count(database, &format!("SELECT count(*) FROM {unfilled}")).await;
        assert_eq!(rows, 0, "{unfilled} is filled");
        all.retain(|table| table != unfilled);
    }
    all
}

async fn key(database: &mut SqliteConnection, table: &str) -> String {
    let columns = format!("SELECT name FROM pragma_table_info('{table}') WHERE pk > 0");
    texts(database, &columns).await.join(", ")
}

async fn columns(database: &mut SqliteConnection) -> Vec<Column> {
    let mut columns = Vec::new();
    for table in tables(database).await {
        let key = key(database, &table).await;
        let all = format!("SELECT name, type FROM pragma_table_info('{table}')");
        let rows = sqlx::query(AssertSqlSafe(all)).fetch_all(&mut *database);
        columns.extend(rows.await.unwrap().iter().map(|row| Column {
            table: table.clone(),
            name: row.get(0),
            kind: row.get(1),
            key: key.clone(),
        }));
    }
    columns
}

/// Statements that change the column in one row, the better first.
fn changes(column: &Column) -> [String; 2] {
    let Column {
        table,
        name,
        kind,
        key,
    } = column;
    let filled = match kind.as_str() {
        "INTEGER" => "1",
        "BLOB" => "x'00'",
        _ => "'x'",
    };
    let other =
        format!("(SELECT o.{name} FROM {table} AS o WHERE o.{name} <> {table}.{name} LIMIT 1)");
    let change = |text: &str, more: u32| {
        format!(
            "UPDATE {table} SET {name} = CASE typeof({name}) \
             WHEN 'integer' THEN iif({name} > 1000000000000, {name} - 172800000, {name} + {more}) \
             WHEN 'blob' THEN zeroblob(max(length({name}), 1)) \
             WHEN 'text' THEN CASE substr({name}, 1, 1) \
              WHEN '[' THEN iif({name} = '[]', '[\"x\"]', '[]') \
              WHEN '{{' THEN iif({name} = '{{}}', '{{\"x\":1}}', '{{}}') ELSE {text} END \
             ELSE {filled} END \
             WHERE ({key}) IN (SELECT {key} FROM {table} ORDER BY {name} IS NULL, {key} LIMIT 1)"
        )
    };
    [
        change(&format!("coalesce({other}, {name} || 'x')"), 1),
        change(&format!("{name} || 'x'"), 1_000_003),
    ]
}

/// A violation that says where: the table's name, or that of the row beside it.
fn is_named(table: &str, found: &[String]) -> bool {
    let places: &[&str] = match table {
        "audit_entry" => &["audit_entry", "audit_head"],
        "audit_hash" | "audit_detail" => &["audit_entry"],
        "audit_head" => &["audit_head", "audit_entry:"],
        "live_activation" => &["live_activation", "activation"],
        "schema_version" => &["unreadable:"],
        table => &[table],
    };
    let says = |found: &String| found.split(' ').any(|word| places.contains(&word));
    found.iter().any(says)
}

fn is_exempt(column: &Column) -> bool {
    let is = |listed: &str, name: &str| listed == "*" || listed == name;
    // The schema's own table has a version of another kind.
    column.table != "schema_version"
        && MAY_CHANGE
            .iter()
            .any(|(table, name, _)| is(table, &column.table) && is(name, &column.name))
}

/// The log's own word on the column.
fn is_told(column: &Column, found: &[String]) -> bool {
    let of = format!("row-altered (log) {} ", column.table);
    let named = format!(" {}: ", column.name);
    let says = |found: &String| found.starts_with(&of) && found.contains(&named);
    found.iter().any(says)
}

/// Rows at both ends of each table, and of one on the list as many as it takes.
async fn deleted(sound: &Sound, database: &mut SqliteConnection, wrong: &mut Vec<String>) {
    for table in tables(database).await {
        let key = key(database, &table).await;
        let number = count(database, &format!("SELECT count(*) FROM {table}")).await;
        let is_exempt = MAY_VANISH.iter().any(|(exempt, _)| *exempt == table);
        let rows = if is_exempt {
            (0..number).collect()
        } else {
            vec![0, number - 1]
        };
        let mut unseen = None;
        for at in rows {
            let delete = [format!(
                "DELETE FROM {table} WHERE ({key}) IN \
                 (SELECT {key} FROM {table} ORDER BY {key} LIMIT 1 OFFSET {at})"
            )];
            let found = sound.after(&[&delete]).await;
            if !is_named(&table, &found) {
                unseen = Some(found);
                break;
            }
        }
        match unseen {
            None if is_exempt => wrong.push(format!("{table} need not be exempt")),
            Some(found) if !is_exempt => wrong.push(format!("{table} lacks a row: {found:?}")),
            _ => {}
        }
    }
}

/// Each column in one row: first those of many tables at once, for what the log says of each;
/// then each alone that the log says nothing of.
async fn changed(sound: &Sound, columns: &[&Column], wrong: &mut Vec<String>) {
    let is_log = |c: &&Column| c.table.starts_with("audit_") || c.table == "schema_version";
    let (mut alone, mut rest): (Vec<&Column>, Vec<&Column>) =
        columns.iter().copied().partition(is_log);
    while !rest.is_empty() {
        let mut round: Vec<&Column> = Vec::new();
        rest.retain(|column| {
            let is_new = round.iter().all(|taken| taken.table != column.table);
            if is_new {
                round.push(column);
            }
            !is_new
        });
        let found = sound.after_changes(&round).await;
        alone.extend(round.into_iter().filter(|column| !is_told(column, &found)));
    }
    for column in alone {
        let found = sound.after_changes(&[column]).await;
        if !is_named(&column.table, &found) {
            wrong.push(format!(
                "{}.{} differs: {found:?}",
                column.table, column.name
            ));
        }
    }
}

/// Columns on the list, all at once: one that is found need not be there. Those of tables whose
/// rows may vanish are not asked: it depends on the row.
async fn exempt(sound: &Sound, columns: &[&Column], wrong: &mut Vec<String>) {
    let vanish = |table: &str| MAY_VANISH.iter().any(|(exempt, _)| *exempt == table);
    let columns = columns.iter().copied();
    let columns: Vec<&Column> = columns.filter(|c| !vanish(&c.table)).collect();
    if sound.after_changes(&columns).await.is_empty() {
        return;
    }
    for column in columns {
        let found = sound.after_changes(&[column]).await;
        if !found.is_empty() {
            wrong.push(format!(
                "{}.{} need not be exempt: {found:?}",
                column.table, column.name
            ));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_gone_or_changed_is_found_in_every_table() {
    let (_dir, _world, sound) = lived().await;
    let mut database = open(&sound.path()).await;
    let mut wrong = Vec::new();
    deleted(&sound, &mut database, &mut wrong).await;
    let columns = columns(&mut database).await;
    let (listed, judged): (Vec<&Column>, Vec<&Column>) = columns.iter().partition(|c| is_exempt(c));
    changed(&sound, &judged, &mut wrong).await;
    exempt(&sound, &listed, &mut wrong).await;
    assert_eq!(wrong, Vec::<String>::new());
}
