//! Who acted at a frontend, as the frontend says, and what that person accepted.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The frontend's user; stored as asserted, never trusted.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActingFor {
    #[serde(default)]
    pub user_id: Option<String>,
    #[serde(default)]
    pub session_id: Option<String>,
    #[serde(default)]
    pub ip: Option<String>,
    /// For example `pl`.
    #[serde(default)]
    pub language: Option<String>,
}

/// A statement that was shown and accepted.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatementGiven {
    pub id: String,
    pub version: u32,
    /// RFC 3339.
    pub accepted_at: String,
}
