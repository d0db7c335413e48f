use super::need::Question;
use super::{
    SubjectData, SubjectDataState, VerificationMethod, VerifiedFacts,
    transition::{ChosenAbbreviation, NewSubjectData},
};
use crate::domain::{
    aggregate::{Changed, Loaded, Version},
    id::{CaseId, SubjectDataId},
    owner::{ActingFor, IdentityName, Owner},
    refusal::{Class, Refused},
    text::{Country, Text},
    timestamp::Timestamp,
};

fn now() -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000)
}

fn text<const MAX: usize>(text: &str) -> Text<MAX> {
    Text::parse(text).unwrap()
}

fn owner(ra: &str, customer: Option<&str>) -> Owner {
    Owner {
        ra: IdentityName::parse(ra).unwrap(),
        customer: customer.map(text),
    }
}

fn new(customer: Option<&str>) -> NewSubjectData {
    NewSubjectData {
        id: SubjectDataId::new(now(), [2; 10]),
        owner: owner("panel", customer),
        organization: text("Example"),
        country: Country::parse("PL").unwrap(),
        state_or_province: text("mazowieckie"),
        locality: text("Warszawa"),
        method: VerificationMethod::Document,
        acting_for: ActingFor::default(),
    }
}

fn in_state(state: SubjectDataState) -> Loaded<SubjectData> {
    let mut set = SubjectData::clone(&SubjectData::create(new(Some("c-1")), None, now()));
    set.state = state;
    Loaded::restore(set, Version(2))
}

fn facts() -> VerifiedFacts {
    VerifiedFacts {
        organization: text("Example"),
        organization_identifier: text("NTRPL-0012345678"),
        country: Country::parse("PL").unwrap(),
        state_or_province: None,
        locality: None,
        organization_checked_at: now(),
        authority_checked_at: now(),
        organization_paper_of: None,
        authority_paper_of: None,
        carries_days: 825,
        representatives: Vec::new(),
        decided_at: now(),
    }
}

fn submit(set: Loaded<SubjectData>, documents: usize) -> Result<Changed<SubjectData>, Refused> {
    set.submit(Vec::new(), documents, CaseId::new(now(), [3; 10]), now())
}

/// A name, what it does, from where it is allowed, and where it leads.
struct Event(
    &'static str,
    fn(Loaded<SubjectData>) -> Result<Changed<SubjectData>, Refused>,
    &'static [SubjectDataState],
    SubjectDataState,
);

/// flows 3.2.
const EVENTS: [Event; 8] = [
    Event(
        "submit",
        |set| submit(set, 1),
        &[SubjectDataState::Draft],
        SubjectDataState::UnderVerification,
    ),
    Event(
        "ask",
        |set| set.ask(Question::of(text("what?")), now(), now()),
        &[SubjectDataState::UnderVerification],
        SubjectDataState::WaitingForApplicant,
    ),
    Event(
        "answer",
        |set| set.answered(now()),
        &[SubjectDataState::WaitingForApplicant],
        SubjectDataState::UnderVerification,
    ),
    Event(
        "verify",
        |set| set.verify(facts(), now()),
        &[SubjectDataState::UnderVerification],
        SubjectDataState::Verified,
    ),
    Event(
        "reject",
        |set| set.reject(None, now()),
        &[
            SubjectDataState::UnderVerification,
            SubjectDataState::WaitingForApplicant,
        ],
        SubjectDataState::Rejected,
    ),
    Event(
        "suspend",
        |set| set.suspend(&finding("eva"), now()),
        &[SubjectDataState::Verified],
        SubjectDataState::Suspended,
    ),
    Event(
        "withdraw",
        |set| set.withdraw(0, now()),
        &[
            SubjectDataState::Draft,
            SubjectDataState::UnderVerification,
            SubjectDataState::WaitingForApplicant,
            SubjectDataState::Verified,
            SubjectDataState::Rejected,
            SubjectDataState::Suspended,
        ],
        SubjectDataState::Withdrawn,
    ),
    Event(
        "replace",
        |set| {
            let by = SubjectDataId::new(now(), [8; 10]);
            set.replaced(by, now()).ok_or_else(conflict)
        },
        &[
            SubjectDataState::Draft,
            SubjectDataState::UnderVerification,
            SubjectDataState::WaitingForApplicant,
        ],
        SubjectDataState::Replaced,
    ),
];

const fn conflict() -> Refused {
    Refused::state("data-set-state-conflict")
}

fn finding(by: &str) -> super::doubt::Finding {
    super::doubt::Finding {
        by: IdentityName::parse(by).unwrap(),
        reason: Text::parse("struck off").unwrap(),
        source: Text::parse("KRS").unwrap(),
        evidence: None,
    }
}

/// One person stops data; nobody alone lets it be used again, or ends it.
#[test]
fn two_people_settle_a_doubt() {
    use super::doubt::Aim;
    for (aim, state) in [
        (Aim::Resume, SubjectDataState::Verified),
        (Aim::Invalidate, SubjectDataState::Rejected),
    ] {
        let suspended = || in_state(SubjectDataState::Suspended);
        let bare = suspended().settle(aim, &finding("eva"), now());
        assert_eq!(bare.unwrap_err().code, "proposal-missing");
        let proposed = suspended().propose(aim, &finding("eva"), now()).unwrap();
        let proposed = Loaded::restore(SubjectData::clone(&proposed), Version(5));
        let same = proposed.clone().settle(aim, &finding("eva"), now());
        assert_eq!(same.unwrap_err().code, "same-officer");
        let settled = proposed.settle(aim, &finding("jan"), now()).unwrap();
        assert_eq!((settled.state, &settled.proposed), (state, &None));
    }
    let verified = in_state(SubjectDataState::Verified);
    assert!(
        verified
            .propose(Aim::Resume, &finding("eva"), now())
            .is_err()
    );
}

/// Certificates may rest on data that was verified, whoever has taken it back since.
#[test]
fn withdrawn_data_is_ended_if_it_was_ever_verified() {
    use super::doubt::Aim;
    let withdrawn = |verified| {
        let mut set = SubjectData::clone(&in_state(SubjectDataState::Withdrawn));
        set.verified = verified;
        Loaded::restore(set, Version(3))
    };
    // What nobody doubts is not cleared.
    for (set, aim) in [
        (withdrawn(None), Aim::Invalidate),
        (withdrawn(Some(facts())), Aim::Resume),
    ] {
        let refused = set.propose(aim, &finding("eva"), now()).unwrap_err();
        assert_eq!(refused.code, "data-set-state-conflict");
    }
    let set = withdrawn(Some(facts()));
    let proposed = set.propose(Aim::Invalidate, &finding("eva"), now());
    let proposed = SubjectData::clone(&proposed.unwrap());
    let ended = Loaded::restore(proposed, Version(4));
    let ended = ended.settle(Aim::Invalidate, &finding("jan"), now());
    assert_eq!(ended.unwrap().state, SubjectDataState::Rejected);
}

/// What was withdrawn is doubted and cleared without coming to life again, and the time to revoke
/// runs from the doubt, not from the decision.
#[test]
fn withdrawn_data_is_doubted_cleared_and_ended_as_what_it_is() {
    use super::doubt::Aim;
    let stored = |set: Changed<SubjectData>| {
        Loaded::restore(SubjectData::clone(&set), Version(set.will_be().0))
    };
    let mut set = SubjectData::clone(&in_state(SubjectDataState::Withdrawn));
    set.verified = Some(facts());
    let set = Loaded::restore(set, Version(3));
    let later = now().plus(crate::domain::timestamp::days(2));
    let doubted = stored(set.suspend(&finding("eva"), now()).unwrap());
    assert_eq!(doubted.state, SubjectDataState::Withdrawn);
    assert_eq!(doubted.doubted_at, Some(now()));
    let again = doubted.clone().suspend(&finding("eva"), later);
    assert_eq!(again.unwrap_err().code, "data-set-state-conflict");
    let settle = |aim| {
        let proposed = doubted.clone().propose(aim, &finding("eva"), later);
        let settled = stored(proposed.unwrap()).settle(aim, &finding("jan"), later);
        settled.unwrap()
    };
    let cleared = settle(Aim::Resume);
    assert_eq!(
        (cleared.state, &cleared.doubt, cleared.doubted_at),
        (SubjectDataState::Withdrawn, &None, None)
    );
    let ended = settle(Aim::Invalidate);
    assert_eq!(
        (ended.state, ended.doubted_at),
        (SubjectDataState::Rejected, Some(now()))
    );
}

#[test]
fn every_event_in_every_state() {
    for state in SubjectDataState::ALL {
        for Event(name, event, from, to) in EVENTS {
            match (event(in_state(state)), from.contains(&state)) {
                (Ok(changed), true) => {
                    assert_eq!(changed.state, to, "{name} in {state:?}");
                    assert_eq!(changed.events().len(), 1);
                }
                (Err(refused), false) => {
                    assert_eq!(
                        refused.code, "data-set-state-conflict",
                        "{name} in {state:?}"
                    );
                }
                (done, _) => panic!("{name} in {state:?}: {done:?}"),
            }
        }
    }
}

#[test]
fn a_document_is_needed_when_the_method_says_so() {
    let refused = submit(in_state(SubjectDataState::Draft), 0).unwrap_err();
    assert_eq!(
        (refused.class, refused.code),
        (Class::State, "document-missing")
    );
    let mut by_number = SubjectData::clone(&in_state(SubjectDataState::Draft));
    by_number.method = VerificationMethod::RegistrationNumber {
        register: "KRS".to_owned(),
        number: "0012345678".to_owned(),
    };
    assert!(submit(Loaded::restore(by_number, Version(1)), 0).is_ok());
}

#[test]
fn data_in_use_is_not_withdrawn() {
    let refused = in_state(SubjectDataState::Verified).withdraw(1, now());
    assert_eq!(refused.unwrap_err().code, "data-set-in-use");
}

#[test]
fn a_new_version_follows_the_old_one() {
    let old = in_state(SubjectDataState::Verified);
    let next = SubjectData::create(new(Some("c-1")), Some(&old), now());
    assert_eq!((next.revision, next.previous), (2, Some(old.id)));
    assert_eq!(next.state, SubjectDataState::Draft);
    assert!(next.verified.is_none());
}

#[test]
fn the_abbreviation_that_was_chosen_last_stands() {
    let chosen = |name: &str| ChosenAbbreviation {
        name: text(name),
        forms: vec!["O7XB"],
        tables: "t",
    };
    let set = SubjectData::create(new(Some("c-1")), None, now());
    let set = set.abbreviated(chosen("A")).abbreviated(chosen("B"));
    let set = set.abbreviated(chosen("B"));
    assert_eq!(set.abbreviation, Some(text("B")));
    assert_eq!(set.events().len(), 3);
}

#[test]
fn only_data_without_a_customer_is_adopted_and_only_once() {
    let free = || {
        let set = SubjectData::clone(&SubjectData::create(new(None), None, now()));
        Loaded::restore(set, Version(1))
    };
    let adopted = free().adopt(&owner("panel", Some("c-9")), now()).unwrap();
    assert_eq!(adopted.owner, owner("panel", Some("c-9")));
    let taken = Loaded::restore(SubjectData::clone(&adopted), Version(2));
    for (set, by) in [
        (taken, owner("panel", Some("c-8"))),
        (free(), owner("other", Some("c-9"))),
        (free(), owner("panel", None)),
    ] {
        assert_eq!(set.adopt(&by, now()).unwrap_err().class, Class::NotFound);
    }
}
