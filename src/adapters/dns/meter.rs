//! Counts what a validation asks of the resolvers: an answer that makes the validator ask without
//! end is cut off, and silence is not mistaken for a wrong signature.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

use futures_util::{Stream, StreamExt, stream};
use hickory_resolver::{
    net::{DnsError, NetError, runtime::TokioRuntimeProvider, xfer::DnsHandle},
    proto::op::{DnsRequest, DnsResponse},
};

use super::Pool;

/// Questions of one try at most: a dozen serve a deep name, its keys and those above.
const QUESTIONS: u32 = 200;

/// A pool that is watched while it serves one try.
#[derive(Clone)]
pub struct Metered {
    pool: Pool,
    asked: Arc<AtomicU32>,
    silent: Arc<AtomicBool>,
    failed: Arc<AtomicBool>,
}

impl Metered {
    pub fn new(pool: &Pool) -> Self {
        Self {
            pool: pool.clone(),
            asked: Arc::default(),
            silent: Arc::default(),
            failed: Arc::default(),
        }
    }

    /// Whether a question was left without an answer.
    pub fn was_silent(&self) -> bool {
        self.silent.load(Ordering::SeqCst)
    }

    /// Whether a question was answered with a failure.
    pub fn had_failure(&self) -> bool {
        self.failed.load(Ordering::SeqCst)
    }
}

/// No answer at all, as opposed to one that says nothing good.
pub fn is_silence(error: &NetError) -> bool {
    matches!(
        error,
        NetError::Timeout | NetError::NoConnections | NetError::Io(_) | NetError::Busy
    )
}

impl DnsHandle for Metered {
    type Response = Pin<Box<dyn Stream<Item = Result<DnsResponse, NetError>> + Send>>;
    type Runtime = TokioRuntimeProvider;

    fn send(&self, request: DnsRequest) -> Self::Response {
        if self.asked.fetch_add(1, Ordering::SeqCst) >= QUESTIONS {
            let error = NetError::from("the answers lead to too many questions");
            return Box::pin(stream::iter([Err(error)]));
        }
        let (silent, failed) = (Arc::clone(&self.silent), Arc::clone(&self.failed));
        Box::pin(self.pool.send(request).inspect(move |answer| match answer {
            Err(error) if is_silence(error) => silent.store(true, Ordering::SeqCst),
            Err(NetError::Dns(DnsError::ResponseCode(_))) => failed.store(true, Ordering::SeqCst),
            _ => {}
        }))
    }
}
