//! Certificates as their owner finds and downloads them, judged by OpenSSL.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    instance::Call,
    openssl::{new_key, openssl, verify},
    world::{Client, fixture, refused, shared},
};

const CSR: &str = "good/openssl-rsa-2048.pem";
/// Two identities with the right to nothing here.
const OTHERS: [(&str, &str); 2] = [("customer", "c-2"), ("partner", "c-1")];
const STAFF: [&str; 4] = ["specialist", "officer", "operator", "security"];

fn member(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap().to_owned()
}

/// Every certificate in a text of PEM blocks, without white space.
fn blocks(pem: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8(pem.to_vec()).unwrap();
    let begin = "-----BEGIN CERTIFICATE-----";
    let end = "-----END CERTIFICATE-----";
    let inner = text
        .split(begin)
        .skip(1)
        .map(|rest| rest.split(end).next().unwrap());
    inner
        .map(|body| body.split_whitespace().collect())
        .collect()
}

#[test]
fn a_certificate_is_found_by_id_and_by_serial() {
    let world = shared();
    let client = world.first();
    let made = client.issued(&fixture(CSR));
    let by_id = format!("/certificates/{}", member(&made, "id"));
    let by_serial = format!("/certificates/{}", member(&made, "serial"));
    let read = client.get(&by_id).ok();
    assert_eq!(read, made);
    assert_eq!(client.get(&by_serial).ok(), made);
    assert_eq!(world.instance.get("auditor", &by_id).ok(), made);
    assert_eq!(made["state"], "valid");
    let pem = member(&made, "pem");
    let said = |option: &str| {
        let out = openssl(&["x509", "-noout", option], pem.as_bytes());
        String::from_utf8(out).unwrap().trim().to_owned()
    };
    assert_eq!(
        said("-serial").to_lowercase(),
        format!("serial={}", member(&made, "serial"))
    );
    assert_eq!(said("-email"), made["sans"][0].as_str().unwrap());
    for rest in ["", "/content", "/chain"] {
        for (ra, customer) in OTHERS {
            for path in [&by_id, &by_serial] {
                let foreign = world.client(ra, customer).get(&format!("{path}{rest}"));
                assert_eq!(
                    foreign.refusal(),
                    refused(404, "not-found"),
                    "{ra} {path}{rest}"
                );
            }
        }
        for who in STAFF {
            let answer = world.instance.get(who, &format!("{by_id}{rest}"));
            assert_eq!(answer.refusal(), refused(403, "role-forbidden"), "{who}");
        }
        for unknown in [
            "crt_1",
            "zz",
            "0",
            "crt_0198c0de-0000-7000-8000-000000000001",
        ] {
            let answer = client.get(&format!("/certificates/{unknown}{rest}"));
            assert_eq!(
                answer.refusal(),
                refused(404, "not-found"),
                "{unknown}{rest}"
            );
        }
    }
    let posted = client.call("POST", &by_id, &Call::default());
    assert_eq!(posted.refusal(), refused(405, "method-not-allowed"));
}

#[test]
fn the_list_is_ones_own_filtered_and_paged() {
    let world = shared();
    let client = world.client("customer", "c-lists");
    let data = client.verified_data();
    let (_, csr) = new_key();
    let mut made: Vec<(String, Value, String)> = Vec::new();
    for _ in 0..3 {
        let (order, address) = client.ready(&data);
        let body = crate::world::submission(&csr);
        let certificate = client.activate(&order, &body).ok();
        made.insert(0, (order, certificate, address));
    }
    let ids: Vec<String> = made.iter().map(|(_, made, _)| member(made, "id")).collect();
    let list = |query: &str| client.get(&format!("/certificates{query}"));
    let found = |query: &str| -> Vec<String> {
        let items = list(query).ok()["items"].as_array().unwrap().clone();
        items.iter().map(|item| member(item, "id")).collect()
    };
    assert_eq!(found(""), ids, "newest first");
    assert!(list("").ok()["items"][0].get("pem").is_none());
    for (at, (order, certificate, address)) in made.iter().enumerate() {
        let serial = member(certificate, "serial");
        for query in [
            format!("order_id={order}"),
            format!("serial={serial}"),
            format!("email={address}"),
            format!("email={address}&serial={serial}&order_id={order}"),
        ] {
            assert_eq!(found(&format!("?{query}")), ids[at..=at], "{query}");
        }
        let both = format!("?serial={serial}&email=nobody@example.com");
        assert_eq!(found(&both), Vec::<String>::new());
    }
    let first = list("?limit=2").ok();
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let next = format!("?limit=2&cursor={}", member(&first, "next"));
    assert_eq!(found(&next), ids[2..]);
    assert_eq!(list(&next).ok()["next"], Value::Null);
    for (ra, customer) in [("customer", "c-none"), ("partner", "c-lists")] {
        let foreign = world.client(ra, customer);
        let empty = json!({"items": [], "next": null});
        assert_eq!(foreign.get("/certificates").ok(), empty);
        let order = &made[0].0;
        assert_eq!(
            foreign.get(&format!("/certificates?order_id={order}")).ok(),
            empty
        );
    }
    for (query, code) in [
        ("?state=valid", "unknown-parameter"),
        ("?order_id=x", "parameter-invalid"),
        ("?serial=zz", "parameter-invalid"),
        ("?limit=0", "parameter-invalid"),
        ("?limit=201", "parameter-invalid"),
        ("?cursor=x", "cursor-invalid"),
    ] {
        assert_eq!(list(query).refusal(), refused(400, code), "{query}");
    }
    for who in STAFF {
        let answer = world.instance.get(who, "/certificates");
        assert_eq!(answer.refusal(), refused(403, "role-forbidden"), "{who}");
    }
    let nameless = world.instance.get("partner", "/certificates");
    assert_eq!(nameless.refusal(), refused(400, "acting-for-missing"));
}

#[test]
fn content_is_the_same_certificate_in_both_encodings() {
    let world = shared();
    let client = world.first();
    let made = client.issued(&fixture(CSR));
    let path = format!("/certificates/{}/content", member(&made, "id"));
    let pem = client.get(&path);
    assert_eq!(pem.bytes, member(&made, "pem").into_bytes());
    assert_eq!(
        pem.media_type.as_deref(),
        Some("application/pem-certificate-chain")
    );
    assert_eq!(client.get(&format!("{path}?encoding=pem")).bytes, pem.bytes);
    let der = client.get(&format!("{path}?encoding=der"));
    assert_eq!(der.media_type.as_deref(), Some("application/pkix-cert"));
    assert_eq!(der.bytes, openssl(&["x509", "-outform", "DER"], &pem.bytes));
    refuses_other_encodings(&client, &path, &["p7c", "PEM", ""]);
}

#[test]
fn the_chain_is_the_same_set_in_three_encodings() {
    let world = shared();
    let client = world.first();
    let made = client.issued(&fixture(CSR));
    let path = format!("/certificates/{}/chain", member(&made, "id"));
    let get = |encoding: &str| client.get(&format!("{path}?encoding={encoding}"));
    let pem = get("pem");
    assert_eq!(
        pem.media_type.as_deref(),
        Some("application/pem-certificate-chain")
    );
    assert_eq!(client.get(&path).bytes, pem.bytes);
    // From the issuer upward, without leaf and root.
    let file = |name: &str| std::fs::read(world.instance.path(name)).unwrap();
    let above: Vec<Vec<u8>> = ["issuing.pem", "policy.pem"]
        .map(|name| openssl(&["x509", "-outform", "DER"], &file(name)))
        .to_vec();
    let wanted = blocks(&[file("issuing.pem"), file("policy.pem")].concat());
    assert_eq!(blocks(&pem.bytes), wanted);
    let first = openssl(&["x509", "-outform", "DER"], &pem.bytes);
    assert_eq!(first, above[0]);
    let der = get("der");
    assert_eq!(der.bytes, above.concat());
    let p7c = get("p7c");
    assert_eq!(p7c.media_type.as_deref(), Some("application/pkcs7-mime"));
    let printed = openssl(&["pkcs7", "-inform", "DER", "-print_certs"], &p7c.bytes);
    assert_eq!(blocks(&printed), wanted);
    let root = world.instance.path("root.pem");
    for chain in [&pem.bytes, &printed] {
        for purpose in ["smimesign", "smimeencrypt"] {
            verify(&root, chain, &member(&made, "pem"), purpose);
        }
    }
    refuses_other_encodings(&client, &path, &["p7b", "DER", ""]);
}

fn refuses_other_encodings(client: &Client, path: &str, encodings: &[&str]) {
    for encoding in encodings {
        let answer = client.get(&format!("{path}?encoding={encoding}"));
        assert_eq!(
            answer.refusal(),
            refused(400, "encoding-unknown"),
            "{encoding}"
        );
    }
    let format = client.get(&format!("{path}?format=der"));
    assert_eq!(format.refusal(), refused(400, "unknown-parameter"));
}
