//! Wire types of the activation step: what can be chosen, the choice, and what became of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::acting_for::{ActingFor, StatementGiven};

/// What may go into the certificate (guide, items 48-50).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ActivationOptions {
    pub common_name: Vec<CommonNameOption>,
    pub fields: Vec<FieldOption>,
    pub key_methods: Vec<String>,
}

/// A value offered for the common name.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CommonNameOption {
    pub value: String,
    /// `organization` or `email`.
    pub source: String,
}

/// A field of the certificate.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FieldOption {
    pub name: String,
    pub value: String,
    /// Cannot be dropped.
    pub required: bool,
    /// Marked from the start.
    pub selected: bool,
}

/// The last step of an order.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewActivation {
    /// One of the offered values, or its source (`organization`, `email`).
    pub common_name: String,
    /// Names of the fields to include; the required ones must be among them.
    pub fields: Vec<String>,
    /// `csr`, the only method of these products.
    pub key_method: String,
    /// The request as PEM text. Only its public key is used.
    pub csr: String,
    pub statements: Vec<StatementGiven>,
    #[serde(default)]
    pub acting_for: Option<ActingFor>,
}

/// A certificate in place of another: common name and fields stay as they are.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReissue {
    /// The request as PEM text. Only its public key is used.
    pub csr: String,
    /// `csr`, the only method of these products.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_method: Option<String>,
    /// Those of the product's activation.
    #[serde(default)]
    pub statements: Vec<StatementGiven>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acting_for: Option<ActingFor>,
}

/// How an activation stands.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Activation {
    pub activation_id: String,
    pub order_id: String,
    /// `running`, `issued` or `refused`.
    pub state: String,
    /// Why it was refused: a problem code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_id: Option<String>,
    pub submitted_at: String,
}
