//! The e-mail step rests on a proven domain (S/MIME BR 3.2.2.1), where the order's product takes
//! that: no mail goes out. The proof is read again with each activation.

use std::sync::Arc;

use super::{AddressSet, MailboxControl, MailboxView, send::at_email};
use crate::{
    domain::{
        aggregate::Loaded,
        domain_control::DomainControl,
        id::{DomainControlId, MailboxId, OrderId},
        mailbox::{MailAddress, MailboxState, MailboxValidation, Method, NewMailbox},
        notification::Topic,
        order::{Order, OrderState},
        owner::ActingFor,
        product::EmailMethod,
        refusal::Refused,
        timestamp::Timestamp,
        unit::{Aggregate, Unit},
    },
    policy::{access::TenantScope, domain_control, mailbox_address},
    ports::{entropy::random, store::domains::DomainControls},
    services::{
        catalogue::Catalogue,
        perspectives::Remotes,
        request::{Stopped, decide},
    },
};

/// The service; wired once.
#[derive(Clone)]
pub struct MailboxesByDomain {
    pub mailboxes: MailboxControl,
    pub controls: Arc<dyn DomainControls>,
    pub catalogue: Arc<Catalogue>,
    pub remotes: Remotes,
}

/// What a frontend asks for.
#[derive(Clone, Debug)]
pub struct DomainWish {
    /// As it was typed.
    pub email: String,
    pub domain: DomainControlId,
}

/// What was found for it.
struct Ground {
    order: Loaded<Order>,
    earlier: Option<Loaded<MailboxValidation>>,
    control: Loaded<DomainControl>,
    address: MailAddress,
    good_until: Timestamp,
    now: Timestamp,
}

impl MailboxesByDomain {
    /// Sets the address, proven by its domain. The same again changes nothing while it stands.
    ///
    /// # Errors
    /// 404; 409 `email-method-not-offered`, `domain-control-off`, `domain-not-proven`,
    /// `step-blocked` (`data-not-saved`), `email-disowned`, `order-state-conflict`; 422
    /// `email-invalid`, `email-not-supported`, `email-disposable`, `domain-not-covering`; 503
    /// `perspectives-insufficient`.
    pub async fn rest(
        &self,
        scope: &TenantScope,
        order: OrderId,
        wish: &DomainWish,
        acting_for: &ActingFor,
    ) -> Result<AddressSet, Refused> {
        decide(async || {
            let ground = self.ground(scope, order, wish).await?;
            let same = |earlier: &&Loaded<MailboxValidation>| {
                earlier.address == ground.address
                    && earlier.method == Method::Domain(wish.domain)
                    && earlier.is_verified(ground.now)
            };
            if let Some(same) = ground.earlier.as_ref().filter(same) {
                return Ok(AddressSet {
                    version: ground.order.version(),
                    mailbox: MailboxView::of(same, ground.now),
                });
            }
            let (unit, set) = self.resting(scope, ground, acting_for).await?;
            self.mailboxes.0.store.commit(unit).await?;
            Ok(set)
        })
        .await
    }

    async fn ground(
        &self,
        scope: &TenantScope,
        order: OrderId,
        wish: &DomainWish,
    ) -> Result<Ground, Stopped> {
        let now = self.mailboxes.0.clock.now();
        let read = scope.read();
        let order = self.mailboxes.order(&read, order).await?;
        let control = self.controls.domain_control(&read, wish.domain).await?;
        // Of the same frontend, and of the same customer too.
        let control = control.filter(|control| control.owner == order.owner);
        let control = control.ok_or_else(Refused::not_found)?;
        let product = self.catalogue.product(&order.product);
        if !product.is_some_and(|product| product.takes(EmailMethod::Domain)) {
            return Err(Refused::state("email-method-not-offered").into());
        }
        let good_until = self.remotes.require(now)?;
        let address = mailbox_address::parse(&wish.email);
        let address = address.map_err(|fault| at_email(fault.code()))?;
        if self.mailboxes.0.domains.current().is_disposable(&address) {
            return Err(at_email("email-disposable").into());
        }
        if !domain_control::covers(&control.domain, &address) {
            return Err(at_email("domain-not-covering").into());
        }
        let earlier = self.mailboxes.mailbox_of(&order).await?;
        if earlier
            .as_ref()
            .is_some_and(|earlier| earlier.state == MailboxState::Disowned)
        {
            return Err(Refused::state("email-disowned").into());
        }
        Ok(Ground {
            order,
            earlier,
            control,
            address,
            good_until,
            now,
        })
    }

    async fn resting(
        &self,
        scope: &TenantScope,
        ground: Ground,
        acting_for: &ActingFor,
    ) -> Result<(Unit, AddressSet), Stopped> {
        let Ground {
            order,
            earlier,
            control,
            address,
            good_until,
            now,
        } = ground;
        let mailboxes = &self.mailboxes;
        let id = MailboxId::new(now, random(&*mailboxes.0.entropy)?);
        let new = NewMailbox {
            id,
            order: order.id,
            owner: order.owner.clone(),
            language: order.language,
            seed: mailboxes.seed(id, &address)?,
            address,
            acting_for: acting_for.clone(),
            terms: mailboxes.0.terms,
            now,
        };
        let reissue = order.state == OrderState::Issued;
        let bound = match &earlier {
            Some(earlier) if reissue => order.clone().check_mailbox_again(earlier, &new, now)?,
            _ => order.clone().bind_mailbox(id, now)?,
        };
        let version = bound.will_be();
        let made = MailboxValidation::by_domain(new, &control)?;
        let mailbox = made.clone();
        let unit = Unit::of(scope.caller(), now, bound)
            .change(made)
            .granted(scope.grant())
            .rests_on(Aggregate::DomainControl, control.id, control.version())
            .lapses_at(control.carries_until())
            .lapses_at(good_until)
            .job(mailboxes.timer(&mailbox, now)?)
            .job(mailboxes.advice(id, now)?);
        let unit = match earlier {
            // What a certificate rests on stays as it is.
            Some(earlier) if reissue => {
                unit.rests_on(Aggregate::Mailbox, earlier.id, earlier.version())
            }
            Some(earlier) => match earlier.supersede(now) {
                Some(superseded) => unit.change(superseded),
                None => unit,
            },
            None => unit,
        };
        let unit = mailboxes.notify(unit, Topic::MailboxVerified, &mailbox, now)?;
        let told = mailboxes.tell_when_ready(unit, &order, &mailbox, now);
        let (unit, _) = told.await?;
        let mailbox = MailboxView::of(&mailbox, now);
        Ok((unit, AddressSet { version, mailbox }))
    }
}
