//! The way out to registers: HTTPS and HTTP/1.1 only, to the hosts of the configuration only, no
//! redirects, no compression, bounds on time, head and body, our own limit of calls, and a rest
//! for a register that keeps failing. Knows nothing of what is asked.

use std::{collections::BTreeSet, num::NonZeroU32, sync::Arc, time::Duration};

use hyper::{
    Method, StatusCode, Uri,
    header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER},
};
use tokio_rustls::TlsConnector;

use self::{
    breaker::Breaker,
    budget::Budget,
    wire::{Answer, Broken},
};
use crate::{
    adapters::https,
    domain::{
        register::{Exchange, Silence},
        timestamp::Timestamp,
    },
    ports::clock::Clock,
};

mod breaker;
mod budget;
mod wire;

/// For one exchange, from the name look-up to the last byte.
const PATIENCE: Duration = Duration::from_secs(10);
/// After trouble that says nothing of its length.
const RETRY: Duration = Duration::from_secs(60);
/// The longest rest a register may ask for.
const LONGEST_REST: Duration = Duration::from_secs(24 * 60 * 60);
/// What is kept of an answer's head.
const KEPT: [&str; 5] = [
    "content-type",
    "date",
    "etag",
    "last-modified",
    "retry-after",
];

/// How often a register may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Calls in a window; as many may come at once.
    pub calls: NonZeroU32,
    pub window: Duration,
}

/// The way out cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    #[error("must be https://HOST[:PORT][/PATH] without user, query or slash at the end")]
    BaseUrl,
    #[error(transparent)]
    Tls(#[from] https::SetupError),
}

/// A register's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    host: String,
    port: u16,
    /// Empty, or begins with a slash and ends without.
    path: String,
}

impl Base {
    /// # Errors
    /// [`SetupError::BaseUrl`].
    pub fn parse(text: &str) -> Result<Self, SetupError> {
        let uri: Uri = text.parse().map_err(|_| SetupError::BaseUrl)?;
        let authority = uri.authority().ok_or(SetupError::BaseUrl)?;
        let path = if uri.path() == "/" { "" } else { uri.path() };
        let fits = uri.scheme_str() == Some("https")
            && !authority.as_str().contains('@')
            && uri.query().is_none()
            && !text.contains('#')
            && !text.ends_with('/')
            && !path.split('/').any(|part| part == "." || part == "..");
        fits.then(|| Self {
            host: authority.host().to_ascii_lowercase(),
            port: authority.port_u16().unwrap_or(443),
            path: path.to_owned(),
        })
        .ok_or(SetupError::BaseUrl)
    }

    fn url(&self, rest: &str) -> String {
        let authority = https::authority(&self.host, self.port);
        format!("https://{authority}{}{rest}", self.path)
    }
}

/// The one client. Hosts and roots are fixed when it is built.
pub struct Egress {
    allowed: BTreeSet<(String, u16)>,
    tls: TlsConnector,
    clock: Arc<dyn Clock>,
}

impl Egress {
    /// `roots`: PEM of the only trusted CAs; `None`: those of the system.
    ///
    /// # Errors
    /// When there are no roots, or TLS cannot be set up.
    pub fn new(
        bases: &[Base],
        roots: Option<&[u8]>,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>, SetupError> {
        let allowed = bases.iter().map(|base| (base.host.clone(), base.port));
        Ok(Arc::new(Self {
            allowed: allowed.collect(),
            tls: https::connector(roots, None)?,
            clock,
        }))
    }
}

/// One register's way out.
pub struct Line {
    egress: Arc<Egress>,
    base: Base,
    budget: Budget,
    breaker: Breaker,
}

/// A question.
#[derive(Debug)]
pub struct Question {
    pub method: Method,
    /// Path and query below the base.
    pub rest: String,
    pub headers: Vec<(HeaderName, HeaderValue)>,
    pub body: Vec<u8>,
    /// See [`Exchange::operation`].
    pub operation: Option<&'static str>,
    /// The answer's body holds a secret and is not kept.
    pub is_secret: bool,
}

impl Question {
    #[must_use]
    pub fn get(rest: String) -> Self {
        Self {
            method: Method::GET,
            rest,
            headers: Vec::new(),
            body: Vec::new(),
            operation: None,
            is_secret: false,
        }
    }
}

/// A whole answer that is neither a redirect nor the server's own trouble.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    /// Without parameters, in lower case.
    pub media_type: String,
    /// With its parameters.
    pub content_type: String,
    pub body: Vec<u8>,
}

/// Nothing that counts came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silent {
    pub retry_at: Timestamp,
}

impl Line {
    #[must_use]
    pub fn new(egress: &Arc<Egress>, base: Base, allowance: Allowance) -> Self {
        Self {
            budget: Budget::new(allowance, Arc::clone(&egress.clock)),
            egress: Arc::clone(egress),
            base,
            breaker: Breaker::default(),
        }
    }

    /// The configured address.
    #[must_use]
    pub fn address(&self) -> String {
        self.base.url("")
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.egress.clock.now()
    }

    /// Asks once, with an answer of at most `largest` bytes; the exchange is evidence, whatever
    /// came of it.
    pub async fn ask(
        &self,
        question: Question,
        largest: usize,
    ) -> (Exchange, Result<Reply, Silent>) {
        let mut exchange = self.begun(&question);
        if let Err((silence, wait)) = self.admitted() {
            exchange.silence = Some(silence);
            return (exchange, Err(self.silent(wait)));
        }
        let is_secret = question.is_secret;
        let answer = self.exchanged(question, largest).await;
        exchange.ended_at = self.now();
        let (silence, detail, rest) = match answer {
            Ok(answer) => {
                exchange.status = Some(answer.status.as_u16());
                exchange.headers = kept(&answer.headers);
                exchange.body_sha256 = Exchange::hash(&answer.body);
                exchange.peer_certificate = answer.peer_certificate;
                if !is_secret {
                    exchange.body.clone_from(&answer.body);
                }
                match trouble(answer.status) {
                    None => {
                        self.breaker.succeeded();
                        return (exchange, Ok(reply(answer)));
                    }
                    Some(silence) => (silence, None, self.rest_wanted(&answer.headers)),
                }
            }
            Err(broken) => {
                exchange.peer_certificate = broken.peer_certificate;
                (broken.silence, Some(broken.detail), None)
            }
        };
        exchange.silence = Some(silence);
        exchange.detail = detail;
        let rest = self.breaker.failed(self.egress.clock.monotonic(), rest);
        (exchange, Err(self.silent(rest.unwrap_or(RETRY))))
    }

    fn begun(&self, question: &Question) -> Exchange {
        let now = self.now();
        Exchange {
            method: if question.method == Method::POST {
                "POST"
            } else {
                "GET"
            },
            operation: question.operation,
            url: self.base.url(&question.rest),
            asked_at: now,
            ended_at: now,
            status: None,
            headers: Vec::new(),
            body: Vec::new(),
            body_sha256: Exchange::hash(&[]),
            peer_certificate: None,
            silence: None,
            detail: None,
        }
    }

    fn admitted(&self) -> Result<(), (Silence, Duration)> {
        let breaker = self.breaker.admits(self.egress.clock.monotonic());
        breaker.map_err(|wait| (Silence::Resting, wait))?;
        self.budget.take().map_err(|wait| (Silence::OwnLimit, wait))
    }

    async fn exchanged(&self, question: Question, largest: usize) -> Result<Answer, Broken> {
        let Base { host, port, path } = &self.base;
        if !self.egress.allowed.contains(&(host.clone(), *port)) {
            return Err(Broken::new(Silence::Connect, "the host is not configured"));
        }
        let target = format!("{path}{}", question.rest);
        let asked = wire::ask(&self.egress.tls, host, *port, &target, question, largest);
        let answer = https::within(&*self.egress.clock, PATIENCE, asked).await;
        answer.unwrap_or_else(|| Err(Broken::new(Silence::Timeout, "no whole answer in time")))
    }

    /// What the server asks for with Retry-After.
    fn rest_wanted(&self, headers: &HeaderMap) -> Option<Duration> {
        let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
        let wait = match text.parse() {
            Ok(seconds) => Duration::from_secs(seconds),
            Err(_) => {
                let at = httpdate::parse_http_date(text).ok()?;
                let at = at.duration_since(std::time::UNIX_EPOCH).ok()?;
                Timestamp::EPOCH.plus(at).since(self.now())
            }
        };
        Some(wait.clamp(Duration::from_secs(1), LONGEST_REST))
    }

    fn silent(&self, wait: Duration) -> Silent {
        Silent {
            retry_at: self.now().plus(wait),
        }
    }
}

fn reply(answer: Answer) -> Reply {
    let content_type = answer.headers.get(hyper::header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_owned();
    let media_type = content_type.split(';').next().unwrap_or_default();
    Reply {
        status: answer.status.as_u16(),
        media_type: media_type.trim().to_ascii_lowercase(),
        content_type,
        body: answer.body,
    }
}

/// Statuses that say nothing of the number asked for.
fn trouble(status: StatusCode) -> Option<Silence> {
    Some(match status.as_u16() {
        300..=399 => Silence::Redirect,
        401 | 403 | 407 => Silence::Credentials,
        408 => Silence::Timeout,
        429 => Silence::TooMany,
        500..=599 => Silence::OutOfService,
        _ => return None,
    })
}

fn kept(headers: &HeaderMap) -> Vec<(String, String)> {
    let of = |name: &&str| {
        let value = headers.get(*name)?.to_str().ok()?;
        Some(((*name).to_owned(), value.to_owned()))
    };
    KEPT.iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_an_https_address_and_nothing_more() {
        let base = Base::parse("https://Register.example/api").unwrap();
        assert_eq!(base.url("/x?y=1"), "https://register.example/api/x?y=1");
        let base = Base::parse("https://register.example:8443").unwrap();
        assert_eq!(base.url("/x"), "https://register.example:8443/x");
        for wrong in [
            "http://register.example",
            "https://register.example/",
            "https://user@register.example",
            "https://register.example?x=1",
            "https://register.example#x",
            "https://register.example/a/../b",
            "register.example",
            "",
        ] {
            assert_eq!(Base::parse(wrong), Err(SetupError::BaseUrl), "{wrong}");
        }
    }
}
