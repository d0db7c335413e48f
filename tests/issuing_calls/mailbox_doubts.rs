//! A mailbox's validation that must not be relied on: proposed by one person, decided by another,
//! with all that was taken over from it and all that was issued on it.

use std::{fs, thread};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    instance::{Answer, Call},
    late::{await_crl, shimmed},
    mailbox::page_of,
    openssl::new_key,
    world::{Client, World, refused, submission},
};

const WRONG: &str = "read by others";

/// What both people sign the digest of, put together by hand.
fn digest(shown: &Value, reason: &str) -> String {
    let mut content = "chancery-mailbox-doubt/v1\n".to_owned();
    for (name, value) in [
        ("mailbox", shown["id"].as_str()),
        ("address", shown["email"].as_str()),
        ("initiated_at", shown["initiated_at"].as_str()),
        ("confirmed_at", shown["confirmed_at"].as_str()),
        ("reason", Some(reason)),
        ("source", Some("letter")),
        ("evidence", Some("ticket 4711")),
    ] {
        let value = value.unwrap();
        content.push_str(&format!("{name} {} {value}\n", value.len()));
    }
    format!("sha256:{}", hex::encode(Sha256::digest(content)))
}

pub fn show(world: &World, id: &str) -> Value {
    world
        .instance
        .get("auditor", &format!("/mailboxes/{id}"))
        .ok()
}

fn signature(world: &World, who: &str, id: &str, words: &str, digest: &str) -> Value {
    let text = format!("chancery-invalidation/v1\n{id}\n{words}\n{digest}\n");
    json!({"alg": "ES256", "value": world.instance.sign(who, &text)})
}

/// The body of a proposal.
pub fn proposal(world: &World, who: &str, id: &str, reason: &str) -> Value {
    let digest = digest(&show(world, id), reason);
    json!({
        "reason": reason,
        "source": "letter",
        "evidence": "ticket 4711",
        "digest": digest,
        "signature": signature(world, who, id, "propose\napprove", &digest),
    })
}

/// The body of a decision on what is proposed now.
pub fn decision(world: &World, who: &str, id: &str, outcome: &str) -> Value {
    let shown = show(world, id);
    let digest = shown["doubt"]["digest"].as_str().unwrap();
    let words = format!("decide\n{outcome}");
    json!({
        "outcome": outcome,
        "digest": digest,
        "signature": signature(world, who, id, &words, digest),
    })
}

pub fn post(world: &World, who: &str, id: &str, what: &str, body: &Value) -> Answer {
    let path = format!("/mailboxes/{id}/{what}");
    world
        .instance
        .post(who, &path, &Call::json(body).fresh_key())
}

pub fn propose(world: &World, who: &str, id: &str) -> Answer {
    post(world, who, id, "proposal", &proposal(world, who, id, WRONG))
}

pub fn decide(world: &World, who: &str, id: &str, outcome: &str) -> Answer {
    post(
        world,
        who,
        id,
        "decision",
        &decision(world, who, id, outcome),
    )
}

/// A ready order, its address and its validation.
pub fn confirmed(client: &Client<'_>) -> (String, String, String) {
    let (order, address) = client.ready(&client.world.data);
    let code = client.world.code(&address, &[]);
    let (_, id) = page_of(client.world, &code);
    (order, address, id)
}

/// Another order of the owner, with the proof taken over.
pub fn taken_over(client: &Client<'_>, address: &str) -> (String, String) {
    let order = client.bound(&client.world.data);
    assert_eq!(
        client.set_address(&order, address).ok()["state"],
        "verified"
    );
    let told = client.get("/notifications?tab=information&limit=200").ok();
    let mut told = told["items"].as_array().unwrap().iter();
    let is_it =
        |line: &&Value| line["code"] == "mailbox-verified" && line["order_id"] == json!(order);
    let line = told.find(is_it).unwrap();
    (order, line["object_id"].as_str().unwrap().to_owned())
}

#[test]
fn one_person_alone_ends_no_validation() {
    let world = World::start(Vec::new());
    let client = world.first();
    let (order, _, id) = confirmed(&client);
    let early = json!({"outcome": "approve", "digest": digest(&show(&world, &id), WRONG),
        "signature": {"alg": "ES256", "value": "AAAA"}});
    let early = post(&world, "officer", &id, "decision", &early);
    assert_eq!(early.refusal(), refused(409, "proposal-missing"));
    let proposed = propose(&world, "officer", &id).ok();
    assert_eq!(
        (&proposed["state"], &proposed["doubt"]["decided_by"]),
        (&json!("verified"), &Value::Null)
    );
    assert_eq!(proposed["doubt"]["proposed_by"], "officer");
    let waiting = world.instance.get("specialist", "/mailboxes").ok();
    assert_eq!(waiting["items"][0]["id"], json!(id));
    let again = propose(&world, "specialist", &id);
    assert_eq!(again.refusal(), refused(409, "email-doubted"));
    let same = decide(&world, "officer", &id, "approve");
    assert_eq!(same.refusal(), refused(403, "same-officer"));
    let junior = decide(&world, "specialist", &id, "approve");
    assert_eq!(junior.refusal(), refused(403, "role-forbidden"));
    for who in ["customer", "partner"] {
        let call = Call::default().header("Acting-For: c-2");
        let read = world
            .instance
            .call(who, "GET", &format!("/mailboxes/{id}"), &call);
        assert_eq!(read.refusal(), refused(403, "role-forbidden"));
    }
    // Nothing has happened: it stands until the second person has spoken.
    client.activate(&order, &submission(&new_key().1)).ok();
}

/// Neither another's key, nor another text, nor another digest.
#[test]
fn only_what_was_signed_by_who_is_named_counts() {
    let world = World::start(Vec::new());
    let client = world.first();
    let (_, _, id) = confirmed(&client);
    let invalid = refused(403, "officer-signature-invalid");
    let mut body = proposal(&world, "specialist", &id, WRONG);
    let digest = body["digest"].as_str().unwrap().to_owned();
    let sent = |body: &Value| post(&world, "specialist", &id, "proposal", body);
    let good = body["signature"].clone();
    body["signature"] = signature(&world, "officer", &id, "propose\napprove", &digest);
    assert_eq!(sent(&body).refusal(), invalid, "another's key");
    body["signature"] = signature(&world, "specialist", &id, "decide\napprove", &digest);
    assert_eq!(sent(&body).refusal(), invalid, "another step");
    let text = format!("chancery-decision/v1\n{id}\npropose\napprove\n{digest}\n");
    body["signature"] = json!({"alg": "ES256", "value": world.instance.sign("specialist", &text)});
    assert_eq!(sent(&body).refusal(), invalid, "a word on a case");
    body["signature"] = good;
    body["reason"] = json!("another reason");
    assert_eq!(sent(&body).refusal(), refused(412, "precondition-failed"));
    body["reason"] = json!(WRONG);
    sent(&body).ok();
    let mut body = decision(&world, "officer", &id, "approve");
    body["outcome"] = json!("reject");
    let turned = post(&world, "officer", &id, "decision", &body);
    assert_eq!(turned.refusal(), invalid, "another outcome");
    assert_eq!(show(&world, &id)["state"], "verified");
}

/// What was decided on stays on a list, with what fell with it.
fn decided_on(world: &World, id: &str, taken: &str) {
    let list = |query: &str| {
        let path = format!("/mailboxes?{query}");
        world.instance.get("auditor", &path)
    };
    let decided = list("state=invalidated").ok()["items"].clone();
    let decided = decided.as_array().unwrap();
    assert_eq!(decided.len(), 1, "what fell with it was not decided on");
    assert_eq!(
        (&decided[0]["id"], &decided[0]["voided"]),
        (&json!(id), &json!([taken]))
    );
    assert_eq!(decided[0]["doubt"]["decided_by"], "officer");
    assert!(decided[0]["doubt"]["decided_at"].is_string());
    assert_eq!(show(world, taken)["voided"], json!([]));
    let unknown = list("state=verified");
    assert_eq!(unknown.refusal(), refused(400, "parameter-invalid"));
}

#[test]
fn what_was_wrong_is_invalid_with_all_that_was_taken_over() {
    let world = World::start(Vec::new());
    let client = world.first();
    let (order, address, id) = confirmed(&client);
    let (second, taken) = taken_over(&client, &address);
    let elsewhere = propose(&world, "specialist", &taken);
    assert_eq!(elsewhere.refusal(), refused(409, "email-proof-elsewhere"));
    assert_eq!(show(&world, &taken)["reused_from"], json!(id));
    propose(&world, "specialist", &id).ok();
    let body = Call::json(&decision(&world, "officer", &id, "approve"));
    let path = format!("/mailboxes/{id}/decision");
    let say = |key: &str| {
        world
            .instance
            .post("officer", &path, &body.clone().key(key))
    };
    let done = say("once");
    assert_eq!(done.ok()["state"], "invalidated");
    assert_eq!(say("once").bytes, done.bytes);
    assert_eq!(say("anew").refusal(), refused(409, "proposal-missing"));
    assert_eq!(show(&world, &taken)["state"], "invalidated");
    assert_eq!(
        world.instance.get("officer", "/mailboxes").ok()["items"],
        json!([])
    );
    decided_on(&world, &id, &taken);
    for order in [&order, &second] {
        let blocked = client.activate(order, &submission(&new_key().1));
        assert_eq!(blocked.json()["blocked_by"], json!(["email-not-verified"]));
        let problems = client.get("/notifications?tab=problems&limit=200").ok();
        let mut problems = problems["items"].as_array().unwrap().iter();
        let mine = problems.find(|line| line["order_id"] == json!(order));
        assert_eq!(mine.unwrap()["code"], "mailbox-invalidated");
    }
    let events = client.get("/events?limit=200").ok();
    let events = events["items"].as_array().unwrap().iter();
    let ended: Vec<&Value> = events
        .filter(|event| event["type"] == "email.invalidated")
        .map(|event| &event["object"]["id"])
        .collect();
    assert_eq!(ended, [&json!(id), &json!(taken)]);
    // A new order takes nothing over: a code would go out, too soon after the first.
    let third = client.bound(&world.data);
    let anew = client.set_address(&third, &address);
    assert_eq!(anew.refusal(), refused(429, "resend-too-soon"));
    // The old one goes on with another check; the evidence stays.
    client.confirmed(&order);
    client.activate(&order, &submission(&new_key().1)).ok();
    let kept = show(&world, &id);
    assert_eq!(kept["state"], "invalidated");
    assert_eq!(kept["doubt"]["decided_by"], "officer");
    assert!(kept["confirmed_at"].is_string());
}

/// More than fall with the decision itself: a job takes the rest, and nothing is issued on what it
/// has not reached yet.
#[test]
fn what_was_taken_over_is_invalid_however_much_it_is() {
    let world = World::start(Vec::new());
    let client = world.first();
    let (_, address, id) = confirmed(&client);
    let orders: Vec<String> = (0..51)
        .map(|_| {
            let order = client.bound(&world.data);
            client.set_address(&order, &address).ok();
            order
        })
        .collect();
    let submission = submission(&new_key().1);
    propose(&world, "specialist", &id).ok();
    decide(&world, "officer", &id, "approve").ok();
    for order in orders.iter().rev() {
        let blocked = client.activate(order, &submission);
        assert_eq!(blocked.json()["blocked_by"], json!(["email-not-verified"]));
    }
    let ended = || {
        let told = client.get("/notifications?tab=problems&limit=200").ok();
        let told = told["items"].as_array().unwrap().iter();
        told.filter(|line| line["code"] == "mailbox-invalidated")
            .count()
    };
    assert!(ended() >= 51, "with the decision itself");
    // A call paces the loop.
    assert!((0..3_000).any(|_| ended() == 52));
}

#[test]
fn what_rests_on_an_invalid_validation_is_named_and_revoked() {
    let world = World::start(Vec::new());
    let client = world.first();
    let (order, address, id) = confirmed(&client);
    let (second, _) = taken_over(&client, &address);
    let issue = |order: &str| client.activate(order, &submission(&new_key().1)).ok()["id"].clone();
    let ids = [issue(&second), issue(&order)];
    let at = |what: &str| format!("/mailboxes/{id}/{what}");
    let revoke = |body: Value| {
        world
            .instance
            .post("officer", &at("revocations"), &Call::json(&body))
    };
    assert_eq!(
        revoke(json!({})).refusal(),
        refused(409, "email-not-invalidated")
    );
    let proposed = propose(&world, "specialist", &id).ok();
    assert_eq!(
        (&proposed["certificates"], &proposed["revoke_by"]),
        (&json!(2), &Value::Null)
    );
    let ended = decide(&world, "officer", &id, "approve").ok();
    assert_eq!(ended["certificates"], 2);
    let day = |name: &Value| name.as_str().unwrap()[8..10].parse::<u32>().unwrap();
    let (decided, due) = (&ended["doubt"]["decided_at"], &ended["revoke_by"]);
    assert_eq!(decided.as_str().unwrap()[10..], due.as_str().unwrap()[10..]);
    assert!(
        day(due) == day(decided) + 1 || day(due) == 1,
        "24 hours: {ended}"
    );
    let resting = world.instance.get("auditor", &at("certificates")).ok();
    let named: Vec<Value> = resting["items"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|item| item["id"].clone())
        .collect();
    assert_eq!(named, ids);
    let key = revoke(json!({"reason": "keyCompromise"}));
    assert_eq!(key.refusal(), refused(422, "reason-not-allowed"));
    let lot = revoke(json!({"reason": "privilegeWithdrawn", "note": "mailbox"})).ok();
    assert_eq!(lot["revocation_ids"].as_array().unwrap().len(), 2);
    assert_eq!(lot["more"], false);
    for id in &ids {
        let found = client.get(&format!("/certificates/{}", id.as_str().unwrap()));
        assert_eq!(found.ok()["state"], "revoked");
    }
    let left = show(&world, &id);
    assert_eq!(
        (&left["certificates"], &left["revoke_by"]),
        (&json!(0), &Value::Null)
    );
}

#[test]
fn who_disagrees_drops_the_proposal() {
    let world = World::start(Vec::new());
    let client = world.first();
    let (order, _, id) = confirmed(&client);
    propose(&world, "specialist", &id).ok();
    let old = decision(&world, "second", &id, "approve");
    let upheld = decide(&world, "officer", &id, "reject").ok();
    assert_eq!(
        (&upheld["state"], &upheld["doubt"]),
        (&json!("verified"), &Value::Null)
    );
    let late = post(&world, "second", &id, "decision", &old);
    assert_eq!(late.refusal(), refused(409, "proposal-missing"));
    // A later proposal is another: the word on the first is none on it.
    let other = proposal(&world, "officer", &id, "sold by its owner");
    post(&world, "officer", &id, "proposal", &other).ok();
    let stale = post(&world, "second", &id, "decision", &old);
    assert_eq!(stale.refusal(), refused(412, "precondition-failed"));
    client.activate(&order, &submission(&new_key().1)).ok();
}

/// Two officers at the same moment: one of them decides.
#[test]
fn of_two_decisions_one_counts() {
    let world = World::start(Vec::new());
    let client = world.first();
    let (_, _, id) = confirmed(&client);
    propose(&world, "specialist", &id).ok();
    let words = [("officer", "approve"), ("second", "reject")];
    let words = words.map(|(who, outcome)| (who, outcome, decision(&world, who, &id, outcome)));
    let done: Vec<(u16, &str)> = thread::scope(|scope| {
        let ask = |(who, outcome, body)| {
            let (world, id) = (&world, &id);
            scope.spawn(move || (post(world, who, id, "decision", &body).status, outcome))
        };
        let both = words.map(ask);
        both.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let mut counted = done.iter().filter(|(status, _)| *status == 200);
    let outcome = counted.next().unwrap().1;
    assert!(counted.next().is_none(), "{done:?}");
    let state = show(&world, &id)["state"].clone();
    assert_eq!(state == "invalidated", outcome == "approve", "{done:?}");
}

/// The decision falls between an intent and its signature: nothing is intended after it, and what
/// was is found and revoked.
#[test]
fn a_certificate_that_was_being_signed_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let world = shimmed(dir.path());
    let client = world.first();
    let (order, _, id) = confirmed(&client);
    propose(&world, "specialist", &id).ok();
    let path = format!("/orders/{order}/activation");
    let body = submission(&new_key().1);
    let ask = |wait: &str| {
        let call = Call::json(&body).key("late");
        client.call("POST", &path, &call.header(&format!("Prefer: wait={wait}")))
    };
    await_crl(&world);
    fs::write(dir.path().join("trigger"), "h").unwrap();
    assert_eq!(ask("0").status, 202);
    assert_eq!(
        decide(&world, "officer", &id, "approve").ok()["state"],
        "invalidated"
    );
    let at = format!("/mailboxes/{id}/revocations");
    let lot = || {
        world
            .instance
            .post("officer", &at, &Call::json(&json!({})))
            .ok()
    };
    let none = lot();
    assert_eq!(
        (&none["revocation_ids"], &none["more"]),
        (&json!([]), &json!(true))
    );
    let taken = dir.path().join("trigger.taken");
    let mut calls = (0..3_000).map(|_| client.get(&path).ok());
    assert!(calls.any(|_| fs::remove_file(&taken).is_ok()));
    let issued = ask("60");
    assert_eq!(issued.status, 201, "{}", issued.json());
    let last = lot();
    assert_eq!(last["revocation_ids"].as_array().unwrap().len(), 1);
    assert_eq!(last["more"], false);
}
