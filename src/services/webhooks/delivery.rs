//! The turn of one endpoint: what its owner was told of and it has not taken yet, in order, until
//! there is nothing left, it fails, or its time is over and others have theirs.
//!
//! At least once: what was delivered is booked at the end of a turn, and a process that dies
//! before delivers the lines of that turn again.

use std::time::Duration;

use async_trait::async_trait;

use super::{Saying, Webhooks, attempt};
use crate::{
    domain::{
        aggregate::{Changed, Loaded},
        id::NotificationId,
        job::{Job, backoff},
        notification::{Notification, Topic},
        refusal::Refused,
        timestamp::Timestamp,
        unit::Unit,
        webhook::{CHALLENGES, Outcome, Progress, Webhook, WebhookState},
    },
    policy::access::SystemScope,
    ports::{courier::Courier, entropy::random, store::Bookkeeping},
    services::{
        jobs::{JobHandler, nothing_to_do, put_off},
        request::decide,
    },
};

/// The deliverer, to the auditors.
pub(super) const SYSTEM: SystemScope = SystemScope::new("webhooks");
/// Lines of one look.
const PAGE: u32 = 50;
/// A turn begins no further message after this; well below the lease of its job.
const TURN: Duration = Duration::from_secs(20);
/// Between two looks at an endpoint without news: who has news is roused.
const IDLE: Duration = Duration::from_secs(3600);
/// Between two looks at one that waits for its owner.
const DORMANT: Duration = Duration::from_secs(24 * 3600);

/// How a turn ended.
enum Turn {
    /// There was nothing left.
    Done,
    /// Others first.
    Over,
    Failed(Progress),
}

#[async_trait]
impl JobHandler for Webhooks {
    async fn run(&self, job: &Job) -> Result<(), Refused> {
        let id = match job.object.parse() {
            Ok(id) => self.parts.webhooks.webhook(&SYSTEM.read(), id).await?,
            Err(_) => None,
        };
        let Some(webhook) = id else {
            return nothing_to_do(&*self.parts.store, job).await;
        };
        let rest = self.served(&webhook).await?;
        let due = self.parts.clock.now().plus(rest);
        put_off(&*self.parts.store, job, due).await?;
        if rest.is_zero() {
            return Ok(());
        }
        self.look_back(&webhook).await
    }

    /// Its job is one for life: how often it ran says nothing.
    fn rest(&self, _: &Job) -> Duration {
        backoff(1)
    }
}

impl Webhooks {
    /// Does what is to be done now; when to look again.
    async fn served(&self, webhook: &Loaded<Webhook>) -> Result<Duration, Refused> {
        let Some(courier) = self.parts.courier.clone() else {
            return Ok(DORMANT);
        };
        // A frontend that was stopped is told nothing (contract, Identities).
        let frontend = self.parts.people.identity(&webhook.owner.ra).await?;
        let now = self.parts.clock.now();
        if !frontend.is_some_and(|frontend| frontend.is_active(now)) {
            return Ok(IDLE);
        }
        match webhook.state {
            WebhookState::Pending => self.introduced(&*courier, webhook).await,
            WebhookState::Active => {
                let mut progress = webhook.progress();
                let turn = self.turn(&*courier, webhook, &mut progress).await?;
                if progress != webhook.booked {
                    self.keep(webhook, progress).await?;
                }
                match turn {
                    Turn::Done => Ok(IDLE),
                    Turn::Over => Ok(Duration::ZERO),
                    Turn::Failed(progress) => self.failed(webhook, &progress).await,
                }
            }
            WebhookState::Disabled | WebhookState::Deleted => Ok(DORMANT),
        }
    }

    async fn introduced(
        &self,
        courier: &dyn Courier,
        webhook: &Loaded<Webhook>,
    ) -> Result<Duration, Refused> {
        let tries = webhook.progress().failures;
        if tries >= CHALLENGES {
            return Ok(DORMANT);
        }
        let caller = (SYSTEM.caller(), None);
        let is_active = self.challenged(courier, webhook.clone(), &caller).await?;
        Ok(if is_active {
            Duration::ZERO
        } else {
            backoff(tries.saturating_add(1))
        })
    }

    async fn turn(
        &self,
        courier: &dyn Courier,
        webhook: &Loaded<Webhook>,
        progress: &mut Progress,
    ) -> Result<Turn, Refused> {
        let scope = SYSTEM.read_owner(&webhook.owner);
        let clock = &self.parts.clock;
        let ends = clock.monotonic().saturating_add(TURN);
        loop {
            let feed = &self.parts.feed;
            let lines = feed.feed(&scope, progress.delivered, PAGE).await?;
            for line in &lines {
                if webhook.wants(line.told.kind) {
                    if clock.monotonic() >= ends || self.has_moved(webhook).await? {
                        return Ok(Turn::Over);
                    }
                    let at = clock.now();
                    let letter = self.letter(&Saying::Line(line), at, None);
                    let Some(taken) = self.taken(courier, webhook, &letter).await else {
                        return Ok(Turn::Over);
                    };
                    let taken = attempt(at, taken.map(|receipt| receipt.status));
                    *progress = progress.tried(taken);
                    if taken.outcome != Outcome::Delivered {
                        return Ok(Turn::Failed(*progress));
                    }
                }
                progress.delivered = line.pos;
            }
            if u32::try_from(lines.len()).is_ok_and(|found| found < PAGE) {
                return Ok(Turn::Done);
            }
            if clock.monotonic() >= ends {
                return Ok(Turn::Over);
            }
        }
    }

    /// Whether somebody has changed it since it was read.
    async fn has_moved(&self, webhook: &Loaded<Webhook>) -> Result<bool, Refused> {
        let found = self
            .parts
            .webhooks
            .webhook(&SYSTEM.read(), webhook.id)
            .await?;
        Ok(found.is_none_or(|found| found.version() != webhook.version()))
    }

    async fn keep(&self, webhook: &Webhook, progress: Progress) -> Result<(), Refused> {
        let id = webhook.id;
        let task = Bookkeeping::BookWebhook { id, progress };
        self.parts.store.bookkeep(task).await?;
        Ok(())
    }

    async fn failed(&self, webhook: &Webhook, progress: &Progress) -> Result<Duration, Refused> {
        if !progress.is_hopeless(self.parts.clock.now()) {
            return Ok(backoff(progress.failures));
        }
        decide(|| async {
            let now = self.parts.clock.now();
            let found = self
                .parts
                .webhooks
                .webhook(&SYSTEM.read(), webhook.id)
                .await?;
            // Its owner was faster: deleted, or told to begin again somewhere else.
            let Some(found) = found.filter(|found| found.round == webhook.round) else {
                return Ok(Duration::ZERO);
            };
            let told = self.problem(&found, now)?;
            let unit = Unit::of(SYSTEM.caller(), now, Webhook::disable(found, now)?);
            self.parts.store.commit(unit.change(told)).await?;
            Ok(DORMANT)
        })
        .await
    }

    fn problem(&self, webhook: &Webhook, now: Timestamp) -> Result<Changed<Notification>, Refused> {
        let id = NotificationId::new(now, random(&*self.parts.entropy)?);
        let (owner, topic) = (webhook.owner.clone(), Topic::WebhookDisabled);
        Ok(Notification::raise(id, owner, topic, None, webhook.id, now))
    }

    /// News that came after the last look, and before the job could be roused, are not left lying.
    async fn look_back(&self, before: &Loaded<Webhook>) -> Result<(), Refused> {
        let found = self
            .parts
            .webhooks
            .webhook(&SYSTEM.read(), before.id)
            .await?;
        let Some(webhook) = found else {
            return Ok(());
        };
        let progress = webhook.progress();
        let is_idle = webhook.state == WebhookState::Active && progress.failures == 0;
        let is_moved = webhook.version() != before.version()
            && matches!(webhook.state, WebhookState::Active | WebhookState::Pending);
        let has_news = is_idle && self.has_news(&webhook, progress.delivered).await?;
        if is_moved || has_news {
            self.rouse(vec![webhook.id]).await?;
        }
        Ok(())
    }

    async fn has_news(&self, webhook: &Webhook, after: i64) -> Result<bool, Refused> {
        let scope = SYSTEM.read_owner(&webhook.owner);
        let lines = self.parts.feed.feed(&scope, after, 1).await?;
        Ok(!lines.is_empty())
    }
}
