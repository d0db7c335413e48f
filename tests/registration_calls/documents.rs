//! Uploads.

use std::{fs, process::Command};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{Answer, Call, Instance, STAFF, draft, instance::secret, keyed, refused, submitted};

const MIB: usize = 1024 * 1024;

/// A form with these text parts and one file.
pub fn form(parts: &[(&str, &str)], name: &str, content: &[u8]) -> Call {
    form_as("application/octet-stream", parts, name, content)
}

fn form_as(declared: &str, parts: &[(&str, &str)], name: &str, content: &[u8]) -> Call {
    let mut body = Vec::new();
    for (part, text) in parts {
        let head =
            format!("--edge\r\nContent-Disposition: form-data; name=\"{part}\"\r\n\r\n{text}\r\n");
        body.extend_from_slice(head.as_bytes());
    }
    let head = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {declared}\r\n\r\n"
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    Call::default()
        .header("Content-Type: multipart/form-data; boundary=edge")
        .bytes(body)
}

pub fn kind(kind: &str) -> [(&str, &str); 1] {
    [("kind", kind)]
}

pub fn pdf(size: usize) -> Vec<u8> {
    let mut content = b"%PDF-1.7\n".to_vec();
    content.resize(size, b'x');
    content
}

pub fn upload(instance: &Instance, set: &str, call: &Call) -> Answer {
    let path = format!("/subject-data/{set}/documents");
    instance.post("customer", &path, &call.clone().fresh_key())
}

pub fn files(instance: &Instance) -> Vec<String> {
    let found = fs::read_dir(instance.path("documents")).unwrap();
    found
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn a_document_is_kept_once_before_and_after_the_data_is_submitted() {
    let instance = Instance::start();
    for set in [draft(&instance), submitted(&instance)] {
        let path = format!("/subject-data/{set}/documents");
        let parts = [("kind", "organization"), ("description", "extract")];
        let key = format!("doc-{set}");
        let call = form(&parts, "odpis z KRS.pdf", &pdf(90_000)).key(&key);
        let other = form(&parts, "odpis z KRS.pdf", &pdf(90_001)).key(&key);
        let made = keyed(&instance, &path, &call, &other);
        assert_eq!(
            made["sha256"],
            json!(hex::encode(Sha256::digest(pdf(90_000))))
        );
        let told = (&made["media_type"], &made["size"], &made["file_name"]);
        assert_eq!(
            told,
            (
                &json!("application/pdf"),
                &json!(90_000),
                &json!("odpis z KRS.pdf")
            )
        );
        let listed = instance.get("customer", &path).ok();
        assert_eq!(listed, json!({"items": [made], "next": null}));
        let id = made["document_id"].as_str().unwrap().to_owned();
        let kept = fs::read(instance.path("documents").join(&id)).unwrap();
        assert!(kept.starts_with(b"CHANDOC1test"));
        assert!(!kept.windows(40).any(|part| part == [b'x'; 40]));
        let foreign = Call::default().header("Acting-For: c-2");
        assert_eq!(
            instance.call("customer", "GET", &path, &foreign).status,
            404
        );
        let foreign = call.clone().header("Acting-For: c-2");
        assert_eq!(
            instance.post("customer", &path, &foreign).refusal(),
            refused(404, "not-found")
        );
        for who in STAFF {
            assert_eq!(instance.post(who, &path, &call).status, 403, "{who}");
        }
    }
    assert_eq!(
        files(&instance).len(),
        2,
        "one file a row, and nothing else"
    );
}

#[test]
fn what_is_no_document_leaves_nothing() {
    let instance = Instance::start();
    let set = draft(&instance);
    let name = "a.pdf";
    let cases: [(Call, u16, &str); 10] = [
        (
            form(&kind("organization"), name, b"PK\x03\x04"),
            422,
            "document-type-rejected",
        ),
        (
            form_as("image/png", &kind("organization"), name, &pdf(9)),
            422,
            "document-type-rejected",
        ),
        (
            form(&kind("organization"), name, b""),
            422,
            "document-type-rejected",
        ),
        (
            form(&kind("organization"), "../a.pdf", &pdf(9)),
            422,
            "file-name-invalid",
        ),
        (
            form(&kind("passport"), name, &pdf(9)),
            422,
            "validation-failed",
        ),
        (form(&[], name, &pdf(9)), 422, "validation-failed"),
        (
            form(
                &[("kind", "applicant"), ("kind", "applicant")],
                name,
                &pdf(9),
            ),
            400,
            "multipart-malformed",
        ),
        (
            form(&[("colour", "red")], name, &pdf(9)),
            400,
            "unknown-member",
        ),
        (
            Call::json(&json!({"kind": "organization"})),
            415,
            "unsupported-media-type",
        ),
        (
            form(&[("kind", &"x".repeat(9000))], name, &pdf(9)),
            413,
            "payload-too-large",
        ),
    ];
    for (call, status, code) in cases {
        assert_eq!(
            upload(&instance, &set, &call).refusal(),
            refused(status, code)
        );
    }
    let cut = Call::default()
        .header("Content-Type: multipart/form-data; boundary=edge")
        .bytes(b"--edge\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\norg".to_vec());
    assert_eq!(
        upload(&instance, &set, &cut).refusal(),
        refused(400, "multipart-malformed")
    );
    assert!(files(&instance).is_empty());
}

#[test]
fn thirty_mebibytes_and_not_one_byte_more() {
    let instance = Instance::start();
    let set = draft(&instance);
    let fits = upload(
        &instance,
        &set,
        &form(&kind("additional"), "a.pdf", &pdf(30 * MIB)),
    );
    assert_eq!(fits.ok()["size"], json!(30 * MIB));
    let over = upload(
        &instance,
        &set,
        &form(&kind("additional"), "a.pdf", &pdf(30 * MIB + 1)),
    );
    assert_eq!(over.refusal(), refused(413, "payload-too-large"));
    // Longer than anything is read, and nothing of it a part.
    let endless = Call::default()
        .header("Content-Type: multipart/form-data; boundary=edge")
        .bytes(vec![b'x'; 38 * MIB + 1]);
    let endless = upload(&instance, &set, &endless);
    assert_eq!(endless.refusal(), refused(413, "payload-too-large"));
    assert_eq!(files(&instance).len(), 1);
}

#[test]
fn withdrawn_data_takes_no_documents() {
    let instance = Instance::start();
    let set = draft(&instance);
    let withdraw = format!("/subject-data/{set}/withdraw");
    instance.post("customer", &withdraw, &Call::default()).ok();
    let late = upload(
        &instance,
        &set,
        &form(&kind("additional"), "a.pdf", &pdf(99)),
    );
    assert_eq!(late.refusal(), refused(409, "data-set-state-conflict"));
    assert!(files(&instance).is_empty());
    let listed = instance
        .get("customer", &format!("/subject-data/{set}/documents"))
        .ok();
    assert_eq!(listed["items"], Value::Array(Vec::new()));
}

/// What `chanceryd verify` says, and whether it is content.
fn judged(instance: &Instance) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_chanceryd"))
        .args(["verify", "--config", "chancery.toml"])
        .current_dir(instance.path(""))
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    (output.status.code(), said)
}

#[test]
fn the_oracle_reads_every_file() {
    let instance = Instance::start();
    let set = draft(&instance);
    let content = form(&kind("additional"), "a.pdf", &pdf(200_000));
    let made = upload(&instance, &set, &content).ok();
    let id = made["document_id"].as_str().unwrap();
    let path = instance.path("documents").join(id);
    let sealed = fs::read(&path).unwrap();
    assert_eq!(judged(&instance).0, Some(0));

    let mut altered = sealed.clone();
    *altered.last_mut().unwrap() ^= 1;
    for wrong in [&altered[..], &sealed[..70_000], &pdf(200_000)] {
        fs::write(&path, wrong).unwrap();
        let (code, said) = judged(&instance);
        assert_eq!(code, Some(1), "{said}");
        assert!(
            said.contains("document-altered") && said.contains(id),
            "{said}"
        );
    }
    fs::remove_file(&path).unwrap();
    assert!(judged(&instance).1.contains("document-missing"));
    fs::write(&path, &sealed).unwrap();
    let keys = instance.path("document-keys");
    let given = fs::read(&keys).unwrap();
    fs::write(&keys, format!("other {}", "08".repeat(32))).unwrap();
    assert!(judged(&instance).1.contains("document-key"));
    // Without any key it sees that the file is there and encrypted, no more.
    fs::remove_file(&keys).unwrap();
    assert_eq!(judged(&instance).0, Some(0));
    fs::write(&path, &altered).unwrap();
    assert_eq!(judged(&instance).0, Some(0));
    fs::write(&path, pdf(9)).unwrap();
    assert_eq!(judged(&instance).0, Some(1));
    fs::write(&path, &sealed).unwrap();
    secret(&instance.path(""), "document-keys", &given);
}
