//! The certificate profiles in force, as the log knows them (S/MIME BR 5.4.1: introduction and
//! retirement of profiles are events).
//!
//! Knows a profile's name and the SHA-256 of its file, not what it says.

use super::{
    aggregate::{Changed, Loaded},
    audit::{
        event::{Event, EventKind},
        value::Value,
    },
    timestamp::Timestamp,
};

/// A profile as the daemon last used it. Key: its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileRecord {
    pub name: String,
    /// Of the profile's file.
    pub sha256: [u8; 32],
    pub retired_at: Option<Timestamp>,
    pub updated_at: Timestamp,
}

impl ProfileRecord {
    /// A profile that was never in force.
    #[must_use]
    pub fn add(name: &str, sha256: [u8; 32], now: Timestamp) -> Changed<Self> {
        let event = Event::new(EventKind::ProfileAdded, "profile", name).digest(sha256);
        let record = Self {
            name: name.to_owned(),
            sha256,
            retired_at: None,
            updated_at: now,
        };
        Changed::created(record, event)
    }
}

impl Loaded<ProfileRecord> {
    /// The profile is in force with this content. `None` when it was before.
    #[must_use]
    pub fn in_force(self, sha256: [u8; 32], now: Timestamp) -> Option<Changed<ProfileRecord>> {
        let old = self.sha256;
        let kind = match self.retired_at {
            Some(_) => EventKind::ProfileAdded,
            None if old == sha256 => return None,
            None => EventKind::ProfileChanged,
        };
        let event = Event::new(kind, "profile", &self.name)
            .digest(sha256)
            .with("old_sha256", Value::hex(&old));
        Some(self.change(event, |profile| {
            profile.sha256 = sha256;
            profile.retired_at = None;
            profile.updated_at = now;
        }))
    }

    /// No CA issues by it any more. `None` when that is known.
    #[must_use]
    pub fn retire(self, now: Timestamp) -> Option<Changed<ProfileRecord>> {
        if self.retired_at.is_some() {
            return None;
        }
        let event = Event::new(EventKind::ProfileRetired, "profile", &self.name)
            .with("old_sha256", Value::hex(&self.sha256));
        Some(self.change(event, |profile| {
            profile.retired_at = Some(now);
            profile.updated_at = now;
        }))
    }
}
