//! Which public keys a leaf certificate may carry (S/MIME BR 6.1.1.3, 6.1.5, 6.1.6).
//!
//! Pure arithmetic on the key, bounded by the largest size before it begins. Whether it was ever
//! reported as compromised, or belongs to somebody else, are facts of the store and arrive
//! elsewhere. [`prime_modulus`] stands apart because it costs a thousand times the rest.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ECDSA_P521_SHA512_ASN1, ParsedPublicKey,
};
use num_bigint::BigUint;

use crate::pkix::spki::{Curve, PublicKey};

pub mod prime_modulus;
pub mod published;
pub mod rules;

mod close_primes;
mod perfect_power;
pub(super) mod roca;
pub(super) mod small_factors;

/// Smallest RSA modulus in bits (S/MIME BR 6.1.5).
pub const RSA_MIN_BITS: u32 = 2048;
/// Largest RSA modulus in bits; beyond it verification becomes a denial of service.
pub const RSA_MAX_BITS: u32 = 8192;

/// One rule a key breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    #[error("the RSA modulus has {bits} bits, fewer than {RSA_MIN_BITS}")]
    TooSmall { bits: u32 },
    #[error("the RSA modulus has {bits} bits, more than {RSA_MAX_BITS}")]
    TooLarge { bits: u32 },
    /// Odd, from 65537, below 2^256 (6.1.6, first its SHOULD taken as a rule).
    #[error("the RSA exponent is even, below 65537 or not below 2^256")]
    Exponent,
    #[error("the key is weak: {0}")]
    Weak(Weakness),
    /// Ed25519 and all else besides RSA and the three curves: no dual-use key.
    #[error("keys of this algorithm get no S/MIME certificate")]
    Algorithm,
}

/// Why a key is weak. Each has a name that stands in the log and in answers to officers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Weakness {
    #[error("the size of the modulus is no multiple of 8 bits")]
    OddSize,
    #[error("the modulus has a factor below 752")]
    SmallFactor,
    #[error("the modulus has the structure of CVE-2017-15361 (ROCA)")]
    Roca,
    #[error("the modulus is a power")]
    PerfectPower,
    #[error("the modulus has primes so close to each other that 100 rounds find them (Fermat)")]
    ClosePrimes,
    #[error("the modulus is a prime")]
    PrimeModulus,
    #[error("a published list names the key")]
    Published,
    #[error("the point does not lie on the curve")]
    OffCurve,
}

impl Weakness {
    /// Every weakness.
    pub const ALL: [Self; 8] = [
        Self::OddSize,
        Self::SmallFactor,
        Self::Roca,
        Self::PerfectPower,
        Self::ClosePrimes,
        Self::PrimeModulus,
        Self::Published,
        Self::OffCurve,
    ];

    /// The rule's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OddSize => "size-no-multiple-of-8",
            Self::SmallFactor => "small-factor",
            Self::Roca => "roca",
            Self::PerfectPower => "perfect-power",
            Self::ClosePrimes => "close-primes",
            Self::PrimeModulus => "prime-modulus",
            Self::Published => "published",
            Self::OffCurve => "off-curve",
        }
    }
}

/// Every rule `key` breaks by itself, but for [`prime_modulus`]; empty when it may be certified.
#[must_use]
pub fn faults(key: &PublicKey) -> Vec<KeyFault> {
    match key {
        PublicKey::Rsa { modulus, exponent } => rsa_faults(key.bits(), modulus, exponent),
        PublicKey::Ec { curve, point } if is_on_curve(*curve, point) => Vec::new(),
        PublicKey::Ec { .. } => vec![KeyFault::Weak(Weakness::OffCurve)],
        PublicKey::Ed25519(_) => vec![KeyFault::Algorithm],
    }
}

fn rsa_faults(bits: u32, modulus: &[u8], exponent: &[u8]) -> Vec<KeyFault> {
    let mut faults = Vec::new();
    if !is_exponent(exponent) {
        faults.push(KeyFault::Exponent);
    }
    // Sizes first: all that follows takes time that grows with the modulus.
    if bits < RSA_MIN_BITS {
        faults.push(KeyFault::TooSmall { bits });
        return faults;
    }
    if bits > RSA_MAX_BITS {
        faults.push(KeyFault::TooLarge { bits });
        return faults;
    }
    if !bits.is_multiple_of(8) {
        faults.push(KeyFault::Weak(Weakness::OddSize));
    }
    faults.extend(factorable(bits, modulus).map(KeyFault::Weak));
    faults
}

/// Why somebody else finds the factors of a modulus of lawful size: the first reason, for each
/// is enough.
fn factorable(bits: u32, modulus: &[u8]) -> Option<Weakness> {
    if small_factors::has_factor_below_752(modulus) {
        return Some(Weakness::SmallFactor);
    }
    if roca::has_roca_structure(modulus) {
        return Some(Weakness::Roca);
    }
    let number = BigUint::from_bytes_be(modulus);
    if perfect_power::is_perfect_power(modulus, &number, bits) {
        return Some(Weakness::PerfectPower);
    }
    close_primes::has_close_primes(&number).then_some(Weakness::ClosePrimes)
}

fn is_exponent(exponent: &[u8]) -> bool {
    let odd = exponent.last().is_some_and(|last| last & 1 == 1);
    let large = match exponent {
        [] | [_] | [_, _] => false,
        [first, middle, last] => (*first, *middle, *last) >= (1, 0, 1),
        _ => true,
    };
    odd && large && exponent.len() <= 32
}

/// Full public-key validation as aws-lc does it when it reads a point.
fn is_on_curve(curve: Curve, point: &[u8]) -> bool {
    let algorithm = match curve {
        Curve::P256 => &ECDSA_P256_SHA256_ASN1,
        Curve::P384 => &ECDSA_P384_SHA384_ASN1,
        Curve::P521 => &ECDSA_P521_SHA512_ASN1,
    };
    ParsedPublicKey::new(algorithm, point).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::test_key::TestKey;

    fn rsa(modulus: Vec<u8>, exponent: &[u8]) -> PublicKey {
        PublicKey::Rsa {
            modulus,
            exponent: exponent.to_vec(),
        }
    }

    /// An odd number of this many octets without factors below 752: found by counting up.
    fn modulus(octets: usize) -> Vec<u8> {
        let mut modulus = vec![0xff; octets];
        for low in (1..=u16::MAX).step_by(2) {
            modulus[octets - 2..].copy_from_slice(&low.to_be_bytes());
            if !small_factors::has_factor_below_752(&modulus) {
                return modulus;
            }
        }
        panic!("none found")
    }

    #[test]
    fn sizes() {
        assert_eq!(faults(&rsa(modulus(256), &[1, 0, 1])), []);
        assert_eq!(faults(&rsa(modulus(1024), &[1, 0, 1])), []);
        assert_eq!(
            faults(&rsa(modulus(128), &[1, 0, 1])),
            [KeyFault::TooSmall { bits: 1024 }]
        );
        assert_eq!(
            faults(&rsa(modulus(1025), &[1, 0, 1])),
            [KeyFault::TooLarge { bits: 8200 }]
        );
        let mut odd = modulus(257);
        odd[0] = 1;
        let found = faults(&rsa(odd, &[1, 0, 1]));
        assert_eq!(found.first(), Some(&KeyFault::Weak(Weakness::OddSize)));
    }

    #[test]
    fn exponents() {
        for good in [&[1, 0, 1][..], &[1, 0, 3], &[0xff; 32]] {
            assert_eq!(faults(&rsa(modulus(256), good)), [], "{good:?}");
        }
        for bad in [&[0][..], &[1], &[3], &[0xff, 0xff], &[1, 0, 0], &[0xff; 33]] {
            assert_eq!(faults(&rsa(modulus(256), bad)), [KeyFault::Exponent]);
        }
    }

    #[test]
    fn points_off_the_curve() {
        for curve in [Curve::P256, Curve::P384, Curve::P521] {
            let key = TestKey::ec(curve).public();
            assert_eq!(faults(&key), []);
            let PublicKey::Ec { mut point, .. } = key else {
                panic!()
            };
            *point.last_mut().unwrap() ^= 1;
            let off = PublicKey::Ec { curve, point };
            assert_eq!(faults(&off), [KeyFault::Weak(Weakness::OffCurve)]);
        }
    }
}
