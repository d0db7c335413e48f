//! Version 2 CRLs (RFC 5280 5; S/MIME BR 7.2).
//!
//! Which serials stand on a list, and when the next one is due, is decided elsewhere.

use super::{
    algorithm::SignatureAlgorithm,
    certificate::{self, CaCertificate, ExtensionView},
    extension,
    general_name::HttpUrl,
    oid,
    serial_number::SerialNumber,
    signature::{self, BadSignature},
    tlv::{self, Element, Malformed},
    validity,
};
use crate::domain::timestamp::Timestamp;

/// Why a certificate is revoked (RFC 5280 5.3.1). Hold is missing on purpose: this CA does not
/// suspend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CrlReason {
    /// Never encoded: the extension is left out (RFC 5280 5.3.1).
    Unspecified,
    KeyCompromise,
    CaCompromise,
    AffiliationChanged,
    Superseded,
    CessationOfOperation,
    PrivilegeWithdrawn,
}

impl CrlReason {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::Unspecified,
        Self::KeyCompromise,
        Self::CaCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::PrivilegeWithdrawn,
    ];

    /// The name of RFC 5280, as used in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::KeyCompromise => "keyCompromise",
            Self::CaCompromise => "cACompromise",
            Self::AffiliationChanged => "affiliationChanged",
            Self::Superseded => "superseded",
            Self::CessationOfOperation => "cessationOfOperation",
            Self::PrivilegeWithdrawn => "privilegeWithdrawn",
        }
    }

    /// The reason with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    /// The value of `CRLReason`; none where the reason is expressed by leaving it out.
    pub(super) const fn code(self) -> Option<u8> {
        match self {
            Self::Unspecified => None,
            Self::KeyCompromise => Some(1),
            Self::CaCompromise => Some(2),
            Self::AffiliationChanged => Some(3),
            Self::Superseded => Some(4),
            Self::CessationOfOperation => Some(5),
            Self::PrivilegeWithdrawn => Some(9),
        }
    }
}

/// One revoked certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokedEntry {
    pub serial: SerialNumber,
    pub revoked_at: Timestamp,
    pub reason: CrlReason,
}

/// Everything a CRL says.
#[derive(Clone, Debug)]
pub struct TbsCertList<'a> {
    pub issuer: &'a CaCertificate,
    pub algorithm: SignatureAlgorithm,
    pub this_update: Timestamp,
    pub next_update: Timestamp,
    /// Strictly increasing per scope.
    pub number: u64,
    /// URL of a partitioned CRL, the same bytes as in the certificates' distribution point;
    /// `None` for a full CRL, which carries no issuing distribution point.
    pub scope: Option<&'a HttpUrl>,
    /// No serial twice.
    pub entries: &'a [RevokedEntry],
}

impl TbsCertList<'_> {
    /// The DER; entries in the order given, the list left out when it is empty.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let revoked = if self.entries.is_empty() {
            Vec::new()
        } else {
            let entries = self.entries.iter().flat_map(entry_der).collect::<Vec<_>>();
            tlv::sequence(&[&entries])
        };
        // The issuer's own SKI, not its AKI (RFC 5280 5.2.1).
        let authority = extension::authority_key_identifier(self.issuer.key_identifier()).to_der();
        let number = extension::crl_number(self.number).to_der();
        let scope = self.scope.map_or_else(Vec::new, |url| {
            extension::issuing_distribution_point(url).to_der()
        });
        let extensions = tlv::sequence(&[&authority, &number, &scope]);
        tlv::sequence(&[
            &tlv::integer(&[1]),
            self.algorithm.der(),
            self.issuer.subject().as_der(),
            &validity::time_der(self.this_update),
            &validity::time_der(self.next_update),
            &revoked,
            &tlv::element(tlv::constructed(0), &[&extensions]),
        ])
    }
}

fn entry_der(entry: &RevokedEntry) -> Vec<u8> {
    let reason = entry.reason.code().map_or_else(Vec::new, |code| {
        let value = tlv::element(tlv::OCTET_STRING, &[&[tlv::ENUMERATED, 1, code]]);
        let extension = tlv::sequence(&[&tlv::oid(&oid::REASON_CODE), &value]);
        tlv::sequence(&[&extension])
    });
    tlv::sequence(&[
        &entry.serial.to_der(),
        &validity::time_der(entry.revoked_at),
        &reason,
    ])
}

/// A CRL taken apart once; all parts borrow from its bytes.
#[derive(Clone, Debug)]
pub struct CrlView<'a> {
    pub tbs: &'a [u8],
    /// `version` as encoded; 0 (v1) when it is absent.
    pub version: u8,
    pub inner_algorithm: &'a [u8],
    pub issuer: &'a [u8],
    pub this_update: Element<'a>,
    pub next_update: Option<Element<'a>>,
    /// `None` when the list is left out.
    pub entries: Option<Vec<EntryView<'a>>>,
    pub extensions: Vec<ExtensionView<'a>>,
    pub outer_algorithm: &'a [u8],
    pub signature: &'a [u8],
}

/// An entry of a parsed CRL.
#[derive(Clone, Debug)]
pub struct EntryView<'a> {
    pub serial: Element<'a>,
    pub revoked_at: Element<'a>,
    pub extensions: Vec<ExtensionView<'a>>,
}

impl<'a> CrlView<'a> {
    /// # Errors
    /// When the bytes are not one DER CRL and nothing else.
    pub fn parse(der: &'a [u8]) -> Result<Self, Malformed> {
        let mut outer = tlv::only(der, tlv::SEQUENCE)?.reader();
        let tbs = outer.expect(tlv::SEQUENCE)?;
        let outer_algorithm = outer.expect(tlv::SEQUENCE)?.raw;
        let signature = outer.expect(tlv::BIT_STRING)?.bit_octets()?;
        outer.finish()?;
        let mut reader = tbs.reader();
        let version = match reader.optional(tlv::INTEGER)? {
            None => 0,
            Some(version) => match version.unsigned()? {
                [version] => *version,
                _ => return Err(Malformed),
            },
        };
        let inner_algorithm = reader.expect(tlv::SEQUENCE)?.raw;
        let issuer = reader.expect(tlv::SEQUENCE)?.raw;
        let this_update = reader.any()?;
        let next_update = match reader.peek() {
            Some(tlv::UTC_TIME | tlv::GENERALIZED_TIME) => Some(reader.any()?),
            _ => None,
        };
        let entries = match reader.optional(tlv::SEQUENCE)? {
            Some(list) => Some(entries(&list)?),
            None => None,
        };
        let extensions = match reader.optional(tlv::constructed(0))? {
            Some(wrapper) => certificate::extensions(&tlv::only(wrapper.value, tlv::SEQUENCE)?)?,
            None => Vec::new(),
        };
        reader.finish()?;
        Ok(Self {
            tbs: tbs.raw,
            version,
            inner_algorithm,
            issuer,
            this_update,
            next_update,
            entries,
            extensions,
            outer_algorithm,
            signature,
        })
    }

    /// # Errors
    /// When the CRL is not this issuer's or does not verify.
    pub fn verify(&self, issuer: &CaCertificate) -> Result<(), BadSignature> {
        let algorithm = SignatureAlgorithm::from_der(self.outer_algorithm).ok_or(BadSignature)?;
        if self.issuer != issuer.subject().as_der() || self.inner_algorithm != self.outer_algorithm
        {
            return Err(BadSignature);
        }
        signature::verify(issuer.public_key(), algorithm, self.tbs, self.signature)
    }
}

fn entries<'a>(list: &Element<'a>) -> Result<Vec<EntryView<'a>>, Malformed> {
    let mut reader = list.reader();
    let mut found = Vec::new();
    while !reader.is_empty() {
        let mut fields = reader.expect(tlv::SEQUENCE)?.reader();
        let serial = fields.expect(tlv::INTEGER)?;
        let revoked_at = fields.any()?;
        let extensions = match fields.optional(tlv::SEQUENCE)? {
            Some(list) => certificate::extensions(&list)?,
            None => Vec::new(),
        };
        fields.finish()?;
        found.push(EntryView {
            serial,
            revoked_at,
            extensions,
        });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 5280 5.3.1: value 0 is expressed by leaving the extension out.
    #[test]
    fn an_unspecified_reason_is_not_encoded() {
        let entry = |reason| RevokedEntry {
            serial: SerialNumber::parse("7f").unwrap(),
            revoked_at: "2026-01-02T03:04:05Z".parse().unwrap(),
            reason,
        };
        let plain = hex::encode(entry_der(&entry(CrlReason::Unspecified)));
        assert_eq!(plain, "301202017f170d3236303130323033303430355a");
        let superseded = hex::encode(entry_der(&entry(CrlReason::Superseded)));
        let golden = "302002017f170d3236303130323033303430355a300c300a0603551d1504030a0104";
        assert_eq!(superseded, golden);
        for reason in CrlReason::ALL {
            assert_eq!(CrlReason::from_name(reason.name()), Some(reason));
        }
    }
}
