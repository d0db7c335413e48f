//! Mutual TLS 1.3 to the daemon: one connection a call.

use std::{
    error::Error,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Method, Request, Uri,
    body::{Body, Bytes, Incoming},
    header,
    http::{request, response},
};
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, Error as TlsError, InconsistentKeys, RootCertStore,
    crypto::aws_lc_rs::sign::any_supported_type,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    sign::{CertifiedKey, SigningKey, SingleCertAndKey},
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::{net::TcpStream, runtime::Runtime, task::JoinHandle};
use tokio_rustls::TlsConnector;

use super::{card::Card, fault::Fault};
use crate::{
    adapters::system::OsEntropy,
    api::problem::Problem,
    pkix::{certificate::CertificateView, spki::PublicKey},
    ports::entropy::random,
};

pub mod transfer;

/// From the name look-up to the last byte.
const DEADLINE: Duration = Duration::from_secs(60);
/// Longest answer; documents have up to 30 MB.
const LONGEST: usize = 32 * 1024 * 1024;

/// Where the daemon is and who calls.
#[derive(Clone, Debug)]
pub struct Connection {
    /// For example `https://ca.example.com:8443`, without `/v1`.
    pub url: String,
    /// PEM roots of the daemon's certificate.
    pub ca: PathBuf,
    /// The caller's certificate, leaf first.
    pub cert: PathBuf,
    /// The caller's key.
    pub key: KeySource,
}

/// Where the key of the caller's certificate is.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// A file in PEM.
    File(PathBuf),
    Card(Card),
    /// The file's key makes the connection, the card's signs for cases.
    FileAndCard(PathBuf, Card),
}

/// A caller.
pub struct Client {
    connection: Connection,
    identity: CertifiedKey,
    base: Uri,
    tls: TlsConnector,
    runtime: Runtime,
}

/// An answer below 400.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    /// With its quotes.
    pub etag: Option<String>,
    pub media_type: Option<String>,
    pub body: Vec<u8>,
}

impl Reply {
    /// The body as a wire type. Members that are not known here are passed over: the daemon may
    /// be newer.
    ///
    /// # Errors
    /// When the body is not of this type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Fault::unreadable("the daemon's answer cannot be read", error))
    }
}

/// What goes beside the path.
#[derive(Debug, Default)]
pub struct Extra<'a> {
    /// Value of If-Match, with its quotes.
    pub if_match: Option<&'a str>,
    pub idempotency_key: Option<&'a str>,
    /// The customer for whom a frontend calls.
    pub acting_for: Option<&'a str>,
}

/// The key that was given, or one drawn now.
///
/// # Errors
/// When the system has no randomness.
pub fn idempotency_key(given: Option<&str>) -> Result<String, Fault> {
    match given {
        Some(key) => Ok(key.to_owned()),
        None => random::<16>(&OsEntropy)
            .map(hex::encode)
            .map_err(|error| Fault::unreadable("the Idempotency-Key", error)),
    }
}

impl Client {
    /// Reads certificates and key, or logs in to the card; connects with the first call.
    ///
    /// # Errors
    /// When a file cannot be read or does not hold what it should, or the card cannot be used.
    pub fn new(connection: Connection) -> Result<Self, Fault> {
        let base: Uri = connection
            .url
            .trim_end_matches('/')
            .parse()
            .map_err(|error| Fault::unreadable("--url", error))?;
        if base.scheme_str() != Some("https") || base.host().is_none() || base.path() != "/" {
            let form = "must be https://HOST[:PORT]";
            return Err(Fault::unreadable("--url", form));
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Fault::unreadable("the runtime cannot be started", error))?;
        let roots = certificates(&connection.ca)?;
        let identity = identity(&connection)?;
        Ok(Self {
            tls: TlsConnector::from(Arc::new(tls(&connection, roots, identity.clone())?)),
            identity,
            connection,
            base,
            runtime,
        })
    }

    /// The key that signs for cases: the card's, if there is one, or the connection's.
    ///
    /// # Errors
    /// When the card cannot be used.
    pub fn signing_key(&self) -> Result<Arc<dyn SigningKey>, Fault> {
        match &self.connection.key {
            KeySource::FileAndCard(_, card) => {
                open(card, &self.connection.cert, &self.identity.cert)
            }
            KeySource::File(_) | KeySource::Card(_) => Ok(Arc::clone(&self.identity.key)),
        }
    }

    /// GET of a path below `/v1`.
    ///
    /// # Errors
    /// The daemon's refusal, or that it cannot be reached.
    pub fn get(&self, path: &str) -> Result<Reply, Fault> {
        self.send(Method::GET, path, None::<&()>, &Extra::default())
    }

    /// Any method on a path below `/v1`, with a body in JSON or none.
    ///
    /// # Errors
    /// The daemon's refusal, or that it cannot be reached.
    pub fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
        extra: &Extra<'_>,
    ) -> Result<Reply, Fault> {
        let body = body.map(serde_json::to_vec).transpose();
        let body = body.map_err(|error| Fault::unreadable("the request", error))?;
        let media_type = body.as_ref().map(|_| "application/json");
        let request = self
            .head(method, path, media_type, extra)
            .body(Full::<Bytes>::from(body.unwrap_or_default()))
            .map_err(|error| Fault::unreadable("the request", error))?;
        self.within(DEADLINE, async {
            judge(self.whole(self.call(request).await?).await?)
        })
    }

    fn within<T>(
        &self,
        deadline: Duration,
        call: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        let call = async { tokio::time::timeout(deadline, call).await };
        self.runtime.block_on(call).unwrap_or_else(|_| {
            let why = format!("no answer in {} s", deadline.as_secs());
            Err(Fault::unreadable(&self.connection.url, why))
        })
    }

    fn head(
        &self,
        method: Method,
        path: &str,
        media_type: Option<&str>,
        extra: &Extra<'_>,
    ) -> request::Builder {
        let authority = self.base.authority().map_or("", |a| a.as_str());
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/v1{path}"))
            .header(header::HOST, authority);
        if let Some(media_type) = media_type {
            request = request.header(header::CONTENT_TYPE, media_type);
        }
        if let Some(tag) = extra.if_match {
            request = request.header(header::IF_MATCH, tag);
        }
        if let Some(key) = extra.idempotency_key {
            request = request.header("idempotency-key", key);
        }
        if let Some(customer) = extra.acting_for {
            request = request.header("acting-for", customer.as_bytes());
        }
        request
    }

    /// The head of the answer, whatever its status, with the body to come.
    async fn call<B>(&self, request: Request<B>) -> Result<Answer, Fault>
    where
        B: Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
    {
        let host = self.base.host().unwrap_or_default();
        let name = host.trim_start_matches('[').trim_end_matches(']');
        let port = self.base.port_u16().unwrap_or(443);
        let stream = TcpStream::connect((name, port))
            .await
            .map_err(|error| self.failed(&error))?;
        let name = ServerName::try_from(name.to_owned()).map_err(|error| self.failed(&error))?;
        let stream = self
            .tls
            .connect(name, stream)
            .await
            .map_err(|error| self.failed(&error))?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| self.failed(&error))?;
        let driven = Driven(tokio::spawn(connection));
        let answer = sender.send_request(request).await;
        let (parts, body) = answer.map_err(|error| self.failed(&error))?.into_parts();
        Ok(Answer {
            parts,
            body,
            _driven: driven,
        })
    }

    async fn whole(&self, answer: Answer) -> Result<Reply, Fault> {
        let body = Limited::new(answer.body, LONGEST).collect().await;
        let body = body.map_err(|error| Fault::unreadable(&self.connection.url, error))?;
        let text = |name| {
            let value = answer.parts.headers.get(name);
            let value = value.and_then(|value| value.to_str().ok());
            value.map(ToOwned::to_owned)
        };
        Ok(Reply {
            status: answer.parts.status.as_u16(),
            etag: text(header::ETAG),
            media_type: text(header::CONTENT_TYPE),
            body: body.to_bytes().to_vec(),
        })
    }

    /// The daemon could not be reached, or what was said to it or by it broke off.
    fn failed(&self, error: &dyn Error) -> Fault {
        let source = error.source().map(|source| format!(": {source}"));
        let why = format!("{error}{}", source.unwrap_or_default());
        Fault::unreadable(&self.connection.url, why)
    }
}

/// An answer whose body is still to come.
struct Answer {
    parts: response::Parts,
    body: Incoming,
    _driven: Driven,
}

/// The task of a connection, which ends with the answer.
struct Driven(JoinHandle<hyper::Result<()>>);

impl Drop for Driven {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn judge(reply: Reply) -> Result<Reply, Fault> {
    if reply.status < 400 {
        return Ok(reply);
    }
    match reply.json::<Problem>() {
        Ok(problem) => Err(Fault::Refused(Box::new(problem))),
        Err(_) => {
            let what = format!("the daemon answered {} without words", reply.status);
            Err(Fault::Unreadable(what))
        }
    }
}

/// The caller's certificates with their key.
fn identity(connection: &Connection) -> Result<CertifiedKey, Fault> {
    let chain = certificates(&connection.cert)?;
    let key = match &connection.key {
        KeySource::File(path) | KeySource::FileAndCard(path, _) => key_file(path)?,
        KeySource::Card(card) => open(card, &connection.cert, &chain)?,
    };
    let identity = CertifiedKey::new(chain, key);
    match identity.keys_match() {
        Ok(()) | Err(TlsError::InconsistentKeys(InconsistentKeys::Unknown)) => Ok(identity),
        Err(error) => Err(Fault::unreadable(connection.cert.display(), error)),
    }
}

fn key_file(path: &Path) -> Result<Arc<dyn SigningKey>, Fault> {
    let failed = |error: &dyn ToString| Fault::unreadable(path.display(), error.to_string());
    let der = PrivateKeyDer::from_pem_file(path).map_err(|error| failed(&error))?;
    any_supported_type(&der).map_err(|error| failed(&error))
}

/// Opens the card to the key of the first certificate, which was read from `path`.
fn open(
    card: &Card,
    path: &Path,
    chain: &[CertificateDer<'_>],
) -> Result<Arc<dyn SigningKey>, Fault> {
    let leaf = chain.first().map(AsRef::as_ref).unwrap_or_default();
    let failed = |error: &dyn ToString| Fault::unreadable(path.display(), error.to_string());
    let view = CertificateView::parse(leaf).map_err(|error| failed(&error))?;
    let public = PublicKey::from_spki(view.spki).map_err(|error| failed(&error))?;
    card.open(public)
}

fn tls(
    connection: &Connection,
    certificates: Vec<CertificateDer<'static>>,
    identity: CertifiedKey,
) -> Result<ClientConfig, Fault> {
    let mut roots = RootCertStore::empty();
    for root in certificates {
        let added = roots.add(root);
        added.map_err(|error| Fault::unreadable(connection.ca.display(), error))?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|error| Fault::unreadable("TLS", error))?;
    Ok(builder
        .with_root_certificates(roots)
        .with_client_cert_resolver(Arc::new(SingleCertAndKey::from(identity))))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Fault> {
    let failed = |error: &dyn ToString| Fault::unreadable(path.display(), error.to_string());
    let found = CertificateDer::pem_file_iter(path).map_err(|error| failed(&error))?;
    let found: Result<Vec<_>, _> = found.collect();
    let found = found.map_err(|error| failed(&error))?;
    if found.is_empty() {
        return Err(failed(&"holds no PEM certificate"));
    }
    Ok(found)
}
