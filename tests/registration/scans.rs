//! The job that scans, against a clamd that follows a script.

use std::{
    collections::{BTreeMap, VecDeque},
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use chancery::{
    adapters::clamd::{Address, Clamd},
    domain::{
        document::{Document, Scan},
        id::SubjectDataId,
        job::JobKind,
        owner::Caller,
        unit::Unit,
    },
    policy::access::TenantScope,
    ports::{
        clock::Clock,
        scanner::Scanner,
        store::{Store, registration::SubjectDataSets},
    },
    services::jobs::{JobHandler, Runner},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
};

use crate::{
    entropy::FakeEntropy,
    world::{World, by_number},
};

const CLEAN: Says = Says::Answers("stream: OK\0");
const FAILS: Says = Says::Answers("stream: Can't create temporary file ERROR\0");
/// Longer than any rest of the job.
const REST: Duration = Duration::from_secs(61);

#[derive(Clone, Copy)]
enum Says {
    Answers(&'static str),
    /// It closes without a word.
    Goes,
    Hangs,
}

/// What it says of documents, one after the other, the last for ever; and of other contents.
struct Script {
    documents: VecDeque<Says>,
    others: Says,
    /// Documents it was sent.
    asked: u32,
}

struct Scripted {
    script: Arc<Mutex<Script>>,
    scanner: Arc<dyn Scanner>,
}

impl Scripted {
    fn start(dir: &Path, deadline: Duration) -> Self {
        let script = Arc::new(Mutex::new(Script {
            documents: VecDeque::from([CLEAN]),
            others: CLEAN,
            asked: 0,
        }));
        let path = dir.join("clamd.sock");
        let listener = UnixListener::bind(&path).unwrap();
        tokio::spawn(serve(listener, Arc::clone(&script)));
        let scanner = Arc::new(Clamd::new(Address::Unix(path), deadline));
        Self { script, scanner }
    }

    fn says(&self, documents: &[Says], others: Says) {
        let mut script = self.script.lock().unwrap();
        script.documents = documents.iter().copied().collect();
        script.others = others;
        script.asked = 0;
    }

    fn asked(&self) -> u32 {
        self.script.lock().unwrap().asked
    }
}

async fn serve(listener: UnixListener, script: Arc<Mutex<Script>>) {
    let mut hanging = Vec::new();
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let is_document = content(&mut stream).await.starts_with(b"%PDF");
        let says = {
            let mut script = script.lock().unwrap();
            if is_document {
                script.asked += 1;
            }
            match script.documents.len() {
                _ if !is_document => script.others,
                1 => script.documents[0],
                _ => script.documents.pop_front().unwrap(),
            }
        };
        match says {
            Says::Answers(answer) => stream.write_all(answer.as_bytes()).await.unwrap(),
            Says::Goes => {}
            Says::Hangs => hanging.push(stream),
        }
    }
}

async fn content(stream: &mut UnixStream) -> Vec<u8> {
    stream.read_exact(&mut [0; 10]).await.unwrap();
    let mut content = Vec::new();
    loop {
        let length = stream.read_u32().await.unwrap();
        if length == 0 {
            return content;
        }
        let mut chunk = vec![0; usize::try_from(length).unwrap()];
        stream.read_exact(&mut chunk).await.unwrap();
        content.extend(chunk);
    }
}

struct Scene {
    world: World,
    scope: TenantScope,
    set: SubjectDataId,
    clamd: Scripted,
}

impl Scene {
    /// A document that waits for its scan.
    async fn new(deadline: Duration) -> Self {
        let mut world = World::new().await;
        let clamd = Scripted::start(world.dir.path(), deadline);
        world.restart(Some(clamd.scanner.clone()));
        let scope = world.panel(Some("c-1")).await;
        let set = world.data(&scope, by_number("1"), "k").await.unwrap();
        let set = set.data.id;
        world.upload(&scope, set, b"%PDF-1.7", "d").await.unwrap();
        Self {
            world,
            scope,
            set,
            clamd,
        }
    }

    /// Runs the job so often, as far as it is there.
    async fn runs(&self, times: u32) {
        let handler: Arc<dyn JobHandler> = Arc::new(self.world.documents.clone());
        let handlers = BTreeMap::from([(JobKind::ScanDocument, handler)]);
        let (store, entropy) = (Arc::new(self.world.store.clone()), FakeEntropy::from(77));
        let clock = self.world.clock.clone();
        let runner = Runner::new(store, clock, Arc::new(entropy), handlers, 4);
        for _ in 0..times {
            runner.tick().await.unwrap();
            self.world.clock.advance(REST);
        }
    }

    async fn document(&self) -> Document {
        let scope = self.scope.read();
        let listed = self.world.documents.list(&scope, self.set).await;
        listed.unwrap().remove(0).document
    }
}

#[tokio::test]
async fn an_outage_does_not_count_against_a_document() {
    let scene = Scene::new(REST).await;
    scene.clamd.says(&[Says::Goes], CLEAN);
    scene.runs(6).await;
    assert_eq!(scene.clamd.asked(), 6);
    scene.clamd.says(&[FAILS, CLEAN], CLEAN);
    scene.runs(1).await;
    assert_eq!(scene.document().await.scan, Scan::Pending);
    scene.runs(1).await;
    assert_eq!(scene.document().await.scan, Scan::Clean);
}

#[tokio::test]
async fn a_scanner_that_fails_on_everything_is_away() {
    let scene = Scene::new(REST).await;
    for others in [FAILS, Says::Goes] {
        scene.clamd.says(&[FAILS], others);
        scene.runs(8).await;
        assert_eq!(scene.document().await.scan, Scan::Pending);
    }
    // The same fault, and harmless contents come through: the document's own.
    scene.clamd.says(&[FAILS], CLEAN);
    scene.runs(4).await;
    assert_eq!(scene.document().await.scan, Scan::Pending);
    scene.runs(1).await;
    let document = scene.document().await;
    assert_eq!(document.scan, Scan::Unscannable);
    let finding = document.finding.unwrap();
    assert_eq!(finding.as_str(), "Can't create temporary file");
    scene.runs(2).await;
    assert_eq!(scene.clamd.asked(), 5, "its job has ended");
}

#[tokio::test]
async fn a_document_that_takes_too_long_again_and_again_is_unscannable() {
    let scene = Scene::new(Duration::from_millis(300)).await;
    scene.clamd.says(&[Says::Hangs], CLEAN);
    // Where this machine is slow the harmless content is late too, and the try does not count.
    let mut tries = 0..200;
    while scene.document().await.scan == Scan::Pending {
        tries.next().unwrap();
        scene.runs(1).await;
    }
    let document = scene.document().await;
    assert_eq!(document.scan, Scan::Unscannable);
    assert!(document.finding.unwrap().as_str().contains("in time"));
    assert!(scene.clamd.asked() >= 5);
}

#[tokio::test]
async fn without_a_scanner_what_is_pending_stays_so() {
    let mut scene = Scene::new(REST).await;
    scene.world.restart(None);
    scene.runs(3).await;
    let document = scene.document().await;
    assert_eq!(document.scan, Scan::Pending);
    let refused = document.require_shown().unwrap_err();
    assert_eq!(refused.code, "document-not-scanned");
    scene.world.restart(Some(scene.clamd.scanner.clone()));
    scene.runs(1).await;
    assert_eq!(scene.document().await.scan, Scan::Clean);
}

#[tokio::test]
async fn what_came_in_before_the_scanner_is_scanned_once_it_is_there() {
    let mut scene = Scene::new(REST).await;
    scene.runs(1).await;
    assert_eq!(scene.document().await.scan, Scan::Clean);
    scene.world.restart(None);
    let later = |key: &'static str| {
        scene
            .world
            .upload(&scene.scope, scene.set, b"%PDF-1.7", key)
    };
    later("second").await.unwrap();
    let last = later("third").await.unwrap().id;
    let erased = scene.world.store.document(last).await.unwrap().unwrap();
    let now = scene.world.clock.now();
    let unit = Unit::of(Caller::system("test"), now, erased.erase(now));
    scene.world.store.commit(unit).await.unwrap();
    let scans = async |scene: &Scene| {
        let scope = scene.scope.read();
        let listed = scene.world.documents.list(&scope, scene.set).await.unwrap();
        let mut scans: Vec<_> = listed.iter().map(|one| one.document.scan).collect();
        scans.sort_by_key(|scan| scan.name());
        scans
    };
    // Nobody scans: nothing is to be caught up with.
    scene.world.documents.catch_up().await.unwrap();
    let before = [Scan::Clean, Scan::NotScanned, Scan::NotScanned];
    assert_eq!(scans(&scene).await, before);
    scene.world.restart(Some(scene.clamd.scanner.clone()));
    for _ in 0..2 {
        scene.world.documents.catch_up().await.unwrap();
        let caught = [Scan::Clean, Scan::NotScanned, Scan::Pending];
        assert_eq!(scans(&scene).await, caught);
    }
    scene.runs(1).await;
    let after = [Scan::Clean, Scan::Clean, Scan::NotScanned];
    assert_eq!(scans(&scene).await, after, "what is erased stays as it was");
}
