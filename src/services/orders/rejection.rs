//! The CA refuses an order: two of its people, each on the order as they have seen it.

use super::Orders;
use crate::{
    domain::{
        aggregate::{Changed, Version},
        id::OrderId,
        mailbox::{MailboxState, MailboxValidation},
        notification::Topic,
        order::{Order, rejection::Objection},
        owner::Role,
        refusal::Refused,
        timestamp::Timestamp,
        unit::Unit,
    },
    policy::{
        access::{OfficerScope, ReadScope},
        status::StatusCode,
    },
    services::request::{Stopped, decide, require_version},
};

/// An order, for the people who may refuse it.
#[derive(Clone, Debug)]
pub struct Rejectable {
    pub order: Order,
    pub version: Version,
    pub status: StatusCode,
}

/// How far a rejection has come.
#[derive(Clone, Debug)]
pub enum RejectionProgress {
    /// Another person must do it.
    Proposed(Rejectable),
    Done(Rejectable),
}

impl Orders {
    /// How the order stands.
    ///
    /// # Errors
    /// 404, 503.
    pub async fn rejectable(&self, scope: &ReadScope, id: OrderId) -> Result<Rejectable, Refused> {
        let order = self.load(scope, id).await?;
        let version = order.version();
        self.as_rejectable(scope, &order, version, self.0.clock.now())
            .await
    }

    /// The first person proposes, the second one, an officer, does it for the same reason; then
    /// nothing that was mailed for the order proves anything any more.
    ///
    /// # Errors
    /// 404; 412 when the order has changed since `seen`; 403 `same-officer`,
    /// `second-officer-required`; 409 `order-state-conflict` unless open.
    pub async fn reject(
        &self,
        scope: &OfficerScope,
        id: OrderId,
        seen: Version,
        said: &Objection,
    ) -> Result<RejectionProgress, Refused> {
        decide(|| async {
            let now = self.0.clock.now();
            let order = self.load(&scope.read(), id).await?;
            require_version(order.version(), Some(seen))?;
            let proposed = order.proposed_rejection();
            if proposed.is_none_or(|known| known.what != said.reason) {
                let order = order.propose_rejection(said, now)?;
                let stands = self.refused(scope, &order, now).await?;
                let unit = Unit::of(scope.caller(), now, order).granted(scope.grant());
                self.0.store.commit(unit).await?;
                return Ok(RejectionProgress::Proposed(stands));
            }
            let order = order.reject(said, now)?;
            if scope.role() != Role::ValidationOfficer {
                return Err(Refused::forbidden("second-officer-required").into());
            }
            let stands = self.refused(scope, &order, now).await?;
            let told = self.line(&order, Topic::OrderRejected, id, now)?;
            let challenge = self.challenge(&order, now).await?;
            let unit = Unit::of(scope.caller(), now, order).change(told);
            let unit = match challenge {
                Some(ended) => unit.change(ended),
                None => unit,
            };
            self.0.store.commit(unit.granted(scope.grant())).await?;
            Ok(RejectionProgress::Done(stands))
        })
        .await
    }

    /// The check of the order's mailbox, ended, when it has not come to a proof: other orders may
    /// rest on one that has.
    async fn challenge(
        &self,
        order: &Order,
        now: Timestamp,
    ) -> Result<Option<Changed<MailboxValidation>>, Stopped> {
        let mailbox = self.mailbox(order).await?;
        let unproven = mailbox.filter(|mailbox| {
            matches!(
                mailbox.state,
                MailboxState::Created
                    | MailboxState::Sent
                    | MailboxState::Undeliverable
                    | MailboxState::Locked
            )
        });
        Ok(unproven.and_then(|mailbox| mailbox.supersede(now)))
    }

    async fn refused(
        &self,
        scope: &OfficerScope,
        order: &Changed<Order>,
        now: Timestamp,
    ) -> Result<Rejectable, Refused> {
        self.as_rejectable(&scope.read(), order, order.will_be(), now)
            .await
    }

    async fn as_rejectable(
        &self,
        scope: &ReadScope,
        order: &Order,
        version: Version,
        now: Timestamp,
    ) -> Result<Rejectable, Refused> {
        let view = self.view(scope, order, version, now).await?;
        Ok(Rejectable {
            status: view.status(),
            order: view.order,
            version,
        })
    }
}
