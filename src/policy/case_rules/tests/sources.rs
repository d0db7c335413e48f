//! What evidence can show, and what a contact may have been found in.

use std::slice;

use super::{
    ages::{document, paper},
    *,
};
use crate::policy::case_rules::crossing::{Heard, Named};

const OWN: &str = "0012345678";
const NIP: &str = "5260250995";

fn found(number: u8, obtained_at: Timestamp) -> Evidence {
    Evidence {
        kind: EvidenceKind::Lookup(LookupResult::Found),
        ..piece(number, obtained_at)
    }
}

/// An answer to this number that names these.
fn heard(asked: (&str, &str), named: &[(&str, &str)]) -> Heard {
    let owned = |(kind, number): &(&str, &str)| Named {
        kind: (*kind).to_owned(),
        number: (*number).to_owned(),
    };
    Heard {
        asked: RegisterNumber {
            kind: asked.0.to_owned(),
            country: Country::parse("PL").unwrap(),
            number: asked.1.to_owned(),
        },
        named: named.iter().map(owned).collect(),
    }
}

fn contact_in(source: u8) -> Contact {
    Contact {
        reached_at: text("+48 22 555 01 00"),
        person: text("Jan Example"),
        found_in: piece(source, now()).id,
    }
}

/// Why a contact found in the first of these answers does not count.
fn fault_of(data: &SubjectData, facts: Option<&str>, answers: &[Heard]) -> Option<&'static str> {
    let mut case = case(data);
    case.facts = facts.map(|id| facts::judge(whole(id), data).unwrap());
    let numbers = 1..=u8::try_from(answers.len()).unwrap();
    let evidence: Vec<Evidence> = numbers.map(|number| found(number, now())).collect();
    let heard: Vec<_> = evidence
        .iter()
        .map(|piece| piece.id)
        .zip(answers.iter().cloned())
        .collect();
    let held = Held {
        heard: &heard,
        ..held(&case, data, &evidence)
    };
    held.contact_fault(&contact_in(1), &Terms::default(), now())
}

#[test]
fn a_lookup_is_a_source_when_it_is_of_this_organisation() {
    let data = by_number("KRS", OWN);
    let unrelated = Some("contact-source-unrelated");
    let own = heard(("KRS", OWN), &[("NIP", NIP)]);
    let of = |answers: &[Heard]| fault_of(&data, None, answers);
    assert_eq!(of(slice::from_ref(&own)), None);
    assert_eq!(of(&[heard(("KRS", "0000000019"), &[])]), unrelated);
    // By another kind of number: it names ours, or ours names it.
    let by_nip = |named: &[(&str, &str)]| heard(("NIP", NIP), named);
    assert_eq!(of(&[by_nip(&[("KRS", "12345678")])]), None);
    assert_eq!(of(&[by_nip(&[]), own.clone()]), None);
    assert_eq!(of(&[by_nip(&[])]), unrelated);
    assert_eq!(of(&[by_nip(&[("KRS", "0000000019")])]), unrelated);
    assert_eq!(
        of(&[by_nip(&[("KRS", "0000000019")]), own.clone()]),
        unrelated
    );
    assert_eq!(of(&[heard(("NIP", "1234563218"), &[]), own]), unrelated);
    // Two answers of which nobody knows whose they are do not vouch for each other.
    assert_eq!(
        of(&[by_nip(&[]), heard(("REGON", "123456785"), &[("NIP", NIP)])]),
        unrelated
    );
}

#[test]
fn data_without_a_number_are_known_by_the_one_that_was_recorded() {
    let data = data(VerificationMethod::Document);
    let unrelated = Some("contact-source-unrelated");
    let own = heard(("KRS", OWN), &[]);
    let id = "NTRPL-0012345678";
    assert_eq!(fault_of(&data, None, slice::from_ref(&own)), None);
    assert_eq!(fault_of(&data, Some(id), slice::from_ref(&own)), None);
    assert_eq!(
        fault_of(&data, Some("NTRPL-0000000019"), slice::from_ref(&own)),
        unrelated
    );
    assert_eq!(fault_of(&data, Some("GOVPL"), &[own]), unrelated);
}

#[test]
fn a_lookup_that_cannot_be_read_is_no_source() {
    let data = by_number("KRS", OWN);
    let (case, evidence) = (case(&data), [found(1, now())]);
    let held = held(&case, &data, &evidence);
    let fault = held.contact_fault(&contact_in(1), &Terms::default(), now());
    assert_eq!(fault, Some("contact-source-unrelated"));
    assert!(!held.is_readable(&evidence[0]) && !held.shows(CheckKind::Existence, &evidence[0]));
}

#[test]
fn a_source_counts_as_long_as_any_evidence() {
    let data = by_number("KRS", OWN);
    let case = case(&data);
    let fault = |source: Evidence, kind, at: Timestamp| {
        let evidence = [source];
        let documents = [document(paper(1), kind, true)];
        let held = Held {
            documents: &documents,
            ..held(&case, &data, &evidence)
        };
        held.contact_fault(&contact_in(1), &Terms::default(), at)
    };
    let too_old = Some("contact-source-too-old");
    let extract = || piece(1, now());
    let organization = DocumentKind::Organization;
    let moment = Duration::from_millis(1);
    let end = now().plus(days(825));
    assert_eq!(fault(extract(), organization, end.minus(moment)), None);
    assert_eq!(fault(extract(), organization, end), too_old);
    let of_document = |day: Option<&str>| Evidence {
        kind: EvidenceKind::Document,
        document: Some(paper(1)),
        issued_on: day.and_then(Timestamp::of_date),
        ..piece(1, now())
    };
    let old = || of_document(Some("2025-10-31"));
    let end = Timestamp::of_date("2026-11-30").unwrap();
    assert_eq!(fault(old(), organization, end.minus(moment)), None);
    assert_eq!(fault(old(), organization, end), too_old);
    let undated = fault(of_document(None), DocumentKind::Additional, now());
    assert_eq!(undated, Some("document-kind-unfit"));
}

#[test]
fn what_the_applicant_gave_is_no_source_whoever_brings_it() {
    let data = by_number("KRS", OWN);
    let case = case(&data);
    let brought = document(paper(1), DocumentKind::Organization, true);
    let documents = [brought.clone()];
    let of = |given: &[[u8; 32]], kind| {
        let evidence = [Evidence {
            kind,
            document: Some(paper(1)),
            issued_on: Timestamp::of_date("2026-11-01"),
            ..piece(1, now())
        }];
        let held = Held {
            documents: &documents,
            given,
            ..held(&case, &data, &evidence)
        };
        held.contact_fault(&contact_in(1), &Terms::default(), now())
    };
    for kind in [EvidenceKind::Document, EvidenceKind::Register] {
        assert_eq!(of(&[], kind), None);
        assert_eq!(of(&[brought.sha256], kind), Some("contact-not-independent"));
    }
}

/// A check, whether the applicant's extract shows it, and whether a register does.
const SHOWN: [(CheckKind, bool, bool); 4] = [
    (CheckKind::Existence, true, true),
    (CheckKind::LegalName, true, true),
    (CheckKind::ActiveStatus, true, true),
    (CheckKind::Identifier, false, true),
];

#[test]
fn a_check_of_what_the_organisation_is_needs_something_that_shows_it() {
    let data = by_number("KRS", OWN);
    let case = case(&data);
    let note = Evidence {
        kind: EvidenceKind::Note,
        ..piece(1, now())
    };
    let extract = Evidence {
        kind: EvidenceKind::Document,
        document: Some(paper(1)),
        issued_on: Some(now()),
        ..piece(1, now())
    };
    let judge = |kind, piece: &Evidence, of: DocumentKind| {
        let evidence = [piece.clone()];
        let documents = [document(paper(1), of, false)];
        let held = Held {
            documents: &documents,
            ..held(&case, &data, &evidence)
        };
        let failed = check::require_source(kind, &outcome(CheckState::Failed), held);
        assert!(failed.is_ok(), "what is against it needs no proof");
        check::require_source(kind, &outcome(CheckState::Verified), held)
    };
    let is_shown = |kind, piece, of| match judge(kind, piece, of) {
        Ok(()) => true,
        refused => {
            assert_eq!(faults(refused), one("/evidence", "source-missing"));
            false
        }
    };
    let organization = DocumentKind::Organization;
    let register = piece(1, now());
    for (kind, by_paper, by_register) in SHOWN {
        assert_eq!(is_shown(kind, &register, organization), by_register);
        assert_eq!(is_shown(kind, &extract, organization), by_paper);
        assert!(!is_shown(kind, &extract, DocumentKind::Authorization));
        assert!(!is_shown(kind, &note, organization));
    }
    assert!(is_shown(CheckKind::DenyList, &note, organization));
}

#[test]
fn a_body_without_a_number_is_shown_by_the_act_that_founded_it() {
    let data = data(VerificationMethod::Document);
    let mut case = case(&data);
    let act = [Evidence {
        kind: EvidenceKind::Document,
        document: Some(paper(1)),
        issued_on: Some(now()),
        ..piece(1, now())
    }];
    let documents = [document(paper(1), DocumentKind::Organization, false)];
    for (identifier, shown) in [("GOVPL", true), ("NTRPL-0012345678", false)] {
        case.facts = Some(facts::judge(whole(identifier), &data).unwrap());
        let held = Held {
            documents: &documents,
            ..held(&case, &data, &act)
        };
        assert_eq!(held.shows(CheckKind::Identifier, &act[0]), shown);
    }
}
