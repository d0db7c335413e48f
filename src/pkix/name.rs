//! Distinguished names (RFC 5280 4.1.2.4, 4.1.2.6; S/MIME BR 7.1.4).
//!
//! A name is built once from typed attributes and then kept as bytes: an issuer name is copied,
//! never encoded again (S/MIME BR 7.1.4.1). Whether a value is *true* is not known here.

use std::fmt;

use const_oid::ObjectIdentifier;

use super::{
    oid,
    tlv::{self, Element, Malformed},
};

/// The attributes this CA writes. The order of the variants is the order in the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttributeType {
    Country,
    StateOrProvince,
    Locality,
    PostalCode,
    StreetAddress,
    Organization,
    OrganizationalUnit,
    OrganizationIdentifier,
    Title,
    GivenName,
    Surname,
    Pseudonym,
    SerialNumber,
    CommonName,
    EmailAddress,
}

impl AttributeType {
    /// All attributes in the order of the name.
    pub const ALL: [Self; 15] = [
        Self::Country,
        Self::StateOrProvince,
        Self::Locality,
        Self::PostalCode,
        Self::StreetAddress,
        Self::Organization,
        Self::OrganizationalUnit,
        Self::OrganizationIdentifier,
        Self::Title,
        Self::GivenName,
        Self::Surname,
        Self::Pseudonym,
        Self::SerialNumber,
        Self::CommonName,
        Self::EmailAddress,
    ];

    #[must_use]
    pub const fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Country => oid::COUNTRY,
            Self::StateOrProvince => oid::STATE_OR_PROVINCE,
            Self::Locality => oid::LOCALITY,
            Self::PostalCode => oid::POSTAL_CODE,
            Self::StreetAddress => oid::STREET_ADDRESS,
            Self::Organization => oid::ORGANIZATION,
            Self::OrganizationalUnit => oid::ORGANIZATIONAL_UNIT,
            Self::OrganizationIdentifier => oid::ORGANIZATION_IDENTIFIER,
            Self::Title => oid::TITLE,
            Self::GivenName => oid::GIVEN_NAME,
            Self::Surname => oid::SURNAME,
            Self::Pseudonym => oid::PSEUDONYM,
            Self::SerialNumber => oid::SERIAL_NUMBER,
            Self::CommonName => oid::COMMON_NAME,
            Self::EmailAddress => oid::EMAIL_ADDRESS,
        }
    }

    /// The attribute with this identifier, if this CA writes it.
    #[must_use]
    pub fn from_oid(oid: ObjectIdentifier) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.oid() == oid)
    }

    /// The name used in profile files and plans.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::StateOrProvince => "state_or_province",
            Self::Locality => "locality",
            Self::PostalCode => "postal_code",
            Self::StreetAddress => "street_address",
            Self::Organization => "organization",
            Self::OrganizationalUnit => "organizational_unit",
            Self::OrganizationIdentifier => "organization_identifier",
            Self::Title => "title",
            Self::GivenName => "given_name",
            Self::Surname => "surname",
            Self::Pseudonym => "pseudonym",
            Self::SerialNumber => "serial_number",
            Self::CommonName => "common_name",
            Self::EmailAddress => "email_address",
        }
    }

    /// The attribute of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Most characters of a value (RFC 5280 App. A.1; organizationIdentifier has no bound of
    /// its own, so it gets that of the longest).
    #[must_use]
    pub const fn max_chars(self) -> usize {
        match self {
            Self::Country => 2,
            Self::PostalCode => 40,
            Self::StateOrProvince
            | Self::Locality
            | Self::StreetAddress
            | Self::OrganizationIdentifier
            | Self::Pseudonym => 128,
            // RFC 5280's 32768 for names is a slip of the pen; linters hold them to 64.
            Self::Organization
            | Self::OrganizationalUnit
            | Self::Title
            | Self::GivenName
            | Self::Surname
            | Self::SerialNumber
            | Self::CommonName => 64,
            Self::EmailAddress => 254,
        }
    }

    const fn tag(self) -> u8 {
        match self {
            Self::Country | Self::SerialNumber => tlv::PRINTABLE_STRING,
            Self::EmailAddress => tlv::IA5_STRING,
            _ => tlv::UTF8_STRING,
        }
    }

    /// What people write before the value.
    const fn label(self) -> &'static str {
        match self {
            Self::Country => "C",
            Self::StateOrProvince => "ST",
            Self::Locality => "L",
            Self::PostalCode => "postalCode",
            Self::StreetAddress => "street",
            Self::Organization => "O",
            Self::OrganizationalUnit => "OU",
            Self::OrganizationIdentifier => "organizationIdentifier",
            Self::Title => "title",
            Self::GivenName => "GN",
            Self::Surname => "SN",
            Self::Pseudonym => "pseudonym",
            Self::SerialNumber => "serialNumber",
            Self::CommonName => "CN",
            Self::EmailAddress => "emailAddress",
        }
    }
}

/// Why a value cannot stand in a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    #[error("{} has an empty value or one with blanks at its ends", .0.name())]
    Blank(AttributeType),
    #[error("{} has more than {} characters", .0.name(), .0.max_chars())]
    TooLong(AttributeType),
    #[error("{} has a character its encoding does not know", .0.name())]
    Character(AttributeType),
    #[error("{} occurs twice", .0.name())]
    Twice(AttributeType),
    #[error("the name has no attribute")]
    Empty,
}

/// The DER of a `Name`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Name(Vec<u8>);

/// One attribute of a parsed name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameAttribute<'a> {
    pub oid: ObjectIdentifier,
    /// The ASN.1 tag of the value.
    pub tag: u8,
    pub value: &'a [u8],
    /// Position of its RDN; two attributes of one RDN share it.
    pub rdn: usize,
}

impl Name {
    /// Builds a name: one attribute an RDN, in the fixed order of [`AttributeType`].
    ///
    /// # Errors
    /// When a value does not fit its attribute, or an attribute occurs twice.
    pub fn build(attributes: &[(AttributeType, &str)]) -> Result<Self, NameFault> {
        let mut sorted = attributes.to_vec();
        sorted.sort_by_key(|(kind, _)| *kind);
        if sorted.is_empty() {
            return Err(NameFault::Empty);
        }
        let mut rdns = Vec::new();
        let mut last = None;
        for (kind, value) in sorted {
            if last.replace(kind) == Some(kind) {
                return Err(NameFault::Twice(kind));
            }
            check(kind, value)?;
            let value = tlv::element(kind.tag(), &[value.as_bytes()]);
            let pair = tlv::sequence(&[&tlv::oid(&kind.oid()), &value]);
            rdns.extend_from_slice(&tlv::element(tlv::SET, &[&pair]));
        }
        Ok(Self(tlv::sequence(&[&rdns])))
    }

    /// Keeps the bytes as they are.
    ///
    /// # Errors
    /// When they are no DER `Name`.
    pub fn from_der(der: &[u8]) -> Result<Self, Malformed> {
        attributes(der)?;
        Ok(Self(der.to_vec()))
    }

    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.0
    }

    /// Identifier and text of each attribute, in order.
    #[must_use]
    pub fn values(&self) -> Vec<(ObjectIdentifier, String)> {
        attributes(&self.0)
            .unwrap_or_default()
            .iter()
            .map(|attribute| (attribute.oid, attribute.text().unwrap_or_default()))
            .collect()
    }

    /// The first value of one attribute.
    #[must_use]
    pub fn value(&self, kind: AttributeType) -> Option<String> {
        let found = attributes(&self.0).ok()?;
        found.iter().find(|a| a.oid == kind.oid())?.text()
    }
}

impl NameAttribute<'_> {
    /// The value as text; T61String is read as Latin-1, as every tool does.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        match self.tag {
            tlv::UTF8_STRING | tlv::PRINTABLE_STRING | tlv::IA5_STRING => {
                String::from_utf8(self.value.to_vec()).ok()
            }
            tlv::T61_STRING => Some(self.value.iter().map(|b| char::from(*b)).collect()),
            tlv::BMP_STRING => {
                let (pairs, rest) = self.value.as_chunks::<2>();
                let units = pairs.iter().map(|pair| u16::from_be_bytes(*pair));
                let text = char::decode_utf16(units)
                    .collect::<Result<String, _>>()
                    .ok();
                text.filter(|_| rest.is_empty())
            }
            _ => None,
        }
    }
}

/// Walks a `Name`; any value type and any order pass.
///
/// # Errors
/// When the bytes are no DER `Name`.
pub fn attributes(der: &[u8]) -> Result<Vec<NameAttribute<'_>>, Malformed> {
    let mut found = Vec::new();
    let mut rdns = tlv::only(der, tlv::SEQUENCE)?.reader();
    let mut rdn = 0;
    while !rdns.is_empty() {
        let mut set = rdns.expect(tlv::SET)?.reader();
        if set.is_empty() {
            return Err(Malformed);
        }
        while !set.is_empty() {
            found.push(attribute(&set.expect(tlv::SEQUENCE)?, rdn)?);
        }
        rdn += 1;
    }
    Ok(found)
}

fn attribute<'a>(pair: &Element<'a>, rdn: usize) -> Result<NameAttribute<'a>, Malformed> {
    let mut reader = pair.reader();
    let oid = reader.expect(tlv::OID)?.oid()?;
    let value = reader.any()?;
    reader.finish()?;
    Ok(NameAttribute {
        oid,
        tag: value.tag,
        value: value.value,
        rdn,
    })
}

fn check(kind: AttributeType, value: &str) -> Result<(), NameFault> {
    if value.is_empty() || value.trim() != value {
        return Err(NameFault::Blank(kind));
    }
    if value.chars().count() > kind.max_chars() {
        return Err(NameFault::TooLong(kind));
    }
    let known = match kind {
        AttributeType::Country => value.len() == 2 && value.bytes().all(|b| b.is_ascii_uppercase()),
        AttributeType::SerialNumber => value.bytes().all(is_printable),
        AttributeType::EmailAddress => value.bytes().all(|b| b.is_ascii_graphic()),
        AttributeType::OrganizationIdentifier => value.bytes().all(|b| (0x20..0x7f).contains(&b)),
        _ => !value.chars().any(char::is_control),
    };
    if known {
        Ok(())
    } else {
        Err(NameFault::Character(kind))
    }
}

/// The repertoire of PrintableString (X.680 41.4).
const fn is_printable(octet: u8) -> bool {
    octet.is_ascii_alphanumeric()
        || matches!(
            octet,
            b' ' | b'\'' | b'(' | b')' | b'+' | b',' | b'-' | b'.' | b'/' | b':' | b'=' | b'?'
        )
}

impl fmt::Display for Name {
    /// For people and logs: `C=PL, O=Example`, in encoded order. Not for comparison.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (oid, value)) in self.values().into_iter().enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            let known = AttributeType::from_oid(oid);
            let label = known.map_or_else(|| oid.to_string(), |kind| kind.label().to_owned());
            write!(f, "{separator}{label}={}", value.escape_debug())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_is_fixed() {
        let name = Name::build(&[
            (AttributeType::CommonName, "Łąka"),
            (AttributeType::Country, "PL"),
        ])
        .unwrap();
        let golden = b"\x30\x1e\x31\x0b\x30\x09\x06\x03\x55\x04\x06\x13\x02PL\
            \x31\x0f\x30\x0d\x06\x03\x55\x04\x03\x0c\x06\xc5\x81\xc4\x85ka";
        assert_eq!(name.as_der(), golden);
        assert_eq!(name.to_string(), "C=PL, CN=Łąka");
        assert_eq!(Name::from_der(golden), Ok(name));
    }

    #[test]
    fn bounds_count_characters() {
        let ok = "ż".repeat(64);
        assert!(Name::build(&[(AttributeType::Organization, &ok)]).is_ok());
        let long = "ż".repeat(65);
        assert_eq!(
            Name::build(&[(AttributeType::Organization, &long)]),
            Err(NameFault::TooLong(AttributeType::Organization))
        );
    }

    #[test]
    fn values_that_do_not_fit_are_refused() {
        use AttributeType::{
            CommonName, Country, EmailAddress, OrganizationIdentifier, SerialNumber,
        };
        for (kind, value) in [
            (Country, "pl"),
            (Country, "P"),
            (CommonName, ""),
            (CommonName, " a"),
            (CommonName, "a\u{0}b"),
            (EmailAddress, "ü@example.com"),
            (EmailAddress, "a b@example.com"),
            (OrganizationIdentifier, "NTRPL-ż"),
            (SerialNumber, "17_A"),
        ] {
            assert!(Name::build(&[(kind, value)]).is_err(), "{kind:?} {value:?}");
        }
        assert_eq!(
            Name::build(&[(CommonName, "a"), (CommonName, "b")]),
            Err(NameFault::Twice(CommonName))
        );
        assert_eq!(Name::build(&[]), Err(NameFault::Empty));
    }
}
