//! Kept texts: each has the digest that it is named by, and each certificate is what the text of
//! its profile says (I10).

use std::collections::HashMap;

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
    domain::kept_text::TextKind,
    pkix::certificate::CertificateView,
    policy::profile::stored::{self, StoredProfile},
};

/// Profiles that can be judged by: by name and digest in hex.
type Profiles = HashMap<(String, String), StoredProfile>;

pub(super) async fn check(
    snapshot: &mut Snapshot,
    findings: &mut Findings<'_>,
) -> Result<(), DatabaseError> {
    let profiles = texts(snapshot, findings).await?;
    let mut after = String::new();
    loop {
        let query = Query::new(
            "SELECT c.id AS id, c.der AS der, c.mailbox AS mailbox, i.profile AS profile, \
             lower(hex(i.profile_sha256)) AS profile_sha256, i.recorded_at AS recorded_at \
             FROM certificate AS c JOIN intent AS i ON i.issuer = c.issuer AND i.serial = c.serial \
             WHERE c.id > ",
        )
        .bind(SqlValue::text(&after))
        .sql(" ORDER BY c.id")
        .limit(PAGE);
        let rows = snapshot.rows(query).await?;
        for row in &rows {
            let row = Fields::of(row);
            after = row.string("id")?;
            let object = format!("certificate {after}");
            let judged = certificate(row, &object, &profiles, findings);
            findings.read(&object, judged)?;
        }
        findings.step_by("certificate", rows.len());
        if rows.is_empty() {
            return Ok(());
        }
    }
}

/// Every text, and the profiles among them. Few: each is the CA's own.
async fn texts(
    snapshot: &mut Snapshot,
    findings: &mut Findings<'_>,
) -> Result<Profiles, DatabaseError> {
    let mut profiles = Profiles::new();
    let query = Query::new("SELECT kind, name, sha256, content FROM text");
    for row in snapshot.rows(query).await? {
        let row = Fields::of(&row);
        let [kind, name, sha256] = ["kind", "name", "sha256"].map(|column| row.string(column));
        let (kind, name, sha256) = (kind?, name?, sha256?);
        let object = format!("text {kind} {name} {sha256} content");
        let Some(content) = findings.read(&object, row.bytes("content").map_err(Into::into))?
        else {
            continue;
        };
        let same = hex::encode(Sha256::digest(&content)) == sha256;
        findings.demand(same, &object, Rule::ContentAltered);
        if !same || kind != TextKind::Profile.name() {
            continue;
        }
        let text = String::from_utf8(content).ok();
        let profile = text.and_then(|text| StoredProfile::read(&text).ok());
        let profile = profile.filter(|profile| profile.name() == name);
        findings.demand(profile.is_some(), &object, Rule::ProfileUnreadable);
        profiles.extend(profile.map(|profile| ((name, sha256), profile)));
    }
    findings.step("text");
    Ok(profiles)
}

/// That a profile's text is missing is said elsewhere.
fn certificate(
    row: Fields<'_>,
    object: &str,
    profiles: &Profiles,
    findings: &mut Findings<'_>,
) -> Result<(), DatabaseError> {
    let key = (row.string("profile")?, row.string("profile_sha256")?);
    let Some(profile) = profiles.get(&key) else {
        return Ok(());
    };
    let der = row.bytes("der")?;
    for departure in profile.departures(&der, row.time("recorded_at")?) {
        let object = format!("{object} {}", departure.name());
        findings.demand(false, object, Rule::CertificateProfile);
    }
    if let Ok(view) = CertificateView::parse(&der) {
        let mailbox = stored::mailbox(&view).ok().flatten();
        let same = mailbox.as_ref() == Some(&row.string("mailbox")?);
        findings.demand(same, format!("{object} mailbox"), Rule::CertificateFacts);
    }
    Ok(())
}
