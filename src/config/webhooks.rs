//! Where events may be pushed to, and with which keys the messages are signed. Without this table
//! no webhook can be registered.

use serde::Deserialize;
use toml::Spanned;

use super::{
    Count,
    value::{AbsolutePath, SecretSource},
};

/// Keys at a time: one, and the one that follows it.
pub const KEYS: usize = 2;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    /// One or two; each message carries a signature of each.
    pub keys: Spanned<Vec<Key>>,
    /// The only trusted roots of the endpoints' certificates (PEM); those of the system without.
    pub ca: Option<Spanned<AbsolutePath>>,
    /// What the daemon shows to endpoints that ask for a client certificate (PEM).
    pub client_certificate: Option<Spanned<AbsolutePath>>,
    pub client_key: Option<Spanned<SecretSource>>,
    /// The only hosts; any of the public network without.
    #[serde(default)]
    pub hosts: Vec<Spanned<String>>,
    /// Hosts that may stand in private networks.
    #[serde(default)]
    pub private_hosts: Vec<Spanned<String>>,
    /// 443 without.
    pub ports: Option<Spanned<Vec<u16>>>,
    /// For one message, from the name look-up to the answer's end.
    #[serde(default = "ten")]
    pub timeout_seconds: Count<1, 30>,
}

/// An Ed25519 key of its own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// PKCS#8, PEM.
    pub private_key: Spanned<SecretSource>,
    /// The key that receivers know (PEM).
    pub public_key: Spanned<AbsolutePath>,
}

fn ten() -> Count<1, 30> {
    Count::of(10)
}
