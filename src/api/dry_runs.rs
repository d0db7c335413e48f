//! Dry runs on the wire: any step's own body, and what the step would say to it.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::refusal::Refused;

use super::{
    activations::NewActivation,
    mailbox::NewMailbox,
    orders::{DataChoice, NewOrder},
    problem::Bilingual,
    subject_data::{NewSubjectData, Submission},
};

/// Which step is tried.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Tried {
    /// `order` (also when left out), `subject-data`, `submit`, `bind-data`, `email` or
    /// `activation`: the call whose body is sent.
    #[serde(default)]
    pub step: Option<String>,
    /// The order of `bind-data`, `email` and `activation`.
    #[serde(default)]
    pub order_id: Option<String>,
    /// The data set of `submit`.
    #[serde(default)]
    pub subject_data_id: Option<String>,
}

/// The body of the step that is tried, as the step itself takes it.
#[derive(Debug, ToSchema)]
#[serde(untagged)]
pub enum StepBody {
    /// `POST /orders`
    Order(NewOrder),
    /// `POST /subject-data`
    SubjectData(NewSubjectData),
    /// `POST /subject-data/{id}/submit`
    Submit(Submission),
    /// `PUT /orders/{id}/subject-data`
    BindData(DataChoice),
    /// `PUT /orders/{id}/email`
    Email(NewMailbox),
    /// `POST /orders/{id}/activation`
    Activation(NewActivation),
}

/// What a dry run found.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StepCheck {
    /// Whether the step would be taken.
    pub valid: bool,
    pub findings: Vec<Finding>,
}

/// One thing that was found.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// RFC 6901 pointer into the body; empty for what concerns the whole.
    pub pointer: String,
    /// Stable code: the one of the step's refusal.
    pub code: String,
    /// `error`; in a preflight also `warning`.
    pub severity: String,
    pub message: Bilingual,
    /// For `step-blocked`: codes of what is missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked_by: Vec<String>,
}

impl Finding {
    /// What a refusal says; one without faults concerns the whole.
    #[must_use]
    pub fn all_of(refused: &Refused) -> Vec<Self> {
        let finding = |pointer: &str, code: &str| Self {
            blocked_by: refused.blocked_by.iter().map(ToString::to_string).collect(),
            ..Self::of_code(pointer, code, "error")
        };
        if refused.faults.is_empty() {
            return vec![finding("", refused.code)];
        }
        let faults = refused.faults.iter();
        faults
            .map(|fault| finding(&fault.pointer, fault.code))
            .collect()
    }

    #[must_use]
    pub fn of_code(pointer: &str, code: &str, severity: &str) -> Self {
        Self {
            pointer: pointer.to_owned(),
            code: code.to_owned(),
            severity: severity.to_owned(),
            message: Bilingual::of_code(code),
            blocked_by: Vec::new(),
        }
    }
}
