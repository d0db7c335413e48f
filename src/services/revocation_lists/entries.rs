//! Entries of a list against those it should have.

use std::collections::BTreeSet;

use crate::{
    domain::{
        revocation_list::{RevocationList, RevokedSerial},
        timestamp::Timestamp,
    },
    pkix::{
        serial_number::SerialNumber,
        tbs_cert_list::{CrlView, EntryView, RevokedEntry},
    },
    services::authority::Authority,
};

/// Old enough, or without an entry it should have.
///
/// The list itself is asked: counts stay equal when one entry comes as another goes by expiry,
/// and an entry's time may lie before a list that was made before the entry was committed.
pub(super) fn is_due(
    newest: &RevocationList,
    entries: &[RevokedSerial],
    authority: &Authority,
    now: Timestamp,
) -> bool {
    now >= newest.this_update.plus(authority.crl.refresh) || !holds_all(&newest.der, entries)
}

/// Whether each entry stands in the list; in one that cannot be read stands none.
fn holds_all(list: &[u8], entries: &[RevokedSerial]) -> bool {
    let Ok(list) = CrlView::parse(list) else {
        return false;
    };
    let held = list.entries.unwrap_or_default();
    let held: BTreeSet<&[u8]> = held
        .iter()
        .filter_map(|entry| entry.serial.unsigned().ok())
        .collect();
    let is_held = |entry: &RevokedSerial| held.contains(entry.serial.as_slice());
    entries.iter().all(is_held)
}

/// Whether a list holds one serial.
pub(super) fn holds(list: &[u8], serial: &[u8]) -> bool {
    let entries = CrlView::parse(list).ok().and_then(|list| list.entries);
    let is_it = |entry: &EntryView<'_>| entry.serial.unsigned().is_ok_and(|found| found == serial);
    entries.is_some_and(|entries| entries.iter().any(is_it))
}

pub(super) fn listed(entries: &[RevokedSerial]) -> Option<Vec<RevokedEntry>> {
    let one = |entry: &RevokedSerial| {
        Some(RevokedEntry {
            serial: SerialNumber::from_bytes(&entry.serial).ok()?,
            revoked_at: entry.revoked_at.whole_second(),
            reason: entry.reason,
        })
    };
    entries.iter().map(one).collect()
}
