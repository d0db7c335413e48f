//! A CRL decoded once for all rules.

use super::certificate::{self, AuthorityKey};
use crate::{
    domain::timestamp::Timestamp,
    pkix::{
        certificate::{CaCertificate, ExtensionView},
        oid,
        tbs_cert_list::CrlView,
        tlv, validity,
    },
};
use const_oid::ObjectIdentifier;

/// What a CRL lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListKind {
    /// Leaves of an issuing CA.
    Leaves,
    /// CA certificates of a root.
    Cas,
}

/// The decoded CRL.
#[derive(Debug)]
pub struct CertificateList<'a> {
    pub(super) kind: ListKind,
    pub(super) issuer: &'a CaCertificate,
    pub(super) view: CrlView<'a>,
    pub(super) this_update: Timestamp,
    pub(super) next_update: Option<Timestamp>,
    pub(super) authority_key: Option<AuthorityKey<'a>>,
    /// Magnitude of cRLNumber.
    pub(super) number: Option<&'a [u8]>,
}

impl<'a> CertificateList<'a> {
    /// The error names the part that is not DER of its type.
    pub(super) fn read(
        der: &'a [u8],
        kind: ListKind,
        issuer: &'a CaCertificate,
    ) -> Result<Self, &'static str> {
        let view = CrlView::parse(der).map_err(|_| "CRL")?;
        let this_update = validity::parse_time(&view.this_update).map_err(|_| "thisUpdate")?;
        let next_update = match &view.next_update {
            Some(time) => Some(validity::parse_time(time).map_err(|_| "nextUpdate")?),
            None => None,
        };
        let authority_key = match find(&view.extensions, oid::AUTHORITY_KEY_IDENTIFIER) {
            Some(found) => Some(
                certificate::authority_key(found.value).map_err(|_| "authorityKeyIdentifier")?,
            ),
            None => None,
        };
        let number = match find(&view.extensions, oid::CRL_NUMBER) {
            Some(found) => Some(
                tlv::only(found.value, tlv::INTEGER)
                    .and_then(|number| number.unsigned())
                    .map_err(|_| "cRLNumber")?,
            ),
            None => None,
        };
        Ok(Self {
            kind,
            issuer,
            this_update,
            next_update,
            authority_key,
            number,
            view,
        })
    }
}

/// The extension with this identifier.
pub(super) fn find<'v, 'a>(
    extensions: &'v [ExtensionView<'a>],
    oid: ObjectIdentifier,
) -> Option<&'v ExtensionView<'a>> {
    extensions.iter().find(|found| found.oid == oid)
}
