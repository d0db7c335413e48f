//! From our signature algorithms to PKCS#11 mechanisms and back to X.509 signature values.
//!
//! The digest is always made here: a token signs a digest of any length without complaint
//! (CKM_ECDSA on every token tried), so there is no way in for a digest from outside.

use cryptoki::{
    mechanism::{
        Mechanism, MechanismType,
        eddsa::{EddsaParams, EddsaSignatureScheme},
        rsa::{PkcsMgfType, PkcsPssParams},
    },
    object::{KeyType, ObjectHandle},
    session::Session,
};
use der::{Encode, asn1::UintRef};
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::pkix::algorithm::SignatureAlgorithm;

/// Why C_Sign's answer is no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotASignature;

#[derive(Clone, Copy)]
enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

/// Hashes, signs and returns the token's raw answer. One C_SignInit and one C_Sign.
pub(super) fn sign(
    session: &Session,
    key: ObjectHandle,
    algorithm: SignatureAlgorithm,
    message: &[u8],
) -> Result<Vec<u8>, cryptoki::error::Error> {
    use SignatureAlgorithm as A;
    match algorithm {
        A::RsaPkcs1Sha256 | A::RsaPkcs1Sha384 | A::RsaPkcs1Sha512 => {
            let info = digest_info(hash_of(algorithm), message);
            session.sign(&Mechanism::RsaPkcs, key, &info)
        }
        A::RsaPssSha256 | A::RsaPssSha384 | A::RsaPssSha512 => {
            let hash = hash_of(algorithm);
            session.sign(
                &Mechanism::RsaPkcsPss(pss(hash)),
                key,
                &digest(hash, message),
            )
        }
        A::EcdsaP256Sha256 | A::EcdsaP384Sha384 | A::EcdsaP521Sha512 => {
            let digest = digest(hash_of(algorithm), message);
            session.sign(&Mechanism::Ecdsa, key, &digest)
        }
        A::Ed25519 => {
            let pure = EddsaParams::new(EddsaSignatureScheme::Pure);
            session.sign(&Mechanism::Eddsa(pure), key, message)
        }
    }
}

/// The X.509 signature value (RFC 5480, RFC 8410, RFC 8017) of the token's raw answer.
pub(super) fn encode(
    algorithm: SignatureAlgorithm,
    raw: Vec<u8>,
) -> Result<Vec<u8>, NotASignature> {
    let wanted = match algorithm {
        SignatureAlgorithm::EcdsaP256Sha256 => 2 * 32,
        SignatureAlgorithm::EcdsaP384Sha384 => 2 * 48,
        SignatureAlgorithm::EcdsaP521Sha512 => 2 * 66,
        SignatureAlgorithm::Ed25519 => 64,
        _ => return (raw.len() >= 256).then_some(raw).ok_or(NotASignature),
    };
    if raw.len() != wanted {
        return Err(NotASignature);
    }
    if algorithm == SignatureAlgorithm::Ed25519 {
        return Ok(raw);
    }
    let (r, s) = raw.split_at(wanted / 2);
    let value = EcdsaSigValue {
        r: UintRef::new(r).map_err(|_| NotASignature)?,
        s: UintRef::new(s).map_err(|_| NotASignature)?,
    };
    value.to_der().map_err(|_| NotASignature)
}

/// The key type a key of this algorithm has on the token.
pub(super) const fn key_type(algorithm: SignatureAlgorithm) -> KeyType {
    use SignatureAlgorithm as A;
    match algorithm {
        A::EcdsaP256Sha256 | A::EcdsaP384Sha384 | A::EcdsaP521Sha512 => KeyType::EC,
        A::Ed25519 => KeyType::EC_EDWARDS,
        _ => KeyType::RSA,
    }
}

/// RFC 3279 2.2.3.
#[derive(der::Sequence)]
struct EcdsaSigValue<'a> {
    r: UintRef<'a>,
    s: UintRef<'a>,
}

const fn hash_of(algorithm: SignatureAlgorithm) -> Hash {
    use SignatureAlgorithm as A;
    match algorithm {
        A::RsaPkcs1Sha384 | A::RsaPssSha384 | A::EcdsaP384Sha384 => Hash::Sha384,
        A::RsaPkcs1Sha512 | A::RsaPssSha512 | A::EcdsaP521Sha512 => Hash::Sha512,
        A::RsaPkcs1Sha256 | A::RsaPssSha256 | A::EcdsaP256Sha256 | A::Ed25519 => Hash::Sha256,
    }
}

fn digest(hash: Hash, message: &[u8]) -> Vec<u8> {
    match hash {
        Hash::Sha256 => Sha256::digest(message).to_vec(),
        Hash::Sha384 => Sha384::digest(message).to_vec(),
        Hash::Sha512 => Sha512::digest(message).to_vec(),
    }
}

/// DER `DigestInfo` with the explicit NULL (RFC 8017 9.2, note 1).
fn digest_info(hash: Hash, message: &[u8]) -> Vec<u8> {
    let head: &[u8] = match hash {
        Hash::Sha256 => {
            b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"
        }
        Hash::Sha384 => {
            b"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30"
        }
        Hash::Sha512 => {
            b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"
        }
    };
    [head, &digest(hash, message)].concat()
}

/// The salt is as long as the digest, the only encoding S/MIME BR 7.1.3.2.1 permits.
fn pss(hash: Hash) -> PkcsPssParams {
    let (hash_alg, mgf, salt) = match hash {
        Hash::Sha256 => (MechanismType::SHA256, PkcsMgfType::MGF1_SHA256, 32_u64),
        Hash::Sha384 => (MechanismType::SHA384, PkcsMgfType::MGF1_SHA384, 48),
        Hash::Sha512 => (MechanismType::SHA512, PkcsMgfType::MGF1_SHA512, 64),
    };
    PkcsPssParams {
        hash_alg,
        mgf,
        s_len: salt.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_ecdsa_becomes_minimal_der() {
        let mut raw = vec![0; 64];
        (raw[31], raw[32]) = (1, 0x80);
        let der = encode(SignatureAlgorithm::EcdsaP256Sha256, raw).unwrap();
        assert_eq!(der[..7], [0x30, 38, 2, 1, 1, 2, 33]);
        assert_eq!(der[7..9], [0, 0x80]);
    }

    #[test]
    fn answers_of_another_length_are_no_signatures() {
        for algorithm in SignatureAlgorithm::ALL {
            assert_eq!(encode(algorithm, vec![1; 63]), Err(NotASignature));
        }
    }
}
