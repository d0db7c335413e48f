//! Wire types of the documents that can be handed in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::Bilingual;

/// A kind of document, for one country.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OfferedDocumentKind {
    /// As in the upload: `organization`, `authorization`, `applicant` or `additional`.
    pub kind: String,
    pub label: Bilingual,
    /// When it is needed.
    pub needed: Bilingual,
    /// Papers that show it, the best first.
    pub papers: Vec<Bilingual>,
    /// Months after which a paper is too old; absent when its own dates count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest_months: Option<u32>,
    /// Accepted formats; a file's content is asked, not its name.
    pub media_types: Vec<String>,
    /// Longest file in bytes.
    pub max_size: u64,
}
