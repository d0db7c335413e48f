//! Products on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::Bilingual;

/// What can be ordered.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Product {
    pub code: String,
    pub name: Bilingual,
    pub category: String,
    pub validity_days: u32,
    /// `issue` or `renewal`.
    pub operation: String,
    pub fields: Vec<Field>,
    /// How the subscriber's key gets to the CA: `csr`.
    pub key_methods: Vec<String>,
    /// How control of the mailbox may be shown: `mailbox` (a code), `domain` (a proven domain).
    pub email_methods: Vec<String>,
    pub statements: Vec<Statement>,
}

/// A field of the certificate.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Field {
    pub name: String,
    /// A required field cannot be dropped at the activation.
    pub required: bool,
    /// The step whose verified data it comes from: `data` or `email`.
    pub source: String,
}

/// A statement the user accepts, by id and version.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Statement {
    pub id: String,
    pub version: u32,
    /// `data` or `activation`.
    pub step: String,
    pub required: bool,
    pub text: Bilingual,
    /// Hex SHA-256 over the English text, a line feed and the Polish text.
    pub sha256: String,
}
