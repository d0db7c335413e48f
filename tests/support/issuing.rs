//! What makes an instance an issuing CA: a token with its key, and the certificates above it.

use std::{fs, path::Path, process::Command};

use super::instance::run;

const EXTENSIONS: &str = "
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[policy]
basicConstraints = critical, CA:TRUE, pathlen:1
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
certificatePolicies = 2.23.140.1.5.2.2, 2.23.140.1.5.2.3
[issuing]
extendedKeyUsage = emailProtection
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
certificatePolicies = 2.23.140.1.5.2.2, 2.23.140.1.5.2.3
[req]
prompt = no
distinguished_name = name
[name]
CN = unused
";

/// Puts the issuing key into a token of its own and two CAs above it: `root.pem`, `policy.pem`,
/// `issuing.pem`. The chain a client gets has two certificates.
pub fn prepare(dir: &Path, config: &mut String) {
    fs::write(dir.join("ca.cnf"), EXTENSIONS).unwrap();
    let root = "req -config ca.cnf -x509 -new -key root.key -days 3000 -extensions root -subj /C=PL/O=Example/CN=Root -out root.pem";
    for key in ["root", "policy"] {
        let line = format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out {key}.key");
        run(dir, "openssl", &line);
    }
    run(dir, "openssl", root);
    for (ca, above) in [("policy", "root"), ("issuing", "policy")] {
        let line = format!(
            "req -config ca.cnf -new -key {ca}.key -subj /C=PL/O=Example/CN={ca} -out {ca}.csr"
        );
        run(dir, "openssl", &line);
        let line = format!(
            "x509 -req -in {ca}.csr -CA {above}.pem -CAkey {above}.key -CAcreateserial -sha384 -days 3000 -extfile ca.cnf -extensions {ca} -out {ca}.pem"
        );
        run(dir, "openssl", &line);
    }
    token(
        dir,
        "--init-token --free --label issuing --so-pin 5678 --pin 1234",
    );
    token(
        dir,
        "--import issuing.key --token issuing --label issuing-g1 --id 01 --pin 1234",
    );
    let chain = format!("chain = [\"{}\"]", dir.join("policy.pem").display());
    let own = format!(
        "[keys]\nown = [\"{}\"]\n[mail]",
        dir.join("root.pem").display()
    );
    *config = config
        .replace("[mail]", &own)
        .replace("chain = []", &chain)
        .replace("label = \"absent\"", "label = \"issuing\"");
}

/// Runs `softhsm2-util` on the instance's tokens.
pub fn token(dir: &Path, arguments: &str) {
    let output = Command::new("softhsm2-util")
        .args(arguments.split(' '))
        .env("SOFTHSM2_CONF", dir.join("softhsm2.conf"))
        .current_dir(dir)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "softhsm2-util {arguments}: {said}");
}
