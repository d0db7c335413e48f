//! The PKCS#11 adapter on real tokens: SoftHSM2, and NSS softokn as a second opinion.
//!
//! Part of the library's tests, not a target of its own: only the crate can make a `SignOrder`.

mod token;

use std::{fs, path::Path, sync::Arc, time::Duration};

use cryptoki::{mechanism::Mechanism, object::Attribute, session::Session};
use der::Encode;
use secrecy::SecretString;

use self::token::{MODULE, PIN, REMOTE_MODULE, Softhsm};
use super::{
    Pkcs11Signer, StartError,
    config::{KeyConfig, TokenConfig, TokenSelector},
    connection::{find_slot, log_in},
    fault::Place,
    key_maker::{KeyError, KeyKind, KeyMaker, KeySpec},
    module::Module,
    pin::Pin,
    public_key, self_test,
};
use crate::{
    adapters::system::SystemClock,
    domain::signing::{KeyName, SignError, SignOrder, SignPurpose, Signature},
    pkix::algorithm::SignatureAlgorithm as A,
    ports::signer::Signer,
};

const MESSAGE: &[u8] = b"0\x03 what a CA would sign";

fn label(text: &str) -> TokenSelector {
    TokenSelector::Label(text.to_owned())
}

/// Makes a key pair and the configuration that names it.
fn make_key(token: &str, id: u8, kind: KeyKind, algorithm: A) -> KeyConfig {
    let maker = KeyMaker::open(Path::new(MODULE), &label(token), &PIN.into()).unwrap();
    let spec = KeySpec {
        label: format!("key-{id}"),
        id: vec![id],
        kind,
    };
    let made = maker.generate(&spec).unwrap();
    maker.close();
    key_config(&format!("key-{id}"), id, algorithm, made.spki_der)
}

fn key_config(name: &str, id: u8, algorithm: A, spki_der: Vec<u8>) -> KeyConfig {
    KeyConfig {
        name: KeyName::parse(name).unwrap(),
        id: vec![id],
        label: format!("key-{id}"),
        algorithm,
        purposes: vec![SignPurpose::Certificate, SignPurpose::CertificateList],
        spki_der,
    }
}

fn config(token: &str, keys: Vec<KeyConfig>) -> TokenConfig {
    TokenConfig {
        module: MODULE.into(),
        token: label(token),
        pin: PIN.into(),
        threads: 2,
        queue: 64,
        sign_deadline: Duration::from_secs(20),
        init_args: None,
        keys,
    }
}

fn start(config: TokenConfig) -> Result<Pkcs11Signer, StartError> {
    Pkcs11Signer::start(vec![config], Arc::new(SystemClock::start()))
}

fn order(key: &KeyConfig, purpose: SignPurpose) -> SignOrder {
    let message = MESSAGE.to_vec();
    SignOrder::new(
        key.name.clone(),
        purpose,
        key.algorithm,
        message,
        "test".into(),
    )
}

fn block_on<T>(run: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
        .block_on(run)
}

fn sign(signer: &Pkcs11Signer, key: &KeyConfig) -> Result<Signature, SignError> {
    block_on(signer.sign(order(key, SignPurpose::Certificate)))
}

fn is_ready(signer: &Pkcs11Signer) -> bool {
    signer.keys().iter().all(|key| key.state.is_ok())
}

fn code(signer: &Pkcs11Signer) -> String {
    signer.keys()[0].state.clone().unwrap_err().code
}

/// Waits until `wanted` holds, looking whenever the signer says that something has changed.
fn until(signer: &Pkcs11Signer, wanted: impl Fn(&Pkcs11Signer) -> bool) {
    let mut changes = signer.changes();
    block_on(async {
        let wait = async {
            while !wanted(signer) {
                changes.changed().await.unwrap();
            }
        };
        let patience = Duration::from_secs(60);
        tokio::time::timeout(patience, wait)
            .await
            .expect("the awaited state");
    });
}

/// A judge that shares no code with the product.
fn openssl_accepts(dir: &Path, key: &KeyConfig, signature: &Signature) {
    let path = |name: &str| dir.join(name).to_str().unwrap().to_owned();
    fs::write(path("spki"), &key.spki_der).unwrap();
    fs::write(path("message"), MESSAGE).unwrap();
    fs::write(path("signature"), &signature.0).unwrap();
    let (digest, pss) = match key.algorithm {
        A::RsaPkcs1Sha256 | A::EcdsaP256Sha256 => (Some("sha256"), false),
        A::RsaPkcs1Sha384 | A::EcdsaP384Sha384 => (Some("sha384"), false),
        A::RsaPkcs1Sha512 | A::EcdsaP521Sha512 => (Some("sha512"), false),
        A::RsaPssSha256 => (Some("sha256"), true),
        A::RsaPssSha384 => (Some("sha384"), true),
        A::RsaPssSha512 => (Some("sha512"), true),
        A::Ed25519 => (None, false),
    };
    let mut openssl = std::process::Command::new("openssl");
    openssl.args(["pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin"]);
    openssl.args(["-inkey", &path("spki"), "-in", &path("message")]);
    openssl.args(["-sigfile", &path("signature")]);
    if let Some(digest) = digest {
        openssl.args(["-digest", digest]);
    }
    if pss {
        openssl.args([
            "-pkeyopt",
            "rsa_padding_mode:pss",
            "-pkeyopt",
            "rsa_pss_saltlen:digest",
        ]);
    }
    let output = openssl.output().unwrap();
    assert!(output.status.success(), "{}: {output:?}", key.algorithm);
}

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
fn a_token_that_went_heals_when_it_is_back() {
    Softhsm::isolated(|softhsm| {
        softhsm.make_token("t");
        let key = make_key("t", 1, KeyKind::P256, A::EcdsaP256Sha256);
        let signer = start(config("t", vec![key.clone()])).unwrap();
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
        sign_deadline: Duration::from_millis(500),
        ..config(token, keys)
    }
}

#[test]
fn an_hsm_that_hangs_is_red_until_it_answers() {
    Softhsm::isolated(|softhsm| {
        softhsm.make_token("t");
        let key = make_key("t", 1, KeyKind::P256, A::EcdsaP256Sha256);
        let server = softhsm.serve("t");
        let signer = start(remote("t", vec![key.clone()])).unwrap();
        sign(&signer, &key).unwrap();
        server.signal("STOP");
        let unknown = sign(&signer, &key).unwrap_err();
        assert!(matches!(unknown, SignError::Unknown(_)), "{unknown:?}");
        assert!(code(&signer).starts_with("no answer within"));
        // The other worker hangs too; then nobody is left to ask.
        assert!(sign(&signer, &key).is_err());
        let refused = sign(&signer, &key).unwrap_err();
        assert!(matches!(refused, SignError::NotSigned(_)), "{refused:?}");
        server.signal("CONT");
        until(&signer, is_ready);
        sign(&signer, &key).unwrap();
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

#[test]
fn nss_softokn_signs_too() {
    const NSS: &str = "/usr/lib/x86_64-linux-gnu/libsoftokn3.so";
    const DATABASE: &str = "NSS Certificate DB";
    Softhsm::isolated(|softhsm| {
        let db = format!("sql:{}", softhsm.dir().display());
        fs::write(softhsm.dir().join("pw"), format!("{PIN}\n")).unwrap();
        softhsm.run("certutil", &["-N", "-d", &db, "-f", "pw"]);
        let parameters =
            format!("configdir='{db}' certPrefix='' keyPrefix='' secmod='secmod.db' flags= ");
        let nist = [
            (1, "1.2.840.10045.3.1.7", A::EcdsaP256Sha256),
            (2, "1.3.132.0.34", A::EcdsaP384Sha384),
        ];
        let mut keys = Vec::new();
        // Not through the key maker: NSS says CKA_LOCAL = false of keys it made.
        let module = Module::load(Path::new(NSS), Some(&parameters)).unwrap();
        module.initialise().unwrap();
        let place = Place::none();
        let slot = find_slot(module.api(), &place, &label(DATABASE)).unwrap();
        let session = module.api().open_rw_session(slot).unwrap();
        log_in(&session, slot, &place, &Pin::new(PIN.into())).unwrap();
        for (id, oid, algorithm) in nist {
            let curve = der::asn1::ObjectIdentifier::new_unwrap(oid)
                .to_der()
                .unwrap();
            let shape = [Attribute::EcParams(curve)];
            keys.push(nss_key(
                &session,
                id,
                &Mechanism::EccKeyPairGen,
                &shape,
                algorithm,
            ));
        }
        let bits = [
            Attribute::ModulusBits(2048.into()),
            Attribute::PublicExponent(vec![1, 0, 1]),
        ];
        for algorithm in [A::RsaPkcs1Sha256, A::RsaPssSha384] {
            let id = u8::try_from(keys.len() + 1).unwrap();
            keys.push(nss_key(
                &session,
                id,
                &Mechanism::RsaPkcsKeyPairGen,
                &bits,
                algorithm,
            ));
        }
        drop(session);
        let mut nss = config(DATABASE, keys.clone());
        nss.module = NSS.into();
        nss.init_args = Some(parameters);
        let signer = start(nss).unwrap();
        assert!(is_ready(&signer), "{:?}", signer.keys());
        for key in &keys {
            openssl_accepts(softhsm.dir(), key, &sign(&signer, key).unwrap());
        }
        signer.shutdown();
    });
}

fn nss_key(
    session: &Session,
    id: u8,
    mechanism: &Mechanism<'_>,
    shape: &[Attribute],
    algorithm: A,
) -> KeyConfig {
    let name = format!("key-{id}");
    let named = [
        Attribute::Token(true),
        Attribute::Id(vec![id]),
        Attribute::Label(name.clone().into_bytes()),
    ];
    let public = [&named[..], &[Attribute::Private(false)], shape].concat();
    let private = [
        &named[..],
        &[
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Sign(true),
        ],
    ];
    let (public, _) = session
        .generate_key_pair(mechanism, &public, &private.concat())
        .unwrap();
    let spki = public_key::read(session, public).unwrap();
    key_config(&name, id, algorithm, spki)
}
