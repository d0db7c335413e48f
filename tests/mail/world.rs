//! A store on SQLite with one order whose data is saved, and the services that mail about it.

use std::{collections::BTreeMap, fs, sync::Arc};

use chancery::{
    adapters::{sqlite::SqliteStore, templates::MailTemplates},
    domain::{
        aggregate::{Loaded, Version},
        case::{Case, lookup::LookupState},
        id::{CaseId, OrderId, SubjectDataId},
        identity::{Credential, Identity, NewIdentity},
        intent::IssuerName,
        job::JobKind,
        mail::{Mail, MailState},
        mailbox::allowance::Allowance,
        notification::Tab,
        order::{Contacts, Order, OrderNumber, transition::NewOrder},
        owner::{ActingFor, Caller, IdentityName, Role},
        product::ProductCode,
        refusal::Refused,
        subject_data::{
            SubjectData, VerificationMethod, VerifiedFacts, transition::NewSubjectData,
        },
        terms::Terms,
        text::{Country, Language},
        timestamp::{Timestamp, days},
        unit::Unit,
    },
    policy::{
        access::{Action, Authenticated, StaffScope, TenantScope},
        local_time::LocalTime,
        mailbox_code::CodeKey,
    },
    ports::{
        clock::Clock,
        mailer::Mailer,
        store::{
            Page, Store,
            catalogue::{AuditLog, Mails, Notifications},
            people::Identities,
            registration::{Orders, SubjectDataSets},
        },
    },
    services::{
        jobs::{JobHandler, Runner},
        mailboxes::{self, AddressSet, MailboxControl, MailboxView},
        mails::{self, House, MailLedger, sign::Signing},
    },
};

use crate::{
    clock::FakeClock,
    entropy::FakeEntropy,
    ground::{Ground, Home, text},
};

const PAGE: Page = Page {
    limit: 50,
    after: None,
};

pub struct World {
    pub store: SqliteStore,
    pub clock: Arc<FakeClock>,
    pub entropy: Arc<FakeEntropy>,
    pub control: MailboxControl,
    pub ledger: MailLedger,
    pub runner: Runner,
    pub order: OrderId,
    pub dir: Home,
}

/// What stands above the certificates of `issuing-g1`.
pub fn chain() -> Vec<Vec<u8>> {
    vec![b"the issuing CA".to_vec()]
}

fn control(
    store: &SqliteStore,
    clock: &Arc<FakeClock>,
    entropy: &Arc<FakeEntropy>,
    allowance: Allowance,
) -> MailboxControl {
    let shared = Arc::new(store.clone());
    MailboxControl::new(mailboxes::Parts {
        screening: Arc::default(),
        warnings: Arc::default(),
        store: shared.clone(),
        orders: shared.clone(),
        data: shared.clone(),
        mailboxes: shared,
        clock: clock.clone(),
        entropy: entropy.clone(),
        key: Arc::new(CodeKey::from_bytes(&[7; 32]).unwrap()),
        domains: Arc::default(),
        allowance,
        terms: Terms::default(),
    })
}

impl World {
    /// No more codes an hour than this from now on.
    pub fn allow(&mut self, most: Allowance) {
        self.control = control(&self.store, &self.clock, &self.entropy, most);
    }

    pub async fn new(mailer: Arc<dyn Mailer>) -> Self {
        Self::signing(mailer, None).await
    }

    /// One whose mails are signed.
    pub async fn signing(mailer: Arc<dyn Mailer>, signing: Option<Signing>) -> Self {
        let Ground {
            dir,
            store,
            clock,
            entropy,
        } = Ground::new().await;
        let shared = Arc::new(store.clone());
        let key = Arc::new(CodeKey::from_bytes(&[7; 32]).unwrap());
        let most = Allowance {
            owner: 100,
            frontend: 100,
            domain: 100,
        };
        let control = control(&store, &clock, &entropy, most);
        let ledger = MailLedger::new(mails::Parts {
            screening: Arc::default(),
            return_paths: None,
            store: shared.clone(),
            mails: shared.clone(),
            mailer,
            templates: Arc::new(MailTemplates::load(None).unwrap()),
            clock: clock.clone(),
            entropy: entropy.clone(),
            key,
            house: House {
                name: "Example CA".to_owned(),
                public_url: "http://pki.example.com".to_owned(),
                contact: "help@ca.example.com".to_owned(),
                time: LocalTime::of("Europe/Warsaw").unwrap(),
                chains: BTreeMap::from([(IssuerName::parse("issuing-g1").unwrap(), chain())]),
            },
            signing,
        });
        let handler: Arc<dyn JobHandler> = Arc::new(ledger.clone());
        let handlers = BTreeMap::from([(JobKind::SendMail, handler)]);
        let runner = Runner::new(shared, clock.clone(), entropy.clone(), handlers, 4);
        let order = OrderId::new(clock.now(), entropy.bytes());
        let world = Self {
            store,
            clock,
            entropy,
            control,
            ledger,
            runner,
            order,
            dir,
        };
        world.register("panel", Role::RaCustomer).await;
        world.register("shop", Role::RaCustomer).await;
        world.register("olga", Role::Operator).await;
        world.take_order().await;
        world
    }

    pub async fn commit(&self, unit: Unit) {
        self.store.commit(unit).await.unwrap();
    }

    async fn register(&self, name: &str, role: Role) {
        let now = self.clock.now();
        let new = NewIdentity {
            name: IdentityName::parse(name).unwrap(),
            role,
            credential: Credential::Uri(text(&format!("spiffe://example.com/{name}"))),
            spki: role.is_person().then(|| vec![1]),
            qualified_until: role.is_person().then(|| now.plus(days(300))),
            granted: chancery::domain::period::Period::default(),
        };
        let identity = Identity::register(new, now).unwrap();
        self.commit(Unit::of(Caller::system("test"), now, identity))
            .await;
    }

    async fn who(&self, name: &str) -> Authenticated {
        let name = IdentityName::parse(name).unwrap();
        let identity = self.store.identity(&name).await.unwrap().unwrap();
        let (peer, request) = ("127.0.0.1".to_owned(), "r".to_owned());
        Authenticated::new(identity, [0; 32], peer, request, self.clock.now()).unwrap()
    }

    pub async fn tenant(&self) -> TenantScope {
        self.tenant_of("panel", "c-1").await
    }

    async fn tenant_of(&self, frontend: &str, customer: &str) -> TenantScope {
        let who = self.who(frontend).await;
        TenantScope::authorize(&who, Action::UseOrders, Some(text(customer))).unwrap()
    }

    pub async fn operator(&self) -> StaffScope {
        StaffScope::authorize(&self.who("olga").await, Action::ManageMail).unwrap()
    }

    pub async fn stored_order(&self) -> Loaded<Order> {
        let scope = self.tenant().await.read();
        self.store.order(&scope, self.order).await.unwrap().unwrap()
    }

    async fn take_order(&self) {
        let scope = self.tenant().await;
        self.order_of(&scope, self.order).await;
    }

    /// An order of this owner on submitted data.
    pub async fn order_of(&self, scope: &TenantScope, id: OrderId) {
        let (now, caller) = (self.clock.now(), Caller::system("test"));
        let data = SubjectDataId::new(now, self.entropy.bytes());
        let new = NewSubjectData {
            id: data,
            owner: scope.owner(),
            organization: text("Żółw sp. z o.o."),
            country: Country::parse("PL").unwrap(),
            state_or_province: text("mazowieckie"),
            locality: text("Warszawa"),
            method: VerificationMethod::Document,
            acting_for: ActingFor::default(),
        };
        let created = SubjectData::create(new, None, now);
        self.commit(Unit::of(caller.clone(), now, created)).await;
        let stored = async || {
            let found = self.store.subject_data(&scope.read(), data).await;
            found.unwrap().unwrap()
        };
        let case = CaseId::new(now, self.entropy.bytes());
        let submitted = stored().await.submit(Vec::new(), 1, case, now).unwrap();
        let opened = Case::open(case, &submitted, LookupState::NotAsked, now);
        self.commit(Unit::of(caller.clone(), now, submitted).change(opened))
            .await;
        let new = NewOrder {
            id,
            number: OrderNumber::draw(self.entropy.bytes()),
            owner: scope.owner(),
            product: ProductCode::parse("smime-org-multipurpose-365-issue").unwrap(),
            alias: None,
            partner_order_ref: None,
            language: Language::Polish,
            contacts: Contacts::default(),
            acting_for: ActingFor::default(),
            window_ends: Terms::default().window_ends(now),
        };
        self.commit(Unit::of(caller.clone(), now, Order::create(new, now)))
            .await;
        let order = self.store.order(&scope.read(), id).await.unwrap().unwrap();
        let bound = order.bind_data(&*stored().await, now).unwrap();
        self.commit(Unit::of(caller, now, bound)).await;
    }

    /// One more order of the customer, or of another one, by the frontend of this name.
    pub async fn another_order(&self, frontend: &str, customer: &str) -> (TenantScope, OrderId) {
        let scope = self.tenant_of(frontend, customer).await;
        let id = OrderId::new(self.now(), self.entropy.bytes());
        self.order_of(&scope, id).await;
        (scope, id)
    }

    /// Two people have decided for the data.
    pub async fn verify_data(&self) {
        self.verify_data_of(&self.tenant().await, self.order).await;
    }

    pub async fn verify_data_of(&self, scope: &TenantScope, order: OrderId) {
        let (now, scope) = (self.clock.now(), scope.read());
        let order = self.store.order(&scope, order).await.unwrap().unwrap();
        let id = order.subject_data.unwrap();
        let data = self.store.subject_data(&scope, id).await.unwrap().unwrap();
        let facts = VerifiedFacts {
            organization: text("Żółw sp. z o.o."),
            organization_identifier: text("NTRPL-0012345678"),
            country: Country::parse("PL").unwrap(),
            state_or_province: None,
            locality: Some(text("Warszawa")),
            organization_checked_at: now,
            authority_checked_at: now,
            organization_paper_of: None,
            authority_paper_of: None,
            carries_days: 825,
            representatives: Vec::new(),
            decided_at: now,
        };
        let verified = data.verify(facts, now).unwrap();
        self.commit(Unit::of(Caller::system("test"), now, verified))
            .await;
    }

    /// The customer gives the order up.
    pub async fn cancel(&self) {
        let cancelled = self.stored_order().await.cancel(None, self.now()).unwrap();
        let unit = Unit::of(Caller::system("test"), self.now(), cancelled);
        self.commit(unit).await;
    }

    pub async fn set(&self, email: &str) -> Result<AddressSet, Refused> {
        let version: Version = self.stored_order().await.version();
        let (scope, nobody) = (self.tenant().await, ActingFor::default());
        let control = &self.control;
        control
            .set(&scope, self.order, version, email, &nobody)
            .await
    }

    pub async fn resend(&self) -> Result<MailboxView, Refused> {
        let (scope, nobody) = (self.tenant().await, ActingFor::default());
        self.control.resend(&scope, self.order, &nobody).await
    }

    pub async fn confirm(&self, code: &str) -> Result<MailboxView, Refused> {
        let (scope, nobody) = (self.tenant().await, ActingFor::default());
        let control = &self.control;
        control.confirm(&scope, self.order, code, &nobody).await
    }

    pub async fn view(&self) -> MailboxView {
        let scope = self.tenant().await.read();
        let (_, view) = self.control.read(&scope, self.order).await.unwrap();
        view.unwrap()
    }

    pub async fn mails(&self) -> Vec<Loaded<Mail>> {
        self.store.mails(&MailState::ALL, &PAGE).await.unwrap()
    }

    pub async fn told(&self, tab: Tab) -> Vec<&'static str> {
        let scope = self.tenant().await.read();
        let found = self.store.notifications(&scope, tab, &PAGE).await.unwrap();
        found.iter().map(|line| line.code).collect()
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// How many entries the audit log has: each change of state adds one.
    pub async fn written(&self) -> u64 {
        self.store.head().await.unwrap().unwrap().size
    }

    /// Every byte of the database's files.
    pub fn database(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for entry in fs::read_dir(self.dir.path()).unwrap() {
            bytes.extend(fs::read(entry.unwrap().path()).unwrap());
        }
        bytes
    }
}
