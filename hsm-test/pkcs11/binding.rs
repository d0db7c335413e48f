//! Which key signs what: every algorithm, and all the ways in which a token's keys are not the
//! configured ones.

use std::path::Path;

use super::{
    A, KeyError, KeyKind, KeyMaker, KeyName, KeySpec, MESSAGE, MODULE, PIN, SignError, SignPurpose,
    Signer, Softhsm, StartError, block_on, config, is_ready, key_config, label, make_key,
    openssl_accepts, order, self_test, sign, start,
};

#[test]
fn every_algorithm_signs_what_openssl_accepts() {
    Softhsm::isolated(|softhsm| {
        softhsm.make_token("t");
        let rsa = make_key("t", 1, KeyKind::Rsa(2048), A::RsaPkcs1Sha256).spki_der;
        let mut keys = vec![
            make_key("t", 2, KeyKind::P256, A::EcdsaP256Sha256),
            make_key("t", 3, KeyKind::P384, A::EcdsaP384Sha384),
            make_key("t", 4, KeyKind::P521, A::EcdsaP521Sha512),
            make_key("t", 5, KeyKind::Ed25519, A::Ed25519),
        ];
        for algorithm in A::ALL {
            if algorithm.name().starts_with("rsa") {
                keys.push(key_config(algorithm.name(), 1, algorithm, rsa.clone()));
            }
        }
        assert_eq!(keys.len(), A::ALL.len());
        let signer = start(config("t", keys.clone())).unwrap();
        assert!(is_ready(&signer), "{:?}", signer.keys());
        for key in &keys {
            let signature = sign(&signer, key).unwrap();
            openssl_accepts(softhsm.dir(), key, &signature);
            assert!(self_test::verifies(
                key.algorithm,
                &key.spki_der,
                MESSAGE,
                &signature.0
            ));
        }
        signer.shutdown();
        assert!(matches!(
            sign(&signer, &keys[0]),
            Err(SignError::NotSigned(_))
        ));
    });
}

#[test]
fn orders_beside_a_keys_binding_are_refused() {
    Softhsm::isolated(|softhsm| {
        softhsm.make_token("t");
        let key = make_key("t", 1, KeyKind::P256, A::EcdsaP256Sha256);
        let signer = start(config("t", vec![key.clone()])).unwrap();
        let mut other = key.clone();
        other.algorithm = A::EcdsaP384Sha384;
        let mut unknown = key.clone();
        unknown.name = KeyName::parse("nobody").unwrap();
        for (key, purpose, reason) in [
            (&key, SignPurpose::TreeHead, "purpose"),
            (&other, SignPurpose::Certificate, "algorithm"),
            (&unknown, SignPurpose::Certificate, "no key"),
        ] {
            let refused = block_on(signer.sign(order(key, purpose))).unwrap_err();
            let SignError::NotSigned(fault) = refused else {
                panic!("{refused:?}");
            };
            assert!(fault.code.contains(reason), "{fault}");
        }
        assert!(is_ready(&signer));
    });
}

#[test]
fn a_wrong_key_stops_the_start() {
    Softhsm::isolated(|softhsm| {
        softhsm.make_token("t");
        let first = make_key("t", 1, KeyKind::P256, A::EcdsaP256Sha256);
        let second = make_key("t", 2, KeyKind::P256, A::EcdsaP256Sha256);
        let mut swapped = first.clone();
        swapped.spki_der.clone_from(&second.spki_der);
        let mut relabelled = first.clone();
        relabelled.label = "other".into();
        let mut absent = first.clone();
        absent.id = vec![9];
        for bad in [swapped, relabelled, absent] {
            let refused = start(config("t", vec![bad])).err().expect("refused");
            assert!(matches!(refused, StartError::WrongKey(_)), "{refused:?}");
        }
        // Without its public half only the self-test signature can tell.
        let delete = |id: &str, kind: &str| {
            let login = [
                "--module",
                MODULE,
                "--token-label",
                "t",
                "--login",
                "--pin",
                PIN,
            ];
            let act = ["--delete-object", "--type", kind, "--id", id];
            softhsm.run("pkcs11-tool", &[&login[..], &act[..]].concat());
        };
        delete("01", "pubkey");
        assert!(is_ready(&start(config("t", vec![first.clone()])).unwrap()));
        let mut swapped = first;
        swapped.spki_der.clone_from(&second.spki_der);
        let refused = start(config("t", vec![swapped])).err().expect("refused");
        assert!(
            refused.to_string().contains("not the configured"),
            "{refused}"
        );
    });
}

#[test]
fn two_keys_with_one_id_are_refused() {
    Softhsm::isolated(|softhsm| {
        softhsm.make_token("t");
        let key = make_key("t", 1, KeyKind::P256, A::EcdsaP256Sha256);
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
                "--keypairgen",
                "--key-type",
                "EC:secp256r1",
                "--id",
                "01",
                "--label",
                "twin",
            ],
        );
        let refused = start(config("t", vec![key])).err().expect("refused");
        let StartError::WrongKey(fault) = refused else {
            panic!("{refused:?}");
        };
        assert!(fault.code.starts_with("2 private keys"), "{fault}");
    });
}

#[test]
fn the_key_maker_takes_no_name_twice_and_reads_back_what_it_made() {
    Softhsm::isolated(|softhsm| {
        softhsm.make_token("t");
        let maker = KeyMaker::open(Path::new(MODULE), &label("t"), &PIN.into()).unwrap();
        let spec = |label: &str, id| KeySpec {
            label: label.to_owned(),
            id: vec![id],
            kind: KeyKind::P384,
        };
        let made = maker.generate(&spec("root", 1)).unwrap();
        assert!(made.attributes.contains(&("CKA_NEVER_EXTRACTABLE", true)));
        assert!(made.attributes.contains(&("CKA_EXTRACTABLE", false)));
        for taken in [spec("root", 2), spec("other", 1)] {
            let refused = maker.generate(&taken).unwrap_err();
            assert!(matches!(refused, KeyError::InUse { .. }), "{refused}");
        }
        assert_eq!(maker.public_key("root", &[1]).unwrap(), Some(made.spki_der));
        let seen = crate::ports::entropy::random::<32>(&maker).unwrap();
        assert_ne!(seen, crate::ports::entropy::random::<32>(&maker).unwrap());
    });
}
