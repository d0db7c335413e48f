//! The two schemas are one: the same tables, columns, keys, references, indexes and guards.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AssertSqlSafe, Row, SqliteConnection};

use crate::{
    postgres::migrated,
    server::cluster,
    sqlite::{fresh, raw},
};

const SQLITE: &str = include_str!("../../migrations/sqlite/0001_first.sql");
const POSTGRES: &str = include_str!("../../migrations/postgres/0001_first.sql");

/// A table as both databases can tell of it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Shape {
    /// Name, kind and whether there may be no value, in order.
    columns: Vec<(String, String, bool)>,
    key: Vec<String>,
    /// Unique keys that are constraints.
    unique: BTreeSet<Vec<String>>,
    /// Columns, the table they name, and its columns.
    references: BTreeSet<(Vec<String>, String, Vec<String>)>,
    /// The events that a trigger looks at.
    guards: BTreeSet<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn both_databases_have_one_schema() {
    let (dir, _world) = fresh().await;
    let sqlite = of_sqlite(&mut raw(&dir.path().join("ca.db")).await).await;
    let postgres = of_postgres(&migrated().await).await;
    let names = |shapes: &BTreeMap<String, Shape>| shapes.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&sqlite), names(&postgres));
    for (name, shape) in &sqlite {
        assert_eq!(*shape, postgres[name], "{name}");
    }
    assert_eq!(indexes(SQLITE), indexes(POSTGRES));
    assert_eq!(checks(SQLITE), checks(POSTGRES));
}

/// Word for word, with their conditions.
fn indexes(migration: &str) -> BTreeSet<String> {
    let statements = migration.split(';');
    let index = statements.filter_map(|text| {
        let at = ["CREATE INDEX", "CREATE UNIQUE INDEX"];
        let begin = at.iter().find_map(|words| text.find(words))?;
        Some(
            text[begin..]
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" "),
        )
    });
    index.collect()
}

fn checks(migration: &str) -> Vec<&str> {
    let lines = migration.lines().map(str::trim);
    lines.filter(|line| line.starts_with("CHECK")).collect()
}

async fn rows(database: &mut SqliteConnection, sql: String) -> Vec<sqlx::sqlite::SqliteRow> {
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(database).await;
    rows.unwrap()
}

async fn of_sqlite(database: &mut SqliteConnection) -> BTreeMap<String, Shape> {
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let mut shapes = BTreeMap::new();
    for table in rows(database, tables.to_owned()).await {
        let name: String = table.get(0);
        let shape = sqlite_table(database, &name).await;
        shapes.insert(name, shape);
    }
    shapes
}

async fn sqlite_table(database: &mut SqliteConnection, table: &str) -> Shape {
    let mut shape = Shape::default();
    let mut key = BTreeMap::new();
    for row in rows(
        database,
        format!("SELECT * FROM pragma_table_info('{table}')"),
    )
    .await
    {
        let (name, place): (String, i64) = (row.get("name"), row.get("pk"));
        let kind = match row.get::<String, _>("type").as_str() {
            "INTEGER" => "bigint",
            "BLOB" => "bytea",
            _ => "text",
        };
        // A primary key has a value, said or not.
        let may_lack = row.get::<i64, _>("notnull") == 0 && place == 0;
        shape
            .columns
            .push((name.clone(), kind.to_owned(), may_lack));
        if place > 0 {
            key.insert(place, name);
        }
    }
    shape.key = key.into_values().collect();
    let unique = format!("SELECT name FROM pragma_index_list('{table}') WHERE origin = 'u'");
    for row in rows(database, unique).await {
        let index: String = row.get(0);
        let columns = format!("SELECT name FROM pragma_index_info('{index}') ORDER BY seqno");
        let columns = rows(database, columns).await;
        shape
            .unique
            .insert(columns.iter().map(|row| row.get(0)).collect());
    }
    let mut references: BTreeMap<i64, (Vec<String>, String, Vec<String>)> = BTreeMap::new();
    let list = format!("SELECT * FROM pragma_foreign_key_list('{table}') ORDER BY id, seq");
    for row in rows(database, list).await {
        let one = references.entry(row.get("id")).or_default();
        one.0.push(row.get("from"));
        one.1 = row.get("table");
        one.2.push(row.get("to"));
    }
    shape.references = references.into_values().collect();
    let triggers =
        format!("SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = '{table}'");
    for row in rows(database, triggers).await {
        let sql: String = row.get(0);
        let event = ["UPDATE", "DELETE"]
            .into_iter()
            .find(|event| sql.contains(&format!("BEFORE {event}")));
        shape.guards.insert(event.unwrap().to_owned());
    }
    shape
}

async fn of_postgres(database: &str) -> BTreeMap<String, Shape> {
    let mut connection = cluster().connect(database, "postgres").await;
    let mut shapes: BTreeMap<String, Shape> = BTreeMap::new();
    let columns = "SELECT table_name::text AS t, column_name::text AS c, data_type::text AS k, \
        is_nullable::text AS n FROM information_schema.columns WHERE table_schema = 'public' \
        ORDER BY table_name, ordinal_position";
    for row in sqlx::query(columns)
        .fetch_all(&mut connection)
        .await
        .unwrap()
    {
        let shape = shapes.entry(row.get("t")).or_default();
        let may_lack = row.get::<String, _>("n") == "YES";
        shape.columns.push((row.get("c"), row.get("k"), may_lack));
    }
    let constraints = "SELECT c.conrelid::regclass::text AS t, c.contype::text AS k, \
        coalesce(c.confrelid::regclass::text, '') AS f, \
        (SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(c.conkey) WITH ORDINALITY AS k (c, n) \
         JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.c) AS own, \
        coalesce((SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(c.confkey) \
         WITH ORDINALITY AS k (c, n) JOIN pg_attribute AS a ON a.attrelid = c.confrelid \
         AND a.attnum = k.c), '{}') AS theirs, c.condeferred AS late \
        FROM pg_constraint AS c WHERE c.connamespace = 'public'::regnamespace";
    for row in sqlx::query(constraints)
        .fetch_all(&mut connection)
        .await
        .unwrap()
    {
        let shape = shapes.get_mut(&row.get::<String, _>("t")).unwrap();
        let own: Vec<String> = row.get("own");
        match row.get::<String, _>("k").as_str() {
            "p" => shape.key = own,
            "u" => drop(shape.unique.insert(own)),
            "f" => {
                assert!(row.get::<bool, _>("late"), "{own:?} is looked at too early");
                shape
                    .references
                    .insert((own, row.get("f"), row.get("theirs")));
            }
            _ => {}
        }
    }
    let triggers = "SELECT event_object_table::text AS t, event_manipulation::text AS e \
        FROM information_schema.triggers WHERE trigger_schema = 'public'";
    for row in sqlx::query(triggers)
        .fetch_all(&mut connection)
        .await
        .unwrap()
    {
        let shape = shapes.get_mut(&row.get::<String, _>("t")).unwrap();
        shape.guards.insert(row.get("e"));
    }
    shapes
}
