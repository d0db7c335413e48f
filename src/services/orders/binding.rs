//! Data is bound to an order, or it is said whether it could be.

use super::{OrderView, Orders};
use crate::{
    domain::{
        aggregate::{Changed, Loaded, Version},
        id::{OrderId, SubjectDataId},
        mail::MailKind,
        order::Order,
        owner::ActingFor,
        refusal::Refused,
        subject_data::{SubjectData, SubjectDataState},
        timestamp::Timestamp,
        unit::{Aggregate, Unit},
    },
    policy::{
        access::{ReadScope, TenantScope},
        reuse,
    },
    services::{
        order_mail, readiness,
        request::{Stopped, decide, require_version},
    },
};

impl Orders {
    /// Binds a submitted or verified data set of the same owner. A set that a customer frontend
    /// made without naming a customer becomes the order's customer's.
    ///
    /// # Errors
    /// 404 for a set that is not there or another owner's; 409 with the set's or order's code;
    /// 412.
    pub async fn bind_data(
        &self,
        scope: &TenantScope,
        id: OrderId,
        expected: Version,
        set: SubjectDataId,
        user: &ActingFor,
    ) -> Result<OrderView, Refused> {
        decide(|| async {
            let expected = Some(expected);
            let (unit, view) = self.binding(scope, id, expected, set, user).await?;
            self.0.store.commit(unit).await?;
            Ok(view)
        })
        .await
    }

    /// Whether [`Orders::bind_data`] would bind the set now; changes nothing.
    ///
    /// # Errors
    /// Those of the act, but for 412.
    pub async fn judge_binding(
        &self,
        scope: &TenantScope,
        id: OrderId,
        set: SubjectDataId,
    ) -> Result<(), Refused> {
        let user = ActingFor::default();
        decide(async || {
            let judged = self.binding(scope, id, None, set, &user).await;
            judged.map(drop)
        })
        .await
    }

    /// The unit that binds, and what it leads to.
    async fn binding(
        &self,
        scope: &TenantScope,
        id: OrderId,
        expected: Option<Version>,
        set: SubjectDataId,
        user: &ActingFor,
    ) -> Result<(Unit, OrderView), Stopped> {
        let now = self.0.clock.now();
        let order = self.load(&scope.read(), id).await?;
        require_version(order.version(), expected)?;
        let set = self
            .0
            .sets
            .subject_data(&scope.read_frontend(), set)
            .await?;
        let set = set.ok_or_else(Refused::not_found)?;
        let (set_id, set_version) = (set.id, set.version());
        let adopted = if set.owner == order.owner {
            None
        } else {
            Some(set.clone().adopt(&order.owner, now)?)
        };
        let data = adopted.as_deref().unwrap_or(&set);
        let is_new = order.subject_data != Some(set_id);
        // A mailbox confirmed meanwhile tells by itself; the unit must see which came first.
        let mailbox = match order.mailbox {
            Some(id) => self.0.mailboxes.mailbox(id).await?,
            None => None,
        };
        let was_ready = self.is_ready(&scope.read(), &order, now).await?;
        let order = bind(order, data, now)?.asserted_by(user);
        let view = self
            .view_with(&scope.read(), &order, data.clone(), now)
            .await?;
        let mut unit = Unit::of(scope.caller(), now, order).granted(scope.grant());
        if is_new && data.state != SubjectDataState::Verified {
            unit = self.data_received(unit, &view)?;
        }
        if let Some(mailbox) = mailbox {
            unit = unit.rests_on(Aggregate::Mailbox, mailbox.id, mailbox.version());
        }
        if !was_ready {
            unit = self.tell_when_ready(unit, &view)?;
        }
        let unit = match adopted {
            Some(set) => unit.change(set),
            None => unit.rests_on(Aggregate::SubjectData, set_id, set_version),
        };
        Ok((unit, view))
    }

    /// Whether the order could be activated before this change.
    async fn is_ready(
        &self,
        scope: &ReadScope,
        order: &Loaded<Order>,
        now: Timestamp,
    ) -> Result<bool, Refused> {
        let view = self.view(scope, order, order.version(), now).await?;
        Ok(view.ready().is_some())
    }

    /// Verified data was bound to an order whose mailbox was proven before: the way is open.
    pub(super) fn tell_when_ready(&self, unit: Unit, view: &OrderView) -> Result<Unit, Stopped> {
        let (order, evidence, now) = (&view.order, view.evidence(), view.judged_at);
        let (warnings, entropy) = (&self.0.warnings, self.entropy());
        let told = readiness::tell(unit, order, &evidence, warnings, entropy, now);
        told.map(|(unit, _)| unit)
    }

    /// Tells the technical contact that data is saved and will be verified.
    fn data_received(&self, unit: Unit, view: &OrderView) -> Result<Unit, Stopped> {
        let (order, now) = (&view.order, view.judged_at);
        let (Some(contact), Some(data)) = (&order.contacts.technical, &view.data) else {
            return Ok(unit);
        };
        let kind = MailKind::DataReceived;
        let queued = order_mail::about(order, kind, data.id, contact, self.entropy(), now)?;
        Ok(queued.join(unit))
    }
}

fn bind(
    order: Loaded<Order>,
    set: &SubjectData,
    now: Timestamp,
) -> Result<Changed<Order>, Stopped> {
    let order = order.bind_data(set, now)?;
    if set.state == SubjectDataState::Verified {
        reuse::usable_facts(Some(set), now).map_err(Refused::state)?;
    }
    Ok(order)
}
