//! Certificates that rest on something that must not be relied on, and their revocation in lots:
//! what is the same of a data set and of a mailbox's validation.

use axum::response::Response;

use super::{
    answer, certificates,
    extract::{
        list::{self, Listing, NoFilter},
        members::Members,
    },
    refusal::Refusal,
};
use crate::{
    api::doubts::{NewLot, RevokedLot},
    ports::store::Cursor,
    services::{certificates::Judged, revocations::Lot},
};

/// A page of them, newest first.
pub fn page(found: &[Judged], listing: &Listing<NoFilter>) -> Response {
    let place = |judged: &Judged| Cursor {
        created_at: judged.record.certificate.issued_at,
        id: judged.record.certificate.id.to_string(),
    };
    answer::ok(&list::page(found, &listing.page, place, |judged| {
        certificates::wire(judged, false)
    }))
}

/// What a lot is revoked for.
///
/// # Errors
/// 422 for a note that cannot be kept.
pub fn lot(body: &NewLot) -> Result<Lot, Refusal> {
    let mut members = Members::default();
    let note = members.optional("/note", body.note.as_deref());
    members.end(Some(Lot {
        reason: body.reason.clone(),
        note,
    }))
}

/// What was revoked, and whether more waits.
pub fn revoked((revocation_ids, more): (Vec<String>, bool)) -> Response {
    answer::ok(&RevokedLot {
        revocation_ids,
        more,
    })
}
