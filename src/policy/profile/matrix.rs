//! The one table: what the rules allow each type of leaf at most (S/MIME BR 7.1).
//!
//! Says what may stand in a certificate, and which of it this CA writes. Whether somebody proves
//! the values is not known here. The lint does not read this table: its rules are written anew.

use super::{
    LeafExtension, NameSource,
    file::UsageName,
    leaf_type::{Generation, LeafType, ValidationLevel},
};
use crate::pkix::name::AttributeType;

/// Whether a leaf has an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Required,
    Optional,
    /// A person's name: given name or surname, or instead of both a pseudonym.
    Person,
    Forbidden,
}

use Presence::{Forbidden as X, Optional as O, Person as P, Required as R};

/// Multipurpose and strict.
type Pair = [Presence; 2];

/// Attributes by type, columns as in [`ValidationLevel::ALL`].
#[rustfmt::skip]
const SUBJECT: [(AttributeType, [Pair; 4]); 15] = [
    //                                      mailbox  organiz. sponsor  individual
    (AttributeType::Country,                [[X, X], [O, O], [O, O], [O, O]]),
    (AttributeType::StateOrProvince,        [[X, X], [O, O], [O, O], [O, O]]),
    (AttributeType::Locality,               [[X, X], [O, O], [O, O], [O, O]]),
    (AttributeType::PostalCode,             [[X, X], [O, X], [O, X], [O, X]]),
    (AttributeType::StreetAddress,          [[X, X], [O, X], [O, X], [O, X]]),
    (AttributeType::Organization,           [[X, X], [R, R], [R, R], [X, X]]),
    (AttributeType::OrganizationalUnit,     [[X, X], [O, O], [O, O], [X, X]]),
    (AttributeType::OrganizationIdentifier, [[X, X], [R, R], [R, R], [X, X]]),
    (AttributeType::Title,                  [[X, X], [X, X], [O, O], [O, O]]),
    (AttributeType::GivenName,              [[X, X], [X, X], [P, P], [P, P]]),
    (AttributeType::Surname,                [[X, X], [X, X], [P, P], [P, P]]),
    (AttributeType::Pseudonym,              [[X, X], [X, X], [P, P], [P, P]]),
    (AttributeType::SerialNumber,           [[O, O], [O, O], [O, O], [O, O]]),
    (AttributeType::CommonName,             [[O, O], [O, O], [O, O], [O, O]]),
    (AttributeType::EmailAddress,           [[O, O], [O, O], [O, O], [O, O]]),
];

/// Of the optional attributes, what this CA always writes (CPS 7.1.4): mail programs show the
/// common name, and zlint takes its absence for an error.
pub(super) const WRITTEN: [AttributeType; 1] = [AttributeType::CommonName];

/// Of the optional attributes, what this CA certifies to nobody (CPS 7.1.4).
pub(super) const NOT_CERTIFIED: [AttributeType; 4] = [
    AttributeType::PostalCode,
    AttributeType::StreetAddress,
    AttributeType::OrganizationalUnit,
    AttributeType::SerialNumber,
];

/// S/MIME BR 6.3.2: in days of 86 400 s, whatever the type.
pub(super) const MAX_VALIDITY_DAYS: u32 = 825;

/// Extensions S/MIME BR 7.1.2.3 requires, or recommends so that this CA does not leave them out;
/// authorityInfoAccess, its other SHOULD, a file may leave out.
pub(super) const EXTENSIONS: [LeafExtension; 7] = [
    LeafExtension::AuthorityKeyIdentifier,
    LeafExtension::SubjectKeyIdentifier,
    LeafExtension::KeyUsage,
    LeafExtension::ExtKeyUsage,
    LeafExtension::CertificatePolicies,
    LeafExtension::SubjectAltName,
    LeafExtension::CrlDistributionPoints,
];

impl LeafType {
    /// Whether its leaves have this attribute (S/MIME BR 7.1.4.2.3 to 7.1.4.2.6).
    pub(super) fn presence(self, kind: AttributeType) -> Presence {
        let row = SUBJECT.iter().find(|(known, _)| *known == kind);
        let Some((_, [mailbox, organization, sponsor, individual])) = row else {
            return X;
        };
        let [multipurpose, strict] = match self.level {
            ValidationLevel::Mailbox => mailbox,
            ValidationLevel::Organization => organization,
            ValidationLevel::Sponsor => sponsor,
            ValidationLevel::Individual => individual,
        };
        match self.generation {
            Generation::Multipurpose => *multipurpose,
            Generation::Strict => *strict,
        }
    }

    /// What the common name may be (S/MIME BR 7.1.4.2.2 a).
    pub(super) const fn common_names(self) -> &'static [NameSource] {
        use NameSource::{Mailbox, Organization, PersonalName, Pseudonym};
        match self.level {
            ValidationLevel::Mailbox => &[Mailbox],
            ValidationLevel::Organization => &[Organization, Mailbox],
            ValidationLevel::Sponsor | ValidationLevel::Individual => {
                &[PersonalName, Pseudonym, Mailbox]
            }
        }
    }

    /// Key usage of an RSA key (S/MIME BR 7.1.2.3 e).
    pub(super) const fn rsa_key_usage(self) -> &'static [UsageName] {
        use UsageName::{DataEncipherment, DigitalSignature, KeyEncipherment, NonRepudiation};
        match self.generation {
            Generation::Multipurpose => &[
                DigitalSignature,
                NonRepudiation,
                KeyEncipherment,
                DataEncipherment,
            ],
            Generation::Strict => &[DigitalSignature, NonRepudiation, KeyEncipherment],
        }
    }

    /// Key usage of an elliptic key (S/MIME BR 7.1.2.3 e).
    pub(super) const fn ec_key_usage(self) -> &'static [UsageName] {
        use UsageName::{
            DecipherOnly, DigitalSignature, EncipherOnly, KeyAgreement, NonRepudiation,
        };
        &[
            DigitalSignature,
            NonRepudiation,
            KeyAgreement,
            EncipherOnly,
            DecipherOnly,
        ]
    }

    /// Purposes (S/MIME BR 7.1.2.3 f): emailProtection and, in the multipurpose generation, what
    /// is lawful beyond 2027-07-01 too.
    pub(super) const fn purposes(self) -> &'static [&'static str] {
        match self.generation {
            Generation::Multipurpose => &[EMAIL_PROTECTION, "clientAuth"],
            Generation::Strict => &[EMAIL_PROTECTION],
        }
    }
}

/// The purpose every leaf has, and of this CA no other (CPS 7.1.2).
pub(super) const EMAIL_PROTECTION: &str = "emailProtection";

/// What this CA's leaves are used for (CPS 7.1.2): to sign and to decrypt, with either key.
pub(super) const RSA_DUAL_USE: [UsageName; 2] =
    [UsageName::DigitalSignature, UsageName::KeyEncipherment];
/// The same with an elliptic key.
pub(super) const EC_DUAL_USE: [UsageName; 2] =
    [UsageName::DigitalSignature, UsageName::KeyAgreement];
