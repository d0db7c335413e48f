//! One HTTP/1.1 request over one TLS connection of its own. Registers are asked a few times an
//! hour: a kept connection would more often be a broken one.

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{
    Request, StatusCode,
    body::Bytes,
    client::conn::http1,
    header::{CONNECTION, CONTENT_ENCODING, HOST, HeaderMap, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use sha2::{Digest, Sha256};
use tokio::{net::TcpStream, task::JoinHandle};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::Question;
use crate::domain::register::Silence;

/// Longest head of an answer, in bytes.
const HEAD: usize = 32 * 1024;
/// Most header lines.
const HEADERS: usize = 64;

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
    let authority = match port {
        443 => host.to_owned(),
        _ => format!("{host}:{port}"),
    };
    let mut request = Request::builder()
        .method(question.method)
        .uri(target)
        .header(HOST, authority)
        .header(USER_AGENT, concat!("chancery/", env!("CARGO_PKG_VERSION")))
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
    let name = ServerName::try_from(host.to_owned());
    let name = name.map_err(|error| Broken::new(Silence::Connect, error))?;
    let stream = TcpStream::connect((host, port)).await;
    let stream = stream.map_err(|error| Broken::new(Silence::Connect, error))?;
    let stream = tls.connect(name, stream).await;
    stream.map_err(|error| Broken::new(Silence::Tls, error))
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
    let cut = |error: hyper::Error| Broken::new(Silence::Truncated, error);
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(HEAD)
        .max_headers(HEADERS)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(cut)?;
    let _driven = Driven(tokio::spawn(async move {
        // Its end is the answer's end or fault, which the sender sees.
        let _ = connection.await;
    }));
    let answer = sender.send_request(request).await.map_err(cut)?;
    let (parts, body) = answer.into_parts();
    if parts.headers.contains_key(CONTENT_ENCODING) {
        let what = "the answer is compressed, though nobody asked for that";
        return Err(Broken::new(Silence::Truncated, what));
    }
    let body = Limited::new(body, largest).collect().await;
    let body = body.map_err(|error| {
        let silence = if error.is::<LengthLimitError>() {
            Silence::TooLarge
        } else {
            Silence::Truncated
        };
        Broken::new(silence, error)
    })?;
    Ok((parts.status, parts.headers, body.to_bytes().into()))
}

/// The task of a connection, which ends with whoever waits for the answer.
struct Driven(JoinHandle<()>);

impl Drop for Driven {
    fn drop(&mut self) {
        self.0.abort();
    }
}
