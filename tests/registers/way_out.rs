//! The one way out: TLS, hosts, limits, rests.

use chancery::{
    adapters::register::egress::{Base, Egress, Line, Question},
    domain::register::{LookupOutcome, RegisterId, Silence},
    ports::register::Register,
};

use super::{allowance, clock, known, line, now, plenty, reader, register_fixtures::Fixtures};

async fn silence(register: &dyn Register) -> (Option<Silence>, u64) {
    match register.lookup(&known(register.id())).await {
        LookupOutcome::Unavailable { retry_at, evidence } => {
            let last = evidence.exchanges.last().unwrap();
            (last.silence, retry_at.since(now()).as_secs())
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_server_of_another_name_or_another_root_is_not_asked() {
    let fixtures = Fixtures::start(0).await;
    let stranger = Fixtures::start(0).await;
    let named = fixtures.base("good", "gleif");
    let address = named.replace("localhost", "127.0.0.1");
    for (base, root) in [(address, &fixtures.root), (named, &stranger.root)] {
        let register = reader(RegisterId::Gleif, line(&base, root, "good", plenty()));
        assert_eq!(silence(&*register).await.0, Some(Silence::Tls), "{base}");
    }
}

#[tokio::test]
async fn nobody_at_the_port_is_silence() {
    let fixtures = Fixtures::start(0).await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!(
        "https://localhost:{}",
        listener.local_addr().unwrap().port()
    );
    drop(listener);
    let register = reader(
        RegisterId::Gleif,
        line(&base, &fixtures.root, "good", plenty()),
    );
    assert_eq!(silence(&*register).await.0, Some(Silence::Connect));
}

#[tokio::test]
async fn a_host_that_is_not_configured_is_not_asked() {
    let fixtures = Fixtures::start(0).await;
    let one = Base::parse("https://register.example").unwrap();
    let root = Some(fixtures.root.as_bytes());
    let egress = Egress::new(&[one], root, clock("good")).unwrap();
    let other = Base::parse(&fixtures.base("good", "gleif")).unwrap();
    let line = Line::new(&egress, other, plenty());
    let (exchange, reply) = line.ask(Question::get("/x".to_owned()), 1024).await;
    assert!(reply.is_err());
    assert_eq!(exchange.silence, Some(Silence::Connect));
    assert_eq!(exchange.peer_certificate, None);
}

#[tokio::test]
async fn the_registers_wish_to_rest_is_kept() {
    let fixtures = Fixtures::start(0).await;
    let base = fixtures.base("429", "gleif");
    let line = line(&base, &fixtures.root, "429", plenty());
    let register = reader(RegisterId::Gleif, line);
    assert_eq!(silence(&*register).await, (Some(Silence::TooMany), 180));
    assert_eq!(silence(&*register).await, (Some(Silence::Resting), 180));
}

#[tokio::test]
async fn a_register_that_keeps_failing_is_left_alone() {
    let fixtures = Fixtures::start(0).await;
    let base = fixtures.base("503", "gleif");
    let line = line(&base, &fixtures.root, "503", plenty());
    let register = reader(RegisterId::Gleif, line);
    for _ in 0..5 {
        let (why, _) = silence(&*register).await;
        assert_eq!(why, Some(Silence::OutOfService));
    }
    assert_eq!(silence(&*register).await, (Some(Silence::Resting), 60));
}

#[tokio::test]
async fn our_own_limit_comes_before_the_registers() {
    let fixtures = Fixtures::start(0).await;
    let base = fixtures.base("good", "gleif");
    let line = line(&base, &fixtures.root, "good", allowance(2));
    let register = reader(RegisterId::Gleif, line);
    for _ in 0..2 {
        let outcome = register.lookup(&known(RegisterId::Gleif)).await;
        assert_eq!(outcome.records().len(), 1);
    }
    assert_eq!(silence(&*register).await, (Some(Silence::OwnLimit), 30));
}

#[tokio::test]
async fn no_roots_are_no_way_out() {
    let base = Base::parse("https://register.example").unwrap();
    let made = Egress::new(&[base], Some(b"nothing"), clock("good"));
    assert!(made.is_err());
}
