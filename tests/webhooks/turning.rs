//! Webhooks on a real store, with an endpoint that does what the test says.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use chancery::{
    adapters::sqlite::SqliteStore,
    domain::{
        aggregate::Loaded,
        feed::FeedKind,
        id::{OrderId, WebhookId},
        idempotency::{Answer, IdempotencyClaim, IdempotencyKey},
        identity::{Credential, Identity, NewIdentity},
        job::JobKind,
        order::Contacts,
        owner::{ActingFor, Caller, IdentityName, Owner, Role},
        period::Period,
        product::{EmailMethod, Localized, Operation, Product, ProductCode},
        terms::Terms,
        text::Language,
        unit::Unit,
        webhook::{
            Webhook,
            progress::{Outcome, Progress},
        },
    },
    http::webhooks::word,
    policy::access::{Action, Authenticated, ReadScope, TenantScope},
    ports::{
        clock::Clock,
        courier::{Courier, Letter, Lost, Receipt},
        store::{
            Bookkeeping, Page, Store, StoreError,
            catalogue::Feed,
            people::Identities,
            webhooks::{self, Webhooks as _},
        },
    },
    services::{
        catalogue::Catalogue,
        jobs::{JobHandler, Runner},
        orders::{self, OrderWish, Orders},
        request::Request,
        webhooks::{Parts, Webhooks, Wish},
    },
};
use serde_json::Value;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::{
    clock::FakeClock,
    entropy::FakeEntropy,
    ground::{Ground, Home, text},
};

pub const HOUR: Duration = Duration::from_secs(3600);

/// What the endpoint does with the next message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Takes,
    Refuses,
    /// Says nothing for ever.
    Hangs,
}

/// What happens once, beside a message.
pub struct Meanwhile {
    pub orders: Orders,
    pub scope: TenantScope,
    /// Cancelled; without, there is another order.
    pub order: Option<OrderId>,
}

/// The endpoint, and what it has taken.
pub struct Endpoint {
    pub manner: Mutex<Manner>,
    /// Whether it answers challenges.
    pub echoes: Mutex<bool>,
    pub challenges: Mutex<usize>,
    /// How it goes on once it has taken so many messages.
    pub then: Mutex<Option<(usize, Manner)>>,
    taken: Mutex<Vec<String>>,
    /// What the owner does while it takes its next message.
    pub meanwhile: Mutex<Option<Meanwhile>>,
    pub hangs: Notify,
    /// Says nothing for ever at addresses that contain this.
    pub silent_at: Mutex<Option<&'static str>>,
    /// Messages that wait there.
    pub waiting: AtomicU32,
    /// One was taken.
    pub came: Notify,
}

#[async_trait]
impl Courier for Endpoint {
    fn admits(&self, _: &str) -> Result<(), &'static str> {
        Ok(())
    }

    async fn take(&self, url: &str, letter: &Letter) -> Result<Receipt, Lost> {
        let said: Value = serde_json::from_slice(&letter.body).unwrap();
        if said.get("challenge").is_some() {
            *self.challenges.lock().unwrap() += 1;
            let echoes = *self.echoes.lock().unwrap();
            let body = if echoes {
                letter.body.clone()
            } else {
                Vec::new()
            };
            return Ok(Receipt { status: 200, body });
        }
        let silent = *self.silent_at.lock().unwrap();
        if silent.is_some_and(|place| url.contains(place)) {
            self.waiting.fetch_add(1, Ordering::SeqCst);
            std::future::pending::<()>().await;
        }
        let manner = *self.manner.lock().unwrap();
        match manner {
            Manner::Takes => {}
            Manner::Refuses => {
                return Err(Lost {
                    outcome: Outcome::Refused,
                    status: Some(503),
                });
            }
            Manner::Hangs => {
                self.hangs.notify_one();
                std::future::pending::<()>().await;
            }
        }
        let taken = {
            let mut taken = self.taken.lock().unwrap();
            taken.push(letter.id.clone());
            taken.len()
        };
        self.came.notify_one();
        if let Some((count, next)) = *self.then.lock().unwrap()
            && taken >= count
        {
            *self.manner.lock().unwrap() = next;
        }
        let meanwhile = self.meanwhile.lock().unwrap().take();
        if let Some(Meanwhile {
            orders,
            scope,
            order: cancelled,
        }) = meanwhile
        {
            match cancelled {
                None => {
                    order(&orders, &scope, "meanwhile").await;
                }
                Some(id) => {
                    let user = ActingFor::default();
                    orders.cancel(&scope, id, None, &user).await.unwrap();
                }
            }
        }
        Ok(Receipt {
            status: 200,
            body: Vec::new(),
        })
    }

    fn keys(&self) -> Vec<Vec<u8>> {
        Vec::new()
    }
}

/// Endpoints that can be read so often only, then not once, then again.
pub struct Faulty {
    pub store: SqliteStore,
    pub reads_left: AtomicU32,
}

#[async_trait]
impl webhooks::Webhooks for Faulty {
    async fn webhook(
        &self,
        scope: &ReadScope,
        id: WebhookId,
    ) -> Result<Option<Loaded<Webhook>>, StoreError> {
        if self.reads_left.fetch_sub(1, Ordering::SeqCst) == 0 {
            return Err(StoreError("torn".to_owned()));
        }
        self.store.webhook(scope, id).await
    }

    async fn webhooks(
        &self,
        scope: &ReadScope,
        page: &Page,
    ) -> Result<Vec<Loaded<Webhook>>, StoreError> {
        self.store.webhooks(scope, page).await
    }

    async fn webhooks_of(
        &self,
        owner: &Owner,
        limit: u32,
    ) -> Result<Vec<Loaded<Webhook>>, StoreError> {
        self.store.webhooks_of(owner, limit).await
    }

    async fn listening(&self, owners: &[Owner]) -> Result<Vec<Loaded<Webhook>>, StoreError> {
        self.store.listening(owners).await
    }
}

pub struct World {
    pub store: SqliteStore,
    pub clock: Arc<FakeClock>,
    pub entropy: Arc<FakeEntropy>,
    pub orders: Orders,
    pub endpoint: Arc<Endpoint>,
    pub faulty: Arc<Faulty>,
    pub webhooks: Webhooks,
    pub runner: Runner,
    ordered: AtomicU32,
    /// Last: the oracle judges what the others leave.
    pub dir: Home,
}

async fn order(orders: &Orders, scope: &TenantScope, key: &str) -> OrderId {
    let wish = OrderWish {
        product: ProductCode::parse("issue").unwrap(),
        customer: scope.owner().customer,
        alias: None,
        partner_order_ref: None,
        language: Language::Polish,
        contacts: Contacts {
            technical: None,
            revocation: None,
        },
        acting_for: ActingFor::default(),
    };
    let request = request(scope, key);
    let made = orders.create(scope, wish, request).await.unwrap();
    made.order.id
}

pub fn request<T>(scope: &TenantScope, key: &str) -> Request<T> {
    Request {
        claim: IdempotencyClaim {
            key: IdempotencyKey {
                identity: scope.ra().clone(),
                owner: scope.owner(),
                key: key.to_owned(),
            },
            request_sha256: [1; 32],
            act: "test".to_owned(),
        },
        render: Box::new(|_| Answer {
            status: 201,
            location: None,
            etag: None,
            body: b"rendered".to_vec(),
        }),
    }
}

fn catalogue() -> Arc<Catalogue> {
    let words = Localized {
        en: "S/MIME".to_owned(),
        pl: "S/MIME".to_owned(),
    };
    Arc::new(Catalogue::new(vec![Product {
        code: ProductCode::parse("issue").unwrap(),
        name: words,
        category: "S/MIME".to_owned(),
        validity_days: 365,
        offered: Period::default(),
        operation: Operation::Issue,
        profile: "org-multipurpose".to_owned(),
        email_methods: vec![EmailMethod::Mailbox],
        statements: Vec::new(),
    }]))
}

impl World {
    pub async fn new() -> Self {
        let Ground {
            dir,
            store,
            clock,
            entropy,
        } = Ground::new().await;
        let shared = Arc::new(store.clone());
        let orders = Orders::new(orders::Parts {
            screening: Arc::default(),
            warnings: Arc::default(),
            terms: Terms::default(),
            store: shared.clone(),
            orders: shared.clone(),
            sets: shared.clone(),
            mailboxes: shared.clone(),
            certificates: shared,
            clock: clock.clone(),
            entropy: entropy.clone(),
            catalogue: catalogue(),
        });
        let endpoint = Arc::new(Endpoint {
            manner: Mutex::new(Manner::Takes),
            echoes: Mutex::new(true),
            challenges: Mutex::new(0),
            then: Mutex::new(None),
            taken: Mutex::default(),
            meanwhile: Mutex::default(),
            hangs: Notify::new(),
            silent_at: Mutex::default(),
            waiting: AtomicU32::new(0),
            came: Notify::new(),
        });
        let faulty = Arc::new(Faulty {
            store: store.clone(),
            reads_left: AtomicU32::new(u32::MAX),
        });
        let webhooks = service(&store, &clock, &entropy, &faulty, Some(endpoint.clone()));
        let runner = runner(&store, &clock, &entropy, &webhooks);
        let world = Self {
            dir,
            store,
            clock,
            entropy,
            orders,
            endpoint,
            faulty,
            webhooks,
            runner,
            ordered: AtomicU32::new(0),
        };
        let panel = NewIdentity {
            name: IdentityName::parse("panel").unwrap(),
            role: Role::RaCustomer,
            credential: Credential::Spki([1; 32]),
            spki: None,
            qualified_until: None,
            granted: Period::default(),
        };
        let panel = Identity::register(panel, world.clock.now()).unwrap();
        let unit = Unit::of(Caller::system("test"), world.clock.now(), panel);
        world.store.commit(unit).await.unwrap();
        world
    }

    pub async fn panel(&self) -> Loaded<Identity> {
        let found = self.store.matching(&[Credential::Spki([1; 32])]).await;
        found.unwrap().remove(0)
    }

    pub async fn scope(&self) -> TenantScope {
        self.scope_of("c-1").await
    }

    pub async fn scope_of(&self, customer: &str) -> TenantScope {
        let (peer, request) = ("127.0.0.1".to_owned(), "r".to_owned());
        let now = self.clock.now();
        let who = Authenticated::new(self.panel().await, [1; 32], peer, request, now);
        TenantScope::authorize(&who.unwrap(), Action::UseOrders, Some(text(customer))).unwrap()
    }

    /// An endpoint that has answered its challenge and has nothing left.
    pub async fn active(&self, types: Vec<FeedKind>) -> WebhookId {
        let scope = self.scope().await;
        let url = text("https://hooks.example.com/");
        let wish = Wish { url, types };
        let request = request(&scope, "hook");
        let made = self.webhooks.register(&scope, wish, request).await;
        let id = made.unwrap().id;
        self.ran_out().await;
        id
    }

    /// Ticks until nothing is due.
    pub async fn ran_out(&self) {
        for _ in 0..10 {
            if self.runner.tick().await.unwrap() == 0 {
                return;
            }
        }
        panic!("there is always something to do");
    }

    pub async fn order(&self) -> OrderId {
        self.order_of("c-1").await
    }

    pub async fn order_of(&self, customer: &str) -> OrderId {
        let number = self.ordered.fetch_add(1, Ordering::SeqCst);
        let scope = self.scope_of(customer).await;
        order(&self.orders, &scope, &format!("order-{number}")).await
    }

    /// What the look each second does.
    pub async fn rouse(&self) {
        self.rouse_of(&["c-1"]).await;
    }

    pub async fn rouse_of(&self, customers: &[&str]) {
        let owner = |customer: &&str| Owner {
            ra: IdentityName::parse("panel").unwrap(),
            customer: Some(text(customer)),
        };
        let owners: Vec<Owner> = customers.iter().map(owner).collect();
        let listening = self.store.listening(&owners).await;
        let listening = listening.unwrap();
        let objects = listening.iter().map(|hook| hook.id.to_string());
        let task = Bookkeeping::RouseJobs {
            kind: JobKind::ServeWebhook,
            objects: objects.collect(),
            now: self.clock.now(),
        };
        self.store.bookkeep(task).await.unwrap();
    }

    pub async fn webhook(&self, id: WebhookId) -> Loaded<Webhook> {
        let found = self.store.webhook(&self.scope().await.read(), id).await;
        found.unwrap().unwrap()
    }

    pub async fn progress(&self, id: WebhookId) -> Progress {
        self.webhook(id).await.progress()
    }

    /// Positions of the owner's feed.
    pub async fn positions(&self) -> Vec<i64> {
        let lines = self.store.feed(&self.scope().await.read(), 0, 500).await;
        lines.unwrap().iter().map(|line| line.pos).collect()
    }

    pub fn taken(&self) -> usize {
        self.endpoint.taken.lock().unwrap().len()
    }
}

pub fn service(
    store: &SqliteStore,
    clock: &Arc<FakeClock>,
    entropy: &Arc<FakeEntropy>,
    faulty: &Arc<Faulty>,
    courier: Option<Arc<Endpoint>>,
) -> Webhooks {
    Webhooks::new(parts(store, clock, entropy, faulty, courier))
}

pub fn parts(
    store: &SqliteStore,
    clock: &Arc<FakeClock>,
    entropy: &Arc<FakeEntropy>,
    faulty: &Arc<Faulty>,
    courier: Option<Arc<Endpoint>>,
) -> Parts {
    let shared = Arc::new(store.clone());
    Parts {
        store: shared.clone(),
        webhooks: faulty.clone(),
        feed: shared.clone(),
        people: shared,
        courier: courier.map(|courier| -> Arc<dyn Courier> { courier }),
        clock: clock.clone(),
        entropy: entropy.clone(),
        word: Arc::new(word),
        stopping: CancellationToken::new(),
    }
}

pub fn runner(
    store: &SqliteStore,
    clock: &Arc<FakeClock>,
    entropy: &Arc<FakeEntropy>,
    webhooks: &Webhooks,
) -> Runner {
    runner_of(store, clock, entropy, webhooks, 4)
}

/// With so many places.
pub fn runner_of(
    store: &SqliteStore,
    clock: &Arc<FakeClock>,
    entropy: &Arc<FakeEntropy>,
    webhooks: &Webhooks,
    at_once: u32,
) -> Runner {
    let handler: Arc<dyn JobHandler> = Arc::new(webhooks.clone());
    let handlers = BTreeMap::from([(JobKind::ServeWebhook, handler)]);
    let store = Arc::new(store.clone());
    Runner::new(store, clock.clone(), entropy.clone(), handlers, at_once)
}
