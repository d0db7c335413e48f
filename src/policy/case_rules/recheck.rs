//! What a register's later answer says against data that two people have decided on: what it did
//! not say when they did. What they had before them they have judged, and so they have what
//! stopped the data once and was let go.
//!
//! Proposes nothing and stops nothing; it does not know who asked.

use super::lookup::Finding;
use crate::domain::{
    case::{CheckKind, CheckState},
    register::RegisterNumber,
    subject_data::{SubjectData, VerificationMethod, VerifiedFacts},
};

/// A finding of an earlier answer, as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Name of the check.
    pub check: String,
    pub code: String,
    /// What the register had.
    pub registered: Option<String>,
}

impl Known {
    fn is(&self, finding: &Finding) -> bool {
        self.check == finding.check.name()
            && self.code == finding.code
            && self.registered == finding.registered
    }
}

/// The data as a register is asked about them: by this number, whichever way the applicant took.
#[must_use]
pub fn as_asked(data: &SubjectData, number: &RegisterNumber) -> SubjectData {
    SubjectData {
        method: VerificationMethod::RegistrationNumber {
            register: number.kind.clone(),
            number: number.number.clone(),
        },
        ..data.clone()
    }
}

/// The findings that speak against the data. A contradiction counts whatever this register said
/// before; a doubt where it had an answer then, which it has changed. That it has no entry counts
/// where it had one, or where `nowhere` says that no register has. A seat counts where
/// certificates name one.
#[must_use]
pub fn against<'a>(
    facts: &VerifiedFacts,
    findings: &'a [Finding],
    known: &[Known],
    nowhere: bool,
) -> Vec<&'a Finding> {
    let names_seat = facts.locality.is_some() || facts.state_or_province.is_some();
    let had = |finding: &Finding| known.iter().any(|one| one.check == finding.check.name());
    let counts = |finding: &&Finding| {
        let is_about = finding.check != CheckKind::Address || names_seat;
        let is_heavy = match finding.state {
            CheckState::Verified | CheckState::NotRequired => false,
            CheckState::Failed if finding.code == "entry-missing" => nowhere || had(finding),
            CheckState::Failed => true,
            CheckState::Required => !finding.is_silent() && had(finding),
        };
        is_about && is_heavy && !known.iter().any(|one| one.is(finding))
    };
    findings.iter().filter(counts).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        text::{Country, Text},
        timestamp::Timestamp,
    };

    fn finding(check: CheckKind, state: CheckState, code: &'static str, has: &str) -> Finding {
        Finding {
            check,
            state,
            code,
            verdict: None,
            given: None,
            registered: Some(has.to_owned()),
            steps: Vec::new(),
        }
    }

    fn known(finding: &Finding) -> Known {
        Known {
            check: finding.check.name().to_owned(),
            code: finding.code.to_owned(),
            registered: finding.registered.clone(),
        }
    }

    fn facts(locality: Option<&str>) -> VerifiedFacts {
        let at = Timestamp::EPOCH;
        VerifiedFacts {
            organization: Text::parse("Example").unwrap(),
            organization_identifier: Text::parse("NTRPL-0012345678").unwrap(),
            country: Country::parse("PL").unwrap(),
            state_or_province: None,
            locality: locality.map(|text| Text::parse(text).unwrap()),
            organization_checked_at: at,
            authority_checked_at: at,
            organization_paper_of: None,
            authority_paper_of: None,
            representatives: Vec::new(),
            carries_days: 825,
            decided_at: at,
        }
    }

    fn counts(finding: &Finding, before: &[Known]) -> bool {
        let findings = [finding.clone()];
        !against(&facts(None), &findings, before, false).is_empty()
    }

    #[test]
    fn a_contradiction_counts_unless_people_had_it_before_them() {
        let name = |code, has| finding(CheckKind::LegalName, CheckState::Failed, code, has);
        let other = name("name-different", "OTHER");
        assert!(counts(&other, &[]));
        assert!(!counts(&other, &[known(&other)]));
        assert!(counts(&name("name-different", "THIRD"), &[known(&other)]));
        assert!(counts(&name("name-former", "OTHER"), &[known(&other)]));
    }

    #[test]
    fn a_doubt_counts_where_the_register_has_changed_its_answer() {
        let similar = |has| {
            let doubt = CheckState::Required;
            finding(CheckKind::LegalName, doubt, "name-similar", has)
        };
        let same = finding(CheckKind::LegalName, CheckState::Verified, "name-same", "X");
        assert!(
            !counts(&similar("EXAMPLES"), &[]),
            "nobody knows since when"
        );
        assert!(counts(&similar("EXAMPLES"), &[known(&same)]));
        assert!(!counts(
            &similar("EXAMPLES"),
            &[known(&similar("EXAMPLES"))]
        ));
        assert!(!counts(&same, &[known(&similar("EXAMPLES"))]));
        let withheld = finding(
            CheckKind::LegalName,
            CheckState::Required,
            "name-withheld",
            "",
        );
        assert!(!counts(&withheld, &[known(&same)]));
    }

    #[test]
    fn an_entry_is_missed_where_there_was_one_or_none_is_left() {
        let missing = finding(
            CheckKind::Existence,
            CheckState::Failed,
            "entry-missing",
            "",
        );
        let found = finding(
            CheckKind::Existence,
            CheckState::Verified,
            "entry-found",
            "",
        );
        assert!(!counts(&missing, &[]));
        assert!(counts(&missing, &[known(&found)]));
        let findings = [missing];
        assert_eq!(against(&facts(None), &findings, &[], true).len(), 1);
    }

    #[test]
    fn a_seat_counts_where_certificates_name_one() {
        let moved = finding(
            CheckKind::Address,
            CheckState::Failed,
            "place-different",
            "Y",
        );
        let findings = [moved];
        assert!(against(&facts(None), &findings, &[], false).is_empty());
        assert_eq!(
            against(&facts(Some("Warszawa")), &findings, &[], false).len(),
            1
        );
    }
}
