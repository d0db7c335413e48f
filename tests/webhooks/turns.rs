//! What a turn leaves when it is cut short, and that nobody is looked after who has nothing to do.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use async_trait::async_trait;
use chancery::{
    adapters::sqlite::SqliteStore,
    domain::{
        feed::FeedKind,
        id::WebhookId,
        identity::Identity,
        job::JobKind,
        owner::Caller,
        unit::{CommitError, Committed, Unit},
        webhook::WebhookState,
    },
    ports::{
        clock::Clock,
        store::{Booked, Bookkeeping, Store, StoreError},
    },
    services::{
        jobs::Runner,
        webhooks::{Webhooks, Wish},
    },
};
use futures_util::{StreamExt, stream};

use crate::{
    ground::text,
    turning::{HOUR, Manner, Meanwhile, World, parts, request, runner, runner_of, service},
};

#[tokio::test]
async fn one_whose_frontend_was_stopped_is_looked_at_once_an_hour() {
    let world = World::new().await;
    world.active(Vec::new()).await;
    world.order().await;
    let stopped = Identity::disable(world.panel().await, world.clock.now()).unwrap();
    let unit = Unit::of(Caller::system("test"), world.clock.now(), stopped);
    world.store.commit(unit).await.unwrap();
    world.rouse().await;
    for _ in 0..2 {
        assert_eq!(world.runner.tick().await.unwrap(), 1);
        assert_eq!(world.runner.tick().await.unwrap(), 0, "it is left alone");
        world.clock.advance(HOUR);
    }
    assert_eq!(world.taken(), 0);
}

#[tokio::test]
async fn without_a_way_out_nobody_is_looked_after() {
    let world = World::new().await;
    world.active(Vec::new()).await;
    world.order().await;
    let (store, clock) = (&world.store, &world.clock);
    let without = service(store, clock, &world.entropy, &world.faulty, None);
    let runner = runner(store, clock, &world.entropy, &without);
    world.rouse().await;
    assert_eq!(runner.tick().await.unwrap(), 1);
    assert_eq!(runner.tick().await.unwrap(), 0, "it is left alone");
    world.clock.advance(HOUR);
    assert_eq!(runner.tick().await.unwrap(), 0, "for a day");
}

#[tokio::test]
async fn what_comes_during_a_turn_has_a_turn_only_where_it_is_wanted() {
    for (types, looks) in [
        (Vec::new(), 1),
        (vec![FeedKind::OrderCreated, FeedKind::OrderCancelled], 1),
        (vec![FeedKind::OrderCreated], 0),
    ] {
        let world = World::new().await;
        world.active(types).await;
        let order = world.order().await;
        *world.endpoint.meanwhile.lock().unwrap() = Some(Meanwhile {
            orders: world.orders.clone(),
            scope: world.scope().await,
            order: Some(order),
        });
        world.rouse().await;
        assert_eq!(world.runner.tick().await.unwrap(), 1);
        assert_eq!(world.taken(), 1);
        assert_eq!(world.runner.tick().await.unwrap(), looks);
        assert_eq!(world.runner.tick().await.unwrap(), 0);
        assert_eq!(world.taken(), 1 + looks);
    }
}

#[tokio::test]
async fn what_was_delivered_before_a_failed_look_is_not_delivered_again() {
    let world = World::new().await;
    let id = world.active(Vec::new()).await;
    for _ in 0..4 {
        world.order().await;
    }
    world.rouse().await;
    // The turn's own look at it, and one before each of two messages.
    world.faulty.reads_left.store(3, Ordering::SeqCst);
    assert_eq!(world.runner.tick().await.unwrap(), 1);
    assert_eq!(world.taken(), 2);
    let positions = world.positions().await;
    assert_eq!(world.progress(id).await.delivered, positions[1]);
    world.clock.advance(HOUR);
    world.ran_out().await;
    assert_eq!(world.taken(), 4, "each came once");
    assert_eq!(world.progress(id).await.delivered, positions[3]);
}

#[tokio::test]
async fn a_process_that_dies_in_a_turn_has_booked_its_whole_pages() {
    let world = World::new().await;
    let id = world.active(Vec::new()).await;
    for _ in 0..60 {
        world.order().await;
    }
    world.rouse().await;
    *world.endpoint.then.lock().unwrap() = Some((55, Manner::Hangs));
    tokio::select! {
        _ = world.runner.tick() => panic!("it hangs"),
        () = world.endpoint.hangs.notified() => {}
    }
    let positions = world.positions().await;
    assert_eq!(world.taken(), 55);
    assert_eq!(world.progress(id).await.delivered, positions[49]);
}

#[tokio::test]
async fn three_days_in_which_no_process_ran_are_not_the_endpoints() {
    let world = World::new().await;
    let id = world.active(Vec::new()).await;
    *world.endpoint.manner.lock().unwrap() = Manner::Refuses;
    world.order().await;
    world.rouse().await;
    assert_eq!(world.runner.tick().await.unwrap(), 1);
    assert_eq!(world.progress(id).await.failures, 1);
    // The next process begins at the pause's end.
    world.clock.advance(HOUR * 100);
    let (store, clock, entropy) = (&world.store, &world.clock, &world.entropy);
    let endpoint = Some(world.endpoint.clone());
    let after = service(store, clock, entropy, &world.faulty, endpoint);
    let after = runner(store, clock, entropy, &after);
    assert_eq!(after.tick().await.unwrap(), 1);
    let progress = world.progress(id).await;
    assert_eq!(
        (progress.failures, progress.failing_since),
        (1, Some(world.clock.now()))
    );
    is_disabled_after_three_days(&world, &after, id).await;
}

#[tokio::test]
async fn three_days_in_which_a_process_tried_nothing_are_not_the_endpoints() {
    let world = World::new().await;
    let id = world.active(Vec::new()).await;
    *world.endpoint.manner.lock().unwrap() = Manner::Refuses;
    world.order().await;
    world.rouse().await;
    assert_eq!(world.runner.tick().await.unwrap(), 1);
    // It lives on, and its machine sleeps.
    world.clock.advance(HOUR * 100);
    assert_eq!(world.runner.tick().await.unwrap(), 1);
    let progress = world.progress(id).await;
    assert_eq!(
        (progress.failures, progress.failing_since),
        (1, Some(world.clock.now()))
    );
    assert_eq!(world.webhook(id).await.state, WebhookState::Active);
    is_disabled_after_three_days(&world, &world.runner, id).await;
}

/// One that has failed just now, with a try each hour.
async fn is_disabled_after_three_days(world: &World, runner: &Runner, id: WebhookId) {
    for _ in 0..72 {
        assert_eq!(world.webhook(id).await.state, WebhookState::Active);
        world.clock.advance(HOUR);
        assert_eq!(runner.tick().await.unwrap(), 1);
    }
    assert_eq!(world.webhook(id).await.state, WebhookState::Disabled);
}

#[tokio::test]
async fn an_endpoint_that_says_nothing_is_challenged_five_times_whatever_lies_between() {
    let world = World::new().await;
    *world.endpoint.echoes.lock().unwrap() = false;
    let scope = world.scope().await;
    let wish = Wish {
        url: text("https://hooks.example.com/"),
        types: Vec::new(),
    };
    let made = world.webhooks.register(&scope, wish, request(&scope, "h"));
    let id = made.await.unwrap().id;
    for _ in 0..10 {
        world.ran_out().await;
        world.clock.advance(HOUR * 30);
    }
    let challenges = *world.endpoint.challenges.lock().unwrap();
    assert_eq!(challenges, 5);
    assert_eq!(world.webhook(id).await.state, WebhookState::Pending);
}

/// A store that wakes nobody.
struct Sleepy(SqliteStore);

#[async_trait]
impl Store for Sleepy {
    async fn commit(&self, unit: Unit) -> Result<Committed, CommitError> {
        self.0.commit(unit).await
    }

    async fn bookkeep(&self, task: Bookkeeping) -> Result<Booked, StoreError> {
        let wakes = matches!(
            task,
            Bookkeeping::RouseJobs {
                kind: JobKind::ServeWebhook,
                ..
            }
        );
        if wakes {
            return Err(StoreError("asleep".to_owned()));
        }
        self.0.bookkeep(task).await
    }

    fn clock_lag(&self) -> Duration {
        self.0.clock_lag()
    }

    fn writes_fail(&self) -> bool {
        self.0.writes_fail()
    }
}

#[tokio::test]
async fn what_stands_is_not_refused_because_nobody_was_woken() {
    let world = World::new().await;
    let id = world.active(Vec::new()).await;
    world.order().await;
    world.rouse().await;
    world.ran_out().await;
    assert_eq!(world.taken(), 1);
    let (store, clock, entropy) = (&world.store, &world.clock, &world.entropy);
    let mut parts = parts(
        store,
        clock,
        entropy,
        &world.faulty,
        Some(world.endpoint.clone()),
    );
    parts.store = Arc::new(Sleepy(store.clone()));
    let webhooks = Webhooks::new(parts);
    let rewound = webhooks.redeliver(&world.scope().await, id, 0).await;
    assert_eq!(rewound.unwrap().progress().delivered, 0);
    world.clock.advance(HOUR);
    world.ran_out().await;
    assert_eq!(world.taken(), 2, "it came again, later");
}

/// Ten endpoints of one owner that never answer, and eight places: another's is served all the same.
#[tokio::test]
async fn an_owner_whose_endpoints_are_silent_keeps_nobody_waiting() {
    let world = World::new().await;
    let register = async |customer: &str, name: &str| {
        let scope = world.scope_of(customer).await;
        let url = text(&format!("https://{name}.example.com/"));
        let types = Vec::new();
        let made = request(&scope, name);
        let made = world.webhooks.register(&scope, Wish { url, types }, made);
        made.await.unwrap();
    };
    for number in 0..10 {
        register("c-1", &format!("silent-{number}")).await;
    }
    register("c-2", "hooks").await;
    world.ran_out().await;
    world.clock.advance(Duration::from_secs(1));
    world.ran_out().await;
    world.clock.advance(Duration::from_secs(1));
    world.ran_out().await;
    *world.endpoint.silent_at.lock().unwrap() = Some("silent");
    world.order_of("c-1").await;
    world.order_of("c-2").await;
    world.rouse_of(&["c-1", "c-2"]).await;
    let (store, clock, entropy) = (&world.store, &world.clock, &world.entropy);
    let runner = runner_of(store, clock, entropy, &world.webhooks, 8);
    let ticks = stream::repeat(()).then(|()| tokio::task::yield_now());
    tokio::select! {
        () = runner.run(Box::pin(ticks)) => panic!("the ticks have no end"),
        () = world.endpoint.came.notified() => {}
        () = async {
            for _ in 0..1_000_000 {
                tokio::task::yield_now().await;
            }
        } => panic!("it is never served"),
    }
    assert_eq!(world.taken(), 1);
    assert!(world.endpoint.waiting.load(Ordering::SeqCst) <= 4);
}
