//! Orders on the wire.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{acting_for::ActingFor, problem::Bilingual, rejections::WordedReason};

/// What opens an order.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    /// For example `smime-org-multipurpose-365-issue`.
    pub product_code: String,
    /// The customer; may be left out when Acting-For names it.
    #[serde(default)]
    pub customer_ref: Option<String>,
    #[serde(default)]
    pub alias: Option<String>,
    #[serde(default)]
    pub partner_order_ref: Option<String>,
    /// `en` or `pl`: the language of mails. English when left out.
    #[serde(default)]
    pub language: Option<String>,
    #[serde(default)]
    pub contacts: Option<Contacts>,
    #[serde(default)]
    pub acting_for: Option<ActingFor>,
}

/// Mail addresses of people around the order.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Contacts {
    #[serde(default)]
    pub technical: Option<String>,
    #[serde(default)]
    pub revocation: Option<String>,
}

/// What changes in an order; a member that is left out stays as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderChange {
    /// `null` takes the alias away.
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(value_type = Option<String>)]
    pub alias: Option<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contacts: Option<Contacts>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acting_for: Option<ActingFor>,
}

/// A member that is there, `null` or not.
fn given<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(reader).map(Some)
}

/// An order that continues a certificate. Contacts and language are those of its order.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRenewal {
    /// A product with the operation `renewal`.
    pub product_code: String,
    /// That of the earlier order without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_order_ref: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acting_for: Option<ActingFor>,
}

/// Why an order is given up.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cancellation {
    #[serde(default)]
    pub note: Option<String>,
    #[serde(default)]
    pub acting_for: Option<ActingFor>,
}

/// Which data set an order takes.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DataChoice {
    pub subject_data_id: String,
    #[serde(default)]
    pub acting_for: Option<ActingFor>,
}

/// Filters of the list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OrderFilter {
    /// A state (`open`, `submitted`, `issued`, `cancelled`, `rejected`, `lapsed`), `ready`, or a
    /// status code; several with commas. `open` holds the ready ones, `issued` the expired ones.
    #[serde(default)]
    pub state: Option<String>,
    /// Part of number, alias or partner's reference.
    #[serde(default)]
    pub q: Option<String>,
}

/// An order.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Order {
    pub id: String,
    /// For example `ORDER/0000123456/b01`.
    pub order_number: String,
    pub product: OrderedProduct,
    pub customer_ref: Option<String>,
    pub alias: Option<String>,
    pub partner_order_ref: Option<String>,
    pub language: String,
    pub contacts: Contacts,
    pub ordered_at: String,
    pub updated_at: String,
    /// What somebody did: `open`, `submitted`, `issued`, `cancelled`, `rejected`, `lapsed`.
    pub state: String,
    /// What follows from everything known now.
    pub status_code: String,
    pub words: Bilingual,
    pub steps: Steps,
    pub verifications: Vec<Verification>,
    pub data: DataPanel,
    /// `null` before an address is given.
    pub email: Option<EmailPanel>,
    pub activation_id: Option<String>,
    pub certificate_id: Option<String>,
    /// The certificate that this order continues.
    pub renews: Option<String>,
    /// The newest order that continues the certificate of this one.
    pub renewed_by: Option<String>,
    /// Why its customer gave it up.
    pub close_note: Option<String>,
    /// Why the CA refused it.
    pub rejected_for: Option<WordedReason>,
    pub etag: String,
}

/// The product of an order.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OrderedProduct {
    pub code: String,
    /// `null` when the product is not in the catalogue any more.
    pub name: Option<Bilingual>,
    pub category: Option<String>,
}

/// The three steps.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Steps {
    pub data: Step,
    pub email: Step,
    pub activation: Step,
}

/// A step's button.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Step {
    /// `available`, `in_progress`, `done` or `blocked`.
    pub state: String,
    /// Codes of what is missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked_by: Vec<String>,
}

/// One verification.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Verification {
    /// `ORGANIZATION`, `AUTHORIZATION` or `EMAIL`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `NOT_REQUIRED`, `REQUIRED`, `FAILED` or `VERIFIED`.
    pub state: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<String>,
}

/// The panel "Organization's data".
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DataPanel {
    /// `waiting_for_data` before anything is bound.
    pub status_code: String,
    pub words: Bilingual,
    pub subject_data_id: Option<String>,
    pub organization: Option<String>,
    /// What the CA asks of the applicant, or why it refused.
    pub message: Option<String>,
}

/// The panel "E-mail address".
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EmailPanel {
    pub id: String,
    pub address: String,
    pub state: String,
    pub sent_at: Option<String>,
    /// End of the present code.
    pub expires_at: String,
}
