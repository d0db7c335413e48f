//! Questions by what is known of a thing: a proof by its address, profiles, kept texts.

use chancery::domain::{
    kept_text::{KeptText, TextKind},
    mailbox::{
        ConfirmChannel,
        answer::{Answered, Attempt},
    },
    owner::{ActingFor, Owner},
    profile::ProfileRecord,
    timestamp::days,
    unit::{CommitError, Unit},
};

use crate::{
    made::ready,
    world::{WholeStore, World, caller, owner},
};

pub async fn a_proof_is_found_by_its_owner_and_address_alone<S: WholeStore>(world: World<S>) {
    let mine = owner("ra1", "c1");
    let (_, _, mailbox) = ready(&world, &mine).await;
    let (store, address) = (&world.store, mailbox.address.clone());
    let until = mailbox.valid_until;
    let before = until.minus(days(1));
    let found = async |owner: &Owner, at| {
        let found = store.verified_mailbox(owner, &address, at).await;
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
    assert_eq!(found(&mine, until).await, None, "until then, not at");
    let nobody = Owner {
        customer: None,
        ..mine.clone()
    };
    for stranger in [owner("ra1", "c2"), owner("ra2", "c1"), nobody] {
        assert_eq!(found(&stranger, before).await, None);
    }
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

pub async fn texts_are_kept_once_as_they_are<S: WholeStore>(world: World<S>) {
    let text =
        |name: &str, content: &str| KeptText::new(TextKind::Statement, name, content).unwrap();
    let unit = |text: &KeptText| Unit::of(caller(), world.now(), text.clone());
    let first = text("terms v1", "I agree.\nZgadzam się.");
    let told = unit(&first).change(text("other v1", ""));
    world.commit(told).await.unwrap();
    assert_eq!(
        world.commit(unit(&first)).await.unwrap_err(),
        CommitError::Conflict
    );
    let second = text("terms v1", "I agree!\nZgadzam się!");
    world.commit(unit(&second)).await.unwrap();
    let store = &world.store;
    assert_eq!(store.kept_texts().await.unwrap().len(), 3);
    let named = store.texts_named(TextKind::Statement, "terms v1").await;
    let mut named: Vec<_> = named.unwrap().into_iter().map(|(key, _)| key).collect();
    named.sort();
    let mut expected = [first.key().clone(), second.key().clone()];
    expected.sort();
    assert_eq!(named, expected);
    for kept in [&first, &second] {
        let found = store.text(kept.key()).await.unwrap();
        assert_eq!(found.as_deref(), Some(kept.content().as_bytes()));
    }
    let profile = KeptText::new(TextKind::Profile, "terms v1", first.content()).unwrap();
    assert_eq!(store.text(profile.key()).await.unwrap(), None);
}
