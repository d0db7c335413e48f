//! What a profile file can say, whether lawful or not.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    LeafExtension, NameSource, ProfileFault, Requirement,
    leaf_type::{Generation, ValidationLevel},
};
use crate::pkix::{extension::KeyUsageBit, name::AttributeType};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProfileFile {
    pub(super) version: u32,
    pub(super) name: String,
    pub(super) validation: ValidationLevel,
    pub(super) generation: GenerationName,
    pub(super) policy: String,
    pub(super) effective: Option<String>,
    pub(super) ends: Option<String>,
    pub(super) max_validity_days: u32,
    pub(super) backdate_seconds: u64,
    pub(super) ext_key_usage: Vec<String>,
    pub(super) rsa_key_usage: Vec<UsageName>,
    pub(super) ec_key_usage: Vec<UsageName>,
    pub(super) extensions: Vec<LeafExtension>,
    pub(super) common_name_sources: Vec<NameSource>,
    subject: BTreeMap<String, Requirement>,
}

impl ProfileFile {
    pub(super) fn read(text: &str) -> Result<Self, ProfileFault> {
        let file: Self =
            toml::from_str(text).map_err(|error| ProfileFault::Syntax(error.to_string()))?;
        let mut names = file.subject.keys();
        match names.find(|name| AttributeType::from_name(name).is_none()) {
            Some(name) => Err(ProfileFault::Syntax(format!(
                "subject: no attribute is called {name}"
            ))),
            None => Ok(file),
        }
    }

    /// The attributes that are named, in the order of the name.
    pub(super) fn subject(&self) -> Vec<(AttributeType, Requirement)> {
        let all = AttributeType::ALL.into_iter();
        all.filter_map(|kind| Some((kind, *self.subject.get(kind.name())?)))
            .collect()
    }
}

/// Generations as files may name them: the legacy one only to be told that it has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum GenerationName {
    Legacy,
    Multipurpose,
    Strict,
}

impl GenerationName {
    /// `None` for the one that has ended.
    pub(super) const fn living(self) -> Option<Generation> {
        match self {
            Self::Legacy => None,
            Self::Multipurpose => Some(Generation::Multipurpose),
            Self::Strict => Some(Generation::Strict),
        }
    }
}

/// Key usages a leaf may have by some rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum UsageName {
    DigitalSignature,
    NonRepudiation,
    KeyEncipherment,
    DataEncipherment,
    KeyAgreement,
    EncipherOnly,
    DecipherOnly,
}

impl UsageName {
    /// `None` for what this CA does not write.
    pub(super) const fn bit(self) -> Option<KeyUsageBit> {
        match self {
            Self::DigitalSignature => Some(KeyUsageBit::DigitalSignature),
            Self::KeyEncipherment => Some(KeyUsageBit::KeyEncipherment),
            Self::KeyAgreement => Some(KeyUsageBit::KeyAgreement),
            Self::NonRepudiation
            | Self::DataEncipherment
            | Self::EncipherOnly
            | Self::DecipherOnly => None,
        }
    }
}
