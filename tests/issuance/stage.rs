//! An order that lacks its activation only, and an issuing CA whose token and store can fail.

use std::{
    collections::BTreeMap,
    num::NonZeroU32,
    path::Path,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use chancery::{
    adapters::{
        dns::{DnsResolver, Settings},
        sqlite::verify::{Issuers, verify},
    },
    config::products,
    domain::{
        activation::CommonNameSource,
        caa::DomainName,
        case::Verdict,
        id::{ActivationId, BootId, JobId},
        idempotency::{Answer, IdempotencyClaim, IdempotencyKey},
        identity::{Credential, Identity, NewIdentity},
        intent::{Intent, IntentState, IssuerName},
        job::{JobKind, NewJob},
        lint_record::LintRecord,
        owner::{ActingFor, Caller, IdentityName, Role},
        product::{ProductCode, Step as ProductStep},
        refusal::Refused,
        timestamp::{Timestamp, days},
        unit::Unit,
    },
    pkix::{algorithm::SignatureAlgorithm, certificate::CaCertificate},
    policy::{
        access::{Action, Authenticated, TenantScope},
        issuance::IssuerKey,
        profile::CertificateProfile,
        statements::StatementGiven,
    },
    ports::{
        clock::Clock,
        entropy::Entropy,
        store::{Store, issuance::Activations, people::Identities},
    },
    services::{
        authority::{Authorities, Authority, Bound, CrlPeriod, Profiles, slot::SigningSlots},
        caa::{self, CaaChecks},
        catalogue::Catalogue,
        certificates::Certificates,
        issuance::{Asked, Issuance, Parts, Told, Wish, preflight::Preflight},
        jobs::{JobHandler, Runner},
        lease::Lease,
        perspectives::Remotes,
        revocation_lists::{self, RevocationLists},
        subject_keys::{KeyLists, SubjectKeys},
    },
};
use futures_util::future::BoxFuture;
use rcgen::{CertificateParams, DnType, IsCa, KeyPair, KeyUsagePurpose};
use sqlx::{Connection, Row, sqlite::SqliteConnectOptions};
use tokio_util::task::TaskTracker;

use crate::{
    entropy::FakeEntropy,
    fates::{Fate, Fates},
    ground::boot,
    nameserver::Nameserver,
    token::Token,
    world::World,
};

pub struct Stage {
    pub world: World,
    pub token: Arc<Token>,
    pub lease: Arc<Lease>,
    pub issuance: Issuance,
    pub caa: CaaChecks,
    pub fates: Arc<Fates>,
    pub catalogue: Arc<Catalogue>,
    pub authorities: Arc<Authorities>,
    tasks: TaskTracker,
}

/// An intent as it stands in the database, in the order they were recorded.
pub type Serial = (String, Option<String>);

impl Stage {
    /// The profile, issued by the stage's CA.
    pub fn bound(&self, profile: Arc<CertificateProfile>) -> Bound {
        let issuer = IssuerName::parse("issuing-g1").unwrap();
        Bound { issuer, profile }
    }

    pub async fn new() -> Self {
        Self::drawing(|entropy| entropy).await
    }

    /// Issuance draws what comes of this.
    pub async fn drawing<E: Entropy + 'static>(
        over: impl FnOnce(Arc<FakeEntropy>) -> Arc<E>,
    ) -> Self {
        Self::made(over, Remotes::default()).await
    }

    /// CAA is asked of these too, where the mailbox rests on its domain.
    pub async fn seeing(remotes: Remotes) -> Self {
        Self::made(|entropy| entropy, remotes).await
    }

    async fn made<E: Entropy + 'static>(
        over: impl FnOnce(Arc<FakeEntropy>) -> Arc<E>,
        remotes: Remotes,
    ) -> Self {
        let world = World::new().await;
        world.complete(0).await;
        Self::over(world, over, remotes).await
    }

    /// On a case that has everything an approval needs.
    pub async fn of(world: World) -> Self {
        Self::over(world, |entropy| entropy, Remotes::default()).await
    }

    async fn over<E: Entropy + 'static>(
        world: World,
        over: impl FnOnce(Arc<FakeEntropy>) -> Arc<E>,
        remotes: Remotes,
    ) -> Self {
        world.propose(&world.anna, Verdict::Approve).await.unwrap();
        world.decide(&world.ola, Verdict::Approve).await.unwrap();
        enroll_panel(&world).await;
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
        let key = KeyPair::generate().unwrap();
        let authorities = Arc::new(authorities(&key, &shipped));
        let products = products::load(&shipped.join("products.toml")).unwrap();
        let catalogue = Arc::new(Catalogue::new(products));
        let token = Arc::new(Token::new(key));
        let fates = Arc::new(Fates::over(world.store.clone(), world.clock.clone()));
        let (tasks, lease) = (TaskTracker::new(), new_lease(&world).await);
        let caa = permission(&world, remotes);
        let issuance = Issuance::new(Parts {
            subject_keys: Arc::new(SubjectKeys::new(
                Arc::new(world.store.clone()),
                KeyLists::default(),
            )),
            store: fates.clone(),
            activations: Arc::new(world.store.clone()),
            certificates: Certificates::new(
                Arc::new(world.store.clone()),
                authorities.clone(),
                world.clock.clone(),
            ),
            requests: Arc::new(world.store.clone()),
            signer: token.clone(),
            clock: world.clock.clone(),
            entropy: over(world.entropy.clone()),
            authorities: authorities.clone(),
            catalogue: catalogue.clone(),
            screening: Arc::default(),
            caa: caa.clone(),
            lease: lease.clone(),
            tasks: tasks.clone(),
            overlap: days(14),
            render: Arc::new(|record| Answer {
                status: 201,
                location: None,
                etag: None,
                body: record.certificate.der.clone(),
            }),
        });
        let stage = Self {
            issuance,
            caa,
            world,
            token,
            lease,
            fates,
            catalogue,
            authorities,
            tasks,
        };
        stage.settle_down().await;
        stage
    }

    /// What becomes of the next units.
    pub fn fates(&self, fates: impl IntoIterator<Item = Fate>) {
        self.fates.plays(fates);
    }

    /// The CRLs of CAs with these names; the token holds the key of `issuing-g1` only.
    pub fn lists(&self, names: &[&str]) -> Arc<RevocationLists> {
        let issuer = |name: &&str| Arc::new(authority(name, &self.token.key));
        let issuers = names.iter().map(issuer).collect();
        Arc::new(RevocationLists::new(revocation_lists::Parts {
            store: self.fates.clone(),
            lists: Arc::new(self.world.store.clone()),
            signer: self.token.clone(),
            clock: self.world.clock.clone(),
            entropy: self.world.entropy.clone(),
            authorities: Arc::new(Authorities::new(issuers, Profiles::default())),
            lease: self.lease.clone(),
        }))
    }

    /// A serial of the running activation that is abandoned, dated `at`. Nothing was ever to be
    /// signed under it, which the oracle would find.
    pub async fn abandons(&self, serial: u8, not_after: Timestamp, at: Timestamp) {
        self.world.dir.made_up.store(true, Ordering::SeqCst);
        let intent = Intent {
            issuer: IssuerName::parse("issuing-g1").unwrap(),
            serial: vec![serial],
            activation: self.live().await.expect("it runs"),
            partition: 0,
            tbs: vec![0x30, 0],
            tbs_sha256: [5; 32],
            profile: "org-multipurpose".to_owned(),
            profile_sha256: [6; 32],
            lint: LintRecord::restore("1".to_owned(), "w_gmail_key"),
            not_after,
            boot: BootId::new(at, self.world.entropy.bytes()),
            state: IntentState::Recorded,
            recorded_at: at,
            settled_at: None,
        };
        let (issuer, store) = (intent.issuer.clone(), &self.world.store);
        let now = self.world.now();
        let caller = || Caller::system("another");
        let unit = Unit::of(caller(), now, Intent::record(intent));
        store.commit(unit).await.unwrap();
        let intent = store.intent(&issuer, &[serial]).await.unwrap().unwrap();
        let (changed, revoked) = intent.abandoned("boot-died", at).unwrap();
        let news = NewJob {
            id: JobId::new(now, self.world.entropy.bytes()),
            kind: JobKind::RenewCrl,
            object: "issuing-g1/0".to_owned(),
            slot: hex::encode([serial]),
            due: now,
        };
        let unit = Unit::of(caller(), now, changed).change(revoked).job(news);
        store.commit(unit).await.unwrap();
    }

    /// Runs what is due of the jobs that tell of news for CRLs; gives their number.
    pub async fn told(&self, lists: &Arc<RevocationLists>) -> usize {
        self.lease_anew().await;
        let renewal: Arc<dyn JobHandler> = lists.clone();
        let runner = Runner::new(
            self.fates.clone(),
            self.world.clock.clone(),
            self.world.entropy.clone(),
            BTreeMap::from([(JobKind::RenewCrl, renewal)]),
            1,
        );
        runner.tick().await.unwrap()
    }

    /// What another start of the daemon does to the intents that are open when it looks.
    pub fn settled_by_another(&self) -> BoxFuture<'static, ()> {
        let (store, now) = (self.world.store.clone(), self.world.now());
        let [boot, job] = [(); 2].map(|()| self.world.entropy.bytes());
        Box::pin(async move {
            let another = BootId::new(now, boot);
            let mut open = store.orphaned_intents(another, now, 10).await.unwrap();
            let intent = open.remove(0);
            let resume = NewJob {
                id: JobId::new(now, job),
                kind: JobKind::ResumeActivation,
                object: intent.activation.to_string(),
                slot: "another".to_owned(),
                due: now,
            };
            let (changed, revoked) = intent.abandoned("boot-died", now).unwrap();
            let unit = Unit::of(Caller::system("another"), now, changed);
            let unit = unit.change(revoked).job(resume);
            store.commit(unit).await.unwrap();
        })
    }

    /// The client's request, the same each time.
    pub async fn ask(&self) -> Result<Told, Refused> {
        self.ask_for(Duration::from_secs(60)).await
    }

    /// The request of a client that does not wait; its act has ended, and nothing was done after.
    pub async fn ask_only(&self) -> Result<Told, Refused> {
        let told = self.ask_for(Duration::ZERO).await;
        self.acts_end().await;
        told
    }

    pub async fn acts_end(&self) {
        self.tasks.close();
        self.tasks.wait().await;
        self.tasks.reopen();
    }

    /// What the rules say of the client's request.
    pub async fn preflight(&self) -> Preflight {
        let (scope, wish) = (self.panel().await, self.wish().await);
        let order = self.world.order;
        let found = self.issuance.preflight(&scope, order, &wish, None).await;
        found.unwrap()
    }

    async fn wish(&self) -> Wish {
        let now = self.world.now();
        let code = ProductCode::parse("smime-org-multipurpose-365-issue").unwrap();
        let product = self.catalogue.product(&code).unwrap();
        let statements = product.statements.iter();
        Wish {
            common_name: CommonNameSource::Organization.name().to_owned(),
            fields: self.fields().await,
            csr: request(),
            statements: statements
                .filter(|statement| statement.step == ProductStep::Activation)
                .map(|statement| StatementGiven {
                    id: statement.id.clone(),
                    version: statement.version,
                    accepted_at: now,
                })
                .collect(),
            acting_for: ActingFor::default(),
            replaces: None,
        }
    }

    async fn ask_for(&self, wait: Duration) -> Result<Told, Refused> {
        let (scope, wish) = (self.panel().await, self.wish().await);
        let claim = IdempotencyClaim {
            key: key(),
            request_sha256: [1; 32],
            act: String::new(),
        };
        let asked = Asked {
            claim,
            body: "{}".to_owned(),
        };
        let order = self.world.order;
        self.issuance
            .activate(scope, order, wish, asked, wait)
            .await
    }

    /// The answer under the client's key, after all that was left to do has been done.
    pub async fn answer(&self) -> Option<Answer> {
        self.settle_down().await;
        let live = self.live().await?;
        let (scope, key) = (self.panel().await.read(), key());
        let asked = self
            .issuance
            .again_asked(&scope, &key, live, Duration::ZERO);
        match asked.await {
            Ok(Told::Issued(answer)) => Some(answer),
            Ok(Told::Pending(_)) => None,
            Err(refused) => panic!("{refused:?}"),
        }
    }

    /// Ends the tasks under way and runs the jobs that are due, until nothing is left.
    pub async fn settle_down(&self) {
        loop {
            self.acts_end().await;
            self.lease_anew().await;
            let resume: Arc<dyn JobHandler> = Arc::new(self.issuance.clone());
            let runner = Runner::new(
                self.fates.clone(),
                self.world.clock.clone(),
                self.world.entropy.clone(),
                BTreeMap::from([(JobKind::ResumeActivation, resume)]),
                1,
            );
            if runner.tick().await.unwrap() == 0 {
                return;
            }
        }
    }

    pub async fn lease_anew(&self) {
        let store: Arc<dyn Store> = Arc::new(self.world.store.clone());
        let clock: &dyn Clock = self.world.clock.as_ref();
        self.lease.renew(&store, clock).await.unwrap();
    }

    /// Every serial's state and cause; the oracle finds nothing wrong, and the certificates are
    /// those of the issued serials.
    pub async fn serials(&self) -> Vec<Serial> {
        let path = self.world.dir.path().join("ca.db");
        let report = verify(&path, &Issuers::new()).await.unwrap();
        assert_eq!(report.violations, []);
        let options = SqliteConnectOptions::new().filename(path).read_only(true);
        let mut database = sqlx::SqliteConnection::connect_with(&options)
            .await
            .unwrap();
        let causes = "SELECT json_extract(leaf, '$.object.id'), json_extract(leaf, '$.data.cause')
            FROM (SELECT CAST(leaf AS TEXT) AS leaf FROM audit_entry)
            WHERE json_extract(leaf, '$.type') = 'cert.sign_unresolved'";
        let causes = sqlx::query(causes).fetch_all(&mut database).await.unwrap();
        let causes: BTreeMap<String, String> =
            causes.iter().map(|row| (row.get(0), row.get(1))).collect();
        let intents = "SELECT serial, state FROM intent ORDER BY recorded_at, rowid";
        let intents = sqlx::query(intents).fetch_all(&mut database).await.unwrap();
        let certified = "SELECT count(*) FROM certificate JOIN intent USING (issuer, serial)
            WHERE state = 'issued'";
        let certified = sqlx::query(certified)
            .fetch_one(&mut database)
            .await
            .unwrap();
        let all = sqlx::query("SELECT count(*) FROM certificate");
        let all = all.fetch_one(&mut database).await.unwrap();
        let serials: Vec<Serial> = intents
            .iter()
            .map(|row| (row.get(1), causes.get(&row.get::<String, _>(0)).cloned()))
            .collect();
        let issued = serials
            .iter()
            .filter(|(state, _)| state == "issued")
            .count();
        let counts = [certified.get::<i64, _>(0), all.get::<i64, _>(0)];
        assert_eq!(counts, [i64::try_from(issued).unwrap(); 2]);
        serials
    }

    pub async fn live(&self) -> Option<ActivationId> {
        let scope = self.panel().await.read();
        let newest = self.issuance.newest(&scope, self.world.order).await;
        newest.ok().map(|activation| activation.id)
    }

    async fn fields(&self) -> Vec<String> {
        let scope = self.panel().await.read();
        let options = self.issuance.options(&scope, self.world.order).await;
        // Without an open step there is nothing to choose from, and the request says why.
        options.map_or_else(
            |_| Vec::new(),
            |options| {
                let required = options.fields.iter().filter(|field| field.required);
                required.map(|field| field.name.to_owned()).collect()
            },
        )
    }

    pub async fn panel(&self) -> TenantScope {
        let mut found = self.world.store.matching(&[PANEL]).await.unwrap();
        let (peer, request) = ("127.0.0.1".to_owned(), "r".to_owned());
        let who = Authenticated::new(found.remove(0), [9; 32], peer, request, self.world.now());
        let customer = crate::world::owner().customer;
        TenantScope::authorize(&who.unwrap(), Action::UseOrders, customer).unwrap()
    }
}

const PANEL: Credential = Credential::Spki([9; 32]);

fn key() -> IdempotencyKey {
    IdempotencyKey {
        identity: IdentityName::parse("panel").unwrap(),
        owner: crate::world::owner(),
        key: "the client's".to_owned(),
    }
}

/// A client's key is its own in every test.
pub fn request() -> String {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(Vec::new()).unwrap();
    params.serialize_request(&key).unwrap().pem().unwrap()
}

async fn enroll_panel(world: &World) {
    let new = NewIdentity {
        name: IdentityName::parse("panel").unwrap(),
        role: Role::RaCustomer,
        credential: PANEL,
        spki: None,
        qualified_until: None,
        granted: chancery::domain::period::Period::default(),
    };
    let identity = Identity::register(new, world.now()).unwrap();
    let unit = Unit::of(world.caller(), world.now(), identity);
    world.commit(unit).await;
}

async fn new_lease(world: &World) -> Arc<Lease> {
    let lease = Lease::new(boot());
    let store: Arc<dyn Store> = Arc::new(world.store.clone());
    let clock: &dyn Clock = world.clock.as_ref();
    lease.renew(&store, clock).await.unwrap();
    Arc::new(lease)
}

fn authorities(key: &KeyPair, shipped: &Path) -> Authorities {
    let authority = authority("issuing-g1", key);
    let profile = std::fs::read_to_string(shipped.join("profiles/org-multipurpose.toml")).unwrap();
    let profile = Arc::new(CertificateProfile::parse(&profile).unwrap());
    let bound = Bound {
        issuer: authority.name.clone(),
        profile: Arc::clone(&profile),
    };
    let profiles = Profiles(BTreeMap::from([(profile.name().to_owned(), bound)]));
    Authorities::new(vec![Arc::new(authority)], profiles)
}

fn authority(name: &str, key: &KeyPair) -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let names = [
        (DnType::CountryName, "PL"),
        (DnType::OrganizationName, "Example"),
        (DnType::CommonName, "Example Issuing CA"),
    ];
    for (kind, value) in names {
        params.distinguished_name.push(kind, value);
    }
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(2036, 1, 1);
    let certificate = params.self_signed(key).unwrap();
    let certificate = CaCertificate::from_der(certificate.der()).unwrap();
    let name = IssuerName::parse(name).unwrap();
    let pinned = IssuerKey::new(
        name.clone(),
        certificate.public_key().clone(),
        SignatureAlgorithm::EcdsaP256Sha256,
    );
    Authority {
        name,
        chain: vec![certificate.as_der().to_vec()],
        certificate,
        key: pinned.unwrap(),
        partitions: NonZeroU32::MIN,
        base_url: "http://pki.example.com".to_owned(),
        crl: CrlPeriod {
            validity: Duration::from_secs(7 * 86_400),
            refresh: Duration::from_secs(86_400),
        },
        slots: SigningSlots::new(4),
    }
}

/// Its own units have no part in what fails here.
fn permission(world: &World, remotes: Remotes) -> CaaChecks {
    let server = Nameserver::shared();
    let resolver = DnsResolver::new(&Settings {
        resolvers: vec![server.at],
        trust_anchor: Some(server.trust_anchor.clone()),
    });
    CaaChecks::new(caa::Parts {
        store: Arc::new(world.store.clone()),
        resolver: Arc::new(resolver.unwrap()),
        clock: world.clock.clone(),
        entropy: world.entropy.clone(),
        remotes,
        issuers: vec![DomainName::parse("pki.example.com").unwrap()],
    })
}
