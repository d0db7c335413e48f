//! The daemon on PostgreSQL, as a role that may do no more than it needs.

use std::path::Path;

use chancery::adapters::postgres::{
    migrate,
    target::{Server, Target},
};
use serde_json::json;

use crate::{
    instance::Call,
    server::cluster,
    world::{World, fixture, submission},
};

/// Calls that may pass until the lease of a dead start is over and its work taken up: far more than
/// half a minute of them.
const PATIENCE: u32 = 6_000;

/// The tables are made by their owner, as the operator does it.
fn migrated(database: &str) {
    let owner = Target {
        server: Server::Socket(cluster().directory.clone()),
        port: 5432,
        user: "chancery_owner".to_owned(),
        password: None,
        database: database.to_owned(),
        node: "test".to_owned(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(migrate(&owner)).unwrap();
}

/// A world on a server; what it was killed over is settled by the next start.
fn on_a_server(database: &str) -> World {
    let server = cluster().directory.display();
    let url =
        format!("url = \"postgresql://chancery_daemon@/{database}?host={server}\"\nlanes = 2");
    let world = World::start_with(Vec::new(), &|dir: &Path, config: &mut String| {
        let file = format!("url = \"sqlite://{}/ca.db\"", dir.display());
        assert!(config.contains(&file));
        *config = config.replace(&file, &url);
    });
    // The oracle reads SQLite only.
    world.instance.tampered();
    world
}

#[test]
fn an_order_goes_its_way_on_a_server_and_survives_a_kill() {
    let database = cluster().database();
    migrated(&database);
    let mut world = on_a_server(&database);
    let csr = fixture("good/openssl-ec-prime256v1.pem");
    let first = world.first().issued(&csr);
    let id = first["id"].as_str().unwrap().to_owned();
    let (order, _) = world.first().ready(&world.data);
    let path = format!("/orders/{order}/activation");
    let other = fixture("good/certutil-ec-nistp384.pem");
    let call = Call::json(&submission(&other)).key("over-a-kill");
    // The daemon dies with the intent on disk, or with more.
    let asked = world
        .first()
        .call("POST", &path, &call.clone().header("Prefer: wait=0"));
    assert!([201, 202].contains(&asked.status), "{}", asked.json());
    world.restart(&[]);
    let client = world.first();
    let again = client.get(&format!("/certificates/{id}")).ok();
    assert_eq!(again["pem"], first["pem"]);
    let issued = (0..PATIENCE).find_map(|_| {
        let listed = client.get(&format!("/certificates?order_id={order}")).ok();
        listed["items"].as_array().unwrap().first().cloned()
    });
    let issued = issued.expect("the activation is taken up again");
    // The same key gives the one certificate, and there is no other.
    let replayed = client.call("POST", &path, &call).ok();
    assert_eq!(replayed["id"], issued["id"]);
    let listed = client.get(&format!("/certificates?order_id={order}")).ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let body = json!({"reason": "superseded"});
    let revoked = client.post(&format!("/certificates/{id}/revocations"), &body);
    let revocation = revoked.ok()["id"].as_str().unwrap().to_owned();
    let published = (0..PATIENCE).any(|_| {
        let shown = client.get(&format!("/revocations/{revocation}")).ok();
        shown["state"] == "published"
    });
    assert!(published, "the revocation is on a list");
}
