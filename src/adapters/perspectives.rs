//! Remote perspectives over HTTPS: one question, one answer, one connection, both ends known by
//! certificate (TLS BR 3.2.2.9 wants the channel authenticated and encrypted). The form of both is
//! docs/perspectives.md; `wire` reads it strictly. Nothing is kept from one question to the next,
//! so that each look starts from nothing.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use http_body_util::Full;
use hyper::{
    Request, StatusCode,
    body::Bytes,
    header::{CONNECTION, CONTENT_TYPE, HOST, USER_AGENT},
};
use tokio_rustls::TlsConnector;

use self::wire::Kind;
use crate::{
    adapters::https::{self, Answer, ClientCertificate, SetupError},
    domain::{
        caa::{DomainName, Property},
        domain_control::RecordName,
    },
    policy::{perspectives::Vantage, webhook_endpoint::Endpoint},
    ports::{
        clock::Clock,
        perspectives::{Perspective, Perspectives, Unseen},
    },
};

mod wire;

/// Longest head of an answer, in bytes.
const HEAD: usize = 16 * 1024;
/// Longest body, in bytes: [`wire`] takes 100 records of 8 KiB together, in hex.
const BODY: usize = 64 * 1024;

/// How they are reached.
pub struct Settings<'a> {
    /// PEM of the only trusted CAs of their certificates.
    pub roots: &'a [u8],
    /// This daemon's own.
    pub client: ClientCertificate<'a>,
    /// For one question, from the name look-up to the last byte.
    pub patience: Duration,
    pub places: Vec<(Vantage, Endpoint)>,
}

/// Opens nothing yet.
///
/// # Errors
/// When there are no roots, or the certificate cannot be used.
pub fn perspectives(
    settings: Settings<'_>,
    clock: &Arc<dyn Clock>,
) -> Result<Perspectives, SetupError> {
    let tls = https::connector(Some(settings.roots), Some(&settings.client))?;
    let patience = settings.patience;
    let one = |(vantage, endpoint)| -> Arc<dyn Perspective> {
        Arc::new(Remote {
            vantage,
            endpoint,
            tls: tls.clone(),
            patience,
            clock: Arc::clone(clock),
        })
    };
    Ok(settings.places.into_iter().map(one).collect())
}

struct Remote {
    vantage: Vantage,
    endpoint: Endpoint,
    tls: TlsConnector,
    patience: Duration,
    clock: Arc<dyn Clock>,
}

impl Remote {
    async fn ask<T>(&self, kind: &Kind<T>, name: &str) -> Result<Vec<T>, Unseen> {
        let asked = self.body(wire::question(kind.name, name));
        let body = https::within(&*self.clock, self.patience, asked).await;
        let body = body.unwrap_or_else(|| Err(silent("no answer in time")))?;
        wire::answer(&body, self.vantage.name(), kind, name)
    }

    async fn body(&self, question: Vec<u8>) -> Result<Vec<u8>, Unseen> {
        let Endpoint { host, port, target } = &self.endpoint;
        let request = Request::builder()
            .method("POST")
            .uri(target)
            .header(HOST, https::authority(host, *port))
            .header(USER_AGENT, https::USER_AGENT)
            .header(CONTENT_TYPE, "application/json")
            .header(CONNECTION, "close")
            .body(Full::<Bytes>::from(question))
            .map_err(silent)?;
        let stream = https::connected(&self.tls, host, (host.as_str(), *port)).await;
        let stream = stream.map_err(silent)?;
        let answer = Answer::to(request, stream, HEAD).await.map_err(silent)?;
        if answer.parts.status != StatusCode::OK || answer.is_encoded() {
            return Err(silent(format!("status {}", answer.parts.status.as_u16())));
        }
        answer.body(BODY).await.map_err(silent)
    }
}

#[async_trait]
impl Perspective for Remote {
    fn vantage(&self) -> &Vantage {
        &self.vantage
    }

    async fn txt(&self, name: &RecordName) -> Result<Vec<Vec<u8>>, Unseen> {
        self.ask(&wire::TXT, name.as_str()).await
    }

    async fn caa(&self, name: &DomainName) -> Result<Vec<Property>, Unseen> {
        self.ask(&wire::CAA, name.as_str()).await
    }
}

/// Nobody knows what it saw.
fn silent(detail: impl ToString) -> Unseen {
    Unseen {
        failed: false,
        detail: detail.to_string(),
    }
}
