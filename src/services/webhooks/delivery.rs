//! The turn of one endpoint: what its owner was told of and it has not taken yet, in order, until
//! there is nothing left, it fails, or its time is over and others have theirs.
//!
//! At least once: what was delivered is booked after each page and at the end of a turn, and a
//! process that dies before delivers the lines of that page again.

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
        webhook::{
            CHALLENGES, Webhook, WebhookState,
            progress::{Outcome, Progress},
        },
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
/// Until one is looked at again whose owner has all its places.
const CROWDED: Duration = Duration::from_secs(1);
/// Between two looks at one that waits for its owner.
const DORMANT: Duration = Duration::from_secs(24 * 3600);

/// How a turn ended.
enum Turn {
    /// There was nothing left.
    Done,
    /// Others first.
    Over,
    Failed,
}

/// When an endpoint is looked at again.
enum Served {
    /// As soon as others had their turn: there is more to do.
    Again,
    /// Then, whatever there is to tell it: it failed, or may be told nothing.
    Rest(Timestamp),
    /// It took all there was.
    Drained,
}

#[async_trait]
impl JobHandler for Webhooks {
    async fn run(&self, job: &Job) -> Result<(), Refused> {
        let id = match job.object.parse() {
            Ok(id) => self.parts.webhooks.webhook(&SYSTEM.read(), id).await?,
            Err(_) => None,
        };
        // One that was deleted comes back never.
        let lives = |webhook: &Loaded<Webhook>| webhook.state != WebhookState::Deleted;
        let Some(webhook) = id.filter(lives) else {
            return nothing_to_do(&*self.parts.store, job).await;
        };
        let Some(_turn) = self.turns.begin(&webhook.owner) else {
            let due = self.parts.clock.now().plus(CROWDED);
            return put_off(&*self.parts.store, job, due).await;
        };
        let served = self.served(&webhook).await?;
        let due = match served {
            Served::Again => self.parts.clock.now(),
            Served::Rest(until) => until,
            Served::Drained => self.parts.clock.now().plus(IDLE),
        };
        put_off(&*self.parts.store, job, due).await?;
        if matches!(served, Served::Again) {
            return Ok(());
        }
        self.look_back(&webhook, &served).await
    }

    /// Its job is one for life: how often it ran says nothing.
    fn rest(&self, _: &Job) -> Duration {
        backoff(1)
    }
}

impl Webhooks {
    /// Does what is to be done now.
    async fn served(&self, webhook: &Loaded<Webhook>) -> Result<Served, Refused> {
        let now = self.parts.clock.now();
        let Some(courier) = self.parts.courier.clone() else {
            return Ok(Served::Rest(now.plus(DORMANT)));
        };
        // A frontend that was stopped is told nothing (contract, Identities).
        let frontend = self.parts.people.identity(&webhook.owner.ra).await?;
        if !frontend.is_some_and(|frontend| frontend.is_active(now)) {
            return Ok(Served::Rest(now.plus(IDLE)));
        }
        match webhook.state {
            WebhookState::Pending => self.introduced(&*courier, webhook).await,
            WebhookState::Active => {
                let mut progress = webhook.progress();
                let turn = self.turn(&*courier, webhook, &mut progress).await;
                // Also when a look failed: what was delivered before is not delivered again.
                if progress != webhook.booked {
                    self.keep(webhook, progress).await?;
                }
                match turn? {
                    Turn::Done => Ok(Served::Drained),
                    Turn::Over => Ok(Served::Again),
                    Turn::Failed => self.failed(webhook, &progress).await,
                }
            }
            WebhookState::Disabled | WebhookState::Deleted => Ok(Served::Rest(now.plus(DORMANT))),
        }
    }

    async fn introduced(
        &self,
        courier: &dyn Courier,
        webhook: &Loaded<Webhook>,
    ) -> Result<Served, Refused> {
        let tries = webhook.progress().failures;
        let rest = |rest| Served::Rest(self.parts.clock.now().plus(rest));
        if tries >= CHALLENGES {
            return Ok(rest(DORMANT));
        }
        let caller = (SYSTEM.caller(), None);
        let is_active = self.challenged(courier, webhook.clone(), &caller).await?;
        Ok(if is_active {
            Served::Again
        } else {
            rest(backoff(tries.saturating_add(1)))
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
                        return Ok(Turn::Failed);
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
            self.keep(webhook, *progress).await?;
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

    /// Both its rest and its patience count from the try itself, not from when it was booked.
    async fn failed(&self, webhook: &Webhook, progress: &Progress) -> Result<Served, Refused> {
        let tried_at = progress
            .last
            .map_or_else(|| self.parts.clock.now(), |last| last.at);
        if !progress.is_hopeless(tried_at) {
            return Ok(Served::Rest(tried_at.plus(backoff(progress.failures))));
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
                return Ok(Served::Again);
            };
            let told = self.problem(&found, now)?;
            let unit = Unit::of(SYSTEM.caller(), now, Webhook::disable(found, now)?);
            self.parts.store.commit(unit.change(told)).await?;
            Ok(Served::Rest(now.plus(DORMANT)))
        })
        .await
    }

    fn problem(&self, webhook: &Webhook, now: Timestamp) -> Result<Changed<Notification>, Refused> {
        let id = NotificationId::new(now, random(&*self.parts.entropy)?);
        let (owner, topic) = (webhook.owner.clone(), Topic::WebhookDisabled);
        Ok(Notification::raise(id, owner, topic, None, webhook.id, now))
    }

    /// News that came after the last look, and before the job could be roused, are not left lying.
    async fn look_back(&self, before: &Loaded<Webhook>, served: &Served) -> Result<(), Refused> {
        let found = self
            .parts
            .webhooks
            .webhook(&SYSTEM.read(), before.id)
            .await?;
        let Some(webhook) = found else {
            return Ok(());
        };
        let is_open = matches!(webhook.state, WebhookState::Active | WebhookState::Pending);
        let is_moved = is_open && webhook.version() != before.version();
        // One that rests has its own next time, whatever there is to tell it.
        let is_drained = matches!(served, Served::Drained);
        if is_moved || (is_drained && self.has_news(&webhook).await?) {
            self.rouse(vec![webhook.id]).await?;
        }
        Ok(())
    }

    /// Whether there is something it wants, as far as one look reaches.
    async fn has_news(&self, webhook: &Webhook) -> Result<bool, Refused> {
        let scope = SYSTEM.read_owner(&webhook.owner);
        let after = webhook.progress().delivered;
        let lines = self.parts.feed.feed(&scope, after, PAGE).await?;
        // A whole page that it does not want is moved over by a turn.
        let is_full = u32::try_from(lines.len()).is_ok_and(|found| found >= PAGE);
        Ok(is_full || lines.iter().any(|line| webhook.wants(line.told.kind)))
    }
}
