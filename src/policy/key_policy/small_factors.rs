//! Trial division by the primes below 752 (S/MIME BR 6.1.6, NIST SP 800-89 5.3.3).

use std::sync::LazyLock;

/// Whether a prime below 752 divides the big-endian number; 2 is one of them.
#[must_use]
pub fn has_factor_below_752(number: &[u8]) -> bool {
    let mut batches = BATCHES.iter();
    batches.any(|batch| gcd(remainder(number, *batch), *batch) > 1)
}

/// Products of primes: several share one division as long as they fit a word.
static BATCHES: LazyLock<Vec<u32>> = LazyLock::new(|| {
    let mut batches = Vec::new();
    let mut batch = 1_u32;
    for prime in (2..752_u32).filter(|n| is_prime(*n)) {
        if let Some(product) = batch.checked_mul(prime) {
            batch = product;
        } else {
            batches.push(batch);
            batch = prime;
        }
    }
    batches.push(batch);
    batches
});

/// The number modulo `divisor`, which is not zero.
#[must_use]
pub fn remainder(number: &[u8], divisor: u32) -> u32 {
    let divisor = u64::from(divisor.max(1));
    let (head, words) = number.as_rchunks::<4>();
    let first = head.iter().fold(0, |sum, b| (sum << 8) | u64::from(*b));
    let rest = words.iter().fold(first % divisor, |rest, word| {
        ((rest << 32) | u64::from(u32::from_be_bytes(*word))) % divisor
    });
    u32::try_from(rest).unwrap_or(0)
}

const fn gcd(mut a: u32, mut b: u32) -> u32 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// By trial division: for small numbers only.
#[must_use]
pub fn is_prime(n: u32) -> bool {
    (2..n)
        .take_while(|d| d * d <= n)
        .all(|d| !n.is_multiple_of(d))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_prime_is_found_and_757_is_not() {
        // 2^61 - 1 is prime, so its products have no other small factor.
        let mersenne = (1_u128 << 61) - 1;
        for prime in (2..752).filter(|n| is_prime(*n)) {
            let product = (mersenne * u128::from(prime)).to_be_bytes();
            assert!(has_factor_below_752(&product), "{prime}");
        }
        assert!(!has_factor_below_752(&mersenne.to_be_bytes()));
        assert!(!has_factor_below_752(&(mersenne * 757).to_be_bytes()));
    }

    #[test]
    fn remainders_of_any_length() {
        let number = 0x0123_4567_89ab_cdef_u64;
        for skip in 0..8 {
            let bytes = number.to_be_bytes();
            let part = &bytes[skip..];
            let value = part.iter().fold(0, |sum, b| (sum << 8) | u64::from(*b));
            assert_eq!(u64::from(remainder(part, 65_521)), value % 65_521);
        }
    }
}
