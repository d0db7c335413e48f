//! Fermat's factorisation: primes so close to each other that they are found at once
//! (CVE-2022-26320; TLS BR 6.1.1.3 names 100 rounds).

use num_bigint::BigUint;

/// Rounds of the search.
const ROUNDS: u32 = 100;

/// Whether n = (a + b)(a − b) with one of the first [`ROUNDS`] values of a from √n up. A square
/// is found in the first round.
#[must_use]
pub fn has_close_primes(modulus: &BigUint) -> bool {
    let root = modulus.sqrt();
    let first = if &root * &root == *modulus {
        root
    } else {
        root + 1_u32
    };
    let mut sieve = Sieve::new(&first, &(&first * &first - modulus));
    (0..ROUNDS).any(|round| {
        let may_be_square = sieve.may_be_square();
        sieve.step();
        may_be_square && {
            let a = &first + round;
            is_square(&(&a * &a - modulus))
        }
    })
}

fn is_square(number: &BigUint) -> bool {
    let root = number.sqrt();
    &root * &root == *number
}

/// a and a² − n modulo small numbers: nearly every round is decided without a large number.
struct Sieve {
    residues: [(u32, u32); MODULI.len()],
}

impl Sieve {
    fn new(a: &BigUint, rest: &BigUint) -> Self {
        let modulo = |number: &BigUint, by: u32| {
            let residue = number % by;
            residue.iter_u32_digits().next().unwrap_or(0)
        };
        Self {
            residues: MODULI.map(|(by, _)| (modulo(a, by), modulo(rest, by))),
        }
    }

    fn may_be_square(&self) -> bool {
        let mut both = MODULI.iter().zip(&self.residues);
        both.all(|((_, squares), (_, rest))| squares.checked_shr(*rest).is_some_and(|s| s & 1 == 1))
    }

    /// (a + 1)² − n = (a² − n) + 2a + 1.
    fn step(&mut self) {
        for ((by, _), (a, rest)) in MODULI.iter().zip(&mut self.residues) {
            *rest = (*rest + 2 * *a + 1) % by;
            *a = (*a + 1) % by;
        }
    }
}

/// Each modulus with the set of squares modulo it, a bit each.
const MODULI: [(u32, u128); 8] = [
    (64, squares(64)),
    (63, squares(63)),
    (65, squares(65)),
    (11, squares(11)),
    (17, squares(17)),
    (19, squares(19)),
    (23, squares(23)),
    (31, squares(31)),
];

const fn squares(modulus: u32) -> u128 {
    let mut set = 0;
    let mut n = 0;
    while n < modulus {
        set |= 1 << (n * n % modulus);
        n += 1;
    }
    set
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Fermat's search without a sieve.
    fn plainly(modulus: &BigUint) -> bool {
        let root = modulus.sqrt();
        let first = if is_square(modulus) {
            root
        } else {
            root + 1_u32
        };
        (0..ROUNDS).any(|round| {
            let a = &first + round;
            is_square(&(&a * &a - modulus))
        })
    }

    #[test]
    fn the_hundredth_round_is_the_last() {
        // n = a² − b² is found in round a − ⌈√n⌉ + 1, about b²/2a + ½.
        let a = BigUint::from(1_u32) << 1024_u32;
        let of_round = |round: u32| {
            let b = (&a * (2 * round - 1)).sqrt();
            let modulus = &a * &a - &b * &b;
            assert_eq!(&a - modulus.sqrt(), BigUint::from(round));
            modulus
        };
        for round in 1..=ROUNDS {
            assert!(has_close_primes(&of_round(round)), "{round}");
        }
        assert!(!has_close_primes(&of_round(ROUNDS + 1)));
    }

    #[test]
    fn a_square_has_close_primes() {
        let prime = (BigUint::from(1_u32) << 127_u32) - 1_u32;
        assert!(has_close_primes(&(&prime * &prime)));
    }

    proptest! {
        #[test]
        fn the_sieve_loses_nothing(p in 1_000_u64..1 << 40, gap in 0_u64..1 << 24) {
            let (p, q) = (p | 1, (p | 1) + 2 * gap);
            let modulus = BigUint::from(p) * BigUint::from(q);
            prop_assert_eq!(has_close_primes(&modulus), plainly(&modulus));
        }
    }
}
