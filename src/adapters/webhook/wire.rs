//! One message over one TLS connection of its own, to addresses that were judged.

use std::net::SocketAddr;

use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    client::conn::http1,
    header::{CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, HOST, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::{net::TcpStream, task::JoinHandle};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::lost;
use crate::{
    domain::webhook::progress::Outcome,
    policy::webhook_endpoint::Endpoint,
    ports::courier::{Letter, Lost, Receipt},
};

/// Longest head of an answer, in bytes.
const HEAD: usize = 16 * 1024;
/// Most header lines.
const HEADERS: usize = 64;

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
    let stream = connected(tls, endpoint, addresses).await?;
    let broken = |_| lost(Outcome::Broken);
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(HEAD)
        .max_headers(HEADERS)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    let _driven = Driven(tokio::spawn(async move {
        // Its end is the answer's end or fault, which the sender sees.
        let _ = connection.await;
    }));
    let answer = sender.send_request(request).await.map_err(broken)?;
    read(answer, letter.answer).await
}

async fn read(answer: Response<Incoming>, wanted: Option<usize>) -> Result<Receipt, Lost> {
    let status = answer.status();
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
    // Nobody asked for that.
    if answer.headers().contains_key(CONTENT_ENCODING) {
        return Err(broken);
    }
    let body = Limited::new(answer.into_body(), most).collect().await;
    Ok(Receipt {
        status: status.as_u16(),
        body: body.map_err(|_| broken)?.to_bytes().into(),
    })
}

fn request(
    endpoint: &Endpoint,
    headers: [(&'static str, String); 3],
    letter: &Letter,
) -> Result<Request<Full<Bytes>>, Lost> {
    let authority = match endpoint.port {
        443 => endpoint.host.clone(),
        port => format!("{}:{port}", endpoint.host),
    };
    let mut request = Request::builder()
        .method("POST")
        .uri(&endpoint.target)
        .header(HOST, authority)
        .header(USER_AGENT, concat!("chancery/", env!("CARGO_PKG_VERSION")))
        .header(CONTENT_TYPE, "application/json")
        .header(CONNECTION, "close");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let body = Full::from(letter.body.clone());
    request.body(body).map_err(|_| lost(Outcome::Forbidden))
}

/// To the first address that takes the connection.
async fn connected(
    tls: &TlsConnector,
    endpoint: &Endpoint,
    addresses: &[SocketAddr],
) -> Result<TlsStream<TcpStream>, Lost> {
    let name = ServerName::try_from(endpoint.host.clone());
    let name = name.map_err(|_| lost(Outcome::Forbidden))?;
    let stream = TcpStream::connect(addresses).await;
    let stream = stream.map_err(|_| lost(Outcome::Unconnected))?;
    let stream = tls.connect(name, stream).await;
    stream.map_err(|_| lost(Outcome::Untrusted))
}

/// The task of a connection, which ends with whoever waits for the answer.
struct Driven(JoinHandle<()>);

impl Drop for Driven {
    fn drop(&mut self) {
        self.0.abort();
    }
}
