//! Subscribers' keys on the wire: the block list, and the look at one key. Types that may hold a
//! private key cannot be printed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::Bilingual;

/// A key to look at.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKeyCheck {
    /// Public key, certificate, certification request or private key: PEM, or DER in base64; at
    /// most 64 KB. Of a private key only the public half is looked at; nothing is stored.
    pub key: String,
}

/// A compromised key.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBlockedKey {
    /// As in `NewKeyCheck`. Nothing of a private key is stored but the fingerprint of its public half.
    pub key: String,
    /// What shows that the reporter has the private key, unless `key` is the private key itself
    /// or the officer's word is enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<KeyProof>,
    /// 16 to 64 characters that were agreed with the reporter; goes with `proof`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
    /// For example the ticket; 1 to 200 characters, kept beside the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A proof of possession of the compromised key.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum KeyProof {
    /// `key` is a certification request whose subject is the common name `challenge`, alone.
    SignedRequest {},
    /// Signature over the lines `chancery-key-compromise/v1` and `challenge`, each ended by a line
    /// feed; base64, as it stands in certificates (ECDSA: DER).
    SignedChallenge { signature: String },
}

/// An entry of the block list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BlockedKey {
    /// SHA-256 over what all wrappings of the key share, in hex.
    pub fingerprint: String,
    /// `rsa`, `ec` or `ed25519`.
    pub algorithm: String,
    pub bits: u32,
    /// `private-key`, `signed-request`, `signed-challenge` or `officer`.
    pub evidence: String,
    pub blocked_by: String,
    pub blocked_at: String,
}

/// A blocked key with the certificates that carry it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BlockedKeyReport {
    #[serde(flatten)]
    pub entry: BlockedKey,
    /// Ids, newest first, at most 200; expired and revoked ones too.
    pub certificates: Vec<String>,
    /// Whether there are more than these.
    #[serde(default)]
    pub more: bool,
}

/// What is known of a key.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct KeyCheck {
    /// Whether a certificate could be issued for it, as far as the key itself goes.
    pub valid: bool,
    pub algorithm: String,
    pub bits: u32,
    pub fingerprint: String,
    /// Of the one wrapping in which the CA certifies keys.
    pub spki_sha256: String,
    pub findings: Vec<KeyFinding>,
    pub blocked: Option<BlockedKey>,
    /// As in `BlockedKeyReport`.
    pub certificates: Vec<String>,
    /// As in `BlockedKeyReport`.
    #[serde(default)]
    pub more: bool,
}

/// Something that speaks against a key.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct KeyFinding {
    /// The code a CSR with this key is refused with.
    pub code: String,
    /// Which of the rules behind that code, for example `close-primes`.
    pub rule: String,
    pub message: Bilingual,
}
