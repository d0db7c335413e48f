//! What holds for every call of the API, proven for each: the table is complete, roles are kept
//! apart, what is not there or not one's own is not found, forms are strict.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    instance::{Answer, Call},
    openssl::new_key,
    rows::{Row, absent, rows},
    world::{Client, World, refused, shared, submission},
};

const IDENTITIES: [&str; 7] = [
    "customer",
    "partner",
    "specialist",
    "officer",
    "operator",
    "auditor",
    "security",
];

/// The rows of `all` that satisfy `wanted`, called by who may: each row with its answer.
fn answers(
    wanted: impl Fn(&Row) -> bool,
    change: impl Fn(&Row) -> (String, Call),
) -> Vec<(Row, Answer)> {
    let world = shared();
    let mut found = Vec::new();
    for who in IDENTITIES {
        let mine: Vec<Row> = rows()
            .into_iter()
            .filter(|row| row.who.somebody() == who && wanted(row))
            .collect();
        let calls: Vec<_> = mine
            .iter()
            .map(|row| {
                let (path, call) = change(row);
                (row.method, path, call)
            })
            .collect();
        if !calls.is_empty() {
            found.extend(mine.into_iter().zip(world.instance.calls(who, &calls)));
        }
    }
    found
}

/// A call that the API describes and this table does not is a call without tests.
#[test]
fn the_table_is_the_api() {
    let world = shared();
    let described = world.instance.get("customer", "/openapi.json").ok();
    let mut calls = BTreeSet::new();
    for (path, operations) in described["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            let below = path.strip_prefix("/v1").unwrap();
            calls.insert((method.to_uppercase(), below.to_owned()));
        }
    }
    let table: BTreeSet<(String, String)> = rows()
        .iter()
        .map(|row| (row.method.to_owned(), row.path.to_owned()))
        .collect();
    let differing: Vec<_> = table.symmetric_difference(&calls).collect();
    assert!(differing.is_empty(), "{differing:?}");
}

#[test]
fn every_call_is_for_the_roles_of_its_row_only() {
    let world = shared();
    for who in IDENTITIES.into_iter().chain(["stranger"]) {
        let rows = rows();
        let calls: Vec<_> = rows
            .iter()
            .map(|row| {
                let call = Call::default().header("Acting-For: c-none");
                (row.method, absent(row.path), call)
            })
            .collect();
        for (row, answer) in rows.iter().zip(world.instance.calls(who, &calls)) {
            let at = format!("{who}: {} {}", row.method, row.path);
            if who == "stranger" {
                assert_eq!(answer.refusal(), refused(403, "ra-unknown"), "{at}");
            } else if row.who.may(who) {
                assert_ne!(answer.status, 403, "{at}: {}", answer.json());
            } else {
                assert_eq!(answer.refusal(), refused(403, "role-forbidden"), "{at}");
            }
        }
    }
}

#[test]
fn a_partner_names_its_customer_at_every_call() {
    let world = shared();
    let rows: Vec<Row> = rows()
        .into_iter()
        .filter(|row| row.who.may("partner"))
        .collect();
    let calls: Vec<_> = rows
        .iter()
        .map(|row| (row.method, absent(row.path), row.call()))
        .collect();
    let answers = world.instance.calls("partner", &calls);
    for (row, answer) in rows.iter().zip(answers) {
        assert_eq!(
            answer.refusal(),
            refused(400, "acting-for-missing"),
            "{}",
            row.path
        );
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    let found = answers(
        |row| row.path.contains('{') && !row.is_upload(),
        |row| (absent(row.path), row.call()),
    );
    assert!(found.len() > 25);
    for (row, answer) in found {
        let at = format!("{} {}", row.method, row.path);
        assert_eq!(answer.refusal(), refused(404, "not-found"), "{at}");
    }
}

/// One of each thing that a customer can own.
struct Belongings {
    order: String,
    data: String,
    certificate: String,
    revocation: String,
    notification: String,
    webhook: String,
    domain: String,
}

impl Belongings {
    fn of(client: &Client, data: &str) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let id = |value: Value| text(&value["id"]);
        let (order, _) = client.ready(data);
        let made = client.activate(&order, &submission(&new_key().1)).ok();
        let certificate = id(made);
        let end = format!("/certificates/{certificate}/revocations");
        let told = client.get("/notifications?tab=new_certificates").ok();
        let hook = json!({"url": "https://hooks.example.com/mine"});
        let domain = json!({"domain": "example.com"});
        Self {
            revocation: id(client.post(&end, &json!({"reason": "superseded"})).ok()),
            notification: text(&told["items"][0]["id"]),
            webhook: id(client.post("/webhooks", &hook).ok()),
            domain: id(client.post("/domains", &domain).ok()),
            data: data.to_owned(),
            certificate,
            order,
        }
    }

    /// The path of a call on one of them.
    fn at(&self, path: &str) -> Option<String> {
        let id = match path.split('/').nth(1)? {
            "orders" => &self.order,
            "subject-data" => &self.data,
            "certificates" => &self.certificate,
            "revocations" => &self.revocation,
            "notifications" => &self.notification,
            "webhooks" => &self.webhook,
            "domains" => &self.domain,
            _ => return None,
        };
        path.contains("{id}").then(|| path.replace("{id}", id))
    }

    fn ids(&self) -> [&str; 7] {
        [
            &self.order,
            &self.data,
            &self.certificate,
            &self.revocation,
            &self.notification,
            &self.webhook,
            &self.domain,
        ]
    }
}

/// No call of `who` for `customer` finds any of them, and no list of theirs names one.
fn require_hidden(world: &World, things: &Belongings, who: &str, customer: &str) {
    let owner = format!("Acting-For: {customer}");
    let rows: Vec<_> = rows()
        .into_iter()
        .filter(|row| !row.is_upload() && row.who.may(who))
        .collect();
    let calls: Vec<_> = rows
        .iter()
        .filter_map(|row| {
            let path = things.at(row.path)?;
            Some((row.method, path, row.call().header(&owner)))
        })
        .collect();
    for family in ["/orders/", "/revocations/", "/webhooks/", "/domains/"] {
        assert!(calls.iter().any(|call| call.1.starts_with(family)));
    }
    assert!(calls.len() > 15);
    for (call, answer) in calls.iter().zip(world.instance.calls(who, &calls)) {
        let at = format!("{who} for {customer}: {} {}", call.0, call.1);
        assert_eq!(answer.refusal(), refused(404, "not-found"), "{at}");
    }
    for list in [
        "/orders",
        "/subject-data",
        "/certificates",
        "/notifications?tab=new_certificates",
        "/webhooks",
        "/domains",
        "/events",
    ] {
        let answer = world
            .instance
            .call(who, "GET", list, &Call::default().header(&owner));
        let shown = answer.ok().to_string();
        for id in things.ids() {
            assert!(!shown.contains(id), "{who} for {customer}: {id} in {list}");
        }
    }
}

/// Objects of a customer, and every call on them by another customer of the same frontend and by
/// another frontend for a customer of the same name.
#[test]
fn what_is_anothers_is_not_there() {
    let world = shared();
    let things = Belongings::of(&world.first(), &world.data);
    for (who, customer) in [("customer", "c-2"), ("partner", "c-1")] {
        require_hidden(&world, &things, who, customer);
    }
}

/// Two clients of one partner know nothing of each other.
#[test]
fn what_is_of_a_partners_other_client_is_not_there() {
    let world = shared();
    let customers = ["p-left", "p-right"];
    let both = customers.map(|customer| {
        let client = world.client("partner", customer);
        let data = client.verified_data();
        Belongings::of(&client, &data)
    });
    for (things, other) in both.iter().zip(["p-right", "p-left"]) {
        require_hidden(&world, things, "partner", other);
    }
}

#[test]
fn a_key_or_a_version_that_is_needed_is_demanded() {
    let bare = |row: &Row| {
        let call = row.body.as_ref().map_or_else(Call::default, Call::json);
        (absent(row.path), call)
    };
    for (row, answer) in answers(|row| row.is_keyed && !row.is_upload(), bare) {
        assert_eq!(
            answer.refusal(),
            refused(400, "idempotency-key-missing"),
            "{}",
            row.path
        );
    }
    for (row, answer) in answers(|row| row.is_versioned, bare) {
        assert_eq!(
            answer.refusal(),
            refused(428, "precondition-required"),
            "{}",
            row.path
        );
    }
}

#[test]
fn every_body_is_strict() {
    let with = |row: &Row, call: Call| {
        let call = if row.is_keyed { call.fresh_key() } else { call };
        let call = if row.is_versioned {
            call.matching("\"1\"")
        } else {
            call
        };
        (absent(row.path), call)
    };
    let more = |row: &Row| {
        let mut body = row.body.clone().unwrap();
        body["colour"] = json!("red");
        with(row, Call::json(&body))
    };
    let text = |row: &Row| {
        let call = Call::default().header("Content-Type: text/plain");
        with(
            row,
            call.bytes(row.body.clone().unwrap().to_string().into_bytes()),
        )
    };
    let broken = |row: &Row| {
        let call = Call::default().header("Content-Type: application/json");
        with(row, call.bytes(b"{\"a\": 1, \"a\": 1}".to_vec()))
    };
    let all = |change: &dyn Fn(&Row) -> (String, Call), status: u16, code: &str| {
        for (row, answer) in answers(|row| row.body.is_some(), change) {
            let at = format!("{} {}", row.method, row.path);
            assert_eq!(answer.refusal(), refused(status, code), "{at}");
        }
    };
    all(&more, 400, "unknown-member");
    all(&text, 415, "unsupported-media-type");
    all(&broken, 400, "malformed-json");
}

#[test]
fn lists_refuse_what_they_do_not_know() {
    let query = |query: &'static str| {
        move |row: &Row| {
            let base = match row.path {
                "/registration-types" | "/document-kinds" => "country=PL&",
                "/notifications" => "tab=problems&",
                _ => "",
            };
            (format!("{}?{base}{query}", row.path), Call::default())
        }
    };
    // The feed goes on by `after`, and has tests of its own.
    let others = ["/openapi.json", "/lint", "/events", "/events/stream"];
    let is_one = |path: &str| path.contains('{') || others.contains(&path);
    let is_list = |row: &Row| row.method == "GET" && !is_one(row.path);
    for (text, code) in [
        ("limit=0", "parameter-invalid"),
        ("limit=201", "parameter-invalid"),
        ("cursor=x", "cursor-invalid"),
        ("colour=red", "unknown-parameter"),
    ] {
        let found = answers(is_list, query(text));
        assert_eq!(
            found.len(),
            rows().iter().filter(|row| is_list(row)).count()
        );
        for (row, answer) in found {
            assert_eq!(answer.refusal(), refused(400, code), "{}?{text}", row.path);
        }
    }
    for (row, answer) in answers(is_list, query("limit=200")) {
        let list = answer.ok();
        assert!(list["items"].is_array(), "{}", row.path);
        assert!(list.get("next").is_some(), "{}", row.path);
    }
}
