//! Servers that answer late: what comes in time is as good as ever, what comes too late is silence,
//! and silence says nothing: neither that there are no records, nor that a zone is not signed.

use std::time::Duration;

use chancery::{
    adapters::dns::{DnsResolver, Settings},
    domain::caa::{Chain, DomainName, Failure, Fault, Lookup},
    ports::resolver::Resolver,
};

use crate::{
    nameserver::Nameserver,
    slow_nameserver::{CAA, DNSKEY, DS, Question, SlowNameserver},
};

/// What the resolver gives one server for one question is less.
const TOO_LATE: Duration = Duration::from_secs(7);
/// And this is less than that, but not a dozen times.
const TEDIOUS: Duration = Duration::from_millis(1700);
const LATE: Duration = Duration::from_millis(150);

/// Asks for one name through a server that takes its time.
async fn ask(name: &str, plan: impl Fn(&Question) -> Duration + Send + 'static) -> Lookup {
    let real = Nameserver::shared();
    let slow = SlowNameserver::before(real.at);
    slow.plan(plan);
    let resolver = DnsResolver::new(&Settings {
        resolvers: vec![slow.at],
        trust_anchor: Some(real.trust_anchor.clone()),
    });
    let name = DomainName::parse(name).unwrap();
    let found = resolver.unwrap().caa(&name).await;
    assert!(!slow.asked().is_empty());
    found
}

async fn silence(name: &str, plan: impl Fn(&Question) -> Duration + Send + 'static) -> Failure {
    let failure = ask(name, plan).await.unwrap_err();
    let said = (failure.fault, failure.proven_insecure);
    assert_eq!(said, (Fault::Silent, false), "{failure:?}");
    failure
}

/// Too late for one kind of question about one name.
fn too_late(name: &'static str, kind: u16) -> impl Fn(&Question) -> Duration + Send {
    move |question| {
        let meant = question.name == name && question.kind == kind;
        if meant { TOO_LATE } else { Duration::ZERO }
    }
}

#[tokio::test]
async fn what_comes_in_time_is_believed() {
    let slow = |_: &Question| LATE;
    for (name, chain, records) in [
        ("permits.info", Chain::Secure, 1),
        ("forbids.info", Chain::Secure, 1),
        ("nocaa.info", Chain::Secure, 0),
        ("x.hashed.info", Chain::Secure, 0),
        ("insecure.info", Chain::Insecure, 0),
        ("to-permits.alias.info", Chain::Secure, 1),
    ] {
        let answer = ask(name, slow).await.unwrap();
        assert_eq!(
            (answer.chain, answer.properties.len()),
            (chain, records),
            "{name}"
        );
    }
    for (name, fault) in [("bogus.info", Fault::Bogus), ("lame.info", Fault::Failed)] {
        let failure = ask(name, slow).await.unwrap_err();
        assert_eq!(failure.fault, fault, "{failure:?}");
    }
}

/// Be it the records themselves, or what the proof of them or of their absence rests on.
#[tokio::test]
async fn what_comes_too_late_is_silence() {
    let (records, keys, cut, unsigned, alias, top) = tokio::join!(
        silence("nocaa.info", too_late("nocaa.info", CAA)),
        silence("permits.info", too_late("permits.info", DNSKEY)),
        silence("nocaa.info", too_late("nocaa.info", DS)),
        silence("insecure.info", too_late("insecure.info", DS)),
        silence("to-nothing.alias.info", too_late("nocaa.info", DNSKEY)),
        silence("x.nocaa.info", too_late("info", DNSKEY)),
    );
    for failure in [records, keys, cut, unsigned, alias, top] {
        assert!(failure.tries >= 1, "{failure:?}");
    }
}

/// An unsigned zone too: only a server that fails may be passed over, not one that keeps silent.
#[tokio::test]
async fn silence_of_an_unsigned_zone_is_no_failure_of_it() {
    let (unsigned, failing) = tokio::join!(
        silence("insecure.info", too_late("insecure.info", CAA)),
        silence("insecure-mute.info", too_late("insecure-mute.info", CAA)),
    );
    assert_eq!((unsigned.tries, failing.tries), (2, 2));
    // The zone fails, and whether it is signed cannot be learned in time.
    let failing = ask("insecure-mute.info", too_late("insecure-mute.info", DS)).await;
    let failure = failing.unwrap_err();
    assert!(!failure.proven_insecure, "{failure:?}");
}

/// An answer that is too long for a datagram, and does not come in time over TCP.
#[tokio::test]
async fn the_half_of_an_answer_is_none() {
    silence("large.policy.info", |question| {
        if question.tcp {
            TOO_LATE
        } else {
            Duration::ZERO
        }
    })
    .await;
}

/// Each answer comes in time; all together do not.
#[tokio::test]
async fn a_name_has_a_time_for_all_its_questions() {
    let failure = silence("permits.info", |_| TEDIOUS).await;
    assert!(failure.detail.contains("the whole lookup"), "{failure:?}");
}
