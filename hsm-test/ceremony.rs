//! The ceremony tool, driven as officers drive it, on SoftHSM2: the whole chain from root key to
//! CRL, each refusal, and the verdict of openssl on what came out.
//!
//! The plans are the commented examples of `config/ceremonies`, so those are proven too.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected ends at once"
)]

#[path = "ceremony/room.rs"]
mod room;
#[expect(dead_code, reason = "the adapter's tests use the rest")]
mod token;

use std::fs;

use room::Room;

#[test]
fn the_whole_chain_is_accepted_by_openssl() {
    let room = Room::new();
    room.perform("root-key", &[]);
    let root = room.keep("root-key", "artifacts/root.cer", "root.cer");
    room.perform("issuing-csr", &[]);
    let csr = room.keep("issuing-csr", "artifacts/issuing.csr", "issuing.csr");
    room.perform("sign-issuing", &[("csr", &csr), ("root", &root)]);
    room.perform("root-crl", &[("root", &root)]);
    room.perform("log-key", &[]);

    let openssl = |args: &[&str]| room.openssl(args);
    openssl(&[
        "req",
        "-verify",
        "-noout",
        "-inform",
        "DER",
        "-in",
        "issuing.csr",
    ]);
    let chain = [
        "verify",
        "-x509_strict",
        "-crl_check",
        "-purpose",
        "any",
        "-CAfile",
        "root-key.out/artifacts/root.pem",
        "-CRLfile",
        "root-crl.out/artifacts/root.crl.pem",
        "sign-issuing.out/artifacts/issuing.pem",
    ];
    assert!(openssl(&chain).contains("issuing.pem: OK"));
    let text = openssl(&[
        "x509",
        "-noout",
        "-text",
        "-in",
        "sign-issuing.out/artifacts/issuing.pem",
    ]);
    for wanted in [
        "CA:TRUE, pathlen:0",
        "Certificate Sign, CRL Sign",
        "E-mail Protection",
        "2.23.140.1.5.2.2",
        "2.23.140.1.5.2.3",
        "http://pki.example.com/crl/root.crl",
        "http://pki.example.com/ca/root.cer",
        "C = PL, O = Example CA, CN = Example CA S/MIME Root G1",
        "ecdsa-with-SHA384",
    ] {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
    for kind in [
        "root-key",
        "issuing-csr",
        "sign-issuing",
        "root-crl",
        "log-key",
    ] {
        let out = format!("{kind}.out");
        room.done(&["verify", &out, "--plan", &format!("{kind}.toml")]);
        let log = fs::read_to_string(room.path(&out).join("transcript.jsonl")).unwrap();
        let report = fs::read_to_string(room.path(&out).join("report.md")).unwrap();
        for told in [&log, &report] {
            assert!(!told.contains(token::PIN));
        }
        assert!(report.contains("Anna Nowak, Jan Kowalski"), "{report}");
    }
    let vkey = fs::read_to_string(room.path("log-key.out/artifacts/audit.vkey")).unwrap();
    assert!(vkey.starts_with("pki.example.com/audit/2026+"), "{vkey}");
}

#[test]
fn rsa_is_the_alternative() {
    let room = Room::new();
    room.edit("root-key", &[("algorithm", "\"rsa-4096\"")]);
    room.perform("root-key", &[]);
    let text = room.openssl(&[
        "x509",
        "-noout",
        "-text",
        "-in",
        "root-key.out/artifacts/root.pem",
    ]);
    assert!(text.contains("sha384WithRSAEncryption") && text.contains("4096 bit"));
}

/// What comes of it signs mails for the address of the plan, and no CA is made of it.
#[test]
fn a_notification_key_asks_for_mails_and_nothing_else() {
    let room = Room::new();
    room.perform("notification-csr", &[]);
    let made = "notification-csr.out";
    room.done(&["verify", made, "--plan", "notification-csr.toml"]);
    let csr = format!("{made}/artifacts/notification.csr.pem");
    let text = room.openssl(&["req", "-verify", "-noout", "-text", "-in", &csr]);
    for wanted in [
        "C = PL, O = Example CA, CN = Example CA",
        "email:ca@example.com",
        "Digital Signature",
        "E-mail Protection",
    ] {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
    assert!(
        !text.contains("CRL Sign") && !text.contains("CA:TRUE"),
        "{text}"
    );

    // The root signs no CA's certificate for it, even under the name of one.
    room.perform("root-key", &[]);
    let root = room.keep("root-key", "artifacts/root.cer", "root.cer");
    let csr = room.keep("notification-csr", "artifacts/notification.csr", "mail.csr");
    let subject =
        "{ country = \"PL\", organization = \"Example CA\", common_name = \"Example CA\" }";
    room.edit("sign-issuing", &[("subject", subject)]);
    room.input("sign-issuing", &[("csr", &csr), ("root", &root)]);
    assert_eq!(
        room.refused(&["rehearse", "sign-issuing.toml", "--out", "never"]),
        "input-invalid"
    );
}

#[test]
fn a_notification_plan_names_its_mailbox_and_others_name_none() {
    let room = Room::new();
    for (plan, member, value) in [
        (
            "notification-csr",
            "mailbox",
            "\"Example CA <ca@example.com>\"",
        ),
        (
            "notification-csr",
            "mailbox",
            "\"ca@example.com\"\nvalidity_days = 30",
        ),
        (
            "issuing-csr",
            "subject",
            "{ country = \"PL\", organization = \"Example CA\", common_name = \"Example CA\" }\nmailbox = \"ca@example.com\"",
        ),
    ] {
        let name = format!("{plan}-{}", value.len());
        room.copy_plan(plan, &name);
        room.edit(&name, &[(member, value)]);
        assert_eq!(
            room.refused(&["plan", &format!("{name}.toml")]),
            "plan-invalid",
            "{value}"
        );
    }
}

#[test]
fn two_different_people_must_approve_this_very_plan() {
    let room = Room::new();
    room.rehearse("root-key");
    room.approve("root-key", "anna");
    room.approve("root-key", "jan");
    let run = |notes: &[&str]| {
        let mut args = vec!["run", "root-key.toml", "--out", "out", "--approvals"];
        args.extend(notes);
        room.refused(&args)
    };
    assert_eq!(run(&["root-key.anna.note"]), "approvals-missing");
    assert_eq!(
        run(&["root-key.anna.note", "root-key.anna.note"]),
        "approved-twice"
    );
    // A stranger's note, and one for another ceremony.
    let plan = room.path("root-key.toml");
    let mine = fs::read_to_string(&plan).unwrap();
    let anna = room.vkey("anna");
    let eve = room.vkey("eve");
    fs::write(&plan, mine.replace(&anna, &eve)).unwrap();
    room.rehearse_to("root-key", "eve.rehearsal");
    room.done(&[
        "approve",
        "root-key.toml",
        "--rehearsal",
        "eve.rehearsal",
        "--key",
        "eve.pem",
        "--out",
        "eve.note",
    ]);
    fs::write(&plan, &mine).unwrap();
    assert_eq!(
        run(&["eve.note", "root-key.jan.note"]),
        "approval-of-another-plan"
    );
    let note = fs::read_to_string(room.path("root-key.anna.note")).unwrap();
    let by_eve = fs::read_to_string(room.path("eve.note")).unwrap();
    let text = note.split("\n\n").next().unwrap();
    let line = by_eve.split("\n\n").nth(1).unwrap();
    fs::write(room.path("forged.note"), format!("{text}\n\n{line}")).unwrap();
    assert_eq!(
        run(&["forged.note", "root-key.jan.note"]),
        "approval-by-a-stranger"
    );
    let jan = fs::read_to_string(room.path("root-key.jan.note")).unwrap();
    let value = |note: &str| note.trim_end().rsplit(' ').next().unwrap().to_owned();
    fs::write(
        room.path("bent.note"),
        note.replace(&value(&note)[20..60], &value(&jan)[20..60]),
    )
    .unwrap();
    assert_eq!(run(&["bent.note", "root-key.jan.note"]), "approval-invalid");
    // The edited plan, by a single character of a comment.
    fs::write(&plan, format!("{mine}# \n")).unwrap();
    assert_eq!(
        run(&["root-key.anna.note", "root-key.jan.note"]),
        "approval-of-another-plan"
    );
    fs::write(&plan, &mine).unwrap();
    room.done(&[
        "run",
        "root-key.toml",
        "--out",
        "out",
        "--approvals",
        "root-key.anna.note",
        "root-key.jan.note",
    ]);
}

#[test]
fn one_person_with_two_names_or_keys_is_no_plan() {
    let room = Room::new();
    let (anna, jan) = (room.vkey("anna"), room.vkey("jan"));
    let plan = fs::read_to_string(room.path("root-key.toml")).unwrap();
    for (bad, why) in [
        (plan.replace(&jan, &anna), "same key"),
        (plan.replace("Jan Kowalski", "anna nowak "), "same name"),
        (
            plan.replace("confirmations = 2", "confirmations = 1"),
            "less than 2",
        ),
        (
            plan.replace("confirmations = 2", "confirmations = 3"),
            "fewer participants",
        ),
        (plan.replace("version = 1", "version = 2"), "version"),
        (plan.replace("cps =", "cpss ="), "unknown field"),
        (plan.replace("cps =", "# cps ="), "missing field"),
        (
            format!("{plan}\n[crl]\nnumber = 1\nnext_update_days = 1\n"),
            "has no crl",
        ),
        (plan.replace("ec-p384", "ed25519"), "log keys"),
        (plan.replace("ec-p384", "rsa-2048"), "unknown variant"),
        (plan.replace("\"PL\"", "\"Poland\""), "country"),
        (
            plan.replace("validity_days", "path_length = 0\nvalidity_days"),
            "a root has no",
        ),
    ] {
        fs::write(room.path("bad.toml"), bad).unwrap();
        let told = room.fails(&["plan", "bad.toml"], 1);
        assert!(
            told.contains("plan-invalid") && told.contains(why),
            "{why}: {told}"
        );
    }
    room.fails(&["plan", "nowhere.toml"], 2);
    room.fails(&["plan"], 2);
}

#[test]
fn a_run_out_of_time_or_place_is_refused() {
    let room = Room::new();
    let window = "[\"2026-01-01T00:00:00Z\", \"2026-01-02T00:00:00Z\"]";
    let zeros = format!("\"{}\"", "0".repeat(64));
    for (member, value, code) in [
        ("window", window, "outside-the-window"),
        ("module_sha256", zeros.as_str(), "another-module"),
        ("# sha256", zeros.as_str(), "another-tool"),
        ("version = \"", "9.9.9\"", "another-tool"),
        ("# serial", "\"0000000000000000\"", "another-token"),
    ] {
        let room = Room::new();
        room.edit("root-key", &[(member, value)]);
        assert_eq!(room.attempt("root-key"), code, "{member}");
    }
    room.perform("root-key", &[]);
    assert_eq!(room.attempt("root-key"), "output-exists");
    // Label and CKA_ID of the first key, each alone.
    for (member, value) in [("label = \"root-g1", "other\""), ("id = \"01", "99\"")] {
        let name = if member.starts_with("label") {
            "by-label"
        } else {
            "by-id"
        };
        room.copy_plan("root-key", name);
        room.edit(name, &[(member, value)]);
        assert_eq!(room.attempt(name), "key-in-use");
        let told = fs::read_to_string(room.path(&format!("{name}.out/transcript.jsonl"))).unwrap();
        assert!(told.contains("ceremony.aborted") && !told.contains("key.generated"));
        assert_eq!(room.refused(&["verify", &format!("{name}.out")]), "aborted");
    }
}

#[test]
fn inputs_are_pinned_and_rehearsals_are_not_real() {
    let room = Room::new();
    room.perform("root-key", &[]);
    let root = room.keep("root-key", "artifacts/root.cer", "root.cer");
    room.rehearse("issuing-csr");
    assert_eq!(
        room.refused(&["verify", "issuing-csr.rehearsal"]),
        "rehearsal"
    );
    // The rehearsal's request, as it is, and with its label repaired.
    let made = "issuing-csr.rehearsal/artifacts/REHEARSAL-issuing.csr.pem";
    let pem = fs::read_to_string(room.path(made)).unwrap();
    fs::write(room.path("a.pem"), &pem).unwrap();
    fs::write(room.path("b.pem"), pem.replace("REHEARSAL CERT", "CERT")).unwrap();
    let hash_of = |name: &str| room.sha256(name);
    for (file, code) in [
        (made, "rehearsal-artefact"),
        ("a.pem", "input-invalid"),
        ("b.pem", "rehearsal-artefact"),
    ] {
        let name = format!("sign-{}", file.len());
        room.copy_plan("sign-issuing", &name);
        room.input(
            &name,
            &[("csr", &(file.to_owned(), hash_of(file))), ("root", &root)],
        );
        let code_of_plan = room.refused(&["rehearse", &format!("{name}.toml"), "--out", "never"]);
        assert_eq!(code_of_plan, code, "{file}");
    }
    room.perform("issuing-csr", &[]);
    let csr = room.keep("issuing-csr", "artifacts/issuing.csr", "issuing.csr");
    // Another hash, another subject, another root.
    let changed = (csr.0.clone(), "1".repeat(64));
    room.copy_plan("sign-issuing", "changed");
    room.input("changed", &[("csr", &changed), ("root", &root)]);
    assert_eq!(
        room.refused(&["rehearse", "changed.toml", "--out", "never"]),
        "input-changed"
    );
    room.copy_plan("sign-issuing", "renamed");
    room.edit(
        "renamed",
        &[(
            "subject",
            "{ country = \"PL\", organization = \"X\", common_name = \"Y\" }",
        )],
    );
    room.input("renamed", &[("csr", &csr), ("root", &root)]);
    assert_eq!(
        room.refused(&["rehearse", "renamed.toml", "--out", "never"]),
        "input-invalid"
    );
    room.copy_plan("sign-issuing", "longer");
    room.edit("longer", &[("validity_days", "9000")]);
    room.input("longer", &[("csr", &csr), ("root", &root)]);
    assert_eq!(
        room.refused(&["rehearse", "longer.toml", "--out", "l"]),
        "validity-beyond-issuer"
    );
    let foreign = Room::new();
    foreign.perform("root-key", &[]);
    fs::copy(
        foreign.path("root-key.out/artifacts/root.cer"),
        room.path("foreign.cer"),
    )
    .unwrap();
    let foreign = ("foreign.cer".to_owned(), room.sha256("foreign.cer"));
    room.copy_plan("sign-issuing", "foreign");
    room.input("foreign", &[("csr", &csr), ("root", &foreign)]);
    assert_eq!(room.attempt("foreign"), "key-is-not-the-ca's");
}

#[test]
fn a_crl_counts_up_and_forgets_nothing() {
    let room = Room::new();
    room.perform("root-key", &[]);
    let root = room.keep("root-key", "artifacts/root.cer", "root.cer");
    room.edit("root-crl", &[
        ("number", "5"),
        ("# revoked", "[ { serial = \"4f00112233445566\", date = \"2026-01-01T00:00:00Z\", reason = \"cACompromise\" } ]\nignored_end = [\n"),
    ]);
    let plan = fs::read_to_string(room.path("root-crl.toml")).unwrap();
    let plan =
        plan.split("ignored_end").next().unwrap().to_owned() + plan.split("# ]\n").nth(1).unwrap();
    fs::write(room.path("root-crl.toml"), plan).unwrap();
    room.perform("root-crl", &[("root", &root)]);
    let text = room.openssl(&[
        "crl",
        "-noout",
        "-text",
        "-in",
        "root-crl.out/artifacts/root.crl.pem",
    ]);
    assert!(
        text.contains("4F00112233445566") && text.contains("CA Compromise"),
        "{text}"
    );
    let crl = room.keep("root-crl", "artifacts/root.crl", "root-5.crl");
    for (number, code) in [("5", "crl-number-not-larger"), ("6", "crl-shrinks")] {
        let name = format!("crl-{number}");
        room.copy_plan("root-crl", &name);
        room.edit(&name, &[("number", number), ("revoked", "[]")]);
        room.input(&name, &[("root", &root), ("previous", &crl)]);
        assert_eq!(
            room.refused(&["rehearse", &format!("{name}.toml"), "--out", "never"]),
            code
        );
    }
}

#[test]
fn every_edit_of_the_output_is_found() {
    let room = Room::new();
    room.perform("root-key", &[]);
    room.done(&["verify", "root-key.out"]);
    for name in [
        "transcript.jsonl",
        "report.md",
        "plan.toml",
        "artifacts/root.cer",
        "approvals/1.note",
    ] {
        let path = room.path("root-key.out").join(name);
        let whole = fs::read(&path).unwrap();
        let mut edited = whole.clone();
        let middle = edited.len() / 2;
        edited[middle] ^= 1;
        fs::write(&path, &edited).unwrap();
        assert_eq!(
            room.refused(&["verify", "root-key.out"]),
            "checksums",
            "{name}"
        );
        // Even with the checksums made anew: all but the report is held by something else.
        if name != "report.md" {
            room.sum_again("root-key.out");
            room.fails(&["verify", "root-key.out"], 1);
        }
        fs::write(&path, &whole).unwrap();
        room.sum_again("root-key.out");
        room.done(&["verify", "root-key.out"]);
    }
    fs::write(room.path("root-key.out/artifacts/extra"), "x").unwrap();
    assert_eq!(room.refused(&["verify", "root-key.out"]), "checksums");
}
