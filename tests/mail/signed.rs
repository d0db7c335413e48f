//! S/MIME on mails that a server has taken, judged by `openssl cms`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use chancery::{
    adapters::smtp::relay::Security,
    domain::{
        mail::MailState,
        signing::{HsmFault, KeyName, SignError, SignOrder, SignPurpose, Signature},
        text::Language,
        timestamp::{Timestamp, days},
    },
    pkix::algorithm::SignatureAlgorithm,
    policy::mail_signature::{NotificationCertificate, Unfit, Wanted},
    ports::signer::{KeyStatus, Signer},
    services::mails::sign::Signing,
};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType,
    ExtendedKeyUsagePurpose as Purpose, IsCa, KeyPair, KeyUsagePurpose as Usage, PublicKeyData,
    SanType, SigningKey,
};
use tempfile::TempDir;

use crate::{mail_reader::read, seconds, sink::Sink, world::World};

const FROM: &str = "ca@example.com";

/// When the world begins.
fn start() -> Timestamp {
    "2026-11-20T10:00:00Z".parse().unwrap()
}

/// A token in software that is down, or signs something else, as often as it is told.
#[derive(Default)]
struct Token {
    key: Option<KeyPair>,
    down: AtomicUsize,
    wrong: AtomicUsize,
    distrusted: AtomicUsize,
}

fn less(count: &AtomicUsize) -> bool {
    let order = Ordering::SeqCst;
    count
        .fetch_update(order, order, |n| n.checked_sub(1))
        .is_ok()
}

#[async_trait]
impl Signer for Token {
    async fn sign(&self, order: SignOrder) -> Result<Signature, SignError> {
        assert_eq!(order.purpose(), SignPurpose::Mail);
        assert_eq!(order.key().as_str(), "mail-g1");
        if less(&self.down) {
            return Err(SignError::NotSigned(HsmFault::unknown_key(order.key())));
        }
        let wrong = less(&self.wrong);
        let message = if wrong { b"another" } else { order.message() };
        Ok(Signature(self.key.as_ref().unwrap().sign(message).unwrap()))
    }

    fn distrust(&self, _: &KeyName) {
        self.distrusted.fetch_add(1, Ordering::SeqCst);
    }

    fn keys(&self) -> Vec<KeyStatus> {
        Vec::new()
    }
}

/// A notification CA and what it certified.
struct Office {
    issuer: CertifiedIssuer<'static, KeyPair>,
    key: KeyPair,
    /// How long its certificates last from when the world begins; 0: as `rcgen` has it.
    days: u32,
}

impl Office {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![Usage::KeyCertSign, Usage::CrlSign];
        let name = &mut params.distinguished_name;
        name.push(DnType::CommonName, "Notification CA");
        let key = KeyPair::generate().unwrap();
        Self {
            issuer: CertifiedIssuer::self_signed(params, key).unwrap(),
            key: KeyPair::generate().unwrap(),
            days: 0,
        }
    }

    fn certificate(&self, change: impl Fn(&mut CertificateParams)) -> Vec<u8> {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.subject_alt_names = vec![SanType::Rfc822Name(FROM.try_into().unwrap())];
        params.extended_key_usages = vec![Purpose::EmailProtection];
        params.key_usages = vec![Usage::DigitalSignature];
        if self.days > 0 {
            params.not_before = start().to_datetime();
            params.not_after = start().plus(days(self.days)).to_datetime();
        }
        change(&mut params);
        let made = params.signed_by(&self.key, &self.issuer).unwrap();
        made.der().to_vec()
    }

    fn judge(
        &self,
        certificate: Vec<u8>,
        now: Timestamp,
    ) -> Result<NotificationCertificate, Unfit> {
        let spki = self.key.subject_public_key_info();
        self.wanted(certificate, &spki, &[], now)
    }

    fn wanted(
        &self,
        certificate: Vec<u8>,
        key_spki: &[u8],
        ca_keys: &[Vec<u8>],
        now: Timestamp,
    ) -> Result<NotificationCertificate, Unfit> {
        let wanted = Wanted {
            certificate,
            chain: vec![self.issuer.der().to_vec()],
            key: KeyName::parse("mail-g1").unwrap(),
            algorithm: SignatureAlgorithm::EcdsaP256Sha256,
            key_spki,
            from: FROM,
            ca_keys,
        };
        let made = NotificationCertificate::new(wanted)?;
        made.valid_at(now).map(|()| made)
    }

    async fn world(self, sink: &Sink, token: impl FnOnce(&mut Token)) -> (World, Arc<Token>, Root) {
        let certificate = self.judge(self.certificate(|_| ()), start()).unwrap();
        let root = Root::of(&self.issuer.pem());
        let mut made = Token {
            key: Some(self.key),
            ..Token::default()
        };
        token(&mut made);
        let token = Arc::new(made);
        let signing = Signing::new(Arc::new(certificate), token.clone());
        let relay = Arc::new(sink.relay(Security::StartTls, "postman"));
        let world = World::signing(relay, Some(signing)).await;
        (world, token, root)
    }
}

/// What the reader of a mail trusts.
struct Root(TempDir);

impl Root {
    fn of(pem: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("root.pem"), pem).unwrap();
        Self(dir)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The content that openssl found signed, or why it finds none.
    fn verifies(&self, mail: &str) -> Result<String, String> {
        fs::write(self.path("mail.eml"), mail).unwrap();
        let option =
            |name: &'static str, path: &Path| [name.to_owned(), path.display().to_string()];
        let output = Command::new("openssl")
            .args(["cms", "-verify", "-inform", "SMIME"])
            .args(["-attime", &start().seconds().to_string()])
            .args(option("-in", &self.path("mail.eml")))
            .args(option("-CAfile", &self.path("root.pem")))
            .args(option("-out", &self.path("content")))
            .output()
            .unwrap();
        let content = fs::read_to_string(self.path("content"));
        match output.status.success() {
            true => Ok(content.unwrap()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }
}

#[tokio::test]
async fn mails_of_both_languages_verify_and_hold_what_unsigned_ones_hold() {
    for (language, code) in [(Language::Polish, "pl"), (Language::English, "en")] {
        let sink = Sink::start("starttls");
        let (world, _, root) = Office::new().world(&sink, |_| ()).await;
        world.set("anna@example.com").await.unwrap();
        world.runner.tick().await.unwrap();
        world.issue(language).await;
        world.runner.tick().await.unwrap();
        let mails = sink.mails();
        assert_eq!(mails.len(), 2);
        for mail in &mails {
            let content = root.verifies(mail).unwrap();
            assert!(mail.contains(content.trim_end()), "{content}");
            let parts = read(mail);
            assert_eq!(parts["defects"], serde_json::json!([]), "{mail}");
            assert_eq!(parts["types"][0], "multipart/signed");
            assert_eq!(parts["first"], "text/plain");
            // A word of the signed text, altered on the way.
            let altered = mail.replace("Example CA\r\n", "Example Ca\r\n");
            assert_ne!(altered, *mail);
            assert!(root.verifies(&altered).is_err(), "{altered}");
        }
        crate::code_in(read(&mails[0])["text"].as_str().unwrap());
        assert!(mails[1].contains(&format!("Content-Language: {code}\r\n")));
        assert!(mails[1].contains("certificate.pem"));
        let stranger = Root::of(&Office::new().issuer.pem());
        assert!(stranger.verifies(&mails[0]).is_err());
    }
}

#[tokio::test]
async fn while_the_token_is_down_mails_wait_and_none_leaves_unsigned() {
    let sink = Sink::start("starttls");
    let down = |token: &mut Token| token.down = AtomicUsize::new(2);
    let (world, _, root) = Office::new().world(&sink, down).await;
    world.set("anna@example.com").await.unwrap();
    for pause in [30, 120] {
        world.runner.tick().await.unwrap();
        let mail = &world.mails().await[0];
        assert_eq!(mail.state, MailState::Queued);
        assert!(mail.reply.contains("cannot be signed"), "{}", mail.reply);
        assert!(sink.mails().is_empty());
        world.clock.advance(seconds(pause));
    }
    world.runner.tick().await.unwrap();
    assert_eq!(world.mails().await[0].state, MailState::Sent);
    root.verifies(&sink.mails()[0]).unwrap();
}

/// The daemon runs on with it: its time is judged for each mail, and mails wait.
#[tokio::test]
async fn once_the_certificate_has_ended_mails_wait_and_none_leaves_unsigned() {
    let sink = Sink::start("starttls");
    let mut office = Office::new();
    office.days = 1;
    let (world, _, root) = office.world(&sink, |_| ()).await;
    world.set("anna@example.com").await.unwrap();
    world.runner.tick().await.unwrap();
    root.verifies(&sink.mails()[0]).unwrap();
    world.clock.advance(seconds(86_401));
    world.set("ola@example.com").await.unwrap();
    world.runner.tick().await.unwrap();
    let mail = &world.mails().await[0];
    assert_eq!(mail.state, MailState::Queued);
    assert!(mail.reply.contains("not valid now"), "{}", mail.reply);
    assert_eq!(sink.mails().len(), 1);
}

#[tokio::test]
async fn a_signature_that_does_not_verify_stays_inside() {
    let sink = Sink::start("starttls");
    let wrong = |token: &mut Token| token.wrong = AtomicUsize::new(1);
    let (world, token, root) = Office::new().world(&sink, wrong).await;
    world.set("anna@example.com").await.unwrap();
    world.runner.tick().await.unwrap();
    assert_eq!(world.mails().await[0].state, MailState::Queued);
    assert!(sink.mails().is_empty());
    assert_eq!(token.distrusted.load(Ordering::SeqCst), 1);
    world.clock.advance(seconds(30));
    world.runner.tick().await.unwrap();
    root.verifies(&sink.mails()[0]).unwrap();
}

#[test]
fn a_certificate_that_is_none_for_mails_from_here_is_refused() {
    let office = Office::new();
    let judge = |change: &dyn Fn(&mut CertificateParams)| {
        office.judge(office.certificate(change), start()).map(drop)
    };
    assert_eq!(judge(&|_| ()), Ok(()));
    let purpose = |params: &mut CertificateParams| {
        params.extended_key_usages = vec![Purpose::ClientAuth];
    };
    assert_eq!(judge(&purpose), Err(Unfit::Purpose));
    let usage = |params: &mut CertificateParams| params.key_usages = vec![Usage::KeyEncipherment];
    assert_eq!(judge(&usage), Err(Unfit::Usage));
    let address = |params: &mut CertificateParams| {
        params.subject_alt_names = vec![SanType::Rfc822Name("cb@example.com".try_into().unwrap())];
    };
    assert_eq!(judge(&address), Err(Unfit::Address(FROM.to_owned())));
    let ca = |params: &mut CertificateParams| {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    };
    assert_eq!(judge(&ca), Err(Unfit::Ca));
}

#[test]
fn its_key_and_its_time_are_judged_too() {
    let office = Office::new();
    let leaf = || office.certificate(|_| ());
    let spki = office.key.subject_public_key_info();
    let other = KeyPair::generate().unwrap().subject_public_key_info();
    let judged =
        |spki: &[u8], ca_keys: &[Vec<u8>]| office.wanted(leaf(), spki, ca_keys, start()).map(drop);
    assert_eq!(judged(&spki, std::slice::from_ref(&other)), Ok(()));
    assert_eq!(judged(&other, &[]), Err(Unfit::OtherKey));
    assert_eq!(judged(&spki, &[other, spki.clone()]), Err(Unfit::CaKey));
    let mut stranger = Office::new();
    stranger.key = office.key;
    let own = office.issuer.der().to_vec();
    let foreign = stranger.certificate(|_| ());
    let wanted = Wanted {
        certificate: foreign,
        chain: vec![own],
        key: KeyName::parse("mail-g1").unwrap(),
        algorithm: SignatureAlgorithm::EcdsaP256Sha256,
        key_spki: &spki,
        from: FROM,
        ca_keys: &[],
    };
    let judged = NotificationCertificate::new(wanted).map(drop);
    assert_eq!(judged, Err(Unfit::Chain));
    let short = stranger.certificate(|params| {
        params.not_before = start().to_datetime();
        params.not_after = start().plus(days(30)).to_datetime();
    });
    for (now, right) in [
        (start().minus(days(1)), false),
        (start().plus(days(30)), true),
        (start().plus(days(31)), false),
    ] {
        let judged = stranger.judge(short.clone(), now);
        assert_eq!(judged.is_ok(), right, "{judged:?}");
    }
}
