//! The two words: who may give them, and over what.

use super::*;

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
