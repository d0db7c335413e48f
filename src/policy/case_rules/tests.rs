mod ages;
mod sources;

use std::time::Duration;

use super::{
    actions, automatic, check, evidence,
    facts::{self, FactsInput, IdentifierInput},
    lookup::Finding,
    sources::Held,
};
use crate::{
    domain::{
        aggregate::Loaded,
        case::{
            Case, Check, CheckKind, CheckState, Contact, Evidence, EvidenceKind,
            lookup::LookupState,
        },
        document::{BroughtBy, Document, DocumentKind, MediaType, Scan},
        id::{CaseId, DocumentId, EvidenceId, SubjectDataId},
        owner::{ActingFor, IdentityName, Owner, Role},
        refusal::Refused,
        register::{LookupResult, RegisterId, RegisterNumber},
        subject_data::{
            SubjectData, VerificationMethod, VerifiedFacts, transition::NewSubjectData,
        },
        terms::{Choice, Terms},
        text::{Country, Text},
        timestamp::{Timestamp, days},
    },
    policy::reuse,
};

fn now() -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000)
}

fn text<const MAX: usize>(text: &str) -> Text<MAX> {
    Text::parse(text).unwrap()
}

fn person(name: &str) -> IdentityName {
    IdentityName::parse(name).unwrap()
}

fn data(method: VerificationMethod) -> SubjectData {
    let new = NewSubjectData {
        id: SubjectDataId::new(now(), [1; 10]),
        owner: Owner {
            ra: person("panel"),
            customer: None,
        },
        organization: text("Example"),
        country: Country::parse("PL").unwrap(),
        state_or_province: text("mazowieckie"),
        locality: text("Warszawa"),
        method,
        acting_for: ActingFor::default(),
    };
    SubjectData::clone(&SubjectData::create(new, None, now()))
}

fn by_number(register: &str, number: &str) -> SubjectData {
    data(VerificationMethod::RegistrationNumber {
        register: register.to_owned(),
        number: number.to_owned(),
    })
}

fn piece(number: u8, obtained_at: Timestamp) -> Evidence {
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
        content: "x".to_owned(),
        sha256: [number; 32],
        obtained_at,
        recorded_by: person("anna"),
        recorded_at: now(),
    }
}

/// In review by anna, with one piece of evidence.
fn case(data: &SubjectData) -> Case {
    let opened = Case::open(
        CaseId::new(now(), [2; 10]),
        data,
        LookupState::NotAsked,
        now(),
    );
    let loaded = |changed: &Case, version| Loaded::restore(changed.clone(), version);
    let opened = loaded(&opened, opened.will_be());
    let claimed = opened.claim(&person("anna"), now()).unwrap();
    let claimed = loaded(&claimed, claimed.will_be());
    Case::clone(&claimed.add_evidence(&piece(1, now()), now()).unwrap())
}

/// These pieces, and nothing else.
fn held<'a>(case: &'a Case, data: &'a SubjectData, evidence: &'a [Evidence]) -> Held<'a> {
    Held {
        case,
        data,
        evidence,
        documents: &[],
        given: &[],
        heard: &[],
    }
}

fn outcome(state: CheckState) -> check::Outcome {
    check::Outcome {
        state,
        checked_at: Some(now()),
        evidence: vec![piece(1, now()).id],
        note: None,
    }
}

fn faults<T: std::fmt::Debug>(result: Result<T, Refused>) -> Vec<(String, &'static str)> {
    let refused = result.unwrap_err();
    assert_eq!(refused.code, "validation-failed");
    refused
        .faults
        .into_iter()
        .map(|fault| (fault.pointer, fault.code))
        .collect()
}

fn one(pointer: &str, code: &'static str) -> Vec<(String, &'static str)> {
    vec![(pointer.to_owned(), code)]
}

#[test]
fn an_outcome_needs_a_past_date_and_evidence_of_the_case() {
    let data = by_number("KRS", "0012345678");
    let case = case(&data);
    let judge = |outcome| check::judge(CheckKind::Existence, outcome, &case, &data, now());
    assert!(judge(outcome(CheckState::Verified)).is_ok());
    let bare = check::Outcome {
        checked_at: None,
        evidence: Vec::new(),
        ..outcome(CheckState::Failed)
    };
    let codes: Vec<_> = faults(judge(bare))
        .into_iter()
        .map(|(pointer, _)| pointer)
        .collect();
    assert_eq!(codes, ["/checked_at", "/evidence"]);
    let late = check::Outcome {
        checked_at: Some(now().plus(Duration::from_millis(1))),
        ..outcome(CheckState::Verified)
    };
    assert_eq!(faults(judge(late)), one("/checked_at", "date-in-future"));
    let foreign = check::Outcome {
        evidence: vec![piece(1, now()).id, piece(9, now()).id],
        ..outcome(CheckState::Verified)
    };
    assert_eq!(
        faults(judge(foreign)),
        one("/evidence/1", "evidence-unknown")
    );
    let dropped = outcome(CheckState::NotRequired);
    assert_eq!(faults(judge(dropped)), one("/state", "check-required"));
    let free = outcome(CheckState::NotRequired);
    assert!(check::judge(CheckKind::AssumedName, free, &case, &data, now()).is_ok());
}

#[test]
fn evidence_is_text_or_a_document_and_not_of_tomorrow() {
    let judge = |content, names_document, obtained_at| {
        let found = evidence::Found {
            kind: EvidenceKind::Note,
            content,
            names_document,
            document: None,
            register: None,
            is_published: false,
            reached: &evidence::Reached::default(),
            issued_on: None,
            obtained_at,
        };
        let (data, terms) = (by_number("KRS", "0012345678"), Terms::default());
        let case = case(&data);
        evidence::judge(&found, held(&case, &data, &[]), &terms, now())
    };
    assert!(judge(Some("line\nline"), false, now()).is_ok());
    assert_eq!(
        faults(judge(None, false, now())),
        one("/content", "member-missing")
    );
    assert_eq!(
        faults(judge(Some(" "), false, now())),
        one("/content", "member-missing")
    );
    assert_eq!(
        faults(judge(None, true, now())),
        one("/document_id", "document-unknown")
    );
    assert_eq!(
        faults(judge(Some("x"), true, now())),
        one("/document_id", "content-and-document")
    );
    assert_eq!(
        faults(judge(Some("\u{0}"), false, now())),
        one("/content", "characters-not-allowed")
    );
    let long = "x".repeat(evidence::MAX_CONTENT + 1);
    assert!(judge(long.get(1..), false, now()).is_ok());
    assert_eq!(
        faults(judge(Some(&long), false, now())),
        one("/content", "too-long")
    );
    let tomorrow = now().plus(days(1));
    assert_eq!(
        faults(judge(Some("x"), false, tomorrow)),
        one("/obtained_at", "date-in-future")
    );
}

fn input(identifier: IdentifierInput) -> FactsInput {
    FactsInput {
        organization: text("Example"),
        identifier,
        country: Country::parse("PL").unwrap(),
        state_or_province: None,
        locality: None,
    }
}

fn whole(identifier: &str) -> FactsInput {
    input(IdentifierInput::Whole(identifier.to_owned()))
}

fn parts(scheme: &str, number: &str) -> FactsInput {
    input(IdentifierInput::Parts {
        scheme: scheme.to_owned(),
        number: number.to_owned(),
    })
}

#[test]
fn facts_agree_with_what_the_applicant_gave() {
    let data = by_number("KRS", "0012345678");
    let id =
        |input| facts::judge(input, &data).map(|facts| facts.organization_identifier.to_string());
    for same in [
        whole("NTRPL-0012345678"),
        parts("NTR", "12345678"),
        parts("KRS", "12345678"),
    ] {
        assert_eq!(id(same).unwrap(), "NTRPL-0012345678");
    }
    let at = "/organization_identifier";
    assert_eq!(
        faults(id(whole("NTRPL-0012345679"))),
        one(at, "identifier-differs")
    );
    assert_eq!(
        faults(id(whole("VATPL-5260250995"))),
        one(at, "identifier-differs")
    );
    assert_eq!(
        faults(id(parts("REGON", "1"))),
        one("/scheme", "identifier-scheme-unsupported")
    );
    assert_eq!(
        faults(id(parts("KRS", "x"))),
        one("/number", "registration-number-invalid")
    );
    let abroad = FactsInput {
        country: Country::parse("DE").unwrap(),
        ..whole("NTRPL-0012345678")
    };
    let codes: Vec<_> = faults(id(abroad))
        .into_iter()
        .map(|(_, code)| code)
        .collect();
    assert_eq!(codes, ["country-differs", "identifier-country-differs"]);
}

#[test]
fn a_name_too_long_for_certificates_is_its_abbreviation() {
    let judged = |data: &SubjectData, organization: &str| {
        let input = FactsInput {
            organization: text(organization),
            ..whole("NTRPL-0012345678")
        };
        facts::judge(input, data).is_ok()
    };
    let mut data = by_number("KRS", "0012345678");
    data.organization =
        text("Przedsiębiorstwo Przykładowe Żółw Spółka z Ograniczoną Odpowiedzialnością");
    let short = "Przedsiębiorstwo Przykładowe Żółw sp. z o.o.";
    let plain = "Przedsiebiorstwo Przykladowe Zolw sp. z o.o.";
    let other = "Przedsiębiorstwo Przykładowe Żółw S.A.";
    // Nothing was chosen: the name with its form abbreviated, and no other name.
    assert!(judged(&data, short) && judged(&data, plain));
    for wrong in [
        other,
        "Przedsiębiorstwo Przykładowe Żółw",
        "Żółw sp. z o.o.",
    ] {
        assert!(!judged(&data, wrong), "{wrong}");
    }
    // What was chosen stands, to the letter.
    data.abbreviation = Some(text(short));
    assert!(judged(&data, short) && !judged(&data, plain));
    // No form of it helps: a person finds an abbreviation.
    data.abbreviation = None;
    data.organization = text("Stowarzyszenie ".repeat(6).trim_end());
    assert!(judged(&data, "Stowarzyszenie"));
}

#[test]
fn by_document_the_specialist_names_the_register() {
    let data = data(VerificationMethod::Document);
    for good in [
        "NTRPL-0000123456",
        "VATPL-5260250995",
        "GOVPL",
        "LEIXG-506700GE1G29325QX363",
        "INTXG",
    ] {
        assert!(facts::judge(whole(good), &data).is_ok(), "{good}");
    }
    let foreign = faults(facts::judge(whole("NTRGB-12345678"), &data));
    assert_eq!(
        foreign,
        one("/organization_identifier", "identifier-country-differs")
    );
}

#[test]
fn nothing_that_a_register_confirms_lifts_a_doubt_on_record() {
    let data = by_number("KRS", "0012345678");
    let confirmed = automatic::READABLE.map(|check| Finding {
        check,
        state: CheckState::Verified,
        code: "entry-found",
        verdict: None,
        given: None,
        registered: None,
        steps: Vec::new(),
    });
    let after = |case: &Case| automatic::state_after(case, LookupResult::Found, &confirmed);
    for lookup in [
        LookupState::AutoChecking,
        LookupState::AutoMatched,
        LookupState::RegisterUnavailable,
    ] {
        let mut case = case(&data);
        case.lookup = lookup;
        assert_eq!(after(&case), LookupState::AutoMatched, "{lookup:?}");
        for (state, expected) in [
            (CheckState::Verified, LookupState::AutoMatched),
            (CheckState::Required, LookupState::NeedsReview),
            (CheckState::Failed, LookupState::NeedsReview),
        ] {
            for check in case.checks.iter_mut() {
                if check.kind == CheckKind::LegalName {
                    check.state = state;
                    check.recorded_by = Some(person("anna"));
                }
            }
            assert_eq!(after(&case), expected, "{lookup:?} {state:?}");
        }
    }
}

#[test]
fn silence_and_confirmations_of_others_leave_what_a_person_learnt() {
    let mut case = case(&by_number("KRS", "0012345678"));
    let states = [
        LookupState::NotAsked,
        LookupState::AutoMatched,
        LookupState::NeedsReview,
        LookupState::RegisterUnavailable,
    ];
    for asked in states {
        for (before, after) in [
            (LookupState::NeedsReview, LookupState::NeedsReview),
            (LookupState::AutoMatched, LookupState::AutoMatched),
            (LookupState::AutoChecking, asked),
            (LookupState::RegisterUnavailable, asked),
        ] {
            case.lookup = before;
            assert_eq!(automatic::reached(&case, asked, &[]), after);
        }
    }
    case.lookup = LookupState::AutoMatched;
    let missing = automatic::Answer {
        register: RegisterId::Krs,
        evidence: piece(1, now()).id,
        at: now(),
        result: LookupResult::NotFound,
        findings: Vec::new(),
    };
    let asked = LookupState::AutoMatched;
    let reached = automatic::reached(&case, asked, &[missing]);
    assert_eq!(reached, LookupState::NeedsReview);
}

#[test]
fn a_doubt_that_a_persons_check_hides_is_not_forgotten_in_the_next_round() {
    let mut case = case(&by_number("KRS", "0012345678"));
    case.lookup = LookupState::AutoChecking;
    let doubts = || automatic::Answer {
        register: RegisterId::Krs,
        evidence: piece(1, now()).id,
        at: now(),
        result: LookupResult::Found,
        findings: vec![Finding {
            check: CheckKind::Address,
            state: CheckState::Required,
            code: "place-different",
            verdict: None,
            given: None,
            registered: None,
            steps: Vec::new(),
        }],
    };
    let asked = LookupState::RegisterUnavailable;
    // Its own check says it, and another round changes nothing of that.
    assert_eq!(automatic::reached(&case, asked, &[doubts()]), asked);
    for check in case.checks.iter_mut() {
        if check.kind == CheckKind::Address {
            check.state = CheckState::Verified;
            check.recorded_by = Some(person("anna"));
        }
    }
    let reached = automatic::reached(&case, asked, &[doubts()]);
    assert_eq!(reached, LookupState::NeedsReview);
}

#[test]
fn actions_follow_role_person_and_state() {
    let case = case(&by_number("KRS", "0012345678"));
    let (anna, ola) = (person("anna"), person("ola"));
    let may = |by, role| actions::allowed(&case, by, role, now());
    let work = [
        "claim",
        "release",
        "evidence",
        "documents",
        "lookup",
        "checks",
        "facts",
        "request_information",
        "proposal",
    ];
    assert_eq!(may(&anna, Role::ValidationSpecialist), work);
    assert!(may(&ola, Role::ValidationOfficer).is_empty());
    assert!(may(&anna, Role::Auditor).is_empty());
}
