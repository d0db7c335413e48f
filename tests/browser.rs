//! The public pages in a real browser: a mail scanner that runs scripts and presses everything
//! moves nothing, a person gets through, and no page is broken, at any width, in any language.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot set itself up fails at once"
)]

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
#[path = "browser/session.rs"]
mod session;
#[expect(dead_code, reason = "other suites use more of it")]
#[path = "support/sink.rs"]
mod sink;
#[path = "browser/world.rs"]
mod world;

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::{Value, json};
use session::{HOST, Session};
use world::{Waiting, World};

/// Follows every link of the mail and tries everything there: nothing has moved.
fn scan(browser: &mut Session, waiting: &Waiting) -> Vec<Value> {
    let before = waiting.seen();
    let first = browser.requests.len();
    let mut acts = Vec::new();
    assert_eq!(waiting.links.len(), 1, "{:?}", waiting.links);
    for link in &waiting.links {
        acts.extend(browser.scan(link));
    }
    let sent = browser.requests.split_off(first);
    for refused in sent.iter().filter(|sent| sent.method == "POST") {
        let by_policy = refused.status.contains("csp");
        assert!(by_policy || refused.status == "422", "{refused:?}");
    }
    assert_eq!(waiting.seen(), before);
    browser.requests.extend(sent);
    acts
}

/// What came of the acts whose names start so.
fn outcomes(acts: &[Value], start: &str) -> BTreeSet<String> {
    let text = |act: &Value, name: &str| act[name].as_str().unwrap().to_owned();
    let acts = acts
        .iter()
        .filter(|act| text(act, "act").starts_with(start));
    acts.map(|act| text(act, "outcome")).collect()
}

fn set(outcomes: &[&str]) -> BTreeSet<String> {
    outcomes.iter().map(|&outcome| outcome.to_owned()).collect()
}

/// The robot came to the daemon with every word that the page can send.
fn pressed(browser: &Session, words: &[&str]) {
    for word in words {
        let body = format!("code=&act={word}");
        let mut sent = browser.requests.iter();
        assert!(
            sent.any(|sent| sent.method == "POST" && sent.body == body),
            "{body}"
        );
    }
}

#[test]
fn a_scanner_in_a_browser_moves_nothing_and_a_person_does() {
    let world = World::start();
    let mut browser = Session::start(&world.instance.public);
    let waiting = world.waiting("pl", "holder@example.com");
    let acts = scan(&mut browser, &waiting);
    assert_eq!(waiting.step(), json!({"state": "in_progress"}));
    // It pressed every button, in both languages; the page's own check stands aside when told to.
    for act in ["button 0", "button 1", "enter 0"] {
        let expected = set(&["invalid", "submit"]);
        assert_eq!(outcomes(&acts, act), expected, "{act}");
    }
    pressed(&browser, &["confirm", "disown"]);
    for (act, outcome) in [
        ("prefetch", "blocked"),
        ("fetch links", "blocked"),
        ("fetch past the policy: links", "200"),
        ("fetch form", "blocked blocked blocked"),
        ("fetch past the policy: form", "422 422 422"),
    ] {
        assert_eq!(outcomes(&acts, act), set(&[outcome]), "{act}");
    }
    // The person, in the same browser.
    browser.open(&waiting.links[0]);
    browser.type_in(&waiting.code.to_lowercase().replace('-', " "));
    browser.enter();
    let said = browser.text();
    assert!(said.contains("Adres został potwierdzony"), "{said}");
    assert_eq!(waiting.step(), json!({"state": "done"}));
    // A scanner that comes late finds the other button alone, which Enter does not press.
    browser.requests.clear();
    let acts = scan(&mut browser, &waiting);
    assert_eq!(waiting.step(), json!({"state": "done"}));
    assert_eq!(outcomes(&acts, "enter"), set(&["nothing"]));
    pressed(&browser, &["disown"]);
    browser.open(&waiting.links[0]);
    browser.type_in(&waiting.code);
    browser.press("disown");
    let said = browser.text();
    assert!(said.contains("zamówienie wstrzymano"), "{said}");
    assert_eq!(waiting.mailbox()["state"], "disowned");
}

/// The windows of a desk and of a telephone.
const WIDTHS: [u32; 2] = [1280, 375];

/// Keeps pictures of the page for people to look at; none is wider than its window.
fn shoot(browser: &mut Session, name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/browser");
    fs::create_dir_all(&folder).unwrap();
    for width in WIDTHS {
        let wider = browser.shoot(width, &folder.join(format!("{name}-{width}.png")));
        assert_eq!(wider, 0, "{name} at {width}");
    }
}

#[test]
fn every_page_fits_its_window_and_loads_nothing() {
    let world = World::start();
    let mut browser = Session::start(&world.instance.public);
    for language in ["en", "pl"] {
        for page in ["documents", "registers", "csr"] {
            browser.open(&format!("http://{HOST}/{page}?lang={language}"));
            shoot(&mut browser, &format!("{page}-{language}"));
        }
        let waiting = world.waiting(
            language,
            &format!("{language}-{}@example.com", "holder-".repeat(6)),
        );
        browser.open(&waiting.links[0]);
        shoot(&mut browser, &format!("confirm-{language}"));
        // Afresh: the window that got its size back lays the page out in its own time.
        browser.open(&waiting.links[0]);
        browser.type_in("AAAAA-AAAAA-AAAAA-AAAAA-AAAAAA");
        browser.enter();
        shoot(&mut browser, &format!("wrong-{language}"));
        browser.open(&waiting.links[0]);
        browser.type_in(&waiting.code);
        browser.press("confirm");
        shoot(&mut browser, &format!("confirmed-{language}"));
        browser.open(&waiting.links[0]);
        shoot(&mut browser, &format!("closed-{language}"));
        browser.open(&waiting.links[0]);
        browser.type_in(&waiting.code);
        browser.press("disown");
        shoot(&mut browser, &format!("disowned-{language}"));
        browser.open(&format!("http://{HOST}/v/nonsense?lang={language}"));
        shoot(&mut browser, &format!("unknown-{language}"));
    }
    let mut kinds = browser.requests.iter().map(|sent| &sent.kind);
    assert!(kinds.all(|kind| kind == "Document"));
}
