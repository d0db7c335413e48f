//! S1 to S5: facts, judgement, TBS, lint, and the durable intent.

use tokio::sync::watch;

use super::{
    Applicant, Asked, Issuance, Origin, Outcome, Stage, Wish,
    draw::Drawn,
    judge::{Judged, Proven},
    steps::{Steps, metered_polls},
};
use crate::{
    domain::{
        activation::{Activation, ActivationState},
        aggregate::{Changed, Loaded},
        certificate::Certificate,
        id::{ActivationId, CertificateId, OrderId},
        idempotency::{IdempotencyClaim, IdempotencyKey},
        intent::{Intent, IntentState},
        job::{Job, JobEnd},
        order::Order,
        owner::Caller,
        product::{EmailMethod, Product},
        refusal::Refused,
        timestamp::Timestamp,
        unit::{Aggregate, CommitError, Committed, Unit},
    },
    pkix::spki::PublicKey,
    policy::{
        access::{ReadScope, SystemScope, TenantScope},
        activation::{self, Choice, DomainGround, Facts, Grounds, Standing, Subject},
        issuance::{Recorded, artifact::CertificateTbs},
    },
    ports::{
        entropy::random,
        store::issuance::{ActivationFacts, CertificateRecord},
    },
    services::{
        authority::slot::SigningSlot,
        request::{Stopped, decide},
    },
};

/// An act between its two units.
pub(super) struct InFlight {
    pub caller: Caller,
    /// Held until the result is durable.
    pub slot: SigningSlot,
    pub recorded: Recorded<CertificateTbs>,
    pub subject: Subject,
    pub public_key: PublicKey,
    pub intent: Loaded<Intent>,
    pub activation: Loaded<Activation>,
    pub order: Loaded<Order>,
    pub product: Product,
    /// The certificate whose place the new one takes.
    pub in_place_of: Option<Certificate>,
    /// Where the answer belongs; none when the request has been pruned.
    pub answer_to: Option<IdempotencyKey>,
}

/// What the intent's unit begins with.
struct Beginning<F> {
    unit: Unit,
    caller: Caller,
    activation: Changed<Activation>,
    /// The order as it stands once the unit is durable.
    order: F,
    product: Product,
    public_key: PublicKey,
    answer_to: Option<IdempotencyKey>,
    now: Timestamp,
}

impl Issuance {
    /// One act from its first step to its end.
    pub(super) async fn act(
        &self,
        origin: Origin,
        report: &watch::Sender<Stage>,
    ) -> Result<Outcome, Refused> {
        let in_flight = match origin {
            Origin::Fresh {
                scope,
                order,
                wish,
                asked,
            } => {
                let now = self.0.clock.now();
                let mut steps = Steps::start(self.0.clock.as_ref());
                let key = self.proven(&scope, order, &wish, now).await?;
                steps.end("S2 csr");
                decide(async || self.fresh(&scope, order, &wish, &asked, key.clone()).await).await?
            }
            Origin::Resumed { activation, job } => {
                match decide(async || self.again(&activation, &job).await).await {
                    Ok(in_flight) => in_flight,
                    Err(refused) => return Err(self.give_up(&activation, &job, refused).await),
                }
            }
        };
        self.announce(report, in_flight.activation.id);
        Ok(self.finish(in_flight).await)
    }

    /// One try of a fresh activation, from its load to the durable intent.
    async fn fresh(
        &self,
        scope: &TenantScope,
        order: OrderId,
        wish: &Wish,
        asked: &Asked,
        proven: Proven,
    ) -> Result<InFlight, Stopped> {
        let now = self.0.clock.now();
        let mut steps = Steps::start(self.0.clock.as_ref());
        let Judged {
            facts,
            product,
            applicant,
            proven,
            standing,
            grounds,
        } = self.judged(scope, order, wish, proven, now).await?;
        steps.end("S3 facts");
        let caller = scope.caller();
        let clock = self.0.clock.as_ref();
        let permitted = self.with_caa(grounds, &facts, &caller);
        let grounds = metered_polls(clock, "S3 caa", permitted).await?;
        self.require_allowed(&facts).await?;
        steps.end("S3 caa");
        let drawn = self
            .draw(&product, grounds, proven.key(), &caller, now)
            .await?;
        steps.end("S4 lint");
        let id = ActivationId::new(now, random(self.0.entropy.as_ref())?);
        let old = replaced_by(&drawn);
        let activation = new_activation(id, &facts, applicant, old, proven.key(), now)?;
        let activation = Activation::submit(activation, asked.body.clone());
        let owner = facts.order.owner.clone();
        let order = match old {
            Some(_) => facts.order.begin_reissue(id, now)?,
            None => facts.order.begin_activation(id, now)?,
        };
        let claim = IdempotencyClaim {
            act: id.to_string(),
            ..asked.claim.clone()
        };
        let answer_to = Some(claim.key.clone());
        let unit = Unit::of(caller.clone(), now, activation.clone())
            .change(order.clone())
            .granted(scope.grant())
            .claims(claim);
        let unit = standing.bind(unit, &owner);
        let unit = self.submitted(unit, &order, id, now)?;
        let order = |committed: &Committed| order.stored(committed);
        let public_key = proven.key().clone();
        let beginning = Beginning {
            unit,
            caller,
            activation,
            order,
            product,
            public_key,
            answer_to,
            now,
        };
        self.record(beginning, drawn).await
    }

    /// One try of an activation whose earlier serial was abandoned.
    async fn again(&self, activation: &Loaded<Activation>, job: &Job) -> Result<InFlight, Stopped> {
        let now = self.0.clock.now();
        let scope = SystemScope::new("issuance");
        let facts = self.facts(&scope.read(), activation.order).await?;
        let live = facts.live.clone().filter(|live| live.id == activation.id);
        let activation = live.ok_or_else(|| Refused::state("activation-ended"))?;
        require_bound(&facts.order, &activation)?;
        let replaced = self.replaced(&scope.read(), activation.replaces).await?;
        let view = self.view(&facts, replaced.as_ref(), now).await?;
        let product = self.product(view, now)?;
        let (public_key, standing) = self.still_lawful(&activation).await?;
        let choice = Choice {
            common_name: activation.common_name,
            fields: activation.fields.clone(),
        };
        let grounds = activation::judge(view, &choice, true, now)?;
        let caller = scope.caller();
        let grounds = self.with_caa(grounds, &facts, &caller).await?;
        self.require_allowed(&facts).await?;
        let drawn = self
            .draw(&product, grounds, &public_key, &caller, now)
            .await?;
        let request = self
            .0
            .requests
            .request_of_act(&activation.id.to_string())
            .await?;
        let answer_to = request.map(|request| request.claim.key);
        let activation = activation.judged_again(now)?;
        let order = facts.order;
        let end = JobEnd::Done {
            id: job.id,
            token: job.token.clone(),
        };
        let unit = Unit::of(caller.clone(), now, activation.clone())
            .ends_job(end)
            .rests_on(Aggregate::Order, order.id, order.version());
        let unit = standing.bind(unit, &order.owner);
        let order = |_: &Committed| order;
        let beginning = Beginning {
            unit,
            caller,
            activation,
            order,
            product,
            public_key,
            answer_to,
            now,
        };
        self.record(beginning, drawn).await
    }

    /// S5: the unit that makes the intent durable, and the right to sign that comes of it.
    async fn record<F>(&self, begin: Beginning<F>, drawn: Drawn) -> Result<InFlight, Stopped>
    where
        F: FnOnce(&Committed) -> Loaded<Order>,
    {
        let Beginning {
            unit,
            caller,
            activation,
            order,
            product,
            public_key,
            answer_to,
            now,
        } = begin;
        let Drawn {
            authority,
            slot,
            profile,
            grounds,
            linted,
            partition,
        } = drawn;
        let intent = Intent::record(Intent {
            issuer: authority.name.clone(),
            serial: linted.artifact().serial().as_bytes().to_vec(),
            activation: activation.id,
            partition,
            tbs: linted.tbs().to_vec(),
            tbs_sha256: linted.tbs_sha256(),
            profile: profile.name().to_owned(),
            profile_sha256: profile.sha256(),
            lint: linted.report().record(),
            not_after: linted.artifact().validity().not_after(),
            boot: self.0.lease.boot(),
            state: IntentState::Recorded,
            recorded_at: now,
            settled_at: None,
        });
        let unit = unit
            .change(intent.clone())
            .lapses_with(profile.in_force())
            .among(slot.under_way());
        let unit = grounded(unit, &grounds, &product);
        let mut steps = Steps::start(self.0.clock.as_ref());
        let commit = self.0.store.commit(unit.tells_grounds());
        let committed = match metered_polls(steps.clock, "S5 intent", commit).await {
            Ok(committed) => committed,
            Err(error) => {
                if matches!(error, CommitError::Unavailable(_)) {
                    self.settle_doubt(&intent, caller, slot);
                }
                return Err(error.into());
            }
        };
        steps.end("S5 intent");
        let recorded = linted
            .recorded(&committed)
            .map_err(|error| Refused::unavailable("store-unavailable", error))?;
        Ok(InFlight {
            caller,
            slot,
            recorded,
            subject: grounds.subject,
            public_key,
            intent: intent.stored(&committed),
            activation: activation.stored(&committed),
            order: order(&committed),
            product,
            in_place_of: grounds.in_place_of,
            answer_to,
        })
    }

    pub(super) async fn facts(
        &self,
        scope: &ReadScope,
        order: OrderId,
    ) -> Result<ActivationFacts, Refused> {
        let facts = self.0.activations.activation_facts(scope, order).await?;
        facts.ok_or_else(Refused::not_found)
    }

    /// What the rules about an order are judged by, the list of who gets nothing among it.
    pub(super) async fn view<'a>(
        &self,
        facts: &'a ActivationFacts,
        replaced: Option<&'a CertificateRecord>,
        now: Timestamp,
    ) -> Result<Facts<'a>, Refused> {
        let subject_data = facts.subject_data.as_ref();
        let is_denied = self.is_denied(facts).await?;
        let product = self.0.catalogue.product(&facts.order.product);
        Ok(Facts {
            domain: DomainGround {
                control: facts.domain.as_ref(),
                is_taken: product.is_some_and(|product| product.takes(EmailMethod::Domain)),
                good_until: self.0.caa.remotes().good_until(now),
            },
            replaced: replaced.map(|record| Standing {
                certificate: &record.certificate,
                is_revoked: record.revoked.is_some(),
            }),
            order: &facts.order,
            subject_data,
            is_denied,
            mailbox: facts.mailbox.as_ref(),
            proof: facts.proof.as_ref(),
        })
    }

    async fn is_denied(&self, facts: &ActivationFacts) -> Result<bool, Refused> {
        let data = facts.subject_data.as_deref();
        self.0.screening.denies(data).await
    }

    /// The list may have changed while names were looked up.
    async fn require_allowed(&self, facts: &ActivationFacts) -> Result<(), Refused> {
        if self.is_denied(facts).await? {
            return Err(Refused::step_blocked(vec!["deny-list-hit"]));
        }
        Ok(())
    }

    /// The order's product, if it is offered. What was sold is reissued until it ends.
    pub(super) fn product(&self, facts: Facts<'_>, now: Timestamp) -> Result<Product, Refused> {
        let product = self.0.catalogue.product(&facts.order.product);
        let is_reissue = facts.replaced.is_some();
        let offered = product.filter(|product| is_reissue || product.offered.holds(now));
        offered.ok_or_else(|| Refused::state("product-withdrawn"))
    }
}

/// Ties the unit to what the decision rests on.
fn grounded(unit: Unit, grounds: &Grounds, product: &Product) -> Unit {
    let unit = unit.lapses_at(grounds.lapses_at);
    let unit = match &grounds.in_place_of {
        Some(old) => unit.unrevoked(old),
        None => unit.lapses_with(product.offered),
    };
    grounds.rests_on.iter().cloned().fold(unit, Unit::rest)
}

/// An act goes on with the data and the mailbox it was asked for with: the order of a reissue may
/// be bound to others meanwhile, and what was chosen was not chosen of those.
fn require_bound(order: &Order, activation: &Activation) -> Result<(), Refused> {
    let asked = (Some(activation.subject_data), Some(activation.mailbox));
    if (order.subject_data, order.mailbox) == asked {
        Ok(())
    } else {
        Err(Refused::state("order-state-conflict"))
    }
}

/// The certificate whose place the new one takes.
fn replaced_by(drawn: &Drawn) -> Option<CertificateId> {
    drawn.grounds.in_place_of.as_ref().map(|old| old.id)
}

fn new_activation(
    id: ActivationId,
    facts: &ActivationFacts,
    applicant: Applicant,
    replaces: Option<CertificateId>,
    key: &PublicKey,
    now: Timestamp,
) -> Result<Activation, Refused> {
    let bound = facts.order.subject_data.zip(facts.order.mailbox);
    let (subject_data, mailbox) =
        bound.ok_or_else(|| Refused::step_blocked(vec!["data-set-not-verified"]))?;
    Ok(Activation {
        id,
        order: facts.order.id,
        owner: facts.order.owner.clone(),
        state: ActivationState::Running,
        subject_data,
        mailbox,
        replaces,
        common_name: applicant.common_name,
        fields: applicant.fields,
        spki: key.to_spki(),
        spki_sha256: key.spki_sha256(),
        statements: applicant.statements,
        acting_for: applicant.acting_for,
        refusal: None,
        certificate: None,
        submitted_at: now,
        updated_at: now,
    })
}
