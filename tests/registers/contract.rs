//! What holds for every register alike.

use chancery::domain::register::{Exchange, LookupOutcome, LookupResult, RegisterId, Silence};

use super::{KEY, ONLINE, asked, known, now, played, register_fixtures::Fixtures, unknown};

/// Moods in which a register gives no answer that counts, and why.
const SILENT: [(&str, Silence); 8] = [
    ("slow", Silence::Timeout),
    ("429", Silence::TooMany),
    ("503", Silence::OutOfService),
    ("302", Silence::Redirect),
    ("401", Silence::Credentials),
    ("large", Silence::TooLarge),
    ("truncated", Silence::Truncated),
    ("500", Silence::OutOfService),
];

/// Moods in which the answer is whole and none of the register's known ones.
const STRANGE: [&str; 4] = ["schema", "html", "418", "404"];

#[tokio::test]
async fn a_register_that_gives_no_answer_is_unavailable_and_never_not_found() {
    let fixtures = Fixtures::start(0).await;
    for id in ONLINE {
        for (mood, silence) in SILENT {
            let outcome = asked(&fixtures, id, mood).await;
            let LookupOutcome::Unavailable { retry_at, evidence } = outcome else {
                panic!("{} {mood}: {outcome:?}", id.name());
            };
            assert!(retry_at > now(), "{} {mood}", id.name());
            let last = evidence.exchanges.last().unwrap();
            assert_eq!(
                last.silence,
                Some(silence),
                "{} {mood}: {last:?}",
                id.name()
            );
            assert!(evidence.remark.is_some(), "{} {mood}", id.name());
        }
    }
}

#[tokio::test]
async fn an_answer_of_an_unknown_form_is_an_outcome_of_its_own() {
    let fixtures = Fixtures::start(0).await;
    for id in ONLINE {
        for mood in STRANGE {
            let outcome = asked(&fixtures, id, mood).await;
            assert_eq!(
                outcome.result(),
                LookupResult::SchemaChanged,
                "{} {mood}: {outcome:?}",
                id.name()
            );
            assert!(outcome.evidence().remark.is_some(), "{} {mood}", id.name());
        }
    }
}

#[tokio::test]
async fn an_answer_that_was_shortened_on_its_way_is_no_answer() {
    let fixtures = Fixtures::start(0).await;
    for id in ONLINE {
        let outcome = asked(&fixtures, id, "shortened").await;
        assert_eq!(outcome.result(), LookupResult::Unavailable, "{outcome:?}");
    }
}

#[tokio::test]
async fn an_empty_answer_is_believed_only_of_registers_that_say_it_so() {
    let fixtures = Fixtures::start(0).await;
    for id in ONLINE {
        let expected = match id {
            RegisterId::Krs | RegisterId::Ceidg => LookupResult::NotFound,
            _ => LookupResult::SchemaChanged,
        };
        let outcome = asked(&fixtures, id, "204").await;
        assert_eq!(outcome.result(), expected, "{outcome:?}");
    }
}

#[tokio::test]
async fn a_number_that_nobody_has_is_not_found() {
    let fixtures = Fixtures::start(0).await;
    for id in ONLINE {
        let outcome = played(&fixtures, id, "good").lookup(&unknown(id)).await;
        assert_eq!(outcome.result(), LookupResult::NotFound, "{outcome:?}");
        assert!(outcome.records().is_empty());
    }
}

#[tokio::test]
async fn a_found_entry_has_its_number_and_evidence_of_all_that_was_seen() {
    let fixtures = Fixtures::start(0).await;
    for id in ONLINE {
        let number = known(id);
        let register = played(&fixtures, id, "good");
        assert!(register.takes(&number.kind, number.country));
        let outcome = register.lookup(&number).await;
        let LookupOutcome::Found(record, evidence) = outcome else {
            panic!("{}: {outcome:?}", id.name());
        };
        assert_eq!(record.number.as_str(), number.number);
        assert!(record.legal_name.is_some());
        assert_eq!((evidence.register, &evidence.number), (id, &number));
        assert!(!evidence.exchanges.is_empty());
        for exchange in &evidence.exchanges {
            assert_eq!(exchange.status, Some(200));
            assert!(exchange.peer_certificate.is_some());
            assert!(exchange.url.starts_with("https://localhost:"));
            let is_login = exchange.operation == Some("Zaloguj");
            assert_eq!(exchange.body.is_empty(), is_login);
            let hash = Exchange::hash(&exchange.body);
            assert_eq!(exchange.body_sha256 == hash, !is_login);
        }
    }
}

#[tokio::test]
async fn no_secret_is_in_the_evidence() {
    let fixtures = Fixtures::start(0).await;
    for id in ONLINE {
        for mood in ["good", "401", "503"] {
            let outcome = asked(&fixtures, id, mood).await;
            let bodies = outcome.evidence().exchanges.iter();
            let bodies = bodies.map(|exchange| String::from_utf8_lossy(&exchange.body));
            let seen = format!("{outcome:?} {}", bodies.collect::<String>());
            for secret in [KEY, "a1b2c3d4e5f6g7h8i9j0", "Zml4dHVyZS1rZXk6"] {
                assert!(!seen.contains(secret), "{}: {secret}", id.name());
            }
        }
    }
}

#[tokio::test]
async fn each_register_is_asked_by_its_own_numbers_only() {
    let fixtures = Fixtures::start(0).await;
    for id in ONLINE {
        let register = played(&fixtures, id, "good");
        for other in ONLINE {
            let number = known(other);
            let takes = register.normalise(&number.kind, number.country, &number.number);
            let same_kind = number.kind == known(id).kind;
            let both = id == RegisterId::Regon && other == RegisterId::Krs;
            assert_eq!(
                takes.is_ok(),
                same_kind || both,
                "{} {}",
                id.name(),
                other.name()
            );
        }
        assert!(register.disclosure_url().starts_with("https://"));
    }
}
