//! What every handler can reach: the gate in front of it and the use cases behind it.

use std::sync::Arc;

use tokio_util::task::TaskTracker;

use super::{extract::idempotency::InFlight, limits::Limits};
use crate::{
    ports::{
        clock::Clock,
        entropy::Entropy,
        store::{Store, catalogue::Requests, people::Identities},
    },
    services::{cases::CaseWork, catalogue::Catalogue, identities},
};

/// Built once by the daemon.
pub type AppState = Arc<App>;

/// The use cases, one field a service, and the gate.
pub struct App {
    pub gate: Gate,
    pub cases: CaseWork,
    pub catalogue: Arc<Catalogue>,
    pub identities: Arc<identities::Identities>,
}

/// What stands before every handler.
pub struct Gate {
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    /// For the events of auditors' reads.
    pub store: Arc<dyn Store>,
    pub identities: Arc<dyn Identities>,
    pub requests: Arc<dyn Requests>,
    pub limits: Limits,
    /// Idempotency-Keys whose act runs in this process.
    pub in_flight: InFlight,
    /// Acts that outlive their client; the daemon waits for them before it ends.
    pub acts: TaskTracker,
}
