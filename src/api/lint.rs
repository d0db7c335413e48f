//! Wire types of the stock's lint.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a run over the stock is going to be about.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Census {
    /// The daemon's time.
    pub at: String,
    /// Version of the rules by which certificates are judged.
    pub rules: String,
    /// When the first certificate was issued; absent while there is none. A run over the stock
    /// goes from now to then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest_issued_at: Option<String>,
}

/// What today's rules say of a certificate.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct JudgedCertificate {
    pub certificate_id: String,
    /// Name of the issuing CA.
    pub issuer: String,
    /// In lower-case hex.
    pub serial: String,
    pub issued_at: String,
    /// False when its issuer is not configured any more: then nothing is known.
    pub is_judged: bool,
    pub findings: Vec<Finding>,
}

/// A broken rule.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// Name; `e_` breaks a MUST or our practice statement, `w_` a SHOULD.
    pub rule: String,
    /// Where the rule stands.
    pub citation: String,
    pub detail: String,
}
