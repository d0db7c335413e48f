//! Orders nobody activates in time.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chancery::{
    domain::{
        job::JobKind, notification::Tab, order::OrderState, owner::ActingFor, timestamp::days,
    },
    policy::{
        access::TenantScope,
        activation::{DomainGround, Facts, options},
        status::{StatusCode, status_code},
    },
    ports::{
        clock::Clock,
        store::{Page, registration::Orders},
    },
    services::jobs::{JobHandler, Runner},
};

use crate::{
    entropy::FakeEntropy,
    world::{World, wish},
};

const SECOND: Duration = Duration::from_secs(1);
const ALL: Page = Page {
    limit: 50,
    after: None,
};

fn runner(world: &World) -> Runner {
    let handler: Arc<dyn JobHandler> = Arc::new(world.orders.clone());
    let handlers = BTreeMap::from([(JobKind::OrderTimer, handler)]);
    let (store, entropy) = (Arc::new(world.store.clone()), FakeEntropy::from(77));
    Runner::new(store, world.clock.clone(), Arc::new(entropy), handlers, 4)
}

#[tokio::test]
async fn an_order_lapses_after_a_year_and_is_told_before_and_then() {
    let world = World::new().await;
    let scope = world.panel(Some("c-1")).await;
    let user = ActingFor::default();
    let open = world.order(&scope, wish(None), "a").await.unwrap().order.id;
    let given_up = world.order(&scope, wish(None), "b").await.unwrap().order.id;
    let orders = &world.orders;
    orders.cancel(&scope, given_up, None, &user).await.unwrap();
    let runner = runner(&world);
    let activation = async || {
        let order = world.store.order(&scope.read(), open).await;
        let (order, subject_data, mailbox) = (&order.unwrap().unwrap(), None, None);
        let facts = Facts {
            replaced: None,
            order,
            subject_data,
            is_denied: false,
            mailbox,
            proof: None,
            domain: DomainGround {
                control: None,
                is_taken: false,
                good_until: Err("domain-control-off"),
            },
        };
        options(facts, world.clock.now()).unwrap_err().code
    };
    // Its owner is told 60, 30 and 7 days before; the one that was given up is left alone.
    world.clock.advance(days(304));
    assert_eq!(runner.tick().await.unwrap(), 2, "looked at, nothing told");
    for (told, pause) in [(0, 1), (1, 30), (2, 23), (3, 7)] {
        assert_eq!(codes(&world, &scope).await, vec!["order-lapsing"; told]);
        world.clock.advance(days(pause) - SECOND);
        assert_eq!(runner.tick().await.unwrap(), 0, "there is a second left");
        if pause == 7 {
            break;
        }
        world.clock.advance(SECOND);
        assert_eq!(runner.tick().await.unwrap(), 1);
    }
    assert_eq!(activation().await, "step-blocked");
    world.clock.advance(SECOND);
    // Whether the timer was late or not: the window is over.
    let view = orders.get(&scope.read(), open).await.unwrap();
    assert_eq!(view.order.state, OrderState::Open);
    assert_eq!(
        status_code(view.facts(), view.judged_at),
        StatusCode::Lapsed
    );
    assert_eq!(activation().await, "order-state-conflict");
    assert_eq!(runner.tick().await.unwrap(), 1);
    let stored = async |id| orders.get(&scope.read(), id).await.unwrap().order.state;
    assert_eq!(stored(open).await, OrderState::Lapsed);
    assert_eq!(stored(given_up).await, OrderState::Cancelled);
    world.clock.advance(days(30));
    assert_eq!(runner.tick().await.unwrap(), 0);
    let mut told = vec!["order-lapsed"];
    told.extend(["order-lapsing"; 3]);
    assert_eq!(codes(&world, &scope).await, told);
}

/// A timer that slept through the warnings tells once, and of the present.
#[tokio::test]
async fn a_late_timer_tells_once() {
    let world = World::new().await;
    let scope = world.panel(Some("c-1")).await;
    world.order(&scope, wish(None), "a").await.unwrap();
    let runner = runner(&world);
    world.clock.advance(days(360));
    assert_eq!(runner.tick().await.unwrap(), 1);
    assert_eq!(codes(&world, &scope).await, ["order-lapsing"]);
    world.clock.advance(days(5));
    assert_eq!(runner.tick().await.unwrap(), 1);
    let told = ["order-lapsed", "order-lapsing"];
    assert_eq!(codes(&world, &scope).await, told);
}

/// Newest first.
async fn codes(world: &World, scope: &TenantScope) -> Vec<&'static str> {
    let told = world
        .notifications
        .list(&scope.read(), Tab::Expiration, &ALL)
        .await
        .unwrap();
    told.iter().map(|line| line.code).collect()
}
