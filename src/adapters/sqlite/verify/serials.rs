//! Each serial is in one known state, and the log, the intent and the certificate agree on it.

use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};

use super::{
    super::connection::{DatabaseError, Snapshot},
    Findings, PAGE, Told,
};
use crate::{
    adapters::sql::{
        query::Query,
        value::{Fields, SqlValue},
    },
    domain::{intent::IntentState, timestamp::Timestamp},
    pkix::certificate::CertificateView,
};

/// A revoked serial by (issuer, serial).
pub(super) struct Revoked {
    pub partition: i64,
    pub revoked_at: Timestamp,
    pub not_after: Timestamp,
}

type Serial = (String, String);
pub(super) type Serials = HashMap<Serial, Revoked>;

pub(super) async fn check(
    snapshot: &mut Snapshot,
    told: &Told,
    findings: &mut Findings,
) -> Result<Serials, DatabaseError> {
    let revoked = revoked(snapshot, findings).await?;
    let mut known = HashSet::new();
    let mut after: Option<Serial> = None;
    loop {
        let rows = snapshot.rows(page(after.as_ref())).await?;
        let Some(last) = rows.last() else { break };
        after = Some(serial(Fields::of(last))?);
        for row in &rows {
            let row = Fields::of(row);
            let (issuer, serial) = serial(row)?;
            let object = format!("intent {issuer}/{serial}");
            one_intent(row, &object, &serial, told, findings)?;
            let listed = revoked.contains_key(&(issuer, serial.clone()));
            one_state(row, &object, &serial, told, listed, findings)?;
            known.insert(serial);
        }
    }
    for serial in told.intents.keys().chain(&told.issued) {
        let object = format!("serial {serial}");
        findings.demand(
            known.contains(serial),
            object,
            "the log knows it, no intent does",
        );
    }
    let orphans = Query::new(
        "SELECT c.id AS id FROM certificate AS c LEFT JOIN intent AS i \
         ON i.issuer = c.issuer AND i.serial = c.serial WHERE i.serial IS NULL",
    );
    for row in snapshot.rows(orphans).await? {
        let object = format!("certificate {}", Fields::of(&row).string("id")?);
        findings.demand(false, object, "it has no intent");
    }
    live(snapshot, findings).await?;
    Ok(revoked)
}

/// Intents in key order, each with its certificate.
fn page(after: Option<&Serial>) -> Query {
    let mut query = Query::new(
        "SELECT i.*, c.der AS der, c.sha256 AS sha256 FROM intent AS i LEFT JOIN certificate AS c \
         ON c.issuer = i.issuer AND c.serial = i.serial WHERE 1 = 1",
    );
    if let Some((issuer, serial)) = after {
        query = query
            .sql(" AND (i.issuer, i.serial) > (")
            .bind(SqlValue::text(issuer))
            .sql(", ")
            .bind(SqlValue::text(serial))
            .sql(")");
    }
    query.sql(" ORDER BY i.issuer, i.serial").limit(PAGE)
}

fn serial(row: Fields<'_>) -> Result<Serial, DatabaseError> {
    Ok((row.string("issuer")?, row.string("serial")?))
}

/// What was recorded is what the log says was recorded, and what was signed is that.
fn one_intent(
    row: Fields<'_>,
    object: &str,
    serial: &str,
    told: &Told,
    findings: &mut Findings,
) -> Result<(), DatabaseError> {
    findings.report.intents += 1;
    let tbs = row.bytes("tbs")?;
    let digest: [u8; 32] = Sha256::digest(&tbs).into();
    let recorded: [u8; 32] = row.array("tbs_sha256")?;
    findings.demand(digest == recorded, object, "its TBS has another digest");
    let said = told.intents.get(serial);
    let same = said.is_some_and(|said| *said == hex::encode(recorded));
    findings.demand(same, object, "the log has no intent for this TBS");
    let Some(der) = row.maybe_bytes("der")? else {
        return Ok(());
    };
    findings.report.certificates += 1;
    let sha256: [u8; 32] = row.array("sha256")?;
    let whole: [u8; 32] = Sha256::digest(&der).into();
    findings.demand(
        whole == sha256,
        object,
        "its certificate has another digest",
    );
    match CertificateView::parse(&der) {
        Ok(view) => {
            findings.demand(view.tbs == tbs, object, "its certificate signs another TBS");
            let same = hex::encode(view.serial.value) == serial;
            findings.demand(same, object, "its certificate has another serial");
        }
        Err(_) => findings.demand(false, object, "its certificate is no certificate"),
    }
    Ok(())
}

/// Issued, abandoned or recorded: never two of them, never none.
fn one_state(
    row: Fields<'_>,
    object: &str,
    serial: &str,
    told: &Told,
    listed: bool,
    findings: &mut Findings,
) -> Result<(), DatabaseError> {
    let certified = row.maybe_bytes("der")?.is_some();
    let issued = told.issued.contains(serial);
    let unresolved = told.unresolved.contains(serial);
    match row.with("state", IntentState::from_name)? {
        IntentState::Issued => {
            findings.demand(certified, object, "issued without a certificate");
            findings.demand(issued, object, "issued without an entry");
            findings.demand(!unresolved, object, "issued and abandoned");
        }
        IntentState::Abandoned => {
            findings.demand(
                !certified && !issued,
                object,
                "abandoned with a certificate",
            );
            findings.demand(unresolved, object, "abandoned without an entry");
            findings.demand(listed, object, "abandoned but not revoked");
        }
        IntentState::Recorded => {
            let open = !certified && !issued && !unresolved && !listed;
            findings.demand(open, object, "settled but still recorded");
        }
    }
    Ok(())
}

async fn revoked(
    snapshot: &mut Snapshot,
    findings: &mut Findings,
) -> Result<Serials, DatabaseError> {
    let mut found = Serials::new();
    for row in snapshot.rows(Query::from("revoked")).await? {
        let row = Fields::of(&row);
        let revoked = Revoked {
            partition: row.integer("crl_partition")?,
            revoked_at: row.time("revoked_at")?,
            not_after: row.time("not_after")?,
        };
        found.insert(serial(row)?, revoked);
        findings.report.revoked += 1;
    }
    Ok(found)
}

/// The row that makes a second activation impossible stands exactly while one runs.
async fn live(snapshot: &mut Snapshot, findings: &mut Findings) -> Result<(), DatabaseError> {
    let query = Query::new(
        "SELECT a.id AS id FROM activation AS a LEFT JOIN live_activation AS l \
         ON l.activation_id = a.id AND l.order_id = a.order_id \
         WHERE (a.state = 'running') <> (l.order_id IS NOT NULL)",
    );
    for row in snapshot.rows(query).await? {
        let object = format!("activation {}", Fields::of(&row).string("id")?);
        findings.demand(
            false,
            object,
            "it runs without its row, or has it without running",
        );
    }
    Ok(())
}
