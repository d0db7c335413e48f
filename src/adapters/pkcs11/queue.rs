//! The bounded queue between callers and a token's workers: one line for each purpose.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Condvar, Mutex, PoisonError},
};

use tokio::sync::oneshot;

use super::{claim::Claim, held::held};
use crate::domain::signing::{SignError, SignOrder, SignPurpose, Signature};

/// An order and the way back to its caller.
pub(super) struct Job {
    pub(super) order: SignOrder,
    pub(super) claim: Arc<Claim>,
    pub(super) answer: oneshot::Sender<Result<Signature, SignError>>,
}

/// Why an order was not queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    Full,
    Closed,
}

/// `SignPurpose` orders itself by urgency: CRLs come first, so a full line of certificates never
/// delays a revocation.
pub(super) struct Queue {
    state: Mutex<State>,
    arrived: Condvar,
    limit: usize,
}

#[derive(Default)]
struct State {
    lines: BTreeMap<SignPurpose, VecDeque<Job>>,
    /// Workers that sleep.
    idle: usize,
    closed: bool,
}

impl Queue {
    /// `limit` orders may wait for each purpose.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            state: Mutex::default(),
            arrived: Condvar::new(),
            limit,
        }
    }

    pub(super) fn push(&self, job: Job) -> Result<(), Refused> {
        let mut state = held(&self.state);
        if state.closed {
            return Err(Refused::Closed);
        }
        let line = state.lines.entry(job.order.purpose()).or_default();
        if line.len() >= self.limit {
            return Err(Refused::Full);
        }
        line.push_back(job);
        let wake = state.idle > 0;
        drop(state);
        if wake {
            self.arrived.notify_one();
        }
        Ok(())
    }

    /// Waits for the most urgent order; `None` once the queue is closed and empty.
    pub(super) fn next(&self) -> Option<Job> {
        let mut state = held(&self.state);
        loop {
            if let Some(job) = state.lines.values_mut().find_map(VecDeque::pop_front) {
                return Some(job);
            }
            if state.closed {
                return None;
            }
            state.idle += 1;
            state = self
                .arrived
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }

    /// Everything that waits, at once: the token has failed.
    pub(super) fn take_all(&self) -> Vec<Job> {
        let lines = std::mem::take(&mut held(&self.state).lines);
        lines.into_values().flatten().collect()
    }

    pub(super) fn close(&self) {
        held(&self.state).closed = true;
        self.arrived.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::signing::KeyName, pkix::algorithm::SignatureAlgorithm};

    fn job(purpose: SignPurpose) -> Job {
        let key = KeyName::parse("k").unwrap();
        let algorithm = SignatureAlgorithm::Ed25519;
        Job {
            order: SignOrder::new(key, purpose, algorithm, vec![1], String::new()),
            claim: Arc::default(),
            answer: oneshot::channel().0,
        }
    }

    #[test]
    fn crls_overtake_and_a_full_line_blocks_only_itself() {
        let queue = Queue::new(1);
        assert_eq!(queue.push(job(SignPurpose::Certificate)), Ok(()));
        assert_eq!(
            queue.push(job(SignPurpose::Certificate)),
            Err(Refused::Full)
        );
        assert_eq!(queue.push(job(SignPurpose::CertificateList)), Ok(()));
        let next = || queue.next().map(|job| job.order.purpose());
        assert_eq!(next(), Some(SignPurpose::CertificateList));
        assert_eq!(next(), Some(SignPurpose::Certificate));
        queue.close();
        assert_eq!(next(), None);
        assert_eq!(queue.push(job(SignPurpose::Mail)), Err(Refused::Closed));
    }
}
