//! Moduli that are powers: n = p², p³ … (S/MIME BR 6.1.6: not the power of a prime).
//!
//! A modulus that is a prime itself takes a modular exponentiation to find: that is
//! [`super::prime_modulus`].

use std::sync::LazyLock;

use num_bigint::BigUint;

use super::small_factors::{is_prime, remainder};

/// Bits of the smallest prime that can be the base, less one: a factor below 752 is found before.
const BASE_BITS: u32 = 9;

/// Whether the number is a square, cube or higher power of an integer from 752 up.
#[must_use]
pub fn is_perfect_power(octets: &[u8], number: &BigUint, bits: u32) -> bool {
    if is_power(number, 2) {
        return true;
    }
    let exponents = EXPONENTS.iter();
    exponents
        .take_while(|exponent| exponent.k <= bits / BASE_BITS)
        .any(|exponent| exponent.may_be_power(octets) && is_power(number, exponent.k))
}

fn is_power(number: &BigUint, exponent: u32) -> bool {
    number.nth_root(exponent).pow(exponent) == *number
}

/// An odd prime exponent k with primes q = 1 mod k, modulo which one residue in k is a kth
/// power.
struct Exponent {
    k: u32,
    moduli: Vec<u32>,
}

impl Exponent {
    fn new(k: u32) -> Self {
        let moduli = (1..).map(|factor| 2 * factor * k + 1);
        let moduli = moduli.filter(|q| is_prime(*q));
        // One number in k to the power of how many passes all.
        let enough = if k < 16 { 8 } else { 4 };
        Self {
            k,
            moduli: moduli.take(enough).collect(),
        }
    }

    /// Euler's criterion for kth powers.
    fn may_be_power(&self, octets: &[u8]) -> bool {
        self.moduli.iter().all(|q| {
            let residue = remainder(octets, *q);
            residue == 0 || power(residue, (*q - 1) / self.k, *q) == 1
        })
    }
}

/// Up to what the largest modulus can be a power with.
static EXPONENTS: LazyLock<Vec<Exponent>> = LazyLock::new(|| {
    let odd = (3..=super::RSA_MAX_BITS / BASE_BITS).step_by(2);
    odd.filter(|k| is_prime(*k)).map(Exponent::new).collect()
});

fn power(base: u32, mut exponent: u32, modulus: u32) -> u32 {
    let by = u64::from(modulus.max(1));
    let (mut base, mut result) = (u64::from(base), 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * base % by;
        }
        base = base * base % by;
        exponent >>= 1;
    }
    u32::try_from(result).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(number: &BigUint) -> bool {
        let bits = u32::try_from(number.bits()).unwrap();
        is_perfect_power(&number.to_bytes_be(), number, bits)
    }

    #[test]
    fn every_exponent_up_to_the_largest_modulus_is_found() {
        for base in [757_u32, 65_537, 0xffff_fffb] {
            for exponent in (2..900).filter(|k| is_prime(*k)) {
                let number = BigUint::from(base).pow(exponent);
                if number.bits() <= u64::from(super::super::RSA_MAX_BITS) {
                    assert!(found(&number), "{base}^{exponent}");
                    assert!(!found(&(number + 2_u32)), "{base}^{exponent} + 2");
                }
            }
        }
        // No prime exponent, but a power of one.
        assert!(found(&BigUint::from(1_000_003_u32).pow(35)));
    }

    proptest! {
        #[test]
        fn powers_are_found_and_their_neighbours_are_not(
            base in proptest::collection::vec(any::<u32>(), 2..8),
            exponent in 2_u32..9,
        ) {
            let number = BigUint::new(base).pow(exponent);
            prop_assume!(number.bits() > 20);
            prop_assert!(found(&number));
            prop_assert!(!found(&(number * 3_u32)) || exponent == 1);
        }
    }
}
