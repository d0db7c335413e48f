//! Tokens, keys and issuers.

use serde::Deserialize;
use toml::Spanned;

use super::{
    Count,
    value::{AbsolutePath, Algorithm, KeyId, Name, Purpose, SecretSource},
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hsm {
    #[serde(default)]
    pub tokens: Vec<Token>,
}

/// A token, by label or serial number; slot numbers change between starts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// The PKCS#11 module.
    pub module: Spanned<AbsolutePath>,
    pub label: Option<String>,
    pub serial: Option<String>,
    pub pin: Spanned<SecretSource>,
    #[serde(default = "threads")]
    pub threads: Count<1, 256>,
    #[serde(default = "queue")]
    pub queue: Count<1, 65536>,
    #[serde(default = "sign_deadline")]
    pub sign_deadline_seconds: Count<1, 30>,
    /// Parameter string of C_Initialize, for modules that want one.
    pub init_args: Option<String>,
    pub keys: Vec<Key>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    pub name: Name,
    pub id: KeyId,
    /// CKA_LABEL.
    pub label: Spanned<String>,
    pub algorithm: Spanned<Algorithm>,
    pub purposes: Vec<Purpose>,
    /// PEM certificate, or PEM public key, whose key this must be.
    pub public_key: Spanned<AbsolutePath>,
}

/// An issuing CA.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    pub name: Spanned<Name>,
    /// PEM certificate of the issuing CA.
    pub certificate: Spanned<AbsolutePath>,
    /// PEM certificates above it, nearest first, without the root.
    #[serde(default)]
    pub chain: Vec<Spanned<AbsolutePath>>,
    /// Name of the key under `[[hsm.tokens.keys]]`.
    pub key: Spanned<Name>,
    /// Names of the profiles it issues under.
    pub profiles: Vec<Spanned<String>>,
    /// What stands before `/crl/…` and `/ca/…` in certificates; plain http.
    pub base_url: Spanned<String>,
    #[serde(default = "partitions")]
    pub crl_partitions: Count<1, 1000>,
    #[serde(default = "crl_validity")]
    pub crl_validity_hours: Count<1, 240>,
    #[serde(default = "crl_renewal")]
    pub crl_renewal_hours: Count<1, 168>,
    /// Signatures of this issuer on their way at a time.
    #[serde(default = "slots")]
    pub signing_slots: Count<1, 4096>,
}

fn threads() -> Count<1, 256> {
    Count::of(2)
}

fn queue() -> Count<1, 65536> {
    Count::of(256)
}

fn sign_deadline() -> Count<1, 30> {
    Count::of(10)
}

fn partitions() -> Count<1, 1000> {
    Count::of(1)
}

fn crl_validity() -> Count<1, 240> {
    Count::of(168)
}

fn crl_renewal() -> Count<1, 168> {
    Count::of(24)
}

fn slots() -> Count<1, 4096> {
    Count::of(64)
}
