//! A daemon's life with a little of everything, for what judges the database it leaves.

use std::{fs, path::Path};

use serde_json::json;
use sqlx::{Connection, SqliteConnection};

use crate::{
    desk::{Desk, now, past},
    hang_up::Asked,
    instance::Call,
    late::{await_crl, shimmed},
    mailbox::public,
    mailbox_doubts::{confirmed, decision, post, proposal, taken_over},
    openssl::{new_key, public_key},
    reissue::successor,
    renewal::RENEWAL,
    reports::report,
    traces::{count, traces},
    unsubscribe::{page, remind, reminders},
    world::{PRODUCT, World, submission},
};

/// Calls that may pass until something has happened: far more than any run needs.
const PATIENCE: u32 = 3_000;

/// A little of everything: papers, an alias, a mailbox used twice, a person who left, a blocked
/// key, a serial given up and listed, and an activation that the daemon died over.
pub fn lived_in(dir: &Path) -> World {
    let mut world = shimmed(dir);
    await_crl(&world);
    papers(&world);
    doubted(&world);
    mailboxes_doubted(&world);
    let client = world.first();
    let (order, address) = client.ready(&world.data);
    fs::write(dir.join("trigger"), "f").unwrap();
    let issued = client.activate(&order, &submission(&new_key().1)).ok();
    let path = format!(
        "/certificates/{}/revocations",
        issued["id"].as_str().unwrap()
    );
    let body = json!({"reason": "keyCompromise", "note": "stolen", "compromise_date": now()});
    client.post(&path, &body).ok();
    succeeded(&world);
    let another = json!({
        "product_code": PRODUCT,
        "customer_ref": "c-1",
        "alias": "Jan's",
        "partner_order_ref": "p-7",
        "contacts": {"technical": "admin@example.com", "revocation": "night@example.com"},
    });
    let another = client.post("/orders", &another).ok();
    let another = another["id"].as_str().unwrap();
    let body = json!({"subject_data_id": world.data});
    client.put(another, "subject-data", &body).ok();
    client.set_address(another, &address).ok();
    let cancelled = client.order(PRODUCT);
    let note = json!({"note": "changed my mind"});
    client
        .post(&format!("/orders/{cancelled}/cancel"), &note)
        .ok();
    objected(&world);
    unsubscribed(&world);
    let hook = json!({"url": "https://hooks.example.com/a", "types": ["order.created"]});
    client.post("/webhooks", &hook).ok();
    for domain in ["example.com", "example.org"] {
        let made = client.post("/domains", &json!({"domain": domain})).ok();
        let at = |act: &str| format!("/domains/{}/{act}", made["id"].as_str().unwrap());
        client.post(&at("check"), &json!({})).ok();
        if domain == "example.org" {
            client.post(&at("withdraw"), &json!({})).ok();
        }
    }
    let key = String::from_utf8(public_key("req", &new_key().1)).unwrap();
    let block = Call::json(&json!({"key": key, "note": "ticket"}));
    world
        .instance
        .post("security", "/blocked-keys", &block)
        .ok();
    reported(&world);
    let disable = "/identities/second/disable";
    world
        .instance
        .post("operator", disable, &Call::default())
        .ok();
    traces(&world);
    await_listed(&world);
    let asked = Asked::new(&world);
    traces(&world);
    fs::write(dir.join("trigger"), "k").unwrap();
    asked.client().wait().unwrap();
    world.instance.child.wait().unwrap();
    world
}

/// A report for people, and one that proves itself.
fn reported(world: &World) {
    let waits = json!({"problem": "misuse", "about": "0a0b", "description": "spam"});
    let proven = json!({"problem": "other", "about": new_key().0, "contact": "a@example.net"});
    for body in [waits, proven] {
        assert_eq!(report(world, &body).0, "202");
    }
}

/// A certificate in place of another, and an order that continues it.
fn succeeded(world: &World) {
    let client = world.first();
    let first = client.issued(&new_key().1);
    let path = |id: &str, rest: &str| format!("/certificates/{id}/{rest}");
    let id = first["id"].as_str().unwrap();
    let second = client.post(&path(id, "reissue"), &successor(&new_key().1));
    let second = second.ok();
    let id = second["id"].as_str().unwrap();
    let body = json!({"product_code": RENEWAL});
    client.post(&path(id, "renewal-orders"), &body).ok();
}

/// Two addresses that want no reminders, one of which wants them again.
fn unsubscribed(world: &World) {
    for (customer, address) in [("c-5", "five@example.com"), ("c-6", "six@example.com")] {
        remind(world, customer, address);
        let page = page(world, &reminders(world, address, 1)[0]);
        assert_eq!(public(&page, &["-d", "act=stop"]).0, "200");
        if customer == "c-6" {
            assert_eq!(public(&page, &["-d", "act=resume"]).0, "200");
        }
    }
}

/// An order that two people refuse, and one that one of them wants refused.
fn objected(world: &World) {
    let client = world.first();
    let refused = client.order(PRODUCT);
    let doubted = client.order(PRODUCT);
    for (who, order) in [
        ("specialist", &refused),
        ("officer", &refused),
        ("specialist", &doubted),
    ] {
        let path = format!("/orders/{order}/rejection");
        let tag = world.instance.get(who, &path).etag.unwrap();
        let call = Call::json(&json!({"reason": "high-risk"})).matching(&tag);
        world.instance.post(who, &path, &call).ok();
    }
}

/// Data that was stopped, and that somebody wants used again.
fn doubted(world: &World) {
    let data = Desk::open(&world.instance, "customer", "c-1");
    data.approve();
    let found = json!({"reason": "struck off", "source": "KRS", "evidence": "entry 12"});
    for what in ["suspend", "resume"] {
        let path = format!("/subject-data/{}/{what}", data.data);
        let doubt = format!("/subject-data/{}/doubt", data.data);
        let tag = world.instance.get("officer", &doubt).etag.unwrap();
        let call = Call::json(&found).matching(&tag);
        world.instance.post("officer", &path, &call).ok();
    }
    let lei = json!({"registration_type": "LEI", "registration_number": "984500SYNTHETIC00095"});
    let path = format!("/subject-data/{}/lookups", data.data);
    let kept = world
        .instance
        .post("specialist", &path, &Call::json(&lei))
        .ok();
    assert_eq!(kept["lookup"]["outcome"], "unavailable");
}

/// A validation that two people ended, with one that was taken over from it; one that somebody
/// only doubts, and one that stands again.
fn mailboxes_doubted(world: &World) {
    let client = world.first();
    let say = |id: &str, outcome: Option<&str>| {
        let body = proposal(world, "specialist", id, "read by others");
        post(world, "specialist", id, "proposal", &body).ok();
        if let Some(outcome) = outcome {
            let body = decision(world, "officer", id, outcome);
            post(world, "officer", id, "decision", &body).ok();
        }
    };
    let (_, address, ended) = confirmed(&client);
    taken_over(&client, &address);
    say(&ended, Some("approve"));
    say(&confirmed(&client).2, None);
    say(&confirmed(&client).2, Some("reject"));
}

/// A set of data with a document that is evidence in its case.
fn papers(world: &World) {
    let desk = Desk::open(&world.instance, "customer", "c-2");
    desk.act("specialist", "/claim").ok();
    let body = "--b\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\norganization\r\n--b\r\n\
        Content-Disposition: form-data; name=\"description\"\r\n\r\nextract\r\n--b\r\n\
        Content-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\
        Content-Type: application/pdf\r\n\r\n%PDF-1.4\n1 0 obj\nendobj\n%%EOF\n\r\n--b--\r\n";
    let upload = Call::default()
        .header("Acting-For: c-2")
        .header("Content-Type: multipart/form-data; boundary=b")
        .fresh_key()
        .bytes(body.into());
    let path = format!("/subject-data/{}/documents", desk.data);
    let document = world.instance.post("customer", &path, &upload).ok();
    let shown = json!({
        "kind": "document",
        "source": "statute",
        "description": "page 2",
        "document_id": document["document_id"],
        "issued_on": "2026-01-01",
        "obtained_at": past(),
    });
    desk.post("specialist", "/evidence", &shown).ok();
    let question = json!({"message": "Which board?"});
    desk.post("specialist", "/request-information", &question)
        .ok();
}

/// Until a CRL lists the serial that was given up and the one that was revoked.
fn await_listed(world: &World) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        let url = format!(
            "sqlite://{}?mode=ro",
            world.instance.path("ca.db").display()
        );
        let mut database = SqliteConnection::connect(&url).await.unwrap();
        for _ in 0..PATIENCE {
            let listed = "SELECT count(*) FROM revocation_list \
                WHERE entries > 1 AND state = 'signed'";
            if count(&mut database, listed).await > 0 {
                return;
            }
            // A call paces the loop.
            world.instance.get("customer", "/products").ok();
        }
        panic!("no CRL lists the serials");
    });
}
