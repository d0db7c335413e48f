//! Listeners, TLS and limits.

use std::net::SocketAddr;

use serde::Deserialize;
use toml::Spanned;

use super::{
    Count,
    value::{AbsolutePath, SecretSource},
};
use crate::domain::mailbox::allowance::Allowance;

/// Addresses to listen on. Sockets handed over by systemd take precedence, in this order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listen {
    pub ra: SocketAddr,
    pub public: SocketAddr,
    /// Health and metrics: loopback or a management network.
    pub metrics: SocketAddr,
}

/// The RA listener's side of TLS 1.3.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// PEM, leaf first.
    pub certificate: Spanned<AbsolutePath>,
    pub key: Spanned<SecretSource>,
    /// PEM roots of client certificates.
    pub client_roots: Spanned<AbsolutePath>,
    /// PEM CRLs of the client CAs; with any, a client whose issuer has none is refused.
    #[serde(default)]
    pub client_crls: Vec<Spanned<AbsolutePath>>,
}

/// Limits of one identity and of the whole daemon.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Connections of one listener at a time.
    pub connections: Count<1, 100_000>,
    pub requests_per_second: Count<1, 1_000_000>,
    pub requests_burst: Count<1, 1_000_000>,
    /// The contract promises frontends at least 100/s with a burst of 500.
    pub csr_checks_per_second: Count<100, 1_000_000>,
    pub csr_checks_burst: Count<500, 1_000_000>,
    /// Revocations beside all other requests.
    pub revocations_per_second: Count<1, 1_000_000>,
    pub revocations_burst: Count<1, 1_000_000>,
    pub concurrent_requests: Count<1, 100_000>,
    /// Requests for the confirm page by one IPv4 address or one /64 of IPv6.
    pub page_requests_per_second: Count<1, 1_000_000>,
    pub page_requests_burst: Count<1, 1_000_000>,
    /// Mails with codes in an hour of the clock for one owner (a frontend and its customer).
    pub codes_per_hour: Spanned<Count<1, 100_000>>,
    /// The same for one frontend over all its customers; not fewer than for one of them.
    pub frontend_codes_per_hour: Spanned<Count<1, 100_000>>,
    /// The same to the addresses of one mail domain, over all owners; not fewer than for one.
    pub domain_codes_per_hour: Spanned<Count<1, 100_000>>,
    /// How long running work may take when the daemon stops.
    pub drain_seconds: Count<1, 600>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: Count::of(1024),
            requests_per_second: Count::of(5000),
            requests_burst: Count::of(10_000),
            csr_checks_per_second: Count::of(200),
            csr_checks_burst: Count::of(500),
            revocations_per_second: Count::of(50),
            revocations_burst: Count::of(500),
            concurrent_requests: Count::of(256),
            page_requests_per_second: Count::of(5),
            page_requests_burst: Count::of(50),
            codes_per_hour: Spanned::new(0..0, Count::of(500)),
            frontend_codes_per_hour: Spanned::new(0..0, Count::of(2000)),
            domain_codes_per_hour: Spanned::new(0..0, Count::of(500)),
            drain_seconds: Count::of(30),
        }
    }
}

impl Limits {
    #[must_use]
    pub fn codes(&self) -> Allowance {
        Allowance {
            owner: self.codes_per_hour.get_ref().to_u32(),
            frontend: self.frontend_codes_per_hour.get_ref().to_u32(),
            domain: self.domain_codes_per_hour.get_ref().to_u32(),
        }
    }
}
