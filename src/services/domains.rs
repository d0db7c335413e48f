//! Control of mail domains (S/MIME BR 3.2.2.1): an owner gets a value, publishes it, and has the
//! DNS looked at, here and from every perspective. What is proven serves that owner's orders
//! (`mailboxes`).

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{
    perspectives::Remotes,
    request::{Request, Stopped, decide},
};
use crate::{
    domain::{
        aggregate::{Loaded, Version},
        caa::DomainName,
        domain_control::{
            ChallengeLabel, DomainControl, DomainStatus, Look, MOST_PENDING, NewDomainControl,
            RecordName, Verdict, too_soon,
        },
        id::DomainControlId,
        owner::ActingFor,
        refusal::{Class, Refused},
        terms::Terms,
        timestamp::Timestamp,
        unit::Unit,
    },
    policy::{
        access::{ReadScope, TenantScope},
        domain_control,
    },
    ports::{
        clock::Clock,
        entropy::{Entropy, random},
        resolver::Resolver,
        store::{Page, Store, domains::DomainControls},
    },
};

mod looking;

/// Looks at a time, over all owners: each asks every perspective.
const LOOKS: usize = 16;
/// What who finds no place is told to wait.
const SOON: Duration = Duration::from_secs(10);

/// What the service needs; wired once.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub domains: Arc<dyn DomainControls>,
    pub resolver: Arc<dyn Resolver>,
    pub remotes: Remotes,
    /// Under which the record stands.
    pub label: ChallengeLabel,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    /// How long things may take, as the CA has chosen.
    pub terms: Terms,
}

/// The service.
#[derive(Clone)]
pub struct Domains(Arc<Inner>);

struct Inner {
    parts: Parts,
    /// Those that are being looked for.
    looking: Mutex<HashSet<DomainControlId>>,
}

/// A proof as it stands at `judged_at`.
#[derive(Clone, Debug)]
pub struct DomainView {
    pub control: DomainControl,
    pub version: Version,
    pub status: DomainStatus,
}

impl DomainView {
    fn of(control: &DomainControl, version: Version, now: Timestamp) -> Self {
        Self {
            status: control.status(now),
            control: control.clone(),
            version,
        }
    }
}

impl Domains {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Inner {
            parts,
            looking: Mutex::default(),
        }))
    }

    /// Draws a value for a domain of this owner's.
    ///
    /// # Errors
    /// 400 `acting-for-missing` for nobody's domain; 409 `domain-control-off`,
    /// `domain-limit-reached`; 422 with the fault of the name; 503 `perspectives-insufficient`.
    pub async fn start(
        &self,
        scope: &TenantScope,
        domain: &DomainName,
        acting_for: &ActingFor,
        request: Request<DomainView>,
    ) -> Result<DomainView, Refused> {
        let parts = &self.0.parts;
        let now = parts.clock.now();
        parts.remotes.require(now)?;
        let record = RecordName::of(&parts.label, domain);
        let record = record.ok_or_else(|| Refused::unacceptable("domain-invalid"))?;
        let owner = scope.owner();
        if owner.customer.is_none() {
            return Err(Refused::new(Class::Malformed, "acting-for-missing"));
        }
        let id = DomainControlId::new(now, random(&*parts.entropy)?);
        let request = request.about(id);
        decide(|| async {
            let now = parts.clock.now();
            let waiting = parts.domains.has_pending_domains(&owner, now, MOST_PENDING);
            if waiting.await? {
                return Err(Refused::state("domain-limit-reached").into());
            }
            let made = DomainControl::start(NewDomainControl {
                id,
                owner: owner.clone(),
                domain: domain.clone(),
                record: record.clone(),
                value: domain_control::value(random(&*parts.entropy)?),
                acting_for: acting_for.clone(),
                terms: parts.terms,
                now,
            });
            let view = DomainView::of(&made, made.will_be(), now);
            let unit = Unit::of(scope.caller(), now, made).granted(scope.grant());
            parts.store.commit(request.complete(unit, &view)).await?;
            Ok(view)
        })
        .await
    }

    /// Newest first.
    ///
    /// # Errors
    /// 503.
    pub async fn list(&self, scope: &ReadScope, page: &Page) -> Result<Vec<DomainView>, Refused> {
        let parts = &self.0.parts;
        let now = parts.clock.now();
        let found = parts.domains.domain_controls(scope, page).await?;
        let view = |control: &Loaded<_>| DomainView::of(control, control.version(), now);
        Ok(found.iter().map(view).collect())
    }

    /// # Errors
    /// 404, 503.
    pub async fn get(&self, scope: &ReadScope, id: DomainControlId) -> Result<DomainView, Refused> {
        let control = self.load(scope, id).await?;
        let now = self.0.parts.clock.now();
        Ok(DomainView::of(&control, control.version(), now))
    }

    /// Looks at the DNS from everywhere, and records what was seen whatever it is. A look that
    /// proves nothing is no error: the view says what came of it.
    ///
    /// # Errors
    /// 404; 409 `domain-state-conflict`, `domain-value-expired`, `domain-control-off`; 429
    /// `domain-check-too-soon`; 503 `perspectives-insufficient`, or when the store is down.
    pub async fn check(
        &self,
        scope: &TenantScope,
        id: DomainControlId,
        acting_for: &ActingFor,
    ) -> Result<DomainView, Refused> {
        let parts = &self.0.parts;
        let begun = parts.clock.now();
        let control = self.load(&scope.read(), id).await?;
        let good_until = parts.remotes.require(begun)?;
        control.require_open(begun)?;
        let _turn = self.turn(id)?;
        let look = self.look(&control, begun).await;
        metrics::counter!("chancery_domain_looks_total", "verdict" => look.verdict.name())
            .increment(1);
        decide(|| self.record(scope, id, &look, acting_for, good_until)).await
    }

    async fn record(
        &self,
        scope: &TenantScope,
        id: DomainControlId,
        look: &Look,
        acting_for: &ActingFor,
        good_until: Timestamp,
    ) -> Result<DomainView, Stopped> {
        let parts = &self.0.parts;
        let now = parts.clock.now();
        let control = self.load(&scope.read(), id).await?;
        let value_until = control.value_until;
        let changed = control.looked(look.clone(), acting_for, now)?;
        let view = DomainView::of(&changed, changed.will_be(), now);
        let unit = Unit::of(scope.caller(), now, changed).granted(scope.grant());
        // Neither the value nor the rule by which the quorum was judged may end before the commit.
        let unit = match look.verdict {
            Verdict::Proven => {
                parts.remotes.require(now)?;
                unit.lapses_at(value_until).lapses_at(good_until)
            }
            _ => unit.lapses_at(value_until),
        };
        parts.store.commit(unit).await?;
        Ok(view)
    }

    /// The owner gives a proof or a value up; activations that rest on it are refused from now on.
    ///
    /// # Errors
    /// 404, 409 `domain-state-conflict`, 503.
    pub async fn withdraw(
        &self,
        scope: &TenantScope,
        id: DomainControlId,
        acting_for: &ActingFor,
    ) -> Result<DomainView, Refused> {
        let parts = &self.0.parts;
        decide(|| async {
            let now = parts.clock.now();
            let control = self.load(&scope.read(), id).await?;
            let changed = control.withdraw(acting_for, now)?;
            let view = DomainView::of(&changed, changed.will_be(), now);
            let unit = Unit::of(scope.caller(), now, changed).granted(scope.grant());
            parts.store.commit(unit).await?;
            Ok(view)
        })
        .await
    }

    async fn load(
        &self,
        scope: &ReadScope,
        id: DomainControlId,
    ) -> Result<Loaded<DomainControl>, Refused> {
        let found = self.0.parts.domains.domain_control(scope, id).await?;
        found.ok_or_else(Refused::not_found)
    }

    /// One look at a value at a time, and a few in all.
    fn turn(&self, id: DomainControlId) -> Result<Turn, Refused> {
        let mut looking = self.0.looking();
        if looking.len() >= LOOKS {
            return Err(Refused::new(
                Class::Limited { retry_after: SOON },
                "rate-limited",
            ));
        }
        if !looking.insert(id) {
            return Err(too_soon(SOON));
        }
        Ok(Turn {
            of: Arc::clone(&self.0),
            id,
        })
    }
}

impl Inner {
    fn looking(&self) -> MutexGuard<'_, HashSet<DomainControlId>> {
        self.looking.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Held while the DNS is looked at.
struct Turn {
    of: Arc<Inner>,
    id: DomainControlId,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.of.looking().remove(&self.id);
    }
}
