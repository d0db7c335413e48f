//! A card's key as TLS and cases use keys.

use std::sync::Arc;

use rustls::{
    Error, OtherError, SignatureAlgorithm as Kind, SignatureScheme,
    pki_types::SubjectPublicKeyInfoDer,
    sign::{Signer, SigningKey},
};

use crate::{
    adapters::pkcs11::card::Card,
    pkix::{algorithm::SignatureAlgorithm, signature, spki::PublicKey},
};

/// In the order of preference; TLS 1.3 offers no PKCS #1 v1.5 (RFC 8446 4.2.3), cases nothing
/// else for RSA.
const SCHEMES: [(SignatureScheme, SignatureAlgorithm); 8] = [
    (
        SignatureScheme::ECDSA_NISTP256_SHA256,
        SignatureAlgorithm::EcdsaP256Sha256,
    ),
    (
        SignatureScheme::ECDSA_NISTP384_SHA384,
        SignatureAlgorithm::EcdsaP384Sha384,
    ),
    (
        SignatureScheme::ECDSA_NISTP521_SHA512,
        SignatureAlgorithm::EcdsaP521Sha512,
    ),
    (SignatureScheme::ED25519, SignatureAlgorithm::Ed25519),
    (
        SignatureScheme::RSA_PSS_SHA256,
        SignatureAlgorithm::RsaPssSha256,
    ),
    (
        SignatureScheme::RSA_PSS_SHA384,
        SignatureAlgorithm::RsaPssSha384,
    ),
    (
        SignatureScheme::RSA_PSS_SHA512,
        SignatureAlgorithm::RsaPssSha512,
    ),
    (
        SignatureScheme::RSA_PKCS1_SHA256,
        SignatureAlgorithm::RsaPkcs1Sha256,
    ),
];

/// An open card.
#[derive(Clone, Debug)]
pub struct CardKey(Arc<Card>);

impl CardKey {
    pub fn new(card: Card) -> Self {
        Self(Arc::new(card))
    }
}

impl SigningKey for CardKey {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let fits = |(scheme, algorithm): &(SignatureScheme, SignatureAlgorithm)| {
            offered.contains(scheme) && signature::fits(self.0.public_key(), *algorithm)
        };
        let (scheme, algorithm) = SCHEMES.into_iter().find(fits)?;
        Some(Box::new(CardSigner {
            card: Arc::clone(&self.0),
            scheme,
            algorithm,
        }))
    }

    fn public_key(&self) -> Option<SubjectPublicKeyInfoDer<'_>> {
        Some(self.0.public_key().to_spki().into())
    }

    fn algorithm(&self) -> Kind {
        match self.0.public_key() {
            PublicKey::Rsa { .. } => Kind::RSA,
            PublicKey::Ec { .. } => Kind::ECDSA,
            PublicKey::Ed25519(_) => Kind::ED25519,
        }
    }
}

#[derive(Debug)]
struct CardSigner {
    card: Arc<Card>,
    scheme: SignatureScheme,
    algorithm: SignatureAlgorithm,
}

impl Signer for CardSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let signed = self.card.sign(self.algorithm, message);
        signed.map_err(|fault| Error::Other(OtherError(Arc::new(fault))))
    }

    fn scheme(&self) -> SignatureScheme {
        self.scheme
    }
}
