//! The domain's owner has the last word (S/MIME BR 4.2.2.1, RFC 9495): what a frontend gets for
//! each kind of DNS.

use std::net::UdpSocket;

use serde_json::Value;

use crate::{
    instance::Call,
    world::{Client, World, fixture, refused, shared, submission},
};

/// Calls that may pass until a job has run.
const PATIENCE: u32 = 3_000;

pub fn csr() -> String {
    fixture("good/certtool-ec-secp256r1.pem")
}

/// Orders whose gates are green, each with a mailbox at one of the domains.
pub fn ready_at(
    client: &Client<'_>,
    who: &str,
    domains: &[&'static str],
) -> Vec<(&'static str, String)> {
    let set = |domain: &&'static str| {
        let order = client.bound(&client.world.data);
        client.set_address(&order, &format!("{who}@{domain}")).ok();
        (*domain, order)
    };
    // All mails are on the way before the first is waited for.
    let orders: Vec<_> = domains.iter().map(set).collect();
    for (domain, order) in &orders {
        let code = client.world.code(&format!("{who}@{domain}"), &[]);
        client.confirm(order, &code).ok();
    }
    orders
}

/// Codes of the notifications about this order.
fn told(client: &Client<'_>, order: &str) -> Vec<String> {
    let list = client.get("/notifications?tab=problems&limit=200").ok();
    let items = list["items"].as_array().unwrap().clone();
    let about = |item: &&Value| item["order_id"] == *order;
    let code = |item: &Value| item["code"].as_str().unwrap().to_owned();
    items.iter().filter(about).map(code).collect()
}

fn is_told(client: &Client<'_>, order: &str, code: &str) -> bool {
    (0..PATIENCE).any(|_| told(client, order).iter().any(|told| told == code))
}

#[test]
fn who_permits_or_says_nothing_gets_a_certificate() {
    let world = shared();
    let client = world.first();
    let domains = [
        "permits.info",
        "nocaa.info",
        "insecure.info",
        "several.policy.info",
        "servers.policy.info",
        "to-permits.alias.info",
        "insecure-mute.info",
    ];
    for (domain, order) in ready_at(&client, "permitted", &domains) {
        let answer = client.activate(&order, &submission(&csr()));
        assert_eq!(answer.status, 201, "{domain}: {:?}", answer.json());
    }
}

#[test]
fn who_forbids_is_obeyed_and_can_change_their_mind() {
    let world = shared();
    let client = world.first();
    let domains = [
        "forbids.info",
        "insecure-forbids.info",
        "below.forbids.info",
        "critical.policy.info",
        "empty.policy.info",
        "malformed.policy.info",
        "large.policy.info",
        "to-forbids.alias.info",
        "to-nothing.alias.info",
    ];
    for (domain, order) in ready_at(&client, "forbidden", &domains) {
        let answer = client.activate(&order, &submission(&csr()));
        assert_eq!(answer.refusal(), refused(422, "caa-forbids"), "{domain}");
        let message = &answer.json()["message"];
        assert!(message["en"].as_str().unwrap().contains("issuemail"));
        assert!(message["pl"].as_str().unwrap().contains("issuemail"));
        // The order is as it was.
        let status = client.get(&format!("/orders/{order}")).ok();
        assert_eq!(status["status_code"], "ready_for_activation", "{domain}");
        assert!(is_told(&client, &order, "caa-forbids"), "{domain}");
    }
}

#[test]
fn what_cannot_be_known_is_refused() {
    let world = shared();
    let client = world.first();
    let domains = [
        "bogus.info",
        "expired.info",
        "stripped.info",
        "lame.info",
        "mute.info",
        "loop.alias.info",
    ];
    for (domain, order) in ready_at(&client, "unknowable", &domains) {
        let answer = client.activate(&order, &submission(&csr()));
        assert_eq!(
            answer.refusal(),
            refused(422, "caa-lookup-failed"),
            "{domain}"
        );
        assert_eq!(answer.json()["retryable"], false);
        assert!(is_told(&client, &order, "caa-lookup-failed"), "{domain}");
    }
}

#[test]
fn the_rehearsal_says_what_the_act_would_say() {
    let world = shared();
    let client = world.first();
    let orders = ready_at(&client, "rehearsed", &["forbids.info"]);
    let order = &orders[0].1;
    let path = format!("/orders/validate?step=activation&order_id={order}");
    let answer = client.call("POST", &path, &Call::json(&submission(&csr())));
    let said = answer.ok();
    assert_eq!(said["valid"], false);
    assert_eq!(said["findings"][0]["code"], "caa-forbids");
}

#[test]
fn a_silent_resolver_stops_issuance_and_nothing_else() {
    let swallow = UdpSocket::bind("127.0.0.1:0").unwrap();
    let silent = format!("resolvers = [\"{}\"]", swallow.local_addr().unwrap());
    let world = World::start_with(Vec::new(), &|_, config| {
        let line = config.lines().find(|line| line.starts_with("resolvers = "));
        *config = config.replace(line.unwrap(), &silent);
    });
    let client = world.first();
    let orders = ready_at(&client, "waiting", &["permits.info"]);
    let order = &orders[0].1;
    let answer = client.activate(order, &submission(&csr()));
    assert_eq!(answer.refusal(), refused(503, "caa-unavailable"));
    assert_eq!(answer.json()["retryable"], true);
    assert!(answer.retry_after.is_some());
    let status = client.get(&format!("/orders/{order}")).ok();
    assert_eq!(status["status_code"], "ready_for_activation");
}
