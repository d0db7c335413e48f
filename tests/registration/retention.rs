//! Documents whose retention is over.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chancery::{
    domain::{job::JobKind, owner::ActingFor, timestamp::days},
    ports::{clock::Clock, document_files::FilesError},
    services::jobs::{JobHandler, Runner},
};

use crate::{
    entropy::FakeEntropy,
    world::{World, by_number},
};

const SECOND: Duration = Duration::from_secs(1);

fn runner(world: &World) -> Runner {
    let handler: Arc<dyn JobHandler> = Arc::new(world.documents.clone());
    let handlers = BTreeMap::from([(JobKind::EraseDocument, handler)]);
    let (store, entropy) = (Arc::new(world.store.clone()), FakeEntropy::from(78));
    Runner::new(store, world.clock.clone(), Arc::new(entropy), handlers, 4)
}

#[tokio::test]
async fn bytes_go_two_years_after_the_last_use_and_the_row_stays() {
    let world = World::new().await;
    let scope = world.panel(Some("c-1")).await;
    let set = world.data(&scope, by_number("1"), "k").await.unwrap();
    let set = set.data.id;
    world.upload(&scope, set, b"%PDF-1.7", "d").await.unwrap();
    let listed = async || {
        let listed = world.documents.list(&scope.read(), set).await;
        listed.unwrap().remove(0)
    };
    let runner = runner(&world);
    // What is used a year later is kept a year longer.
    world.clock.advance(days(365));
    let withdrawn = world.clock.now();
    let user = ActingFor::default();
    world.sets.withdraw(&scope, set, &user).await.unwrap();
    let until = withdrawn.plus(days(731));
    assert_eq!(listed().await.retain_until, Some(until));

    world.clock.advance(days(366));
    assert_eq!(runner.tick().await.unwrap(), 1, "the first look");
    world.clock.advance(days(365) - SECOND);
    assert_eq!(runner.tick().await.unwrap(), 0);
    assert_eq!(world.files().len(), 1);
    let id = listed().await.document.id;
    assert_eq!(world.kept(id).await.unwrap(), b"%PDF-1.7");

    world.clock.advance(SECOND);
    assert_eq!(runner.tick().await.unwrap(), 1);
    assert_eq!(world.kept(id).await, Err(FilesError::Missing));
    let gone = listed().await;
    assert_eq!(gone.document.erased_at, Some(world.clock.now()));
    assert_eq!(gone.retain_until, None);
    assert_eq!(
        gone.document.require_shown().unwrap_err().code,
        "document-erased"
    );
    world.clock.advance(days(4000));
    assert_eq!(runner.tick().await.unwrap(), 0, "its job has ended");
}

#[tokio::test]
async fn nothing_goes_while_the_case_is_open() {
    let world = World::new().await;
    let scope = world.panel(Some("c-1")).await;
    let set = world.submitted(&scope, "k").await.data.id;
    world.upload(&scope, set, b"%PDF-1.7", "d").await.unwrap();
    let listed = world.documents.list(&scope.read(), set).await.unwrap();
    assert_eq!(listed.first().unwrap().retain_until, None);
    let runner = runner(&world);
    for _ in 0..3 {
        world.clock.advance(days(2000));
        assert_eq!(runner.tick().await.unwrap(), 1);
    }
    assert_eq!(world.files().len(), 1);
}
