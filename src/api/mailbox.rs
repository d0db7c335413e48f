//! Control of the mailbox to be certified, on the wire. The code goes in and never comes out.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{acting_for::ActingFor, problem::ProblemError};

/// The address to be certified.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMailbox {
    /// As the user typed it; the domain may have letters of any language.
    pub email: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acting_for: Option<ActingFor>,
}

/// The address to be certified, proven by its domain.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailboxByDomain {
    /// As the user typed it; its domain is that of the proof or below it.
    pub email: String,
    /// A proven domain of the same customer.
    pub domain_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acting_for: Option<ActingFor>,
}

/// A request for a new code.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Resend {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acting_for: Option<ActingFor>,
}

/// What the holder typed.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// The code from the mail, in any case and grouping.
    pub code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acting_for: Option<ActingFor>,
}

/// How the validation stands.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Mailbox {
    /// `not_set created sent verified expired lapsed undeliverable locked superseded
    /// invalidated`.
    pub state: String,
    /// Canonical: local part as typed, domain as lower-case A-labels.
    pub email: Option<String>,
    /// How control is shown: S/MIME BR `3.2.2.2` (a code) or `3.2.2.1` (its domain).
    pub method: Option<String>,
    /// The proof of its domain; it may have ended since.
    pub domain_id: Option<String>,
    /// What hinders nothing but should be known: `domain-mixes-scripts` for a domain of which a
    /// label has letters of two scripts; the people of the CA look at it.
    pub warnings: Vec<ProblemError>,
    /// When the mail server took the mail with the code that is out.
    pub sent_at: Option<String>,
    /// When that code expires.
    pub expires_at: Option<String>,
    /// Wrong codes until it is locked.
    pub attempts_left: Option<u8>,
    pub confirmed_at: Option<String>,
    /// When a confirmed address must be confirmed again.
    pub valid_until: Option<String>,
}
