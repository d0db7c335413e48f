//! A process killed in the middle of its load: what was answered is there, what is there is
//! whole, and the log has no gap.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use chancery::{
    adapters::sqlite::verify::{Issuers, verify},
    domain::{audit::value::Value, order::OrderNumber, unit::Unit},
    ports::store::{
        Page,
        catalogue::AuditLog,
        registration::{OrderFilter, Orders},
    },
};

use crate::{
    audit::verified,
    sqlite,
    world::{caller, owner},
};

/// Where the child finds its database; unset in an ordinary run.
const DATABASE: &str = "CHANCERY_TEST_CRASH_DATABASE";
/// Answers to wait for before each kill.
const ANSWERS: usize = 150;
const KILLS: u64 = 4;

/// The child: writes until it is killed, and says what was answered.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Some(path) = std::env::var_os(DATABASE) else {
        return;
    };
    let seed = u64::from(std::process::id()) << 32;
    let world = std::sync::Arc::new(sqlite::open(Path::new(&path), seed).await);
    let writers = (0..24).map(|_| {
        let world = std::sync::Arc::clone(&world);
        tokio::spawn(async move {
            loop {
                // Two rows and two entries that belong together.
                let (a, b) = (
                    world.new_order(owner("ra1", "c1")),
                    world.new_order(owner("ra1", "c1")),
                );
                let pair =
                    crate::world::event().with("pair", Value::text(format!("{} {}", a.id, b.id)));
                let answered = a.number.as_str().to_owned();
                let unit = Unit::of(caller(), world.now(), a).event(pair).change(b);
                if world.commit(unit).await.is_ok() {
                    println!("answered {answered}");
                }
            }
        })
    });
    // They never end: the parent kills this process.
    futures_util::future::join_all(writers).await;
}

fn killed(path: &Path) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::child", "--nocapture"])
        .env(DATABASE, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut answered = Vec::new();
    while answered.len() < ANSWERS {
        let line = lines
            .next()
            .expect("the child writes until it is killed")
            .unwrap();
        if let Some(number) = line.strip_prefix("answered ") {
            answered.push(number.to_owned());
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What stood in the pipe was answered too.
    let rest = lines.map_while(Result::ok);
    answered.extend(rest.filter_map(|line| line.strip_prefix("answered ").map(str::to_owned)));
    answered
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_outlives_a_kill_and_units_are_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ca.db");
    chancery::adapters::sqlite::migrate(&path).await.unwrap();
    let mut answered = Vec::new();
    for round in 0..KILLS {
        answered.extend(killed(&path));
        let world = sqlite::open(&path, round).await;
        let head = world.store.head().await.unwrap().unwrap();
        let entries = verified(&world, &head.log, head.root).await;
        assert_eq!(u64::try_from(entries.len()).unwrap(), head.size);

        let scope = world.everything().await;
        let mut numbers = Vec::new();
        let mut ids = std::collections::HashSet::new();
        let mut page = Page {
            limit: 200,
            after: None,
        };
        loop {
            let orders = world
                .store
                .orders(&scope, &OrderFilter::default(), &page)
                .await
                .unwrap();
            let Some(last) = orders.last() else { break };
            page.after = Some(chancery::ports::store::Cursor {
                created_at: last.created_at,
                id: last.id.to_string(),
            });
            ids.extend(orders.iter().map(|order| order.id.to_string()));
            numbers.extend(orders.iter().map(|order| order.number.clone()));
        }
        let has = |number: &String| numbers.iter().map(OrderNumber::as_str).any(|n| n == number);
        assert!(answered.iter().all(has), "an answer that is not there");
        let mut told = std::collections::HashSet::new();
        for entry in &entries {
            if let Some(Value::Text(pair)) = entry.data.get("pair") {
                told.extend(pair.split(' ').map(str::to_owned));
            }
        }
        assert_eq!(ids, told, "each unit is whole or not there at all");
        world.store.close().await;
        let report = verify(&path, &Issuers::new()).await;
        assert_eq!(report.unwrap().violations, []);
    }
}
