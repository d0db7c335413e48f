//! CRLs with a failure on the way, or with news that are easy to overlook (I13).

use std::{sync::Arc, time::Duration};

use chancery::{
    domain::{intent::IssuerName, timestamp::days},
    pkix::tbs_cert_list::CrlView,
    services::revocation_lists::{RevocationLists, Scope},
};

use crate::{fates::Fate, stage::Stage, token::Act};

const HOUR: Duration = Duration::from_secs(3600);

fn scope(issuer: &str) -> Scope {
    Scope {
        issuer: IssuerName::parse(issuer).unwrap(),
        partition: 0,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ca_in_trouble_stands_in_no_other_cas_way() {
    let stage = Stage::new().await;
    let lists = stage.lists(&["without-key", "issuing-g1"]);
    assert_eq!(lists.renew_due().await.unwrap_err().code, "hsm-unavailable");
    assert!(lists.current(&scope("without-key")).await.is_err());
    assert!(lists.current(&scope("issuing-g1")).await.is_ok());
}

/// A stage whose activation runs and has abandoned a serial; it stands on the list.
async fn with_a_list() -> (Stage, Arc<RevocationLists>) {
    let stage = Stage::new().await;
    stage.token.plays([Act::FallSilent]);
    stage.ask_only().await.unwrap();
    let lists = stage.lists(&["issuing-g1"]);
    lists.renew_due().await.unwrap();
    assert_eq!(stage.told(&lists).await, 1);
    (stage, lists)
}

async fn is_listed(lists: &RevocationLists, serial: u8) -> bool {
    let list = lists.current(&scope("issuing-g1")).await.unwrap();
    let view = CrlView::parse(&list.der).unwrap();
    let mut entries = view.entries.unwrap().into_iter();
    entries.any(|entry| entry.serial.value == [serial])
}

/// An entry goes by expiry as another comes: the list is as long as before. The one that comes
/// was dated now, or before the list that was made while it was not yet committed.
#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_takes_the_place_of_another_is_published() {
    for age in [Duration::ZERO, 3 * HOUR] {
        let (stage, lists) = with_a_list().await;
        let now = stage.world.now();
        stage.abandons(1, now.minus(days(10)).plus(HOUR), now).await;
        assert_eq!(stage.told(&lists).await, 1);
        assert!(is_listed(&lists, 1).await);
        stage.world.clock.advance(2 * HOUR);
        let now = stage.world.now();
        stage.abandons(2, now.plus(days(365)), now.minus(age)).await;
        assert_eq!(stage.told(&lists).await, 1);
        assert!(is_listed(&lists, 2).await, "{age:?}");
        assert!(!is_listed(&lists, 1).await);
    }
}

/// The store is away when the list's signature comes, or its answer to the record is lost: the
/// job that told of the news is over, and the next list has them all the same.
#[tokio::test(flavor = "multi_thread")]
async fn news_outlive_the_list_that_was_never_stored() {
    for fates in [&[Fate::Passes, Fate::Refused][..], &[Fate::AnswerLost]] {
        let (stage, lists) = with_a_list().await;
        let now = stage.world.now();
        stage.abandons(1, now.plus(days(365)), now).await;
        stage.fates(fates.iter().copied());
        stage.told(&lists).await;
        assert!(!is_listed(&lists, 1).await);
        assert_eq!(lists.settle_orphans().await.unwrap(), 1);
        lists.renew_due().await.unwrap();
        assert_eq!(stage.told(&lists).await, 1, "{fates:?}");
        assert!(is_listed(&lists, 1).await, "{fates:?}");
    }
}

/// Each try burns a number; the second follows at once, each further one after a rest.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_whose_signature_never_verifies_is_tried_ever_more_rarely() {
    let (stage, lists) = with_a_list().await;
    let before = stage.token.asked();
    let now = stage.world.now();
    stage.abandons(1, now.plus(days(365)), now).await;
    stage.token.plays((0..3).map(|_| Act::SignWrongly));
    for (rest, tries) in [(0, 2), (1_999, 2), (1, 3), (3_999, 3)] {
        stage.world.clock.step(rest);
        stage.told(&lists).await;
        let _ = lists.renew_due().await;
        assert_eq!(stage.token.asked() - before, tries, "{rest}");
        assert!(!is_listed(&lists, 1).await);
    }
    stage.world.clock.step(1);
    stage.told(&lists).await;
    assert!(is_listed(&lists, 1).await);
}
