//! Verification of signatures with the algorithms of [`SignatureAlgorithm`].
//!
//! Everything an HSM returns passes here before it is believed. Signing is not known here.

use rustls_pki_types::SignatureVerificationAlgorithm;
use webpki::aws_lc_rs as algorithms;

use super::{
    algorithm::SignatureAlgorithm,
    spki::{Curve, PublicKey},
};

/// The signature does not verify under this key, or the key cannot make such signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not verify")]
pub struct BadSignature;

/// Whether keys of this kind can make signatures of this algorithm; an EC digest follows the
/// curve (S/MIME BR 7.1.3.2.2).
#[must_use]
pub const fn fits(key: &PublicKey, algorithm: SignatureAlgorithm) -> bool {
    use SignatureAlgorithm as A;
    match algorithm {
        A::RsaPkcs1Sha256
        | A::RsaPkcs1Sha384
        | A::RsaPkcs1Sha512
        | A::RsaPssSha256
        | A::RsaPssSha384
        | A::RsaPssSha512 => matches!(key, PublicKey::Rsa { .. }),
        A::EcdsaP256Sha256 => is_curve(key, Curve::P256),
        A::EcdsaP384Sha384 => is_curve(key, Curve::P384),
        A::EcdsaP521Sha512 => is_curve(key, Curve::P521),
        A::Ed25519 => matches!(key, PublicKey::Ed25519(_)),
    }
}

/// Checks `signature`, as it stands in a BIT STRING, over exactly `message`. RSA keys of 2048
/// to 8192 bits.
///
/// # Errors
/// When it does not verify.
pub fn verify(
    key: &PublicKey,
    algorithm: SignatureAlgorithm,
    message: &[u8],
    signature: &[u8],
) -> Result<(), BadSignature> {
    if !fits(key, algorithm) {
        return Err(BadSignature);
    }
    verifier(algorithm)
        .verify_signature(&key.key_octets(), message, signature)
        .map_err(|_| BadSignature)
}

const fn is_curve(key: &PublicKey, wanted: Curve) -> bool {
    match (key, wanted) {
        (PublicKey::Ec { curve, .. }, _) => matches!(
            (curve, wanted),
            (Curve::P256, Curve::P256) | (Curve::P384, Curve::P384) | (Curve::P521, Curve::P521)
        ),
        _ => false,
    }
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

#[cfg(test)]
mod tests {
    use aws_lc_rs::rsa::KeySize;

    use super::*;
    use crate::pkix::test_key::TestKey;

    #[test]
    fn each_algorithm_verifies_its_own_signature_and_no_other() {
        let mut keys = vec![TestKey::ed25519()];
        keys.extend([Curve::P256, Curve::P384, Curve::P521].map(TestKey::ec));
        let rsa = SignatureAlgorithm::ALL
            .into_iter()
            .filter(|algorithm| algorithm.name().starts_with("rsa"));
        keys.extend(rsa.map(|algorithm| TestKey::rsa(algorithm, KeySize::Rsa2048)));
        assert_eq!(keys.len(), SignatureAlgorithm::ALL.len());
        for key in &keys {
            let mut signature = key.sign(b"message");
            let public = key.public();
            for algorithm in SignatureAlgorithm::ALL {
                let wanted = algorithm == key.algorithm();
                let verdict = verify(&public, algorithm, b"message", &signature);
                assert_eq!(verdict.is_ok(), wanted, "{} {algorithm}", key.algorithm());
            }
            assert!(verify(&public, key.algorithm(), b"messagf", &signature).is_err());
            *signature.last_mut().unwrap() ^= 1;
            assert!(verify(&public, key.algorithm(), b"message", &signature).is_err());
        }
    }
}
