//! `chancery domain`, typed as the frontend of the domain's owner.

use serde_json::{Value, json};

use crate::domains::{DOMAIN, Scene};

/// Exit status and what was said, as JSON.
fn typed(scene: &Scene, who: &str, words: &[&str]) -> (i32, Value) {
    let words = [&["--json", "domain"], words].concat();
    let (status, said, _) = scene.world.instance.chancery(who, &words);
    (status, serde_json::from_str(&said).unwrap_or(Value::Null))
}

#[test]
fn a_domain_is_shown_to_be_ones_own_by_the_command_line() {
    let scene = Scene::start();
    let panel = |words: &[&str]| {
        let words = [words, &["--acting-for", "c-1"]].concat();
        typed(&scene, "customer", &words)
    };
    let start = ["start", DOMAIN, "--idempotency-key", "k"];
    let (status, made) = panel(&start);
    assert_eq!((status, &made["state"]), (0, &json!("pending")));
    assert_eq!(panel(&start), (0, made.clone()), "done once");
    let id = made["id"].as_str().unwrap();

    let (status, looked) = panel(&["check", id]);
    assert_eq!(status, 1, "nothing stands there yet");
    assert_eq!(looked["last_look"]["verdict"], "value-not-found");
    let (status, soon) = panel(&["check", id]);
    assert_eq!(
        (status, &soon["code"]),
        (1, &json!("domain-check-too-soon"))
    );
    people_read(&scene, &made);
    scene.publish(&made);
    scene.wall.set(11);
    let (status, proven) = panel(&["check", id]);
    assert_eq!(
        (status, &proven["state"]),
        (0, &json!("proven")),
        "{proven}"
    );

    let (status, other) = panel(&["start", "example.org"]);
    assert_eq!((status, &other["state"]), (0, &json!("pending")));
    let (status, first) = panel(&["list", "--limit", "1"]);
    assert_eq!((status, &first["items"][0]["id"]), (0, &other["id"]));
    let next = first["next"].as_str().unwrap();
    let (status, second) = panel(&["list", "--limit", "1", "--cursor", next]);
    assert_eq!((status, &second["items"][0]["id"]), (0, &made["id"]));
    let (status, gone) = panel(&["withdraw", id]);
    assert_eq!((status, &gone["state"]), (0, &json!("withdrawn")));
    let (status, shown) = panel(&["show", id]);
    assert_eq!((status, &shown["state"]), (0, &json!("withdrawn")));
    let (status, late) = panel(&["withdraw", id]);
    assert_eq!(
        (status, &late["code"]),
        (1, &json!("domain-state-conflict"))
    );
    refusals(&scene, id);
}

/// What to publish, and who saw what.
fn people_read(scene: &Scene, made: &Value) {
    let id = made["id"].as_str().unwrap();
    let said = |words: &[&str]| {
        let words = [&["domain", "--acting-for", "c-1"], words].concat();
        scene.world.instance.chancery("customer", &words)
    };
    let (status, shown, _) = said(&["show", id]);
    assert_eq!(status, 0);
    let record = &made["record"];
    let name = record["name"].as_str().unwrap();
    let line = format!("{name} TXT \"{}\"", record["value"].as_str().unwrap());
    for words in [
        DOMAIN,
        id,
        "pending",
        &line,
        "value-not-found",
        "primary absent",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let (status, listed, _) = said(&["list", "--limit", "1"]);
    assert!(status == 0 && listed.contains(id), "{listed}");
    assert!(listed.contains("more: --cursor "), "{listed}");
    let (status, help, _) = said(&["start", "--help"]);
    assert!(status == 0 && help.contains("Example"), "{help}");
}

/// Another customer's, nobody's customer, a person's card, a domain that is none.
fn refusals(scene: &Scene, id: &str) {
    for (who, words, code) in [
        (
            "partner",
            &["show", id, "--acting-for", "c-1"][..],
            "not-found",
        ),
        (
            "customer",
            &["check", id, "--acting-for", "c-2"],
            "not-found",
        ),
        ("partner", &["list"], "acting-for-missing"),
        ("customer", &["start", "example.com"], "acting-for-missing"),
        ("specialist", &["list"], "role-forbidden"),
        (
            "customer",
            &["start", "com.pl", "--acting-for", "c-1"],
            "domain-public-suffix",
        ),
    ] {
        let words = [&["domain"], words].concat();
        let (status, _, error) = scene.world.instance.chancery(who, &words);
        assert_eq!(status, 1, "{words:?}: {error}");
        assert!(error.contains(code), "{words:?}: {error}");
    }
    assert_eq!(typed(scene, "customer", &["check"]).0, 2, "wrong usage");
}
