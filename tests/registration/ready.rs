//! Verified data bound last opens the way to activation, and says so once.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
};

use chancery::{
    domain::{
        id::{MailboxId, OrderId, SubjectDataId},
        job::JobKind,
        mail::{MailKind, MailState},
        mailbox::{
            ConfirmChannel, FreshSeed, MailboxValidation, NewMailbox,
            answer::{Answered, Attempt},
        },
        notification::Tab,
        owner::{ActingFor, Caller},
        subject_data::VerifiedFacts,
        terms::Terms,
        text::{Country, Language},
        timestamp::days,
        unit::Unit,
    },
    policy::{access::TenantScope, mailbox_address},
    ports::{
        clock::Clock,
        store::{
            Page, Store,
            catalogue::Mails,
            registration::{Mailboxes, Orders, SubjectDataSets},
        },
    },
    services::jobs::{JobHandler, Runner},
};

use crate::{
    entropy::FakeEntropy,
    ground::text,
    world::{World, owner, wish},
};

const ALL: Page = Page {
    limit: 50,
    after: None,
};

impl World {
    /// Submits data and has two people decide for it.
    pub async fn verified(&self, scope: &TenantScope, key: &str) -> SubjectDataId {
        let now = self.clock.now();
        let id = self.submitted(scope, key).await.data.id;
        let set = self.store.subject_data(&scope.read(), id).await.unwrap();
        let facts = VerifiedFacts {
            organization: text("Example"),
            organization_identifier: text("NTRPL-0012345678"),
            country: Country::parse("PL").unwrap(),
            state_or_province: None,
            locality: None,
            organization_checked_at: now,
            authority_checked_at: now,
            organization_paper_of: None,
            authority_paper_of: None,
            carries_days: 825,
            representatives: Vec::new(),
            decided_at: now,
        };
        let set = set.unwrap().verify(facts, now).unwrap();
        self.write(Unit::of(Caller::system("test"), now, set)).await;
        id
    }

    /// The holder has confirmed the order's mailbox.
    async fn proven(&self, scope: &TenantScope, order: OrderId) {
        let now = self.clock.now();
        let id = MailboxId::new(now, [9; 10]);
        let started = MailboxValidation::start(NewMailbox {
            id,
            order,
            owner: owner(scope, "c-1"),
            address: mailbox_address::parse("jan@example.com").unwrap(),
            language: Language::Polish,
            seed: FreshSeed {
                nonce: [1; 32],
                mac: [2; 32],
            },
            acting_for: ActingFor::default(),
            terms: Terms::default(),
            now,
        });
        let stored = self.store.order(&scope.read(), order).await.unwrap();
        let bound = stored.unwrap().bind_mailbox(id, now).unwrap();
        let caller = Caller::system("test");
        self.write(Unit::of(caller.clone(), now, started).change(bound))
            .await;
        let attempt = Attempt {
            matches: true,
            channel: ConfirmChannel::Page,
            user_agent: String::new(),
            acting_for: ActingFor::default(),
        };
        let mailbox = self.store.mailbox(id).await.unwrap().unwrap();
        let Answered::Accepted(confirmed) = mailbox.confirm(&attempt, now) else {
            panic!("the mailbox is not confirmed");
        };
        self.write(Unit::of(caller, now, confirmed)).await;
    }

    async fn write(&self, unit: Unit) {
        self.store.commit(unit).await.unwrap();
    }

    async fn bind(&self, scope: &TenantScope, order: OrderId, set: SubjectDataId) {
        let user = ActingFor::default();
        let version = self.orders.get(&scope.read(), order).await.unwrap().version;
        let orders = &self.orders;
        orders
            .bind_data(scope, order, version, set, &user)
            .await
            .unwrap();
    }

    /// Recipients of "can be activated", and how often the panel says so.
    async fn told_ready(&self, scope: &TenantScope) -> (Vec<String>, usize) {
        let mails = self.store.mails(&MailState::ALL, &ALL).await.unwrap();
        let to = mails
            .iter()
            .filter(|mail| mail.kind == MailKind::ReadyToActivate)
            .map(|mail| mail.recipient.clone());
        let lines = self
            .notifications
            .list(&scope.read(), Tab::Information, &ALL)
            .await
            .unwrap();
        let lines = lines.iter().filter(|line| line.code == "ready-to-activate");
        (to.collect(), lines.count())
    }
}

#[tokio::test]
async fn verified_data_bound_last_tells_once() {
    let world = World::new().await;
    // An address proven without the mail that counts it.
    world.dir.made_up.store(true, Ordering::SeqCst);
    let scope = world.panel(Some("c-1")).await;
    let order = world.order(&scope, wish(None), "o").await.unwrap().order.id;
    let waiting = world.submitted(&scope, "waiting").await.data.id;
    world.bind(&scope, order, waiting).await;
    world.proven(&scope, order).await;
    assert_eq!(world.told_ready(&scope).await, (vec![], 0));
    let verified = world.verified(&scope, "verified").await;
    world.bind(&scope, order, verified).await;
    let once = (vec!["jan@example.com".to_owned()], 1);
    assert_eq!(world.told_ready(&scope).await, once);
    // Again, or from one verified set to another: it was open before.
    world.bind(&scope, order, verified).await;
    let other = world.verified(&scope, "other").await;
    world.bind(&scope, order, other).await;
    assert_eq!(world.told_ready(&scope).await, once);
}

#[tokio::test]
async fn verified_data_without_a_fresh_mailbox_tells_nothing() {
    let world = World::new().await;
    // The same address is proven for both, without the mails that count it.
    world.dir.made_up.store(true, Ordering::SeqCst);
    let scope = world.panel(Some("c-1")).await;
    let order = world.order(&scope, wish(None), "o").await.unwrap().order.id;
    let first = world.verified(&scope, "first").await;
    world.bind(&scope, order, first).await;
    assert_eq!(world.told_ready(&scope).await, (vec![], 0));
    let lapsed = world.order(&scope, wish(None), "p").await.unwrap().order.id;
    let waiting = world.submitted(&scope, "waiting").await.data.id;
    world.bind(&scope, lapsed, waiting).await;
    world.proven(&scope, lapsed).await;
    world.clock.advance(days(30));
    world.bind(&scope, lapsed, first).await;
    assert_eq!(world.told_ready(&scope).await, (vec![], 0));
}

/// Each time the way opens anew the days are counted from then, and by nobody else.
#[tokio::test]
async fn an_order_that_is_ready_again_is_reminded_of_once() {
    let world = World::new().await;
    // An address proven without the mail that counts it.
    world.dir.made_up.store(true, Ordering::SeqCst);
    let scope = world.panel(Some("c-1")).await;
    let order = world.order(&scope, wish(None), "o").await.unwrap().order.id;
    let verified = world.verified(&scope, "verified").await;
    let waiting = world.submitted(&scope, "waiting").await.data.id;
    world.bind(&scope, order, waiting).await;
    world.proven(&scope, order).await;
    world.bind(&scope, order, verified).await;
    world.clock.advance(days(1));
    world.bind(&scope, order, waiting).await;
    world.bind(&scope, order, verified).await;
    let mails = async || world.told_ready(&scope).await.0.len();
    assert_eq!(mails().await, 2, "told twice");
    let handler: Arc<dyn JobHandler> = Arc::new(world.orders.clone());
    let handlers = BTreeMap::from([(JobKind::RemindReady, handler)]);
    let store = Arc::new(world.store.clone());
    let entropy = Arc::new(FakeEntropy::from(7));
    let timers = Runner::new(store, world.clock.clone(), entropy, handlers, 4);
    world.clock.advance(days(6));
    assert_eq!(timers.tick().await.unwrap(), 1, "looked at");
    assert_eq!(mails().await, 2, "the first count is over");
    world.clock.advance(days(1));
    assert_eq!(timers.tick().await.unwrap(), 1);
    assert_eq!(mails().await, 3);
    assert_eq!(timers.tick().await.unwrap(), 0);
}
