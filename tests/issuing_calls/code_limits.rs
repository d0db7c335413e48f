//! How many codes a daemon mails in an hour of the clock: for an owner, for its frontend, and to one
//! mail domain. Who asks for too many is told when, and nothing of others.

use std::process::Command;

use serde_json::json;

use crate::{
    desk::Desk,
    instance::Answer,
    keys::metrics,
    wall::Wall,
    world::{Client, World, refused},
};

const HOUR: u64 = 3600;
const MOST: &str = "
[limits]
codes_per_hour = 2
frontend_codes_per_hour = 3
domain_codes_per_hour = 4
";

/// Seconds until ten minutes past an hour.
fn until_past_the_hour() -> u64 {
    let date = Command::new("date").arg("+%s").output().unwrap();
    let now: u64 = String::from_utf8(date.stdout)
        .unwrap()
        .trim()
        .parse()
        .unwrap();
    (HOUR + 600 - now % HOUR) % HOUR
}

/// The address for a new order on submitted data.
fn ask(client: &Client<'_>, data: &str, address: &str) -> Answer {
    let order = client.bound(data);
    client.set_address(&order, address)
}

fn too_many(answer: &Answer) {
    assert_eq!(answer.refusal(), refused(429, "resend-too-soon"));
    let told = answer.json();
    assert_eq!(told["errors"], json!([]), "nothing says which of them");
    assert!(told["detail"].as_str().unwrap().contains("Retry-After"));
    let wait: u64 = answer.retry_after.as_ref().unwrap().parse().unwrap();
    assert!((1..=3000).contains(&wait), "until the hour ends: {wait}");
}

#[test]
fn codes_are_few_for_an_owner_and_a_frontend_and_to_a_domain() {
    let clock = Wall::new();
    let begins = until_past_the_hour();
    clock.set(begins);
    let most = |_: &std::path::Path, config: &mut String| config.push_str(MOST);
    let world = World::start_with(clock.environment(), &most);
    let first = world.first();
    let data = world.data.as_str();
    ask(&first, data, "a@one.example.com").ok();
    ask(&first, data, "b@one.example.com").ok();
    too_many(&ask(&first, data, "c@two.example.com"));
    // Another customer of the frontend: the third of the frontend's, and no fourth.
    let second = world.client("customer", "c-2");
    let theirs = Desk::open(&world.instance, "customer", "c-2").data;
    ask(&second, &theirs, "d@two.example.com").ok();
    too_many(&ask(&second, &theirs, "e@two.example.com"));
    // Another frontend: the fourth to the domain, and no fifth.
    let partner = world.client("partner", "p-1");
    let clients = Desk::open(&world.instance, "partner", "p-1").data;
    ask(&partner, &clients, "f@one.example.com").ok();
    ask(&partner, &clients, "g@ONE.example.com").ok();
    let other = world.client("partner", "p-2");
    let others = Desk::open(&world.instance, "partner", "p-2").data;
    too_many(&ask(&other, &others, "h@one.example.com"));
    ask(&other, &others, "h@three.example.com").ok();
    let told = metrics(&world);
    for limit in ["owner", "frontend", "domain"] {
        let line = format!("chancery_codes_refused_total{{limit=\"{limit}\"}} 1");
        assert!(told.lines().any(|found| found == line), "{line}");
    }
    clock.set(begins + HOUR);
    ask(&first, data, "c@two.example.com").ok();
}
