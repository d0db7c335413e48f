//! Lists of revoked serials that were recorded: one of a scope at a time, and what was left open is
//! found.

use chancery::domain::{
    id::BootId,
    lint_record::LintRecord,
    revocation_list::{CrlState, RevocationList},
    timestamp::days,
    unit::{CommitError, UniqueKey, Unit},
};
use futures_util::future::join_all;

use crate::{
    made::issuer,
    world::{WholeStore, World, caller},
};

fn list<S: WholeStore>(world: &World<S>, scope: u32, number: i64, boot: BootId) -> RevocationList {
    RevocationList {
        issuer: issuer(),
        partition: scope,
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
    }
}

pub async fn recorded_crls_without_an_end_are_found<S: WholeStore>(world: World<S>) {
    let dead = BootId::new(world.now(), [9; 10]);
    for (scope, boot) in [(1, world.boot), (2, dead), (3, dead)] {
        let list = list(&world, scope, 1, boot);
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

/// I12: whoever signs, no two lists of a scope are under way at once.
pub async fn one_list_of_a_scope_is_open<S: WholeStore>(world: World<S>) {
    let unit = |scope, number| {
        let list = list(&world, scope, number, world.boot);
        Unit::of(caller(), world.now(), RevocationList::record(list))
    };
    let taken = |key| Err(CommitError::Exists(key));
    let tries = join_all((1..=20).map(|number| world.commit(unit(0, number)))).await;
    let first = tries.iter().position(Result::is_ok).unwrap();
    for (at, tried) in tries.iter().enumerate().filter(|(at, _)| *at != first) {
        let said = tried.as_ref().map(drop).map_err(Clone::clone);
        assert_eq!(said, taken(UniqueKey::CrlScope), "{at}");
    }
    world.commit(unit(1, 1)).await.unwrap();
    let open = world.store.unsettled_crls(world.boot, world.now(), 9).await;
    let mut open = open.unwrap().into_iter().filter(|list| list.partition == 0);
    let held = open.next().unwrap();
    let number = held.number;
    world.put(held.signed(vec![3], &[4; 32]).unwrap()).await;
    let same = world.commit(unit(0, number)).await.map(drop);
    assert_eq!(same, taken(UniqueKey::CrlNumber));
    world.commit(unit(0, 21)).await.unwrap();
}
