//! What the signer is told about tokens and keys, and the contradictions it refuses.

use std::{collections::BTreeSet, fmt, path::PathBuf, time::Duration};

use secrecy::SecretString;

use super::self_test;
use crate::{
    domain::signing::{KeyName, SignPurpose},
    pkix::algorithm::SignatureAlgorithm,
};

/// How a token is recognised. Slot numbers are not among it: they change between starts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TokenSelector {
    /// `CK_TOKEN_INFO.label`, without its padding.
    Label(String),
    /// `CK_TOKEN_INFO.serialNumber`, without its padding.
    Serial(String),
}

impl fmt::Display for TokenSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label(label) => write!(f, "label {label}"),
            Self::Serial(serial) => write!(f, "serial {serial}"),
        }
    }
}

/// One token and the keys used on it.
#[derive(Clone, Debug)]
pub struct TokenConfig {
    /// Path of the PKCS#11 module. It is loaded once a process.
    pub module: PathBuf,
    pub token: TokenSelector,
    /// The user PIN.
    pub pin: SecretString,
    /// Worker threads, each with a session of its own; at least 1. More than the token has
    /// engines (or the host cores, for a soft token) gains nothing.
    pub threads: usize,
    /// Orders that may wait, for each purpose; at least 1.
    pub queue: usize,
    /// From the order's arrival to its answer.
    pub sign_deadline: Duration,
    /// Passed to C_Initialize as `pReserved`, for modules that want a parameter string (NSS).
    pub init_args: Option<String>,
    pub keys: Vec<KeyConfig>,
}

/// One key pair on the token.
#[derive(Clone, Debug)]
pub struct KeyConfig {
    pub name: KeyName,
    /// CKA_ID.
    pub id: Vec<u8>,
    /// CKA_LABEL.
    pub label: String,
    /// The one algorithm the key signs with.
    pub algorithm: SignatureAlgorithm,
    /// The purposes it may be used for.
    pub purposes: Vec<SignPurpose>,
    /// DER of the SubjectPublicKeyInfo of the certificate the key belongs to.
    pub spki_der: Vec<u8>,
}

/// A configuration that cannot be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("token {0}: threads, queue and sign_deadline must be above zero")]
    Zero(TokenSelector),
    #[error("token {0} of one module is configured twice")]
    TokenTwice(TokenSelector),
    #[error("key {0} is configured twice")]
    KeyTwice(KeyName),
    #[error("key {0} has no CKA_ID or no label")]
    KeyUnnamed(KeyName),
    #[error("key {0}: its public key is not one of algorithm {1}")]
    KeyType(KeyName, SignatureAlgorithm),
}

/// Refuses contradictions before any module is loaded.
pub(super) fn check(tokens: &[TokenConfig]) -> Result<(), ConfigError> {
    let (mut seen, mut names) = (BTreeSet::new(), BTreeSet::new());
    for token in tokens {
        if token.threads == 0 || token.queue == 0 || token.sign_deadline.is_zero() {
            return Err(ConfigError::Zero(token.token.clone()));
        }
        if !seen.insert((&token.module, &token.token)) {
            return Err(ConfigError::TokenTwice(token.token.clone()));
        }
        for key in &token.keys {
            if !names.insert(&key.name) {
                return Err(ConfigError::KeyTwice(key.name.clone()));
            }
            if key.id.is_empty() || key.label.is_empty() {
                return Err(ConfigError::KeyUnnamed(key.name.clone()));
            }
            if !self_test::key_fits(key.algorithm, &key.spki_der) {
                return Err(ConfigError::KeyType(key.name.clone(), key.algorithm));
            }
        }
    }
    Ok(())
}
