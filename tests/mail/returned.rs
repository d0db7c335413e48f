//! Mail that comes back, sooner than its sending is booked.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use chancery::{
    adapters::{smtp::relay::Security, templates::MailTemplates},
    domain::{id::MailId, mail::MailState, mailbox::MailboxStatus, notification::Tab},
    policy::{local_time::LocalTime, mailbox_code::CodeKey, return_path::ReturnPaths},
    ports::returned_mail::{DeliveryReport, Returned, ReturnedMail, ReturnedMailError},
    services::mails::{self, House, MailLedger},
};
use secrecy::SecretBox;

use crate::{RIGHT, Sink, World, at, reuse};

fn paths() -> ReturnPaths {
    let key = SecretBox::new(Box::new([9; 32]));
    ReturnPaths::new(key, "bounces.example.com".to_owned())
}

/// The world's mails, with return paths.
fn ledger(world: &World, sink: &Sink) -> MailLedger {
    let store = Arc::new(world.store.clone());
    MailLedger::new(mails::Parts {
        screening: Arc::default(),
        store: store.clone(),
        mails: store,
        mailer: Arc::new(sink.relay(Security::StartTls, RIGHT)),
        templates: Arc::new(MailTemplates::load(None).unwrap()),
        clock: world.clock.clone(),
        entropy: world.entropy.clone(),
        key: Arc::new(CodeKey::from_bytes(&[7; 32]).unwrap()),
        return_paths: Some(paths()),
        house: House {
            name: "Example CA".to_owned(),
            public_url: "http://pki.example.com".to_owned(),
            contact: "help@ca.example.com".to_owned(),
            time: LocalTime::default(),
            chains: BTreeMap::new(),
        },
        signing: None,
    })
}

/// What lies in a Maildir.
struct Place(Mutex<Vec<Returned>>);

impl Place {
    fn with(name: &str, mail: MailId) -> Self {
        let place = Self(Mutex::default());
        place.put(name, mail);
        place
    }

    fn put(&self, name: &str, mail: MailId) {
        let report = DeliveryReport {
            sent_to: vec![paths().of(mail)],
            is_final: true,
            words: "5.1.1 no such mailbox".to_owned(),
        };
        self.0.lock().unwrap().push(Returned {
            name: name.to_owned(),
            report: Some(report),
        });
    }

    fn is_empty(&self) -> bool {
        self.0.lock().unwrap().is_empty()
    }
}

#[async_trait]
impl ReturnedMail for Place {
    async fn waiting(
        &self,
        most: usize,
        but: &BTreeSet<String>,
    ) -> Result<Vec<Returned>, ReturnedMailError> {
        let lies = self.0.lock().unwrap();
        let shown = lies.iter().filter(|found| !but.contains(&found.name));
        Ok(shown.take(most).cloned().collect())
    }

    async fn done(&self, name: &str) -> Result<(), ReturnedMailError> {
        self.0.lock().unwrap().retain(|found| found.name != name);
        Ok(())
    }
}

#[tokio::test]
async fn a_report_that_is_quicker_than_the_books_is_not_lost() {
    let sink = Sink::start("starttls");
    let world = at(&sink).await;
    let ledger = ledger(&world, &sink);
    world.set("anna@example.com").await.unwrap();
    let place = Place::with("1.host", world.mails().await[0].id);
    ledger.take_back(&place).await.unwrap();
    assert!(!place.is_empty(), "its mail is not booked as sent");
    assert_eq!(world.mails().await[0].state, MailState::Queued);
    assert_eq!(world.view().await.status, MailboxStatus::Created);
    world.runner.tick().await.unwrap();
    assert_eq!(world.mails().await[0].state, MailState::Sent);
    ledger.take_back(&place).await.unwrap();
    assert!(place.is_empty());
    assert_eq!(world.mails().await[0].state, MailState::Bounced);
    assert_eq!(world.view().await.status, MailboxStatus::Undeliverable);
    assert_eq!(world.told(Tab::Problems).await, ["mail-undeliverable"]);
}

/// As many as are looked at in one go hold up nothing that lies behind them, and are looked at
/// again when it was seen to.
#[tokio::test]
async fn early_reports_hold_up_nothing_behind_them() {
    let sink = Sink::start("starttls");
    let world = at(&sink).await;
    let ledger = ledger(&world, &sink);
    world.set("anna@example.com").await.unwrap();
    world.runner.tick().await.unwrap();
    let sent = world.mails().await[0].id;
    let (scope, order) = world.another_order("panel", "c-2").await;
    reuse::set(&world, &scope, order, "ola@example.com").await;
    let mails = world.mails().await;
    let queued = mails.iter().find(|mail| mail.id != sent).unwrap().id;
    let state = async |id: MailId| {
        let mails = world.mails().await;
        mails.iter().find(|mail| mail.id == id).unwrap().state
    };
    let place = Place::with("00.host", queued);
    for number in 1..64 {
        place.put(&format!("{number:02}.host"), queued);
    }
    place.put("final.host", sent);
    ledger.take_back(&place).await.unwrap();
    assert_eq!(state(sent).await, MailState::Sent, "64 lie before it");
    ledger.take_back(&place).await.unwrap();
    assert_eq!(state(sent).await, MailState::Bounced);
    world.runner.tick().await.unwrap();
    assert_eq!(state(queued).await, MailState::Sent);
    ledger.take_back(&place).await.unwrap();
    assert_eq!(state(queued).await, MailState::Bounced);
    assert!(place.is_empty());
}

/// A place that cannot note that this one was seen to.
struct Stuck(Place, &'static str);

#[async_trait]
impl ReturnedMail for Stuck {
    async fn waiting(
        &self,
        most: usize,
        but: &BTreeSet<String>,
    ) -> Result<Vec<Returned>, ReturnedMailError> {
        self.0.waiting(most, but).await
    }

    async fn done(&self, name: &str) -> Result<(), ReturnedMailError> {
        if name == self.1 {
            return Err(ReturnedMailError("read only".to_owned()));
        }
        self.0.done(name).await
    }
}

#[tokio::test]
async fn a_report_that_cannot_be_seen_to_keeps_no_other_waiting() {
    let sink = Sink::start("starttls");
    let world = at(&sink).await;
    let ledger = ledger(&world, &sink);
    world.set("anna@example.com").await.unwrap();
    let (scope, order) = world.another_order("panel", "c-2").await;
    reuse::set(&world, &scope, order, "ola@example.com").await;
    world.runner.tick().await.unwrap();
    let mails = world.mails().await;
    let mut place = Stuck(Place::with("00.host", mails[0].id), "00.host");
    place.0.put("01.host", mails[1].id);
    let refused = ledger.take_back(&place).await.unwrap_err();
    assert_eq!(refused.code, "returned-mail");
    for mail in world.mails().await {
        assert_eq!(mail.state, MailState::Bounced);
    }
    assert!(!place.0.is_empty(), "it is shown again");
    place.1 = "";
    ledger.take_back(&place).await.unwrap();
    assert!(place.0.is_empty());
}
