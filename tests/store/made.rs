//! Aggregates that the stages of the store begin from.

use chancery::{
    domain::{
        activation::{Activation, ActivationState, CommonNameSource},
        aggregate::Loaded,
        case::{Case, lookup::LookupState},
        certificate::Certificate,
        id::{ActivationId, CaseId, CertificateId, MailboxId, SubjectDataId},
        intent::{Intent, IntentState, IssuerName},
        lint_record::LintRecord,
        mailbox::{FreshSeed, MailboxValidation, NewMailbox},
        order::Order,
        owner::{AcceptedStatement, Owner},
        product::ProductCode,
        subject_data::{
            SubjectData, VerificationMethod,
            transition::{ChosenAbbreviation, NewSubjectData},
        },
        terms::Terms,
        text::{Country, Language, Text},
        timestamp::days,
        unit::Unit,
    },
    policy::mailbox_address,
};

use crate::world::{WholeStore, World, acting_for, caller};

pub fn statement<S: WholeStore>(world: &World<S>) -> AcceptedStatement {
    AcceptedStatement {
        id: "truth".to_owned(),
        version: 3,
        sha256: [9; 32],
        accepted_at: world.now(),
    }
}

pub fn data<S: WholeStore>(
    world: &World<S>,
    owner: &Owner,
) -> chancery::domain::aggregate::Changed<SubjectData> {
    let new = NewSubjectData {
        id: SubjectDataId::new(world.now(), world.entropy.bytes()),
        owner: owner.clone(),
        organization: Text::parse("Łódź \"Sp. z o.o.\"").unwrap(),
        country: Country::parse("PL").unwrap(),
        state_or_province: Text::parse("łódzkie").unwrap(),
        locality: Text::parse("Łódź").unwrap(),
        method: VerificationMethod::RegistrationNumber {
            register: "krs".to_owned(),
            number: "0000123456".to_owned(),
        },
        acting_for: acting_for(),
    };
    let chosen = ChosenAbbreviation {
        name: Text::parse("Łódź").unwrap(),
        forms: vec!["O7XB"],
        tables: "2026-11",
    };
    SubjectData::create(new, None, world.now()).abbreviated(chosen)
}

pub fn mailbox<S: WholeStore>(
    world: &World<S>,
    order: &Order,
) -> chancery::domain::aggregate::Changed<MailboxValidation> {
    MailboxValidation::start(NewMailbox {
        id: MailboxId::new(world.now(), world.entropy.bytes()),
        order: order.id,
        owner: order.owner.clone(),
        address: mailbox_address::parse("Jan.K@example.org").unwrap(),
        language: Language::Polish,
        seed: FreshSeed {
            nonce: [1; 32],
            mac: [2; 32],
        },
        acting_for: acting_for(),
        terms: Terms::default(),
        now: world.now(),
    })
}

/// An order whose data are submitted and whose mailbox is bound.
pub async fn ready<S: WholeStore>(
    world: &World<S>,
    owner: &Owner,
) -> (
    Loaded<Order>,
    Loaded<SubjectData>,
    Loaded<MailboxValidation>,
) {
    let order = world.order(owner).await;
    let set = data(world, owner);
    let committed = world.put(set.clone()).await;
    let case = CaseId::new(world.now(), world.entropy.bytes());
    let set = set
        .stored(&committed)
        .submit(vec![statement(world)], 1, case, world.now())
        .unwrap();
    let opened = Case::open(case, &set, LookupState::NotAsked, world.now());
    let unit = Unit::of(caller(), world.now(), set.clone()).change(opened);
    let set = set.stored(&world.commit(unit).await.unwrap());
    let bound = order.bind_data(&set, world.now()).unwrap();
    let order = bound.clone().stored(&world.put(bound).await);
    let mailbox = mailbox(world, &order);
    let bound = order.bind_mailbox(mailbox.id, world.now()).unwrap();
    let unit = Unit::of(caller(), world.now(), bound.clone()).change(mailbox.clone());
    let committed = world.commit(unit).await.unwrap();
    (bound.stored(&committed), set, mailbox.stored(&committed))
}

pub fn activation<S: WholeStore>(
    world: &World<S>,
    order: &Order,
) -> chancery::domain::aggregate::Changed<Activation> {
    let activation = Activation {
        id: ActivationId::new(world.now(), world.entropy.bytes()),
        order: order.id,
        owner: order.owner.clone(),
        state: ActivationState::Running,
        subject_data: order.subject_data.unwrap(),
        mailbox: order.mailbox.unwrap(),
        replaces: None,
        common_name: CommonNameSource::Organization,
        fields: vec!["locality".to_owned()],
        spki: vec![0x30, 0x59],
        spki_sha256: [4; 32],
        statements: vec![statement(world)],
        acting_for: acting_for(),
        refusal: None,
        certificate: None,
        submitted_at: world.now(),
        updated_at: world.now(),
    };
    Activation::submit(activation, "{}".to_owned())
}

pub fn issuer() -> IssuerName {
    IssuerName::parse("issuing-g1").unwrap()
}

pub fn intent<S: WholeStore>(
    world: &World<S>,
    activation: ActivationId,
    serial: &[u8],
) -> chancery::domain::aggregate::Changed<Intent> {
    Intent::record(Intent {
        issuer: issuer(),
        serial: serial.to_vec(),
        activation,
        partition: 1,
        tbs: vec![0x30, 0x03, 0x01],
        tbs_sha256: [5; 32],
        profile: "multipurpose".to_owned(),
        profile_sha256: [6; 32],
        lint: LintRecord::restore("1".to_owned(), "w_gmail_key"),
        not_after: world.now().plus(days(365)),
        boot: world.boot,
        state: IntentState::Recorded,
        recorded_at: world.now(),
        settled_at: None,
    })
}

pub fn certificate<S: WholeStore>(
    world: &World<S>,
    activation: &Activation,
    serial: &[u8],
) -> Certificate {
    Certificate {
        id: CertificateId::new(world.now(), world.entropy.bytes()),
        issuer: issuer(),
        serial: serial.to_vec(),
        partition: 1,
        owner: activation.owner.clone(),
        order: activation.order,
        activation: activation.id,
        replaces: None,
        product: ProductCode::parse("smime-org-365").unwrap(),
        der: vec![0x30, 0x03, 0x02],
        sha256: [8; 32],
        spki_sha256: [4; 32],
        key_fingerprint: [5; 32],
        subject: "CN=Łódź,C=PL".to_owned(),
        mailbox: "Jan.K@example.org".to_owned(),
        not_before: world.now(),
        not_after: world.now().plus(days(365)),
        issued_at: world.now(),
    }
}
