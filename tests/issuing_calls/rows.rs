//! Every call of the API in one table: who may, on what, with what.

use serde_json::{Value, json};

use crate::{
    desk::{facts, note},
    instance::Call,
    world::{PRODUCT, accepted, submission},
};

/// Who may make a call.
#[derive(Clone, Copy)]
pub enum Who {
    Frontends,
    FrontendsAndAuditor,
    People,
    PeopleAndAuditor,
    Officers,
    OfficersAndAuditor,
    Operators,
    OperatorsAndAuditor,
    Security,
    SecurityAndAuditor,
    /// Whoever may revoke.
    Revokers,
    /// Those of them who are people.
    Revoking,
    RevokingAndAuditor,
    RevokersAndAuditor,
    Everybody,
}

impl Who {
    pub fn may(self, identity: &str) -> bool {
        let allowed: &[&str] = match self {
            Self::Frontends => &["customer", "partner"],
            Self::FrontendsAndAuditor => &["customer", "partner", "auditor"],
            Self::People => &["specialist", "officer"],
            Self::PeopleAndAuditor => &["specialist", "officer", "auditor"],
            Self::Officers => &["officer"],
            Self::OfficersAndAuditor => &["officer", "auditor"],
            Self::Operators => &["operator"],
            Self::OperatorsAndAuditor => &["operator", "auditor"],
            Self::Security => &["security"],
            Self::SecurityAndAuditor => &["security", "auditor"],
            Self::Revokers => &["customer", "partner", "specialist", "officer", "security"],
            Self::Revoking => &["specialist", "officer", "security"],
            Self::RevokingAndAuditor => &["specialist", "officer", "security", "auditor"],
            Self::RevokersAndAuditor => {
                return Self::Revokers.may(identity) || identity == "auditor";
            }
            Self::Everybody => return true,
        };
        allowed.contains(&identity)
    }

    /// One of them.
    pub fn somebody(self) -> &'static str {
        let all = ["customer", "specialist", "officer", "operator", "security"];
        all.into_iter().find(|who| self.may(who)).unwrap()
    }
}

/// A call; `path` as OpenAPI has it, without `/v1`.
pub struct Row {
    pub method: &'static str,
    pub path: &'static str,
    pub who: Who,
    /// A JSON body that is right in form.
    pub body: Option<Value>,
    pub is_keyed: bool,
    pub is_versioned: bool,
}

impl Row {
    /// A call that is right in form.
    pub fn call(&self) -> Call {
        let mut call = self.body.as_ref().map_or_else(Call::default, Call::json);
        if self.is_keyed {
            call = call.fresh_key();
        }
        if self.is_versioned {
            call = call.matching("\"1\"");
        }
        call
    }

    /// Uploads take a form instead of JSON; their own tests send it.
    pub fn is_upload(&self) -> bool {
        self.method == "POST" && self.path.ends_with("/{id}/documents")
    }

    fn keyed(self) -> Self {
        Self {
            is_keyed: true,
            ..self
        }
    }

    fn versioned(self) -> Self {
        Self {
            is_versioned: true,
            ..self
        }
    }

    fn with(self, body: Value) -> Self {
        Self {
            body: Some(body),
            ..self
        }
    }
}

const fn row(method: &'static str, path: &'static str, who: Who) -> Row {
    Row {
        method,
        path,
        who,
        body: None,
        is_keyed: false,
        is_versioned: false,
    }
}

pub fn rows() -> Vec<Row> {
    [
        orders(),
        data(),
        domains(),
        cases(),
        certificates(),
        house(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn orders() -> Vec<Row> {
    let (use_, read) = (Who::Frontends, Who::FrontendsAndAuditor);
    vec![
        row("GET", "/orders", read),
        row("POST", "/orders", use_)
            .keyed()
            .with(json!({"product_code": PRODUCT})),
        row("POST", "/orders/validate", use_).with(json!({"product_code": PRODUCT})),
        row("GET", "/orders/{id}", read),
        row("PATCH", "/orders/{id}", use_)
            .versioned()
            .with(json!({"alias": "x"})),
        row("POST", "/orders/{id}/cancel", use_).with(json!({})),
        row("GET", "/orders/{id}/rejection", Who::PeopleAndAuditor),
        row("POST", "/orders/{id}/rejection", Who::People)
            .versioned()
            .with(json!({"reason": "high-risk"})),
        row("PUT", "/orders/{id}/subject-data", use_)
            .versioned()
            .with(json!({"subject_data_id": ABSENT_DATA})),
        row("GET", "/orders/{id}/email", read),
        row("PUT", "/orders/{id}/email", use_)
            .versioned()
            .with(json!({"email": "nobody@example.com"})),
        row("POST", "/orders/{id}/email/resend", use_).with(json!({})),
        row("POST", "/orders/{id}/email/confirm", use_).with(json!({"code": "x"})),
        row("POST", "/orders/{id}/email/domain", use_)
            .with(json!({"email": "nobody@example.com", "domain_id": ABSENT_DOMAIN})),
        row("GET", "/orders/{id}/activation", read),
        row("POST", "/orders/{id}/activation", use_)
            .keyed()
            .with(submission("none")),
        row("GET", "/orders/{id}/activation/options", read),
        row("POST", "/orders/{id}/activation/preflight", use_).with(submission("none")),
    ]
}

fn data() -> Vec<Row> {
    let (use_, read) = (Who::Frontends, Who::FrontendsAndAuditor);
    let statements =
        json!({"statements": [accepted("data-correct"), accepted("data-verification")]});
    let set = json!({
        "organization": "Example sp. z o.o.",
        "country": "PL",
        "state_or_province": "mazowieckie",
        "locality": "Warszawa",
        "verification": {"method": "document"},
    });
    let finding = json!({"reason": "struck off", "source": "KRS"});
    vec![
        row("GET", "/subject-data", read),
        row("POST", "/subject-data", use_).keyed().with(set),
        row("GET", "/subject-data/{id}", read),
        row("POST", "/subject-data/{id}/submit", use_)
            .keyed()
            .with(statements),
        row("POST", "/subject-data/{id}/withdraw", use_).with(json!({})),
        row("GET", "/subject-data/{id}/documents", read),
        row("GET", "/subject-data/{id}/doubt", Who::PeopleAndAuditor),
        row("POST", "/subject-data/{id}/suspend", Who::People).with(finding.clone()),
        row("POST", "/subject-data/{id}/resume", Who::People)
            .versioned()
            .with(finding.clone()),
        row("POST", "/subject-data/{id}/invalidation", Who::People)
            .versioned()
            .with(finding),
        row(
            "GET",
            "/subject-data/{id}/certificates",
            Who::PeopleAndAuditor,
        ),
        row("POST", "/subject-data/{id}/revocations", Who::Revoking).with(json!({})),
        row("GET", "/subject-data/{id}/lookups", Who::PeopleAndAuditor),
        row("POST", "/subject-data/{id}/lookups", Who::People).with(json!({})),
        row(
            "GET",
            "/subject-data/{id}/lookups/{lookup_id}",
            Who::PeopleAndAuditor,
        ),
        row("GET", "/doubted-data", Who::PeopleAndAuditor),
        row("POST", "/subject-data/{id}/documents", use_).keyed(),
    ]
}

fn domains() -> Vec<Row> {
    let (use_, read) = (Who::Frontends, Who::FrontendsAndAuditor);
    vec![
        row("GET", "/domains", read),
        row("POST", "/domains", use_)
            .keyed()
            .with(json!({"domain": "example.com"})),
        row("GET", "/domains/{id}", read),
        row("POST", "/domains/{id}/check", use_).with(json!({})),
        row("POST", "/domains/{id}/withdraw", use_).with(json!({})),
    ]
}

fn cases() -> Vec<Row> {
    let (work, read) = (Who::People, Who::PeopleAndAuditor);
    let word = json!({
        "outcome": "approve",
        "case_digest": format!("sha256:{}", "0".repeat(64)),
        "signature": {"alg": "ES256", "value": "AAAA"},
    });
    let check = json!({"state": "NOT_REQUIRED", "evidence": []});
    vec![
        row("GET", "/cases", read),
        row("GET", "/cases/{id}", read),
        row("POST", "/cases/{id}/claim", work),
        row("POST", "/cases/{id}/release", work),
        row("POST", "/cases/{id}/evidence", work).with(note()),
        row("POST", "/cases/{id}/lookup", work).with(json!({})),
        row("GET", "/cases/{id}/evidence/{evidence_id}", read),
        row("POST", "/cases/{id}/documents", work).keyed(),
        row("GET", "/cases/{id}/documents/{document_id}", work),
        row("PUT", "/cases/{id}/checks/{check}", work)
            .versioned()
            .with(check),
        row("PUT", "/cases/{id}/facts", work)
            .versioned()
            .with(facts()),
        row("POST", "/cases/{id}/request-information", work).with(json!({"message": "x"})),
        row("POST", "/cases/{id}/proposal", work)
            .keyed()
            .with(word.clone()),
        row("POST", "/cases/{id}/decision", Who::Officers)
            .keyed()
            .with(word),
    ]
}

fn certificates() -> Vec<Row> {
    let read = Who::FrontendsAndAuditor;
    let check = json!({"product_code": PRODUCT, "csr": "none"});
    vec![
        row("POST", "/csr-checks", Who::Frontends).with(check),
        row("GET", "/certificates", read),
        row("GET", "/certificates/{id}", read),
        row("GET", "/certificates/{id}/content", read),
        row("GET", "/certificates/{id}/chain", read),
        row(
            "GET",
            "/certificates/{id}/evidence",
            Who::OfficersAndAuditor,
        ),
        row("POST", "/certificates/{id}/revocations", Who::Revokers)
            .keyed()
            .with(json!({"reason": "superseded"})),
        row("POST", "/certificates/{id}/reissue", Who::Frontends)
            .keyed()
            .with(json!({"csr": "none", "statements": []})),
        row("POST", "/certificates/{id}/renewal-orders", Who::Frontends)
            .keyed()
            .with(json!({"product_code": "smime-org-multipurpose-365-renewal"})),
        row("GET", "/revocations/{id}", Who::RevokersAndAuditor),
        row("GET", "/events", read),
        row("GET", "/events/stream", read),
        row("GET", "/webhooks", read),
        row("POST", "/webhooks", Who::Frontends)
            .keyed()
            .with(json!({"url": "https://hooks.example.com/"})),
        row("GET", "/webhooks/{id}", read),
        row("DELETE", "/webhooks/{id}", Who::Frontends),
        row("POST", "/webhooks/{id}/challenge", Who::Frontends),
        row("POST", "/webhooks/{id}/test", Who::Frontends),
        row("POST", "/webhooks/{id}/redeliver", Who::Frontends)
            .with(json!({"after": "0000000000000000"})),
        row("GET", "/webhook-keys", Who::Everybody),
        row("GET", "/notifications", read),
        row("POST", "/notifications/{id}/read", Who::Frontends),
    ]
}

fn house() -> Vec<Row> {
    let identity = json!({"name": "x", "role": "ra_customer", "uri": "not a uri"});
    let digest = format!("sha256:{}", "0".repeat(64));
    let signature = json!({"alg": "ES256", "value": "AAAA"});
    let decision = json!({"outcome": "approve", "digest": digest, "signature": signature});
    let doubt = json!({"reason": "x", "source": "x", "evidence": "x", "digest": digest,
        "signature": signature});
    vec![
        row("GET", "/identities", Who::OperatorsAndAuditor),
        row("POST", "/identities", Who::Operators).with(identity),
        row("GET", "/identities/{name}", Who::OperatorsAndAuditor),
        row("POST", "/identities/{name}/disable", Who::Operators),
        row("GET", "/disowned-mailboxes", Who::PeopleAndAuditor),
        row("POST", "/disowned-mailboxes/{id}/release", Who::Officers).with(json!({"note": "x"})),
        row("GET", "/mailboxes", Who::PeopleAndAuditor),
        row("GET", "/mailboxes/{id}", Who::PeopleAndAuditor),
        row("POST", "/mailboxes/{id}/proposal", Who::People)
            .keyed()
            .with(doubt),
        row("POST", "/mailboxes/{id}/decision", Who::Officers)
            .keyed()
            .with(decision),
        row("GET", "/mailboxes/{id}/certificates", Who::PeopleAndAuditor),
        row("POST", "/mailboxes/{id}/revocations", Who::Revoking).with(json!({})),
        row("GET", "/lint", Who::OperatorsAndAuditor),
        row("GET", "/lint/certificates", Who::OperatorsAndAuditor),
        row("GET", "/mails", Who::OperatorsAndAuditor),
        row("POST", "/mails/{id}/retry", Who::Operators),
        row("POST", "/mail-tests", Who::Operators).with(json!({"to": "nobody"})),
        row("GET", "/jobs", Who::OperatorsAndAuditor),
        row("GET", "/jobs/{id}", Who::OperatorsAndAuditor),
        row("POST", "/jobs/{id}/retry", Who::Operators),
        row("GET", "/tokens", Who::SecurityAndAuditor),
        row("GET", "/blocked-keys", Who::SecurityAndAuditor),
        row("POST", "/blocked-keys", Who::Security).with(json!({"key": "none"})),
        row("POST", "/key-checks", Who::SecurityAndAuditor).with(json!({"key": "none"})),
        row("GET", "/reports", Who::RevokingAndAuditor),
        row("GET", "/reports/{id}", Who::RevokingAndAuditor),
        row("GET", "/document-kinds", Who::Everybody),
        row("GET", "/openapi.json", Who::Everybody),
        row("GET", "/products", Who::Everybody),
        row("GET", "/registration-types", Who::Everybody),
    ]
}

const ABSENT_DOMAIN: &str = "dom_0198c0de-0000-7000-8000-000000000001";
const ABSENT_DATA: &str = "sd_0198c0de-0000-7000-8000-000000000001";

/// The path with well-formed ids of nothing.
pub fn absent(path: &str) -> String {
    if path == "/events/stream" {
        // Refused once the role is known: a stream would last a minute.
        return format!("{path}?limit=1");
    }
    let kind = match path.split('/').nth(1) {
        Some("orders") => "ord",
        Some("subject-data") => "sd",
        Some("cases") => "cas",
        Some("certificates") => "crt",
        Some("notifications") => "ntf",
        Some("revocations") => "rev",
        Some("mails") => "mai",
        Some("jobs") => "job",
        Some("disowned-mailboxes" | "mailboxes") => "eml",
        Some("webhooks") => "whk",
        Some("domains") => "dom",
        Some("reports") => "rpt",
        _ => "",
    };
    let id = |kind: &str| format!("{kind}_0198c0de-0000-7000-8000-000000000001");
    path.replace("{id}", &id(kind))
        .replace("{evidence_id}", &id("evd"))
        .replace("{document_id}", &id("doc"))
        .replace("{lookup_id}", &id("lkp"))
        .replace("{check}", "existence")
        .replace("{name}", "nobody")
}
