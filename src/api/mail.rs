//! The ledger of mails, on the wire. Texts are not part of it.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A mail of the CA.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Mail {
    /// Also the local part of the Message-ID.
    pub id: String,
    /// For example `verify-address` or `issued`.
    pub kind: String,
    /// `queued sent failed superseded`.
    pub state: String,
    pub recipient: String,
    pub language: String,
    pub order_id: Option<String>,
    /// The object it is about.
    pub object: String,
    pub attempts: u32,
    /// The mail server's last reply.
    pub reply: String,
    pub created_at: String,
    pub updated_at: String,
}

/// A test of mail.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMailTest {
    /// Where it goes.
    pub to: String,
    /// `en`, without it, or `pl`.
    pub language: Option<String>,
}

/// Filters of the ledger.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MailFilter {
    /// One of the states.
    pub state: Option<String>,
}
