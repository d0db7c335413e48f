//! Responses: what is signed, what is sent, and what is sent instead (RFC 6960 4.2).

use super::{cert_id::CertId, request::Nonce};
use crate::{
    domain::timestamp::Timestamp,
    pkix::{
        algorithm::SignatureAlgorithm,
        certificate::{self, ExtensionView},
        extension, oid,
        tbs_cert_list::CrlReason,
        tlv::{self, Element, Malformed, Reader},
        validity::{generalized_time_der, parse_generalized_time},
    },
};

/// Why there is no signed answer (`OCSPResponseStatus`). `sigRequired` is missing: this responder
/// answers everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorStatus {
    MalformedRequest,
    InternalError,
    TryLater,
    /// Not authoritative for this issuer (RFC 5019 2.2.3).
    Unauthorized,
}

impl ErrorStatus {
    /// The whole unsigned `OCSPResponse`.
    #[must_use]
    pub const fn to_der(self) -> [u8; 5] {
        [tlv::SEQUENCE, 3, tlv::ENUMERATED, 1, self.code()]
    }

    /// The name of RFC 6960, for metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MalformedRequest => "malformedRequest",
            Self::InternalError => "internalError",
            Self::TryLater => "tryLater",
            Self::Unauthorized => "unauthorized",
        }
    }

    const fn code(self) -> u8 {
        match self {
            Self::MalformedRequest => 1,
            Self::InternalError => 2,
            Self::TryLater => 3,
            Self::Unauthorized => 6,
        }
    }
}

/// What is said of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CertStatus {
    Good,
    Revoked {
        at: Timestamp,
        /// Left out when it is unspecified, as in a CRL (RFC 5280 5.3.1).
        reason: CrlReason,
    },
    Unknown,
}

impl CertStatus {
    /// The name of RFC 6960.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Revoked { .. } => "revoked",
            Self::Unknown => "unknown",
        }
    }

    fn to_der(self) -> Vec<u8> {
        match self {
            Self::Good => vec![tlv::primitive(0), 0],
            Self::Unknown => vec![tlv::primitive(2), 0],
            Self::Revoked { at, reason } => {
                let reason = reason.code().map_or_else(Vec::new, |code| {
                    tlv::element(tlv::constructed(0), &[&[tlv::ENUMERATED, 1, code]])
                });
                tlv::element(tlv::constructed(1), &[&generalized_time_der(at), &reason])
            }
        }
    }
}

/// Everything one answer says. Times are cut to whole seconds.
#[derive(Clone, Debug)]
pub struct ResponseData<'a> {
    /// SHA-1 of the responder's key: `byKey`, as RFC 5019 2.2.1 recommends.
    pub responder: [u8; 20],
    pub produced_at: Timestamp,
    pub cert_id: &'a CertId,
    pub status: CertStatus,
    pub this_update: Timestamp,
    pub next_update: Timestamp,
    /// The client's, repeated.
    pub nonce: Option<&'a Nonce>,
}

impl ResponseData<'_> {
    /// The DER `ResponseData`, which is what the responder signs.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let responder = tlv::element(tlv::OCTET_STRING, &[&self.responder]);
        let next_update = generalized_time_der(self.next_update);
        let single = tlv::sequence(&[
            self.cert_id.as_der(),
            &self.status.to_der(),
            &generalized_time_der(self.this_update),
            &tlv::element(tlv::constructed(0), &[&next_update]),
        ]);
        let extensions = self.nonce.map_or_else(Vec::new, |nonce| {
            let nonce = extension::ocsp_nonce(nonce.as_bytes()).to_der();
            tlv::element(tlv::constructed(1), &[&tlv::sequence(&[&nonce])])
        });
        tlv::sequence(&[
            &tlv::element(tlv::constructed(2), &[&responder]),
            &generalized_time_der(self.produced_at),
            &tlv::sequence(&[&single]),
            &extensions,
        ])
    }
}

/// The whole `OCSPResponse` with the responder's certificate.
#[must_use]
pub fn assemble(
    data: &[u8],
    algorithm: SignatureAlgorithm,
    signature: &[u8],
    certificate: &[u8],
) -> Vec<u8> {
    let certificates = tlv::sequence(&[certificate]);
    let basic = tlv::sequence(&[
        data,
        algorithm.der(),
        &tlv::bit_string(signature),
        &tlv::element(tlv::constructed(0), &[&certificates]),
    ]);
    let bytes = tlv::sequence(&[
        &tlv::oid(&oid::OCSP_BASIC),
        &tlv::element(tlv::OCTET_STRING, &[&basic]),
    ]);
    tlv::sequence(&[
        &[tlv::ENUMERATED, 1, 0],
        &tlv::element(tlv::constructed(0), &[&bytes]),
    ])
}

/// `ResponseData` taken apart; all parts borrow from its bytes. It accepts wrong ones, so that the
/// rules can say what is wrong with them.
#[derive(Clone, Debug)]
pub struct DataView<'a> {
    /// `version` is written out, be it the default.
    pub has_version: bool,
    /// `byName [1]` or `byKey [2]`.
    pub responder: Element<'a>,
    pub produced_at: Timestamp,
    pub answers: Vec<SingleView<'a>>,
    pub extensions: Vec<ExtensionView<'a>>,
}

/// One `SingleResponse`.
#[derive(Clone, Debug)]
pub struct SingleView<'a> {
    /// The whole `CertID`.
    pub cert_id: &'a [u8],
    pub status: StatusView,
    pub this_update: Timestamp,
    pub next_update: Option<Timestamp>,
    pub extensions: Vec<ExtensionView<'a>>,
}

/// `CertStatus` as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusView {
    Good,
    /// With the number of the reason, if one is given.
    Revoked(Timestamp, Option<u8>),
    Unknown,
}

impl<'a> DataView<'a> {
    /// # Errors
    /// When the bytes are not one DER `ResponseData` and nothing else.
    pub fn parse(der: &'a [u8]) -> Result<Self, Malformed> {
        let mut fields = tlv::only(der, tlv::SEQUENCE)?.reader();
        let has_version = fields.optional(tlv::constructed(0))?.is_some();
        let responder = fields.any()?;
        if ![tlv::constructed(1), tlv::constructed(2)].contains(&responder.tag) {
            return Err(Malformed);
        }
        let produced_at = parse_generalized_time(&fields.any()?)?;
        let list = fields.expect(tlv::SEQUENCE)?;
        let answers = tlv::all(list.value)?;
        let view = Self {
            has_version,
            responder,
            produced_at,
            answers: answers
                .iter()
                .map(SingleView::read)
                .collect::<Result<_, _>>()?,
            extensions: extensions(&mut fields)?,
        };
        fields.finish()?;
        Ok(view)
    }
}

impl<'a> SingleView<'a> {
    fn read(element: &Element<'a>) -> Result<Self, Malformed> {
        if element.tag != tlv::SEQUENCE {
            return Err(Malformed);
        }
        let mut fields = element.reader();
        let view = Self {
            cert_id: fields.expect(tlv::SEQUENCE)?.raw,
            status: StatusView::read(&fields.any()?)?,
            this_update: parse_generalized_time(&fields.any()?)?,
            next_update: match fields.optional(tlv::constructed(0))? {
                Some(wrapper) => {
                    let time = tlv::only(wrapper.value, tlv::GENERALIZED_TIME)?;
                    Some(parse_generalized_time(&time)?)
                }
                None => None,
            },
            extensions: extensions(&mut fields)?,
        };
        fields.finish()?;
        Ok(view)
    }
}

impl StatusView {
    fn read(element: &Element<'_>) -> Result<Self, Malformed> {
        match (element.tag, element.value) {
            (0x80, []) => Ok(Self::Good),
            (0x82, []) => Ok(Self::Unknown),
            (0xa1, _) => {
                let mut fields = element.reader();
                let at = parse_generalized_time(&fields.any()?)?;
                let reason = match fields.optional(tlv::constructed(0))? {
                    Some(wrapper) => match tlv::only(wrapper.value, tlv::ENUMERATED)?.value {
                        [code] => Some(*code),
                        _ => return Err(Malformed),
                    },
                    None => None,
                };
                fields.finish()?;
                Ok(Self::Revoked(at, reason))
            }
            _ => Err(Malformed),
        }
    }
}

/// A signed `OCSPResponse` taken apart.
#[derive(Clone, Debug)]
pub struct OcspView<'a> {
    /// The signed bytes, a [`DataView`]'s.
    pub data: &'a [u8],
    pub algorithm: &'a [u8],
    pub signature: &'a [u8],
    pub certificates: Vec<&'a [u8]>,
}

impl<'a> OcspView<'a> {
    /// # Errors
    /// When the bytes are not one successful response of the basic type and nothing else.
    pub fn parse(der: &'a [u8]) -> Result<Self, Malformed> {
        let mut outer = tlv::only(der, tlv::SEQUENCE)?.reader();
        if outer.expect(tlv::ENUMERATED)?.value != [0] {
            return Err(Malformed);
        }
        let wrapper = outer.expect(tlv::constructed(0))?;
        outer.finish()?;
        let mut bytes = tlv::only(wrapper.value, tlv::SEQUENCE)?.reader();
        if bytes.expect(tlv::OID)?.oid()? != oid::OCSP_BASIC {
            return Err(Malformed);
        }
        let basic = bytes.expect(tlv::OCTET_STRING)?;
        bytes.finish()?;
        let mut fields = tlv::only(basic.value, tlv::SEQUENCE)?.reader();
        let data = fields.expect(tlv::SEQUENCE)?.raw;
        let algorithm = fields.expect(tlv::SEQUENCE)?.raw;
        let signature = fields.expect(tlv::BIT_STRING)?.bit_octets()?;
        let certificates = match fields.optional(tlv::constructed(0))? {
            Some(wrapper) => tlv::all(tlv::only(wrapper.value, tlv::SEQUENCE)?.value)?,
            None => Vec::new(),
        };
        fields.finish()?;
        Ok(Self {
            data,
            algorithm,
            signature,
            certificates: certificates.iter().map(|found| found.raw).collect(),
        })
    }
}

/// Those under `[1]`, if it is there.
fn extensions<'a>(fields: &mut Reader<'a>) -> Result<Vec<ExtensionView<'a>>, Malformed> {
    match fields.optional(tlv::constructed(1))? {
        Some(wrapper) => certificate::extensions(&tlv::only(wrapper.value, tlv::SEQUENCE)?),
        None => Ok(Vec::new()),
    }
}
