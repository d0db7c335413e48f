//! Questions by what is known of a thing: a proof by its address, CRLs without an end, profiles.

use chancery::domain::{
    id::BootId,
    lint_record::LintRecord,
    mailbox::{Answered, Attempt, ConfirmChannel},
    owner::{ActingFor, Owner},
    profile::ProfileRecord,
    revocation_list::{CrlState, RevocationList},
    timestamp::days,
};

use crate::{
    round_trip::{issuer, ready},
    world::{WholeStore, World, owner},
};

pub async fn a_proof_is_found_by_its_owner_and_address_alone<S: WholeStore>(world: World<S>) {
    let mine = owner("ra1", "c1");
    let (_, _, mailbox) = ready(&world, &mine).await;
    let (store, address) = (&world.store, mailbox.address.clone());
    let begun = mailbox.initiated_at;
    let before = begun.minus(days(1));
    let found = async |owner: &Owner, after| {
        let found = store.verified_mailbox(owner, &address, after).await;
        found.unwrap().map(|mailbox| mailbox.id)
    };
    assert_eq!(found(&mine, before).await, None, "not confirmed yet");
    let id = mailbox.id;
    let attempt = Attempt {
        matches: true,
        channel: ConfirmChannel::Page,
        user_agent: String::new(),
        acting_for: ActingFor::default(),
    };
    let Answered::Accepted(confirmed) = mailbox.confirm(&attempt, world.now()) else {
        panic!("the mailbox is not confirmed");
    };
    world.put(confirmed).await;
    assert_eq!(found(&mine, before).await, Some(id));
    assert_eq!(found(&mine, begun).await, None, "begun after, not at");
    let nobody = Owner {
        customer: None,
        ..mine.clone()
    };
    for stranger in [owner("ra1", "c2"), owner("ra2", "c1"), nobody] {
        assert_eq!(found(&stranger, before).await, None);
    }
}

pub async fn recorded_crls_without_an_end_are_found<S: WholeStore>(world: World<S>) {
    let dead = BootId::new(world.now(), [9; 10]);
    for (number, boot) in [(1, world.boot), (2, dead), (3, dead)] {
        let list = RevocationList {
            issuer: issuer(),
            partition: 0,
            number,
            state: CrlState::Recorded,
            tbs: vec![1],
            tbs_sha256: [2; 32],
            der: Vec::new(),
            this_update: world.now(),
            next_update: world.now().plus(days(7)),
            entries: 0,
            boot,
            lint: LintRecord::restore("1".to_owned(), "w_gmail_key"),
        };
        world.put(RevocationList::record(list)).await;
    }
    let unsettled = async |limit| {
        let store = &world.store;
        let found = store.unsettled_crls(world.boot, world.now(), limit).await;
        found.unwrap()
    };
    assert_eq!(unsettled(2).await.len(), 2, "no more than was asked for");
    for list in unsettled(9).await {
        world.put(list.abandoned("boot-died").unwrap()).await;
    }
    assert!(unsettled(9).await.is_empty());
}

pub async fn profiles_come_change_and_go<S: WholeStore>(world: World<S>) {
    let known = async || world.store.known_profiles().await.unwrap();
    assert!(known().await.is_empty());
    let now = world.now();
    world.put(ProfileRecord::add("strict", [1; 32], now)).await;
    assert!(known().await.remove(0).in_force([1; 32], now).is_none());
    let changed = known().await.remove(0).in_force([2; 32], now).unwrap();
    world.put(changed).await;
    assert_eq!(known().await.remove(0).sha256, [2; 32]);
    world
        .put(known().await.remove(0).retire(now).unwrap())
        .await;
    assert_eq!(known().await.remove(0).retired_at, Some(now));
    assert!(known().await.remove(0).retire(now).is_none());
    let again = known().await.remove(0).in_force([2; 32], now).unwrap();
    assert_eq!(again.events().len(), 1);
    world.put(again).await;
    assert_eq!(known().await.remove(0).retired_at, None);
}
