//! The look at a pasted request, and the tools whose requests must pass.

use std::{fs, path::Path, process::Command};

use serde_json::{Value, json};

use crate::{
    instance::{Answer, Call, run},
    openssl::{new_key, spki_sha256},
    sink::python,
    world::{Client, PRODUCT, fixture, fixtures, refused, shared, submission},
};

/// Calls that may pass until a verdict that came late is there: far more than any run needs.
const PATIENCE: u32 = 3_000;

fn check(client: &Client, csr: &str) -> Answer {
    let body = json!({"product_code": PRODUCT, "csr": csr});
    client.call("POST", "/csr-checks", &Call::json(&body))
}

fn codes(answer: &Value) -> Vec<&str> {
    let findings = answer["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| finding["code"].as_str().unwrap())
        .collect()
}

#[test]
fn good_requests_are_valid_and_show_their_key() {
    let world = shared();
    let client = world.first();
    let ec = |curve: &str| json!({"algorithm": "ec", "curve": curve});
    let rsa = |bits: u32| json!({"algorithm": "rsa", "bits": bits});
    for (file, mut key) in [
        ("openssl-rsa-2048.pem", rsa(2048)),
        ("keytool-rsa-3072.pem", rsa(3072)),
        ("openssl-rsa-4096.pem", rsa(4096)),
        ("certtool-ec-secp256r1.pem", ec("P-256")),
        ("certutil-ec-nistp384.pem", ec("P-384")),
        ("cryptography-ec-secp521r1.pem", ec("P-521")),
    ] {
        let csr = fixture(&format!("good/{file}"));
        key["spki_sha256"] = json!(spki_sha256(&csr));
        let answer = check(&client, &csr).ok();
        assert_eq!(
            (&answer["valid"], &answer["key"]),
            (&json!(true), &key),
            "{file}"
        );
    }
    for (name, csr) in fixtures("good") {
        let answer = check(&client, &csr).ok();
        assert_eq!(answer["valid"], true, "{name}: {answer}");
        for finding in answer["findings"].as_array().unwrap() {
            assert_eq!(finding["severity"], "warning", "{name}");
            assert_ne!(finding["message"]["en"], finding["message"]["pl"], "{name}");
        }
        let warned = codes(&answer).contains(&"csr-subject-ignored");
        assert_eq!(warned, !name.contains("empty-subject"), "{name}");
    }
    let extensions = check(&client, &fixture("good/openssl-rsa-2048-extensions.pem")).ok();
    assert_eq!(
        codes(&extensions),
        ["csr-subject-ignored", "csr-extensions-ignored"]
    );
}

#[test]
fn every_bad_request_is_told_its_code_in_both_languages() {
    let world = shared();
    let client = world.first();
    for (name, csr) in fixtures("bad") {
        let answer = check(&client, &csr);
        assert_eq!(answer.status, 200, "{name}");
        let answer = answer.json();
        assert_eq!(answer["valid"], false, "{name}");
        let found = codes(&answer);
        assert!(
            found.len() == 1 && name.starts_with(found[0]),
            "{name}: {found:?}"
        );
        let finding = &answer["findings"][0];
        assert_eq!(finding["severity"], "error", "{name}");
        assert_ne!(finding["message"]["en"], finding["message"]["pl"], "{name}");
    }
    let small = check(&client, &fixture("bad/csr-key-too-small-rsa-1024.pem")).ok();
    assert_eq!(
        (&small["key"]["algorithm"], &small["key"]["bits"]),
        (&json!("rsa"), &json!(1024))
    );
}

/// A request that was made to be slow: the largest key there may be, through every sieve, from
/// sixteen at once. Each is answered or told to come again, and who comes again gets the verdict.
#[test]
fn a_key_that_takes_long_keeps_nobody_waiting() {
    let world = shared();
    let client = world.first();
    let csr = fixture("slow/rsa-8192-through-the-sieves.pem");
    let judged = |answer: &Answer| {
        if answer.status == 200 {
            return true;
        }
        assert_eq!(answer.refusal(), refused(503, "key-check-failed"));
        assert_eq!(answer.json()["retryable"], true);
        assert!(answer.retry_after.is_some());
        false
    };
    std::thread::scope(|scope| {
        let ask = || judged(&check(&client, &csr));
        let all: Vec<_> = (0..16).map(|_| scope.spawn(ask)).collect();
        for one in all {
            one.join().unwrap();
        }
    });
    let mut again = (0..PATIENCE).map(|_| check(&client, &csr));
    let verdict = again.find(judged).unwrap().json();
    assert_eq!(verdict["valid"], true, "{verdict}");
    assert_eq!(verdict["key"]["bits"], 8192);
    let (order, _) = client.ready(&world.data);
    let mut again = (0..PATIENCE).map(|_| client.activate(&order, &submission(&csr)));
    let issued = again.find(|answer| answer.status != 503).unwrap();
    assert_eq!(issued.status, 201, "{}", issued.json());
}

#[test]
fn wrong_calls_are_refused_and_the_key_is_ignored() {
    let world = shared();
    let client = world.first();
    let csr = fixture("good/openssl-rsa-2048.pem");
    let post = |body: &Value| client.call("POST", "/csr-checks", &Call::json(body).key("same"));
    let body = json!({"product_code": PRODUCT, "csr": csr});
    // Stateless: an Idempotency-Key means nothing here, whatever the body.
    for csr in [&csr, "nothing"] {
        let mut body = body.clone();
        body["csr"] = json!(csr);
        assert_eq!(post(&body).status, 200);
    }
    let product = post(&json!({"product_code": "none", "csr": csr}));
    assert_eq!(product.refusal(), refused(422, "product-unknown"));
    let unknown = post(&json!({"product_code": PRODUCT, "csr": csr, "more": 1}));
    assert_eq!(unknown.refusal(), refused(400, "unknown-member"));
    let missing = post(&json!({"product_code": PRODUCT}));
    assert_eq!(missing.refusal(), refused(422, "validation-failed"));
    let long = post(&json!({"product_code": PRODUCT, "csr": "x".repeat(70_000)}));
    assert_eq!(long.refusal(), refused(413, "payload-too-large"));
    for who in ["specialist", "officer", "operator", "auditor", "security"] {
        let answer = world.instance.post(who, "/csr-checks", &Call::json(&body));
        assert_eq!(answer.refusal(), refused(403, "role-forbidden"), "{who}");
    }
    let nameless = world
        .instance
        .post("partner", "/csr-checks", &Call::json(&body));
    assert_eq!(nameless.refusal(), refused(400, "acting-for-missing"));
}

#[test]
fn what_the_store_knows_of_a_key_is_told() {
    let world = shared();
    let client = world.first();
    let (key, csr) = new_key();
    client.issued(&csr);
    assert_eq!(check(&client, &csr).ok()["valid"], true);
    let other = world.client("customer", "c-2");
    assert_eq!(codes(&check(&other, &csr).ok()), ["csr-key-reused"]);
    // Whoever holds the private key may burn it, even with another product code.
    let body = json!({"product_code": "none", "csr": format!("{csr}{key}")});
    let burnt = other.call("POST", "/csr-checks", &Call::json(&body));
    assert_eq!(burnt.refusal(), refused(422, "product-unknown"));
    assert_eq!(codes(&check(&client, &csr).ok()), ["csr-key-compromised"]);
}

const CRYPTOGRAPHY: &str = r"
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, 'Żółw')])
key = ec.generate_private_key(ec.SECP384R1())
request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA384())
open('cryptography.csr', 'wb').write(request.public_bytes(serialization.Encoding.PEM))
";

/// Requests made this minute by the tools that `tests/prepare` brings; node-forge is not among
/// them and is judged by the files of `tests/fixtures` only.
fn made_now(dir: &Path) -> Vec<&'static str> {
    let tool = |program: &str, line: &str| run(dir, program, line);
    fs::write(
        dir.join("certtool.cfg"),
        "cn = \"Żółw\"\nemail = \"a@example.com\"\n",
    )
    .unwrap();
    fs::write(dir.join("noise"), [7; 64]).unwrap();
    fs::write(dir.join("request.py"), CRYPTOGRAPHY).unwrap();
    tool(
        "openssl",
        "req -new -newkey rsa:2048 -nodes -keyout o.key -subj /CN=x -out openssl.csr",
    );
    tool(
        "openssl",
        "req -new -newkey rsa:2048 -nodes -keyout p.key -subj /CN=x -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest -sha512 -out openssl-pss.csr",
    );
    tool(
        "certtool",
        "--generate-privkey --ecc --curve secp521r1 --outfile certtool.key",
    );
    tool(
        "certtool",
        "--generate-request --load-privkey certtool.key --template certtool.cfg --outfile certtool.csr",
    );
    tool("certutil", "-N -d . --empty-password");
    tool(
        "certutil",
        "-R -d . -k rsa -g 2048 -s CN=x -a -z noise -o certutil.csr",
    );
    tool(
        "keytool",
        "-genkeypair -keystore k.p12 -storepass changeit -alias k -keyalg EC -groupname secp256r1 -dname CN=x",
    );
    tool(
        "keytool",
        "-certreq -keystore k.p12 -storepass changeit -alias k -file keytool.csr",
    );
    let python = python();
    let status = Command::new(python)
        .arg("request.py")
        .current_dir(dir)
        .status();
    assert!(status.unwrap().success());
    vec![
        "openssl.csr",
        "openssl-pss.csr",
        "certtool.csr",
        "certutil.csr",
        "keytool.csr",
        "cryptography.csr",
    ]
}

#[test]
fn requests_that_tools_make_now_pass() {
    let dir = tempfile::tempdir().unwrap();
    let files = made_now(dir.path());
    let world = shared();
    let client = world.first();
    for file in files {
        let csr = fs::read_to_string(dir.path().join(file)).unwrap();
        let answer = check(&client, &csr).ok();
        assert_eq!(answer["valid"], true, "{file}: {answer}");
        assert_eq!(
            answer["key"]["spki_sha256"],
            json!(spki_sha256(&csr)),
            "{file}"
        );
    }
}
