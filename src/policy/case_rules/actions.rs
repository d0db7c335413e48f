//! What a person may do with a case now: for the queue and the client, not for the transitions,
//! which judge again.

use crate::domain::{
    case::{Case, CaseState},
    owner::{IdentityName, Role},
    timestamp::Timestamp,
};

/// The names of the calls that would not be refused for role, state or person. The role's part
/// is that of [`access`](crate::policy::access).
#[must_use]
pub fn allowed(case: &Case, by: &IdentityName, role: Role, now: Timestamp) -> Vec<&'static str> {
    let decides = role == Role::ValidationOfficer;
    if !(decides || role == Role::ValidationSpecialist) || case.require_open().is_err() {
        return Vec::new();
    }
    let mut actions = Vec::new();
    if case.holder(now).is_none_or(|holder| holder == by) {
        actions.push("claim");
    }
    if case.claim.as_ref().is_some_and(|claim| &claim.by == by) {
        actions.push("release");
    }
    if case.require_work(by, now).is_ok() {
        actions.extend([
            "evidence",
            "documents",
            "lookup",
            "checks",
            "facts",
            "request_information",
        ]);
        if case.state == CaseState::InReview {
            actions.push("proposal");
        }
    }
    let proposed = case.proposal.as_ref().is_some_and(|word| &word.by != by);
    if decides && proposed && !case.editors.contains(by) {
        actions.push("decision");
    }
    actions
}
