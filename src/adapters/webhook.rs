//! The way to webhooks' endpoints: HTTPS and HTTP/1.1 only, one connection a message, to the
//! addresses that were judged and no others, no redirects, no compression, bounds on time and
//! size. Knows nothing of what the messages say.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio_rustls::TlsConnector;

use self::seal::SealKey;
use crate::{
    domain::webhook::progress::Outcome,
    policy::webhook_endpoint::{Endpoint, Rules},
    ports::{
        clock::Clock,
        courier::{Courier, Letter, Lost, Receipt},
    },
};

pub mod seal;
mod wire;

/// Addresses of one name that are looked at.
const ADDRESSES: usize = 16;

/// The way out cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    #[error("the CA file holds no certificate that can be a root: {0}")]
    Roots(String),
    #[error("the client certificate and its key cannot be used: {0}")]
    Client(String),
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

/// This daemon's own certificate, which endpoints may demand.
pub struct ClientCertificate<'a> {
    /// PEM, the chain behind it.
    pub certificate: &'a [u8],
    /// PEM.
    pub key: &'a [u8],
}

/// How messages leave.
pub struct Settings<'a> {
    pub rules: Rules,
    /// PEM of the only trusted CAs; those of the system without.
    pub roots: Option<&'a [u8]>,
    pub client: Option<ClientCertificate<'a>>,
    /// Each message carries a signature of each: two while one follows the other.
    pub keys: Vec<SealKey>,
    /// For one try, from the name look-up to the last byte.
    pub patience: Duration,
}

/// The one client.
pub struct Post {
    rules: Rules,
    keys: Vec<SealKey>,
    patience: Duration,
    tls: TlsConnector,
    clock: Arc<dyn Clock>,
}

impl Post {
    /// # Errors
    /// When there are no roots, or TLS cannot be set up.
    pub fn new(settings: Settings<'_>, clock: Arc<dyn Clock>) -> Result<Self, SetupError> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| SetupError::Tls(error.to_string()))?
            .with_root_certificates(store(settings.roots)?);
        let mut tls = match &settings.client {
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
        Ok(Self {
            rules: settings.rules,
            keys: settings.keys,
            patience: settings.patience,
            tls: TlsConnector::from(Arc::new(tls)),
            clock,
        })
    }

    async fn tried(&self, url: &str, letter: &Letter) -> Result<Receipt, Lost> {
        let endpoint = self
            .rules
            .endpoint(url)
            .map_err(|_| lost(Outcome::Forbidden))?;
        let addresses = self.resolved(&endpoint).await?;
        let seconds = (letter.at.millis() / 1000).to_string();
        let headers = [
            ("webhook-id", letter.id.clone()),
            (
                "webhook-signature",
                seal::signatures(&self.keys, &letter.id, &seconds, &letter.body),
            ),
            ("webhook-timestamp", seconds),
        ];
        let receipt = wire::post(&self.tls, &endpoint, &addresses, headers, letter).await?;
        let outcome = match receipt.status {
            200..=299 => return Ok(receipt),
            300..=399 => Outcome::Redirected,
            _ => Outcome::Refused,
        };
        Err(Lost {
            outcome,
            status: Some(receipt.status),
        })
    }

    /// What the name means now, if all of it may be gone to.
    async fn resolved(&self, endpoint: &Endpoint) -> Result<Vec<SocketAddr>, Lost> {
        let found = tokio::net::lookup_host((endpoint.host.as_str(), endpoint.port)).await;
        let found: Vec<SocketAddr> = match found {
            Ok(found) => found.take(ADDRESSES).collect(),
            Err(_) => return Err(lost(Outcome::Unresolved)),
        };
        let addresses: Vec<_> = found.iter().map(SocketAddr::ip).collect();
        if found.is_empty() {
            Err(lost(Outcome::Unresolved))
        } else if self.rules.admits(&endpoint.host, &addresses) {
            Ok(found)
        } else {
            Err(lost(Outcome::Forbidden))
        }
    }
}

#[async_trait]
impl Courier for Post {
    fn admits(&self, url: &str) -> Result<(), &'static str> {
        self.rules.endpoint(url).map(|_| ())
    }

    async fn take(&self, url: &str, letter: &Letter) -> Result<Receipt, Lost> {
        tokio::select! {
            biased;
            receipt = self.tried(url, letter) => receipt,
            () = self.clock.pause(self.patience) => Err(lost(Outcome::Timeout)),
        }
    }

    fn keys(&self) -> Vec<Vec<u8>> {
        self.keys.iter().map(|key| key.spki().to_vec()).collect()
    }
}

const fn lost(outcome: Outcome) -> Lost {
    Lost {
        outcome,
        status: None,
    }
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
