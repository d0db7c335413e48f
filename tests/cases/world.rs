//! A store on SQLite with people, one submitted data set, its case and its order.

use std::sync::Arc;

use chancery::{
    adapters::{register::manual::Manual, sqlite::SqliteStore},
    domain::{
        aggregate::Loaded,
        case::{
            Case, CheckKind, CheckState, EvidenceKind, Verdict, digest::Step, lookup::LookupState,
        },
        document::{BroughtBy, Document, DocumentKind, MediaType, Scan},
        id::{CaseId, DocumentId, JobId, MailboxId, OrderId, SubjectDataId},
        idempotency::{Answer, IdempotencyClaim, IdempotencyKey},
        identity::{Credential, Identity},
        job::{JobKind, NewJob},
        mailbox::{
            ConfirmChannel, FreshSeed, MailboxValidation, NewMailbox,
            address_use::AddressUse,
            answer::{Answered, Attempt},
        },
        order::{Contacts, Order, OrderNumber, transition::NewOrder},
        owner::{ActingFor, Caller, IdentityName, Owner, Role},
        product::ProductCode,
        refusal::Refused,
        register::RegisterId,
        subject_data::{SubjectData, VerificationMethod, transition::NewSubjectData},
        subject_key::{Holder, KeyHolder},
        terms::Terms,
        text::{Country, Language},
        timestamp::{Timestamp, days},
        unit::Unit,
    },
    pkix::spki::PublicKey,
    policy::{
        access::{Action, Authenticated, OfficerScope, ReadScope},
        case_rules::{
            check::Outcome,
            evidence::Reached,
            facts::{FactsInput, IdentifierInput},
        },
        mailbox_address,
    },
    ports::{
        clock::Clock,
        store::{
            Store,
            people::Identities,
            registration::{Cases, Mailboxes, Orders, SubjectDataSets},
        },
    },
    services::{
        cases::{CaseView, CaseWork, Parts, evidence::NewEvidence, verdict::Word},
        registers::Registers,
        request::Request,
    },
};

use crate::{
    cabinet::cabinet,
    clock::FakeClock,
    entropy::FakeEntropy,
    ground::{Ground, Home, text},
    person::Person,
};

pub struct World {
    pub store: SqliteStore,
    pub clock: Arc<FakeClock>,
    pub entropy: Arc<FakeEntropy>,
    pub work: CaseWork,
    pub anna: Person,
    pub ola: Person,
    pub case: CaseId,
    pub data: SubjectDataId,
    pub order: OrderId,
    pub dir: Home,
}

pub fn owner() -> Owner {
    Owner {
        ra: IdentityName::parse("panel").unwrap(),
        customer: Some(text("c-1")),
    }
}

/// The request of a client with this Idempotency-Key, answered with the case's digest.
pub fn request(person: &Person, key: &str) -> Request<CaseView> {
    Request {
        claim: IdempotencyClaim {
            key: IdempotencyKey {
                identity: person.name.clone(),
                owner: Owner {
                    ra: person.name.clone(),
                    customer: None,
                },
                key: key.to_owned(),
            },
            request_sha256: [1; 32],
            act: "cases".to_owned(),
        },
        render: Box::new(|view| Answer {
            status: 200,
            location: None,
            etag: None,
            body: view.digest.to_vec(),
        }),
    }
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
        let files = cabinet(dir.path(), entropy.clone());
        let url = "https://register.example.com".to_owned();
        let manual = Manual::new(Country::parse("PL").unwrap(), url, clock.clone());
        let work = CaseWork::new(Parts {
            warnings: Arc::default(),
            terms: Terms::default(),
            registers: Registers::new(vec![Arc::new(manual)]),
            screening: Arc::default(),
            domains: Arc::default(),
            store: shared.clone(),
            cases: shared.clone(),
            subject_data: shared.clone(),
            orders: shared.clone(),
            mailboxes: shared.clone(),
            files: Arc::new(files),
            clock: clock.clone(),
            entropy: entropy.clone(),
        });
        let now = clock.now();
        let mut world = Self {
            anna: Person::new("anna", Role::ValidationSpecialist),
            ola: Person::new("ola", Role::ValidationOfficer),
            case: CaseId::new(now, entropy.bytes()),
            data: SubjectDataId::new(now, entropy.bytes()),
            order: OrderId::new(now, entropy.bytes()),
            store,
            clock,
            entropy,
            work,
            dir,
        };
        world.enroll(&world.anna).await;
        world.enroll(&world.ola).await;
        (world.case, world.data) = world.submit("0012345678").await;
        world.bind_order().await;
        world
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub async fn commit(&self, unit: Unit) {
        self.store.commit(unit).await.unwrap();
    }

    pub fn caller(&self) -> Caller {
        Caller::system("test")
    }

    pub async fn enroll(&self, person: &Person) {
        let until = self.now().plus(days(3000));
        let new = person.registration(until);
        let key = PublicKey::from_spki(new.spki.as_ref().unwrap()).unwrap();
        let held = KeyHolder {
            fingerprint: key.fingerprint(),
            holder: Holder::Identity(new.name.clone()),
        };
        let identity = Identity::register(new, self.now()).unwrap();
        let unit = Unit::of(self.caller(), self.now(), identity);
        self.commit(unit.tells_key(&held.fingerprint).change(held))
            .await;
    }

    pub async fn identity(&self, person: &Person) -> Loaded<Identity> {
        let credentials = [Credential::Spki(person.credential())];
        let mut found = self.store.matching(&credentials).await.unwrap();
        found.remove(0)
    }

    pub async fn scope(&self, person: &Person) -> OfficerScope {
        OfficerScope::authorize(&self.authenticated(person).await, Action::WorkCases).unwrap()
    }

    pub async fn authenticated(&self, person: &Person) -> Authenticated {
        let identity = self.identity(person).await;
        let (peer, request) = ("127.0.0.1".to_owned(), "r".to_owned());
        Authenticated::new(identity, person.credential(), peer, request, self.now()).unwrap()
    }

    pub async fn everything(&self) -> ReadScope {
        self.scope(&self.anna).await.read()
    }

    /// A new data set with its case, submitted.
    pub async fn submit(&self, number: &str) -> (CaseId, SubjectDataId) {
        self.submit_as(number, LookupState::NotAsked).await
    }

    /// The same, with registers to be asked or not.
    pub async fn submit_as(&self, number: &str, lookup: LookupState) -> (CaseId, SubjectDataId) {
        self.submit_numbered("KRS", number, lookup).await
    }

    /// The same under a number of this kind.
    pub async fn submit_numbered(
        &self,
        kind: &str,
        number: &str,
        lookup: LookupState,
    ) -> (CaseId, SubjectDataId) {
        let now = self.now();
        let id = SubjectDataId::new(now, self.entropy.bytes());
        let new = NewSubjectData {
            id,
            owner: owner(),
            organization: text("Example sp. z o.o."),
            country: Country::parse("PL").unwrap(),
            state_or_province: text("mazowieckie"),
            locality: text("Warszawa"),
            method: VerificationMethod::RegistrationNumber {
                register: kind.to_owned(),
                number: number.to_owned(),
            },
            acting_for: ActingFor::default(),
        };
        let created = SubjectData::create(new, None, now);
        self.commit(Unit::of(self.caller(), now, created)).await;
        let case = CaseId::new(now, self.entropy.bytes());
        let draft = self.any_data(id).await;
        let submitted = draft.submit(Vec::new(), 0, case, now).unwrap();
        let opened = Case::open(case, &submitted, lookup, now);
        let unit = Unit::of(self.caller(), now, submitted).change(opened);
        let unit = match lookup {
            LookupState::AutoChecking => unit.job(NewJob {
                id: JobId::new(now, self.entropy.bytes()),
                kind: JobKind::AskRegisters,
                object: case.to_string(),
                slot: "automatic".to_owned(),
                due: now,
            }),
            _ => unit,
        };
        self.commit(unit).await;
        (case, id)
    }

    pub async fn any_data(&self, id: SubjectDataId) -> Loaded<SubjectData> {
        let scope = self.everything().await;
        self.store.subject_data(&scope, id).await.unwrap().unwrap()
    }

    pub async fn data(&self) -> Loaded<SubjectData> {
        self.any_data(self.data).await
    }

    pub async fn stored_case(&self) -> Loaded<Case> {
        self.store.case(self.case).await.unwrap().unwrap()
    }

    /// An order on the data, with a technical contact and a verified mailbox.
    async fn bind_order(&self) {
        let now = self.now();
        let new = NewOrder {
            id: self.order,
            number: OrderNumber::draw(self.entropy.bytes()),
            owner: owner(),
            product: ProductCode::parse("smime-org-multipurpose-365-issue").unwrap(),
            alias: None,
            partner_order_ref: None,
            language: Language::Polish,
            contacts: Contacts {
                technical: Some(text("admin@example.com")),
                revocation: None,
            },
            acting_for: ActingFor::default(),
            window_ends: Terms::default().window_ends(now),
        };
        self.commit(Unit::of(self.caller(), now, Order::create(new, now)))
            .await;
        let bound = self
            .loaded_order()
            .await
            .bind_data(&*self.data().await, now)
            .unwrap();
        self.commit(Unit::of(self.caller(), now, bound)).await;
        let id = MailboxId::new(now, self.entropy.bytes());
        let address = mailbox_address::parse("jan@example.com").unwrap();
        let counted = AddressUse::first(&address, now);
        let started = MailboxValidation::start(NewMailbox {
            id,
            order: self.order,
            owner: owner(),
            address,
            language: Language::Polish,
            seed: FreshSeed {
                nonce: self.entropy.bytes(),
                mac: self.entropy.bytes(),
            },
            acting_for: ActingFor::default(),
            terms: Terms::default(),
            now,
        });
        let bound = self.loaded_order().await.bind_mailbox(id, now).unwrap();
        let unit = Unit::of(self.caller(), now, started).change(bound);
        self.commit(unit.change(counted)).await;
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
        self.commit(Unit::of(self.caller(), now, confirmed)).await;
    }

    async fn loaded_order(&self) -> Loaded<Order> {
        let scope = self.everything().await;
        self.store.order(&scope, self.order).await.unwrap().unwrap()
    }

    pub async fn claim(&self, person: &Person) -> Result<CaseView, Refused> {
        self.work.claim(&self.scope(person).await, self.case).await
    }

    pub async fn add_note(&self, person: &Person, content: &str) -> Result<CaseView, Refused> {
        let scope = self.scope(person).await;
        let new = self.found(EvidenceKind::Register, content);
        let added = self.work.add_evidence(&scope, self.case, &new).await;
        added.map(|(_, view)| view)
    }

    /// What a person read in the country's register, or another piece.
    pub fn found(&self, kind: EvidenceKind, content: &str) -> NewEvidence {
        NewEvidence {
            kind,
            source: text("KRS"),
            description: None,
            content: Some(content.to_owned()),
            document: None,
            register: (kind == EvidenceKind::Register).then_some(RegisterId::Manual),
            reached: Reached::default(),
            issued_on: None,
            obtained_at: self.now(),
        }
    }

    pub async fn record(&self, person: &Person, kind: CheckKind, age: u32) -> CaseView {
        let case = self.stored_case().await;
        let outcome = Outcome {
            state: CheckState::Verified,
            checked_at: Some(self.now().minus(days(age))),
            evidence: case.evidence.iter().map(|(id, _)| *id).collect(),
            note: None,
        };
        let scope = self.scope(person).await;
        let expected = Some(case.version());
        let work = &self.work;
        work.record_check(&scope, self.case, kind, &outcome, expected)
            .await
            .unwrap()
    }

    /// Everything an approval needs, by anna. The authority was checked `age` days ago.
    pub async fn complete(&self, age: u32) -> CaseView {
        self.claim(&self.anna).await.unwrap();
        let noted = self.add_note(&self.anna, "an extract").await.unwrap();
        self.complete_from(age, &noted).await
    }

    /// The same where the way to the applicant was found in a paper of this day.
    pub async fn complete_on_paper(&self, day: &str) -> CaseView {
        self.claim(&self.anna).await.unwrap();
        self.add_note(&self.anna, "an extract").await.unwrap();
        let now = self.now();
        let document = Document {
            id: DocumentId::new(now, self.entropy.bytes()),
            subject_data: self.data,
            owner: owner(),
            kind: DocumentKind::Organization,
            description: None,
            file_name: text("letter.pdf"),
            media_type: MediaType::Pdf,
            size: 1,
            sha256: self.entropy.bytes(),
            brought_by: Some(BroughtBy {
                case: self.case,
                person: self.anna.name.clone(),
            }),
            scan: Scan::NotScanned,
            finding: None,
            scanned_at: None,
            erased_at: None,
            received_at: now,
        };
        let paper = NewEvidence {
            content: None,
            document: Some(document.id),
            issued_on: Timestamp::of_date(day),
            ..self.found(EvidenceKind::Document, "")
        };
        self.commit(Unit::of(self.caller(), now, document.receive()))
            .await;
        let scope = self.scope(&self.anna).await;
        let kept = self.work.add_evidence(&scope, self.case, &paper).await;
        self.complete_from(0, &kept.unwrap().1).await
    }

    /// Somebody was reached by what was recorded last.
    async fn complete_from(&self, age: u32, noted: &CaseView) -> CaseView {
        let call = NewEvidence {
            reached: Reached {
                at: Some(text("+48 22 555 01 00")),
                person: Some(text("Jan Example")),
                found_in: noted.evidence.last().map(|piece| piece.id),
            },
            ..self.found(EvidenceKind::Contact, "a call")
        };
        let scope = self.scope(&self.anna).await;
        let called = self.work.add_evidence(&scope, self.case, &call).await;
        called.unwrap();
        for check in self.stored_case().await.checks.clone() {
            if check.state == CheckState::Required {
                let authority = check.kind == CheckKind::RepresentativeAuthority;
                let age = if authority { age } else { 0 };
                self.record(&self.anna, check.kind, age).await;
            }
        }
        let facts = FactsInput {
            organization: text("Example sp. z o.o."),
            identifier: IdentifierInput::Parts {
                scheme: "NTR".to_owned(),
                number: "12345678".to_owned(),
            },
            country: Country::parse("PL").unwrap(),
            state_or_province: None,
            locality: Some(text("Warszawa")),
        };
        let version = self.stored_case().await.version();
        let scope = self.scope(&self.anna).await;
        let work = &self.work;
        work.record_facts(&scope, self.case, &facts, Some(version))
            .await
            .unwrap()
    }

    /// The word of a person over the case as it stands.
    pub async fn word(&self, person: &Person, step: Step, verdict: Verdict) -> Word {
        let scope = self.everything().await;
        let view = self.work.case(&scope, self.case).await.unwrap();
        Word {
            verdict,
            digest: view.digest,
            reason: Some(text("the register says otherwise")),
            signature: person.sign(self.case, step, verdict, &view.digest),
        }
    }

    pub async fn propose(&self, person: &Person, verdict: Verdict) -> Result<CaseView, Refused> {
        let word = self.word(person, Step::Propose, verdict).await;
        let (scope, request) = (self.scope(person).await, request(person, "propose"));
        self.work.propose(&scope, self.case, &word, &request).await
    }

    pub async fn decide(&self, person: &Person, verdict: Verdict) -> Result<CaseView, Refused> {
        let word = self.word(person, Step::Decide, verdict).await;
        let (scope, request) = (self.scope(person).await, request(person, "decide"));
        self.work.decide(&scope, self.case, &word, &request).await
    }
}
