//! Webhooks: what a frontend does with its endpoints. What is pushed to them is the feed of their
//! owner, line for line (`delivery`); who has news is found by `rousing`.
//!
//! Knows nothing of addresses, signatures and TLS: the courier does.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};
use tokio_util::sync::CancellationToken;

use super::{
    request::{Request, decide},
    turns::{Share, Turns},
};
use crate::{
    domain::{
        aggregate::{Changed, Loaded},
        feed::FeedKind,
        id::{EventId, JobId, WebhookId},
        job::{JobKind, NewJob},
        owner::Owner,
        refusal::{Class, Fault, Refused},
        timestamp::Timestamp,
        unit::Unit,
        webhook::{
            self, NewWebhook, Webhook, WebhookState, WebhookUrl,
            progress::{Attempt, Outcome},
        },
    },
    policy::access::{ReadScope, TenantScope},
    ports::{
        clock::Clock,
        courier::{Courier, Letter, Lost, Receipt},
        entropy::{Entropy, random},
        store::{
            Bookkeeping, Page, Store,
            catalogue::{Feed, FeedLine},
            people::Identities,
            webhooks,
        },
    },
};

mod challenge;
mod delivery;
pub mod rousing;

/// Frontends that wait for an endpoint's answer at a time, over all: each holds a connection.
const WAITING: usize = 16;
/// Endpoints that are served side by side; a frontend's are half of all places. One that says
/// nothing holds its place for seconds.
const SHARE: Share = Share {
    of_owner: 4,
    of_frontend: 16,
};
/// What a frontend that finds no place is told to wait.
const SOON: std::time::Duration = std::time::Duration::from_secs(10);

/// What a message says.
#[derive(Clone, Copy, Debug)]
pub enum Saying<'a> {
    Line(&'a FeedLine),
    /// The endpoint has to send the word back.
    Challenge {
        webhook: WebhookId,
        id: EventId,
        at: Timestamp,
        word: &'a str,
    },
    Test {
        webhook: WebhookId,
        id: EventId,
        at: Timestamp,
    },
}

/// The id and the JSON of a message.
pub type Word = Arc<dyn Fn(&Saying<'_>) -> (String, Vec<u8>) + Send + Sync>;

/// What the service needs; wired once.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub webhooks: Arc<dyn webhooks::Webhooks>,
    pub feed: Arc<dyn Feed>,
    pub people: Arc<dyn Identities>,
    /// `None`: the configuration has no key to sign messages with, and none leaves.
    pub courier: Option<Arc<dyn Courier>>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub word: Word,
    /// The daemon is about to end: what is on its way is given up and sent again later.
    pub stopping: CancellationToken,
}

/// The service.
#[derive(Clone)]
pub struct Webhooks {
    parts: Arc<Parts>,
    room: Arc<Semaphore>,
    turns: Turns,
}

/// What a frontend asks for.
#[derive(Clone, Debug)]
pub struct Wish {
    pub url: WebhookUrl,
    /// Every type when empty.
    pub types: Vec<FeedKind>,
}

impl Webhooks {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            parts: Arc::new(parts),
            room: Arc::new(Semaphore::new(WAITING)),
            turns: Turns::new(SHARE),
        }
    }

    /// Registers an endpoint; a challenge is on its way.
    ///
    /// # Errors
    /// 409 when webhooks are not offered or the owner has enough of them; 422 for an address that
    /// is none or may not be gone to.
    pub async fn register(
        &self,
        scope: &TenantScope,
        wish: Wish,
        request: Request<Changed<Webhook>>,
    ) -> Result<Changed<Webhook>, Refused> {
        let refused = self.courier()?.admits(wish.url.as_str()).err();
        let fault = |code| Fault {
            pointer: "/url".to_owned(),
            code,
        };
        Refused::unless_clean(refused.into_iter().map(fault).collect())?;
        let now = self.parts.clock.now();
        let id = WebhookId::new(now, random(&*self.parts.entropy)?);
        let request = request.about(id);
        // Of two who take the same place at once the store lets one through.
        decide(|| async {
            let now = self.parts.clock.now();
            let new = NewWebhook {
                id,
                owner: scope.owner(),
                place: self.free_place(&scope.owner()).await?,
                url: wish.url.clone(),
                types: wish.types.clone(),
                begins_after: self.parts.feed.feed_end(&scope.read()).await?,
            };
            let made = Webhook::register(new, now);
            let unit = Unit::of(scope.caller(), now, made.clone());
            let unit = unit.job(self.job(id, now)?).granted(scope.grant());
            let unit = request.complete(unit, &made);
            self.parts.store.commit(unit).await?;
            Ok(made)
        })
        .await
    }

    /// Any of those that are left, so that who comes at the same time takes another.
    async fn free_place(&self, owner: &Owner) -> Result<u32, Refused> {
        let held = self.parts.webhooks.webhooks_of(owner, webhook::MOST);
        let held = held.await?;
        let is_free = |place: &u32| !held.iter().any(|webhook| webhook.place == *place);
        let free: Vec<u32> = (1..=webhook::MOST).filter(is_free).collect();
        let [drawn] = random(&*self.parts.entropy)?;
        let at = usize::from(drawn).checked_rem(free.len());
        let place = at.and_then(|at| free.get(at)).copied();
        place.ok_or_else(|| Refused::state("webhook-limit-reached"))
    }

    /// Newest first.
    ///
    /// # Errors
    /// 503.
    pub async fn list(
        &self,
        scope: &ReadScope,
        page: &Page,
    ) -> Result<Vec<Loaded<Webhook>>, Refused> {
        Ok(self.parts.webhooks.webhooks(scope, page).await?)
    }

    /// # Errors
    /// 404, 503.
    pub async fn get(&self, scope: &ReadScope, id: WebhookId) -> Result<Loaded<Webhook>, Refused> {
        let found = self.parts.webhooks.webhook(scope, id).await?;
        found.ok_or_else(Refused::not_found)
    }

    /// Nothing more is sent; a message that is on its way may still arrive.
    ///
    /// # Errors
    /// 404, 503.
    pub async fn delete(&self, scope: &TenantScope, id: WebhookId) -> Result<(), Refused> {
        let done = self.change(scope, id, Webhook::delete).await;
        done.map(|_| ())
    }

    /// Delivers again what came after a position.
    ///
    /// # Errors
    /// 404, 422 `cursor-ahead`, 503.
    pub async fn redeliver(
        &self,
        scope: &TenantScope,
        id: WebhookId,
        after: i64,
    ) -> Result<Webhook, Refused> {
        let rewind = |webhook, now| Webhook::rewind(webhook, after, now);
        let rewound = self.change(scope, id, rewind).await?;
        self.rouse_after(id).await;
        Ok(rewound)
    }

    /// Sends the challenge now and waits for its answer: the way from pending or disabled to
    /// active.
    ///
    /// # Errors
    /// 404, 409 when it is active, 429, 503. That the endpoint did not answer is no error.
    pub async fn challenge(&self, scope: &TenantScope, id: WebhookId) -> Result<Webhook, Refused> {
        let webhook = self.get(&scope.read(), id).await?;
        webhook.require(&[WebhookState::Pending, WebhookState::Disabled])?;
        let courier = self.courier()?;
        let _place = self.place()?;
        let caller = (scope.caller(), Some(scope.grant()));
        let due = self.challenged(&*courier, webhook, &caller).await?;
        if due {
            self.rouse_after(id).await;
        }
        let seen = self.get(&scope.read(), id).await?;
        Ok((*seen).clone())
    }

    /// Sends a message that says nothing and waits for the answer.
    ///
    /// # Errors
    /// 404, 409 unless it is active, 429, 503. That the endpoint did not take it is no error.
    pub async fn test(&self, scope: &TenantScope, id: WebhookId) -> Result<Attempt, Refused> {
        let webhook = self.get(&scope.read(), id).await?;
        webhook.require(&[WebhookState::Active])?;
        let courier = self.courier()?;
        let _place = self.place()?;
        let at = self.parts.clock.now();
        let saying = Saying::Test {
            webhook: id,
            id: EventId::new(at, random(&*self.parts.entropy)?),
            at,
        };
        let letter = self.letter(&saying, at, None);
        let taken = self.taken(&*courier, &webhook, &letter).await;
        let taken = taken.ok_or_else(|| Refused::unavailable("shutting-down", "a test"))?;
        Ok(attempt(at, taken.map(|receipt| receipt.status)))
    }

    /// The keys that messages are signed with (DER SPKI); none when webhooks are not offered.
    #[must_use]
    pub fn keys(&self) -> Vec<Vec<u8>> {
        let courier = self.parts.courier.as_ref();
        courier.map(|courier| courier.keys()).unwrap_or_default()
    }

    async fn change(
        &self,
        scope: &TenantScope,
        id: WebhookId,
        transition: impl Fn(Loaded<Webhook>, Timestamp) -> Result<Changed<Webhook>, Refused>,
    ) -> Result<Webhook, Refused> {
        decide(|| async {
            let now = self.parts.clock.now();
            let found = self.get(&scope.read(), id).await?;
            let changed = transition(found, now)?;
            let after = (*changed).clone();
            let unit = Unit::of(scope.caller(), now, changed).granted(scope.grant());
            self.parts.store.commit(unit).await?;
            Ok(after)
        })
        .await
    }

    fn courier(&self) -> Result<Arc<dyn Courier>, Refused> {
        let courier = self.parts.courier.clone();
        courier.ok_or_else(|| Refused::state("webhooks-not-offered"))
    }

    fn place(&self) -> Result<OwnedSemaphorePermit, Refused> {
        let place = Arc::clone(&self.room).try_acquire_owned();
        place.map_err(|_: TryAcquireError| {
            Refused::new(Class::Limited { retry_after: SOON }, "rate-limited")
        })
    }

    /// One job for the whole life of an endpoint: two could deliver out of order.
    fn job(&self, id: WebhookId, due: Timestamp) -> Result<NewJob, Refused> {
        Ok(NewJob {
            id: JobId::new(due, random(&*self.parts.entropy)?),
            kind: JobKind::ServeWebhook,
            object: id.to_string(),
            slot: String::new(),
            due,
        })
    }

    fn letter(&self, saying: &Saying<'_>, at: Timestamp, answer: Option<usize>) -> Letter {
        let (id, body) = (self.parts.word)(saying);
        Letter {
            id,
            at,
            body,
            answer,
        }
    }

    /// What came of one try; `None` when the daemon stops before that is known.
    async fn taken(
        &self,
        courier: &dyn Courier,
        webhook: &Webhook,
        letter: &Letter,
    ) -> Option<Result<Receipt, Lost>> {
        tokio::select! {
            biased;
            () = self.parts.stopping.cancelled() => None,
            taken = courier.take(webhook.url.as_str(), letter) => Some(taken),
        }
    }

    /// Has an endpoint looked after at once whose change stands: that this fails costs time and
    /// takes nothing back.
    async fn rouse_after(&self, id: WebhookId) {
        if let Err(refused) = self.rouse(vec![id]).await {
            tracing::warn!(
                webhook = %id,
                code = refused.code,
                cause = refused.cause,
                "a webhook is not looked after at once"
            );
        }
    }

    /// Has these endpoints looked after at once.
    async fn rouse(&self, ids: Vec<WebhookId>) -> Result<(), Refused> {
        let task = Bookkeeping::RouseJobs {
            kind: JobKind::ServeWebhook,
            objects: ids.iter().map(ToString::to_string).collect(),
            now: self.parts.clock.now(),
        };
        self.parts.store.bookkeep(task).await?;
        Ok(())
    }
}

fn attempt(at: Timestamp, taken: Result<u16, Lost>) -> Attempt {
    let (outcome, status) = match taken {
        Ok(status) => (Outcome::Delivered, Some(status)),
        Err(lost) => (lost.outcome, lost.status),
    };
    metrics::counter!("chancery_webhook_attempts_total", "outcome" => outcome.name()).increment(1);
    Attempt {
        at,
        outcome,
        status,
    }
}
