//! The self-signature of a certification request (RFC 2986 3).
//!
//! Wider than [`super::signature`]: a client may sign its request with any SHA-2 digest on any
//! of our curves, because that signature never enters a certificate. MD5 and SHA-1 stay out.

use rustls_pki_types::SignatureVerificationAlgorithm;
use webpki::aws_lc_rs as algorithms;

use super::{
    signature::BadSignature,
    spki::PublicKey,
    tlv::{self, Malformed},
};

/// An algorithm that verifies requests of one kind of key.
#[derive(Clone, Copy)]
pub struct ProofAlgorithm(&'static dyn SignatureVerificationAlgorithm);

impl ProofAlgorithm {
    /// The algorithm for this pair of `AlgorithmIdentifier`s; `None` when the pair is not on
    /// the list.
    ///
    /// # Errors
    /// When `signature_algorithm` is no DER `AlgorithmIdentifier`.
    pub fn find(key: &PublicKey, signature_algorithm: &[u8]) -> Result<Option<Self>, Malformed> {
        let signature = tlv::only(signature_algorithm, tlv::SEQUENCE)?.value;
        let public_key = tlv::only(key.algorithm_der(), tlv::SEQUENCE)?.value;
        let found = PROOFS.iter().find(|proof| {
            proof.public_key_alg_id().as_ref() == public_key
                && proof.signature_alg_id().as_ref() == signature
        });
        Ok(found.map(|proof| Self(*proof)))
    }

    /// # Errors
    /// When the signature does not verify, or the key lies outside what is verified at all.
    pub fn verify(
        self,
        key: &PublicKey,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), BadSignature> {
        self.0
            .verify_signature(&key.key_octets(), message, signature)
            .map_err(|_| BadSignature)
    }
}

static PROOFS: [&dyn SignatureVerificationAlgorithm; 18] = [
    algorithms::RSA_PKCS1_2048_8192_SHA256,
    algorithms::RSA_PKCS1_2048_8192_SHA384,
    algorithms::RSA_PKCS1_2048_8192_SHA512,
    algorithms::RSA_PKCS1_2048_8192_SHA256_ABSENT_PARAMS,
    algorithms::RSA_PKCS1_2048_8192_SHA384_ABSENT_PARAMS,
    algorithms::RSA_PKCS1_2048_8192_SHA512_ABSENT_PARAMS,
    algorithms::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
    algorithms::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
    algorithms::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
    algorithms::ECDSA_P256_SHA256,
    algorithms::ECDSA_P256_SHA384,
    algorithms::ECDSA_P256_SHA512,
    algorithms::ECDSA_P384_SHA256,
    algorithms::ECDSA_P384_SHA384,
    algorithms::ECDSA_P384_SHA512,
    algorithms::ECDSA_P521_SHA256,
    algorithms::ECDSA_P521_SHA384,
    algorithms::ECDSA_P521_SHA512,
];
