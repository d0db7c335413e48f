//! The public half of a private key somebody has shown.
//!
//! Only so that a leaked key can be blocked. The halves must belong together: otherwise anybody
//! could have a stranger's key blocked by writing its modulus into a made-up file.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RsaKeyPair,
};

use super::spki::{Curve, PublicKey};

/// Most octets of a private key that is looked at: RSA-8192 in PKCS #8 has about 4 700.
const MAX: usize = 8 * 1024;

/// Reads PKCS #8, PKCS #1 and SEC 1 without encryption. `None` when it is none of these or the
/// key is of a kind or size no certificate is issued for.
#[must_use]
pub fn public_key_of(der: &[u8]) -> Option<PublicKey> {
    if der.len() > MAX {
        return None;
    }
    let rsa = || {
        let pair = RsaKeyPair::from_pkcs8(der).or_else(|_| RsaKeyPair::from_der(der));
        PublicKey::rsa(pair.ok()?.public_key().as_ref()).ok()
    };
    let ec = || {
        CURVES.into_iter().find_map(|(curve, algorithm)| {
            let pair = EcdsaKeyPair::from_pkcs8(algorithm, der)
                .or_else(|_| EcdsaKeyPair::from_private_key_der(algorithm, der))
                .ok()?;
            PublicKey::ec(curve, pair.public_key().as_ref()).ok()
        })
    };
    let ed25519 = || {
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).ok()?;
        let public = pair.public_key().as_ref().try_into().ok()?;
        Some(PublicKey::Ed25519(public))
    };
    rsa().or_else(ec).or_else(ed25519)
}

static CURVES: [(Curve, &EcdsaSigningAlgorithm); 3] = [
    (Curve::P256, &ECDSA_P256_SHA256_ASN1_SIGNING),
    (Curve::P384, &ECDSA_P384_SHA384_ASN1_SIGNING),
    (Curve::P521, &ECDSA_P521_SHA512_ASN1_SIGNING),
];

#[cfg(test)]
mod tests {
    use aws_lc_rs::rsa::KeySize;

    use super::*;
    use crate::pkix::{algorithm::SignatureAlgorithm, test_key::TestKey};

    #[test]
    fn the_public_half_of_each_kind_is_found() {
        let mut keys = vec![
            TestKey::ed25519(),
            TestKey::rsa(SignatureAlgorithm::RsaPkcs1Sha256, KeySize::Rsa2048),
        ];
        keys.extend([Curve::P256, Curve::P384, Curve::P521].map(TestKey::ec));
        for key in keys {
            assert_eq!(public_key_of(&key.private_der()), Some(key.public()));
        }
        assert_eq!(public_key_of(b"\x30\x03\x02\x01\x00"), None);
    }

    #[test]
    fn halves_that_do_not_belong_together_block_nothing() {
        let key = TestKey::rsa(SignatureAlgorithm::RsaPkcs1Sha256, KeySize::Rsa2048);
        let mut der = key.private_der();
        let PublicKey::Rsa { modulus, .. } = key.public() else {
            panic!()
        };
        let at = der
            .windows(256)
            .position(|window| window == modulus)
            .unwrap();
        der[at + 100] ^= 1;
        assert_eq!(public_key_of(&der), None);
    }
}
