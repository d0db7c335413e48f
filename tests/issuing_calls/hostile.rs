//! The list of requests that no certificate may come from, before the daemon: each gets its code
//! and none a certificate. And the wishes in good requests, of which none comes true.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::{
    hostile::{self, maker::Maker},
    instance::Call,
    openssl::openssl,
    world::{PRODUCT, World, faults, refused, shared, submission},
};

/// Most octets of a body; longer ones are not read.
const MAX_BODY: usize = 64 * 1024;

/// Processor time that the daemon may spend on one request: what each takes of everybody else.
const MAX_EFFORT: u64 = 2 * TICKS;
/// A second in `/proc/PID/stat`: USER_HZ, the same on every Linux system.
const TICKS: u64 = 100;
/// What the peak of the daemon's memory may grow by over all of them, in KiB.
const MAX_GROWTH: u64 = 64 * 1024;

#[test]
fn no_hostile_request_passes_the_check() {
    // A daemon of its own: what it spends, it spends on these requests.
    let world = World::start(Vec::new());
    let client = world.first();
    let good = json!({"product_code": PRODUCT, "csr": hostile::greedy(&Maker::new(0x44))});
    client.call("POST", "/csr-checks", &Call::json(&good)).ok();
    let before = peak(&world);
    let mut dearest = (0, "");
    let list = hostile::all();
    let mut names = BTreeSet::new();
    for bad in &list {
        assert!(names.insert(bad.name.as_str()), "{} stands twice", bad.name);
    }
    let mut counts = BTreeMap::<&str, usize>::new();
    for bad in &list {
        let body = json!({"product_code": PRODUCT, "csr": bad.text});
        let spent = effort(&world);
        let answer = client.call("POST", "/csr-checks", &Call::json(&body));
        dearest = dearest.max((effort(&world) - spent, bad.name.as_str()));
        if bad.text.len() > MAX_BODY {
            assert_eq!(answer.refusal(), refused(413, "payload-too-large"));
            continue;
        }
        assert_eq!(answer.status, 200, "{}", bad.name);
        let answer = answer.json();
        assert_eq!(answer["valid"], false, "{}", bad.name);
        let findings = answer["findings"].as_array().unwrap();
        for finding in findings {
            assert_eq!(finding["code"], bad.code, "{}", bad.name);
            assert_eq!(finding["severity"], "error", "{}", bad.name);
        }
        assert!(!findings.is_empty(), "{}", bad.name);
        *counts.entry(bad.code).or_default() += 1;
    }
    let total: usize = counts.values().sum();
    println!("{total} refused: {counts:?}");
    assert!(total >= 195, "{counts:?}");
    assert_eq!(counts.len(), 11, "{counts:?}");
    // The kernel counts pages by processor and adds them up late: a peak can seem to sink.
    let growth = peak(&world).saturating_sub(before);
    println!("dearest: {dearest:?} ticks; peak {before} KiB and {growth} KiB more");
    assert!(dearest.0 < MAX_EFFORT, "{dearest:?}");
    assert!(growth < MAX_GROWTH, "{growth} KiB more than {before} KiB");
}

/// Processor time the daemon has spent, in ticks.
fn effort(world: &World) -> u64 {
    let text = process(world, "stat");
    // The name before the last parenthesis may hold anything; utime and stime are fields 14, 15.
    let fields = text.rsplit_once(')').unwrap().1.split_whitespace();
    let times = fields.skip(11).take(2);
    times.map(|ticks| ticks.parse::<u64>().unwrap()).sum()
}

/// The most memory the daemon ever had, in KiB.
fn peak(world: &World) -> u64 {
    let text = process(world, "status");
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.unwrap().trim().strip_suffix(" kB").unwrap();
    number.parse().unwrap()
}

fn process(world: &World, page: &str) -> String {
    let id = world.instance.child.id();
    std::fs::read_to_string(format!("/proc/{id}/{page}")).unwrap()
}

#[test]
fn no_hostile_request_activates_an_order() {
    let world = shared();
    let client = world.first();
    let (order, _) = client.ready(&world.data);
    // One of each kind of fault, and every tenth: the rest of the way is the same for all.
    let mut seen = BTreeSet::new();
    let list = hostile::all();
    let chosen = list
        .iter()
        .enumerate()
        .filter(|(_, bad)| bad.text.len() <= MAX_BODY)
        .filter(|(index, bad)| seen.insert(bad.code) || index % 10 == 0);
    for (_, bad) in chosen {
        let answer = client.activate(&order, &submission(&bad.text));
        let first = refused(422, bad.code);
        assert_eq!(answer.refusal(), first, "{}", bad.name);
        let told = faults(&answer);
        assert!(
            told.iter().all(|(_, code)| code == bad.code),
            "{}: {told:?}",
            bad.name
        );
    }
    let kept = client.get(&format!("/orders/{order}")).ok();
    assert!(kept["certificate_id"].is_null(), "{kept}");
    let good = hostile::greedy(&Maker::new(0x55));
    client.activate(&order, &submission(&good)).ok();
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let world = shared();
    let client = world.first();
    let good = format!("{{\"product_code\":\"{PRODUCT}\",\"csr\":\"");
    for (body, expected) in [
        (
            [good.as_bytes(), b"\xe9\xff\"}"].concat(),
            refused(400, "malformed-json"),
        ),
        (
            [good.as_bytes(), b"\\ud800\"}"].concat(),
            refused(400, "malformed-json"),
        ),
        (vec![b'['; 60_000], refused(400, "malformed-json")),
        (vec![b'a'; 1024 * 1024], refused(413, "payload-too-large")),
    ] {
        let call = Call::default()
            .header("Content-Type: application/json")
            .bytes(body);
        let answer = client.call("POST", "/csr-checks", &call);
        assert_eq!(answer.refusal(), expected);
    }
}

#[test]
fn wishes_are_valid_and_come_with_a_warning() {
    let world = shared();
    let client = world.first();
    for (name, csr) in hostile::stripped() {
        let body = json!({"product_code": PRODUCT, "csr": csr});
        let answer = client.call("POST", "/csr-checks", &Call::json(&body)).ok();
        assert_eq!(answer["valid"], true, "{name}: {answer}");
        let findings = answer["findings"].as_array().unwrap().iter();
        let codes: Vec<&str> = findings.map(|f| f["code"].as_str().unwrap()).collect();
        let asks = name.starts_with("extension") || name.starts_with("armour");
        let expected = ["csr-subject-ignored", "csr-extensions-ignored"];
        assert_eq!(codes, expected[..1 + usize::from(asks)], "{name}");
    }
}

#[test]
fn no_wish_comes_true() {
    let world = shared();
    let client = world.first();
    let issued = client.issued(&hostile::greedy(&Maker::new(0x66)));
    let id = issued["id"].as_str().unwrap();
    let pem = client.get(&format!("/certificates/{id}/content?encoding=pem"));
    let text = openssl(&["x509", "-noout", "-text"], &pem.bytes);
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("E-mail Protection"), "{text}");
    for wish in [
        "Mallory",
        "mallory",
        "CA:TRUE",
        "Certificate Sign",
        "CRL Sign",
    ] {
        assert!(!text.contains(wish), "{wish} in {text}");
    }
}
