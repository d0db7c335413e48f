//! An owner's endpoints are as many as there are places, however many ask at once.

use std::collections::BTreeSet;

use chancery::{ports::store::webhooks::Webhooks as _, services::webhooks::Wish};
use futures_util::future::join_all;

use crate::{
    ground::text,
    turning::{World, request},
};

#[tokio::test(flavor = "multi_thread")]
async fn ten_places_are_not_taken_by_eleven() {
    let world = World::new().await;
    let scope = world.scope().await;
    let register = async |number: usize| {
        let wish = Wish {
            url: text("https://hooks.example.com/"),
            types: Vec::new(),
        };
        let request = request(&scope, &format!("hook-{number}"));
        let made = world.webhooks.register(&scope, wish, request).await;
        made.map(|made| made.id).map_err(|refused| refused.code)
    };
    let held = async || {
        let held = world.store.webhooks_of(&scope.owner(), 100).await.unwrap();
        let places: BTreeSet<u32> = held.iter().map(|hook| hook.place).collect();
        assert_eq!(places.len(), held.len(), "no two in one place");
        held.len()
    };
    let at_once = join_all((0..30).map(&register)).await;
    let made = at_once.iter().filter(|made| made.is_ok()).count();
    for refused in at_once.iter().filter_map(|made| made.as_ref().err()) {
        assert!(["webhook-limit-reached", "store-busy"].contains(refused));
    }
    assert_eq!(held().await, made);
    for number in made..10 {
        register(100 + number).await.unwrap();
    }
    assert_eq!(held().await, 10);
    assert_eq!(register(200).await, Err("webhook-limit-reached"));
    // A place is free again when its endpoint was deleted.
    let gone = at_once.into_iter().find_map(Result::ok).unwrap();
    world.webhooks.delete(&scope, gone).await.unwrap();
    register(201).await.unwrap();
    assert_eq!(held().await, 10);
}
