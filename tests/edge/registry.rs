//! The registry through the command line, and its traces in the audit log.

use serde_json::{Value, json};
use sqlx::{Connection, Row, SqliteConnection};

use crate::instance::{Call, Instance};

/// Types of all audit entries, with their whole text.
pub async fn entries(instance: &Instance) -> Vec<Value> {
    let url = format!("sqlite://{}?mode=ro", instance.path("ca.db").display());
    let mut database = SqliteConnection::connect(&url).await.unwrap();
    let rows = sqlx::query("SELECT leaf FROM audit_entry ORDER BY pos")
        .fetch_all(&mut database)
        .await
        .unwrap();
    let leaves = rows.iter().map(|row| row.get::<Vec<u8>, _>(0));
    leaves
        .map(|leaf| serde_json::from_slice(&leaf).unwrap())
        .collect()
}

#[test]
fn an_operator_adds_lists_shows_and_disables() {
    let instance = Instance::start();
    let ra = |arguments: &[&str]| instance.chancery("operator", &[&["ra"], arguments].concat());
    let uri = "spiffe://example.com/ra/web";
    let (status, said, _) = ra(&["add", "web", "--role", "ra_customer", "--uri", uri]);
    assert_eq!(status, 0);
    assert!(said.contains("web  ra_customer"), "{said}");

    let (status, said, _) = ra(&["list", "--json"]);
    let list: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(status, 0);
    let web = list["items"].as_array().unwrap().iter();
    let web = web.clone().find(|entry| entry["name"] == "web").unwrap();
    assert_eq!((&web["uri"], &web["active"]), (&json!(uri), &json!(true)));

    let (status, _, error) = ra(&["add", "web", "--role", "ra_customer", "--uri", uri]);
    assert_eq!(status, 1);
    assert!(error.contains("identity-exists"), "{error}");
    let (status, _, error) = ra(&["add", "web-2", "--role", "ra_partner", "--uri", uri]);
    assert_eq!(status, 1);
    assert!(error.contains("credential-exists"), "{error}");

    assert_eq!(ra(&["disable", "web"]).0, 0);
    let (status, _, error) = ra(&["disable", "web"]);
    assert!(
        status == 1 && error.contains("identity-disabled"),
        "{error}"
    );
    let (status, _, error) = ra(&["disable", "operator"]);
    assert!(status == 1 && error.contains("own-identity"), "{error}");
    assert_eq!(ra(&["show", "nobody"]).0, 1);
}

#[test]
fn exit_status_tells_refused_from_unreadable() {
    let instance = Instance::start();
    let (refused, ..) = instance.chancery("customer", &["ra", "list"]);
    let (usage, ..) = instance.chancery("operator", &["ra", "burn"]);
    let missing = [
        "ra",
        "add",
        "x",
        "--role",
        "auditor",
        "--certificate",
        "no.pem",
    ];
    let (unreadable, ..) = instance.chancery("operator", &missing);
    let elsewhere = ["ra", "list", "--url", "https://localhost:1"];
    let (unreachable, ..) = instance.chancery("operator", &elsewhere);
    assert_eq!((refused, usage, unreadable, unreachable), (1, 2, 2, 2));
}

#[test]
fn people_need_a_certificate_and_a_qualification() {
    let instance = Instance::start();
    let add = |body: Value| instance.post("operator", "/identities", &Call::json(&body));
    let pem = std::fs::read_to_string(instance.path("stranger.pem")).unwrap();
    let new = |role: &str| json!({"name": "x", "role": role, "certificate": pem});
    let no_end = add(new("validation_officer"));
    assert_eq!(no_end.refusal(), (422, "qualification-required".to_owned()));
    let mut past = new("validation_officer");
    past["qualified_until"] = json!("2020-01-01T00:00:00Z");
    assert_eq!(add(past).refusal(), (422, "qualification-ended".to_owned()));
    let by_uri = json!({"name": "x", "role": "auditor", "uri": "spiffe://x/y",
        "qualified_until": "2099-01-01T00:00:00Z"});
    assert_eq!(
        add(by_uri).refusal(),
        (422, "certificate-required".to_owned())
    );
    let both = json!({"name": "X", "role": "king", "uri": "u:v", "certificate": pem});
    let faults = add(both).json();
    let codes: Vec<_> = faults["errors"].as_array().unwrap().iter().collect();
    assert_eq!(codes.len(), 3, "{faults}");
}

#[tokio::test(flavor = "multi_thread")]
async fn grants_withdrawals_and_auditors_reads_are_events() {
    let instance = Instance::start();
    instance
        .post("operator", "/identities/customer/disable", &Call::default())
        .ok();
    instance.get("auditor", "/identities").ok();
    instance.get("auditor", "/orders?state=open").ok();
    let entries = entries(&instance).await;
    let of = |kind: &str| {
        let found = entries.iter().filter(|entry| entry["type"] == kind);
        found.collect::<Vec<_>>()
    };
    let granted = of("role.granted");
    assert!(granted.iter().any(|entry| entry["actor"]["id"] == "host"));
    assert!(
        granted
            .iter()
            .any(|entry| entry["object"]["id"] == "auditor")
    );
    let revoked = of("role.revoked");
    assert_eq!(revoked.len(), 1);
    assert_eq!(revoked[0]["actor"]["id"], "operator");
    let reads = of("audit.read");
    let paths: Vec<_> = reads.iter().map(|entry| &entry["data"]["path"]).collect();
    assert_eq!(paths, ["/v1/identities", "/v1/orders"]);
    // What the query names stays out of the log that is kept for ever.
    assert!(
        !entries
            .iter()
            .any(|entry| entry.to_string().contains("state=open"))
    );
}

/// The stranger's certificate is registered for a time that has not come yet.
#[test]
fn a_grant_before_its_time_opens_nothing() {
    let instance = Instance::start();
    let ra = |arguments: &[&str]| instance.chancery("operator", &[&["ra"], arguments].concat());
    let pem = instance.path("stranger.pem");
    let add = |name: &str, dates: &[&str]| {
        let who = ["add", name, "--role", "ra_customer", "--certificate"];
        ra(&[&who, &[pem.to_str().unwrap()][..], dates].concat())
    };
    let (status, _, error) = add("late", &["--granted-until", "2020-01-01"]);
    assert!(status == 1 && error.contains("grant-ended"), "{error}");
    let turned = [
        "--granted-from",
        "2099-01-02",
        "--granted-until",
        "2099-01-01",
    ];
    let (status, _, error) = add("turned", &turned);
    assert!(status == 1 && error.contains("period-empty"), "{error}");
    let (status, said, _) = add("early", &["--granted-from", "2099-01-01"]);
    assert_eq!(status, 0);
    assert!(said.contains("granted from 2099-01-01T00:00:00"), "{said}");
    let refused = instance.get("stranger", "/products");
    assert_eq!(refused.refusal(), (403, "identity-inactive".to_owned()));
}
