//! Verified data that ends: whom a mail reaches, at each offset, once.

use std::{collections::BTreeMap, sync::Arc};

use chancery::{
    domain::{
        aggregate::Changed,
        id::{JobId, OrderId, SubjectDataId},
        job::{JobKind, NewJob},
        mail::{MailKind, MailState},
        notification::Tab,
        order::{
            Contacts, Order, OrderNumber,
            transition::{NewOrder, OrderEdit},
        },
        owner::{ActingFor, Caller},
        product::ProductCode,
        terms::Terms,
        text::Language,
        timestamp::days,
        unit::Unit,
    },
    ports::store::registration::{Orders, SubjectDataSets},
    services::{
        catalogue::Catalogue,
        jobs::{JobHandler, Runner},
        registers::Registers,
        subject_data::{DataSets, Parts},
    },
};

use crate::{Sink, World, at, ground::text, mail_reader::read};

fn timers(world: &World) -> Runner {
    let shared = Arc::new(world.store.clone());
    let handler: Arc<dyn JobHandler> = Arc::new(DataSets::new(Parts {
        screening: Arc::default(),
        warnings: Arc::default(),
        store: shared.clone(),
        sets: shared.clone(),
        orders: shared.clone(),
        cases: shared.clone(),
        registers: Registers::default(),
        clock: world.clock.clone(),
        entropy: world.entropy.clone(),
        catalogue: Arc::new(Catalogue::new(Vec::new())),
    }));
    let handlers = BTreeMap::from([(JobKind::DataExpiry, handler)]);
    let (clock, entropy) = (world.clock.clone(), world.entropy.clone());
    Runner::new(shared, clock, entropy, handlers, 4)
}

fn contact(address: &str) -> Contacts {
    Contacts {
        technical: Some(text(address)),
        revocation: None,
    }
}

/// An order whose data two people decided on, and the timer of that data's end.
async fn verified(sink: &Sink) -> (World, SubjectDataId) {
    let world = at(sink).await;
    world.verify_data().await;
    let order = world.stored_order().await;
    let data = order.subject_data.unwrap();
    let edit = OrderEdit {
        alias: None,
        contacts: Some(contact("admin@example.com")),
        language: None,
    };
    let due = world.now().plus(days(795));
    let unit = Unit::of(
        Caller::system("test"),
        world.now(),
        order.edit(edit, world.now()).unwrap(),
    );
    let timer = NewJob {
        id: JobId::new(world.now(), world.entropy.bytes()),
        kind: JobKind::DataExpiry,
        object: data.to_string(),
        slot: "expiry".to_owned(),
        due,
    };
    world.commit(unit.job(timer)).await;
    (world, data)
}

/// The order has its certificate, for a year from now.
async fn issued(world: &World) {
    world.set("anna@example.com").await.unwrap();
    let made = world.issue(Language::Polish).await;
    let commit = async |change: Changed<Order>| {
        let unit = Unit::of(Caller::system("test"), world.now(), change);
        world.commit(unit).await;
    };
    let begun = world.stored_order().await;
    let begun = begun.begin_activation(made.activation, world.now());
    commit(begun.unwrap()).await;
    let done = world.stored_order().await.issued(made.id, world.now());
    commit(done.unwrap()).await;
    world.runner.tick().await.unwrap();
}

/// One more order on the data.
async fn order_on(world: &World, data: SubjectDataId, address: &str) {
    let (now, scope) = (world.now(), world.tenant().await);
    let id = OrderId::new(now, world.entropy.bytes());
    let new = NewOrder {
        id,
        number: OrderNumber::draw(world.entropy.bytes()),
        owner: scope.owner(),
        product: ProductCode::parse("smime-org-multipurpose-365-issue").unwrap(),
        alias: None,
        partner_order_ref: None,
        language: Language::English,
        contacts: contact(address),
        acting_for: ActingFor::default(),
        window_ends: Terms::default().window_ends(now),
    };
    let unit = Unit::of(Caller::system("test"), now, Order::create(new, now));
    world.commit(unit).await;
    let order = world.store.order(&scope.read(), id).await.unwrap().unwrap();
    let data = world.store.subject_data(&scope.read(), data).await.unwrap();
    let bound = order.bind_data(&data.unwrap(), now).unwrap();
    world
        .commit(Unit::of(Caller::system("test"), now, bound))
        .await;
}

/// Who is told of data that ends, and what became of the mail.
async fn told(world: &World) -> Vec<(String, MailState)> {
    let mails = world.mails().await.into_iter();
    let mails = mails.filter(|mail| mail.kind == MailKind::DataExpiring);
    let mut told: Vec<_> = mails
        .map(|mail| (mail.recipient.clone(), mail.state))
        .collect();
    told.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    told
}

#[tokio::test]
async fn contacts_of_valid_certificates_and_of_open_orders_are_told_at_both_offsets() {
    let sink = Sink::start("starttls");
    let (world, data) = verified(&sink).await;
    let timers = timers(&world);
    world.clock.advance(days(700));
    issued(&world).await;
    // The same person again, who is told once, and another.
    order_on(&world, data, "admin@example.com").await;
    order_on(&world, data, "boss@example.com").await;
    world.clock.advance(days(95));
    let sent = |times: usize| {
        let each = ["admin@example.com", "boss@example.com"];
        let lines = each.map(|to| vec![(to.to_owned(), MailState::Sent); times]);
        lines.concat()
    };
    let arrived = sink.mails().len();
    assert_eq!(timers.tick().await.unwrap(), 1);
    world.runner.tick().await.unwrap();
    assert_eq!(told(&world).await, sent(1), "30 days before");
    world.clock.advance(days(23));
    assert_eq!(timers.tick().await.unwrap(), 1);
    world.runner.tick().await.unwrap();
    assert_eq!(told(&world).await, sent(2), "7 days before");
    let mails = sink.mails().split_off(arrived);
    assert_eq!(mails.len(), 4);
    let of_issued = mails.iter().map(|mail| read(mail));
    let of_issued: Vec<_> = of_issued
        .filter(|mail| mail["headers"]["to"] == "admin@example.com")
        .collect();
    for mail in &of_issued {
        let text = mail["text"].as_str().unwrap();
        assert!(text.contains("2029-02-22 11:00 CET (10:00 UTC)"), "{text}");
    }
    assert_eq!(of_issued.len(), 2);
    assert_eq!(world.told(Tab::Expiration).await, ["data-expiring"; 2]);
}

#[tokio::test]
async fn nobody_is_mailed_of_data_that_only_an_ended_certificate_rests_on() {
    let sink = Sink::start("starttls");
    let (world, _) = verified(&sink).await;
    let timers = timers(&world);
    issued(&world).await;
    world.clock.advance(days(795));
    assert_eq!(timers.tick().await.unwrap(), 1);
    assert_eq!(told(&world).await, []);
    assert_eq!(world.told(Tab::Expiration).await, ["data-expiring"]);
}

/// What was queued is judged again when it leaves.
#[tokio::test]
async fn a_mail_that_no_longer_says_the_truth_is_not_sent() {
    let sink = Sink::start("starttls");
    let (world, data) = verified(&sink).await;
    let timers = timers(&world);
    world.clock.advance(days(790));
    order_on(&world, data, "boss@example.com").await;
    world.clock.advance(days(5));
    assert_eq!(timers.tick().await.unwrap(), 1);
    let boss = ("boss@example.com".to_owned(), MailState::Queued);
    assert_eq!(told(&world).await, [boss], "the first order is long over");
    world.clock.advance(days(30));
    world.runner.tick().await.unwrap();
    let boss = ("boss@example.com".to_owned(), MailState::Superseded);
    assert_eq!(told(&world).await, [boss], "the data has ended meanwhile");
}
