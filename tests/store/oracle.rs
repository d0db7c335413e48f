//! The oracle finds nothing where all is well, and each damage by its name.

use std::path::Path;

use chancery::{
    adapters::sqlite::verify::{Issuers, Report, rule::Rule, verify},
    domain::{
        activation::Activation,
        aggregate::{Changed, Loaded},
        caa::{CaaCheck, DomainName, Verdict},
        certificate::Certificate,
        id::{CaaCheckId, RevocationId},
        intent::Intent,
        kept_text::{KeptText, TextKind},
        lint_record::LintRecord,
        mailbox::MailboxValidation,
        order::Order,
        owner::ActingFor,
        responder::Responder,
        revocation::{NewRevocation, Revocation},
        revocation_list::{CrlState, RevocationList},
        subject_data::SubjectData,
        subject_key::{Holder, KeyHolder},
        timestamp::{Timestamp, days},
        unit::{Aggregate, Unit},
    },
    pkix::{
        certificate::{CaCertificate, CertificateView},
        name::Name,
        spki::PublicKey,
        tbs_cert_list::{CrlReason, CrlView},
    },
};
use rcgen::{
    CertificateParams, CertificateRevocationListParams, CertifiedIssuer, KeyPair, KeyUsagePurpose,
    PublicKeyData, RevokedCertParams, SerialNumber,
};
use sha2::{Digest, Sha256};
use sqlx::Executor;

use crate::{
    made::{activation, certificate, intent, issuer, ready},
    responders::recorded,
    sqlite::{fresh, raw},
    world::{WholeStore, World, caller, owner},
};

const ISSUED: [u8; 9] = [0x0a, 1, 2, 3, 4, 5, 6, 7, 8];
const REVOKED: [u8; 9] = [0x0b, 1, 2, 3, 4, 5, 6, 7, 8];
const ABANDONED: [u8; 9] = [0x0c, 1, 2, 3, 4, 5, 6, 7, 8];
const DELEGATED: [u8; 9] = [0x0e, 1, 2, 3, 4, 5, 6, 7, 8];
const RUNNING: [u8; 9] = [0x0d, 1, 2, 3, 4, 5, 6, 7, 8];

fn ca() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::CrlSign, KeyUsagePurpose::KeyCertSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// An activation's key, its row's columns and whose it is.
fn keyed(plain: Activation, spki: Vec<u8>) -> Changed<Activation> {
    Activation::submit(
        Activation {
            spki_sha256: Sha256::digest(&spki).into(),
            spki,
            ..plain
        },
        String::new(),
    )
}

/// A permission of the domain, as every look leaves one.
async fn permitted<S: WholeStore>(
    world: &World<S>,
    mailbox: &MailboxValidation,
) -> Loaded<CaaCheck> {
    let (_, domain) = mailbox.address.as_str().rsplit_once('@').unwrap();
    let check = CaaCheck::record(CaaCheck {
        id: CaaCheckId::new(world.now(), world.entropy.bytes()),
        domain: DomainName::parse(domain).unwrap(),
        verdict: Verdict::Permitted,
        reason: "no-record".to_owned(),
        issuers: Vec::new(),
        lookups: Vec::new(),
        corroboration: None,
        checked_at: world.now(),
        usable_until: world.now().plus(days(1)),
    });
    let committed = world
        .commit(Unit::of(caller(), world.now(), check.clone()))
        .await;
    check.stored(&committed.unwrap())
}

/// The unit of an intent, resting on what an issuance rests on.
async fn intended<S: WholeStore>(
    world: &World<S>,
    ready: &(
        Loaded<Order>,
        Loaded<SubjectData>,
        Loaded<MailboxValidation>,
    ),
    activation: &Changed<Activation>,
    recorded: &Changed<Intent>,
    key: &PublicKey,
) -> Unit {
    let (order, set, mailbox) = ready;
    let permission = permitted(world, mailbox).await;
    let order = order.clone().begin_activation(activation.id, world.now());
    Unit::of(caller(), world.now(), activation.clone())
        .change(order.unwrap())
        .change(KeyHolder {
            fingerprint: key.fingerprint(),
            holder: Holder::Subscriber(activation.owner.clone()),
        })
        .change(recorded.clone())
        .rests_on(Aggregate::SubjectData, set.id, set.version())
        .rests_on(Aggregate::Mailbox, mailbox.id, mailbox.version())
        .rests_on(Aggregate::CaaCheck, permission.id, permission.version())
        .tells_grounds()
}

/// A certificate with this serial, issued the whole way.
async fn issue<S: WholeStore>(
    world: &World<S>,
    ca: &CertifiedIssuer<'_, KeyPair>,
    serial: &[u8],
) -> Certificate {
    issue_by(world, ca, serial, [6; 32]).await
}

/// The same with the digest of its profile.
async fn issue_by<S: WholeStore>(
    world: &World<S>,
    ca: &CertifiedIssuer<'_, KeyPair>,
    serial: &[u8],
    profile_sha256: [u8; 32],
) -> Certificate {
    let ready = ready(world, &owner("ra1", "c1")).await;
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.serial_number = Some(SerialNumber::from_slice(serial));
    let second = world.now().millis() / 1000 * 1000;
    let began = Timestamp::from_millis(second);
    params.not_before = began.to_datetime();
    params.not_after = began.plus(days(365)).to_datetime();
    let signed = params.signed_by(&KeyPair::generate().unwrap(), ca).unwrap();
    let der = signed.der().to_vec();
    let view = CertificateView::parse(&der).unwrap();
    let (tbs, spki) = (view.tbs.to_vec(), view.spki.to_vec());
    let subject = Name::from_der(view.subject).unwrap().to_string();
    let key = PublicKey::from_spki(&spki).unwrap();
    let activation = keyed((*activation(world, &ready.0)).clone(), spki);
    let recorded = Intent::record(Intent {
        tbs_sha256: Sha256::digest(&tbs).into(),
        tbs,
        not_after: began.plus(days(365)),
        profile_sha256,
        ..(*intent(world, activation.id, serial)).clone()
    });
    let unit = intended(world, &ready, &activation, &recorded, &key).await;
    let committed = world.commit(unit).await.unwrap();
    let certificate = Certificate {
        sha256: Sha256::digest(&der).into(),
        der,
        spki_sha256: activation.spki_sha256,
        key_fingerprint: key.fingerprint(),
        subject,
        mailbox: ready.2.address.as_str().to_owned(),
        product: ready.0.product.clone(),
        not_before: began,
        not_after: began.plus(days(365)),
        ..certificate(world, &activation, serial)
    };
    let (id, sha256) = (certificate.id, certificate.sha256);
    let order = ready
        .0
        .begin_activation(activation.id, world.now())
        .unwrap();
    let order = order.stored(&committed).issued(id, world.now()).unwrap();
    let running = activation.stored(&committed);
    let unit = Unit::of(
        caller(),
        world.now(),
        running.issued(id, world.now()).unwrap(),
    )
    .change(
        recorded
            .stored(&committed)
            .issued(id, &sha256, world.now())
            .unwrap(),
    )
    .change(order)
    .change(certificate.clone());
    world.commit(unit).await.unwrap();
    certificate
}

/// An intent whose end is still to come.
async fn record<S: WholeStore>(world: &World<S>, serial: &[u8]) -> Loaded<Intent> {
    let ready = ready(world, &owner("ra1", "c1")).await;
    let spki = KeyPair::generate().unwrap().subject_public_key_info();
    let key = PublicKey::from_spki(&spki).unwrap();
    let activation = keyed((*activation(world, &ready.0)).clone(), spki);
    let plain = intent(world, activation.id, serial);
    let recorded = Intent::record(Intent {
        tbs_sha256: Sha256::digest(&plain.tbs).into(),
        ..(*plain).clone()
    });
    let unit = intended(world, &ready, &activation, &recorded, &key).await;
    let committed = world.commit(unit).await.unwrap();
    recorded.stored(&committed)
}

async fn abandon<S: WholeStore>(world: &World<S>, serial: &[u8]) {
    let recorded = record(world, serial).await;
    let (abandoned, revoked) = recorded.abandoned("crash", world.now()).unwrap();
    let unit = Unit::of(caller(), world.now(), abandoned).change(revoked);
    world.commit(unit).await.unwrap();
}

/// A delegated certificate with this serial.
async fn delegate<S: WholeStore>(
    world: &World<S>,
    ca: &CertifiedIssuer<'_, KeyPair>,
    serial: &[u8],
) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.serial_number = Some(SerialNumber::from_slice(serial));
    let began = world.now().whole_second();
    params.not_before = began.to_datetime();
    params.not_after = began.plus(days(30)).to_datetime();
    let signed = params.signed_by(&KeyPair::generate().unwrap(), ca).unwrap();
    let der = signed.der().to_vec();
    let tbs = CertificateView::parse(&der).unwrap().tbs.to_vec();
    let recorded = Responder::record(Responder {
        tbs_sha256: Sha256::digest(&tbs).into(),
        tbs,
        not_before: began,
        not_after: began.plus(days(30)),
        ..(*recorded(world, serial)).clone()
    });
    let committed = world.put(recorded.clone()).await;
    let sha256 = Sha256::digest(&der).into();
    let issued = recorded.stored(&committed);
    let issued = issued.issued(der, &sha256, world.now()).unwrap();
    world.put(issued).await;
}

/// A signed CRL of partition 1 that lists these serials.
async fn publish<S: WholeStore>(
    world: &World<S>,
    ca: &CertifiedIssuer<'_, KeyPair>,
    number: u64,
    serials: &[&[u8]],
) {
    let at = |when: chancery::domain::timestamp::Timestamp| when.to_datetime();
    let entry = |serial: &&[u8]| RevokedCertParams {
        serial_number: SerialNumber::from_slice(serial),
        revocation_time: at(world.now()),
        reason_code: None,
        invalidity_date: None,
    };
    let params = CertificateRevocationListParams {
        this_update: at(world.now()),
        next_update: at(world.now().plus(days(7))),
        crl_number: SerialNumber::from(number),
        issuing_distribution_point: None,
        revoked_certs: serials.iter().map(entry).collect(),
        key_identifier_method: rcgen::KeyIdMethod::Sha256,
    };
    let der = params.signed_by(ca).unwrap().der().to_vec();
    let tbs = CrlView::parse(&der).unwrap().tbs.to_vec();
    let recorded = RevocationList::record(RevocationList {
        issuer: issuer(),
        partition: 1,
        number: i64::try_from(number).unwrap(),
        state: CrlState::Recorded,
        tbs_sha256: Sha256::digest(&tbs).into(),
        tbs,
        der: Vec::new(),
        this_update: world.now(),
        next_update: world.now().plus(days(7)),
        entries: u32::try_from(serials.len()).unwrap(),
        boot: world.boot,
        lint: LintRecord::restore("1".to_owned(), "w_gmail_key"),
    });
    let committed = world.put(recorded.clone()).await;
    let sha256 = Sha256::digest(&der).into();
    world
        .put(recorded.stored(&committed).signed(der, &sha256).unwrap())
        .await;
}

/// An issued, a revoked, an abandoned and a running serial; two CRLs, the second up to date.
async fn lived_in<S: WholeStore>(world: &World<S>) -> CertifiedIssuer<'static, KeyPair> {
    let ca = ca();
    issue(world, &ca, &ISSUED).await;
    let falls = issue(world, &ca, &REVOKED).await;
    abandon(world, &ABANDONED).await;
    record(world, &RUNNING).await;
    delegate(world, &ca, &DELEGATED).await;
    publish(world, &ca, 300, &[&ABANDONED]).await;
    let new = NewRevocation {
        id: RevocationId::new(world.now(), world.entropy.bytes()),
        reason: CrlReason::KeyCompromise,
        compromised_at: None,
        note: None,
        requested_by: "ra1".to_owned(),
        acting_for: ActingFor::default(),
    };
    let (revocation, entry) = Revocation::record(new, &falls, world.now());
    let unit = Unit::of(caller(), world.now(), revocation).change(entry);
    world.commit(unit).await.unwrap();
    world.clock.advance(std::time::Duration::from_secs(100));
    publish(world, &ca, 301, &[&ABANDONED, &REVOKED]).await;
    ca
}

async fn judged(path: &Path) -> Report {
    verify(path, &Issuers::new()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_database_is_found_sound_beside_its_writer() {
    let (dir, world) = fresh().await;
    lived_in(&world).await;
    let report = judged(&dir.path().join("ca.db")).await;
    assert_eq!(report.violations, []);
    assert_eq!((report.intents, report.certificates), (4, 2));
    assert_eq!((report.revoked, report.revocation_lists), (2, 2));
    assert_eq!(report.responders, 1);
    assert!(report.entries > 20);
    world.store.close().await;
    assert_eq!(judged(&dir.path().join("ca.db")).await, report);
}

/// (what is done by a foreign hand, what the oracle says)
const DAMAGES: &[(&str, &str)] = &[
    (
        "UPDATE audit_entry SET leaf = CAST(replace(CAST(leaf AS TEXT), 'success', 'Success') AS BLOB) WHERE seq = 3",
        "the head has another root",
    ),
    (
        "DELETE FROM audit_entry WHERE seq = 5",
        "entries before it are missing",
    ),
    (
        "DELETE FROM audit_entry WHERE seq = (SELECT max(seq) FROM audit_entry)",
        "the head has another size",
    ),
    (
        "UPDATE audit_hash SET hash = zeroblob(32) WHERE level = 1 AND n = 0",
        "a stored hash over it is missing or wrong",
    ),
    (
        "INSERT INTO audit_hash VALUES ('ca.example.org/audit/2026', 9, 9, x'00')",
        "a stored hash of no subtree",
    ),
    (
        "UPDATE audit_entry SET pos = pos + 1000 WHERE seq = (SELECT max(seq) FROM audit_entry)",
        "its position is not the next",
    ),
    (
        "UPDATE audit_detail SET json = '{}'",
        "the personal data beside it are others",
    ),
    (
        "DELETE FROM certificate WHERE serial = '0a0102030405060708'",
        "issued without a certificate",
    ),
    (
        "UPDATE intent SET state = 'recorded' WHERE serial = '0a0102030405060708'",
        "settled but still recorded",
    ),
    (
        "UPDATE intent SET state = 'abandoned' WHERE serial = '0a0102030405060708'",
        "abandoned with a certificate",
    ),
    (
        "UPDATE intent SET state = 'issued' WHERE serial = '0c0102030405060708'",
        "issued and abandoned",
    ),
    (
        "DELETE FROM revoked WHERE serial = '0c0102030405060708'",
        "abandoned but not revoked",
    ),
    (
        "DELETE FROM revoked WHERE serial = '0b0102030405060708'",
        "it lists a serial that is not revoked",
    ),
    (
        "UPDATE intent SET tbs = x'3000' WHERE serial = '0a0102030405060708'",
        "its certificate signs another TBS",
    ),
    (
        "UPDATE certificate SET der = (SELECT der FROM certificate WHERE serial = '0b0102030405060708') \
         WHERE serial = '0a0102030405060708'",
        "its certificate has another serial",
    ),
    (
        "DELETE FROM intent WHERE serial = '0a0102030405060708'",
        "it has no intent",
    ),
    (
        "UPDATE intent SET serial = '0a0102030405060709' WHERE serial = '0a0102030405060708'",
        "the log tells of it and the table lacks it",
    ),
    (
        "DELETE FROM live_activation",
        "it runs without its row, or has it without running",
    ),
    (
        "UPDATE revocation_list SET der = (SELECT der FROM revocation_list WHERE number = 300), \
         tbs = (SELECT tbs FROM revocation_list WHERE number = 300) WHERE number = 301",
        "the CRL that must does not list it",
    ),
    (
        "UPDATE revocation_list SET number = 302 WHERE number = 301",
        "it carries another number",
    ),
    (
        "UPDATE caa_check SET verdict = 'forbidden'",
        "what its decision rested on is not on record",
    ),
    (
        "UPDATE caa_check SET domain = 'other.example'",
        "what its decision rested on is not on record",
    ),
    (
        "UPDATE responder SET tbs = x'3000'",
        "its certificate signs another TBS",
    ),
    (
        "UPDATE responder SET der = (SELECT der FROM certificate WHERE serial = '0a0102030405060708')",
        "its certificate has another serial",
    ),
    (
        "UPDATE responder SET der = x'3000'",
        "its certificate is no certificate",
    ),
    (
        "UPDATE responder SET state = 'abandoned'",
        "abandoned but not revoked",
    ),
    (
        "UPDATE responder SET state = 'recorded'",
        "settled but still recorded",
    ),
    (
        "INSERT INTO revoked VALUES ('issuing-g1', '0e0102030405060708', 0, 0, 'unspecified', 0)",
        "issued and abandoned",
    ),
    (
        "UPDATE responder SET not_after = not_after - 1000",
        "the row says something else than its certificate",
    ),
    (
        "DELETE FROM responder",
        "the log tells of it and the table lacks it",
    ),
    (
        "UPDATE responder SET key_name = 'x'",
        "the log says otherwise",
    ),
    (
        "UPDATE revocation_list SET this_update = 0 WHERE number = 301",
        "its thisUpdate is before its predecessor's",
    ),
];

/// Whose key has signed is judged where the CA is known, and counted where it is not.
#[tokio::test(flavor = "multi_thread")]
async fn signatures_are_judged_under_the_issuers_key() {
    let (dir, world) = fresh().await;
    let own = lived_in(&world).await;
    world.store.close().await;
    let path = dir.path().join("ca.db");
    let under = |ca: &CertifiedIssuer<'_, KeyPair>| {
        let certificate = CaCertificate::from_der(ca.der()).unwrap();
        Issuers::from([(issuer().to_string(), certificate)])
    };
    let sound = verify(&path, &under(&own)).await.unwrap();
    assert_eq!((sound.violations, sound.unjudged), (Vec::new(), 0));
    assert_eq!(judged(&path).await.unjudged, 5);
    let strange = verify(&path, &under(&ca())).await.unwrap();
    let rules: Vec<Rule> = strange.violations.iter().map(|found| found.rule).collect();
    let [certificate, list] = [Rule::CertificateSignature, Rule::CrlSignature];
    assert_eq!(rules, [certificate, certificate, certificate, list, list]);
}

/// Once texts are kept, each that something names must be there, and say what was issued.
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_what_the_kept_text_of_its_profile_says() {
    let (dir, world) = fresh().await;
    let shipped = include_str!("../../config/profiles/org-multipurpose.toml");
    let profile = shipped.replace("\"org-multipurpose\"", "\"multipurpose\"");
    let profile = KeptText::new(TextKind::Profile, "multipurpose", profile).unwrap();
    let unit = Unit::of(caller(), world.now(), profile.clone());
    world.commit(unit).await.unwrap();
    issue_by(&world, &ca(), &ISSUED, profile.key().sha256).await;
    record(&world, &RUNNING).await;
    world.store.close().await;
    let found = judged(&dir.path().join("ca.db")).await.violations;
    let departs = found.iter().filter(|v| v.rule == Rule::CertificateProfile);
    let parts: Vec<&str> = departs
        .filter_map(|found| found.object.rsplit_once(' '))
        .map(|(_, part)| part)
        .collect();
    let expected = [
        "extensions",
        "extensions",
        "extensions",
        "extensions",
        "subject",
        "commonName",
    ];
    assert_eq!(parts, expected, "{found:?}");
    let missing = found.iter().filter(|v| v.rule == Rule::TextMissing);
    let missing: Vec<&str> = missing
        .filter_map(|found| found.object.rsplit_once(' '))
        .map(|(_, column)| column)
        .collect();
    let expected = [
        "profile_sha256",
        "lint_rules",
        "lint_rules",
        "statements",
        "statements",
        "statements",
        "statements",
    ];
    assert_eq!(missing, expected, "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_damage_is_named() {
    let (dir, world) = fresh().await;
    lived_in(&world).await;
    world.store.close().await;
    let sound = dir.path().join("ca.db");
    for (n, (damage, named)) in DAMAGES.iter().enumerate() {
        let path = dir.path().join(format!("damaged-{n}.db"));
        std::fs::copy(&sound, &path).unwrap();
        let mut raw = raw(&path).await;
        raw.execute("PRAGMA foreign_keys = OFF").await.unwrap();
        for trigger in
            sqlx::query_scalar::<_, String>("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
                .fetch_all(&mut raw)
                .await
                .unwrap()
        {
            let drop = sqlx::AssertSqlSafe(format!("DROP TRIGGER {trigger}"));
            raw.execute(drop).await.unwrap();
        }
        let done = raw.execute(*damage).await.unwrap();
        assert!(done.rows_affected() > 0, "{damage}");
        let report = judged(&path).await;
        let rules: Vec<&str> = report.violations.iter().map(|v| v.rule.text()).collect();
        assert!(rules.contains(named), "{damage}: {rules:?}");
    }
}
