//! Registers that are asked by themselves: silence and its end, two holders of one job, people
//! who were faster.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use chancery::{
    domain::{
        case::{Case, CheckKind, CheckState, Evidence, lookup::LookupState},
        id::{CaseId, SubjectDataId},
        job::JobKind,
        register::{
            EntityStatus, Exchange, LookupEvidence, LookupOutcome, LookupResult, OtherNumber,
            RegisterAddress, RegisterId, RegisterNumber, RegisterRecord, Silence,
        },
        terms::Terms,
        timestamp::Timestamp,
        unit::Unit,
    },
    policy::{access::OfficerScope, organization_identifier::Scheme},
    ports::{
        clock::Clock,
        register::{NumberKind, Reach, Register},
        store::registration::Cases,
    },
    services::{
        cases::{
            CaseWork, Parts,
            lookup::{LookupWish, automatic::AutomaticLookup},
        },
        jobs::{JobHandler, Runner},
        registers::Registers,
    },
};

use futures_util::future::BoxFuture;

use crate::{cabinet::cabinet, clock::FakeClock, ground::text, world::World};

mod index;
mod meanwhile;
mod numbers;

const SECOND: Duration = Duration::from_secs(1);
/// After it, what another holder had is free.
const LEASE_OVER: Duration = Duration::from_secs(301);

/// A register of court numbers that is silent for a number of calls and then has the applicant.
struct Played {
    id: RegisterId,
    clock: Arc<FakeClock>,
    silent: usize,
    calls: AtomicUsize,
    /// What it knows the applicant by, beside the number asked.
    named: Mutex<Vec<OtherNumber>>,
    /// It has no entry, and says so.
    is_empty: AtomicBool,
    /// Happens while the next answer is on its way.
    meanwhile: Mutex<Option<BoxFuture<'static, ()>>>,
}

impl Played {
    fn new(id: RegisterId, world: &World, silent: usize) -> Arc<Self> {
        Arc::new(Self {
            id,
            clock: world.clock.clone(),
            silent,
            calls: AtomicUsize::new(0),
            named: Mutex::default(),
            is_empty: AtomicBool::new(false),
            meanwhile: Mutex::new(None),
        })
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    fn names(&self, numbers: &[(&str, &str)]) {
        let numbers = numbers.iter().map(|(kind, number)| OtherNumber {
            kind: text(kind),
            number: text(number),
        });
        *self.named.lock().unwrap() = numbers.collect();
    }

    fn meanwhile(&self, other: impl Future<Output = ()> + Send + 'static) {
        *self.meanwhile.lock().unwrap() = Some(Box::pin(other));
    }
}

#[async_trait]
impl Register for Played {
    fn id(&self) -> RegisterId {
        self.id
    }

    fn schemes(&self) -> &'static [NumberKind] {
        match self.id {
            RegisterId::Gleif => &[NumberKind {
                kind: "LEI",
                scheme: Scheme::Lei,
                reach: Reach::World,
            }],
            _ => &[NumberKind {
                kind: "KRS",
                scheme: Scheme::Ntr,
                reach: Reach::Country("PL"),
            }],
        }
    }

    fn disclosure_url(&self) -> &str {
        "https://register.example/"
    }

    async fn lookup(&self, number: &RegisterNumber) -> LookupOutcome {
        let before = self.calls.fetch_add(1, Ordering::SeqCst);
        let other = self.meanwhile.lock().unwrap().take();
        if let Some(other) = other {
            other.await;
        }
        let now = self.clock.now();
        let silent = before < self.silent;
        let evidence = evidence(self.id, number, now, silent);
        if silent {
            let retry_at = now.plus(SECOND);
            return LookupOutcome::Unavailable { retry_at, evidence };
        }
        if self.is_empty.load(Ordering::SeqCst) {
            return LookupOutcome::NotFound(evidence);
        }
        let record = RegisterRecord {
            number: text(&number.number),
            numbers: self.named.lock().unwrap().clone(),
            ..record()
        };
        LookupOutcome::Found(Box::new(record), evidence)
    }
}

pub fn evidence(
    register: RegisterId,
    number: &RegisterNumber,
    now: Timestamp,
    silent: bool,
) -> LookupEvidence {
    LookupEvidence {
        register,
        reader: 1,
        number: number.clone(),
        exchanges: vec![Exchange {
            method: "GET",
            operation: None,
            url: "https://register.example/".to_owned(),
            asked_at: now,
            ended_at: now,
            status: (!silent).then_some(200),
            headers: Vec::new(),
            body: Vec::new(),
            body_sha256: Exchange::hash(&[]),
            peer_certificate: None,
            silence: silent.then_some(Silence::Timeout),
            detail: None,
        }],
        stamps: Vec::new(),
        remark: None,
    }
}

pub fn record() -> RegisterRecord {
    RegisterRecord {
        number: text("0098765432"),
        legal_name: Some(text("EXAMPLE SPÓŁKA Z OGRANICZONĄ ODPOWIEDZIALNOŚCIĄ")),
        other_names: Vec::new(),
        legal_form: None,
        status: EntityStatus::Active,
        status_raw: None,
        address: RegisterAddress {
            region: Some(text("MAZOWIECKIE")),
            locality: Some(text("WARSZAWA")),
            ..RegisterAddress::default()
        },
        numbers: Vec::new(),
        contacts: Vec::new(),
        as_of: None,
        cautions: Vec::new(),
    }
}

/// A world with a case whose registers are to be asked.
struct Scene {
    world: World,
    case: CaseId,
    data: SubjectDataId,
    /// The court register, which people ask unless they name another one.
    court: Arc<Played>,
    /// Another one of the same numbers, where the scene has one.
    other: Option<Arc<Played>>,
    work: CaseWork,
    runner: Runner,
}

impl Scene {
    /// One register, silent so often.
    async fn new(silent: usize) -> Self {
        let world = World::new().await;
        let court = Played::new(RegisterId::Krs, &world, silent);
        Self::of(world, court, None).await
    }

    /// Two of them, each silent so often.
    async fn of_two(court: usize, other: usize) -> Self {
        let world = World::new().await;
        let court = Played::new(RegisterId::Krs, &world, court);
        let other = Played::new(RegisterId::Regon, &world, other);
        Self::of(world, court, Some(other)).await
    }

    /// The court register, and the index of LEIs, which the data's number is none of.
    async fn with_index() -> Self {
        let world = World::new().await;
        let court = Played::new(RegisterId::Krs, &world, 0);
        let index = Played::new(RegisterId::Gleif, &world, 0);
        Self::of(world, court, Some(index)).await
    }

    async fn of(world: World, court: Arc<Played>, other: Option<Arc<Played>>) -> Self {
        Self::numbered(("KRS", "0098765432"), world, court, other).await
    }

    /// The data's number is this one.
    async fn numbered(
        (kind, number): (&str, &str),
        world: World,
        court: Arc<Played>,
        other: Option<Arc<Played>>,
    ) -> Self {
        let lookup = LookupState::AutoChecking;
        let (case, data) = world.submit_numbered(kind, number, lookup).await;
        let mut registers: Vec<Arc<dyn Register>> = vec![court.clone()];
        registers.extend(other.clone().map(|one| -> Arc<dyn Register> { one }));
        let work = work(&world, registers);
        let runner = runner(&world, &work);
        Self {
            world,
            case,
            data,
            court,
            other,
            work,
            runner,
        }
    }

    async fn stored(&self) -> (Case, Vec<Evidence>) {
        let case = self.world.store.case(self.case).await.unwrap().unwrap();
        let evidence = self.world.store.evidence_of(self.case).await.unwrap();
        (Case::clone(&case), evidence)
    }

    /// Which register said what to whom, in the order of the registers.
    async fn told(&self) -> Vec<(RegisterId, LookupResult, String)> {
        let (_, evidence) = self.stored().await;
        let told = evidence.iter().filter_map(|piece| {
            let by = piece.recorded_by.to_string();
            Some((piece.register?, piece.kind.lookup()?, by))
        });
        let mut told: Vec<_> = told.collect();
        told.sort();
        told
    }

    fn calls(&self) -> usize {
        self.court.calls()
    }

    /// Runs what is due after so much time.
    async fn after(&self, rest: Duration) -> usize {
        self.world.clock.advance(rest);
        self.runner.tick().await.unwrap()
    }

    /// Anna takes the case.
    async fn claim(&self) -> OfficerScope {
        let scope = self.world.scope(&self.world.anna).await;
        self.work.claim(&scope, self.case).await.unwrap();
        scope
    }

    /// What Anna does who asks the court register, by the number of the data or by another one.
    fn ask(&self, scope: OfficerScope, number: Option<&str>) -> impl Future<Output = ()> + 'static {
        let (work, case) = (self.work.clone(), self.case);
        let wish = LookupWish {
            register: Some(RegisterId::Krs),
            number: number.map(|number| ("KRS".to_owned(), number.to_owned())),
        };
        async move {
            work.lookup(&scope, case, &wish).await.unwrap();
        }
    }
}

fn work(world: &World, registers: Vec<Arc<dyn Register>>) -> CaseWork {
    let shared = Arc::new(world.store.clone());
    CaseWork::new(Parts {
        screening: Arc::default(),
        domains: Arc::default(),
        warnings: Arc::default(),
        terms: Terms::default(),
        registers: Registers::new(registers),
        store: shared.clone(),
        cases: shared.clone(),
        subject_data: shared.clone(),
        orders: shared.clone(),
        mailboxes: shared,
        files: Arc::new(cabinet(world.dir.path(), world.entropy.clone())),
        clock: world.clock.clone(),
        entropy: world.entropy.clone(),
    })
}

fn runner(world: &World, work: &CaseWork) -> Runner {
    let asking: Arc<dyn JobHandler> = Arc::new(AutomaticLookup(work.clone()));
    let handlers = BTreeMap::from([(JobKind::AskRegisters, asking)]);
    let (clock, entropy) = (world.clock.clone(), world.entropy.clone());
    Runner::new(Arc::new(world.store.clone()), clock, entropy, handlers, 4)
}

#[tokio::test]
async fn a_silent_register_is_asked_again_more_and_more_rarely_and_then_left_to_people() {
    let scene = Scene::new(usize::MAX).await;
    assert_eq!(scene.after(Duration::ZERO).await, 1);
    let (case, evidence) = scene.stored().await;
    assert_eq!(case.lookup, LookupState::RegisterUnavailable);
    assert_eq!(evidence.len(), 1);
    for (seconds, calls) in [(30, 2), (120, 3), (600, 4), (1800, 5), (3600, 6)] {
        assert_eq!(scene.after(Duration::from_secs(seconds) - SECOND).await, 0);
        assert_eq!(scene.after(SECOND).await, 1, "after {seconds} s");
        assert_eq!(scene.calls(), calls);
    }
    assert_eq!(scene.after(Duration::from_secs(86_400)).await, 0);
    let (case, evidence) = scene.stored().await;
    assert_eq!(case.lookup, LookupState::RegisterUnavailable);
    // One silence is told once.
    assert_eq!(evidence.len(), 1);
    let touched = |check: &&chancery::domain::case::Check| check.recorded_by.is_some();
    assert_eq!(case.checks.iter().find(touched), None);
}

#[tokio::test]
async fn a_register_that_comes_back_is_heard_and_then_asked_no_more() {
    let scene = Scene::new(2).await;
    scene.after(Duration::ZERO).await;
    scene.after(Duration::from_secs(30)).await;
    assert_eq!(scene.after(Duration::from_secs(120)).await, 1);
    let (case, evidence) = scene.stored().await;
    assert_eq!(case.lookup, LookupState::AutoMatched);
    assert_eq!(evidence.len(), 2);
    let name = case.check(CheckKind::LegalName).unwrap();
    assert_eq!(name.state, CheckState::Verified);
    assert_eq!(name.evidence, [evidence.get(1).unwrap().id]);
    assert_eq!(scene.after(Duration::from_secs(86_400)).await, 0);
    assert_eq!(scene.calls(), 3);
}

#[tokio::test]
async fn two_holders_of_one_job_record_one_answer() {
    let scene = Scene::new(0).await;
    let other = runner(&scene.world, &scene.work);
    let clock = scene.world.clock.clone();
    scene.court.meanwhile(async move {
        // The lease ends under this holder.
        clock.advance(LEASE_OVER);
        other.tick().await.unwrap();
    });
    scene.after(Duration::ZERO).await;
    assert_eq!(scene.calls(), 2);
    let (case, evidence) = scene.stored().await;
    assert_eq!(evidence.len(), 1);
    assert_eq!(case.evidence.len(), 1);
    assert_eq!(case.lookup, LookupState::AutoMatched);
}

#[tokio::test]
async fn a_case_that_ended_meanwhile_is_not_asked_for() {
    let scene = Scene::new(usize::MAX).await;
    scene.after(Duration::ZERO).await;
    let case = scene.world.store.case(scene.case).await.unwrap().unwrap();
    let now = scene.world.now();
    let closed = case.close(chancery::domain::case::CaseEnd::Withdrawn, now);
    let data = scene.world.any_data(scene.data).await;
    let withdrawn = data.withdraw(0, now).unwrap();
    let unit = Unit::of(scene.world.caller(), now, closed.unwrap()).change(withdrawn);
    scene.world.commit(unit).await;
    assert_eq!(scene.after(Duration::from_secs(30)).await, 1);
    assert_eq!(scene.calls(), 1);
    assert_eq!(scene.after(Duration::from_secs(86_400)).await, 0);
}
