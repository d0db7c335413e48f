//! Delegated OCSP signing certificates: each serial in one known state, each certificate of the
//! recorded TBS and under its issuer's key.

use sha2::{Digest, Sha256};

use super::{
    super::connection::{DatabaseError, Snapshot},
    Findings,
    rule::Rule,
    serials::demand_form,
};
use crate::{
    adapters::sql::{query::Query, value::Fields},
    domain::intent::IntentState,
    pkix::{certificate::CertificateView, validity::Validity},
};

/// All at once: an issuer has a dozen a year.
const ALL: &str = "SELECT p.*, (SELECT value FROM temp.said WHERE tbl = 'responder' \
     AND id = p.serial AND col = 'tbs_sha256') AS told, \
     (SELECT value FROM temp.said WHERE tbl = 'responder' \
     AND id = p.serial AND col = 'der_sha256') AS told_der, \
     EXISTS (SELECT 1 FROM revoked AS r WHERE r.issuer = p.issuer AND r.serial = p.serial) \
     AS listed FROM responder AS p ORDER BY p.issuer, p.serial";

pub(super) async fn check(
    snapshot: &mut Snapshot,
    findings: &mut Findings<'_>,
) -> Result<(), DatabaseError> {
    let rows = snapshot.rows(Query::new(ALL)).await?;
    for row in &rows {
        let row = Fields::of(row);
        let (issuer, serial) = (row.string("issuer")?, row.string("serial")?);
        let object = format!("responder {issuer}/{serial}");
        let judged = recorded(row, &object, &serial, findings);
        findings.read(&object, judged)?;
        let judged = settled(row, &object, findings);
        findings.read(&object, judged)?;
    }
    findings.step_by("responder", rows.len());
    Ok(())
}

/// What was recorded is what the log says was recorded.
fn recorded(
    row: Fields<'_>,
    object: &str,
    serial: &str,
    findings: &mut Findings<'_>,
) -> Result<(), DatabaseError> {
    findings.report.responders += 1;
    let digest: [u8; 32] = Sha256::digest(row.bytes("tbs")?).into();
    let recorded: [u8; 32] = row.array("tbs_sha256")?;
    findings.demand(digest == recorded, object, Rule::TbsAltered);
    let told = row.maybe_bytes("told")?;
    let same = told.is_some_and(|told| told == recorded);
    findings.demand(same, object, Rule::TbsUntold);
    demand_form(serial, object, findings);
    Ok(())
}

/// Issued, abandoned or recorded: never two of them, never none.
fn settled(
    row: Fields<'_>,
    object: &str,
    findings: &mut Findings<'_>,
) -> Result<(), DatabaseError> {
    let der = row.bytes("der")?;
    let told = row.maybe_bytes("told_der")?;
    let listed = row.flag("listed")?;
    match row.with("state", IntentState::from_name)? {
        IntentState::Issued => {
            findings.demand(told.is_some(), object, Rule::IssuedUntold);
            findings.demand(!listed, object, Rule::IssuedAbandoned);
            let same = told == Some(Sha256::digest(&der).to_vec());
            findings.demand(same, object, Rule::CertificateAltered);
            certificate(row, &der, object, findings)?;
        }
        IntentState::Abandoned => {
            let bare = der.is_empty() && told.is_none();
            findings.demand(bare, object, Rule::AbandonedCertificate);
            findings.demand(listed, object, Rule::AbandonedUnlisted);
        }
        IntentState::Recorded => {
            let open = der.is_empty() && told.is_none() && !listed;
            findings.demand(open, object, Rule::RecordedSettled);
        }
    }
    Ok(())
}

/// What was signed is what was recorded, and says what the row says.
fn certificate(
    row: Fields<'_>,
    der: &[u8],
    object: &str,
    findings: &mut Findings<'_>,
) -> Result<(), DatabaseError> {
    let Ok(view) = CertificateView::parse(der) else {
        findings.demand(false, object, Rule::CertificateForm);
        return Ok(());
    };
    findings.demand(view.tbs == row.bytes("tbs")?, object, Rule::CertificateTbs);
    let same = hex::encode(view.serial.value) == row.string("serial")?;
    findings.demand(same, object, Rule::CertificateSerial);
    let Ok(validity) = Validity::from_der(&view.validity) else {
        findings.demand(false, object, Rule::CertificateForm);
        return Ok(());
    };
    let same = validity.not_before() == row.time("not_before")?
        && validity.not_after() == row.time("not_after")?;
    findings.demand(same, object, Rule::CertificateFacts);
    let began = validity.not_before() <= row.time("recorded_at")?;
    findings.demand(began, object, Rule::CertificateValidity);
    let judged = findings.issuer(&row.string("issuer")?).map(|issuer| {
        let signed = issuer.verify(view.tbs, view.outer_algorithm, view.signature);
        (
            signed.is_ok() && view.issuer == issuer.subject().as_der(),
            validity.not_after() <= issuer.validity().not_after(),
        )
    });
    if let Some((signed, within)) = judged {
        findings.demand(signed, object, Rule::CertificateSignature);
        findings.demand(within, object, Rule::CertificateLength);
    }
    Ok(())
}
