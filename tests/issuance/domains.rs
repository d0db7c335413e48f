//! An order that rests on its domain, by a clock that the test moves: dated steps, the proof's end
//! and its withdrawal stop what was ready, in the transaction of the intent and before.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use chancery::{
    domain::{
        caa::{Chain, DomainName, Lookup, Property},
        domain_control::{ChallengeLabel, DomainStatus, RecordName},
        id::DomainControlId,
        idempotency::{Answer, IdempotencyClaim, IdempotencyKey},
        mailbox::Method,
        owner::ActingFor,
        product::EmailMethod,
        refusal::Refused,
        terms::{Choice, Terms},
        timestamp::{Timestamp, days},
    },
    policy::perspectives::{Region, Vantage},
    ports::{
        clock::Clock,
        perspectives::{Perspective, Unseen},
        resolver::{Resolver, TxtRecords, Unanswered},
    },
    services::{
        domains::{DomainView, Domains, Parts},
        issuance::Told,
        mailboxes::{DomainWish, MailboxesByDomain},
        perspectives::Remotes,
        request::Request,
    },
};

use crate::{reissue::mailboxes, stage::Stage, world::owner};

const SECOND: Duration = Duration::from_secs(1);
/// That a proof carries here: more than a code, less than an order.
const DAYS: u32 = 100;

/// What all the world sees but for some.
#[derive(Default)]
struct Seen {
    txt: Mutex<Vec<Vec<u8>>>,
    /// Who sees that CAA forbids.
    forbidden: Mutex<Vec<String>>,
}

/// The daemon's own resolver.
struct Own(Arc<Seen>);

#[async_trait]
impl Resolver for Own {
    async fn caa(&self, _: &DomainName) -> Lookup {
        panic!("CAA has a resolver of its own here")
    }

    async fn txt(&self, _: &RecordName) -> Result<TxtRecords, Unanswered> {
        Ok(TxtRecords {
            chain: Chain::Secure,
            aliases: Vec::new(),
            records: self.0.txt.lock().unwrap().clone(),
        })
    }
}

struct Place(Vantage, Arc<Seen>);

#[async_trait]
impl Perspective for Place {
    fn vantage(&self) -> &Vantage {
        &self.0
    }

    async fn txt(&self, _: &RecordName) -> Result<Vec<Vec<u8>>, Unseen> {
        Ok(self.1.txt.lock().unwrap().clone())
    }

    async fn caa(&self, _: &DomainName) -> Result<Vec<Property>, Unseen> {
        let forbidden = self.1.forbidden.lock().unwrap();
        let forbids = forbidden.iter().any(|name| name == self.0.name());
        let nobody = Property {
            flags: 0,
            tag: "issuemail".to_owned(),
            value: b";".to_vec(),
        };
        Ok(forbids.then_some(nobody).into_iter().collect())
    }
}

struct Scene {
    stage: Stage,
    seen: Arc<Seen>,
    domains: Domains,
    by_domain: MailboxesByDomain,
}

impl Scene {
    async fn new(count: usize) -> Self {
        let seen: Arc<Seen> = Arc::default();
        let place = |number: usize| -> Arc<dyn Perspective> {
            let region = match number % 2 {
                0 => Region::Ripe,
                _ => Region::Arin,
            };
            let vantage = Vantage::new(&format!("p{number}"), region).unwrap();
            Arc::new(Place(vantage, Arc::clone(&seen)))
        };
        let remotes = Remotes::new((0..count).map(place).collect());
        let stage = Stage::seeing(remotes.clone()).await;
        take_domains(&stage, true);
        let shared = Arc::new(stage.world.store.clone());
        let domains = Domains::new(Parts {
            store: stage.fates.clone(),
            domains: shared.clone(),
            resolver: Arc::new(Own(Arc::clone(&seen))),
            remotes: remotes.clone(),
            label: ChallengeLabel::default(),
            clock: stage.world.clock.clone(),
            entropy: stage.world.entropy.clone(),
            terms: Terms::of(Choice {
                domain_days: DAYS,
                ..Choice::default()
            }),
        });
        let by_domain = MailboxesByDomain {
            mailboxes: mailboxes(&stage),
            controls: shared,
            catalogue: stage.catalogue.clone(),
            remotes,
        };
        Self {
            stage,
            seen,
            domains,
            by_domain,
        }
    }

    async fn started(&self) -> DomainView {
        let domain = DomainName::parse("example.com").unwrap();
        let scope = self.stage.panel().await;
        let request = Request {
            claim: IdempotencyClaim {
                key: IdempotencyKey {
                    identity: scope.ra().clone(),
                    owner: owner(),
                    key: hex::encode(self.stage.world.entropy.bytes::<8>()),
                },
                request_sha256: [1; 32],
                act: "domains".to_owned(),
            },
            render: Box::new(|_| Answer {
                status: 201,
                location: None,
                etag: None,
                body: Vec::new(),
            }),
        };
        let user = ActingFor::default();
        let begun = self.domains.start(&scope, &domain, &user, request).await;
        let begun = begun.unwrap();
        let mut txt = self.seen.txt.lock().unwrap();
        *txt = vec![begun.control.value.clone().into_bytes()];
        begun
    }

    async fn check(&self, id: DomainControlId) -> Result<DomainView, Refused> {
        let scope = self.stage.panel().await;
        self.domains.check(&scope, id, &ActingFor::default()).await
    }

    /// A proof on which the stage's order rests.
    async fn resting(&self) -> DomainControlId {
        let begun = self.started().await;
        let proven = self.check(begun.control.id).await.unwrap();
        assert_eq!(proven.status, DomainStatus::Proven);
        let (scope, order) = (self.stage.panel().await, self.stage.world.order);
        let wish = DomainWish {
            email: "jan@mail.example.com".to_owned(),
            domain: begun.control.id,
        };
        let user = ActingFor::default();
        let rested = self.by_domain.rest(&scope, order, &wish, &user);
        let set = rested.await.unwrap();
        assert_eq!(set.mailbox.method, Method::Domain(begun.control.id));
        begun.control.id
    }

    async fn blocked(&self) -> Vec<&'static str> {
        self.stage.lease_anew().await;
        self.stage.ask().await.unwrap_err().blocked_by
    }

    /// Goes to an instant that is still to come.
    fn go(&self, to: Timestamp) {
        let clock = &self.stage.world.clock;
        clock.advance(to.since(clock.now()));
    }
}

fn take_domains(stage: &Stage, takes: bool) {
    let mut products = stage.catalogue.products().as_ref().clone();
    for product in &mut products {
        product.email_methods = match takes {
            true => vec![EmailMethod::Mailbox, EmailMethod::Domain],
            false => vec![EmailMethod::Mailbox],
        };
    }
    stage.catalogue.replace(products);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_rests_on_its_domain_and_on_what_all_see() {
    let scene = Scene::new(5).await;
    scene.resting().await;
    for forbidden in [vec!["p0", "p1"], vec!["p1", "p3", "p4"]] {
        let names = forbidden.into_iter().map(ToOwned::to_owned).collect();
        *scene.seen.forbidden.lock().unwrap() = names;
        let refused = scene.stage.ask().await.unwrap_err();
        assert_eq!(refused.code, "caa-not-corroborated");
    }
    *scene.seen.forbidden.lock().unwrap() = vec!["p2".to_owned()];
    let told = scene.stage.ask().await;
    assert!(matches!(told, Ok(Told::Issued(_))), "{told:?}");
    assert_eq!(scene.stage.serials().await.len(), 1);
}

/// The step of 2026-12-15 makes four too few: neither a new check nor what was proven before.
#[tokio::test(flavor = "multi_thread")]
async fn a_dated_step_stops_checks_and_what_rests_on_them() {
    let scene = Scene::new(4).await;
    let step = Timestamp::of_date("2026-12-15").unwrap();
    assert!(scene.stage.world.clock.now() < step);
    scene.resting().await;
    let begun = scene.started().await;
    scene.go(step);
    let refused = scene.check(begun.control.id).await.unwrap_err();
    assert_eq!(refused.code, "perspectives-insufficient");
    assert!(refused.is_trouble());
    assert_eq!(scene.blocked().await, ["perspectives-insufficient"]);
    assert_eq!(scene.stage.serials().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_withdrawn_or_is_taken_no_longer_stops_what_was_ready() {
    let scene = Scene::new(5).await;
    let id = scene.resting().await;
    take_domains(&scene.stage, false);
    assert_eq!(scene.blocked().await, ["email-method-not-offered"]);
    take_domains(&scene.stage, true);
    let scope = scene.stage.panel().await;
    let user = ActingFor::default();
    scene.domains.withdraw(&scope, id, &user).await.unwrap();
    assert_eq!(scene.blocked().await, ["domain-not-proven"]);
    assert_eq!(scene.stage.serials().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_carries_its_days_and_no_longer() {
    let scene = Scene::new(5).await;
    let begun = scene.stage.world.clock.now();
    scene.resting().await;
    scene.go(begun.plus(days(DAYS)).minus(SECOND));
    scene.stage.lease_anew().await;
    // Fresh when it is judged, over when the intent would be recorded.
    scene.stage.fates([crate::fates::Fate::Later(SECOND)]);
    assert_eq!(scene.blocked().await, ["email-verification-lapsed"]);
    assert_eq!(scene.stage.serials().await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_ends_while_it_is_looked_for_proves_nothing() {
    let scene = Scene::new(5).await;
    let begun = scene.started().await;
    scene.go(begun.control.value_until.minus(SECOND));
    // The store's clock has passed the end when the unit comes.
    scene.stage.fates([crate::fates::Fate::Later(SECOND)]);
    let late = scene.check(begun.control.id).await.unwrap_err();
    assert_eq!(late.code, "domain-value-expired");
}
