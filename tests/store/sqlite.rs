//! What only SQLite can be asked: its file, its lock, its triggers.

use std::{path::Path, sync::Arc};

use chancery::{
    adapters::{
        sql::migrations::SchemaFault,
        sqlite::{
            OpenError, SqliteStore, StoreOptions, migrate,
            registry::Registry,
            verify::{Issuers, contents, verify},
        },
    },
    domain::{
        audit::entry,
        id::BootId,
        identity::Identity,
        job::JobEnd,
        owner::Role,
        unit::{CommitError, Unit},
    },
    ports::{
        clock::Clock,
        store::{Booked, Bookkeeping, Store, catalogue::AuditLog, people::Identities},
    },
};
use futures_util::future::join_all;
use sqlx::{Connection, Executor, Row, sqlite::SqliteConnectOptions};

use crate::{
    audit::verified,
    clock::FakeClock,
    entropy::FakeEntropy,
    made, request,
    seal::seal,
    world::{START, World, caller, owner},
};

/// Tests that write rows no service would write, so that the oracle speaks against them.
const MADE_UP: &[&str] = &[
    "a_key_that_is_blocked_or_taken_meanwhile_stops_the_unit",
    "a_live_activation_ends_and_makes_room",
    "cases_and_evidence",
    "certificates",
    "doubted_data_stay_listed_while_their_certificates_are_valid",
    "intents_of_dead_boots_are_found",
    "issuance",
    "jobs_are_queued_once_leased_and_fenced",
    "leaves_and_responders_share_their_serials",
    "one_list_of_a_scope_is_open",
    "people_mails_and_notifications",
    "recorded_crls_without_an_end_are_found",
    "recorded_responders_without_an_end_are_found",
    "responders",
    "revocation_lists",
    "revoked_serials",
    "states_of_jobs_are_told_apart",
    "subject_keys",
    "unique_keys",
    "what_a_job_met_stays_until_a_try_does_not_fail",
];

pub fn options(boot: BootId) -> StoreOptions {
    StoreOptions {
        queue: 512,
        batch: 64,
        log_prefix: "ca.example.org/audit".to_owned(),
        node: "ca1".to_owned(),
        boot,
        contents: seal(),
    }
}

/// Opens the database; `seed` sets the draws of this process apart from others'.
pub async fn open(path: &Path, seed: u64) -> World<SqliteStore> {
    let clock = Arc::new(FakeClock::at(START));
    let entropy = Arc::new(FakeEntropy::from(seed));
    let boot = BootId::new(clock.now(), entropy.bytes());
    let store = SqliteStore::open(path, clock.clone(), entropy.clone(), options(boot))
        .await
        .unwrap();
    World {
        store,
        clock,
        entropy,
        boot,
    }
}

/// A fresh database in a directory that lives as long as the test.
pub async fn fresh() -> (tempfile::TempDir, World<SqliteStore>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ca.db");
    migrate(&path).await.unwrap();
    let world = open(&path, 0).await;
    (dir, world)
}

/// Asserts that the oracle finds nothing wrong, unless the test writes what no service would.
pub async fn judged(dir: &Path, test: &str) {
    let path = dir.join("ca.db");
    let report = verify(&path, &Issuers::new()).await.unwrap();
    let keys = seal();
    let report = contents::check(&path, &*keys, true, report, &|_, _| {}).await;
    let report = report.unwrap();
    let expected = MADE_UP.contains(&test);
    assert_eq!(
        !report.violations.is_empty(),
        expected,
        "{:?}",
        report.violations
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_process_writes() {
    let (dir, world) = fresh().await;
    let path = dir.path().join("ca.db");
    let again = SqliteStore::open(
        &path,
        world.clock.clone(),
        world.entropy.clone(),
        options(world.boot),
    )
    .await;
    assert!(matches!(again.err(), Some(OpenError::Locked(_))));
    assert!(matches!(migrate(&path).await, Err(OpenError::Locked(_))));
    world.commit(world.note()).await.unwrap();
    world.store.close().await;
    let closed = world.commit(world.note()).await;
    assert!(matches!(closed, Err(CommitError::Unavailable(_))));
    migrate(&path).await.unwrap();
    let again = open(&path, 1).await;
    assert_eq!(again.store.head().await.unwrap().unwrap().size, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_database_and_a_foreign_schema_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ca.db");
    let clock = Arc::new(FakeClock::at(START));
    let entropy = Arc::new(FakeEntropy::default());
    let boot = BootId::new(clock.now(), [0; 10]);
    let none = SqliteStore::open(&path, clock.clone(), entropy.clone(), options(boot)).await;
    assert!(matches!(none.err(), Some(OpenError::Missing(_))));
    migrate(&path).await.unwrap();
    let mut raw = raw(&path).await;
    raw.execute("INSERT INTO schema_version VALUES (99, 'x')")
        .await
        .unwrap();
    let newer = SqliteStore::open(&path, clock.clone(), entropy.clone(), options(boot)).await;
    assert!(matches!(
        newer.err(),
        Some(OpenError::Schema(SchemaFault::Version { .. }))
    ));
    raw.execute("DELETE FROM schema_version WHERE version = 99")
        .await
        .unwrap();
    raw.execute("UPDATE schema_version SET sha256 = 'x'")
        .await
        .unwrap();
    assert!(matches!(
        migrate(&path).await,
        Err(OpenError::Schema(SchemaFault::Altered(1)))
    ));
}

pub async fn raw(path: &Path) -> sqlx::SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path);
    sqlx::SqliteConnection::connect_with(&options)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_cannot_be_changed() {
    let (dir, world) = fresh().await;
    let (order, set, _) = made::ready(&world, &owner("ra1", "c1")).await;
    let activation = made::activation(&world, &order);
    let unit = Unit::of(caller(), world.now(), activation.clone())
        .change(made::intent(&world, activation.id, &[1]))
        .change(made::certificate(&world, &activation, &[1]))
        .rests_on(
            chancery::domain::unit::Aggregate::Order,
            order.id,
            order.version(),
        );
    world.commit(unit).await.unwrap();
    assert_eq!(set.revision, 1);
    let mut raw = raw(&dir.path().join("ca.db")).await;
    for refused in [
        "UPDATE audit_entry SET leaf = x'00'",
        "DELETE FROM audit_entry",
        "UPDATE audit_hash SET hash = x'00'",
        "DELETE FROM audit_hash",
        "UPDATE audit_detail SET json = '{}'",
        "DELETE FROM audit_head",
        "UPDATE certificate SET subject = 'x'",
        "DELETE FROM certificate",
        "UPDATE rests_on SET row_version = 9",
        "DELETE FROM rests_on",
        "DELETE FROM intent",
    ] {
        let error = raw.execute(refused).await.expect_err(refused).to_string();
        assert!(
            error.contains("audit")
                || error.contains("immutable")
                || error.contains("append-only")
                || error.contains("forgotten"),
            "{refused}: {error}"
        );
    }
    let erased = raw.execute("DELETE FROM audit_detail").await.unwrap();
    assert!(erased.rows_affected() > 0);
    let head = world.store.head().await.unwrap().unwrap();
    verified(&world, &head.log, head.root).await;
}

/// Personal data stand beside the log, which holds their salted hash and nothing of them.
#[tokio::test(flavor = "multi_thread")]
async fn personal_data_verify_and_stay_out_of_the_log() {
    let (dir, world) = fresh().await;
    world.order(&owner("ra1", "customer-77")).await;
    let mut raw = raw(&dir.path().join("ca.db")).await;
    let rows = raw
        .fetch_all("SELECT leaf, salt, json FROM audit_detail JOIN audit_entry USING (log, seq)")
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    let leaf: Vec<u8> = rows[0].get("leaf");
    let salt: Vec<u8> = rows[0].get("salt");
    let json: String = rows[0].get("json");
    assert!(
        json.contains("customer-77") && !String::from_utf8_lossy(&leaf).contains("customer-77")
    );
    let hash = entry::detail_hash(&salt.try_into().unwrap(), json.as_bytes());
    let told = entry::decode(&leaf).unwrap().detail.unwrap();
    assert_eq!(told, hex::encode(hash));
}

/// A queue that is full says so at once, and there is still room for what must not wait.
#[tokio::test(flavor = "current_thread")]
async fn a_full_queue_refuses_and_keeps_room() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ca.db");
    migrate(&path).await.unwrap();
    let clock = Arc::new(FakeClock::at(START));
    let entropy = Arc::new(FakeEntropy::default());
    let boot = BootId::new(clock.now(), [0; 10]);
    let small = StoreOptions {
        queue: 4,
        ..options(boot)
    };
    let store = SqliteStore::open(&path, clock.clone(), entropy.clone(), small)
        .await
        .unwrap();
    let world = World {
        store,
        clock,
        entropy,
        boot,
    };
    // One thread: nothing is taken from the queue before all have tried to enter it.
    let units = (0..10).map(|n| {
        if n == 9 {
            world.note().reserved()
        } else {
            world.note()
        }
    });
    let answers = join_all(units.map(|unit| world.store.commit(unit))).await;
    let refused = |a: &&Result<_, _>| matches!(a, Err(CommitError::Unavailable(_)));
    assert_eq!(answers.iter().filter(refused).count(), 5);
    assert!(answers[9].is_ok());
}

/// A write that the disk refuses is answered as unavailable, and the store heals by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_locked_from_outside_heals() {
    let (dir, world) = fresh().await;
    world.commit(world.note()).await.unwrap();
    let mut raw = raw(&dir.path().join("ca.db")).await;
    raw.execute("BEGIN IMMEDIATE").await.unwrap();
    let refused = world.commit(world.note()).await;
    assert!(
        matches!(refused, Err(CommitError::Unavailable(_))),
        "{refused:?}"
    );
    raw.execute("ROLLBACK").await.unwrap();
    world.commit(world.note()).await.unwrap();
    let head = world.store.head().await.unwrap().unwrap();
    assert_eq!(verified(&world, &head.log, head.root).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_behind_the_log_is_told() {
    let (_dir, world) = fresh().await;
    let second = std::time::Duration::from_secs(1);
    world.commit(world.note()).await.unwrap();
    assert!(world.store.clock_lag().is_zero());
    world.clock.step(-5_000);
    assert_eq!(world.store.clock_lag(), 5 * second);
    world.commit(world.note()).await.unwrap();
    assert_eq!(world.store.clock_lag(), 5 * second);
    world.clock.advance(6 * second);
    assert!(world.store.clock_lag().is_zero());
}

/// How fast it is here: two units a certificate. Printed, never judged.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement"]
#[expect(clippy::disallowed_methods, reason = "a measurement reads a clock")]
async fn throughput() {
    let (_dir, world) = fresh().await;
    let world = Arc::new(world);
    for clients in [1, 16, 64] {
        let (begun, units) = (std::time::Instant::now(), 400 * clients.min(16));
        let tasks = (0..clients).map(|_| {
            let world = Arc::clone(&world);
            tokio::spawn(async move {
                for _ in 0..units / clients {
                    world.order(&owner("ra1", "c1")).await;
                }
            })
        });
        join_all(tasks).await;
        let rate = f64::from(units) / begun.elapsed().as_secs_f64();
        println!("{clients} clients: {rate:.0} units/s");
    }
    let all = world.store.identities().await.unwrap();
    assert!(all.is_empty());
}

/// One process writes: whatever is held at its start was held by the dead.
#[tokio::test]
async fn jobs_of_the_dead_are_due_at_once() {
    let (_dir, world) = fresh().await;
    let (now, later) = (request::job(&world, "a", 0), request::job(&world, "b", 60));
    let unit = world.note().job(now).job(later);
    world.commit(unit).await.unwrap();
    let held = request::claimed(&world, 1).await;
    let free = Bookkeeping::FreeJobs { now: world.now() };
    assert_eq!(world.store.bookkeep(free).await, Ok(Booked::Done));
    let again = request::claimed(&world, 2).await;
    assert_eq!((again.len(), again[0].id), (1, held[0].id));
    let late = world.note().ends_job(JobEnd::Done {
        id: held[0].id,
        token: held[0].token.clone(),
    });
    assert_eq!(world.commit(late).await.unwrap_err(), CommitError::Conflict);
}

/// The listener asks at each request; who was disabled is out with the answer to the call that
/// did it.
#[tokio::test(flavor = "multi_thread")]
async fn the_remembered_registry_follows_every_write() {
    let (_dir, world) = fresh().await;
    let registry = Registry::new(world.store.clone());
    let new = world.new_identity("ra1", Role::RaCustomer, [1; 32]);
    let wanted = [new.credential.clone()];
    assert!(registry.matching(&wanted).await.unwrap().is_empty());
    world.put(new).await;
    let [known] = registry
        .matching(&wanted)
        .await
        .unwrap()
        .try_into()
        .unwrap();
    assert_eq!(known.disabled_at, None);
    let again = registry.matching(&wanted).await.unwrap();
    assert_eq!(again[0].version(), known.version());
    world
        .put(Identity::disable(known, world.now()).unwrap())
        .await;
    let known = registry.matching(&wanted).await.unwrap();
    assert_eq!(known[0].disabled_at, Some(world.now()));
}

/// After a clean stop the one file holds everything, also when it was read meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_store_leaves_no_log_behind() {
    let (dir, world) = fresh().await;
    world.commit(world.note()).await.unwrap();
    assert!(world.store.head().await.unwrap().is_some());
    world.store.close().await;
    assert!(dir.path().join("ca.db").exists());
    assert!(!dir.path().join("ca.db-wal").exists());
}
