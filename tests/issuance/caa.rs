//! The permission of the mailbox's domain is evidence like any other: on record, used again while
//! it lives, and judged by the clock of the intent's transaction (I8).

use std::time::Duration;

use chancery::{
    domain::{
        caa::{DomainName, Verdict},
        owner::Caller,
    },
    ports::store::issuance::CaaEvidence,
    services::{caa::Reach, issuance::Told},
};
use sqlx::{Connection, Row, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::{fates::Fate, stage::Stage};

const LIFE: Duration = Duration::from_secs(8 * 3600);
const SECOND: Duration = Duration::from_secs(1);

async fn asked(stage: &Stage, domain: &str) -> String {
    let domain = DomainName::parse(domain).unwrap();
    let caller = Caller::system("test");
    let found = stage.caa.permission(&caller, &domain, Reach::Own).await;
    found.unwrap().rest.id
}

pub async fn texts(stage: &Stage, sql: &'static str) -> Vec<String> {
    let path = stage.world.dir.path().join("ca.db");
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let mut database = SqliteConnection::connect_with(&options).await.unwrap();
    let rows = sqlx::query(sql).fetch_all(&mut database).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_serves_eight_hours_and_no_longer() {
    let stage = Stage::new().await;
    let first = asked(&stage, "nocaa.info").await;
    stage.world.clock.advance(LIFE - SECOND);
    assert_eq!(asked(&stage, "nocaa.info").await, first);
    stage.world.clock.advance(SECOND);
    assert_ne!(asked(&stage, "nocaa.info").await, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_longer_ttl_serves_longer() {
    let stage = Stage::new().await;
    let first = asked(&stage, "permits.info").await;
    stage.world.clock.advance(LIFE + SECOND);
    assert_eq!(asked(&stage, "permits.info").await, first);
    stage.world.clock.advance(LIFE / 2);
    assert_ne!(asked(&stage, "permits.info").await, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_look_is_on_record_and_can_be_read_back() {
    let stage = Stage::new().await;
    let id = asked(&stage, "a.b.nocaa.info").await;
    let check = stage.world.store.caa_check(id.parse().unwrap()).await;
    let check = check.unwrap().unwrap();
    assert_eq!(
        (check.verdict, check.reason.as_str()),
        (Verdict::Permitted, "no-records")
    );
    let climbed: Vec<String> = check
        .lookups
        .iter()
        .map(|step| step.as_ref().unwrap().name.to_string())
        .collect();
    assert_eq!(
        climbed,
        ["a.b.nocaa.info", "b.nocaa.info", "nocaa.info", "info"]
    );
    let refused = DomainName::parse("critical.policy.info").unwrap();
    let caller = Caller::system("test");
    let refusal = stage
        .caa
        .permission(&caller, &refused, Reach::Own)
        .await
        .unwrap_err();
    assert_eq!(refusal.code, "caa-forbids");
    let failing = DomainName::parse("lame.info").unwrap();
    let refusal = stage
        .caa
        .permission(&caller, &failing, Reach::Own)
        .await
        .unwrap_err();
    assert_eq!(refusal.code, "caa-lookup-failed");
    let verdicts = "SELECT verdict || ' ' || reason FROM caa_check ORDER BY checked_at, rowid";
    let expected = [
        "permitted no-records",
        "forbidden unknown-critical",
        "unknowable lookup-failed",
    ];
    assert_eq!(texts(&stage, verdicts).await, expected);
    let ids = texts(&stage, "SELECT id FROM caa_check ORDER BY rowid").await;
    for id in &ids {
        // What was written is what is read, properties and failures too.
        let read = stage
            .world
            .store
            .caa_check(id.parse().unwrap())
            .await
            .unwrap()
            .unwrap();
        assert!(!read.lookups.is_empty());
    }
    let entries = "SELECT json_extract(CAST(leaf AS TEXT), '$.outcome') FROM audit_entry
        WHERE json_extract(CAST(leaf AS TEXT), '$.type') = 'caa.checked' ORDER BY seq";
    assert_eq!(
        texts(&stage, entries).await,
        ["success", "denied", "failure"]
    );
}

/// The intent names the answer it rests on.
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_leads_to_its_permission() {
    let stage = Stage::new().await;
    let first = asked(&stage, "example.com").await;
    assert!(matches!(stage.ask().await, Ok(Told::Issued(_))));
    let rests = "SELECT id FROM rests_on WHERE aggregate = 'caa_check'";
    assert_eq!(texts(&stage, rests).await, [first]);
}

/// Fresh when it was judged, over when it would be committed: looked up again.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_ends_before_the_intent_is_looked_up_again() {
    let stage = Stage::new().await;
    let first = asked(&stage, "example.com").await;
    stage.world.clock.advance(LIFE - SECOND);
    stage.lease_anew().await;
    stage.fates([Fate::Later(SECOND)]);
    let told = stage.ask().await;
    assert!(matches!(told, Ok(Told::Issued(_))), "{told:?}");
    let rests = "SELECT id FROM rests_on WHERE aggregate = 'caa_check'";
    let rests = texts(&stage, rests).await;
    assert_eq!(rests.len(), 1);
    assert_ne!(rests, [first]);
}
