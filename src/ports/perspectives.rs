//! Places of the network besides this one, that look into the DNS for us (TLS BR 3.2.2.9).

use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    domain::{
        caa::{DomainName, Property},
        domain_control::RecordName,
    },
    policy::perspectives::Vantage,
};

/// Why a perspective says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unseen {
    /// It asked, and the domain's servers do not answer the question; otherwise nobody knows.
    pub failed: bool,
    /// For the auditors, in words.
    pub detail: String,
}

/// One remote perspective. It validates for itself what it can; nothing here says whether it did.
#[async_trait]
pub trait Perspective: Send + Sync {
    fn vantage(&self) -> &Vantage;

    /// The TXT records at one name, aliases followed, each record's strings joined; none when
    /// there are none. Ends within a bounded time.
    async fn txt(&self, name: &RecordName) -> Result<Vec<Vec<u8>>, Unseen>;

    /// The CAA records at one name, aliases followed, without climbing. Ends within a bounded
    /// time.
    async fn caa(&self, name: &DomainName) -> Result<Vec<Property>, Unseen>;
}

/// All of them, each once.
pub type Perspectives = Arc<[Arc<dyn Perspective>]>;
