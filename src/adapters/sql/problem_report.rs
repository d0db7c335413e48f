//! Reports of problems with certificates.

use async_trait::async_trait;

use super::{
    query::{Fetch, Query, all, first},
    table::{Record, Table},
    value::{Columns, Fields, SqlValue, Unreadable},
};
use crate::{
    domain::{
        aggregate::{Loaded, Version},
        id::{CertificateId, ReportId},
        problem_report::{Problem, ProblemReport, ReportOutcome, ReportState, Word},
        subject_key::BlockEvidence,
        text::Language,
        timestamp::Timestamp,
    },
    ports::store::{Page, StoreError, problem_reports::ProblemReports},
};

pub static TABLE: Table = Table {
    name: "problem_report",
    key: 1,
    columns: &[
        "id",
        "version",
        "problem",
        "evidence",
        "key_fingerprint",
        "certificate_id",
        "named",
        "description",
        "contact",
        "language",
        "digest",
        "state",
        "preliminary_due",
        "decide_due",
        "preliminary",
        "preliminary_by",
        "preliminary_at",
        "outcome",
        "decision",
        "decided_by",
        "decided_at",
        "created_at",
    ],
    fixed: &[
        "problem",
        "evidence",
        "key_fingerprint",
        "certificate_id",
        "named",
        "language",
        "digest",
        "preliminary_due",
        "decide_due",
        "created_at",
    ],
    kept: &["description", "contact"],
};

#[must_use]
pub fn record(report: &ProblemReport, version: Version) -> Record {
    let maybe = |text: Option<String>| SqlValue::Text(text);
    let preliminary = report.preliminary.as_ref();
    let decision = report.decision.as_ref();
    let word = decision.map(|(_, word)| word);
    vec![
        SqlValue::text(report.id),
        SqlValue::version(version),
        SqlValue::text(report.problem.name()),
        maybe(report.evidence.map(|one| one.name().to_owned())),
        maybe(report.key.map(hex::encode)),
        SqlValue::maybe(report.certificate.as_ref()),
        SqlValue::maybe(report.named.as_ref()),
        SqlValue::maybe(report.description.as_ref()),
        SqlValue::maybe(report.contact.as_ref()),
        SqlValue::text(report.language.code()),
        SqlValue::text(hex::encode(report.digest)),
        SqlValue::text(report.state.name()),
        SqlValue::time(report.preliminary_due),
        SqlValue::time(report.decide_due),
        SqlValue::maybe(preliminary.map(|word| &word.text)),
        SqlValue::maybe(preliminary.map(|word| &word.by)),
        SqlValue::maybe_time(preliminary.map(|word| word.at)),
        maybe(decision.map(|(outcome, _)| outcome.name().to_owned())),
        SqlValue::maybe(word.map(|word| &word.text)),
        SqlValue::maybe(word.map(|word| &word.by)),
        SqlValue::maybe_time(word.map(|word| word.at)),
        SqlValue::time(report.received_at),
    ]
}

fn read(row: &dyn Columns) -> Result<Loaded<ProblemReport>, Unreadable> {
    let row = Fields::of(row);
    let digest = |text: &str| hex::decode(text).ok()?.try_into().ok();
    let outcome = row.maybe_with("outcome", ReportOutcome::from_name)?;
    let decided = word(row, ["decision", "decided_by", "decided_at"])?;
    let report = ProblemReport {
        id: row.parsed("id")?,
        problem: row.with("problem", Problem::from_name)?,
        evidence: row.maybe_with("evidence", BlockEvidence::from_name)?,
        key: row.maybe_with("key_fingerprint", digest)?,
        certificate: row.maybe_parsed("certificate_id")?,
        named: row.maybe_text("named")?,
        description: row.maybe_text("description")?,
        contact: row.maybe_text("contact")?,
        language: row.with("language", Language::from_code)?,
        digest: row.with("digest", digest)?,
        state: row.with("state", ReportState::from_name)?,
        received_at: row.time("created_at")?,
        preliminary_due: row.time("preliminary_due")?,
        decide_due: row.time("decide_due")?,
        preliminary: word(row, ["preliminary", "preliminary_by", "preliminary_at"])?,
        decision: outcome.zip(decided),
    };
    Ok(Loaded::restore(report, row.version()?))
}

/// A text, who said it and when; told by the instant.
fn word(row: Fields<'_>, [text, by, at]: [&str; 3]) -> Result<Option<Word>, Unreadable> {
    let Some(instant) = row.maybe_time(at)? else {
        return Ok(None);
    };
    Ok(Some(Word {
        text: row.text(text)?,
        by: row.string(by)?,
        at: instant,
    }))
}

#[async_trait]
impl<F: Fetch> ProblemReports for F {
    async fn problem_report(
        &self,
        id: ReportId,
    ) -> Result<Option<Loaded<ProblemReport>>, StoreError> {
        let query = Query::from("problem_report").eq("id", SqlValue::text(id));
        first(self, query, read).await
    }

    async fn problem_reports(&self, page: &Page) -> Result<Vec<Loaded<ProblemReport>>, StoreError> {
        all(self, Query::from("problem_report").page(page), read).await
    }

    async fn open_reports(&self, limit: u32) -> Result<Vec<Loaded<ProblemReport>>, StoreError> {
        // The state as a literal: it names the partial index.
        let query = Query::new("SELECT * FROM problem_report WHERE state <> 'decided'")
            .sql(" ORDER BY decide_due, id")
            .limit(limit);
        all(self, query, read).await
    }

    async fn report_of(
        &self,
        digest: &[u8; 32],
    ) -> Result<Option<Loaded<ProblemReport>>, StoreError> {
        let query = Query::from("problem_report")
            .eq("digest", SqlValue::text(hex::encode(digest)))
            .sql(" ORDER BY created_at, id");
        first(self, query.limit(1), read).await
    }

    async fn has_unknown_reports(&self, since: Timestamp, count: u32) -> Result<bool, StoreError> {
        let query = Query::new("SELECT 1 AS one FROM problem_report WHERE certificate_id IS NULL")
            .sql(" AND created_at >= ")
            .bind(SqlValue::time(since))
            .limit(count);
        let found = all(self, query, |row| Fields::of(row).integer("one")).await?;
        Ok(u32::try_from(found.len()).unwrap_or(u32::MAX) >= count)
    }

    async fn certificate_with(
        &self,
        sha256: &[u8; 32],
    ) -> Result<Option<CertificateId>, StoreError> {
        let query = Query::new("SELECT id FROM certificate WHERE 1 = 1")
            .eq("sha256", SqlValue::blob(sha256));
        first(self, query.limit(1), |row| Fields::of(row).parsed("id")).await
    }
}
