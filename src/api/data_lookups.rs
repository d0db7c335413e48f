//! Wire types of what registers said of data after their decision.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::Bilingual;

/// A later lookup in one line.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DataLookupLine {
    pub id: String,
    pub register: String,
    /// `found`, `not_found`, `ambiguous`, `unavailable` or `schema_changed`.
    pub outcome: String,
    /// The outcome in words.
    pub message: Bilingual,
    /// What it says against the data that the people who decided did not have before them.
    pub against: Vec<SpokenAgainst>,
    /// Whether the data were stopped on its word.
    pub stopped_data: bool,
    /// Of the content.
    pub sha256: String,
    pub obtained_at: String,
    /// The person who asked; `automatic` of the timer.
    pub recorded_by: String,
    pub recorded_at: String,
}

/// A point against the data.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SpokenAgainst {
    /// Stable code, as of a lookup's findings.
    pub code: String,
    pub message: Bilingual,
}

/// A later lookup with everything that was seen.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DataLookupContent {
    pub lookup: DataLookupLine,
    /// JSON of the form `chancery-lookup/v1`.
    pub content: String,
}
