//! The plan of a ceremony: the only input beside people's keys and the files it names.
//!
//! Strict TOML: unknown members, missing members and sections of another kind of ceremony are
//! refused. What the members mean stands in the commented examples, `config/ceremonies/*.toml`.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use super::{checksum, fault::Fault, input, note::Vkey};
use crate::domain::timestamp::Timestamp;

/// What a ceremony does.
///
/// Later kinds have their place here: `share-pin`, `reshare`, `backup`, `restore`, `rollover`,
/// `cross-certify`, `destroy`; with them come the quorum seal over the transcript and the unlock
/// of a daemon by shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    RootKey,
    IssuingCsr,
    SignIssuing,
    RootCrl,
    LogKey,
    NotificationCsr,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plan {
    pub(crate) version: u32,
    pub(crate) kind: Kind,
    pub(crate) id: String,
    pub(crate) window: [Instant; 2],
    pub(crate) cps: String,
    /// How many participants must approve; at least 2.
    pub(crate) confirmations: usize,
    /// Base name of the artifacts.
    pub(crate) output: String,
    pub(crate) tool: Tool,
    pub(crate) token: Token,
    pub(crate) key: Key,
    pub(crate) certificate: Option<Certificate>,
    pub(crate) crl: Option<Crl>,
    pub(crate) log: Option<Log>,
    #[serde(default)]
    pub(crate) inputs: Inputs,
    pub(crate) participant: Vec<Participant>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tool {
    pub(crate) version: String,
    pub(crate) sha256: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Token {
    pub(crate) module: PathBuf,
    pub(crate) module_sha256: String,
    pub(crate) label: String,
    pub(crate) serial: Option<String>,
    /// File with the user PIN in its first line; without it the PIN is read from stdin.
    pub(crate) pin_file: Option<PathBuf>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Key {
    pub(crate) label: String,
    /// CKA_ID in hex.
    pub(crate) id: String,
    pub(crate) algorithm: KeyAlgorithm,
    /// Signature algorithm; the natural one of the key when absent.
    pub(crate) signature: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum KeyAlgorithm {
    EcP256,
    EcP384,
    EcP521,
    #[serde(rename = "rsa-4096")]
    Rsa4096,
    Ed25519,
}

/// Names, validity and extensions. Which members are demanded depends on the kind.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Certificate {
    pub(crate) subject: Subject,
    pub(crate) not_before: Option<Instant>,
    pub(crate) not_after: Option<Instant>,
    /// From the moment of signing, in days of 86 400 s; instead of the two instants.
    pub(crate) validity_days: Option<u32>,
    pub(crate) path_length: Option<u8>,
    pub(crate) extended_key_usage: Option<Vec<String>>,
    pub(crate) policies: Option<Vec<String>>,
    pub(crate) crl_url: Option<String>,
    pub(crate) issuer_url: Option<String>,
    /// The address in From that a notification certificate names.
    pub(crate) mailbox: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Subject {
    pub(crate) country: String,
    pub(crate) organization: String,
    pub(crate) common_name: String,
    pub(crate) organization_identifier: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Crl {
    pub(crate) number: u64,
    pub(crate) next_update_days: u32,
    #[serde(default)]
    pub(crate) revoked: Vec<Revoked>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Revoked {
    pub(crate) serial: String,
    pub(crate) date: Instant,
    pub(crate) reason: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    /// Origin of the log and name of its key: a URL without scheme.
    pub(crate) origin: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Inputs {
    pub(crate) csr: Option<Input>,
    pub(crate) ca_certificate: Option<Input>,
    pub(crate) previous_crl: Option<Input>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    pub(crate) path: PathBuf,
    pub(crate) sha256: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Participant {
    pub(crate) name: String,
    pub(crate) role: Role,
    /// The verifier key of who confirms; witnesses may have none.
    pub(crate) vkey: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Role {
    Administrator,
    SecurityOfficer,
    Witness,
    Auditor,
}

/// An RFC 3339 time in the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Instant(pub(crate) Timestamp);

impl TryFrom<String> for Instant {
    type Error = crate::domain::timestamp::InvalidTimestamp;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::RootKey => "root-key",
            Self::IssuingCsr => "issuing-csr",
            Self::SignIssuing => "sign-issuing",
            Self::RootCrl => "root-crl",
            Self::LogKey => "log-key",
            Self::NotificationCsr => "notification-csr",
        }
    }

    /// Whether the ceremony makes a key, or uses one made before.
    pub(crate) const fn makes_a_key(self) -> bool {
        matches!(
            self,
            Self::RootKey | Self::IssuingCsr | Self::LogKey | Self::NotificationCsr
        )
    }
}

impl Role {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::SecurityOfficer => "security-officer",
            Self::Witness => "witness",
            Self::Auditor => "auditor",
        }
    }
}

impl KeyAlgorithm {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::EcP256 => "ec-p256",
            Self::EcP384 => "ec-p384",
            Self::EcP521 => "ec-p521",
            Self::Rsa4096 => "rsa-4096",
            Self::Ed25519 => "ed25519",
        }
    }
}

/// A plan with the bytes it came from.
#[derive(Debug)]
pub(crate) struct PlanFile {
    pub(crate) plan: Plan,
    pub(crate) bytes: Vec<u8>,
    pub(crate) sha256: [u8; 32],
    /// Paths in the plan are relative to its directory.
    dir: PathBuf,
}

impl PlanFile {
    /// Reads and checks a plan.
    pub(crate) fn read(path: &Path) -> Result<Self, Fault> {
        let dir = path.parent().unwrap_or(Path::new("")).to_owned();
        Self::parse(input::bytes(path)?, dir)
    }

    pub(crate) fn parse(bytes: Vec<u8>, dir: PathBuf) -> Result<Self, Fault> {
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| Fault::refused("plan-invalid", "the plan is not UTF-8"))?;
        let plan: Plan = toml::from_str(text)
            .map_err(|error| Fault::refused("plan-invalid", error.to_string().trim_end()))?;
        super::plan_check::check(&plan)?;
        Ok(Self {
            plan,
            sha256: checksum::sha256(&bytes),
            bytes,
            dir,
        })
    }

    pub(crate) fn path(&self, named: &Path) -> PathBuf {
        self.dir.join(named)
    }
}

impl Participant {
    pub(crate) fn key(&self) -> Option<Vkey> {
        self.vkey.as_deref().and_then(|text| Vkey::parse(text).ok())
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
