//! People and registers at the same time, and lookups that never come to an end.

use std::{future, time::Duration};

use chancery::{
    domain::{
        case::{EvidenceKind, lookup::LookupState},
        register::{LookupResult, RegisterId},
    },
    policy::case_rules::evidence::Reached,
    services::cases::evidence::NewEvidence,
};
use tokio::sync::oneshot;

use super::{LEASE_OVER, Scene};
use crate::ground::text;

#[tokio::test]
async fn what_a_person_asked_meanwhile_takes_nothing_from_the_other_registers() {
    let scene = Scene::of_two(0, 0).await;
    let anna = scene.claim().await;
    let other = scene.other.clone().unwrap();
    other.meanwhile(scene.ask(anna, None));
    assert_eq!(scene.after(Duration::ZERO).await, 1);
    let found = |register, by: &str| (register, LookupResult::Found, by.to_owned());
    assert_eq!(
        scene.told().await,
        [
            found(RegisterId::Krs, "anna"),
            found(RegisterId::Regon, "automatic")
        ]
    );
    let (case, _) = scene.stored().await;
    assert_eq!(case.lookup, LookupState::AutoMatched);
    assert_eq!(scene.after(Duration::from_secs(86_400)).await, 0);
    assert_eq!((scene.calls(), other.calls()), (2, 1));
}

#[tokio::test]
async fn a_silent_register_is_asked_again_also_when_a_person_heard_another_one() {
    let scene = Scene::of_two(0, 1).await;
    let anna = scene.claim().await;
    // All that registers can say agrees with the data, and the case says so; the job goes on.
    scene.ask(anna, None).await;
    assert_eq!(scene.stored().await.0.lookup, LookupState::AutoMatched);
    assert_eq!(scene.after(Duration::ZERO).await, 1);
    assert_eq!(scene.after(Duration::from_secs(30)).await, 1);
    let told = scene.told().await;
    let of_other = told.iter().filter(|told| told.0 == RegisterId::Regon);
    let of_other: Vec<_> = of_other.map(|told| told.1).collect();
    assert_eq!(of_other, [LookupResult::Found, LookupResult::Unavailable]);
    assert_eq!(scene.stored().await.0.lookup, LookupState::AutoMatched);
    assert_eq!(scene.after(Duration::from_secs(86_400)).await, 0);
    assert_eq!(scene.calls(), 1);
}

#[tokio::test]
async fn an_answer_about_another_number_is_none_about_this_one() {
    let scene = Scene::new(0).await;
    let anna = scene.claim().await;
    scene.ask(anna, Some("0012345678")).await;
    assert_eq!(scene.stored().await.0.lookup, LookupState::AutoChecking);
    assert_eq!(scene.after(Duration::ZERO).await, 1);
    assert_eq!(scene.calls(), 2);
    let (case, evidence) = scene.stored().await;
    assert_eq!(case.lookup, LookupState::AutoMatched);
    assert_eq!(evidence.len(), 2);
}

#[tokio::test]
async fn a_case_that_takes_no_more_evidence_is_left_to_people() {
    let scene = Scene::new(0).await;
    let anna = scene.claim().await;
    let note = NewEvidence {
        kind: EvidenceKind::Note,
        source: text("a search"),
        description: None,
        content: Some("nothing".to_owned()),
        document: None,
        register: None,
        reached: Reached::default(),
        issued_on: None,
        obtained_at: scene.world.now(),
    };
    while scene.stored().await.0.room() > 0 {
        scene
            .work
            .add_evidence(&anna, scene.case, &note)
            .await
            .unwrap();
    }
    assert_eq!(scene.after(Duration::ZERO).await, 1);
    let (case, evidence) = scene.stored().await;
    assert_eq!(case.lookup, LookupState::NeedsReview);
    assert_eq!(evidence.len(), 200);
    assert_eq!(scene.after(Duration::from_secs(86_400)).await, 0);
    assert_eq!(scene.calls(), 0);
}

#[tokio::test]
async fn a_lookup_that_never_comes_to_an_end_is_left_to_people() {
    let scene = Scene::new(0).await;
    for call in 1..=6 {
        let (begun, asks) = oneshot::channel();
        scene.court.meanwhile(async move {
            begun.send(()).unwrap();
            future::pending().await
        });
        // The process dies while the register is asked.
        tokio::select! {
            _ = scene.runner.tick() => panic!("the register answered"),
            asked = asks => asked.unwrap(),
        }
        assert_eq!(scene.calls(), call);
        scene.world.clock.advance(LEASE_OVER);
    }
    assert_eq!(scene.after(Duration::ZERO).await, 1);
    let (case, evidence) = scene.stored().await;
    assert_eq!(case.lookup, LookupState::NeedsReview);
    assert!(evidence.is_empty());
    assert_eq!(scene.after(Duration::from_secs(86_400)).await, 0);
    assert_eq!(scene.calls(), 6);
}
