mod digests;

use std::collections::BTreeSet;

use super::{
    Case, CaseEnd, CaseFacts, CaseState, Check, CheckKind, CheckState, Contact, Evidence,
    EvidenceKind, SignedVerdict, Verdict, digest, lookup::LookupState,
};
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

fn evidence(number: u8) -> Evidence {
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
        content: "extract".to_owned(),
        sha256: [number; 32],
        obtained_at: now(),
        recorded_by: person("anna"),
        recorded_at: now(),
    }
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

#[test]
fn the_digest_covers_the_abbreviation() {
    let case = Case::clone(&Case::open(
        CaseId::new(now(), [2; 10]),
        &krs(),
        LookupState::NotAsked,
        now(),
    ));
    let mut abbreviated = krs();
    abbreviated.abbreviation = Some(text("Example"));
    assert_ne!(
        case.digest(&abbreviated, &[], &[]),
        case.digest(&krs(), &[], &[])
    );
}

fn digest_of(case: &Case) -> [u8; 32] {
    case.digest(&krs(), &[], &[])
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

/// A name and what it does.
struct Event(
    &'static str,
    fn(Loaded<Case>) -> Result<Changed<Case>, Refused>,
);

/// Every event, done by anna but for the decision, which is ola's.
const EVENTS: [Event; 10] = [
    Event("claim", |case| case.claim(&person("anna"), now())),
    Event("release", |case| case.release(&person("anna"), now())),
    Event("evidence", |case| case.add_evidence(&evidence(7), now())),
    Event("document", |case| case.document_added(&document(), now())),
    Event("check", |case| {
        let check = Check {
            evidence: Vec::new(),
            ..verified(CheckKind::AssumedName)
        };
        case.record_check(check, &person("anna"), now())
    }),
    Event("facts", |case| {
        case.record_facts(facts(), &person("anna"), now())
    }),
    Event("ask", |case| {
        case.ask(Question::of(text("what?")), now(), &person("anna"), now())
    }),
    Event("propose", |case| {
        let digest = digest_of(&case);
        case.propose(word("anna", Verdict::Approve, digest), digest, now())
    }),
    Event("decide", |case| decide(case, "ola", Verdict::Approve)),
    Event("close", |case| case.close(CaseEnd::Replaced, now())),
];

/// What each event does in each state: the new state, or the code of the refusal.
const TABLE: [(CaseState, [&str; 10]); 6] = [
    (
        CaseState::Queued,
        [
            "in_review",
            "case-not-claimed",
            "case-not-claimed",
            "queued",
            "case-not-claimed",
            "case-not-claimed",
            "case-not-claimed",
            "case-not-claimed",
            "proposal-missing",
            "closed",
        ],
    ),
    (
        CaseState::InReview,
        [
            "in_review",
            "queued",
            "in_review",
            "in_review",
            "in_review",
            "in_review",
            "waiting_for_applicant",
            "proposed",
            "proposal-missing",
            "closed",
        ],
    ),
    (
        CaseState::WaitingForApplicant,
        [
            "in_review",
            "waiting_for_applicant",
            "case-waiting",
            "in_review",
            "case-waiting",
            "case-waiting",
            "case-waiting",
            "case-waiting",
            "proposal-missing",
            "closed",
        ],
    ),
    (
        CaseState::Proposed,
        [
            "proposed",
            "case-not-claimed",
            "in_review",
            "in_review",
            "in_review",
            "in_review",
            "waiting_for_applicant",
            "case-proposed",
            "decided",
            "closed",
        ],
    ),
    (CaseState::Decided, ["case-decided"; 10]),
    (CaseState::Closed, ["case-closed"; 10]),
];

#[test]
fn every_event_in_every_state_does_what_the_table_says() {
    let states: BTreeSet<&str> = TABLE.iter().map(|(state, _)| state.name()).collect();
    assert_eq!(states.len(), CaseState::ALL.len());
    for (state, row) in TABLE {
        for (Event(name, event), expected) in EVENTS.into_iter().zip(row) {
            let before = in_state(state);
            assert_eq!(before.state, state);
            let found = match event(before) {
                Ok(changed) => {
                    let dropped = state != CaseState::Proposed
                        || changed.proposal.is_some()
                        || changed.state == CaseState::Closed
                        || changed
                            .events()
                            .iter()
                            .any(|e| e.kind == EventKind::CaseReopened);
                    assert!(dropped, "{name} drops the proposal without a word");
                    changed.state.name().to_owned()
                }
                Err(refused) => refused.code.to_owned(),
            };
            assert_eq!(found, expected, "{name} in {}", state.name());
        }
    }
}

#[test]
fn a_claim_holds_an_hour_and_work_renews_it() {
    let (ola, later) = (person("ola"), |minutes: u64| {
        now().plus(std::time::Duration::from_secs(60 * minutes))
    });
    let taken = |minutes| claimed().claim(&ola, later(minutes)).map_err(|r| r.code);
    assert_eq!(taken(59).err(), Some("case-claimed"));
    assert_eq!(taken(60).unwrap().claim.as_ref().unwrap().by, ola);
    let renewed = stored(&claimed().add_evidence(&evidence(1), later(59)).unwrap());
    let refused = renewed.claim(&ola, later(118)).unwrap_err();
    assert_eq!(refused.code, "case-claimed");
    let other = claimed().record_facts(facts(), &ola, now()).unwrap_err();
    assert_eq!(other.code, "case-claimed");
    // Nobody else took it: the ended claim still serves its holder.
    assert!(
        claimed()
            .record_facts(facts(), &person("anna"), later(600))
            .is_ok()
    );
    let outsider = claimed()
        .record_facts(facts(), &ola, later(600))
        .unwrap_err();
    assert_eq!(outsider.code, "case-not-claimed");
}

#[test]
fn checks_start_as_the_method_demands() {
    let required = |method| {
        let case = Case::open(
            CaseId::new(now(), [2; 10]),
            &data(method),
            LookupState::NotAsked,
            now(),
        );
        let required = case
            .checks
            .iter()
            .filter(|c| c.state == CheckState::Required);
        required.map(|check| check.kind).collect::<Vec<_>>()
    };
    let by_document = required(VerificationMethod::Document);
    assert_eq!(by_document.len(), 8);
    assert!(!by_document.contains(&CheckKind::AssumedName));
    let by_number = required(krs().method);
    assert_eq!(by_number.len(), 7);
    assert!(!by_number.contains(&CheckKind::DocumentAuthenticity));
}

#[test]
fn an_approval_needs_every_check_and_the_facts() {
    let digest = digest_of(&claimed());
    let bare = claimed()
        .propose(word("anna", Verdict::Approve, digest), digest, now())
        .unwrap_err();
    assert_eq!(bare.code, "evidence-missing");
    let gaps: Vec<&str> = bare.faults.iter().map(|f| f.pointer.as_str()).collect();
    assert_eq!(gaps.len(), 7 * 3 + 1);
    assert!(gaps.contains(&"/checks/identifier/checked_at") && gaps.contains(&"/facts"));
    let failed = Check {
        state: CheckState::Failed,
        ..verified(CheckKind::DenyList)
    };
    let case = stored(
        &complete()
            .record_check(failed, &person("anna"), now())
            .unwrap(),
    );
    let digest = digest_of(&case);
    let refused = case
        .clone()
        .propose(word("anna", Verdict::Approve, digest), digest, now())
        .unwrap_err();
    assert_eq!(refused.code, "check-failed");
    assert_eq!(refused.faults[0].pointer, "/checks/deny_list/state");
    assert!(
        case.propose(word("anna", Verdict::Reject, digest), digest, now())
            .is_ok()
    );
}

#[test]
fn a_check_names_evidence_of_its_own_case_only() {
    let foreign = Check {
        evidence: vec![evidence(8).id],
        ..verified(CheckKind::Existence)
    };
    let refused = complete().record_check(foreign, &person("anna"), now());
    assert_eq!(refused.unwrap_err().code, "evidence-missing");
}

#[test]
fn neither_proposer_nor_editor_decides() {
    let refused = decide(proposed(Verdict::Approve), "anna", Verdict::Approve).unwrap_err();
    assert_eq!(refused.code, "same-officer");
    // ola adds evidence and hands over; anna proposes again: ola has edited.
    let case = proposed(Verdict::Approve);
    let of_ola = Evidence {
        recorded_by: person("ola"),
        ..evidence(5)
    };
    let case = stored(&case.add_evidence(&of_ola, now()).unwrap());
    let case = stored(&case.release(&person("ola"), now()).unwrap());
    let case = stored(&case.claim(&person("anna"), now()).unwrap());
    let digest = digest_of(&case);
    let case = stored(
        &case
            .propose(word("anna", Verdict::Approve, digest), digest, now())
            .unwrap(),
    );
    let refused = decide(case.clone(), "ola", Verdict::Approve).unwrap_err();
    assert_eq!(refused.code, "same-officer");
    let decided = decide(case, "ewa", Verdict::Approve).unwrap();
    let approvals: Vec<&str> = decided.events()[0]
        .approvals
        .iter()
        .map(|a| a.id.as_str())
        .collect();
    assert_eq!(approvals, ["anna", "ewa"]);
}

#[test]
fn people_who_disagree_decide_nothing() {
    for (proposal, decision) in [
        (Verdict::Approve, Verdict::Reject),
        (Verdict::Reject, Verdict::Approve),
    ] {
        let returned = decide(proposed(proposal), "ola", decision).unwrap();
        assert_eq!(returned.state, CaseState::InReview);
        assert!(returned.proposal.is_none() && returned.decision.is_none());
        assert_eq!(returned.claim.as_ref().unwrap().by, person("anna"));
        assert_eq!(returned.events()[0].kind, EventKind::CaseReopened);
    }
}

#[test]
fn what_was_signed_must_stand() {
    let case = complete();
    let (right, wrong) = (digest_of(&case), [0; 32]);
    let stale = case.propose(word("anna", Verdict::Approve, wrong), right, now());
    assert_eq!(stale.unwrap_err().code, "precondition-failed");
    let case = proposed(Verdict::Approve);
    let stale = case.decide(word("ola", Verdict::Approve, right), wrong, now());
    assert_eq!(stale.unwrap_err().code, "precondition-failed");
}
