//! The reads of auditors, each an event (contract, Identities).

use crate::{
    domain::{
        audit::event::{Event, EventKind},
        owner::Caller,
        refusal::Refused,
        timestamp::Timestamp,
        unit::{CommitError, Unit},
    },
    ports::store::Store,
};

/// What an auditor reads.
#[derive(Clone, Copy, Debug)]
pub struct Read<'a> {
    pub path: &'a str,
    /// May name people: a mailbox, a customer.
    pub query: Option<&'a str>,
}

/// Records that `caller` is about to read `what`; without the record there is no read.
///
/// # Errors
/// 503 when the entry cannot be written.
pub async fn record(
    store: &dyn Store,
    now: Timestamp,
    caller: Caller,
    what: &Read<'_>,
) -> Result<(), Refused> {
    let event =
        Event::new(EventKind::AuditRead, "request", &caller.request_id).with("path", what.path);
    let event = match what.query {
        Some(query) => event.personal("query", query),
        None => event,
    };
    match store.commit(Unit::new(caller, now, event)).await {
        Ok(_) => Ok(()),
        Err(CommitError::Unavailable(cause)) => {
            Err(Refused::unavailable("store-unavailable", cause))
        }
        Err(error) => Err(Refused::unavailable("store-busy", error)),
    }
}
