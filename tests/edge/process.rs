//! Signals, health, and the words of `chanceryd`.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};

use crate::{
    disk,
    instance::{Call, Instance, Setup, secret},
    registry::entries,
};

pub fn chanceryd(instance: &Instance, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_chanceryd"))
        .current_dir(instance.path(""))
        .args(arguments)
        .output()
        .unwrap()
}

fn signal(instance: &Instance, name: &str) {
    let process = instance.child.id().to_string();
    let sent = Command::new("kill").args([name, &process]).status();
    assert!(sent.unwrap().success());
}

/// A page of the metrics listener.
fn operator_page(instance: &Instance, page: &str) -> String {
    let config = fs::read_to_string(instance.path("chancery.toml")).unwrap();
    let line = config.lines().find(|line| line.starts_with("metrics = "));
    let address = line.unwrap().split('"').nth(1).unwrap();
    let output = Command::new("curl")
        .args([
            "-sS",
            "--max-time",
            "10",
            &format!("http://{address}/{page}"),
        ])
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Asks until a metric has the value that a reload gives it.
fn await_metric(instance: &Instance, line: &str) {
    let seen = (0..1000).any(|_| {
        operator_page(instance, "metrics")
            .lines()
            .any(|found| found == line)
    });
    assert!(seen, "{line}");
}

/// Kills the daemon and starts it again on what it left.
pub fn restart(instance: &mut Instance) {
    instance.child.kill().unwrap();
    instance.child.wait().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_chanceryd"))
        .args(["serve", "--config", "chancery.toml"])
        .env("SOFTHSM2_CONF", instance.path("softhsm2.conf"))
        .current_dir(instance.path(""))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    instance.child = child;
    let said = lines.by_ref().map_while(Result::ok);
    assert!(
        said.into_iter()
            .any(|line| line.contains("chanceryd serves"))
    );
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
}

#[test]
fn a_reload_takes_what_is_right_and_leaves_the_rest() {
    let instance = Instance::start();
    let config = fs::read_to_string(instance.path("chancery.toml")).unwrap();
    fs::write(instance.path("chancery.toml"), format!("{config}\n[odd]\n")).unwrap();
    signal(&instance, "-HUP");
    await_metric(&instance, "chancery_config_reload_failures_total 1");
    await_metric(&instance, "chancery_config_last_reload_successful 0");
    instance.get("customer", "/products").ok();

    let products = concat!(env!("CARGO_MANIFEST_DIR"), "/config/products.toml");
    let fewer = fs::read_to_string(products).unwrap();
    let (fewer, _) = fewer.rsplit_once("[[products]]").unwrap();
    fs::write(instance.path("products.toml"), fewer).unwrap();
    let own = instance.path("products.toml").display().to_string();
    fs::write(
        instance.path("chancery.toml"),
        config.replace(products, &own),
    )
    .unwrap();
    signal(&instance, "-HUP");
    await_metric(&instance, "chancery_config_last_reload_successful 1");
    let list = instance.get("customer", "/products").ok();
    assert_eq!(list["items"].as_array().unwrap().len(), 7);
}

#[test]
fn a_stop_is_clean_and_leaves_a_sound_database() {
    let mut instance = Instance::start();
    signal(&instance, "-TERM");
    assert!(instance.child.wait().unwrap().success());
    let verified = chanceryd(&instance, &["verify", "--config", "chancery.toml"]);
    let said = String::from_utf8_lossy(&verified.stdout);
    assert_eq!(verified.status.code(), Some(0), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn starts_stops_configurations_and_the_turned_away_are_events() {
    let mut instance = Instance::start();
    for _ in 0..3 {
        instance.get("stranger", "/products");
        instance.get("customer", "/identities");
    }
    signal(&instance, "-HUP");
    await_metric(&instance, "chancery_config_last_reload_successful 1");
    signal(&instance, "-TERM");
    assert!(instance.child.wait().unwrap().success());
    let entries = entries(&instance).await;
    let of = |kind: &str| {
        let found = entries.iter().filter(|entry| entry["type"] == kind);
        found.collect::<Vec<_>>()
    };
    assert_eq!(of("system.started").len(), 1);
    assert_eq!(of("config.changed").len(), 1);
    let stopped = of("system.stopped");
    assert_eq!(stopped[0]["data"]["drained"], true);
    // Once a minute for each, however often they try.
    let (strangers, denied) = (of("auth.failure"), of("authz.denied"));
    assert_eq!((strangers.len(), denied.len()), (1, 1));
    assert_eq!(strangers[0]["object"]["id"], "127.0.0.1");
    assert_eq!(denied[0]["object"]["id"], "customer");
}

#[test]
fn an_absent_token_makes_the_daemon_unready_and_nothing_else() {
    let instance = Instance::start();
    assert_eq!(operator_page(&instance, "livez"), "live\n");
    let ready: Value = serde_json::from_str(&operator_page(&instance, "readyz")).unwrap();
    assert_eq!(ready["ready"], false);
    let faulty: Vec<_> = ready["checks"].as_array().unwrap().iter().collect();
    let faulty = faulty.iter().filter(|check| check["ready"] == false);
    let names: Vec<_> = faulty.map(|check| &check["name"]).collect();
    assert_eq!(names, ["key issuing-g1"]);
    // Prometheus is told the same, and when the issuer's certificate ends.
    let numbers = operator_page(&instance, "metrics");
    for line in [
        "chancery_ready{check=\"key issuing-g1\",needed=\"true\"} 0",
        "chancery_ready{check=\"database\",needed=\"true\"} 1",
        "chancery_issuer_not_after_timestamp_seconds{issuer=\"",
    ] {
        assert!(numbers.contains(line), "{line} in {numbers}");
    }
}

/// What readiness says of writing: whether it works, and the fault.
fn writing(instance: &Instance) -> (bool, Option<String>) {
    let ready: Value = serde_json::from_str(&operator_page(instance, "readyz")).unwrap();
    let mut checks = ready["checks"].as_array().unwrap().iter();
    let check = checks
        .find(|check| check["name"] == "store-writes")
        .unwrap();
    let fault = check["fault"].as_str().map(str::to_owned);
    (check["ready"].as_bool().unwrap(), fault)
}

#[test]
fn a_disk_that_fails_makes_the_daemon_unready_with_the_first_write() {
    let home = tempfile::tempdir().unwrap();
    let faults = home.path().join("faults");
    let instance = Instance::start_with(&Setup {
        environment: vec![
            ("LD_PRELOAD", disk::library(home.path())),
            ("DISK_FAULTS", faults.clone()),
        ],
        ..Setup::default()
    });
    let order = || {
        let body = json!({"product_code": "smime-org-multipurpose-365-issue",
            "customer_ref": "c-1", "language": "pl",
            "contacts": {"technical": "admin@example.com"},
            "acting_for": {"user_id": "u-1", "ip": "192.0.2.1"}});
        let call = Call::json(&body).header("Acting-For: c-1").fresh_key();
        instance.post("customer", "/orders", &call)
    };
    order().ok();
    assert_eq!(writing(&instance), (true, None));
    for _ in 0..2 {
        fs::write(&faults, "full *").unwrap();
        assert_eq!(order().refusal(), (503, "store-unavailable".to_owned()));
        let fault = "the database failed at the last write".to_owned();
        assert_eq!(writing(&instance), (false, Some(fault)));
        // The next write that succeeds, whoever writes it, ends it.
        fs::remove_file(&faults).unwrap();
        order().ok();
        assert_eq!(writing(&instance), (true, None));
    }
}

#[test]
fn only_one_process_writes() {
    let instance = Instance::start();
    for verb in ["migrate", "serve"] {
        let second = chanceryd(&instance, &[verb, "--config", "chancery.toml"]);
        assert_eq!(second.status.code(), Some(1), "{verb}");
    }
}

#[test]
fn faults_of_the_configuration_name_file_and_line() {
    let instance = Instance::start();
    let good = chanceryd(&instance, &["check-config", "--config", "chancery.toml"]);
    assert!(good.status.success());
    let config = fs::read_to_string(instance.path("chancery.toml")).unwrap();
    let line = |text: &str| config.lines().position(|line| line.starts_with(text));
    let key = line("key = \"/").unwrap() + 1;
    fs::remove_file(instance.path("server.key")).unwrap();
    let bad = chanceryd(&instance, &["check-config", "--config", "chancery.toml"]);
    let said = String::from_utf8_lossy(&bad.stderr).into_owned();
    assert_eq!(bad.status.code(), Some(1));
    assert!(said.contains(&format!("chancery.toml:{key}: ")), "{said}");
}

#[test]
fn a_time_zone_is_one_of_the_worlds() {
    let instance = Instance::start();
    let config = fs::read_to_string(instance.path("chancery.toml")).unwrap();
    let before = config.lines().position(|line| line == "[mail]").unwrap() + 1;
    let judged = |zone: &str| {
        let mut lines: Vec<&str> = config.lines().collect();
        let set = format!("time_zone = \"{zone}\"");
        lines.insert(before, &set);
        fs::write(instance.path("zone.toml"), lines.join("\n")).unwrap();
        let judged = chanceryd(&instance, &["check-config", "--config", "zone.toml"]);
        let said = String::from_utf8_lossy(&judged.stderr).into_owned();
        (judged.status.code(), said)
    };
    let (code, said) = judged("Europe/Warsaw");
    assert_eq!(code, Some(0), "{said}");
    for wrong in ["Europe/Warszawa", "+01:00", ""] {
        let (code, said) = judged(wrong);
        let at = format!("zone.toml:{}: ", before + 1);
        let named = said.contains(&at) && said.contains("IANA");
        assert!(code == Some(1) && named, "{wrong}: {said}");
    }
}

#[test]
fn no_term_can_be_longer_than_the_rules_allow() {
    let instance = Instance::start();
    let config = fs::read_to_string(instance.path("chancery.toml")).unwrap();
    let check = |term: &str| {
        fs::write(
            instance.path("chancery.toml"),
            format!("{config}\n[terms]\n{term}\n"),
        )
        .unwrap();
        let said = chanceryd(&instance, &["check-config", "--config", "chancery.toml"]);
        let text = String::from_utf8_lossy(&said.stderr).into_owned();
        (said.status.success(), text)
    };
    let line = config.lines().count() + 3;
    for (name, most) in [
        ("random_value_hours", 24),
        ("mailbox_days", 30),
        ("organization_days", 825),
        ("activation_days", 825),
        ("applicant_days", 90),
    ] {
        let (accepted, said) = check(&format!("{name} = {most}"));
        assert!(accepted, "{said}");
        for wrong in [0, most + 1] {
            let (accepted, said) = check(&format!("{name} = {wrong}"));
            let place = format!("chancery.toml:{line}: ");
            assert!(
                !accepted && said.contains(&place),
                "{name} = {wrong}: {said}"
            );
        }
    }
    fs::write(instance.path("chancery.toml"), config).unwrap();
}

#[test]
fn without_a_key_for_documents_nothing_starts() {
    let instance = Instance::start();
    let config = fs::read_to_string(instance.path("chancery.toml")).unwrap();
    let named = |line: &str| line.starts_with("document_keys");
    let at = format!(
        "chancery.toml:{}: ",
        config.lines().position(named).unwrap() + 1
    );
    let keys = instance.path("document-keys");
    let given = fs::read(&keys).unwrap();
    let short = format!("test {}", "07".repeat(31));
    let cases = [
        (Some(short), "line 1"),
        (Some(String::new()), "it is empty"),
        (None, "document-keys"),
    ];
    for (content, reason) in cases {
        match content {
            Some(content) => fs::write(&keys, content).unwrap(),
            None => fs::remove_file(&keys).unwrap(),
        }
        let bad = chanceryd(&instance, &["check-config", "--config", "chancery.toml"]);
        let said = String::from_utf8_lossy(&bad.stderr).into_owned();
        assert_eq!(bad.status.code(), Some(1));
        assert!(said.contains(&at) && said.contains(reason), "{said}");
    }
    // The oracle opens the documents with them.
    secret(&instance.path(""), "document-keys", &given);
}
