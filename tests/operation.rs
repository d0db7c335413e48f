//! What the daemon tells the log about itself: profiles, keys on tokens, CRLs that a crash left
//! behind. Each once for each change.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails at once"
)]

#[expect(dead_code, reason = "other suites use more of it")]
#[path = "support/instance.rs"]
mod instance;
#[path = "support/issuing.rs"]
mod issuing;
#[path = "support/nameserver.rs"]
mod nameserver;

use std::{fs, path::Path, process::Command};

use serde_json::Value;
use sqlx::{Connection, Row, SqliteConnection};

use instance::{Instance, Setup, serve};

/// Calls that may pass until the daemon has written something: far more than any run needs.
const PATIENCE: u32 = 3_000;

async fn database(instance: &Instance, mode: &str) -> SqliteConnection {
    let url = format!("sqlite://{}?mode={mode}", instance.path("ca.db").display());
    SqliteConnection::connect(&url).await.unwrap()
}

async fn entries(instance: &Instance, kind: &str) -> Vec<Value> {
    let mut database = database(instance, "ro").await;
    let rows = sqlx::query("SELECT leaf FROM audit_entry ORDER BY pos")
        .fetch_all(&mut database)
        .await
        .unwrap();
    let entries = rows
        .iter()
        .map(|row| serde_json::from_slice::<Value>(&row.get::<Vec<u8>, _>(0)).unwrap());
    entries.filter(|entry| entry["type"] == kind).collect()
}

/// Asks until there are so many entries of this type.
async fn awaited(instance: &Instance, kind: &str, count: usize) -> Vec<Value> {
    for _ in 0..PATIENCE {
        let found = entries(instance, kind).await;
        if found.len() >= count {
            return found;
        }
        instance.get("customer", "/products");
    }
    entries(instance, kind).await
}

fn objects(entries: &[Value]) -> Vec<&str> {
    let ids = entries.iter().map(|entry| &entry["object"]["id"]);
    ids.filter_map(Value::as_str).collect()
}

/// Profiles of its own, so that the test can change one.
fn own_profiles(dir: &Path, config: &mut String) {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/config/profiles");
    let own = dir.join("profiles");
    fs::create_dir(&own).unwrap();
    for file in fs::read_dir(shipped).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), own.join(file.file_name())).unwrap();
    }
    *config = config.replace(shipped, &own.display().to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn profiles_keys_and_what_a_crash_left_are_told_once() {
    let prepare = |dir: &Path, config: &mut String| {
        issuing::prepare(dir, config);
        own_profiles(dir, config);
    };
    let mut instance = Instance::start_with(&Setup {
        prepare: Some(&prepare),
        ..Setup::default()
    });
    let added = entries(&instance, "profile.added").await;
    assert_eq!(objects(&added), ["org-multipurpose", "org-strict"]);
    assert_eq!(added[0]["object"]["sha256"].as_str().unwrap().len(), 64);
    let kept = entries(&instance, "text.kept").await;
    let names = objects(&kept);
    for text in [
        "profile org-strict",
        "statement data-correct v1",
        "key_lists keys",
    ] {
        assert!(names.contains(&text), "{names:?}");
    }
    let activated = awaited(&instance, "key.activated", 1).await;
    assert_eq!(objects(&activated), ["issuing-g1"]);
    let data = &activated[0]["data"];
    assert_eq!(
        (&data["token"], &data["cka_id"]),
        (&"label issuing".into(), &"01".into())
    );
    assert_eq!(data["spki_sha256"].as_str().unwrap().len(), 64);
    let logins = entries(&instance, "hsm.login").await;
    assert_eq!(objects(&logins), ["label issuing"]);
    assert_eq!(awaited(&instance, "crl.signed", 1).await.len(), 1);

    instance.child.kill().unwrap();
    instance.child.wait().unwrap();
    let strict = instance.path("profiles/org-strict.toml");
    let text = fs::read_to_string(&strict).unwrap();
    fs::write(&strict, format!("{text}\n# Read again.\n")).unwrap();
    instance.tampered();
    // As if the process had died between a CRL's intent and its result.
    let orphan = "INSERT INTO revocation_list SELECT issuer, crl_partition, number + 1, 1, \
        'recorded', tbs, tbs_sha256, x'', this_update, next_update, entries, boot, lint_rules, \
        lint_findings \
        FROM revocation_list ORDER BY number DESC LIMIT 1";
    let mut written = database(&instance, "rw").await;
    sqlx::query(orphan).execute(&mut written).await.unwrap();
    written.close().await.unwrap();
    instance.child = serve(instance.dir.path(), &[]);

    let failed = awaited(&instance, "crl.sign_failed", 1).await;
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["data"]["cause"], "boot-died");
    let mut after = database(&instance, "ro").await;
    let open = "SELECT count(*) FROM revocation_list WHERE state = 'recorded'";
    let open = sqlx::query(open).fetch_one(&mut after).await.unwrap();
    assert_eq!(open.get::<i64, _>(0), 0);
    let changed = entries(&instance, "profile.changed").await;
    assert_eq!(objects(&changed), ["org-strict"]);
    assert_eq!(
        changed[0]["data"]["old_sha256"], added[1]["object"]["sha256"],
        "what was in force before"
    );
    assert_eq!(entries(&instance, "profile.added").await.len(), 2);
    let again = entries(&instance, "text.kept").await;
    assert_eq!(objects(&again[kept.len()..]), ["profile org-strict"]);
    // A start is a login of its own.
    assert_eq!(awaited(&instance, "key.activated", 2).await.len(), 2);
    assert!(entries(&instance, "hsm.login_failed").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_away_is_told_with_its_code() {
    let instance = Instance::start();
    let failed = awaited(&instance, "hsm.login_failed", 1).await;
    assert_eq!(objects(&failed)[0], "label absent");
    assert_eq!(failed[0]["outcome"], "failure");
    assert_eq!(failed[0]["data"]["operation"], "find the token");
    assert!(entries(&instance, "key.activated").await.is_empty());
}

/// The commands a program lists in its `--help`, without `help` itself.
fn commands(program: &str) -> Vec<String> {
    let output = Command::new(program).arg("--help").output().unwrap();
    assert!(output.status.success());
    let help = String::from_utf8(output.stdout).unwrap();
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let lines = lines.take_while(|line| !line.is_empty());
    let named = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = named.map(|line| line.split_whitespace().next().unwrap().to_owned());
    names.filter(|name| name != "help").collect()
}

#[test]
fn the_readme_names_every_command_of_every_program() {
    let readme = include_str!("../README.md");
    for (name, program) in [
        ("chanceryd", env!("CARGO_BIN_EXE_chanceryd")),
        ("chancery", env!("CARGO_BIN_EXE_chancery")),
        ("chancery-ceremony", env!("CARGO_BIN_EXE_chancery-ceremony")),
    ] {
        let row = format!("| `{name}` |");
        let row = readme.lines().find(|line| line.starts_with(&row)).unwrap();
        let words: Vec<&str> = row
            .split(|c: char| !c.is_alphanumeric() && c != '-')
            .collect();
        let commands = commands(program);
        assert!(commands.len() >= 5, "{name}: {commands:?}");
        for command in commands {
            assert!(words.contains(&command.as_str()), "{name} {command}: {row}");
        }
    }
}
