//! A data set as the wire has it.

use crate::{
    api::{
        acting_for::StatementGiven,
        problem::{Bilingual, ProblemError},
        subject_data::{CaseSummary, CheckSummary, Need, SubjectData, Verification, VerifiedData},
    },
    domain::{
        case::Case,
        owner::AcceptedStatement,
        subject_data::{self, VerificationMethod, VerifiedFacts, need},
    },
    http::{answer, cases::lookups, names, words},
    policy::{matching::abbreviation, needs, reuse, status::data_status},
    services::subject_data::DataView,
};

/// Everything the screens of the guide show of a data set.
pub fn data(view: &DataView) -> SubjectData {
    let data = &view.data;
    let status = data_status_of(view);
    SubjectData {
        id: data.id.to_string(),
        customer_ref: data.owner.customer.as_ref().map(ToString::to_string),
        revision: data.revision,
        replaces: data.previous.map(|id| id.to_string()),
        organization: data.organization.to_string(),
        abbreviation: data.abbreviation.as_ref().map(ToString::to_string),
        abbreviations: names::abbreviations(data),
        country: data.country.to_string(),
        state_or_province: data.state_or_province.to_string(),
        locality: data.locality.to_string(),
        verification: verification(&data.method),
        state: data.state.name().to_owned(),
        status_code: status.0,
        words: status.1,
        needed: data.needed.iter().map(need).collect(),
        warnings: warnings(data),
        message: data.message.as_ref().map(ToString::to_string),
        answer_until: data.answer_until.map(|until| until.to_string()),
        verified: data.verified.as_ref().map(verified),
        statements: data.statements.iter().map(statement).collect(),
        case: view.case.as_ref().map(case),
        created_at: data.created_at.to_string(),
        submitted_at: data.submitted_at.map(|at| at.to_string()),
        updated_at: data.updated_at.to_string(),
        etag: answer::etag(view.version),
    }
}

fn need(need: &need::Need) -> Need {
    Need {
        code: need.name().to_owned(),
        words: words::bilingual(needs::words(*need)),
    }
}

/// What the applicant should know at data entry, though it hinders nothing: what nobody chooses
/// there, a person of the CA has to find.
fn warnings(data: &subject_data::SubjectData) -> Vec<ProblemError> {
    let is_open = !abbreviation::fits(data.organization.as_str()) && data.abbreviation.is_none();
    let warning = |code: &str| ProblemError {
        pointer: "/organization".to_owned(),
        code: code.to_owned(),
        message: Bilingual::of_code(code),
    };
    is_open
        .then(|| warning("organization-too-long"))
        .into_iter()
        .collect()
}

/// A draft is a draft here; only an order calls it "waiting for data".
fn data_status_of(view: &DataView) -> (String, crate::api::problem::Bilingual) {
    if view.data.state == subject_data::SubjectDataState::Draft {
        return ("draft".to_owned(), words::of("Draft", "Wersja robocza"));
    }
    let status = data_status(Some(&view.data), view.judged_at);
    (status.name().to_owned(), words::bilingual(status.words()))
}

fn verification(method: &VerificationMethod) -> Verification {
    let (kind, number) = match method {
        VerificationMethod::RegistrationNumber { register, number } => {
            (Some(register.clone()), Some(number.clone()))
        }
        VerificationMethod::Document => (None, None),
    };
    Verification {
        method: method.name().to_owned(),
        registration_type: kind,
        registration_number: number,
    }
}

fn verified(facts: &VerifiedFacts) -> VerifiedData {
    VerifiedData {
        organization: facts.organization.to_string(),
        organization_identifier: facts.organization_identifier.to_string(),
        country: facts.country.to_string(),
        state_or_province: facts.state_or_province.as_ref().map(ToString::to_string),
        locality: facts.locality.as_ref().map(ToString::to_string),
        valid_until: reuse::facts_valid_until(facts).to_string(),
    }
}

fn statement(statement: &AcceptedStatement) -> StatementGiven {
    StatementGiven {
        id: statement.id.clone(),
        version: statement.version,
        accepted_at: statement.accepted_at.to_string(),
    }
}

/// The state of the work, not the evidence: that is for the people of the CA.
fn case(case: &Case) -> CaseSummary {
    CaseSummary {
        id: case.id.to_string(),
        state: case.state.name().to_owned(),
        lookup: lookups::progress(case),
        checks: case
            .checks
            .iter()
            .map(|check| CheckSummary {
                kind: check.kind.name().to_owned(),
                state: check.state.name().to_owned(),
            })
            .collect(),
    }
}
