//! A modulus that is a prime: whoever knows it knows the private key.
//!
//! By far the dearest of the rules, because it takes a modular exponentiation: the caller keeps
//! it off the threads that serve others and need not repeat it for a key that passed.

use num_bigint::BigUint;

use super::RSA_MAX_BITS;

/// Fermat's test to the base 2. A product of two large primes passes it with a probability that
/// is beyond observation, and is then refused too. What is longer than the policy allows is not
/// looked at: its size refuses it.
#[must_use]
pub fn is_prime(modulus: &[u8]) -> bool {
    let number = BigUint::from_bytes_be(modulus);
    if number.bits() < 2 || number.bits() > u64::from(RSA_MAX_BITS) {
        return false;
    }
    let exponent = &number - 1_u32;
    BigUint::from(2_u32).modpow(&exponent, &number) == BigUint::from(1_u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primes_and_nothing_else() {
        let mersenne = |bits: u32| (BigUint::from(1_u32) << bits) - 1_u32;
        for bits in [61, 127, 521, 2203] {
            let prime = mersenne(bits);
            assert!(is_prime(&prime.to_bytes_be()), "2^{bits} - 1");
            assert!(!is_prime(&(&prime * mersenne(89)).to_bytes_be()));
            assert!(!is_prime(&(&prime * &prime).to_bytes_be()));
        }
    }

    #[test]
    fn a_number_beyond_the_largest_is_not_looked_at() {
        assert!(!is_prime(&vec![0xff; 1_000_000]));
        assert!(!is_prime(&[]) && !is_prime(&[0]) && !is_prime(&[1]));
    }
}
