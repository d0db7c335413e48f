//! The ledger of mails, and what the owner is told in the tabs.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    evidence::leaves,
    instance::Call,
    mail_reader,
    world::{Client, PRODUCT, fixture, fresh_address, refused, shared, submission},
};

fn items(list: &Value) -> Vec<Value> {
    list["items"].as_array().unwrap().clone()
}

/// Codes in a tab, newest first.
fn told(client: &Client, tab: &str) -> Vec<String> {
    let list = client
        .get(&format!("/notifications?tab={tab}&limit=200"))
        .ok();
    let code = |line: &Value| line["code"].as_str().unwrap().to_owned();
    items(&list).iter().map(code).collect()
}

#[test]
fn a_mail_that_no_server_takes_is_a_problem_and_can_be_tried_again() {
    let world = shared();
    let client = world.client("customer", "c-undeliverable");
    let desk = crate::desk::Desk::open(&world.instance, "customer", "c-undeliverable");
    let order = client.bound(&desk.data);
    let never = fresh_address().replace("holder", "never@example.com, x");
    assert_eq!(client.set_address(&order, &never).status, 422);
    client.set_address(&order, "never@example.com").ok();
    let state = || client.get(&format!("/orders/{order}/email")).ok()["state"].clone();
    let gone = (0..3_000).any(|_| state() == "undeliverable");
    assert!(gone, "{}", state());
    assert_eq!(told(&client, "problems"), ["mail-undeliverable"]);
    let ledger = |who: &str, query: &str| world.instance.get(who, &format!("/mails{query}"));
    let failed = items(&ledger("operator", "?state=failed&limit=200").ok());
    let mail = failed
        .iter()
        .find(|mail| mail["order_id"] == json!(order))
        .unwrap();
    assert_eq!(
        (&mail["kind"], &mail["recipient"], &mail["attempts"]),
        (
            &json!("verify-address"),
            &json!("never@example.com"),
            &json!(1)
        )
    );
    assert!(
        mail["reply"].as_str().unwrap().contains("no such mailbox"),
        "{mail}"
    );
    let seen = items(&ledger("auditor", "?state=failed&limit=200").ok());
    assert!(seen.contains(mail));
    let queued = ledger("operator", "?state=none");
    assert_eq!(queued.refusal(), refused(400, "parameter-invalid"));
    let retry = format!("/mails/{}/retry", mail["id"].as_str().unwrap());
    for who in ["auditor", "customer", "officer"] {
        let answer = world.instance.post(who, &retry, &Call::default());
        assert_eq!(answer.refusal(), refused(403, "role-forbidden"), "{who}");
    }
    // Its code has ended; the order sends another.
    let void = world.instance.post("operator", &retry, &Call::default());
    assert_eq!(void.refusal(), refused(409, "mail-code-void"));
    let still = items(&ledger("operator", "?state=failed&limit=200").ok());
    assert!(still.contains(mail));
    let test = Call::json(&json!({"to": "never@example.com"}));
    let test = world.instance.post("operator", "/mail-tests", &test).ok();
    let retry = format!("/mails/{}/retry", test["id"].as_str().unwrap());
    let mut answers = (0..3_000).map(|_| world.instance.post("operator", &retry, &Call::default()));
    let again = answers.find(|answer| answer.status != 409).unwrap().ok();
    assert_eq!(
        (&again["id"], &again["state"]),
        (&test["id"], &json!("queued"))
    );
}

/// What a mail said can be shown later to whoever has it: its entry has the digest of its words.
#[test]
fn the_log_knows_what_a_mail_said() {
    let world = shared();
    let address = fresh_address();
    let call = Call::json(&json!({"to": address}));
    let test = world.instance.post("operator", "/mail-tests", &call).ok();
    let id = test["id"].as_str().unwrap();
    let sent = format!(
        "CAST(leaf AS TEXT) LIKE '%\"type\":\"mail.sent\"%' AND CAST(leaf AS TEXT) LIKE '%{id}%'"
    );
    let mut looks = (0..3_000).filter_map(|_| {
        world.instance.get("operator", "/mails?limit=1").ok();
        leaves(&world, &sent).pop()
    });
    let leaf: Value = serde_json::from_slice(&looks.next().unwrap()).unwrap();
    let mails = world.sink.mails();
    let mail = mails.iter().find(|mail| mail.contains(&address)).unwrap();
    let read = mail_reader::read(mail);
    let subject = read["headers"]["subject"].as_str().unwrap();
    // As it travels, lines end with CRLF.
    let text = read["text"].as_str().unwrap().replace("\r\n", "\n");
    let words = format!("{subject}\n{text}");
    let digest = hex::encode(Sha256::digest(&words));
    assert_eq!(leaf["data"]["text_sha256"], digest, "{words:?}");
}

#[test]
fn an_operator_sees_whether_mails_arrive() {
    let world = shared();
    let ask = |body: Value| {
        let call = Call::json(&body);
        world.instance.post("operator", "/mail-tests", &call)
    };
    let to = fresh_address();
    let mail = ask(json!({"to": to, "language": "pl"})).ok();
    assert_eq!(
        (&mail["kind"], &mail["order_id"], &mail["recipient"]),
        (&json!("test"), &Value::Null, &json!(to))
    );
    let line = format!("To: {to}");
    let arrived = || {
        world
            .sink
            .mails()
            .into_iter()
            .find(|mail| mail.contains(&line))
    };
    let mail = (0..3_000).find_map(|_| {
        world.instance.get("operator", "/mails?limit=1").ok();
        arrived()
    });
    assert!(mail.unwrap().contains("Content-Language: pl"));
    for (body, code) in [
        (json!({"to": "nobody"}), "email-invalid"),
        (json!({"to": to, "language": "de"}), "language-unsupported"),
    ] {
        assert_eq!(ask(body).refusal(), refused(422, code));
    }
}

#[test]
fn the_tabs_tell_the_way_of_an_order() {
    let world = shared();
    let client = world.client("customer", "c-tabs");
    let data = client.verified_data();
    let (order, _) = client.ready(&data);
    let csr = crate::openssl::new_key().1;
    let made = client.activate(&order, &submission(&csr)).ok();
    let mut information = told(&client, "information");
    information.sort();
    assert_eq!(
        information,
        [
            "data-approved",
            "data-received",
            "mailbox-verified",
            "order-created",
            "ready-to-activate"
        ]
    );
    assert!(told(&client, "problems").is_empty());
    assert!(told(&client, "expiration").is_empty());
    let new = items(&client.get("/notifications?tab=new_certificates").ok());
    assert_eq!(new.len(), 1);
    assert_eq!(
        (&new[0]["code"], &new[0]["object_id"], &new[0]["order_id"]),
        (&json!("certificate-issued"), &made["id"], &json!(order))
    );
    assert_ne!(new[0]["words"]["en"], new[0]["words"]["pl"]);
    let read = format!("/notifications/{}/read", new[0]["id"].as_str().unwrap());
    for _ in 0..2 {
        assert_eq!(
            client.call("POST", &read, &Call::default()).ok()["read"],
            true
        );
    }
    let paged: Vec<Value> = {
        let first = client.get("/notifications?tab=information&limit=3").ok();
        let next = first["next"].as_str().unwrap();
        let rest = client.get(&format!(
            "/notifications?tab=information&limit=3&cursor={next}"
        ));
        [items(&first), items(&rest.ok())].concat()
    };
    assert_eq!(paged.len(), 5);
    let other = world.client("customer", "c-tabs-2");
    assert!(told(&other, "new_certificates").is_empty());
    let unknown = client.get("/notifications?tab=all");
    assert_eq!(unknown.refusal(), refused(400, "parameter-invalid"));
}

/// Each mail of the flow comes to the holder or the technical contact, once, in the order's
/// language.
#[test]
fn every_step_has_its_mail() {
    let world = shared();
    let client = world.first();
    let technical = fresh_address();
    let order = json!({
        "product_code": PRODUCT,
        "customer_ref": client.customer,
        "contacts": {"technical": technical},
    });
    let order = client.post("/orders", &order).ok();
    let order = order["id"].as_str().unwrap();
    let data = json!({"subject_data_id": world.data});
    client.put(order, "subject-data", &data).ok();
    let address = client.confirmed(order);
    let csr = fixture("good/openssl-rsa-2048.pem");
    client.activate(order, &submission(&csr)).ok();
    let of = |recipient: &str| {
        let list = world.instance.get("operator", "/mails?limit=200").ok();
        let mut kinds: Vec<(String, String)> = items(&list)
            .iter()
            .filter(|mail| mail["recipient"] == json!(recipient))
            .map(|mail| {
                let text = |name: &str| mail[name].as_str().unwrap().to_owned();
                (text("kind"), text("state"))
            })
            .collect();
        kinds.sort();
        kinds
    };
    let sent = |kind: &str| (kind.to_owned(), "sent".to_owned());
    let all = ["issued", "ready-to-activate", "verify-address"].map(sent);
    let done = (0..3_000).any(|_| of(&address) == all);
    assert!(done, "{:?}", of(&address));
    let asked = (0..3_000).any(|_| of(&technical) == [sent("submitted")]);
    assert!(asked, "{:?}", of(&technical));
    let to = format!("To: {address}");
    let mails = world.sink.mails();
    let mails: Vec<_> = mails.iter().filter(|mail| mail.contains(&to)).collect();
    assert_eq!(mails.len(), 3);
    for name in ["certificate.pem", "certificate.cer", "chain.pem"] {
        assert!(mails.iter().any(|mail| mail.contains(name)), "{name}");
    }
}

/// What the mail server of `bounces.example.com` delivers, as Postfix writes it.
fn come_back(name: &str, to: &str, action: &str, status: &str) {
    let report = format!(
        "Return-Path: <>\r\nTo: {to}\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nsorry\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n\
         Final-Recipient: rfc822; holder\r\nAction: {action}\r\nStatus: {status}\r\n\
         Diagnostic-Code: smtp; 550 the mailbox is gone\r\n--b--\r\n"
    );
    let bounces = shared().instance.path("bounces");
    let unfinished = bounces.join("tmp").join(name);
    std::fs::write(&unfinished, report).unwrap();
    std::fs::rename(unfinished, bounces.join("new").join(name)).unwrap();
}

/// Whether the daemon has moved the report away.
fn was_seen(name: &str) -> bool {
    let cur = shared()
        .instance
        .path("bounces/cur")
        .join(format!("{name}:2,S"));
    let any_call = || shared().instance.get("customer", "/products").ok();
    (0..20_000).any(|_| {
        any_call();
        cur.exists()
    })
}

#[test]
fn a_mail_that_comes_back_makes_the_address_undeliverable() {
    let world = shared();
    let client = world.client("customer", "c-bounced");
    let desk = crate::desk::Desk::open(&world.instance, "customer", "c-bounced");
    let order = client.bound(&desk.data);
    let address = fresh_address();
    client.set_address(&order, &address).ok();
    let code = world.code(&address, &[]);
    let mails = world.sink.mails();
    let mail = mails.iter().find(|mail| mail.contains(&code)).unwrap();
    let path = mail.strip_prefix("Return-Path: <").unwrap();
    let (path, _) = path.split_once('>').unwrap();
    assert!(
        path.starts_with("b+") && path.ends_with("@bounces.example.com"),
        "{path}"
    );
    let state = || client.get(&format!("/orders/{order}/email")).ok()["state"].clone();
    // Neither a delay nor what somebody made up does anything.
    let forged = path.replace("@", "0@");
    for (name, to, action, status) in [
        ("1.delayed", path, "delayed", "4.4.1"),
        ("2.forged", forged.as_str(), "failed", "5.1.1"),
        ("3.other", "someone@bounces.example.com", "failed", "5.1.1"),
    ] {
        come_back(name, to, action, status);
        assert!(was_seen(name), "{name}");
        assert_eq!(state(), "sent", "{name}");
    }
    for name in ["4.bounce", "5.again"] {
        come_back(name, path, "failed", "5.1.1");
        assert!(was_seen(name), "{name}");
        assert_eq!(state(), "undeliverable");
        assert_eq!(told(&client, "problems"), ["mail-undeliverable"]);
    }
    let ledger = world
        .instance
        .get("operator", "/mails?state=bounced&limit=200");
    let ledger = items(&ledger.ok());
    let mine = ledger.iter().find(|mail| mail["order_id"] == json!(order));
    let reply = mine.unwrap()["reply"].as_str().unwrap();
    assert_eq!(reply, "5.1.1 smtp; 550 the mailbox is gone");
    let late = client.confirm(&order, &code);
    assert_eq!(late.refusal(), refused(422, "code-expired"));
}
