//! The daily look through the directory of documents.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, UNIX_EPOCH},
};

use async_trait::async_trait;
use chancery::{
    adapters::document_directory::DocumentDirectory,
    domain::{
        id::DocumentId,
        job::JobKind,
        owner::Caller,
        timestamp::{Timestamp, days},
        unit::Unit,
    },
    ports::{
        clock::Clock,
        document_files::{
            DocumentFiles, FilesError, FoundFile, FoundFiles, IncomingFile, StoredFile,
        },
        store::{Store, registration::SubjectDataSets},
    },
    services::{
        documents::Documents,
        jobs::{JobHandler, Runner},
    },
};

use crate::{
    clock::FakeClock,
    entropy::FakeEntropy,
    world::{World, by_number, papers},
};

const SECOND: Duration = Duration::from_secs(1);

fn id(number: u8) -> DocumentId {
    DocumentId::new(Timestamp::EPOCH, [number; 10])
}

/// Says that the file was written to so long ago, as the world counts.
fn age(world: &World, name: &str, ago: Duration) {
    let file = world.dir.path().join("documents").join(name);
    let at = world.clock.now().minus(ago).since(Timestamp::EPOCH);
    let file = fs::File::options().write(true).open(file).unwrap();
    file.set_modified(UNIX_EPOCH + at).unwrap();
}

async fn kept(world: &World, id: DocumentId) -> String {
    let mut file = world.files.begin(id).await.unwrap();
    file.write(b"%PDF-1.7").await.unwrap();
    file.keep().await.unwrap();
    id.to_string()
}

fn put(world: &World, name: &str) -> String {
    fs::write(world.dir.path().join("documents").join(name), b"x").unwrap();
    name.to_owned()
}

fn sweeper(world: &World) -> Runner {
    sweeper_of(world, world.documents.clone())
}

fn sweeper_of(world: &World, documents: Documents) -> Runner {
    let handler: Arc<dyn JobHandler> = Arc::new(documents);
    let handlers = BTreeMap::from([(JobKind::SweepDocuments, handler)]);
    let (store, entropy) = (Arc::new(world.store.clone()), FakeEntropy::from(76));
    Runner::new(store, world.clock.clone(), Arc::new(entropy), handlers, 4)
}

#[tokio::test]
async fn what_no_row_needs_goes_after_a_day() {
    let world = World::new().await;
    let scope = world.panel(Some("c-1")).await;
    let set = world.data(&scope, by_number("1"), "k").await.unwrap();
    let upload = |key| world.upload(&scope, set.data.id, b"%PDF-1.7", key);
    let (live, erased) = (upload("a").await.unwrap().id, upload("b").await.unwrap().id);
    let row = world.store.document(erased).await.unwrap().unwrap();
    let now = world.clock.now();
    let unit = Unit::of(Caller::system("test"), now, row.erase(now));
    world.store.commit(unit).await.unwrap();

    let runner = sweeper(&world);
    assert_eq!(runner.tick().await.unwrap(), 0, "a day later");
    world.clock.advance(days(1));

    let gone = [
        erased.to_string(),
        kept(&world, id(1)).await,
        put(&world, &format!(".incoming-{}", id(2))),
    ];
    let stays = [
        live.to_string(),
        // Not under our keys: another's.
        put(&world, &id(3).to_string()),
        put(&world, "notes.txt"),
        put(&world, ".incoming-notes"),
    ];
    let young = [
        kept(&world, id(4)).await,
        put(&world, &format!(".incoming-{}", id(5))),
    ];
    for name in gone.iter().chain(&stays) {
        age(&world, name, days(1) + SECOND);
    }
    for name in &young {
        age(&world, name, days(1) - SECOND);
    }
    let files = || BTreeSet::from_iter(world.files());
    let left = |names: &[&[String]]| BTreeSet::from_iter(names.concat());
    assert_eq!(files(), left(&[&gone, &stays, &young]));
    assert_eq!(runner.tick().await.unwrap(), 1);
    assert_eq!(files(), left(&[&stays, &young]));
    assert_eq!(runner.tick().await.unwrap(), 0, "once a day");
    world.clock.advance(days(1));
    assert_eq!(runner.tick().await.unwrap(), 1);
    assert_eq!(files(), left(&[&stays]));
}

#[tokio::test]
async fn so_many_that_no_crash_can_have_left_them_stay() {
    let world = World::new().await;
    let scope = world.panel(Some("c-1")).await;
    let set = world.data(&scope, by_number("1"), "k").await.unwrap();
    let upload = world.upload(&scope, set.data.id, b"%PDF-1.7", "a");
    upload.await.unwrap();
    world.clock.advance(days(1));
    for number in 1..=101 {
        let name = kept(&world, id(number)).await;
        age(&world, &name, days(1) + SECOND);
    }
    let runner = sweeper(&world);
    assert_eq!(runner.tick().await.unwrap(), 1);
    assert_eq!(
        world.files().len(),
        102,
        "the database of another directory"
    );
    // As many as crashes can leave go.
    world.files.remove(id(1)).await.unwrap();
    world.clock.advance(days(1));
    assert_eq!(runner.tick().await.unwrap(), 1);
    assert_eq!(world.files().len(), 1);
}

/// Until nothing is due.
async fn runs(runner: &Runner) -> usize {
    let mut runs = 0;
    while runner.tick().await.unwrap() > 0 {
        runs += 1;
    }
    runs
}

/// A directory of which each look at a file takes seconds.
struct Slow {
    files: DocumentDirectory,
    clock: Arc<FakeClock>,
    begun: Arc<AtomicUsize>,
}

struct SlowWalk {
    found: Box<dyn FoundFiles>,
    clock: Arc<FakeClock>,
}

#[async_trait]
impl FoundFiles for SlowWalk {
    async fn next(&mut self) -> Result<Option<FoundFile>, FilesError> {
        self.clock.advance(SECOND * 10);
        self.found.next().await
    }
}

#[async_trait]
impl DocumentFiles for Slow {
    async fn begin(&self, id: DocumentId) -> Result<Box<dyn IncomingFile>, FilesError> {
        self.files.begin(id).await
    }

    async fn open(&self, id: DocumentId) -> Result<Box<dyn StoredFile>, FilesError> {
        self.files.open(id).await
    }

    async fn remove(&self, id: DocumentId) -> Result<(), FilesError> {
        self.files.remove(id).await
    }

    async fn untouched(&self, before: Timestamp) -> Result<Box<dyn FoundFiles>, FilesError> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        Ok(Box::new(SlowWalk {
            found: self.files.untouched(before).await?,
            clock: self.clock.clone(),
        }))
    }

    async fn discard(&self, id: DocumentId) -> Result<(), FilesError> {
        self.files.discard(id).await
    }
}

#[tokio::test]
async fn a_look_that_takes_long_goes_on_in_further_runs_and_judges_the_whole() {
    let world = World::new().await;
    let scope = world.panel(Some("c-1")).await;
    let set = world.data(&scope, by_number("1"), "k").await.unwrap();
    let upload = world.upload(&scope, set.data.id, b"%PDF-1.7", "a");
    let live = upload.await.unwrap().id.to_string();
    world.clock.advance(days(1));
    age(&world, &live, days(1) + SECOND);
    for number in 1..=101 {
        let name = kept(&world, id(number)).await;
        age(&world, &name, days(1) + SECOND);
    }
    let (files, clock) = (world.files.clone(), world.clock.clone());
    let begun = Arc::new(AtomicUsize::new(0));
    let slow = Slow {
        files,
        clock: clock.clone(),
        begun: begun.clone(),
    };
    let runner = sweeper_of(&world, papers(&world.store, Arc::new(slow), &clock, None));
    // 60 seconds are six looks.
    assert_eq!(runs(&runner).await, 17);
    assert_eq!(begun.load(Ordering::SeqCst), 1, "one look");
    assert_eq!(world.files().len(), 102, "too many over all runs");
    world.files.remove(id(1)).await.unwrap();
    world.clock.advance(days(1));
    assert_eq!(runs(&runner).await, 17);
    assert_eq!(begun.load(Ordering::SeqCst), 2);
    assert_eq!(world.files(), [live]);
}

#[tokio::test]
async fn among_more_files_than_are_asked_for_at_once_the_useless_is_found() {
    let world = World::new().await;
    let scope = world.panel(Some("c-1")).await;
    let set = world.data(&scope, by_number("1"), "k").await.unwrap();
    let upload = world.upload(&scope, set.data.id, b"%PDF-1.7", "a");
    let live = upload.await.unwrap().id.to_string();
    world.clock.advance(days(1));
    let mut stays = BTreeSet::from([live]);
    for number in 0..1_100_u16 {
        let [high, low] = number.to_be_bytes();
        let id = DocumentId::new(Timestamp::EPOCH, [9, high, low, 0, 0, 0, 0, 0, 0, 0]);
        // Not under our keys.
        stays.insert(put(&world, &id.to_string()));
    }
    let useless = kept(&world, id(1)).await;
    for name in stays.iter().chain([&useless]) {
        age(&world, name, days(1) + SECOND);
    }
    assert_eq!(sweeper(&world).tick().await.unwrap(), 1);
    assert_eq!(BTreeSet::from_iter(world.files()), stays);
}
