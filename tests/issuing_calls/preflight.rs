//! The preflight of an activation: each rule judged by itself, as the activation judges it, and
//! nothing left behind.

use std::time::Duration;

use chancery::domain::timestamp::{Timestamp, days};
use serde_json::{Value, json};

use crate::{
    dry_runs::{Ground, said},
    instance::{Answer, Call},
    openssl::new_key,
    traces::traces,
    world::{Client, World, accepted, fixture, refused, shared, submission},
};

const RULES: [&str; 13] = [
    "form",
    "product",
    "order",
    "subject-data",
    "mailbox",
    "csr",
    "statements",
    "fields",
    "common-name",
    "key",
    "caa",
    "issuer",
    "certificate",
];

fn preflight(client: &Client, order: &str, body: &Value) -> Answer {
    let path = format!("/orders/{order}/activation/preflight");
    client.call("POST", &path, &Call::json(body))
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap().to_owned()
}

fn rule<'a>(flight: &'a Value, name: &str) -> &'a Value {
    let mut rules = list(flight, "rules").iter();
    rules.find(|rule| rule["rule"] == name).unwrap()
}

/// Pointer and code of every rule that fails, in order.
fn failures(flight: &Value) -> Vec<(String, String)> {
    let failing = list(flight, "rules").iter();
    let failing = failing.filter(|rule| rule["outcome"] == "fail");
    failing
        .flat_map(|rule| {
            let findings = list(rule, "findings");
            assert!(!findings.is_empty(), "{rule}");
            findings
        })
        .map(|found| {
            assert_ne!(found["message"]["en"], found["message"]["pl"], "{found}");
            (text(found, "pointer"), text(found, "code"))
        })
        .collect()
}

/// Every rule has its place and its words, and what is not judged says what it waits for.
fn assert_whole(flight: &Value) {
    let rules = list(flight, "rules");
    let names: Vec<String> = rules.iter().map(|rule| text(rule, "rule")).collect();
    assert_eq!(names, RULES);
    for ruled in rules {
        assert_ne!(ruled["title"]["en"], ruled["title"]["pl"], "{ruled}");
        assert!(!text(&ruled["title"], "en").starts_with("rule-"));
        let waits = list(ruled, "waits_for");
        assert_eq!(
            ruled["outcome"] == "not-judged",
            !waits.is_empty(),
            "{ruled}"
        );
        for before in waits {
            let before = rule(flight, before.as_str().unwrap());
            assert_ne!(before["outcome"], "pass", "{ruled}");
        }
    }
    let passed = rules.iter().all(|rule| rule["outcome"] == "pass");
    assert_eq!(flight["ready"], passed);
}

#[test]
fn a_preflight_tells_all_that_the_activation_refuses_by_and_leaves_no_trace() {
    let world = World::start(Vec::new());
    let client = world.first();
    let ground = Ground::of(&client);
    let refuses = ground.bad_activations();
    let right = submission(&new_key().1);
    let before = traces(&world);
    let order = |path: &str| path.split('/').nth(2).unwrap().to_owned();
    let fly = |path: &str, body: &Value| preflight(&client, &order(path), body).ok();
    let flights: Vec<Value> = refuses
        .iter()
        .map(|(step, body)| fly(&step.path, body))
        .collect();
    let good = preflight(&client, &ground.ready, &right).ok();
    assert_eq!(traces(&world), before);
    for ((step, body), flight) in refuses.iter().zip(&flights) {
        let refusal = step.act(&client, body);
        let at = format!("{} {body} {flight}", step.path);
        assert_whole(flight);
        assert_eq!(flight["ready"], false, "{at}");
        let (told, faults) = (failures(flight), said(&refusal));
        assert!(faults.contains(&told[0]), "{at}");
        for fault in &faults {
            assert!(told.contains(fault), "{fault:?} at {at}");
        }
        let rules = list(flight, "rules").iter();
        let findings = rules.flat_map(|rule| list(rule, "findings"));
        let blocked: Vec<_> = findings
            .flat_map(|found| list(found, "blocked_by"))
            .collect();
        let refused_by = refusal.json();
        if refusal.code() == "step-blocked" {
            let expected: Vec<_> = list(&refused_by, "blocked_by").iter().collect();
            assert_eq!(blocked, expected, "{at}");
        }
    }
    assert_whole(&good);
    assert_eq!(good["ready"], true, "{good}");
    client.activate(&ground.ready, &right).ok();
    let again = preflight(&client, &ground.ready, &right).ok();
    let state = (String::new(), "order-state-conflict".to_owned());
    assert_eq!(failures(&again), [state]);
}

/// A fault hides no other: the activation names the first of them, the preflight each.
#[test]
fn faults_of_every_kind_stand_beside_each_other() {
    let world = shared();
    let client = world.first();
    let order = client.bound(&world.data);
    let mut body = submission(&fixture("bad/csr-key-too-small-rsa-1024.pem"));
    body["key_method"] = json!("pkcs12");
    body["statements"] = json!([accepted("subscriber-agreement")]);
    let flight = preflight(&client, &order, &body).ok();
    assert_whole(&flight);
    let expected = [
        ("/key_method", "key-method-unsupported"),
        ("", "step-blocked"),
        ("/csr", "csr-key-too-small"),
        ("/statements", "statement-missing"),
    ];
    let expected = expected.map(|(at, code)| (at.to_owned(), code.to_owned()));
    assert_eq!(failures(&flight), expected);
    let mailbox = &rule(&flight, "mailbox")["findings"][0]["blocked_by"];
    assert_eq!(*mailbox, json!(["email-not-verified"]));
    assert_eq!(rule(&flight, "fields")["waits_for"], json!(["mailbox"]));
    assert_eq!(rule(&flight, "key")["waits_for"], json!(["csr"]));
    assert_eq!(rule(&flight, "issuer")["outcome"], "pass");
}

#[test]
fn each_piece_of_evidence_says_when_it_lapses() {
    let world = shared();
    let client = world.first();
    let (order, _) = client.ready(&world.data);
    let flight = preflight(&client, &order, &submission(&new_key().1)).ok();
    assert_eq!(flight["ready"], true, "{flight}");
    let time = |value: &Value, name: &str| text(value, name).parse::<Timestamp>().unwrap();
    let life = |name: &str| {
        let evidence = list(rule(&flight, name), "evidence").iter();
        let life = evidence.map(|piece| {
            let (since, until) = (time(piece, "since"), time(piece, "lapses_at"));
            (text(piece, "kind"), since, until)
        });
        life.collect::<Vec<_>>()
    };
    let lives = [life("order"), life("subject-data"), life("mailbox")].concat();
    let expected = [
        ("order", 365),
        ("organization", 825),
        ("authority", 825),
        ("mailbox", 30),
    ];
    let found: Vec<(&str, Timestamp)> = lives.iter().map(|l| (&*l.0, l.2)).collect();
    let kept = expected.iter().zip(&lives);
    let kept: Vec<_> = kept
        .map(|((kind, days_kept), life)| (*kind, life.1.plus(days(*days_kept))))
        .collect();
    assert_eq!(found, kept);
    // What the domain says serves for 8 hours at least and a day at most.
    let caa = life("caa");
    assert_eq!((caa.len(), &*caa[0].0), (1, "caa"));
    let hours = |hours: u64| caa[0].1.plus(Duration::from_secs(hours * 3600));
    assert!((hours(8)..=hours(24)).contains(&caa[0].2));
    let first = lives.iter().chain(&caa).map(|life| life.2).min().unwrap();
    assert_eq!(time(&flight, "lapses_at"), first);
}

#[test]
fn a_private_key_in_a_preflight_is_blocked_whatever_else_is_wrong() {
    let world = shared();
    let client = world.first();
    let (order, _) = client.ready(&world.data);
    let (key, csr) = new_key();
    let leak = submission(&format!("{csr}{key}"));
    // The order is another's: nobody is told of it, and the key is burnt all the same.
    let stranger = world.client("customer", "c-2");
    let other = preflight(&stranger, &order, &leak).refusal();
    assert_eq!(other, refused(404, "not-found"));
    let flight = preflight(&client, &order, &submission(&csr)).ok();
    let burnt = vec![("/csr".to_owned(), "csr-key-compromised".to_owned())];
    assert_eq!(failures(&flight), burnt);
    assert_eq!(rule(&flight, "key")["outcome"], "fail");
    assert_eq!(rule(&flight, "certificate")["waits_for"], json!(["key"]));
    let act = client.activate(&order, &submission(&csr));
    assert_eq!(said(&act), burnt);
}
