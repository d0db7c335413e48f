//! Incidents that only a whole issuance can show: each is played with the same fault, on a real
//! store, and what must not happen does not.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use chancery::{
    domain::{period::Period, refusal::Refused, terms},
    policy::profile::CertificateProfile,
    ports::entropy::{Entropy, EntropyFailed},
    services::{authority::Profiles, issuance::Told},
};
use futures_util::future::BoxFuture;
use sqlx::{Connection, Row, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::{
    entropy::FakeEntropy,
    fates::Fate,
    stage::{Serial, Stage},
    token::Act,
};

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(86_400);

fn code(told: Result<Told, Refused>) -> &'static str {
    told.expect_err("a refusal").code
}

fn is_pending(told: &Result<Told, Refused>) -> bool {
    matches!(told, Ok(Told::Pending(_)))
}

fn issued() -> Serial {
    ("issued".to_owned(), None)
}

fn abandoned(cause: &str) -> Serial {
    ("abandoned".to_owned(), Some(cause.to_owned()))
}

/// The database as another process sees and changes it.
async fn database(stage: &Stage) -> SqliteConnection {
    let path = stage.world.dir.path().join("ca.db");
    let options = SqliteConnectOptions::new().filename(path);
    SqliteConnection::connect_with(&options).await.unwrap()
}

/// What was changed behind the store's back, in rows.
async fn change(stage: &Stage, sql: &'static str) -> u64 {
    let mut database = database(stage).await;
    let done = sqlx::raw_sql(sql).execute(&mut database).await.unwrap();
    done.rows_affected()
}

async fn texts(stage: &Stage, sql: &'static str) -> Vec<String> {
    let rows = sqlx::query(sql).fetch_all(&mut database(stage).await).await;
    rows.unwrap().iter().map(|row| row.get(0)).collect()
}

/// Draws of a serial's length that are all the same, so many times.
struct Stuck {
    below: Arc<FakeEntropy>,
    times: AtomicUsize,
}

impl Entropy for Stuck {
    fn fill(&self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        self.below.fill(out)?;
        let left = |times: usize| times.checked_sub(1);
        let (set, load) = (Ordering::SeqCst, Ordering::SeqCst);
        if out.len() == 16 && self.times.fetch_update(set, load, left).is_ok() {
            out.fill(0x5a);
        }
        Ok(())
    }
}

const SERIALS: &str = "SELECT serial FROM intent ORDER BY recorded_at, rowid";

/// The generator repeats itself, and a first try that nobody can settle is tried again: the
/// second certificate gets another serial. A result whose answer is lost is not signed anew.
#[tokio::test(flavor = "multi_thread")]
async fn incident_13_two_certificates_with_one_serial() {
    let stage = Stage::drawing(|below| {
        let times = AtomicUsize::new(2);
        Arc::new(Stuck { below, times })
    })
    .await;
    stage.token.plays([Act::FallSilent]);
    assert!(is_pending(&stage.ask_only().await));
    assert!(stage.answer().await.is_some());
    let expected = [abandoned("hsm-answer-unknown"), issued()];
    assert_eq!(stage.serials().await, expected);
    let serials = texts(&stage, SERIALS).await;
    assert_eq!(serials[0], "5a".repeat(16), "the generator was stuck");
    assert_ne!(serials[0], serials[1]);

    let stage = Stage::new().await;
    stage.fates([Fate::Passes, Fate::AnswerLost]);
    assert!(is_pending(&stage.ask_only().await));
    let answer = stage.answer().await;
    assert!(answer.is_some(), "the stored certificate is given");
    assert_eq!(answer, stage.answer().await);
    let again = stage.ask_only().await;
    assert!(!matches!(again, Ok(Told::Issued(_))), "{again:?}");
    assert_eq!(stage.token.asked(), 1);
    assert_eq!(stage.serials().await, [issued()]);
}

/// Reads the intents at the moment it is awaited.
fn intents_now(stage: &Stage) -> (Arc<Mutex<Vec<String>>>, BoxFuture<'static, ()>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let path = stage.world.dir.path().join("ca.db");
    let into = Arc::clone(&seen);
    let look = Box::pin(async move {
        let options = SqliteConnectOptions::new().filename(path).read_only(true);
        let mut database = SqliteConnection::connect_with(&options).await.unwrap();
        let known = "SELECT serial || ' ' || state || ' ' || hex(tbs_sha256) FROM intent";
        let rows = sqlx::query(known).fetch_all(&mut database).await.unwrap();
        let known = rows.iter().map(|row| row.get::<String, _>(0));
        into.lock().unwrap().extend(known);
    });
    (seen, look)
}

/// What is signed is known before it is signed; a serial whose signature nobody can place is
/// revoked, not forgotten; what cannot be recorded is not signed.
#[tokio::test(flavor = "multi_thread")]
async fn incident_14_certificates_that_the_database_does_not_know() {
    let stage = Stage::new().await;
    stage.fates([Fate::Refused]);
    assert_eq!(code(stage.ask().await), "store-unavailable");
    assert_eq!(stage.token.asked(), 0, "nothing is signed unrecorded");
    let (seen, look) = intents_now(&stage);
    stage.token.plays([Act::SignAfter(look)]);
    // The result does not reach the database for a while.
    stage.fates([Fate::Passes, Fate::Refused, Fate::Refused]);
    assert!(matches!(stage.ask().await, Ok(Told::Issued(_))));
    let signed = "SELECT serial || ' recorded ' || hex(tbs_sha256)
        FROM intent JOIN certificate USING (issuer, serial)";
    let known = texts(&stage, signed).await;
    assert_eq!(*seen.lock().unwrap(), known);
    assert_eq!(
        (stage.serials().await, stage.token.asked()),
        (vec![issued()], 1)
    );

    // Another start gives the serial up between the signature and its record.
    let stage = Stage::new().await;
    let settling = stage.settled_by_another();
    stage
        .token
        .plays([Act::SignAfter(settling), Act::FallSilent]);
    assert!(is_pending(&stage.ask_only().await));
    stage.settle_down().await;
    // A third serial follows after a rest.
    stage.world.clock.advance(2 * SECOND);
    assert!(stage.answer().await.is_some());
    let expected = ["boot-died", "hsm-answer-unknown"].map(abandoned);
    let all = [expected.to_vec(), vec![issued()]].concat();
    assert_eq!(stage.serials().await, all);
    let unlisted = "SELECT serial FROM intent LEFT JOIN revoked USING (issuer, serial)
        WHERE (state = 'abandoned') <> (revoked.serial IS NOT NULL)";
    assert!(texts(&stage, unlisted).await.is_empty());
    assert_eq!(stage.token.asked(), all.len(), "each signature has its row");
}

const SILENT_LOG: &str = "CREATE TRIGGER silent BEFORE INSERT ON audit_entry
    WHEN json_extract(CAST(NEW.leaf AS TEXT), '$.type') = 'cert.sign_intent'
    BEGIN SELECT RAISE(ABORT, 'the log takes no entry'); END";
const SILENT_LATER: &str = "CREATE TRIGGER silent BEFORE INSERT ON audit_entry
    WHEN json_extract(CAST(NEW.leaf AS TEXT), '$.type') = 'cert.issued'
    BEGIN SELECT RAISE(ABORT, 'the log takes no entry'); END";
const HEARD: &str = "DROP TRIGGER silent";

/// A log that takes no entry: no signature before its entry, no certificate before its entry, and
/// afterwards as many entries as acts.
#[tokio::test(flavor = "multi_thread")]
async fn incident_18_certificates_without_an_audit_entry() {
    let entries = "SELECT json_extract(leaf, '$.type') FROM
        (SELECT pos, CAST(leaf AS TEXT) AS leaf FROM audit_entry)
        WHERE json_extract(leaf, '$.type') IN ('cert.sign_intent', 'cert.issued') ORDER BY pos";
    let stage = Stage::new().await;
    change(&stage, SILENT_LOG).await;
    assert_eq!(code(stage.ask().await), "store-unavailable");
    assert_eq!((stage.serials().await, stage.token.asked()), (vec![], 0));
    change(&stage, HEARD).await;

    // Signed, but what would tell of it cannot be written: asked for again and again, and until
    // it stands there is no certificate.
    change(&stage, SILENT_LATER).await;
    let certificates = "SELECT id FROM certificate";
    let begun = stage.world.now();
    let heard = async {
        while stage.token.asked() == 0 || stage.world.now() == begun {
            tokio::task::yield_now().await;
        }
        assert!(texts(&stage, certificates).await.is_empty());
        change(&stage, HEARD).await;
    };
    let (told, ()) = tokio::join!(stage.ask(), heard);
    assert!(matches!(told, Ok(Told::Issued(_))), "{told:?}");
    let serials = stage.serials().await;
    assert_eq!(
        (serials.as_slice(), stage.token.asked()),
        (&[issued()][..], 1)
    );
    let written = texts(&stage, entries).await;
    let count = |kind: &str| written.iter().filter(|entry| *entry == kind).count();
    assert_eq!(count("cert.sign_intent"), stage.token.asked());
    assert_eq!(count("cert.sign_intent"), serials.len());
    assert_eq!(
        count("cert.issued"),
        texts(&stage, certificates).await.len()
    );
}

/// A profile of these dates in the place of the shipped one.
fn profile(stage: &Stage, dates: &str) {
    let shipped = include_str!("../../config/profiles/org-multipurpose.toml");
    let text = shipped.replacen("version = 1\n", &format!("version = 1\n{dates}\n"), 1);
    let bound = stage.bound(Arc::new(CertificateProfile::parse(&text).unwrap()));
    let profiles = Profiles([("org-multipurpose".to_owned(), bound)].into());
    stage.authorities.replace_profiles(profiles);
}

/// Every product ends now.
fn withdraw(stage: &Stage) {
    let mut products = stage.catalogue.products().as_ref().clone();
    for product in &mut products {
        product.offered = Period::new(None, Some(stage.world.now())).unwrap();
    }
    stage.catalogue.replace(products);
}

/// Orders that were ready before a rule: data approved in another time, a profile and a product
/// that ended, and an activation that was under way when it did.
#[tokio::test(flavor = "multi_thread")]
async fn incident_25_old_orders_issued_past_new_rules() {
    let stage = Stage::new().await;
    let bad = "UPDATE subject_data SET verified =
        replace(verified, 'NTRPL-0012345678', 'NTRPL-Government Entity')
        WHERE verified LIKE '%NTRPL-0012345678%'";
    assert_eq!(change(&stage, bad).await, 1);
    assert_eq!(code(stage.ask().await), "lint-failed");
    let rules = "SELECT json_extract(leaf, '$.data.lint_findings[0].rule') FROM
        (SELECT CAST(leaf AS TEXT) AS leaf FROM audit_entry)
        WHERE json_extract(leaf, '$.type') = 'lint.failed'";
    assert_eq!(texts(&stage, rules).await, ["e_reference_has_digit"]);
    assert_eq!(
        (texts(&stage, SERIALS).await.len(), stage.token.asked()),
        (0, 0)
    );

    let good = "UPDATE subject_data SET verified =
        replace(verified, 'NTRPL-Government Entity', 'NTRPL-0012345678')";
    assert_eq!(change(&stage, good).await, 1);

    let stage = Stage::new().await;
    profile(&stage, "ends = \"2020-01-01T00:00:00Z\"");
    assert_eq!(code(stage.ask().await), "profile-not-in-force");
    profile(&stage, "");
    let before = stage.catalogue.products().as_ref().clone();
    withdraw(&stage);
    assert_eq!(code(stage.ask().await), "product-withdrawn");
    assert_eq!((stage.serials().await, stage.token.asked()), (vec![], 0));

    // Under way while it was offered, tried again when it is not.
    stage.catalogue.replace(before);
    stage.token.plays([Act::FallSilent]);
    assert!(is_pending(&stage.ask_only().await));
    withdraw(&stage);
    stage.settle_down().await;
    assert_eq!(stage.serials().await, [abandoned("hsm-answer-unknown")]);
    assert_eq!(stage.token.asked(), 1, "nothing more is signed");
}

/// Evidence that is over: before it is asked for, between the judgement and the intent, and for
/// each kind by its own end.
#[tokio::test(flavor = "multi_thread")]
async fn incident_27_evidence_by_a_method_past_its_end() {
    let mailbox = DAY * terms::MAILBOX_DAYS;
    let stage = Stage::new().await;
    stage.world.clock.advance(mailbox - SECOND);
    stage.lease_anew().await;
    assert!(stage.preflight().await.is_ready(), "a second before");
    stage.fates([Fate::Later(SECOND)]);
    let refused = stage.ask().await.expect_err("it ended before the intent");
    assert_eq!(refused.blocked_by, ["email-verification-lapsed"]);
    assert_eq!((stage.serials().await, stage.token.asked()), (vec![], 0));

    stage
        .world
        .clock
        .advance(DAY * terms::ORGANIZATION_DAYS - mailbox);
    stage.lease_anew().await;
    assert!(stage.ask().await.is_err(), "nothing holds any more");
    assert_eq!((stage.serials().await, stage.token.asked()), (vec![], 0));
}

/// The domain of the order's mailbox forbids it: there is no parameter, role or setting by which
/// the activation gets past it; and an answer too old is no permission.
#[tokio::test(flavor = "multi_thread")]
async fn incident_31_caa_in_the_path_to_the_key() {
    let stage = Stage::new().await;
    let forbids = "UPDATE mailbox SET address = 'jan@forbids.info'";
    assert_eq!(change(&stage, forbids).await, 1);
    assert_eq!(code(stage.ask().await), "caa-forbids");
    let lame = "UPDATE mailbox SET address = 'jan@lame.info'";
    assert_eq!(change(&stage, lame).await, 1);
    assert_eq!(code(stage.ask().await), "caa-lookup-failed");
    assert_eq!(
        (texts(&stage, SERIALS).await.len(), stage.token.asked()),
        (0, 0)
    );

    let restored = "UPDATE mailbox SET address = 'jan@example.com'";
    assert_eq!(change(&stage, restored).await, 1);
    assert!(stage.preflight().await.is_ready());
    let asked = "SELECT id FROM caa_check WHERE verdict = 'permitted' ORDER BY checked_at, rowid";
    let first = texts(&stage, asked).await;
    stage.world.clock.advance(8 * 3600 * SECOND - SECOND);
    stage.lease_anew().await;
    stage.fates([Fate::Later(SECOND)]);
    assert!(matches!(stage.ask().await, Ok(Told::Issued(_))));
    let rests = "SELECT id FROM rests_on WHERE aggregate = 'caa_check'";
    let rests = texts(&stage, rests).await;
    assert_eq!((first.len(), rests.len()), (1, 1));
    assert_ne!(rests, first, "it ended before the intent");
}
