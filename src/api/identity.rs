//! The registry of identities on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An identity to register. Exactly one of `certificate` and `uri`; people need a certificate.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewIdentity {
    /// 1 to 64 of `a-z 0-9 . -`.
    pub name: String,
    /// For example `ra_customer` or `validation_officer`.
    pub role: String,
    /// One PEM certificate; the identity is known by its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// URI of the certificate's subjectAltName.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// RFC 3339; required for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualified_until: Option<String>,
    /// RFC 3339; before it the role may not be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted_from: Option<String>,
    /// RFC 3339; from then on the role may not be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted_until: Option<String>,
}

/// A registry entry.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Identity {
    pub name: String,
    pub role: String,
    /// Hex SHA-256 of the key by which it is known.
    pub spki_sha256: Option<String>,
    /// URI by which it is known.
    pub uri: Option<String>,
    pub qualified_until: Option<String>,
    pub granted_from: Option<String>,
    pub granted_until: Option<String>,
    /// Whether it may act now.
    pub active: bool,
    pub disabled_at: Option<String>,
    pub created_at: String,
    pub updated_at: String,
}
