//! Reports of problems with certificates, reading.

use async_trait::async_trait;

use super::{Page, StoreError};
use crate::domain::{
    aggregate::Loaded,
    id::{CertificateId, ReportId},
    problem_report::ProblemReport,
    timestamp::Timestamp,
};

#[async_trait]
pub trait ProblemReports: Send + Sync {
    /// # Errors
    /// When the database cannot answer.
    async fn problem_report(
        &self,
        id: ReportId,
    ) -> Result<Option<Loaded<ProblemReport>>, StoreError>;

    /// All, newest first.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn problem_reports(&self, page: &Page) -> Result<Vec<Loaded<ProblemReport>>, StoreError>;

    /// Those that nobody has decided, by the end of their time, at most `limit`.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn open_reports(&self, limit: u32) -> Result<Vec<Loaded<ProblemReport>>, StoreError>;

    /// The earliest report that said just this.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn report_of(
        &self,
        digest: &[u8; 32],
    ) -> Result<Option<Loaded<ProblemReport>>, StoreError>;

    /// Whether `count` reports since `since` were about no certificate of this CA.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn has_unknown_reports(&self, since: Timestamp, count: u32) -> Result<bool, StoreError>;

    /// The certificate with this SHA-256 over its DER.
    ///
    /// # Errors
    /// When the database cannot answer.
    async fn certificate_with(
        &self,
        sha256: &[u8; 32],
    ) -> Result<Option<CertificateId>, StoreError>;
}
