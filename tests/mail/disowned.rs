//! "This was not me" reaches every order that took the proof over, whatever became of the first.

use std::{collections::BTreeMap, sync::Arc};

use chancery::{
    domain::{
        id::MailboxId,
        job::JobKind,
        mailbox::{MailboxState, MailboxStatus},
        notification::Tab,
        refusal::Refused,
    },
    policy::activation::{self, DomainGround, Facts},
    ports::store::{
        Page, catalogue::Notifications, issuance::Activations, registration::Mailboxes,
    },
    services::{
        jobs::{JobHandler, Runner},
        mailboxes::{Holder, MailboxView, ReusedSweep, Says},
    },
};

use crate::{Sink, World, code_in, reuse, seconds};

pub async fn disown(world: &World, id: MailboxId, code: &str) -> Result<MailboxView, Refused> {
    let holder = Holder {
        peer: "192.0.2.1".to_owned(),
        user_agent: "Browser".to_owned(),
        request_id: "r".to_owned(),
    };
    let control = &world.control;
    control
        .answer_in_person(&holder, id, Says::NotMe, code)
        .await
}

async fn state(world: &World, id: MailboxId) -> MailboxState {
    world.store.mailbox(id).await.unwrap().unwrap().state
}

/// As many more orders of the owner, each with the proof taken over.
async fn reusing(world: &World, count: usize) -> Vec<MailboxId> {
    let mut taken = Vec::new();
    for _ in 0..count {
        let (scope, order) = world.another_order("panel", "c-1").await;
        let view = reuse::set(world, &scope, order, "anna@example.com").await;
        assert_eq!(view.status, MailboxStatus::Verified);
        taken.push(view.id);
    }
    taken
}

fn sweep(world: &World) -> Runner {
    let handler: Arc<dyn JobHandler> = Arc::new(ReusedSweep(world.control.clone()));
    let handlers = BTreeMap::from([(JobKind::DisownReused, handler)]);
    let (store, clock) = (Arc::new(world.store.clone()), world.clock.clone());
    Runner::new(store, clock, world.entropy.clone(), handlers, 1)
}

#[tokio::test]
async fn what_was_taken_over_stops_with_the_proof_however_much_it_is() {
    let sink = Sink::start("starttls");
    let world = reuse::proven(&sink, "anna@example.com").await;
    let code = code_in(&sink.mails()[0]);
    let first = world.view().await.id;
    let taken = reusing(&world, 51).await;
    world.clock.advance(seconds(60));
    // Another's proof of the same address is no business of this holder's code.
    let (scope, order) = world.another_order("panel", "c-2").await;
    let foreign = reuse::set(&world, &scope, order, "anna@example.com").await;
    assert!(disown(&world, taken[0], &code).await.is_err(), "no code");
    let done = disown(&world, first, &code).await.unwrap();
    assert_eq!(done.status, MailboxStatus::Disowned);
    let stopped = async || {
        let mut stopped = 0;
        for id in &taken {
            stopped += usize::from(state(&world, *id).await == MailboxState::Disowned);
        }
        stopped
    };
    assert_eq!(stopped().await, 50, "with the word itself");
    let sweep = sweep(&world);
    assert_eq!(sweep.tick().await.unwrap(), 2, "the rest, and a last look");
    assert_eq!(stopped().await, 51);
    assert_eq!(sweep.tick().await.unwrap(), 0);
    assert_eq!(state(&world, foreign.id).await, MailboxState::Created);
    let page = Page {
        limit: 200,
        after: None,
    };
    let scope = world.tenant().await.read();
    let told = world
        .store
        .notifications(&scope, Tab::Problems, &page)
        .await;
    let told = told.unwrap();
    assert_eq!(told.len(), 52, "each order's owner is told");
    assert!(told.iter().all(|line| line.code == "mailbox-disowned"));
}

/// What the job has not reached yet says "verified" still: nobody takes that over, and nothing is
/// activated on it.
#[tokio::test]
async fn what_is_told_of_the_end_later_carries_nothing_meanwhile() {
    let sink = Sink::start("starttls");
    let world = reuse::proven(&sink, "anna@example.com").await;
    let code = code_in(&sink.mails()[0]);
    let first = world.view().await.id;
    let taken = reusing(&world, 51).await;
    world.clock.advance(seconds(60));
    let gate = async |id: MailboxId| {
        let order = world.store.mailbox(id).await.unwrap().unwrap().order;
        let scope = world.tenant().await.read();
        let facts = world.store.activation_facts(&scope, order).await;
        let facts = facts.unwrap().unwrap();
        let facts = Facts {
            order: &facts.order,
            subject_data: None,
            is_denied: false,
            mailbox: facts.mailbox.as_ref(),
            proof: facts.proof.as_ref(),
            domain: DomainGround {
                control: facts.domain.as_ref(),
                is_taken: false,
                good_until: Err("domain-control-off"),
            },
            replaced: None,
        };
        activation::gates(facts, world.now()).mailbox.map(drop)
    };
    assert_eq!(gate(taken[50]).await, Ok(()));
    disown(&world, first, &code).await.unwrap();
    let mut untold = 0;
    for id in &taken {
        untold += usize::from(state(&world, *id).await == MailboxState::Verified);
        assert_eq!(gate(*id).await, Err("email-not-verified"));
    }
    assert_eq!(untold, 1);
    let (scope, order) = world.another_order("panel", "c-1").await;
    let anew = reuse::set(&world, &scope, order, "anna@example.com").await;
    assert_eq!(anew.status, MailboxStatus::Created, "a check of its own");
}

#[tokio::test]
async fn a_replaced_proof_can_be_disowned_while_another_order_rests_on_it() {
    let sink = Sink::start("starttls");
    let world = reuse::proven(&sink, "anna@example.com").await;
    let code = code_in(&sink.mails()[0]);
    let first = world.view().await.id;
    let taken = reusing(&world, 1).await[0];
    world.clock.advance(seconds(60));
    world.set("ola@example.com").await.unwrap();
    assert_eq!(state(&world, first).await, MailboxState::Superseded);
    assert!(world.control.look(first).await.unwrap().can_disown);
    let wrong = disown(&world, first, "AAAAA-AAAAA-AAAAA-AAAAA-AAAAAA").await;
    assert_eq!(wrong.unwrap_err().code, "code-expired");
    disown(&world, first, &code).await.unwrap();
    for id in [first, taken] {
        assert_eq!(state(&world, id).await, MailboxState::Disowned);
    }
    assert!(!world.control.look(first).await.unwrap().can_disown);
    // The first order goes on with its new address.
    assert_eq!(world.view().await.status, MailboxStatus::Created);
}

#[tokio::test]
async fn a_replaced_proof_that_nothing_rests_on_is_history() {
    let sink = Sink::start("starttls");
    let world = reuse::proven(&sink, "anna@example.com").await;
    let code = code_in(&sink.mails()[0]);
    let first = world.view().await.id;
    world.clock.advance(seconds(60));
    world.set("ola@example.com").await.unwrap();
    assert!(!world.control.look(first).await.unwrap().can_disown);
    let refused = disown(&world, first, &code).await.unwrap_err();
    assert_eq!(refused.code, "code-expired");
}

/// An issued order whose mailbox was proven again has a check of its own by then; it stops with
/// the proof that it took over first, and so does what rests on the newer check.
#[tokio::test]
async fn an_order_stops_with_the_proof_that_it_took_over_before_it_was_proven_again() {
    let sink = Sink::start("starttls");
    let mut world = reuse::proven(&sink, "anna@example.com").await;
    let code = code_in(&sink.mails()[0]);
    let first = world.view().await.id;
    let (_, order) = world.another_order("panel", "c-1").await;
    world.order = order;
    world.set("anna@example.com").await.unwrap();
    let taken = world.view().await.id;
    world.certified().await;
    while world.runner.tick().await.unwrap() > 0 {}
    world.clock.advance(seconds(31 * 86_400));
    let mails = sink.mails().len();
    world.resend().await.unwrap();
    world.runner.tick().await.unwrap();
    world.confirm(&code_in(&sink.mails()[mails])).await.unwrap();
    let newer = world.view().await;
    assert_eq!(newer.status, MailboxStatus::Verified);
    assert_ne!(newer.id, taken);
    world.clock.advance(seconds(60));
    let resting = reusing(&world, 1).await[0];
    let stored = world.store.mailbox(resting).await.unwrap().unwrap();
    assert_eq!(stored.reused_from, Some(newer.id));
    disown(&world, first, &code).await.unwrap();
    for id in [first, taken, newer.id] {
        assert_eq!(state(&world, id).await, MailboxState::Disowned);
    }
    let refused = world.resend().await.unwrap_err();
    assert_eq!(refused.code, "email-disowned");
    let sweep = sweep(&world);
    while sweep.tick().await.unwrap() > 0 {}
    assert_eq!(state(&world, resting).await, MailboxState::Disowned);
    let told = world.told(Tab::Problems).await;
    assert_eq!(told, ["mailbox-disowned"; 4], "each with its line");
}

/// The holder of the newer check speaks: the order stops, and what the earlier one proved stays
/// on record as it was, for nothing new can rest on it.
#[tokio::test]
async fn a_newer_check_that_is_disowned_leaves_the_earlier_one_on_record() {
    let sink = Sink::start("starttls");
    let world = reuse::proven(&sink, "anna@example.com").await;
    let first = world.view().await.id;
    world.certified().await;
    while world.runner.tick().await.unwrap() > 0 {}
    world.clock.advance(seconds(31 * 86_400));
    let mails = sink.mails().len();
    world.resend().await.unwrap();
    world.runner.tick().await.unwrap();
    let newer = world.view().await.id;
    let code = code_in(&sink.mails()[mails]);
    disown(&world, newer, &code).await.unwrap();
    assert_eq!(state(&world, newer).await, MailboxState::Disowned);
    assert_eq!(state(&world, first).await, MailboxState::Verified);
    let refused = world.resend().await.unwrap_err();
    assert_eq!(refused.code, "email-disowned");
    let (scope, order) = world.another_order("panel", "c-1").await;
    world.clock.advance(seconds(60));
    let other = reuse::set(&world, &scope, order, "anna@example.com").await;
    assert_eq!(other.status, MailboxStatus::Created, "nothing to take over");
}
