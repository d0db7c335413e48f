//! What a case asks for, and what stands against an approval.

use super::*;

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
