//! `chancery lint`: the stock under today's rules, with certificates in it that should not be.

use serde_json::Value;
use sqlx::{Connection, Row, SqliteConnection};

use crate::world::{World, fixture};

/// Copies of the one certificate, each with a serial of its own: more than two pages.
const COPIES: u32 = 230;

/// As if faulty software had issued: rows beside the one that was, under other serials.
const INTENTS: &str = "INSERT INTO intent SELECT $1, $2, version, activation_id, crl_partition, \
    tbs, tbs_sha256, profile, profile_sha256, lint_rules, lint_findings, not_after, boot, \
    state, recorded_at, settled_at \
    FROM intent LIMIT 1";
const CERTIFICATES: &str = "INSERT INTO certificate SELECT $3, $1, $2, crl_partition, ra, \
    customer, order_id, activation_id, NULL, NULL, product, $4, sha256, spki_sha256, key_fingerprint, \
    subject, mailbox, not_before, not_after, created_at - $5 FROM certificate \
    ORDER BY created_at DESC LIMIT 1";

/// OBJECT IDENTIFIERs in hex: emailProtection and serverAuth.
const EMAIL: &str = "06082b06010505070304";
const SERVER: &str = "06082b06010505070301";

/// The stock of a daemon, behind its back.
pub struct Stock {
    database: SqliteConnection,
    count: u32,
}

impl Stock {
    pub async fn open(world: &World) -> Self {
        world.instance.tampered();
        let path = world.instance.path("ca.db");
        let url = format!("sqlite://{}?mode=rw", path.display());
        Self {
            database: SqliteConnection::connect(&url).await.unwrap(),
            count: 0,
        }
    }

    pub async fn newest(&mut self) -> Vec<u8> {
        let row = sqlx::query("SELECT der FROM certificate")
            .fetch_one(&mut self.database)
            .await;
        row.unwrap().get(0)
    }

    pub async fn run(&mut self, sql: &'static str) {
        let done = sqlx::query(sql).execute(&mut self.database).await;
        done.unwrap();
    }

    /// Another certificate; answers as `chancery lint` names it.
    pub async fn add(&mut self, issuer: &str, der: &[u8]) -> String {
        self.count += 1;
        let serial = format!("40{:030x}", self.count);
        let id = format!("crt_0198c0de-0000-7000-8000-{:012x}", self.count);
        let mut unit = self.database.begin().await.unwrap();
        for sql in [INTENTS, CERTIFICATES] {
            let query = sqlx::query(sql).bind(issuer).bind(&serial);
            let query = query.bind(&id).bind(der).bind(self.count);
            query.execute(&mut *unit).await.unwrap();
        }
        unit.commit().await.unwrap();
        format!("{issuer}/{serial}")
    }
}

fn lint(world: &World, who: &str) -> (i32, Value) {
    let (status, said, error) = world.instance.chancery(who, &["lint", "--json"]);
    let statement = serde_json::from_str(&said);
    (
        status,
        statement.unwrap_or_else(|_| panic!("{said}{error}")),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn every_certificate_is_judged_and_the_broken_ones_are_named() {
    let world = World::start(Vec::new());
    let (status, empty) = lint(&world, "operator");
    assert_eq!((status, &empty["certificates"]), (0, &0.into()));
    let census = || world.instance.get("auditor", "/lint").ok();
    assert_eq!(census()["oldest_issued_at"], Value::Null);
    let issued = world.first().issued(&fixture("good/openssl-rsa-2048.pem"));
    assert_eq!(census()["oldest_issued_at"], issued["issued_at"]);
    let (status, statement) = lint(&world, "operator");
    assert_eq!(
        (status, &statement["certificates"]),
        (0, &1.into()),
        "{statement}"
    );
    assert_eq!(statement["findings"], Value::Array(Vec::new()));
    assert!(statement["at"].as_str().unwrap().ends_with('Z'));
    assert!(!statement["rules"].as_str().unwrap().is_empty());

    let mut stock = Stock::open(&world).await;
    let good = stock.newest().await;
    for _ in 0..COPIES {
        stock.add("issuing-g1", &good).await;
    }
    let oldest = census()["oldest_issued_at"].clone();
    assert!(oldest.as_str().unwrap() < issued["issued_at"].as_str().unwrap());
    let broken = hex::encode(&good).replace(EMAIL, SERVER);
    let broken = hex::decode(broken).unwrap();
    assert_ne!(broken, good);
    let broken = stock.add("issuing-g1", &broken).await;
    let cut = stock.add("issuing-g1", &good[..good.len() - 1]).await;
    let (status, statement) = lint(&world, "operator");
    assert_eq!(status, 1);
    assert_eq!(statement["certificates"], 1 + COPIES + 2);
    assert_eq!(statement["with_findings"], 2);
    let findings = statement["findings"].as_array().unwrap();
    let of = |rule: &str| findings.iter().find(|found| found["rule"] == rule).unwrap();
    assert_eq!(
        of("e_forbidden_purposes")["serials"],
        Value::from(vec![broken.clone()])
    );
    assert_eq!(of("e_encoding")["certificates"], 1);

    let gone = stock.add("gone-g1", &good).await;
    let (status, statement) = lint(&world, "auditor");
    assert_eq!(
        (status, &statement["not_judged"]),
        (1, &Value::from(vec![gone.clone()]))
    );
    let (status, said, progress) = world.instance.chancery("operator", &["lint"]);
    assert_eq!(
        (status, progress.as_str()),
        (1, ""),
        "no bar where there is no terminal"
    );
    for part in [
        "234 certificates",
        "e_forbidden_purposes",
        &broken,
        &cut,
        &gone,
    ] {
        assert!(said.contains(part), "{part} in {said}");
    }
    let (refused, ..) = world.instance.chancery("customer", &["lint"]);
    assert_eq!(refused, 1);
}
