//! The PKCS#11 adapter on real tokens: SoftHSM2, and NSS softokn as a second opinion.
//!
//! Part of the library's tests, not a target of its own: only the crate can make a `SignOrder`.

#[path = "pkcs11/binding.rs"]
mod binding;
#[path = "pkcs11/deadline.rs"]
mod deadline;
#[path = "pkcs11/healing.rs"]
mod healing;
#[path = "pkcs11/nss.rs"]
mod nss;
mod token;

use std::{fs, path::Path, sync::Arc, time::Duration};

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
