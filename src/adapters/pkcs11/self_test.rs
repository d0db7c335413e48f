//! Proof that a private key on the token belongs to the public key of the certificate.

use rustls::pki_types::SignatureVerificationAlgorithm;
use spki::{
    SubjectPublicKeyInfoRef,
    der::{Decode, Encode},
};
use webpki::aws_lc_rs as algorithms;

use crate::pkix::algorithm::SignatureAlgorithm;

/// What the self-test signs. It starts with a letter, never with a SEQUENCE, so it cannot be any
/// TBS structure, and it names its purpose.
pub(super) const MESSAGE: &[u8] =
    b"chancery/self-test/v1: proves possession of a key, nothing else\n";

/// Whether a public key is one that signs with `algorithm`.
pub(super) fn key_fits(algorithm: SignatureAlgorithm, spki_der: &[u8]) -> bool {
    key_octets(algorithm, spki_der).is_some()
}

/// Whether `signature` is one of `message` under the public key.
pub(super) fn verifies(
    algorithm: SignatureAlgorithm,
    spki_der: &[u8],
    message: &[u8],
    signature: &[u8],
) -> bool {
    key_octets(algorithm, spki_der).is_some_and(|key| {
        verifier(algorithm)
            .verify_signature(&key, message, signature)
            .is_ok()
    })
}

/// What stands in the BIT STRING, if the key's algorithm is the one `algorithm` needs.
fn key_octets(algorithm: SignatureAlgorithm, spki_der: &[u8]) -> Option<Vec<u8>> {
    let spki = SubjectPublicKeyInfoRef::from_der(spki_der).ok()?;
    // webpki leaves out the header of the SEQUENCE; all of ours are shorter than 128 bytes.
    let identifier = spki.algorithm.to_der().ok()?;
    let wanted = verifier(algorithm).public_key_alg_id();
    (identifier.get(2..) == Some(wanted.as_ref()))
        .then(|| spki.subject_public_key.as_bytes().map(<[u8]>::to_vec))?
}

fn verifier(algorithm: SignatureAlgorithm) -> &'static dyn SignatureVerificationAlgorithm {
    match algorithm {
        SignatureAlgorithm::RsaPkcs1Sha256 => algorithms::RSA_PKCS1_2048_8192_SHA256,
        SignatureAlgorithm::RsaPkcs1Sha384 => algorithms::RSA_PKCS1_2048_8192_SHA384,
        SignatureAlgorithm::RsaPkcs1Sha512 => algorithms::RSA_PKCS1_2048_8192_SHA512,
        SignatureAlgorithm::RsaPssSha256 => algorithms::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
        SignatureAlgorithm::RsaPssSha384 => algorithms::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
        SignatureAlgorithm::RsaPssSha512 => algorithms::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
        SignatureAlgorithm::EcdsaP256Sha256 => algorithms::ECDSA_P256_SHA256,
        SignatureAlgorithm::EcdsaP384Sha384 => algorithms::ECDSA_P384_SHA384,
        SignatureAlgorithm::EcdsaP521Sha512 => algorithms::ECDSA_P521_SHA512,
        SignatureAlgorithm::Ed25519 => algorithms::ED25519,
    }
}
