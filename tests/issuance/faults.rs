//! One failure a test, named by its step.

use std::sync::{Arc, atomic::Ordering};

use chancery::{domain::refusal::Refused, services::issuance::Told};
use futures_util::future::BoxFuture;

use crate::{
    fates::Fate,
    stage::{Serial, Stage},
    token::Act,
};

const HOUR: i64 = 3_600_000;

fn issued() -> Serial {
    ("issued".to_owned(), None)
}

fn abandoned(cause: &str) -> Serial {
    ("abandoned".to_owned(), Some(cause.to_owned()))
}

fn is_pending(told: &Result<Told, Refused>) -> bool {
    matches!(told, Ok(Told::Pending(_)))
}

fn code(told: Result<Told, Refused>) -> &'static str {
    told.expect_err("a refusal").code
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_fails() {
    let stage = Stage::new().await;
    let Told::Issued(answer) = stage.ask().await.unwrap() else {
        panic!("not issued");
    };
    assert_eq!(stage.serials().await, [issued()]);
    assert_eq!(stage.answer().await, Some(answer));
    assert_eq!(stage.token.asked(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn s5_the_intent_is_refused() {
    let stage = Stage::new().await;
    stage.fates([Fate::Refused]);
    assert_eq!(code(stage.ask().await), "store-unavailable");
    stage.settle_down().await;
    assert_eq!((stage.serials().await, stage.token.asked()), (vec![], 0));
    // Nothing stands in the way of the client's next try.
    assert!(matches!(stage.ask().await, Ok(Told::Issued(_))));
    assert_eq!(stage.serials().await, [issued()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn s5_the_answer_to_the_intent_is_lost() {
    let stage = Stage::new().await;
    stage.fates([Fate::AnswerLost]);
    assert_eq!(code(stage.ask().await), "store-unavailable");
    assert!(stage.answer().await.is_some());
    let expected = [abandoned("intent-unconfirmed"), issued()];
    assert_eq!(stage.serials().await, expected);
    assert_eq!(stage.token.asked(), 1, "nothing is signed in doubt");
}

#[tokio::test(flavor = "multi_thread")]
async fn s6_the_token_refuses_for_a_while() {
    let stage = Stage::new().await;
    stage.token.plays([Act::Refuse, Act::Refuse, Act::Refuse]);
    assert!(matches!(stage.ask().await, Ok(Told::Issued(_))));
    assert_eq!(stage.serials().await, [issued()]);
    assert_eq!(stage.token.asked(), 4);
    assert!(stage.answer().await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn s6_the_lease_ends_while_the_token_refuses() {
    let stage = Stage::new().await;
    stage.token.gone.store(true, Ordering::SeqCst);
    let told = stage.ask_only().await;
    assert!(is_pending(&told), "{told:?}");
    assert_eq!(stage.serials().await, [abandoned("lease-over")]);
    stage.token.gone.store(false, Ordering::SeqCst);
    assert!(stage.answer().await.is_some());
    assert_eq!(stage.serials().await, [abandoned("lease-over"), issued()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn s6_the_token_is_gone_for_too_long() {
    let stage = Stage::new().await;
    let stage_of = |stage: &Stage| {
        let (lease, world) = (Arc::clone(&stage.lease), &stage.world);
        (lease, world.store.clone(), world.clock.clone())
    };
    // The lease is renewed all the while, as the daemon does.
    let renewals = (0..200).flat_map(|_| {
        let (lease, store, clock) = stage_of(&stage);
        let renewal = Box::pin(async move {
            let store: Arc<dyn chancery::ports::store::Store> = Arc::new(store);
            lease.renew(&store, clock.as_ref()).await.unwrap();
        });
        [Act::RefuseAfter(renewal)]
    });
    stage.token.plays(renewals);
    let told = stage.ask_only().await;
    assert!(is_pending(&told), "{told:?}");
    assert_eq!(stage.serials().await, [abandoned("hsm-unavailable")]);
    stage.token.script.lock().unwrap().clear();
    assert!(stage.answer().await.is_some());
    let expected = [abandoned("hsm-unavailable"), issued()];
    assert_eq!(stage.serials().await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn s6_nobody_knows_whether_the_token_signed() {
    let stage = Stage::new().await;
    stage.token.plays([Act::FallSilent]);
    let told = stage.ask_only().await;
    assert!(is_pending(&told), "{told:?}");
    assert_eq!(stage.token.asked(), 1, "nothing is signed twice");
    assert_eq!(stage.serials().await, [abandoned("hsm-answer-unknown")]);
    assert!(stage.answer().await.is_some());
    let expected = [abandoned("hsm-answer-unknown"), issued()];
    assert_eq!(stage.serials().await, expected);
}

/// What the clock does meanwhile, in milliseconds.
fn back(stage: &Stage, millis: i64) -> BoxFuture<'static, ()> {
    let clock = stage.world.clock.clone();
    Box::pin(async move { clock.step(-millis) })
}

#[tokio::test(flavor = "multi_thread")]
async fn s6_the_clock_goes_back_before_there_is_a_signature() {
    let stage = Stage::new().await;
    stage.token.plays([Act::RefuseAfter(back(&stage, HOUR))]);
    let told = stage.ask_only().await;
    assert!(is_pending(&told), "{told:?}");
    assert_eq!(stage.token.asked(), 1, "nothing is signed");
    the_time_comes_again(&stage).await;
}

/// Released now, the certificate would begin an hour later.
#[tokio::test(flavor = "multi_thread")]
async fn s8_the_clock_goes_back_while_the_token_signs() {
    let stage = Stage::new().await;
    stage.token.plays([Act::SignAfter(back(&stage, HOUR))]);
    let told = stage.ask_only().await;
    assert!(is_pending(&told), "{told:?}");
    the_time_comes_again(&stage).await;
}

async fn the_time_comes_again(stage: &Stage) {
    assert_eq!(stage.serials().await, [abandoned("clock-behind")]);
    assert!(stage.answer().await.is_none());
    stage.world.clock.step(HOUR);
    stage.settle_down().await;
    assert!(stage.answer().await.is_some());
    assert_eq!(stage.serials().await, [abandoned("clock-behind"), issued()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn s8_the_clock_is_set_right_by_a_second() {
    let stage = Stage::new().await;
    stage.token.plays([Act::SignAfter(back(&stage, 1000))]);
    assert!(matches!(stage.ask().await, Ok(Told::Issued(_))));
    assert_eq!(stage.serials().await, [issued()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn s7_the_signature_does_not_verify() {
    let stage = Stage::new().await;
    stage.token.plays([Act::SignWrongly]);
    let told = stage.ask_only().await;
    assert!(is_pending(&told), "{told:?}");
    assert_eq!(stage.token.distrusted.load(Ordering::SeqCst), 1);
    assert_eq!(stage.serials().await, [abandoned("signature-invalid")]);
    assert!(stage.answer().await.is_some());
    let expected = [abandoned("signature-invalid"), issued()];
    assert_eq!(stage.serials().await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn s7_who_waits_gets_the_certificate_of_the_next_serial() {
    let stage = Stage::new().await;
    stage.token.plays([Act::SignWrongly]);
    let jobs = async {
        loop {
            stage.settle_down().await;
            tokio::task::yield_now().await;
        }
    };
    let told = tokio::select! {
        told = stage.ask() => told,
        () = jobs => unreachable!("the jobs do not end"),
    };
    assert!(matches!(told, Ok(Told::Issued(_))), "{told:?}");
    let expected = [abandoned("signature-invalid"), issued()];
    assert_eq!(stage.serials().await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn s7_giving_up_is_refused_or_its_answer_is_lost() {
    for fates in [&[Fate::Refused, Fate::Refused][..], &[Fate::AnswerLost]] {
        let stage = Stage::new().await;
        stage.token.plays([Act::FallSilent]);
        stage.fates([Fate::Passes].into_iter().chain(fates.iter().copied()));
        let told = stage.ask_only().await;
        assert!(is_pending(&told), "{fates:?}: {told:?}");
        assert!(stage.answer().await.is_some(), "{fates:?}");
        let expected = [abandoned("hsm-answer-unknown"), issued()];
        assert_eq!(stage.serials().await, expected, "{fates:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s8_the_result_is_refused_for_a_while() {
    let stage = Stage::new().await;
    stage.fates([Fate::Passes, Fate::Refused, Fate::Refused, Fate::Refused]);
    assert!(matches!(stage.ask().await, Ok(Told::Issued(_))));
    assert_eq!(stage.serials().await, [issued()]);
    assert_eq!(stage.token.asked(), 1, "nothing is signed twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn s8_the_answer_to_the_result_is_lost() {
    let stage = Stage::new().await;
    stage.fates([Fate::Passes, Fate::AnswerLost]);
    // The client asks again, and gets what is stored.
    let told = stage.ask_only().await;
    assert!(is_pending(&told), "{told:?}");
    assert!(stage.answer().await.is_some());
    assert_eq!(stage.serials().await, [issued()]);
    assert_eq!(stage.token.asked(), 1, "nothing is signed twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn s8_somebody_has_given_the_serial_up_meanwhile() {
    let stage = Stage::new().await;
    let settling = stage.settled_by_another();
    stage.token.plays([Act::SignAfter(settling)]);
    let told = stage.ask_only().await;
    assert!(is_pending(&told), "{told:?}");
    assert_eq!(stage.serials().await, [abandoned("boot-died")]);
    assert!(stage.answer().await.is_some());
    assert_eq!(stage.serials().await, [abandoned("boot-died"), issued()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn s7_no_signature_verifies() {
    let stage = Stage::new().await;
    stage.token.plays((0..4).map(|_| Act::SignWrongly));
    assert!(is_pending(&stage.ask_only().await));
    // The second serial follows at once, each further one after a rest that doubles.
    for (rest, serials) in [(0, 2), (1_999, 2), (1, 3), (3_999, 3), (1, 4), (7_999, 4)] {
        stage.world.clock.step(rest);
        stage.settle_down().await;
        assert_eq!(stage.token.asked(), serials, "{rest}");
    }
    stage.world.clock.step(1);
    assert!(stage.answer().await.is_some());
    assert_eq!(stage.token.asked(), 5);
}
