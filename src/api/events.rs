//! Wire types of the feed.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Where to go on, and how long to wait.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FeedQuery {
    /// The `cursor` of the last event that was seen; from the beginning without it.
    pub after: Option<String>,
    /// Seconds to wait for the first event, at most 60; none without it.
    pub wait: Option<u32>,
    /// 1 to 200 events; 50 without it.
    pub limit: Option<u32>,
}

/// A page of the feed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Events {
    /// Oldest first.
    pub items: Vec<Event>,
    /// What to give as `after` next time: the last item's cursor, or the one that was given.
    pub next: Option<String>,
}

/// Something that happened; the rest is read at the object.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// `evt_…`, the same for ever.
    pub id: String,
    /// Its place: cursors rise as text.
    pub cursor: String,
    /// For example `certificate.issued`.
    #[serde(rename = "type")]
    pub kind: String,
    pub occurred_at: String,
    pub object: EventObject,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
}

/// What an event is about.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EventObject {
    /// `order`, `subject_data`, `document`, `mailbox`, `activation`,
    /// `certificate` or `webhook`.
    #[serde(rename = "type")]
    pub kind: String,
    pub id: String,
}
