//! Whether a name stands in an unsigned zone, asked when its own servers say nothing: only then
//! may a failure be a permission (BR 4.2.2.1).
//!
//! The validator proves a delegation unsigned when it meets an unsigned record below it. So it is
//! given one, made here, for each name from the top-level domain down; the DS records and their
//! denials it asks for are real. What is made up can lead to a question, never to a proof.

use std::{pin::Pin, sync::Arc};

use futures_util::{Stream, stream};
use hickory_resolver::{
    net::{
        NetError,
        dnssec::DnssecDnsHandle,
        runtime::TokioRuntimeProvider,
        xfer::{DnsHandle, FirstAnswer},
    },
    proto::{
        dnssec::{Proof, TrustAnchors},
        op::{DnsRequest, DnsRequestOptions, DnsResponse, Message, Query},
        rr::{
            Name, RData, Record, RecordType,
            rdata::{NS, TXT},
        },
    },
};

use super::{DEADLINE, Pool, meter::Metered};
use crate::domain::caa::DomainName;

/// Asks for proof; `false` when there is none, whatever the reason.
pub async fn is_insecure(pool: &Pool, anchor: &Arc<TrustAnchors>, name: &DomainName) -> bool {
    let meter = Metered::new(pool);
    let found = async {
        for zone in from_the_top(name) {
            if is_cut_off(&meter, anchor, zone).await {
                return true;
            }
        }
        false
    };
    tokio::time::timeout(DEADLINE, found).await.unwrap_or(false)
}

fn from_the_top(name: &DomainName) -> Vec<Name> {
    let climb = std::iter::successors(Some(name.clone()), DomainName::parent);
    let names = climb.filter_map(|name| Name::from_ascii(format!("{name}.")).ok());
    let mut names: Vec<Name> = names.collect();
    names.reverse();
    names
}

async fn is_cut_off(meter: &Metered, anchor: &Arc<TrustAnchors>, zone: Name) -> bool {
    let probe = Probe {
        meter: meter.clone(),
        zone: zone.clone(),
    };
    let validator = DnssecDnsHandle::with_trust_anchor(probe, Arc::clone(anchor));
    let query = Query::query(zone, RecordType::TXT);
    let answer = validator.lookup(query, DnsRequestOptions::default());
    let Ok(response) = answer.first_answer().await else {
        return false;
    };
    let made_up = |record: &&Record| record.record_type() == RecordType::TXT;
    let mut records = response.answers.iter().filter(made_up).peekable();
    records.peek().is_some() && records.all(|record| record.proof == Proof::Insecure)
}

/// Answers for one name itself: that a zone begins there, and holds an unsigned record.
#[derive(Clone)]
struct Probe {
    meter: Metered,
    zone: Name,
}

impl Probe {
    fn made_up(&self, query: &Query) -> Option<RData> {
        if *query.name() != self.zone {
            return None;
        }
        match query.query_type() {
            RecordType::NS => Some(RData::NS(NS(Name::root()))),
            RecordType::TXT => Some(RData::TXT(TXT::new(vec![String::new()]))),
            _ => None,
        }
    }
}

impl DnsHandle for Probe {
    type Response = Pin<Box<dyn Stream<Item = Result<DnsResponse, NetError>> + Send>>;
    type Runtime = TokioRuntimeProvider;

    fn send(&self, request: DnsRequest) -> Self::Response {
        let query = request.queries.first();
        let Some((query, data)) = query.and_then(|query| Some((query, self.made_up(query)?)))
        else {
            return self.meter.send(request);
        };
        let mut message = Message::query();
        message.add_query(query.clone());
        message.add_answer(Record::from_rdata(self.zone.clone(), 0, data));
        let response = DnsResponse::from_message(message.into_response());
        Box::pin(stream::iter([response.map_err(NetError::from)]))
    }
}
