//! Lookups of a case on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{cases::EvidenceLine, problem::Bilingual};

/// What to ask; what is left out follows from the data set.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NewLookup {
    /// `krs`, `white-list`, `ceidg`, `regon`, `vies`, `gleif` or `companies-house`; the first
    /// configured one that knows such numbers without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub register: Option<String>,
    /// Kind of another number than the data set's, as registration types have it; with
    /// `registration_number` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_number: Option<String>,
}

/// What came of a lookup, and the evidence it became.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LookupResource {
    pub register: String,
    pub registration_type: String,
    pub registration_number: String,
    /// `found`, `not_found`, `ambiguous`, `unavailable` or `schema_changed`.
    pub outcome: String,
    /// The outcome in words.
    pub message: Bilingual,
    /// With `unavailable`: not worth another try before.
    pub retry_at: Option<String>,
    /// Why there is no record, for a specialist.
    pub remark: Option<String>,
    pub records: Vec<RegisterRecord>,
    /// What the record means for the checks. Nothing is recorded by it.
    pub findings: Vec<LookupFinding>,
    /// Its content is everything that was seen.
    pub evidence: EvidenceLine,
    /// The case's digest after it.
    pub case_digest: String,
}

/// An entry, in the register's own words.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RegisterRecord {
    pub number: String,
    /// Absent where the register keeps it to itself.
    pub legal_name: Option<String>,
    /// Former and further names.
    pub other_names: Vec<String>,
    pub legal_form: Option<String>,
    /// `active`, `suspended`, `liquidation`, `insolvency`, `struck` or `unknown`.
    pub status: String,
    /// The status in the register's words.
    pub status_raw: Option<String>,
    pub country: Option<String>,
    pub region: Option<String>,
    pub locality: Option<String>,
    pub street: Option<String>,
    pub postcode: Option<String>,
    /// The whole address, of registers that do not divide it.
    pub address: Option<String>,
    pub numbers: Vec<OtherNumber>,
    pub contacts: Vec<String>,
    pub as_of: Option<String>,
    pub cautions: Vec<Caution>,
}

/// A further number of the organisation.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OtherNumber {
    #[serde(rename = "type")]
    pub kind: String,
    pub number: String,
}

/// What a person must heed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Caution {
    /// Stable code.
    pub code: String,
    pub message: Bilingual,
}

/// What the record means for a check.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LookupFinding {
    pub check: String,
    /// `VERIFIED`, `FAILED`, or `REQUIRED`: a person has to look.
    pub state: String,
    /// Stable code.
    pub code: String,
    pub message: Bilingual,
    /// `EQUAL`, `EQUAL_BUT_FORM`, `EQUAL_BUT_ASCII`, `SIMILAR` or `DIFFERENT`.
    pub verdict: Option<String>,
    /// What the applicant wrote.
    pub given: Option<String>,
    pub registered: Option<String>,
    /// What the comparison did, in order.
    pub steps: Vec<MatchStep>,
}

/// One step of a comparison.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MatchStep {
    /// `given`, `registered` or `both`.
    pub side: String,
    /// Stable code.
    pub rule: String,
    pub message: Bilingual,
    pub from: String,
    pub to: String,
}

/// How far the registers are with a case.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LookupProgress {
    /// `not_asked`, `auto_checking`, `auto_matched`, `needs_review` or `register_unavailable`,
    /// which says nothing of the organisation.
    pub state: String,
    /// The state in words.
    pub message: Bilingual,
}

/// The last lookup of a case.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LastLookup {
    pub outcome: String,
    /// The outcome in words.
    pub message: Bilingual,
    pub at: String,
    pub evidence_id: String,
}
