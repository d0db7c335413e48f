//! A client that hangs up and asks again under its key gets the one certificate of its order.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::Value;
use sqlx::{Connection, SqliteConnection};

use crate::{
    instance::{Answer, Call},
    late::{await_crl, shimmed},
    openssl::new_key,
    traces::count,
    world::{World, refused, submission},
};

/// Calls until something outside has happened: far more than any run needs.
const PATIENCE: u32 = 3_000;

/// An activation of a ready order of the world's first customer, under one key.
pub struct Asked<'a> {
    world: &'a World,
    order: String,
    body: Value,
}

impl<'a> Asked<'a> {
    pub fn new(world: &'a World) -> Self {
        let (order, _) = world.first().ready(&world.data);
        Self {
            world,
            order,
            body: submission(&new_key().1),
        }
    }

    fn path(&self) -> String {
        format!("/orders/{}/activation", self.order)
    }

    fn post(&self, wait: &str) -> Answer {
        let call = Call::json(&self.body).key(&self.order);
        let call = call.header(&format!("Prefer: wait={wait}"));
        self.world.first().call("POST", &self.path(), &call)
    }

    /// Asks again until the daemon has seen that the first client is gone.
    fn post_anew(&self, wait: &str) -> Answer {
        let in_progress = refused(409, "idempotency-in-progress");
        let mut answers = (0..PATIENCE).map(|_| self.post(wait));
        let answer = answers.find(|answer| answer.refusal() != in_progress);
        answer.expect("the key is free again")
    }

    /// A client of its own that can be ended.
    pub fn client(&self) -> Child {
        let instance = &self.world.instance;
        let sent = instance.path(&format!("sent-by-{}", self.order));
        fs::write(&sent, self.body.to_string()).unwrap();
        self.curl(&["--data-binary", &format!("@{}", sent.display())])
    }

    /// One that says how long its body is and keeps the end of it to itself.
    fn half_a_client(&self) -> Child {
        let body = self.body.to_string();
        let length = format!("Content-Length: {}", body.len());
        let mut client = self.curl(&["-T", "-", "-H", &length]);
        let (half, _) = body.as_bytes().split_at(body.len() / 2);
        client.stdin.as_mut().unwrap().write_all(half).unwrap();
        client
    }

    fn curl(&self, more: &[&str]) -> Child {
        let instance = &self.world.instance;
        let mut curl = Command::new("curl");
        curl.current_dir(instance.dir.path())
            .args(["-sS", "--cacert", "ca.pem", "--cert", "customer.pem"])
            .args(["--key", "customer.key", "-X", "POST"])
            .args(["-H", "Content-Type: application/json"])
            .args(["-H", "Acting-For: c-1", "-H", "Prefer: wait=60"])
            .args(["-H", &format!("Idempotency-Key: {}", self.order)])
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        curl.arg(format!("{}/v1{}", instance.url, self.path()));
        curl.spawn().unwrap()
    }

    /// Rows about the order: activations, intents, certificates, and answers under the key.
    fn stored(&self) -> [i64; 4] {
        let order = &self.order;
        let of_order =
            format!("activation_id IN (SELECT id FROM activation WHERE order_id = '{order}')");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(async {
            let path = self.world.instance.path("ca.db");
            let url = format!("sqlite://{}?mode=ro", path.display());
            let mut store = SqliteConnection::connect(&url).await.unwrap();
            let mut found = [0; 4];
            let which = [
                ("activation", format!("order_id = '{order}'")),
                ("intent", of_order),
                ("certificate", format!("order_id = '{order}'")),
                ("idempotency", format!("key = '{order}'")),
            ];
            for (found, (table, which)) in found.iter_mut().zip(which) {
                let sql = format!("SELECT count(*) FROM {table} WHERE {which}");
                *found = count(&mut store, &sql).await;
            }
            found
        })
    }
}

/// The signature is made and held back.
fn await_hang(world: &World, dir: &Path) {
    let hangs = (0..PATIENCE).any(|_| {
        // A call paces the loop.
        world.instance.get("customer", "/products").ok();
        dir.join("trigger.taken").exists()
    });
    assert!(hangs, "nothing was signed");
}

#[test]
fn a_key_whose_act_is_under_way_is_in_progress() {
    let dir = tempfile::tempdir().unwrap();
    let world = shimmed(dir.path());
    await_crl(&world);
    let asked = Asked::new(&world);
    fs::write(dir.path().join("trigger"), "h").unwrap();
    std::thread::scope(|scope| {
        let first = scope.spawn(|| asked.post("60"));
        await_hang(&world, dir.path());
        let second = asked.post("60");
        assert_eq!(second.refusal(), refused(409, "idempotency-in-progress"));
        assert_eq!(second.json()["retryable"], true);
        fs::remove_file(dir.path().join("trigger.taken")).unwrap();
        let first = first.join().unwrap();
        assert_eq!(first.status, 201, "{}", first.json());
        assert_eq!(asked.post("0").bytes, first.bytes);
    });
    assert_eq!(asked.stored(), [1; 4]);
}

#[test]
fn who_hangs_up_while_it_is_signed_finds_the_certificate_under_the_key() {
    let dir = tempfile::tempdir().unwrap();
    let world = shimmed(dir.path());
    await_crl(&world);
    let asked = Asked::new(&world);
    fs::write(dir.path().join("trigger"), "h").unwrap();
    let mut client = asked.client();
    await_hang(&world, dir.path());
    // Activation and intent are on disk, and neither certificate nor answer.
    assert_eq!(asked.stored(), [1, 1, 0, 1]);
    client.kill().unwrap();
    client.wait().unwrap();
    let pending = asked.post_anew("0");
    assert_eq!(pending.status, 202, "{}", pending.json());
    fs::remove_file(dir.path().join("trigger.taken")).unwrap();
    let issued = asked.post("60");
    assert_eq!(issued.status, 201, "{}", issued.json());
    let activation = &issued.json()["activation_id"];
    assert_eq!(*activation, pending.json()["activation_id"]);
    assert_eq!(asked.post("0").bytes, issued.bytes);
    assert_eq!(asked.stored(), [1; 4]);
}

/// The daemon has the head of the request and not the whole of its body: nothing is begun.
#[test]
fn who_hangs_up_before_the_request_is_whole_has_asked_for_nothing() {
    let world = crate::world::shared();
    let asked = Asked::new(&world);
    let mut client = asked.half_a_client();
    assert_eq!(asked.stored(), [0; 4]);
    client.kill().unwrap();
    client.wait().unwrap();
    assert_eq!(asked.stored(), [0; 4]);
    let issued = asked.post_anew("60");
    assert_eq!(issued.status, 201, "{}", issued.json());
    assert_eq!(asked.post("0").bytes, issued.bytes);
    assert_eq!(asked.stored(), [1; 4]);
}

/// The client stands still from before the signature on, so that it cannot have read the answer.
#[test]
fn who_hangs_up_on_the_answer_finds_the_certificate_under_the_key() {
    let dir = tempfile::tempdir().unwrap();
    let world = shimmed(dir.path());
    await_crl(&world);
    let asked = Asked::new(&world);
    fs::write(dir.path().join("trigger"), "h").unwrap();
    let mut client = asked.client();
    await_hang(&world, dir.path());
    assert_eq!(asked.stored(), [1, 1, 0, 1]);
    let pid = client.id().to_string();
    let stopped = Command::new("kill").args(["-STOP", &pid]).status();
    assert!(stopped.unwrap().success());
    fs::remove_file(dir.path().join("trigger.taken")).unwrap();
    assert!((0..PATIENCE).any(|_| asked.stored() == [1; 4]), "no result");
    client.kill().unwrap();
    client.wait().unwrap();
    let issued = asked.post_anew("60");
    assert_eq!(issued.status, 201, "{}", issued.json());
    assert_eq!(asked.post("0").bytes, issued.bytes);
    assert_eq!(asked.stored(), [1; 4]);
}
