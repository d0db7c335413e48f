//! What the clock does to the e-mail step: a daemon whose wall clock the test moves.

use std::{fs, process::Command};

use serde_json::{Value, json};

use crate::{
    instance::{Call, certify},
    mailbox::{WRONG, resend},
    openssl::new_key,
    refusals::count,
    wall::Wall,
    world::{Client, World, fixture, fresh_address, refused, submission},
};

/// Calls that may pass until a mail is sent: far more than any run needs.
const PATIENCE: u32 = 6_000;
const MINUTE: u64 = 61;
pub const DAY: u64 = 24 * 3600;

#[test]
fn codes_and_confirmations_end_and_mails_are_few() {
    let clock = Wall::new();
    let world = World::start(clock.environment());
    let client = world.first();
    let order = client.bound(&world.data);
    let state = |order: &str| {
        let found = client.get(&format!("/orders/{order}/email")).ok();
        found["state"].as_str().unwrap().to_owned()
    };
    // Five mails a day for an address, a minute between them, and only the last code counts.
    let address = fresh_address();
    client.set_address(&order, &address).ok();
    let mut seen = vec![world.code(&address, &[])];
    locked(&client, &order, &seen[0]);
    for mail in 1..5 {
        let soon = resend(&client, &order);
        assert_eq!(soon.refusal(), refused(429, "resend-too-soon"), "{mail}");
        clock.set(mail * MINUTE);
        assert_eq!(resend(&client, &order).ok()["attempts_left"], 10);
        seen.push(world.code(&address, &seen));
    }
    clock.set(5 * MINUTE);
    let many = resend(&client, &order);
    assert_eq!(many.refusal(), refused(429, "resend-too-soon"));
    assert!(many.retry_after.unwrap().parse::<u64>().unwrap() > 3600);
    let void = client.confirm(&order, &seen[3]);
    assert_eq!(void.refusal(), refused(422, "code-invalid"));
    // The limit is the address's, over all tenants.
    let partner = world.client("partner", "c-9");
    let theirs = partner.bound(&crate::desk::Desk::open(&world.instance, "partner", "c-9").data);
    let limited = partner.set_address(&theirs, &address);
    assert_eq!(limited.refusal(), refused(429, "resend-too-soon"));
    // A code lives a day, from its own mail on.
    clock.set(4 * MINUTE + DAY - 60);
    assert_eq!(state(&order), "sent");
    clock.set(5 * MINUTE + DAY);
    assert_eq!(state(&order), "expired");
    let late = client.confirm(&order, &seen[4]);
    assert_eq!(late.refusal(), refused(422, "code-expired"));
    resend(&client, &order).ok();
    let code = world.code(&address, &seen);
    client.confirm(&order, &code).ok();
    assert_eq!(state(&order), "verified");
    // A confirmation carries thirty days; then the last step is closed again.
    let body = submission(&fixture("good/openssl-ec-prime256v1.pem"));
    clock.set(5 * MINUTE + 31 * DAY);
    assert_eq!(state(&order), "lapsed");
    let mut looks = (0..PATIENCE).map(|_| events(&client, "email.lapsed"));
    assert!(
        looks.any(|events| events == 1),
        "its programs are told once"
    );
    let lapsed = client.activate(&order, &body);
    assert_eq!(lapsed.refusal(), refused(409, "step-blocked"));
    assert_eq!(
        lapsed.json()["blocked_by"],
        json!(["email-verification-lapsed"])
    );
    resend(&client, &order).ok();
    seen.push(code);
    client.confirm(&order, &world.code(&address, &seen)).ok();
    assert_eq!(client.activate(&order, &body).status, 201);
}

/// Lines of this type in the owner's feed.
fn events(client: &Client, kind: &str) -> usize {
    let (mut after, mut found) = (String::new(), 0);
    loop {
        let page = client.get(&format!("/events?limit=200{after}")).ok();
        let events = page["items"].as_array().unwrap();
        found += events.iter().filter(|event| event["type"] == kind).count();
        let Some(last) = events.last() else {
            return found;
        };
        after = format!("&after={}", last["cursor"].as_str().unwrap());
    }
}

/// Ten wrong codes: not even the right one helps, until a new one is sent.
fn locked(client: &Client, order: &str, code: &str) {
    for _ in 0..10 {
        let wrong = client.confirm(order, WRONG);
        assert_eq!(wrong.refusal(), refused(422, "code-invalid"));
    }
    let right = client.confirm(order, code);
    assert_eq!(right.refusal(), refused(409, "email-locked"));
}

/// Test idea 21 of the flows: one mail at each offset, to the holder, and one after the end; what
/// was said is not said again by a daemon that starts anew.
#[test]
fn a_holder_is_told_once_at_each_offset_that_a_certificate_ends() {
    let clock = Wall::new();
    let mut world = World::start(clock.environment());
    let made = world.first().issued(&new_key().1);
    let told = |world: &World, kind: &str| -> Vec<[Value; 2]> {
        let list = world.instance.get("operator", "/mails?limit=200").ok();
        let mails = list["items"].as_array().unwrap().iter();
        let mine = mails.filter(|mail| mail["kind"] == kind);
        mine.map(|mail| ["recipient", "state"].map(|name| mail[name].clone()))
            .collect()
    };
    let sent = [made["sans"][0].clone(), json!("sent")];
    let until = |world: &World, kind: &str, times: usize| {
        let all = vec![sent.clone(); times];
        let mut looks = (0..PATIENCE).map(|_| told(world, kind));
        let there = looks.any(|told| told == all);
        assert!(there, "{times} {kind}: {:?}", told(world, kind));
    };
    let expiring = "certificate-expiring";
    for (number, days) in (1..).zip([60, 30, 14, 7, 1]) {
        clock.set((365 - days) * DAY - 12 * 3600);
        assert_eq!(told(&world, expiring).len(), number - 1, "{days} days");
        clock.set((365 - days) * DAY + 60);
        until(&world, expiring, number);
        world.restart(&clock.environment());
    }
    clock.set(365 * DAY + 120);
    let expired = |world: &World| events(&world.first(), "certificate.expired");
    assert!((0..PATIENCE).any(|_| expired(&world) == 1));
    assert!(told(&world, "certificate-expired").is_empty());
    world.restart(&clock.environment());
    clock.set(366 * DAY + 60);
    until(&world, "certificate-expired", 1);
    clock.set(380 * DAY);
    // Whatever is due now is taken up before a mail that is asked for later.
    let test = Call::json(&json!({"to": "operator@example.com"}));
    world.instance.post("operator", "/mail-tests", &test).ok();
    let mut looks = (0..PATIENCE).map(|_| told(&world, "test"));
    assert!(looks.any(|tests| tests.iter().any(|test| test[1] == "sent")));
    until(&world, expiring, 5);
    until(&world, "certificate-expired", 1);
    assert_eq!(expired(&world), 1);
}

/// A grant and a qualification hold before their end, and nothing is done by them after it.
#[test]
fn grants_and_qualifications_hold_before_their_end_and_not_after_it() {
    let clock = Wall::new();
    let world = World::start(clock.environment());
    let date = Command::new("date")
        .args(["-u", "-d", "+24 hours", "+%FT%TZ"])
        .output();
    let tomorrow = String::from_utf8(date.unwrap().stdout).unwrap();
    let (at, inactive) = (world.instance.path(""), "identity-inactive");
    let cases = [
        ("leaving", "ra_customer", "granted_until", "/orders"),
        (
            "unlearned",
            "validation_officer",
            "qualified_until",
            "/cases",
        ),
        ("replaced", "auditor", "granted_until", "/orders"),
    ];
    for (name, role, member, _) in cases {
        certify(&at, name, "client");
        let pem = fs::read_to_string(at.join(format!("{name}.pem"))).unwrap();
        let mut new = json!({"name": name, "role": role, "certificate": pem});
        if !role.starts_with("ra_") {
            new["qualified_until"] = json!("2099-12-31T00:00:00Z");
        }
        new[member] = json!(tomorrow.trim());
        let call = Call::json(&new);
        world.instance.post("operator", "/identities", &call).ok();
    }
    // Hours before the end; how long the calls take is not known.
    clock.set(DAY - 3600);
    for (name, _, _, path) in cases {
        world.instance.get(name, path).ok();
    }
    assert_eq!(count(&world, inactive), 0);
    clock.set(DAY);
    for (times, (name, _, _, path)) in (1..).zip(cases) {
        let answer = world.instance.get(name, path);
        assert_eq!(answer.refusal(), refused(403, inactive), "{name}");
        assert_eq!(count(&world, inactive), times, "{name}");
    }
    // It is not undone by calling another way, and others are not concerned.
    let body = json!({"product_code": "smime-org-multipurpose-365-issue"});
    let order = Call::json(&body).header("Acting-For: c-1").fresh_key();
    let answer = world.instance.post("leaving", "/orders", &order);
    assert_eq!(answer.refusal(), refused(403, inactive));
    world.first().get("/orders").ok();
    assert_eq!(count(&world, inactive), 4);
}
