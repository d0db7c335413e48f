//! What an owner is told of an activation that takes longer, and of a certificate that ends.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use chancery::{
    domain::{
        audit::event::{Event, EventKind},
        certificate::Certificate,
        id::JobId,
        job::{JobKind, NewJob},
        mail::{Mail, MailKind, MailState},
        notification::{Notification, Tab},
        revocation_list::RevokedSerial,
        terms::Terms,
        timestamp::days,
        unit::Unit,
    },
    pkix::tbs_cert_list::CrlReason,
    ports::store::{
        Page,
        catalogue::{Mails, Notifications},
        issuance::{CertificateFilter, Certificates},
    },
    services::{
        jobs::{JobHandler, Runner},
        orders::{self, Orders},
    },
};

use crate::{stage::Stage, token::Act};

const SECOND: Duration = Duration::from_secs(1);
const PAGE: Page = Page {
    limit: 50,
    after: None,
};

async fn told(stage: &Stage, tab: Tab) -> Vec<Notification> {
    let scope = stage.world.everything().await;
    let found = stage.world.store.notifications(&scope, tab, &PAGE).await;
    found.unwrap().iter().map(|line| (**line).clone()).collect()
}

async fn codes(stage: &Stage, tab: Tab) -> Vec<&'static str> {
    told(stage, tab)
        .await
        .iter()
        .map(|line| line.code)
        .collect()
}

async fn mails(stage: &Stage) -> Vec<Mail> {
    let found = stage.world.store.mails(&MailState::ALL, &PAGE).await;
    found.unwrap().iter().map(|mail| (**mail).clone()).collect()
}

/// The timer of the stage's order, as a new order has it.
async fn timers(stage: &Stage) -> Runner {
    let world = &stage.world;
    let timer = NewJob {
        id: JobId::new(world.now(), world.entropy.bytes()),
        kind: JobKind::OrderTimer,
        object: world.order.to_string(),
        slot: "order".to_owned(),
        due: world.now(),
    };
    let event = Event::new(EventKind::OrderChanged, "order", world.order);
    let unit = Unit::new(world.caller(), world.now(), event).job(timer);
    world.commit(unit).await;
    let shared = Arc::new(world.store.clone());
    let handler: Arc<dyn JobHandler> = Arc::new(Orders::new(orders::Parts {
        screening: Arc::default(),
        warnings: Arc::default(),
        terms: Terms::default(),
        store: shared.clone(),
        orders: shared.clone(),
        sets: shared.clone(),
        mailboxes: shared.clone(),
        certificates: shared.clone(),
        clock: world.clock.clone(),
        entropy: world.entropy.clone(),
        catalogue: stage.catalogue.clone(),
    }));
    let handlers = BTreeMap::from([(JobKind::OrderTimer, handler)]);
    let (clock, entropy) = (world.clock.clone(), world.entropy.clone());
    Runner::new(shared, clock, entropy, handlers, 4)
}

/// The certificate, and the clock a second before it is told to end for the first time.
async fn issued(stage: &Stage, timers: &Runner) -> Certificate {
    stage.ask().await.unwrap();
    let (world, filter) = (&stage.world, CertificateFilter::default());
    let scope = world.everything().await;
    let found = world.store.certificates(&scope, &filter, &PAGE).await;
    let certificate = found.unwrap().remove(0).certificate;
    assert_eq!(timers.tick().await.unwrap(), 1, "looked at, nothing told");
    let first = certificate.not_after.minus(days(60));
    world.clock.advance(first.since(world.now()) - SECOND);
    assert_eq!(timers.tick().await.unwrap(), 0);
    certificate
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_is_told_before_a_certificate_ends() {
    let stage = Stage::new().await;
    let timers = timers(&stage).await;
    let certificate = issued(&stage, &timers).await;
    for (number, pause) in [(1, 30), (2, 16), (3, 7), (4, 6), (5, 1)] {
        stage.world.clock.advance(SECOND);
        assert_eq!(timers.tick().await.unwrap(), 1);
        let lines = told(&stage, Tab::Expiration).await;
        assert_eq!(lines.len(), number);
        for line in lines {
            assert_eq!(line.code, "certificate-expiring");
            assert_eq!(line.object, certificate.id.to_string());
            assert_eq!(line.order, Some(stage.world.order));
        }
        stage.world.clock.advance(days(pause) - SECOND);
        assert_eq!(timers.tick().await.unwrap(), 0);
    }
    // It has ended: its owner is told at once, the holder a day later, and nobody again.
    stage.world.clock.advance(SECOND);
    assert_eq!(timers.tick().await.unwrap(), 0);
    stage.world.clock.advance(SECOND);
    assert_eq!(timers.tick().await.unwrap(), 1);
    let ended = codes(&stage, Tab::Expiration).await;
    let ended = ended.iter().filter(|code| **code == "certificate-expired");
    assert_eq!(ended.count(), 1);
    stage.world.clock.advance(days(1) - 2 * SECOND);
    assert_eq!(timers.tick().await.unwrap(), 0);
    stage.world.clock.advance(SECOND);
    assert_eq!(timers.tick().await.unwrap(), 1);
    assert_eq!(codes(&stage, Tab::Expiration).await.len(), 6);
    stage.world.clock.advance(days(30));
    assert_eq!(timers.tick().await.unwrap(), 0);
    let mails = mails(&stage).await;
    let of = |kind| mails.iter().filter(|mail| mail.kind == kind).count();
    let ends = [MailKind::CertificateExpiring, MailKind::CertificateExpired].map(of);
    // The holder, and the technical contact of the order.
    assert_eq!(ends, [2 * 5, 2]);
    let holders = |mail: &&Mail| mail.recipient == certificate.mailbox;
    let expired = mails
        .iter()
        .filter(|mail| mail.kind == MailKind::CertificateExpired);
    assert_eq!(expired.filter(holders).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_certificate_is_told_of_no_more() {
    let stage = Stage::new().await;
    // Revoked by no revocation, which the oracle would find.
    stage.world.dir.made_up.store(true, Ordering::SeqCst);
    let timers = timers(&stage).await;
    let certificate = issued(&stage, &timers).await;
    stage.world.clock.advance(SECOND);
    assert_eq!(timers.tick().await.unwrap(), 1);
    let now = stage.world.now();
    let event = Event::new(EventKind::OrderChanged, "order", stage.world.order);
    let unit = Unit::new(stage.world.caller(), now, event).change(RevokedSerial {
        issuer: certificate.issuer.clone(),
        serial: certificate.serial.clone(),
        partition: certificate.partition,
        revoked_at: now,
        reason: CrlReason::Superseded,
        not_after: certificate.not_after,
    });
    stage.world.commit(unit).await;
    stage.world.clock.advance(days(30));
    assert_eq!(timers.tick().await.unwrap(), 1, "looked at, nothing told");
    assert_eq!(
        codes(&stage, Tab::Expiration).await,
        ["certificate-expiring"]
    );
    stage.world.clock.advance(days(30));
    assert_eq!(timers.tick().await.unwrap(), 0);
}

/// However many serials come to nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_owner_is_told_once_that_it_takes_longer() {
    let stage = Stage::new().await;
    let before = codes(&stage, Tab::Problems).await;
    stage.ask_only().await.unwrap();
    assert_eq!(codes(&stage, Tab::Problems).await, before);
    let stage = Stage::new().await;
    stage
        .token
        .plays([Act::FallSilent, Act::SignWrongly, Act::FallSilent]);
    stage.ask_only().await.unwrap();
    let told = async || {
        let lines = told(&stage, Tab::Problems).await;
        let about = lines.iter().map(|line| (line.code, line.object.clone()));
        about.collect::<Vec<_>>()
    };
    let live = stage.live().await.unwrap().to_string();
    let expected = vec![("activation-delayed", live)];
    assert_eq!(told().await, expected);
    for _ in 0..2 {
        stage.settle_down().await;
        stage.world.clock.advance(days(1));
    }
    assert!(stage.answer().await.is_some());
    assert_eq!(stage.token.asked(), 4);
    assert_eq!(told().await, expected);
}
