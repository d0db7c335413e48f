//! What can be registered, how often, and where nothing can be.

use std::{fs, process::Command};

use serde_json::{Value, json};

use crate::{
    instance::{Answer, Call, Instance},
    world::World,
};

fn faults(answer: &Answer) -> Vec<(String, String)> {
    let errors = answer.json()["errors"].as_array().unwrap().clone();
    let text = |fault: &Value, name: &str| fault[name].as_str().unwrap().to_owned();
    errors
        .iter()
        .map(|fault| (text(fault, "pointer"), text(fault, "code")))
        .collect()
}

#[test]
fn only_an_https_name_outside_can_be_registered_and_few_of_them() {
    let world = World::start();
    let client = world.client("customer", "c-1");
    for (url, code) in [
        ("http://hooks.example.com/", "webhook-url-invalid"),
        ("https://127.0.0.1/", "webhook-url-invalid"),
        ("https://[::1]/", "webhook-url-invalid"),
        ("https://me@hooks.example.com/", "webhook-url-invalid"),
        ("https://hooks.example.com/#a", "webhook-url-invalid"),
        ("https://hooks.example.com:22/", "webhook-host-forbidden"),
        ("https://intranet/", "webhook-host-forbidden"),
    ] {
        let refused = client.post("/webhooks", &json!({"url": url}));
        assert_eq!(refused.status, 422, "{url}");
        let fault = ("/url".to_owned(), code.to_owned());
        assert_eq!(faults(&refused), [fault], "{url}");
    }
    let unknown = json!({"url": "https://hooks.example.com/", "types": ["order.created", "x"]});
    let refused = client.post("/webhooks", &unknown);
    let fault = ("/types/1".to_owned(), "event-type-unknown".to_owned());
    assert_eq!(faults(&refused), [fault]);
    let none = json!({"url": "https://hooks.example.com/", "types": []});
    assert_eq!(client.post("/webhooks", &none).status, 422);
    for _ in 0..10 {
        client.register("https://hooks.example.com/");
    }
    let url = json!({"url": "https://hooks.example.com/"});
    let many = client.post("/webhooks", &url).refusal();
    assert_eq!(many, (409, "webhook-limit-reached".to_owned()));
    world
        .client("customer", "c-2")
        .register("https://hooks.example.com/");
}

#[test]
fn ports_and_hosts_that_cannot_be_gone_to_are_faults_of_the_configuration() {
    let world = World::start();
    let instance = &world.instance;
    let config = fs::read_to_string(instance.path("chancery.toml")).unwrap();
    let judged = |name: &str, value: &str| {
        let changed: Vec<String> = config
            .lines()
            .map(|line| {
                let is_it = line.starts_with(&format!("{name} = "));
                if is_it {
                    format!("{name} = {value}")
                } else {
                    line.to_owned()
                }
            })
            .collect();
        let set = format!("{name} = {value}");
        let at = changed.iter().position(|line| *line == set).unwrap() + 1;
        fs::write(instance.path("changed.toml"), changed.join("\n")).unwrap();
        let checked = Command::new(env!("CARGO_BIN_EXE_chanceryd"))
            .args(["check-config", "--config", "changed.toml"])
            .current_dir(instance.dir.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&checked.stderr).into_owned();
        let is_named = said.contains(&format!("changed.toml:{at}: "));
        (checked.status.code(), is_named, said)
    };
    for (name, good) in [
        ("ports", "[443, 8443]"),
        ("private_hosts", "[\"localhost\", \"hooks.example\"]"),
    ] {
        let (code, _, said) = judged(name, good);
        assert_eq!(code, Some(0), "{said}");
    }
    for (name, wrong) in [
        ("ports", "[]"),
        ("ports", "[443, 0]"),
        ("ports", "[65536]"),
        ("private_hosts", "[\"10.0.0.1\"]"),
        ("private_hosts", "[\"Hooks.example\"]"),
        ("private_hosts", "[\"hooks.example:443\"]"),
        ("private_hosts", "[\"\"]"),
    ] {
        let (code, is_named, said) = judged(name, wrong);
        assert_eq!((code, is_named), (Some(1), true), "{wrong}: {said}");
    }
}

/// What is told of a webhook changes with each delivery: nobody may hold it for the same.
#[test]
fn a_webhook_has_no_etag() {
    let world = World::start();
    let client = world.client("customer", "c-1");
    let made = client.post("/webhooks", &json!({"url": world.receiver.url("/a")}));
    let id = made.ok()["id"].as_str().unwrap().to_owned();
    assert_eq!(made.location, Some(format!("/v1/webhooks/{id}")));
    let read = client.call("GET", &format!("/webhooks/{id}"), &Call::default());
    client.until("it is active", || client.hook(&id)["state"] == "active");
    let again = json!({"after": "0000000000000000"});
    let again = client.post(&format!("/webhooks/{id}/redeliver"), &again);
    for answer in [made, read, again] {
        answer.ok();
        assert_eq!(answer.etag, None);
    }
}

#[test]
fn each_message_is_described() {
    let world = World::start();
    let client = world.client("customer", "c-1");
    let hook = client.active("/a");
    client.order();
    client.delivered("/a");
    client.act(&hook, "test").ok();
    let described = client.get("/openapi.json");
    let schema = |content: &Value| {
        let place = &content["content"]["application/json"]["schema"]["$ref"];
        let place = place.as_str().unwrap().strip_prefix('#').unwrap();
        described.pointer(place).unwrap().clone()
    };
    let names = |schema: &Value| -> Vec<String> {
        let properties = schema["properties"].as_object().unwrap();
        properties.keys().cloned().collect()
    };
    for message in world.receiver.messages("/a") {
        let kind = message.kind();
        let probe = kind.starts_with("webhook.");
        let post = &described["webhooks"][if probe { &kind } else { "event" }]["post"];
        let schema = schema(&post["requestBody"]);
        let said = message.json();
        for name in said.as_object().unwrap().keys() {
            assert!(names(&schema).contains(name), "{kind}: {name}");
        }
        for name in schema["required"].as_array().unwrap() {
            assert!(said.get(name.as_str().unwrap()).is_some(), "{kind}: {name}");
        }
    }
    let answer = &described["webhooks"]["webhook.challenge"]["post"]["responses"]["2XX"];
    assert_eq!(names(&schema(answer)), ["challenge"]);
}

#[test]
fn without_keys_nothing_is_offered() {
    let instance = Instance::start();
    let call = Call::json(&json!({"url": "https://hooks.example.com/"})).fresh_key();
    let refused = instance.post("customer", "/webhooks", &call).refusal();
    assert_eq!(refused, (409, "webhooks-not-offered".to_owned()));
    let keys = instance.get("customer", "/webhook-keys").ok();
    assert_eq!(keys, json!({"items": [], "next": null}));
    assert_eq!(instance.get("customer", "/webhooks").ok(), keys);
}
