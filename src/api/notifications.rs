//! Notifications on the wire.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::problem::Bilingual;

/// Which tab is wanted.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NotificationFilter {
    /// `information`, `problems`, `expiration` or `new_certificates`.
    pub tab: String,
}

/// A line in a tab.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Notification {
    pub id: String,
    pub tab: String,
    /// Stable code, for example `data-approved`.
    pub code: String,
    pub words: Bilingual,
    pub order_id: Option<String>,
    /// The object it is about, by its id.
    pub object_id: String,
    pub read: bool,
    pub created_at: String,
}
