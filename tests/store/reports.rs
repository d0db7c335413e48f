//! Reports of problems: what is written is what is read, found by what was said and by what waits.

use std::time::Duration;

use chancery::domain::{
    aggregate::Loaded,
    id::ReportId,
    problem_report::{NewReport, Problem, ProblemReport, ReportOutcome, ReportState, Word},
    subject_key::BlockEvidence,
    text::{Language, Text},
    timestamp::days,
};

use crate::world::{WholeStore, World, page};

fn new<S: WholeStore>(world: &World<S>, problem: Problem, digest: u8) -> NewReport {
    NewReport {
        id: ReportId::new(world.now(), world.entropy.bytes()),
        problem,
        evidence: None,
        key: Some([3; 32]),
        certificate: None,
        named: Some(Text::parse("0a0b").unwrap()),
        description: Some(Text::parse("found żółw on a disk").unwrap()),
        contact: Some(Text::parse("finder@example.net").unwrap()),
        language: Language::Polish,
        digest: [digest; 32],
        now: world.now(),
    }
}

fn word<S: WholeStore>(world: &World<S>) -> Word {
    Word {
        text: Text::parse("we look at it").unwrap(),
        by: "specialist".to_owned(),
        at: world.now(),
    }
}

async fn stored<S: WholeStore>(world: &World<S>, id: ReportId) -> Loaded<ProblemReport> {
    world.store.problem_report(id).await.unwrap().unwrap()
}

pub async fn a_report_is_kept_through_its_states<S: WholeStore>(world: World<S>) {
    let made = ProblemReport::receive(new(&world, Problem::Misuse, 1));
    let made = made.clone().stored(&world.put(made).await);
    let found = stored(&world, made.id).await;
    assert_eq!((&*found, found.version()), (&*made, made.version()));
    assert_eq!(found.due(), Some(world.now().plus(days(1))));
    let of = world.store.report_of(&[1; 32]).await.unwrap();
    assert_eq!(of.unwrap().id, made.id);
    assert!(world.store.report_of(&[2; 32]).await.unwrap().is_none());
    world.clock.advance(Duration::from_secs(60));
    let answered = found.answer(word(&world)).unwrap();
    world.put(answered).await;
    let answered = stored(&world, made.id).await;
    assert_eq!(answered.state, ReportState::Answered);
    assert_eq!(answered.preliminary, Some(word(&world)));
    assert_eq!(answered.due(), Some(made.received_at.plus(days(5))));
    assert!(answered.clone().answer(word(&world)).is_err());
    let outcome = ReportOutcome::Decline;
    world
        .put(answered.decide(outcome, word(&world)).unwrap())
        .await;
    let decided = stored(&world, made.id).await;
    assert_eq!(decided.decision, Some((outcome, word(&world))));
    assert_eq!(decided.due(), None);
    assert!(decided.decide(outcome, word(&world)).is_err());
}

pub async fn what_waits_is_found_by_its_time<S: WholeStore>(world: World<S>) {
    let slow = ProblemReport::receive(new(&world, Problem::Other, 1));
    let fast = ProblemReport::receive(new(&world, Problem::NotAuthorized, 2));
    let proven = ProblemReport::receive(NewReport {
        evidence: Some(BlockEvidence::PrivateKey),
        ..new(&world, Problem::KeyCompromise, 3)
    });
    let proven = proven.proven(word(&world));
    let ids = [fast.id, slow.id];
    let all = [slow.id, fast.id, proven.id];
    world.put(slow).await;
    world.put(fast).await;
    world.put(proven).await;
    let open = world.store.open_reports(9).await.unwrap();
    assert_eq!(open.iter().map(|one| one.id).collect::<Vec<_>>(), ids);
    assert_eq!(world.store.open_reports(1).await.unwrap().len(), 1);
    let listed = world.store.problem_reports(&page(9)).await.unwrap();
    assert!(all.iter().all(|id| listed.iter().any(|one| one.id == *id)));
    let since = world.now();
    let unknown = async |since, count| {
        let unknown = world.store.has_unknown_reports(since, count);
        unknown.await.unwrap()
    };
    assert!(unknown(since, 3).await && !unknown(since, 4).await);
    assert!(!unknown(since.plus(days(1)), 1).await);
    assert_eq!(world.store.certificate_with(&[9; 32]).await.unwrap(), None);
}
