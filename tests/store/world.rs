//! A fresh store with a clock and entropy of its own, and small makers of things.

use std::sync::Arc;

use chancery::{
    domain::{
        aggregate::{Changed, Loaded},
        audit::event::{Event, EventKind},
        id::OrderId,
        order::{Contacts, Order, OrderNumber, transition::NewOrder},
        owner::{ActingFor, Caller, CustomerRef, IdentityName, Owner},
        product::ProductCode,
        text::Language,
        timestamp::Timestamp,
        unit::{CommitError, Committed, Unit},
    },
    policy::access::ReadScope,
    ports::{
        clock::Clock,
        store::{
            Page, Store,
            catalogue::{AuditLog, Mails, Notifications, Requests},
            issuance::{Activations, Certificates, RevocationLists},
            people::Identities,
            registration::{Cases, Mailboxes, Orders, SubjectDataSets},
        },
    },
};

use crate::{clock::FakeClock, entropy::FakeEntropy};

/// Everything a store must be.
pub trait WholeStore:
    Store
    + AuditLog
    + Mails
    + Notifications
    + Requests
    + Activations
    + Certificates
    + RevocationLists
    + Identities
    + Cases
    + Mailboxes
    + Orders
    + SubjectDataSets
{
}

impl<T> WholeStore for T where
    T: Store
        + AuditLog
        + Mails
        + Notifications
        + Requests
        + Activations
        + Certificates
        + RevocationLists
        + Identities
        + Cases
        + Mailboxes
        + Orders
        + SubjectDataSets
{
}

pub const START: &str = "2026-12-01T10:00:00.000Z";

/// One store under test. `S` is the adapter; the tests know only its ports.
pub struct World<S> {
    pub store: S,
    pub clock: Arc<FakeClock>,
    pub entropy: Arc<FakeEntropy>,
}

pub fn caller() -> Caller {
    Caller::system("test")
}

pub fn owner(ra: &str, customer: &str) -> Owner {
    Owner {
        ra: IdentityName::parse(ra).unwrap(),
        customer: Some(CustomerRef::parse(customer).unwrap()),
    }
}

pub fn page(limit: u32) -> Page {
    Page { limit, after: None }
}

pub fn event() -> Event {
    Event::new(EventKind::ConfigChanged, "config", "test")
}

impl<S: WholeStore> World<S> {
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn new_order(&self, owner: Owner) -> Changed<Order> {
        let new = NewOrder {
            id: OrderId::new(self.now(), self.entropy.bytes()),
            number: OrderNumber::draw(self.entropy.bytes()),
            owner,
            product: ProductCode::parse("smime-org-365").unwrap(),
            alias: Some("Alias 100%".parse_text()),
            partner_order_ref: None,
            language: Language::Polish,
            contacts: Contacts::default(),
            acting_for: ActingFor::default(),
        };
        Order::create(new, self.now())
    }

    pub async fn commit(&self, unit: Unit) -> Result<Committed, CommitError> {
        self.store.commit(unit).await
    }

    /// Commits a new order and loads it.
    pub async fn order(&self, owner: &Owner) -> Loaded<Order> {
        let order = self.new_order(owner.clone());
        let id = order.id;
        self.commit(Unit::of(caller(), self.now(), order))
            .await
            .unwrap();
        self.store.order(&everything(), id).await.unwrap().unwrap()
    }
}
