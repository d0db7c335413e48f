//! Preflight on the wire: every rule of an activation, and what it says.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{dry_runs::Finding, problem::Bilingual};

/// Every rule that an activation with this body would be judged by.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(example = example)]
pub struct Preflight {
    pub order_id: String,
    pub judged_at: String,
    /// Whether every rule is kept: an activation now would issue.
    pub ready: bool,
    /// When the first piece of evidence lapses; absent while there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lapses_at: Option<String>,
    /// In the order in which an activation refuses by them.
    pub rules: Vec<RuleOutcome>,
}

/// One rule.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RuleOutcome {
    /// `form`, `product`, `order`, `subject-data`, `mailbox`, `csr`, `statements`, `fields`,
    /// `common-name`, `key`, `caa`, `issuer` or `certificate`.
    pub rule: String,
    pub title: Bilingual,
    /// `pass`, `fail` or `not-judged`.
    pub outcome: String,
    /// With `fail`, pointers and codes as the activation refuses. With `not-judged`, what of ours
    /// is down. Warnings stop nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// With `not-judged`: the rules that must be kept before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits_for: Vec<String>,
    /// What the rule rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceLife>,
}

/// A piece of evidence and its life.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EvidenceLife {
    /// `product`, `order` (the time to activate it), `organization`, `authority`, `mailbox`, `caa`
    /// or `profile`.
    pub kind: String,
    /// When it was obtained or began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// From then on it is no evidence any more.
    pub lapses_at: String,
}

fn example() -> Value {
    json!({
        "order_id": "ord_0198c0de-0000-7000-8000-000000000001",
        "judged_at": "2026-11-23T10:00:00Z",
        "ready": false,
        "lapses_at": "2026-12-20T08:30:00Z",
        "rules": [
            {
                "rule": "mailbox",
                "title": {"en": "Control of the mailbox", "pl": "Kontrola nad skrzynką"},
                "outcome": "pass",
                "evidence": [{
                    "kind": "mailbox",
                    "since": "2026-11-20T08:30:00Z",
                    "lapses_at": "2026-12-20T08:30:00Z",
                }],
            },
            {
                "rule": "csr",
                "title": {"en": "The certificate request", "pl": "Żądanie certyfikatu (CSR)"},
                "outcome": "fail",
                "findings": [{
                    "pointer": "/csr",
                    "code": "csr-key-too-small",
                    "severity": "error",
                    "message": {"en": "…", "pl": "…"},
                }],
            },
            {
                "rule": "key",
                "title": {"en": "What is known of the key", "pl": "Co wiadomo o kluczu"},
                "outcome": "not-judged",
                "waits_for": ["csr"],
            },
        ],
    })
}
