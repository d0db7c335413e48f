//! Mail that comes back, sooner than its sending is booked.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use chancery::{
    adapters::{smtp::relay::Security, templates::MailTemplates},
    domain::{id::MailId, mail::MailState, mailbox::MailboxStatus, notification::Tab},
    policy::{mailbox_code::CodeKey, return_path::ReturnPaths},
    ports::returned_mail::{DeliveryReport, Returned, ReturnedMail, ReturnedMailError},
    services::mails::{self, House, MailLedger},
};
use secrecy::SecretBox;

use crate::{RIGHT, Sink, World, at};

fn paths() -> ReturnPaths {
    let key = SecretBox::new(Box::new([9; 32]));
    ReturnPaths::new(key, "bounces.example.com".to_owned())
}

/// The world's mails, with return paths.
fn ledger(world: &World, sink: &Sink) -> MailLedger {
    let store = Arc::new(world.store.clone());
    MailLedger::new(mails::Parts {
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
            chains: BTreeMap::new(),
        },
        signing: None,
    })
}

/// What lies in a Maildir.
struct Place(Mutex<Vec<Returned>>);

impl Place {
    fn with(name: &str, mail: MailId) -> Self {
        let report = DeliveryReport {
            sent_to: vec![paths().of(mail)],
            is_final: true,
            words: "5.1.1 no such mailbox".to_owned(),
        };
        Self(Mutex::new(vec![Returned {
            name: name.to_owned(),
            report: Some(report),
        }]))
    }

    fn is_empty(&self) -> bool {
        self.0.lock().unwrap().is_empty()
    }
}

#[async_trait]
impl ReturnedMail for Place {
    async fn waiting(&self, most: usize) -> Result<Vec<Returned>, ReturnedMailError> {
        Ok(self.0.lock().unwrap().iter().take(most).cloned().collect())
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
