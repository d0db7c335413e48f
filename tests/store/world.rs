//! A fresh store with a clock and entropy of its own, and small makers of things.

use std::sync::Arc;

use chancery::{
    domain::{
        aggregate::{Changed, Loaded},
        audit::event::{Event, EventKind},
        id::{BootId, OrderId},
        identity::{Credential, Identity, NewIdentity},
        order::{Contacts, Order, OrderNumber, transition::NewOrder},
        owner::{ActingFor, Caller, CustomerRef, IdentityName, Owner, Role},
        product::ProductCode,
        terms::Terms,
        text::{Language, Text},
        timestamp::Timestamp,
        unit::{CommitError, Committed, Unit},
    },
    policy::access::{Action, Authenticated, OfficerScope, ReadScope, TenantScope},
    ports::{
        clock::Clock,
        store::{
            Page, Store,
            catalogue::{AuditLog, Mails, Notifications, Requests},
            domains::DomainControls,
            ended::EndedValidations,
            issuance::{Activations, Certificates, KeptTexts, KnownProfiles, RevocationLists},
            people::Identities,
            problem_reports::ProblemReports,
            registration::{Cases, Mailboxes, Orders, SubjectDataSets},
            responders::Responders,
            subject_keys::SubjectKeyFacts,
        },
    },
};

use sha2::{Digest, Sha256};

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
    + KnownProfiles
    + KeptTexts
    + Identities
    + Cases
    + DomainControls
    + EndedValidations
    + ProblemReports
    + Mailboxes
    + Orders
    + Responders
    + SubjectDataSets
    + SubjectKeyFacts
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
        + KnownProfiles
        + KeptTexts
        + Identities
        + Cases
        + DomainControls
        + EndedValidations
        + ProblemReports
        + Mailboxes
        + Orders
        + Responders
        + SubjectDataSets
        + SubjectKeyFacts
{
}

pub const START: &str = "2026-12-01T10:00:00.000Z";

/// One store under test. `S` is the adapter; the tests know only its ports.
pub struct World<S> {
    pub store: S,
    pub clock: Arc<FakeClock>,
    pub entropy: Arc<FakeEntropy>,
    pub boot: BootId,
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

    pub async fn commit(&self, unit: Unit) -> Result<Committed, CommitError> {
        self.store.commit(unit).await
    }

    /// Commits one change that must go through.
    pub async fn put(&self, change: impl Into<chancery::domain::unit::Change>) -> Committed {
        let unit = Unit::of(caller(), self.now(), change);
        self.commit(unit).await.unwrap()
    }

    /// A unit that changes nothing.
    pub fn note(&self) -> Unit {
        Unit::new(caller(), self.now(), event())
    }

    pub fn new_order(&self, owner: Owner) -> Changed<Order> {
        self.new_order_with(owner, OrderNumber::draw(self.entropy.bytes()))
    }

    pub fn new_order_with(&self, owner: Owner, number: OrderNumber) -> Changed<Order> {
        let new = NewOrder {
            id: OrderId::new(self.now(), self.entropy.bytes()),
            number,
            owner,
            product: ProductCode::parse("smime-org-365").unwrap(),
            alias: Some(Text::parse("Alias 100%_").unwrap()),
            partner_order_ref: None,
            language: Language::Polish,
            contacts: Contacts {
                technical: Some(Text::parse("it@example.org").unwrap()),
                revocation: None,
            },
            acting_for: acting_for(),
            window_ends: Terms::default().window_ends(self.now()),
        };
        Order::create(new, self.now())
    }

    /// Commits a new order and gives it as stored.
    pub async fn order(&self, owner: &Owner) -> Loaded<Order> {
        let order = self.new_order(owner.clone());
        let committed = self.put(order.clone()).await;
        order.stored(&committed)
    }

    pub fn new_identity(&self, name: &str, role: Role, spki: [u8; 32]) -> Changed<Identity> {
        let until = self.now().plus(chancery::domain::timestamp::days(100));
        let new = NewIdentity {
            name: IdentityName::parse(name).unwrap(),
            role,
            credential: Credential::Spki(spki),
            spki: role.is_person().then(|| vec![0x30, 0x00]),
            qualified_until: role.is_person().then_some(until),
            granted: chancery::domain::period::Period::default(),
        };
        Identity::register(new, self.now()).unwrap()
    }

    /// Registers an identity and proves it.
    async fn authenticate(&self, name: &str, role: Role) -> Authenticated {
        let name = IdentityName::parse(name).unwrap();
        if self.store.identity(&name).await.unwrap().is_none() {
            // A person is recognised by the key that is stored beside the name.
            let spki = Sha256::digest([0x30, 0x00]).into();
            let spki = match role.is_person() {
                true => spki,
                false => self.entropy.bytes(),
            };
            self.put(self.new_identity(name.as_str(), role, spki)).await;
        }
        let identity = self.store.identity(&name).await.unwrap().unwrap();
        let peer = "192.0.2.1".to_owned();
        Authenticated::new(identity, [7; 32], peer, "req-1".to_owned(), self.now()).unwrap()
    }

    /// What a frontend may see, of one customer or of all of its own.
    pub async fn tenant(&self, ra: &str, customer: Option<&str>) -> ReadScope {
        let who = self.authenticate(ra, Role::RaCustomer).await;
        let customer = customer.map(|text| CustomerRef::parse(text).unwrap());
        TenantScope::authorize(&who, Action::ReadOrders, customer)
            .unwrap()
            .read()
    }

    /// What an officer may see: everything.
    pub async fn everything(&self) -> ReadScope {
        let who = self.authenticate("officer", Role::ValidationOfficer).await;
        OfficerScope::authorize(&who, Action::ReadCases)
            .unwrap()
            .read()
    }
}

pub fn acting_for() -> ActingFor {
    ActingFor {
        user_id: Some(Text::parse("żółw").unwrap()),
        session_id: None,
        ip: Some(Text::parse("192.0.2.9").unwrap()),
        language: None,
    }
}
