//! Before the intent: is the request acceptable, and are its facts?

use std::sync::Arc;

use super::{
    Applicant, Issuance, Wish,
    steps::{metered, metered_polls},
};
use crate::{
    domain::{
        activation::{Activation, CommonNameSource},
        id::OrderId,
        owner::{AcceptedStatement, Caller, Owner},
        product::{Product, Step},
        refusal::{Class, Fault, Refused},
        timestamp::Timestamp,
    },
    pkix::spki::PublicKey,
    policy::{
        access::TenantScope,
        activation::{self, Choice, CommonNameOption, Facts, Gates, Grounds, Options},
        csr::{self, ProvenRequest, fault::CsrFault},
        statements,
    },
    ports::store::issuance::ActivationFacts,
    services::{
        arithmetic::Patience,
        csr_checks::{block_leaked, csr_refusal},
        subject_keys::Standing,
    },
};

/// A request whose key is proven, and what is left of the time for judging it.
#[derive(Clone)]
pub(super) struct Proven {
    pub request: ProvenRequest,
    pub patience: Patience,
}

/// A fresh request that may become an activation, as far as it can be said without a CA.
pub(super) struct Judged {
    pub facts: ActivationFacts,
    pub product: Product,
    pub applicant: Applicant,
    pub proven: ProvenRequest,
    pub standing: Standing,
    pub grounds: Grounds,
}

/// The rules about an order and what is chosen for it, each judged by itself.
pub(super) struct Desk<'a> {
    pub product: Result<Ordered, Refused>,
    pub gates: Gates<'a>,
    /// Needs every gate.
    pub offer: Result<Offer, Refused>,
}

/// What the order's product asks for.
pub(super) struct Ordered {
    pub product: Product,
    pub statements: Result<Vec<AcceptedStatement>, Vec<Fault>>,
}

/// What was chosen of what is on offer.
pub(super) struct Offer {
    /// What is wrong with the choice of fields.
    pub fields: Vec<Fault>,
    pub common_name: Result<CommonNameSource, Fault>,
}

impl Issuance {
    /// What [`Issuance::activate`] would say to this request, up to its first lasting step: the
    /// grounds on which it would issue and the instant at which the first of them ends, or its
    /// refusal with every fault. Nothing is stored, with two exceptions: a private key in the text
    /// is burnt here as it is anywhere (contract, Activation), and a look at CAA records is on
    /// record whoever caused it (BR 4.2.2.1).
    ///
    /// # Errors
    /// Those of the act.
    pub async fn rehearse(
        &self,
        scope: &TenantScope,
        order: OrderId,
        wish: &Wish,
    ) -> Result<Grounds, Refused> {
        let now = self.0.clock.now();
        let proven = self.proven(scope, order, wish, now).await?;
        let judged = self.judged(scope, order, wish, proven, now).await?;
        let caller = scope.caller();
        let grounds = self.with_caa(judged.grounds, &judged.facts, &caller);
        let grounds = grounds.await?;
        let key = judged.proven.key();
        let issuer = self.issuer(&judged.product, now)?;
        self.sketch(&issuer, &judged.product, &grounds, key, now)?;
        Ok(grounds)
    }

    /// The key behind the CSR; a refused one with the other faults of the request. An order that
    /// is not there, or a step that is not open, goes before.
    pub(super) async fn proven(
        &self,
        scope: &TenantScope,
        order: OrderId,
        wish: &Wish,
        now: Timestamp,
    ) -> Result<Proven, Refused> {
        let mut refused = match self.proven_key(&scope.caller(), &wish.csr, now).await {
            Ok(proven) => return Ok(proven),
            Err(refused) if refused.is_trouble() => return Err(refused),
            Err(refused) => refused,
        };
        match self.judge_wish(scope, order, wish).await {
            Err(other) if other.class != Class::Unacceptable => Err(other),
            Err(other) => {
                refused.faults.extend(other.faults);
                Err(refused)
            }
            Ok(()) => Err(refused),
        }
    }

    /// Everything of a fresh request but its key.
    async fn judge_wish(
        &self,
        scope: &TenantScope,
        order: OrderId,
        wish: &Wish,
    ) -> Result<(), Refused> {
        let now = self.0.clock.now();
        let facts = self.facts(&scope.read(), order).await?;
        let replaced = self.replaced(&scope.read(), wish.replaces).await?;
        let view = self.view(&facts, replaced.as_ref(), now).await?;
        let desk = self.desk(view, facts.live.is_some(), wish, now);
        desk.applicant(wish).map(drop)
    }

    /// S3: the facts of a fresh request, and what follows from them.
    pub(super) async fn judged(
        &self,
        scope: &TenantScope,
        order: OrderId,
        wish: &Wish,
        proven: Proven,
        now: Timestamp,
    ) -> Result<Judged, Refused> {
        let clock = self.0.clock.as_ref();
        let read = scope.read();
        let facts = metered_polls(clock, "S3 facts", self.facts(&read, order)).await?;
        let replaced = self.replaced(&read, wish.replaces).await?;
        let view = self.view(&facts, replaced.as_ref(), now).await?;
        let is_live = facts.live.is_some();
        let desk = || self.desk(view, is_live, wish, now).applicant(wish);
        let (product, applicant) = metered(clock, "S3 judgement", desk)?;
        let caller = scope.caller();
        let admit = self.admit(&caller, &facts.order.owner, proven);
        let (proven, standing) = metered_polls(clock, "S3 key checks", admit).await?;
        let choice = Choice {
            common_name: applicant.common_name,
            fields: applicant.fields.clone(),
        };
        let judge = || activation::judge(view, &choice, false, now);
        let grounds = metered(clock, "S3 judgement", judge)?;
        Ok(Judged {
            facts,
            product,
            applicant,
            proven,
            standing,
            grounds,
        })
    }

    /// Judges what needs nothing but the request and the facts of its order.
    pub(super) fn desk<'a>(
        &self,
        facts: Facts<'a>,
        is_live: bool,
        wish: &Wish,
        now: Timestamp,
    ) -> Desk<'a> {
        let mut gates = activation::gates(facts, now);
        if is_live && gates.order.is_ok() {
            gates.order = Err(Refused::state("order-state-conflict"));
        }
        let offer = gates.options().map(|options| offer(wish, &options));
        let product = self.product(facts, now).map(|product| Ordered {
            statements: statements::accept(
                &product.statements,
                Step::Activation,
                &wish.statements,
                now,
            ),
            product,
        });
        Desk {
            product,
            gates,
            offer,
        }
    }

    /// The key behind the CSR: well-formed, proven, lawful. A leaked private key is burnt at
    /// once, before anything is answered (contract, Activation).
    pub(super) async fn proven_key(
        &self,
        caller: &Caller,
        text: &str,
        now: Timestamp,
    ) -> Result<Proven, Refused> {
        let clock = Arc::clone(&self.0.clock);
        let patience = Patience::begin(&clock);
        let judge = move |text: &str| {
            let clock = clock.as_ref();
            let checked = metered(clock, "S2 key checks", || csr::check(text));
            checked.and_then(|checked| metered(clock, "S2 proof of possession", || checked.prove()))
        };
        match self.0.subject_keys.judged(text, &patience, judge).await? {
            Ok(request) => Ok(Proven { request, patience }),
            Err(refused) => {
                block_leaked(self.0.store.as_ref(), caller, &refused, now).await?;
                Err(csr_refusal(&refused))
            }
        }
    }

    /// Refuses a key that is weak, blocked, ours, the caller's own or another owner's at this
    /// instant.
    pub(super) async fn admit(
        &self,
        caller: &Caller,
        owner: &Owner,
        proven: Proven,
    ) -> Result<(ProvenRequest, Standing), Refused> {
        let Proven { request, patience } = proven;
        let keys = &self.0.subject_keys;
        let standing = keys
            .standing(request.key(), &patience, |holder| holder == owner)
            .await?
            .asked_by(caller);
        let admitted = request.admit(standing.facts);
        let proven = admitted.map_err(|refused| csr_refusal(&refused))?;
        Ok((proven, standing))
    }

    /// A key that was lawful at the submission may not be any more.
    pub(super) async fn still_lawful(
        &self,
        activation: &Activation,
    ) -> Result<(PublicKey, Standing), Refused> {
        let key = PublicKey::from_spki(&activation.spki)
            .map_err(|_| Refused::unacceptable("csr-malformed"))?;
        let owner = &activation.owner;
        let keys = &self.0.subject_keys;
        let patience = Patience::begin(&self.0.clock);
        let standing = keys.standing(&key, &patience, |holder| holder == owner);
        let standing = standing.await?;
        let by_itself = keys.faults(&key, &patience).await?;
        let by_itself = by_itself.into_iter().map(CsrFault::from);
        match by_itself.chain(standing.facts.faults()).next() {
            Some(fault) => Err(Refused::unacceptable(fault.as_str())),
            None => Ok((key, standing)),
        }
    }
}

impl Desk<'_> {
    /// The client's values, when every rule of the desk is kept: what is not the request's fault
    /// first, then every fault of it.
    fn applicant(self, wish: &Wish) -> Result<(Product, Applicant), Refused> {
        let Ordered {
            product,
            statements,
        } = self.product?;
        let offer = self.offer?;
        let mut faults = Vec::new();
        let statements = statements.unwrap_or_else(|missing| {
            faults.extend(missing);
            Vec::new()
        });
        faults.extend(offer.fields);
        let common_name = offer.common_name.map_err(|fault| faults.push(fault)).ok();
        Refused::unless_clean(faults)?;
        let common_name = common_name.ok_or_else(|| Refused::unacceptable("validation-failed"))?;
        let applicant = Applicant {
            common_name,
            fields: wish.fields.clone(),
            statements,
            acting_for: wish.acting_for.clone(),
        };
        Ok((product, applicant))
    }
}

fn offer(wish: &Wish, options: &Options) -> Offer {
    let source = common_name_source(&wish.common_name, &options.common_names);
    Offer {
        fields: activation::field_faults(options, &wish.fields),
        common_name: source.ok_or_else(|| Fault {
            pointer: "/common_name".to_owned(),
            code: "field-not-selectable",
        }),
    }
}

/// An offered value names its source; so does the source's own word.
fn common_name_source(text: &str, offers: &[CommonNameOption]) -> Option<CommonNameSource> {
    let by_value = offers.iter().find(|offer| offer.value == text);
    let by_word = || offers.iter().find(|offer| offer.source.name() == text);
    by_value.or_else(by_word).map(|offer| offer.source)
}
