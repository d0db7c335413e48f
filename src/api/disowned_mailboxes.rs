//! Wire types of mailboxes whose holders said "this was not me".

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An order that stands still because the holder of its mailbox knows nothing of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DisownedMailbox {
    /// `eml_…`
    pub id: String,
    /// `disowned`, or `invalidated` once released.
    pub state: String,
    pub email: String,
    pub order_id: String,
    /// The frontend that took the order.
    pub ra: String,
    pub customer_ref: Option<String>,
    /// The certificate that was issued before the holder spoke: look whether it must be revoked.
    pub certificate_id: Option<String>,
    /// When the holder said it, or when it was released.
    pub since: String,
}

/// An officer's word that the order may go on.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// What was found out; 1 to 500 characters, kept beside the log.
    pub note: String,
}
