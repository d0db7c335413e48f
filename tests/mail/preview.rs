//! `chancery mail preview`: what an operator sees of a template, without a daemon.

use std::{
    fs,
    process::{Command, Output},
};

fn preview(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_chancery"))
        .args(["mail", "preview"])
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn shows_a_mail_in_either_language() {
    let shown = preview(&["issued", "--language", "pl"]);
    let text = String::from_utf8(shown.stdout).unwrap();
    assert_eq!(shown.status.code(), Some(0));
    assert!(
        text.starts_with("Subject: Certyfikat został wydany"),
        "{text}"
    );
    let page = preview(&["issued", "--language", "pl", "--html"]);
    let page = String::from_utf8(page.stdout).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>"), "{page}");
    assert!(page.contains("<title>Certyfikat został wydany"), "{page}");
    let json = preview(&["verify-address", "--json"]);
    let data: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert!(
        data["text"]
            .as_str()
            .unwrap()
            .contains("\n01234-56789-ABCDE-FGHJK-MNPQRS\n")
    );
}

#[test]
fn a_wrong_template_is_a_finding_and_a_wrong_name_a_usage_error() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("en/mail");
    fs::create_dir_all(&path).unwrap();
    fs::write(path.join("issued.txt"), "Subject: A\n\n{{ serail }}\n").unwrap();
    let templates = directory.path().to_str().unwrap();
    let wrong = preview(&["issued", "--templates", templates]);
    assert_eq!(wrong.status.code(), Some(1));
    let said = String::from_utf8(wrong.stderr).unwrap();
    assert!(said.contains("en/mail/issued.txt"), "{said}");
    assert_eq!(preview(&["greeting"]).status.code(), Some(2));
}
