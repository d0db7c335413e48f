use super::*;
use crate::domain::{
    document::{DocumentKind, MediaType, Scan},
    id::{DocumentId, SubjectDataId},
    owner::{ActingFor, IdentityName, Owner},
    subject_data::{VerificationMethod, VerifiedFacts},
    text::{Country, Text},
    timestamp::days,
};

fn day(number: u32) -> Timestamp {
    Timestamp::EPOCH.plus(days(number))
}

fn owner() -> Owner {
    Owner {
        ra: IdentityName::parse("customer").unwrap(),
        customer: None,
    }
}

fn document() -> Document {
    Document {
        id: DocumentId::new(day(0), [1; 10]),
        subject_data: SubjectDataId::new(day(0), [1; 10]),
        owner: owner(),
        kind: DocumentKind::Organization,
        description: None,
        file_name: Text::parse("a.pdf").unwrap(),
        media_type: MediaType::Pdf,
        size: 1,
        sha256: [1; 32],
        brought_by: None,
        scan: Scan::Clean,
        finding: None,
        scanned_at: None,
        erased_at: None,
        received_at: day(100),
    }
}

fn facts() -> VerifiedFacts {
    VerifiedFacts {
        organization: Text::parse("Example").unwrap(),
        organization_identifier: Text::parse("NTRPL-0012345678").unwrap(),
        country: Country::parse("PL").unwrap(),
        state_or_province: None,
        locality: Some(Text::parse("Warszawa").unwrap()),
        organization_checked_at: day(90),
        authority_checked_at: day(95),
        organization_paper_of: None,
        authority_paper_of: None,
        carries_days: 825,
        representatives: Vec::new(),
        decided_at: day(101),
    }
}

fn data(state: SubjectDataState) -> SubjectData {
    SubjectData {
        id: SubjectDataId::new(day(0), [1; 10]),
        owner: owner(),
        revision: 1,
        previous: None,
        organization: Text::parse("Example").unwrap(),
        abbreviation: None,
        country: Country::parse("PL").unwrap(),
        state_or_province: Text::parse("mazowieckie").unwrap(),
        locality: Text::parse("Warszawa").unwrap(),
        method: VerificationMethod::Document,
        state,
        statements: Vec::new(),
        submitted_at: None,
        case: None,
        verified: None,
        proposed: None,
        doubt: None,
        doubted_at: None,
        needed: Vec::new(),
        message: None,
        answer_until: None,
        acting_for: ActingFor::default(),
        created_at: day(99),
        updated_at: day(102),
    }
}

fn until(data: &SubjectData, relied: Option<Timestamp>, kept_days: u64) -> Option<Timestamp> {
    retain_until(&document(), data, relied, kept_days)
}

#[test]
fn nothing_goes_while_somebody_judges_by_it() {
    use SubjectDataState as S;
    for state in [S::UnderVerification, S::WaitingForApplicant, S::Suspended] {
        assert_eq!(until(&data(state), None, 2557), None);
    }
}

#[test]
fn two_years_pass_at_least() {
    let rejected = data(SubjectDataState::Rejected);
    assert_eq!(until(&rejected, None, 2557), Some(day(102 + 2557)));
    assert_eq!(until(&rejected, None, 0), Some(day(102 + 731)));
}

#[test]
fn it_begins_with_the_end_of_what_rests_on_it() {
    let mut verified = data(SubjectDataState::Verified);
    verified.verified = Some(facts());
    assert_eq!(until(&verified, None, 731), Some(day(90 + 825 + 731)));
    let early = Some(day(500));
    assert_eq!(until(&verified, early, 731), Some(day(90 + 825 + 731)));
    // A certificate issued on the last day lives on.
    let late = Some(day(1700));
    assert_eq!(until(&verified, late, 731), Some(day(1700 + 731)));
}
