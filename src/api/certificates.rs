//! Wire types of certificates.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// An issued certificate.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Certificate {
    pub id: String,
    /// Serial number in lower-case hex; also accepted in place of the id.
    pub serial: String,
    /// Name of the issuing CA.
    pub issuer: String,
    /// Subject in RFC 4514 form.
    pub subject: String,
    /// Mailboxes in the subjectAltName.
    pub sans: Vec<String>,
    pub not_before: String,
    pub not_after: String,
    /// `valid`, `superseded_pending` (valid until it is revoked for the one that replaces it),
    /// `revoked` or `expired`.
    pub state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation: Option<Revocation>,
    pub product_code: String,
    pub order_id: String,
    pub activation_id: String,
    /// The certificate of the same order that this one takes the place of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
    /// The certificate that has taken the place of this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<String>,
    /// When this certificate is revoked because it was replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_until: Option<String>,
    /// SHA-256 of the DER certificate.
    pub sha256: String,
    /// SHA-256 of the SubjectPublicKeyInfo.
    pub spki_sha256: String,
    pub issued_at: String,
    /// The certificate as RFC 7468 text; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pem: Option<String>,
}

/// Why and when a certificate was revoked.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Revocation {
    pub revoked_at: String,
    /// Name of RFC 5280 5.3.1.
    pub reason: String,
}

/// Filters of the certificate list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CertificateFilter {
    pub order_id: Option<String>,
    /// Serial number in hex.
    pub serial: Option<String>,
    /// Exact mailbox.
    pub email: Option<String>,
}

/// `pem` or `der`.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ContentQuery {
    /// `pem` (default) or `der`; for chains also `p7c`.
    pub encoding: Option<String>,
}
