//! Who has an order in hand: nobody yet, a worker, or nobody any more.

use std::sync::atomic::{AtomicU8, Ordering};

const WAITING: u8 = 0;
const TAKEN: u8 = 1;
const DONE: u8 = 2;
const LEFT: u8 = 3;

/// Decides the race between a worker and a caller whose deadline has come, so that exactly one of
/// "not signed" and "unknown" is told.
#[derive(Debug, Default)]
pub(super) struct Claim(AtomicU8);

/// What a caller who leaves has left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// No worker will touch the order.
    Untouched,
    /// A worker is in the module with it.
    InTheModule,
    /// The answer is on its way.
    Answered,
}

impl Claim {
    /// The worker's step before C_SignInit. `false` when the caller has left.
    pub(super) fn take(&self) -> bool {
        self.swap(WAITING, TAKEN)
    }

    /// The worker's step after the module has returned. `false` when the caller has left.
    pub(super) fn finish(&self) -> bool {
        self.swap(TAKEN, DONE)
    }

    /// The caller's step at its deadline.
    pub(super) fn leave(&self) -> Left {
        if self.swap(WAITING, LEFT) {
            Left::Untouched
        } else if self.swap(TAKEN, LEFT) {
            Left::InTheModule
        } else {
            Left::Answered
        }
    }

    fn swap(&self, from: u8, to: u8) -> bool {
        self.0
            .compare_exchange(from, to, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_worker_and_caller_decides() {
        let early = Claim::default();
        assert_eq!(early.leave(), Left::Untouched);
        assert!(!early.take());

        let stuck = Claim::default();
        assert!(stuck.take());
        assert_eq!(stuck.leave(), Left::InTheModule);
        assert!(!stuck.finish());

        let late = Claim::default();
        assert!(late.take() && late.finish());
        assert_eq!(late.leave(), Left::Answered);
    }
}
