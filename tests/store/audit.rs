//! The log says everything, in order, once.

use std::time::Duration;

use chancery::domain::{
    audit::{
        entry::{self, Entry},
        tree::Tree,
        value::Value,
    },
    unit::Unit,
};
use futures_util::future::join_all;

use crate::world::{WholeStore, World, caller, owner};

/// Every entry of the log, after the root over them was found to be the stored one.
pub async fn verified<S: WholeStore>(world: &World<S>, log: &str, root: [u8; 32]) -> Vec<Entry> {
    let mut tree = Tree::default();
    let mut entries = Vec::new();
    loop {
        let leaves = world.store.leaves(log, tree.size(), 7).await.unwrap();
        if leaves.is_empty() {
            break;
        }
        for (seq, leaf) in leaves {
            assert_eq!(seq, tree.size(), "no gap");
            let entry = entry::decode(&leaf).unwrap();
            assert_eq!(entry.seq, seq);
            tree.append(&leaf);
            entries.push(entry);
        }
    }
    assert_eq!(tree.root(), root);
    entries
}

pub async fn entries_are_contiguous_under_load<S: WholeStore>(world: World<S>) {
    let units = (0..300).map(|n| {
        let unit = Unit::of(caller(), world.now(), world.new_order(owner("ra1", "c1")));
        let unit = if n % 3 == 0 {
            unit.event(crate::world::event())
        } else {
            unit
        };
        world.commit(unit)
    });
    let mut positions: Vec<i64> = join_all(units)
        .await
        .into_iter()
        .map(|answer| answer.unwrap().pos())
        .collect();
    let head = world.store.head().await.unwrap().unwrap();
    assert_eq!((head.size, head.pos), (401, 401));
    assert_eq!(head.log, "ca.example.org/audit/2026");
    positions.sort_unstable();
    positions.dedup();
    assert_eq!((positions.len(), *positions.last().unwrap()), (300, 401));
    let entries = verified(&world, &head.log, head.root).await;
    assert_eq!(entries.len(), 401);
    assert_eq!(entries[0].kind, "log.opened");
}

pub async fn a_log_ends_with_its_year<S: WholeStore>(world: World<S>) {
    world.commit(world.note()).await.unwrap();
    let old = world.store.head().await.unwrap().unwrap();
    world.clock.advance(Duration::from_secs(40 * 86_400));
    let committed = world.commit(world.note()).await.unwrap();
    let new = world.store.head().await.unwrap().unwrap();
    assert_eq!(new.log, "ca.example.org/audit/2027");
    assert_eq!((old.pos, new.pos, committed.pos()), (2, 5, 5));
    let entries = verified(&world, &new.log, new.root).await;
    assert_eq!(entries[0].kind, "log.opened");
    let previous = entries[0].data.get("previous");
    assert_eq!(previous, Some(&Value::text(old.log.as_str())));
    assert_eq!(entries[0].data.get("size"), Some(&Value::Integer(3)));
    let closed = world.store.leaves(&old.log, 2, 9).await.unwrap();
    assert_eq!(entry::decode(&closed[0].1).unwrap().kind, "log.closed");
}

/// The log's time never goes back, whatever the clock does.
pub async fn time_does_not_go_back<S: WholeStore>(world: World<S>) {
    world.clock.advance(Duration::from_secs(100));
    world.commit(world.note()).await.unwrap();
    let ahead = world.now();
    world.clock.step(-50_000);
    let committed = world.commit(world.note()).await.unwrap();
    assert_eq!(committed.at(), world.now());
    let head = world.store.head().await.unwrap().unwrap();
    assert_eq!(head.last_time, ahead);
    let entries = verified(&world, &head.log, head.root).await;
    assert!(entries.iter().all(|entry| entry.time == ahead));
}
