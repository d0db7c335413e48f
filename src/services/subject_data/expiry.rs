//! Verified data whose evidence ends: its owner is told 30 and 7 days before (flows 3.9). That
//! it has ended needs no timer: it follows from the facts and the clock wherever it matters.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::DataSets;
use crate::{
    domain::{
        aggregate::Loaded,
        id::{NotificationId, SubjectDataId},
        job::Job,
        mail::MailKind,
        notification::{Notification, Topic},
        refusal::Refused,
        subject_data::{SubjectData, SubjectDataState},
        timestamp::days,
        unit::Unit,
    },
    policy::{
        access::SystemScope,
        reuse,
        warnings::{self, Standing},
    },
    ports::entropy::random,
    services::{
        jobs::{self, JobHandler},
        order_mail,
        request::{Stopped, decide},
    },
};

impl DataSets {
    async fn warn(&self, id: SubjectDataId, job: &Job) -> Result<(), Stopped> {
        let (now, system) = (self.0.clock.now(), SystemScope::new("timer"));
        let store = self.0.store.as_ref();
        let data = self.0.sets.subject_data(&system.read(), id).await?;
        // Data in doubt is relied on again or ended.
        let doubted = |data: &Loaded<SubjectData>| data.state == SubjectDataState::Suspended;
        if data.as_ref().is_some_and(doubted) {
            return Ok(jobs::put_off(store, job, now.plus(days(1))).await?);
        }
        let usable = reuse::usable_facts(data.as_deref(), now);
        let (Some(data), Ok((_, until))) = (&data, usable) else {
            return Ok(jobs::nothing_to_do(store, job).await?);
        };
        let next = match warnings::standing(until, &self.0.warnings.data, now) {
            Standing::Early { first } => return Ok(jobs::put_off(store, job, first).await?),
            Standing::Due { next } => next,
        };
        let line = Notification::raise(
            NotificationId::new(now, random(self.0.entropy.as_ref())?),
            data.owner.clone(),
            Topic::DataExpiring,
            None,
            id,
            now,
        );
        let end = jobs::next(job, next);
        let mut unit = Unit::of(system.caller(), now, line).ends_job(end);
        let mut told = BTreeSet::new();
        for order in self.0.orders.told_of_subject_data(id, now).await? {
            // A technical contact can mend it, a mailbox cannot; one of many orders is told once.
            let Some(contact) = order_mail::contact(&order, None, now) else {
                continue;
            };
            if !told.insert(contact.clone()) {
                continue;
            }
            let entropy = self.0.entropy.as_ref();
            let kind = MailKind::DataExpiring;
            let mail = order_mail::about(&order, kind, id, contact, entropy, now)?;
            unit = mail.join(unit);
        }
        store.commit(unit).await?;
        Ok(())
    }
}

#[async_trait]
impl JobHandler for DataSets {
    async fn run(&self, job: &Job) -> Result<(), Refused> {
        let id = job.object.parse().map_err(|_| Refused::not_found())?;
        decide(|| self.warn(id, job)).await
    }
}
