//! The code's way from the order to the mailbox and back: a real store, a real mail server.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot set itself up fails at once"
)]

#[path = "mail/allowance.rs"]
mod allowance;
#[path = "mail/asked.rs"]
mod asked;
#[path = "support/clock.rs"]
mod clock;
#[path = "mail/data_ending.rs"]
mod data_ending;
#[path = "mail/disowned.rs"]
mod disowned;
#[path = "mail/dkim.rs"]
mod dkim;
#[path = "mail/doubted.rs"]
mod doubted;
#[path = "support/entropy.rs"]
mod entropy;
#[path = "support/ground.rs"]
mod ground;
#[path = "mail/issued.rs"]
mod issued;
#[path = "mail/languages.rs"]
mod languages;
#[path = "mail/lapsing.rs"]
mod lapsing;
#[path = "support/mail_reader.rs"]
mod mail_reader;
#[path = "mail/page.rs"]
mod page;
#[path = "mail/preview.rs"]
mod preview;
#[path = "mail/returned.rs"]
mod returned;
#[path = "mail/reuse.rs"]
mod reuse;
#[path = "support/seal.rs"]
mod seal;
#[path = "mail/settled.rs"]
mod settled;
#[path = "mail/signed.rs"]
mod signed;
#[path = "support/sink.rs"]
mod sink;
#[path = "mail/world.rs"]
mod world;

use std::{sync::Arc, time::Duration};

use chancery::{
    adapters::smtp::relay::Security,
    domain::{
        mail::{MailKind, MailState},
        mailbox::MailboxStatus,
        notification::Tab,
        refusal::Class,
    },
};
use sink::Sink;
use world::World;

const RIGHT: &str = "postman";

async fn at(sink: &Sink) -> World {
    World::new(Arc::new(sink.relay(Security::StartTls, RIGHT))).await
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// The line that is a code of the contract's form.
fn code_in(mail: &str) -> String {
    let is_code = |line: &&str| {
        let groups: Vec<usize> = line.split('-').map(str::len).collect();
        let allowed = |b: u8| b == b'-' || (b.is_ascii_alphanumeric() && !b"ILOU".contains(&b));
        groups == [5, 5, 5, 5, 6] && line.bytes().all(|b| allowed(b) && !b.is_ascii_lowercase())
    };
    let found: Vec<&str> = mail.lines().filter(is_code).collect();
    assert_eq!(found.len(), 1, "one code in {mail}");
    found[0].to_owned()
}

#[tokio::test]
async fn the_code_reaches_the_mailbox_and_proves_it() {
    let sink = Sink::start("starttls");
    let world = at(&sink).await;
    let set = world.set("Anna.Nowak@EXAMPLE.com").await.unwrap();
    assert_eq!(set.mailbox.address.as_str(), "Anna.Nowak@example.com");
    assert_eq!(set.mailbox.status, MailboxStatus::Created);
    assert_eq!(set.version, world.stored_order().await.version());
    assert_eq!(world.runner.tick().await.unwrap(), 1);
    let mails = sink.mails();
    let id = world.mails().await[0].id;
    for line in [
        format!("Message-ID: <{id}@example.com>"),
        "To: Anna.Nowak@example.com".to_owned(),
        "Auto-Submitted: auto-generated".to_owned(),
        "Content-Language: pl".to_owned(),
        "Date: Fri, 20 Nov 2026 10:00:00 +0000".to_owned(),
    ] {
        assert!(mails[0].contains(&line), "{line} in {}", mails[0]);
    }
    let sent = world.view().await;
    assert_eq!(sent.status, MailboxStatus::Sent);
    assert_eq!(sent.sent_at, Some(world.now()));
    assert!(world.mails().await[0].reply.starts_with("250 2.0.0 taken"));
    let code = code_in(&mails[0]);
    let typed = code.to_lowercase().replace('-', " ");
    let confirmed = world.confirm(&typed).await.unwrap();
    assert_eq!(confirmed.status, MailboxStatus::Verified);
    assert_eq!(world.told(Tab::Information).await, ["mailbox-verified"]);
    let again = world.confirm(&code).await.unwrap();
    assert_eq!(again, confirmed);
    assert_eq!(world.told(Tab::Information).await.len(), 1);
    assert_eq!(world.runner.tick().await.unwrap(), 1, "it is confirmed");
    let kinds: Vec<MailKind> = world.mails().await.iter().map(|mail| mail.kind).collect();
    assert!(kinds.contains(&MailKind::AddressVerified), "{kinds:?}");
    assert_eq!(
        world.runner.tick().await.unwrap(),
        0,
        "nothing is sent twice"
    );
}

#[tokio::test]
async fn the_database_never_holds_the_code() {
    let sink = Sink::start("starttls");
    let world = at(&sink).await;
    world.set("anna@example.com").await.unwrap();
    world.runner.tick().await.unwrap();
    let code = code_in(&sink.mails()[0]);
    world
        .confirm("00000-00000-00000-00000-000000")
        .await
        .unwrap_err();
    world.confirm(&code).await.unwrap();
    let database = world.database();
    let holds = |text: &str| database.windows(text.len()).any(|w| w == text.as_bytes());
    assert!(holds("anna@example.com"), "the scan reads the right files");
    for form in [code.clone(), code.replace('-', "")] {
        assert!(!holds(&form) && !holds(&form.to_lowercase()), "{form}");
    }
}

#[tokio::test]
async fn what_is_put_off_is_tried_again_when_it_is_due() {
    let sink = Sink::start("starttls");
    let world = at(&sink).await;
    world.set("later@example.com").await.unwrap();
    assert_eq!(world.runner.tick().await.unwrap(), 1);
    let mail = &world.mails().await[0];
    assert_eq!((mail.state, mail.attempts), (MailState::Queued, 1));
    assert!(mail.reply.contains("451"), "{}", mail.reply);
    world.clock.advance(seconds(29));
    assert_eq!(world.runner.tick().await.unwrap(), 0);
    world.clock.advance(seconds(1));
    assert_eq!(world.runner.tick().await.unwrap(), 1);
    world.clock.advance(seconds(120));
    assert_eq!(world.runner.tick().await.unwrap(), 1);
    let mail = &world.mails().await[0];
    assert_eq!((mail.state, mail.attempts), (MailState::Sent, 3));
    assert_eq!(sink.mails().len(), 1);
    world.confirm(&code_in(&sink.mails()[0])).await.unwrap();
    assert!(world.told(Tab::Problems).await.is_empty());
}

#[tokio::test]
async fn a_mailbox_that_does_not_exist_is_a_problem_of_the_owners() {
    let sink = Sink::start("starttls");
    let world = at(&sink).await;
    world.set("never@example.com").await.unwrap();
    world.runner.tick().await.unwrap();
    let mail = world.mails().await.remove(0);
    assert_eq!(mail.state, MailState::Failed);
    assert!(mail.reply.contains("no such mailbox"), "{}", mail.reply);
    assert_eq!(world.told(Tab::Problems).await, ["mail-undeliverable"]);
    assert_eq!(world.view().await.status, MailboxStatus::Undeliverable);
    world.clock.advance(seconds(86_400));
    assert_eq!(world.runner.tick().await.unwrap(), 0);
    // Another address goes on from here.
    world.set("anna@example.com").await.unwrap();
    world.runner.tick().await.unwrap();
    world.confirm(&code_in(&sink.mails()[0])).await.unwrap();
}

#[tokio::test]
async fn trouble_with_the_server_is_never_held_against_the_mail() {
    let sink = Sink::start("starttls");
    let plain = Sink::start("plain");
    let stranger = tempfile::tempdir().unwrap();
    let other_ca = sink::certificates(stranger.path());
    for (relay, reply) in [
        (sink.relay(Security::StartTls, "wrong"), "535"),
        (
            sink.relay_trusting(Security::StartTls, RIGHT, &other_ca),
            "certificate",
        ),
        (plain.relay(Security::StartTls, RIGHT), ""),
        (sink.relay(Security::Implicit, RIGHT), ""),
    ] {
        let world = World::new(Arc::new(relay)).await;
        world.set("anna@example.com").await.unwrap();
        world.runner.tick().await.unwrap();
        let mail = world.mails().await.remove(0);
        assert_eq!(mail.state, MailState::Queued, "{}", mail.reply);
        assert!(mail.reply.to_lowercase().contains(reply), "{}", mail.reply);
        assert!(!mail.reply.contains("wrong"), "{}", mail.reply);
        assert_eq!(world.view().await.status, MailboxStatus::Created);
        // A day later the code is worth nothing: the owner is told instead.
        world.clock.advance(seconds(86_400));
        world.runner.tick().await.unwrap();
        assert_ne!(world.mails().await.remove(0).state, MailState::Queued);
    }
    assert!(sink.mails().is_empty() && plain.mails().is_empty());
}

#[tokio::test]
async fn tls_from_the_first_octet_works_too() {
    let sink = Sink::start("implicit");
    let relay = sink.relay(Security::Implicit, RIGHT);
    let world = World::new(Arc::new(relay)).await;
    world.set("anna@example.com").await.unwrap();
    world.runner.tick().await.unwrap();
    assert_eq!(sink.mails().len(), 1, "{}", world.mails().await[0].reply);
}

#[tokio::test]
async fn a_new_code_voids_the_earlier_one() {
    let sink = Sink::start("starttls");
    let world = at(&sink).await;
    world.set("anna@example.com").await.unwrap();
    world.runner.tick().await.unwrap();
    let too_soon = world.resend().await.unwrap_err();
    assert_eq!(too_soon.code, "resend-too-soon");
    assert_eq!(
        too_soon.class,
        Class::Limited {
            retry_after: seconds(60)
        }
    );
    world.clock.advance(seconds(60));
    world.resend().await.unwrap();
    world.runner.tick().await.unwrap();
    let (old, new) = (code_in(&sink.mails()[0]), code_in(&sink.mails()[1]));
    assert_ne!(old, new);
    let refused = world.confirm(&old).await.unwrap_err();
    assert_eq!(refused.code, "code-invalid");
    assert_eq!(world.view().await.attempts_left, 9);
    world.confirm(&new).await.unwrap();
}

#[tokio::test]
async fn a_mail_that_waits_is_dropped_when_its_code_is_replaced() {
    let sink = Sink::start("starttls");
    let world = at(&sink).await;
    world.set("anna@example.com").await.unwrap();
    world.clock.advance(seconds(60));
    world.set("ola@example.com").await.unwrap();
    world.runner.tick().await.unwrap();
    let mails = sink.mails();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains("To: ola@example.com"));
    let states: Vec<MailState> = world.mails().await.iter().map(|mail| mail.state).collect();
    assert_eq!(states, [MailState::Sent, MailState::Superseded]);
    assert!(world.told(Tab::Problems).await.is_empty());
}

#[tokio::test]
async fn ten_wrong_codes_lock_it() {
    let sink = Sink::start("starttls");
    let world = at(&sink).await;
    world.set("anna@example.com").await.unwrap();
    world.runner.tick().await.unwrap();
    for left in (0..10).rev() {
        let refused = world.confirm("AAAAA-AAAAA-AAAAA-AAAAA-AAAAAA").await;
        assert_eq!(refused.unwrap_err().code, "code-invalid");
        assert_eq!(world.view().await.attempts_left, left);
    }
    let right = code_in(&sink.mails()[0]);
    assert_eq!(
        world.confirm(&right).await.unwrap_err().code,
        "email-locked"
    );
    assert_eq!(world.told(Tab::Problems).await, ["mailbox-locked"]);
}

#[tokio::test]
async fn a_code_is_too_late_after_a_day() {
    let sink = Sink::start("starttls");
    let world = at(&sink).await;
    world.set("anna@example.com").await.unwrap();
    world.runner.tick().await.unwrap();
    let code = code_in(&sink.mails()[0]);
    world.clock.advance(seconds(86_400));
    assert_eq!(world.confirm(&code).await.unwrap_err().code, "code-expired");
    assert_eq!(world.view().await.status, MailboxStatus::Expired);
}

#[tokio::test]
async fn whoever_confirms_last_is_told_that_the_way_is_open() {
    let sink = Sink::start("starttls");
    let world = at(&sink).await;
    world.verify_data().await;
    world.set("anna@example.com").await.unwrap();
    world.runner.tick().await.unwrap();
    world.confirm(&code_in(&sink.mails()[0])).await.unwrap();
    assert_eq!(
        world.told(Tab::Information).await,
        ["ready-to-activate", "mailbox-verified"]
    );
    assert_eq!(world.runner.tick().await.unwrap(), 1);
    let mails = world.mails().await;
    let ready = mails.iter().find(|m| m.kind == MailKind::ReadyToActivate);
    assert_eq!(ready.unwrap().state, MailState::Sent);
    assert!(sink.mails()[1].contains("To: anna@example.com"));
}

#[tokio::test]
async fn what_is_no_address_is_refused_by_its_code() {
    let sink = Sink::start("starttls");
    let world = at(&sink).await;
    for (email, code) in [
        ("anna", "email-invalid"),
        ("żółw@example.com", "email-not-supported"),
    ] {
        let refused = world.set(email).await.unwrap_err();
        assert_eq!((refused.code, refused.class), (code, Class::Unacceptable));
        assert_eq!(refused.faults[0].pointer, "/email");
    }
    world.set("anna@example.com").await.unwrap();
    world.set("anna@example.com").await.unwrap();
    assert_eq!(
        world.mails().await.len(),
        1,
        "the same address again sends nothing"
    );
}

#[tokio::test]
async fn an_operator_has_a_failed_mail_tried_again() {
    let sink = Sink::start("starttls");
    let world = at(&sink).await;
    world.set("never@example.com").await.unwrap();
    world.runner.tick().await.unwrap();
    let mail = world.mails().await.remove(0);
    assert_eq!(
        (mail.kind, mail.state),
        (MailKind::VerifyAddress, MailState::Failed)
    );
    let operator = world.operator().await;
    // The validation gave up waiting for this code: the mail has nothing true to say.
    let (written, void) = (world.written().await, mail.id);
    let refused = world.ledger.retry(&operator, void).await.unwrap_err();
    assert_eq!(
        (refused.code, refused.class),
        ("mail-code-void", Class::State)
    );
    assert_eq!(world.written().await, written);
    assert_eq!(world.mails().await[0].state, MailState::Failed);
    let test = world.ledger.test(&operator, "never@example.com", None);
    let mail = test.await.unwrap().id;
    let early = world.ledger.retry(&operator, mail).await.unwrap_err();
    assert_eq!(early.code, "mail-not-failed");
    world.runner.tick().await.unwrap();
    let queued = world.ledger.retry(&operator, mail).await.unwrap();
    assert_eq!(queued.state, MailState::Queued);
    let twice = world.ledger.retry(&operator, mail).await.unwrap_err();
    assert_eq!(twice.code, "mail-not-failed");
    assert_eq!(world.runner.tick().await.unwrap(), 1);
}
