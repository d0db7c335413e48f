//! An LEI leads to the national register that its entry names, and both are held against the data.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use chancery::domain::{
    case::{CheckKind, CheckState, lookup::LookupState},
    register::{LookupResult, RegisterId},
};

use super::{Played, SECOND, Scene};
use crate::world::World;

const LEI: &str = "984500SYNTHETIC00095";

/// Data under an LEI whose entry names these numbers; the court register is silent so often.
async fn led(silent: usize, named: &[(&str, &str)]) -> Scene {
    let world = World::new().await;
    let court = Played::new(RegisterId::Krs, &world, silent);
    let index = Played::new(RegisterId::Gleif, &world, 0);
    index.names(named);
    Scene::numbered(("LEI", LEI), world, court, Some(index)).await
}

/// Which registers have answered what.
async fn heard(scene: &Scene) -> Vec<(RegisterId, LookupResult)> {
    let told = scene.told().await.into_iter();
    told.map(|(register, result, _)| (register, result))
        .collect()
}

/// State and note of a check.
async fn check(scene: &Scene, kind: CheckKind) -> (CheckState, String) {
    let case = scene.stored().await.0;
    let check = case.check(kind).unwrap();
    let note = check.note.as_ref().map(ToString::to_string);
    (check.state, note.unwrap_or_default())
}

const COURT: [(&str, &str); 1] = [("KRS", "98765432")];

#[tokio::test]
async fn the_register_that_an_lei_names_is_asked_by_its_number() {
    let scene = led(0, &COURT).await;
    scene.after(Duration::ZERO).await;
    let both = [RegisterId::Krs, RegisterId::Gleif].map(|one| (one, LookupResult::Found));
    assert_eq!(heard(&scene).await, both);
    assert_eq!(scene.stored().await.0.lookup, LookupState::AutoMatched);
    let (state, note) = check(&scene, CheckKind::LegalName).await;
    assert_eq!(state, CheckState::Verified);
    assert_eq!(note, "gleif: name-same; krs: name-same");
    // Of the LEI itself the court register says nothing.
    let (state, note) = check(&scene, CheckKind::Identifier).await;
    assert_eq!(
        (state, note.as_str()),
        (CheckState::Verified, "gleif: number-same")
    );
}

#[tokio::test]
async fn what_the_named_register_says_otherwise_is_for_people() {
    let scene = led(0, &[COURT[0], ("NIP", "1234563218")]).await;
    scene.court.names(&[("NIP", "5260250995")]);
    scene.after(Duration::ZERO).await;
    assert_eq!(scene.stored().await.0.lookup, LookupState::NeedsReview);
    let (state, note) = check(&scene, CheckKind::Identifier).await;
    assert_eq!(state, CheckState::Required);
    assert!(note.ends_with("krs: numbers-differ"), "{note}");
}

#[tokio::test]
async fn an_entry_that_the_named_register_lacks_is_a_doubt() {
    let scene = led(0, &COURT).await;
    scene.court.is_empty.store(true, Ordering::SeqCst);
    scene.after(Duration::ZERO).await;
    assert_eq!(scene.stored().await.0.lookup, LookupState::NeedsReview);
    let (state, note) = check(&scene, CheckKind::Existence).await;
    assert_eq!(state, CheckState::Required);
    assert!(note.ends_with("krs: entry-of-index-missing"), "{note}");
}

#[tokio::test]
async fn numbers_of_registers_that_are_not_connected_lead_nowhere() {
    for named in [
        &[][..],
        &[("registeredAs", "98765432"), ("NTR", "SC123456")],
    ] {
        let scene = led(0, named).await;
        scene.after(Duration::ZERO).await;
        assert_eq!(
            heard(&scene).await,
            [(RegisterId::Gleif, LookupResult::Found)]
        );
        assert_eq!(scene.calls(), 0);
        assert_eq!(scene.after(SECOND).await, 0);
    }
}

#[tokio::test]
async fn data_of_the_court_register_itself_lead_to_no_other() {
    let scene = Scene::with_index().await;
    let index: Arc<Played> = scene.other.clone().unwrap();
    index.names(&COURT);
    scene.after(Duration::ZERO).await;
    assert_eq!((scene.calls(), index.calls()), (1, 0));
}
