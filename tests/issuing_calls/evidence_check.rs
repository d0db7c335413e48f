//! `chancery audit evidence`: what an auditor takes away verifies offline, by this program and by
//! OpenSSL, and whatever is changed in it is found and named.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::{
    openssl::{new_key, verify},
    world::{World, shared},
};

/// What neither a signature nor an entry of the log covers: the daemon's word. Numbers of places in
/// lists are `*`.
const ITS_WORD: [&str; 39] = [
    "/caa/*/checked_at",
    "/certificate/issued_at",
    "/certificate/state",
    "/issuance/recorded_at",
    "/issuance/rests_on/*/id",
    "/issuance/rests_on/*/kind",
    "/issuance/rests_on/*/version",
    "/issuance/settled_at",
    "/key/blocked_today",
    "/mailboxes/*/confirmed_at",
    "/mailboxes/*/sent_at",
    "/mailboxes/*/state",
    "/organization/data/customer_ref",
    "/organization/data/method",
    "/organization/data/state",
    "/organization/data/submitted_at",
    "/organization/decisions/*/at",
    "/organization/documents/*/description",
    "/organization/documents/*/file_name",
    "/organization/documents/*/kind",
    "/organization/documents/*/media_type",
    "/organization/documents/*/received_at",
    "/organization/documents/*/size",
    "/organization/evidence/*/description",
    "/organization/evidence/*/document_id",
    "/organization/evidence/*/kind",
    "/organization/evidence/*/obtained_at",
    "/organization/evidence/*/recorded_at",
    "/organization/evidence/*/recorded_by",
    "/organization/evidence/*/source",
    "/organization/verified/authority_checked_at",
    "/organization/verified/authority_lapses_at",
    "/organization/verified/decided_at",
    "/organization/verified/organization_checked_at",
    "/organization/verified/organization_lapses_at",
    "/request/customer_ref",
    "/request/http/idempotency_key",
    "/request/order_number",
    "/request/submitted_at",
];

/// What is changed, and the piece that then is wrong. `@` and a type stand for an entry of the log.
const PIECES: [(&str, &str); 45] = [
    ("/format", "format"),
    ("/certificate/pem", "certificate"),
    ("/certificate/sha256", "certificate"),
    ("/certificate/subject", "certificate"),
    ("/chain", "chain"),
    ("/key/fingerprint", "key"),
    ("/request/spki", "requested key"),
    ("/request/body", "@activation.submitted"),
    ("/request/acting_for/user_id", "request"),
    ("/request/http/sha256", "request"),
    ("/statements/0/version", "request"),
    ("/statements/0/sha256", "@activation.submitted"),
    ("/organization/data/organization", "organization"),
    ("/organization/verified/locality", "organization"),
    ("/organization/checks/0/checked_at", "organization"),
    ("/organization/evidence/0/sha256", "organization"),
    ("/organization/signed_content", "organization"),
    (
        "/organization/decisions/0/signature",
        "word of who had to propose",
    ),
    (
        "/organization/decisions/1/signed_text",
        "word of who had to decide",
    ),
    (
        "/organization/decisions/1/public_key",
        "word of who had to decide",
    ),
    ("/organization/decisions/1/by", "@case.decided"),
    ("/organization/statements/0/version", "@request.received"),
    ("/organization/statements/0/sha256", "texts"),
    ("/key/at_issuance/rules", "@cert.sign_intent"),
    ("/key/at_issuance/kept/0", "@cert.sign_intent"),
    ("/key/at_issuance/lists_sha256", "texts"),
    ("/texts/0/text", "text profile org-multipurpose"),
    ("/texts/0/sha256", "texts"),
    ("/texts/1/name", "texts"),
    ("/mailboxes/0/email", "@validation.passed"),
    ("/mailboxes/0/lapses_at", "@validation.passed"),
    ("/caa/0/verdict", "@caa.checked"),
    ("/caa/0/domain", "@caa.checked"),
    ("/issuance/profile_sha256", "@cert.sign_intent"),
    ("/issuance/lint_rules", "@cert.sign_intent"),
    ("/issuance/tbs_sha256", "certificate"),
    ("@activation.submitted/leaf", "@activation.submitted"),
    ("@activation.submitted/detail/json", "@activation.submitted"),
    ("@activation.submitted/detail/salt", "@activation.submitted"),
    ("@caa.checked/path/0", "@caa.checked"),
    ("@case.decided/leaf", "@case.decided"),
    ("@validation.passed/leaf", "@validation.passed"),
    ("@cert.sign_intent/leaf", "@cert.sign_intent"),
    ("@cert.issued/leaf", "@cert.issued"),
    ("/logs/0/root", "@cert.issued"),
];

/// Taken away once; the daemon is not needed any more.
struct Taken {
    dir: TempDir,
    root: PathBuf,
}

impl Taken {
    fn of(world: &World) -> Self {
        let made = world.first().issued(&new_key().1);
        let dir = tempfile::tempdir().unwrap();
        let output = dir.path().join("evidence");
        let (id, output) = (made["id"].as_str().unwrap(), output.to_str().unwrap());
        let take = ["audit", "evidence", id, "--output", output];
        let (status, said, error) = world.instance.chancery("auditor", &take);
        assert_eq!(status, 0, "{said}{error}");
        assert!(said.contains(id) && !said.contains("WRONG"), "{said}");
        // Nothing is ever written over.
        let before = fs::read(dir.path().join("evidence/evidence.json")).unwrap();
        assert_eq!(world.instance.chancery("auditor", &take).0, 2);
        let after = fs::read(dir.path().join("evidence/evidence.json")).unwrap();
        assert_eq!(before, after);
        let root = dir.path().join("root.pem");
        fs::copy(world.instance.path("root.pem"), &root).unwrap();
        Self { dir, root }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join("evidence").join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn answer(&self) -> Value {
        serde_json::from_str(&self.read("evidence.json")).unwrap()
    }

    /// Checks a changed answer, in a file.
    fn judge(&self, answer: &Value) -> (i32, Vec<String>) {
        let file = self.dir.path().join("changed.json");
        fs::write(&file, answer.to_string()).unwrap();
        judge(&file, Some(&self.root))
    }
}

/// Exit status and the names of the pieces that are wrong.
pub fn judge(path: &Path, trust: Option<&Path>) -> (i32, Vec<String>) {
    let output = check(path, trust);
    let said: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let checks = said["checks"].as_array().cloned().unwrap_or_default();
    let wrong = checks.iter().filter(|line| line["outcome"] == "wrong");
    let wrong = wrong.map(|line| line["piece"].as_str().unwrap().to_owned());
    (output.status.code().unwrap(), wrong.collect())
}

fn check(path: &Path, trust: Option<&Path>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chancery"));
    command
        .args(["audit", "evidence", "--json", "--check"])
        .arg(path);
    if let Some(trust) = trust {
        command.arg("--trust").arg(trust);
    }
    command.output().unwrap()
}

#[test]
fn what_is_taken_away_verifies_without_the_daemon() {
    let world = shared();
    let taken = Taken::of(&world);
    let dir = taken.path("");
    assert_eq!(judge(&dir, Some(&taken.root)), (0, Vec::new()));
    assert_eq!(judge(&dir, None), (0, Vec::new()));
    assert_eq!(
        judge(&taken.path("evidence.json"), Some(&taken.root)),
        (0, Vec::new())
    );
    // The same by OpenSSL.
    let (leaf, chain) = (taken.read("certificate.pem"), taken.read("chain.pem"));
    verify(&taken.root, chain.as_bytes(), &leaf, "smimesign");
    let openssl = |arguments: &[&str]| {
        let output = Command::new("openssl")
            .args(arguments)
            .current_dir(&dir)
            .output()
            .unwrap();
        output.status.success()
    };
    assert!(openssl(&["req", "-verify", "-noout", "-in", "request.csr"]));
    for step in ["propose", "decide"] {
        let [key, signature, text] =
            ["pem", "signature", "txt"].map(|kind| format!("{step}.{kind}"));
        let verifies = |text: &str| {
            openssl(&[
                "dgst",
                "-sha256",
                "-verify",
                &key,
                "-signature",
                &signature,
                text,
            ])
        };
        assert!(verifies(&text), "{step}");
        assert!(!verifies("organization.txt"), "{step}");
    }
    let asked: Value = serde_json::from_str(&taken.read("request.json")).unwrap();
    assert_eq!(asked["acting_for"]["user_id"], "u-1");

    // A stranger's root, no evidence, nothing at all.
    let stranger = world.instance.path("ca.pem");
    assert_eq!(judge(&dir, Some(&stranger)), (1, vec!["chain".to_owned()]));
    let text = taken.path("organization.txt");
    let nothing = vec!["evidence.json".to_owned()];
    assert_eq!(judge(&text, None), (1, nothing));
    assert_eq!(judge(&taken.path("none"), None).0, 2);
    assert_eq!(judge(&dir, Some(&text)).0, 2);
}

#[test]
fn only_auditors_and_officers_take_evidence_away() {
    let world = shared();
    let made = world.first().issued(&new_key().1);
    let take = ["audit", "evidence", made["serial"].as_str().unwrap()];
    for (who, expected) in [
        ("officer", 0),
        ("auditor", 0),
        ("customer", 1),
        ("specialist", 1),
        ("operator", 1),
        ("security", 1),
    ] {
        let (status, _, error) = world.instance.chancery(who, &take);
        assert_eq!(status, expected, "{who}: {error}");
        assert_eq!(error.contains("role-forbidden"), expected == 1, "{error}");
    }
    let (status, _, error) = world
        .instance
        .chancery("auditor", &["audit", "evidence", "00ff"]);
    assert_eq!(status, 1, "{error}");
}

#[test]
fn a_changed_file_is_named() {
    let taken = Taken::of(&shared());
    let names = fs::read_dir(taken.path("")).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names: Vec<String> = names.filter(|name| name != "evidence.json").collect();
    assert!(names.len() >= 18, "{names:?}");
    for name in names {
        let good = fs::read(taken.path(&name)).unwrap();
        let mut bad = good.clone();
        let middle = bad.len() / 2;
        bad[middle] ^= 1;
        fs::write(taken.path(&name), bad).unwrap();
        let found = judge(&taken.path(""), Some(&taken.root));
        assert_eq!(found, (1, vec![name.clone()]));
        fs::remove_file(taken.path(&name)).unwrap();
        assert_eq!(judge(&taken.path(""), None).0, 2, "{name}");
        fs::write(taken.path(&name), good).unwrap();
    }
    assert_eq!(judge(&taken.path(""), None), (0, Vec::new()));
}

#[test]
fn a_changed_piece_is_named() {
    let taken = Taken::of(&shared());
    let good = taken.answer();
    for (place, piece) in PIECES {
        let (pointer, piece) = (pointer(&good, place), name(&good, piece));
        let (status, wrong) = taken.judge(&changed(&good, &pointer));
        assert_eq!(status, 1, "{pointer}");
        assert!(wrong.contains(&piece), "{pointer}: {wrong:?}");
    }
    for missing in [
        "/caa",
        "/audit",
        "/mailboxes",
        "/organization/decisions",
        "/logs",
        "/texts",
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(missing).unwrap() = json!([]);
        assert_eq!(taken.judge(&bad).0, 1, "{missing}");
    }
    // A narrower profile under its own digest: the certificate departs from it, and the intent.
    let narrow = good["texts"][0]["text"].as_str().unwrap();
    let narrow = narrow.replace("max_validity_days = 730", "max_validity_days = 30");
    let digest = hex::encode(Sha256::digest(&narrow));
    let mut bad = good.clone();
    bad["texts"][0]["text"] = json!(narrow);
    bad["texts"][0]["sha256"] = json!(digest);
    bad["issuance"]["profile_sha256"] = json!(digest);
    let expected = ["profile".to_owned(), name(&good, "@cert.sign_intent")];
    assert_eq!(taken.judge(&bad), (1, expected.into()));
    let mut strange = good.clone();
    strange["added"] = json!(true);
    assert_eq!(taken.judge(&strange), (1, vec!["evidence.json".to_owned()]));
}

fn entry(good: &Value, kind: &str) -> usize {
    let entries = good["audit"].as_array().unwrap();
    let at = entries.iter().position(|entry| entry["type"] == kind);
    at.unwrap()
}

fn pointer(good: &Value, place: &str) -> String {
    let Some(place) = place.strip_prefix('@') else {
        return place.to_owned();
    };
    let (kind, member) = place.split_once('/').unwrap();
    format!("/audit/{}/{member}", entry(good, kind))
}

fn name(good: &Value, piece: &str) -> String {
    let Some(kind) = piece.strip_prefix('@') else {
        return piece.to_owned();
    };
    let seq = &good["audit"][entry(good, kind)]["seq"];
    format!("entry {kind} {seq}")
}

/// Every value is changed, one after the other: what passes is what is known to be the daemon's
/// word, and nothing else.
#[test]
fn whatever_is_proven_cannot_be_changed() {
    let taken = Taken::of(&shared());
    let good = taken.answer();
    let mut pointers = Vec::new();
    scalars(&good, "", &mut pointers);
    assert!(pointers.len() > 200, "{}", pointers.len());
    let passed = pointers.into_iter().filter(|pointer| {
        let (status, _) = taken.judge(&changed(&good, pointer));
        status == 0
    });
    let passed: BTreeSet<String> = passed.map(|pointer| anywhere(&pointer)).collect();
    let expected = ITS_WORD.map(ToOwned::to_owned);
    let unexpected: Vec<_> = passed.difference(&expected.into()).cloned().collect();
    assert_eq!(unexpected, Vec::<String>::new());
}

/// The pointer with `*` for each number of a place.
fn anywhere(pointer: &str) -> String {
    let parts = pointer.split('/');
    let parts = parts.map(|part| match part.parse::<usize>() {
        Ok(_) => "*",
        Err(_) => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

fn scalars(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                scalars(value, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (n, value) in items.iter().enumerate() {
                scalars(value, &format!("{at}/{n}"), found);
            }
        }
        Value::Null => {}
        _ => found.push(at.to_owned()),
    }
}

/// One character in the middle is another of its kind; a number is the next, a flag the other.
fn changed(good: &Value, pointer: &str) -> Value {
    let mut bad = good.clone();
    let value = bad.pointer_mut(pointer).unwrap();
    *value = match &*value {
        Value::Bool(flag) => json!(!flag),
        Value::Number(number) => json!(number.as_i64().unwrap() + 1),
        Value::String(text) => json!(altered(text)),
        other => panic!("{pointer}: {other}"),
    };
    bad
}

fn altered(text: &str) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let middle = characters.len() / 2;
    let at = (middle..characters.len()).chain(0..middle);
    let at = at
        .clone()
        .find(|at| characters[*at].is_ascii_alphanumeric());
    let at = at.unwrap();
    characters[at] = match characters[at] {
        '9' => '8',
        'z' => 'y',
        'Z' => 'Y',
        'f' => 'e',
        other => char::from_u32(u32::from(other) + 1).unwrap(),
    };
    characters.into_iter().collect()
}
