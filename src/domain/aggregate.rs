//! How state leaves and enters the store.
//!
//! [`Loaded`] is a read-only view; the only way to a [`Changed`] value is a transition of the
//! aggregate, so what is written is what a transition allowed, on the version it judged.

use std::ops::Deref;

use super::{audit::event::Event, owner::ActingFor, unit::Committed};

/// Counts the writes of a row, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Version(pub i64);

/// An aggregate as the store gave it.
#[derive(Clone, Debug)]
pub struct Loaded<T> {
    value: T,
    version: Version,
}

impl<T> Loaded<T> {
    /// Reserved to `adapters/sql` (`tests/architecture.rs`).
    pub(crate) const fn restore(value: T, version: Version) -> Self {
        Self { value, version }
    }

    /// The version a decision rested on; also the ETag.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// A change that another change of the same unit explains: a limit's counter, a mark on a
    /// neighbour. It has no entry of its own. Reserved to transitions inside `domain`.
    pub(in crate::domain) fn follow(self, change: impl FnOnce(&mut T)) -> Changed<T> {
        let Self { mut value, version } = self;
        change(&mut value);
        Changed {
            value,
            was: Some(version),
            events: Vec::new(),
        }
    }

    /// Reserved to transitions inside `domain`.
    pub(in crate::domain) fn change(self, event: Event, change: impl FnOnce(&mut T)) -> Changed<T> {
        let Self { mut value, version } = self;
        change(&mut value);
        Changed {
            value,
            was: Some(version),
            events: vec![event],
        }
    }
}

impl<T> Deref for Loaded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// An aggregate after one or more transitions, with the events that explain them.
#[derive(Clone, Debug)]
pub struct Changed<T> {
    value: T,
    was: Option<Version>,
    events: Vec<Event>,
}

impl<T> Changed<T> {
    /// A new aggregate. Reserved to constructors inside `domain`.
    pub(in crate::domain) fn created(value: T, event: Event) -> Self {
        Self {
            value,
            was: None,
            events: vec![event],
        }
    }

    /// A new row that another change of the same unit explains (see [`Loaded::follow`]).
    pub(in crate::domain) fn following(value: T) -> Self {
        Self {
            value,
            was: None,
            events: Vec::new(),
        }
    }

    /// A further transition on the same aggregate in the same unit. Reserved to `domain`.
    pub(in crate::domain) fn and(mut self, event: Event, change: impl FnOnce(&mut T)) -> Self {
        change(&mut self.value);
        self.events.push(event);
        self
    }

    /// Puts the frontend's user, as the frontend asserts it, beside the last event.
    #[must_use]
    pub fn asserted_by(mut self, user: &ActingFor) -> Self {
        if let Some(event) = self.events.pop() {
            self.events.push(user.tell(event));
        }
        self
    }

    /// The version the row must have when this is written; `None` for a new row.
    #[must_use]
    pub const fn was(&self) -> Option<Version> {
        self.was
    }

    /// The version the row will have.
    #[must_use]
    pub fn will_be(&self) -> Version {
        self.was
            .map_or(Version(1), |Version(old)| Version(old.saturating_add(1)))
    }

    /// The aggregate as it now stands in the store, once the unit that wrote it is durable.
    /// Spares the reload between an act's two units.
    #[must_use]
    pub fn stored(self, _by: &Committed) -> Loaded<T> {
        let version = self.will_be();
        Loaded {
            value: self.value,
            version,
        }
    }

    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    pub(in crate::domain) fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }
}

impl<T> Deref for Changed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
