//! Who sees what, and lists in pages.

use chancery::ports::store::{Cursor, Page, registration::OrderFilter};

use crate::{
    made::ready,
    world::{WholeStore, World, owner, page},
};

pub async fn what_is_not_yours_is_not_there<S: WholeStore>(world: World<S>) {
    let (order, set, _) = ready(&world, &owner("ra1", "c1")).await;
    let store = &world.store;
    let scopes = [
        (world.tenant("ra1", Some("c1")).await, true),
        (world.tenant("ra1", None).await, true),
        (world.tenant("ra1", Some("c2")).await, false),
        (world.tenant("ra2", Some("c1")).await, false),
        (world.everything().await, true),
    ];
    let none = OrderFilter::default();
    for (scope, sees) in scopes {
        assert_eq!(store.order(&scope, order.id).await.unwrap().is_some(), sees);
        let listed = store.orders(&scope, &none, &page(9)).await.unwrap();
        assert_eq!(listed.len(), usize::from(sees));
        let found = store.subject_data(&scope, set.id).await.unwrap();
        assert_eq!(found.is_some(), sees);
        let listed = store
            .subject_data_sets(&scope, &[], &page(9))
            .await
            .unwrap();
        assert_eq!(listed.len(), usize::from(sees));
        let sets = [set.id, set.id];
        let found = store.subject_data_of(&scope, &sets).await.unwrap();
        assert_eq!(found.len(), usize::from(sees));
        let nothing = store.subject_data_of(&scope, &[]).await.unwrap();
        assert!(nothing.is_empty());
        let facts = store.activation_facts(&scope, order.id).await.unwrap();
        assert_eq!(facts.is_some(), sees);
    }
}

/// Pages meet without gap or overlap, also among rows of one instant.
pub async fn pages_meet<S: WholeStore>(world: World<S>) {
    let owner = owner("ra1", "c1");
    let mut made = Vec::new();
    for n in 0..7 {
        made.push(world.order(&owner).await.id.to_string());
        if n % 3 == 0 {
            world.clock.advance(std::time::Duration::from_millis(1));
        }
    }
    let scope = world.tenant("ra1", Some("c1")).await;
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = Page { limit: 2, after };
        let orders = world
            .store
            .orders(&scope, &OrderFilter::default(), &page)
            .await
            .unwrap();
        let Some(last) = orders.last() else { break };
        after = Some(Cursor {
            created_at: last.created_at,
            id: last.id.to_string(),
        });
        assert!(orders.len() <= 2);
        seen.extend(orders.iter().map(|order| order.id.to_string()));
    }
    made.sort();
    made.reverse();
    assert_eq!(seen, made, "newest first, each once");
}
