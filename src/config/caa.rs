//! How permissions of domain owners are looked up. Nothing here turns that off.

use std::net::SocketAddr;

use serde::Deserialize;
use toml::Spanned;

use super::value::{AbsolutePath, IssuerDomain};

/// Names of one CA at most.
pub const DOMAINS: usize = 10;
/// Resolvers at most: each may keep silent for its time, and a client waits.
pub const RESOLVERS: usize = 3;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caa {
    /// The names of this CA in `issuemail` properties, as the CPS publishes them.
    pub issuer_domains: Spanned<Vec<IssuerDomain>>,
    /// Recursive resolvers of the CA's own, `address:port`, in the order they are asked.
    pub resolvers: Spanned<Vec<SocketAddr>>,
    /// File of DNSKEY records of the root zone; the keys of the real root without it.
    pub trust_anchor: Option<Spanned<AbsolutePath>>,
}
