//! A certificate decoded once for all rules.
//!
//! Whatever cannot be decoded ends the lint with one finding, so rules see only clean values.

use const_oid::ObjectIdentifier;

use crate::pkix::{
    certificate::{CaCertificate, CertificateView},
    name::{self, NameAttribute},
    oid,
    spki::{PublicKey, SpkiFault},
    tlv::{self, Element, Malformed},
    validity::Validity,
};

/// What kind of certificate is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A leaf of the multipurpose generation.
    Multipurpose,
    /// A leaf of the strict generation.
    Strict,
    /// A subordinate CA.
    Issuing,
    Root,
}

/// Every kind.
pub(super) const ALL: &[Kind] = &[Kind::Multipurpose, Kind::Strict, Kind::Issuing, Kind::Root];
/// Both leaf kinds.
pub(super) const LEAVES: &[Kind] = &[Kind::Multipurpose, Kind::Strict];
/// Both CA kinds.
pub(super) const CAS: &[Kind] = &[Kind::Issuing, Kind::Root];
/// Subordinate CAs only.
pub(super) const ISSUING: &[Kind] = &[Kind::Issuing];
/// All that has an issuer above it.
pub(super) const BELOW_ROOT: &[Kind] = &[Kind::Multipurpose, Kind::Strict, Kind::Issuing];

/// basicConstraints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BasicConstraints<'a> {
    pub(super) ca: bool,
    pub(super) path_len: Option<&'a [u8]>,
}

/// One `PolicyInformation`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Policy {
    pub(super) oid: ObjectIdentifier,
    pub(super) has_qualifiers: bool,
}

/// authorityKeyIdentifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AuthorityKey<'a> {
    pub(super) identifier: Option<&'a [u8]>,
    /// authorityCertIssuer or authorityCertSerialNumber is there.
    pub(super) has_issuer: bool,
}

/// cRLDistributionPoints, flattened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct DistributionPoints<'a> {
    pub(super) names: Vec<Element<'a>>,
    /// A point without fullName, or with reasons or cRLIssuer.
    pub(super) has_other: bool,
}

/// The decoded certificate.
#[derive(Debug)]
pub struct Certificate<'a> {
    pub(super) kind: Kind,
    /// `None` for a root.
    pub(super) issuer: Option<&'a CaCertificate>,
    pub(super) view: CertificateView<'a>,
    pub(super) validity: Validity,
    pub(super) subject: Vec<NameAttribute<'a>>,
    pub(super) key: Result<PublicKey, SpkiFault>,
    /// Unused bits and octets of keyUsage.
    pub(super) key_usage: Option<(u8, &'a [u8])>,
    pub(super) ext_key_usage: Option<Vec<ObjectIdentifier>>,
    pub(super) policies: Option<Vec<Policy>>,
    /// GeneralNames of subjectAltName.
    pub(super) alt_names: Option<Vec<Element<'a>>>,
    pub(super) distribution_points: Option<DistributionPoints<'a>>,
    /// Access method and location.
    pub(super) access: Option<Vec<(ObjectIdentifier, Element<'a>)>>,
    pub(super) authority_key: Option<AuthorityKey<'a>>,
    pub(super) subject_key: Option<&'a [u8]>,
    pub(super) basic_constraints: Option<BasicConstraints<'a>>,
}

impl<'a> Certificate<'a> {
    /// The error names the part that is not DER of its type.
    pub(super) fn read(
        der: &'a [u8],
        kind: Kind,
        issuer: Option<&'a CaCertificate>,
    ) -> Result<Self, &'static str> {
        let view = CertificateView::parse(der).map_err(|_| "certificate")?;
        let value = |oid| view.extension(oid).map(|extension| extension.value);
        Ok(Self {
            kind,
            issuer,
            validity: Validity::from_der(&view.validity).map_err(|_| "validity")?,
            subject: name::attributes(view.subject).map_err(|_| "subject")?,
            key: PublicKey::from_spki(view.spki),
            key_usage: part(value(oid::KEY_USAGE), "keyUsage", |der| {
                tlv::only(der, tlv::BIT_STRING)?.bit_string()
            })?,
            ext_key_usage: part(value(oid::EXT_KEY_USAGE), "extKeyUsage", purposes)?,
            policies: part(
                value(oid::CERTIFICATE_POLICIES),
                "certificatePolicies",
                policies,
            )?,
            alt_names: part(value(oid::SUBJECT_ALT_NAME), "subjectAltName", |der| {
                tlv::all(tlv::only(der, tlv::SEQUENCE)?.value)
            })?,
            distribution_points: part(
                value(oid::CRL_DISTRIBUTION_POINTS),
                "cRLDistributionPoints",
                distribution_points,
            )?,
            access: part(
                value(oid::AUTHORITY_INFO_ACCESS),
                "authorityInfoAccess",
                access,
            )?,
            authority_key: part(
                value(oid::AUTHORITY_KEY_IDENTIFIER),
                "authorityKeyIdentifier",
                authority_key,
            )?,
            subject_key: part(
                value(oid::SUBJECT_KEY_IDENTIFIER),
                "subjectKeyIdentifier",
                |der| Ok(tlv::only(der, tlv::OCTET_STRING)?.value),
            )?,
            basic_constraints: part(
                value(oid::BASIC_CONSTRAINTS),
                "basicConstraints",
                basic_constraints,
            )?,
            view,
        })
    }

    /// The text of each value of one subject attribute.
    pub(super) fn subject_values(&self, kind: ObjectIdentifier) -> Vec<String> {
        self.subject
            .iter()
            .filter(|attribute| attribute.oid == kind)
            .map(|attribute| attribute.text().unwrap_or_default())
            .collect()
    }

    /// The rfc822Names of subjectAltName as text.
    pub(super) fn mailboxes(&self) -> Vec<&'a str> {
        let names = self.alt_names.iter().flatten();
        names
            .filter(|name| name.tag == tlv::primitive(1))
            .map(|name| std::str::from_utf8(name.value).unwrap_or_default())
            .collect()
    }

    /// Key usage bits as one number, digitalSignature the highest of 16.
    pub(super) fn usage_bits(&self) -> u16 {
        match self.key_usage {
            Some((_, [first])) => u16::from_be_bytes([*first, 0]),
            Some((_, [first, second, ..])) => u16::from_be_bytes([*first, *second]),
            _ => 0,
        }
    }
}

/// Decodes one extension if it is there.
fn part<'a, T>(
    value: Option<&'a [u8]>,
    name: &'static str,
    decode: impl FnOnce(&'a [u8]) -> Result<T, Malformed>,
) -> Result<Option<T>, &'static str> {
    value.map(decode).transpose().map_err(|_| name)
}

fn purposes(der: &[u8]) -> Result<Vec<ObjectIdentifier>, Malformed> {
    let list = tlv::all(tlv::only(der, tlv::SEQUENCE)?.value)?;
    list.iter().map(Element::oid).collect()
}

fn policies(der: &[u8]) -> Result<Vec<Policy>, Malformed> {
    let list = tlv::all(tlv::only(der, tlv::SEQUENCE)?.value)?;
    list.iter()
        .map(|policy| {
            let mut fields = tlv::only(policy.raw, tlv::SEQUENCE)?.reader();
            let oid = fields.expect(tlv::OID)?.oid()?;
            let has_qualifiers = !fields.is_empty();
            Ok(Policy {
                oid,
                has_qualifiers,
            })
        })
        .collect()
}

pub(super) fn distribution_points(der: &[u8]) -> Result<DistributionPoints<'_>, Malformed> {
    let mut found = DistributionPoints::default();
    for point in tlv::all(tlv::only(der, tlv::SEQUENCE)?.value)? {
        let mut fields = tlv::only(point.raw, tlv::SEQUENCE)?.reader();
        match fields.optional(tlv::constructed(0))? {
            Some(name) => match tlv::only(name.value, tlv::constructed(0)) {
                Ok(full) => found.names.extend(tlv::all(full.value)?),
                Err(Malformed) => found.has_other = true,
            },
            None => found.has_other = true,
        }
        found.has_other |= !fields.is_empty();
    }
    Ok(found)
}

fn access(der: &[u8]) -> Result<Vec<(ObjectIdentifier, Element<'_>)>, Malformed> {
    let list = tlv::all(tlv::only(der, tlv::SEQUENCE)?.value)?;
    list.iter()
        .map(|description| {
            let mut fields = tlv::only(description.raw, tlv::SEQUENCE)?.reader();
            let method = fields.expect(tlv::OID)?.oid()?;
            let location = fields.any()?;
            fields.finish()?;
            Ok((method, location))
        })
        .collect()
}

pub(super) fn authority_key(der: &[u8]) -> Result<AuthorityKey<'_>, Malformed> {
    let mut fields = tlv::only(der, tlv::SEQUENCE)?.reader();
    let identifier = fields.optional(tlv::primitive(0))?.map(|found| found.value);
    Ok(AuthorityKey {
        identifier,
        has_issuer: !fields.is_empty(),
    })
}

fn basic_constraints(der: &[u8]) -> Result<BasicConstraints<'_>, Malformed> {
    let mut fields = tlv::only(der, tlv::SEQUENCE)?.reader();
    let ca = match fields.optional(tlv::BOOLEAN)? {
        Some(flag) if !flag.boolean()? => return Err(Malformed),
        flag => flag.is_some(),
    };
    let path_len = match fields.optional(tlv::INTEGER)? {
        Some(length) => Some(length.unsigned()?),
        None => None,
    };
    fields.finish()?;
    Ok(BasicConstraints { ca, path_len })
}
