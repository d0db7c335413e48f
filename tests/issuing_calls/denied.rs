//! The deny list: what it says of a case, and that nothing is approved or issued past it.

use std::{fs, path::Path, process::Command};

use chancery::policy::case_rules::deny_list::MOST_NAMES;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    desk::{Desk, by_number, facts, note, verified},
    evidence::leaves,
    keys::reload,
    openssl::new_key,
    time::DAY,
    wall::Wall,
    world::{World, fresh_address, refused, submission},
};

const LIST: &str = "version = 1\ncountries = [\"KP\"]\n\
    [[organizations]]\nname = \"Żółw Handel sp. z o.o.\"\n\
    [[numbers]]\nscheme = \"KRS\"\ncountry = \"PL\"\nnumber = \"777\"\n";

/// What a customer's data is named everywhere else in these tests, in another spelling.
const FIRST: &str =
    "[[organizations]]\nname = \"EXAMPLE Spółka z ograniczoną odpowiedzialnością\"\n";

/// Calls that may pass until a mail is queued: far more than any run needs.
const PATIENCE: u32 = 3_000;
/// Calls during which a daemon that does too much would do it.
const IDLE: u32 = 50;

fn start() -> World {
    World::start_with(Vec::new(), &listed)
}

fn listed(dir: &Path, config: &mut String) {
    let list = dir.join("deny-list.toml");
    fs::write(&list, LIST).unwrap();
    let files = format!("[files]\ndeny_list = \"{}\"", list.display());
    *config = config.replace("[files]", &files);
    let register = "[[registers.manual]]\ncountry = \"PL\"";
    assert!(config.contains(register));
    let another = "[[registers.manual]]\ncountry = \"KP\"\nurl = \"https://kp.example.com\"\n";
    *config = config.replace(register, &format!("{another}{register}"));
}

/// A bad list changes nothing, whatever it named; then this one is in force.
fn take(world: &World, list: &str) {
    let path = world.instance.path("deny-list.toml");
    fs::write(&path, format!("{list}[[numbers]]\nscheme = \"KRS\"\n")).unwrap();
    reload(world, "chancery_config_last_reload_successful 0");
    fs::write(&path, list).unwrap();
    reload(world, "chancery_config_last_reload_successful 1");
}

fn set(organization: &str, country: &str, number: &str) -> Value {
    let mut set = by_number();
    set["organization"] = json!(organization);
    set["country"] = json!(country);
    set["verification"]["registration_number"] = json!(number);
    if country != "PL" {
        set["verification"]["registration_type"] = json!("NTR");
    }
    set
}

fn check(desk: &Desk<'_>) -> Value {
    let case = desk.read("officer").ok();
    let mut checks = case["checks"].as_array().unwrap().iter();
    let found = checks.find(|check| check["check"] == "deny_list");
    found.unwrap().clone()
}

fn approved(desk: &Desk<'_>) {
    desk.propose("specialist", "approve").ok();
    desk.decide("officer", "approve").ok();
}

#[test]
fn what_the_list_names_fails_its_check_as_soon_as_it_is_submitted() {
    let world = start();
    let sha256 = hex::encode(Sha256::digest(LIST));
    for (organization, country, number, state, said) in [
        ("Example sp. z o.o.", "PL", "12345678", "VERIFIED", "no hit"),
        (
            "Example sp. z o.o.",
            "PL",
            "0000000777",
            "FAILED",
            "hits: 1,",
        ),
        ("Example Ltd", "KP", "12345678", "FAILED", "hits: 1,"),
        (
            "ZOLW HANDEL Spółka z o.o.",
            "PL",
            "12345678",
            "FAILED",
            "hits: 1,",
        ),
        (
            "Żółw Handel",
            "PL",
            "12345678",
            "REQUIRED",
            "similar names: 1",
        ),
    ] {
        let data = set(organization, country, number);
        let desk = Desk::of(&world.instance, "customer", "c-1", &data, None);
        let found = check(&desk);
        assert_eq!(found["state"], state, "{organization} {found}");
        assert_eq!(found["recorded_by"], "automatic");
        let note = found["note"].as_str().unwrap();
        assert!(
            note.contains(&sha256) && note.contains("(3 entries)"),
            "{note}"
        );
        assert!(note.contains(said), "{note}");
        let id = found["evidence"][0].as_str().unwrap();
        let kept = world
            .instance
            .get("auditor", &desk.at(&format!("/evidence/{id}")));
        let kept: Value = serde_json::from_str(kept.ok()["content"].as_str().unwrap()).unwrap();
        assert_eq!(kept["list_sha256"], sha256);
        assert_eq!(
            kept["hits"].as_array().unwrap().is_empty(),
            state == "VERIFIED"
        );
    }
}

#[test]
fn nobody_overrules_a_hit_and_a_person_judges_likeness() {
    let world = start();
    let data = set("Example sp. z o.o.", "PL", "777");
    let desk = Desk::of(&world.instance, "customer", "c-1", &data, None);
    desk.act("specialist", "/claim").ok();
    let added = desk.post("specialist", "/evidence", &note()).ok();
    let seen = verified(added["evidence"]["id"].as_str().unwrap());
    let refusal = desk.put("specialist", "/checks/deny_list", &seen);
    assert_eq!(refusal.refusal(), refused(409, "deny-list-hit"));
    let early = desk.propose("specialist", "approve");
    assert_eq!(early.refusal(), refused(409, "check-failed"));
    desk.propose("specialist", "reject").ok();
    assert_eq!(desk.decide("officer", "reject").ok()["state"], "decided");
    // Likeness: the check is open until a person has looked.
    let data = set("Żółw Handel", "PL", "12345678");
    let desk = Desk::of(&world.instance, "customer", "c-1", &data, None);
    let mut named = facts();
    named["organization"] = json!("Żółw Handel");
    desk.approve_with(&named);
    assert_eq!(check(&desk)["recorded_by"], "specialist");
}

#[test]
fn a_list_that_changed_stops_an_approval() {
    let world = start();
    let desk = Desk::open(&world.instance, "customer", "c-1");
    desk.complete();
    desk.propose("specialist", "approve").ok();
    take(&world, &format!("{LIST}{FIRST}"));
    let late = desk.decide("officer", "approve");
    assert_eq!(late.refusal(), refused(409, "deny-list-hit"));
    // Only similar now: nobody can have judged that, until the case is claimed again.
    take(
        &world,
        "version = 1\n[[organizations]]\nname = \"Example\"\n",
    );
    let late = desk.decide("officer", "approve");
    assert_eq!(late.refusal(), refused(409, "deny-list-changed"));
    desk.decide("officer", "reject").ok();
    desk.act("specialist", "/claim").ok();
    assert_eq!(check(&desk)["state"], "REQUIRED");
    let added = desk.post("specialist", "/evidence", &note()).ok();
    let seen = verified(added["evidence"]["id"].as_str().unwrap());
    desk.put("specialist", "/checks/deny_list", &seen).ok();
    approved(&desk);
}

#[test]
fn what_was_approved_is_judged_again_at_each_activation() {
    let world = start();
    let client = world.first();
    let (order, _) = client.ready(&world.data);
    let body = submission(&new_key().1);
    take(&world, &format!("{LIST}{FIRST}"));
    let path = format!("/orders/{order}/activation/preflight");
    let call = crate::instance::Call::json(&body);
    let flight = client.call("POST", &path, &call).ok();
    assert_eq!(flight["ready"], false);
    let mut rules = flight["rules"].as_array().unwrap().iter();
    let data = rules.find(|rule| rule["rule"] == "subject-data").unwrap();
    assert_eq!(data["findings"][0]["blocked_by"], json!(["deny-list-hit"]));
    let stopped = client.activate(&order, &body);
    assert_eq!(stopped.refusal(), refused(409, "step-blocked"));
    assert_eq!(stopped.json()["blocked_by"], json!(["deny-list-hit"]));
    // Likeness was a person's to judge.
    take(
        &world,
        "version = 1\n[[organizations]]\nname = \"Example\"\n",
    );
    client.activate(&order, &body).ok();
}

/// Status, steps, list, preflight and mail go by one derivation.
#[test]
fn an_order_whose_organisation_was_denied_since_is_ready_nowhere() {
    let world = start();
    let client = world.first();
    let (order, _) = client.ready(&world.data);
    let waiting = client.bound(&world.data);
    let address = fresh_address();
    client.set_address(&waiting, &address).ok();
    let code = world.code(&address, &[]);
    let shown = |order: &str| client.get(&format!("/orders/{order}")).ok();
    let is_listed = |order: &str| {
        let list = client.get("/orders?state=ready&limit=200").ok();
        let mut items = list["items"].as_array().unwrap().iter();
        items.any(|item| item["id"] == order)
    };
    assert_eq!(shown(&order)["status_code"], "ready_for_activation");
    assert!(is_listed(&order));
    take(&world, &format!("{LIST}{FIRST}"));
    client.confirm(&waiting, &code).ok();
    for order in [&order, &waiting] {
        let shown = shown(order);
        assert_eq!(shown["status_code"], "under_verification", "{shown}");
        let blocked = &shown["steps"]["activation"]["blocked_by"];
        assert_eq!(blocked, &json!(["deny-list-hit"]));
        assert!(!is_listed(order));
    }
    // The holder reads that the address is confirmed, and of no certificate.
    let mails = world.instance.get("operator", "/mails?limit=200").ok();
    let mails = mails["items"].as_array().unwrap().iter();
    let mails = mails.filter(|mail| mail["recipient"] == address);
    let kinds: Vec<&str> = mails.map(|mail| mail["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"address-verified"), "{kinds:?}");
    assert!(!kinds.contains(&"ready-to-activate"), "{kinds:?}");
    // A list that is mended stops nobody.
    take(&world, LIST);
    for order in [&order, &waiting] {
        assert_eq!(shown(order)["status_code"], "ready_for_activation");
        assert!(is_listed(order));
    }
}

/// Flows 5.15: each mail once, and this one late rather than never.
#[test]
fn an_order_that_a_list_held_back_is_told_once_the_list_is_mended() {
    let clock = Wall::new();
    let world = World::start_with(clock.environment(), &listed);
    let client = world.first();
    let order = client.bound(&world.data);
    let address = fresh_address();
    client.set_address(&order, &address).ok();
    let code = world.code(&address, &[]);
    take(&world, &format!("{LIST}{FIRST}"));
    client.confirm(&order, &code).ok();
    let told = || {
        let mails = world.instance.get("operator", "/mails?limit=200").ok();
        let mails = mails["items"].as_array().unwrap().iter();
        let mine = mails
            .filter(|mail| mail["recipient"] == address && mail["kind"] == "ready-to-activate");
        let lines = client.get("/notifications?tab=information&limit=200").ok();
        let lines = lines["items"].as_array().unwrap().iter();
        let lines =
            lines.filter(|line| line["order_id"] == order && line["code"] == "ready-to-activate");
        (mine.count(), lines.count())
    };
    clock.set(DAY + 60);
    assert!((0..IDLE).all(|_| told() == (0, 0)), "it is still named");
    take(&world, LIST);
    clock.set(2 * DAY + 120);
    assert!((0..PATIENCE).any(|_| told() == (1, 1)), "{:?}", told());
    clock.set(4 * DAY);
    assert!((0..IDLE).all(|_| told() == (1, 1)), "each once");
}

#[test]
fn a_name_that_a_certificate_has_no_room_for_is_looked_for_all_the_same() {
    let full = "Towarzystwo Miłośników Wodociągów i Kanalizacji Nowego Grodu nad Odrą Zachodnią";
    let world = start();
    let client = world.first();
    let data = set(full, "PL", "12345678");
    let desk = Desk::of(&world.instance, "customer", "c-1", &data, None);
    let mut short = facts();
    short["organization"] = json!("Towarz. Mił. Wodociągów i Kanalizacji Nowego Grodu");
    desk.approve_with(&short);
    let (order, _) = client.ready(&desk.data);
    let entry = format!("[[organizations]]\nname = \"{full}\"\n");
    take(&world, &format!("{LIST}{entry}"));
    let body = submission(&new_key().1);
    let stopped = client.activate(&order, &body);
    assert_eq!(stopped.refusal(), refused(409, "step-blocked"));
    assert_eq!(stopped.json()["blocked_by"], json!(["deny-list-hit"]));
}

/// The lists that were in force, in the order of the audit log.
fn in_force(world: &World) -> Vec<String> {
    let kinds = "CAST(leaf AS TEXT) LIKE '%\"deny_list_sha256\"%' ORDER BY seq";
    let leaves = leaves(world, kinds);
    let leaves = leaves
        .iter()
        .map(|leaf| serde_json::from_slice(leaf).unwrap());
    leaves
        .map(|leaf: Value| {
            leaf["data"]["deny_list_sha256"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect()
}

#[test]
fn the_log_says_from_when_on_a_list_was_in_force() {
    let world = start();
    let other = format!("{LIST}{FIRST}");
    take(&world, &other);
    take(&world, LIST);
    let [first, second] = [LIST, &other].map(|list| hex::encode(Sha256::digest(list)));
    assert_eq!(in_force(&world), [first.clone(), second, first]);
}

#[test]
fn a_bad_list_is_refused_with_its_line() {
    let world = start();
    let path = world.instance.path("deny-list.toml");
    let many = "[[organizations]]\nname = \"Example\"\n".repeat(MOST_NAMES + 1);
    for (list, said) in [
        ("version = 1\ncountries = [\"XX\"]\n", "deny-list.toml:2:"),
        ("version = 1\n", "no entry"),
        (&format!("version = 1\n{many}"), "more than 1000"),
    ] {
        fs::write(&path, list).unwrap();
        let checked = Command::new(env!("CARGO_BIN_EXE_chanceryd"))
            .args(["check-config", "--config", "chancery.toml"])
            .current_dir(world.instance.path(""))
            .output()
            .unwrap();
        let words = String::from_utf8_lossy(&checked.stderr).into_owned();
        assert!(!checked.status.success(), "{words}");
        assert!(
            words.contains("deny-list.toml:") && words.contains(said),
            "{words}"
        );
    }
    fs::write(&path, LIST).unwrap();
}
