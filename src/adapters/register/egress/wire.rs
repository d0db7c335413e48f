//! One HTTP/1.1 request over one TLS connection of its own. Registers are asked a few times an
//! hour: a kept connection would more often be a broken one.

use http_body_util::{Full, LengthLimitError};
use hyper::{
    Request, StatusCode,
    body::Bytes,
    header::{CONNECTION, HOST, HeaderMap, USER_AGENT},
};
use sha2::{Digest, Sha256};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::Question;
use crate::{
    adapters::https::{self, ConnectError},
    domain::register::Silence,
};

/// Longest head of an answer, in bytes.
const HEAD: usize = 32 * 1024;

/// An answer as it came.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub peer_certificate: Option<[u8; 32]>,
}

/// No whole answer.
#[derive(Debug)]
pub struct Broken {
    pub silence: Silence,
    pub detail: String,
    pub peer_certificate: Option<[u8; 32]>,
}

impl Broken {
    pub fn new(silence: Silence, detail: impl ToString) -> Self {
        Self {
            silence,
            detail: detail.to_string(),
            peer_certificate: None,
        }
    }
}

/// Asks.
///
/// # Errors
/// [`Broken`].
pub async fn ask(
    tls: &TlsConnector,
    host: &str,
    port: u16,
    target: &str,
    question: Question,
    largest: usize,
) -> Result<Answer, Broken> {
    let request = request(host, port, target, question)?;
    let stream = connected(tls, host, port).await?;
    let peer_certificate = peer(&stream);
    let asked = sent(stream, request, largest).await;
    match asked {
        Ok((status, headers, body)) => Ok(Answer {
            status,
            headers,
            body,
            peer_certificate,
        }),
        Err(broken) => Err(Broken {
            peer_certificate,
            ..broken
        }),
    }
}

fn request(
    host: &str,
    port: u16,
    target: &str,
    question: Question,
) -> Result<Request<Full<Bytes>>, Broken> {
    let mut request = Request::builder()
        .method(question.method)
        .uri(target)
        .header(HOST, https::authority(host, port))
        .header(USER_AGENT, https::USER_AGENT)
        .header(CONNECTION, "close");
    for (name, value) in question.headers {
        request = request.header(name, value);
    }
    request
        .body(Full::from(question.body))
        .map_err(|error| Broken::new(Silence::Connect, error))
}

async fn connected(
    tls: &TlsConnector,
    host: &str,
    port: u16,
) -> Result<TlsStream<TcpStream>, Broken> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let stream = https::connected(tls, host, (host, port)).await;
    stream.map_err(|error| {
        let silence = match error {
            ConnectError::Name(_) | ConnectError::Tcp(_) => Silence::Connect,
            ConnectError::Tls(_) => Silence::Tls,
        };
        Broken::new(silence, error)
    })
}

fn peer(stream: &TlsStream<TcpStream>) -> Option<[u8; 32]> {
    let (_, session) = stream.get_ref();
    let certificate = session.peer_certificates()?.first()?;
    Some(Sha256::digest(certificate).into())
}

type Parts = (StatusCode, HeaderMap, Vec<u8>);

async fn sent(
    stream: TlsStream<TcpStream>,
    request: Request<Full<Bytes>>,
    largest: usize,
) -> Result<Parts, Broken> {
    let answer = https::Answer::to(request, stream, HEAD).await;
    let answer = answer.map_err(|error| Broken::new(Silence::Truncated, error))?;
    if answer.is_encoded() {
        let what = "the answer is compressed, though nobody asked for that";
        return Err(Broken::new(Silence::Truncated, what));
    }
    let (status, headers) = (answer.parts.status, answer.parts.headers.clone());
    let body = answer.body(largest).await.map_err(|error| {
        let silence = if error.is::<LengthLimitError>() {
            Silence::TooLarge
        } else {
            Silence::Truncated
        };
        Broken::new(silence, error)
    })?;
    Ok((status, headers, body))
}
