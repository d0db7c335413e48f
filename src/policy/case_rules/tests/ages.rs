//! What a decision rests on, and from when its time runs.

use super::*;

/// Somebody who was reached.
fn called(number: u8, obtained_at: Timestamp) -> Evidence {
    Evidence {
        kind: EvidenceKind::Contact,
        contact: Some(Contact {
            reached_at: text("+48 22 555 01 00"),
            person: text("Jan Example"),
            found_in: piece(9, now()).id,
        }),
        ..piece(number, obtained_at)
    }
}

/// A case whose checks have these ages in days: organisation, authority. What the organisation is
/// rests on [`source`], the authority on piece 1.
fn aged(organization: u32, authority: u32) -> Case {
    let data = by_number("KRS", "0012345678");
    let mut case = case(&data);
    case.facts = Some(facts::judge(whole("NTRPL-0012345678"), &data).unwrap());
    case.checks = [
        (CheckKind::Existence, organization, source()),
        (CheckKind::LegalName, 1, source()),
        (
            CheckKind::RepresentativeAuthority,
            authority,
            piece(1, now()),
        ),
    ]
    .map(|(kind, age, shown)| Check {
        kind,
        state: CheckState::Verified,
        checked_at: Some(now().minus(days(age))),
        evidence: vec![shown.id],
        note: None,
        recorded_by: None,
    })
    .to_vec();
    case
}

/// What everybody here was found in: a register that was read today.
fn source() -> Evidence {
    piece(9, now())
}

/// What is established with these pieces, and [`source`] unless it is one of them.
fn established_by(
    case: &Case,
    pieces: &[Evidence],
    terms: &Terms,
    at: Timestamp,
) -> Result<VerifiedFacts, Refused> {
    let data = by_number("KRS", "0012345678");
    let mut evidence = pieces.to_vec();
    if evidence.iter().all(|piece| piece.id != source().id) {
        evidence.push(source());
    }
    let paper = |piece: &Evidence| {
        let kind = match piece.kind {
            EvidenceKind::Contact => DocumentKind::Authorization,
            _ => DocumentKind::Organization,
        };
        piece.document.map(|id| document(id, kind, true))
    };
    let documents: Vec<Document> = evidence.iter().filter_map(paper).collect();
    let held = Held {
        documents: &documents,
        ..held(case, &data, &evidence)
    };
    facts::establish(held, terms, at)
}

fn established(case: &Case, pieces: &[Evidence]) -> Result<VerifiedFacts, Refused> {
    established_by(case, pieces, &Terms::default(), now())
}

/// A document of the data set, brought by the CA or given by the applicant.
pub(super) fn document(id: DocumentId, kind: DocumentKind, is_brought: bool) -> Document {
    let case = CaseId::new(now(), [2; 10]);
    let data = by_number("KRS", "0012345678");
    Document {
        id,
        subject_data: data.id,
        owner: data.owner,
        kind,
        description: None,
        file_name: text("a.pdf"),
        media_type: MediaType::Pdf,
        size: 1,
        sha256: [9; 32],
        brought_by: is_brought.then(|| BroughtBy {
            case,
            person: person("anna"),
        }),
        scan: Scan::NotScanned,
        finding: None,
        scanned_at: None,
        erased_at: None,
        received_at: now(),
    }
}

pub(super) fn paper(number: u8) -> DocumentId {
    DocumentId::new(now(), [number; 10])
}

#[test]
fn reuse_runs_from_the_oldest_datum() {
    let contact = |obtained_at| called(1, obtained_at);
    let fresh = [contact(now())];
    let facts = established(&aged(10, 5), &fresh).unwrap();
    assert_eq!(facts.organization_checked_at, now().minus(days(10)));
    assert_eq!(facts.authority_checked_at, now().minus(days(5)));
    assert_eq!(facts.representatives, [text("Jan Example")]);
    let old = [contact(now().minus(days(100)))];
    let facts = established(&aged(10, 5), &old).unwrap();
    assert_eq!(facts.organization_checked_at, now().minus(days(10)));
    assert_eq!(facts.authority_checked_at, now().minus(days(100)));
    // What the contact was found in is as old as the contact, if it is older.
    let obtained_at = now().minus(days(200));
    let found = Evidence {
        obtained_at,
        ..source()
    };
    let facts = established(&aged(10, 5), &[contact(now()), found]).unwrap();
    assert_eq!(facts.organization_checked_at, obtained_at);
    assert_eq!(facts.authority_checked_at, obtained_at);
    assert!(established(&aged(824, 824), &fresh).is_ok());
    for (organization, authority) in [(825, 1), (1, 825)] {
        let ended = established(&aged(organization, authority), &fresh);
        assert_eq!(ended.unwrap_err().code, "evidence-expired");
    }
    let mut bare = aged(1, 1);
    bare.checks.truncate(2);
    let missing = established(&bare, &fresh).unwrap_err();
    assert_eq!(missing.code, "evidence-missing");
    // A shorter term holds, and the facts keep it.
    let year = Terms::of(Choice {
        organization_days: 365,
        ..Choice::default()
    });
    let judged = |age| established_by(&aged(age, 1), &fresh, &year, now());
    assert_eq!(judged(365).unwrap_err().code, "evidence-expired");
    let facts = judged(364).unwrap();
    assert_eq!(reuse::facts_valid_until(&facts), now().plus(days(1)));
    // What an extract shows of the board is not the organisation's word.
    let extract = established(&aged(1, 1), &[piece(1, now())]);
    assert_eq!(extract.unwrap_err().code, "contact-missing");
}

#[test]
fn a_document_counts_for_thirteen_months_from_its_day() {
    let issued = |day: &str| Timestamp::of_date(day);
    let contact = called(2, now());
    let mut case = aged(1, 1);
    for check in case.checks.iter_mut() {
        check.evidence = match check.kind {
            CheckKind::RepresentativeAuthority => vec![contact.id],
            _ => vec![piece(1, now()).id],
        };
    }
    let extract = |day: &str| Evidence {
        kind: EvidenceKind::Document,
        document: Some(paper(1)),
        issued_on: issued(day),
        ..piece(1, now())
    };
    let establish = |pieces: &[Evidence], day: &str| {
        let at = issued(day).unwrap().minus(Duration::from_millis(1));
        established_by(&case, pieces, &Terms::default(), at)
    };
    let pieces = [extract("2025-10-31"), contact.clone()];
    let facts = establish(&pieces, "2026-11-30").unwrap();
    assert_eq!(facts.organization_paper_of, issued("2025-10-31"));
    assert_eq!(facts.organization_checked_at, issued("2025-10-31").unwrap());
    assert_eq!(facts.authority_paper_of, None);
    assert_eq!(Some(reuse::facts_valid_until(&facts)), issued("2026-11-30"));
    let authority = reuse::authority_valid_until(&facts);
    assert_eq!(authority, now().minus(days(1)).plus(days(825)));
    let late = establish(&pieces, "2026-12-01").unwrap_err();
    assert_eq!(late.code, "document-too-old");
    // The oldest document counts, on whichever side.
    let power = Evidence {
        document: Some(paper(2)),
        issued_on: issued("2025-10-30"),
        ..contact
    };
    let pieces = [extract("2026-01-01"), power];
    let facts = establish(&pieces, "2026-11-30").unwrap();
    assert_eq!(facts.authority_paper_of, issued("2025-10-30"));
    assert_eq!(Some(reuse::facts_valid_until(&facts)), issued("2026-11-30"));
    // What no check rests on ages nothing.
    let other = Evidence {
        issued_on: issued("2001-01-01"),
        ..piece(7, now())
    };
    let [extract, power] = pieces;
    assert!(establish(&[extract, power, other], "2026-11-30").is_ok());
}

#[test]
fn authority_is_verified_by_a_contact_and_nothing_else() {
    let of = |number, kind| Evidence {
        kind,
        ..piece(number, now())
    };
    let known = [
        of(1, EvidenceKind::Register),
        of(2, EvidenceKind::Document),
        of(3, EvidenceKind::Note),
        of(4, EvidenceKind::Lookup(LookupResult::Found)),
        called(5, now()),
    ];
    let judge = |kind, state, named: &[usize]| {
        let evidence = named.iter().map(|at| known[*at].id).collect();
        let outcome = check::Outcome {
            evidence,
            ..outcome(state)
        };
        let data = by_number("KRS", "0012345678");
        let mut evidence = known.to_vec();
        evidence.push(source());
        let case = case(&data);
        let held = held(&case, &data, &evidence);
        check::require_contact(kind, &outcome, held, &Terms::default(), now())
    };
    let authority = CheckKind::RepresentativeAuthority;
    for named in [&[0][..], &[1], &[2], &[3], &[0, 1, 2, 3]] {
        let refused = judge(authority, CheckState::Verified, named);
        assert_eq!(faults(refused), one("/evidence", "contact-missing"));
        assert!(judge(authority, CheckState::Failed, named).is_ok());
        assert!(judge(CheckKind::Existence, CheckState::Verified, named).is_ok());
    }
    for named in [&[4][..], &[0, 4]] {
        assert!(judge(authority, CheckState::Verified, named).is_ok());
    }
}
