//! What the digest covers.

use super::*;

#[test]
fn the_digest_moves_with_everything_people_judged() {
    let case = complete();
    let of = |case: &Case, data: &SubjectData, documents: &[Document]| {
        case.digest(data, documents, &pieces(case)).unwrap()
    };
    let base = of(&case, &krs(), &[]);
    let mut seen = BTreeSet::from([base]);
    assert_eq!(
        of(
            &Loaded::restore(Case::clone(&case), Version(99)),
            &krs(),
            &[]
        ),
        base
    );
    let mut other = |label: &str, digest: [u8; 32]| assert!(seen.insert(digest), "{label}");
    other("document", of(&case, &krs(), &[document()]));
    let newer = SubjectData {
        revision: 2,
        ..krs()
    };
    other("revision", of(&case, &newer, &[]));
    let renamed = SubjectData {
        organization: text("Other"),
        ..krs()
    };
    other("data", of(&case, &renamed, &[]));
    let with = |change: &dyn Fn(&mut Case)| {
        let mut copy = Case::clone(&case);
        change(&mut copy);
        of(&copy, &krs(), &[])
    };
    other("case", with(&|c| c.id = CaseId::new(now(), [77; 10])));
    let piece = |number| (evidence(number).id, evidence(number).sha256);
    other("evidence", with(&|c| c.evidence[0] = piece(3)));
    other("more evidence", with(&|c| c.evidence.push(piece(2))));
    other("facts", with(&|c| c.facts = None));
    other(
        "locality",
        with(&|c| c.facts.as_mut().unwrap().locality = Some(text("x"))),
    );
    other("state", with(&|c| c.checks[0].state = CheckState::Failed));
    other(
        "date",
        with(&|c| c.checks[0].checked_at = Some(now().minus(days(1)))),
    );
    other(
        "checked by",
        with(&|c| c.checks[0].recorded_by = Some(person("ola"))),
    );
    other("note", with(&|c| c.checks[0].note = Some(text("x"))));
    // A value that looks like two lines is not two lines.
    let split = with(&|c| c.facts.as_mut().unwrap().locality = Some(text("a facts.x 1 b")));
    other("split", split);
}

#[test]
fn the_digest_moves_with_what_evidence_tells_of_itself() {
    let case = complete();
    let base = digest_of(&case);
    let mut seen = BTreeSet::from([base]);
    let mut other = |label: &str, digest: [u8; 32]| assert!(seen.insert(digest), "{label}");
    let told = |piece: Evidence| case.digest(&krs(), &[], &[piece]).unwrap();
    let own = case.evidence[0].0;
    let piece = Evidence {
        id: own,
        ..evidence(1)
    };
    assert_eq!(told(piece.clone()), base);
    let issued_on = Some(now());
    other(
        "issued on",
        told(Evidence {
            issued_on,
            ..piece.clone()
        }),
    );
    let register = Some(RegisterId::Krs);
    other(
        "register",
        told(Evidence {
            register,
            ..piece.clone()
        }),
    );
    for (at, who, found) in [("1", "Jan", own), ("2", "Jan", own), ("1", "Ewa", own)] {
        let contact = Some(Contact {
            reached_at: text(at),
            person: text(who),
            found_in: found,
        });
        other(
            "contact",
            told(Evidence {
                contact,
                ..piece.clone()
            }),
        );
    }
}

#[test]
fn the_signed_text_and_the_digest_have_one_spelling() {
    let id = CaseId::new(now(), [2; 10]);
    let signed = digest::signed_text(id, digest::Step::Decide, Verdict::Reject, &[0xab; 32]);
    let hex = "ab".repeat(32);
    let expected = format!("chancery-decision/v1\n{id}\ndecide\nreject\nsha256:{hex}\n");
    assert_eq!(signed, expected);
    assert_eq!(digest::read(&format!("sha256:{hex}")), Some([0xab; 32]));
    for bad in [
        hex.clone(),
        format!("sha256:{}", hex.to_uppercase()),
        "sha256:ab".to_owned(),
    ] {
        assert_eq!(digest::read(&bad), None);
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
        case.digest(&abbreviated, &[], &[]).unwrap(),
        case.digest(&krs(), &[], &[]).unwrap()
    );
}

/// Whoever signs has seen each piece as it was recorded.
#[test]
fn evidence_that_is_not_there_as_it_was_recorded_has_no_digest() {
    let case = complete();
    let whole = pieces(&case);
    let lost = |pieces: &[Evidence], documents: &[Document]| {
        let refused = case.digest(&krs(), documents, pieces).unwrap_err();
        assert_eq!(refused.code, "evidence-unreadable");
        assert!(refused.is_trouble());
    };
    let with = |change: &dyn Fn(&mut Evidence)| {
        let mut pieces = whole.clone();
        change(&mut pieces[0]);
        pieces
    };
    lost(&[], &[]);
    lost(&with(&|piece| piece.content.push('x')), &[]);
    lost(&with(&|piece| piece.sha256 = [0; 32]), &[]);
    // A piece that is a document is that document.
    let of_document = with(&|piece| piece.document = Some(document().id));
    lost(&of_document, &[]);
    lost(&of_document, &[document()]);
    let theirs = Document {
        sha256: whole[0].sha256,
        ..document()
    };
    assert!(case.digest(&krs(), &[theirs], &of_document).is_ok());
}
