//! What the digest covers.

use super::*;

#[test]
fn the_digest_moves_with_everything_people_judged() {
    let case = complete();
    let base = case.digest(&krs(), &[], &[]);
    let mut seen = BTreeSet::from([base]);
    assert_eq!(
        Loaded::restore(Case::clone(&case), Version(99)).digest(&krs(), &[], &[]),
        base
    );
    let mut other = |label: &str, digest: [u8; 32]| assert!(seen.insert(digest), "{label}");
    other("document", case.digest(&krs(), &[document()], &[]));
    let newer = SubjectData {
        revision: 2,
        ..krs()
    };
    other("revision", case.digest(&newer, &[], &[]));
    let renamed = SubjectData {
        organization: text("Other"),
        ..krs()
    };
    other("data", case.digest(&renamed, &[], &[]));
    let with = |change: &dyn Fn(&mut Case)| {
        let mut copy = Case::clone(&case);
        change(&mut copy);
        copy.digest(&krs(), &[], &[])
    };
    other("case", with(&|c| c.id = CaseId::new(now(), [77; 10])));
    other("evidence", with(&|c| c.evidence[0].1 = [0; 32]));
    other(
        "more evidence",
        with(&|c| c.evidence.push((evidence(2).id, [2; 32]))),
    );
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
    let base = case.digest(&krs(), &[], &[]);
    let mut seen = BTreeSet::from([base]);
    let mut other = |label: &str, digest: [u8; 32]| assert!(seen.insert(digest), "{label}");
    let told = |piece: Evidence| case.digest(&krs(), &[], &[piece]);
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
