mod checks;
mod claims;
mod digests;
mod table;
mod words;

use std::collections::BTreeSet;

use super::{
    Case, CaseEnd, CaseFacts, CaseState, Check, CheckKind, CheckState, Contact, Evidence,
    EvidenceKind, SignedVerdict, Verdict, digest, lookup::LookupState,
};
use sha2::{Digest, Sha256};

use crate::domain::{
    aggregate::{Changed, Loaded, Version},
    audit::event::EventKind,
    document::{Document, DocumentKind, MediaType, Scan},
    id::{CaseId, DocumentId, EvidenceId, SubjectDataId},
    owner::{ActingFor, IdentityName, Owner},
    refusal::Refused,
    register::RegisterId,
    subject_data::{SubjectData, VerificationMethod, need::Question, transition::NewSubjectData},
    text::{Country, Text},
    timestamp::{Timestamp, days},
};

const NOW: i64 = 1_795_000_000_000;

fn now() -> Timestamp {
    Timestamp::from_millis(NOW)
}

fn person(name: &str) -> IdentityName {
    IdentityName::parse(name).unwrap()
}

fn text<const MAX: usize>(text: &str) -> Text<MAX> {
    Text::parse(text).unwrap()
}

fn data(method: VerificationMethod) -> SubjectData {
    let new = NewSubjectData {
        id: SubjectDataId::new(now(), [1; 10]),
        owner: Owner {
            ra: person("panel"),
            customer: Some(text("c-1")),
        },
        organization: text("Example sp. z o.o."),
        country: Country::parse("PL").unwrap(),
        state_or_province: text("mazowieckie"),
        locality: text("Warszawa"),
        method,
        acting_for: ActingFor::default(),
    };
    SubjectData::clone(&SubjectData::create(new, None, now()))
}

fn krs() -> SubjectData {
    data(VerificationMethod::RegistrationNumber {
        register: "KRS".to_owned(),
        number: "0012345678".to_owned(),
    })
}

fn stored(changed: &Changed<Case>) -> Loaded<Case> {
    Loaded::restore(Case::clone(changed), changed.will_be())
}

/// A piece of one letter, the same for the same number.
fn evidence(number: u8) -> Evidence {
    let content = char::from(number).to_string();
    Evidence {
        id: EvidenceId::new(now(), [number; 10]),
        case: CaseId::new(now(), [2; 10]),
        kind: EvidenceKind::Register,
        source: text("KRS"),
        description: None,
        document: None,
        register: None,
        contact: None,
        issued_on: None,
        sha256: Sha256::digest(&content).into(),
        content,
        obtained_at: now(),
        recorded_by: person("anna"),
        recorded_at: now(),
    }
}

/// The pieces that the case holds.
fn pieces(case: &Case) -> Vec<Evidence> {
    let all = (0..=127).map(evidence);
    let is_held = |piece: &Evidence| case.evidence.iter().any(|(id, _)| *id == piece.id);
    all.filter(is_held).collect()
}

fn document() -> Document {
    Document {
        id: DocumentId::new(now(), [9; 10]),
        subject_data: SubjectDataId::new(now(), [1; 10]),
        owner: krs().owner,
        kind: DocumentKind::Organization,
        description: None,
        file_name: text("a.pdf"),
        media_type: MediaType::Pdf,
        size: 1,
        sha256: [9; 32],
        brought_by: None,
        scan: Scan::NotScanned,
        finding: None,
        scanned_at: None,
        erased_at: None,
        received_at: now(),
    }
}

fn verified(kind: CheckKind) -> Check {
    Check {
        kind,
        state: CheckState::Verified,
        checked_at: Some(now()),
        evidence: vec![evidence(1).id],
        note: None,
        recorded_by: None,
    }
}

fn facts() -> CaseFacts {
    CaseFacts {
        organization: text("Example sp. z o.o."),
        organization_identifier: text("NTRPL-0012345678"),
        country: Country::parse("PL").unwrap(),
        state_or_province: None,
        locality: None,
    }
}

fn word(by: &str, verdict: Verdict, digest: [u8; 32]) -> SignedVerdict {
    SignedVerdict {
        by: person(by),
        credential: [3; 32],
        verdict,
        digest,
        signature: vec![4],
        reason: Some(text("because")),
        at: now(),
    }
}

fn digest_of(case: &Case) -> [u8; 32] {
    case.digest(&krs(), &[], &pieces(case)).unwrap()
}

fn opened() -> Loaded<Case> {
    stored(&Case::open(
        CaseId::new(now(), [2; 10]),
        &krs(),
        LookupState::NotAsked,
        now(),
    ))
}

fn claimed() -> Loaded<Case> {
    stored(&opened().claim(&person("anna"), now()).unwrap())
}

/// Everything an approval needs is there; anna did it.
fn complete() -> Loaded<Case> {
    let mut case = stored(&claimed().add_evidence(&evidence(1), now()).unwrap());
    for check in case.checks.clone() {
        if check.state == CheckState::Required {
            let anna = person("anna");
            case = stored(
                &case
                    .record_check(verified(check.kind), &anna, now())
                    .unwrap(),
            );
        }
    }
    stored(&case.record_facts(facts(), &person("anna"), now()).unwrap())
}

fn proposed(verdict: Verdict) -> Loaded<Case> {
    let case = complete();
    let digest = digest_of(&case);
    stored(
        &case
            .propose(word("anna", verdict, digest), digest, now())
            .unwrap(),
    )
}

fn decide(case: Loaded<Case>, by: &str, verdict: Verdict) -> Result<Changed<Case>, Refused> {
    let digest = digest_of(&case);
    case.decide(word(by, verdict, digest), digest, now())
}

fn in_state(state: CaseState) -> Loaded<Case> {
    match state {
        CaseState::Queued => opened(),
        CaseState::InReview => complete(),
        CaseState::WaitingForApplicant => stored(
            &complete()
                .ask(Question::of(text("what?")), now(), &person("anna"), now())
                .unwrap(),
        ),
        CaseState::Proposed => proposed(Verdict::Approve),
        CaseState::Decided => {
            stored(&decide(proposed(Verdict::Approve), "ola", Verdict::Approve).unwrap())
        }
        CaseState::Closed => stored(&opened().close(CaseEnd::Withdrawn, now()).unwrap()),
    }
}
