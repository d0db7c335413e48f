//! Each serial is in one known state, and the log, the intent and the certificate agree on it.

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
    domain::intent::IntentState,
    pkix::certificate::CertificateView,
};

type Serial = (String, String);

/// Bits a serial must have (BR 7.1).
const BITS: usize = 64;

pub(super) async fn check(
    snapshot: &mut Snapshot,
    findings: &mut Findings<'_>,
) -> Result<(), DatabaseError> {
    let mut after: Option<Serial> = None;
    loop {
        let rows = snapshot.rows(page(after.as_ref())).await?;
        let Some(last) = rows.last() else { break };
        after = Some(serial(Fields::of(last))?);
        for row in &rows {
            let row = Fields::of(row);
            let (issuer, serial) = serial(row)?;
            let object = format!("intent {issuer}/{serial}");
            let judged = one_intent(row, &object, &serial, findings);
            findings.read(&object, judged)?;
            let judged = one_state(row, &object, findings);
            findings.read(&object, judged)?;
        }
        findings.step_by("intent", rows.len());
    }
    let revoked = Query::new("SELECT count(*) AS n FROM revoked");
    if let Some(row) = snapshot.rows(revoked).await?.first() {
        findings.report.revoked = Fields::of(row).number("n")?;
    }
    Ok(())
}

/// Intents in key order, each with its certificate.
fn page(after: Option<&Serial>) -> Query {
    let mut query = Query::new(
        "SELECT i.*, c.der AS der, c.sha256 AS sha256, \
         (SELECT value FROM temp.said WHERE tbl = 'intent' AND id = i.serial \
          AND col = 'tbs_sha256') AS told, \
         EXISTS (SELECT 1 FROM temp.said WHERE tbl = 'intent' AND id = i.serial \
          AND col = '#issued') AS told_issued, \
         EXISTS (SELECT 1 FROM temp.said WHERE tbl = 'intent' AND id = i.serial \
          AND col = '#unresolved') AS told_unresolved, \
         EXISTS (SELECT 1 FROM revoked AS r WHERE r.issuer = i.issuer \
          AND r.serial = i.serial) AS listed \
         FROM intent AS i LEFT JOIN certificate AS c \
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
    findings: &mut Findings<'_>,
) -> Result<(), DatabaseError> {
    findings.report.intents += 1;
    let tbs = row.bytes("tbs")?;
    let digest: [u8; 32] = Sha256::digest(&tbs).into();
    let recorded: [u8; 32] = row.array("tbs_sha256")?;
    findings.demand(digest == recorded, object, Rule::TbsAltered);
    let told = row.maybe_bytes("told")?;
    let same = told.is_some_and(|told| told == recorded);
    findings.demand(same, object, Rule::TbsUntold);
    demand_form(serial, object, findings);
    let Some(der) = row.maybe_bytes("der")? else {
        return Ok(());
    };
    findings.report.certificates += 1;
    let sha256: [u8; 32] = row.array("sha256")?;
    let whole: [u8; 32] = Sha256::digest(&der).into();
    findings.demand(whole == sha256, object, Rule::CertificateAltered);
    match CertificateView::parse(&der) {
        Ok(view) => {
            findings.demand(view.tbs == tbs, object, Rule::CertificateTbs);
            let same = hex::encode(view.serial.value) == serial;
            findings.demand(same, object, Rule::CertificateSerial);
        }
        Err(_) => findings.demand(false, object, Rule::CertificateForm),
    }
    Ok(())
}

/// Issued, abandoned or recorded: never two of them, never none.
fn one_state(
    row: Fields<'_>,
    object: &str,
    findings: &mut Findings<'_>,
) -> Result<(), DatabaseError> {
    let certified = row.maybe_bytes("der")?.is_some();
    let (issued, unresolved) = (row.flag("told_issued")?, row.flag("told_unresolved")?);
    let listed = row.flag("listed")?;
    match row.with("state", IntentState::from_name)? {
        IntentState::Issued => {
            findings.demand(certified, object, Rule::IssuedBare);
            findings.demand(issued, object, Rule::IssuedUntold);
            findings.demand(!unresolved, object, Rule::IssuedAbandoned);
        }
        IntentState::Abandoned => {
            findings.demand(!certified && !issued, object, Rule::AbandonedCertificate);
            findings.demand(unresolved, object, Rule::AbandonedUntold);
            findings.demand(listed, object, Rule::AbandonedUnlisted);
        }
        IntentState::Recorded => {
            let open = !certified && !issued && !unresolved && !listed;
            findings.demand(open, object, Rule::RecordedSettled);
        }
    }
    Ok(())
}

/// Positive, more than 64 bits, at most 20 octets.
pub(super) fn demand_form(serial: &str, object: &str, findings: &mut Findings<'_>) {
    let octets = hex::decode(serial).unwrap_or_default();
    let positive = octets
        .first()
        .is_some_and(|first| (1..0x80).contains(first));
    let long = octets.len() * 8 > BITS && octets.len() <= 20;
    findings.demand(positive && long, object, Rule::SerialForm);
}
