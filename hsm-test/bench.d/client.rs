//! One mutual-TLS connection that sends one request after another, as an RA frontend does.

use std::{fs, sync::Arc};

use anyhow::{Context, Result, anyhow, bail};
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, StatusCode,
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
    header::{CONTENT_TYPE, HOST},
};
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// A registered identity and the listener it speaks to.
#[derive(Clone)]
pub struct Identity {
    tls: Arc<ClientConfig>,
    authority: String,
    customer: String,
}

impl Identity {
    /// `url` is `https://host:port`; the files are PEM; every call acts for `customer`.
    pub fn load(url: &str, ca: &str, certificate: &str, key: &str, customer: &str) -> Result<Self> {
        let mut roots = RootCertStore::empty();
        for anchor in CertificateDer::pem_file_iter(ca).context("server CA")? {
            roots.add(anchor?)?;
        }
        let chain = CertificateDer::pem_file_iter(certificate)
            .context("client certificate")?
            .collect::<Result<Vec<_>, _>>()?;
        let key = PrivateKeyDer::from_pem_slice(&fs::read(key).context("client key")?)?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_root_certificates(roots)
            .with_client_auth_cert(chain, key)?;
        let authority = url
            .strip_prefix("https://")
            .ok_or_else(|| anyhow!("{url} is not an https address"))?;
        Ok(Self {
            tls: Arc::new(tls),
            authority: authority.to_owned(),
            customer: customer.to_owned(),
        })
    }

    pub async fn connect(&self) -> Result<Connection> {
        let stream = TcpStream::connect(&self.authority).await?;
        stream.set_nodelay(true)?;
        let host = self.authority.rsplit_once(':').map_or("", |(host, _)| host);
        let name = ServerName::try_from(host.to_owned())?;
        let stream = TlsConnector::from(Arc::clone(&self.tls))
            .connect(name, stream)
            .await
            .context("TLS handshake")?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Connection {
            sender,
            host: self.authority.clone(),
            customer: Some(self.customer.clone()),
        })
    }
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub etag: Option<String>,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> Result<Value> {
        Ok(serde_json::from_slice(&self.body)?)
    }

    /// The body as JSON when the status is one of `wanted`.
    pub fn expect(&self, wanted: &[u16]) -> Result<Value> {
        if wanted.contains(&self.status.as_u16()) {
            return self.json();
        }
        bail!("{}: {}", self.status, String::from_utf8_lossy(&self.body))
    }
}

pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: String,
    customer: Option<String>,
}

impl Connection {
    pub async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Answer> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, &self.host);
        if let Some(customer) = &self.customer {
            request = request.header("Acting-For", customer);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let bytes = match body {
            Some(json) => {
                request = request.header(CONTENT_TYPE, "application/json");
                Bytes::from(serde_json::to_vec(json)?)
            }
            None => Bytes::new(),
        };
        self.sender.ready().await?;
        let answer = self
            .sender
            .send_request(request.body(Full::new(bytes))?)
            .await?;
        let status = answer.status();
        let etag = answer
            .headers()
            .get("etag")
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        let body = answer.into_body().collect().await?.to_bytes();
        Ok(Answer { status, etag, body })
    }
}

/// One GET without TLS, for the metrics listener; the body as text.
pub async fn get_plain(base: &str, path: &str) -> Result<String> {
    let authority = base
        .strip_prefix("http://")
        .ok_or_else(|| anyhow!("{base} is not an http address"))?;
    let stream = TcpStream::connect(authority).await?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let mut plain = Connection {
        sender,
        host: authority.to_owned(),
        customer: None,
    };
    let answer = plain.send("GET", path, &[], None).await?;
    Ok(String::from_utf8_lossy(&answer.body).into_owned())
}
