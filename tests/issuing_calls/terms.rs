//! Terms of an operator's choice: each end comes when it was promised, and another choice changes no
//! promise that was made before it.

use std::{fs, process::Command};

use chancery::domain::timestamp::{Timestamp, days};
use serde_json::{Value, json};

use crate::{
    desk::{self, Desk, past},
    mailbox::resend,
    openssl::new_key,
    time::DAY,
    wall::Wall,
    world::{Client, World, fresh_address, refused, submission},
};

const HOUR: u64 = 3600;
/// Calls that may pass until a timer has run: far more than any run needs.
const PATIENCE: u32 = 6_000;

/// The shortest terms with which an order can be walked: the data end in three to four days, an
/// order a day after its mailbox.
fn shortest() -> String {
    // Since the evidence of every case.
    let [evidence, now] = [past(), desk::now()].map(|at| at.parse::<Timestamp>().unwrap());
    let data = now.since(evidence).as_secs() / DAY + 4;
    format!(
        "[terms]\nrandom_value_hours = 1\nmailbox_days = 1\nactivation_days = 2\n\
         applicant_days = 1\norganization_days = {data}\n"
    )
}

fn time(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

/// A set whose applicant is asked something.
fn asked(client: &Client) -> String {
    let desk = Desk::open(&client.world.instance, client.ra, &client.customer);
    desk.act("specialist", "/claim").ok();
    let question = json!({"needed": ["register-extract"]});
    let case = desk.post("specialist", "/request-information", &question);
    let case = case.ok();
    let data = set(client, &desk.data);
    assert_eq!(case["answer_until"], data["answer_until"]);
    desk.data
}

fn set(client: &Client, data: &str) -> Value {
    client.get(&format!("/subject-data/{data}")).ok()
}

/// How long the applicant has, from the question on.
fn has(client: &Client, data: &str, given: u32) {
    let set = set(client, data);
    let until = time(&set["updated_at"]).plus(days(given));
    assert_eq!(time(&set["answer_until"]), until);
}

fn email(client: &Client, order: &str) -> Value {
    client.get(&format!("/orders/{order}/email")).ok()
}

fn status(client: &Client, order: &str) -> Value {
    client.get(&format!("/orders/{order}")).ok()["status_code"].clone()
}

#[test]
fn each_end_comes_as_promised_whatever_is_chosen_later() {
    let clock = Wall::new();
    let terms = shortest();
    let mut world = World::start_with(clock.environment(), &|_, config| *config += &terms);
    let client = world.first();
    let (order, idle) = (client.bound(&world.data), client.bound(&world.data));
    let question = asked(&client);
    has(&client, &question, 1);
    let address = fresh_address();
    client.set_address(&order, &address).ok();
    let mut seen = vec![world.code(&address, &[])];
    clock.set(HOUR + 60);
    assert_eq!(email(&client, &order)["state"], "expired");
    let late = client.confirm(&order, &seen[0]);
    assert_eq!(late.refusal(), refused(422, "code-expired"));
    resend(&client, &order).ok();
    seen.push(world.code(&address, &seen));
    client.confirm(&order, &seen[1]).ok();
    assert_eq!(status(&client, &order), "ready_for_activation");
    let promised = [
        email(&client, &order)["valid_until"].clone(),
        set(&client, &question)["answer_until"].clone(),
        set(&client, &world.data)["verified"]["valid_until"].clone(),
    ];
    // Other terms, for what is begun from now on.
    let file = world.instance.path("chancery.toml");
    let config = fs::read_to_string(&file).unwrap();
    fs::write(&file, config.replace(&terms, "")).unwrap();
    world.restart(&clock.environment());
    let client = world.first();
    let kept = [
        email(&client, &order)["valid_until"].clone(),
        set(&client, &question)["answer_until"].clone(),
        set(&client, &world.data)["verified"]["valid_until"].clone(),
    ];
    assert_eq!(kept, promised);
    let later = asked(&client);
    has(&client, &later, 30);
    clock.set(DAY + 60);
    let mut looks = (0..PATIENCE).map(|_| set(&client, &question)["state"].clone());
    assert!(looks.any(|state| state == "rejected"), "the old promise");
    assert_eq!(set(&client, &later)["state"], "waiting_for_applicant");
    // The mailbox ends a day after its check began, and is checked again under the new terms.
    let body = submission(&new_key().1);
    clock.set(DAY + HOUR + 120);
    let lapsed = client.activate(&order, &body);
    assert_eq!(lapsed.refusal(), refused(409, "step-blocked"));
    let blocked = json!(["email-verification-lapsed"]);
    assert_eq!(lapsed.json()["blocked_by"], blocked);
    resend(&client, &order).ok();
    client.confirm(&order, &world.code(&address, &seen)).ok();
    assert_eq!(client.activate(&order, &body).status, 201);
    assert_eq!(status(&client, &idle), "under_verification");
    clock.set(2 * DAY + 60);
    assert_eq!(status(&client, &idle), "lapsed");
    // The data end by the terms under which they were verified.
    let (after, _) = client.ready(&world.data);
    clock.set(4 * DAY + 60);
    assert_eq!(set(&client, &world.data)["status_code"], "expired");
    let ended = client.activate(&after, &submission(&new_key().1));
    assert_eq!(ended.refusal(), refused(409, "step-blocked"));
    assert_eq!(ended.json()["blocked_by"], json!(["data-set-expired"]));
}

/// Reminders beyond what they tell of are named at the check, and no reload takes them.
#[test]
fn reminders_beyond_their_term_are_refused_by_name() {
    let world = World::start_with(Vec::new(), &|_, config| {
        *config += "[terms]\nmailbox_days = 5\napplicant_days = 10\n";
    });
    let instance = &world.instance;
    let check = || {
        let checked = Command::new(env!("CARGO_BIN_EXE_chanceryd"))
            .args(["check-config", "--config", "chancery.toml"])
            .current_dir(instance.dir.path())
            .output()
            .unwrap();
        let said = String::from_utf8(checked.stderr).unwrap();
        (checked.status.success(), said)
    };
    // What nobody named is only what fits.
    let (good, said) = check();
    assert!(good, "{said}");
    let file = instance.path("chancery.toml");
    let config = fs::read_to_string(&file).unwrap();
    for (days, term) in [
        (
            "mailbox = [5]",
            "mailbox: one to eight numbers of days, falling, each from 1 to 4 (terms.mailbox_days)",
        ),
        (
            "applicant = [3, 13]",
            "applicant: one to eight numbers of days, rising, each from 1 to 9 (terms.applicant_days)",
        ),
    ] {
        fs::write(&file, format!("{config}[mail.reminders]\n{days}\n")).unwrap();
        let (good, said) = check();
        assert!(!good && said.contains(term), "{said}");
        crate::keys::reload(&world, "chancery_config_last_reload_successful 0");
    }
    fs::write(&file, format!("{config}[mail.reminders]\nmailbox = [4]\n")).unwrap();
    assert!(check().0);
    crate::keys::reload(&world, "chancery_config_last_reload_successful 1");
}
