//! The dry run of each step says what the step says, and leaves nothing behind.

use serde_json::{Value, json};

use crate::{
    instance::{Answer, Call},
    openssl::new_key,
    traces::traces,
    world::{
        Client, PRODUCT, World, accepted, faults, fixture, fresh_address, refused, submission,
    },
};

const GOOD: &str = "good/openssl-ec-prime256v1.pem";

/// A step on its object: how its dry run names it, and its own call.
#[derive(Clone)]
pub struct Step {
    query: String,
    method: &'static str,
    pub path: String,
}

impl Step {
    fn new(query: &str, method: &'static str, path: &str) -> Self {
        Self {
            query: query.to_owned(),
            method,
            path: path.to_owned(),
        }
    }

    fn order() -> Self {
        Self::new("", "POST", "/orders")
    }

    fn data() -> Self {
        Self::new("?step=subject-data", "POST", "/subject-data")
    }

    fn submit(set: &str) -> Self {
        let query = format!("?step=submit&subject_data_id={set}");
        Self::new(&query, "POST", &format!("/subject-data/{set}/submit"))
    }

    fn bind(order: &str) -> Self {
        let query = format!("?step=bind-data&order_id={order}");
        Self::new(&query, "PUT", &format!("/orders/{order}/subject-data"))
    }

    fn email(order: &str) -> Self {
        let query = format!("?step=email&order_id={order}");
        Self::new(&query, "PUT", &format!("/orders/{order}/email"))
    }

    fn activation(order: &str) -> Self {
        let query = format!("?step=activation&order_id={order}");
        Self::new(&query, "POST", &format!("/orders/{order}/activation"))
    }

    fn dry(&self, client: &Client, body: &Value) -> Answer {
        let path = format!("/orders/validate{}", self.query);
        client.call("POST", &path, &Call::json(body))
    }

    pub fn act(&self, client: &Client, body: &Value) -> Answer {
        let call = Call::json(body);
        if self.method == "POST" {
            return client.call("POST", &self.path, &call.fresh_key());
        }
        let order = self.path.rsplit_once('/').unwrap().0;
        let etag = client.get(order).etag.unwrap();
        client.call("PUT", &self.path, &call.matching(&etag))
    }
}

fn set(number: &str) -> Value {
    json!({
        "organization": "Example sp. z o.o.",
        "country": "PL",
        "state_or_province": "mazowieckie",
        "locality": "Warszawa",
        "verification": {
            "method": "registration_number",
            "registration_type": "KRS",
            "registration_number": number,
        },
    })
}

fn with(mut body: Value, name: &str, value: Value) -> Value {
    body[name] = value;
    body
}

/// Pointer and code of every finding.
fn findings(check: &Value) -> Vec<(String, String)> {
    let text = |found: &Value, name: &str| found[name].as_str().unwrap().to_owned();
    let found = check["findings"].as_array().unwrap().iter();
    found
        .map(|found| {
            assert_ne!(found["message"]["en"], found["message"]["pl"], "{found}");
            (text(found, "pointer"), text(found, "code"))
        })
        .collect()
}

/// What a refusal says, in the form of findings: a fault the body names is told at its member.
pub fn said(refusal: &Answer) -> Vec<(String, String)> {
    let faults = faults(refusal);
    if faults.is_empty() {
        vec![(String::new(), refusal.code())]
    } else {
        faults
    }
}

/// Objects of one customer for a step to be tried on.
pub struct Ground {
    verified: String,
    draft: String,
    /// To be verified by a document that is not there.
    papers: String,
    open: String,
    bound: String,
    pub ready: String,
    done: String,
}

impl Ground {
    pub fn of(client: &Client) -> Self {
        let verified = client.verified_data();
        let by_document = with(set("1"), "verification", json!({"method": "document"}));
        let (done, _) = client.ready(&verified);
        client.activate(&done, &submission(&new_key().1)).ok();
        Self {
            draft: draft(client, &set("12345678")),
            papers: draft(client, &by_document),
            open: client.order(PRODUCT),
            bound: client.bound(&verified),
            ready: client.ready(&verified).0,
            done,
            verified,
        }
    }

    /// Each step with what it takes.
    fn good(&self) -> Vec<(Step, Value)> {
        vec![
            (Step::order(), product(PRODUCT)),
            (Step::data(), set("12345678")),
            (Step::submit(&self.draft), statements()),
            (Step::bind(&self.open), chosen(&self.verified)),
            (Step::email(&self.bound), address(&fresh_address())),
            (Step::activation(&self.ready), submission(&new_key().1)),
        ]
    }

    /// Each step with what it refuses.
    fn bad(&self) -> Vec<(Step, Value)> {
        [self.bad_data(), self.bad_orders(), self.bad_activations()].concat()
    }

    fn bad_data(&self) -> Vec<(Step, Value)> {
        let unknown = json!({"statements": [accepted("other"), accepted("data-correct")]});
        vec![
            (Step::data(), set("x")),
            (Step::data(), with(set("1"), "country", json!("??"))),
            (Step::data(), with(set("1"), "organization", json!(""))),
            (
                Step::data(),
                with(set("1"), "verification", json!({"method": "guess"})),
            ),
            (Step::submit(&self.draft), json!({"statements": []})),
            (Step::submit(&self.draft), unknown),
            (Step::submit(&self.papers), statements()),
            (Step::submit(&self.verified), statements()),
        ]
    }

    fn bad_orders(&self) -> Vec<(Step, Value)> {
        vec![
            (Step::order(), product("nothing")),
            (Step::order(), product("smime-org-strict-365-renewal")),
            (Step::order(), json!({"alias": "x"})),
            (Step::bind(&self.open), chosen(&self.draft)),
            (Step::bind(&self.done), chosen(&self.verified)),
            (Step::email(&self.bound), address("nobody")),
            (Step::email(&self.bound), address("\"a b\"@example.com")),
            (Step::email(&self.open), address(&fresh_address())),
            (Step::email(&self.done), address(&fresh_address())),
        ]
    }

    pub fn bad_activations(&self) -> Vec<(Step, Value)> {
        let body = || submission(&fixture(GOOD));
        let small = submission(&fixture("bad/csr-key-too-small-rsa-1024.pem"));
        let orders = [&self.open, &self.bound, &self.done];
        let bodies = [
            with(body(), "key_method", json!("pfx")),
            with(body(), "common_name", json!("Mallory")),
            with(body(), "fields", json!(["email"])),
            with(body(), "statements", json!([])),
            with(body(), "csr", json!("none")),
            submission(&fixture("bad/csr-signature-invalid-ec.pem")),
            with(small, "fields", json!([])),
        ];
        let blocked = orders.map(|order| (Step::activation(order), body()));
        let wrong = bodies.map(|body| (Step::activation(&self.ready), body));
        blocked.into_iter().chain(wrong).collect()
    }
}

fn statements() -> Value {
    json!({"statements": [accepted("data-correct"), accepted("data-verification")]})
}

fn chosen(set: &str) -> Value {
    json!({"subject_data_id": set})
}

fn product(code: &str) -> Value {
    json!({"product_code": code})
}

fn address(text: &str) -> Value {
    json!({"email": text})
}

fn draft(client: &Client, body: &Value) -> String {
    let made = client.post("/subject-data", body).ok();
    made["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_dry_run_says_what_its_step_says_and_leaves_no_trace() {
    let world = World::start(Vec::new());
    let client = world.first();
    let ground = Ground::of(&client);
    let (takes, refuses) = (ground.good(), ground.bad());
    let before = traces(&world);
    let dry = |(step, body): &(Step, Value)| step.dry(&client, body).ok();
    let good: Vec<Value> = takes.iter().map(dry).collect();
    let bad: Vec<Value> = refuses.iter().map(dry).collect();
    assert_eq!(traces(&world), before);
    for ((step, body), check) in refuses.iter().zip(&bad) {
        let refusal = step.act(&client, body);
        let at = format!("{} {} {body}", step.method, step.path);
        assert!(
            matches!(refusal.status, 409 | 422),
            "{at}: {}",
            refusal.status
        );
        assert_eq!(findings(check), said(&refusal), "{at}");
        assert_eq!(check["valid"], false, "{at}");
        let blocked = &refusal.json()["blocked_by"];
        let told = &check["findings"][0]["blocked_by"];
        assert!(
            told == blocked || (told.is_null() && *blocked == json!([])),
            "{at}"
        );
    }
    for ((step, body), check) in takes.iter().zip(good) {
        assert_eq!(
            check,
            json!({"valid": true, "findings": []}),
            "{}",
            step.path
        );
        step.act(&client, body).ok();
    }
}

#[test]
fn a_dry_run_names_the_object_of_its_step_and_no_other() {
    let world = crate::world::shared();
    let client = world.first();
    let order = client.order(PRODUCT);
    let post = |client: &Client, query: &str, body: &Value| {
        let path = format!("/orders/validate{query}");
        client.call("POST", &path, &Call::json(body))
    };
    let email = json!({"email": fresh_address()});
    let data = &world.data;
    for query in [
        "?step=other".to_owned(),
        "?step=email".to_owned(),
        format!("?step=order&order_id={order}"),
        format!("?step=email&order_id={order}&subject_data_id={data}"),
        format!("?step=submit&order_id={order}"),
    ] {
        let refusal = post(&client, &query, &email).refusal();
        assert_eq!(refusal, refused(400, "parameter-invalid"), "{query}");
    }
    let stranger = world.client("customer", "c-2");
    for (client, id) in [(&client, "ord_x"), (&stranger, order.as_str())] {
        let there = post(client, &format!("?step=email&order_id={id}"), &email);
        assert_eq!(there.refusal(), refused(404, "not-found"), "{id}");
    }
    // An object that the body names is the body's fault.
    let of = |client: &Client, query: &str, body: &Value| findings(&post(client, query, body).ok());
    let at = |pointer: &str| vec![(pointer.to_owned(), "not-found".to_owned())];
    let bind = format!("?step=bind-data&order_id={order}");
    let nothing = json!({"subject_data_id": "sd_0198c0de-0000-7000-8000-000000000001"});
    assert_eq!(of(&client, &bind, &nothing), at("/subject_data_id"));
    let other = with(set("1"), "replaces", json!(data));
    let replaced = of(&stranger, "?step=subject-data", &other);
    assert_eq!(replaced, at("/replaces"));
}

#[test]
fn a_private_key_in_a_dry_run_is_blocked() {
    let world = crate::world::shared();
    let client = world.first();
    let (order, _) = client.ready(&world.data);
    let (key, csr) = new_key();
    let step = Step::activation(&order);
    let leak = step.dry(&client, &submission(&format!("{csr}{key}"))).ok();
    let expected = ("/csr".to_owned(), "csr-contains-private-key".to_owned());
    assert!(findings(&leak).contains(&expected), "{leak}");
    let blocked = vec![("/csr".to_owned(), "csr-key-compromised".to_owned())];
    let body = submission(&csr);
    assert_eq!(findings(&step.dry(&client, &body).ok()), blocked);
    assert_eq!(said(&step.act(&client, &body)), blocked);
}
