//! What only PostgreSQL can be asked: its settings, its roles, its locks, a second instance.

use std::sync::Arc;

use chancery::{
    adapters::{
        postgres::{
            OpenError, PostgresStore, migrate,
            target::{Server, Target},
        },
        sql::migrations::SchemaFault,
    },
    domain::{
        id::BootId,
        unit::{Aggregate, CommitError, Unit},
    },
    ports::{
        clock::Clock,
        store::{Bookkeeping, Store, catalogue::AuditLog, people::Identities},
    },
};
use futures_util::future::join_all;

use crate::{
    audit::{self, verified},
    clock::FakeClock,
    conflict,
    entropy::FakeEntropy,
    made, request,
    server::{Cluster, cluster, refused},
    sqlite::options,
    world::{START, World, caller, owner},
};

/// A database of the process' server, as this user.
pub fn target(cluster: &Cluster, database: &str, user: &str) -> Target {
    Target {
        server: Server::Socket(cluster.directory.clone()),
        port: 5432,
        user: user.to_owned(),
        password: None,
        database: database.to_owned(),
        node: "ca1".to_owned(),
    }
}

/// Opens it as the daemon does, with so many lanes; `seed` sets the draws of this instance apart from
/// others'.
async fn open(database: &str, lanes: usize, seed: u64) -> World<PostgresStore> {
    let clock = Arc::new(FakeClock::at(START));
    let entropy = Arc::new(FakeEntropy::from(seed));
    let boot = BootId::new(clock.now(), entropy.bytes());
    let target = target(cluster(), database, "chancery_daemon");
    let store = PostgresStore::open(target, lanes, clock.clone(), entropy.clone(), options(boot));
    World {
        store: store.await.unwrap(),
        clock,
        entropy,
        boot,
    }
}

/// A database with this program's schema.
pub async fn migrated() -> String {
    let database = cluster().database();
    let owner = target(cluster(), &database, "chancery_owner");
    migrate(&owner).await.unwrap();
    database
}

/// A fresh database with a store of its own on it: one lane, whose queue has an order.
pub async fn fresh() -> World<PostgresStore> {
    open(&migrated().await, 1, 0).await
}

/// The part of the contract that many at once put to the test, with lanes that meet.
#[tokio::test(flavor = "multi_thread")]
async fn lanes_side_by_side_keep_the_contract() {
    let three = async || open(&migrated().await, 3, 0).await;
    audit::entries_are_contiguous_under_load(three().await).await;
    conflict::a_bad_unit_fails_alone(three().await).await;
    conflict::a_key_is_given_once_in_a_batch(three().await).await;
    conflict::of_many_at_once_one_wins(three().await).await;
    request::a_key_is_claimed_once_and_answered_once(three().await).await;
}

async fn opened(target: Target) -> Result<PostgresStore, OpenError> {
    let clock = Arc::new(FakeClock::at(START));
    let boot = BootId::new(clock.now(), [0; 10]);
    let entropy = Arc::new(FakeEntropy::default());
    PostgresStore::open(target, 1, clock, entropy, options(boot)).await
}

async fn refusal(target: Target) -> String {
    opened(target).await.err().unwrap().to_string()
}

/// What the server confirms must be durable; nothing is opened otherwise.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_keep_its_word_is_refused() {
    let database = migrated().await;
    let daemon = || target(cluster(), &database, "chancery_daemon");
    opened(daemon()).await.unwrap().close().await;
    for level in ["off", "local", "remote_write"] {
        let sql = format!("ALTER DATABASE {database} SET synchronous_commit = {level}");
        cluster().say("postgres", &sql);
        let said = refusal(daemon()).await;
        assert!(
            said.contains(&format!("synchronous_commit={level}")),
            "{said}"
        );
    }
    let sql = format!("ALTER DATABASE {database} RESET synchronous_commit");
    cluster().say("postgres", &sql);
    let role = "ALTER ROLE chancery_status SET session_replication_role = replica";
    cluster().say("postgres", role);
    let said = refusal(target(cluster(), &database, "chancery_status")).await;
    cluster().say(
        "postgres",
        "ALTER ROLE chancery_status RESET session_replication_role",
    );
    assert!(said.contains("session_replication_role=replica"), "{said}");
    for setting in ["fsync", "full_page_writes"] {
        let other = Cluster::start(&[&format!("{setting}=off")]);
        let said = refusal(target(&other, "postgres", "postgres")).await;
        assert!(said.contains(&format!("{setting}=off")), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_another_kind_is_refused() {
    let empty = cluster().database();
    let daemon = |database: &str| target(cluster(), database, "chancery_daemon");
    let found = opened(daemon(&empty)).await.err();
    assert!(matches!(
        found,
        Some(OpenError::Schema(SchemaFault::Version { found: 0, .. }))
    ));
    let database = migrated().await;
    // Again finds nothing to do.
    migrate(&target(cluster(), &database, "chancery_owner"))
        .await
        .unwrap();
    let insert = "INSERT INTO schema_version VALUES (99, 'x')";
    cluster().say(&database, insert);
    let found = opened(daemon(&database)).await.err();
    assert!(matches!(
        found,
        Some(OpenError::Schema(SchemaFault::Version { .. }))
    ));
    cluster().say(&database, "DELETE FROM schema_version WHERE version = 99");
    cluster().say(&database, "UPDATE schema_version SET sha256 = 'x'");
    let found = opened(daemon(&database)).await.err();
    assert!(matches!(
        found,
        Some(OpenError::Schema(SchemaFault::Altered(1)))
    ));
    let sql = "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'";
    cluster().say("postgres", sql);
    let said = refusal(daemon("latin")).await;
    assert!(said.contains("LATIN1"), "{said}");
    let said = refusal(daemon("nowhere")).await;
    assert!(said.contains("nowhere"), "{said}");
}

/// The owner of the tables may do it, and the triggers refuse it all the same.
#[tokio::test(flavor = "multi_thread")]
async fn the_past_cannot_be_changed() {
    let database = migrated().await;
    let world = open(&database, 1, 0).await;
    filled(&world).await;
    let mut raw = cluster().connect(&database, "chancery_owner").await;
    for sql in [
        "UPDATE audit_entry SET leaf = ''",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry CASCADE",
        "UPDATE audit_hash SET hash = ''",
        "DELETE FROM audit_hash",
        "UPDATE audit_detail SET json = '{}'",
        "TRUNCATE audit_detail",
        "DELETE FROM audit_head",
        "UPDATE certificate SET subject = 'x'",
        "DELETE FROM certificate",
        "UPDATE rests_on SET row_version = 9",
        "DELETE FROM rests_on",
        "DELETE FROM intent",
    ] {
        let error = refused(&mut raw, sql).await.expect(sql);
        let known = ["audit", "immutable", "append-only", "forgotten"];
        assert!(
            known.iter().any(|word| error.contains(word)),
            "{sql}: {error}"
        );
    }
    assert_eq!(refused(&mut raw, "DELETE FROM audit_detail").await, None);
    let head = world.store.head().await.unwrap().unwrap();
    verified(&world, &head.log, head.root).await;
}

/// An order with a certificate, and all that belongs to it.
async fn filled(world: &World<PostgresStore>) {
    let (order, _, _) = made::ready(world, &owner("ra1", "c1")).await;
    let activation = made::activation(world, &order);
    let unit = Unit::of(caller(), world.now(), activation.clone())
        .change(made::intent(world, activation.id, &[1]))
        .change(made::certificate(world, &activation, &[1]))
        .rests_on(Aggregate::Order, order.id, order.version());
    world.commit(unit).await.unwrap();
}

/// What each role must not do.
const FORBIDDEN: [(&str, &[&str]); 3] = [
    (
        "chancery_daemon",
        &[
            "UPDATE audit_entry SET leaf = ''",
            "DELETE FROM audit_entry",
            "TRUNCATE audit_entry",
            "UPDATE audit_hash SET hash = ''",
            "DELETE FROM audit_head",
            "DELETE FROM audit_detail",
            "UPDATE certificate SET subject = 'x'",
            "DELETE FROM certificate",
            "UPDATE intent SET tbs = ''",
            "DELETE FROM intent",
            "UPDATE revocation_list SET tbs = ''",
            "UPDATE responder SET tbs = ''",
            "DELETE FROM responder",
            "DELETE FROM revoked",
            "UPDATE feed SET type = 'x'",
            "DELETE FROM orders",
            "UPDATE schema_version SET sha256 = ''",
            "INSERT INTO schema_version VALUES (2, '')",
            "CREATE TABLE mine (id text)",
            "ALTER TABLE orders ADD mine text",
            "DROP TABLE orders",
            "DROP TRIGGER audit_entry_kept ON audit_entry",
            "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
            "SET session_replication_role = replica",
            "CREATE FUNCTION mine() RETURNS int LANGUAGE sql RETURN 1",
            "CREATE ROLE mine",
        ],
    ),
    (
        "chancery_auditor",
        &[
            "INSERT INTO instance VALUES ('x', 1, 1)",
            "UPDATE orders SET state = 'x'",
            "DELETE FROM job",
            "SELECT * FROM orders FOR SHARE",
            "CREATE TABLE mine (id text)",
        ],
    ),
    (
        "chancery_status",
        &[
            "SELECT * FROM orders",
            "SELECT subject FROM certificate",
            "SELECT tbs FROM intent",
            "SELECT * FROM audit_entry",
            "INSERT INTO revoked VALUES ('x', 'y', 0, 0, 'z', 0)",
            "UPDATE revoked SET reason = 'x'",
        ],
    ),
];

/// Each role is refused what it has no use for, before a trigger is asked.
#[tokio::test(flavor = "multi_thread")]
async fn roles_may_do_no_more_than_they_need() {
    let database = migrated().await;
    let world = open(&database, 1, 0).await;
    filled(&world).await;
    for (role, statements) in FORBIDDEN {
        let mut raw = cluster().connect(&database, role).await;
        for sql in statements {
            let error = refused(&mut raw, sql).await.expect(sql);
            let denied = error.contains("permission denied") || error.contains("must be owner");
            assert!(denied, "{role}: {sql}: {error}");
        }
    }
    // A table that was added and forgotten here would stop the daemon.
    let mut owner = cluster().connect(&database, "chancery_owner").await;
    let without = "SELECT string_agg(relname, ' ') FROM pg_class WHERE relkind = 'r' \
        AND relnamespace = 'public'::regnamespace AND relname <> 'schema_version' \
        AND NOT has_table_privilege('chancery_daemon', oid, 'INSERT')";
    let without: Option<String> = sqlx::query_scalar(without)
        .fetch_one(&mut owner)
        .await
        .unwrap();
    assert_eq!(without, None);
    let mut auditor = cluster().connect(&database, "chancery_auditor").await;
    assert_eq!(
        refused(&mut auditor, "SELECT * FROM audit_entry").await,
        None
    );
    let mut status = cluster().connect(&database, "chancery_status").await;
    let sql = "SELECT r.reason FROM certificate AS c JOIN revoked AS r USING (issuer, serial)";
    assert_eq!(refused(&mut status, sql).await, None);
}

/// Two instances write one log: no entry is lost, none stands twice.
#[tokio::test(flavor = "multi_thread")]
async fn two_instances_write_one_history() {
    let database = migrated().await;
    let (one, two) = (open(&database, 2, 0).await, open(&database, 2, 1).await);
    let of = |world: &World<PostgresStore>| {
        let units: Vec<_> = (0..40)
            .map(|_| world.new_order(owner("ra1", "c1")))
            .collect();
        let units = units
            .into_iter()
            .map(|order| Unit::of(caller(), world.now(), order));
        units.collect::<Vec<_>>()
    };
    let mine = of(&one).into_iter().map(|unit| one.commit(unit));
    let theirs = of(&two).into_iter().map(|unit| two.commit(unit));
    let (mine, theirs) = tokio::join!(join_all(mine), join_all(theirs));
    let mut places: Vec<i64> = mine
        .into_iter()
        .chain(theirs)
        .map(|committed| committed.unwrap().pos())
        .collect();
    places.sort_unstable();
    places.dedup();
    assert_eq!(places.len(), 80);
    let head = one.store.head().await.unwrap().unwrap();
    assert_eq!(head.size, 81);
    verified(&two, &head.log, head.root).await;
}

/// A row that another instance changes is seen, whoever asks first.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_instances_one_changes_a_row() {
    let database = migrated().await;
    let (one, two) = (open(&database, 2, 0).await, open(&database, 2, 1).await);
    for _ in 0..10 {
        let order = one.order(&owner("ra1", "c1")).await;
        let cancelled = |world: &World<PostgresStore>| {
            let order = order.clone().cancel(None, world.now()).unwrap();
            Unit::of(caller(), world.now(), order)
        };
        let (mine, theirs) = (cancelled(&one), cancelled(&two));
        let (mine, theirs) = tokio::join!(one.commit(mine), two.commit(theirs));
        let lost = [mine.err(), theirs.err()];
        assert!(
            lost.contains(&None) && lost.contains(&Some(CommitError::Conflict)),
            "{lost:?}"
        );
    }
}

/// Work is shared: what one instance claims the other does not get.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_claimed_by_one_instance() {
    let database = migrated().await;
    let (one, two) = (open(&database, 2, 0).await, open(&database, 2, 1).await);
    let mut unit = one.note();
    for n in 0..64 {
        unit = unit.job(request::job(&one, &format!("object-{n}"), 0));
    }
    one.commit(unit).await.unwrap();
    // What a dead process held is due when its lease ends: nobody knows here who is dead.
    let free = Bookkeeping::FreeJobs { now: one.now() };
    one.store.bookkeep(free).await.unwrap();
    let mut held = Vec::new();
    for seed in 0..8 {
        let (a, b) = tokio::join!(
            request::claimed(&one, 2 * seed),
            request::claimed(&two, 2 * seed + 1)
        );
        held.extend(a.into_iter().chain(b).map(|job| job.id));
    }
    let all = held.len();
    held.sort_unstable();
    held.dedup();
    assert_eq!((all, held.len()), (64, 64));
}

/// The server ends the connections: what was asked meanwhile is answered, and the store heals.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_whose_connections_end_heals() {
    let database = migrated().await;
    let world = open(&database, 1, 0).await;
    world.commit(world.note()).await.unwrap();
    let end = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = '{database}' AND pid <> pg_backend_pid()"
    );
    cluster().say("postgres", &end);
    let refused = world.commit(world.note()).await;
    assert!(
        matches!(refused, Err(CommitError::Unavailable(_))),
        "{refused:?}"
    );
    assert!(world.store.writes_fail());
    world.commit(world.note()).await.unwrap();
    world.commit(world.note()).await.unwrap();
    // Each reader finds out by itself.
    let mut read = world.store.identities().await;
    for _ in 0..8 {
        read = world.store.identities().await;
    }
    assert_eq!(read.unwrap().len(), 0);
}
