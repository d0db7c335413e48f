//! Bytes that never repeat and never surprise.

use std::sync::atomic::{AtomicU64, Ordering};

use chancery::ports::entropy::{Entropy, EntropyFailed};

#[derive(Default)]
pub struct FakeEntropy {
    next: AtomicU64,
}

impl FakeEntropy {
    /// A sequence of its own, so that two processes of one test draw different ids.
    pub fn from(seed: u64) -> Self {
        Self {
            next: AtomicU64::new(seed),
        }
    }

    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        self.fill(&mut out).expect("never fails");
        out
    }
}

impl Entropy for FakeEntropy {
    fn fill(&self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        let number = self.next.fetch_add(1, Ordering::SeqCst);
        // The counter comes last and first, so that any part of it tells two draws apart.
        out.fill(0);
        for (to, from) in out.iter_mut().rev().zip(number.to_le_bytes()) {
            *to = from;
        }
        for (to, from) in out.iter_mut().zip(number.to_le_bytes()) {
            *to ^= from;
        }
        Ok(())
    }
}
