//! Orders nobody activates in time (flows 3.1, 3.8). A late timer makes nothing right or wrong:
//! that the window is over is judged wherever it matters; here it is recorded and told.

use async_trait::async_trait;

use super::Orders;
use crate::{
    domain::{
        id::{JobId, NotificationId, OrderId},
        job::{Job, JobKind, NewJob},
        notification::{Notification, Topic},
        order::{Order, OrderState},
        refusal::Refused,
        timestamp::{Timestamp, days},
        unit::Unit,
    },
    policy::access::SystemScope,
    ports::entropy::random,
    services::{
        jobs::{self, JobHandler},
        request::{Stopped, decide},
    },
};

impl Orders {
    /// The timer of a new order.
    pub(super) fn timer(&self, order: &Order, now: Timestamp) -> Result<NewJob, Stopped> {
        Ok(NewJob {
            id: JobId::new(now, random(self.entropy())?),
            kind: JobKind::LapseOrder,
            object: order.id.to_string(),
            slot: "window".to_owned(),
            due: order.window_ends(),
        })
    }

    async fn lapse(&self, id: OrderId, job: &Job) -> Result<(), Stopped> {
        let (now, system) = (self.0.clock.now(), SystemScope::new("timer"));
        let store = self.0.store.as_ref();
        let Some(order) = self.0.orders.order(&system.read(), id).await? else {
            return Ok(jobs::nothing_to_do(store, job).await?);
        };
        match order.state {
            OrderState::Open if order.is_over(now) => {}
            // A refused activation opens it again.
            OrderState::Open | OrderState::Submitted => {
                let due = order.window_ends().max(now.plus(days(1)));
                return Ok(jobs::put_off(store, job, due).await?);
            }
            OrderState::Issued
            | OrderState::Cancelled
            | OrderState::Rejected
            | OrderState::Lapsed => return Ok(jobs::nothing_to_do(store, job).await?),
        }
        let told = Notification::raise(
            NotificationId::new(now, random(self.entropy())?),
            order.owner.clone(),
            Topic::OrderLapsed,
            Some(id),
            id,
            now,
        );
        let unit = Unit::of(system.caller(), now, order.lapse(now)?)
            .change(told)
            .ends_job(jobs::done(job));
        store.commit(unit).await?;
        Ok(())
    }
}

#[async_trait]
impl JobHandler for Orders {
    async fn run(&self, job: &Job) -> Result<(), Refused> {
        let id = job.object.parse().map_err(|_| Refused::not_found())?;
        decide(|| self.lapse(id, job)).await
    }
}
