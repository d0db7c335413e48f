//! Certificates that stand while what they rest on does not: registers are asked on, and the time to
//! revoke is counted.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use chancery::{
    domain::{
        aggregate::Changed,
        job::JobKind,
        owner::IdentityName,
        register::{Exchange, LookupEvidence, LookupOutcome, RegisterId, RegisterNumber},
        subject_data::{
            SubjectData, SubjectDataState,
            doubt::{Aim, Finding},
        },
        terms::Terms,
        text::Text,
        timestamp::days,
        unit::Unit,
    },
    policy::organization_identifier::Scheme,
    ports::{
        clock::Clock,
        register::{NumberKind, Reach, Register},
        store::Page,
    },
    services::{
        jobs::{JobHandler, Runner},
        rechecks::{self, Rechecks},
        registers::Registers,
        unrevoked::{self, UnrevokedWatch},
    },
};

use crate::{clock::FakeClock, stage::Stage};

/// A court register that has no such entry.
struct Court {
    clock: Arc<FakeClock>,
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
        let now = self.clock.now();
        LookupOutcome::NotFound(LookupEvidence {
            register: RegisterId::Krs,
            reader: 1,
            number: number.clone(),
            exchanges: vec![Exchange {
                method: "GET",
                operation: None,
                url: "https://register.example/".to_owned(),
                asked_at: now,
                ended_at: now,
                status: Some(404),
                headers: Vec::new(),
                body: Vec::new(),
                body_sha256: Exchange::hash(&[]),
                peer_certificate: None,
                silence: None,
                detail: None,
            }],
            stamps: Vec::new(),
            remark: None,
        })
    }
}

fn finding(by: &str) -> Finding {
    Finding {
        by: IdentityName::parse(by).unwrap(),
        reason: Text::parse("struck off").unwrap(),
        source: Text::parse("KRS").unwrap(),
        evidence: None,
    }
}

async fn put(stage: &Stage, change: Changed<SubjectData>) {
    let world = &stage.world;
    let unit = Unit::of(world.caller(), world.now(), change);
    world.commit(unit).await;
}

async fn withdrawn(stage: &Stage) {
    let now = stage.world.now();
    let gone = stage.world.data().await.withdraw(0, now).unwrap();
    put(stage, gone).await;
}

fn rechecks(stage: &Stage) -> (Arc<Court>, Rechecks, Runner) {
    let world = &stage.world;
    let court = Arc::new(Court {
        clock: world.clock.clone(),
        asked: Mutex::default(),
    });
    let shared = Arc::new(world.store.clone());
    let rechecks = Rechecks::new(rechecks::Parts {
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
    (court, rechecks, runner)
}

#[tokio::test(flavor = "multi_thread")]
async fn registers_are_asked_about_withdrawn_data_while_certificates_rest_on_it() {
    let stage = Stage::new().await;
    stage.ask().await.unwrap();
    let (court, rechecks, runner) = rechecks(&stage);
    withdrawn(&stage).await;
    stage.world.clock.advance(days(30));
    assert_eq!(runner.tick().await.unwrap(), 1);
    let data = stage.world.data().await;
    assert_eq!(data.state, SubjectDataState::Withdrawn);
    assert_eq!(data.doubted_at, Some(stage.world.now()));
    let scope = stage.world.everything().await;
    let page = Page {
        limit: 9,
        after: None,
    };
    let listed = rechecks.doubted(&scope, &page).await.unwrap();
    assert_eq!((listed.len(), listed[0].certificates), (1, 1));
    let by = listed[0].revoke_by();
    assert_eq!(by, Some(stage.world.now().plus(days(5))));
    // They wait for people, until nothing valid rests on them.
    stage.world.clock.advance(days(1));
    assert_eq!(runner.tick().await.unwrap(), 1);
    assert_eq!(*court.asked.lock().unwrap(), 1);
    stage.world.clock.advance(days(366));
    assert_eq!(runner.tick().await.unwrap(), 1);
    stage.world.clock.advance(days(60));
    assert_eq!(runner.tick().await.unwrap(), 0);
    assert!(rechecks.doubted(&scope, &page).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn registers_are_not_asked_about_withdrawn_data_on_which_nothing_rests() {
    let stage = Stage::new().await;
    let (court, _, runner) = rechecks(&stage);
    withdrawn(&stage).await;
    stage.world.clock.advance(days(30));
    assert_eq!(runner.tick().await.unwrap(), 1);
    stage.world.clock.advance(days(60));
    assert_eq!(runner.tick().await.unwrap(), 0);
    assert_eq!(*court.asked.lock().unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_to_revoke_what_rests_on_doubted_data_is_counted() {
    let stage = Stage::new().await;
    stage.ask().await.unwrap();
    let world = &stage.world;
    let watch = UnrevokedWatch::new(unrevoked::Parts {
        ended: Arc::new(world.store.clone()),
        clock: world.clock.clone(),
    });
    let counted = async || {
        let [(kind, data), (_, mailboxes)] = watch.counts().await.unwrap();
        assert_eq!((kind, mailboxes.map(|(_, count)| count)), ("data", [0; 3]));
        data.map(|(_, count)| count)
    };
    let second = Duration::from_secs(1);
    let stopped = world.data().await.suspend(&finding("anna"), world.now());
    put(&stage, stopped.unwrap()).await;
    withdrawn(&stage).await;
    world.clock.advance(days(5) / 2 - second);
    assert_eq!(counted().await, [0, 0, 0]);
    world.clock.advance(second);
    assert_eq!(counted().await, [1, 0, 0], "half of five days");
    // The decision of two people gives no more time.
    let proposed = world.data().await;
    let proposed = proposed.propose(Aim::Invalidate, &finding("anna"), world.now());
    put(&stage, proposed.unwrap()).await;
    let ended = world.data().await;
    let ended = ended.settle(Aim::Invalidate, &finding("ola"), world.now());
    put(&stage, ended.unwrap()).await;
    world.clock.advance(days(3) / 2 - second);
    assert_eq!(counted().await, [1, 0, 0]);
    world.clock.advance(second);
    assert_eq!(counted().await, [1, 1, 0], "four fifths");
    world.clock.advance(days(1));
    assert_eq!(counted().await, [1, 1, 1], "late");
    world.clock.advance(days(365));
    assert_eq!(counted().await, [0, 0, 0], "the certificate has expired");
}
