//! Calls that wait, hang or come too late: which of "not signed" and "unknown" is told.

use std::time::Duration;

use super::{
    A, KeyConfig, KeyKind, REMOTE_MODULE, SignError, SignPurpose, Signer, Softhsm, TokenConfig,
    block_on, code, config, is_ready, make_key, openssl_accepts, order, sign, start, until,
};

#[test]
fn a_full_queue_refuses_without_signing() {
    Softhsm::isolated(|softhsm| {
        softhsm.make_token("t");
        let key = make_key("t", 1, KeyKind::Rsa(4096), A::RsaPkcs1Sha256);
        let mut narrow = config("t", vec![key.clone()]);
        (narrow.threads, narrow.queue) = (1, 1);
        let signer = start(narrow).unwrap();
        let orders = (0..40).map(|_| signer.sign(order(&key, SignPurpose::Certificate)));
        let answers = block_on(futures_util::future::join_all(orders));
        let (signed, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert!(!signed.is_empty() && !refused.is_empty());
        for error in refused.into_iter().map(Result::unwrap_err) {
            let SignError::NotSigned(fault) = error else {
                panic!("{error:?}");
            };
            assert_eq!(fault.code, "the queue is full");
        }
    });
}

#[test]
fn a_call_that_outlives_the_deadline_is_unknown_and_red_until_it_returns() {
    Softhsm::isolated(|softhsm| {
        softhsm.make_token("t");
        let key = make_key("t", 1, KeyKind::Rsa(4096), A::RsaPkcs1Sha256);
        let mut hasty = config("t", vec![key.clone()]);
        hasty.sign_deadline = Duration::from_millis(1);
        let signer = start(hasty).unwrap();
        // The deadline may come before a worker has the order; in the end it comes after.
        let unknown = (0..500).any(|_| match sign(&signer, &key) {
            Err(SignError::Unknown(fault)) => {
                assert_eq!(fault.operation, "C_Sign");
                true
            }
            Ok(_) | Err(SignError::NotSigned(_)) => false,
        });
        assert!(unknown);
        until(&signer, is_ready);
    });
}

fn remote(token: &str, keys: Vec<KeyConfig>) -> TokenConfig {
    TokenConfig {
        module: REMOTE_MODULE.into(),
        ..config(token, keys)
    }
}

#[test]
fn an_hsm_that_hangs_is_red_until_it_answers() {
    Softhsm::isolated(|softhsm| {
        softhsm.make_token("t");
        let key = make_key("t", 1, KeyKind::P256, A::EcdsaP256Sha256);
        let server = softhsm.serve("t");
        // One worker: it has its session, so it hangs in C_Sign and nowhere else. The deadline is
        // no measurement, only far beyond what a healthy signature needs on a busy machine.
        let single = TokenConfig {
            threads: 1,
            sign_deadline: Duration::from_secs(4),
            ..remote("t", vec![key.clone()])
        };
        let signer = start(single).unwrap();
        sign(&signer, &key).unwrap();
        server.signal("STOP");
        let unknown = sign(&signer, &key).unwrap_err();
        assert!(matches!(unknown, SignError::Unknown(_)), "{unknown:?}");
        assert!(code(&signer).starts_with("no answer within"));
        // Nobody is left to ask.
        let refused = sign(&signer, &key).unwrap_err();
        assert!(matches!(refused, SignError::NotSigned(_)), "{refused:?}");
        server.signal("CONT");
        until(&signer, is_ready);
        sign(&signer, &key).unwrap();
    });
}

#[test]
fn orders_to_an_hsm_that_hangs_end_without_a_signature() {
    Softhsm::isolated(|softhsm| {
        softhsm.make_token("t");
        let key = make_key("t", 1, KeyKind::P256, A::EcdsaP256Sha256);
        let server = softhsm.serve("t");
        let hasty = TokenConfig {
            sign_deadline: Duration::from_millis(500),
            ..remote("t", vec![key.clone()])
        };
        let signer = start(hasty).unwrap();
        server.signal("STOP");
        // Which call a worker hangs in depends on how far it was with its session.
        for _ in 0..3 {
            assert!(sign(&signer, &key).is_err());
        }
        server.signal("CONT");
        // The deadline is short: on a busy machine not every order meets it.
        let mut tries = (0..50).map(|_| until(&signer, is_ready));
        assert!(tries.any(|()| sign(&signer, &key).is_ok()));
    });
}

#[test]
fn an_hsm_that_restarts_is_taken_up_again() {
    Softhsm::isolated(|softhsm| {
        softhsm.make_token("t");
        let key = make_key("t", 1, KeyKind::P256, A::EcdsaP256Sha256);
        let server = softhsm.serve("t");
        let signer = start(remote("t", vec![key.clone()])).unwrap();
        sign(&signer, &key).unwrap();
        drop(server);
        let refused = sign(&signer, &key).unwrap_err();
        assert!(matches!(refused, SignError::NotSigned(_)), "{refused:?}");
        until(&signer, |signer| !is_ready(signer));
        let _server = softhsm.serve("t");
        until(&signer, is_ready);
        openssl_accepts(softhsm.dir(), &key, &sign(&signer, &key).unwrap());
    });
}
