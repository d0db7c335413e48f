//! Data sets and registration types on the wire.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    acting_for::{ActingFor, StatementGiven},
    lookups::LookupProgress,
    problem::{Bilingual, ProblemError},
};

/// What opens a data set.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSubjectData {
    pub organization: String,
    /// One of the `abbreviations` that are offered for a name of more than 64 characters: what
    /// certificates are to say. It may be chosen later, with the submission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abbreviation: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    pub state_or_province: String,
    pub locality: String,
    pub verification: Verification,
    /// The set of which this is the next version.
    #[serde(default)]
    pub replaces: Option<String>,
    #[serde(default)]
    pub acting_for: Option<ActingFor>,
}

/// How the organisation's existence is to be shown.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Verification {
    /// `registration_number` or `document`.
    pub method: String,
    /// For example `KRS`; with `registration_number` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration_number: Option<String>,
}

/// What hands a data set over.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    pub statements: Vec<StatementGiven>,
    /// One of the `abbreviations` of the draft; it replaces one that was chosen before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abbreviation: Option<String>,
    #[serde(default)]
    pub acting_for: Option<ActingFor>,
}

/// What takes a data set back.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    #[serde(default)]
    pub acting_for: Option<ActingFor>,
}

/// Filters of the list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SubjectDataFilter {
    /// A state, `submitted`, or a status code, for example `verified` or `expired`; several with
    /// commas. `verified` holds the expired ones.
    #[serde(default)]
    pub state: Option<String>,
}

/// Something the CA asks for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Need {
    pub code: String,
    pub words: Bilingual,
}

/// A data set.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SubjectData {
    pub id: String,
    pub customer_ref: Option<String>,
    /// 1 for new data, one more for each next version.
    pub revision: u32,
    pub replaces: Option<String>,
    pub organization: String,
    /// What certificates say for a name of more than 64 characters, as the applicant chose it.
    pub abbreviation: Option<String>,
    /// What may be chosen for it: documented abbreviations of its legal forms. Empty for a name
    /// that fits, and for one of which no legal form makes it fit: then a person of the CA finds
    /// an abbreviation.
    pub abbreviations: Vec<Abbreviation>,
    pub country: String,
    pub state_or_province: String,
    pub locality: String,
    /// The number is in the register's normal form.
    pub verification: Verification,
    /// What somebody did: `draft`, `under_verification`, `waiting_for_applicant`, `verified`,
    /// `rejected`, `withdrawn`, `suspended`, `replaced`.
    pub state: String,
    /// What follows now: `verified` becomes `expired` when the evidence is too old.
    pub status_code: String,
    pub words: Bilingual,
    /// What hinders nothing but should be known: `organization-too-long` for a name of more than
    /// 64 characters, of which the certificate can only show an abbreviation, until one is chosen.
    pub warnings: Vec<ProblemError>,
    /// What the CA asks of the applicant now.
    pub needed: Vec<Need>,
    /// What the CA adds to the question, or why it refused, as the specialist typed it.
    pub message: Option<String>,
    /// By when what is asked must be answered; then the data are refused.
    pub answer_until: Option<String>,
    /// What was verified: certificates are made of this.
    pub verified: Option<VerifiedData>,
    pub statements: Vec<StatementGiven>,
    /// The verification, for a single set; `null` before it is submitted and in lists.
    pub case: Option<CaseSummary>,
    pub created_at: String,
    pub submitted_at: Option<String>,
    pub updated_at: String,
    pub etag: String,
}

/// A name as a certificate may have it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Abbreviation {
    /// At most 64 characters.
    pub organization: String,
    /// What was abbreviated, in the order of the name.
    pub replaced: Vec<AbbreviatedForm>,
}

/// A legal form and its abbreviation.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AbbreviatedForm {
    /// As the name has it.
    pub full: String,
    pub abbreviation: String,
    /// The form by ISO 20275 (entity legal forms); several codes where one abbreviation covers
    /// several forms.
    pub codes: Vec<String>,
}

/// What two people established.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct VerifiedData {
    pub organization: String,
    pub organization_identifier: String,
    pub country: String,
    pub state_or_province: Option<String>,
    pub locality: Option<String>,
    /// Until then certificates can be made of it.
    pub valid_until: String,
}

/// What an applicant may know of the case.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseSummary {
    pub id: String,
    pub state: String,
    /// How far the registers are with the data.
    pub lookup: LookupProgress,
    pub checks: Vec<CheckSummary>,
}

/// One check of the case.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CheckSummary {
    /// For example `existence`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `NOT_REQUIRED`, `REQUIRED`, `FAILED` or `VERIFIED`.
    pub state: String,
}

/// A document's description; its bytes are never given out to a frontend.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Document {
    pub document_id: String,
    pub subject_data_id: String,
    /// `organization`, `authorization`, `applicant` or `additional`.
    pub kind: String,
    pub description: Option<String>,
    pub file_name: String,
    /// Found in the content: `application/pdf` (signed ones too), `image/png`, `image/jpeg`,
    /// `application/vnd.etsi.asic-s+zip`, `application/vnd.etsi.asic-e+zip`, or `application/cms` for
    /// a CMS signature with or without its content.
    pub media_type: String,
    /// In bytes.
    pub size: u64,
    /// Of the content, in hex.
    pub sha256: String,
    /// `not_scanned` where nobody scans, else `pending`, then `clean`, `infected` or
    /// `unscannable`. Only `not_scanned` and `clean` count and are looked at.
    pub scan: String,
    pub scanned_at: Option<String>,
    /// When its bytes may be deleted at the earliest, as things stand; `null` while it is in use,
    /// and when they are gone.
    pub retain_until: Option<String>,
    /// When its bytes were deleted.
    pub erased_at: Option<String>,
    pub received_at: String,
}

/// The form of an upload (`multipart/form-data`).
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub struct Upload {
    /// `organization`, `authorization`, `applicant` or `additional`.
    kind: String,
    description: Option<String>,
    /// PDF, PNG, JPEG, ASiC container or CMS signature, at most 30 MiB. A declared type other
    /// than `application/octet-stream` must fit the content.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    file: String,
}

/// For which country numbers are wanted.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CountryQuery {
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

/// A kind of registration number.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RegistrationType {
    /// For example `KRS`.
    #[serde(rename = "type")]
    pub kind: String,
    pub label: Bilingual,
    /// ECMA 262 pattern of what a user may type.
    pub pattern: String,
    pub example: String,
    /// Whether the CA looks the number up by itself.
    pub online: bool,
    /// The connected registers that are asked by it, for example `krs`; `manual` alone where people
    /// look it up.
    pub registers: Vec<String>,
}
