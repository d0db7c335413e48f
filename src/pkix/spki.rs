//! Public keys and their `SubjectPublicKeyInfo` (S/MIME BR 7.1.3.1).
//!
//! Parsing is exact: only the encodings of the table pass, so encoding a parsed key gives the
//! same bytes. Whether a key is *good enough* is decided in [`crate::policy::key_policy`].

use sha2::{Digest, Sha256};

use super::{
    oid,
    tlv::{self, Malformed},
};

/// A NIST curve permitted by S/MIME BR 6.1.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    /// Octets of one coordinate.
    #[must_use]
    pub const fn field_len(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// Bits of the field.
    #[must_use]
    pub const fn bits(self) -> u32 {
        match self {
            Self::P256 => 256,
            Self::P384 => 384,
            Self::P521 => 521,
        }
    }

    /// `P-256`, `P-384` or `P-521`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    const fn algorithm_der(self) -> &'static [u8] {
        match self {
            Self::P256 => P256_ALGORITHM,
            Self::P384 => P384_ALGORITHM,
            Self::P521 => P521_ALGORITHM,
        }
    }
}

/// A public key of a kind this CA handles.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PublicKey {
    /// Magnitudes, big-endian, without leading zeros.
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    /// The uncompressed point `04 || x || y`. Not yet known to lie on the curve.
    Ec { curve: Curve, point: Vec<u8> },
    /// Only for log keys and self-tests, never in an S/MIME leaf of ours.
    Ed25519([u8; 32]),
}

/// Why bytes are no public key of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpkiFault {
    /// No strict DER `SubjectPublicKeyInfo` of its algorithm.
    #[error("malformed public key")]
    Malformed,
    /// Neither rsaEncryption, nor id-ecPublicKey, nor Ed25519.
    #[error("unsupported public key algorithm")]
    Algorithm,
    /// An elliptic curve besides P-256, P-384, P-521, or explicit parameters.
    #[error("unsupported elliptic curve")]
    Curve,
    /// A compressed or hybrid point (RFC 5480 2.2 makes only the uncompressed form mandatory).
    #[error("unsupported point form")]
    PointForm,
}

impl From<Malformed> for SpkiFault {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

impl PublicKey {
    /// Reads a DER `SubjectPublicKeyInfo`.
    ///
    /// # Errors
    /// [`SpkiFault`] says what does not fit.
    pub fn from_spki(der: &[u8]) -> Result<Self, SpkiFault> {
        let mut outer = tlv::only(der, tlv::SEQUENCE)?.reader();
        let algorithm = outer.expect(tlv::SEQUENCE)?;
        let key = outer.expect(tlv::BIT_STRING)?.bit_octets()?;
        outer.finish()?;
        match algorithm.raw {
            RSA_ALGORITHM => Self::rsa(key),
            P256_ALGORITHM => Self::ec(Curve::P256, key),
            P384_ALGORITHM => Self::ec(Curve::P384, key),
            P521_ALGORITHM => Self::ec(Curve::P521, key),
            ED25519_ALGORITHM => Ok(Self::Ed25519(
                key.try_into().map_err(|_| SpkiFault::Malformed)?,
            )),
            _ => Err(
                match algorithm.reader().expect(tlv::OID).and_then(|e| e.oid()) {
                    Ok(oid::EC_PUBLIC_KEY) => SpkiFault::Curve,
                    Ok(oid::RSA_ENCRYPTION | oid::ED25519) | Err(_) => SpkiFault::Malformed,
                    Ok(_) => SpkiFault::Algorithm,
                },
            ),
        }
    }

    /// Reads a PKCS #1 `RSAPublicKey`.
    ///
    /// # Errors
    /// When it is not one in strict DER.
    pub fn rsa(der: &[u8]) -> Result<Self, SpkiFault> {
        let mut reader = tlv::only(der, tlv::SEQUENCE)?.reader();
        let modulus = reader.expect(tlv::INTEGER)?.unsigned()?.to_vec();
        let exponent = reader.expect(tlv::INTEGER)?.unsigned()?.to_vec();
        reader.finish()?;
        Ok(Self::Rsa { modulus, exponent })
    }

    /// Takes an uncompressed point.
    ///
    /// # Errors
    /// When form or length do not fit the curve.
    pub fn ec(curve: Curve, point: &[u8]) -> Result<Self, SpkiFault> {
        match point.first() {
            Some(4) if point.len() == 2 * curve.field_len() + 1 => Ok(Self::Ec {
                curve,
                point: point.to_vec(),
            }),
            Some(2 | 3 | 6 | 7) => Err(SpkiFault::PointForm),
            _ => Err(SpkiFault::Malformed),
        }
    }

    /// The DER `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn to_spki(&self) -> Vec<u8> {
        tlv::sequence(&[self.algorithm_der(), &tlv::bit_string(&self.key_octets())])
    }

    /// The `AlgorithmIdentifier` of the key.
    #[must_use]
    pub const fn algorithm_der(&self) -> &'static [u8] {
        match self {
            Self::Rsa { .. } => RSA_ALGORITHM,
            Self::Ec { curve, .. } => curve.algorithm_der(),
            Self::Ed25519(_) => ED25519_ALGORITHM,
        }
    }

    /// What stands in the BIT STRING of the `SubjectPublicKeyInfo`.
    #[must_use]
    pub fn key_octets(&self) -> Vec<u8> {
        match self {
            Self::Rsa { modulus, exponent } => {
                tlv::sequence(&[&tlv::integer(modulus), &tlv::integer(exponent)])
            }
            Self::Ec { point, .. } => point.clone(),
            Self::Ed25519(key) => key.to_vec(),
        }
    }

    /// SHA-256 of the `SubjectPublicKeyInfo`: how a key is named in lists and logs.
    #[must_use]
    pub fn spki_sha256(&self) -> [u8; 32] {
        Sha256::digest(self.to_spki()).into()
    }

    /// SHA-256 over what makes the key fall, so that keys that fall together share it: of RSA
    /// the modulus without the exponent, of EC the x coordinate (a point and its negative).
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        let (kind, secret_defining) = match self {
            Self::Rsa { modulus, .. } => ("rsa:", modulus.as_slice()),
            Self::Ec { curve, point } => {
                let x = point.get(1..=curve.field_len()).unwrap_or(point);
                (curve.name(), x)
            }
            Self::Ed25519(key) => ("ed25519:", key.as_slice()),
        };
        let hash = Sha256::new().chain_update(kind);
        hash.chain_update(secret_defining).finalize().into()
    }

    /// The key identifier of RFC 7093 2 (1): the leftmost 160 bits of SHA-256 over the BIT
    /// STRING's octets. SHA-1 stays out of new objects.
    #[must_use]
    pub fn key_identifier(&self) -> [u8; 20] {
        let digest: [u8; 32] = Sha256::digest(self.key_octets()).into();
        let mut identifier = [0; 20];
        for (to, from) in identifier.iter_mut().zip(digest) {
            *to = from;
        }
        identifier
    }

    /// Bits of the modulus or of the curve.
    #[must_use]
    pub fn bits(&self) -> u32 {
        match self {
            Self::Rsa { modulus, .. } => {
                let top = modulus.first().map_or(8, |first| first.leading_zeros());
                let octets = u32::try_from(modulus.len()).unwrap_or(u32::MAX / 8);
                (octets * 8).saturating_sub(top)
            }
            Self::Ec { curve, .. } => curve.bits(),
            Self::Ed25519(_) => 255,
        }
    }

    /// `rsa`, `ec` or `ed25519`, as the API says it.
    #[must_use]
    pub const fn algorithm_name(&self) -> &'static str {
        match self {
            Self::Rsa { .. } => "rsa",
            Self::Ec { .. } => "ec",
            Self::Ed25519(_) => "ed25519",
        }
    }
}

const RSA_ALGORITHM: &[u8] = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
const P256_ALGORITHM: &[u8] = b"\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\
    \x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
const P384_ALGORITHM: &[u8] = b"\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\
    \x06\x05\x2b\x81\x04\x00\x22";
const P521_ALGORITHM: &[u8] = b"\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\
    \x06\x05\x2b\x81\x04\x00\x23";
const ED25519_ALGORITHM: &[u8] = b"\x30\x05\x06\x03\x2b\x65\x70";

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Vec<PublicKey> {
        let point = |len: usize| [&[4][..], &vec![9; 2 * len]].concat();
        vec![
            PublicKey::Rsa {
                modulus: vec![0xc1; 256],
                exponent: vec![1, 0, 1],
            },
            PublicKey::ec(Curve::P256, &point(32)).unwrap(),
            PublicKey::ec(Curve::P384, &point(48)).unwrap(),
            PublicKey::ec(Curve::P521, &point(66)).unwrap(),
            PublicKey::Ed25519([3; 32]),
        ]
    }

    #[test]
    fn what_is_read_is_written_again_byte_for_byte() {
        for key in keys() {
            let der = key.to_spki();
            assert_eq!(PublicKey::from_spki(&der), Ok(key));
        }
        assert_eq!(keys()[0].bits(), 2048);
    }

    #[test]
    fn other_encodings_are_refused() {
        let rsa = keys()[0].to_spki();
        let no_null = {
            let algorithm = tlv::sequence(&[&tlv::oid(&oid::RSA_ENCRYPTION)]);
            tlv::sequence(&[&algorithm, &tlv::bit_string(&keys()[0].key_octets())])
        };
        assert_eq!(PublicKey::from_spki(&no_null), Err(SpkiFault::Malformed));
        assert_eq!(
            PublicKey::from_spki(&[rsa, vec![0]].concat()),
            Err(SpkiFault::Malformed)
        );
        let k256 = hex::decode("301006072a8648ce3d020106052b8104000a").unwrap();
        let spki = tlv::sequence(&[&k256, &tlv::bit_string(&[4; 65])]);
        assert_eq!(PublicKey::from_spki(&spki), Err(SpkiFault::Curve));
        let compressed = tlv::sequence(&[P256_ALGORITHM, &tlv::bit_string(&[2; 33])]);
        assert_eq!(PublicKey::from_spki(&compressed), Err(SpkiFault::PointForm));
    }

    #[test]
    fn keys_that_fall_together_share_a_fingerprint() {
        let [rsa, ..] = &keys()[..] else { panic!() };
        let PublicKey::Rsa { modulus, .. } = rsa else {
            panic!()
        };
        let other = PublicKey::Rsa {
            modulus: modulus.clone(),
            exponent: vec![3],
        };
        assert_eq!(rsa.fingerprint(), other.fingerprint());
        assert_ne!(rsa.spki_sha256(), other.spki_sha256());
    }
}
