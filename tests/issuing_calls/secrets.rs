//! Secrets that pass through the daemon: no answer, event, log line or file holds them afterwards.

use std::{
    fs,
    path::{Path, PathBuf},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::json;

use crate::{
    instance::Call,
    keys::{block, metrics},
    mailbox::{WRONG, page_of, public},
    openssl::{new_key, openssl},
    rows::rows,
    world::{Client, PRODUCT, World, fresh_address, refused, submission},
};

/// Calls that may pass until a line is in the log: far more than any run needs.
const PATIENCE: u32 = 3_000;

/// A world that writes down everything it says.
fn talkative() -> World {
    World::start_with(Vec::new(), &|_, config| {
        config.push_str("[log]\nlevel = \"trace\"\n");
    })
}

/// Every file of the instance, its log and the answers it gave among them, but not what the test
/// has sent to it.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if !path
            .file_name()
            .unwrap()
            .to_string_lossy()
            .starts_with("sent-")
        {
            found.push(path);
        }
    }
    found
}

/// The files that hold this text.
fn holding(world: &World, text: &str) -> Vec<String> {
    let root = world.instance.dir.path();
    let found = files(root).into_iter().filter(|path| {
        // Files of a database come and go.
        let bytes = fs::read(path).unwrap_or_default();
        String::from_utf8_lossy(&bytes).contains(text)
    });
    let name = |path: PathBuf| path.strip_prefix(root).unwrap().display().to_string();
    found.map(name).collect()
}

/// What is looked for is found where it may be: an order in the database and in answers, a
/// request in the log, which is complete up to it.
fn proves_the_search(world: &World, order: &str) {
    let found = holding(world, order);
    for place in ["ca.db", "body-"] {
        let is_there = found.iter().any(|name| name.starts_with(place));
        assert!(is_there, "{order} is not in {place}: {found:?}");
    }
    let refused = world.instance.get("customer", "/nothing").json();
    let request = refused["request_id"].as_str().unwrap();
    let log = || fs::read_to_string(world.instance.path("daemon.log")).unwrap();
    let is_told = (0..PATIENCE).any(|_| {
        world.instance.get("customer", "/products").ok();
        log().contains(request)
    });
    assert!(is_told && log().contains("\"level\":\"TRACE\""));
}

/// Calls everything that can be read, as everybody who may.
fn read_all(world: &World, order: &str) {
    for row in rows().iter().filter(|row| row.method == "GET") {
        let query = match row.path {
            "/registration-types" | "/document-kinds" => "?country=PL",
            "/notifications" => "?tab=information",
            // It does not end.
            "/events/stream" => continue,
            _ => "",
        };
        let path = format!("{}{query}", row.path.replace("{id}", order));
        for who in [
            "customer",
            "specialist",
            "officer",
            "operator",
            "auditor",
            "security",
        ] {
            if row.who.may(who) {
                world.instance.get(who, &path);
            }
        }
    }
}

/// Test idea 12 of the flows.
#[test]
fn a_code_is_in_no_answer_event_or_log() {
    let world = talkative();
    let client = world.first();
    let order = client.bound(&world.data);
    let address = fresh_address();
    client.set_address(&order, &address).ok();
    let code = world.code(&address, &[]);
    client.set_address(&order, &address).ok();
    let confirm = format!("/orders/{order}/email/confirm");
    let typed = |text: &str| client.call("POST", &confirm, &Call::json(&json!({"code": text})));
    typed(WRONG);
    // Right, but not in its place.
    for body in [json!({"code": [code]}), json!({"code": code, "more": code})] {
        assert!(client.call("POST", &confirm, &Call::json(&body)).status >= 400);
    }
    assert!(typed(&format!("{code} {code}")).status >= 400);
    let (page, _) = page_of(&world, &code);
    let mut pages = vec![public(&page, &[]).1];
    pages.push(public(&page, &["-d", &format!("code={WRONG}&act=confirm")]).1);
    pages.push(public(&page, &["-d", &format!("code={code}&act=confirm")]).1);
    assert_eq!(typed(&code.to_lowercase()).ok()["state"], "verified");
    pages.push(public(&page, &["-d", &format!("code={code}&act=confirm")]).1);
    client.activate(&order, &submission(&new_key().1)).ok();
    read_all(&world, &order);
    pages.push(metrics(&world));

    proves_the_search(&world, &order);
    let events = client.get("/events?limit=200").ok().to_string();
    assert!(events.contains("email.verified") && events.contains(&order));
    let bare = code.replace('-', "");
    for spelt in [&code, &bare] {
        for spelt in [spelt.to_owned(), spelt.to_lowercase()] {
            let coded = BASE64_STANDARD.encode(&spelt);
            let coded = coded.trim_end_matches('=');
            for needle in [&spelt, &hex::encode(&spelt), coded] {
                assert_eq!(holding(&world, needle), Vec::<String>::new(), "{needle}");
                assert!(pages.iter().all(|page| !page.contains(needle)), "{needle}");
            }
        }
    }
}

/// What a customer pastes by mistake, with the request and without it.
fn pasted(client: &Client, order: &str) -> String {
    let (key, csr) = new_key();
    let body = json!({"product_code": PRODUCT, "csr": format!("{key}{csr}")});
    let checked = client.call("POST", "/csr-checks", &Call::json(&body)).ok();
    assert_eq!(checked["valid"], false);
    assert_eq!(checked["findings"][0]["code"], "csr-contains-private-key");
    for csr in [format!("{csr}{key}"), key.clone()] {
        let answer = client.activate(order, &submission(&csr));
        assert_eq!(answer.refusal(), refused(422, "csr-contains-private-key"));
    }
    let mut refused = submission(&csr);
    refused["common_name"] = json!(key);
    assert_eq!(client.activate(order, &refused).status, 422);
    key
}

/// What stands in the database, the log and the daemon's own words.
#[test]
fn nothing_of_a_private_key_is_kept() {
    let world = talkative();
    let client = world.first();
    let (order, _) = client.ready(&world.data);
    let (blocked, _) = new_key();
    block(&world, &json!({"key": blocked})).ok();
    let inside = json!({"key": format!("text around {blocked}")});
    let call = Call::json(&inside);
    world.instance.post("security", "/key-checks", &call).ok();
    let pasted = pasted(&client, &order);
    proves_the_search(&world, &order);
    for key in [blocked, pasted] {
        let der = openssl(&["ec", "-outform", "DER"], key.as_bytes());
        // SEC 1: the secret follows the version as 32 octets.
        let secret = der.get(7..39).unwrap();
        let lines = key.lines().filter(|line| line.len() == 64);
        let spelt = lines.map(ToOwned::to_owned).chain([hex::encode(secret)]);
        for needle in spelt {
            assert_eq!(holding(&world, &needle), Vec::<String>::new(), "{needle}");
        }
        for path in files(world.instance.dir.path()) {
            let bytes = fs::read(&path).unwrap_or_default();
            let found = bytes.windows(secret.len()).any(|part| part == secret);
            assert!(!found, "{}", path.display());
        }
    }
}
