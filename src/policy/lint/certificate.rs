//! A certificate decoded once for all rules.
//!
//! Whatever cannot be decoded ends the lint with one finding, so rules see only clean values.

use super::{
    der::{self, NotDer},
    extensions::{
        self, Access, AuthorityKey, BasicConstraints, CrlPoints, Extension, KeyUsage,
        NameConstraints, Policy,
    },
    issuer::{Issuer, Signer},
    key::Key,
    name::{self, Attribute, GeneralName},
    oids,
    time::Time,
};

/// What was validated of a leaf's subject (S/MIME BR 1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// Nothing but the mailbox.
    Mailbox,
    Organization,
    /// A person for whom an organization stands.
    Sponsor,
    /// A person.
    Individual,
}

/// What kind of certificate is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A leaf of the multipurpose generation.
    Multipurpose(Level),
    /// A leaf of the strict generation.
    Strict(Level),
    /// A subordinate CA.
    Issuing,
    Root,
    /// A delegated OCSP responder.
    Responder,
}

impl Kind {
    /// Of the strict generation.
    pub(super) const fn is_strict(self) -> bool {
        matches!(self, Self::Strict(_))
    }

    /// Of a leaf.
    pub(super) const fn level(self) -> Option<Level> {
        match self {
            Self::Multipurpose(level) | Self::Strict(level) => Some(level),
            Self::Issuing | Self::Root | Self::Responder => None,
        }
    }
}

/// A list of kinds: leaves of these generations at all four levels, and the others.
macro_rules! kinds {
    ($($generation:ident)*; $($other:ident)*) => {
        &[
            $(
                Kind::$generation(Level::Mailbox),
                Kind::$generation(Level::Organization),
                Kind::$generation(Level::Sponsor),
                Kind::$generation(Level::Individual),
            )*
            $(Kind::$other,)*
        ]
    };
}

/// Every kind.
pub(super) const ALL: &[Kind] = kinds!(Multipurpose Strict; Issuing Root Responder);
/// All leaves.
pub(super) const LEAVES: &[Kind] = kinds!(Multipurpose Strict;);
/// Leaves of the multipurpose generation.
pub(super) const MULTIPURPOSE: &[Kind] = kinds!(Multipurpose;);
/// Leaves of the strict generation.
pub(super) const STRICT: &[Kind] = kinds!(Strict;);
/// Leaves in whose subject an organization stands.
pub(super) const OF_ORGANIZATIONS: &[Kind] = &[
    Kind::Multipurpose(Level::Organization),
    Kind::Multipurpose(Level::Sponsor),
    Kind::Strict(Level::Organization),
    Kind::Strict(Level::Sponsor),
];
/// Leaves in whose subject a person stands.
pub(super) const OF_PERSONS: &[Kind] = &[
    Kind::Multipurpose(Level::Sponsor),
    Kind::Multipurpose(Level::Individual),
    Kind::Strict(Level::Sponsor),
    Kind::Strict(Level::Individual),
];
/// Leaves in whose subject no organization stands.
pub(super) const WITHOUT_ORGANIZATION: &[Kind] = &[
    Kind::Multipurpose(Level::Mailbox),
    Kind::Multipurpose(Level::Individual),
    Kind::Strict(Level::Mailbox),
    Kind::Strict(Level::Individual),
];
/// Leaves without the role of a person in an organization.
pub(super) const NOT_SPONSORED: &[Kind] = &[
    Kind::Multipurpose(Level::Mailbox),
    Kind::Multipurpose(Level::Organization),
    Kind::Multipurpose(Level::Individual),
    Kind::Strict(Level::Mailbox),
    Kind::Strict(Level::Organization),
    Kind::Strict(Level::Individual),
];
/// All that is no CA.
pub(super) const ENDS: &[Kind] = kinds!(Multipurpose Strict; Responder);
/// Both CA kinds.
pub(super) const CAS: &[Kind] = &[Kind::Issuing, Kind::Root];
/// Subordinate CAs.
pub(super) const ISSUING: &[Kind] = &[Kind::Issuing];
/// Roots.
pub(super) const ROOT: &[Kind] = &[Kind::Root];
/// OCSP responders.
pub(super) const RESPONDER: &[Kind] = &[Kind::Responder];
/// Leaves and subordinate CAs.
pub(super) const SUBSCRIBED: &[Kind] = kinds!(Multipurpose Strict; Issuing);
/// Multipurpose leaves and the CAs above them.
pub(super) const OPEN: &[Kind] = kinds!(Multipurpose; Issuing);
/// All that has an issuer above it.
pub(super) const BELOW_ROOT: &[Kind] = kinds!(Multipurpose Strict; Issuing Responder);

/// Purposes S/MIME BR 7.1.2.2 g and 7.1.2.3 f forbid.
pub(super) const FORBIDDEN_PURPOSES: [&[u8]; 4] = [
    oids::SERVER_AUTH,
    oids::CODE_SIGNING,
    oids::TIME_STAMPING,
    oids::ANY_EXT_KEY_USAGE,
];

/// The decoded certificate.
#[derive(Debug)]
pub struct Certificate<'a> {
    pub(super) kind: Kind,
    /// `None` for a root.
    pub(super) issuer: Option<&'a Issuer>,
    /// The moment of signing, in seconds since 1970, when it is known.
    pub(super) signed_at: Option<i64>,
    /// As encoded; 0 when absent.
    pub(super) version: u8,
    /// Content octets of the serial.
    pub(super) serial: &'a [u8],
    pub(super) inner_algorithm: &'a [u8],
    pub(super) outer_algorithm: &'a [u8],
    pub(super) issuer_name: &'a [u8],
    pub(super) not_before: Time,
    pub(super) not_after: Time,
    pub(super) subject_name: &'a [u8],
    pub(super) subject: Vec<Attribute<'a>>,
    pub(super) spki: &'a [u8],
    pub(super) key: Key<'a>,
    pub(super) has_unique_id: bool,
    pub(super) extensions: Vec<Extension<'a>>,
    pub(super) key_usage: Option<KeyUsage>,
    pub(super) purposes: Option<Vec<&'a [u8]>>,
    pub(super) policies: Option<Vec<Policy<'a>>>,
    pub(super) alt_names: Option<Vec<GeneralName<'a>>>,
    pub(super) crl_points: Option<CrlPoints<'a>>,
    pub(super) access: Option<Vec<Access<'a>>>,
    pub(super) authority_key: Option<AuthorityKey<'a>>,
    pub(super) subject_key: Option<&'a [u8]>,
    pub(super) basic_constraints: Option<BasicConstraints<'a>>,
    pub(super) name_constraints: Option<NameConstraints<'a>>,
}

/// The parts of the TBS as they follow each other.
struct Fields<'a> {
    version: u8,
    serial: &'a [u8],
    inner_algorithm: &'a [u8],
    issuer: &'a [u8],
    not_before: Time,
    not_after: Time,
    subject: &'a [u8],
    spki: &'a [u8],
    has_unique_id: bool,
    extensions: Vec<Extension<'a>>,
    outer_algorithm: &'a [u8],
}

impl<'a> Certificate<'a> {
    /// The error names the part that is not DER of its type.
    pub(super) fn read(
        der: &'a [u8],
        kind: Kind,
        issuer: Option<&'a Issuer>,
        signed_at: Option<i64>,
    ) -> Result<Self, &'static str> {
        let fields = fields(der).map_err(|NotDer| "certificate")?;
        let value = |oid| {
            let mut all = fields.extensions.iter();
            all.find(|found| found.oid == oid).map(|found| found.value)
        };
        Ok(Self {
            kind,
            issuer,
            signed_at,
            version: fields.version,
            serial: fields.serial,
            inner_algorithm: fields.inner_algorithm,
            outer_algorithm: fields.outer_algorithm,
            issuer_name: fields.issuer,
            not_before: fields.not_before,
            not_after: fields.not_after,
            subject_name: fields.subject,
            subject: name::attributes(fields.subject).map_err(|NotDer| "subject")?,
            spki: fields.spki,
            key: Key::read(fields.spki).map_err(|NotDer| "subjectPublicKeyInfo")?,
            has_unique_id: fields.has_unique_id,
            key_usage: part(value(oids::KEY_USAGE), "keyUsage", KeyUsage::read)?,
            purposes: part(
                value(oids::EXT_KEY_USAGE),
                "extKeyUsage",
                extensions::purposes,
            )?,
            policies: part(
                value(oids::CERTIFICATE_POLICIES),
                "certificatePolicies",
                Policy::list,
            )?,
            alt_names: part(
                value(oids::SUBJECT_ALT_NAME),
                "subjectAltName",
                GeneralName::list,
            )?,
            crl_points: part(
                value(oids::CRL_DISTRIBUTION_POINTS),
                "cRLDistributionPoints",
                CrlPoints::read,
            )?,
            access: part(
                value(oids::AUTHORITY_INFO_ACCESS),
                "authorityInfoAccess",
                Access::list,
            )?,
            authority_key: part(
                value(oids::AUTHORITY_KEY_IDENTIFIER),
                "authorityKeyIdentifier",
                AuthorityKey::read,
            )?,
            subject_key: part(
                value(oids::SUBJECT_KEY_IDENTIFIER),
                "subjectKeyIdentifier",
                |der| Ok(der::sole(der, der::OCTET_STRING)?.value),
            )?,
            basic_constraints: part(
                value(oids::BASIC_CONSTRAINTS),
                "basicConstraints",
                BasicConstraints::read,
            )?,
            name_constraints: part(
                value(oids::NAME_CONSTRAINTS),
                "nameConstraints",
                NameConstraints::read,
            )?,
            extensions: fields.extensions,
        })
    }

    /// The day that decides which rules bind: of signing, or, unknown, of notBefore.
    pub(super) fn judged_at(&self) -> i64 {
        let signed = self.signed_at.unwrap_or(self.not_before.seconds);
        signed.max(self.not_before.seconds)
    }

    /// The texts of one subject attribute.
    pub(super) fn values(&self, oid: &'static [u8]) -> impl Iterator<Item = &str> {
        let all = self.subject.iter();
        all.filter(move |found| found.oid == oid)
            .map(|found| found.text.as_ref())
    }

    /// The subject has this attribute.
    pub(super) fn has(&self, oid: &[u8]) -> bool {
        self.subject.iter().any(|found| found.oid == oid)
    }

    /// The extension with this identifier.
    pub(super) fn extension(&self, oid: &[u8]) -> Option<&Extension<'a>> {
        self.extensions.iter().find(|found| found.oid == oid)
    }

    /// The extension is there with this critical flag.
    pub(super) fn has_flag(&self, oid: &[u8], critical: bool) -> bool {
        let found = self.extension(oid);
        found.is_some_and(|found| found.critical == critical)
    }

    /// The mailboxes of subjectAltName.
    pub(super) fn mailboxes(&self) -> impl Iterator<Item = &'a str> {
        let names = self.alt_names.iter().flatten();
        names.filter_map(GeneralName::mailbox)
    }

    /// Purposes beside emailProtection that are not forbidden outright.
    pub(super) fn further_purposes(&self) -> impl Iterator<Item = &'a [u8]> {
        let found = self.purposes.iter().flatten().copied();
        found.filter(|oid| *oid != oids::EMAIL_PROTECTION && !FORBIDDEN_PURPOSES.contains(oid))
    }

    /// Key usage bits as one number, digitalSignature the highest of 16.
    pub(super) fn usage(&self) -> Option<u16> {
        self.key_usage.map(|usage| usage.bits)
    }

    /// The magnitude of a positive serial.
    pub(super) fn positive_serial(&self) -> Option<&'a [u8]> {
        let magnitude = der::magnitude(self.serial).ok()?;
        (magnitude != [0]).then_some(magnitude)
    }

    /// Seconds of validity with both ends counted.
    pub(super) fn seconds(&self) -> i64 {
        let length = self
            .not_after
            .seconds
            .saturating_sub(self.not_before.seconds);
        length.saturating_add(1)
    }

    /// What signs this certificate, and the AlgorithmIdentifier of that key.
    pub(super) fn signer(&self) -> (Signer, &[u8]) {
        match self.issuer {
            Some(issuer) => (issuer.signer, &issuer.algorithm),
            None => (Signer::of(&self.key), self.key.algorithm),
        }
    }
}

fn fields(der: &[u8]) -> Result<Fields<'_>, NotDer> {
    der::strict(der)?;
    let mut outer = der::sole(der, der::SEQUENCE)?.inside();
    let tbs = outer.take(der::SEQUENCE)?;
    let outer_algorithm = outer.take(der::SEQUENCE)?.raw;
    der::octets(outer.take(der::BIT_STRING)?.value)?;
    outer.end()?;
    let mut next = tbs.inside();
    let version = match next.take_if(der::constructed(0))? {
        Some(version) => match der::sole(version.value, der::INTEGER)?.value {
            [version] => *version,
            _ => return Err(NotDer),
        },
        None => 0,
    };
    let serial = next.take(der::INTEGER)?.value;
    let inner_algorithm = next.take(der::SEQUENCE)?.raw;
    let issuer = next.take(der::SEQUENCE)?.raw;
    let mut validity = next.take(der::SEQUENCE)?.inside();
    let not_before = Time::read(&validity.any()?)?;
    let not_after = Time::read(&validity.any()?)?;
    validity.end()?;
    let subject = next.take(der::SEQUENCE)?.raw;
    let spki = next.take(der::SEQUENCE)?.raw;
    let issuer_id = next.take_if(der::primitive(1))?;
    let subject_id = next.take_if(der::primitive(2))?;
    let extensions = match next.take_if(der::constructed(3))? {
        Some(wrapper) => Extension::list(wrapper.value)?,
        None => Vec::new(),
    };
    next.end()?;
    Ok(Fields {
        version,
        serial,
        inner_algorithm,
        issuer,
        not_before,
        not_after,
        subject,
        spki,
        has_unique_id: issuer_id.is_some() || subject_id.is_some(),
        extensions,
        outer_algorithm,
    })
}

/// Decodes one extension if it is there.
pub(super) fn part<'a, T>(
    value: Option<&'a [u8]>,
    name: &'static str,
    decode: impl FnOnce(&'a [u8]) -> Result<T, NotDer>,
) -> Result<Option<T>, &'static str> {
    let Some(value) = value else { return Ok(None) };
    der::strict(value)
        .and_then(|()| decode(value))
        .map(Some)
        .map_err(|NotDer| name)
}
