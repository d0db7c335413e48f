//! Revocation lists: numbers rise, the signed list is the recorded one, and the newest of each
//! scope lists what it must.

use std::collections::{BTreeMap, HashSet};

use const_oid::db::rfc5280::ID_CE_CRL_NUMBER;
use sha2::{Digest, Sha256};

use super::{
    super::connection::{DatabaseError, Snapshot},
    Findings, Told,
    serials::Serials,
};
use crate::{
    adapters::sql::{query::Query, value::Fields},
    domain::{revocation_list::CrlState, timestamp::Timestamp, unit::MAX_AGE},
    pkix::{
        tbs_cert_list::CrlView,
        tlv::{self, Malformed},
    },
};

type Scope = (String, i64);

/// The newest signed list of a scope.
struct Newest {
    number: i64,
    this_update: Timestamp,
    serials: HashSet<String>,
}

pub(super) async fn check(
    snapshot: &mut Snapshot,
    revoked: &Serials,
    told: &Told,
    findings: &mut Findings,
) -> Result<(), DatabaseError> {
    let mut newest: BTreeMap<Scope, Newest> = BTreeMap::new();
    let query = Query::new("SELECT * FROM revocation_list ORDER BY issuer, crl_partition, number");
    for row in snapshot.rows(query).await? {
        let row = Fields::of(&row);
        findings.report.revocation_lists += 1;
        let scope = (row.string("issuer")?, row.integer("crl_partition")?);
        let number = row.integer("number")?;
        let object = format!("crl {}/{}/{number}", scope.0, scope.1);
        let recorded: [u8; 32] = row.array("tbs_sha256")?;
        let digest: [u8; 32] = Sha256::digest(row.bytes("tbs")?).into();
        findings.demand(digest == recorded, &object, "its TBS has another digest");
        let id = object.trim_start_matches("crl ");
        let said = told.lists.get(id);
        let same = said.is_some_and(|said| *said == hex::encode(recorded));
        findings.demand(same, &object, "the log has no intent for this TBS");
        if row.with("state", CrlState::from_name)? != CrlState::Signed {
            continue;
        }
        let Some(list) = signed(row, number, &object, findings)? else {
            continue;
        };
        if let Some(before) = newest.get(&scope) {
            let later = before.this_update <= list.this_update && before.number < number;
            findings.demand(later, &object, "its thisUpdate is before its predecessor's");
        }
        newest.insert(scope, list);
    }
    compare(&newest, revoked, findings);
    Ok(())
}

/// A signed list taken apart.
fn signed(
    row: Fields<'_>,
    number: i64,
    object: &str,
    findings: &mut Findings,
) -> Result<Option<Newest>, DatabaseError> {
    let der = row.bytes("der")?;
    let Ok(view) = CrlView::parse(&der) else {
        findings.demand(false, object, "it is no CRL");
        return Ok(None);
    };
    findings.demand(
        view.tbs == row.bytes("tbs")?,
        object,
        "it signs another TBS",
    );
    let same = crl_number(&view) == Ok(number);
    findings.demand(same, object, "it carries another number");
    let entries = view.entries.iter().flatten();
    let serials: HashSet<String> = entries.map(|e| hex::encode(e.serial.value)).collect();
    let count = view.entries.as_ref().map_or(0, Vec::len);
    findings.demand(count == serials.len(), object, "it lists a serial twice");
    Ok(Some(Newest {
        number,
        this_update: row.time("this_update")?,
        serials,
    }))
}

fn crl_number(view: &CrlView<'_>) -> Result<i64, Malformed> {
    let extension = view.extensions.iter().find(|e| e.oid == ID_CE_CRL_NUMBER);
    let value = extension.ok_or(Malformed)?.value;
    let octets = tlv::only(value, tlv::INTEGER)?.unsigned()?;
    let fold = |number: u64, octet: &u8| number.checked_mul(256)?.checked_add(u64::from(*octet));
    let number = octets.iter().try_fold(0, fold).ok_or(Malformed)?;
    i64::try_from(number).map_err(|_| Malformed)
}

/// What was revoked so long before the list that its unit must have been committed is listed
/// until its certificate has expired; nothing else is.
fn compare(newest: &BTreeMap<Scope, Newest>, revoked: &Serials, findings: &mut Findings) {
    for ((issuer, serial), entry) in revoked {
        let Some(list) = newest.get(&(issuer.clone(), entry.partition)) else {
            continue;
        };
        let due = entry.revoked_at.plus(MAX_AGE) < list.this_update;
        let lives = entry.not_after >= list.this_update;
        let listed = list.serials.contains(serial);
        let object = format!("revoked {issuer}/{serial}");
        findings.demand(
            listed || !due || !lives,
            object,
            "the newest CRL does not list it",
        );
    }
    for ((issuer, partition), list) in newest {
        for serial in &list.serials {
            let key = (issuer.clone(), serial.clone());
            let known = revoked.get(&key).is_some_and(|r| r.partition == *partition);
            let object = format!("crl {issuer}/{partition}/{}", list.number);
            findings.demand(known, object, "it lists a serial that is not revoked");
        }
    }
}
