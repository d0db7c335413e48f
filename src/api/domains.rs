//! Control of mail domains on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::acting_for::ActingFor;

/// A domain to show control of.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDomain {
    /// The domain of the mailboxes, or one above it; the labels may have letters of any language.
    /// Never a name under which strangers register theirs, such as `com.pl`.
    pub domain: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acting_for: Option<ActingFor>,
}

/// What is done with a proof.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DomainAct {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acting_for: Option<ActingFor>,
}

/// A proof of control over a domain.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Domain {
    pub id: String,
    pub customer_ref: Option<String>,
    /// In lower-case A-labels.
    pub domain: String,
    /// `pending expired proven lapsed failed withdrawn`.
    pub state: String,
    /// S/MIME BR and TLS BR sections: `3.2.2.1/3.2.2.4.7`.
    pub method: String,
    /// What to publish.
    pub record: DomainRecord,
    /// Until when the value can prove anything.
    pub value_expires_at: String,
    /// Looks at the DNS so far; after 100 in vain another value is needed.
    pub looks: u32,
    pub last_look: Option<DomainLook>,
    pub proven_at: Option<String>,
    /// Until when orders can rest on it; `null` before it is proven.
    pub valid_until: Option<String>,
    pub created_at: String,
    pub updated_at: String,
    pub etag: String,
}

/// A record of the DNS.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DomainRecord {
    pub name: String,
    /// `TXT`.
    #[serde(rename = "type")]
    pub kind: String,
    /// All of the record, without quotes.
    pub value: String,
}

/// One look at the DNS from everywhere.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DomainLook {
    pub at: String,
    /// `proven`, `value-not-found`, `dnssec-bogus`, `lookup-failed`, `no-answer`,
    /// `not-corroborated`.
    pub verdict: String,
    /// Remote perspectives that saw the value, of those that were asked: `4/5`.
    pub quorum: String,
    /// The CA's own first.
    pub seen: Vec<DomainSight>,
}

/// What one perspective saw.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DomainSight {
    /// `primary` is the CA's own.
    pub perspective: String,
    /// `seen other absent bogus failed silent`.
    pub sight: String,
}
