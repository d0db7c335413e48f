//! Revocation lists: numbers rise, the signed list is the recorded one, and the newest of each
//! scope lists what it must.

use std::collections::BTreeSet;

use const_oid::db::rfc5280::ID_CE_CRL_NUMBER;
use sha2::{Digest, Sha256};

use super::{
    super::connection::{DatabaseError, Snapshot},
    Findings, PAGE,
    rule::Rule,
};
use crate::{
    adapters::sql::{
        query::Query,
        value::{Fields, SqlValue},
    },
    domain::{revocation_list::CrlState, timestamp::Timestamp, unit::MAX_AGE},
    pkix::{
        tbs_cert_list::CrlView,
        tlv::{self, Malformed},
    },
};

type Scope = (String, i64);
type Key = (String, i64, i64);

/// The newest signed list of a scope.
struct Newest {
    scope: Scope,
    number: i64,
    this_update: Timestamp,
    serials: BTreeSet<String>,
}

/// Which list was the first to name a revoked certificate, as its revocation has it.
pub(super) const CREATE: &str = "CREATE TEMP TABLE first (issuer TEXT, crl_partition INTEGER, \
     number INTEGER, serial TEXT)";
const FIRST: &str = "INSERT INTO temp.first SELECT issuer, crl_partition, crl_number, serial \
     FROM revocation WHERE crl_number IS NOT NULL";
const BY_LIST: &str = "CREATE INDEX temp.first_list ON first (issuer, crl_partition, number)";

pub(super) async fn check(
    snapshot: &mut Snapshot,
    findings: &mut Findings<'_>,
) -> Result<(), DatabaseError> {
    for prepare in [FIRST, BY_LIST] {
        snapshot.rows(Query::new(prepare)).await?;
    }
    let mut newest: Option<Newest> = None;
    let mut after: Option<Key> = None;
    // One list at a time: a list may be megabytes.
    while let Some(row) = snapshot.rows(next(after.as_ref())).await?.first() {
        let row = Fields::of(row);
        findings.report.revocation_lists += 1;
        findings.step_by("revocation_list", 1);
        let scope = (row.string("issuer")?, row.integer("crl_partition")?);
        let number = row.integer("number")?;
        after = Some((scope.0.clone(), scope.1, number));
        let object = format!("revocation_list {}/{}/{number}", scope.0, scope.1);
        if let Some(done) = newest.take_if(|newest| newest.scope != scope) {
            compare(snapshot, &done, findings).await?;
        }
        let judged = one(row, scope, number, &object, findings);
        let Some(list) = findings.read(&object, judged)?.flatten() else {
            continue;
        };
        if let Some(before) = newest {
            let later = before.this_update <= list.this_update && before.number < number;
            findings.demand(later, &object, Rule::CrlBack);
            lost(snapshot, &before, &list, &object, findings).await?;
        }
        named(snapshot, &list, findings).await?;
        newest = Some(list);
    }
    match newest {
        Some(last) => compare(snapshot, &last, findings).await,
        None => Ok(()),
    }
}

fn next(after: Option<&Key>) -> Query {
    let mut query = Query::new(
        "SELECT l.*, (SELECT value FROM temp.said WHERE tbl = 'revocation_list' AND col = \
         'der_sha256' AND id = l.issuer || '/' || l.crl_partition || '/' || l.number) \
         AS told FROM revocation_list AS l WHERE 1 = 1",
    );
    if let Some((issuer, partition, number)) = after {
        query = query
            .sql(" AND (issuer, crl_partition, number) > (")
            .bind(SqlValue::text(issuer))
            .sql(", ")
            .bind(SqlValue::integer(*partition))
            .sql(", ")
            .bind(SqlValue::integer(*number))
            .sql(")");
    }
    query
        .sql(" ORDER BY issuer, crl_partition, number")
        .limit(1)
}

/// A row judged by itself; what it lists when it is signed.
fn one(
    row: Fields<'_>,
    scope: Scope,
    number: i64,
    object: &str,
    findings: &mut Findings<'_>,
) -> Result<Option<Newest>, DatabaseError> {
    let recorded: [u8; 32] = row.array("tbs_sha256")?;
    let digest: [u8; 32] = Sha256::digest(row.bytes("tbs")?).into();
    findings.demand(digest == recorded, object, Rule::TbsAltered);
    if row.with("state", CrlState::from_name)? != CrlState::Signed {
        return Ok(None);
    }
    let sha256 = Sha256::digest(row.bytes("der")?).to_vec();
    let same = row.maybe_bytes("told")? == Some(sha256);
    findings.demand(same, object, Rule::CrlFacts);
    signed(row, scope, number, object, findings)
}

/// A signed list taken apart.
fn signed(
    row: Fields<'_>,
    scope: Scope,
    number: i64,
    object: &str,
    findings: &mut Findings<'_>,
) -> Result<Option<Newest>, DatabaseError> {
    let der = row.bytes("der")?;
    let Ok(view) = CrlView::parse(&der) else {
        findings.demand(false, object, Rule::CrlForm);
        return Ok(None);
    };
    findings.demand(view.tbs == row.bytes("tbs")?, object, Rule::CrlTbs);
    let judged = findings.issuer(&scope.0).map(|issuer| {
        let signed = issuer.verify(view.tbs, view.outer_algorithm, view.signature);
        signed.is_ok() && view.issuer == issuer.subject().as_der()
    });
    findings.demand(judged.unwrap_or(true), object, Rule::CrlSignature);
    let same = crl_number(&view) == Ok(number);
    findings.demand(same, object, Rule::CrlNumber);
    let entries = view.entries.iter().flatten();
    let serials: BTreeSet<String> = entries.map(|e| hex::encode(e.serial.value)).collect();
    let count = view.entries.as_ref().map_or(0, Vec::len);
    findings.demand(count == serials.len(), object, Rule::CrlTwice);
    let entries = usize::try_from(row.integer("entries")?);
    findings.demand(entries == Ok(count), object, Rule::CrlFacts);
    Ok(Some(Newest {
        scope,
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
async fn compare(
    snapshot: &mut Snapshot,
    list: &Newest,
    findings: &mut Findings<'_>,
) -> Result<(), DatabaseError> {
    let (issuer, partition) = &list.scope;
    let mut strangers = list.serials.clone();
    let mut after = String::new();
    loop {
        let query = Query::from("revoked")
            .eq("issuer", SqlValue::text(issuer))
            .eq("crl_partition", SqlValue::integer(*partition))
            .sql(" AND serial > ")
            .bind(SqlValue::text(&after))
            .sql(" ORDER BY serial")
            .limit(PAGE);
        let rows = snapshot.rows(query).await?;
        for row in &rows {
            let row = Fields::of(row);
            after = row.string("serial")?;
            strangers.remove(&after);
            let object = format!("revoked {issuer}/{after}");
            let due = row.time("revoked_at")?.plus(MAX_AGE) < list.this_update;
            let lives = row.time("not_after")? >= list.this_update;
            let listed = list.serials.contains(&after);
            findings.demand(listed || !due || !lives, object, Rule::CrlIncomplete);
        }
        if rows.is_empty() {
            break;
        }
    }
    for serial in strangers {
        let object = format!(
            "revocation_list {issuer}/{partition}/{} {serial}",
            list.number
        );
        findings.demand(false, object, Rule::CrlStranger);
    }
    Ok(())
}

/// A revocation said to be published with this list is in it.
async fn named(
    snapshot: &mut Snapshot,
    list: &Newest,
    findings: &mut Findings<'_>,
) -> Result<(), DatabaseError> {
    let query = Query::new("SELECT serial FROM temp.first WHERE 1 = 1")
        .eq("issuer", SqlValue::text(&list.scope.0))
        .eq("crl_partition", SqlValue::integer(list.scope.1))
        .eq("number", SqlValue::integer(list.number));
    for row in snapshot.rows(query).await? {
        let serial = Fields::of(&row).string("serial")?;
        let listed = list.serials.contains(&serial);
        let object = format!("revocation {}/{serial}", list.scope.0);
        findings.demand(listed, object, Rule::CrlIncomplete);
    }
    Ok(())
}

/// An entry stays until one list after its certificate's end.
async fn lost(
    snapshot: &mut Snapshot,
    before: &Newest,
    list: &Newest,
    object: &str,
    findings: &mut Findings<'_>,
) -> Result<(), DatabaseError> {
    for serial in before.serials.difference(&list.serials) {
        let query = Query::from("revoked")
            .eq("issuer", SqlValue::text(&list.scope.0))
            .eq("serial", SqlValue::text(serial));
        let rows = snapshot.rows(query).await?;
        let end = rows.first().map(|row| Fields::of(row).time("not_after"));
        let over = end.transpose()?.is_some_and(|end| end < before.this_update);
        findings.demand(over, format!("{object} {serial}"), Rule::CrlLost);
    }
    Ok(())
}
