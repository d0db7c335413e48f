//! Certificates that take the place of others, or continue them, while something else happens:
//! what was judged must still be true when it is committed, and when it is judged again.

use std::{sync::Arc, time::Duration};

use chancery::{
    domain::{
        aggregate::Loaded,
        case::{Verdict, digest::Step},
        certificate::Certificate,
        id::{CertificateId, RevocationId},
        idempotency::{Answer, IdempotencyClaim, IdempotencyKey},
        mailbox::allowance::Allowance,
        order::{Order, OrderState},
        owner::{ActingFor, IdentityName},
        period::Period,
        product::{Operation, ProductCode, Step as ProductStep},
        refusal::Refused,
        revocation::{NewRevocation, Revocation},
        terms::Terms,
        unit::Unit,
    },
    pkix::tbs_cert_list::CrlReason,
    policy::{access::TenantScope, mailbox_code::CodeKey, statements::StatementGiven},
    ports::store::{Store, issuance::Certificates, registration::Orders as _},
    services::{
        certificates::Reference,
        issuance::{Asked, Issuance, Told, reissue::Successor},
        mailboxes::{self, MailboxControl},
        orders::{self, OrderView, Orders, renewal::RenewalWish},
        request::Request,
    },
};
use futures_util::future::BoxFuture;

use crate::{
    fates::Fate,
    stage::{Serial, Stage, request as csr},
    token::Act,
    world::request,
};

const SECOND: Duration = Duration::from_secs(1);

/// A reissue that can be asked for whenever it is wanted.
struct Reissue {
    issuance: Issuance,
    scope: TenantScope,
    which: CertificateId,
    successor: Successor,
    asked: Asked,
}

impl Reissue {
    /// Of the stage's certificate, with a key and an Idempotency-Key of its own.
    async fn of(stage: &Stage, key: &str) -> Self {
        let code = ProductCode::parse("smime-org-multipurpose-365-issue").unwrap();
        let product = stage.catalogue.product(&code).unwrap();
        let statements = product.statements.iter();
        let statements = statements.filter(|statement| statement.step == ProductStep::Activation);
        Self {
            issuance: stage.issuance.clone(),
            scope: stage.panel().await,
            which: certificate(stage).await.id,
            successor: Successor {
                csr: csr(),
                statements: statements
                    .map(|statement| StatementGiven {
                        id: statement.id.clone(),
                        version: statement.version,
                        accepted_at: stage.world.now(),
                    })
                    .collect(),
                acting_for: ActingFor::default(),
            },
            asked: Asked {
                claim: claim(key),
                body: "{}".to_owned(),
            },
        }
    }

    async fn ask(self, wait: u64) -> Result<Told, Refused> {
        let (which, wait) = (Reference::Id(self.which), Duration::from_secs(wait));
        let Self {
            issuance,
            scope,
            successor,
            asked,
            ..
        } = self;
        issuance
            .reissue(scope, &which, successor, asked, wait)
            .await
    }
}

fn claim(key: &str) -> IdempotencyClaim {
    IdempotencyClaim {
        key: IdempotencyKey {
            identity: IdentityName::parse("panel").unwrap(),
            owner: crate::world::owner(),
            key: key.to_owned(),
        },
        request_sha256: [1; 32],
        act: String::new(),
    }
}

fn issued() -> Serial {
    ("issued".to_owned(), None)
}

fn abandoned() -> Serial {
    ("abandoned".to_owned(), Some("signature-invalid".to_owned()))
}

async fn order(stage: &Stage) -> Loaded<Order> {
    let scope = stage.world.everything().await;
    let found = stage.world.store.order(&scope, stage.world.order).await;
    found.unwrap().unwrap()
}

/// The newest one.
async fn certificate(stage: &Stage) -> Certificate {
    let scope = stage.world.everything().await;
    let id = order(stage).await.certificate.unwrap();
    let found = stage.world.store.certificate(&scope, id).await;
    found.unwrap().unwrap().certificate
}

/// A stage whose order has its certificate.
async fn issued_stage() -> Stage {
    let stage = Stage::new().await;
    assert!(matches!(stage.ask().await, Ok(Told::Issued(_))));
    stage
}

/// The certificate's revocation, as soon as it is waited for.
async fn revoking(stage: &Stage) -> BoxFuture<'static, ()> {
    let certificate = certificate(stage).await;
    let (now, store) = (stage.world.now(), stage.world.store.clone());
    let new = NewRevocation {
        id: RevocationId::new(now, stage.world.entropy.bytes()),
        reason: CrlReason::CessationOfOperation,
        compromised_at: None,
        note: None,
        requested_by: "panel".to_owned(),
        acting_for: ActingFor::default(),
    };
    let (revocation, entry) = Revocation::record(new, &certificate, now);
    let unit = Unit::of(stage.world.caller(), now, revocation).change(entry);
    Box::pin(async move {
        store.commit(unit).await.unwrap();
    })
}

/// Other data of the same owner that two people have verified is bound to the order.
async fn bind_other_data(stage: &mut Stage) {
    let world = &mut stage.world;
    (world.case, world.data) = world.submit("0012345678").await;
    world.complete(0).await;
    for (person, step, key) in [
        (&world.anna, Step::Propose, "propose other"),
        (&world.ola, Step::Decide, "decide other"),
    ] {
        let word = world.word(person, step, Verdict::Approve).await;
        let (scope, request) = (world.scope(person).await, request(person, key));
        let done = match step {
            Step::Propose => {
                world
                    .work
                    .propose(&scope, world.case, &word, &request)
                    .await
            }
            Step::Decide => world.work.decide(&scope, world.case, &word, &request).await,
        };
        done.unwrap();
    }
    let (now, data) = (stage.world.now(), stage.world.data().await);
    let bound = order(stage).await.bind_data(&data, now).unwrap();
    let unit = Unit::of(stage.world.caller(), now, bound);
    stage.world.commit(unit).await;
}

/// A reissue whose serial was abandoned ends without a certificate: the order has its old one.
async fn comes_to_nothing(stage: &Stage, code: &str) {
    let old = certificate(stage).await.id;
    stage.settle_down().await;
    assert_eq!(stage.serials().await, [issued(), abandoned()]);
    let order = order(stage).await;
    assert_eq!(
        (order.state, order.certificate),
        (OrderState::Issued, Some(old))
    );
    let live = stage.live().await.unwrap();
    let scope = stage.world.everything().await;
    let ended = stage.issuance.activation(&scope, live).await.unwrap();
    assert_eq!(ended.refusal.as_deref(), Some(code));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reissue_judged_again_does_not_rest_on_data_bound_meanwhile() {
    let mut stage = issued_stage().await;
    stage.token.plays([Act::SignWrongly]);
    let told = Reissue::of(&stage, "again").await.ask(0).await;
    assert!(matches!(told, Ok(Told::Pending(_))), "{told:?}");
    stage.acts_end().await;
    bind_other_data(&mut stage).await;
    comes_to_nothing(&stage, "order-state-conflict").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reissue_judged_again_finds_the_old_certificate_revoked() {
    let stage = issued_stage().await;
    stage.token.plays([Act::SignWrongly]);
    let told = Reissue::of(&stage, "again").await.ask(0).await;
    assert!(matches!(told, Ok(Told::Pending(_))), "{told:?}");
    stage.acts_end().await;
    revoking(&stage).await.await;
    comes_to_nothing(&stage, "already-revoked").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_revoked_between_judgement_and_intent_is_not_replaced() {
    let stage = issued_stage().await;
    let reissue = Reissue::of(&stage, "late").await;
    stage.fates.meanwhile(revoking(&stage).await);
    let told = reissue.ask(60).await;
    assert_eq!(told.expect_err("a refusal").code, "already-revoked");
    assert_eq!(stage.serials().await, [issued()]);
    assert_eq!(stage.token.asked(), 1, "nothing is signed");
}

/// The second comes to its end between the judgement and the intent of the first.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_reissues_with_different_keys_one_gets_its_certificate() {
    let stage = issued_stage().await;
    let first = Reissue::of(&stage, "first").await;
    let second = Reissue::of(&stage, "second").await;
    stage.fates.meanwhile(Box::pin(async move {
        let told = second.ask(60).await;
        assert!(matches!(told, Ok(Told::Issued(_))), "{told:?}");
    }));
    let told = first.ask(60).await;
    assert_eq!(told.expect_err("a refusal").code, "certificate-replaced");
    assert_eq!(stage.serials().await, [issued(), issued()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_reissues_at_once_one_gets_its_certificate() {
    let stage = issued_stage().await;
    let first = Reissue::of(&stage, "first").await;
    let second = Reissue::of(&stage, "second").await;
    let told = tokio::join!(first.ask(60), second.ask(60));
    let told = [told.0, told.1];
    let got = told
        .iter()
        .filter(|told| matches!(told, Ok(Told::Issued(_))));
    assert_eq!(got.count(), 1, "{told:?}");
    assert_eq!(
        told.iter().filter(|told| told.is_err()).count(),
        1,
        "{told:?}"
    );
    assert_eq!(stage.serials().await, [issued(), issued()]);
}

pub fn mailboxes(stage: &Stage) -> MailboxControl {
    let shared = Arc::new(stage.world.store.clone());
    MailboxControl::new(mailboxes::Parts {
        screening: Arc::default(),
        store: shared.clone(),
        orders: shared.clone(),
        data: shared.clone(),
        mailboxes: shared,
        clock: stage.world.clock.clone(),
        entropy: stage.world.entropy.clone(),
        key: Arc::new(CodeKey::from_bytes(&[7; 32]).unwrap()),
        domains: Arc::default(),
        warnings: Arc::default(),
        allowance: Allowance {
            frontend: 100,
            owner: 100,
            domain: 100,
        },
        terms: Terms::default(),
    })
}

async fn renewed(stage: &Stage, key: &str) -> Result<OrderView, Refused> {
    let shared = Arc::new(stage.world.store.clone());
    let orders = Orders::new(orders::Parts {
        screening: Arc::default(),
        warnings: Arc::default(),
        terms: Terms::default(),
        store: stage.fates.clone(),
        orders: shared.clone(),
        sets: shared.clone(),
        mailboxes: shared.clone(),
        certificates: shared,
        clock: stage.world.clock.clone(),
        entropy: stage.world.entropy.clone(),
        catalogue: stage.catalogue.clone(),
    });
    let wish = RenewalWish {
        product: ProductCode::parse("smime-org-multipurpose-365-renewal").unwrap(),
        alias: None,
        partner_order_ref: None,
        acting_for: ActingFor::default(),
    };
    let request = Request {
        claim: claim(key),
        render: Box::new(|_| Answer {
            status: 201,
            location: None,
            etag: None,
            body: Vec::new(),
        }),
    };
    let (scope, old) = (stage.panel().await, certificate(stage).await.id);
    let mailboxes = mailboxes(stage);
    orders.renew(&scope, old, &wish, &mailboxes, request).await
}

/// Each of what a renewal rests on ends between its judgement and its record.
#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_is_not_taken_when_its_time_has_come() {
    let stage = issued_stage().await;
    let mut products = stage.catalogue.products().as_ref().clone();
    let renewal = products
        .iter_mut()
        .find(|known| known.operation == Operation::Renewal);
    let ends = stage.world.now().plus(SECOND);
    renewal.unwrap().offered = Period::new(None, Some(ends)).unwrap();
    let before = stage.catalogue.products().as_ref().clone();
    stage.catalogue.replace(products);
    stage.fates([Fate::Later(SECOND)]);
    let refused = renewed(&stage, "offered").await.expect_err("a refusal");
    assert_eq!(refused.code, "product-withdrawn");
    stage.catalogue.replace(before);
    let ends = certificate(&stage).await.not_after;
    let left = ends.since(stage.world.now());
    stage.world.clock.advance(left - SECOND);
    stage.fates([Fate::Later(SECOND)]);
    let refused = renewed(&stage, "valid").await.expect_err("a refusal");
    assert_eq!(refused.code, "certificate-expired");
    assert_eq!(order(&stage).await.renewed_by, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_revoked_between_judgement_and_renewal_is_not_continued() {
    let stage = issued_stage().await;
    stage.fates.meanwhile(revoking(&stage).await);
    let refused = renewed(&stage, "renewal").await.expect_err("a refusal");
    assert_eq!(refused.code, "already-revoked");
    assert_eq!(order(&stage).await.renewed_by, None);
}
