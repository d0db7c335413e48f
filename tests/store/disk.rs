//! A disk that is full, or whose answers get lost: what the store says is what is there, also
//! after the next start. The faults are those of `disk.c`, below SQLite.

use std::{collections::BTreeSet, fs, path::PathBuf, process::Command};

use chancery::{
    adapters::sqlite::{
        SqliteStore, migrate,
        verify::{Issuers, verify},
    },
    domain::{
        aggregate::Loaded,
        order::Order,
        unit::{CommitError, Unit},
    },
    ports::store::{
        Store,
        catalogue::AuditLog,
        registration::{OrderFilter, Orders},
    },
};
use futures_util::future::join_all;

use crate::{
    audit::verified,
    faulty, sqlite,
    world::{World, caller, owner, page},
};

/// Where a child finds its directory; unset in an ordinary run.
const HOME: &str = "CHANCERY_TEST_DISK";
const FAULTS: &str = "DISK_FAULTS";

/// A database on a disk that can fail.
struct Disk {
    dir: PathBuf,
}

impl Disk {
    /// Runs `test` in a process of its own that has the faulty disk. Called first thing in a
    /// `#[test]`, whose name is the thread's.
    fn isolated<F: Future<Output = ()>>(test: impl FnOnce(Self) -> F) {
        if let Some(dir) = std::env::var_os(HOME) {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            return runtime.block_on(test(Self { dir: dir.into() }));
        }
        let dir = tempfile::tempdir().unwrap();
        let library = faulty::library(dir.path());
        let this = std::thread::current().name().unwrap().to_owned();
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", &this, "--nocapture"])
            .env(HOME, dir.path())
            .env(FAULTS, dir.path().join("faults"))
            .env("LD_PRELOAD", library)
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(told.contains("1 passed"), "{told}\n{error}");
    }

    fn database(&self) -> PathBuf {
        self.dir.join("ca.db")
    }

    async fn fresh(&self) -> World<SqliteStore> {
        migrate(&self.database()).await.unwrap();
        sqlite::open(&self.database(), 0).await
    }

    /// From now on, see `disk.c`.
    fn fails(&self, how: &str) {
        fs::write(self.dir.join("faults"), how).unwrap();
    }

    /// Whether what was to fail has failed.
    fn has_failed(&self) -> bool {
        !self.dir.join("faults").exists()
    }

    fn is_well_again(&self) {
        fs::remove_file(self.dir.join("faults")).unwrap();
    }

    /// The orders that a new process finds, after the oracle has looked at everything.
    async fn after_a_restart(&self, world: World<SqliteStore>) -> BTreeSet<String> {
        world.store.close().await;
        let report = verify(&self.database(), &Issuers::new()).await.unwrap();
        assert_eq!(report.violations, []);
        let world = sqlite::open(&self.database(), 1).await;
        let found = orders(&world).await;
        world.store.close().await;
        found
    }
}

fn unit(world: &World<SqliteStore>) -> (String, Unit) {
    let order = world.new_order(owner("ra1", "c1"));
    let number = order.number.as_str().to_owned();
    (number, Unit::of(caller(), world.now(), order))
}

async fn place(world: &World<SqliteStore>) -> String {
    let (number, unit) = unit(world);
    world.commit(unit).await.unwrap();
    number
}

/// The orders there are, after the log over them was found whole.
async fn orders(world: &World<SqliteStore>) -> BTreeSet<String> {
    let head = world.store.head().await.unwrap().unwrap();
    let entries = verified(world, &head.log, head.root).await;
    assert_eq!(u64::try_from(entries.len()).unwrap(), head.size);
    let scope = world.everything().await;
    let filter = OrderFilter::default();
    let found = world.store.orders(&scope, &filter, &page(200)).await;
    let number = |order: &Loaded<Order>| order.number.as_str().to_owned();
    found.unwrap().iter().map(number).collect()
}

#[test]
fn a_full_disk_refuses_and_heals() {
    Disk::isolated(async |disk: Disk| {
        let world = disk.fresh().await;
        let before = place(&world).await;
        let known = orders(&world).await;
        disk.fails("full *");
        for _ in 0..3 {
            let refused = world.commit(unit(&world).1).await;
            assert!(
                matches!(refused, Err(CommitError::Unavailable(_))),
                "{refused:?}"
            );
            assert!(world.store.writes_fail());
        }
        assert_eq!(orders(&world).await, known, "reading goes on");
        disk.is_well_again();
        assert!(world.store.writes_fail(), "nobody has written since");
        let after = place(&world).await;
        assert!(!world.store.writes_fail());
        assert_eq!(
            disk.after_a_restart(world).await,
            BTreeSet::from([before, after])
        );
    });
}

#[test]
fn a_commit_that_failed_is_not_there_later() {
    Disk::isolated(async |disk: Disk| {
        let world = disk.fresh().await;
        let before = place(&world).await;
        // A reader holds the log's index: what the failed commit left in the log is in no index.
        let known = orders(&world).await;
        disk.fails("lost 1");
        let (number, one) = unit(&world);
        let again = one.clone();
        let refused = world.commit(one).await;
        assert!(
            matches!(refused, Err(CommitError::Unavailable(_))),
            "{refused:?}"
        );
        assert!(disk.has_failed(), "the commit has not met the fault");
        assert_eq!(orders(&world).await, known);
        // The same unit again: nothing of the first try stands in its way.
        world.commit(again).await.unwrap();
        let all = BTreeSet::from([before, number]);
        assert_eq!(disk.after_a_restart(world).await, all);
    });
}

#[test]
fn whatever_fails_a_unit_is_there_once_or_not_at_all() {
    Disk::isolated(async |disk: Disk| {
        let world = disk.fresh().await;
        let mut expected = BTreeSet::from([place(&world).await]);
        // At the commit alone, then also at what settles it, then for good.
        for times in ["1", "2", "3", "4", "*"] {
            let (number, one) = unit(&world);
            let again = one.clone();
            disk.fails(&format!("lost {times}"));
            let first = world.commit(one).await;
            if !disk.has_failed() {
                disk.is_well_again();
            }
            match world.commit(again).await {
                Ok(_) => assert!(first.is_err(), "{times}: committed twice"),
                // Also behind `Unavailable`, which says that nothing is known.
                Err(CommitError::Exists(_)) => {}
                Err(error) => panic!("{times}: {error:?}"),
            }
            expected.insert(number);
        }
        assert_eq!(disk.after_a_restart(world).await, expected);
    });
}

#[test]
fn a_commit_whose_answer_was_lost_is_found_and_answered() {
    Disk::isolated(async |disk: Disk| {
        let world = disk.fresh().await;
        let before = place(&world).await;
        disk.fails("forgotten 1");
        let (number, one) = unit(&world);
        let again = one.clone();
        let committed = world.commit(one).await.expect("it is on the disk");
        assert!(disk.has_failed(), "the commit has not met the fault");
        let head = world.store.head().await.unwrap().unwrap();
        assert_eq!(committed.pos(), head.pos, "its entry is the newest");
        let twice = world.commit(again).await;
        assert!(matches!(twice, Err(CommitError::Exists(_))), "{twice:?}");
        let after = place(&world).await;
        let all = BTreeSet::from([before, number, after]);
        assert_eq!(disk.after_a_restart(world).await, all);
    });
}

#[test]
fn of_many_writers_each_is_told_what_became_of_its_unit() {
    Disk::isolated(async |disk: Disk| {
        let world = disk.fresh().await;
        let mut expected = BTreeSet::new();
        for fault in ["full 1", "lost 1", "forgotten 1"] {
            // A log that was begun: of a fresh one the first sync is its header's.
            expected.insert(place(&world).await);
            disk.fails(fault);
            let units: Vec<_> = (0..40).map(|_| unit(&world)).collect();
            let before = expected.len();
            let asked = units.into_iter().map(async |(number, unit)| {
                let answer = world.commit(unit).await;
                answer.is_ok().then_some(number)
            });
            expected.extend(join_all(asked).await.into_iter().flatten());
            assert!(disk.has_failed(), "{fault}");
            let stands = fault.starts_with("forgotten");
            assert!(!stands || expected.len() == before + 40, "{fault}");
        }
        assert_eq!(disk.after_a_restart(world).await, expected);
    });
}
