//! `chancery mailbox …`: two people end a validation by commands, and sign what they see, whatever
//! the daemon says about it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
    thread,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use serde_json::{Value, json};

use crate::{
    mailbox_doubts::{confirmed, show, taken_over},
    openssl::new_key,
    world::{World, submission},
};

const FOUND: [&str; 6] = [
    "--reason",
    "read by others",
    "--source",
    "letter",
    "--evidence",
    "ticket 4711",
];

/// Something that has the daemon's certificate, and says what it is told to say of every object.
struct Liar {
    url: String,
    says: Arc<Mutex<Value>>,
    /// What was sent to it to be done.
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Liar {
    fn start(world: &World) -> Self {
        let dir = world.instance.dir.path();
        let host = world.instance.url.strip_prefix("https://").unwrap();
        let (host, _) = host.rsplit_once(':').unwrap();
        let socket = TcpListener::bind((host, 0)).unwrap();
        let liar = Self {
            url: format!("https://{}", socket.local_addr().unwrap()),
            says: Arc::default(),
            asked: Arc::default(),
        };
        let (says, asked) = (Arc::clone(&liar.says), Arc::clone(&liar.asked));
        let config = Arc::new(tls(dir));
        thread::spawn(move || {
            for stream in socket.incoming().map_while(Result::ok) {
                let session = ServerConnection::new(Arc::clone(&config)).unwrap();
                let mut stream = BufReader::new(StreamOwned::new(session, stream));
                // What breaks is the other side's affair.
                while answer(&mut stream, &says, &asked).is_some() {}
            }
        });
        liar
    }

    /// What `who` is told and asked for when this is shown: exit status and standard error.
    fn run(&self, world: &World, who: &str, arguments: &[&str], shown: &Value) -> (i32, String) {
        *self.says.lock().unwrap() = shown.clone();
        let output = Command::new(env!("CARGO_BIN_EXE_chancery"))
            .current_dir(world.instance.dir.path())
            .args(["--url", &self.url, "--ca", "ca.pem"])
            .args(["--cert", &format!("{who}.pem")])
            .args(["--key", &format!("{who}.key")])
            .args(arguments)
            .output()
            .unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        (output.status.code().unwrap(), told)
    }

    fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().clone()
    }
}

fn tls(dir: &Path) -> ServerConfig {
    let certificate = CertificateDer::from_pem_file(dir.join("server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(dir.join("server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap()
}

fn answer(
    stream: &mut BufReader<impl Read + Write>,
    says: &Mutex<Value>,
    asked: &Mutex<Vec<Value>>,
) -> Option<()> {
    let mut line = String::new();
    stream.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut length = 0;
    loop {
        let mut header = String::new();
        stream.read_line(&mut header).ok()?;
        let (name, value) = match header.trim_end().split_once(':') {
            Some(header) => header,
            None => break,
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    if line.starts_with("POST") {
        asked
            .lock()
            .unwrap()
            .push(serde_json::from_slice(&body).ok()?);
    }
    let told = says.lock().unwrap().to_string();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length";
    let sent = format!("{head}: {}\r\n\r\n{told}", told.len());
    let stream = stream.get_mut();
    stream.write_all(sent.as_bytes()).ok()?;
    stream.flush().ok()
}

#[test]
fn two_people_end_a_validation_by_commands() {
    let world = World::start(Vec::new());
    let client = world.first();
    let (order, address, id) = confirmed(&client);
    let (second, _) = taken_over(&client, &address);
    for order in [&order, &second] {
        client.activate(order, &submission(&new_key().1)).ok();
    }
    let run = |who: &str, verb: &str, rest: &[&str]| {
        let arguments = [&["mailbox", verb][..], rest].concat();
        world.instance.chancery(who, &arguments)
    };
    let (none, _, told) = run("officer", "decide", &[&id, "--outcome", "approve"]);
    assert!(none == 1 && told.contains("nothing is proposed"), "{told}");
    let proposal = [&[id.as_str()][..], &FOUND].concat();
    let (done, shown, told) = run("specialist", "propose", &proposal);
    assert_eq!(done, 0, "{told}");
    assert!(shown.contains("nobody yet: another person must"), "{shown}");
    let digest = show(&world, &id)["doubt"]["digest"].clone();
    assert!(shown.contains(digest.as_str().unwrap()), "{shown}");
    let (_, listed, _) = run("officer", "list", &[]);
    assert!(
        listed.contains(&id) && listed.contains(&address),
        "{listed}"
    );
    let decide = |who: &str, rest: &[&str]| {
        let arguments = [&[id.as_str(), "--outcome", "approve"][..], rest].concat();
        run(who, "decide", &arguments)
    };
    let other = format!("sha256:{}", "0".repeat(64));
    let (stale, _, told) = decide("officer", &["--digest", &other]);
    assert!(stale == 1 && told.contains("something else"), "{told}");
    let (unreadable, ..) = run("officer", "decide", &[&id, "--outcome", "perhaps"]);
    assert_eq!(unreadable, 2);
    let (same, _, told) = decide("specialist", &[]);
    assert!(same == 1 && told.contains("role-forbidden"), "{told}");
    let (early, _, told) = run("officer", "revoke", &[&id]);
    assert!(
        early == 1 && told.contains("email-not-invalidated"),
        "{told}"
    );
    let seen = ["--digest", digest.as_str().unwrap()];
    let (done, shown, told) = decide("officer", &seen);
    assert_eq!(done, 0, "{told}");
    assert!(shown.contains("invalidated") && shown.contains("revoke by"));
    let (_, waiting, _) = run("auditor", "list", &[]);
    assert!(!waiting.contains(&id), "{waiting}");
    let (done, ended, _) = run("auditor", "list", &["--decided"]);
    assert!(done == 0 && ended.contains("revoke by"), "{ended}");
    let line = ended.lines().find(|line| line.contains(&id)).unwrap();
    let deadline = show(&world, &id)["revoke_by"].clone();
    for told in [&address, "officer", deadline.as_str().unwrap()] {
        assert!(line.contains(told), "{told}: {line}");
    }
    let (_, resting, _) = run("auditor", "resting", &[&id]);
    assert_eq!(resting.lines().count(), 2, "{resting}");
    let (done, shown, _) = run("officer", "revoke", &[&id, "--note", "mailbox"]);
    assert_eq!((done, shown.trim_end()), (0, "2 revoked"));
    let (_, shown, _) = run("auditor", "show", &[&id]);
    assert!(!shown.contains("revoke by"), "{shown}");
}

#[test]
fn what_is_shown_is_what_is_signed_whoever_shows_it() {
    let world = World::start(Vec::new());
    let client = world.first();
    let (_, address, id) = confirmed(&client);
    let (_, other) = taken_over(&client, &address);
    let liar = Liar::start(&world);
    let propose = [&["mailbox", "propose", id.as_str()][..], &FOUND].concat();
    let shown = show(&world, &id);
    let another = show(&world, &other);
    let (status, told) = liar.run(&world, "specialist", &propose, &another);
    assert!(status == 1 && told.contains("another validation"), "{told}");
    assert!(liar.asked().is_empty());
    // Of one that is shown as it is something is asked; of the shown alone.
    liar.run(&world, "specialist", &propose, &shown);
    let asked = liar.asked();
    assert_eq!(asked.len(), 1);
    let path = format!("/mailboxes/{id}/proposal");
    let call = crate::instance::Call::json(&asked[0]).fresh_key();
    let proposed = world.instance.post("specialist", &path, &call).ok();
    let decide = ["mailbox", "decide", &id, "--outcome", "approve"];
    for (pointer, lie) in [
        ("/id", json!(other)),
        ("/email", json!("boss@example.com")),
        ("/initiated_at", json!("2026-01-01T00:00:00.000Z")),
        ("/confirmed_at", json!("2026-01-01T00:00:00.000Z")),
        ("/confirmed_at", Value::Null),
        ("/doubt/reason", json!("another reason")),
        ("/doubt/source", json!("another source")),
        ("/doubt/evidence", json!("other evidence")),
        ("/doubt/digest", json!(format!("sha256:{}", "7".repeat(64)))),
        ("/doubt/digest", json!("none")),
    ] {
        let mut lying = proposed.clone();
        *lying.pointer_mut(pointer).unwrap() = lie;
        let (status, told) = liar.run(&world, "officer", &decide, &lying);
        assert!(
            status == 1 && told.contains("nothing is signed"),
            "{pointer}: {told}"
        );
        assert_eq!(liar.asked().len(), 1, "{pointer}");
    }
    liar.run(&world, "officer", &decide, &proposed);
    let asked = liar.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[1]["digest"], proposed["doubt"]["digest"]);
}
