//! Questions to the DNS.

use async_trait::async_trait;

use crate::domain::{
    caa::{Chain, DomainName, Fault, Lookup},
    domain_control::RecordName,
};

/// The TXT records at one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TxtRecords {
    pub chain: Chain,
    /// Where aliases led, in order.
    pub aliases: Vec<String>,
    /// Each record's strings joined; none when there are none.
    pub records: Vec<Vec<u8>>,
}

/// A question without an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unanswered {
    pub fault: Fault,
    /// For the auditors, in words.
    pub detail: String,
}

/// A resolver that believes nothing but DNSSEC, up to its trust anchor.
#[async_trait]
pub trait Resolver: Send + Sync {
    /// The CAA records at one name, aliases followed, without climbing. Asks again after a
    /// failure; ends within a bounded time.
    async fn caa(&self, name: &DomainName) -> Lookup;

    /// The TXT records at one name, aliases followed. Asks again after a failure; ends within a
    /// bounded time.
    async fn txt(&self, name: &RecordName) -> Result<TxtRecords, Unanswered>;
}
