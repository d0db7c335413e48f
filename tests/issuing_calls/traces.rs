//! What calls leave behind: every row that is not the daemon's own housekeeping.

use std::collections::BTreeMap;

use sqlx::{Connection, Row, SqliteConnection};

use crate::world::World;

/// Written by the daemon in its own time: leases, lists, the state of mails, timers and deliveries, the log's
/// entries about them.
const OWN: [&str; 12] = [
    "revocation",
    "schema_version",
    "instance",
    "revocation_list",
    "responder",
    "mail",
    "job",
    "webhook",
    "audit_head",
    "audit_entry",
    "audit_hash",
    "audit_detail",
];
/// Of these, how many there are is the calls' doing, and for the log what people did.
const COUNTED: [(&str, &str); 5] = [
    ("revocation", "SELECT count(*) FROM revocation"),
    ("mail", "SELECT count(*) FROM mail"),
    ("webhook", "SELECT count(*) FROM webhook"),
    ("job", "SELECT count(*) FROM job WHERE kind <> 'renew_crl'"),
    (
        "audit_entry",
        "SELECT count(*) FROM (SELECT CAST(leaf AS TEXT) AS leaf FROM audit_entry)
         WHERE json_extract(leaf, '$.actor.kind') <> 'system'",
    ),
];

/// Calls that may pass until every mail is out: far more than any run needs.
const PATIENCE: u32 = 3_000;

/// Rows by table, or their number.
pub type Traces = BTreeMap<String, Vec<String>>;

/// The traces in a world that nobody else uses, once its mails are out.
pub fn traces(world: &World) -> Traces {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        let path = world.instance.path("ca.db");
        let url = format!("sqlite://{}?mode=ro", path.display());
        let mut store = SqliteConnection::connect(&url).await.unwrap();
        // A blocked key is looked at again after a while; its first look is what counts.
        let unsent = "SELECT count(*) FROM job WHERE ended_at IS NULL AND (kind IN \
             ('send_mail', 'publish_revocation') OR (kind = 'revoke_key' AND due = 0))";
        for _ in 0..PATIENCE {
            if count(&mut store, unsent).await == 0 {
                return read(&mut store).await;
            }
            // A call paces the loop.
            world.instance.get("customer", "/products").ok();
        }
        panic!("the mails do not go out");
    })
}

async fn read(store: &mut SqliteConnection) -> Traces {
    let mut found = Traces::new();
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table'";
    for table in texts(store, tables).await {
        if OWN.contains(&table.as_str()) || table.starts_with("sqlite_") {
            continue;
        }
        let columns = format!("SELECT 'quote(' || name || ')' FROM pragma_table_info('{table}')");
        let columns = texts(store, &columns).await.join(" || ',' || ");
        let rows = texts(store, &format!("SELECT {columns} FROM {table} ORDER BY 1")).await;
        found.insert(table, rows);
    }
    assert!(found.len() > 15, "{:?}", found.keys());
    for (table, sql) in COUNTED {
        let number = count(store, sql).await.to_string();
        found.insert(table.to_owned(), vec![number]);
    }
    found
}

async fn texts(store: &mut SqliteConnection, sql: &str) -> Vec<String> {
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    let rows = sqlx::query(sql).fetch_all(store).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

pub async fn count(store: &mut SqliteConnection, sql: &str) -> i64 {
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    sqlx::query(sql).fetch_one(store).await.unwrap().get(0)
}
