//! OpenSSL as the judge of what was issued.

use std::{fs, path::Path, process::Command};

use tempfile::TempDir;

/// Runs `openssl` on `input`; what it writes to standard output.
pub fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("input");
    fs::write(&path, input).unwrap();
    let output = Command::new("openssl")
        .args(arguments)
        .arg("-in")
        .arg(path)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments:?}: {said}");
    output.stdout
}

/// The public key of a request (`req`) or certificate (`x509`).
pub fn public_key(kind: &str, pem: &str) -> Vec<u8> {
    openssl(&[kind, "-noout", "-pubkey"], pem.as_bytes())
}

/// SHA-256 of the SubjectPublicKeyInfo of a request, in hex.
pub fn spki_sha256(csr: &str) -> String {
    use sha2::{Digest, Sha256};
    let der = openssl(
        &["pkey", "-pubin", "-outform", "DER"],
        &public_key("req", csr),
    );
    hex::encode(Sha256::digest(der))
}

/// A new P-256 key and a request for it in the name of Mallory.
pub fn new_key() -> (String, String) {
    let dir = tempfile::tempdir().unwrap();
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    let lines = "req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -subj /CN=Mallory -out csr.pem";
    crate::instance::run(dir.path(), "openssl", lines);
    (read("key.pem"), read("csr.pem"))
}

/// Asserts that a leaf is good for `purpose` under the chain as it was delivered.
pub fn verify(root: &Path, chain: &[u8], leaf: &str, purpose: &str) {
    let dir: TempDir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::write(at("chain.pem"), chain).unwrap();
    fs::write(at("leaf.pem"), leaf).unwrap();
    let output = Command::new("openssl")
        .args(["verify", "-x509_strict", "-purpose", purpose, "-CAfile"])
        .arg(root)
        .arg("-untrusted")
        .arg(at("chain.pem"))
        .arg(at("leaf.pem"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}
