//! Signatures on messages: Ed25519 over `id.timestamp.body`, as Standard Webhooks has it. The keys
//! are files of their own and sign nothing else; no key of the CA is near.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, prelude::BASE64_STANDARD};

use crate::pkix::pem;

/// Scheme of an asymmetric signature, before its comma.
const SCHEME: &str = "v1a,";
/// AlgorithmIdentifier and BIT STRING of an Ed25519 key (RFC 8410 section 4), before its 32 bytes.
const SPKI_HEAD: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];
const PRIVATE_KEY: &str = "PRIVATE KEY";

/// The key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealKeyError {
    #[error("is not one PEM private key of Ed25519 (PKCS#8)")]
    NoKey,
    #[error("is not the private key of the public key beside it")]
    OtherKey,
}

/// A key that seals messages. The private half is aws-lc's, which erases it.
pub struct SealKey {
    pair: Ed25519KeyPair,
    spki: Vec<u8>,
}

impl SealKey {
    /// `spki` is the key that receivers know: another private key is refused.
    ///
    /// # Errors
    /// [`SealKeyError`].
    pub fn new(private: &str, spki: &[u8]) -> Result<Self, SealKeyError> {
        let der = pem::decode(PRIVATE_KEY, private).map_err(|_| SealKeyError::NoKey)?;
        let der = zeroize::Zeroizing::new(der);
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der);
        let pair = pair.map_err(|_| SealKeyError::NoKey)?;
        let own = [&SPKI_HEAD, pair.public_key().as_ref()].concat();
        if own == spki {
            Ok(Self { pair, spki: own })
        } else {
            Err(SealKeyError::OtherKey)
        }
    }

    /// The public half, DER.
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }
}

/// The header `webhook-signature`: a signature of each key.
#[must_use]
pub fn signatures(keys: &[SealKey], id: &str, seconds: &str, body: &[u8]) -> String {
    let signed = [id.as_bytes(), b".", seconds.as_bytes(), b".", body].concat();
    let one = |key: &SealKey| {
        let signature = key.pair.sign(&signed);
        format!("{SCHEME}{}", BASE64_STANDARD.encode(signature.as_ref()))
    };
    let all: Vec<String> = keys.iter().map(one).collect();
    all.join(" ")
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};

    use super::*;

    /// RFC 8032 section 7.1, test 2, as `openssl genpkey` writes a key.
    const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----\n\
        MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n\
        -----END PRIVATE KEY-----\n";

    fn spki() -> Vec<u8> {
        let public =
            hex::decode("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        [&SPKI_HEAD[..], &public.unwrap()].concat()
    }

    #[test]
    fn every_key_signs_and_the_wrong_one_is_refused() {
        let keys = [(); 2].map(|()| SealKey::new(PRIVATE, &spki()).unwrap());
        let header = signatures(&keys, "evt_1", "1700000000", b"{}");
        let parts: Vec<&str> = header.split(' ').collect();
        assert_eq!(parts.len(), 2);
        let public = &spki()[SPKI_HEAD.len()..];
        for part in parts {
            let signature = BASE64_STANDARD.decode(part.strip_prefix(SCHEME).unwrap());
            UnparsedPublicKey::new(&ED25519, public)
                .verify(b"evt_1.1700000000.{}", &signature.unwrap())
                .unwrap();
        }
        let other = SealKey::new(PRIVATE, &[&SPKI_HEAD[..], &[1; 32]].concat());
        assert_eq!(other.err(), Some(SealKeyError::OtherKey));
        assert_eq!(SealKey::new("x", &spki()).err(), Some(SealKeyError::NoKey));
    }
}
