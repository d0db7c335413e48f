//! What the owner and the people of bound orders are told, in the unit of what happened.

use super::{CaseWork, Ground};
use crate::{
    domain::{
        aggregate::Loaded,
        id::NotificationId,
        mail::MailKind,
        mailbox::MailboxValidation,
        notification::{Notification, Topic},
        order::Order,
        owner::Owner,
        subject_data::SubjectData,
        timestamp::Timestamp,
        unit::{Aggregate, Unit},
    },
    policy::readiness::Evidence,
    ports::entropy::random,
    services::{order_mail, readiness, request::Stopped},
};

impl CaseWork {
    /// A line in the notifications and, for each open order on the data, a mail to its technical
    /// contact, or to its verified mailbox when there is none.
    pub(super) async fn tell(
        &self,
        unit: Unit,
        ground: &Ground,
        topic: Topic,
        kind: MailKind,
    ) -> Result<Unit, Stopped> {
        let (now, data) = (ground.now, &ground.data);
        let orders = self.0.orders.orders_of_subject_data(data.id).await?;
        let mut unit = unit;
        if orders.is_empty() {
            unit = self.notify(unit, &data.owner, topic, None, &data.id.to_string(), now)?;
        }
        for order in orders {
            let about = data.id.to_string();
            unit = self.notify(unit, &order.owner, topic, Some(&order), &about, now)?;
            let mailbox = self.mailbox(&order).await?;
            let recipient = order_mail::contact(&order, mailbox.as_deref(), now);
            if let Some(recipient) = recipient {
                let entropy = self.0.entropy.as_ref();
                let mail = order_mail::about(&order, kind, about, recipient, entropy, now)?;
                unit = mail.join(unit);
            }
        }
        Ok(unit)
    }

    /// Orders whose mailbox is verified too can be activated from now on.
    pub(super) async fn tell_ready(
        &self,
        unit: Unit,
        ground: &Ground,
        data: &SubjectData,
    ) -> Result<Unit, Stopped> {
        let now = ground.now;
        let is_denied = self.0.screening.denies(Some(data)).await?;
        let mut unit = unit;
        for order in self.0.orders.orders_of_subject_data(ground.data.id).await? {
            let Some(mailbox) = self.mailbox(&order).await? else {
                continue;
            };
            // A mailbox confirmed meanwhile tells by itself; the unit must see which came first.
            unit = unit.rests_on(Aggregate::Mailbox, mailbox.id, mailbox.version());
            let grounds = readiness::Grounds::of(&mailbox, &*self.0.mailboxes).await?;
            let evidence = Evidence {
                data: Some(data),
                is_denied,
                mailbox: Some(&mailbox),
                proof: grounds.proof.as_deref(),
                domain: grounds.domain.as_deref(),
            };
            let (warnings, entropy) = (&self.0.warnings, &*self.0.entropy);
            (unit, _) = readiness::tell(unit, &order, &evidence, warnings, entropy, now)?;
        }
        Ok(unit)
    }

    async fn mailbox(&self, order: &Order) -> Result<Option<Loaded<MailboxValidation>>, Stopped> {
        match order.mailbox {
            Some(id) => Ok(self.0.mailboxes.mailbox(id).await?),
            None => Ok(None),
        }
    }

    fn notify(
        &self,
        unit: Unit,
        owner: &Owner,
        topic: Topic,
        order: Option<&Order>,
        about: &str,
        now: Timestamp,
    ) -> Result<Unit, Stopped> {
        let id = NotificationId::new(now, random(&*self.0.entropy)?);
        let order = order.map(|order| order.id);
        let notification = Notification::raise(id, owner.clone(), topic, order, about, now);
        Ok(unit.change(notification))
    }
}
