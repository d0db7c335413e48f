//! How foreign programs read a mail: its MIME parts by Python's `email`, its DKIM signatures by dkimpy.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value;

use super::sink::python;

/// Headers, text and files of a mail, as Python's `email` package reads them.
const READ: &str = r"
import base64, email, email.policy, json, sys
mail = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
json.dump({
    'headers': {name.lower(): str(value) for name, value in mail.items()},
    'first': next(part.get_content_type() for part in mail.walk() if not part.is_multipart()),
    'text': mail.get_body(('plain',)).get_content(),
    'html': mail.get_body(('html',)).get_content(),
    'types': [part.get_content_type() for part in mail.walk()],
    'files': [[part.get_filename(), part.get_content_type(),
               base64.b64encode(part.get_payload(decode=True) or b'').decode()]
              for part in mail.walk() if part.get_filename()],
    'defects': [str(defect) for part in mail.walk() for defect in part.defects],
}, sys.stdout)
";

/// The mail as it reads.
pub fn read(mail: &str) -> Value {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mail.eml");
    fs::write(&path, mail).unwrap();
    let output = Command::new(python())
        .args(["-c", READ])
        .stdin(fs::File::open(path).unwrap())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Verdicts on each signature of the mail on stdin; DNS is the JSON in the argument.
const VERIFY: &str = r#"
import dkim, json, sys
names = json.loads(sys.argv[1])
mail = sys.stdin.buffer.read()
dns = lambda name, timeout=0: names.get(name.decode().rstrip("."), "").encode()
count = mail.lower().count(b"dkim-signature:")
def right(number):
    try:
        return dkim.DKIM(mail).verify(idx=number, dnsfunc=dns)
    except dkim.ValidationError:
        return False
print(json.dumps([right(number) for number in range(count)]))
"#;

/// A fresh key: the PEM, and what its DNS record says.
fn key(algorithm: &[&str], record: &str, skip: usize) -> (Vec<u8>, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key.pem");
    let path = path.to_str().unwrap();
    run("openssl", &[&["genpkey", "-out", path], algorithm].concat());
    let public = run(
        "openssl",
        &["pkey", "-in", path, "-pubout", "-outform", "DER"],
    );
    let value = BASE64_STANDARD.encode(&public[skip..]);
    let pem = fs::read(path).unwrap();
    (pem, format!("v=DKIM1; k={record}; p={value}"))
}

/// A key of this length and its record.
pub fn rsa(bits: &str) -> (Vec<u8>, String) {
    let bits = format!("rsa_keygen_bits:{bits}");
    key(&["-algorithm", "RSA", "-pkeyopt", &bits], "rsa", 0)
}

/// RFC 8463 4: the 32 octets without their SubjectPublicKeyInfo.
pub fn ed25519() -> (Vec<u8>, String) {
    key(&["-algorithm", "ED25519"], "ed25519", 12)
}

fn run(program: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}");
    output.stdout
}

/// Whether each DKIM signature of a mail is right, with these records in DNS.
pub fn verdicts(mail: &str, dns: &Value) -> Vec<bool> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mail.eml");
    fs::write(&path, mail).unwrap();
    let output = Command::new(python())
        .args(["-c", VERIFY, &dns.to_string()])
        .stdin(fs::File::open(Path::new(&path)).unwrap())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}
