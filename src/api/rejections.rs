//! Wire types of an order that the CA refuses.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::Bilingual;

/// Why an order should be refused.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRejection {
    /// `data-not-verifiable`, `authority-not-shown`, `mailbox-not-controlled`, `high-risk`,
    /// `misuse-suspected`, `terms-not-met` or `not-offered`.
    pub reason: String,
    /// What it rests on: for the audit log, never shown to the customer. At most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// An order, for the CA's people who may refuse it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OrderRejection {
    pub order_id: String,
    pub order_number: String,
    /// The frontend.
    pub ra: String,
    pub customer_ref: Option<String>,
    pub subject_data_id: Option<String>,
    /// The number in the ETag, which If-Match names.
    pub version: i64,
    /// `open`, `submitted`, `issued`, `cancelled`, `rejected` or `lapsed`.
    pub state: String,
    pub status_code: String,
    /// Of a proposal or of a rejected order.
    pub reason: Option<WordedReason>,
    /// Whose proposal it is; another person, an officer, must do it.
    pub proposed_by: Option<String>,
}

/// A reason with what the customer reads.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WordedReason {
    pub code: String,
    pub words: Bilingual,
}
