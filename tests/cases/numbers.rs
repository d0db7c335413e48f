//! Numbers that registers name differently for one organisation.

use std::time::Duration;

use chancery::{
    domain::{
        case::{CheckKind, CheckState, lookup::LookupState},
        register::RegisterId,
    },
    services::cases::lookup::LookupWish,
};

use super::Scene;

const LEI: &str = "984500SYNTHETIC00095";

impl Scene {
    /// What the case says once the court register and another one have named these numbers.
    async fn named(&self, court: &[(&str, &str)], other: &[(&str, &str)]) -> LookupState {
        self.court.names(court);
        self.other.as_ref().unwrap().names(other);
        self.after(Duration::ZERO).await;
        self.stored().await.0.lookup
    }

    /// What Anna is told of the numbers when she asks the index for an LEI.
    async fn ask_index(&self) -> Option<(Option<String>, Option<String>)> {
        let anna = self.claim().await;
        let wish = LookupWish {
            register: Some(RegisterId::Gleif),
            number: Some(("LEI".to_owned(), LEI.to_owned())),
        };
        let told = self.work.lookup(&anna, self.case, &wish).await.unwrap();
        let mut findings = told.findings.into_iter();
        let differ = findings.find(|finding| finding.code == "numbers-differ")?;
        assert_eq!(
            (differ.check, differ.state),
            (CheckKind::Identifier, CheckState::Required)
        );
        Some((differ.given, differ.registered))
    }
}

#[tokio::test]
async fn a_number_that_two_registers_name_differently_is_for_people() {
    let scene = Scene::of_two(0, 0).await;
    let state = scene
        .named(&[("NIP", "1234563218")], &[("NIP", "5260250995")])
        .await;
    assert_eq!(state, LookupState::NeedsReview);
    let (case, evidence) = scene.stored().await;
    assert_eq!(evidence.len(), 2);
    for check in &case.checks {
        let expected = match check.kind {
            CheckKind::Existence
            | CheckKind::LegalName
            | CheckKind::Address
            | CheckKind::ActiveStatus => CheckState::Verified,
            CheckKind::AssumedName | CheckKind::DocumentAuthenticity => CheckState::NotRequired,
            _ => CheckState::Required,
        };
        assert_eq!(check.state, expected, "{check:?}");
    }
    let note = case.check(CheckKind::Identifier).unwrap().note.clone();
    assert!(note.unwrap().as_str().ends_with("regon: numbers-differ"));
}

#[tokio::test]
async fn a_register_that_speaks_later_is_held_against_the_one_before() {
    let scene = Scene::of_two(0, 1).await;
    let numbers = ([("REGON", "123456785")], [("REGON", "987654321")]);
    // All is verified by the first one; then nothing is open, and nobody is waited for.
    let state = scene.named(&numbers.0, &numbers.1).await;
    assert_eq!(state, LookupState::AutoMatched);
    // A person asks the second one, which speaks now.
    let anna = scene.claim().await;
    let wish = LookupWish {
        register: Some(RegisterId::Regon),
        number: None,
    };
    let told = scene.work.lookup(&anna, scene.case, &wish).await.unwrap();
    let codes: Vec<_> = told.findings.iter().map(|finding| finding.code).collect();
    assert!(codes.contains(&"numbers-differ"), "{codes:?}");
    assert_eq!(scene.stored().await.0.lookup, LookupState::NeedsReview);
}

#[tokio::test]
async fn ways_of_writing_are_no_difference() {
    let scene = Scene::of_two(0, 0).await;
    let court = [
        ("NIP", "1234563218"),
        ("REGON", "12345678500000"),
        ("VAT", "x"),
    ];
    let other = [
        ("NIP", "123-456-32-18"),
        ("REGON", "123456785"),
        ("KRS", "98765432"),
        ("VAT", "000"),
        ("registry", "y"),
    ];
    let state = scene.named(&court, &other).await;
    assert_eq!(state, LookupState::AutoMatched);
}

#[tokio::test]
async fn an_lei_of_another_number_at_the_national_register_is_a_doubt() {
    let scene = Scene::with_index().await;
    let index = [("KRS", "0000000019")];
    let state = scene.named(&[], &index).await;
    assert_eq!(state, LookupState::AutoMatched);
    let told = scene.ask_index().await.unwrap();
    let expected = ("0098765432".to_owned(), "0000000019".to_owned());
    assert_eq!(told, (Some(expected.0), Some(expected.1)));
    assert_eq!(scene.stored().await.0.lookup, LookupState::NeedsReview);
}

#[tokio::test]
async fn an_lei_of_the_same_number_leaves_the_match() {
    let scene = Scene::with_index().await;
    let state = scene.named(&[], &[("KRS", "0098765432")]).await;
    assert_eq!(state, LookupState::AutoMatched);
    assert_eq!(scene.ask_index().await, None);
    assert_eq!(scene.stored().await.0.lookup, LookupState::AutoMatched);
}

#[tokio::test]
async fn an_lei_that_was_asked_first_is_held_against_what_the_court_register_says() {
    let scene = Scene::with_index().await;
    scene.court.names(&[("NIP", "1234563218")]);
    let index = scene.other.clone().unwrap();
    index.names(&[("KRS", "0098765432"), ("NIP", "5260250995")]);
    assert_eq!(scene.ask_index().await, None);
    assert_eq!(scene.stored().await.0.lookup, LookupState::AutoChecking);
    scene.after(Duration::ZERO).await;
    assert_eq!(scene.stored().await.0.lookup, LookupState::NeedsReview);
}
