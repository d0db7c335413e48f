//! What must not be written is not written.

use std::time::Duration;

use chancery::domain::{
    audit::event::{Event, EventKind},
    mailbox::address_use::AddressUse,
    order::{OrderNumber, transition::OrderEdit},
    owner::{IdentityName, Role},
    subject_key::{BlockEvidence, BlockedKey, Holder, KeyHolder},
    unit::{Aggregate, CommitError, UniqueKey, Unit},
};
use chancery::policy::mailbox_address;
use futures_util::future::join_all;

use crate::{
    made::{activation, certificate, intent, ready},
    world::{WholeStore, World, caller, event, owner},
};

pub async fn a_row_that_moved_refuses_the_unit<S: WholeStore>(world: World<S>) {
    let order = world.order(&owner("ra1", "c1")).await;
    let edit = || {
        order
            .clone()
            .edit(OrderEdit::default(), world.now())
            .unwrap()
    };
    world.put(edit()).await;
    let before = world.store.head().await.unwrap();
    let stale = Unit::of(caller(), world.now(), edit());
    assert_eq!(
        world.commit(stale).await.unwrap_err(),
        CommitError::Conflict
    );
    let resting = world
        .note()
        .rests_on(Aggregate::Order, order.id, order.version());
    assert_eq!(
        world.commit(resting).await.unwrap_err(),
        CommitError::Conflict
    );
    let missing = world
        .note()
        .rests_on(Aggregate::Order, "ord_none", order.version());
    assert_eq!(
        world.commit(missing).await.unwrap_err(),
        CommitError::Conflict
    );
    assert_eq!(world.store.head().await.unwrap(), before);
    assert!(!world.store.writes_fail(), "a conflict is no fault");
}

pub async fn of_many_at_once_one_wins<S: WholeStore>(world: World<S>) {
    let order = world.order(&owner("ra1", "c1")).await;
    let edits = (0..20).map(|_| {
        let edit = order
            .clone()
            .edit(OrderEdit::default(), world.now())
            .unwrap();
        world.commit(Unit::of(caller(), world.now(), edit))
    });
    let answers = join_all(edits).await;
    assert_eq!(answers.iter().filter(|a| a.is_ok()).count(), 1);
    let lost = |a: &&Result<_, CommitError>| matches!(a, Err(CommitError::Conflict));
    assert_eq!(answers.iter().filter(lost).count(), 19);
}

/// Some units rest on a row that others write: no order of things lets both see the same version.
pub async fn who_rests_on_a_written_row_comes_before_or_not_at_all<S: WholeStore>(world: World<S>) {
    let order = world.order(&owner("ra1", "c1")).await;
    let edit = order
        .clone()
        .edit(OrderEdit::default(), world.now())
        .unwrap();
    let resting = |_| {
        world
            .note()
            .rests_on(Aggregate::Order, order.id, order.version())
    };
    let mut units: Vec<Unit> = (0..10).map(resting).collect();
    units.insert(5, Unit::of(caller(), world.now(), edit));
    let answers = join_all(units.into_iter().map(|unit| world.commit(unit))).await;
    let written = answers[5].as_ref().unwrap().pos();
    for answer in answers.iter().flatten() {
        assert!(answer.pos() <= written);
    }
    assert!(answers[6..].iter().all(Result::is_err));
}

pub async fn unique_keys<S: WholeStore>(world: World<S>) {
    let exists = |key| Err::<(), _>(CommitError::Exists(key));
    let (order, _, _) = ready(&world, &owner("ra1", "c1")).await;
    let first = activation(&world, &order);
    let unit =
        Unit::of(caller(), world.now(), first.clone()).change(intent(&world, first.id, &[1]));
    world.commit(unit).await.unwrap();
    let second = activation(&world, &order);
    let unit = Unit::of(caller(), world.now(), second);
    let answer = world.commit(unit).await.map(drop);
    assert_eq!(answer, exists(UniqueKey::LiveActivation));
    let unit = Unit::of(caller(), world.now(), intent(&world, first.id, &[1]));
    assert_eq!(
        world.commit(unit).await.map(drop),
        exists(UniqueKey::Serial)
    );
    world
        .commit(world.note().change(certificate(&world, &first, &[1])))
        .await
        .unwrap();
    let unit = world.note().change(certificate(&world, &first, &[1]));
    assert_eq!(
        world.commit(unit).await.map(drop),
        exists(UniqueKey::Serial)
    );

    world
        .put(world.new_identity("a", Role::RaCustomer, [1; 32]))
        .await;
    let named = world.new_identity("a", Role::RaCustomer, [2; 32]);
    let answer = world.commit(Unit::of(caller(), world.now(), named)).await;
    assert_eq!(answer.map(drop), exists(UniqueKey::IdentityName));
    let keyed = world.new_identity("b", Role::RaCustomer, [1; 32]);
    let answer = world.commit(Unit::of(caller(), world.now(), keyed)).await;
    assert_eq!(answer.map(drop), exists(UniqueKey::IdentityCredential));

    let address = mailbox_address::parse("jan@example.org").unwrap();
    let first_use = || {
        world
            .note()
            .change(AddressUse::first(&address, world.now()))
    };
    world.commit(first_use()).await.unwrap();
    assert_eq!(
        world.commit(first_use()).await.unwrap_err(),
        CommitError::Conflict
    );
}

/// Two units of one batch claim the same free key: the later one is told so.
pub async fn a_key_is_given_once_in_a_batch<S: WholeStore>(world: World<S>) {
    let number = OrderNumber::draw([1; 8]);
    let orders = (0..8).map(|_| {
        let order = world.new_order_with(owner("ra1", "c1"), number.clone());
        world.commit(Unit::of(caller(), world.now(), order))
    });
    let answers = join_all(orders).await;
    assert_eq!(answers.iter().filter(|a| a.is_ok()).count(), 1);
    let taken = CommitError::Exists(UniqueKey::OrderNumber);
    assert!(
        answers
            .iter()
            .flat_map(|a| a.as_ref().err())
            .all(|e| *e == taken)
    );
}

pub async fn a_live_activation_ends_and_makes_room<S: WholeStore>(world: World<S>) {
    let (order, _, _) = ready(&world, &owner("ra1", "c1")).await;
    let first = activation(&world, &order);
    let first = first.clone().stored(&world.put(first).await);
    world
        .put(first.refused("key-weak", world.now()).unwrap())
        .await;
    world.put(activation(&world, &order)).await;
}

pub async fn evidence_ends_and_decisions_age<S: WholeStore>(world: World<S>) {
    let lapsed = Err::<(), _>(CommitError::Lapsed);
    let second = Duration::from_secs(1);
    let ends = world.note().lapses_at(world.now());
    assert_eq!(world.commit(ends).await.map(drop), lapsed);
    let holds = world.note().lapses_at(world.now().plus(second));
    world.commit(holds).await.unwrap();
    let old = Unit::new(caller(), world.now(), event());
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(world.commit(old).await.map(drop), lapsed);
    let future = Unit::new(caller(), world.now().plus(2 * second), event());
    assert_eq!(world.commit(future).await.map(drop), lapsed);
}

/// A unit that breaks a rule only the schema knows fails alone, whoever shares its batch.
pub async fn a_bad_unit_fails_alone<S: WholeStore>(world: World<S>) {
    let (order, _, _) = ready(&world, &owner("ra1", "c1")).await;
    let orphan = activation(&world, &order).id;
    let good = |_| Unit::of(caller(), world.now(), world.new_order(owner("ra1", "c1")));
    let mut units: Vec<Unit> = (0..12).map(good).collect();
    // The activation of this intent is nowhere: a foreign key says so at the commit.
    units[7] = Unit::of(caller(), world.now(), intent(&world, orphan, &[7]));
    let answers = join_all(units.into_iter().map(|unit| world.commit(unit))).await;
    for (n, answer) in answers.iter().enumerate() {
        assert_eq!(answer.is_ok(), n != 7, "{n}: {answer:?}");
    }
}

pub async fn nothing_happens_without_an_entry<S: WholeStore>(world: World<S>) {
    let address = mailbox_address::parse("jan@example.org").unwrap();
    let silent = AddressUse::first(&address, world.now());
    let answer = world.commit(Unit::of(caller(), world.now(), silent)).await;
    assert!(matches!(answer, Err(CommitError::Unavailable(_))));
    let used = world.store.address_use(&address.abuse_key()).await.unwrap();
    assert!(used.is_none());
}

/// An entry that no tile can hold stops its unit, not its neighbours.
pub async fn an_entry_too_long_stops_its_act<S: WholeStore>(world: World<S>) {
    let mut long = Event::new(EventKind::ConfigChanged, "config", "long");
    for n in 0..70 {
        long = long.with(&format!("m{n}"), "x".repeat(1000));
    }
    let order = world.new_order(owner("ra1", "c1"));
    let id = order.id;
    let units = [
        Unit::of(caller(), world.now(), order).event(long),
        world.note(),
    ];
    let answers = join_all(units.map(|unit| world.commit(unit))).await;
    assert!(matches!(answers[0], Err(CommitError::Unavailable(_))));
    assert!(answers[1].is_ok());
    let all = world.everything().await;
    assert!(world.store.order(&all, id).await.unwrap().is_none());
}

pub async fn closed_orders_are_told_apart<S: WholeStore>(world: World<S>) {
    let (order, set, _) = ready(&world, &owner("ra1", "c1")).await;
    let bound = world.store.orders_of_subject_data(set.id).await.unwrap();
    assert_eq!(bound.len(), 1);
    world.put(order.cancel(None, world.now()).unwrap()).await;
    let live = world.store.orders_of_subject_data(set.id).await.unwrap();
    assert!(live.is_empty());
}

/// Whoever is first in a batch, a key is never certified after it was blocked, nor for two owners.
pub async fn a_key_that_is_blocked_or_taken_meanwhile_stops_the_unit<S: WholeStore>(
    world: World<S>,
) {
    let blocked = |fingerprint| BlockedKey {
        fingerprint,
        algorithm: "ec".to_owned(),
        bits: 256,
        evidence: BlockEvidence::Officer,
        blocked_by: "anna".to_owned(),
        blocked_at: world.now(),
    };
    let using = || world.note().unblocked([1; 32]);
    assert!(world.commit(using()).await.is_ok());
    let mut units: Vec<Unit> = (0..10).map(|_| using()).collect();
    units.insert(5, world.note().change(blocked([1; 32])));
    let answers = join_all(units.into_iter().map(|unit| world.commit(unit))).await;
    // In the order of the queue: those behind the block fail, whether in its batch or not.
    let fine: Vec<bool> = answers.iter().map(Result::is_ok).collect();
    assert_eq!(fine, [vec![true; 6], vec![false; 5]].concat());
    assert_eq!(
        world.commit(using()).await.unwrap_err(),
        CommitError::Conflict
    );
    assert!(world.commit(world.note().unblocked([2; 32])).await.is_ok());

    let taking = |customer: usize| {
        world.note().change(KeyHolder {
            fingerprint: [1; 32],
            holder: Holder::Subscriber(owner("ra1", &format!("c{customer}"))),
        })
    };
    let answers = join_all((0..10).map(|n| world.commit(taking(n)))).await;
    assert_eq!(answers.iter().filter(|a| a.is_ok()).count(), 1);

    // A subscriber and an identity want one key at the same moment.
    let wanting = |holder| {
        let fingerprint = [4; 32];
        world.note().change(KeyHolder {
            fingerprint,
            holder,
        })
    };
    let panel = Holder::Identity(IdentityName::parse("panel").unwrap());
    let subscriber = Holder::Subscriber(owner("ra1", "c1"));
    let both = [panel, subscriber].map(|holder| world.commit(wanting(holder)));
    let answers = join_all(both).await;
    assert_eq!(answers.iter().filter(|a| a.is_ok()).count(), 1);
    let refused = answers.into_iter().find_map(Result::err);
    assert_eq!(refused, Some(CommitError::Conflict));
}
