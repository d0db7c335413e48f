//! Registers asked again about data that two people have decided on: an organisation that ended or
//! has another name stops its data, silence stops nothing, and what people let go stays let go.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use chancery::{
    domain::{
        aggregate::Changed,
        case::{Verdict, lookup::AUTOMATIC},
        job::JobKind,
        notification::Tab,
        owner::{Caller, IdentityName},
        register::{EntityStatus, LookupOutcome, RegisterId, RegisterNumber, RegisterRecord},
        subject_data::{
            SubjectData, SubjectDataState,
            doubt::{Aim, Finding},
            lookup::DataLookup,
        },
        terms::Terms,
        timestamp::days,
        unit::Unit,
    },
    policy::organization_identifier::Scheme,
    ports::{
        clock::Clock,
        register::{NumberKind, Reach, Register},
        store::{Store, registration::DataLookups},
    },
    services::{
        cases::lookup::LookupWish,
        jobs::{JobHandler, Runner},
        rechecks::{Parts, Rechecks},
        registers::Registers,
    },
};

use crate::{
    PAGE,
    clock::FakeClock,
    codes,
    ground::text,
    registers::{evidence, record},
    world::World,
};

/// What the register says next.
#[derive(Clone, Copy)]
enum Says {
    Active(&'static str),
    Struck(&'static str),
    Nothing,
    /// It has no such entry.
    Missing,
}

const OWN: &str = "EXAMPLE SPÓŁKA Z OGRANICZONĄ ODPOWIEDZIALNOŚCIĄ";
const OTHER: &str = "INNA SPÓŁKA Z OGRANICZONĄ ODPOWIEDZIALNOŚCIĄ";

/// A court register that says what the test wants.
struct Court {
    clock: Arc<FakeClock>,
    says: Mutex<Says>,
    asked: Mutex<usize>,
}

#[async_trait]
impl Register for Court {
    fn id(&self) -> RegisterId {
        RegisterId::Krs
    }

    fn schemes(&self) -> &'static [NumberKind] {
        &[NumberKind {
            kind: "KRS",
            scheme: Scheme::Ntr,
            reach: Reach::Country("PL"),
        }]
    }

    fn disclosure_url(&self) -> &str {
        "https://register.example/"
    }

    async fn lookup(&self, number: &RegisterNumber) -> LookupOutcome {
        *self.asked.lock().unwrap() += 1;
        let (now, says) = (self.clock.now(), *self.says.lock().unwrap());
        let is_silent = matches!(says, Says::Nothing);
        let seen = evidence(RegisterId::Krs, number, now, is_silent);
        let (name, status) = match says {
            Says::Active(name) => (name, EntityStatus::Active),
            Says::Struck(name) => (name, EntityStatus::Struck),
            Says::Missing => return LookupOutcome::NotFound(seen),
            Says::Nothing => {
                let retry_at = now.plus(Duration::from_secs(1));
                return LookupOutcome::Unavailable {
                    retry_at,
                    evidence: seen,
                };
            }
        };
        let found = RegisterRecord {
            number: text(&number.number),
            legal_name: Some(text(name)),
            status,
            ..record()
        };
        LookupOutcome::Found(Box::new(found), seen)
    }
}

/// Verified data, whose timer runs.
struct Scene {
    world: World,
    court: Arc<Court>,
    rechecks: Rechecks,
    runner: Runner,
}

impl Scene {
    async fn new(says: Says) -> Self {
        let world = World::new().await;
        world.complete(0).await;
        world.propose(&world.anna, Verdict::Approve).await.unwrap();
        world.decide(&world.ola, Verdict::Approve).await.unwrap();
        let court = Arc::new(Court {
            clock: world.clock.clone(),
            says: Mutex::new(says),
            asked: Mutex::new(0),
        });
        let shared = Arc::new(world.store.clone());
        let rechecks = Rechecks::new(Parts {
            store: shared.clone(),
            sets: shared.clone(),
            cases: shared.clone(),
            lookups: shared.clone(),
            certificates: shared.clone(),
            ended: shared.clone(),
            registers: Registers::new(vec![court.clone()]),
            terms: Terms::default(),
            clock: world.clock.clone(),
            entropy: world.entropy.clone(),
        });
        let handler: Arc<dyn JobHandler> = Arc::new(rechecks.clone());
        let handlers = BTreeMap::from([(JobKind::RecheckData, handler)]);
        let (clock, entropy) = (world.clock.clone(), world.entropy.clone());
        let runner = Runner::new(shared, clock, entropy, handlers, 2);
        Self {
            world,
            court,
            rechecks,
            runner,
        }
    }

    fn says(&self, says: Says) {
        *self.court.says.lock().unwrap() = says;
    }

    fn asked(&self) -> usize {
        *self.court.asked.lock().unwrap()
    }

    /// Runs what is due after so much time.
    async fn after(&self, rest: Duration) -> usize {
        self.world.clock.advance(rest);
        self.runner.tick().await.unwrap()
    }

    async fn state(&self) -> SubjectDataState {
        self.world.data().await.state
    }

    /// Outcome of each look, with what speaks against the data; the newest first.
    async fn told(&self) -> Vec<(&'static str, Vec<String>)> {
        let found = self.world.store.data_lookups(self.world.data, &PAGE).await;
        let found = found.unwrap().into_iter();
        let line = |one: DataLookup| (one.result.name(), one.against);
        found.map(line).collect()
    }

    async fn commit(&self, change: Changed<SubjectData>) {
        let now = self.world.now();
        let unit = Unit::of(Caller::system("test"), now, change);
        self.world.store.commit(unit).await.unwrap();
    }

    /// Two people let the data go.
    async fn let_go(&self) {
        let (now, aim) = (self.world.now(), Aim::Resume);
        let proposed = self.world.data().await.propose(aim, &finding("anna"), now);
        self.commit(proposed.unwrap()).await;
        let settled = self.world.data().await.settle(aim, &finding("ola"), now);
        self.commit(settled.unwrap()).await;
    }
}

fn finding(by: &str) -> Finding {
    Finding {
        by: IdentityName::parse(by).unwrap(),
        reason: text("looked at"),
        source: text("register"),
        evidence: None,
    }
}

fn against(codes: &[&str]) -> (&'static str, Vec<String>) {
    let codes = codes.iter().map(|code| (*code).to_owned());
    ("found", codes.collect())
}

#[tokio::test]
async fn an_organisation_that_was_struck_off_stops_its_data() {
    let scene = Scene::new(Says::Active(OWN)).await;
    assert_eq!(scene.after(days(27) - Duration::from_secs(1)).await, 0);
    let rest = days(3) + Duration::from_secs(1);
    assert_eq!(scene.after(rest).await, 1, "a round in 27 to 30 days");
    assert_eq!(scene.told().await, [against(&[])]);
    assert_eq!(scene.state().await, SubjectDataState::Verified);
    scene.says(Says::Struck(OWN));
    assert_eq!(scene.after(days(30)).await, 1);
    let data = scene.world.data().await;
    assert_eq!(data.state, SubjectDataState::Suspended);
    let doubt = data.doubt.as_ref().unwrap();
    assert_eq!(doubt.as_str(), "krs: status-struck");
    assert_eq!(scene.told().await[0], against(&["status-struck"]));
    assert_eq!(codes(&scene.world, Tab::Problems).await, ["data-suspended"]);
    // Stopped data wait for people; nobody is asked meanwhile.
    assert_eq!(scene.after(days(1)).await, 1);
    assert_eq!(scene.asked(), 2);
}

#[tokio::test]
async fn what_two_people_let_go_stops_the_data_no_more() {
    let scene = Scene::new(Says::Active(OTHER)).await;
    scene.after(days(30)).await;
    assert_eq!(scene.state().await, SubjectDataState::Suspended);
    assert_eq!(scene.told().await, [against(&["name-different"])]);
    scene.let_go().await;
    scene.after(days(16)).await;
    assert_eq!(scene.state().await, SubjectDataState::Verified);
    assert_eq!(scene.told().await[0], against(&[]));
    // Something else is news.
    scene.says(Says::Struck(OTHER));
    scene.after(days(30)).await;
    assert_eq!(scene.state().await, SubjectDataState::Suspended);
    assert_eq!(scene.told().await[0], against(&["status-struck"]));
}

#[tokio::test]
async fn a_silent_register_changes_nothing_and_is_asked_again() {
    let scene = Scene::new(Says::Nothing).await;
    assert_eq!(scene.after(days(30)).await, 1);
    for round in 2..5 {
        assert_eq!(scene.after(Duration::from_secs(6 * 3600 - 1)).await, 0);
        assert_eq!(scene.after(Duration::from_secs(18 * 3600 + 1)).await, 1);
        assert_eq!(scene.asked(), round);
    }
    assert_eq!(scene.told().await, []);
    assert_eq!(scene.state().await, SubjectDataState::Verified);
    scene.says(Says::Active(OWN));
    scene.after(days(1)).await;
    assert_eq!(scene.told().await, [against(&[])]);
    assert_eq!(scene.after(days(26)).await, 0);
}

#[tokio::test]
async fn an_entry_that_no_register_has_stops_the_data() {
    let scene = Scene::new(Says::Missing).await;
    scene.after(days(30)).await;
    assert_eq!(scene.state().await, SubjectDataState::Suspended);
    let missing = ("not_found", vec!["entry-missing".to_owned()]);
    assert_eq!(scene.told().await, [missing]);
}

#[tokio::test]
async fn a_person_who_was_faster_keeps_the_word() {
    let scene = Scene::new(Says::Struck(OWN)).await;
    let now = scene.world.now();
    let stopped = scene.world.data().await.suspend(&finding("anna"), now);
    scene.commit(stopped.unwrap()).await;
    assert_eq!(scene.after(days(30)).await, 1);
    let doubt = scene.world.data().await.doubt.clone().unwrap();
    assert_eq!((doubt.as_str(), scene.asked()), ("looked at", 0));
    // Let go, they are asked about on the next day.
    scene.let_go().await;
    assert_eq!(scene.after(days(1)).await, 1);
    assert_eq!(scene.state().await, SubjectDataState::Suspended);
}

#[tokio::test]
async fn data_that_ended_are_asked_about_no_more() {
    let scene = Scene::new(Says::Struck(OWN)).await;
    scene.world.clock.advance(days(825));
    assert_eq!(scene.runner.tick().await.unwrap(), 1);
    assert_eq!(scene.after(days(60)).await, 0);
    assert_eq!((scene.asked(), scene.told().await), (0, vec![]));
}

#[tokio::test]
async fn a_person_asks_and_stops_nothing_by_it() {
    let scene = Scene::new(Says::Struck(OWN)).await;
    let anna = scene.world.scope(&scene.world.anna).await;
    let (wish, id) = (LookupWish::default(), scene.world.data);
    let kept = scene.rechecks.look_up(&anna, id, &wish).await.unwrap();
    assert_eq!(kept.against, ["status-struck"]);
    assert!(!kept.stopped() && kept.recorded_by.as_str() != AUTOMATIC);
    assert_eq!(scene.state().await, SubjectDataState::Verified);
    // Nobody has let that go: the timer stops the data on the same word.
    scene.after(days(30)).await;
    assert_eq!(scene.state().await, SubjectDataState::Suspended);
    scene.says(Says::Nothing);
    let silent = scene.rechecks.look_up(&anna, id, &wish).await.unwrap();
    assert_eq!(silent.result.name(), "unavailable");
    for _ in 0..19 {
        scene.rechecks.look_up(&anna, id, &wish).await.unwrap();
    }
    let refused = scene.rechecks.look_up(&anna, id, &wish).await.unwrap_err();
    assert_eq!(refused.code, "lookup-limit");
}
