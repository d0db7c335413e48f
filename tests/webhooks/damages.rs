//! The oracle names what a foreign hand does to webhooks.

use chancery::adapters::sqlite::verify::{Issuers, verify};
use sqlx::{ConnectOptions, Executor, sqlite::SqliteConnectOptions};

use crate::turning::World;

/// (what is done, table and column at fault, what the oracle says)
const DAMAGES: [(&str, &str, &str); 8] = [
    (
        "UPDATE webhook SET place = 11",
        "place",
        "it and what it names do not agree",
    ),
    (
        "UPDATE webhook SET place = 1 + place % 10",
        "place",
        "the log says otherwise",
    ),
    (
        "UPDATE webhook SET booked_round = round + 1",
        "booked_round",
        "it and what it names do not agree",
    ),
    (
        "UPDATE webhook SET delivered = 1000000",
        "delivered",
        "it and what it names do not agree",
    ),
    (
        "UPDATE webhook SET delivered = begins_after - 1",
        "delivered",
        "it and what it names do not agree",
    ),
    (
        "DELETE FROM job WHERE kind = 'serve_webhook'",
        "",
        "no job delivers to it",
    ),
    (
        "UPDATE job SET ended_at = due WHERE kind = 'serve_webhook'",
        "",
        "no job delivers to it",
    ),
    (
        "UPDATE job SET object = 'wh_none' WHERE kind = 'serve_webhook'",
        "object",
        "it and what it names do not agree",
    ),
];

#[tokio::test]
async fn each_damage_is_named() {
    let world = World::new().await;
    world.order().await;
    world.active(Vec::new()).await;
    world.order().await;
    world.rouse().await;
    world.ran_out().await;
    assert_eq!(world.taken(), 1);
    world.store.close().await;
    let sound = world.dir.path().join("ca.db");
    for (n, (damage, column, named)) in DAMAGES.iter().enumerate() {
        let path = world.dir.path().join(format!("damaged-{n}.db"));
        std::fs::copy(&sound, &path).unwrap();
        let options = SqliteConnectOptions::new().filename(&path);
        let mut raw = options.connect().await.unwrap();
        let done = raw.execute(*damage).await.unwrap();
        assert_eq!(done.rows_affected(), 1, "{damage}");
        let report = verify(&path, &Issuers::new()).await.unwrap();
        let found = report.violations.iter().any(|found| {
            found.rule.text() == *named && (column.is_empty() || found.object.ends_with(column))
        });
        assert!(found, "{damage}: {:?}", report.violations);
    }
}
