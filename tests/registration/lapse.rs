//! Orders nobody activates in time.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chancery::{
    domain::{
        job::JobKind, notification::Tab, order::OrderState, owner::ActingFor, timestamp::days,
    },
    policy::{
        activation::{Facts, options},
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

const ALL: Page = Page {
    limit: 50,
    after: None,
};

fn runner(world: &World) -> Runner {
    let handler: Arc<dyn JobHandler> = Arc::new(world.orders.clone());
    let handlers = BTreeMap::from([(JobKind::LapseOrder, handler)]);
    let (store, entropy) = (Arc::new(world.store.clone()), FakeEntropy::from(77));
    Runner::new(store, world.clock.clone(), Arc::new(entropy), handlers, 4)
}

#[tokio::test]
async fn an_order_lapses_after_a_year_and_is_told_once() {
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
            order,
            subject_data,
            mailbox,
        };
        options(facts, world.clock.now()).unwrap_err().code
    };
    world.clock.advance(days(365) - Duration::from_secs(1));
    assert_eq!(runner.tick().await.unwrap(), 0, "there is a second left");
    assert_eq!(activation().await, "step-blocked");
    world.clock.advance(Duration::from_secs(1));
    // Whether the timer was late or not: the window is over.
    let view = orders.get(&scope.read(), open).await.unwrap();
    assert_eq!(view.order.state, OrderState::Open);
    assert_eq!(
        status_code(view.facts(), view.judged_at),
        StatusCode::Lapsed
    );
    assert_eq!(activation().await, "order-state-conflict");
    assert_eq!(runner.tick().await.unwrap(), 2);
    let stored = async |id| orders.get(&scope.read(), id).await.unwrap().order.state;
    assert_eq!(stored(open).await, OrderState::Lapsed);
    assert_eq!(stored(given_up).await, OrderState::Cancelled);
    world.clock.advance(days(30));
    assert_eq!(runner.tick().await.unwrap(), 0);
    let told = world
        .notifications
        .list(&scope.read(), Tab::Expiration, &ALL)
        .await
        .unwrap();
    assert_eq!(
        told.iter().map(|line| line.code).collect::<Vec<_>>(),
        ["order-lapsed"]
    );
}
