//! Questions to the DNS.

use async_trait::async_trait;

use crate::domain::caa::{DomainName, Lookup};

/// A resolver that believes nothing but DNSSEC, up to its trust anchor.
#[async_trait]
pub trait Resolver: Send + Sync {
    /// The CAA records at one name, aliases followed, without climbing. Asks again after a
    /// failure; ends within a bounded time.
    async fn caa(&self, name: &DomainName) -> Lookup;
}
