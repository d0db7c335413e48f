//! Data sets from draft to case.

use chancery::{
    domain::{
        case::CaseState,
        notification::Tab,
        owner::ActingFor,
        refusal::Class,
        subject_data::{SubjectDataState, VerificationMethod},
        timestamp::days,
    },
    policy::{
        statements::StatementGiven,
        status::{StatusCode, filter::DataWord, status_code},
    },
    ports::{
        clock::Clock,
        store::{Page, catalogue::AuditLog, registration::Cases},
    },
    services::subject_data::{DataSets, MethodWish, submission::Submitting},
};

use crate::world::{World, by_document, by_number, unregistered, wish};

const ALL: Page = Page {
    limit: 50,
    after: None,
};

#[tokio::test]
async fn a_number_is_kept_in_its_registers_form() {
    let world = World::new().await;
    let scope = world.panel(Some("c-1")).await;
    let made = world
        .data(&scope, by_number("12345678"), "k")
        .await
        .unwrap();
    let VerificationMethod::RegistrationNumber { register, number } = &made.data.method else {
        panic!("by number")
    };
    assert_eq!((register.as_str(), number.as_str()), ("KRS", "0012345678"));
    let regon = MethodWish::RegistrationNumber {
        register: "REGON".to_owned(),
        number: "123456785".to_owned(),
    };
    let mut unknown = by_number("1");
    unknown.method = regon;
    for (wish, code, pointer) in [
        (
            by_number("12a"),
            "registration-number-invalid",
            "/verification/registration_number",
        ),
        (
            unknown,
            "registration-type-unsupported",
            "/verification/registration_type",
        ),
    ] {
        let refused = world.data(&scope, wish, "x").await.unwrap_err();
        assert_eq!((refused.class, refused.code), (Class::Unacceptable, code));
        assert_eq!(refused.faults.first().unwrap().pointer, pointer);
    }
}

/// What was drafted under another configuration is judged by the one in force.
#[tokio::test]
async fn a_draft_whose_number_nobody_looks_up_any_more_is_not_handed_over() {
    let world = World::new().await;
    let scope = world.panel(Some("c-1")).await;
    let made = world.data(&scope, by_number("12345678"), "k").await;
    let id = made.unwrap().data.id;
    let given = Submitting {
        statements: Vec::new(),
        abbreviation: None,
        acting_for: ActingFor::default(),
    };
    let code = async |sets: &DataSets| {
        let judged = sets.judge_submission(&scope, id, &given).await;
        judged.map_err(|refused| (refused.code, refused.class))
    };
    let unsupported = ("registration-type-unsupported", Class::Unacceptable);
    assert_eq!(code(&unregistered(&world)).await, Err(unsupported));
    assert_ne!(code(&world.sets).await, Err(unsupported));
}

#[tokio::test]
async fn submitted_data_opens_its_case_and_never_changes_again() {
    let world = World::new().await;
    let scope = world.panel(Some("c-1")).await;
    let view = world.submitted(&scope, "k").await;
    assert_eq!(view.data.state, SubjectDataState::UnderVerification);
    assert_eq!(view.case.unwrap().state, CaseState::Queued);
    let statement = view.data.statements.first().unwrap();
    assert_eq!(
        (statement.id.as_str(), statement.sha256),
        ("data-correct", [5; 32])
    );
    let stored = world.sets.get(&scope.read(), view.data.id).await.unwrap();
    assert_eq!(stored.data, view.data);
    let again = world
        .submit(&scope, view.data.id, &[world.agreed()], "again")
        .await;
    assert_eq!(again.unwrap_err().code, "data-set-state-conflict");
    let told = world
        .notifications
        .list(&scope.read(), Tab::Information, &ALL)
        .await
        .unwrap();
    assert_eq!(
        told.iter().map(|line| line.code).collect::<Vec<_>>(),
        ["data-received"]
    );
}

#[tokio::test]
async fn statements_are_accepted_as_shown() {
    let world = World::new().await;
    let scope = world.panel(Some("c-1")).await;
    let draft = world
        .data(&scope, by_number("1"), "k")
        .await
        .unwrap()
        .data
        .id;
    let old = StatementGiven {
        version: 0,
        ..world.agreed()
    };
    let late = StatementGiven {
        accepted_at: world.clock.now().plus(days(1)),
        ..world.agreed()
    };
    for (given, code) in [
        (vec![], "statement-missing"),
        (vec![old], "statement-missing"),
        (vec![late], "statement-missing"),
    ] {
        let refused = world.submit(&scope, draft, &given, "s").await.unwrap_err();
        assert_eq!((refused.class, refused.code), (Class::Unacceptable, code));
    }
    assert!(
        world
            .submit(&scope, draft, &[world.agreed()], "s")
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn the_document_method_needs_its_document() {
    let world = World::new().await;
    let scope = world.panel(Some("c-1")).await;
    let draft = world
        .data(&scope, by_document(), "k")
        .await
        .unwrap()
        .data
        .id;
    let refused = world
        .submit(&scope, draft, &[world.agreed()], "s")
        .await
        .unwrap_err();
    assert_eq!(
        (refused.class, refused.code),
        (Class::State, "document-missing")
    );
    world
        .upload(&scope, draft, b"%PDF-1.7 ...", "d")
        .await
        .unwrap();
    assert!(
        world
            .submit(&scope, draft, &[world.agreed()], "s")
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn data_in_use_stays_and_withdrawn_data_closes_its_case() {
    let world = World::new().await;
    let scope = world.panel(Some("c-1")).await;
    let user = ActingFor::default();
    let set = world.submitted(&scope, "k").await.data;
    let order = world.order(&scope, wish(None), "o").await.unwrap();
    let (id, version) = (order.order.id, order.version);
    world
        .orders
        .bind_data(&scope, id, version, set.id, &user)
        .await
        .unwrap();
    let refused = world
        .sets
        .withdraw(&scope, set.id, &user)
        .await
        .unwrap_err();
    assert_eq!(refused.code, "data-set-in-use");
    world.orders.cancel(&scope, id, None, &user).await.unwrap();
    let withdrawn = world.sets.withdraw(&scope, set.id, &user).await.unwrap();
    assert_eq!(withdrawn.data.state, SubjectDataState::Withdrawn);
    let case = world.store.case(set.case.unwrap()).await.unwrap().unwrap();
    assert_eq!(case.state, CaseState::Closed);
}

#[tokio::test]
async fn a_next_version_has_its_own_case() {
    let world = World::new().await;
    let scope = world.panel(Some("c-1")).await;
    let first = world.submitted(&scope, "k").await.data;
    let mut wish = by_number("87654321");
    wish.replaces = Some(first.id);
    let next = world.data(&scope, wish.clone(), "n").await.unwrap().data;
    assert_eq!(
        (next.revision, next.previous, next.case),
        (2, Some(first.id), None)
    );
    let sets = world
        .sets
        .list(
            &scope.read(),
            &[DataWord::Stored(SubjectDataState::Draft)],
            &ALL,
        )
        .await
        .unwrap();
    assert_eq!(
        sets.items
            .iter()
            .map(|view| view.data.id)
            .collect::<Vec<_>>(),
        [next.id]
    );
    // What is another owner's is no version to follow.
    let other = world.panel(Some("c-2")).await;
    let refused = world.data(&other, wish, "n2").await.unwrap_err();
    assert_eq!(refused.class, Class::NotFound);
}

/// `why` and `what … by` of the entries that end what was replaced.
async fn ends(world: &World) -> Vec<(String, String)> {
    let head = world.store.head().await.unwrap().unwrap();
    let leaves = world.store.leaves(&head.log, 0, 1_000).await.unwrap();
    let entries = leaves
        .iter()
        .map(|(_, leaf)| serde_json::from_slice::<serde_json::Value>(leaf).unwrap());
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    entries
        .filter_map(|entry| match entry["type"].as_str()? {
            "case.closed" => Some(("closed".to_owned(), text(&entry["data"]["why"]))),
            "request.withdrawn" => Some((text(&entry["data"]["what"]), text(&entry["data"]["by"]))),
            _ => None,
        })
        .collect()
}

#[tokio::test]
async fn what_is_replaced_is_decided_by_nobody() {
    let world = World::new().await;
    let scope = world.panel(Some("c-1")).await;
    let user = ActingFor::default();
    let first = world.submitted(&scope, "k").await.data;
    let order = world.order(&scope, wish(None), "o").await.unwrap();
    let (id, version) = (order.order.id, order.version);
    let orders = &world.orders;
    orders
        .bind_data(&scope, id, version, first.id, &user)
        .await
        .unwrap();
    // A draft that is replaced before it was ever submitted goes with the rest.
    let mut wish = by_number("87654321");
    wish.replaces = Some(first.id);
    let skipped = world.data(&scope, wish.clone(), "n").await.unwrap().data;
    wish.replaces = Some(skipped.id);
    let newest = world.data(&scope, wish, "m").await.unwrap().data;
    let case = async || {
        let case = world.store.case(first.case.unwrap()).await;
        case.unwrap().unwrap()
    };
    assert_eq!(
        case().await.state,
        CaseState::Queued,
        "drafts change nothing"
    );
    world
        .submit(&scope, newest.id, &[world.agreed()], "s")
        .await
        .unwrap();
    assert_eq!(case().await.state, CaseState::Closed);
    assert_eq!(case().await.require_open().unwrap_err().code, "case-closed");
    for old in [first.id, skipped.id] {
        let set = world.sets.get(&scope.read(), old).await.unwrap().data;
        assert_eq!(set.state, SubjectDataState::Replaced);
        let late = world.submit(&scope, old, &[world.agreed()], "late").await;
        assert_eq!(late.unwrap_err().code, "data-set-state-conflict");
    }
    let by = newest.id.to_string();
    let replaced = ("replaced".to_owned(), by);
    assert_eq!(
        ends(&world).await,
        [
            replaced.clone(),
            replaced,
            ("closed".to_owned(), "replaced".to_owned())
        ]
    );
    // The order waits for the new version to be bound; the old one can be bound no more.
    let view = orders.get(&scope.read(), id).await.unwrap();
    assert_eq!(
        status_code(view.facts(), view.judged_at),
        StatusCode::AdditionalInformationNeeded
    );
    let bind = async |set| {
        let version = orders.get(&scope.read(), id).await.unwrap().version;
        orders.bind_data(&scope, id, version, set, &user).await
    };
    assert_eq!(bind(first.id).await.unwrap_err().code, "data-set-replaced");
    let view = bind(newest.id).await.unwrap();
    assert_eq!(
        status_code(view.facts(), view.judged_at),
        StatusCode::UnderVerification
    );
}

#[tokio::test]
async fn what_was_decided_stays_usable_beside_its_next_version() {
    let world = World::new().await;
    let scope = world.panel(Some("c-1")).await;
    let old = world.verified(&scope, "old").await;
    let mut wish = by_number("87654321");
    wish.replaces = Some(old);
    let next = world.data(&scope, wish, "n").await.unwrap().data.id;
    world
        .submit(&scope, next, &[world.agreed()], "s")
        .await
        .unwrap();
    let set = world.sets.get(&scope.read(), old).await.unwrap().data;
    assert_eq!(set.state, SubjectDataState::Verified);
    assert!(ends(&world).await.is_empty());
}
