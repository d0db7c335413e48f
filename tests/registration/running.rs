//! The runner of jobs, as the daemon runs it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use chancery::{
    domain::{
        id::JobId,
        identity::{Credential, Identity, NewIdentity},
        job::{Job, JobKind, NewJob},
        owner::{Caller, IdentityName, Role},
        period::Period,
        refusal::Refused,
        unit::Unit,
    },
    ports::{clock::Clock, store::Store},
    services::jobs::{JobHandler, Runner, nothing_to_do},
};
use futures_util::{FutureExt, stream};
use tokio::sync::{Notify, mpsc};

use crate::{entropy::FakeEntropy, world::World};

/// Does each job at once but the one named `long`, and fails the one named `bad`.
struct Worker {
    store: Arc<dyn Store>,
    did: Mutex<Vec<String>>,
    did_one: Notify,
    goes_on: Notify,
}

impl Worker {
    fn did(&self) -> Vec<String> {
        let mut did = self.did.lock().unwrap().clone();
        did.sort();
        did
    }

    async fn until(&self, did: &[&str]) {
        while self.did() != did {
            self.did_one.notified().await;
        }
    }
}

#[async_trait]
impl JobHandler for Worker {
    async fn run(&self, job: &Job) -> Result<(), Refused> {
        if job.object == "long" {
            self.goes_on.notified().await;
        }
        self.did.lock().unwrap().push(job.object.clone());
        if job.object == "bad" {
            self.did_one.notify_one();
            return Err(Refused::state("not-now"));
        }
        nothing_to_do(&*self.store, job).await?;
        self.did_one.notify_one();
        Ok(())
    }
}

async fn queue(world: &World, objects: &[&str]) {
    let entropy = FakeEntropy::from(500);
    let now = world.clock.now();
    let new = NewIdentity {
        name: IdentityName::parse("queue").unwrap(),
        role: Role::RaCustomer,
        credential: Credential::Spki([9; 32]),
        spki: None,
        qualified_until: None,
        granted: Period::default(),
    };
    let identity = Identity::register(new, now).unwrap();
    let mut unit = Unit::of(Caller::system("test"), now, identity);
    for object in objects {
        unit = unit.job(NewJob {
            id: JobId::new(now, entropy.bytes()),
            kind: JobKind::EraseDocument,
            object: (*object).to_owned(),
            slot: String::new(),
            due: now,
        });
    }
    world.store.commit(unit).await.unwrap();
}

fn worker(world: &World, at_once: u32) -> (Arc<Worker>, Runner) {
    let store: Arc<dyn Store> = Arc::new(world.store.clone());
    let worker = Arc::new(Worker {
        store: store.clone(),
        did: Mutex::default(),
        did_one: Notify::new(),
        goes_on: Notify::new(),
    });
    let handler: Arc<dyn JobHandler> = worker.clone();
    let handlers = BTreeMap::from([(JobKind::EraseDocument, handler)]);
    let entropy = Arc::new(FakeEntropy::from(600));
    let runner = Runner::new(store, world.clock.clone(), entropy, handlers, at_once);
    (worker, runner)
}

#[tokio::test]
async fn a_long_job_holds_its_own_place_and_is_finished_before_the_end() {
    let world = World::new().await;
    queue(&world, &["long", "a", "b", "c", "d"]).await;
    let (worker, runner) = worker(&world, 2);
    let (tick, ticks) = mpsc::channel::<()>(1);
    let ticks = stream::unfold(ticks, async |mut ticks| {
        ticks.recv().await?;
        Some(((), ticks))
    });
    let mut running = Box::pin(runner.run(Box::pin(ticks)));
    tick.send(()).await.unwrap();
    // One tick: as long as claims are full, a place that falls free asks for more.
    tokio::select! {
        () = &mut running => panic!("it ended before its ticks"),
        () = worker.until(&["a", "b", "c", "d"]) => {}
    }
    drop(tick);
    for _ in 0..100 {
        assert!(
            running.as_mut().now_or_never().is_none(),
            "a job is at work"
        );
        tokio::task::yield_now().await;
    }
    worker.goes_on.notify_one();
    running.await;
    assert_eq!(worker.did(), ["a", "b", "c", "d", "long"]);
}

#[tokio::test]
async fn a_job_that_fails_rests_and_comes_again() {
    let world = World::new().await;
    queue(&world, &["bad", "good"]).await;
    let (worker, runner) = worker(&world, 4);
    let once = || runner.run(stream::iter([()]));
    once().await;
    assert_eq!(worker.did(), ["bad", "good"]);
    once().await;
    assert_eq!(worker.did(), ["bad", "good"], "nothing is due");
    world.clock.advance(Duration::from_secs(30));
    once().await;
    assert_eq!(worker.did(), ["bad", "bad", "good"]);
}
