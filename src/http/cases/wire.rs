//! Cases as the wire has them.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::lookups;
use crate::{
    api::{
        cases::{
            CaseData, CaseDocument, CaseFacts, CaseFlag, CaseLine, CaseResource, CheckLine, Claim,
            EvidenceContent, EvidenceLine, SignedWord,
        },
        problem::Bilingual,
    },
    domain::{
        case::{self, Case, Check, Evidence, SignedVerdict, digest},
        document::Document,
        owner::{IdentityName, Role},
        subject_data::{SubjectData, VerificationMethod},
        timestamp::Timestamp,
    },
    http::{answer, names},
    policy::{case_rules::actions, mail_domains::AddressFlag},
    services::cases::{CaseView, reading::QueueItem},
};

/// The case as `by` sees it.
#[must_use]
pub fn resource(view: &CaseView, by: &IdentityName, role: Role) -> CaseResource {
    let case = &view.case;
    let allowed = actions::allowed(case, by, role, view.now);
    CaseResource {
        id: case.id.to_string(),
        state: case.state.name().to_owned(),
        claim: claim(case),
        data: data(&view.data),
        documents: view.documents.iter().map(document).collect(),
        evidence: view.evidence.iter().map(evidence).collect(),
        lookup: lookups::progress(case),
        last_lookup: lookups::last(&view.evidence),
        checks: case.checks.iter().map(check).collect(),
        facts: case.facts.as_ref().map(facts),
        comparisons: case
            .facts
            .as_ref()
            .map(|facts| names::comparisons(facts, &view.data))
            .unwrap_or_default(),
        flags: view.flags.iter().map(flag).collect(),
        editors: case.editors.iter().map(ToString::to_string).collect(),
        proposal: case.proposal.as_ref().map(word),
        decision: case.decision.as_ref().map(word),
        asked: case.asked.as_ref().map(ToString::to_string),
        answer_until: case.answer_until.map(|until| until.to_string()),
        case_digest: digest::spell(&view.digest),
        allowed_actions: allowed.into_iter().map(str::to_owned).collect(),
        opened_at: case.opened_at.to_string(),
        updated_at: case.updated_at.to_string(),
        etag: answer::etag(view.version),
    }
}

fn flag(flag: &AddressFlag) -> CaseFlag {
    CaseFlag {
        code: flag.code.to_owned(),
        about: flag.about.clone(),
        message: Bilingual::of_code(flag.code),
    }
}

#[must_use]
pub fn line(item: &QueueItem) -> CaseLine {
    let case = &item.case;
    CaseLine {
        id: case.id.to_string(),
        state: case.state.name().to_owned(),
        subject_data_id: case.subject_data.to_string(),
        ra: case.owner.ra.to_string(),
        customer_ref: item.data.owner.customer.as_ref().map(ToString::to_string),
        organization: item.data.organization.to_string(),
        country: item.data.country.to_string(),
        lookup: case.lookup.name().to_owned(),
        claim: claim(case),
        proposed: case
            .proposal
            .as_ref()
            .map(|word| word.verdict.name().to_owned()),
        opened_at: case.opened_at.to_string(),
        updated_at: case.updated_at.to_string(),
    }
}

#[must_use]
pub fn content(found: &Evidence, digest: Option<&[u8; 32]>) -> EvidenceContent {
    EvidenceContent {
        evidence: evidence(found),
        content: found.content.clone(),
        case_digest: digest.map(digest::spell),
    }
}

fn claim(case: &Case) -> Option<Claim> {
    case.claim.as_ref().map(|claim| Claim {
        by: claim.by.to_string(),
        until: claim.until.to_string(),
    })
}

#[must_use]
pub fn data(data: &SubjectData) -> CaseData {
    let (kind, number) = match &data.method {
        VerificationMethod::RegistrationNumber { register, number } => {
            (Some(register.clone()), Some(number.clone()))
        }
        VerificationMethod::Document => (None, None),
    };
    CaseData {
        id: data.id.to_string(),
        revision: data.revision,
        state: data.state.name().to_owned(),
        ra: data.owner.ra.to_string(),
        customer_ref: data.owner.customer.as_ref().map(ToString::to_string),
        organization: data.organization.to_string(),
        abbreviation: data.abbreviation.as_ref().map(ToString::to_string),
        abbreviations: names::abbreviations(data),
        country: data.country.to_string(),
        state_or_province: data.state_or_province.to_string(),
        locality: data.locality.to_string(),
        method: data.method.name().to_owned(),
        registration_type: kind,
        registration_number: number,
        submitted_at: data.submitted_at.map(|at| at.to_string()),
    }
}

#[must_use]
pub fn document(document: &Document) -> CaseDocument {
    CaseDocument {
        id: document.id.to_string(),
        kind: document.kind.name().to_owned(),
        description: document.description.as_ref().map(ToString::to_string),
        file_name: document.file_name.to_string(),
        media_type: document.media_type.name().to_owned(),
        size: document.size,
        sha256: hex::encode(document.sha256),
        brought_by: document.brought_by.as_ref().map(|by| by.person.to_string()),
        scan: document.scan.name().to_owned(),
        finding: document.finding.as_ref().map(ToString::to_string),
        erased_at: document.erased_at.map(|at| at.to_string()),
        received_at: document.received_at.to_string(),
    }
}

#[must_use]
pub fn evidence(evidence: &Evidence) -> EvidenceLine {
    let contact = evidence.contact.as_ref();
    EvidenceLine {
        id: evidence.id.to_string(),
        kind: match evidence.kind.lookup() {
            Some(_) => "lookup".to_owned(),
            None => evidence.kind.name().to_owned(),
        },
        outcome: evidence
            .kind
            .lookup()
            .map(|result| result.name().to_owned()),
        source: evidence.source.to_string(),
        description: evidence.description.as_ref().map(ToString::to_string),
        document_id: evidence.document.map(|id| id.to_string()),
        register: evidence.register.map(|register| register.name().to_owned()),
        reached_at: contact.map(|contact| contact.reached_at.to_string()),
        person: contact.map(|contact| contact.person.to_string()),
        found_in: contact.map(|contact| contact.found_in.to_string()),
        issued_on: evidence.issued_on.map(Timestamp::date),
        sha256: hex::encode(evidence.sha256),
        obtained_at: evidence.obtained_at.to_string(),
        recorded_by: evidence.recorded_by.to_string(),
        recorded_at: evidence.recorded_at.to_string(),
    }
}

#[must_use]
pub fn check(check: &Check) -> CheckLine {
    CheckLine {
        check: check.kind.name().to_owned(),
        state: check.state.name().to_owned(),
        checked_at: check.checked_at.map(|at| at.to_string()),
        evidence: check.evidence.iter().map(ToString::to_string).collect(),
        note: check.note.as_ref().map(ToString::to_string),
        recorded_by: check.recorded_by.as_ref().map(ToString::to_string),
    }
}

fn facts(facts: &case::CaseFacts) -> CaseFacts {
    CaseFacts {
        organization: facts.organization.to_string(),
        organization_identifier: facts.organization_identifier.to_string(),
        country: facts.country.to_string(),
        state_or_province: facts.state_or_province.as_ref().map(ToString::to_string),
        locality: facts.locality.as_ref().map(ToString::to_string),
    }
}

fn word(word: &SignedVerdict) -> SignedWord {
    SignedWord {
        by: word.by.to_string(),
        outcome: word.verdict.name().to_owned(),
        case_digest: digest::spell(&word.digest),
        signature: BASE64_STANDARD.encode(&word.signature),
        reason: word.reason.as_ref().map(ToString::to_string),
        at: word.at.to_string(),
    }
}
