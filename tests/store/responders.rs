//! Delegated certificates of responders, and the serials they share with leaves.

use chancery::domain::{
    aggregate::Changed,
    id::BootId,
    intent::{IntentState, IssuerName},
    lint_record::LintRecord,
    responder::Responder,
    signing::KeyName,
    timestamp::days,
    unit::{CommitError, UniqueKey, Unit},
};

use crate::{
    made,
    world::{WholeStore, World, caller, owner},
};

/// Recorded, with this serial.
pub fn recorded<S: WholeStore>(world: &World<S>, serial: &[u8]) -> Changed<Responder> {
    Responder::record(Responder {
        issuer: made::issuer(),
        serial: serial.to_vec(),
        key: KeyName::parse("ocsp-g1").unwrap(),
        tbs: vec![1],
        tbs_sha256: [2; 32],
        der: Vec::new(),
        not_before: world.now(),
        not_after: world.now().plus(days(30)),
        lint: LintRecord::restore("1".to_owned(), "w_gmail_key"),
        boot: world.boot,
        state: IntentState::Recorded,
        recorded_at: world.now(),
        settled_at: None,
    })
}

pub async fn responders<S: WholeStore>(world: World<S>) {
    let store = &world.store;
    let issuer = made::issuer();
    let first = recorded(&world, &[1]);
    let committed = world.put(first.clone()).await;
    assert!(committed.holds_tbs(&[2; 32]));
    let current = async |at| store.current(&issuer, at).await.unwrap();
    assert!(current(world.now()).await.is_none(), "nothing is issued");
    let issued = first.stored(&committed);
    let issued = issued.issued(vec![3], &[4; 32], world.now()).unwrap();
    world.put(issued.clone()).await;
    assert_eq!(*current(world.now()).await.unwrap(), *issued);
    let end = issued.not_after;
    assert!(current(end).await.is_some(), "its last second counts");
    assert!(current(end.plus(days(1))).await.is_none());
    assert!(current(world.now().minus(days(1))).await.is_none());
    let other = IssuerName::parse("other").unwrap();
    assert!(store.current(&other, world.now()).await.unwrap().is_none());

    world.clock.advance(std::time::Duration::from_secs(60));
    let second = recorded(&world, &[2]);
    let committed = world.put(second.clone()).await;
    let second = second.stored(&committed);
    let second = second.issued(vec![5], &[6; 32], world.now()).unwrap();
    world.put(second.clone()).await;
    assert_eq!(*current(world.now()).await.unwrap(), *second);
    let valid = store.valid_responders(world.now()).await.unwrap();
    let serials: Vec<Vec<u8>> = valid.iter().map(|one| one.serial.clone()).collect();
    assert_eq!(serials, [vec![2], vec![1]], "the newest first");

    let third = recorded(&world, &[3]);
    let committed = world.put(third.clone()).await;
    let (abandoned, revoked) = third
        .stored(&committed)
        .abandoned("crash", world.now())
        .unwrap();
    let unit = Unit::of(caller(), world.now(), abandoned).change(revoked.clone());
    world.commit(unit).await.unwrap();
    let listed = store.revoked_serials(&issuer, 0, world.now()).await;
    assert_eq!(listed.unwrap(), [revoked]);
    assert_eq!(*current(world.now()).await.unwrap(), *second);
}

pub async fn recorded_responders_without_an_end_are_found<S: WholeStore>(world: World<S>) {
    let dead = BootId::new(world.now(), world.entropy.bytes());
    let own = recorded(&world, &[1]);
    let lost = Responder::record(Responder {
        boot: dead,
        ..(*recorded(&world, &[2])).clone()
    });
    for one in [own, lost] {
        world.put(one).await;
    }
    let unsettled = async |limit| {
        let found = world
            .store
            .unsettled_responders(world.boot, world.now(), limit);
        found.await.unwrap()
    };
    assert_eq!(unsettled(1).await.len(), 1, "no more than was asked for");
    assert_eq!(unsettled(9).await.len(), 2);
    for one in unsettled(9).await {
        let (abandoned, revoked) = one.abandoned("boot-died", world.now()).unwrap();
        let unit = Unit::of(caller(), world.now(), abandoned).change(revoked);
        world.commit(unit).await.unwrap();
    }
    assert!(unsettled(9).await.is_empty());
}

/// No serial is a leaf's and a responder's, whoever comes first, and in one batch.
pub async fn leaves_and_responders_share_their_serials<S: WholeStore>(world: World<S>) {
    let (order, _, _) = made::ready(&world, &owner("ra1", "c1")).await;
    let leaf = |serial: &[u8]| {
        let activation = made::activation(&world, &order);
        let intent = made::intent(&world, activation.id, serial);
        (activation, intent)
    };
    let (activation, intent) = leaf(&[1]);
    let unit = Unit::of(caller(), world.now(), activation).change(intent);
    world.commit(unit).await.unwrap();
    let taken = CommitError::Exists(UniqueKey::Serial);
    let unit = |change| Unit::of(caller(), world.now(), change);
    let late = world.commit(unit(recorded(&world, &[1]))).await;
    assert_eq!(late.unwrap_err(), taken);
    world.commit(unit(recorded(&world, &[2]))).await.unwrap();
    let again = world.commit(unit(recorded(&world, &[2]))).await;
    assert_eq!(again.unwrap_err(), taken);
    let alone = made::intent(&world, made::activation(&world, &order).id, &[2]);
    let late = world.commit(Unit::of(caller(), world.now(), alone)).await;
    assert_eq!(late.unwrap_err(), taken);

    let (_, intent) = leaf(&[3]);
    let one = world.commit(Unit::of(caller(), world.now(), intent).among(2));
    let other = world.commit(unit(recorded(&world, &[3])).among(2));
    let (one, other) = tokio::join!(one, other);
    assert!(one.is_err() || other.is_err(), "both have serial 03");
}
