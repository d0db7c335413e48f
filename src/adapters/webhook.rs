//! The way to webhooks' endpoints: HTTPS and HTTP/1.1 only, one connection a message, to the
//! addresses that were judged and no others, no redirects, no compression, bounds on time and
//! size. Knows nothing of what the messages say.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio_rustls::TlsConnector;

use self::seal::SealKey;
use crate::{
    adapters::https::{self, ClientCertificate, SetupError},
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

/// How messages leave.
pub struct Settings<'a> {
    pub rules: Rules,
    /// PEM of the only trusted CAs; those of the system without.
    pub roots: Option<&'a [u8]>,
    /// This daemon's own, which endpoints may demand.
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
        Ok(Self {
            rules: settings.rules,
            keys: settings.keys,
            patience: settings.patience,
            tls: https::connector(settings.roots, settings.client.as_ref())?,
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
        let tried = self.tried(url, letter);
        let taken = https::within(&*self.clock, self.patience, tried).await;
        taken.unwrap_or_else(|| Err(lost(Outcome::Timeout)))
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
