//! Wire types of reports of problems with certificates.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A report as anybody hands it in on the public listener, as JSON or as a form.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReport {
    /// `key-compromise`, `not-authorized`, `mailbox-unreliable`, `misuse`, `inaccurate-data` or
    /// `other`.
    pub problem: String,
    /// PEM or base64 of a certificate, a certification request or a key, the private one too; or
    /// the serial number or SHA-256 digest of a certificate in hex.
    pub about: String,
    /// At most 2000 characters; white space is folded.
    #[serde(default)]
    pub description: String,
    /// Mail address of the reporter.
    #[serde(default)]
    pub contact: String,
    /// From `POST /report/challenge`, with `signature`.
    #[serde(default)]
    pub challenge: String,
    /// In base64.
    #[serde(default)]
    pub signature: String,
}

/// What a reporter is told: the same whether or not there is such a certificate.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReportReceipt {
    /// `rpt_…`
    pub reference: String,
    /// Whether a proof showed that the key is compromised: it is blocked, and all of its
    /// certificates are revoked.
    pub proven: bool,
    pub received_at: String,
    pub preliminary_due: String,
    pub decide_due: String,
}

/// A text to be signed with a key that is compromised.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReportChallenge {
    pub challenge: String,
    /// The octets to be signed.
    pub text: String,
    pub expires_at: String,
}

/// What was said of a report.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReportWord {
    pub text: String,
    pub by: String,
    pub at: String,
}

/// A report as the CA's people see it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ProblemReport {
    /// `rpt_…`
    pub id: String,
    /// What is alleged.
    pub problem: String,
    /// `received`, `answered` (the preliminary report is given) or `decided`.
    pub state: String,
    /// What shows that the reporter has the key, when something does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// Fingerprint of the key, as on the block list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The certificate that was found; others may have the same key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_id: Option<String>,
    /// Serial number or digest by which it was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub named: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    pub language: String,
    pub received_at: String,
    /// By when the preliminary report must be given (S/MIME BR 4.9.5).
    pub preliminary_due: String,
    /// By when it must be decided, and what is revoked be on a CRL (S/MIME BR 4.9.1.1).
    pub decide_due: String,
    /// By when the next of these must happen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    pub overdue: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preliminary: Option<ReportWord>,
    /// `revoke` or `decline`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<ReportWord>,
}
