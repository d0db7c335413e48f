//! DKIM on mails that a server has taken, judged by a foreign verifier.

use std::sync::Arc;

use chancery::{
    adapters::smtp::{
        NotAligned, Sender,
        dkim::{DkimFault, DkimKey},
        relay::Security,
    },
    domain::{
        id::{JobId, MailId},
        mail::{Mail, MailKind, NewMail},
        owner::Caller,
        text::Language,
    },
};
use secrecy::SecretSlice;
use serde_json::json;

use crate::{
    mail_reader::{ed25519, rsa, verdicts},
    sink::Sink,
    world::World,
};

fn dkim(domain: &str, selector: &str, pem: Vec<u8>) -> Result<Arc<DkimKey>, DkimFault> {
    DkimKey::new(domain, selector, &SecretSlice::from(pem)).map(Arc::new)
}

#[tokio::test]
async fn every_mail_verifies_under_both_keys_and_no_altered_one_does() {
    let ((rsa, rsa_record), (ed25519, ed_record)) = (rsa("2048"), ed25519());
    let dns = json!({
        "rsa1._domainkey.example.com": rsa_record,
        "ed1._domainkey.example.com": ed_record,
    });
    let keys = [("rsa1", rsa), ("ed1", ed25519)]
        .map(|(selector, pem)| dkim("example.com", selector, pem).unwrap());
    let sender = Sender::parse("Urząd <ca@example.com>").unwrap();
    let sender = sender.signed_by(keys.to_vec()).unwrap();
    let sink = Sink::start("starttls");
    let relay = sink.relay_from(sender, Security::StartTls, "postman", &sink.ca_pem);
    let world = World::new(Arc::new(relay)).await;
    world.set("anna@example.com").await.unwrap();
    world.runner.tick().await.unwrap();
    world.issue(Language::English).await;
    world.runner.tick().await.unwrap();
    let mails = sink.mails();
    assert_eq!(mails.len(), 2);
    for mail in &mails {
        assert!(mail.lines().all(|line| line.len() <= 998));
        assert_eq!(verdicts(mail, &dns), [true, true], "{mail}");
        let subject = mail.replace("Subject: ", "Subject: Re: ");
        let second = mail.replace("\r\nTo: ", "\r\nFrom: other@example.com\r\nTo: ");
        let answered = mail.replace("\r\nTo: ", "\r\nReply-To: x@evil.example\r\nTo: ");
        let before_to = |field: &str| mail.replace("\r\nTo: ", &format!("\r\n{field}\r\nTo: "));
        let sent_by = before_to("Sender: x@evil.example");
        let by_hand = before_to("Auto-Submitted: no");
        let spoken = before_to("Content-Language: de");
        let encoded = before_to("Content-Transfer-Encoding: base64");
        let body = format!("{mail}x\r\n");
        let fewer = before_to("List-Unsubscribe: <https://evil.example>");
        let click = before_to("List-Unsubscribe-Post: List-Unsubscribe=One-Click");
        let added = [sent_by, by_hand, spoken, encoded, fewer, click];
        for altered in [subject, second, answered, body].into_iter().chain(added) {
            assert_ne!(altered, *mail);
            assert_eq!(verdicts(&altered, &dns), [false, false], "{altered}");
        }
    }
}

/// RFC 8058 4: a reminder's two headers are under the signatures of the mail.
#[tokio::test]
async fn how_to_get_no_more_reminders_is_covered() {
    let (pem, record) = ed25519();
    let key = dkim("example.com", "ed1", pem).unwrap();
    let sender = Sender::parse("ca@example.com").unwrap();
    let sender = sender.signed_by(vec![key]).unwrap();
    let sink = Sink::start("starttls");
    let relay = sink.relay_from(sender, Security::StartTls, "postman", &sink.ca_pem);
    let world = World::new(Arc::new(relay)).await;
    let order = world.stored_order().await;
    let reminder = Mail::queue(NewMail {
        id: MailId::new(world.now(), [8; 10]),
        job: JobId::new(world.now(), [8; 10]),
        kind: MailKind::OrderLapsing,
        owner: order.owner.clone(),
        order: Some(order.id),
        object: order.id.to_string(),
        recipient: "anna@example.com".to_owned(),
        language: Language::English,
        now: world.now(),
    });
    world
        .commit(reminder.begin(Caller::system("test"), world.now()))
        .await;
    world.runner.tick().await.unwrap();
    let mail = sink.mails().pop().unwrap();
    let dns = json!({"ed1._domainkey.example.com": record});
    assert_eq!(verdicts(&mail, &dns), [true], "{mail}");
    for name in ["List-Unsubscribe", "List-Unsubscribe-Post"] {
        let mut lines = mail.lines();
        let line = lines.find(|l| l.starts_with(&format!("{name}: ")));
        let line = line.unwrap();
        let without = mail.replace(&format!("{line}\r\n"), "");
        let other = mail.replace(line, &format!("{name}: <https://evil.example>"));
        let second = mail.replace(line, &format!("{line}\r\n{line}"));
        for altered in [without, other, second] {
            assert_ne!(altered, mail);
            assert_eq!(verdicts(&altered, &dns), [false], "{altered}");
        }
    }
}

#[test]
fn a_weak_key_and_a_foreign_domain_are_refused() {
    let weak = dkim("example.com", "s1", rsa("1024").0);
    assert_eq!(weak.unwrap_err(), DkimFault::Key);
    let sender = || Sender::parse("ca@mail.example.com").unwrap();
    let of = |domain: &str| dkim(domain, "s1", ed25519().0).unwrap();
    assert!(sender().signed_by(vec![of("Example.com")]).is_ok());
    for domain in ["ple.com", "other.example", "a.mail.example.com"] {
        let refused = sender().signed_by(vec![of(domain)]);
        assert_eq!(refused.unwrap_err(), NotAligned, "{domain}");
    }
}
