//! Proposals and decisions are signed with OpenSSL as a person would, and judged by the daemon's
//! own rule.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot set itself up fails at once"
)]

use std::{fs, process::Command};

use chancery::{
    domain::{
        case::{
            Verdict,
            digest::{Step, signed_text},
        },
        id::CaseId,
        refusal::Refused,
    },
    policy::case_rules::signature::{SignatureInput, verify},
};

const CASE: &str = "cas_0198c0de-0000-7000-8000-000000000001";
const DIGEST: [u8; 32] = [0x5a; 32];

/// Name of the algorithm and the arguments that make a key and sign.
const KINDS: [(&str, &[&str], &[&str]); 5] = [
    (
        "ES256",
        &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
        &["-digest", "sha256"],
    ),
    (
        "ES384",
        &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
        &["-digest", "sha384"],
    ),
    (
        "ES512",
        &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
        &["-digest", "sha512"],
    ),
    (
        "RS256",
        &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
        &["-digest", "sha256"],
    ),
    ("EdDSA", &["-algorithm", "ED25519"], &[]),
];

struct Person {
    alg: &'static str,
    spki: Vec<u8>,
    signature: Vec<u8>,
}

fn openssl(arguments: &[&str]) {
    let output = Command::new("openssl").args(arguments).output().unwrap();
    if !output.status.success() {
        panic!(
            "openssl {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

fn person(alg: &'static str, make: &[&str], how: &[&str], text: &str) -> Person {
    let dir = tempfile::tempdir().unwrap();
    let [key, public, message, signature] = ["key.pem", "public.der", "text", "signature"]
        .map(|name| dir.path().join(name).to_str().unwrap().to_owned());
    fs::write(&message, text).unwrap();
    openssl(&[&["genpkey", "-out", &key], make].concat());
    openssl(&[
        "pkey", "-in", &key, "-pubout", "-outform", "DER", "-out", &public,
    ]);
    let sign = [
        "pkeyutl", "-sign", "-rawin", "-inkey", &key, "-in", &message, "-out", &signature,
    ];
    openssl(&[&sign, how].concat());
    Person {
        alg,
        spki: fs::read(&public).unwrap(),
        signature: fs::read(&signature).unwrap(),
    }
}

fn judge(
    spki: Option<&[u8]>,
    alg: &str,
    signature: &[u8],
    step: Step,
    verdict: Verdict,
    digest: &[u8; 32],
) -> Result<(), &'static str> {
    let given = SignatureInput {
        algorithm: alg.to_owned(),
        value: signature.to_vec(),
    };
    let case: CaseId = CASE.parse().unwrap();
    verify(spki, &given, case, step, verdict, digest).map_err(|refused: Refused| refused.code)
}

#[test]
fn a_signature_holds_for_its_key_step_outcome_and_digest_only() {
    let invalid = Err("officer-signature-invalid");
    let case: CaseId = CASE.parse().unwrap();
    let text = signed_text(case, Step::Propose, Verdict::Approve, &DIGEST);
    let people = KINDS.map(|(alg, make, how)| person(alg, make, how, &text));
    let (propose, approve) = (Step::Propose, Verdict::Approve);
    for one in &people {
        let spki = Some(one.spki.as_slice());
        let sig = &one.signature;
        assert_eq!(
            judge(spki, one.alg, sig, propose, approve, &DIGEST),
            Ok(()),
            "{}",
            one.alg
        );
        assert_eq!(
            judge(spki, one.alg, sig, Step::Decide, approve, &DIGEST),
            invalid
        );
        assert_eq!(
            judge(spki, one.alg, sig, propose, Verdict::Reject, &DIGEST),
            invalid
        );
        assert_eq!(
            judge(spki, one.alg, sig, propose, approve, &[0; 32]),
            invalid
        );
        assert_eq!(judge(spki, "none", sig, propose, approve, &DIGEST), invalid);
        assert_eq!(
            judge(spki, one.alg, &[], propose, approve, &DIGEST),
            invalid
        );
        assert_eq!(
            judge(None, one.alg, sig, propose, approve, &DIGEST),
            invalid
        );
        let mut broken = sig.clone();
        *broken.last_mut().unwrap() ^= 1;
        assert_eq!(
            judge(spki, one.alg, &broken, propose, approve, &DIGEST),
            invalid
        );
        for other in people.iter().filter(|other| other.alg != one.alg) {
            let spki = Some(other.spki.as_slice());
            assert_eq!(
                judge(spki, one.alg, sig, propose, approve, &DIGEST),
                invalid
            );
            assert_eq!(
                judge(spki, other.alg, sig, propose, approve, &DIGEST),
                invalid
            );
        }
    }
}
