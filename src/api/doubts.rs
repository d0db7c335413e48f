//! Wire types of verified data in doubt.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why data should not, or can again, be relied on.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFinding {
    pub reason: String,
    /// Where it was found: a register, a complaint.
    pub source: String,
    /// What it says there, or where it is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
}

/// Data after an act of the CA's people.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DataInDoubt {
    pub subject_data_id: String,
    /// The number in the ETag, which If-Match names when the doubt is settled.
    pub version: i64,
    /// `verified`, `suspended`, `withdrawn` or `rejected`.
    pub state: String,
    pub doubt: Option<String>,
    /// When the doubt was raised.
    pub doubted_at: Option<String>,
    /// How many valid certificates rest on it.
    pub certificates: u64,
    /// By when they must be revoked, unless the doubt is found mistaken: five days from it.
    pub revoke_by: Option<String>,
    /// `resume` or `invalidate`, which another person must do.
    pub proposed: Option<String>,
    pub proposed_by: Option<String>,
}

/// Why certificates that rest on stopped data are revoked.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLot {
    /// A name of RFC 5280 5.3.1, but keyCompromise; or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What one call revoked.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RevokedLot {
    pub revocation_ids: Vec<String>,
    /// More valid certificates rest on the data, or may come of what is being signed: call again.
    pub more: bool,
}
