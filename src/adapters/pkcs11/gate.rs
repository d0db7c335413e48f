//! Who is inside a module, so that C_Finalize finds nobody there.

use std::{
    sync::{Condvar, Mutex, PoisonError},
    time::Duration,
};

use super::held::held;

/// Counts threads inside the module and keeps new ones out while it is being drained.
#[derive(Debug, Default)]
pub(super) struct Gate {
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct State {
    inside: usize,
    closed: bool,
}

/// The right to call the module until dropped.
pub(super) struct Pass<'a>(&'a Gate);

/// The module stands empty until this is dropped.
pub(super) struct Drained<'a>(&'a Gate);

impl Gate {
    /// Waits while the module is being drained.
    pub(super) fn enter(&self) -> Pass<'_> {
        let mut state = self
            .moved
            .wait_while(held(&self.state), |state| state.closed)
            .unwrap_or_else(PoisonError::into_inner);
        state.inside += 1;
        Pass(self)
    }

    /// Keeps everybody out and waits until nobody is inside; `None` when somebody still is after
    /// `patience` (a call that hangs) or another thread drains already.
    pub(super) fn drain(&self, patience: Duration) -> Option<Drained<'_>> {
        let mut state = held(&self.state);
        if state.closed {
            return None;
        }
        state.closed = true;
        let (mut state, waited) = self
            .moved
            .wait_timeout_while(state, patience, |state| state.inside > 0)
            .unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            state.closed = false;
            drop(state);
            self.moved.notify_all();
            return None;
        }
        Some(Drained(self))
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let mut state = held(&self.0.state);
        state.inside -= 1;
        // Only a drain waits for somebody to leave; waking nobody would cost a system call at
        // every signature.
        if state.closed {
            self.0.moved.notify_all();
        }
    }
}

impl Drop for Drained<'_> {
    fn drop(&mut self) {
        held(&self.0.state).closed = false;
        self.0.moved.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_with_somebody_inside_is_not_drained() {
        let gate = Gate::default();
        let pass = gate.enter();
        assert!(gate.drain(Duration::ZERO).is_none());
        drop(pass);
        let drained = gate.drain(Duration::ZERO);
        assert!(drained.is_some());
        assert!(gate.drain(Duration::ZERO).is_none());
        drop(drained);
        drop(gate.enter());
    }
}
