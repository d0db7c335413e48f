//! A CRL decoded once for all rules.

use super::{
    certificate::part,
    der::{self, Cursor, NotDer, Tlv},
    extensions::{AuthorityKey, Extension, IssuingPoint},
    issuer::Issuer,
    oids,
    time::Time,
};

/// What a CRL lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListKind {
    /// Leaves of an issuing CA.
    Leaves,
    /// CA certificates of a root.
    Cas,
}

/// Both kinds.
pub(super) const LISTS: &[ListKind] = &[ListKind::Leaves, ListKind::Cas];
/// Lists of leaves.
pub(super) const OF_LEAVES: &[ListKind] = &[ListKind::Leaves];
/// Lists of CAs.
pub(super) const OF_CAS: &[ListKind] = &[ListKind::Cas];

/// The decoded CRL.
#[derive(Debug)]
pub struct CertificateList<'a> {
    pub(super) kind: ListKind,
    pub(super) issuer: &'a Issuer,
    /// As encoded; 0 when absent.
    pub(super) version: u8,
    pub(super) inner_algorithm: &'a [u8],
    pub(super) outer_algorithm: &'a [u8],
    pub(super) issuer_name: &'a [u8],
    pub(super) this_update: Time,
    pub(super) next_update: Option<Time>,
    /// `None` when revokedCertificates is absent.
    pub(super) entries: Option<Vec<Entry<'a>>>,
    pub(super) extensions: Vec<Extension<'a>>,
    pub(super) authority_key: Option<AuthorityKey<'a>>,
    /// Content octets of cRLNumber.
    pub(super) number: Option<&'a [u8]>,
    pub(super) issuing_point: Option<IssuingPoint<'a>>,
}

/// One revoked certificate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    /// Content octets.
    pub(super) serial: &'a [u8],
    pub(super) revoked_at: Time,
    pub(super) reason: Option<u8>,
    /// A critical extension, or another than reasonCode.
    pub(super) has_other: bool,
}

impl<'a> CertificateList<'a> {
    /// The error names the part that is not DER of its type.
    pub(super) fn read(
        der: &'a [u8],
        kind: ListKind,
        issuer: &'a Issuer,
    ) -> Result<Self, &'static str> {
        let mut list = read(der, kind, issuer).map_err(|NotDer| "CRL")?;
        let value = |oid| {
            let mut all = list.extensions.iter();
            all.find(|found| found.oid == oid).map(|found| found.value)
        };
        let authority_key = part(
            value(oids::AUTHORITY_KEY_IDENTIFIER),
            "authorityKeyIdentifier",
            AuthorityKey::read,
        )?;
        let number = part(value(oids::CRL_NUMBER), "cRLNumber", |der| {
            Ok(der::sole(der, der::INTEGER)?.value)
        })?;
        let issuing_point = part(
            value(oids::ISSUING_DISTRIBUTION_POINT),
            "issuingDistributionPoint",
            IssuingPoint::read,
        )?;
        list.authority_key = authority_key;
        list.number = number;
        list.issuing_point = issuing_point;
        Ok(list)
    }

    /// The entries, or none.
    pub(super) fn entries(&self) -> &[Entry<'a>] {
        self.entries.as_deref().unwrap_or_default()
    }

    /// The extension with this identifier.
    pub(super) fn extension(&self, oid: &[u8]) -> Option<&Extension<'a>> {
        self.extensions.iter().find(|found| found.oid == oid)
    }

    /// Seconds until nextUpdate with both ends counted.
    pub(super) fn seconds(&self) -> Option<i64> {
        let length = self
            .next_update?
            .seconds
            .saturating_sub(self.this_update.seconds);
        Some(length.saturating_add(1))
    }
}

fn read<'a>(
    der: &'a [u8],
    kind: ListKind,
    issuer: &'a Issuer,
) -> Result<CertificateList<'a>, NotDer> {
    der::strict(der)?;
    let mut outer = der::sole(der, der::SEQUENCE)?.inside();
    let tbs = outer.take(der::SEQUENCE)?;
    let outer_algorithm = outer.take(der::SEQUENCE)?.raw;
    der::octets(outer.take(der::BIT_STRING)?.value)?;
    outer.end()?;
    let mut next = tbs.inside();
    let version = match next.take_if(der::INTEGER)?.map(|found| found.value) {
        Some([version]) => *version,
        Some(_) => return Err(NotDer),
        None => 0,
    };
    let inner_algorithm = next.take(der::SEQUENCE)?.raw;
    let issuer_name = next.take(der::SEQUENCE)?.raw;
    let this_update = Time::read(&next.any()?)?;
    let next_update = match next.tag() {
        Some(der::UTC_TIME | der::GENERALIZED_TIME) => Some(Time::read(&next.any()?)?),
        _ => None,
    };
    let entries = match next.take_if(der::SEQUENCE)? {
        Some(list) => Some(entries(&list)?),
        None => None,
    };
    let extensions = match next.take_if(der::constructed(0))? {
        Some(wrapper) => Extension::list(wrapper.value)?,
        None => Vec::new(),
    };
    next.end()?;
    Ok(CertificateList {
        kind,
        issuer,
        version,
        inner_algorithm,
        outer_algorithm,
        issuer_name,
        this_update,
        next_update,
        entries,
        extensions,
        authority_key: None,
        number: None,
        issuing_point: None,
    })
}

fn entries<'a>(list: &Tlv<'a>) -> Result<Vec<Entry<'a>>, NotDer> {
    let mut cursor = list.inside();
    let mut found = Vec::new();
    while !cursor.is_empty() {
        found.push(entry(cursor.take(der::SEQUENCE)?.inside())?);
    }
    Ok(found)
}

fn entry(mut fields: Cursor<'_>) -> Result<Entry<'_>, NotDer> {
    let serial = fields.take(der::INTEGER)?.value;
    let revoked_at = Time::read(&fields.any()?)?;
    let (mut reason, mut has_other) = (None, false);
    if let Some(list) = fields.take_if(der::SEQUENCE)? {
        for extension in Extension::list(list.raw)? {
            let code = der::sole(extension.value, der::ENUMERATED).map(|found| found.value);
            match (extension.oid, code) {
                (oids::REASON_CODE, Ok([code])) if reason.is_none() => {
                    reason = Some(*code);
                    has_other |= extension.critical;
                }
                (oids::REASON_CODE, _) => return Err(NotDer),
                _ => has_other = true,
            }
        }
    }
    fields.end()?;
    Ok(Entry {
        serial,
        revoked_at,
        reason,
        has_other,
    })
}
