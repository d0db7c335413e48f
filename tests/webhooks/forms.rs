//! What can be registered, how often, and where nothing can be.

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
fn without_keys_nothing_is_offered() {
    let instance = Instance::start();
    let call = Call::json(&json!({"url": "https://hooks.example.com/"})).fresh_key();
    let refused = instance.post("customer", "/webhooks", &call).refusal();
    assert_eq!(refused, (409, "webhooks-not-offered".to_owned()));
    let keys = instance.get("customer", "/webhook-keys").ok();
    assert_eq!(keys, json!({"items": [], "next": null}));
    assert_eq!(instance.get("customer", "/webhooks").ok(), keys);
}
