//! Webhooks on the wire, and what is sent to them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::events::EventObject;

/// An endpoint to register.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWebhook {
    /// `https://NAME[:PORT][/PATH][?QUERY]`, at most 500 characters.
    pub url: String,
    /// Types of events; every type without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub types: Option<Vec<String>>,
}

/// Where delivery goes on.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Redelivery {
    /// The `cursor` of an event: what came after it is delivered again. Sixteen zeros: everything.
    pub after: String,
}

/// An endpoint.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Webhook {
    pub id: String,
    pub url: String,
    /// Empty: every type.
    pub types: Vec<String>,
    /// `pending` (no challenge was answered yet), `active` or `disabled` (it took nothing for
    /// three days; its place is kept).
    pub state: String,
    /// Everything up to this one was delivered, or is of no type that is wanted.
    pub cursor: String,
    /// When the failing began that still lasts.
    pub failing_since: Option<String>,
    pub last_attempt: Option<Attempt>,
    pub created_at: String,
    pub updated_at: String,
}

/// What came of a try to reach an endpoint.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Attempt {
    pub at: String,
    /// `delivered`, `refused` (a status that is not 2xx), `redirected`, `unresolved`, `forbidden`,
    /// `unconnected`, `untrusted` (TLS), `timeout`, `broken` or `not_echoed`.
    pub outcome: String,
    /// HTTP status, where there was one.
    pub status: Option<u16>,
}

/// A key that messages are signed with.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct WebhookKey {
    /// Hex SHA-256 of the SubjectPublicKeyInfo.
    pub sha256: String,
    /// `ed25519`.
    pub algorithm: String,
    /// PEM.
    pub public_key: String,
}

/// A message that is no line of the feed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Probe {
    pub id: String,
    /// `webhook.challenge` or `webhook.test`.
    #[serde(rename = "type")]
    pub kind: String,
    pub occurred_at: String,
    pub object: EventObject,
    /// Of a challenge: to be sent back, see [`Echo`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
}

/// What a receiver answers to a challenge.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Echo {
    /// The word of the challenge.
    pub challenge: String,
}
