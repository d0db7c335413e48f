//! One message over one TLS connection of its own, to addresses that were judged.

use std::net::SocketAddr;

use http_body_util::Full;
use hyper::{
    Request,
    body::Bytes,
    header::{CONNECTION, CONTENT_TYPE, HOST, USER_AGENT},
};
use tokio_rustls::TlsConnector;

use super::lost;
use crate::{
    adapters::https::{self, Answer, ConnectError},
    domain::webhook::progress::Outcome,
    policy::webhook_endpoint::Endpoint,
    ports::courier::{Letter, Lost, Receipt},
};

/// Longest head of an answer, in bytes.
const HEAD: usize = 16 * 1024;

/// Posts the message and reads as much of the answer as is wanted.
///
/// # Errors
/// [`Lost`] when there is no answer, or more of it than is wanted.
pub async fn post(
    tls: &TlsConnector,
    endpoint: &Endpoint,
    addresses: &[SocketAddr],
    headers: [(&'static str, String); 3],
    letter: &Letter,
) -> Result<Receipt, Lost> {
    let request = request(endpoint, headers, letter)?;
    let stream = https::connected(tls, &endpoint.host, addresses).await;
    let stream = stream.map_err(|error| lost(unconnected(&error)))?;
    let answer = Answer::to(request, stream, HEAD).await;
    read(answer.map_err(|_| lost(Outcome::Broken))?, letter.answer).await
}

const fn unconnected(error: &ConnectError) -> Outcome {
    match error {
        ConnectError::Name(_) => Outcome::Forbidden,
        ConnectError::Tcp(_) => Outcome::Unconnected,
        ConnectError::Tls(_) => Outcome::Untrusted,
    }
}

async fn read(answer: Answer, wanted: Option<usize>) -> Result<Receipt, Lost> {
    let status = answer.parts.status;
    let Some(most) = wanted.filter(|_| status.is_success()) else {
        return Ok(Receipt {
            status: status.as_u16(),
            body: Vec::new(),
        });
    };
    let broken = Lost {
        outcome: Outcome::Broken,
        status: Some(status.as_u16()),
    };
    if answer.is_encoded() {
        return Err(broken);
    }
    Ok(Receipt {
        status: status.as_u16(),
        body: answer.body(most).await.map_err(|_| broken)?,
    })
}

fn request(
    endpoint: &Endpoint,
    headers: [(&'static str, String); 3],
    letter: &Letter,
) -> Result<Request<Full<Bytes>>, Lost> {
    let mut request = Request::builder()
        .method("POST")
        .uri(&endpoint.target)
        .header(HOST, https::authority(&endpoint.host, endpoint.port))
        .header(USER_AGENT, https::USER_AGENT)
        .header(CONTENT_TYPE, "application/json")
        .header(CONNECTION, "close");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let body = Full::from(letter.body.clone());
    request.body(body).map_err(|_| lost(Outcome::Forbidden))
}
