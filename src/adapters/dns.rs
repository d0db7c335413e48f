//! The DNS behind `ports::resolver`: questions go to the configured resolvers, and every answer is
//! validated here up to the configured trust anchor (RFC 4035; NSEC3, SHA-2 and RFC 6840 as S/MIME
//! BR 4.2.2.1 demands). The AD bit of a resolver counts for nothing, and there is no way to trust
//! a name without its signatures.
//!
//! Whether a signature is valid now is judged by the system's clock, which the validator reads
//! itself; `ports::clock` has no part in it.

use std::{
    net::SocketAddr,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use hickory_resolver::{
    NameServerPool, PoolContext, TlsConfig,
    config::{ConnectionConfig, NameServerConfig, ResolverOpts, ServerOrderingStrategy},
    net::runtime::TokioRuntimeProvider,
    proto::dnssec::TrustAnchors,
};
use tokio::sync::Semaphore;

use crate::{
    domain::{
        caa::{Answer, DomainName, Failure, Fault, Lookup},
        domain_control::RecordName,
    },
    ports::resolver::{Resolver, TxtRecords, Unanswered},
};

mod lookup;
mod message;
mod meter;
mod proof;

use lookup::{Records, Trouble};
use message::{CAA_RECORDS, Kind, TXT_RECORDS};

/// One server's time for one question; the pool repeats a datagram within it.
const PATIENCE: Duration = Duration::from_secs(2);
/// Whole lookups of one name (BR 4.2.2.1 wants one retry at least).
const TRIES: u32 = 2;
/// Everything for one name, a free slot included: the keys above it are asked for as well.
const DEADLINE: Duration = Duration::from_secs(10);
/// Names looked up at a time; more wait.
const AT_ONCE: usize = 64;
const TOO_LONG: &str = "the time for the whole lookup is over";
/// Answers that do not fit one unfragmented datagram come over TCP (RFC 9715).
const DATAGRAM: u16 = 1232;

/// Where to ask, and whom to believe.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Recursive resolvers of the CA's own, asked in this order.
    pub resolvers: Vec<SocketAddr>,
    /// DNSKEY records of the root zone, as in a zone file; the keys of the real root without it.
    pub trust_anchor: Option<String>,
}

/// What was configured cannot work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    #[error("the trust anchor is no list of DNSKEY records: {0}")]
    TrustAnchor(String),
    #[error("the trust anchor has no key of the root zone that can be used")]
    NoRootKey,
    #[error("no resolver is named")]
    NoResolver,
    #[error("the resolvers cannot be asked: {0}")]
    Pool(String),
}

/// All tries came to nothing.
struct Failed {
    trouble: Trouble,
    /// The zone is proven to have no signatures, so that no answer is no sign of an attack.
    proven_insecure: bool,
}

type Pool = NameServerPool<TokioRuntimeProvider>;

/// See the module documentation.
pub struct DnsResolver {
    /// One for each resolver, in the order of the configuration: a pool of several would give the
    /// first one all its patience.
    pools: Vec<Pool>,
    anchor: Arc<TrustAnchors>,
    slots: Semaphore,
}

impl DnsResolver {
    /// Opens nothing yet; to be used within a Tokio runtime.
    ///
    /// # Errors
    /// See [`SettingsError`].
    pub fn new(settings: &Settings) -> Result<Self, SettingsError> {
        if settings.resolvers.is_empty() {
            return Err(SettingsError::NoResolver);
        }
        let tls = TlsConfig::new().map_err(|error| SettingsError::Pool(error.to_string()))?;
        let context = Arc::new(PoolContext::new(options(), tls));
        let pools = settings.resolvers.iter().map(|address| {
            let server = [server(*address)];
            Pool::from_config(server, Arc::clone(&context), TokioRuntimeProvider::new())
        });
        Ok(Self {
            pools: pools.collect(),
            anchor: Arc::new(anchor(settings.trust_anchor.as_deref())?),
            slots: Semaphore::new(AT_ONCE),
        })
    }

    /// All that one name may cost; `made` counts the tries.
    async fn ask(&self, name: &DomainName, made: &AtomicU32) -> Result<Answer, Failed> {
        let _slot = self.slots.acquire().await.ok();
        match self.tries(name.as_str(), &CAA_RECORDS, made).await {
            Ok(found) => Ok(Answer {
                name: name.clone(),
                chain: found.chain,
                aliases: found.aliases,
                properties: found.values,
                ttl: found.ttl,
            }),
            Err(trouble) => Err(Failed {
                proven_insecure: trouble.fault == Fault::Failed && self.is_insecure(name).await,
                trouble,
            }),
        }
    }

    async fn ask_txt(&self, name: &RecordName) -> Result<TxtRecords, Trouble> {
        let _slot = self.slots.acquire().await.ok();
        let made = AtomicU32::new(0);
        let found = self.tries(name.as_str(), &TXT_RECORDS, &made).await?;
        Ok(TxtRecords {
            chain: found.chain,
            aliases: found.aliases,
            records: found.values,
        })
    }

    async fn tries<T>(
        &self,
        name: &str,
        kind: &Kind<T>,
        made: &AtomicU32,
    ) -> Result<Records<T>, Trouble> {
        loop {
            let before = made.fetch_add(1, Ordering::Relaxed);
            match self.one_try(name, kind).await {
                Err(_) if before.saturating_add(1) < TRIES => {}
                said => return said,
            }
        }
    }

    /// The first resolver that does not keep silent has the word.
    async fn one_try<T>(&self, name: &str, kind: &Kind<T>) -> Result<Records<T>, Trouble> {
        let mut last = Trouble::silent("no resolver");
        for pool in &self.pools {
            // A validator of its own for each try: what it found bogus is looked at again.
            let asking = lookup::Asking::new(pool, &self.anchor);
            match asking.records(name, kind).await {
                Err(trouble) if trouble.fault == Fault::Silent => last = trouble,
                said => return said,
            }
        }
        Err(last)
    }

    async fn is_insecure(&self, name: &DomainName) -> bool {
        for pool in &self.pools {
            if proof::is_insecure(pool, &self.anchor, name).await {
                return true;
            }
        }
        false
    }
}

#[async_trait]
impl Resolver for DnsResolver {
    async fn caa(&self, name: &DomainName) -> Lookup {
        let made = AtomicU32::new(0);
        let failed = match tokio::time::timeout(DEADLINE, self.ask(name, &made)).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(failed)) => failed,
            Err(_) => Failed {
                trouble: Trouble::silent(TOO_LONG),
                proven_insecure: false,
            },
        };
        Err(Failure {
            name: name.clone(),
            fault: failed.trouble.fault,
            proven_insecure: failed.proven_insecure,
            tries: made.into_inner(),
            detail: failed.trouble.detail,
        })
    }

    async fn txt(&self, name: &RecordName) -> Result<TxtRecords, Unanswered> {
        let asked = tokio::time::timeout(DEADLINE, self.ask_txt(name)).await;
        let trouble = match asked {
            Ok(Ok(found)) => return Ok(found),
            Ok(Err(trouble)) => trouble,
            Err(_) => Trouble::silent(TOO_LONG),
        };
        Err(Unanswered {
            fault: trouble.fault,
            detail: trouble.detail,
        })
    }
}

fn options() -> ResolverOpts {
    let mut options = ResolverOpts::default();
    options.timeout = PATIENCE;
    options.edns_payload_len = DATAGRAM;
    options.server_ordering_strategy = ServerOrderingStrategy::UserProvidedOrder;
    options.num_concurrent_reqs = 1;
    options
}

fn server(address: SocketAddr) -> NameServerConfig {
    let at = |mut connection: ConnectionConfig| {
        connection.port = address.port();
        connection
    };
    let mut server = NameServerConfig::udp_and_tcp(address.ip());
    server.connections = vec![at(ConnectionConfig::udp()), at(ConnectionConfig::tcp())];
    server
}

fn anchor(text: Option<&str>) -> Result<TrustAnchors, SettingsError> {
    let Some(text) = text else {
        return Ok(TrustAnchors::default());
    };
    let anchors = TrustAnchors::from_str(text)
        .map_err(|error| SettingsError::TrustAnchor(error.to_string()))?;
    // `get` counts the keys of the root alone.
    if anchors.get(0).is_some() {
        Ok(anchors)
    } else {
        Err(SettingsError::NoRootKey)
    }
}
