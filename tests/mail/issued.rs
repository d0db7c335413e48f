//! The mail that brings the certificate, read by a foreign MIME parser.

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::Ordering},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use chancery::{
    adapters::smtp::relay::Security,
    domain::{
        activation::{Activation, ActivationState, CommonNameSource},
        aggregate::Changed,
        certificate::Certificate,
        id::{ActivationId, BootId, CertificateId, JobId, MailId},
        intent::{Intent, IntentState, IssuerName},
        lint_record::LintRecord,
        mail::{Mail, MailKind, MailState, NewMail},
        owner::{ActingFor, Caller},
        text::Language,
        timestamp::days,
        unit::{Change, Unit},
    },
};

use crate::{
    mail_reader::read,
    sink::Sink,
    world::{World, chain},
};

impl World {
    /// A certificate of the order, as if it had been signed, and the mail about it.
    pub async fn issue(&self, language: Language) -> Certificate {
        self.issue_as(language, 0x12).await
    }

    /// One whose serial begins with this octet.
    pub async fn issue_as(&self, language: Language, serial: u8) -> Certificate {
        // No service writes such a certificate: nothing was judged and nothing signed.
        self.dir.made_up.store(true, Ordering::SeqCst);
        let (now, order) = (self.now(), self.stored_order().await);
        let id = CertificateId::new(now, self.entropy.bytes());
        let activation = Activation {
            id: ActivationId::new(now, self.entropy.bytes()),
            order: order.id,
            owner: order.owner.clone(),
            state: ActivationState::Running,
            subject_data: order.subject_data.unwrap(),
            mailbox: order.mailbox.unwrap(),
            replaces: None,
            common_name: CommonNameSource::Organization,
            fields: Vec::new(),
            spki: vec![0x30, 0],
            spki_sha256: [4; 32],
            statements: Vec::new(),
            acting_for: ActingFor::default(),
            refusal: None,
            certificate: None,
            submitted_at: now,
            updated_at: now,
        };
        let certificate = Certificate {
            id,
            issuer: IssuerName::parse("issuing-g1").unwrap(),
            serial: vec![serial, 0xab],
            partition: 1,
            owner: order.owner.clone(),
            order: order.id,
            activation: activation.id,
            replaces: None,
            product: order.product.clone(),
            der: b"the certificate".to_vec(),
            sha256: [8; 32],
            spki_sha256: [4; 32],
            key_fingerprint: [5; 32],
            subject: "CN=Żółw sp. z o.o.".to_owned(),
            mailbox: "anna@example.com".to_owned(),
            not_before: now,
            not_after: now.plus(days(365)),
            issued_at: now,
        };
        let intent = intent(&certificate);
        let mail = Mail::queue(NewMail {
            id: MailId::new(now, self.entropy.bytes()),
            job: JobId::new(now, self.entropy.bytes()),
            kind: MailKind::Issued,
            owner: order.owner.clone(),
            order: Some(order.id),
            object: id.to_string(),
            recipient: "anna@example.com".to_owned(),
            language,
            now,
        });
        let activation = Activation::submit(activation, "{}".to_owned());
        let unit = Unit::of(Caller::system("test"), now, activation)
            .change(intent)
            .change(Change::Certificate(certificate.clone()));
        self.commit(mail.join(unit)).await;
        certificate
    }
}

#[tokio::test]
async fn brings_certificate_and_chain_after_the_text() {
    let sink = Sink::start("starttls");
    let world = World::new(Arc::new(sink.relay(Security::StartTls, "postman"))).await;
    world.set("anna@example.com").await.unwrap();
    world.runner.tick().await.unwrap();
    world.issue(Language::Polish).await;
    world.runner.tick().await.unwrap();
    let mails = world.mails().await;
    assert!(mails.iter().all(|mail| mail.state == MailState::Sent));
    let mail = read(&sink.mails()[1]);
    assert_eq!(mail["defects"], serde_json::json!([]));
    assert_eq!(mail["first"], "text/plain");
    let subject = mail["headers"]["subject"].as_str().unwrap();
    assert!(subject.starts_with("Certyfikat został wydany"), "{subject}");
    let text = mail["text"].as_str().unwrap();
    assert!(
        text.contains("12ab") && text.contains("Żółw sp. z o.o."),
        "{text}"
    );
    let html = mail["html"].as_str().unwrap();
    assert!(html.contains("<td>12ab</td>") && html.contains("Żółw sp. z o.o."));
    let types: Vec<&str> = mail["types"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part.as_str().unwrap())
        .collect();
    let first = [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
    ];
    assert_eq!(types[..4], first);
    let files: BTreeMap<&str, Vec<u8>> = mail["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| {
            let content = BASE64_STANDARD.decode(file[2].as_str().unwrap());
            (file[0].as_str().unwrap(), content.unwrap())
        })
        .collect();
    assert_eq!(files["certificate.cer"], b"the certificate");
    let leaf = pem_rfc7468::decode_vec(&files["certificate.pem"]).unwrap();
    assert_eq!(leaf, ("CERTIFICATE", b"the certificate".to_vec()));
    let above = pem_rfc7468::decode_vec(&files["chain.pem"]).unwrap();
    assert_eq!(above.1, chain()[0]);
}

#[tokio::test]
async fn the_code_is_found_by_a_foreign_parser_too() {
    let sink = Sink::start("starttls");
    let world = World::new(Arc::new(sink.relay(Security::StartTls, "postman"))).await;
    world.set("anna@example.com").await.unwrap();
    world.runner.tick().await.unwrap();
    let mail = read(&sink.mails()[0]);
    let code = crate::code_in(mail["text"].as_str().unwrap());
    world.confirm(&code).await.unwrap();
    assert_eq!(mail["html"].as_str().unwrap().matches(&code).count(), 1);
    assert!(!mail["headers"]["subject"].as_str().unwrap().contains(&code));
    assert_eq!(mail["headers"]["auto-submitted"], "auto-generated");
}

fn intent(certificate: &Certificate) -> Changed<Intent> {
    Intent::record(Intent {
        issuer: certificate.issuer.clone(),
        serial: certificate.serial.clone(),
        activation: certificate.activation,
        partition: certificate.partition,
        tbs: vec![0x30, 0],
        tbs_sha256: [5; 32],
        profile: "org-multipurpose".to_owned(),
        profile_sha256: [6; 32],
        lint: LintRecord::restore("1".to_owned(), "w_gmail_key"),
        not_after: certificate.not_after,
        boot: BootId::new(certificate.issued_at, [1; 10]),
        state: IntentState::Recorded,
        recorded_at: certificate.issued_at,
        settled_at: None,
    })
}
