//! Control of a mailbox that ends before the certificate is asked for.

use std::{collections::BTreeMap, sync::Arc};

use chancery::{
    domain::{job::JobKind, mailbox::MailboxStatus, notification::Tab},
    ports::store::registration::Orders,
    services::jobs::{JobHandler, Runner},
};

use crate::{Sink, World, at, code_in, mail_reader::read, reuse, seconds};

const DAY: u64 = 86_400;

/// The code of the newest mail that has one.
fn last_code(sink: &Sink) -> String {
    let mails = sink.mails();
    let asks = |mail: &&String| mail.contains("/v/eml_");
    code_in(mails.iter().rev().find(asks).unwrap())
}

fn timers(world: &World) -> Runner {
    let handler: Arc<dyn JobHandler> = Arc::new(world.control.clone());
    let handlers = BTreeMap::from([(JobKind::MailboxExpiry, handler)]);
    let (store, clock) = (Arc::new(world.store.clone()), world.clock.clone());
    Runner::new(store, clock, world.entropy.clone(), handlers, 4)
}

/// What is said of ends, by its code.
async fn told(world: &World) -> Vec<String> {
    let told = world.told(Tab::Expiration).await.into_iter();
    let mut told: Vec<String> = told.map(|code| code.to_string()).collect();
    told.sort_unstable();
    told
}

async fn proven(sink: &Sink) -> World {
    let world = at(sink).await;
    world.set("anna@example.com").await.unwrap();
    world.runner.tick().await.unwrap();
    // The 30 days run from the mail, not from the answer.
    world.clock.advance(seconds(DAY / 2));
    world.confirm(&code_in(&sink.mails()[0])).await.unwrap();
    world.runner.tick().await.unwrap();
    world.clock.advance(seconds(DAY / 2));
    world
}

#[tokio::test]
async fn the_owner_is_told_seven_days_before_and_once() {
    let sink = Sink::start("starttls");
    let world = proven(&sink).await;
    let timers = timers(&world);
    world.clock.advance(seconds(22 * DAY - 1));
    assert_eq!(timers.tick().await.unwrap(), 0);
    world.clock.advance(seconds(1));
    assert_eq!(timers.tick().await.unwrap(), 1);
    assert_eq!(world.told(Tab::Expiration).await, ["mailbox-lapsing"]);
    world.runner.tick().await.unwrap();
    let mail = read(&sink.mails().pop().unwrap());
    assert_eq!(mail["headers"]["to"], "anna@example.com");
    let text = mail["text"].as_str().unwrap();
    assert!(text.contains("2026-12-20 11:00 CET (10:00 UTC)"), "{text}");
    // And of the end itself, once, by no mail.
    world.clock.advance(seconds(7 * DAY - 1));
    assert_eq!(timers.tick().await.unwrap(), 0);
    let sent = sink.mails().len();
    world.clock.advance(seconds(1));
    assert_eq!(timers.tick().await.unwrap(), 1);
    assert_eq!(told(&world).await, ["mailbox-lapsed", "mailbox-lapsing"]);
    world.clock.advance(seconds(DAY));
    assert_eq!(timers.tick().await.unwrap(), 0);
    world.runner.tick().await.unwrap();
    assert_eq!(sink.mails().len(), sent);
    // Confirmed anew, it ends anew.
    world.resend().await.unwrap();
    world.runner.tick().await.unwrap();
    world.confirm(&last_code(&sink)).await.unwrap();
    world.clock.advance(seconds(23 * DAY));
    assert_eq!(timers.tick().await.unwrap(), 1);
    let lapsing = ["mailbox-lapsing"; 2].into_iter();
    let expected: Vec<&str> = ["mailbox-lapsed"].into_iter().chain(lapsing).collect();
    assert_eq!(told(&world).await, expected);
}

#[tokio::test]
async fn nobody_is_told_of_what_no_longer_matters() {
    let sink = Sink::start("starttls");
    let world = proven(&sink).await;
    let timers = timers(&world);
    // Another address has taken its place.
    world.set("ola@example.com").await.unwrap();
    world.clock.advance(seconds(22 * DAY));
    assert_eq!(timers.tick().await.unwrap(), 1, "looked at, nothing told");
    // The order is given up.
    world.runner.tick().await.unwrap();
    world.resend().await.unwrap();
    world.runner.tick().await.unwrap();
    world.confirm(&last_code(&sink)).await.unwrap();
    world.cancel().await;
    world.clock.advance(seconds(23 * DAY));
    assert_eq!(timers.tick().await.unwrap(), 1, "looked at, nothing told");
    assert!(world.told(Tab::Expiration).await.is_empty());
    assert_eq!(timers.tick().await.unwrap(), 0);
}

#[tokio::test]
async fn a_proof_taken_over_in_its_last_days_is_told_at_once() {
    let sink = Sink::start("starttls");
    let world = proven(&sink).await;
    let timers = timers(&world);
    world.clock.advance(seconds(26 * DAY));
    assert_eq!(timers.tick().await.unwrap(), 1);
    let (scope, order) = world.another_order("panel", "c-1").await;
    let taken = reuse::set(&world, &scope, order, "anna@example.com").await;
    assert_eq!(taken.status, MailboxStatus::Verified);
    assert_eq!(timers.tick().await.unwrap(), 1);
    assert_eq!(world.told(Tab::Expiration).await, ["mailbox-lapsing"; 2]);
    let found = world.store.order(&scope.read(), order).await.unwrap();
    assert_eq!(found.unwrap().mailbox, Some(taken.id));
    world.clock.advance(seconds(DAY));
    assert_eq!(timers.tick().await.unwrap(), 0);
}
