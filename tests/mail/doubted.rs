//! A confirmation that somebody of the CA doubts, or two people ended, is evidence: the next check
//! of its order has a row of its own.

use chancery::{
    domain::{
        case::{SignedVerdict, Verdict},
        id::{JobId, MailboxId},
        job::{JobKind, NewJob},
        mailbox::{
            MailboxState, MailboxStatus, MailboxValidation,
            doubt::{Found, Ground},
        },
        owner::{Caller, IdentityName},
        text::Text,
        unit::{Change, Unit},
    },
    ports::{
        clock::Clock,
        store::{Store, registration::Mailboxes},
    },
};

use crate::{Sink, World, code_in, reuse, seconds};

fn found() -> Found {
    Found {
        reason: Text::parse("read by others").unwrap(),
        source: Text::parse("letter").unwrap(),
        evidence: Text::parse("ticket 4711").unwrap(),
    }
}

fn word(world: &World, mailbox: &MailboxValidation, by: &str) -> SignedVerdict {
    let found = found();
    let ground = Ground {
        mailbox: &mailbox.id.to_string(),
        address: mailbox.address.as_str(),
        initiated_at: &mailbox.initiated_at.to_string(),
        confirmed_at: &mailbox.confirmed_at.unwrap().to_string(),
        reason: found.reason.as_str(),
        source: found.source.as_str(),
        evidence: found.evidence.as_str(),
    };
    SignedVerdict {
        by: IdentityName::parse(by).unwrap(),
        credential: [7; 32],
        verdict: Verdict::Approve,
        digest: ground.digest(),
        signature: vec![7],
        reason: Some(found.reason.clone()),
        at: world.clock.now(),
    }
}

async fn commit(world: &World, change: impl Into<Change>) {
    let unit = Unit::of(Caller::system("test"), world.clock.now(), change);
    world.store.commit(unit).await.unwrap();
}

async fn propose(world: &World, id: MailboxId) {
    let mailbox = world.store.mailbox(id).await.unwrap().unwrap();
    let word = word(world, &mailbox, "anna");
    let proposed = mailbox.propose_invalidation(found(), word, world.clock.now());
    commit(world, proposed.unwrap()).await;
}

async fn approve(world: &World, id: MailboxId) {
    let mailbox = world.store.mailbox(id).await.unwrap().unwrap();
    let word = word(world, &mailbox, "jan");
    let now = world.clock.now();
    let decided = mailbox.decide_invalidation(word, now).unwrap();
    // Nobody runs it here: what was taken over is told later.
    let sweep = NewJob {
        id: JobId::new(now, world.entropy.bytes()),
        kind: JobKind::DisownReused,
        object: id.to_string(),
        slot: now.millis().to_string(),
        due: now,
    };
    let unit = Unit::of(Caller::system("test"), now, decided);
    world.commit(unit.job(sweep)).await;
}

/// Asks for a new code, which confirms another row.
async fn check_anew(world: &World, sink: &Sink, old: MailboxId) {
    let kept = world.store.mailbox(old).await.unwrap().unwrap();
    world.resend().await.unwrap();
    world.runner.tick().await.unwrap();
    let new = world.view().await;
    assert_ne!(new.id, old);
    let code = code_in(sink.mails().last().unwrap());
    world.confirm(&code).await.unwrap();
    assert_eq!(world.view().await.status, MailboxStatus::Verified);
    let left = world.store.mailbox(old).await.unwrap().unwrap();
    assert_eq!(*left, *kept);
}

#[tokio::test]
async fn an_invalid_confirmation_is_kept_when_its_order_is_checked_anew() {
    let sink = Sink::start("starttls");
    let world = reuse::proven(&sink, "anna@example.com").await;
    let first = world.view().await.id;
    propose(&world, first).await;
    let confirmed = world.resend().await.unwrap_err();
    assert_eq!(confirmed.code, "email-already-confirmed");
    approve(&world, first).await;
    assert_eq!(world.view().await.status, MailboxStatus::Invalidated);
    world.clock.advance(seconds(60));
    check_anew(&world, &sink, first).await;
}

#[tokio::test]
async fn a_doubted_confirmation_that_lapsed_can_still_be_ended() {
    let sink = Sink::start("starttls");
    let world = reuse::proven(&sink, "anna@example.com").await;
    let first = world.view().await.id;
    propose(&world, first).await;
    world.clock.advance(seconds(30 * 86_400));
    check_anew(&world, &sink, first).await;
    approve(&world, first).await;
    let ended = world.store.mailbox(first).await.unwrap().unwrap();
    assert_eq!(ended.state, MailboxState::Invalidated);
    assert_eq!(world.view().await.status, MailboxStatus::Verified, "apart");
}

/// What was taken over from an earlier confirmation of the same row is not what is decided on.
#[tokio::test]
async fn a_decision_is_about_what_took_over_what_is_confirmed_now() {
    let sink = Sink::start("starttls");
    let world = reuse::proven(&sink, "anna@example.com").await;
    let first = world.view().await.id;
    let take = async || {
        let (scope, order) = world.another_order("panel", "c-1").await;
        reuse::set(&world, &scope, order, "anna@example.com").await
    };
    let of_proof = async || {
        let found = world.store.mailboxes_of_proof(first, 50).await.unwrap();
        let ids = found.iter().map(|mailbox| mailbox.id);
        ids.collect::<Vec<_>>()
    };
    let old = take().await.id;
    assert_eq!(of_proof().await, [old]);
    world.clock.advance(seconds(30 * 86_400));
    world.resend().await.unwrap();
    world.runner.tick().await.unwrap();
    let code = code_in(sink.mails().last().unwrap());
    world.confirm(&code).await.unwrap();
    assert_eq!(world.view().await.id, first, "the same row");
    let new = take().await.id;
    assert_eq!(of_proof().await, [new]);
    // A link of the chain names the check itself.
    world.set("ola@example.com").await.unwrap();
    let third = take().await.id;
    let mut all = of_proof().await;
    all.sort();
    assert_eq!(all, [new, third]);
}

/// The rows that took it over say "verified" until they are told; nobody takes those over.
#[tokio::test]
async fn what_took_an_invalid_confirmation_over_is_not_handed_on() {
    let sink = Sink::start("starttls");
    let world = reuse::proven(&sink, "anna@example.com").await;
    let first = world.view().await.id;
    let (scope, order) = world.another_order("panel", "c-1").await;
    let taken = reuse::set(&world, &scope, order, "anna@example.com").await;
    propose(&world, first).await;
    approve(&world, first).await;
    let untold = world.store.mailbox(taken.id).await.unwrap().unwrap();
    assert_eq!(untold.state, MailboxState::Verified);
    world.clock.advance(seconds(60));
    let (scope, order) = world.another_order("panel", "c-1").await;
    let anew = reuse::set(&world, &scope, order, "anna@example.com").await;
    assert_eq!(anew.status, MailboxStatus::Created, "a check of its own");
}
