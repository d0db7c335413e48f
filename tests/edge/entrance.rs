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

/// Two requests on one connection: the first is refused before its body is read.
fn pair(instance: &Instance, body: &str, first: &[&str]) -> Vec<String> {
    let url = format!("{}/v1", instance.url);
    let sent = format!("@{body}");
    let orders = format!("{url}/orders");
    let products = format!("{url}/products");
    let tls = [
        "--cacert",
        "ca.pem",
        "--cert",
        "officer.pem",
        "--key",
        "officer.key",
    ];
    let said = [
        "-sS",
        "--max-time",
        "30",
        "-o",
        "out",
        "-w",
        "%{http_code} %{num_connects}\n",
    ];
    let output = Command::new("curl")
        .current_dir(instance.path(""))
        .args(said)
        .args(tls)
        .args(first)
        .args([
            "-H",
            "Content-Type: application/json",
            "--data-binary",
            &sent,
        ])
        .args([orders.as_str(), "--next"])
        .args(said)
        .args(tls)
        .arg(&products)
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(str::to_owned).collect()
}

#[test]
fn a_role_is_refused_without_breaking_the_connection() {
    let instance = Instance::start();
    std::fs::write(instance.path("short"), vec![b' '; 300_000]).unwrap();
    std::fs::write(instance.path("long"), vec![b' '; 9 * 1024 * 1024]).unwrap();
    for version in ["--http1.1", "--http2"] {
        let ask = |body: &str, more: &[&str]| pair(&instance, body, &[&[version], more].concat());
        assert_eq!(ask("short", &["-H", "Expect:"]), ["403 1", "200 0"]);
        // Chunked: the server cannot know how much is to come.
        let chunked = ["-H", "Expect:", "-H", "Transfer-Encoding: chunked"];
        if version == "--http1.1" {
            assert_eq!(ask("short", &chunked), ["403 1", "200 0"]);
        }
        // Too much to read away: the answer comes, and says that the connection ends.
        let long = ask("long", &["-H", "Expect:"]);
        assert_eq!(long.len(), 2);
        assert!(
            long[0].starts_with("403") && long[1].starts_with("200"),
            "{long:?}"
        );
    }
    // Who waits for a word before sending is spared the sending.
    let spared = pair(
        &instance,
        "long",
        &["--http1.1", "-H", "Expect: 100-continue"],
    );
    assert_eq!(spared, ["403 1", "200 1"]);
}
