//! People whose key is on a card of their own, against a running daemon: the client makes its
//! connections and signs with the card, and says why when it cannot. The cards are SoftHSM2's.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot set itself up fails at once"
)]

#[path = "cards/card.rs"]
mod card;
#[expect(dead_code, reason = "other suites use more of it")]
#[path = "support/desk.rs"]
mod desk;
#[expect(dead_code, reason = "other suites use more of it")]
#[path = "support/instance.rs"]
mod instance;
#[path = "support/nameserver.rs"]
mod nameserver;
#[expect(dead_code, reason = "other suites use more of it")]
#[path = "support/person.rs"]
mod person;

use std::fs;

use card::{Cards, MODULE, PIN};
use desk::Desk;
use serde_json::Value;

#[test]
fn two_people_take_a_case_to_its_end_with_their_cards() {
    let cards = Cards::start();
    let desk = Desk::open(&cards.instance, "customer", "c-1");
    desk.complete();
    let at = |step: &str| format!("case {step} {} --outcome approve", desk.case);
    // P-384, by the label, named on the command line; the PIN is in a file.
    let line = format!(
        "{} {} --sign-label sign",
        at("propose"),
        cards.of("specialist")
    );
    let said = cards.ok("specialist", &line);
    assert!(said.contains("(proposed)"), "{said}");
    // Connection, connection and proposal: one login.
    assert_eq!(cards.events(), ["login", "sign", "sign", "sign"]);
    // RSA, by the CKA_ID, named in the profile.
    let profile = format!(
        "url = \"{}\"\nca = \"ca.pem\"\ncert = \"officer.pem\"\nsign_module = \"{}\"\n\
         sign_token = \"officer\"\nsign_id = \"01\"\nsign_pin_file = \"pin\"\n",
        cards.instance.url,
        cards.instance.path("shim.so").display(),
    );
    fs::write(cards.instance.path("officer.toml"), profile).unwrap();
    let said = cards.bare(&format!("{} --profile officer.toml", at("decide")));
    assert!(said.1.contains("(decided)"), "{said:?}");
    assert_eq!(cards.events(), ["login", "sign", "sign", "sign"]);
    let read = desk.read("auditor").ok();
    let by = |word: &str| read[word]["by"].as_str().map(ToOwned::to_owned);
    assert_eq!(by("proposal").as_deref(), Some("specialist"));
    assert_eq!(by("decision").as_deref(), Some("officer"));
    // Everything else works with the card alone, too.
    let said = cards.bare("--profile officer.toml --json case list --state decided");
    let list: Value = serde_json::from_str(&said.1).unwrap();
    assert_eq!(list["items"][0]["id"], *desk.case);
}

#[test]
fn the_file_s_key_connects_while_the_card_s_signs() {
    let cards = Cards::start();
    let desk = Desk::open(&cards.instance, "customer", "c-1");
    desk.complete();
    let propose = format!("case propose {} --outcome approve", desk.case);
    let with = format!("--key specialist.key {}", cards.of("specialist"));
    let line = |rest: &str| format!("{propose} {with} {rest}");
    // The case is shown before the card is asked for anything.
    let (status, _, said) = cards.run("specialist", &line("--sign-label absent"));
    assert_eq!(status, 2);
    assert!(said.contains("digest "), "{said}");
    cards.events();
    // Two sources of one signature contradict each other.
    let both = line("--sign-label sign --sign-key specialist.key");
    assert_eq!(cards.run("specialist", &both).0, 2);
    assert!(cards.events().is_empty());
    let said = cards.ok("specialist", &line("--sign-label sign"));
    assert!(said.contains("(proposed)"), "{said}");
    assert_eq!(cards.events(), ["login", "sign"]);
}

#[test]
fn a_card_that_does_not_fit_signs_nothing() {
    let cards = Cards::start();
    let desk = Desk::open(&cards.instance, "customer", "c-1");
    desk.complete();
    let propose = format!("case propose {} --outcome approve", desk.case);
    let refused = |rest: &str, words: &[&str]| {
        let (status, out, said) = cards.run("specialist", &format!("{propose} {rest}"));
        assert_eq!((status, out.as_str()), (2, ""), "{rest}: {said}");
        for word in words {
            assert!(said.contains(word), "{rest}: {word}: {said}");
        }
    };
    let own = cards.of("specialist");
    let shim = cards.instance.path("shim.so").display().to_string();
    let place = ["label specialist", shim.as_str()];
    let with = |words: [&'static str; 2]| [place.as_slice(), &words].concat();
    refused(
        &format!("{own} --sign-label absent"),
        &with(["0 private keys", "label absent"]),
    );
    refused(
        &format!("{own} --sign-label twice"),
        &with(["2 private keys", "label twice"]),
    );
    refused(
        &format!("{own} --sign-id 77"),
        &with(["0 private keys", "CKA_ID 77"]),
    );
    // The officer's key on the specialist's card: the daemon would refuse it, the client does.
    refused(
        &format!("{own} --sign-id 04"),
        &with(["CKA_ID 04", "is not of the certificate's kind"]),
    );
    // Of the same kind, but another key.
    refused(
        &format!("{own} --sign-label twice --sign-id 02"),
        &with(["label twice and CKA_ID 02", "is not the certificate's"]),
    );
    assert!(!cards.events().contains(&"sign".to_owned()));
    // Nobody logs in where the question is wrong already.
    refused(&own, &["--sign-label or --sign-id"]);
    refused(&format!("{own} --sign-id 0"), &["--sign-id"]);
    let foreign = own.replace("--sign-token specialist", "--sign-token nobody");
    refused(
        &format!("{foreign} --sign-label sign"),
        &["label nobody", "no slot holds it"],
    );
    let module = own.replace(&shim, "/nowhere.so");
    refused(
        &format!("{module} --sign-label sign"),
        &["/nowhere.so", "load the module"],
    );
    cards.secret("open-pin", PIN, 0o644);
    let open = own.replace("--sign-pin-file pin", "--sign-pin-file open-pin");
    refused(
        &format!("{open} --sign-label sign"),
        &["open-pin", "others may access it"],
    );
    let asked = own.replace("--sign-pin-file pin", "");
    refused(
        &format!("{asked} --sign-label sign"),
        &["asking the PIN on the terminal"],
    );
    assert!(cards.events().is_empty());
    assert_eq!(desk.read("officer").ok()["proposal"], Value::Null);
}

#[test]
fn a_wrong_pin_is_tried_once_and_then_only_typed() {
    let cards = Cards::start();
    let own = cards.of("specialist");
    let list = |own: &str| format!("case list {own} --sign-label sign");
    cards.secret("wrong", "9999", 0o600);
    let wrong = own.replace("--sign-pin-file pin", "--sign-pin-file wrong");
    let (status, _, said) = cards.run("specialist", &list(&wrong));
    assert_eq!(status, 2);
    for word in [
        "C_Login",
        "label specialist",
        "shim.so",
        "CKR_PIN_INCORRECT",
    ] {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert!(!said.contains("9999"));
    assert_eq!(cards.events(), ["refused"]);
    // Neither the wrong file nor another one is tried in a new process.
    for kept in [&wrong, &own] {
        let (status, _, said) = cards.run("specialist", &list(kept));
        assert_eq!(status, 2);
        assert!(said.contains("only a typed PIN"), "{said}");
    }
    assert!(cards.events().is_empty());
    let typed = own.replace("--sign-pin-file pin", "");
    let (status, seen) = cards.typing(PIN, "specialist", &list(&typed));
    assert_eq!(status, 0, "{seen}");
    assert!(seen.contains("PIN of card specialist: "), "{seen}");
    assert!(!seen.contains(PIN), "{seen}");
    assert_eq!(cards.events(), ["login", "sign"]);
    cards.ok("specialist", &list(&own));
    assert_eq!(cards.events(), ["login", "sign"]);
    let real = own.replace("shim.so", "softhsm.so");
    std::os::unix::fs::symlink(MODULE, cards.instance.path("softhsm.so")).unwrap();
    cards.ok("specialist", &list(&real));
}
