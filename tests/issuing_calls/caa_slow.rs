//! The DNS takes its time, or leads through more names than there is time for: who activates gets
//! the code that says so, and until the answer is there nothing is signed.

use std::time::Duration;

use sqlx::{Connection, Row, SqliteConnection};

use crate::{
    caa::{csr, ready_at},
    nameserver::Nameserver,
    slow_nameserver::{CAA, Question, SlowNameserver},
    world::{Client, World, refused, shared, submission},
};

const AT_ONCE: Duration = Duration::ZERO;
/// Less than a server has for an answer.
const LATE: Duration = Duration::from_millis(150);
/// More than that.
const TOO_LATE: Duration = Duration::from_secs(7);
/// The time for a whole climb is over before this many answers have come.
const TEDIOUS: Duration = Duration::from_millis(1200);

/// Names of which each is quick enough by itself.
const DEEP: &str = "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u.v.w.deep.nocaa.info";

struct Slow {
    server: SlowNameserver,
    world: World,
}

impl Slow {
    fn start(plan: impl Fn(&Question) -> Duration + Send + 'static) -> Self {
        let server = SlowNameserver::before(Nameserver::shared().at);
        server.plan(plan);
        let slow = format!("resolvers = [\"{}\"]", server.at);
        let world = World::start_with(Vec::new(), &|_, config| {
            let line = config.lines().find(|line| line.starts_with("resolvers = "));
            *config = config.replace(line.unwrap(), &slow);
        });
        Self { server, world }
    }
}

/// The rows of a question to the daemon's database, each as text.
fn rows(world: &World, sql: &'static str) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        let path = world.instance.path("ca.db");
        let url = format!("sqlite://{}?mode=ro", path.display());
        let mut store = SqliteConnection::connect(&url).await.unwrap();
        let rows = sqlx::query(sql).fetch_all(&mut store).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    })
}

/// Refused for a while: nothing is intended, nothing signed, the order is as it was.
fn waits(client: &Client<'_>, order: &str) {
    let answer = client.activate(order, &submission(&csr()));
    assert_eq!(answer.refusal(), refused(503, "caa-unavailable"));
    assert_eq!(answer.json()["retryable"], true);
    assert!(answer.retry_after.is_some());
    assert!(rows(client.world, "SELECT serial FROM intent").is_empty());
    let status = client.get(&format!("/orders/{order}")).ok();
    assert_eq!(status["status_code"], "ready_for_activation");
}

#[test]
fn late_answers_are_waited_for() {
    let slow = Slow::start(|_| LATE);
    let client = slow.world.first();
    for (domain, order) in ready_at(&client, "late", &["permits.info", "x.insecure.info"]) {
        let answer = client.activate(&order, &submission(&csr()));
        assert_eq!(answer.status, 201, "{domain}: {:?}", answer.json());
    }
    for (domain, code) in [
        ("forbids.info", "caa-forbids"),
        ("bogus.info", "caa-lookup-failed"),
    ] {
        let order = &ready_at(&client, "late", &[domain])[0].1;
        let answer = client.activate(order, &submission(&csr()));
        assert_eq!(answer.refusal(), refused(422, code), "{domain}");
    }
}

/// The names above say that all may issue, and quickly: the one below has not spoken.
#[test]
fn an_answer_that_comes_too_late_is_no_permission() {
    let slow = Slow::start(|question| {
        let below = question.kind == CAA && question.name == "x.forbids.info";
        let unsigned = question.kind == CAA && question.name == "x.insecure.info";
        if below || unsigned { TOO_LATE } else { AT_ONCE }
    });
    let client = slow.world.first();
    let orders = ready_at(&client, "silent", &["x.insecure.info", "x.forbids.info"]);
    for (_, order) in &orders {
        waits(&client, order);
    }
    let reasons = "SELECT DISTINCT verdict || ' ' || reason FROM caa_check";
    assert_eq!(rows(&slow.world, reasons), ["unavailable no-answer"]);
    // The server has found its pace again, and each owner's word holds.
    slow.server.plan(|_| AT_ONCE);
    let [unsigned, forbidden] = [&orders[0].1, &orders[1].1];
    let answer = client.activate(unsigned, &submission(&csr()));
    assert_eq!(answer.status, 201, "{:?}", answer.json());
    let answer = client.activate(forbidden, &submission(&csr()));
    assert_eq!(answer.refusal(), refused(422, "caa-forbids"));
}

#[test]
fn a_climb_has_a_time_for_all_its_names() {
    let slow = Slow::start(|question| {
        let below = question.kind == CAA && question.name.ends_with("deep.nocaa.info");
        if below { TEDIOUS } else { AT_ONCE }
    });
    let client = slow.world.first();
    let order = &ready_at(&client, "deep", &[DEEP])[0].1;
    waits(&client, order);
    let reasons = "SELECT DISTINCT verdict || ' ' || reason FROM caa_check";
    assert_eq!(rows(&slow.world, reasons), ["unavailable too-slow"]);
    let asked = slow.server.asked();
    let top = |question: &Question| question.kind == CAA && question.name == "info";
    assert!(!asked.iter().any(top), "the climb went on to its end");
    slow.server.plan(|_| AT_ONCE);
    let answer = client.activate(order, &submission(&csr()));
    assert_eq!(answer.status, 201, "{:?}", answer.json());
}

/// As many labels as an address can have: each name is asked for, and each answer is on record.
#[test]
fn a_climb_from_the_depth_ends_at_the_top() {
    let world = shared();
    let client = world.first();
    let depth = 60;
    let domain: &'static str = format!("{}nocaa.info", "d.".repeat(depth)).leak();
    let order = &ready_at(&client, "d", &[domain])[0].1;
    let answer = client.activate(order, &submission(&csr()));
    assert_eq!(answer.status, 201, "{:?}", answer.json());
    let lookups = "SELECT CAST(json_array_length(lookups) AS TEXT) || ' ' || verdict
        FROM caa_check WHERE domain LIKE 'd.d.%'";
    assert_eq!(rows(&world, lookups), ["62 permitted"]);
}

#[test]
fn aliases_are_followed_eight_times_and_no_further() {
    let world = shared();
    let client = world.first();
    let domains = [
        "chain7.alias.info",
        "chain8.alias.info",
        "chain9.alias.info",
    ];
    let orders = ready_at(&client, "chained", &domains);
    let activate = |order: &str| client.activate(order, &submission(&csr()));
    let answer = activate(&orders[0].1);
    assert_eq!(answer.status, 201, "{:?}", answer.json());
    for (domain, order) in &orders[1..] {
        let answer = activate(order);
        assert_eq!(
            answer.refusal(),
            refused(422, "caa-lookup-failed"),
            "{domain}"
        );
    }
}
