//! Background work, on the wire.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A job of the daemon's.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Job {
    /// `job_…`
    pub id: String,
    /// For example `renew_crl` or `scan_document`.
    pub kind: String,
    /// What it is about: an id as a rule.
    pub object: String,
    /// Tells jobs of one kind and object apart; empty when there is one.
    pub slot: String,
    /// `failing`, `running`, `due`, `waiting`, or `done` (forgotten after 30 days).
    pub state: String,
    /// Tries begun.
    pub attempts: u32,
    pub queued_at: String,
    /// When it is tried next; none while somebody holds it, and of one that is done.
    pub due: Option<String>,
    /// Until when somebody holds it; afterwards it is due again.
    pub held_until: Option<String>,
    pub ended_at: Option<String>,
    /// What the last try met, if it failed.
    pub failure: Option<JobFailure>,
}

/// Tries that failed in a row.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct JobFailure {
    /// Code of the last one.
    pub code: String,
    /// What lay behind it, for the operator; 300 characters at most.
    pub text: String,
    /// How many they are.
    pub failures: u32,
    /// When the first of them failed.
    pub first_failed_at: String,
    pub last_failed_at: String,
}

/// Filters of the jobs.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct JobFilter {
    /// One of the states; without it all that are not done.
    pub state: Option<String>,
    /// One of the kinds.
    pub kind: Option<String>,
}
