//! Certificate profiles: what leaves of one product look like.
//!
//! A profile file can only narrow what the rules allow (`profile/matrix.rs` is the one table);
//! a file that asks for more is refused with the clause it breaks. Reading the file is the
//! caller's business; whether anybody can prove what a profile requires is that of
//! `policy/order_path.rs`.

use std::time::Duration;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{
    domain::period::Period,
    pkix::{extension::KeyUsageBit, name::AttributeType, spki::PublicKey},
};

mod file;
pub mod leaf_type;
mod matrix;
mod rules;
pub mod stored;

use file::{ProfileFile, UsageName};
use leaf_type::LeafType;

/// Whether a subject attribute must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Requirement {
    Required,
    Optional,
}

/// What a common name repeats (S/MIME BR 7.1.4.2.2 a).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameSource {
    /// The organization of the subject.
    Organization,
    /// Given name and surname of the subject.
    PersonalName,
    /// The pseudonym of the subject.
    Pseudonym,
    /// The mailbox.
    #[serde(rename = "email")]
    Mailbox,
}

/// The extensions a leaf may carry, by their ASN.1 names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LeafExtension {
    AuthorityKeyIdentifier,
    SubjectKeyIdentifier,
    KeyUsage,
    ExtKeyUsage,
    CertificatePolicies,
    SubjectAltName,
    #[serde(rename = "cRLDistributionPoints")]
    CrlDistributionPoints,
    AuthorityInfoAccess,
}

/// A profile that passed the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateProfile {
    name: String,
    text: String,
    sha256: [u8; 32],
    leaf_type: LeafType,
    in_force: Period,
    max_validity_days: u32,
    backdate: Duration,
    rsa_key_usage: Vec<KeyUsageBit>,
    ec_key_usage: Vec<KeyUsageBit>,
    extensions: Vec<LeafExtension>,
    common_name_sources: Vec<NameSource>,
    subject: Vec<(AttributeType, Requirement)>,
}

/// Why a profile file is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProfileFault {
    /// Not TOML, an unknown or missing key, a value of the wrong kind; with the place.
    #[error("the profile cannot be read: {0}")]
    Syntax(String),
    /// It asks for more than the rules allow.
    #[error("the profile breaks {clause}: {problem}")]
    Rule {
        clause: &'static str,
        problem: String,
    },
}

impl CertificateProfile {
    /// Reads and judges the text of a profile file.
    ///
    /// # Errors
    /// The first fault found.
    pub fn parse(text: &str) -> Result<Self, ProfileFault> {
        let file = ProfileFile::read(text)?;
        let leaf_type = rules::check(&file)?;
        let in_force = rules::in_force(&file)?;
        let usage = |names: &[UsageName]| names.iter().filter_map(|name| name.bit()).collect();
        Ok(Self {
            sha256: Sha256::digest(text).into(),
            leaf_type,
            in_force,
            max_validity_days: file.max_validity_days,
            backdate: Duration::from_secs(file.backdate_seconds),
            rsa_key_usage: usage(&file.rsa_key_usage),
            ec_key_usage: usage(&file.ec_key_usage),
            subject: file.subject(),
            common_name_sources: file.common_name_sources,
            extensions: file.extensions,
            name: file.name,
            text: text.to_owned(),
        })
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file as it was read.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// SHA-256 of the file's bytes; stands in the intent and in the audit entry.
    #[must_use]
    pub const fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    #[must_use]
    pub const fn leaf_type(&self) -> LeafType {
        self.leaf_type
    }

    /// When certificates are issued by it.
    #[must_use]
    pub const fn in_force(&self) -> Period {
        self.in_force
    }

    /// In days of 86 400 s.
    #[must_use]
    pub const fn max_validity_days(&self) -> u32 {
        self.max_validity_days
    }

    /// How far notBefore lies before the moment of issuance.
    #[must_use]
    pub const fn backdate(&self) -> Duration {
        self.backdate
    }

    /// The attributes the subject must or may have, in the order of the name.
    #[must_use]
    pub fn subject(&self) -> &[(AttributeType, Requirement)] {
        &self.subject
    }

    /// Whether the subject must, may or must not (`None`) have the attribute.
    #[must_use]
    pub fn requirement(&self, kind: AttributeType) -> Option<Requirement> {
        let mut rows = self.subject.iter();
        rows.find(|row| row.0 == kind).map(|row| row.1)
    }

    #[must_use]
    pub fn common_name_sources(&self) -> &[NameSource] {
        &self.common_name_sources
    }

    /// Extensions in the order they stand in the certificate.
    #[must_use]
    pub fn extensions(&self) -> &[LeafExtension] {
        &self.extensions
    }

    /// The usage for a key of this kind; `None` when the kind gets no certificate.
    #[must_use]
    pub fn key_usage(&self, key: &PublicKey) -> Option<&[KeyUsageBit]> {
        match key {
            PublicKey::Rsa { .. } => Some(&self.rsa_key_usage),
            PublicKey::Ec { .. } => Some(&self.ec_key_usage),
            PublicKey::Ed25519(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
