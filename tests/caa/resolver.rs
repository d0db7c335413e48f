//! `adapters::dns` keeps what `ports::resolver` promises, for every kind of zone.

use std::{net::UdpSocket, time::Duration};

use chancery::{
    adapters::dns::{DnsResolver, Settings, SettingsError},
    domain::caa::{Chain, DomainName, Fault, Lookup},
    ports::resolver::Resolver,
};

use crate::nameserver::Nameserver;

const US: &str = "pki.example.com";
const OTHERS: &str = "ca.elsewhere.example";

fn resolver() -> DnsResolver {
    let server = Nameserver::shared();
    DnsResolver::new(&Settings {
        resolvers: vec![server.at],
        trust_anchor: Some(server.trust_anchor.clone()),
    })
    .unwrap()
}

async fn ask(resolver: &DnsResolver, name: &str) -> Lookup {
    resolver.caa(&DomainName::parse(name).unwrap()).await
}

/// Chain and the values of `issuemail`.
async fn found(name: &str) -> (Chain, Vec<String>) {
    let answer = ask(&resolver(), name).await.unwrap();
    let values = answer.properties.iter().map(|property| {
        assert!(["issuemail", "issue", "iodef", "tbs"].contains(&property.tag.as_str()));
        String::from_utf8(property.value.clone()).unwrap()
    });
    (answer.chain, values.collect())
}

async fn fault(name: &str) -> (Fault, bool) {
    let failure = ask(&resolver(), name).await.unwrap_err();
    assert_eq!(failure.tries, 2, "{failure:?}");
    (failure.fault, failure.proven_insecure)
}

#[tokio::test]
async fn a_signed_zone_is_believed() {
    assert_eq!(
        found("permits.info").await,
        (Chain::Secure, vec![US.to_owned()])
    );
    assert_eq!(
        found("forbids.info").await,
        (Chain::Secure, vec![OTHERS.to_owned()])
    );
    let answer = ask(&resolver(), "permits.info").await.unwrap();
    assert_eq!(answer.ttl, Duration::from_secs(12 * 3600));
    let (_, values) = found("example.com").await;
    assert_eq!(values.len(), 2, "{values:?}");
}

#[tokio::test]
async fn absence_is_believed_when_it_is_proven() {
    let nothing = (Chain::Secure, Vec::new());
    for name in [
        "nocaa.info",     // NSEC: the name is there, the type is not
        "a.b.nocaa.info", // another record is there
        "b.nocaa.info",   // an empty non-terminal
        "x.nocaa.info",   // no such name
        "hashed.info",    // the same with NSEC3
        "a.b.hashed.info",
        "b.hashed.info",
        "x.y.hashed.info",
        "below.forbids.info",   // no climb here
        "any.below.nocaa.info", // a wildcard without CAA
        "info",
        "com",
        "no-such-tld",
    ] {
        assert_eq!(found(name).await, nothing, "{name}");
    }
    let denied = ask(&resolver(), "nocaa.info").await.unwrap();
    assert_eq!(denied.ttl, Duration::from_secs(300), "RFC 2308 5");
}

#[tokio::test]
async fn an_unsigned_zone_is_insecure_and_read_all_the_same() {
    assert_eq!(found("insecure.info").await, (Chain::Insecure, Vec::new()));
    assert_eq!(
        found("x.insecure.info").await,
        (Chain::Insecure, Vec::new())
    );
    let forbids = (Chain::Insecure, vec![";".to_owned()]);
    assert_eq!(found("insecure-forbids.info").await, forbids);
}

#[tokio::test]
async fn what_is_signed_wrongly_is_bogus() {
    // A changed record, signatures that are over, a zone that should be signed and is not.
    for name in [
        "bogus.info",
        "expired.info",
        "stripped.info",
        "x.stripped.info",
        "x.expired.info",
    ] {
        assert_eq!(fault(name).await, (Fault::Bogus, false), "{name}");
    }
}

#[tokio::test]
async fn a_server_that_fails_is_no_permission_for_a_signed_zone() {
    for name in [
        "lame.info",
        "deep.below.lame.info",
        "mute.info",
        "deep.below.mute.info",
    ] {
        assert_eq!(fault(name).await, (Fault::Failed, false), "{name}");
    }
}

#[tokio::test]
async fn a_zone_that_fails_is_proven_insecure_by_the_one_above() {
    for name in ["insecure-mute.info", "deep.below.insecure-mute.info"] {
        assert_eq!(fault(name).await, (Fault::Failed, true), "{name}");
    }
}

#[tokio::test]
async fn aliases_are_followed_and_counted() {
    let us = (Chain::Secure, vec![US.to_owned()]);
    assert_eq!(found("to-permits.alias.info").await, us);
    assert_eq!(found("twice.alias.info").await, us);
    assert_eq!(found("to-forbids.alias.info").await.1, [OTHERS]);
    assert_eq!(
        found("to-nothing.alias.info").await,
        (Chain::Secure, Vec::new())
    );
    // One unsigned link makes the whole chain insecure.
    assert_eq!(
        found("to-insecure.alias.info").await,
        (Chain::Insecure, vec![";".to_owned()])
    );
    let answer = ask(&resolver(), "twice.alias.info").await.unwrap();
    assert_eq!(answer.aliases, ["to-permits.alias.info.", "permits.info."]);
    assert_eq!(
        answer.ttl,
        Duration::from_secs(3600),
        "the alias lives shorter"
    );
    assert_eq!(found("chain7.alias.info").await, us);
    for endless in ["chain8.alias.info", "loop.alias.info"] {
        assert_eq!(fault(endless).await.0, Fault::Failed, "{endless}");
    }
}

/// The validator cannot follow DNAME, nor the proof of an alias from a wildcard: refused, not
/// guessed at.
#[tokio::test]
async fn what_the_validator_cannot_prove_is_refused() {
    for name in ["x.tree.alias.info", "any.wild.alias.info"] {
        assert_eq!(fault(name).await, (Fault::Bogus, false), "{name}");
    }
}

#[tokio::test]
async fn what_does_not_fit_a_datagram_comes_whole() {
    let (chain, values) = found("large.policy.info").await;
    assert_eq!((chain, values.len()), (Chain::Secure, 60));
}

#[tokio::test]
async fn silence_is_told_from_a_fault() {
    let swallow = UdpSocket::bind("127.0.0.1:0").unwrap();
    let server = Nameserver::shared();
    let silent = DnsResolver::new(&Settings {
        resolvers: vec![swallow.local_addr().unwrap()],
        trust_anchor: Some(server.trust_anchor.clone()),
    })
    .unwrap();
    let failure = ask(&silent, "permits.info").await.unwrap_err();
    assert_eq!(
        (failure.fault, failure.proven_insecure),
        (Fault::Silent, false)
    );
    // Another resolver takes its place.
    let both = DnsResolver::new(&Settings {
        resolvers: vec![closed(), server.at],
        trust_anchor: Some(server.trust_anchor.clone()),
    })
    .unwrap();
    assert!(ask(&both, "permits.info").await.is_ok());
}

fn closed() -> std::net::SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.local_addr().unwrap()
}

/// The same server and another root: nothing is secure, nothing is insecure.
#[tokio::test]
async fn nothing_is_believed_under_another_root() {
    let real = DnsResolver::new(&Settings {
        resolvers: vec![Nameserver::shared().at],
        trust_anchor: None,
    })
    .unwrap();
    for name in [
        "permits.info",
        "nocaa.info",
        "insecure.info",
        "insecure-mute.info",
    ] {
        let failure = ask(&real, name).await.unwrap_err();
        assert!(!failure.proven_insecure, "{name}: {failure:?}");
        assert_ne!(failure.fault, Fault::Silent, "{name}: {failure:?}");
    }
}

#[test]
fn a_trust_anchor_must_hold_a_root_key() {
    let new = |text: &str| {
        DnsResolver::new(&Settings {
            resolvers: vec![closed()],
            trust_anchor: Some(text.to_owned()),
        })
        .err()
        .unwrap()
    };
    assert_eq!(new(""), SettingsError::NoRootKey);
    assert_eq!(new("; nothing but words\n"), SettingsError::NoRootKey);
    assert_eq!(new("garbage"), SettingsError::NoRootKey);
    assert!(matches!(
        new(". IN DS 1 8 2 00"),
        SettingsError::TrustAnchor(_)
    ));
    let other = Nameserver::shared().trust_anchor.replacen('.', "info.", 1);
    assert_eq!(new(&other), SettingsError::NoRootKey);
}
