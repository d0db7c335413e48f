//! Documents at the command line: sent to a case or to data, listed, fetched.

use std::{
    fs::{self, File},
    os::unix::fs::PermissionsExt,
};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    desk::{Desk, past},
    instance::Instance,
};

/// Longer than what is held of it at a time, and than what a body may have elsewhere.
fn extract() -> Vec<u8> {
    let mut content = b"%PDF-1.7\n".to_vec();
    content.extend((0..300_000_u32).flat_map(u32::to_be_bytes));
    content
}

struct Clerk<'a> {
    desk: &'a Desk<'a>,
    who: &'a str,
}

impl Clerk<'_> {
    /// `chancery case document …`: exit status, and what it said on both channels.
    fn says(&self, words: &[&str]) -> (i32, String) {
        let words = [&["case", "document"], words].concat();
        let (status, out, err) = self.desk.instance.chancery(self.who, &words);
        (status, out + &err)
    }

    fn json(&self, words: &[&str]) -> Value {
        let (status, said) = self.says(&[words, &["--json"]].concat());
        assert_eq!(status, 0, "{words:?}: {said}");
        serde_json::from_str(&said).unwrap()
    }

    fn refused(&self, words: &[&str], status: i32, why: &str) {
        let (ended, said) = self.says(words);
        assert!(ended == status && said.contains(why), "{ended}: {said}");
    }
}

fn files(instance: &Instance) -> usize {
    fs::read_dir(instance.path("")).unwrap().count()
}

#[test]
fn a_specialist_sends_a_document_to_a_case_and_fetches_it() {
    let instance = Instance::start();
    let desk = Desk::open(&instance, "customer", "c-1");
    desk.act("specialist", "/claim").ok();
    let content = extract();
    fs::write(instance.path("extract.pdf"), &content).unwrap();
    let clerk = Clerk {
        desk: &desk,
        who: "specialist",
    };
    let add = |more: &[&str]| {
        let words = ["add", &desk.case, "extract.pdf", "--kind", "organization"];
        clerk.json(&[&words[..], more].concat())
    };
    let said = ["--description", "wyciąg z KRS", "--idempotency-key", "k-1"];
    let sent = add(&said);
    let sha256 = hex::encode(Sha256::digest(&content));
    assert_eq!(
        (&sent["sha256"], &sent["size"], &sent["file_name"]),
        (&json!(sha256), &json!(content.len()), &json!("extract.pdf"))
    );
    assert_eq!(sent["description"], "wyciąg z KRS");
    assert_eq!(add(&said), sent);
    let id = sent["document_id"].as_str().unwrap();
    // The officer sees it, and takes it for evidence by its id.
    let officer = Clerk {
        desk: &desk,
        who: "officer",
    };
    let (status, text) = officer.says(&["list", &desk.case]);
    assert_eq!((status, text.lines().count()), (0, 2), "{text}");
    for word in [id, "organization", "not_scanned", &sha256, "specialist"] {
        assert!(text.contains(word), "{word} in {text}");
    }
    let listed = officer.json(&["list", &desk.case]);
    assert_eq!(listed["items"], desk.read("officer").ok()["documents"]);
    let evidence = ["case", "evidence", "add", &desk.case, "--kind", "document"];
    let (past, day) = (past(), crate::independence::day());
    let seen = ["--source", "KRS", "--obtained-at", &past, "--document", id];
    let words = [&evidence[..], &seen, &["--issued-on", &day]].concat();
    assert_eq!(instance.chancery("specialist", &words).0, 0);

    let get = ["get", &desk.case, id, "--out", "fetched.pdf"];
    let got = officer.json(&get);
    assert_eq!(
        (&got["sha256"], &got["file"]),
        (&json!(sha256), &json!("fetched.pdf"))
    );
    let fetched = instance.path("fetched.pdf");
    assert!(fs::read(&fetched).unwrap() == content);
    let mode = fs::metadata(&fetched).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    officer.refused(&get, 2, "is there already");
    not_fetched(&desk, id);
}

/// Nothing is left of what did not come whole.
fn not_fetched(desk: &Desk, id: &str) {
    let before = files(desk.instance);
    let get = |who: &str, id: &str, status: i32, why: &str| {
        let clerk = Clerk { desk, who };
        clerk.refused(&["get", &desk.case, id, "--out", "x.pdf"], status, why);
    };
    get("auditor", id, 1, "role-forbidden");
    let other = "doc_01890a5d-ac96-774b-bcce-b302099a8057";
    get("officer", other, 1, "has no doc_");
    let kept = desk.instance.path("documents").join(id);
    let whole = fs::read(&kept).unwrap();
    let mut broken = whole.clone();
    *broken.last_mut().unwrap() ^= 1;
    fs::write(&kept, broken).unwrap();
    get("officer", id, 1, "document-unreadable");
    fs::write(&kept, whole).unwrap();
    assert_eq!(files(desk.instance), before);
}

#[test]
fn a_frontend_sends_a_document_to_its_data() {
    let instance = Instance::start();
    let desk = Desk::open(&instance, "partner", "c-1");
    fs::write(instance.path("statut.pdf"), extract()).unwrap();
    let clerk = Clerk {
        desk: &desk,
        who: "partner",
    };
    let add = ["add", &desk.data, "statut.pdf", "--kind", "organization"];
    clerk.refused(&add, 1, "acting-for-missing");
    let mine = ["--acting-for", "c-1"];
    let sent = clerk.json(&[&add[..], &mine].concat());
    let list = ["list", &desk.data];
    let listed = clerk.json(&[&list[..], &mine].concat());
    assert_eq!(listed["items"], json!([sent]));
    let (_, text) = clerk.says(&[&list[..], &mine].concat());
    let id = sent["document_id"].as_str().unwrap();
    for word in [id, "not_scanned", "in use", "statut.pdf"] {
        assert!(text.contains(word), "{word} in {text}");
    }
    let other = [&list[..], &["--acting-for", "c-2"]].concat();
    clerk.refused(&other, 1, "not-found");
}

#[test]
fn what_cannot_be_sent_is_refused_with_its_reason() {
    let instance = Instance::start();
    let desk = Desk::open(&instance, "customer", "c-1");
    desk.act("specialist", "/claim").ok();
    fs::write(instance.path("note.txt"), "seen").unwrap();
    fs::write(instance.path("a.pdf"), extract()).unwrap();
    let long = File::create(instance.path("long.pdf")).unwrap();
    long.set_len(30 * 1024 * 1024 + 1).unwrap();
    let refused = |who: &str, words: &[&str], status: i32, why: &str| {
        let clerk = Clerk { desk: &desk, who };
        let words = [&["add"], words, &["--kind", "organization"]].concat();
        clerk.refused(&words, status, why);
    };
    let case = desk.case.as_str();
    refused(
        "specialist",
        &[case, "note.txt"],
        1,
        "document-type-rejected",
    );
    refused("specialist", &[case, "long.pdf"], 2, "longer than 30 MiB");
    refused("specialist", &[case, "gone.pdf"], 2, "gone.pdf");
    refused("specialist", &[case, "documents"], 2, "is no file");
    refused(
        "specialist",
        &["ord_1", "a.pdf"],
        2,
        "is no id of a case or of data",
    );
    refused(
        "specialist",
        &[case, "a.pdf", "--name", "a\".pdf"],
        2,
        "give --name",
    );
    refused(
        "specialist",
        &[case, "a.pdf", "--name", "a?.pdf"],
        1,
        "file-name-invalid",
    );
    refused("officer", &[case, "a.pdf"], 1, "case-claimed");
    refused("customer", &[case, "a.pdf"], 1, "role-forbidden");
    let clerk = Clerk {
        desk: &desk,
        who: "specialist",
    };
    clerk.refused(
        &["add", case, "a.pdf", "--kind", "other"],
        1,
        "member-invalid",
    );
    let listed = clerk.says(&["list", case]);
    assert_eq!(listed, (0, "no documents\n".to_owned()));
}
