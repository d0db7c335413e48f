//! The evidence behind a certificate on the wire. Octets are base64, digests hex.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    acting_for::ActingFor,
    cases::{CaseData, CaseDocument, CaseFacts, CheckLine, EvidenceLine},
    certificates::Certificate,
    data_lookups::DataLookupLine,
};

/// Everything that a certificate's issuance rested on.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CertificateEvidence {
    /// `chancery-evidence/v1`.
    pub format: String,
    /// With its text.
    pub certificate: Certificate,
    /// PEM from the issuer upward, without leaf and root; absent when the daemon's configuration
    /// does not know the issuer any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chain: Option<String>,
    pub request: RequestFacts,
    /// Accepted at the activation.
    pub statements: Vec<AcceptedStatement>,
    pub organization: OrganizationEvidence,
    /// The order's own validation first, with all facts of the proof; then the one whose proof it
    /// uses again, unless that was validated again since.
    pub mailboxes: Vec<MailboxEvidence>,
    /// The proof of its domain, where the mailbox rests on that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<DomainEvidence>,
    /// What the mailbox's domain said.
    pub caa: Vec<CaaCheck>,
    pub key: KeyEvidence,
    pub issuance: IssuanceFacts,
    /// Whole, what hashes and versions above stand for: the profile, the statements, the rules of
    /// lint and keys, what the lists of keys were.
    pub texts: Vec<KeptText>,
    /// What the log says of each step, oldest first: the mailbox's validation, the data's
    /// submission, both words about the organization, the look at CAA records,
    /// `activation.submitted`, `cert.sign_intent` and `cert.issued`; and `text.kept` of the rules.
    pub audit: Vec<AuditEntry>,
    /// Of each log these stand in.
    pub logs: Vec<AuditRoot>,
}

/// Who asked, for whom, for what.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RequestFacts {
    pub ra: String,
    pub customer_ref: Option<String>,
    pub order_id: String,
    pub order_number: String,
    pub product_code: String,
    pub activation_id: String,
    /// The frontend's user as the frontend asserted it.
    pub acting_for: ActingFor,
    pub submitted_at: String,
    /// Source of the common name: `organization` or `email`.
    pub common_name: String,
    pub fields: Vec<String>,
    /// DER of the SubjectPublicKeyInfo: all that is taken from a request.
    pub spki: String,
    /// The body as it was received, octet for octet; absent once it has been erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The HTTP request; absent once its Idempotency-Key has been forgotten.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpRequestFacts>,
}

/// The HTTP request that began the activation.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HttpRequestFacts {
    /// Name of the mTLS identity.
    pub identity: String,
    pub idempotency_key: String,
    /// Over method, path and body.
    pub sha256: String,
}

/// A statement as accepted.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AcceptedStatement {
    pub id: String,
    pub version: u32,
    /// Of the text in all languages as shown.
    pub sha256: String,
    pub accepted_at: String,
}

/// The verified organization.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OrganizationEvidence {
    /// What the applicant gave.
    pub data: CaseData,
    /// Accepted with the data.
    pub statements: Vec<AcceptedStatement>,
    /// What two people established.
    pub verified: Option<VerifiedFacts>,
    pub case_id: Option<String>,
    pub checks: Vec<CheckLine>,
    pub evidence: Vec<EvidenceLine>,
    pub documents: Vec<CaseDocument>,
    /// The octets whose SHA-256 both people signed, as text: they repeat what stands above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_content: Option<String>,
    /// Proposal and decision.
    pub decisions: Vec<SignedDecision>,
    /// What registers said of the data since, newest first; nobody signed it.
    pub later_lookups: Vec<DataLookupLine>,
}

/// Verified facts and their dates.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct VerifiedFacts {
    #[serde(flatten)]
    pub facts: CaseFacts,
    pub organization_checked_at: String,
    pub organization_lapses_at: String,
    pub authority_checked_at: String,
    pub authority_lapses_at: String,
    /// Who was reached and confirmed the authority.
    pub representatives: Vec<String>,
    pub decided_at: String,
}

/// A person's signed word. `openssl dgst` verifies it from `signed_text`, `public_key` and
/// `signature`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SignedDecision {
    /// `propose` or `decide`.
    pub step: String,
    pub by: String,
    /// `approve` or `reject`.
    pub outcome: String,
    pub at: String,
    pub reason: Option<String>,
    /// The exact octets, UTF-8.
    pub signed_text: String,
    pub signature: String,
    /// Of the SubjectPublicKeyInfo, as recorded with the word.
    pub public_key_sha256: String,
    /// Name of RFC 7518 or RFC 8037; absent when the registry does not have the key any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
    /// PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_key: Option<String>,
}

/// How control of the mailbox was shown.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MailboxEvidence {
    pub id: String,
    pub order_id: String,
    pub email: String,
    /// Section of the S/MIME Baseline Requirements.
    pub method: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain_control: Option<String>,
    pub state: String,
    pub initiated_at: String,
    pub sent_at: Option<String>,
    pub confirmed_at: Option<String>,
    /// `page` or `frontend`; `domain` for a mailbox that rests on its domain.
    pub confirmed_by: Option<String>,
    pub reused_from: Option<String>,
    pub lapses_at: String,
}

/// How control of the mailbox's domain was shown.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DomainEvidence {
    pub id: String,
    pub domain: String,
    /// Sections of the S/MIME and TLS Baseline Requirements.
    pub method: String,
    /// Name of the TXT record.
    pub record: String,
    pub value: String,
    pub state: String,
    /// Remote perspectives that saw the value, of those that were asked.
    pub quorum: Option<String>,
    /// Each perspective in one line: name, region, what it saw.
    pub seen: Vec<String>,
    pub initiated_at: String,
    pub proven_at: Option<String>,
    pub lapses_at: String,
}

/// A look at CAA records (RFC 8659, RFC 9495).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CaaCheck {
    pub id: String,
    pub domain: String,
    /// `permitted`.
    pub verdict: String,
    /// Which rule decided.
    pub reason: String,
    /// The names under which this CA was looked for.
    pub issuers: Vec<String>,
    /// Each step of the climb in one line.
    pub lookups: Vec<String>,
    /// Remote perspectives that permit, of those that were asked, where the mailbox rests on its
    /// domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quorum: Option<String>,
    /// Each of them in one line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<String>,
    pub checked_at: String,
    pub usable_until: String,
}

/// The certified key.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct KeyEvidence {
    pub algorithm: String,
    pub bits: u32,
    pub spki_sha256: String,
    /// The same for one key in any wrapping.
    pub fingerprint: String,
    /// How it was judged when the intent was decided; absent when the log does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_issuance: Option<KeyJudgement>,
    /// Rules of today that the key breaks by its own numbers.
    pub faults_today: Vec<String>,
    /// Whether it stands on the block list now.
    pub blocked_today: bool,
}

/// The checks of a key before its certificate; every one was kept, else there is none.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct KeyJudgement {
    /// Version of the rules about keys; what they say stands in `texts`.
    pub rules: String,
    /// Names of the rules that the key kept.
    pub kept: Vec<String>,
    /// Of the text about the lists of published keys and of the CA's own. The block list was that
    /// of every `key.blocked` before the intent's entry.
    pub lists_sha256: String,
}

/// A text, octet for octet in UTF-8.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct KeptText {
    /// `profile`, `statement`, `lint_rules`, `key_rules` or `key_lists`.
    pub kind: String,
    /// The profile's name, a statement's id and version as `terms v2`, the version of rules.
    pub name: String,
    pub sha256: String,
    /// Of a statement, English, LF, Polish.
    pub text: String,
}

/// What was signed, and by which rules.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct IssuanceFacts {
    pub issuer: String,
    pub serial: String,
    pub profile: String,
    pub profile_sha256: String,
    /// Version of the lint rules.
    pub lint_rules: String,
    /// Names of the rules that found something.
    pub lint_findings: Vec<String>,
    /// Of the TBSCertificate that was made durable before it was signed.
    pub tbs_sha256: String,
    pub recorded_at: String,
    pub settled_at: Option<String>,
    /// Versions of the objects that the decision read.
    pub rests_on: Vec<RestsOn>,
}

/// A version of an object.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RestsOn {
    /// For example `subject_data` or `mailbox`.
    pub kind: String,
    pub id: String,
    pub version: i64,
}

/// An entry of the audit log.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    #[serde(rename = "type")]
    pub kind: String,
    pub log: String,
    pub seq: u64,
    pub time: String,
    /// The exact bytes of the leaf.
    pub leaf: String,
    /// The proof that it is leaf `seq` of the log, in hex, leaf side first (RFC 9162 2.1.3).
    pub path: Vec<String>,
    /// Personal data beside it, until it is erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<AuditDetail>,
}

/// Personal data beside an entry: SHA-256 over salt and JSON is the `detail` of its leaf.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditDetail {
    /// 32 octets in hex.
    pub salt: String,
    /// The exact bytes.
    pub json: String,
}

/// A log, as large as it was with the last entry that is shown.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditRoot {
    pub log: String,
    pub size: u64,
    /// Root of the tree over that many entries, in hex (RFC 6962 2.1).
    pub root: String,
}
