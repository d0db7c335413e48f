//! Validation cases on a real store: two people with keys of their own, and what the applicant
//! learns of it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot set itself up fails at once"
)]

#[path = "support/cabinet.rs"]
mod cabinet;
#[path = "support/clock.rs"]
mod clock;
#[path = "support/entropy.rs"]
mod entropy;
#[path = "support/ground.rs"]
mod ground;
#[path = "cases/person.rs"]
mod person;
#[path = "cases/reading.rs"]
mod reading;
#[path = "cases/rechecks.rs"]
mod rechecks;
#[path = "cases/registers.rs"]
mod registers;
#[path = "support/seal.rs"]
mod seal;
#[path = "cases/timers.rs"]
mod timers;
#[path = "cases/world.rs"]
mod world;

use std::{sync::Arc, time::Duration};

use chancery::{
    domain::{
        case::{CaseState, CheckKind, Verdict, digest::Step},
        idempotency::StoredRequest,
        mail::{MailKind, MailState},
        notification::Tab,
        owner::Role,
        subject_data::{SubjectDataState, need::Question},
        timestamp::{Timestamp, days},
    },
    policy::reuse,
    ports::store::{
        Page,
        catalogue::{Mails, Notifications, Requests},
        registration::CaseFilter,
    },
    services::cases::{CaseView, reading::Queue},
};
use person::Person;
use world::{World, request};

const PAGE: Page = Page {
    limit: 50,
    after: None,
};

async fn codes(world: &World, tab: Tab) -> Vec<&'static str> {
    let scope = world.everything().await;
    let found = world.store.notifications(&scope, tab, &PAGE).await.unwrap();
    found.iter().map(|line| line.code).collect()
}

async fn mails(world: &World) -> Vec<(MailKind, String)> {
    let found = world
        .store
        .mails(&[MailState::Queued], &PAGE)
        .await
        .unwrap();
    let mut mails: Vec<_> = found
        .iter()
        .map(|mail| (mail.kind, mail.recipient.clone()))
        .collect();
    mails.sort();
    mails
}

async fn stored(world: &World, person: &Person, key: &str) -> Option<StoredRequest> {
    let claim = request(person, key).claim;
    world.store.request(&claim.key).await.unwrap()
}

#[tokio::test]
async fn two_people_verify_the_data_and_the_applicant_is_told() {
    let world = World::new().await;
    let complete = world.complete(100).await;
    assert_eq!(complete.case.editors, vec![world.anna.name.clone()]);
    let proposed = world.propose(&world.anna, Verdict::Approve).await.unwrap();
    assert_eq!(
        (proposed.case.state, proposed.digest),
        (CaseState::Proposed, complete.digest)
    );
    let decided = world.decide(&world.ola, Verdict::Approve).await.unwrap();
    assert_eq!(decided.version, world.stored_case().await.version());
    let case = world.stored_case().await;
    assert_eq!(case.state, CaseState::Decided);
    assert_eq!(case.proposal.as_ref().unwrap().by, world.anna.name);
    assert_eq!(case.decision.as_ref().unwrap().by, world.ola.name);
    let data = world.data().await;
    assert_eq!(data.state, SubjectDataState::Verified);
    let facts = data.verified.as_ref().unwrap();
    assert_eq!(facts.organization_identifier.as_str(), "NTRPL-0012345678");
    assert_eq!(facts.organization_checked_at, world.now());
    assert_eq!(facts.authority_checked_at, world.now().minus(days(100)));
    assert_eq!(
        codes(&world, Tab::Information).await,
        ["ready-to-activate", "data-approved"]
    );
    let told = [
        (MailKind::DataApproved, "admin@example.com".to_owned()),
        (MailKind::ReadyToActivate, "jan@example.com".to_owned()),
    ];
    assert_eq!(mails(&world).await, told);
    let answer = stored(&world, &world.ola, "decide")
        .await
        .unwrap()
        .answer
        .unwrap();
    assert_eq!(answer.body, decided.digest);
    let late = world.add_note(&world.anna, "too late").await.unwrap_err();
    assert_eq!(late.code, "case-decided");
}

/// What the way to the applicant was found in is as old as its day.
#[tokio::test]
async fn data_end_with_the_paper_that_a_contact_was_found_in() {
    let world = World::new().await;
    world.complete_on_paper("2025-12-31").await;
    world.propose(&world.anna, Verdict::Approve).await.unwrap();
    world.decide(&world.ola, Verdict::Approve).await.unwrap();
    let data = world.data().await;
    let facts = data.verified.as_ref().unwrap();
    let day = Timestamp::of_date("2025-12-31");
    assert_eq!(facts.authority_paper_of, day);
    assert_eq!(Some(facts.authority_checked_at), day);
    let until = Timestamp::of_date("2027-01-31");
    assert_eq!(Some(reuse::authority_valid_until(facts)), until);
}

/// The second person signs for evidence that counts then, not when it was recorded.
#[tokio::test]
async fn a_paper_that_grows_too_old_before_the_decision_verifies_nothing() {
    let world = World::new().await;
    world.complete_on_paper("2025-10-25").await;
    world.propose(&world.anna, Verdict::Approve).await.unwrap();
    world.clock.advance(days(5));
    let refused = world.decide(&world.ola, Verdict::Approve).await;
    assert_eq!(refused.unwrap_err().code, "contact-source-too-old");
}

#[tokio::test]
async fn a_rejection_tells_the_reason() {
    let world = World::new().await;
    world.claim(&world.anna).await.unwrap();
    world.propose(&world.anna, Verdict::Reject).await.unwrap();
    world.decide(&world.ola, Verdict::Reject).await.unwrap();
    let data = world.data().await;
    assert_eq!(data.state, SubjectDataState::Rejected);
    assert_eq!(
        data.message.as_ref().unwrap().as_str(),
        "the register says otherwise"
    );
    assert_eq!(codes(&world, Tab::Problems).await, ["data-rejected"]);
    assert_eq!(
        mails(&world).await,
        [(MailKind::DataRejected, "admin@example.com".to_owned())]
    );
}

#[tokio::test]
async fn a_rejection_needs_a_reason() {
    let world = World::new().await;
    world.claim(&world.anna).await.unwrap();
    let mut word = world
        .word(&world.anna, Step::Propose, Verdict::Reject)
        .await;
    word.reason = None;
    let scope = world.scope(&world.anna).await;
    let refused = world
        .work
        .propose(&scope, world.case, &word, &request(&world.anna, "k"))
        .await;
    assert_eq!(refused.unwrap_err().faults[0].pointer, "/reason");
}

#[tokio::test]
async fn evidence_after_the_proposal_drops_it() {
    let world = World::new().await;
    world.complete(0).await;
    world.propose(&world.anna, Verdict::Approve).await.unwrap();
    let word = world.word(&world.ola, Step::Decide, Verdict::Approve).await;
    let reopened = world.add_note(&world.anna, "struck off").await.unwrap();
    assert_eq!(
        (reopened.case.state, reopened.case.proposal),
        (CaseState::InReview, None)
    );
    let scope = world.scope(&world.ola).await;
    let (id, request_of) = (world.case, |key| request(&world.ola, key));
    let missing = world
        .work
        .decide(&scope, id, &word, &request_of("a"))
        .await
        .unwrap_err();
    assert_eq!(missing.code, "proposal-missing");
    world
        .propose(&world.anna, Verdict::Approve)
        .await
        .unwrap_err(); // the key was used
    let again = world
        .word(&world.anna, Step::Propose, Verdict::Approve)
        .await;
    let anna = world.scope(&world.anna).await;
    let other = request(&world.anna, "propose-again");
    world.work.propose(&anna, id, &again, &other).await.unwrap();
    let stale = world
        .work
        .decide(&scope, id, &word, &request_of("b"))
        .await
        .unwrap_err();
    assert_eq!(stale.code, "precondition-failed");
    assert!(stored(&world, &world.ola, "b").await.is_none());
    assert_eq!(
        world.data().await.state,
        SubjectDataState::UnderVerification
    );
}

#[tokio::test]
async fn one_person_is_not_two() {
    let world = World::new().await;
    let eva = Person::new("eva", Role::ValidationOfficer);
    world.enroll(&eva).await;
    world.claim(&eva).await.unwrap();
    world.add_note(&eva, "seen").await.unwrap();
    world
        .work
        .release(&world.scope(&eva).await, world.case)
        .await
        .unwrap();
    world.complete(0).await;
    world.propose(&world.anna, Verdict::Approve).await.unwrap();
    for person in [&world.anna, &eva] {
        let refused = world.decide(person, Verdict::Approve).await.unwrap_err();
        assert_eq!(refused.code, "same-officer");
    }
    world.decide(&world.ola, Verdict::Approve).await.unwrap();
}

#[tokio::test]
async fn a_signature_of_another_person_step_or_outcome_is_refused() {
    let world = World::new().await;
    world.complete(0).await;
    let scope = world.scope(&world.anna).await;
    let foreign = [
        world
            .word(&world.ola, Step::Propose, Verdict::Approve)
            .await,
        world
            .word(&world.anna, Step::Decide, Verdict::Approve)
            .await,
    ];
    for word in foreign {
        let request = request(&world.anna, "k");
        let refused = world
            .work
            .propose(&scope, world.case, &word, &request)
            .await;
        assert_eq!(refused.unwrap_err().code, "officer-signature-invalid");
    }
    assert_eq!(world.stored_case().await.state, CaseState::InReview);
    assert!(stored(&world, &world.anna, "k").await.is_none());
}

#[tokio::test]
async fn an_approval_without_evidence_names_what_is_missing() {
    let world = World::new().await;
    world.claim(&world.anna).await.unwrap();
    let refused = world
        .propose(&world.anna, Verdict::Approve)
        .await
        .unwrap_err();
    assert_eq!(refused.code, "evidence-missing");
    let named = |pointer: &str| refused.faults.iter().any(|fault| fault.pointer == pointer);
    assert!(named("/checks/representative_authority/evidence") && named("/facts"));
}

#[tokio::test]
async fn evidence_that_ended_cannot_be_decided_on() {
    let world = World::new().await;
    world.complete(800).await;
    world.propose(&world.anna, Verdict::Approve).await.unwrap();
    world.clock.advance(days(25));
    let refused = world
        .decide(&world.ola, Verdict::Approve)
        .await
        .unwrap_err();
    assert_eq!(refused.code, "evidence-expired");
    assert_eq!(
        world.data().await.state,
        SubjectDataState::UnderVerification
    );
}

#[tokio::test]
async fn a_question_waits_for_the_applicant() {
    let world = World::new().await;
    world.claim(&world.anna).await.unwrap();
    let scope = world.scope(&world.anna).await;
    let message = ground::text("Please send the statute.");
    let question = Question::of(message.clone());
    let asked = world
        .work
        .request_information(&scope, world.case, &question)
        .await
        .unwrap();
    assert_eq!(asked.case.state, CaseState::WaitingForApplicant);
    let data = world.data().await;
    assert_eq!(data.state, SubjectDataState::WaitingForApplicant);
    assert_eq!(data.message.as_ref().unwrap(), &message);
    assert_eq!(codes(&world, Tab::Problems).await, ["information-needed"]);
    assert_eq!(
        mails(&world).await,
        [(MailKind::InformationNeeded, "admin@example.com".to_owned())]
    );
    let refused = world.add_note(&world.anna, "x").await.unwrap_err();
    assert_eq!(refused.code, "case-waiting");
    let resumed = world.claim(&world.anna).await.unwrap();
    assert_eq!(resumed.case.state, CaseState::InReview);
    assert_eq!(
        world.data().await.state,
        SubjectDataState::UnderVerification
    );
}

#[tokio::test]
async fn of_two_claims_at_once_one_holds() {
    let world = Arc::new(World::new().await);
    let (first, second) = tokio::join!(world.claim(&world.anna), world.claim(&world.ola));
    let holder = |claimed: &CaseView| claimed.case.claim.as_ref().unwrap().by.clone();
    let refused = match (first, second) {
        (Ok(view), Err(refused)) | (Err(refused), Ok(view)) => {
            assert_eq!(
                world.stored_case().await.claim.as_ref().unwrap().by,
                holder(&view)
            );
            refused
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(refused.code, "case-claimed");
    world.clock.advance(Duration::from_secs(3600));
    let other = if world.stored_case().await.claim.as_ref().unwrap().by == world.anna.name {
        &world.ola
    } else {
        &world.anna
    };
    assert_eq!(holder(&world.claim(other).await.unwrap()), other.name);
}

#[tokio::test]
async fn a_stale_version_changes_nothing() {
    let world = World::new().await;
    world.claim(&world.anna).await.unwrap();
    let before = world.add_note(&world.anna, "a").await.unwrap();
    world.record(&world.anna, CheckKind::Existence, 0).await;
    let outcome = chancery::policy::case_rules::check::Outcome {
        state: chancery::domain::case::CheckState::Required,
        checked_at: None,
        evidence: Vec::new(),
        note: None,
    };
    let scope = world.scope(&world.anna).await;
    let (kind, version) = (CheckKind::Existence, Some(before.version));
    let refused = world
        .work
        .record_check(&scope, world.case, kind, &outcome, version)
        .await;
    assert_eq!(refused.unwrap_err().code, "precondition-failed");
}

#[tokio::test]
async fn the_queue_filters_by_state_and_holder() {
    let world = World::new().await;
    world.clock.advance(Duration::from_secs(1));
    let (second, _) = world.submit("0000000019").await;
    world.claim(&world.anna).await.unwrap();
    let scope = world.everything().await;
    let queue = async |states, claimed_by| {
        let filter = CaseFilter {
            states,
            claimed_by,
            ..CaseFilter::default()
        };
        let items = world
            .work
            .queue(&scope, (None, &world.anna.name), filter, &PAGE)
            .await
            .unwrap();
        items.iter().map(|item| item.case.id).collect::<Vec<_>>()
    };
    assert_eq!(queue(vec![], None).await, [second, world.case]);
    assert_eq!(queue(vec![CaseState::Queued], None).await, [second]);
    assert_eq!(
        queue(vec![], Some(world.anna.name.clone())).await,
        [world.case]
    );
    assert!(queue(vec![CaseState::Decided], None).await.is_empty());
}

#[tokio::test]
async fn the_queue_has_parts_for_who_asks() {
    let world = World::new().await;
    world.clock.advance(Duration::from_secs(1));
    let (second, _) = world.submit("0000000019").await;
    let scope = world.everything().await;
    let part = async |part: &str, by: &Person| {
        let filter = CaseFilter::default();
        let named = (Queue::from_name(part), &by.name);
        let items = world.work.queue(&scope, named, filter, &PAGE);
        let items = items.await.unwrap();
        items.iter().map(|item| item.case.id).collect::<Vec<_>>()
    };
    let (anna, ola) = (&world.anna, &world.ola);
    assert_eq!(part("new", anna).await, [second, world.case]);
    assert!(part("overdue", anna).await.is_empty());
    world.claim(anna).await.unwrap();
    assert_eq!(part("mine", anna).await, [world.case]);
    assert!(part("mine", ola).await.is_empty());
    assert_eq!(part("new", ola).await, [second]);
    // A claim that ended is nobody's.
    let lease = Duration::from_secs(3600);
    world.clock.advance(lease - Duration::from_millis(1));
    assert_eq!(part("mine", anna).await, [world.case]);
    world.clock.advance(Duration::from_millis(1));
    assert!(part("mine", anna).await.is_empty());
    assert_eq!(part("new", ola).await, [second, world.case]);
    world.clock.advance(days(5) - lease);
    assert_eq!(part("overdue", ola).await, [world.case]);
    world.clock.advance(Duration::from_secs(2));
    assert_eq!(part("overdue", ola).await, [second, world.case]);
    let question = Question {
        needed: Vec::new(),
        message: None,
    };
    world.claim(anna).await.unwrap();
    let by = world.scope(anna).await;
    let asked = world.work.request_information(&by, world.case, &question);
    asked.await.unwrap();
    assert_eq!(part("waiting", ola).await, [world.case]);
    // What the applicant has to answer is nobody else's delay.
    assert_eq!(part("overdue", ola).await, [second]);
    assert!(part("second_decision", ola).await.is_empty());
}
