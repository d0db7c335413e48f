//! A store on SQLite with two frontends, and the services between the door and the cases.

use std::sync::Arc;

use chancery::{
    adapters::{
        document_directory::DocumentDirectory, register::manual::Manual, sqlite::SqliteStore,
    },
    domain::{
        document::{Document, DocumentKind},
        id::{DocumentId, SubjectDataId},
        idempotency::{Answer, IdempotencyClaim, IdempotencyKey},
        identity::{Credential, Identity, NewIdentity},
        order::Contacts,
        owner::{ActingFor, Caller, IdentityName, Owner, Role},
        product::{EmailMethod, Localized, Operation, Product, ProductCode, Statement, Step},
        refusal::Refused,
        terms::Terms,
        text::{Country, Language},
        unit::Unit,
    },
    policy::{
        access::{Action, Authenticated, TenantScope},
        statements::StatementGiven,
    },
    ports::{
        clock::Clock,
        document_files::{DocumentFiles, FilesError},
        scanner::Scanner,
        store::Store,
        store::people::Identities,
    },
    services::{
        catalogue::Catalogue,
        documents::{self, Documents, UploadWish, name_of_file},
        notifications::{self, Notifications},
        orders::{self, OrderView, OrderWish, Orders},
        registers::Registers,
        request::Request,
        subject_data::{self, DataSets, DataView, DataWish, MethodWish, submission::Submitting},
    },
};

use crate::{
    cabinet::cabinet,
    clock::FakeClock,
    entropy::FakeEntropy,
    ground::{Ground, Home, text},
};

pub struct World {
    pub store: SqliteStore,
    pub clock: Arc<FakeClock>,
    pub orders: Orders,
    pub sets: DataSets,
    pub documents: Documents,
    pub files: DocumentDirectory,
    pub notifications: Notifications,
    pub dir: Home,
}

pub fn code(code: &str) -> ProductCode {
    ProductCode::parse(code).unwrap()
}

fn catalogue() -> Arc<Catalogue> {
    let words = Localized {
        en: "I agree.".to_owned(),
        pl: "Zgadzam się.".to_owned(),
    };
    let statement = |id: &str, step, required| Statement {
        id: id.to_owned(),
        version: 1,
        step,
        text: words.clone(),
        required,
        sha256: [5; 32],
    };
    let product = |name: &str, operation| Product {
        code: code(name),
        name: words.clone(),
        category: "S/MIME".to_owned(),
        validity_days: 365,
        offered: chancery::domain::period::Period::default(),
        operation,
        profile: "org-multipurpose".to_owned(),
        email_methods: vec![EmailMethod::Mailbox],
        statements: vec![
            statement("data-correct", Step::Data, true),
            statement("news", Step::Data, false),
            statement("terms", Step::Activation, true),
        ],
    };
    Arc::new(Catalogue::new(vec![
        product("issue", Operation::Issue),
        product("renewal", Operation::Renewal),
    ]))
}

impl World {
    pub async fn new() -> Self {
        let Ground {
            dir,
            store,
            clock,
            entropy,
        } = Ground::new().await;
        let files = dir.path().join("documents");
        std::fs::create_dir(&files).unwrap();
        let files = cabinet(&files, entropy.clone());
        let shared = Arc::new(store.clone());
        let catalogue = catalogue();
        let world = Self {
            orders: Orders::new(orders::Parts {
                screening: Arc::default(),
                warnings: Arc::default(),
                terms: Terms::default(),
                store: shared.clone(),
                orders: shared.clone(),
                sets: shared.clone(),
                mailboxes: shared.clone(),
                certificates: shared.clone(),
                clock: clock.clone(),
                entropy: entropy.clone(),
                catalogue: catalogue.clone(),
            }),
            sets: DataSets::new(subject_data::Parts {
                warnings: Arc::default(),
                store: shared.clone(),
                sets: shared.clone(),
                orders: shared.clone(),
                cases: shared.clone(),
                registers: by_hand(&clock),
                screening: Arc::default(),
                clock: clock.clone(),
                entropy,
                catalogue,
            }),
            documents: papers(&store, Arc::new(files.clone()), &clock, None),
            notifications: Notifications::new(notifications::Parts {
                store: shared.clone(),
                notifications: shared,
                clock: clock.clone(),
            }),
            store,
            files,
            clock,
            dir,
        };
        world.register("panel", Role::RaCustomer, 1).await;
        world.register("partner", Role::RaPartner, 2).await;
        world
    }

    /// The same daemon after a start with this scanner, or without one.
    pub fn restart(&mut self, scanner: Option<Arc<dyn Scanner>>) {
        let files = Arc::new(self.files.clone());
        self.documents = papers(&self.store, files, &self.clock, scanner);
    }

    async fn register(&self, name: &str, role: Role, number: u8) {
        let new = NewIdentity {
            name: IdentityName::parse(name).unwrap(),
            role,
            credential: Credential::Spki([number; 32]),
            spki: None,
            qualified_until: None,
            granted: chancery::domain::period::Period::default(),
        };
        let identity = Identity::register(new, self.clock.now()).unwrap();
        let unit = Unit::of(Caller::system("test"), self.clock.now(), identity);
        self.store.commit(unit).await.unwrap();
    }

    async fn scope(&self, number: u8, customer: Option<&str>) -> TenantScope {
        let credential = [number; 32];
        let mut found = self
            .store
            .matching(&[Credential::Spki(credential)])
            .await
            .unwrap();
        let (peer, request) = ("127.0.0.1".to_owned(), "r".to_owned());
        let who = Authenticated::new(found.remove(0), credential, peer, request, self.clock.now());
        TenantScope::authorize(&who.unwrap(), Action::UseOrders, customer.map(text)).unwrap()
    }

    /// The customers' frontend.
    pub async fn panel(&self, customer: Option<&str>) -> TenantScope {
        self.scope(1, customer).await
    }

    pub async fn partner(&self, customer: &str) -> TenantScope {
        self.scope(2, Some(customer)).await
    }

    pub async fn order(
        &self,
        scope: &TenantScope,
        wish: OrderWish,
        key: &str,
    ) -> Result<OrderView, Refused> {
        self.orders.create(scope, wish, request(scope, key)).await
    }

    pub async fn data(
        &self,
        scope: &TenantScope,
        wish: DataWish,
        key: &str,
    ) -> Result<DataView, Refused> {
        self.sets.create(scope, wish, request(scope, key)).await
    }

    pub async fn submit(
        &self,
        scope: &TenantScope,
        id: SubjectDataId,
        given: &[StatementGiven],
        key: &str,
    ) -> Result<DataView, Refused> {
        let given = Submitting {
            statements: given.to_vec(),
            abbreviation: None,
            acting_for: ActingFor::default(),
        };
        self.sets
            .submit(scope, id, &given, request(scope, key))
            .await
    }

    /// Data by number, submitted with its statements.
    pub async fn submitted(&self, scope: &TenantScope, key: &str) -> DataView {
        let draft = self.data(scope, by_number("12345678"), key).await.unwrap();
        let key = format!("{key}-submit");
        self.submit(scope, draft.data.id, &[self.agreed()], &key)
            .await
            .unwrap()
    }

    pub async fn upload(
        &self,
        scope: &TenantScope,
        set: SubjectDataId,
        content: &[u8],
        key: &str,
    ) -> Result<Document, Refused> {
        let mut receiving = self.documents.begin(scope, set).await?;
        for chunk in content.chunks(7) {
            receiving.write(chunk).await?;
        }
        let wish = UploadWish {
            kind: DocumentKind::Organization,
            description: None,
            file_name: name_of_file("odpis.pdf")?,
        };
        let received = receiving.end()?;
        let request = request(scope, key);
        let added = self
            .documents
            .add(scope, set, wish, received, request)
            .await;
        added.map(|listed| listed.document)
    }

    pub fn agreed(&self) -> StatementGiven {
        StatementGiven {
            id: "data-correct".to_owned(),
            version: 1,
            accepted_at: self.clock.now(),
        }
    }

    /// What was stored as this document.
    pub async fn kept(&self, id: DocumentId) -> Result<Vec<u8>, FilesError> {
        let mut file = self.files.open(id).await?;
        let mut content = Vec::new();
        while let Some(chunk) = file.next().await? {
            content.extend(chunk);
        }
        Ok(content)
    }

    /// Names in the document directory.
    pub fn files(&self) -> Vec<String> {
        let found = std::fs::read_dir(self.dir.path().join("documents")).unwrap();
        found
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect()
    }
}

pub fn papers(
    store: &SqliteStore,
    files: Arc<dyn DocumentFiles>,
    clock: &Arc<FakeClock>,
    scanner: Option<Arc<dyn Scanner>>,
) -> Documents {
    let store = Arc::new(store.clone());
    Documents::new(documents::Parts {
        store: store.clone(),
        sets: store.clone(),
        cases: store,
        files,
        scanner,
        kept_days: 731,
        clock: clock.clone(),
        entropy: Arc::new(FakeEntropy::from(79)),
    })
}

/// The request of a client with this Idempotency-Key.
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

pub fn owner(scope: &TenantScope, customer: &str) -> Owner {
    Owner {
        ra: scope.ra().clone(),
        customer: Some(text(customer)),
    }
}

pub fn wish(customer: Option<&str>) -> OrderWish {
    OrderWish {
        product: code("issue"),
        customer: customer.map(text),
        alias: None,
        partner_order_ref: None,
        language: Language::Polish,
        contacts: Contacts {
            technical: Some(text("admin@example.com")),
            revocation: None,
        },
        acting_for: ActingFor::default(),
    }
}

/// The same service under a configuration that names no register any more.
pub fn unregistered(world: &World) -> DataSets {
    let shared = Arc::new(world.store.clone());
    DataSets::new(subject_data::Parts {
        warnings: Arc::default(),
        store: shared.clone(),
        sets: shared.clone(),
        orders: shared.clone(),
        cases: shared,
        registers: Registers::default(),
        screening: Arc::default(),
        clock: world.clock.clone(),
        entropy: Arc::new(FakeEntropy::from(0x77)),
        catalogue: Arc::new(Catalogue::new(Vec::new())),
    })
}

/// People ask the Polish registers.
fn by_hand(clock: &Arc<FakeClock>) -> Registers {
    let poland = Country::parse("PL").unwrap();
    let url = "https://register.example.com".to_owned();
    Registers::new(vec![Arc::new(Manual::new(poland, url, clock.clone()))])
}

pub fn by_number(number: &str) -> DataWish {
    DataWish {
        replaces: None,
        organization: text("Example sp. z o.o."),
        abbreviation: None,
        country: Country::parse("PL").unwrap(),
        state_or_province: text("mazowieckie"),
        locality: text("Warszawa"),
        method: MethodWish::RegistrationNumber {
            register: "KRS".to_owned(),
            number: number.to_owned(),
        },
        acting_for: ActingFor::default(),
    }
}

pub fn by_document() -> DataWish {
    DataWish {
        method: MethodWish::Document,
        ..by_number("1")
    }
}
