//! An address is set, or its code sent again.

use super::{MailboxControl, MailboxView, rest};
use crate::{
    domain::{
        aggregate::{Loaded, Version},
        id::{MailboxId, OrderId},
        mail::MailKind,
        mailbox::{MailAddress, MailboxStatus, MailboxValidation, NewMailbox},
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
    /// Sets the address and mails a code to it. The same address again changes nothing while
    /// its code lives or its confirmation carries; another address replaces the earlier one.
    ///
    /// # Errors
    /// 404, 412; 409 `step-blocked` (`data-not-saved`) or `order-state-conflict`; 422
    /// `email-invalid`, `email-not-supported`; 429 `resend-too-soon`.
    pub async fn set(
        &self,
        scope: &TenantScope,
        order: OrderId,
        expected: Version,
        typed: &str,
        acting_for: &ActingFor,
    ) -> Result<AddressSet, Refused> {
        decide(async || {
            let now = self.0.clock.now();
            let order = self.order(&scope.read(), order).await?;
            require_version(order.version(), Some(expected))?;
            let id = MailboxId::new(now, random(&*self.0.entropy)?);
            let bound = order.clone().bind_mailbox(id, now)?;
            let address = mailbox_address::parse(typed).map_err(|fault| at_email(fault.code()))?;
            let earlier = self.mailbox_of(&order).await?;
            if let Some(same) = unchanged(earlier.as_ref(), &address, now) {
                return Ok(AddressSet {
                    version: order.version(),
                    mailbox: MailboxView::of(same, now),
                });
            }
            let mailbox = MailboxValidation::start(NewMailbox {
                id,
                order: order.id,
                owner: order.owner.clone(),
                language: order.language,
                seed: self.seed(id, &address)?,
                address,
                acting_for: acting_for.clone(),
                now,
            });
            let result = AddressSet {
                version: bound.will_be(),
                mailbox: MailboxView::of(&mailbox, now),
            };
            let mail = self.mail(
                MailKind::VerifyAddress,
                &order,
                &mailbox,
                id.to_string(),
                now,
            )?;
            let unit = Unit::of(scope.caller(), now, bound);
            let unit = rest(
                self.count(unit, &mailbox.address, now).await?,
                scope.grant(),
            );
            let unit = match earlier.and_then(|earlier| earlier.supersede(now)) {
                Some(superseded) => unit.change(superseded),
                None => unit,
            };
            self.0.store.commit(mail.join(unit.change(mailbox))).await?;
            Ok(result)
        })
        .await
    }

    /// Mails a new code to the address that is set; the earlier code is void.
    ///
    /// # Errors
    /// 404; 409 `step-blocked` (`email-not-set`), `order-state-conflict`,
    /// `email-already-confirmed`; 429 `resend-too-soon`.
    pub async fn resend(
        &self,
        scope: &TenantScope,
        order: OrderId,
        acting_for: &ActingFor,
    ) -> Result<MailboxView, Refused> {
        decide(async || {
            let now = self.0.clock.now();
            let order = self.order(&scope.read(), order).await?;
            require_open(&order)?;
            let earlier = self.mailbox_of(&order).await?;
            let earlier = earlier.ok_or_else(|| Refused::step_blocked(vec!["email-not-set"]))?;
            let seed = self.seed(earlier.id, &earlier.address)?;
            let mailbox = earlier.renew(seed, acting_for, now)?;
            let object = mailbox.id.to_string();
            let mail = self.mail(MailKind::VerifyAddress, &order, &mailbox, object, now)?;
            let view = MailboxView::of(&mailbox, now);
            let address = mailbox.address.clone();
            let unit = Unit::of(scope.caller(), now, mailbox).rests_on(
                Aggregate::Order,
                order.id,
                order.version(),
            );
            let unit = rest(self.count(unit, &address, now).await?, scope.grant());
            self.0.store.commit(mail.join(unit)).await?;
            Ok(view)
        })
        .await
    }
}

pub(super) fn require_open(order: &Order) -> Result<(), Stopped> {
    if order.state == OrderState::Open {
        Ok(())
    } else {
        Err(Refused::state("order-state-conflict").into())
    }
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

fn at_email(code: &'static str) -> Refused {
    let fault = Fault {
        pointer: "/email".to_owned(),
        code,
    };
    Refused {
        faults: vec![fault],
        ..Refused::unacceptable(code)
    }
}
