//! What each event does in each state.

use super::*;

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
