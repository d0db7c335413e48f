//! Verified data in doubt: stopped by one person, taken back or ended by two, and what rests on it.

use std::{fs, thread};

use serde_json::{Value, json};

use crate::{
    instance::{Answer, Call},
    keys::metrics,
    late::{await_crl, shimmed},
    mailbox_doubts,
    openssl::new_key,
    time::DAY,
    wall::Wall,
    world::{World, refused, submission},
};

fn finding(reason: &str) -> Value {
    json!({"reason": reason, "source": "KRS", "evidence": "entry 12 of 2026-11-20"})
}

fn by(world: &World, who: &str, path: &str, body: &Value) -> Answer {
    world.instance.post(who, path, &Call::json(body))
}

/// On the data as it stands.
fn settle(world: &World, who: &str, what: &str, body: &Value) -> Answer {
    let doubt = format!("/subject-data/{}/doubt", world.data);
    let seen = world.instance.get("auditor", &doubt);
    let tag = seen.etag.clone().unwrap();
    assert_eq!(format!("\"{}\"", seen.ok()["version"]), tag);
    settle_on(world, who, what, &tag, body)
}

fn settle_on(world: &World, who: &str, what: &str, tag: &str, body: &Value) -> Answer {
    let path = format!("/subject-data/{}/{what}", world.data);
    let call = Call::json(body).matching(tag);
    world.instance.post(who, &path, &call)
}

#[test]
fn data_is_stopped_by_one_and_let_go_by_two() {
    let world = World::start(Vec::new());
    let client = world.first();
    let (order, _) = client.ready(&world.data);
    let at = |what: &str| format!("/subject-data/{}/{what}", world.data);
    let early = settle(&world, "officer", "resume", &finding("why not"));
    assert_eq!(early.refusal(), refused(409, "data-set-state-conflict"));
    let stopped = by(&world, "specialist", &at("suspend"), &finding("struck off"));
    let stopped = stopped.ok();
    assert_eq!(stopped["state"], "suspended");
    assert_eq!(stopped["doubt"], "struck off");
    let again = by(&world, "officer", &at("suspend"), &finding("struck off"));
    assert_eq!(again.refusal(), refused(409, "data-set-state-conflict"));
    // Nothing is issued on it, and nothing new takes it.
    let blocked = client.activate(&order, &submission(&new_key().1));
    assert_eq!(blocked.refusal(), refused(409, "step-blocked"));
    assert_eq!(blocked.json()["blocked_by"], json!(["data-set-suspended"]));
    let other = client.order(crate::world::PRODUCT);
    let body = json!({"subject_data_id": world.data});
    let bound = client.put(&other, "subject-data", &body);
    assert_eq!(bound.refusal(), refused(409, "data-set-suspended"));
    let told = client.get("/notifications?tab=problems").ok();
    assert_eq!(told["items"][0]["code"], "data-suspended");
    // Two people let it go, the second of them an officer.
    let first = settle(&world, "officer", "resume", &finding("mistaken"));
    assert_eq!(first.status, 202);
    assert_eq!(first.json()["proposed_by"], "officer");
    let same = settle(&world, "officer", "resume", &finding("mistaken"));
    assert_eq!(same.refusal(), refused(403, "same-officer"));
    let junior = settle(&world, "specialist", "resume", &finding("mistaken"));
    assert_eq!(junior.refusal(), refused(403, "second-officer-required"));
    let second = settle(&world, "second", "resume", &finding("mistaken"));
    assert_eq!(second.ok()["state"], "verified");
    client.activate(&order, &submission(&new_key().1)).ok();
}

#[test]
fn data_that_was_wrong_is_ended_and_what_rests_on_it_is_revoked() {
    let world = World::start(Vec::new());
    let client = world.first();
    let ids: Vec<Value> = (0..2)
        .map(|_| client.issued(&new_key().1)["id"].clone())
        .collect();
    let (order, _) = client.ready(&world.data);
    let at = |what: &str| format!("/subject-data/{}/{what}", world.data);
    let early = by(&world, "officer", &at("revocations"), &json!({}));
    assert_eq!(early.refusal(), refused(409, "data-set-state-conflict"));
    let found = finding("forged authority");
    let proposed = settle(&world, "specialist", "invalidation", &found);
    assert_eq!(proposed.status, 202);
    let ended = settle(&world, "officer", "invalidation", &found).ok();
    assert_eq!(
        (&ended["state"], &ended["certificates"]),
        (&json!("rejected"), &json!(2))
    );
    let listed = || world.instance.get("auditor", "/doubted-data").ok()["items"].clone();
    assert_eq!(listed()[0], ended);
    let blocked = client.activate(&order, &submission(&new_key().1));
    assert_eq!(blocked.refusal(), refused(409, "step-blocked"));
    let resting = world.instance.get("auditor", &at("certificates")).ok();
    let mut named: Vec<Value> = resting["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["id"].clone())
        .collect();
    named.reverse();
    assert_eq!(named, ids);
    let key = json!({"reason": "keyCompromise"});
    let key = by(&world, "officer", &at("revocations"), &key);
    assert_eq!(key.refusal(), refused(422, "reason-not-allowed"));
    let lot = json!({"reason": "privilegeWithdrawn", "note": "forged"});
    let lot = by(&world, "officer", &at("revocations"), &lot).ok();
    assert_eq!(lot["revocation_ids"].as_array().unwrap().len(), 2);
    assert_eq!(lot["more"], false);
    let mails = world.instance.get("operator", "/mails?limit=200").ok();
    let mails = mails["items"].as_array().unwrap().iter();
    let told = mails.filter(|mail| mail["kind"] == "revocation-requested");
    assert_eq!(told.count(), 2, "each holder");
    for id in &ids {
        let found = client.get(&format!("/certificates/{}", id.as_str().unwrap()));
        assert_eq!(found.ok()["state"], "revoked");
    }
    let none = by(&world, "officer", &at("revocations"), &json!({})).ok();
    assert_eq!(none["revocation_ids"], json!([]));
    assert_eq!(listed(), json!([]));
}

/// What somebody found between the look and the word is not settled with it.
#[test]
fn a_doubt_that_was_raised_since_the_look_is_not_settled() {
    let world = World::start(Vec::new());
    let at = |what: &str| format!("/subject-data/{}/{what}", world.data);
    let look = || world.instance.get("officer", &at("doubt")).etag.unwrap();
    let (found, wrong) = (finding("struck off"), finding("mistaken"));
    let blind = by(&world, "officer", &at("resume"), &wrong);
    assert_eq!(blind.refusal(), refused(428, "precondition-required"));
    let verified = look();
    by(&world, "specialist", &at("suspend"), &found).ok();
    for what in ["resume", "invalidation"] {
        let old = settle_on(&world, "officer", what, &verified, &wrong);
        assert_eq!(old.refusal(), refused(412, "precondition-failed"), "{what}");
    }
    let suspended = look();
    let proposed = settle_on(&world, "officer", "resume", &suspended, &wrong);
    assert_eq!(proposed.status, 202);
    assert_eq!(proposed.etag.as_deref(), Some(look().as_str()));
    // The proposal itself is something that a second person must have seen.
    let old = settle_on(&world, "second", "resume", &suspended, &wrong);
    assert_eq!(old.refusal(), refused(412, "precondition-failed"));
    // Let go, and stopped again for another reason: the first proposal's seconder is too late.
    let first = look();
    let gone = settle_on(&world, "second", "resume", &first, &wrong);
    assert_eq!(gone.ok()["state"], "verified");
    by(
        &world,
        "specialist",
        &at("suspend"),
        &finding("in liquidation"),
    )
    .ok();
    let late = settle_on(&world, "officer", "resume", &first, &wrong);
    assert_eq!(late.refusal(), refused(412, "precondition-failed"));
    let now = world.instance.get("officer", &at("doubt")).ok();
    assert_eq!(
        (&now["state"], &now["doubt"]),
        (&json!("suspended"), &json!("in liquidation"))
    );
}

/// Two people at the same moment on the same version: one of them does it.
#[test]
fn of_two_words_on_one_version_one_counts() {
    let world = World::start(Vec::new());
    let at = |what: &str| format!("/subject-data/{}/{what}", world.data);
    by(&world, "specialist", &at("suspend"), &finding("struck off")).ok();
    let tag = world.instance.get("officer", &at("doubt")).etag.unwrap();
    let statuses: Vec<u16> = thread::scope(|scope| {
        let ask = |who: &'static str, what: &'static str| {
            let (world, tag) = (&world, &tag);
            scope.spawn(move || settle_on(world, who, what, tag, &finding("seen")).status)
        };
        let both = [ask("officer", "resume"), ask("second", "invalidation")];
        both.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(
        matches!(statuses[..], [202, 412] | [412, 202]),
        "{statuses:?}"
    );
}

/// Its owner has no more use for it; the certificates that rest on it are still in doubt.
#[test]
fn doubted_data_that_its_owner_withdraws_is_ended_all_the_same() {
    let world = World::start(Vec::new());
    let client = world.first();
    let issued = client.issued(&new_key().1);
    let at = |what: &str| format!("/subject-data/{}/{what}", world.data);
    let found = finding("struck off");
    by(&world, "specialist", &at("suspend"), &found).ok();
    let gone = client.call("POST", &at("withdraw"), &Call::default());
    assert_eq!(gone.ok()["state"], "withdrawn");
    let doubted = || world.instance.get("officer", "/doubted-data").ok()["items"].clone();
    let listed = doubted()[0].clone();
    assert_eq!(
        (&listed["subject_data_id"], &listed["state"]),
        (&json!(world.data), &json!("withdrawn"))
    );
    assert_eq!(listed["certificates"], 1);
    let [since, due] = ["doubted_at", "revoke_by"].map(|name| listed[name].as_str().unwrap());
    assert_eq!(since[10..], due[10..]);
    let lot = json!({"reason": "privilegeWithdrawn"});
    let lot = by(&world, "officer", &at("revocations"), &lot).ok();
    assert_eq!(lot["revocation_ids"].as_array().unwrap().len(), 1, "{lot}");
    assert_eq!(doubted(), json!([]), "nothing valid rests on it");
    let path = format!("/certificates/{}", issued["id"].as_str().unwrap());
    assert_eq!(client.get(&path).ok()["state"], "revoked");
    let proposed = settle(&world, "specialist", "invalidation", &found);
    assert_eq!(proposed.status, 202, "{}", proposed.json());
    let ended = settle(&world, "officer", "invalidation", &found).ok();
    assert_eq!(ended["state"], "rejected");
}

/// Data is stopped between an intent and its signature.
#[test]
fn a_lot_is_not_the_last_while_a_certificate_may_come() {
    let dir = tempfile::tempdir().unwrap();
    let world = shimmed(dir.path());
    let client = world.first();
    let (order, _) = client.ready(&world.data);
    let path = format!("/orders/{order}/activation");
    let body = submission(&new_key().1);
    let post = |wait: &str| {
        let call = Call::json(&body).key("late");
        client.call("POST", &path, &call.header(&format!("Prefer: wait={wait}")))
    };
    await_crl(&world);
    fs::write(dir.path().join("trigger"), "h").unwrap();
    assert_eq!(post("0").status, 202);
    let at = |what: &str| format!("/subject-data/{}/{what}", world.data);
    by(&world, "specialist", &at("suspend"), &finding("forged")).ok();
    let lot = || by(&world, "officer", &at("revocations"), &json!({})).ok();
    let none = lot();
    assert_eq!(
        (&none["revocation_ids"], &none["more"]),
        (&json!([]), &json!(true))
    );
    let taken = dir.path().join("trigger.taken");
    let mut calls = (0..3_000).map(|_| client.get(&path).ok());
    assert!(calls.any(|_| fs::remove_file(&taken).is_ok()));
    let issued = post("60");
    assert_eq!(issued.status, 201, "{}", issued.json());
    let last = lot();
    assert_eq!(last["revocation_ids"].as_array().unwrap().len(), 1);
    assert_eq!(last["more"], false);
}

/// What a daemon says that has just started and looked.
fn unrevoked(world: &World, kind: &str) -> [u32; 3] {
    let wanted = |text: &str| text.matches("chancery_validations_unrevoked{").count() == 6;
    let mut looks = (0..3_000).map(|_| metrics(world));
    let said = looks.find(|text| wanted(text)).unwrap();
    ["half", "most", "late"].map(|used| {
        let of = |line: &&str| {
            line.starts_with("chancery_validations_unrevoked{")
                && line.contains(&format!("kind=\"{kind}\""))
                && line.contains(&format!("used=\"{used}\""))
        };
        let line = said.lines().find(of).unwrap();
        line.rsplit(' ').next().unwrap().parse().unwrap()
    })
}

/// The CA has five days for data, and one for a mailbox.
#[test]
fn operators_are_told_before_it_is_too_late_to_revoke() {
    let clock = Wall::new();
    let mut world = World::start(clock.environment());
    let client = world.first();
    let (order, _, mailbox) = mailbox_doubts::confirmed(&client);
    client.activate(&order, &submission(&new_key().1)).ok();
    mailbox_doubts::propose(&world, "specialist", &mailbox).ok();
    mailbox_doubts::decide(&world, "officer", &mailbox, "approve").ok();
    let at = |what: &str| format!("/subject-data/{}/{what}", world.data);
    by(&world, "specialist", &at("suspend"), &finding("struck off")).ok();
    let lots = [
        at("revocations"),
        format!("/mailboxes/{mailbox}/revocations"),
    ];
    let hour = DAY / 24;
    for (after, data, mailboxes) in [
        (11 * hour, [0, 0, 0], [0, 0, 0]),
        (13 * hour, [0, 0, 0], [1, 0, 0]),
        (25 * hour, [0, 0, 0], [1, 1, 1]),
        (61 * hour, [1, 0, 0], [1, 1, 1]),
        (97 * hour, [1, 1, 0], [1, 1, 1]),
        (121 * hour, [1, 1, 1], [1, 1, 1]),
    ] {
        clock.set(after);
        world.restart(&clock.environment());
        let said = ["data", "mailbox"].map(|kind| unrevoked(&world, kind));
        assert_eq!(said, [data, mailboxes], "{after} s");
    }
    for lot in lots {
        by(&world, "officer", &lot, &json!({})).ok();
    }
    world.restart(&clock.environment());
    let said = ["data", "mailbox"].map(|kind| unrevoked(&world, kind));
    assert_eq!(said, [[0; 3]; 2], "revoked");
}
