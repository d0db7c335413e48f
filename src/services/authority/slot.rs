//! Signing slots: how many acts may stand between their intent and their result.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The slots of one issuing key.
pub struct SigningSlots {
    free: Arc<Semaphore>,
    all: usize,
}

/// A slot, held from before an act's intent until its result is durable.
pub struct SigningSlot {
    permit: OwnedSemaphorePermit,
    all: usize,
}

impl SigningSlots {
    #[must_use]
    pub fn new(all: usize) -> Self {
        let free = Arc::new(Semaphore::new(all));
        Self { free, all }
    }

    /// A slot at once, if one is free.
    pub(super) fn take(&self) -> Option<SigningSlot> {
        let permit = Arc::clone(&self.free).try_acquire_owned().ok()?;
        let all = self.all;
        Some(SigningSlot { permit, all })
    }
}

impl SigningSlot {
    /// Acts of the same key that are under way now, this one included.
    #[must_use]
    pub fn under_way(&self) -> usize {
        let free = self.permit.semaphore().available_permits();
        self.all.saturating_sub(free)
    }
}
