//! A person with a key made by OpenSSL.

use std::{fs, process::Command};

use chancery::{
    domain::{
        case::{
            Verdict,
            digest::{Step, signed_text},
        },
        id::CaseId,
        identity::{Credential, NewIdentity},
        owner::{IdentityName, Role},
        timestamp::Timestamp,
    },
    pkix::spki::PublicKey,
    policy::case_rules::signature::SignatureInput,
};
use tempfile::TempDir;

pub struct Person {
    pub name: IdentityName,
    pub role: Role,
    pub spki: Vec<u8>,
    dir: TempDir,
}

fn openssl(dir: &TempDir, arguments: &[&str]) {
    let mut command = Command::new("openssl");
    let output = command.args(arguments).current_dir(dir).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments:?}: {said}");
}

impl Person {
    pub fn new(name: &str, role: Role) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let make = "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem";
        openssl(&dir, &make.split(' ').collect::<Vec<_>>());
        let export = "pkey -in key.pem -pubout -outform DER -out public.der";
        openssl(&dir, &export.split(' ').collect::<Vec<_>>());
        Self {
            name: IdentityName::parse(name).unwrap(),
            role,
            spki: fs::read(dir.path().join("public.der")).unwrap(),
            dir,
        }
    }

    pub fn credential(&self) -> [u8; 32] {
        PublicKey::from_spki(&self.spki).unwrap().spki_sha256()
    }

    pub fn registration(&self, qualified_until: Timestamp) -> NewIdentity {
        NewIdentity {
            name: self.name.clone(),
            role: self.role,
            credential: Credential::Spki(self.credential()),
            spki: Some(self.spki.clone()),
            qualified_until: Some(qualified_until),
            granted: chancery::domain::period::Period::default(),
        }
    }

    pub fn sign(
        &self,
        case: CaseId,
        step: Step,
        verdict: Verdict,
        digest: &[u8; 32],
    ) -> SignatureInput {
        let text = signed_text(case, step, verdict, digest);
        fs::write(self.dir.path().join("text"), text).unwrap();
        let sign = "pkeyutl -sign -rawin -digest sha256 -inkey key.pem -in text -out signature";
        openssl(&self.dir, &sign.split(' ').collect::<Vec<_>>());
        SignatureInput {
            algorithm: "ES256".to_owned(),
            value: fs::read(self.dir.path().join("signature")).unwrap(),
        }
    }
}
