//! The remote perspectives as services use them: whether there are enough today, and one question
//! to all of them side by side.

use std::{future::Future, sync::Arc};

use futures_util::future::join_all;

use crate::{
    domain::{refusal::Refused, timestamp::Timestamp},
    policy::perspectives::{self, Vantage},
    ports::perspectives::{Perspective, Perspectives},
};

/// The configured set; empty when control of domains is not offered.
#[derive(Clone)]
pub struct Remotes {
    all: Perspectives,
    vantages: Arc<[Vantage]>,
}

impl Default for Remotes {
    /// None: control of domains is not offered.
    fn default() -> Self {
        Self::new(Arc::new([]))
    }
}

impl Remotes {
    #[must_use]
    pub fn new(all: Perspectives) -> Self {
        let vantages = all.iter().map(|one| one.vantage().clone()).collect();
        Self { all, vantages }
    }

    /// Until when the set is as large as the rules demand.
    ///
    /// # Errors
    /// The code of why nothing can rest on a domain now: `domain-control-off`, or
    /// `perspectives-insufficient` when a dated step has made the set too small.
    pub fn good_until(&self, now: Timestamp) -> Result<Timestamp, &'static str> {
        if self.all.is_empty() {
            return Err("domain-control-off");
        }
        let until = perspectives::holds_until(&self.vantages, now);
        until.ok_or("perspectives-insufficient")
    }

    /// As [`Remotes::good_until`], for a call.
    ///
    /// # Errors
    /// 409 `domain-control-off`; 503 `perspectives-insufficient`: the CA's own to mend.
    pub fn require(&self, now: Timestamp) -> Result<Timestamp, Refused> {
        self.good_until(now).map_err(|code| match code {
            "perspectives-insufficient" => {
                let lacking = perspectives::shortfall(&self.vantages, now);
                let lacking = lacking.map(|lacking| lacking.to_string());
                Refused::unavailable(code, lacking.unwrap_or_default())
            }
            _ => Refused::state(code),
        })
    }

    /// The same of each, side by side; the answers in the configuration's order.
    pub async fn each<T, F>(&self, ask: impl Fn(Arc<dyn Perspective>) -> F) -> Vec<(Vantage, T)>
    where
        F: Future<Output = T>,
    {
        let asked = self.all.iter().map(|one| {
            let (vantage, asked) = (one.vantage().clone(), ask(Arc::clone(one)));
            async move { (vantage, asked.await) }
        });
        join_all(asked).await
    }

    /// Says whether the set suffices: in the metrics at each look, in the log when it does not.
    pub fn watch(&self, now: Timestamp) {
        if self.all.is_empty() {
            return;
        }
        let lacking = perspectives::shortfall(&self.vantages, now);
        let gauge = metrics::gauge!("chancery_perspectives_sufficient");
        gauge.set(if lacking.is_none() { 1.0 } else { 0.0 });
        let ends = perspectives::holds_until(&self.vantages, now);
        match (lacking, ends) {
            (Some(lacking), _) => tracing::error!(
                %lacking,
                "nothing is checked by domain, and nothing is issued on a domain"
            ),
            (None, Some(ends)) if ends < now.plus(SOON) => tracing::warn!(
                %ends,
                "the set of perspectives becomes too small on this day: add some before"
            ),
            _ => {}
        }
    }
}

/// How long before a dated step the operator is warned.
const SOON: std::time::Duration = std::time::Duration::from_secs(60 * 86_400);
