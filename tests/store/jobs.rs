//! How jobs stand: what failed is kept with them, and can be hurried.

use std::time::Duration;

use chancery::{
    domain::{
        id::JobId,
        job::{Fault, Job, JobEnd, JobKind, JobState, Standing},
        refusal::Refused,
    },
    ports::store::{Bookkeeping, WholeStore, jobs::Sought},
};

use crate::{
    request::{claimed, job},
    world::{World, caller, page},
};

fn fault(code: &'static str) -> Fault {
    Fault::of(&Refused::unavailable(code, "nobody answers"))
}

/// The try ends badly; the next one may come a minute later.
async fn fails<S: WholeStore>(world: &World<S>, job: &Job, code: &'static str) {
    let task = Bookkeeping::FailJob {
        token: job.token.clone(),
        due: world.now().plus(Duration::from_secs(60)),
        fault: fault(code),
        at: world.now(),
    };
    world.store.bookkeep(task).await.unwrap();
}

async fn standing<S: WholeStore>(world: &World<S>, id: JobId) -> Standing {
    world.store.job(id).await.unwrap().unwrap()
}

/// Objects of the jobs in this state, newest first.
async fn seen<S: WholeStore>(world: &World<S>, state: Option<JobState>) -> Vec<String> {
    let sought = Sought {
        kind: Some(JobKind::SendMail),
        state,
        now: world.now(),
    };
    let of_kind = world.store.jobs(&sought, &page(10)).await.unwrap();
    let sought = Sought {
        kind: None,
        ..sought
    };
    assert_eq!(world.store.jobs(&sought, &page(10)).await.unwrap(), of_kind);
    of_kind.into_iter().map(|job| job.object).collect()
}

pub async fn what_a_job_met_stays_until_a_try_does_not_fail<S: WholeStore>(world: World<S>) {
    let new = job(&world, "a", 0);
    let id = new.id;
    world.commit(world.note().job(new)).await.unwrap();
    assert_eq!(standing(&world, id).await.failing, None);
    let first = claimed(&world, 1).await.remove(0);
    assert!(standing(&world, id).await.is_held);
    let since = world.now();
    fails(&world, &first, "smtp-away").await;
    // A holder whose lease is over says nothing any more.
    fails(&world, &first, "late").await;
    world.clock.advance(Duration::from_secs(60));
    let second = claimed(&world, 2).await.remove(0);
    fails(&world, &second, "smtp-refuses").await;
    let told = standing(&world, id).await;
    let failing = told.failing.clone().unwrap();
    assert_eq!(failing.fault, fault("smtp-refuses"));
    assert_eq!((failing.tries.get(), failing.since), (2, since));
    assert_eq!((failing.last_at, told.attempts), (world.now(), 2));

    // Hurried, it is due at once; there is nothing to hurry then.
    assert!(claimed(&world, 3).await.is_empty());
    let unit = told.retry(caller(), world.now()).unwrap();
    world.commit(unit.clone()).await.unwrap();
    assert_eq!(standing(&world, id).await.due, world.now());
    let third = claimed(&world, 4).await.remove(0);
    let held = standing(&world, id).await;
    assert!(held.retry(caller(), world.now()).is_none());
    // Judged on what stood before: the holder keeps it.
    world.commit(unit).await.unwrap();
    assert_eq!(standing(&world, id).await, held);

    let release = Bookkeeping::ReleaseJob {
        token: third.token,
        due: world.now(),
    };
    world.store.bookkeep(release).await.unwrap();
    assert_eq!(standing(&world, id).await.failing, None, "it ran");
    for (seed, due) in [(5, Some(world.now())), (6, None)] {
        let one = claimed(&world, seed).await.remove(0);
        fails(&world, &one, "smtp-away").await;
        world.clock.advance(Duration::from_secs(60));
        let (id, token) = (one.id, claimed(&world, seed + 10).await.remove(0).token);
        let due = due.map(|_| world.now());
        let end = match due {
            Some(due) => JobEnd::Again { id, token, due },
            None => JobEnd::Done { id, token },
        };
        world.commit(world.note().ends_job(end)).await.unwrap();
        let told = standing(&world, id).await;
        assert_eq!(
            (told.failing, told.ended_at.is_none()),
            (None, due.is_some())
        );
    }
}

pub async fn states_of_jobs_are_told_apart<S: WholeStore>(world: World<S>) {
    for (object, due) in [("ends", 0), ("fails", 0), ("waits", 600)] {
        world
            .commit(world.note().job(job(&world, object, due)))
            .await
            .unwrap();
        world.clock.advance(Duration::from_millis(1));
    }
    let jobs = claimed(&world, 1).await;
    assert_eq!(
        seen(&world, Some(JobState::Running)).await,
        ["fails", "ends"]
    );
    let token = jobs[0].token.clone();
    let end = Bookkeeping::EndJob { token };
    world.store.bookkeep(end).await.unwrap();
    fails(&world, &jobs[1], "smtp-away").await;
    world
        .commit(world.note().job(job(&world, "due", 0)))
        .await
        .unwrap();
    for (state, objects) in [
        (Some(JobState::Done), &["ends"][..]),
        (Some(JobState::Failing), &["fails"]),
        (Some(JobState::Running), &[]),
        (Some(JobState::Due), &["due"]),
        (Some(JobState::Waiting), &["waits"]),
        (None, &["due", "waits", "fails"]),
    ] {
        assert_eq!(seen(&world, state).await, objects, "{state:?}");
    }
    let all = Sought {
        kind: None,
        state: None,
        now: world.now(),
    };
    let other = Sought {
        kind: Some(JobKind::RenewCrl),
        ..all
    };
    assert_eq!(world.store.jobs(&other, &page(10)).await.unwrap(), []);
    let first = world.store.jobs(&all, &page(2)).await.unwrap();
    let after = first.last().map(|job| chancery::ports::store::Cursor {
        created_at: job.queued_at,
        id: job.id.to_string(),
    });
    let next = chancery::ports::store::Page { limit: 2, after };
    let rest = world.store.jobs(&all, &next).await.unwrap();
    let objects: Vec<_> = first.iter().chain(&rest).map(|job| &job.object).collect();
    assert_eq!(objects, ["due", "waits", "fails"]);
}
