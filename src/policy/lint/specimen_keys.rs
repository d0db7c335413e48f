//! Public keys of every sort, good and bad, as SubjectPublicKeyInfo.

use sha2::{Digest, Sha256};

use crate::{
    pkix::{
        spki::{Curve, PublicKey},
        test_key::TestKey,
        tlv::{self, bit_string, integer, sequence},
    },
    policy::key_policy::small_factors,
};

/// The identifier of RFC 7093 2 (1).
pub(crate) fn identifier(spki: &[u8]) -> [u8; 20] {
    let mut fields = tlv::only(spki, tlv::SEQUENCE).unwrap().reader();
    fields.any().unwrap();
    let bits = fields.any().unwrap();
    Sha256::digest(&bits.value[1..])[..20].try_into().unwrap()
}

pub(crate) fn rsa(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    PublicKey::Rsa {
        modulus: modulus.to_vec(),
        exponent: exponent.to_vec(),
    }
    .to_spki()
}

/// A modulus of this many octets, its first `first`, with nothing to find in it.
pub(crate) fn modulus(first: u8, octets: usize) -> Vec<u8> {
    let mut modulus = vec![0x5a; octets];
    modulus[0] = first;
    free_of_small_factors(modulus, 2)
}

/// An RSA key of this many octets and the usual exponent.
pub(crate) fn rsa_of(octets: usize) -> Vec<u8> {
    rsa(&modulus(0xc1, octets), &[1, 0, 1])
}

/// 2048 bits that are 1 modulo every prime the ROCA test looks at.
pub(crate) fn roca_modulus() -> Vec<u8> {
    let primes = [
        11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157_u128,
    ];
    let product: u128 = primes.into_iter().product();
    let top = (product << product.leading_zeros()).to_be_bytes();
    for factor in 1..1_000_000_u128 {
        let mut modulus = [&top[..], &[0; 240]].concat();
        let low = (product * factor + 1).to_be_bytes();
        modulus[240..].copy_from_slice(&low);
        if !small_factors::has_factor_below_752(&modulus) {
            return modulus;
        }
    }
    panic!("none found")
}

pub(crate) fn ec(curve: Curve) -> Vec<u8> {
    TestKey::ec(curve).public().to_spki()
}

/// An AlgorithmIdentifier in hex with these octets as key.
pub(crate) fn raw(algorithm: &str, octets: &[u8]) -> Vec<u8> {
    sequence(&[&hex::decode(algorithm).unwrap(), &bit_string(octets)])
}

/// PKCS #1 `RSAPublicKey`.
pub(crate) fn rsa_octets() -> Vec<u8> {
    sequence(&[&integer(&modulus(0xc1, 256)), &integer(&[1, 0, 1])])
}

fn free_of_small_factors(mut modulus: Vec<u8>, step: u16) -> Vec<u8> {
    let end = modulus.len() - 2;
    for low in (1..=u16::MAX).step_by(usize::from(step)) {
        modulus[end..].copy_from_slice(&low.to_be_bytes());
        if !small_factors::has_factor_below_752(&modulus) {
            return modulus;
        }
    }
    panic!("none found")
}
