//! HTTPS as a client: HTTP/1.1 over one TLS connection a request, to roots of one's own or the
//! system's, with bounds on time, head and body. Knows nothing of who may be asked: hosts,
//! addresses and redirects are judged by who asks.

use std::{io, sync::Arc, time::Duration};

use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Request,
    body::{Bytes, Incoming},
    client::conn::http1,
    header::CONTENT_ENCODING,
    http::response::Parts,
};
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, InvalidDnsNameError, PrivateKeyDer, ServerName, pem::PemObject},
};
use tokio::{
    net::{TcpStream, ToSocketAddrs},
    task::JoinHandle,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::ports::clock::Clock;

/// What says who calls.
pub const USER_AGENT: &str = concat!("chancery/", env!("CARGO_PKG_VERSION"));
/// Most header lines of an answer.
const HEADERS: usize = 64;

/// TLS cannot be set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    #[error("the CA file holds no certificate that can be a root: {0}")]
    Roots(String),
    #[error("the client certificate and its key cannot be used: {0}")]
    Client(String),
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error(transparent)]
    Name(#[from] InvalidDnsNameError),
    #[error(transparent)]
    Tcp(io::Error),
    #[error(transparent)]
    Tls(io::Error),
}

/// A certificate by which we are known.
pub struct ClientCertificate<'a> {
    /// PEM, the chain behind it.
    pub certificate: &'a [u8],
    /// PEM.
    pub key: &'a [u8],
}

/// `roots`: PEM of the only trusted CAs; `None`: those of the system.
///
/// # Errors
/// [`SetupError`].
pub fn connector(
    roots: Option<&[u8]>,
    client: Option<&ClientCertificate<'_>>,
) -> Result<TlsConnector, SetupError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| SetupError::Tls(error.to_string()))?
        .with_root_certificates(store(roots)?);
    let mut tls = match client {
        None => tls.with_no_client_auth(),
        Some(client) => {
            let failed = |error: &dyn std::error::Error| SetupError::Client(error.to_string());
            let chain: Result<Vec<_>, _> =
                CertificateDer::pem_slice_iter(client.certificate).collect();
            let chain = chain.map_err(|error| failed(&error))?;
            let key = PrivateKeyDer::from_pem_slice(client.key);
            let key = key.map_err(|error| failed(&error))?;
            tls.with_client_auth_cert(chain, key)
                .map_err(|error| failed(&error))?
        }
    };
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(tls)))
}

fn store(pem: Option<&[u8]>) -> Result<RootCertStore, SetupError> {
    let failed = |error: &dyn std::error::Error| SetupError::Roots(error.to_string());
    let mut store = RootCertStore::empty();
    match pem {
        Some(pem) => {
            for one in CertificateDer::pem_slice_iter(pem) {
                let one = one.map_err(|error| failed(&error))?;
                store.add(one).map_err(|error| failed(&error))?;
            }
        }
        None => {
            // A root of the system that cannot be read is one that is not trusted.
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if store.is_empty() {
        return Err(SetupError::Roots("no certificate".to_owned()));
    }
    Ok(store)
}

/// The value of `Host` for a port of https.
#[must_use]
pub fn authority(host: &str, port: u16) -> String {
    match port {
        443 => host.to_owned(),
        _ => format!("{host}:{port}"),
    }
}

/// What came of the work, `None` when the time is over first.
pub async fn within<T>(
    clock: &dyn Clock,
    patience: Duration,
    work: impl Future<Output = T>,
) -> Option<T> {
    tokio::select! {
        biased;
        done = work => Some(done),
        () = clock.pause(patience) => None,
    }
}

/// To the first of the addresses that takes the connection, which must prove to be `host`.
///
/// # Errors
/// [`ConnectError`].
pub async fn connected(
    tls: &TlsConnector,
    host: &str,
    addresses: impl ToSocketAddrs,
) -> Result<TlsStream<TcpStream>, ConnectError> {
    let name = ServerName::try_from(host.to_owned())?;
    let stream = TcpStream::connect(addresses).await;
    let stream = stream.map_err(ConnectError::Tcp)?;
    let stream = tls.connect(name, stream).await;
    stream.map_err(ConnectError::Tls)
}

/// An answer whose body is still to come.
pub struct Answer {
    pub parts: Parts,
    body: Incoming,
    _driven: Driven,
}

impl Answer {
    /// Asks once. `head` is the longest head of an answer, in bytes.
    ///
    /// # Errors
    /// When no whole head comes.
    pub async fn to(
        request: Request<Full<Bytes>>,
        stream: TlsStream<TcpStream>,
        head: usize,
    ) -> hyper::Result<Self> {
        let (mut sender, connection) = http1::Builder::new()
            .max_buf_size(head)
            .max_headers(HEADERS)
            .handshake(TokioIo::new(stream))
            .await?;
        let driven = Driven(tokio::spawn(async move {
            // Its end is the answer's end or fault, which the sender sees.
            let _ = connection.await;
        }));
        let (parts, body) = sender.send_request(request).await?.into_parts();
        Ok(Self {
            parts,
            body,
            _driven: driven,
        })
    }

    /// Whether the body is packed, though nobody asked for that.
    #[must_use]
    pub fn is_encoded(&self) -> bool {
        self.parts.headers.contains_key(CONTENT_ENCODING)
    }

    /// The whole body.
    ///
    /// # Errors
    /// `LengthLimitError` when there is more than `most` bytes, or what broke it off.
    pub async fn body(
        self,
        most: usize,
    ) -> Result<Vec<u8>, Box<dyn std::error::Error + Send + Sync>> {
        let body = Limited::new(self.body, most).collect().await?;
        Ok(body.to_bytes().into())
    }
}

/// The task of a connection, which ends with whoever waits for the answer.
struct Driven(JoinHandle<()>);

impl Drop for Driven {
    fn drop(&mut self) {
        self.0.abort();
    }
}
