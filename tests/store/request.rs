//! Idempotency-Keys, jobs and the other bookkeeping.

use std::time::Duration;

use futures_util::future::join_all;

use chancery::{
    domain::{
        id::{BootId, JobId},
        idempotency::{Answer, IdempotencyClaim, IdempotencyKey},
        job::{Job, JobEnd, JobKind, JobToken, NewJob},
        owner::{IdentityName, Owner},
        unit::{CommitError, UniqueKey, Unit},
    },
    ports::store::{Booked, Bookkeeping},
};

use crate::{
    made::{activation, intent, ready},
    world::{WholeStore, World, caller, owner},
};

fn claim(owner: Owner, key: &str) -> IdempotencyClaim {
    IdempotencyClaim {
        key: IdempotencyKey {
            identity: IdentityName::parse("ra1").unwrap(),
            owner,
            key: key.to_owned(),
        },
        request_sha256: [3; 32],
        act: format!("act-{key}"),
    }
}

fn answer(status: u16) -> Answer {
    Answer {
        status,
        location: Some("/v1/orders/1".to_owned()),
        etag: None,
        body: b"{}".to_vec(),
    }
}

pub async fn a_key_is_claimed_once_and_answered_once<S: WholeStore>(world: World<S>) {
    let mine = claim(owner("ra1", "c1"), "k1");
    world
        .commit(world.note().claims(mine.clone()))
        .await
        .unwrap();
    let stored = world.store.request(&mine.key).await.unwrap().unwrap();
    assert_eq!((stored.claim, stored.answer), (mine.clone(), None));
    let again = world.commit(world.note().claims(mine.clone())).await;
    let taken = CommitError::Exists(UniqueKey::Idempotency);
    assert_eq!(again.unwrap_err(), taken);
    for status in [201, 500] {
        let unit = world.note().answers(mine.key.clone(), answer(status));
        world.commit(unit).await.unwrap();
    }
    let stored = world.store.request_of_act("act-k1").await.unwrap().unwrap();
    assert_eq!(stored.answer, Some(answer(201)));

    let nobody = Owner {
        ra: IdentityName::parse("ra1").unwrap(),
        customer: None,
    };
    for other in [claim(owner("ra1", "c2"), "k1"), claim(nobody, "k1")] {
        let unit = world
            .note()
            .claims(other.clone())
            .answers(other.key.clone(), answer(200));
        world.commit(unit.clone()).await.unwrap();
        assert_eq!(world.commit(unit).await.unwrap_err(), taken);
        let stored = world.store.request(&other.key).await.unwrap().unwrap();
        assert_eq!(stored.answer, Some(answer(200)));
    }
}

async fn kept<S: WholeStore>(world: &World<S>, claim: &IdempotencyClaim, status: u16) {
    let task = Bookkeeping::KeepRefusal {
        claim: Box::new(claim.clone()),
        answer: Box::new(answer(status)),
        at: world.now(),
    };
    world.store.bookkeep(task).await.unwrap();
}

async fn status<S: WholeStore>(world: &World<S>, claim: &IdempotencyClaim) -> Option<u16> {
    let stored = world.store.request(&claim.key).await.unwrap();
    stored.and_then(|stored| stored.answer).map(|a| a.status)
}

pub async fn a_refusal_is_kept_where_nothing_is_answered<S: WholeStore>(world: World<S>) {
    let [fresh, begun, done] = ["f", "b", "d"].map(|key| claim(owner("ra1", "c1"), key));
    world
        .commit(world.note().claims(begun.clone()))
        .await
        .unwrap();
    let unit = world.note().claims(done.clone());
    let unit = unit.answers(done.key.clone(), answer(201));
    world.commit(unit).await.unwrap();
    // Another request under the key of one that runs changes nothing.
    let other = IdempotencyClaim {
        request_sha256: [9; 32],
        ..begun.clone()
    };
    kept(&world, &other, 404).await;
    assert_eq!(status(&world, &begun).await, None);
    // Nor does a refusal of another act: the one that runs may still issue.
    let other = IdempotencyClaim {
        act: "/v1/orders/o/activation".to_owned(),
        ..begun.clone()
    };
    kept(&world, &other, 409).await;
    assert_eq!(status(&world, &begun).await, None);
    for claim in [&fresh, &begun, &done] {
        kept(&world, claim, 409).await;
        kept(&world, claim, 422).await;
    }
    assert_eq!(status(&world, &fresh).await, Some(409));
    assert_eq!(status(&world, &begun).await, Some(409));
    assert_eq!(status(&world, &done).await, Some(201));
    let stored = world.store.request(&begun.key).await.unwrap().unwrap();
    assert_eq!(stored.claim, begun);
}

pub async fn refusals_are_forgotten_before_what_was_done<S: WholeStore>(world: World<S>) {
    let [refused, begun, done] = ["r", "b", "d"].map(|key| claim(owner("ra1", "c1"), key));
    kept(&world, &refused, 409).await;
    world
        .commit(world.note().claims(begun.clone()))
        .await
        .unwrap();
    let unit = world.note().claims(done.clone());
    let unit = unit.answers(done.key.clone(), answer(201));
    world.commit(unit).await.unwrap();
    let start = world.now();
    world.clock.advance(Duration::from_secs(5));
    let young = claim(owner("ra1", "c1"), "young");
    kept(&world, &young, 409).await;
    let prune = async |before, refused_before| {
        let task = Bookkeeping::Prune {
            before,
            refused_before,
        };
        world.store.bookkeep(task).await.unwrap();
    };
    let known = async |claim: &IdempotencyClaim| {
        let stored = world.store.request(&claim.key).await.unwrap();
        stored.is_some()
    };
    prune(start, start).await;
    assert!(known(&refused).await && known(&done).await);
    let later = start.plus(Duration::from_secs(1));
    prune(start, later).await;
    assert!(!known(&refused).await);
    assert!(known(&done).await && known(&young).await);
    // What runs is never forgotten.
    prune(later, later).await;
    assert!(!known(&done).await);
    assert!(known(&begun).await && known(&young).await);
}

pub async fn what_is_old_is_pruned_batch_after_batch<S: WholeStore>(world: World<S>) {
    let old: Vec<_> = (0..1201)
        .map(|number| claim(owner("ra1", "c1"), &number.to_string()))
        .collect();
    for some in old.chunks(64) {
        join_all(some.iter().map(|claim| kept(&world, claim, 409))).await;
    }
    let (mut deleted, mut batches) = (0, 0);
    loop {
        let task = Bookkeeping::Prune {
            before: world.now(),
            refused_before: world.now().plus(Duration::from_secs(1)),
        };
        let booked = world.store.bookkeep(task).await.unwrap();
        let Booked::Pruned { rows, more } = booked else {
            panic!("pruning tells what it deleted")
        };
        (deleted, batches) = (deleted + rows, batches + 1);
        if !more {
            break;
        }
        assert!(batches < 1201, "a batch is worth its while");
    }
    assert_eq!(deleted, 1201);
    assert!(batches > 1, "a batch is bounded");
    for claim in &old {
        assert_eq!(status(&world, claim).await, None);
    }
}

pub fn job<S: WholeStore>(world: &World<S>, object: &str, due: u64) -> NewJob {
    NewJob {
        id: JobId::new(world.now(), world.entropy.bytes()),
        kind: JobKind::SendMail,
        object: object.to_owned(),
        slot: "1".to_owned(),
        due: world.now().plus(Duration::from_secs(due)),
    }
}

pub async fn claimed<S: WholeStore>(world: &World<S>, seed: u8) -> Vec<Job> {
    let task = Bookkeeping::ClaimJobs {
        kinds: vec![JobKind::SendMail],
        now: world.now(),
        lease_until: world.now().plus(Duration::from_secs(30)),
        limit: 10,
        token_seed: [seed; 16],
    };
    match world.store.bookkeep(task).await.unwrap() {
        Booked::Jobs(jobs) => jobs,
        other => panic!("a claim gives jobs, not {other:?}"),
    }
}

pub async fn jobs_are_queued_once_leased_and_fenced<S: WholeStore>(world: World<S>) {
    let unit = world
        .note()
        .job(job(&world, "a", 0))
        .job(job(&world, "a", 0))
        .job(job(&world, "b", 60));
    world.commit(unit).await.unwrap();
    world
        .commit(world.note().job(job(&world, "a", 0)))
        .await
        .unwrap();
    let first = claimed(&world, 1).await;
    assert_eq!(
        first.iter().map(|j| j.object.as_str()).collect::<Vec<_>>(),
        ["a"]
    );
    assert_eq!(first[0].attempts, 1);
    assert!(claimed(&world, 2).await.is_empty(), "a lease holds");

    world.clock.advance(Duration::from_secs(30));
    let second = claimed(&world, 3).await;
    assert_eq!((second[0].id, second[0].attempts), (first[0].id, 2));
    let end = |job: &Job| JobEnd::Done {
        id: job.id,
        token: job.token.clone(),
    };
    let late = world.note().ends_job(end(&first[0]));
    assert_eq!(world.commit(late).await.unwrap_err(), CommitError::Conflict);

    let again = JobEnd::Again {
        id: second[0].id,
        token: second[0].token.clone(),
        due: world.now().plus(Duration::from_secs(1)),
    };
    world.commit(world.note().ends_job(again)).await.unwrap();
    assert!(claimed(&world, 4).await.is_empty());
    world.clock.advance(Duration::from_secs(1));
    let third = claimed(&world, 5).await;
    assert_eq!(third[0].attempts, 3);
    let release = Bookkeeping::ReleaseJob {
        token: third[0].token.clone(),
        due: world.now(),
    };
    world.store.bookkeep(release).await.unwrap();
    let fourth = claimed(&world, 6).await;
    world
        .commit(world.note().ends_job(end(&fourth[0])))
        .await
        .unwrap();
    let twice = world.note().ends_job(end(&fourth[0]));
    assert_eq!(
        world.commit(twice).await.unwrap_err(),
        CommitError::Conflict
    );

    world.clock.advance(Duration::from_secs(60));
    let other = claimed(&world, 7).await;
    assert_eq!(other[0].object, "b");
    let token = other[0].token.clone();
    world
        .store
        .bookkeep(Bookkeeping::EndJob { token })
        .await
        .unwrap();
    world.clock.advance(Duration::from_secs(60));
    assert!(claimed(&world, 8).await.is_empty());
    let nobody = JobEnd::Done {
        id: other[0].id,
        token: JobToken([0; 16]),
    };
    assert!(world.commit(world.note().ends_job(nobody)).await.is_err());
}

pub async fn intents_of_dead_boots_are_found<S: WholeStore>(world: World<S>) {
    let (order, _, _) = ready(&world, &owner("ra1", "c1")).await;
    let activation = activation(&world, &order);
    let intent = intent(&world, activation.id, &[9]);
    let unit = Unit::of(caller(), world.now(), activation).change(intent.clone());
    world.commit(unit).await.unwrap();
    let orphans = |boot| world.store.orphaned_intents(boot, world.now(), 10);
    assert!(orphans(world.boot).await.unwrap().is_empty());
    let next = BootId::new(world.now(), world.entropy.bytes());
    let found = orphans(next).await.unwrap();
    assert_eq!((found.len(), &*found[0]), (1, &*intent));
    let found = found.into_iter().next().unwrap();
    let (abandoned, revoked) = found.clone().abandoned("crash", world.now()).unwrap();
    let unit = |a, r| Unit::of(caller(), world.now(), a).change(r);
    world.commit(unit(abandoned, revoked)).await.unwrap();
    assert!(orphans(next).await.unwrap().is_empty());
    let (abandoned, revoked) = found.abandoned("crash", world.now()).unwrap();
    let twice = world.commit(unit(abandoned, revoked)).await;
    assert_eq!(twice.unwrap_err(), CommitError::Conflict);
}

pub async fn a_boot_renews_its_lease<S: WholeStore>(world: World<S>) {
    for _ in 0..2 {
        let task = Bookkeeping::RenewBoot {
            boot: world.boot,
            now: world.now(),
            lease_until: world.now().plus(Duration::from_secs(30)),
        };
        assert_eq!(world.store.bookkeep(task).await, Ok(Booked::Done));
        world.clock.advance(Duration::from_secs(5));
    }
}
