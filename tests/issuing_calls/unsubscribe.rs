//! Reminders that somebody wants no more of, from the mail server to the public page and back.

use serde_json::json;

use crate::{
    desk::Desk,
    instance::Call,
    mail_reader,
    mailbox::public,
    world::{PRODUCT, World, fresh_address},
};

/// Calls that may pass until a mail has gone out: far more than any run needs.
const PATIENCE: u32 = 3_000;
const ONE_CLICK: &str = "List-Unsubscribe=One-Click";

/// A daemon that tells of data's end 800 days before: at once, for they were checked 60 days ago.
pub fn reminding(config: &mut String) {
    config.push_str("[mail.reminders]\ndata = [800]\n");
}

/// Data of this customer are verified, and whoever is the contact is to be reminded of their end.
pub fn remind(world: &World, customer: &str, contact: &str) {
    let desk = Desk::open(&world.instance, "customer", customer);
    let client = world.client("customer", customer);
    let new = json!({
        "product_code": PRODUCT,
        "customer_ref": customer,
        "contacts": {"technical": contact},
    });
    let order = client.post("/orders", &new).ok();
    let body = json!({"subject_data_id": desk.data});
    client
        .put(order["id"].as_str().unwrap(), "subject-data", &body)
        .ok();
    desk.approve();
}

/// The reminders that have come to an address, once there are so many.
pub fn reminders(world: &World, address: &str, count: usize) -> Vec<String> {
    let to = format!("To: {address}");
    for _ in 0..PATIENCE {
        let mails = world.sink.mails().into_iter();
        let mails = mails.filter(|mail| mail.lines().any(|line| line == to));
        let found: Vec<String> = mails.filter(|mail| link(mail).is_some()).collect();
        if found.len() >= count {
            return found;
        }
        // A call paces the loop.
        world.instance.get("customer", "/products").ok();
    }
    panic!("no reminder has come to {address}");
}

/// Where the header says.
fn link(mail: &str) -> Option<String> {
    let mut lines = mail.lines();
    let found = lines.find_map(|line| line.strip_prefix("List-Unsubscribe: <"));
    found.map(|rest| rest.strip_suffix('>').unwrap().to_owned())
}

/// The same page of this daemon.
pub fn page(world: &World, mail: &str) -> String {
    let link = link(mail).unwrap();
    let path = link.strip_prefix("http://pki.example.com").unwrap();
    format!("{}{path}", world.instance.public)
}

/// Recipients of reminders that were not sent, once there are so many.
fn suppressed(world: &World, address: &str, count: usize) {
    let has = |mails: &serde_json::Value| {
        let mails = mails["items"].as_array().unwrap();
        let mine = mails.iter().filter(|mail| mail["recipient"] == address);
        mine.count() == count
    };
    let path = "/mails?state=suppressed&limit=200";
    let found = (0..PATIENCE).any(|_| has(&world.instance.get("operator", path).ok()));
    assert!(found, "{address} has {count} suppressed");
}

fn start() -> World {
    World::start_with(Vec::new(), &|_, config| reminding(config))
}

#[test]
fn a_reminder_alone_says_how_to_get_no_more_of_its_kind() {
    let world = start();
    let address = fresh_address();
    remind(&world, "c-told", &address);
    let reminder = reminders(&world, &address, 1).remove(0);
    let line = |mail: &str, line: &str| mail.lines().any(|other| other == line);
    let post = "List-Unsubscribe-Post: List-Unsubscribe=One-Click";
    assert!(line(&reminder, post), "{reminder}");
    let read = mail_reader::read(&reminder);
    let link = link(&reminder).unwrap();
    let (text, html) = (
        read["text"].as_str().unwrap(),
        read["html"].as_str().unwrap(),
    );
    assert!(line(text, &link), "{text}");
    assert!(html.contains(&format!("<a href=\"{link}\">")), "{html}");
    let client = world.first();
    let (order, mailbox) = client.ready(&world.data);
    for mail in world.sink.mails() {
        if mail != reminder {
            assert!(!mail.contains("List-Unsubscribe"), "{mail}");
        }
    }
    assert!(!world.code(&mailbox, &[]).is_empty() && !order.is_empty());
}

#[test]
fn what_only_looks_changes_nothing_and_a_foreign_link_says_nothing() {
    let world = start();
    let address = fresh_address();
    remind(&world, "c-looks", &address);
    let page = page(&world, &reminders(&world, &address, 1)[0]);
    let offers = |what: &str| {
        let (status, body) = public(&page, &[]);
        assert_eq!(status, "200");
        assert!(!body.contains(&address), "the address is masked: {body}");
        body.contains(&format!("value=\"{what}\""))
    };
    assert_eq!(public(&page, &["-I"]).0, "200");
    assert_eq!(public(&page, &["-d", ""]).0, "422");
    assert_eq!(public(&page, &["-d", "act=no"]).0, "422");
    assert_eq!(public(&page, &["-d", "act=resume"]).0, "200");
    let early = ["-H", "Sec-Purpose: prefetch", "-d", ONE_CLICK];
    assert_eq!(public(&page, &early).0, "403");
    assert!(offers("stop") && !offers("resume"), "nothing was changed");
    // Whatever is no link of ours gets the same answer, to whatever is said.
    let (base, token) = page.rsplit_once('/').unwrap();
    let first = if token.starts_with('A') { "B" } else { "A" };
    let altered = format!("{base}/{first}{}", &token[1..]);
    let end = token.chars().rev().nth(1).unwrap();
    let other = if end == 'A' { "BA" } else { "AA" };
    let forged = format!("{base}/{}{other}", &token[..token.len() - 2]);
    let nothing = public(&format!("{base}/x"), &[]);
    assert_eq!(nothing.0, "404");
    for link in [&altered, &forged, &format!("{base}/{token}A")] {
        for said in [&[][..], &["-d", ONE_CLICK], &["-d", "act=resume"]] {
            assert_eq!(public(link, said), nothing, "{link} {said:?}");
        }
    }
    assert!(offers("stop"));
}

#[test]
fn one_click_stops_reminders_to_one_address_until_it_is_taken_back() {
    let world = start();
    let (address, other) = (fresh_address(), fresh_address());
    remind(&world, "c-first", &address);
    let page = page(&world, &reminders(&world, &address, 1)[0]);
    for _ in 0..2 {
        let (status, body) = public(&page, &["-d", ONE_CLICK]);
        assert!(
            status == "200" && body.contains("value=\"resume\""),
            "{body}"
        );
    }
    remind(&world, "c-second", &address);
    remind(&world, "c-third", &other);
    reminders(&world, &other, 1);
    suppressed(&world, &address, 1);
    assert_eq!(reminders(&world, &address, 1).len(), 1);
    // What is no reminder still comes.
    let client = world.first();
    let order = client.bound(&world.data);
    client.set_address(&order, &address).ok();
    world.code(&address, &[]);
    // In Polish, and taken back by the page's own button; then stopped by the other encoding.
    let polish = format!("{page}?lang=pl");
    assert!(public(&polish, &[]).1.contains("<html lang=\"pl\">"));
    let (status, body) = public(&polish, &["-d", "act=resume"]);
    assert!(status == "200" && body.contains("value=\"stop\""), "{body}");
    remind(&world, "c-fourth", &address);
    reminders(&world, &address, 2);
    assert_eq!(public(&page, &["-F", ONE_CLICK]).0, "200");
    remind(&world, "c-fifth", &address);
    suppressed(&world, &address, 2);
    let retry = world
        .instance
        .get("operator", "/mails?state=suppressed")
        .ok();
    let id = retry["items"][0]["id"].as_str().unwrap();
    let path = format!("/mails/{id}/retry");
    let again = world.instance.post("operator", &path, &Call::default());
    assert_eq!(again.refusal(), (409, "mail-not-failed".to_owned()));
}
