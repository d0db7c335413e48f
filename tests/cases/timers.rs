//! The applicant who does not answer, and evidence that ends.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chancery::{
    domain::{
        aggregate::Changed,
        case::{CaseState, Verdict},
        job::JobKind,
        mail::MailKind,
        notification::Tab,
        owner::{Caller, IdentityName},
        subject_data::{
            SubjectData, SubjectDataState,
            doubt::{Aim, Finding},
            need::{Need, Question},
        },
        timestamp::days,
        unit::Unit,
    },
    ports::{clock::Clock, store::Store},
    services::{
        catalogue::Catalogue,
        jobs::{JobHandler, Runner},
        subject_data::{DataSets, Parts},
    },
};

use crate::{codes, ground::text, mails, world::World};

const SECOND: Duration = Duration::from_secs(1);

impl World {
    fn timers(&self) -> Runner {
        let shared = Arc::new(self.store.clone());
        let sets = DataSets::new(Parts {
            screening: Arc::default(),
            warnings: Arc::default(),
            store: shared.clone(),
            sets: shared.clone(),
            orders: shared.clone(),
            cases: shared.clone(),
            registers: chancery::services::registers::Registers::default(),
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
            catalogue: Arc::new(Catalogue::new(Vec::new())),
        });
        let (chase, expiry): (Arc<dyn JobHandler>, Arc<dyn JobHandler>) =
            (Arc::new(self.work.clone()), Arc::new(sets));
        let handlers = BTreeMap::from([
            (JobKind::ChaseApplicant, chase),
            (JobKind::DataExpiry, expiry),
        ]);
        let (clock, entropy) = (self.clock.clone(), self.entropy.clone());
        Runner::new(shared, clock, entropy, handlers, 4)
    }

    async fn ask(&self) {
        self.claim(&self.anna).await.unwrap();
        let question = Question {
            needed: vec![Need::RegisterExtract],
            message: None,
        };
        let scope = self.scope(&self.anna).await;
        let asked = self.work.request_information(&scope, self.case, &question);
        asked.await.unwrap();
    }

    /// Mails that ask, the first one included.
    async fn asked(&self) -> usize {
        let mails = mails(self).await;
        let asking = mails
            .iter()
            .filter(|(kind, _)| *kind == MailKind::InformationNeeded);
        asking.count()
    }
}

#[tokio::test]
async fn a_silent_applicant_is_reminded_three_times_and_then_refused() {
    let world = World::new().await;
    let timers = world.timers();
    world.ask().await;
    let mut sent = 1;
    let mut passed = Duration::ZERO;
    for day in [3, 7, 13] {
        let until = days(day);
        world.clock.advance(until - passed - SECOND);
        assert_eq!(timers.tick().await.unwrap(), 0, "before day {day}");
        world.clock.advance(SECOND);
        passed = until;
        assert_eq!(timers.tick().await.unwrap(), 1, "on day {day}");
        sent += 1;
        assert_eq!(world.asked().await, sent);
    }
    world.clock.advance(days(17) - SECOND);
    assert_eq!(timers.tick().await.unwrap(), 0);
    world.clock.advance(SECOND);
    assert_eq!(timers.tick().await.unwrap(), 1);
    assert_eq!(world.data().await.state, SubjectDataState::Rejected);
    assert_eq!(world.stored_case().await.state, CaseState::Closed);
    assert_eq!(world.asked().await, sent);
    let refused = (MailKind::DataRejected, "admin@example.com".to_owned());
    assert!(mails(&world).await.contains(&refused));
    assert_eq!(codes(&world, Tab::Problems).await.len(), sent + 1);
    world.clock.advance(days(60));
    assert_eq!(timers.tick().await.unwrap(), 0);
}

#[tokio::test]
async fn who_answers_is_left_alone_and_a_new_question_begins_anew() {
    let world = World::new().await;
    let timers = world.timers();
    world.ask().await;
    world.clock.advance(days(2));
    world.claim(&world.anna).await.unwrap();
    world.clock.advance(days(1));
    assert_eq!(timers.tick().await.unwrap(), 1, "looked at, nothing done");
    assert_eq!(world.asked().await, 1);
    world.ask().await;
    world.clock.advance(days(29));
    timers.tick().await.unwrap();
    assert_eq!(
        world.data().await.state,
        SubjectDataState::WaitingForApplicant,
        "32 days after the first question, 29 after this one"
    );
    assert_eq!(world.asked().await, 3, "one reminder for a late timer");
    world.clock.advance(days(1));
    timers.tick().await.unwrap();
    assert_eq!(world.data().await.state, SubjectDataState::Rejected);
}

#[tokio::test]
async fn the_timer_of_an_earlier_question_ends() {
    let world = World::new().await;
    let timers = world.timers();
    world.ask().await;
    world.clock.advance(days(1));
    world.claim(&world.anna).await.unwrap();
    world.clock.advance(days(1));
    world.ask().await;
    world.clock.advance(days(1));
    assert_eq!(timers.tick().await.unwrap(), 1, "looked at, nothing done");
    assert_eq!(world.asked().await, 2);
    world.clock.advance(days(2));
    assert_eq!(timers.tick().await.unwrap(), 1, "one timer for a question");
    assert_eq!(world.asked().await, 3, "one reminder");
}

#[tokio::test]
async fn a_case_given_back_while_it_waits_leaves_the_days_as_they_are() {
    let world = World::new().await;
    let timers = world.timers();
    world.ask().await;
    world.clock.advance(days(2));
    let scope = world.scope(&world.anna).await;
    world.work.release(&scope, world.case).await.unwrap();
    world.clock.advance(days(1));
    assert_eq!(timers.tick().await.unwrap(), 1);
    assert_eq!(world.asked().await, 2, "on day 3");
    world.clock.advance(days(27));
    assert_eq!(timers.tick().await.unwrap(), 1);
    assert_eq!(world.data().await.state, SubjectDataState::Rejected);
}

#[tokio::test]
async fn the_owner_is_told_before_verified_data_ends() {
    let world = World::new().await;
    let timers = world.timers();
    world.complete(100).await;
    world.propose(&world.anna, Verdict::Approve).await.unwrap();
    world.decide(&world.ola, Verdict::Approve).await.unwrap();
    // The authority was checked 100 days ago: it ends first.
    world.clock.advance(days(695) - SECOND);
    assert_eq!(timers.tick().await.unwrap(), 0);
    world.clock.advance(SECOND);
    for (told, pause) in [(1, 23), (2, 7)] {
        assert_eq!(timers.tick().await.unwrap(), 1);
        assert_eq!(
            codes(&world, Tab::Expiration).await,
            vec!["data-expiring"; told]
        );
        world.clock.advance(days(pause));
    }
    assert_eq!(timers.tick().await.unwrap(), 0);
    assert_eq!(codes(&world, Tab::Expiration).await.len(), 2);
}

/// In the time of a doubt nobody is told; once the data is relied on again, its owner is.
#[tokio::test]
async fn data_in_doubt_is_told_of_when_it_is_relied_on_again() {
    let world = World::new().await;
    let timers = world.timers();
    world.complete(100).await;
    world.propose(&world.anna, Verdict::Approve).await.unwrap();
    world.decide(&world.ola, Verdict::Approve).await.unwrap();
    world.clock.advance(days(694));
    let now = world.clock.now();
    let finding = |by: &str| Finding {
        by: IdentityName::parse(by).unwrap(),
        reason: text("moved"),
        source: text("register"),
        evidence: None,
    };
    let commit = async |change: Changed<SubjectData>| {
        let unit = Unit::of(Caller::system("test"), world.clock.now(), change);
        world.store.commit(unit).await.unwrap();
    };
    commit(world.data().await.suspend(&finding("anna"), now).unwrap()).await;
    world.clock.advance(days(1));
    assert_eq!(timers.tick().await.unwrap(), 1, "put off");
    let (now, aim) = (world.clock.now(), Aim::Resume);
    let proposed = world.data().await.propose(aim, &finding("anna"), now);
    commit(proposed.unwrap()).await;
    let settled = world.data().await.settle(aim, &finding("ola"), now);
    commit(settled.unwrap()).await;
    assert!(codes(&world, Tab::Expiration).await.is_empty());
    world.clock.advance(days(1));
    assert_eq!(timers.tick().await.unwrap(), 1);
    assert_eq!(codes(&world, Tab::Expiration).await, ["data-expiring"]);
}
