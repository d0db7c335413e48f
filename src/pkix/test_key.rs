//! Throw-away keys for unit tests: what an HSM would do, in software.

use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{self as lc, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair},
};

use super::{
    algorithm::SignatureAlgorithm,
    spki::{Curve, PublicKey},
};

/// A software key that signs with one algorithm.
pub(crate) enum TestKey {
    Ec(SignatureAlgorithm, Curve, EcdsaKeyPair),
    Rsa(SignatureAlgorithm, RsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl TestKey {
    pub(crate) fn ec(curve: Curve) -> Self {
        let (algorithm, scheme) = match curve {
            Curve::P256 => (
                SignatureAlgorithm::EcdsaP256Sha256,
                &lc::ECDSA_P256_SHA256_ASN1_SIGNING,
            ),
            Curve::P384 => (
                SignatureAlgorithm::EcdsaP384Sha384,
                &lc::ECDSA_P384_SHA384_ASN1_SIGNING,
            ),
            Curve::P521 => (
                SignatureAlgorithm::EcdsaP521Sha512,
                &lc::ECDSA_P521_SHA512_ASN1_SIGNING,
            ),
        };
        Self::Ec(algorithm, curve, EcdsaKeyPair::generate(scheme).unwrap())
    }

    pub(crate) fn rsa(algorithm: SignatureAlgorithm, size: KeySize) -> Self {
        Self::Rsa(algorithm, RsaKeyPair::generate(size).unwrap())
    }

    pub(crate) fn ed25519() -> Self {
        Self::Ed25519(Ed25519KeyPair::generate().unwrap())
    }

    pub(crate) fn algorithm(&self) -> SignatureAlgorithm {
        match self {
            Self::Ec(algorithm, ..) | Self::Rsa(algorithm, _) => *algorithm,
            Self::Ed25519(_) => SignatureAlgorithm::Ed25519,
        }
    }

    pub(crate) fn public(&self) -> PublicKey {
        match self {
            Self::Ec(_, curve, key) => PublicKey::ec(*curve, key.public_key().as_ref()).unwrap(),
            Self::Rsa(_, key) => PublicKey::rsa(key.public_key().as_ref()).unwrap(),
            Self::Ed25519(key) => PublicKey::Ed25519(key.public_key().as_ref().try_into().unwrap()),
        }
    }

    /// PKCS #8.
    pub(crate) fn private_der(&self) -> Vec<u8> {
        match self {
            Self::Ec(_, _, key) => key.to_pkcs8v1().unwrap().as_ref().to_vec(),
            Self::Rsa(_, key) => {
                let der: aws_lc_rs::encoding::Pkcs8V1Der<'_> = key.as_der().unwrap();
                der.as_ref().to_vec()
            }
            Self::Ed25519(key) => key.to_pkcs8v1().unwrap().as_ref().to_vec(),
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a test's key, not the product's randomness"
    )]
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Ec(_, _, key) => key.sign(&random, message).unwrap().as_ref().to_vec(),
            Self::Ed25519(key) => key.sign(message).as_ref().to_vec(),
            Self::Rsa(algorithm, key) => {
                let padding: &dyn lc::RsaEncoding = match algorithm {
                    SignatureAlgorithm::RsaPkcs1Sha256 => &lc::RSA_PKCS1_SHA256,
                    SignatureAlgorithm::RsaPkcs1Sha384 => &lc::RSA_PKCS1_SHA384,
                    SignatureAlgorithm::RsaPkcs1Sha512 => &lc::RSA_PKCS1_SHA512,
                    SignatureAlgorithm::RsaPssSha256 => &lc::RSA_PSS_SHA256,
                    SignatureAlgorithm::RsaPssSha384 => &lc::RSA_PSS_SHA384,
                    SignatureAlgorithm::RsaPssSha512 => &lc::RSA_PSS_SHA512,
                    other => panic!("{other} is not for RSA"),
                };
                let mut out = vec![0; key.public_modulus_len()];
                key.sign(padding, &random, message, &mut out).unwrap();
                out
            }
        }
    }
}
