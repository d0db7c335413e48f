//! Certificate profiles: what leaves of one product look like.
//!
//! A profile file can only narrow what the rules allow (`profile/rules.rs` is the one table);
//! a file that asks for more is refused with the clause it breaks. Reading the file is the
//! caller's business.

use std::time::Duration;

use const_oid::ObjectIdentifier;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{
    domain::{activation::CommonNameSource, period::Period},
    pkix::{extension::KeyUsageBit, name::AttributeType, oid, spki::PublicKey},
};

mod rules;

/// Generation of S/MIME BR 7.1.6.1; the legacy one is dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Generation {
    Multipurpose,
    Strict,
}

impl Generation {
    /// The reserved policy identifier of organization-validated leaves.
    #[must_use]
    pub const fn policy(self) -> ObjectIdentifier {
        match self {
            Self::Multipurpose => oid::ORGANIZATION_MULTIPURPOSE,
            Self::Strict => oid::ORGANIZATION_STRICT,
        }
    }
}

/// Whether a subject attribute must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Requirement {
    Required,
    Optional,
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
    sha256: [u8; 32],
    generation: Generation,
    in_force: Period,
    max_validity_days: u32,
    backdate: Duration,
    rsa_key_usage: Vec<KeyUsageBit>,
    ec_key_usage: Vec<KeyUsageBit>,
    extensions: Vec<LeafExtension>,
    common_name_sources: Vec<CommonNameSource>,
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
        let file: ProfileFile =
            toml::from_str(text).map_err(|error| ProfileFault::Syntax(error.to_string()))?;
        rules::check(&file)?;
        let in_force = rules::in_force(&file)?;
        let usage = |names: &[UsageName]| names.iter().map(|name| name.bit()).collect();
        let sources = file.common_name_sources.iter();
        Ok(Self {
            sha256: Sha256::digest(text).into(),
            generation: file.generation,
            in_force,
            max_validity_days: file.max_validity_days,
            backdate: Duration::from_secs(file.backdate_seconds),
            rsa_key_usage: usage(&file.rsa_key_usage),
            ec_key_usage: usage(&file.ec_key_usage),
            common_name_sources: sources.map(|source| source.source()).collect(),
            subject: file.subject.rows(),
            extensions: file.extensions,
            name: file.name,
        })
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// SHA-256 of the file's bytes; stands in the intent and in the audit entry.
    #[must_use]
    pub const fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    #[must_use]
    pub const fn generation(&self) -> Generation {
        self.generation
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

    /// Whether the subject must, may or must not (`None`) have the attribute.
    #[must_use]
    pub fn requirement(&self, kind: AttributeType) -> Option<Requirement> {
        let mut rows = self.subject.iter();
        rows.find(|row| row.0 == kind).map(|row| row.1)
    }

    #[must_use]
    pub fn common_name_sources(&self) -> &[CommonNameSource] {
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileFile {
    version: u32,
    name: String,
    generation: Generation,
    policy: String,
    effective: Option<String>,
    ends: Option<String>,
    max_validity_days: u32,
    backdate_seconds: u64,
    ext_key_usage: Vec<String>,
    rsa_key_usage: Vec<UsageName>,
    ec_key_usage: Vec<UsageName>,
    extensions: Vec<LeafExtension>,
    common_name_sources: Vec<SourceName>,
    subject: SubjectTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SubjectTable {
    country: Option<Requirement>,
    state_or_province: Option<Requirement>,
    locality: Option<Requirement>,
    organization: Option<Requirement>,
    organization_identifier: Option<Requirement>,
    common_name: Option<Requirement>,
    email_address: Option<Requirement>,
}

impl SubjectTable {
    fn rows(&self) -> Vec<(AttributeType, Requirement)> {
        [
            (AttributeType::Country, self.country),
            (AttributeType::StateOrProvince, self.state_or_province),
            (AttributeType::Locality, self.locality),
            (AttributeType::Organization, self.organization),
            (
                AttributeType::OrganizationIdentifier,
                self.organization_identifier,
            ),
            (AttributeType::CommonName, self.common_name),
            (AttributeType::EmailAddress, self.email_address),
        ]
        .into_iter()
        .filter_map(|(kind, requirement)| Some((kind, requirement?)))
        .collect()
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum UsageName {
    DigitalSignature,
    KeyEncipherment,
    KeyAgreement,
}

impl UsageName {
    const fn bit(self) -> KeyUsageBit {
        match self {
            Self::DigitalSignature => KeyUsageBit::DigitalSignature,
            Self::KeyEncipherment => KeyUsageBit::KeyEncipherment,
            Self::KeyAgreement => KeyUsageBit::KeyAgreement,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SourceName {
    Organization,
    Email,
}

impl SourceName {
    const fn source(self) -> CommonNameSource {
        match self {
            Self::Organization => CommonNameSource::Organization,
            Self::Email => CommonNameSource::Email,
        }
    }
}

#[cfg(test)]
mod tests;
