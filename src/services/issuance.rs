//! The main job: from an order with green gates to a certificate (design 4, reliability S1-S10).
//!
//! An act has two units of work. The *intent* makes activation, serial, linted TBS and audit
//! entry durable; only then the HSM is asked. The *result* stores the verified certificate, ends
//! order and activation, and queues the mail. From its first step on the act is a task of its
//! own: a client that hangs up changes nothing. Whatever goes wrong between the units ends as an
//! abandoned serial on the CRL and an activation that is judged afresh.

use std::{
    collections::HashMap,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tokio::sync::{Notify, watch};
use tokio_util::task::TaskTracker;

use crate::{
    domain::{
        activation::{Activation, ActivationState, CommonNameSource},
        aggregate::Loaded,
        id::{ActivationId, CertificateId, OrderId},
        idempotency::{Answer, IdempotencyClaim, IdempotencyKey},
        job::Job,
        owner::{AcceptedStatement, ActingFor},
        refusal::Refused,
    },
    policy::{
        access::{ReadScope, SystemScope, TenantScope},
        activation::{self, Options},
        statements::StatementGiven,
    },
    ports::{
        clock::Clock,
        entropy::Entropy,
        signer::Signer,
        store::{
            Bookkeeping, Store,
            catalogue::Requests,
            issuance::{Activations, CertificateRecord},
        },
    },
    services::{
        authority::{Authorities, Authority, slot::SigningSlot},
        caa::CaaChecks,
        catalogue::Catalogue,
        certificates::Certificates,
        jobs::{JobHandler, rest_for_hsm},
        lease::{Lease, clock_may_sign},
        screening::Screening,
        subject_keys::SubjectKeys,
    },
};

mod draw;
mod finish;
mod judge;
pub mod preflight;
mod prepare;
pub mod reissue;
pub mod settle;
pub mod steps;

/// Renders the answer to a finished activation; handed in by the edge, used before the commit.
pub type Renderer = Arc<dyn Fn(&CertificateRecord) -> Answer + Send + Sync>;

/// What issuance needs; wired once.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub activations: Arc<dyn Activations>,
    pub certificates: Certificates,
    pub subject_keys: Arc<SubjectKeys>,
    pub requests: Arc<dyn Requests>,
    pub signer: Arc<dyn Signer>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub authorities: Arc<Authorities>,
    pub catalogue: Arc<Catalogue>,
    /// Asked again before anything is signed.
    pub screening: Arc<Screening>,
    pub caa: CaaChecks,
    pub lease: Arc<Lease>,
    pub tasks: TaskTracker,
    pub render: Renderer,
    /// How long a certificate stays valid beside the one that has taken its place.
    pub overlap: Duration,
}

/// The issuance service.
#[derive(Clone)]
pub struct Issuance(Arc<Parts>, Arc<Running>);

/// What those who ask again can wait for.
#[derive(Default)]
struct Running {
    /// Acts of this process whose intent is durable and whose end is not.
    acts: Mutex<HashMap<ActivationId, watch::Receiver<Stage>>>,
    /// Told when an act comes or goes.
    moved: Notify,
}

/// A client's request to activate an order.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The chosen common name: an offered value, or the name of its source.
    pub common_name: String,
    pub fields: Vec<String>,
    pub csr: String,
    pub statements: Vec<StatementGiven>,
    pub acting_for: ActingFor,
    /// The certificate whose place the new one shall take.
    pub replaces: Option<CertificateId>,
}

/// The call that carries a wish.
#[derive(Clone, Debug)]
pub struct Asked {
    pub claim: IdempotencyClaim,
    /// Its body, octet for octet; bounded by the edge.
    pub body: String,
}

/// How an act stands.
#[derive(Clone, Debug)]
pub enum Stage {
    /// Before the intent: nothing is stored.
    Judging,
    /// The intent is durable.
    Recorded(ActivationId),
    Ended(Result<Outcome, Refused>),
}

/// How an act ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The answer as stored.
    Issued(Answer),
    /// The serial was abandoned; the activation lives on and is judged afresh.
    Postponed(ActivationId),
}

/// What the client is told after its wait.
#[derive(Clone, Debug)]
pub enum Told {
    Issued(Answer),
    /// The intent is durable and the result is late: 202.
    Pending(ActivationId),
}

/// The values of a new activation that came from the client, judged for form.
struct Applicant {
    common_name: CommonNameSource,
    fields: Vec<String>,
    statements: Vec<AcceptedStatement>,
    acting_for: ActingFor,
}

/// Where an act comes from.
enum Origin {
    Fresh {
        scope: TenantScope,
        order: OrderId,
        wish: Box<Wish>,
        asked: Box<Asked>,
    },
    Resumed {
        activation: Box<Loaded<Activation>>,
        job: Job,
    },
}

impl Issuance {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts), Arc::default())
    }

    /// Activates an order and waits up to `wait` for the certificate, also when it comes under
    /// another serial than the first.
    ///
    /// # Errors
    /// The refusal with its code; 503 when HSM or store are down before the intent.
    pub async fn activate(
        &self,
        scope: TenantScope,
        order: OrderId,
        wish: Wish,
        asked: Asked,
        wait: Duration,
    ) -> Result<Told, Refused> {
        let (read, key) = (scope.read(), asked.claim.key.clone());
        let (wish, asked) = (Box::new(wish), Box::new(asked));
        let mut stage = self.begin(Origin::Fresh {
            scope,
            order,
            wish,
            asked,
        });
        let ended = self.ended_since(stage.clone(), &read, &key);
        match tokio::time::timeout(wait, ended).await {
            Ok(told) => told,
            // The time is over: before the intent there is nothing to point at yet, and the
            // judgement itself is bounded by the deadlines of store and HSM.
            Err(_) => {
                let recorded = stage
                    .wait_for(|stage| !matches!(stage, Stage::Judging))
                    .await;
                recorded
                    .map_err(|_| lost_task())
                    .and_then(|stage| told(&stage))
            }
        }
    }

    /// Runs an activation again whose serial was abandoned; ends the job that asked for it.
    ///
    /// # Errors
    /// 503 when HSM or store are down; the job is then tried again.
    async fn resume(&self, scope: SystemScope, job: &Job) -> Result<(), Refused> {
        let Some(activation) = self.load_for_resumption(scope, job).await? else {
            let task = Bookkeeping::EndJob {
                token: job.token.clone(),
            };
            self.0.store.bookkeep(task).await?;
            return Ok(());
        };
        let (activation, job) = (Box::new(activation), job.clone());
        let mut stage = self.begin(Origin::Resumed { activation, job });
        let ended = stage
            .wait_for(|stage| matches!(stage, Stage::Ended(_)))
            .await;
        match ended.map(|stage| stage.clone()) {
            // A refusal has ended job and activation; trouble leaves both for another try.
            Ok(Stage::Ended(Err(refused))) if refused.is_trouble() => Err(refused),
            Ok(_) => Ok(()),
            Err(_) => Err(lost_task()),
        }
    }

    fn begin(&self, origin: Origin) -> watch::Receiver<Stage> {
        let (report, stage) = watch::channel(Stage::Judging);
        let service = self.clone();
        self.0.tasks.spawn(async move {
            let ended = service.act(origin, &report).await;
            service
                .running()
                .retain(|_, running| !running.same_channel(&report.subscribe()));
            report.send_replace(Stage::Ended(ended));
            service.1.moved.notify_waiters();
        });
        stage
    }

    /// The intent is durable: from now on the act can be asked for.
    fn announce(&self, report: &watch::Sender<Stage>, id: ActivationId) {
        self.running().insert(id, report.subscribe());
        report.send_replace(Stage::Recorded(id));
        self.1.moved.notify_waiters();
    }

    fn running(&self) -> MutexGuard<'_, HashMap<ActivationId, watch::Receiver<Stage>>> {
        self.1.acts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What to answer to a request that was made before and has no final answer yet: waits for
    /// the end of the act, also when it goes on under another serial, else says how it stands
    /// (contract: a 202 is not final).
    ///
    /// # Errors
    /// The refusal an act ended with; 503 when the store cannot answer.
    pub async fn again_asked(
        &self,
        scope: &ReadScope,
        key: &IdempotencyKey,
        id: ActivationId,
        wait: Duration,
    ) -> Result<Told, Refused> {
        let ended = tokio::time::timeout(wait, self.ended(scope, key, id)).await;
        match ended {
            Ok(told) => told,
            // Also who does not wait at all learns of an end.
            Err(_) => Ok(self.stored(key).await?.unwrap_or(Told::Pending(id))),
        }
    }

    async fn stored(&self, key: &IdempotencyKey) -> Result<Option<Told>, Refused> {
        let stored = self.0.requests.request(key).await?;
        let answer = stored.and_then(|stored| stored.answer);
        Ok(answer.map(Told::Issued))
    }

    /// The end of an act that was begun now, or of what took its activation up after it.
    async fn ended_since(
        &self,
        mut stage: watch::Receiver<Stage>,
        scope: &ReadScope,
        key: &IdempotencyKey,
    ) -> Result<Told, Refused> {
        let ended = stage.wait_for(|stage| matches!(stage, Stage::Ended(_)));
        match ended.await.map(|stage| stage.clone()) {
            Ok(Stage::Ended(Ok(Outcome::Postponed(id)))) => self.ended(scope, key, id).await,
            Ok(stage) => told(&stage),
            Err(_) => Err(lost_task()),
        }
    }

    async fn ended(
        &self,
        scope: &ReadScope,
        key: &IdempotencyKey,
        id: ActivationId,
    ) -> Result<Told, Refused> {
        loop {
            // Enlisted before the look: what moves after it wakes.
            let mut moved = pin!(self.1.moved.notified());
            moved.as_mut().enable();
            let running = self.running().get(&id).cloned();
            if let Some(mut stage) = running {
                let ended = stage.wait_for(|stage| matches!(stage, Stage::Ended(_)));
                match ended.await.map(|stage| stage.clone()) {
                    // A job takes it up again.
                    Ok(Stage::Ended(Ok(Outcome::Postponed(_)))) => continue,
                    Ok(stage) => return told(&stage),
                    Err(_) => return Err(lost_task()),
                }
            }
            if let Some(told) = self.stored(key).await? {
                return Ok(told);
            }
            let found = self.0.activations.activation(scope, id).await?;
            let runs = found.is_some_and(|found| found.state == ActivationState::Running);
            if !runs {
                return Ok(Told::Pending(id));
            }
            moved.await;
        }
    }

    /// What may go into the certificate of an order.
    ///
    /// # Errors
    /// 404 for an order that is not the caller's, 409 when a gate is not green.
    pub async fn options(&self, scope: &ReadScope, order: OrderId) -> Result<Options, Refused> {
        let facts = self.facts(scope, order).await?;
        let now = self.0.clock.now();
        activation::options(self.view(&facts, None, now).await?, now)
    }

    /// The newest activation of an order.
    ///
    /// # Errors
    /// 404 when there is none, or the order is not the caller's.
    pub async fn newest(
        &self,
        scope: &ReadScope,
        order: OrderId,
    ) -> Result<Loaded<Activation>, Refused> {
        let newest = self.facts(scope, order).await?.order.activation;
        let id = newest.ok_or_else(Refused::not_found)?;
        self.activation(scope, id).await
    }

    /// One activation.
    ///
    /// # Errors
    /// 404 when it is not there or not the caller's, 503.
    pub async fn activation(
        &self,
        scope: &ReadScope,
        id: ActivationId,
    ) -> Result<Loaded<Activation>, Refused> {
        let found = self.0.activations.activation(scope, id).await?;
        found.ok_or_else(Refused::not_found)
    }

    /// Takes what an act needs before anything is stored; fails closed (503).
    fn ready(&self, authority: &Authority) -> Result<SigningSlot, Refused> {
        self.able(authority)?;
        authority.slot()
    }

    /// Whether this process may sign with the CA's key at all.
    fn able(&self, authority: &Authority) -> Result<(), Refused> {
        if !self.0.lease.may_sign(self.0.clock.monotonic()) {
            return Err(Refused::unavailable(
                "issuance-suspended",
                "the boot lease has run out",
            ));
        }
        if !clock_may_sign(self.0.store.clock_lag()) {
            let cause = "the clock is behind the last audit entry";
            return Err(Refused::unavailable("issuance-suspended", cause));
        }
        authority.require_usable(self.0.signer.as_ref())
    }
}

#[async_trait]
impl JobHandler for Issuance {
    async fn run(&self, job: &Job) -> Result<(), Refused> {
        self.resume(SystemScope::new("issuance"), job).await
    }

    fn rest(&self, job: &Job) -> Duration {
        rest_for_hsm(job)
    }
}

fn told(stage: &Stage) -> Result<Told, Refused> {
    match stage {
        Stage::Judging => Err(lost_task()),
        Stage::Recorded(id) => Ok(Told::Pending(*id)),
        Stage::Ended(Ok(Outcome::Issued(answer))) => Ok(Told::Issued(answer.clone())),
        Stage::Ended(Ok(Outcome::Postponed(id))) => Ok(Told::Pending(*id)),
        Stage::Ended(Err(refused)) => Err(refused.clone()),
    }
}

/// The act's task died: what it did is settled at the next start.
fn lost_task() -> Refused {
    Refused::unavailable(
        "issuance-suspended",
        "the task of the act ended without a word",
    )
}
