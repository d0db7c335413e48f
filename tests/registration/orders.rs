//! Orders and what they are bound to.

use chancery::{
    domain::{
        aggregate::Version,
        mail::{MailKind, MailState},
        notification::Tab,
        order::{OrderState, transition::OrderEdit},
        owner::ActingFor,
        refusal::Class,
    },
    policy::status::{DataStatus, StatusCode, data_status, filter::OrderWord, status_code},
    ports::store::{
        Cursor, Page,
        catalogue::{Mails, Requests},
    },
    services::orders::{OrderView, list::OrderQuery},
};

use crate::{
    ground::text,
    world::{World, by_number, code, owner, request, wish},
};

const ALL: Page = Page {
    limit: 50,
    after: None,
};

fn user() -> ActingFor {
    ActingFor::default()
}

fn status(view: &OrderView) -> StatusCode {
    status_code(view.facts(), view.judged_at)
}

#[tokio::test]
async fn an_order_belongs_to_the_customer_it_names() {
    let world = World::new().await;
    let panel = world.panel(None).await;
    let made = world.order(&panel, wish(Some("c-1")), "k").await.unwrap();
    assert_eq!(made.order.owner, owner(&panel, "c-1"));
    assert_eq!(status(&made), StatusCode::WaitingForActivation);
    assert_eq!(
        data_status(None, made.judged_at),
        DataStatus::WaitingForData
    );
    let number = made.order.number.as_str();
    assert!(number.starts_with("ORDER/") && number.ends_with("/b01") && number.len() == 20);
    let stored = world
        .store
        .request(&request::<()>(&panel, "k").claim.key)
        .await
        .unwrap();
    let stored = stored.unwrap();
    assert_eq!(stored.claim.act, made.order.id.to_string());
    assert_eq!(stored.answer.unwrap().body, b"rendered");
    // Its owner is told, and nobody else.
    let told = async |customer| {
        let scope = world.panel(Some(customer)).await.read();
        let lines = world
            .notifications
            .list(&scope, Tab::Information, &ALL)
            .await;
        let lines = lines.unwrap().into_iter();
        lines
            .map(|line| (line.code, line.order))
            .collect::<Vec<_>>()
    };
    assert_eq!(told("c-1").await, [("order-created", Some(made.order.id))]);
    assert_eq!(told("c-2").await, []);
    // Not another customer's, not another frontend's.
    for scope in [world.panel(Some("c-2")).await, world.partner("c-1").await] {
        let found = world.orders.get(&scope.read(), made.order.id).await;
        assert_eq!(found.unwrap_err().class, Class::NotFound);
        let cancelled = world
            .orders
            .cancel(&scope, made.order.id, None, &user())
            .await;
        assert_eq!(cancelled.unwrap_err().class, Class::NotFound);
    }
}

#[tokio::test]
async fn what_cannot_be_ordered_is_named() {
    let world = World::new().await;
    let (nobody, header) = (world.panel(None).await, world.panel(Some("c-1")).await);
    let mut renewal = wish(Some("c-1"));
    renewal.product = code("renewal");
    let mut unknown = wish(None);
    unknown.product = code("nothing");
    let cases = [
        (&nobody, wish(None), vec!["member-missing"]),
        (&header, wish(Some("c-2")), vec!["customer-mismatch"]),
        (&header, renewal, vec!["product-not-orderable"]),
        (&nobody, unknown, vec!["product-unknown", "member-missing"]),
    ];
    for (scope, wish, codes) in cases {
        let refused = world.order(scope, wish, "k").await.unwrap_err();
        assert_eq!(refused.class, Class::Unacceptable);
        let found: Vec<_> = refused.faults.iter().map(|fault| fault.code).collect();
        assert_eq!(found, codes);
    }
    assert!(world.order(&header, wish(Some("c-1")), "k").await.is_ok());
}

#[tokio::test]
async fn an_order_is_changed_in_the_version_that_was_read() {
    let world = World::new().await;
    let scope = world.panel(Some("c-1")).await;
    let made = world.order(&scope, wish(None), "k").await.unwrap();
    let edit = OrderEdit {
        alias: Some(Some(text("mail of the board"))),
        ..OrderEdit::default()
    };
    let id = made.order.id;
    let changed = world
        .orders
        .edit(&scope, id, made.version, &edit, &user())
        .await
        .unwrap();
    assert_eq!(changed.version, Version(2));
    let late = world
        .orders
        .edit(&scope, id, made.version, &edit, &user())
        .await;
    assert_eq!(late.unwrap_err().class, Class::Stale);
    let found = world.orders.get(&scope.read(), id).await.unwrap();
    assert_eq!(found.order, changed.order);
    assert_eq!(found.version, changed.version);
}

#[tokio::test]
async fn a_cancelled_order_is_over() {
    let world = World::new().await;
    let scope = world.panel(Some("c-1")).await;
    let id = world.order(&scope, wish(None), "k").await.unwrap().order.id;
    let note = Some(text("changed my mind"));
    let cancelled = world
        .orders
        .cancel(&scope, id, note, &user())
        .await
        .unwrap();
    assert_eq!(status(&cancelled), StatusCode::Cancelled);
    let again = world
        .orders
        .cancel(&scope, id, None, &user())
        .await
        .unwrap_err();
    assert_eq!(
        (again.class, again.code),
        (Class::State, "order-state-conflict")
    );
}

#[tokio::test]
async fn saved_data_is_bound_and_the_contact_is_told_once() {
    let world = World::new().await;
    let scope = world.panel(Some("c-1")).await;
    let order = world.order(&scope, wish(None), "o").await.unwrap();
    let draft = world
        .data(&scope, by_number("12345678"), "d")
        .await
        .unwrap();
    let bind = async |version, set| {
        world
            .orders
            .bind_data(&scope, order.order.id, version, set, &user())
            .await
    };
    let refused = bind(Version(1), draft.data.id).await.unwrap_err();
    assert_eq!(
        (refused.class, refused.code),
        (Class::State, "data-set-not-submitted")
    );
    let set = world.submitted(&scope, "s").await.data.id;
    assert_eq!(bind(Version(9), set).await.unwrap_err().class, Class::Stale);
    let bound = bind(Version(1), set).await.unwrap();
    assert_eq!(status(&bound), StatusCode::UnderVerification);
    bind(Version(2), set).await.unwrap();
    let mails = world.store.mails(&[MailState::Queued], &ALL).await.unwrap();
    let mails: Vec<_> = mails
        .iter()
        .map(|mail| (mail.kind, mail.recipient.as_str()))
        .collect();
    assert_eq!(mails, [(MailKind::DataReceived, "admin@example.com")]);
}

#[tokio::test]
async fn data_of_another_customer_is_not_there() {
    let world = World::new().await;
    let (one, other) = (world.partner("c-1").await, world.partner("c-2").await);
    let order = world.order(&one, wish(None), "o").await.unwrap();
    let set = world.submitted(&other, "s").await.data.id;
    let bound = world
        .orders
        .bind_data(&one, order.order.id, Version(1), set, &user())
        .await;
    assert_eq!(bound.unwrap_err().class, Class::NotFound);
}

#[tokio::test]
async fn data_without_a_customer_goes_to_the_first_orders_owner() {
    let world = World::new().await;
    let user = user();
    let (nobody, one) = (world.panel(None).await, world.panel(Some("c-1")).await);
    let set = world.submitted(&nobody, "s").await;
    assert_eq!(set.data.owner.customer, None);
    let order = world.order(&one, wish(None), "o").await.unwrap();
    let bind = world
        .orders
        .bind_data(&one, order.order.id, Version(1), set.data.id, &user);
    let bound = bind.await.unwrap();
    assert_eq!(bound.data.unwrap().owner, owner(&one, "c-1"));
    let found = world.sets.get(&one.read(), set.data.id).await.unwrap();
    assert_eq!(found.data.owner, owner(&one, "c-1"));
    let other = world.panel(Some("c-2")).await;
    let theirs = world.order(&other, wish(None), "o2").await.unwrap();
    let late = world
        .orders
        .bind_data(&other, theirs.order.id, Version(1), set.data.id, &user);
    assert_eq!(late.await.unwrap_err().class, Class::NotFound);
}

#[tokio::test]
async fn a_list_is_ones_own_filtered_and_paged() {
    let world = World::new().await;
    let (one, other) = (
        world.panel(Some("c-1")).await,
        world.panel(Some("c-2")).await,
    );
    let mut ids = Vec::new();
    for number in 0..3 {
        let made = world
            .order(&one, wish(None), &format!("k{number}"))
            .await
            .unwrap();
        ids.insert(0, made.order.id);
        world.clock.advance(std::time::Duration::from_secs(1));
    }
    world.order(&other, wish(None), "x").await.unwrap();
    let [newest, middle, oldest] = ids.as_slice() else {
        panic!("three orders")
    };
    world
        .orders
        .cancel(&one, *middle, None, &user())
        .await
        .unwrap();
    let list = async |filter: &OrderQuery, page: &Page| {
        let found = world.orders.list(&one.read(), filter, page).await.unwrap();
        found
            .items
            .iter()
            .map(|view| view.order.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(list(&OrderQuery::default(), &ALL).await, ids);
    let open = OrderQuery {
        words: vec![OrderWord::Stored(OrderState::Open)],
        text: None,
    };
    assert_eq!(list(&open, &ALL).await, [*newest, *oldest]);
    let first = world.orders.get(&one.read(), *newest).await.unwrap().order;
    let by_number = OrderQuery {
        words: Vec::new(),
        text: Some(first.number.as_str().to_lowercase()),
    };
    assert_eq!(list(&by_number, &ALL).await, [*newest]);
    let rest = Page {
        limit: 1,
        after: Some(Cursor {
            created_at: first.created_at,
            id: first.id.to_string(),
        }),
    };
    assert_eq!(list(&OrderQuery::default(), &rest).await, [*middle]);
}
