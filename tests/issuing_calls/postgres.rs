//! The daemon on PostgreSQL, as a role that may do no more than it needs.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Child, Command},
    thread,
};

use chancery::adapters::postgres::{
    migrate,
    target::{Server, Target},
};
use serde_json::{Value, json};

use crate::{
    instance::{Answer, Call, serve_by},
    server::cluster,
    world::{World, fixture, fixtures, submission},
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
    // There is no file to judge: `judged` asks the program.
    world.instance.tampered();
    world
}

/// The oracle's word on what stands on the server, as an operator asks for it.
fn judged(world: &World) {
    let verify = Command::new(env!("CARGO_BIN_EXE_chanceryd"))
        .args(["verify", "--json", "--config", "chancery.toml"])
        .current_dir(world.instance.dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&verify.stderr);
    let report: Value = serde_json::from_slice(&verify.stdout).expect(&said);
    assert_eq!(report["violations"], json!([]));
    assert_eq!(verify.status.code(), Some(0), "{said}");
    assert!(report["certificates"].as_u64().unwrap() > 0, "{report}");
}

/// A second daemon on the same database, token and documents. Dies with the test.
struct Second {
    child: Child,
    url: String,
}

impl Second {
    fn beside(world: &World) -> Self {
        let dir = world.instance.dir.path();
        let mut config = fs::read_to_string(dir.join("chancery.toml")).unwrap();
        let ports = [(":8443", ":8543"), (":8080", ":8180"), (":9464", ":9564")];
        for (first, second) in ports
            .into_iter()
            .chain([("name = \"test\"", "name = \"second\"")])
        {
            assert!(config.contains(first), "{first}");
            config = config.replacen(first, second, 1);
        }
        fs::write(dir.join("second.toml"), config).unwrap();
        Self {
            child: serve_by(dir, "second.toml", &[]),
            url: world.instance.url.replace(":8443", ":8543"),
        }
    }

    fn call(&self, world: &World, method: &str, path: &str, call: &Call) -> Answer {
        let call = call.clone().header("Acting-For: c-1");
        let calls = [(method, path.to_owned(), call)];
        let mut answers = world.instance.calls_at(&self.url, "customer", &calls);
        answers.remove(0)
    }

    fn certificates(&self, world: &World, order: &str) -> Vec<Value> {
        let path = format!("/certificates?order_id={order}");
        let listed = self.call(world, "GET", &path, &Call::default()).ok();
        listed["items"].as_array().unwrap().clone()
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What two daemons are asked at the same moment is done once.
#[test]
fn two_daemons_are_one_authority() {
    let database = cluster().database();
    migrated(&database);
    let world = on_a_server(&database);
    let second = Second::beside(&world);
    let mut revocations = Vec::new();
    for (round, (_, csr)) in fixtures("good").into_iter().take(6).enumerate() {
        let (order, _) = world.first().ready(&world.data);
        let path = format!("/orders/{order}/activation");
        let wish = Call::json(&submission(&csr)).header("Prefer: wait=30");
        // Under one key or under two.
        let keys = [format!("a-{round}"), format!("b-{round}")];
        let [mine, theirs] =
            if round % 2 == 0 { [0, 0] } else { [0, 1] }.map(|at| keys[at].clone());
        let (first, other) = thread::scope(|scope| {
            let theirs =
                scope.spawn(|| second.call(&world, "POST", &path, &wish.clone().key(&theirs)));
            let first = world.first().call("POST", &path, &wish.clone().key(&mine));
            (first, theirs.join().unwrap())
        });
        let said = [first.status, other.status];
        let fine = [201, 202, 409];
        assert!(
            said.iter().all(|status| fine.contains(status)),
            "{said:?} {}",
            other.json()
        );
        let issued = (0..PATIENCE).find_map(|_| second.certificates(&world, &order).pop());
        let issued = issued.expect("one of them issues");
        assert_eq!(second.certificates(&world, &order).len(), 1);
        if theirs == mine {
            let replayed = second.call(&world, "POST", &path, &wish.key(&theirs)).ok();
            assert_eq!(replayed["id"], issued["id"]);
        }
        // Both revoke, each every other certificate, at once with the next activation.
        let id = issued["id"].as_str().unwrap();
        let path = format!("/certificates/{id}/revocations");
        let body = Call::json(&json!({"reason": "superseded"})).fresh_key();
        let revoked = if round % 2 == 0 {
            second.call(&world, "POST", &path, &body)
        } else {
            world.first().call("POST", &path, &body)
        };
        revocations.push(revoked.ok()["id"].as_str().unwrap().to_owned());
    }
    for revocation in revocations {
        let path = format!("/revocations/{revocation}");
        let published = (0..PATIENCE).any(|_| {
            second.call(&world, "GET", &path, &Call::default()).ok()["state"] == "published"
        });
        assert!(published, "the revocation is on a list");
    }
    let mails = world.sink.mails();
    let ids = mails
        .iter()
        .filter_map(|mail| mail.lines().find(|line| line.starts_with("Message-ID:")));
    let ids: Vec<&str> = ids.collect();
    let once: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), once.len(), "each mail goes out once");
    judged(&world);
}

/// One dies with an act under way: the other takes it up, once its lease is over.
#[test]
fn a_daemon_takes_up_what_another_died_over() {
    let database = cluster().database();
    migrated(&database);
    let mut world = on_a_server(&database);
    let second = Second::beside(&world);
    let (order, _) = world.first().ready(&world.data);
    let path = format!("/orders/{order}/activation");
    let wish = Call::json(&submission(&fixture("good/openssl-ec-prime256v1.pem"))).key("dies");
    let asked = world
        .first()
        .call("POST", &path, &wish.clone().header("Prefer: wait=0"));
    assert!([201, 202].contains(&asked.status), "{}", asked.json());
    world.instance.child.kill().unwrap();
    world.instance.child.wait().unwrap();
    let issued = (0..PATIENCE).find_map(|_| second.certificates(&world, &order).pop());
    let issued = issued.expect("the activation is taken up");
    let replayed = second.call(&world, "POST", &path, &wish).ok();
    assert_eq!(replayed["id"], issued["id"]);
    assert_eq!(second.certificates(&world, &order).len(), 1);
    judged(&world);
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
    judged(&world);
}
