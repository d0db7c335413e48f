//! Lists of keys that enter no subscriber's certificate: published ones, and the CA's own.

use rustls::pki_types::{CertificateDer, pem::PemObject};
use toml::Spanned;

use super::material;
use crate::{
    config::{
        Config,
        source::{self, ConfigError},
        value::AbsolutePath,
    },
    pkix::{certificate::CertificateView, pem, spki::PublicKey},
    services::{authority::Authority, subject_keys::KeyLists},
};

/// Largest published list: badkeys' has 60 MB.
const LARGEST_LIST: u64 = 256 * 1024 * 1024;

/// Reads every list that the configuration names, and the keys of the CA's own certificates.
///
/// # Errors
/// The first fault, at the line that names the file.
pub fn load<'a>(
    config: &Config,
    issuers: impl Iterator<Item = &'a Authority>,
) -> Result<KeyLists, ConfigError> {
    let wanted = &config.settings.keys;
    let mut lists = KeyLists::default();
    for path in &wanted.published {
        let list = source::bytes(path.get_ref().as_path(), LARGEST_LIST)
            .map_err(|fault| config.fault(path, fault))?;
        let read = lists.published.read(&list);
        read.map_err(|fault| config.fault(path, fault))?;
    }
    let mut own = Vec::new();
    for path in &wanted.own {
        own.extend(keys_of(config, path)?);
    }
    for key in config.settings.hsm.tokens.iter().flat_map(|t| &t.keys) {
        let spki = material::spki(config, key)?;
        let read = PublicKey::from_spki(&spki);
        own.push(read.map_err(|fault| config.fault(&key.public_key, fault))?);
    }
    own.extend(issuers.flat_map(|issuer| issuer.chain.iter().filter_map(|der| key_of(der))));
    // A TLS key of a kind that no subscriber's certificate can have needs no place in the list.
    let tls = material::bytes(config, &config.settings.tls.certificate)?;
    let tls = certificates(&tls).ok_or_else(|| {
        config.fault(
            &config.settings.tls.certificate,
            "holds a broken certificate",
        )
    })?;
    own.extend(tls.iter().filter_map(|der| key_of(der)));
    lists.own = own.iter().map(PublicKey::fingerprint).collect();
    Ok(lists)
}

/// The key of a PEM public key, or of every certificate in a PEM file.
fn keys_of(config: &Config, path: &Spanned<AbsolutePath>) -> Result<Vec<PublicKey>, ConfigError> {
    let bytes = material::bytes(config, path)?;
    let text = std::str::from_utf8(&bytes).unwrap_or_default();
    let found: Option<Vec<_>> = match pem::decode(pem::PUBLIC_KEY, text) {
        Ok(der) => PublicKey::from_spki(&der).ok().map(|key| vec![key]),
        Err(_) => certificates(&bytes).and_then(|all| all.iter().map(|der| key_of(der)).collect()),
    };
    found.filter(|keys| !keys.is_empty()).ok_or_else(|| {
        let reason = "holds neither a PEM public key nor PEM certificates, of RSA, P-256, P-384, \
                      P-521 or Ed25519";
        config.fault(path, reason)
    })
}

/// The certificates of a PEM file, unless one of them is broken.
fn certificates(pem: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .ok()
}

fn key_of(certificate: &[u8]) -> Option<PublicKey> {
    let view = CertificateView::parse(certificate).ok()?;
    PublicKey::from_spki(view.spki).ok()
}
