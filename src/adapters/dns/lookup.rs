//! One try of one name: alias by alias, each answer validated for itself.

use std::{sync::Arc, time::Duration};

use hickory_resolver::{
    net::{
        DnsError, NetError,
        dnssec::DnssecDnsHandle,
        xfer::{DnsHandle, FirstAnswer},
    },
    proto::{
        dnssec::{Proof, TrustAnchors},
        op::{DnsRequestOptions, DnsResponse, Query},
        rr::{Name, RecordType},
    },
};

use super::{
    DATAGRAM, Pool,
    message::{Found, Kind, Message, Said, is_alias, is_referral},
    meter::{Metered, is_silence},
};
use crate::domain::caa::{Chain, Fault};

/// Aliases followed for one name.
const ALIASES: usize = 8;
/// Why a try came to nothing.
#[derive(Debug)]
pub struct Trouble {
    pub fault: Fault,
    pub detail: String,
}

impl Trouble {
    pub fn silent(detail: impl ToString) -> Self {
        Self::new(Fault::Silent, detail)
    }

    fn failed(detail: impl ToString) -> Self {
        Self::new(Fault::Failed, detail)
    }

    fn bogus(detail: impl ToString) -> Self {
        Self::new(Fault::Bogus, detail)
    }

    fn new(fault: Fault, detail: impl ToString) -> Self {
        Self {
            fault,
            detail: detail.to_string(),
        }
    }
}

/// The records at one name.
pub struct Records<T> {
    pub chain: Chain,
    /// Where aliases led, in order.
    pub aliases: Vec<String>,
    /// None when their absence is proven.
    pub values: Vec<T>,
    /// The least of the records behind it, those that deny others included.
    pub ttl: Duration,
}

/// A validator for one try.
pub struct Asking {
    meter: Metered,
    validator: DnssecDnsHandle<Metered>,
}

/// Why there is no message.
enum Unanswered {
    /// The name is an alias; what the end of the chain says could not be validated in one go.
    Aliased,
    Trouble(Trouble),
}

impl From<Trouble> for Unanswered {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl Asking {
    pub fn new(pool: &Pool, anchor: &Arc<TrustAnchors>) -> Self {
        let meter = Metered::new(pool);
        let validator = DnssecDnsHandle::with_trust_anchor(meter.clone(), Arc::clone(anchor));
        Self { meter, validator }
    }

    /// The records at a name, or at what its aliases lead to.
    pub async fn records<T>(&self, name: &str, kind: &Kind<T>) -> Result<Records<T>, Trouble> {
        let mut at = Name::from_ascii(format!("{name}.")).map_err(Trouble::failed)?;
        let (mut chain, mut ttl, mut aliases) = (Chain::Secure, u32::MAX, Vec::new());
        loop {
            let said = match self.ask(&at, kind.of).await {
                Ok(message) => message
                    .records(&at, kind)
                    .map_err(|doubt| self.distrust(doubt))?,
                Err(Unanswered::Aliased) => Said::Alias,
                Err(Unanswered::Trouble(trouble)) => return Err(trouble),
            };
            let (found, life, values) = match said {
                Said::Records(found) => (found.chain, found.ttl, Some(found.value)),
                Said::Alias if aliases.len() < ALIASES => {
                    let alias = self.alias(&at).await?;
                    aliases.push(alias.value.to_lowercase().to_ascii());
                    at = alias.value;
                    (alias.chain, alias.ttl, None)
                }
                Said::Alias => return Err(Trouble::failed("too many aliases")),
            };
            if found == Chain::Insecure {
                chain = found;
            }
            ttl = ttl.min(life);
            if let Some(values) = values {
                return Ok(Records {
                    chain,
                    aliases,
                    values,
                    ttl: Duration::from_secs(ttl.into()),
                });
            }
        }
    }

    /// Where the alias at a name leads. It is asked for by itself, for in an answer to another
    /// question the end of the chain decides whether the validator is content.
    async fn alias(&self, at: &Name) -> Result<Found<Name>, Trouble> {
        match self.ask(at, RecordType::CNAME).await {
            Ok(message) => message.alias(at).map_err(|doubt| self.distrust(doubt)),
            Err(Unanswered::Aliased) => Err(self.distrust("the alias is not proven")),
            Err(Unanswered::Trouble(trouble)) => Err(trouble),
        }
    }

    async fn ask(&self, name: &Name, kind: RecordType) -> Result<Message, Unanswered> {
        let query = Query::query(name.clone(), kind);
        let answer = self.validator.lookup(query, options()).first_answer().await;
        match answer {
            Ok(response) if is_referral(name, &response) => {
                Err(Trouble::failed("a referral instead of an answer").into())
            }
            Ok(response) => Ok(Message {
                response,
                insecure_denial: false,
            }),
            Err(NetError::Dns(DnsError::Nsec {
                response, proof, ..
            })) => self.denial(name, *response, proof),
            Err(NetError::Dns(DnsError::ResponseCode(code))) => Err(Trouble::failed(code).into()),
            Err(error) if is_silence(&error) => Err(Trouble::silent(error).into()),
            Err(error) => Err(Trouble::failed(error).into()),
        }
    }

    /// The validator did not find the denial secure.
    fn denial(
        &self,
        name: &Name,
        response: DnsResponse,
        proof: Proof,
    ) -> Result<Message, Unanswered> {
        if is_alias(name, &response) {
            return Err(Unanswered::Aliased);
        }
        if proof == Proof::Insecure {
            return Ok(Message {
                response,
                insecure_denial: true,
            });
        }
        if is_referral(name, &response) {
            return Err(Trouble::failed("a referral instead of an answer").into());
        }
        Err(self.distrust("the denial is not proven").into())
    }

    /// A proof may be missing because a server did not give it.
    fn distrust(&self, detail: &str) -> Trouble {
        if self.meter.was_silent() {
            Trouble::silent(format!("{detail}: a question on the way has no answer"))
        } else if self.meter.had_failure() {
            Trouble::failed(format!("{detail}: a server on the way fails"))
        } else {
            Trouble::bogus(detail)
        }
    }
}

fn options() -> DnsRequestOptions {
    let mut options = DnsRequestOptions::default();
    options.edns_payload_len = DATAGRAM;
    options.edns_set_dnssec_ok = true;
    // More to guess for who answers in the resolver's place.
    options.case_randomization = true;
    options
}
