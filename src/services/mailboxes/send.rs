//! An address is set, or its code sent again.

use super::{MailboxControl, MailboxView, proof::Proof};
use crate::{
    domain::{
        aggregate::{Loaded, Version},
        id::{JobId, MailboxId, OrderId},
        job::{JobKind, NewJob},
        mail::MailKind,
        mailbox::{MailAddress, MailboxState, MailboxStatus, MailboxValidation, NewMailbox},
        notification::Topic,
        order::{Order, OrderState},
        owner::ActingFor,
        refusal::{Fault, Refused},
        timestamp::Timestamp,
        unit::{Aggregate, Unit},
    },
    policy::{access::TenantScope, mailbox_address},
    ports::entropy::random,
    services::request::{Stopped, decide, require_version},
};

/// An order with its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressSet {
    /// Of the order, for the ETag.
    pub version: Version,
    pub mailbox: MailboxView,
}

impl MailboxControl {
    /// Sets the address and mails a code to it, unless this owner has shown control of it for
    /// another order and the proof is fresh: then that is taken over and no mail goes out. The
    /// same address again changes nothing while its code lives or its confirmation carries;
    /// another address replaces the earlier one.
    ///
    /// # Errors
    /// 404, 412; 409 `step-blocked` (`data-not-saved`), `email-disowned` or
    /// `order-state-conflict`; 422
    /// `email-invalid`, `email-not-supported`, `email-disposable`; 429 `resend-too-soon`.
    pub async fn set(
        &self,
        scope: &TenantScope,
        order: OrderId,
        expected: Version,
        typed: &str,
        acting_for: &ActingFor,
    ) -> Result<AddressSet, Refused> {
        decide(async || {
            let expected = Some(expected);
            let setting = self.setting(scope, order, expected, typed, acting_for);
            let (unit, set) = setting.await?;
            if let Some(unit) = unit {
                self.0.store.commit(unit).await?;
            }
            Ok(set)
        })
        .await
    }

    /// Whether [`MailboxControl::set`] would take the address now; changes nothing.
    ///
    /// # Errors
    /// Those of the act, but for 412.
    pub async fn judge_setting(
        &self,
        scope: &TenantScope,
        order: OrderId,
        typed: &str,
    ) -> Result<(), Refused> {
        let user = ActingFor::default();
        decide(async || {
            let setting = self.setting(scope, order, None, typed, &user);
            setting.await.map(drop)
        })
        .await
    }

    /// Mails a new code to the address that is set; the earlier code is void. Once a certificate
    /// rests on the earlier proof, or people of the CA doubt it, the new one has a row of its own.
    ///
    /// # Errors
    /// 404; 409 `step-blocked` (`email-not-set`), `order-state-conflict`,
    /// `email-already-confirmed`, `email-disowned`; 422 `email-disposable`; 429 `resend-too-soon`.
    pub async fn resend(
        &self,
        scope: &TenantScope,
        order: OrderId,
        acting_for: &ActingFor,
    ) -> Result<MailboxView, Refused> {
        decide(async || {
            let now = self.0.clock.now();
            let order = self.order(&scope.read(), order).await?;
            require_provable(&order)?;
            let earlier = self.mailbox_of(&order).await?;
            let earlier = earlier.ok_or_else(|| Refused::step_blocked(vec!["email-not-set"]))?;
            earlier.require_renewable(now)?;
            // The list may have grown since the address was set.
            self.require_lasting(&earlier.address)?;
            let certified = order.state == OrderState::Issued && earlier.confirmed_at.is_some();
            if certified || earlier.doubt.is_some() {
                return self
                    .check_again(scope, order, &earlier, acting_for, now)
                    .await;
            }
            let seed = self.seed(earlier.id, &earlier.address)?;
            let mailbox = earlier.renew(seed, &self.0.terms, acting_for, now)?;
            let object = mailbox.id.to_string();
            let mail = self.mail(MailKind::VerifyAddress, &order, &mailbox, object, now)?;
            let view = MailboxView::of(&mailbox, now);
            let address = mailbox.address.clone();
            let unit = Unit::of(scope.caller(), now, mailbox).rests_on(
                Aggregate::Order,
                order.id,
                order.version(),
            );
            let unit = self
                .count(unit, &order.owner, &address, now)
                .await?
                .granted(scope.grant());
            self.0.store.commit(mail.join(unit)).await?;
            Ok(view)
        })
        .await
    }
}

impl MailboxControl {
    async fn check_again(
        &self,
        scope: &TenantScope,
        order: Loaded<Order>,
        earlier: &Loaded<MailboxValidation>,
        acting_for: &ActingFor,
        now: Timestamp,
    ) -> Result<MailboxView, Stopped> {
        earlier.require_renewable(now)?;
        let id = MailboxId::new(now, random(&*self.0.entropy)?);
        let new = NewMailbox {
            id,
            order: order.id,
            owner: order.owner.clone(),
            language: order.language,
            seed: self.seed(id, &earlier.address)?,
            address: earlier.address.clone(),
            acting_for: acting_for.clone(),
            terms: self.0.terms,
            now,
        };
        let bound = match order.state {
            OrderState::Issued => order.clone().check_mailbox_again(earlier, &new, now)?,
            _ => order.clone().bind_mailbox(id, now)?,
        };
        let unit = Unit::of(scope.caller(), now, bound)
            .granted(scope.grant())
            .rests_on(Aggregate::Mailbox, earlier.id, earlier.version());
        let (unit, view) = self.begin(unit, &order, new).await?;
        self.0.store.commit(unit.job(self.advice(id, now)?)).await?;
        Ok(view)
    }

    /// The unit that sets an address, unless nothing changes, and what it leads to.
    async fn setting(
        &self,
        scope: &TenantScope,
        order: OrderId,
        expected: Option<Version>,
        typed: &str,
        acting_for: &ActingFor,
    ) -> Result<(Option<Unit>, AddressSet), Stopped> {
        let now = self.0.clock.now();
        let order = self.order(&scope.read(), order).await?;
        require_version(order.version(), expected)?;
        let id = MailboxId::new(now, random(&*self.0.entropy)?);
        let bound = order.clone().bind_mailbox(id, now)?;
        let address = mailbox_address::parse(typed).map_err(|fault| at_email(fault.code()))?;
        self.require_lasting(&address)
            .map_err(|refused| at_email(refused.code))?;
        let earlier = self.mailbox_of(&order).await?;
        let disowned =
            |earlier: &Loaded<MailboxValidation>| earlier.state == MailboxState::Disowned;
        if earlier.as_ref().is_some_and(disowned) {
            return Err(Refused::state("email-disowned").into());
        }
        if let Some(same) = unchanged(earlier.as_ref(), &address, now) {
            let set = AddressSet {
                version: order.version(),
                mailbox: MailboxView::of(same, now),
            };
            return Ok((None, set));
        }
        let new = NewMailbox {
            id,
            order: order.id,
            owner: order.owner.clone(),
            language: order.language,
            seed: self.seed(id, &address)?,
            address,
            acting_for: acting_for.clone(),
            terms: self.0.terms,
            now,
        };
        let version = bound.will_be();
        let unit = Unit::of(scope.caller(), now, bound).granted(scope.grant());
        let unit = match earlier.and_then(|earlier| earlier.supersede(now)) {
            Some(superseded) => unit.change(superseded),
            None => unit,
        };
        let (unit, mailbox) = match self.proof(&new).await? {
            Some(proof) => self.take_over(unit, &order, new, &proof).await?,
            None => self.begin(unit, &order, new).await?,
        };
        let unit = unit.job(self.advice(id, now)?);
        Ok((Some(unit), AddressSet { version, mailbox }))
    }

    /// Whether the domain lets us issue is looked up behind the client's back.
    pub(super) fn advice(&self, id: MailboxId, now: Timestamp) -> Result<NewJob, Stopped> {
        Ok(NewJob {
            id: JobId::new(now, random(&*self.0.entropy)?),
            kind: JobKind::AdviseCaa,
            object: id.to_string(),
            slot: String::new(),
            due: now,
        })
    }

    /// A check of its own: its code goes out by mail.
    async fn begin(
        &self,
        unit: Unit,
        order: &Order,
        new: NewMailbox,
    ) -> Result<(Unit, MailboxView), Stopped> {
        let now = new.now;
        let mailbox = MailboxValidation::start(new);
        let object = mailbox.id.to_string();
        let mail = self.mail(MailKind::VerifyAddress, order, &mailbox, object, now)?;
        let unit = self
            .count(unit, &mailbox.owner, &mailbox.address, now)
            .await?;
        let view = MailboxView::of(&mailbox, now);
        Ok((mail.join(unit.change(mailbox)), view))
    }

    /// Rests on the proof as it was read.
    async fn take_over(
        &self,
        unit: Unit,
        order: &Order,
        new: NewMailbox,
        proof: &Proof,
    ) -> Result<(Unit, MailboxView), Stopped> {
        let now = new.now;
        let changed = MailboxValidation::take_over(new, &proof.shown, proof.origin.as_deref())?;
        let mailbox = changed.clone();
        let unit = proof
            .join(unit)
            .change(changed)
            .lapses_at(mailbox.carries_until())
            .job(self.timer(&mailbox, now)?);
        let unit = self.notify(unit, Topic::MailboxVerified, &mailbox, now)?;
        let (unit, _) = self.tell_when_ready(unit, order, &mailbox, now).await?;
        Ok((unit, MailboxView::of(&mailbox, now)))
    }
}

/// The mailbox of an order is proven for its first certificate, and again for a reissue.
pub(super) fn require_provable(order: &Order) -> Result<(), Stopped> {
    Ok(order.require_provable()?)
}

/// The earlier validation when setting `address` again would add nothing to it.
fn unchanged<'a>(
    earlier: Option<&'a Loaded<MailboxValidation>>,
    address: &MailAddress,
    now: Timestamp,
) -> Option<&'a MailboxValidation> {
    let earlier = earlier.filter(|earlier| earlier.address == *address)?;
    matches!(
        earlier.status(now),
        MailboxStatus::Created | MailboxStatus::Sent | MailboxStatus::Verified
    )
    .then_some(earlier)
}

pub(super) fn at_email(code: &'static str) -> Refused {
    let fault = Fault {
        pointer: "/email".to_owned(),
        code,
    };
    Refused {
        faults: vec![fault],
        ..Refused::unacceptable(code)
    }
}
