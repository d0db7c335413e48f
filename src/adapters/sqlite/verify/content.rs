//! Columns that repeat what other columns hold: certificates read again, keys
//! hashed again.

use std::time::Duration;

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::{
    super::connection::{DatabaseError, Snapshot},
    Findings, PAGE,
    rule::Rule,
    said::UNKNOWN,
};
use crate::{
    adapters::sql::{
        caa,
        query::Query,
        value::{Columns, Fields, SqlValue},
    },
    domain::{audit::value::Value, caa::describe},
    pkix::{
        certificate::CertificateView, name::Name, spki::PublicKey, tlv::Malformed,
        validity::Validity,
    },
};

/// Whose keys activations used, and by which keys identities are recognised, as the log has it.
pub(super) const CREATE: &str = "CREATE TEMP TABLE held (fingerprint TEXT NOT NULL, ra TEXT, \
     customer TEXT, identity TEXT, PRIMARY KEY (fingerprint)) WITHOUT ROWID";

const OF_IDENTITIES: &str = "INSERT OR IGNORE INTO temp.held SELECT value, NULL, NULL, id \
     FROM temp.said WHERE tbl = 'identity' AND col = 'key' AND value IS NOT NULL";

/// BR 6.3.2, both ends counted: the last second is one before.
const LONGEST: Duration = Duration::from_secs(825 * 86_400);

pub(super) async fn check(
    snapshot: &mut Snapshot,
    findings: &mut Findings<'_>,
) -> Result<(), DatabaseError> {
    snapshot.rows(Query::new(OF_IDENTITIES)).await?;
    for table in ["certificate", "activation", "identity", "caa_check"] {
        let key = if table == "identity" { "name" } else { "id" };
        let mut after = String::new();
        loop {
            // Beside a CAA check stands what its entry tells of the answers.
            let query = Query::new(&format!(
                "SELECT t.*, (SELECT value FROM temp.said WHERE tbl = '{table}' \
                 AND id = t.{key} AND col = 'lookups') AS told FROM {table} AS t WHERE 1 = 1"
            ))
            .sql(&format!(" AND {key} > "))
            .bind(SqlValue::text(&after))
            .sql(&format!(" ORDER BY {key}"))
            .limit(PAGE);
            let rows = snapshot.rows(query).await?;
            for raw in &rows {
                let row = Fields::of(raw);
                after = row.string(key)?;
                let object = format!("{table} {after}");
                let judged = match table {
                    "certificate" => certificate(row, &object, findings),
                    "activation" => activation(snapshot, row, &object, findings).await,
                    "caa_check" => caa_check(raw, row, &object, findings),
                    _ => identity(row, &object, findings),
                };
                findings.read(&object, judged)?;
            }
            findings.step_by(table, rows.len());
            if rows.is_empty() {
                break;
            }
        }
    }
    Ok(())
}

fn certificate(
    row: Fields<'_>,
    object: &str,
    findings: &mut Findings<'_>,
) -> Result<(), DatabaseError> {
    let der = row.bytes("der")?;
    let Ok(view) = CertificateView::parse(&der) else {
        return Ok(());
    };
    let facts = facts(&view);
    let Ok((subject, validity)) = facts else {
        findings.demand(false, object, Rule::CertificateForm);
        return Ok(());
    };
    let spki: [u8; 32] = Sha256::digest(view.spki).into();
    let key = PublicKey::from_spki(view.spki).map(|key| key.fingerprint());
    let same = [
        ("subject", row.string("subject")? == subject),
        (
            "not_before",
            row.time("not_before")? == validity.not_before(),
        ),
        ("not_after", row.time("not_after")? == validity.not_after()),
        ("spki_sha256", row.array("spki_sha256")? == spki),
        ("key_fingerprint", key == Ok(row.array("key_fingerprint")?)),
    ];
    for (column, same) in same {
        let object = format!("{object} {column}");
        findings.demand(same, object, Rule::CertificateFacts);
    }
    let began = validity.not_before() <= row.time("created_at")?;
    findings.demand(began, object, Rule::CertificateValidity);
    let ends = validity.not_before().plus(LONGEST);
    findings.demand(validity.not_after() < ends, object, Rule::CertificateLength);
    let issuer = row.string("issuer")?;
    let judged = findings.issuer(&issuer).map(|issuer| {
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

fn facts(view: &CertificateView<'_>) -> Result<(String, Validity), Malformed> {
    let subject = Name::from_der(view.subject)?.to_string();
    Ok((subject, Validity::from_der(&view.validity)?))
}

async fn activation(
    snapshot: &mut Snapshot,
    row: Fields<'_>,
    object: &str,
    findings: &mut Findings<'_>,
) -> Result<(), DatabaseError> {
    let spki = row.bytes("spki")?;
    let sha256: [u8; 32] = Sha256::digest(&spki).into();
    let same = row.array("spki_sha256")? == sha256;
    findings.demand(same, object, Rule::ContentAltered);
    let Ok(key) = PublicKey::from_spki(&spki) else {
        return Ok(());
    };
    let query = Query::new("INSERT OR IGNORE INTO temp.held VALUES (")
        .bind(SqlValue::text(hex::encode(key.fingerprint())))
        .sql(", ")
        .bind(SqlValue::text(row.string("ra")?))
        .sql(", ")
        .bind(SqlValue::Text(row.maybe_string("customer")?))
        .sql(", NULL)");
    snapshot.rows(query).await?;
    Ok(())
}

/// The answers that the row keeps are those the entry tells in words.
fn caa_check(
    raw: &dyn Columns,
    row: Fields<'_>,
    object: &str,
    findings: &mut Findings<'_>,
) -> Result<(), DatabaseError> {
    let Some(told) = row.maybe_string("told")?.filter(|told| told != UNKNOWN) else {
        return Ok(());
    };
    let check = caa::read(raw)?;
    let words = check.lookups.iter().map(describe).map(Value::text);
    let words = words.map(|word| match word {
        Value::Text(text) => Json::String(text),
        _ => Json::Null,
    });
    let words = Json::Array(words.collect()).to_string();
    findings.demand(words == told, object, Rule::ContentAltered);
    Ok(())
}

/// A person is recognised by the key their words are verified with.
fn identity(
    row: Fields<'_>,
    object: &str,
    findings: &mut Findings<'_>,
) -> Result<(), DatabaseError> {
    let (Some(spki), "spki") = (
        row.maybe_bytes("spki")?,
        row.string("credential_kind")?.as_str(),
    ) else {
        return Ok(());
    };
    let same = row.string("credential")? == hex::encode(Sha256::digest(spki));
    findings.demand(same, object, Rule::ContentAltered);
    Ok(())
}
