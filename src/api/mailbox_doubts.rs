//! Wire types of mailbox validations that must not be relied on.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cases::SignatureValue;

/// A mailbox validation, for the people of the CA.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DoubtedMailbox {
    /// `eml_…`
    pub id: String,
    pub order_id: String,
    /// The frontend that took the order.
    pub ra: String,
    pub customer_ref: Option<String>,
    pub email: String,
    /// `verified`, `lapsed`, `superseded`, `disowned`, `invalidated`, or a state before.
    pub state: String,
    pub initiated_at: String,
    pub confirmed_at: Option<String>,
    /// The validation whose proof this one took over.
    pub reused_from: Option<String>,
    pub doubt: Option<MailboxDoubt>,
    /// How many valid certificates rest on it, or on what was taken over from it.
    pub certificates: u64,
    /// By when they must be revoked, once it is invalid: 24 hours from the decision.
    pub revoke_by: Option<String>,
    /// Validations that took its proof over and fell with it, once it is invalid; at most 200.
    pub voided: Vec<String>,
}

/// Filters of the validations that people spoke against.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DoubtFilter {
    /// `proposed`, without it, waits for another person; `invalidated` was decided.
    pub state: Option<String>,
}

/// What was found, by whom, and who decided.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MailboxDoubt {
    pub reason: String,
    /// Where it was found.
    pub source: String,
    /// What it says there, or where it is kept.
    pub evidence: String,
    /// What the second person signs: `sha256:` and 64 hex digits.
    pub digest: String,
    pub proposed_by: String,
    pub proposed_at: String,
    pub decided_by: Option<String>,
    pub decided_at: Option<String>,
}

/// A signed proposal to invalidate a mailbox validation.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMailboxDoubt {
    /// 1 to 2000 characters.
    pub reason: String,
    /// Where it was found; 1 to 200 characters.
    pub source: String,
    /// What it says there, or where it is kept; 1 to 2000 characters.
    pub evidence: String,
    /// SHA-256 over `chancery-mailbox-doubt/v1\n` and lines `name length value\n` of mailbox,
    /// address, initiated_at, confirmed_at, reason, source and evidence, in this order.
    pub digest: String,
    pub signature: SignatureValue,
}

/// A signed decision of another person.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailboxDecision {
    /// `approve` (it is invalid) or `reject` (it stands).
    pub outcome: String,
    /// The `digest` that was seen and signed.
    pub digest: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub signature: SignatureValue,
}
