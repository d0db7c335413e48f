//! Wire types of revocations.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::acting_for::ActingFor;

/// A wish to have a certificate revoked, for ever.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRevocation {
    /// Name of RFC 5280 5.3.1. Frontends: `keyCompromise`, `affiliationChanged`, `superseded`,
    /// `cessationOfOperation`, or nothing; the CA's people also `privilegeWithdrawn`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Since when the key is compromised; with `keyCompromise` only, not before the certificate
    /// and not in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compromise_date: Option<String>,
    /// At most 250 characters; kept beside the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acting_for: Option<ActingFor>,
}

/// A revocation: final, and published as soon as a CRL lists it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RevocationCase {
    /// `rev_…`
    pub id: String,
    pub certificate_id: String,
    /// Serial number in lower-case hex.
    pub serial: String,
    /// Name of RFC 5280 5.3.1; `unspecified` when none was given.
    pub reason: String,
    /// `recorded`: final, but on no CRL yet; `published`: a CRL lists it.
    pub state: String,
    pub requested_at: String,
    /// The latest instant at which a CRL must list it (S/MIME BR 4.9.1.1).
    pub publish_by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_at: Option<String>,
    /// Number of a CRL that lists it: the newest when it was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crl_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compromise_date: Option<String>,
    /// For whoever wrote it: the owner does not see a note of the CA's people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}
