//! The timer of an order, one from its first day to the end of its certificate (flows 3.1, 3.8):
//! its owner is told before the window for activation ends, an order that nobody activates
//! lapses, and its owner is told before its certificate ends.
//!
//! A late timer makes nothing right or wrong: what has ended is judged wherever it matters; here
//! it is recorded and told.

use std::time::Duration;

use async_trait::async_trait;

use super::Orders;
use crate::{
    domain::{
        aggregate::{Changed, Loaded},
        id::{JobId, NotificationId, OrderId},
        job::{Job, JobEnd, JobKind, NewJob},
        notification::{Notification, Topic},
        order::{ACTIVATION_WINDOW_DAYS, Order, OrderState},
        product::ProductCode,
        refusal::Refused,
        timestamp::{Timestamp, days},
        unit::{Aggregate, Unit},
    },
    policy::{
        access::SystemScope,
        warnings::{self, Standing},
    },
    ports::entropy::random,
    services::{
        jobs::{self, JobHandler},
        request::{Stopped, decide},
    },
};

const SYSTEM: SystemScope = SystemScope::new("timer");

impl Orders {
    /// The timer of a new order.
    pub(super) fn timer(&self, order: &Order, now: Timestamp) -> Result<NewJob, Stopped> {
        let warning = warnings::first(order.window_ends(), &warnings::WINDOW);
        Ok(NewJob {
            id: JobId::new(now, random(self.entropy())?),
            kind: JobKind::OrderTimer,
            object: order.id.to_string(),
            slot: "order".to_owned(),
            due: warning.min(now.plus(self.pause(&order.product))),
        })
    }

    /// How long an open order can be left alone: no certificate that is issued meanwhile is told
    /// to end before that. A day is left for the certificate's backdating.
    fn pause(&self, product: &ProductCode) -> Duration {
        let product = self.0.catalogue.product(product);
        let life = product.map_or(ACTIVATION_WINDOW_DAYS, |product| product.validity_days);
        let [longest, ..] = warnings::CERTIFICATE;
        days(life.saturating_sub(longest + 1).max(1))
    }

    async fn look(&self, id: OrderId, job: &Job) -> Result<(), Stopped> {
        let now = self.0.clock.now();
        let store = self.0.store.as_ref();
        let Some(order) = self.0.orders.order(&SYSTEM.read(), id).await? else {
            return Ok(jobs::nothing_to_do(store, job).await?);
        };
        match order.state {
            OrderState::Open if order.is_over(now) => self.lapse(order, job, now).await,
            OrderState::Open => self.window(order, job, now).await,
            // It will be issued or open again.
            OrderState::Submitted => Ok(jobs::put_off(store, job, now.plus(days(1))).await?),
            OrderState::Issued => self.certificate(order, job, now).await,
            OrderState::Cancelled | OrderState::Rejected | OrderState::Lapsed => {
                Ok(jobs::nothing_to_do(store, job).await?)
            }
        }
    }

    async fn window(&self, order: Loaded<Order>, job: &Job, now: Timestamp) -> Result<(), Stopped> {
        let (ends, store) = (order.window_ends(), self.0.store.as_ref());
        let pause = now.plus(self.pause(&order.product));
        match warnings::standing(ends, &warnings::WINDOW, now) {
            Standing::Early { first } => Ok(jobs::put_off(store, job, first.min(pause)).await?),
            Standing::Due { next } => {
                let told = self.line(&order, Topic::OrderLapsing, order.id, now)?;
                // No earlier look: it would tell the same again.
                let due = next.unwrap_or(ends);
                self.tell(&order, told, jobs::again(job, due), now).await
            }
        }
    }

    async fn lapse(&self, order: Loaded<Order>, job: &Job, now: Timestamp) -> Result<(), Stopped> {
        let told = self.line(&order, Topic::OrderLapsed, order.id, now)?;
        let unit = Unit::of(SYSTEM.caller(), now, order.lapse(now)?)
            .change(told)
            .ends_job(jobs::done(job));
        self.0.store.commit(unit).await?;
        Ok(())
    }

    /// A certificate that is revoked, renewed or has ended is told of no more.
    async fn certificate(
        &self,
        order: Loaded<Order>,
        job: &Job,
        now: Timestamp,
    ) -> Result<(), Stopped> {
        let store = self.0.store.as_ref();
        if self.is_renewed(&order).await? {
            return Ok(jobs::nothing_to_do(store, job).await?);
        }
        let certificate = match order.certificate {
            Some(id) => {
                let certificates = &self.0.certificates;
                certificates.certificate(&SYSTEM.read(), id).await?
            }
            None => None,
        };
        let valid = certificate
            .filter(|record| record.revoked.is_none())
            .map(|record| record.certificate)
            .filter(|certificate| now < certificate.not_after);
        let Some(certificate) = valid else {
            return Ok(jobs::nothing_to_do(store, job).await?);
        };
        match warnings::standing(certificate.not_after, &warnings::CERTIFICATE, now) {
            Standing::Early { first } => Ok(jobs::put_off(store, job, first).await?),
            Standing::Due { next } => {
                let told = self.line(&order, Topic::CertificateExpiring, certificate.id, now)?;
                self.tell(&order, told, jobs::next(job, next), now).await
            }
        }
    }

    /// Whether another order has continued the certificate with one of its own.
    async fn is_renewed(&self, order: &Order) -> Result<bool, Refused> {
        let by = match order.renewed_by {
            Some(by) => self.0.orders.order(&SYSTEM.read(), by).await?,
            None => None,
        };
        Ok(by.is_some_and(|by| by.state == OrderState::Issued))
    }

    /// A line in the owner's notifications.
    pub(super) fn line(
        &self,
        order: &Order,
        topic: Topic,
        about: impl ToString,
        now: Timestamp,
    ) -> Result<Changed<Notification>, Stopped> {
        Ok(Notification::raise(
            NotificationId::new(now, random(self.entropy())?),
            order.owner.clone(),
            topic,
            Some(order.id),
            about,
            now,
        ))
    }

    /// A warning is told once, and only while the order stands as it was looked at.
    async fn tell(
        &self,
        order: &Loaded<Order>,
        told: Changed<Notification>,
        end: JobEnd,
        now: Timestamp,
    ) -> Result<(), Stopped> {
        let unit = Unit::of(SYSTEM.caller(), now, told)
            .rests_on(Aggregate::Order, order.id, order.version())
            .ends_job(end);
        self.0.store.commit(unit).await?;
        Ok(())
    }
}

#[async_trait]
impl JobHandler for Orders {
    async fn run(&self, job: &Job) -> Result<(), Refused> {
        let id = job.object.parse().map_err(|_| Refused::not_found())?;
        decide(|| self.look(id, job)).await
    }
}
