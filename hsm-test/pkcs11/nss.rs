//! NSS softokn as a second opinion: nothing may lean on SoftHSM2's ways.

use std::{fs, path::Path};

use cryptoki::{mechanism::Mechanism, object::Attribute, session::Session};
use der::Encode;

use super::{
    A, KeyConfig, Module, PIN, Pin, Place, Signer, Softhsm, config, find_slot, is_ready,
    key_config, label, log_in, openssl_accepts, public_key, sign, start,
};

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
