//! Mutual TLS 1.3, the registry, roles.

use std::process::{Command, Output};

use serde_json::json;

use crate::instance::{Call, Instance};

/// A call outside the helper: other TLS than a registered client's.
fn curl(instance: &Instance, arguments: &[&str]) -> Output {
    Command::new("curl")
        .current_dir(instance.path(""))
        .args(["-sS", "--max-time", "30", "--cacert", "ca.pem"])
        .args(arguments)
        .arg(format!("{}/v1/products", instance.url))
        .output()
        .unwrap()
}

#[test]
fn only_tls_1_3_with_a_certificate_of_the_client_roots_is_served() {
    let instance = Instance::start();
    let known = ["--cert", "customer.pem", "--key", "customer.key"];
    assert!(curl(&instance, &known).status.success());
    assert!(!curl(&instance, &[]).status.success());
    let old = [&known[..], &["--tls-max", "1.2"]].concat();
    assert!(!curl(&instance, &old).status.success());
    // A certificate of another root: the issuing CA's own.
    let foreign = ["--cert", "issuing.pem", "--key", "issuing.key"];
    assert!(!curl(&instance, &foreign).status.success());
}

#[test]
fn strangers_roles_and_the_disabled_are_refused_at_each_request() {
    let instance = Instance::start();
    let stranger = instance.get("stranger", "/products");
    assert_eq!(stranger.refusal(), (403, "ra-unknown".to_owned()));
    // Not even what does not exist is told to strangers.
    let nothing = instance.get("stranger", "/nothing");
    assert_eq!(nothing.refusal(), (403, "ra-unknown".to_owned()));

    let forbidden = (403, "role-forbidden".to_owned());
    for who in ["customer", "partner", "specialist", "officer"] {
        assert_eq!(instance.get(who, "/identities").refusal(), forbidden);
    }
    for who in ["operator", "specialist"] {
        assert_eq!(instance.get(who, "/orders").refusal(), forbidden);
    }
    let disable = Call::default();
    let refused = instance.post("auditor", "/identities/customer/disable", &disable);
    assert_eq!(refused.refusal(), forbidden);

    instance.get("customer", "/products").ok();
    instance
        .post("operator", "/identities/customer/disable", &disable)
        .ok();
    let disabled = instance.get("customer", "/products");
    assert_eq!(disabled.refusal(), (403, "identity-inactive".to_owned()));
}

#[test]
fn a_partner_names_its_customer_at_every_call() {
    let instance = Instance::start();
    let refused = instance.get("partner", "/orders");
    assert_eq!(refused.refusal(), (400, "acting-for-missing".to_owned()));
    let named = Call::default().header("Acting-For: client-1");
    let list = instance.call("partner", "GET", "/orders", &named).ok();
    assert_eq!(list, json!({"items": [], "next": null}));
    let twice = named.header("Acting-For: client-2");
    let refused = instance.call("partner", "GET", "/orders", &twice);
    assert_eq!(refused.refusal(), (400, "acting-for-invalid".to_owned()));
    instance.get("customer", "/orders").ok();
}
