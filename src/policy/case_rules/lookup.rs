//! What a register's answer means for the checks of a case. Proposes states and says why: a
//! person records them, and nothing here does.

use crate::{
    domain::{
        case::{CheckKind, CheckState},
        register::{Caution, EntityStatus, Fact, LookupOutcome, RegisterNumber, RegisterRecord},
        subject_data::{SubjectData, VerificationMethod},
    },
    policy::matching::{self, Match, Verdict, step::Step},
};

/// What the answer says of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub check: CheckKind,
    /// REQUIRED: a person has to look.
    pub state: CheckState,
    /// Stable code.
    pub code: &'static str,
    pub verdict: Option<Verdict>,
    /// What the applicant wrote, and what the register has.
    pub given: Option<String>,
    pub registered: Option<String>,
    pub steps: Vec<Step>,
}

impl Finding {
    /// The register keeps silent on the point: neither for nor against.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        let untold = [
            "name-withheld",
            "place-untold",
            "status-untold",
            "number-only",
            "entry-of-index",
        ];
        self.state == CheckState::Required && untold.contains(&self.code)
    }
}

/// One finding for each check that the answer touches. A register that gave none says nothing;
/// one that does not know the number says so only of the number the applicant gave.
#[must_use]
pub fn findings(data: &SubjectData, outcome: &LookupOutcome) -> Vec<Finding> {
    let asked = &outcome.evidence().number;
    match outcome {
        LookupOutcome::NotFound(_) if is_own(asked, data) => {
            vec![plain(
                CheckKind::Existence,
                CheckState::Failed,
                "entry-missing",
            )]
        }
        LookupOutcome::Found(record, _) => vec![
            existence(asked, data, record),
            standing(record),
            name(data, record),
            place(data, record),
            identifier(asked, data),
        ],
        LookupOutcome::NotFound(_)
        | LookupOutcome::Ambiguous(..)
        | LookupOutcome::Unavailable { .. }
        | LookupOutcome::SchemaChanged(_) => Vec::new(),
    }
}

/// The same of a register that was asked by the number in the index's entry under the data's LEI.
/// What it has of name, seat and standing counts in full; whether the LEI is the organisation's it
/// cannot say, and an entry that the index names and the register does not have is a doubt.
#[must_use]
pub fn findings_of_index(data: &SubjectData, outcome: &LookupOutcome) -> Vec<Finding> {
    if let LookupOutcome::NotFound(_) = outcome {
        let (check, code) = (CheckKind::Existence, "entry-of-index-missing");
        return vec![plain(check, CheckState::Required, code)];
    }
    let mut findings = findings(data, outcome);
    for finding in &mut findings {
        if finding.code == "entry-of-other-number" {
            finding.code = "entry-of-index";
        }
    }
    findings
}

/// Whether the register was asked by the number of the data set.
#[must_use]
pub fn is_own(asked: &RegisterNumber, data: &SubjectData) -> bool {
    match &data.method {
        VerificationMethod::RegistrationNumber { register, number } => {
            (register, number) == (&asked.kind, &asked.number)
        }
        VerificationMethod::Document => false,
    }
}

fn existence(asked: &RegisterNumber, data: &SubjectData, record: &RegisterRecord) -> Finding {
    let has = |caution| record.cautions.contains(&caution);
    let doubtful = has(Caution::LeiNotIssued)
        || has(Caution::LeiNotCorroborated)
        || has(Caution::NaturalPerson);
    let (state, code) = match (doubtful, is_own(asked, data)) {
        (false, true) if is_standing_untold(record) => (CheckState::Required, "number-only"),
        (true, _) => (CheckState::Required, "entry-doubtful"),
        (false, true) => (CheckState::Verified, "entry-found"),
        (false, false) => (CheckState::Required, "entry-of-other-number"),
    };
    plain(CheckKind::Existence, state, code)
}

/// Some registers say that there is such a number, and nothing of who has it.
fn is_standing_untold(record: &RegisterRecord) -> bool {
    let unclear = record.cautions.contains(&Caution::StatusUnclear);
    record.status == EntityStatus::Unknown && record.status_raw.is_none() && !unclear
}

/// An organisation that is not active fails, whatever else it is (BR 3.2.3.2).
fn standing(record: &RegisterRecord) -> Finding {
    let doubtful = record.cautions.iter().any(|caution| {
        matches!(
            caution,
            Caution::StrikeOffProposed | Caution::LeiNotIssued | Caution::StatusUnclear
        )
    });
    let (state, code) = match record.status {
        EntityStatus::Active if doubtful => (CheckState::Required, "status-unclear"),
        EntityStatus::Active => (CheckState::Verified, "status-active"),
        EntityStatus::Suspended => (CheckState::Failed, "status-suspended"),
        EntityStatus::Liquidation => (CheckState::Failed, "status-liquidation"),
        EntityStatus::Insolvency => (CheckState::Failed, "status-insolvency"),
        EntityStatus::Struck => (CheckState::Failed, "status-struck"),
        EntityStatus::Unknown if is_standing_untold(record) => {
            (CheckState::Required, "status-untold")
        }
        EntityStatus::Unknown => (CheckState::Required, "status-unclear"),
    };
    plain(CheckKind::ActiveStatus, state, code)
}

fn name(data: &SubjectData, record: &RegisterRecord) -> Finding {
    let given = data.organization.as_str();
    let Some(registered) = &record.legal_name else {
        return plain(CheckKind::LegalName, CheckState::Required, "name-withheld");
    };
    let compared = |name: &Fact| matching::organization(data.country, given, name.as_str());
    let found = compared(registered);
    let mut former = record.other_names.iter();
    let (state, code) = match found.verdict() {
        Verdict::Same(_) => (CheckState::Verified, "name-same"),
        _ if former.any(|name| compared(name).acceptance().is_some()) => {
            (CheckState::Failed, "name-former")
        }
        Verdict::Similar => (CheckState::Required, "name-similar"),
        Verdict::Different => (CheckState::Failed, "name-different"),
    };
    compared_as(CheckKind::LegalName, state, code, found, given, registered)
}

/// Region and locality; certificates hold no more of an address.
fn place(data: &SubjectData, record: &RegisterRecord) -> Finding {
    let address = &record.address;
    let Some(registered) = &address.locality else {
        return plain(CheckKind::Address, CheckState::Required, "place-untold");
    };
    let given = data.locality.as_str();
    let found = matching::locality(data.country, given, registered.as_str());
    let region = address.region.as_ref().map(|region| {
        matching::region(
            data.country,
            data.state_or_province.as_str(),
            region.as_str(),
        )
        .verdict()
    });
    let (state, code) = match (found.verdict(), region) {
        (Verdict::Same(_), Some(Verdict::Same(_))) => (CheckState::Verified, "place-same"),
        (Verdict::Different, _) => (CheckState::Failed, "place-different"),
        _ => (CheckState::Required, "place-unclear"),
    };
    compared_as(CheckKind::Address, state, code, found, given, registered)
}

/// The reader has compared the number in the answer with the one asked for.
fn identifier(asked: &RegisterNumber, data: &SubjectData) -> Finding {
    if is_own(asked, data) {
        plain(CheckKind::Identifier, CheckState::Verified, "number-same")
    } else {
        plain(
            CheckKind::Identifier,
            CheckState::Required,
            "entry-of-other-number",
        )
    }
}

fn plain(check: CheckKind, state: CheckState, code: &'static str) -> Finding {
    Finding {
        check,
        state,
        code,
        verdict: None,
        given: None,
        registered: None,
        steps: Vec::new(),
    }
}

fn compared_as(
    check: CheckKind,
    state: CheckState,
    code: &'static str,
    found: Match,
    given: &str,
    registered: &Fact,
) -> Finding {
    Finding {
        verdict: Some(found.verdict()),
        given: Some(given.to_owned()),
        registered: Some(registered.to_string()),
        steps: found.steps().to_vec(),
        ..plain(check, state, code)
    }
}
