//! `Idempotency-Key`: the same request again gives the same act and the same bytes.
//!
//! That holds for refusals too. Once an act was judged, who may and what the body says being
//! settled before, its refusal is kept under the key, and answers until it is pruned. Not kept
//! are 5xx and 429, which judge nothing; 412, for a precondition is judged before the act and is
//! no part of the request that the key stands for; and what is said of the key itself. An identity
//! whose allowance of kept refusals is used up is still told why, but nothing is kept: the same
//! request again is judged again.
//!
//! [`once`] is for acts that end before they answer. An act that may be late (activation) uses
//! [`begin`] and settles [`Begun`] itself.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, request::Parts},
    response::Response,
};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use utoipa::IntoParams;

use super::{json, strict};
use crate::{
    api::problem::{Occasion, Problem},
    domain::{
        idempotency::{Answer, IdempotencyClaim, IdempotencyKey, StoredRequest},
        owner::{IdentityName, Owner},
        refusal::{Class, Refused},
        text::Language,
    },
    http::{
        answer,
        frame::{self, Asked, RequestId},
        refusal::Refusal,
        state::AppState,
    },
    ports::store::Bookkeeping,
    services::request,
};

const HEADER: &str = "idempotency-key";
const IN_PROGRESS: &str = "idempotency-in-progress";

/// The header, for OpenAPI texts.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub struct Header {
    /// 1 to 128 visible ASCII characters, unique for each act.
    #[param(rename = "Idempotency-Key")]
    idempotency_key: String,
}

/// The key and what it stands for. For streamed bodies, which add their own digest.
#[derive(Clone, Debug)]
pub struct Key {
    key: String,
    method: String,
    path: String,
    occasion: Whence,
}

/// How a refusal of this request is worded.
#[derive(Clone, Debug)]
struct Whence {
    instance: String,
    request_id: Arc<str>,
    language: Language,
}

/// A claim, and how a refusal under it is worded.
#[derive(Clone, Debug)]
pub struct Claim {
    pub row: IdempotencyClaim,
    occasion: Whence,
}

impl Key {
    /// The claim of this request with a body of the given content.
    ///
    /// `act` is the path until the use case names the object (`Request::about`).
    #[must_use]
    pub fn of(self, identity: &IdentityName, owner: Owner, content: &[u8]) -> Claim {
        let mut hash = Sha256::new();
        for part in [self.method.as_bytes(), self.path.as_bytes()] {
            hash.update(part);
            hash.update([0]);
        }
        hash.update(content);
        Claim {
            row: IdempotencyClaim {
                key: IdempotencyKey {
                    identity: identity.clone(),
                    owner,
                    key: self.key,
                },
                request_sha256: hash.finalize().into(),
                act: self.path,
            },
            occasion: self.occasion,
        }
    }
}

impl FromRequestParts<AppState> for Key {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Refusal> {
        let asked = parts.extensions.get::<Asked>();
        let uri = asked.map_or(&parts.uri, |Asked(uri)| uri);
        let id = parts.extensions.get::<RequestId>();
        Ok(Self {
            key: read_key(&parts.headers)?,
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            occasion: Whence {
                instance: uri.path().to_owned(),
                request_id: id.map_or_else(|| "unknown".into(), |RequestId(id)| Arc::clone(id)),
                language: frame::language(&parts.headers),
            },
        })
    }
}

/// The key and a strict JSON body.
pub struct Keyed<T> {
    key: Key,
    bytes: Bytes,
    body: T,
}

impl<T> Keyed<T> {
    /// The body as it was received, octet for octet.
    ///
    /// # Errors
    /// 400 when it is no UTF-8, as no JSON is (RFC 8259 section 8.1).
    pub fn text(&self) -> Result<String, Refusal> {
        let text = std::str::from_utf8(&self.bytes);
        text.map(ToOwned::to_owned)
            .map_err(|_| Refusal::new(400, "malformed-json"))
    }

    /// The claim and the body.
    #[must_use]
    pub fn of(self, identity: &IdentityName, owner: Owner) -> (Claim, T) {
        (self.key.of(identity, owner, &self.bytes), self.body)
    }
}

impl<T: DeserializeOwned> FromRequest<AppState> for Keyed<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, app: &AppState) -> Result<Self, Refusal> {
        let (mut parts, body) = request.into_parts();
        let key = Key::from_request_parts(&mut parts, app).await?;
        let bytes = json::read(Request::from_parts(parts, body)).await?;
        let body = strict::read(&bytes)?;
        Ok(Self { key, bytes, body })
    }
}

/// What is known of a claim.
pub enum Begun {
    /// Answered before: these bytes.
    Answered(Answer),
    /// Begun before and not ended: the act it began.
    Pending { act: String },
    /// New. The mark is held until the act ends.
    Fresh(Mark),
}

/// Looks a claim up and marks it as running in this process.
///
/// # Errors
/// 409 `idempotency-in-progress`, 422 `idempotency-key-reused`, 503.
pub async fn begin(app: &AppState, claim: &Claim) -> Result<Begun, Refusal> {
    let claim = &claim.row;
    let Some(mark) = app.gate.in_flight.mark(&claim.key) else {
        return Err(in_progress());
    };
    match app.gate.requests.request(&claim.key).await? {
        None => Ok(Begun::Fresh(mark)),
        Some(stored) => earlier(stored, claim),
    }
}

/// Runs an act that ends before it answers, as a task that outlives its client.
///
/// # Errors
/// Those of [`begin`], and of the act where its refusal is not kept.
pub async fn once<T, R, F, Fut>(
    app: &AppState,
    claim: Claim,
    render: R,
    act: F,
) -> Result<Response, Refusal>
where
    T: Send + 'static,
    R: Fn(&T) -> Answer + Send + Sync + 'static,
    F: FnOnce(request::Request<T>) -> Fut + Send + 'static,
    Fut: Future<Output = Result<T, Refused>> + Send + 'static,
{
    let mark = match begin(app, &claim).await? {
        Begun::Answered(answer) => return Ok(answer::respond(answer)),
        Begun::Pending { .. } => return Err(in_progress()),
        Begun::Fresh(mark) => mark,
    };
    let render = Arc::new(render);
    let rendered = Arc::clone(&render);
    let request = request::Request {
        claim: claim.row.clone(),
        render: Box::new(move |result| rendered(result)),
    };
    let task = act(request);
    let gate = Arc::clone(app);
    let done = run(app, async move {
        let done = match task.await {
            Ok(result) => Ok(render(&result)),
            Err(refused) if refused.code == IN_PROGRESS => winner(&gate, &claim).await,
            Err(refused) => refuse(&gate, &claim, refused).await,
        };
        drop(mark);
        done
    });
    Ok(answer::respond(done.await??))
}

/// The answer to a refused act: kept under its key, where the contract wants it replayed.
///
/// # Errors
/// The refusal itself where it is not kept, be it for its kind or because the identity had too many
/// kept; 503 when it cannot be kept.
pub async fn refuse(app: &AppState, claim: &Claim, refused: Refused) -> Result<Answer, Refusal> {
    if !is_kept(&refused) {
        return Err(refused.into());
    }
    let refusal = Refusal::from(refused);
    let on = Occasion {
        instance: &claim.occasion.instance,
        request_id: &claim.occasion.request_id,
        language: claim.occasion.language,
    };
    let problem = Problem::with_status(refusal.status, &refusal.refused, &on);
    let answer = answer::json(refusal.status, &problem);
    let who = &claim.row.key.identity;
    if !app.gate.limits.keeps(who, answer.body.len()) {
        metrics::counter!("chancery_refusals_not_kept_total").increment(1);
        return Err(refusal);
    }
    // It goes out as an answer, so nobody after this knows it for a refusal.
    refusal.log();
    let task = Bookkeeping::KeepRefusal {
        claim: Box::new(claim.row.clone()),
        answer: Box::new(answer),
        at: app.gate.clock.now(),
    };
    app.gate.store.bookkeep(task).await?;
    winner(app, claim).await
}

fn is_kept(refused: &Refused) -> bool {
    let judged = match refused.class {
        Class::Malformed | Class::Forbidden | Class::NotFound | Class::State => true,
        Class::Unacceptable => true,
        Class::Stale | Class::Limited { .. } | Class::Unavailable { .. } => false,
    };
    judged && !refused.code.starts_with("idempotency-")
}

/// Runs a future to its end even when the client hangs up; the daemon waits for it when it stops.
///
/// # Errors
/// 503 when the task was lost with the runtime.
pub async fn run<T: Send + 'static>(
    app: &AppState,
    act: impl Future<Output = T> + Send + 'static,
) -> Result<T, Refusal> {
    use tracing::Instrument as _;
    let task = app.gate.acts.spawn(act.in_current_span());
    task.await
        .map_err(|error| Refused::unavailable("shutting-down", error).into())
}

/// What stands under the key now: another process may have been first.
async fn winner(app: &AppState, claim: &Claim) -> Result<Answer, Refusal> {
    match app.gate.requests.request(&claim.row.key).await? {
        None => Err(in_progress()),
        Some(stored) => match earlier(stored, &claim.row)? {
            Begun::Answered(answer) => Ok(answer),
            Begun::Pending { .. } | Begun::Fresh(_) => Err(in_progress()),
        },
    }
}

fn earlier(stored: StoredRequest, claim: &IdempotencyClaim) -> Result<Begun, Refusal> {
    if stored.claim.request_sha256 != claim.request_sha256 {
        return Err(Refused::unacceptable("idempotency-key-reused").into());
    }
    Ok(match stored.answer {
        Some(answer) => Begun::Answered(answer),
        None => Begun::Pending {
            act: stored.claim.act,
        },
    })
}

fn in_progress() -> Refusal {
    Refused::state(IN_PROGRESS).into()
}

fn read_key(headers: &HeaderMap) -> Result<String, Refusal> {
    let mut values = headers.get_all(HEADER).iter();
    let Some(value) = values.next() else {
        return Err(Refusal::at("Idempotency-Key", "idempotency-key-missing"));
    };
    let text = value.to_str().ok().filter(|text| {
        (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
    });
    match (text, values.next()) {
        (Some(text), None) => Ok(text.to_owned()),
        _ => Err(Refusal::at("Idempotency-Key", "idempotency-key-invalid")),
    }
}

/// The keys whose act runs in this process.
#[derive(Clone, Default)]
pub struct InFlight(Arc<Mutex<HashSet<IdempotencyKey>>>);

impl InFlight {
    fn mark(&self, key: &IdempotencyKey) -> Option<Mark> {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.insert(key.clone()).then(|| Mark {
            keys: self.clone(),
            key: key.clone(),
        })
    }
}

/// A running act; dropping it lets the key go.
pub struct Mark {
    keys: InFlight,
    key: IdempotencyKey,
}

impl Drop for Mark {
    fn drop(&mut self) {
        let mut keys = self.keys.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(method: &str, body: &[u8]) -> IdempotencyClaim {
        let ra = IdentityName::parse("panel").unwrap();
        let owner = Owner {
            ra: ra.clone(),
            customer: None,
        };
        let key = Key {
            key: "k".to_owned(),
            method: method.to_owned(),
            path: "/v1/orders".to_owned(),
            occasion: Whence {
                instance: "/v1/orders".to_owned(),
                request_id: "r".into(),
                language: Language::English,
            },
        };
        key.of(&ra, owner, body).row
    }

    fn stored(answer: Option<Answer>) -> StoredRequest {
        StoredRequest {
            claim: claim("POST", b"{}"),
            answer,
        }
    }

    #[test]
    fn the_same_request_gives_the_stored_bytes() {
        let answer = answer::json(201, &"x");
        let begun = earlier(stored(Some(answer.clone())), &claim("POST", b"{}")).unwrap();
        assert!(matches!(begun, Begun::Answered(found) if found == answer));
        let begun = earlier(stored(None), &claim("POST", b"{}")).unwrap();
        assert!(matches!(begun, Begun::Pending { act } if act == "/v1/orders"));
    }

    #[test]
    fn judgements_are_kept_and_nothing_else() {
        for kept in [
            Refused::not_found(),
            Refused::state("step-blocked"),
            Refused::unacceptable("csr-malformed"),
            Refused::forbidden("same-officer"),
        ] {
            assert!(is_kept(&kept), "{}", kept.code);
        }
        let limited = Class::Limited {
            retry_after: std::time::Duration::ZERO,
        };
        for passed in [
            Refused::stale(),
            Refused::new(limited, "rate-limited"),
            Refused::unavailable("hsm-unavailable", "x"),
            Refused::state(IN_PROGRESS),
        ] {
            assert!(!is_kept(&passed), "{}", passed.code);
        }
    }

    #[test]
    fn another_request_under_the_key_is_refused() {
        for other in [claim("POST", b"{ }"), claim("PUT", b"{}")] {
            let refused = earlier(stored(None), &other).err().unwrap();
            assert_eq!(refused.refused.code, "idempotency-key-reused");
        }
    }

    #[test]
    fn a_key_is_in_flight_until_its_mark_is_dropped() {
        let (keys, key) = (InFlight::default(), claim("POST", b"").key);
        let mark = keys.mark(&key).unwrap();
        assert!(keys.mark(&key).is_none());
        drop(mark);
        assert!(keys.mark(&key).is_some());
    }

    #[test]
    fn keys_are_short_and_visible() {
        let with = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(HEADER, value.parse().unwrap());
            read_key(&headers)
        };
        assert_eq!(with("a-1").unwrap(), "a-1");
        for bad in ["", "a b", &"x".repeat(129)] {
            assert!(with(bad).is_err(), "{bad}");
        }
        assert!(read_key(&HeaderMap::new()).is_err());
    }
}
