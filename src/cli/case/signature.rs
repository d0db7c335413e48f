//! Signing a proposal or decision with a key from a file or a card.

use std::{fs, path::Path, sync::Arc};

use base64::{Engine, prelude::BASE64_STANDARD};
use rustls::{
    SignatureScheme,
    crypto::aws_lc_rs::sign::any_supported_type,
    pki_types::{PrivateKeyDer, pem::PemObject},
    sign::SigningKey,
};

use crate::{
    api::cases::SignatureValue,
    cli::{client::Client, fault::Fault},
    pkix::{algorithm::SignatureAlgorithm, spki::PublicKey},
    policy::case_rules::signature::algorithm_of,
};

/// The key cannot sign.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SignFault {
    #[error("the file holds no private key in PEM")]
    Pem,
    #[error("the key is of a kind that cannot sign for a case")]
    Kind,
    #[error("the key did not sign")]
    Sign(#[source] rustls::Error),
}

/// The PEM key (PKCS #8, PKCS #1 or SEC 1) of a file.
///
/// # Errors
/// [`SignFault::Pem`], [`SignFault::Kind`].
pub fn key(pem: &[u8]) -> Result<Arc<dyn SigningKey>, SignFault> {
    let der = PrivateKeyDer::from_pem_slice(pem).map_err(|_| SignFault::Pem)?;
    any_supported_type(&der).map_err(|_| SignFault::Kind)
}

/// Signs `text` as the daemon verifies it.
///
/// # Errors
/// [`SignFault::Kind`], [`SignFault::Sign`].
pub fn sign(key: &dyn SigningKey, text: &str) -> Result<SignatureValue, SignFault> {
    let spki = key.public_key().ok_or(SignFault::Kind)?;
    let public = PublicKey::from_spki(&spki).map_err(|_| SignFault::Kind)?;
    let (name, algorithm) = algorithm_of(&public);
    let scheme = scheme(algorithm).ok_or(SignFault::Kind)?;
    let signer = key.choose_scheme(&[scheme]).ok_or(SignFault::Kind)?;
    let value = signer.sign(text.as_bytes()).map_err(SignFault::Sign)?;
    Ok(SignatureValue {
        alg: name.to_owned(),
        value: BASE64_STANDARD.encode(value),
    })
}

/// The key that signs: the one in the file, or the client's own.
///
/// # Errors
/// When the file or the card cannot be used.
pub fn key_of(client: &Client, file: Option<&Path>) -> Result<Arc<dyn SigningKey>, Fault> {
    let Some(path) = file else {
        return client.signing_key();
    };
    let pem = fs::read(path).map_err(|error| Fault::unreadable(path.display(), error))?;
    key(&pem).map_err(|fault| cannot_sign(&fault))
}

/// [`sign`], for the command line.
///
/// # Errors
/// When the key cannot sign.
pub fn signed(key: &dyn SigningKey, text: &str) -> Result<SignatureValue, Fault> {
    sign(key, text).map_err(|fault| cannot_sign(&fault))
}

/// What was given, if it can be read.
///
/// # Errors
/// `what` and `why` when not.
pub fn parsed<T>(value: Option<T>, what: &str, why: &str) -> Result<T, Fault> {
    value.ok_or_else(|| Fault::Unreadable(format!("{what} {why}")))
}

fn cannot_sign(fault: &SignFault) -> Fault {
    let why = match fault {
        SignFault::Sign(cause) => format!("{fault}: {cause}"),
        SignFault::Pem | SignFault::Kind => fault.to_string(),
    };
    Fault::unreadable("the signing key", why)
}

const fn scheme(algorithm: SignatureAlgorithm) -> Option<SignatureScheme> {
    match algorithm {
        SignatureAlgorithm::EcdsaP256Sha256 => Some(SignatureScheme::ECDSA_NISTP256_SHA256),
        SignatureAlgorithm::EcdsaP384Sha384 => Some(SignatureScheme::ECDSA_NISTP384_SHA384),
        SignatureAlgorithm::EcdsaP521Sha512 => Some(SignatureScheme::ECDSA_NISTP521_SHA512),
        SignatureAlgorithm::RsaPkcs1Sha256 => Some(SignatureScheme::RSA_PKCS1_SHA256),
        SignatureAlgorithm::Ed25519 => Some(SignatureScheme::ED25519),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rsa::KeySize;

    use super::*;
    use crate::{
        domain::case::{Verdict, digest},
        pkix::{spki::Curve, test_key::TestKey},
        policy::case_rules::signature::{SignatureInput, verify},
    };

    #[test]
    fn what_is_signed_here_verifies_there() {
        let case = "cas_0198c0de-0000-7000-8000-000000000001".parse().unwrap();
        let (step, verdict) = (digest::Step::Decide, Verdict::Approve);
        let text = digest::signed_text(case, step, verdict, &[7; 32]);
        let mut keys = vec![TestKey::ed25519()];
        keys.extend([Curve::P256, Curve::P384, Curve::P521].map(TestKey::ec));
        keys.push(TestKey::rsa(
            SignatureAlgorithm::RsaPkcs1Sha256,
            KeySize::Rsa2048,
        ));
        for key in keys {
            let body = BASE64_STANDARD.encode(key.private_der());
            let pem = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
            let signed = sign(&*super::key(pem.as_bytes()).unwrap(), &text).unwrap();
            let given = SignatureInput {
                algorithm: signed.alg,
                value: BASE64_STANDARD.decode(signed.value).unwrap(),
            };
            let spki = key.public().to_spki();
            let judged = verify(Some(&spki), &given, case, step, verdict, &[7; 32]);
            assert_eq!(judged, Ok(()), "{}", key.algorithm());
        }
        assert_eq!(super::key(b"no key").err(), Some(SignFault::Pem));
    }
}
