//! Signing keys on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A configured key.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Key {
    pub name: String,
    /// After a login, the comparison of public keys and a verified self-test signature.
    pub ready: bool,
    /// Module, slot, label, operation and CKR code of what is wrong.
    pub fault: Option<String>,
}
