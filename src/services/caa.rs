//! Permission of a mailbox's domain to issue (S/MIME BR 4.2.2.1): looks it up, records every look
//! as evidence, and hands out what an intent rests on.
//!
//! An answer is used again for its domain until it lapses, so that a thousand activations ask
//! once; a refusal is looked at again by the next who asks. There is no way around it: nothing
//! turns the check off, and an intent without it is not made.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::timeout;

use crate::{
    domain::{
        caa::{CaaCheck, DomainName, Lookup, Verdict},
        id::CaaCheckId,
        owner::Caller,
        refusal::Refused,
        timestamp::Timestamp,
        unit::{Aggregate, Rest, Unit},
    },
    policy::caa::{self, Decision, Weighed},
    ports::{
        clock::Clock,
        entropy::{Entropy, random},
        resolver::Resolver,
        store::Store,
    },
    services::perspectives::Remotes,
};

mod advice;
mod corroboration;
mod turns;

pub use advice::Advice;
use turns::Turns;

/// Time for the whole climb: a step that has begun is given up with it.
const CLIMB: Duration = Duration::from_secs(20);
/// Domains whose answers are kept.
const KEPT: usize = 10_000;

/// What the service needs; wired once.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub resolver: Arc<dyn Resolver>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub remotes: Remotes,
    /// The names under which domain owners know this CA (CPS 4.2).
    pub issuers: Vec<DomainName>,
}

/// The service.
#[derive(Clone)]
pub struct CaaChecks(Arc<Inner>);

struct Inner {
    parts: Parts,
    known: Mutex<Known>,
    turns: Turns,
}

/// From where the domain is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// From here.
    Own,
    /// From the remote perspectives too: where the mailbox rests on its domain (TLS BR 3.2.2.9).
    Everywhere,
}

/// What is used again, by what was asked and from where.
type Known = HashMap<(DomainName, Reach), Finding>;

/// What came of a check that is on record.
#[derive(Clone, Debug)]
pub struct Finding {
    pub verdict: Verdict,
    /// Stable word.
    pub reason: &'static str,
    /// The evidence.
    pub rest: Rest,
    pub checked_at: Timestamp,
    pub usable_until: Timestamp,
    /// Monotonic: who asked before and waited gets this finding, whatever it is.
    ended: Duration,
}

impl Finding {
    fn permits(&self, now: Timestamp) -> bool {
        self.verdict == Verdict::Permitted && self.checked_at <= now && now < self.usable_until
    }

    /// # Errors
    /// 422 `caa-forbids`, `caa-lookup-failed`, `caa-not-corroborated`; 503 `caa-unavailable`.
    fn permission(self) -> Result<Self, Refused> {
        match self.verdict {
            Verdict::Permitted => Ok(self),
            Verdict::Forbidden => Err(Refused::unacceptable("caa-forbids")),
            Verdict::Unknowable if self.reason == caa::NOT_CORROBORATED.reason => {
                Err(Refused::unacceptable("caa-not-corroborated"))
            }
            Verdict::Unknowable => Err(Refused::unacceptable("caa-lookup-failed")),
            Verdict::Unavailable => Err(Refused::unavailable("caa-unavailable", self.reason)),
        }
    }
}

impl CaaChecks {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            parts,
            known: Mutex::default(),
            turns: Turns::default(),
        }))
    }

    /// The permission of a domain, good at this instant and until it lapses.
    ///
    /// # Errors
    /// 422 `caa-forbids`, `caa-lookup-failed`, `caa-not-corroborated`; 503 `caa-unavailable`, or
    /// when the store is down; from everywhere also 409 `domain-control-off`, 503
    /// `perspectives-insufficient`.
    pub async fn permission(
        &self,
        caller: &Caller,
        domain: &DomainName,
        reach: Reach,
    ) -> Result<Finding, Refused> {
        if reach == Reach::Everywhere {
            self.0.parts.remotes.require(self.0.parts.clock.now())?;
        }
        self.finding(caller, domain, reach).await?.permission()
    }

    /// The perspectives that are asked.
    #[must_use]
    pub fn remotes(&self) -> &Remotes {
        &self.0.parts.remotes
    }

    /// What is known of a domain: a permission that lives, or a new look.
    async fn finding(
        &self,
        caller: &Caller,
        domain: &DomainName,
        reach: Reach,
    ) -> Result<Finding, Refused> {
        let clock = &self.0.parts.clock;
        let asked = clock.monotonic();
        if let Some(known) = self
            .known(domain, reach)
            .filter(|known| known.permits(clock.now()))
        {
            return Ok(known);
        }
        // Waits for one look at most: whoever had the turn before has left a finding.
        let turn = self.0.turns.of(domain);
        let _turn = turn.lock().await;
        let now = clock.now();
        let answers = |known: &Finding| known.permits(now) || known.ended > asked;
        if let Some(known) = self.known(domain, reach).filter(answers) {
            return Ok(known);
        }
        let found = self.look(caller, domain, reach).await?;
        self.keep(domain, reach, found.clone());
        Ok(found)
    }

    /// Looks, and records what was seen before anybody acts on it.
    async fn look(
        &self,
        caller: &Caller,
        domain: &DomainName,
        reach: Reach,
    ) -> Result<Finding, Refused> {
        let Parts {
            store,
            clock,
            entropy,
            issuers,
            remotes,
            ..
        } = &self.0.parts;
        let checked_at = clock.now();
        let (lookups, own) = self.climb(domain).await;
        let (decision, corroboration) = match reach {
            Reach::Own => (own, None),
            Reach::Everywhere => self.corroborated(domain, own, checked_at).await,
        };
        // Once the perspectives are too few, what they said is nothing to rest on.
        let good_until = corroboration
            .as_ref()
            .and_then(|_| remotes.good_until(checked_at).ok());
        let usable_until = match decision.verdict {
            Verdict::Permitted => {
                let until = caa::usable_until(checked_at, &lookups);
                good_until.map_or(until, |good| until.min(good))
            }
            Verdict::Forbidden | Verdict::Unknowable | Verdict::Unavailable => checked_at,
        };
        let now = clock.now();
        let changed = CaaCheck::record(CaaCheck {
            id: CaaCheckId::new(now, random(entropy.as_ref())?),
            domain: domain.clone(),
            verdict: decision.verdict,
            reason: decision.reason.to_owned(),
            issuers: issuers.clone(),
            lookups,
            corroboration,
            checked_at,
            usable_until,
        });
        let unit = Unit::of(caller.clone(), now, changed.clone());
        let committed = store.commit(unit).await;
        let committed = committed.map_err(|e| Refused::unavailable("store-unavailable", e))?;
        let check = changed.stored(&committed);
        metrics::counter!("chancery_caa_checks_total", "verdict" => decision.verdict.name())
            .increment(1);
        Ok(Finding {
            verdict: decision.verdict,
            reason: decision.reason,
            rest: Rest {
                aggregate: Aggregate::CaaCheck,
                id: check.id.to_string(),
                version: check.version(),
            },
            checked_at,
            usable_until,
            ended: clock.monotonic(),
        })
    }

    /// From the domain up to its top-level domain (RFC 8659 3).
    async fn climb(&self, domain: &DomainName) -> (Vec<Lookup>, Decision) {
        let Parts {
            resolver,
            clock,
            issuers,
            ..
        } = &self.0.parts;
        let (begun, mut steps) = (clock.monotonic(), Vec::new());
        let mut next = Some(domain.clone());
        while let Some(name) = next {
            let left = CLIMB.saturating_sub(clock.monotonic().saturating_sub(begun));
            let Ok(step) = timeout(left, resolver.caa(&name)).await else {
                steps.push(Err(caa::given_up(name)));
                return (steps, caa::TOO_SLOW);
            };
            let weighed = caa::weigh(&step, issuers);
            steps.push(step);
            if let Weighed::Decided(decision) = weighed {
                return (steps, decision);
            }
            next = name.parent();
        }
        let decision = caa::unrestricted(&steps);
        (steps, decision)
    }

    fn known(&self, domain: &DomainName, reach: Reach) -> Option<Finding> {
        self.findings().get(&(domain.clone(), reach)).cloned()
    }

    fn keep(&self, domain: &DomainName, reach: Reach, found: Finding) {
        let now = self.0.parts.clock.now();
        let mut known = self.findings();
        if known.len() >= KEPT {
            known.retain(|_, finding| finding.permits(now));
        }
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert((domain.clone(), reach), found);
    }

    fn findings(&self) -> MutexGuard<'_, Known> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
