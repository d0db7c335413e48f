//! A proven address serves the other orders of its owner, for 30 days, and nobody else's.

use chancery::{
    domain::{
        id::OrderId,
        mail::{MailKind, MailState},
        mailbox::MailboxStatus,
        owner::ActingFor,
    },
    policy::access::TenantScope,
    ports::store::{
        catalogue::AuditLog,
        registration::{Mailboxes, Orders},
    },
    services::mailboxes::MailboxView,
};

use crate::{Sink, World, at, code_in, seconds};

const DAY: u64 = 86_400;

/// An order of `panel` for `c-1` whose mailbox is proven.
pub async fn proven(sink: &Sink, email: &str) -> World {
    let world = at(sink).await;
    world.set(email).await.unwrap();
    world.runner.tick().await.unwrap();
    world.confirm(&code_in(&sink.mails()[0])).await.unwrap();
    assert_eq!(world.runner.tick().await.unwrap(), 1, "it is confirmed");
    world
}

pub async fn set(world: &World, scope: &TenantScope, order: OrderId, email: &str) -> MailboxView {
    let stored = world.store.order(&scope.read(), order).await;
    let version = stored.unwrap().unwrap().version();
    let nobody = ActingFor::default();
    let done = world.control.set(scope, order, version, email, &nobody);
    done.await.unwrap().mailbox
}

/// Entries of this type, newest log only.
async fn entries(world: &World, kind: &str) -> Vec<serde_json::Value> {
    let head = world.store.head().await.unwrap().unwrap();
    let leaves = world.store.leaves(&head.log, 0, 10_000).await.unwrap();
    let parsed = leaves.iter().map(|(_, leaf)| {
        let entry: serde_json::Value = serde_json::from_slice(leaf).unwrap();
        entry
    });
    parsed.filter(|entry| entry["type"] == kind).collect()
}

#[tokio::test]
async fn another_order_of_the_owner_takes_the_proof_over() {
    let sink = Sink::start("starttls");
    let world = proven(&sink, "anna@example.com").await;
    let first = world.view().await;
    world.clock.advance(seconds(20 * DAY));
    let (scope, order) = world.another_order("panel", "c-1").await;
    let taken = set(&world, &scope, order, "anna@EXAMPLE.com").await;
    assert_eq!(taken.status, MailboxStatus::Verified);
    assert_ne!(taken.id, first.id, "a row of its own");
    assert_eq!(
        taken.valid_until, first.valid_until,
        "the 30 days run from the start of the check, not from its reuse"
    );
    let stored = world.store.mailbox(taken.id).await.unwrap().unwrap();
    assert_eq!(stored.reused_from, Some(first.id));
    assert_eq!(stored.sent_at, first.sent_at);
    assert!(
        stored.sent_at.is_some(),
        "when the code went out is part of the proof"
    );
    assert_eq!(world.runner.tick().await.unwrap(), 0, "no mail goes out");
    assert_eq!(sink.mails().len(), 2);
    let written = entries(&world, "validation.reused").await;
    assert_eq!(written.len(), 1);
    let data = &written[0]["data"];
    assert_eq!(data["from"], first.id.to_string());
    assert_eq!(data["method"], "3.2.2.2");
    assert_eq!(data["valid_until"], first.valid_until.unwrap().to_string());
    // It ends with the proof it rests on, and is checked anew from then on.
    world.clock.advance(seconds(10 * DAY));
    let (_, lapsed) = world.control.read(&scope.read(), order).await.unwrap();
    assert_eq!(lapsed.unwrap().status, MailboxStatus::Lapsed);
    let nobody = ActingFor::default();
    let anew = world.control.resend(&scope, order, &nobody).await.unwrap();
    assert_eq!(anew.status, MailboxStatus::Created);
    let stored = world.store.mailbox(taken.id).await.unwrap().unwrap();
    assert_eq!(stored.reused_from, None);
}

#[tokio::test]
async fn a_proof_handed_on_twice_names_the_check_and_grows_no_younger() {
    let sink = Sink::start("starttls");
    let world = proven(&sink, "anna@example.com").await;
    let first = world.view().await;
    world.clock.advance(seconds(DAY));
    let (scope, second) = world.another_order("panel", "c-1").await;
    let second = set(&world, &scope, second, "anna@example.com").await;
    // The first order goes on with another address; what was taken over stands.
    world.set("ola@example.com").await.unwrap();
    assert_eq!(world.view().await.status, MailboxStatus::Created);
    let (scope, third) = world.another_order("panel", "c-1").await;
    let third = set(&world, &scope, third, "anna@example.com").await;
    assert_eq!(
        (third.status, third.valid_until),
        (MailboxStatus::Verified, first.valid_until)
    );
    for id in [second.id, third.id] {
        let stored = world.store.mailbox(id).await.unwrap().unwrap();
        assert_eq!(stored.reused_from, Some(first.id));
    }
}

#[tokio::test]
async fn nobody_else_is_served() {
    let sink = Sink::start("starttls");
    let world = proven(&sink, "anna@example.com").await;
    world.clock.advance(seconds(DAY));
    for (frontend, customer, email) in [
        ("panel", "c-2", "anna@example.com"),
        ("shop", "c-1", "anna@example.com"),
        // Local parts are compared exactly.
        ("panel", "c-1", "Anna@example.com"),
    ] {
        let (scope, order) = world.another_order(frontend, customer).await;
        let view = set(&world, &scope, order, email).await;
        assert_eq!(view.status, MailboxStatus::Created, "{frontend} {customer}");
        world.clock.advance(seconds(60));
    }
    assert_eq!(world.runner.tick().await.unwrap(), 3, "each has its mail");
    assert!(entries(&world, "validation.reused").await.is_empty());
}

#[tokio::test]
async fn what_is_old_or_was_never_proven_is_checked_anew() {
    let sink = Sink::start("starttls");
    let world = at(&sink).await;
    world.set("anna@example.com").await.unwrap();
    world.runner.tick().await.unwrap();
    world.clock.advance(seconds(60));
    let (scope, waiting) = world.another_order("panel", "c-1").await;
    let view = set(&world, &scope, waiting, "anna@example.com").await;
    assert_eq!(view.status, MailboxStatus::Created, "not confirmed yet");
    world.confirm(&code_in(&sink.mails()[0])).await.unwrap();
    world.clock.advance(seconds(30 * DAY - 60));
    let (scope, late) = world.another_order("panel", "c-1").await;
    let view = set(&world, &scope, late, "anna@example.com").await;
    assert_eq!(view.status, MailboxStatus::Created, "30 days are over");
}

#[tokio::test]
async fn a_proof_taken_over_last_opens_the_way_and_says_so_once() {
    let sink = Sink::start("starttls");
    let world = proven(&sink, "anna@example.com").await;
    let (scope, order) = world.another_order("panel", "c-1").await;
    world.verify_data_of(&scope, order).await;
    set(&world, &scope, order, "anna@example.com").await;
    set(&world, &scope, order, "anna@example.com").await;
    let mails = world.mails().await;
    let ready: Vec<_> = mails
        .iter()
        .filter(|mail| mail.kind == MailKind::ReadyToActivate)
        .collect();
    assert_eq!(ready.len(), 1);
    assert_eq!(
        (ready[0].order, ready[0].state, ready[0].recipient.as_str()),
        (Some(order), MailState::Queued, "anna@example.com")
    );
}
