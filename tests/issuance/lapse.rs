//! Evidence that ends between the request and the signature: what has lapsed when the intent is
//! committed carries nothing, whatever was judged before.

use std::{sync::Arc, time::Duration};

use chancery::{
    domain::{
        aggregate::Loaded,
        case::{SignedVerdict, Verdict},
        id::{JobId, MailboxId},
        job::{JobKind, NewJob},
        mailbox::{
            FreshSeed, MailboxValidation, NewMailbox,
            doubt::{Found, Ground},
        },
        order::Order,
        owner::{ActingFor, IdentityName},
        refusal::Refused,
        subject_data::doubt::Finding,
        terms::Terms,
        text::Text,
        timestamp::Timestamp,
        unit::Unit,
    },
    ports::store::{
        Page, Store,
        issuance::{CertificateFilter, Certificates, RestsOn},
        registration::{Mailboxes, Orders},
    },
    services::issuance::Told,
};

use crate::{fates::Fate, stage::Stage, token::Act, world::World};

const SECOND: Duration = Duration::from_secs(1);
/// How long the word of a mailbox's holder carries (S/MIME BR 4.2.1).
const MAILBOX: Duration = Duration::from_secs(30 * 86_400);

fn code(told: Result<Told, Refused>) -> &'static str {
    told.expect_err("a refusal").code
}

/// So long before the mailbox's confirmation lapses.
async fn before_the_end(length: Duration) -> Stage {
    let stage = Stage::new().await;
    stage.world.clock.advance(MAILBOX - length);
    stage.lease_anew().await;
    stage
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_lapses_after_the_judgement_carries_no_intent() {
    let stage = before_the_end(SECOND).await;
    stage.fates([Fate::Later(SECOND)]);
    assert_eq!(code(stage.ask().await), "step-blocked");
    stage.settle_down().await;
    assert_eq!((stage.serials().await, stage.token.asked()), (vec![], 0));
}

/// The intent's commit is the moment that counts (reliability I8).
#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_holds_until_the_intent_carries_it() {
    let stage = before_the_end(2 * SECOND).await;
    stage.fates([Fate::Later(SECOND)]);
    assert!(matches!(stage.ask().await, Ok(Told::Issued(_))));
}

/// The token keeps the act waiting for longer than an intent carries: the serial is given up, and
/// what is judged afresh finds the mailbox lapsed.
#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_lapses_while_the_token_refuses_carries_no_second_intent() {
    let stage = before_the_end(2 * SECOND).await;
    let (lease, clock) = (Arc::clone(&stage.lease), stage.world.clock.clone());
    let store: Arc<dyn Store> = Arc::new(stage.world.store.clone());
    let waits = Box::pin(async move {
        clock.advance(31 * SECOND);
        lease.renew(&store, clock.as_ref()).await.unwrap();
    });
    stage.token.plays([Act::RefuseAfter(waits)]);
    let told = stage.ask_only().await;
    assert!(matches!(told, Ok(Told::Pending(_))), "{told:?}");
    stage.settle_down().await;
    assert_eq!(code(stage.ask().await), "step-blocked");
    let given_up = ("abandoned".to_owned(), Some("hsm-unavailable".to_owned()));
    assert_eq!(stage.serials().await, [given_up]);
    assert_eq!(stage.token.asked(), 1, "nothing is signed");
}

/// Data that rest on a paper which is thirteen months old in five days, so long before that. The
/// paper is a document on the organisation, and what its representative's number was found in.
async fn on_paper(length: Duration) -> Stage {
    let world = World::new().await;
    world.complete_on_paper("2025-10-25").await;
    let stage = Stage::of(world).await;
    let end = Timestamp::of_date("2026-11-25").unwrap();
    let now = stage.world.now();
    stage.world.clock.advance(end.minus(length).since(now));
    stage.lease_anew().await;
    stage
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paper_that_grows_too_old_after_the_approval_carries_nothing() {
    let stage = on_paper(Duration::ZERO).await;
    let refused = stage.ask().await.expect_err("a refusal");
    assert_eq!(
        (refused.code, refused.blocked_by),
        ("step-blocked", vec!["data-set-expired"])
    );
    stage.settle_down().await;
    assert_eq!((stage.serials().await, stage.token.asked()), (vec![], 0));
    let stage = on_paper(2 * SECOND).await;
    assert!(matches!(stage.ask().await, Ok(Told::Issued(_))));
}

/// The clock of the transaction that records the intent counts (reliability I8).
#[tokio::test(flavor = "multi_thread")]
async fn a_paper_that_grows_too_old_after_the_judgement_carries_no_intent() {
    let stage = on_paper(SECOND).await;
    stage.fates([Fate::Later(SECOND)]);
    let refused = stage.ask().await.expect_err("a refusal");
    assert_eq!(
        (refused.code, refused.blocked_by),
        ("step-blocked", vec!["data-set-expired"])
    );
    stage.settle_down().await;
    assert_eq!((stage.serials().await, stage.token.asked()), (vec![], 0));
}

/// The same with data that somebody has stopped meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn data_that_is_stopped_while_the_token_refuses_carries_no_second_intent() {
    let stage = Stage::new().await;
    let now = stage.world.now();
    let found = Finding {
        by: IdentityName::parse("anna").unwrap(),
        reason: Text::parse("struck off").unwrap(),
        source: Text::parse("KRS").unwrap(),
        evidence: None,
    };
    let stopped = stage.world.data().await.suspend(&found, now).unwrap();
    let unit = Unit::of(stage.world.caller(), now, stopped);
    let (lease, clock) = (Arc::clone(&stage.lease), stage.world.clock.clone());
    let store: Arc<dyn Store> = Arc::new(stage.world.store.clone());
    let waits = Box::pin(async move {
        store.commit(unit).await.unwrap();
        clock.advance(31 * SECOND);
        lease.renew(&store, clock.as_ref()).await.unwrap();
    });
    stage.token.plays([Act::RefuseAfter(waits)]);
    let told = stage.ask_only().await;
    assert!(matches!(told, Ok(Told::Pending(_))), "{told:?}");
    stage.settle_down().await;
    let refused = stage.ask().await.expect_err("a refusal");
    assert_eq!(refused.blocked_by, ["data-set-suspended"]);
    let given_up = ("abandoned".to_owned(), Some("hsm-unavailable".to_owned()));
    assert_eq!(stage.serials().await, [given_up]);
    assert_eq!(stage.token.asked(), 1, "nothing is signed");
}

async fn order(stage: &Stage) -> Loaded<Order> {
    let (world, scope) = (&stage.world, stage.world.everything().await);
    let order = world.store.order(&scope, world.order).await;
    order.unwrap().unwrap()
}

/// What two people do about the order's mailbox, and the unit that ends it.
async fn invalidating(stage: &Stage) -> Unit {
    let id = order(stage).await.mailbox.unwrap();
    invalidating_of(stage, id).await
}

async fn invalidating_of(stage: &Stage, id: MailboxId) -> Unit {
    let (world, now) = (&stage.world, stage.world.now());
    let load = async || world.store.mailbox(id).await.unwrap().unwrap();
    let mailbox = load().await;
    let found = Found {
        reason: Text::parse("read by others").unwrap(),
        source: Text::parse("letter").unwrap(),
        evidence: Text::parse("ticket 4711").unwrap(),
    };
    let ground = Ground {
        mailbox: &id.to_string(),
        address: mailbox.address.as_str(),
        initiated_at: &mailbox.initiated_at.to_string(),
        confirmed_at: &mailbox.confirmed_at.unwrap().to_string(),
        reason: found.reason.as_str(),
        source: found.source.as_str(),
        evidence: found.evidence.as_str(),
    };
    let digest = ground.digest();
    let word = |by: &str| SignedVerdict {
        by: IdentityName::parse(by).unwrap(),
        credential: [7; 32],
        verdict: Verdict::Approve,
        digest,
        signature: vec![7],
        reason: Some(found.reason.clone()),
        at: now,
    };
    let proposed = mailbox.propose_invalidation(found.clone(), word("anna"), now);
    let unit = Unit::of(world.caller(), now, proposed.unwrap());
    world.store.commit(unit).await.unwrap();
    let decided = load().await.decide_invalidation(word("jan"), now).unwrap();
    // Nobody runs it here: what was taken over is told later.
    let sweep = NewJob {
        id: JobId::new(now, world.entropy.bytes()),
        kind: JobKind::DisownReused,
        object: id.to_string(),
        slot: now.millis().to_string(),
        due: now,
    };
    Unit::of(world.caller(), now, decided).job(sweep)
}

/// The decision is durable between an activation's judgement and its intent: there is no intent.
#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_is_invalidated_after_the_judgement_carries_no_intent() {
    let stage = Stage::new().await;
    let unit = invalidating(&stage).await;
    let store = stage.world.store.clone();
    stage.fates.meanwhile(Box::pin(async move {
        store.commit(unit).await.unwrap();
    }));
    let refused = stage.ask().await.expect_err("a refusal");
    assert_eq!(refused.blocked_by, ["email-not-verified"]);
    stage.settle_down().await;
    assert_eq!((stage.serials().await, stage.token.asked()), (vec![], 0));
}

/// The same while the token refuses: the serial is given up, and no other is drawn.
#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_is_invalidated_while_the_token_refuses_carries_no_second_intent() {
    let stage = Stage::new().await;
    let unit = invalidating(&stage).await;
    let (lease, clock) = (Arc::clone(&stage.lease), stage.world.clock.clone());
    let store: Arc<dyn Store> = Arc::new(stage.world.store.clone());
    let waits = Box::pin(async move {
        store.commit(unit).await.unwrap();
        clock.advance(31 * SECOND);
        lease.renew(&store, clock.as_ref()).await.unwrap();
    });
    stage.token.plays([Act::RefuseAfter(waits)]);
    let told = stage.ask_only().await;
    assert!(matches!(told, Ok(Told::Pending(_))), "{told:?}");
    stage.settle_down().await;
    let refused = stage.ask().await.expect_err("a refusal");
    assert_eq!(refused.blocked_by, ["email-not-verified"]);
    let given_up = ("abandoned".to_owned(), Some("hsm-unavailable".to_owned()));
    assert_eq!(stage.serials().await, [given_up]);
    assert_eq!(stage.token.asked(), 1, "nothing is signed");
}

/// The order's mailbox is one that took the proof over; returned is the check itself.
async fn taken_over(stage: &Stage) -> MailboxId {
    let (world, now) = (&stage.world, stage.world.now());
    let order = order(stage).await;
    let origin = world.store.mailbox(order.mailbox.unwrap()).await;
    let origin = origin.unwrap().unwrap();
    let id = MailboxId::new(now, world.entropy.bytes());
    let new = NewMailbox {
        id,
        order: order.id,
        owner: order.owner.clone(),
        address: origin.address.clone(),
        language: order.language,
        seed: FreshSeed {
            nonce: world.entropy.bytes(),
            mac: world.entropy.bytes(),
        },
        acting_for: ActingFor::default(),
        terms: Terms::default(),
        now,
    };
    let taken = MailboxValidation::take_over(new, &origin, None).unwrap();
    let proof = origin.id;
    let unit = Unit::of(world.caller(), now, order.bind_mailbox(id, now).unwrap())
        .change(origin.supersede(now).unwrap())
        .change(taken);
    world.commit(unit).await;
    proof
}

/// The row that took it over still says "verified": it is judged by the check itself.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_over_from_an_invalidated_check_carries_no_intent() {
    let stage = Stage::new().await;
    let proof = taken_over(&stage).await;
    let unit = invalidating_of(&stage, proof).await;
    stage.world.commit(unit).await;
    let refused = stage.ask().await.expect_err("a refusal");
    assert_eq!(refused.blocked_by, ["email-not-verified"]);
    stage.settle_down().await;
    assert_eq!((stage.serials().await, stage.token.asked()), (vec![], 0));
}

/// The check falls between the judgement and the intent.
#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_is_invalidated_after_the_judgement_carries_no_intent_of_who_took_it_over() {
    let stage = Stage::new().await;
    let proof = taken_over(&stage).await;
    let unit = invalidating_of(&stage, proof).await;
    let store = stage.world.store.clone();
    stage.fates.meanwhile(Box::pin(async move {
        store.commit(unit).await.unwrap();
    }));
    let refused = stage.ask().await.expect_err("a refusal");
    assert_eq!(refused.blocked_by, ["email-not-verified"]);
    stage.settle_down().await;
    assert_eq!((stage.serials().await, stage.token.asked()), (vec![], 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_intent_on_what_was_taken_over_names_the_check_itself() {
    let stage = Stage::new().await;
    let proof = taken_over(&stage).await;
    assert!(matches!(stage.ask().await, Ok(Told::Issued(_))));
    let (store, scope) = (&stage.world.store, stage.world.everything().await);
    let page = Page {
        limit: 1,
        after: None,
    };
    let all = CertificateFilter::default();
    let issued = store.certificates(&scope, &all, &page).await.unwrap();
    let certificate = &issued.first().unwrap().certificate;
    let rests = store.rests_of(&certificate.issuer, &certificate.serial);
    let rests = rests.await.unwrap();
    let named = rests.iter().find(|rest| rest.kind == "mailbox_proof");
    assert_eq!(named.unwrap().id, proof.to_string());
}
