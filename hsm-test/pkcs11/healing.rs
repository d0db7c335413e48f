//! What breaks and heals without a restart: PINs, tokens that come and go, lost logins.

use std::{fs, path::Path, sync::Arc};

use secrecy::SecretString;

use super::{
    A, KeyKind, KeyName, MODULE, Module, PIN, Pkcs11Signer, Place, SignError, Signer, Softhsm,
    SystemClock, block_on, code, config, find_slot, is_ready, label, make_key, openssl_accepts,
    sign, start, until,
};

#[test]
fn a_refused_pin_is_not_sent_again() {
    Softhsm::isolated(|softhsm| {
        softhsm.make_token("t");
        let key = make_key("t", 1, KeyKind::P256, A::EcdsaP256Sha256);
        let mut wrong = config("t", vec![key.clone()]);
        wrong.pin = "9999-wrong".into();
        let signer = start(wrong).expect("a wrong PIN does not keep the daemon from starting");
        assert_eq!(code(&signer), "CKR_PIN_INCORRECT");
        // Now the very PIN would work: whoever sends it again is found out.
        softhsm.run(
            "pkcs11-tool",
            &[
                "--module",
                MODULE,
                "--token-label",
                "t",
                "--login",
                "--pin",
                PIN,
                "--change-pin",
                "--new-pin",
                "9999-wrong",
            ],
        );
        let mut changes = signer.changes();
        block_on(async {
            for _ in 0..4 {
                changes.changed().await.unwrap();
            }
        });
        assert_eq!(code(&signer), "CKR_PIN_INCORRECT");
        assert!(!signer.supply_pin(&label("t"), &"9999-wrong".into()));
        assert!(matches!(sign(&signer, &key), Err(SignError::NotSigned(_))));
        // A new value is tried, once.
        assert!(signer.supply_pin(&label("t"), &SecretString::from("8888-wrong")));
        assert!(signer.supply_pin(&label("t"), &"9999-wrong".into()));
        until(&signer, is_ready);
        sign(&signer, &key).unwrap();
    });
}

#[test]
fn a_token_that_went_heals_when_it_is_back() {
    Softhsm::isolated(|softhsm| {
        softhsm.make_token("t");
        let key = make_key("t", 1, KeyKind::P256, A::EcdsaP256Sha256);
        // One worker: the session that signed before is the one that finds the token gone.
        let mut single = config("t", vec![key.clone()]);
        single.threads = 1;
        let signer = start(single).unwrap();
        sign(&signer, &key).unwrap();
        let away = softhsm.dir().join("away");
        fs::rename(softhsm.tokens(), &away).unwrap();
        let SignError::NotSigned(fault) = sign(&signer, &key).unwrap_err() else {
            panic!("a definite error code is no doubt");
        };
        assert!(fault.code.contains("CKR_"), "{fault}");
        until(&signer, |signer| !is_ready(signer));
        fs::rename(&away, softhsm.tokens()).unwrap();
        until(&signer, is_ready);
        openssl_accepts(softhsm.dir(), &key, &sign(&signer, &key).unwrap());
    });
}

#[test]
fn whoever_finds_the_token_gone_says_that_nothing_is_signed() {
    Softhsm::isolated(|softhsm| {
        softhsm.make_token("t");
        let key = make_key("t", 1, KeyKind::P256, A::EcdsaP256Sha256);
        // Nobody waits for the workers' sessions: the first order may be the one that opens its
        // own, and SoftHSM2 then shows a token without keys instead of an error.
        let signer = start(config("t", vec![key.clone()])).unwrap();
        let away = softhsm.dir().join("away");
        fs::rename(softhsm.tokens(), &away).unwrap();
        while is_ready(&signer) {
            let refused = sign(&signer, &key).unwrap_err();
            assert!(matches!(refused, SignError::NotSigned(_)), "{refused:?}");
        }
        fs::rename(&away, softhsm.tokens()).unwrap();
        until(&signer, is_ready);
        openssl_accepts(softhsm.dir(), &key, &sign(&signer, &key).unwrap());
    });
}

#[test]
fn a_token_absent_at_start_is_taken_up_when_it_appears() {
    Softhsm::isolated(|softhsm| {
        softhsm.make_token("t");
        let key = make_key("t", 1, KeyKind::P256, A::EcdsaP256Sha256);
        let away = softhsm.dir().join("away");
        fs::rename(softhsm.tokens(), &away).unwrap();
        fs::create_dir(softhsm.tokens()).unwrap();
        // The module has been used by the key maker; a daemon starts with a fresh one.
        let signer = start(config("t", vec![key.clone()])).unwrap();
        until(&signer, |signer| {
            !is_ready(signer) && code(signer).contains("no slot holds it")
        });
        fs::remove_dir(softhsm.tokens()).unwrap();
        fs::rename(&away, softhsm.tokens()).unwrap();
        until(&signer, is_ready);
        sign(&signer, &key).unwrap();
    });
}

#[test]
fn a_lost_login_heals_with_the_next_order() {
    Softhsm::isolated(|softhsm| {
        softhsm.make_token("t");
        let key = make_key("t", 1, KeyKind::P256, A::EcdsaP256Sha256);
        let mut single = config("t", vec![key.clone()]);
        single.threads = 1;
        let signer = start(single).unwrap();
        sign(&signer, &key).unwrap();
        // C_Logout in any session of the process logs out all of them.
        let module = Module::load(Path::new(MODULE), None).unwrap();
        let slot = find_slot(module.api(), &Place::none(), &label("t")).unwrap();
        module
            .api()
            .open_ro_session(slot)
            .unwrap()
            .logout()
            .unwrap();
        assert!(matches!(sign(&signer, &key), Err(SignError::NotSigned(_))));
        sign(&signer, &key).expect("a new session and a login have healed it");
        assert!(is_ready(&signer));
    });
}

#[test]
fn a_distrusted_key_is_proven_again_before_it_signs() {
    Softhsm::isolated(|softhsm| {
        softhsm.make_token("t");
        let key = make_key("t", 1, KeyKind::P256, A::EcdsaP256Sha256);
        let signer = start(config("t", vec![key.clone()])).unwrap();
        sign(&signer, &key).unwrap();
        // With the token away nobody can prove the key, so it stays distrusted.
        let away = softhsm.dir().join("away");
        fs::rename(softhsm.tokens(), &away).unwrap();
        signer.distrust(&key.name);
        let refused = sign(&signer, &key).unwrap_err();
        assert!(matches!(refused, SignError::NotSigned(_)), "{refused:?}");
        assert!(!is_ready(&signer));
        fs::rename(&away, softhsm.tokens()).unwrap();
        until(&signer, is_ready);
        openssl_accepts(softhsm.dir(), &key, &sign(&signer, &key).unwrap());
    });
}

#[test]
fn an_absent_token_does_not_disturb_its_neighbour() {
    Softhsm::isolated(|softhsm| {
        softhsm.make_token("here");
        let key = make_key("here", 1, KeyKind::P256, A::EcdsaP256Sha256);
        let mut absent = key.clone();
        absent.name = KeyName::parse("absent").unwrap();
        let tokens = vec![
            config("here", vec![key.clone()]),
            config("absent", vec![absent]),
        ];
        let signer = Pkcs11Signer::start(tokens, Arc::new(SystemClock::start())).unwrap();
        // The search for the absent token initialises the module they share again and again.
        let changes = signer.changes();
        let begun = *changes.borrow();
        while *changes.borrow() < begun + 3 {
            sign(&signer, &key).expect("signatures go on meanwhile");
        }
    });
}
