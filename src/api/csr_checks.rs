//! Wire types of the CSR check.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::Bilingual;

/// A CSR to look at.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCsrCheck {
    pub product_code: String,
    /// PEM text, at most 64 KB.
    pub csr: String,
}

/// What was found. Nothing is stored.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CsrCheck {
    pub valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<CsrKey>,
    pub findings: Vec<CsrFinding>,
}

/// The public key in the request.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CsrKey {
    /// `rsa` or `ec`.
    pub algorithm: String,
    /// RSA: size of the modulus.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bits: Option<u32>,
    /// EC: name of the curve.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub curve: Option<String>,
    pub spki_sha256: String,
}

/// One finding.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CsrFinding {
    pub code: String,
    /// `error` or `warning`.
    pub severity: String,
    pub message: Bilingual,
}
