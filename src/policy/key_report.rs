//! A key that somebody hands in: to have it looked at, or blocked because it is compromised.
//!
//! What is handed in may be the private key itself. Only its public half leaves this module, and
//! the halves must belong together. Whether a word without proof is enough is the caller's
//! decision: [`BlockEvidence::Officer`] says that there was none.

use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::csr::{MAX_TEXT, armor};
use crate::{
    domain::subject_key::BlockEvidence,
    pkix::{
        algorithm::SignatureAlgorithm,
        any_key,
        certification_request::RequestView,
        name::{AttributeType, Name},
        private_key,
        proof_of_possession::ProofAlgorithm,
        signature,
        spki::{PublicKey, SpkiFault},
    },
};

/// Fewest and most characters of an agreed text: short ones could be signed for another purpose.
const AGREED: std::ops::RangeInclusive<usize> = 16..=64;

/// What is to show that the reporter has the private key.
#[derive(Clone, Copy, Debug)]
pub enum Proof<'a> {
    /// What was handed in speaks for itself, or the word of an officer stands for it.
    None,
    /// A certification request was handed in, with this agreed common name.
    CommonName(&'a str),
    /// The signature over [`challenge_text`] of an agreed text.
    Challenge {
        agreed: &'a str,
        signature: &'a [u8],
    },
}

/// A key and what shows that it is compromised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub key: PublicKey,
    pub evidence: BlockEvidence,
}

/// Why a key that was handed in cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportFault {
    #[error("the text holds no key, certificate or certification request")]
    Unreadable,
    #[error("the text holds different keys")]
    Ambiguous,
    #[error("the kind of key is not supported")]
    Algorithm,
    #[error("the curve is not a named one of P-256, P-384 and P-521")]
    Curve,
    #[error("an agreed text has 16 to 64 characters without line ends")]
    Agreed,
    #[error("the proof does not belong to the key and the agreed text")]
    Proof,
}

impl ReportFault {
    /// The code in answers.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "key-malformed",
            Self::Ambiguous => "key-ambiguous",
            Self::Algorithm => "key-algorithm-unsupported",
            Self::Curve => "key-curve-unsupported",
            Self::Agreed => "challenge-invalid",
            Self::Proof => "key-proof-invalid",
        }
    }
}

impl From<SpkiFault> for ReportFault {
    fn from(fault: SpkiFault) -> Self {
        match fault {
            SpkiFault::Malformed | SpkiFault::PointForm => Self::Unreadable,
            SpkiFault::Algorithm => Self::Algorithm,
            SpkiFault::Curve => Self::Curve,
        }
    }
}

/// What is signed for an agreed text.
#[must_use]
pub fn challenge_text(agreed: &str) -> String {
    format!("chancery-key-compromise/v1\n{agreed}\n")
}

/// Reads the one key in a text: PEM blocks, or a DER object in base64. All blocks must be of the
/// same key.
///
/// # Errors
/// The first fault; nothing of a private key is part of it.
pub fn examine(text: &str, proof: Proof<'_>) -> Result<Report, ReportFault> {
    if text.len() > MAX_TEXT {
        return Err(ReportFault::Unreadable);
    }
    let objects = objects(text)?;
    let mut found: Option<Report> = None;
    for der in &objects {
        let next = read(der)?;
        found = Some(match found {
            None => next,
            Some(first) if first.key.fingerprint() == next.key.fingerprint() => {
                let shown = [first.evidence, next.evidence].contains(&BlockEvidence::PrivateKey);
                if shown && first.evidence != BlockEvidence::PrivateKey {
                    next
                } else {
                    first
                }
            }
            Some(_) => return Err(ReportFault::Ambiguous),
        });
    }
    let report = found.ok_or(ReportFault::Unreadable)?;
    let proven = match proof {
        Proof::None => return Ok(report),
        Proof::CommonName(agreed) => {
            is_agreed(agreed)?;
            let mut objects = objects.iter();
            objects
                .any(|der| requests_with(der, agreed))
                .then_some(BlockEvidence::SignedRequest)
        }
        Proof::Challenge { agreed, signature } => {
            is_agreed(agreed)?;
            signs(&report.key, challenge_text(agreed).as_bytes(), signature)
                .then_some(BlockEvidence::SignedChallenge)
        }
    };
    let evidence = proven.ok_or(ReportFault::Proof)?;
    Ok(Report { evidence, ..report })
}

/// May be private keys, so they are wiped.
fn objects(text: &str) -> Result<Vec<Zeroizing<Vec<u8>>>, ReportFault> {
    let armored = armor::read(text);
    if armored.blocks.is_empty() {
        let digits = text.bytes().filter(|b| !b.is_ascii_whitespace());
        let digits = Zeroizing::new(digits.collect::<Vec<_>>());
        let der = STANDARD.decode(digits.as_slice());
        let der = der.map_err(|_| ReportFault::Unreadable)?;
        return Ok(vec![Zeroizing::new(der)]);
    }
    let blocks = armored.blocks.into_iter();
    // OpenSSL writes the curve before the key; it says nothing that the key does not.
    blocks
        .filter(|block| block.label != "EC PARAMETERS")
        .map(|block| block.der.ok_or(ReportFault::Unreadable))
        .collect()
}

fn read(der: &[u8]) -> Result<Report, ReportFault> {
    if let Some(key) = private_key::public_key_of(der) {
        let evidence = BlockEvidence::PrivateKey;
        return Ok(Report { key, evidence });
    }
    let key = any_key::public_key_in(der)?;
    let evidence = BlockEvidence::Officer;
    Ok(Report { key, evidence })
}

fn is_agreed(text: &str) -> Result<(), ReportFault> {
    let fits = AGREED.contains(&text.chars().count()) && !text.contains(char::is_control);
    fits.then_some(()).ok_or(ReportFault::Agreed)
}

/// Whether the request has this common name alone and is signed with its own key.
fn requests_with(der: &[u8], agreed: &str) -> bool {
    let Ok(request) = RequestView::parse(der) else {
        return false;
    };
    let name = Name::from_der(request.subject);
    let is_agreed = name.is_ok_and(|name| {
        name.values().len() == 1 && name.value(AttributeType::CommonName).as_deref() == Some(agreed)
    });
    let Ok(key) = any_key::public_key_in(der) else {
        return false;
    };
    let proof = ProofAlgorithm::find(&key, request.algorithm);
    is_agreed
        && proof.is_ok_and(|proof| {
            proof.is_some_and(|p| p.verify(&key, request.info, request.signature).is_ok())
        })
}

fn signs(key: &PublicKey, message: &[u8], value: &[u8]) -> bool {
    let mut algorithms = SignatureAlgorithm::ALL.into_iter();
    algorithms.any(|algorithm| signature::verify(key, algorithm, message, value).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::{
        certificate::assemble, certification_request::request_info, spki::Curve, test_key::TestKey,
    };

    const AGREED: &str = "report 4711 of 2026-11-23";

    fn pem(label: &str, der: &[u8]) -> String {
        crate::pkix::pem::encode(label, der).unwrap()
    }

    fn request(key: &TestKey, name: &[(AttributeType, &str)]) -> String {
        let info = request_info(&Name::build(name).unwrap(), &key.public(), &[]);
        let der = assemble(&info, key.algorithm(), &key.sign(&info));
        pem("CERTIFICATE REQUEST", &der)
    }

    fn evidence(text: &str, proof: Proof<'_>) -> Result<BlockEvidence, ReportFault> {
        examine(text, proof).map(|report| report.evidence)
    }

    #[test]
    fn a_public_key_is_worth_the_word_of_who_hands_it_in() {
        let key = TestKey::ec(Curve::P256);
        let spki = key.public().to_spki();
        for text in [
            pem("PUBLIC KEY", &spki),
            STANDARD.encode(&spki),
            format!("{}\n", STANDARD.encode(&spki)),
            request(&key, &[(AttributeType::CommonName, "anything")]),
        ] {
            let report = examine(&text, Proof::None).unwrap();
            assert_eq!(report.key, key.public());
            assert_eq!(report.evidence, BlockEvidence::Officer);
        }
    }

    #[test]
    fn a_private_key_is_proof_enough_wherever_it_stands() {
        let key = TestKey::ec(Curve::P384);
        let private = pem("PRIVATE KEY", &key.private_der());
        let public = pem("PUBLIC KEY", &key.public().to_spki());
        for text in [
            private.clone(),
            STANDARD.encode(key.private_der()),
            format!("{public}{private}"),
            format!("{private}{public}"),
        ] {
            let report = examine(&text, Proof::None).unwrap();
            assert_eq!(report.key, key.public());
            assert_eq!(report.evidence, BlockEvidence::PrivateKey);
        }
        let other = pem("PUBLIC KEY", &TestKey::ec(Curve::P384).public().to_spki());
        let two = format!("{private}{other}");
        assert_eq!(evidence(&two, Proof::None), Err(ReportFault::Ambiguous));
    }

    #[test]
    fn a_request_proves_with_the_agreed_common_name_alone() {
        let key = TestKey::ec(Curve::P256);
        let proof = Proof::CommonName(AGREED);
        let good = request(&key, &[(AttributeType::CommonName, AGREED)]);
        assert_eq!(evidence(&good, proof), Ok(BlockEvidence::SignedRequest));
        // A request somebody once made for a certificate proves nothing.
        for name in [
            &[(AttributeType::CommonName, "another text of it")][..],
            &[
                (AttributeType::CommonName, AGREED),
                (AttributeType::Organization, "Example"),
            ],
            &[(AttributeType::Organization, AGREED)],
        ] {
            let other = request(&key, name);
            assert_eq!(evidence(&other, proof), Err(ReportFault::Proof));
        }
        let info = Name::build(&[(AttributeType::CommonName, AGREED)]).unwrap();
        let info = request_info(&info, &key.public(), &[]);
        let forged = TestKey::ec(Curve::P256).sign(&info);
        let forged = assemble(&info, key.algorithm(), &forged);
        let forged = pem("CERTIFICATE REQUEST", &forged);
        assert_eq!(evidence(&forged, proof), Err(ReportFault::Proof));
        assert_eq!(
            evidence(&good, Proof::CommonName("short")),
            Err(ReportFault::Agreed)
        );
    }

    #[test]
    fn a_signature_proves_over_the_agreed_text_alone() {
        for key in [TestKey::ec(Curve::P521), TestKey::ed25519()] {
            let text = pem("PUBLIC KEY", &key.public().to_spki());
            let with = |agreed, message: &str| {
                let signature = key.sign(message.as_bytes());
                let signature = signature.as_slice();
                evidence(&text, Proof::Challenge { agreed, signature })
            };
            let signed = challenge_text(AGREED);
            let proven = Ok(BlockEvidence::SignedChallenge);
            assert_eq!(with(AGREED, &signed), proven);
            assert_eq!(with(AGREED, AGREED), Err(ReportFault::Proof));
            let other = "report 4712 of 2026-11-23";
            assert_eq!(with(other, &signed), Err(ReportFault::Proof));
            let lines = "report 4711\nof 2026-11-23";
            assert_eq!(with(lines, &signed), Err(ReportFault::Agreed));
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in ["", "hello", "AAAA", "-----BEGIN PUBLIC KEY-----\nAAAA"] {
            assert_eq!(evidence(text, Proof::None), Err(ReportFault::Unreadable));
        }
        let long = "A".repeat(MAX_TEXT + 1);
        assert_eq!(evidence(&long, Proof::None), Err(ReportFault::Unreadable));
    }
}
