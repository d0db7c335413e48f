//! Validation cases on the wire.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    lookups::{LastLookup, LookupProgress},
    problem::Bilingual,
    subject_data::Abbreviation,
};

/// Filters of the queue.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct QueueFilter {
    /// `queued`, `in_review`, `waiting_for_applicant`, `proposed`, `decided` or `closed`.
    pub state: Option<String>,
    /// `me`, or the name of a person; of a claim that ended too, until another person takes the case.
    pub claimed_by: Option<String>,
    /// In place of a state: `new` (nobody has it, or the claim ended), `mine` (open, and I hold it),
    /// `waiting` (for the applicant), `second_decision` (an outcome is proposed), or `overdue` (open for more than
    /// five days, and not for the applicant to answer).
    pub queue: Option<String>,
    /// How far the registers are: `not_asked`, `auto_checking`, `auto_matched`, `needs_review` or
    /// `register_unavailable`.
    pub lookup: Option<String>,
    /// ISO 3166-1 alpha-2, of the data.
    pub country: Option<String>,
}

/// Who works on a case.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Claim {
    pub by: String,
    /// When another person may take the case, unless its holder works on it before.
    pub until: String,
}

/// A line of the queue.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseLine {
    pub id: String,
    pub state: String,
    pub subject_data_id: String,
    pub ra: String,
    pub customer_ref: Option<String>,
    pub organization: String,
    pub country: String,
    /// How far the registers are: `not_asked`, `auto_checking`, `auto_matched`, `needs_review` or
    /// `register_unavailable`.
    pub lookup: String,
    pub claim: Option<Claim>,
    /// `approve` or `reject` when an outcome is proposed.
    pub proposed: Option<String>,
    pub opened_at: String,
    pub updated_at: String,
}

/// What the applicant gave.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseData {
    pub id: String,
    pub revision: u32,
    pub state: String,
    pub ra: String,
    pub customer_ref: Option<String>,
    /// The full name.
    pub organization: String,
    /// What the applicant chose for certificates when the name has more than 64 characters.
    pub abbreviation: Option<String>,
    /// What was offered.
    pub abbreviations: Vec<Abbreviation>,
    pub country: String,
    pub state_or_province: String,
    pub locality: String,
    /// `registration_number` or `document`.
    pub method: String,
    pub registration_type: Option<String>,
    pub registration_number: Option<String>,
    pub submitted_at: Option<String>,
}

/// A document of the applicant or of the CA's people; its content has a call of its own.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseDocument {
    pub id: String,
    pub kind: String,
    pub description: Option<String>,
    pub file_name: String,
    pub media_type: String,
    pub size: u64,
    /// In hex.
    pub sha256: String,
    /// Who of the CA brought it into the case; `null` for the applicant's.
    pub brought_by: Option<String>,
    /// `not_scanned`, `pending`, `clean`, `infected` or `unscannable`; of the last two and of
    /// `pending` the content is not given out.
    pub scan: String,
    /// What the scanner found, or why it could not scan.
    pub finding: Option<String>,
    /// When its bytes were deleted, their retention over.
    pub erased_at: Option<String>,
    pub received_at: String,
}

/// A piece of evidence without its content.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EvidenceLine {
    pub id: String,
    /// `register`, `document`, `contact`, `note`, or `lookup`, which the daemon itself made.
    pub kind: String,
    /// Of a lookup: `found`, `not_found`, `ambiguous`, `unavailable` or `schema_changed`.
    pub outcome: Option<String>,
    pub source: String,
    pub description: Option<String>,
    pub document_id: Option<String>,
    /// The register that was asked, by the daemon or by a person.
    pub register: Option<String>,
    /// Of a contact: what was called or written to.
    pub reached_at: Option<String>,
    /// Of a contact: the representative who answered.
    pub person: Option<String>,
    /// Of a contact: the evidence in which `reached_at` was found.
    pub found_in: Option<String>,
    /// The day of a document that counts for thirteen months.
    pub issued_on: Option<String>,
    /// SHA-256 of the content or the document, in hex.
    pub sha256: String,
    pub obtained_at: String,
    pub recorded_by: String,
    pub recorded_at: String,
}

/// A piece of evidence.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EvidenceContent {
    pub evidence: EvidenceLine,
    /// What was seen; empty when a document holds it.
    pub content: String,
    /// The case's digest at the moment of this answer.
    pub case_digest: Option<String>,
}

/// One check.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CheckLine {
    pub check: String,
    /// `NOT_REQUIRED`, `REQUIRED`, `FAILED` or `VERIFIED`.
    pub state: String,
    pub checked_at: Option<String>,
    pub evidence: Vec<String>,
    pub note: Option<String>,
    pub recorded_by: Option<String>,
}

/// What certificates are to say.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseFacts {
    pub organization: String,
    pub organization_identifier: String,
    pub country: String,
    pub state_or_province: Option<String>,
    pub locality: Option<String>,
}

/// Something to look at.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseFlag {
    /// `domain-mixes-scripts`: a label of an address's domain has letters of two scripts, which
    /// may look like another label. `role-address`: the address is that of a role, not of a person
    /// or an office. `free-mail`: its domain gives mailboxes to everybody.
    pub code: String,
    /// That label, local part or domain.
    pub about: String,
    pub message: Bilingual,
}

/// What the applicant gave beside what the facts say. It decides nothing: the specialist does.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Comparison {
    /// Of the facts: `organization`, `state_or_province` or `locality`.
    pub member: String,
    /// `EQUAL`, `EQUAL_BUT_FORM` (the legal form is spelled in another way), `EQUAL_BUT_ASCII`
    /// (one is the other in ASCII), `SIMILAR` (look closely) or `DIFFERENT`.
    pub verdict: String,
    /// Why, in order.
    pub steps: Vec<ComparisonStep>,
    /// Version of the tables of forms, regions and localities.
    pub tables: String,
}

/// One thing that was done or found.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ComparisonStep {
    /// `given` or `registered`: to what it was done; `both`: `from` is of the given text, `to` of
    /// that of the facts.
    pub side: String,
    /// Stable code, for example `form` or `mixed-script`.
    pub rule: String,
    pub words: Bilingual,
    pub from: String,
    pub to: String,
}

/// A person's signature over the text of `chancery-decision/v1`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignatureValue {
    /// `ES256`, `ES384`, `ES512`, `RS256` or `EdDSA`, as the registered key demands.
    pub alg: String,
    /// Base64; of ECDSA the DER form that OpenSSL writes.
    pub value: String,
}

/// A signed proposal or decision as recorded.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SignedWord {
    pub by: String,
    /// `approve` or `reject`.
    pub outcome: String,
    pub case_digest: String,
    /// Base64.
    pub signature: String,
    pub reason: Option<String>,
    pub at: String,
}

/// A case.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CaseResource {
    pub id: String,
    pub state: String,
    pub claim: Option<Claim>,
    pub data: CaseData,
    pub documents: Vec<CaseDocument>,
    pub evidence: Vec<EvidenceLine>,
    /// How far the registers are that the daemon asks by itself.
    pub lookup: LookupProgress,
    /// What the register said last, or that it could not be asked.
    pub last_lookup: Option<LastLookup>,
    pub checks: Vec<CheckLine>,
    pub facts: Option<CaseFacts>,
    /// The facts beside what the applicant gave; empty without facts.
    pub comparisons: Vec<Comparison>,
    /// What a person should look at, though it hinders nothing.
    pub flags: Vec<CaseFlag>,
    /// Everybody who recorded something: none of them may decide.
    pub editors: Vec<String>,
    pub proposal: Option<SignedWord>,
    pub decision: Option<SignedWord>,
    /// The last question to the applicant.
    pub asked: Option<String>,
    /// By when it was to be answered: the applicant is told so, and the data are refused then.
    pub answer_until: Option<String>,
    /// `sha256:` and hex: what a proposal or decision made now must name and sign.
    pub case_digest: String,
    /// The calls that role, person and state would let the caller make now.
    pub allowed_actions: Vec<String>,
    pub opened_at: String,
    pub updated_at: String,
    pub etag: String,
}

/// New evidence: text, or a document of the case's data.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEvidence {
    /// `register`, `document`, `contact` or `note`.
    pub kind: String,
    /// Register, web address or person asked; at most 500 characters.
    pub source: String,
    /// At most 1000 characters.
    pub description: Option<String>,
    /// At most 32 KiB.
    pub content: Option<String>,
    pub document_id: Option<String>,
    /// Of `register`: which one was asked, by its name on the public page of registers in use
    /// (`manual` for one of the data's country without an interface).
    pub register: Option<String>,
    /// Of `contact`: what was called or written to; at most 200 characters.
    pub reached_at: Option<String>,
    /// Of `contact`: the representative who answered; at most 200 characters.
    pub person: Option<String>,
    /// Of `contact`: the evidence of this case in which `reached_at` was found: a register's
    /// answer, or a document that a person of the CA brought.
    pub found_in: Option<String>,
    /// `YYYY-MM-DD`, the day of the document; demanded for documents of the kinds `organization` and
    /// `authorization`, which count for thirteen months from then, and taken for no others.
    pub issued_on: Option<String>,
    /// RFC 3339; not in the future.
    pub obtained_at: String,
}

/// The outcome of a check.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckOutcome {
    /// `NOT_REQUIRED`, `REQUIRED`, `FAILED` or `VERIFIED`.
    pub state: String,
    /// RFC 3339; demanded for `VERIFIED` and `FAILED`. The reuse period runs from here.
    pub checked_at: Option<String>,
    /// Evidence of this case; at least one for `VERIFIED` and `FAILED`.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// At most 1000 characters.
    pub note: Option<String>,
}

/// New facts: `organization_identifier`, or `scheme` and `number`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFacts {
    /// Legal name as it goes into the certificate; at most 64 characters.
    pub organization: String,
    /// For example `NTRPL-0012345678`.
    pub organization_identifier: Option<String>,
    /// `NTR`, `VAT`, `PSD`, `LEI`, `GOV`, `INT`, or a register: `KRS`, `NIP`.
    pub scheme: Option<String>,
    pub number: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    pub state_or_province: Option<String>,
    pub locality: Option<String>,
}

/// A question to the applicant.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// What is needed, each once: `register-extract`, `founding-document`, `authority-proof`,
    /// `corrected-data`, `readable-document`, `contact`, `other`. The applicant reads it in the
    /// language of the order. `other` when it is left out; it needs a message.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needed: Vec<String>,
    /// The specialist's own words, passed on as typed; at most 2000 characters, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// A signed proposal or decision.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWord {
    /// `approve` or `reject`.
    pub outcome: String,
    /// The `case_digest` that was seen and signed.
    pub case_digest: String,
    /// Demanded for a proposal to reject; the applicant reads it.
    pub reason: Option<String>,
    pub signature: SignatureValue,
}
