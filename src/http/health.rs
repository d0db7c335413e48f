//! The metrics listener: whether the process lives, whether it can work, and its numbers.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::answer;
use crate::{
    domain::{idempotency::Answer, signing::KeyName},
    ports::{
        clock::Clock,
        signer::Signer,
        store::{Store, catalogue::AuditLog},
    },
    services::lease::{Lease, clock_may_sign},
};

/// What readiness follows from.
pub struct Health {
    pub signer: Arc<dyn Signer>,
    /// The key that signs mails. While it is down mails wait, and the rest is ready.
    pub mail_key: Option<KeyName>,
    pub audit: Arc<dyn AuditLog>,
    pub store: Arc<dyn Store>,
    pub lease: Arc<Lease>,
    pub clock: Arc<dyn Clock>,
    /// Set once the daemon stops: no new work is wanted.
    pub stopping: CancellationToken,
    /// The metrics in Prometheus' text format.
    pub metrics: Box<dyn Fn() -> String + Send + Sync>,
}

#[derive(Serialize)]
struct Readiness {
    ready: bool,
    checks: Vec<Check>,
}

#[derive(Serialize)]
struct Check {
    name: String,
    ready: bool,
    /// Nothing is ready without it.
    needed: bool,
    /// What is wrong; never an address or a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
}

/// The listener's router.
pub fn router(health: Health) -> Router {
    Router::new()
        .route("/livez", get(|| async { "live\n" }))
        .route("/readyz", get(readyz))
        .route("/metrics", get(numbers))
        .with_state(Arc::new(health))
}

async fn readyz(State(health): State<Arc<Health>>) -> Response {
    let checks = checks(&health).await;
    let ready = checks.iter().all(|check| check.ready || !check.needed);
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let Answer { body, .. } = answer::json(200, &Readiness { ready, checks });
    (status, [(CONTENT_TYPE, "application/json")], body).into_response()
}

async fn checks(health: &Health) -> Vec<Check> {
    let keys = health.signer.keys().into_iter();
    let mut checks: Vec<Check> = keys
        .map(|status| Check {
            needed: health.mail_key.as_ref() != Some(&status.key),
            ..key(status)
        })
        .collect();
    let head = health.audit.head().await;
    let database = head.as_ref().err().map(ToString::to_string);
    checks.push(check("database", database));
    let writing = writes(health).map(ToOwned::to_owned);
    checks.push(check("store-writes", writing));
    if let Ok(Some(head)) = head {
        let behind = !clock_may_sign(head.last_time.since(health.clock.now()));
        let fault = "the clock is behind the last audit entry";
        checks.push(check("clock", behind.then(|| fault.to_owned())));
    }
    let stopping = health.stopping.is_cancelled();
    checks.push(check(
        "running",
        stopping.then(|| "the daemon is stopping".to_owned()),
    ));
    checks
}

/// Every write tells, and the lease is one every few seconds: a fault shows at once when somebody
/// writes, and is over with the next write that succeeds.
fn writes(health: &Health) -> Option<&'static str> {
    if health.store.writes_fail() {
        return Some("the database failed at the last write");
    }
    let holds = health.lease.may_sign(health.clock.monotonic());
    (!holds).then_some("the lease of this instance could not be renewed in time")
}

fn key(status: crate::ports::signer::KeyStatus) -> Check {
    let fault = status.state.err().map(|fault| fault.to_string());
    check(&format!("key {}", status.key), fault)
}

fn check(name: &str, fault: Option<String>) -> Check {
    Check {
        name: name.to_owned(),
        ready: fault.is_none(),
        needed: true,
        fault,
    }
}

/// The numbers, with what `/readyz` would say now among them.
async fn numbers(State(health): State<Arc<Health>>) -> Response {
    for check in checks(&health).await {
        let needed = if check.needed { "true" } else { "false" };
        metrics::gauge!("chancery_ready", "check" => check.name, "needed" => needed)
            .set(f64::from(u8::from(check.ready)));
    }
    let text = (health.metrics)();
    let media_type = "text/plain; version=0.0.4; charset=utf-8";
    ([(CONTENT_TYPE, media_type)], text).into_response()
}
