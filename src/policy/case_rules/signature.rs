//! The signature under a proposal or a decision.

use crate::{
    domain::{
        case::{
            Verdict,
            digest::{Step, signed_text},
        },
        id::CaseId,
        refusal::Refused,
    },
    pkix::{
        algorithm::SignatureAlgorithm,
        signature,
        spki::{Curve, PublicKey},
    },
};

/// Longest signature of a key that can be registered, with room: RSA-8192.
pub const MAX_SIGNATURE: usize = 1024;

/// A signature as a person sent it: the algorithm's name (RFC 7518 3.1, RFC 8037) and the value,
/// ECDSA in DER as OpenSSL writes it.
#[derive(Clone, Debug)]
pub struct SignatureInput {
    pub algorithm: String,
    pub value: Vec<u8>,
}

/// The name and algorithm that a kind of key signs with.
#[must_use]
pub const fn algorithm_of(key: &PublicKey) -> (&'static str, SignatureAlgorithm) {
    match key {
        PublicKey::Ec {
            curve: Curve::P256, ..
        } => ("ES256", SignatureAlgorithm::EcdsaP256Sha256),
        PublicKey::Ec {
            curve: Curve::P384, ..
        } => ("ES384", SignatureAlgorithm::EcdsaP384Sha384),
        PublicKey::Ec {
            curve: Curve::P521, ..
        } => ("ES512", SignatureAlgorithm::EcdsaP521Sha512),
        PublicKey::Rsa { .. } => ("RS256", SignatureAlgorithm::RsaPkcs1Sha256),
        PublicKey::Ed25519(_) => ("EdDSA", SignatureAlgorithm::Ed25519),
    }
}

/// Verifies the word of a person under the key that is registered for that person.
///
/// # Errors
/// 403 `officer-signature-invalid`, whatever does not fit.
pub fn verify(
    spki: Option<&[u8]>,
    given: &SignatureInput,
    case: CaseId,
    step: Step,
    verdict: Verdict,
    digest: &[u8; 32],
) -> Result<(), Refused> {
    verify_text(spki, given, &signed_text(case, step, verdict, digest))
}

/// Verifies a person's signature over `text` under the key that is registered for that person.
/// The text's first line says what it is about.
///
/// # Errors
/// 403 `officer-signature-invalid`, whatever does not fit.
pub fn verify_text(spki: Option<&[u8]>, given: &SignatureInput, text: &str) -> Result<(), Refused> {
    let invalid = || Refused::forbidden("officer-signature-invalid");
    let key = spki.and_then(|spki| PublicKey::from_spki(spki).ok());
    let key = key.ok_or_else(invalid)?;
    let (name, algorithm) = algorithm_of(&key);
    if given.algorithm != name {
        return Err(invalid());
    }
    signature::verify(&key, algorithm, text.as_bytes(), &given.value).map_err(|_| invalid())
}
