//! The check of a pasted CSR.

use axum::{extract::State, response::Response};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    answer,
    extract::{json::Json, scope::UseOrders},
    refusal::Refusal,
    state::AppState,
};
use crate::{
    api::{
        csr_checks::{CsrCheck, CsrFinding, CsrKey, NewCsrCheck},
        problem::{Bilingual, Problem},
    },
    domain::{
        product::ProductCode,
        refusal::{Fault, Refused},
    },
    pkix::spki::PublicKey,
    services::csr_checks::Verdict,
};

/// The resource's routes.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(check))
}

/// Looks at a CSR as an activation would. Stores nothing; a private key in the text is blocked.
#[utoipa::path(post, path = "/csr-checks", tag = "activation", request_body = NewCsrCheck,
    responses((status = 200, body = CsrCheck), (status = "4XX", body = Problem),
        (status = 503, description = "Not judged in time", body = Problem)))]
async fn check(
    State(app): State<AppState>,
    UseOrders(scope): UseOrders,
    Json(body): Json<NewCsrCheck>,
) -> Result<Response, Refusal> {
    // First of all: a private key in the text is burnt whatever else is wrong.
    let verdict = app.csr_checks.check(&scope, &body.csr).await?;
    let product = ProductCode::parse(&body.product_code);
    if product
        .and_then(|code| app.catalogue.product(&code))
        .is_none()
    {
        let fault = Fault {
            pointer: "/product_code".to_owned(),
            code: "product-unknown",
        };
        let refused = Refused {
            faults: vec![fault],
            ..Refused::unacceptable("product-unknown")
        };
        return Err(refused.into());
    }
    Ok(answer::ok(&wire(&verdict)))
}

fn wire(verdict: &Verdict) -> CsrCheck {
    match verdict {
        Ok(proven) => CsrCheck {
            valid: true,
            key: Some(key(proven.key())),
            findings: proven
                .warnings()
                .iter()
                .map(|w| finding(w.as_str(), "warning"))
                .collect(),
        },
        Err(refused) => CsrCheck {
            valid: false,
            key: refused.key.as_ref().map(key),
            findings: refused
                .faults
                .iter()
                .map(|fault| finding(fault.as_str(), "error"))
                .collect(),
        },
    }
}

fn key(key: &PublicKey) -> CsrKey {
    let (bits, curve) = match key {
        PublicKey::Ec { curve, .. } => (None, Some(curve.name().to_owned())),
        PublicKey::Rsa { .. } | PublicKey::Ed25519(_) => (Some(key.bits()), None),
    };
    CsrKey {
        algorithm: key.algorithm_name().to_owned(),
        bits,
        curve,
        spki_sha256: hex::encode(key.spki_sha256()),
    }
}

fn finding(code: &str, severity: &str) -> CsrFinding {
    CsrFinding {
        code: code.to_owned(),
        severity: severity.to_owned(),
        message: Bilingual::of_code(code),
    }
}
