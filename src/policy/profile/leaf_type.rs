//! The eight types of S/MIME leaves: what was validated, by the rules of which generation.

use const_oid::ObjectIdentifier;
use serde::Deserialize;

use crate::pkix::oid;

/// What the subject of a leaf stands for (S/MIME BR 1.2, 7.1.4.2.3 to 7.1.4.2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ValidationLevel {
    /// The mailbox alone.
    Mailbox,
    /// An organization.
    Organization,
    /// A person whom an organization names.
    Sponsor,
    /// A person.
    Individual,
}

impl ValidationLevel {
    /// Every level, in the order of the reserved policies.
    pub const ALL: [Self; 4] = [
        Self::Mailbox,
        Self::Organization,
        Self::Sponsor,
        Self::Individual,
    ];

    /// As profile files write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mailbox => "mailbox",
            Self::Organization => "organization",
            Self::Sponsor => "sponsor",
            Self::Individual => "individual",
        }
    }

    /// The section that says which attributes its subject has.
    #[must_use]
    pub const fn clause(self) -> &'static str {
        match self {
            Self::Mailbox => "S/MIME BR 7.1.4.2.3",
            Self::Organization => "S/MIME BR 7.1.4.2.4",
            Self::Sponsor => "S/MIME BR 7.1.4.2.5",
            Self::Individual => "S/MIME BR 7.1.4.2.6",
        }
    }
}

/// Generation of S/MIME BR 7.1.6.1 that may still be issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Generation {
    Multipurpose,
    Strict,
}

impl Generation {
    /// Both, in the order of the reserved policies.
    pub const ALL: [Self; 2] = [Self::Multipurpose, Self::Strict];
}

/// One of the types a leaf can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LeafType {
    pub level: ValidationLevel,
    pub generation: Generation,
}

impl LeafType {
    /// Organization-validated, multipurpose generation.
    pub const ORGANIZATION_MULTIPURPOSE: Self = Self {
        level: ValidationLevel::Organization,
        generation: Generation::Multipurpose,
    };
    /// Organization-validated, strict generation.
    pub const ORGANIZATION_STRICT: Self = Self {
        level: ValidationLevel::Organization,
        generation: Generation::Strict,
    };

    /// All eight.
    pub fn all() -> impl Iterator<Item = Self> {
        ValidationLevel::ALL.into_iter().flat_map(|level| {
            let of = move |generation| Self { level, generation };
            Generation::ALL.into_iter().map(of)
        })
    }

    /// The reserved policy identifier of its leaves (S/MIME BR 7.1.6.1).
    #[must_use]
    pub const fn policy(self) -> ObjectIdentifier {
        use Generation::{Multipurpose, Strict};
        use ValidationLevel::{Individual, Mailbox, Organization, Sponsor};
        match (self.level, self.generation) {
            (Mailbox, Multipurpose) => oid::MAILBOX_MULTIPURPOSE,
            (Mailbox, Strict) => oid::MAILBOX_STRICT,
            (Organization, Multipurpose) => oid::ORGANIZATION_MULTIPURPOSE,
            (Organization, Strict) => oid::ORGANIZATION_STRICT,
            (Sponsor, Multipurpose) => oid::SPONSOR_MULTIPURPOSE,
            (Sponsor, Strict) => oid::SPONSOR_STRICT,
            (Individual, Multipurpose) => oid::INDIVIDUAL_MULTIPURPOSE,
            (Individual, Strict) => oid::INDIVIDUAL_STRICT,
        }
    }
}
