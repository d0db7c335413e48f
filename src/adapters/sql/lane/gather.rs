//! Which work shares a transaction.

use std::{sync::Arc, time::Duration};

use super::{Lane, Work};
use crate::adapters::sql::driver::Driver;

/// How long a batch waits for its share of the acts under way at most.
const PATIENCE: Duration = Duration::from_millis(20);
/// The share of all lanes together: a quarter of them. The others may be anywhere else on their way.
const SHARE: usize = 4;

impl<D: Driver> Lane<D> {
    /// What is queued, at most a batch. While many acts are under way a batch waits a moment for
    /// its share of their units: a transaction costs the same for one unit as for ten.
    pub(super) async fn gather(&mut self, first: Work) -> Vec<Work> {
        let clock = Arc::clone(&self.common.clock);
        let mut patience = clock.pause(PATIENCE);
        let mut batch = Vec::new();
        let mut next = Some(first);
        while let Some(work) = next {
            if let Work::Unit(unit, _) = &work {
                self.under_way = unit.among.unwrap_or(self.under_way);
            }
            batch.push(work);
            next = self.queued(batch.len());
            if next.is_none() && batch.len() < self.under_way / (SHARE * self.common.lanes) {
                next = tokio::select! {
                    biased;
                    Some(work) = self.reserved.recv() => Some(work),
                    Some(work) = self.ordinary.recv() => Some(work),
                    () = &mut patience => {
                        // Whoever was expected does not come; the next act says how many there are.
                        self.under_way = 0;
                        None
                    }
                };
            }
        }
        batch
    }

    /// The next in the queue, if there is room in the batch.
    fn queued(&mut self, gathered: usize) -> Option<Work> {
        if gathered >= self.common.batch {
            return None;
        }
        let reserved = self.reserved.try_recv().ok();
        reserved.or_else(|| self.ordinary.try_recv().ok())
    }
}
