//! Certificates: putting one together, walking one, and the CA certificate everything hangs on.
//!
//! [`CertificateView`] is only structure: it accepts wrong certificates so that the lint rules
//! can say what is wrong with them.

use const_oid::ObjectIdentifier;

use super::{
    algorithm::SignatureAlgorithm,
    name::Name,
    oid,
    serial_number::SerialNumber,
    signature::{self, BadSignature},
    spki::PublicKey,
    tlv::{self, Element, Malformed, Reader},
    validity::Validity,
};

/// `SEQUENCE { tbs, algorithm, signature }`: a certificate, CRL or request.
#[must_use]
pub fn assemble(tbs_der: &[u8], algorithm: SignatureAlgorithm, signature: &[u8]) -> Vec<u8> {
    tlv::sequence(&[tbs_der, algorithm.der(), &tlv::bit_string(signature)])
}

/// One extension as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtensionView<'a> {
    pub oid: ObjectIdentifier,
    pub critical: bool,
    /// Content of the OCTET STRING.
    pub value: &'a [u8],
}

/// A certificate taken apart once; all parts borrow from its bytes.
#[derive(Clone, Debug)]
pub struct CertificateView<'a> {
    /// The signed bytes.
    pub tbs: &'a [u8],
    /// `version` as encoded; 0 (v1) when it is absent.
    pub version: u8,
    pub serial: Element<'a>,
    /// `AlgorithmIdentifier` inside the TBS.
    pub inner_algorithm: &'a [u8],
    pub issuer: &'a [u8],
    pub validity: Element<'a>,
    pub subject: &'a [u8],
    pub spki: &'a [u8],
    /// issuerUniqueID or subjectUniqueID is there.
    pub has_unique_id: bool,
    pub extensions: Vec<ExtensionView<'a>>,
    /// `AlgorithmIdentifier` beside the signature.
    pub outer_algorithm: &'a [u8],
    pub signature: &'a [u8],
}

impl<'a> CertificateView<'a> {
    /// # Errors
    /// When the bytes are not one DER certificate and nothing else.
    pub fn parse(der: &'a [u8]) -> Result<Self, Malformed> {
        let mut outer = tlv::only(der, tlv::SEQUENCE)?.reader();
        let tbs = outer.expect(tlv::SEQUENCE)?;
        let outer_algorithm = outer.expect(tlv::SEQUENCE)?.raw;
        let signature = outer.expect(tlv::BIT_STRING)?.bit_octets()?;
        outer.finish()?;
        let mut reader = tbs.reader();
        let version = match reader.optional(tlv::constructed(0))? {
            None => 0,
            Some(version) => match tlv::only(version.value, tlv::INTEGER)?.unsigned()? {
                [version] => *version,
                _ => return Err(Malformed),
            },
        };
        let view = Self {
            tbs: tbs.raw,
            version,
            serial: reader.expect(tlv::INTEGER)?,
            inner_algorithm: reader.expect(tlv::SEQUENCE)?.raw,
            issuer: reader.expect(tlv::SEQUENCE)?.raw,
            validity: reader.expect(tlv::SEQUENCE)?,
            subject: reader.expect(tlv::SEQUENCE)?.raw,
            spki: reader.expect(tlv::SEQUENCE)?.raw,
            has_unique_id: reader.optional(tlv::primitive(1))?.is_some()
                | reader.optional(tlv::primitive(2))?.is_some(),
            extensions: match reader.optional(tlv::constructed(3))? {
                Some(wrapper) => extensions(&tlv::only(wrapper.value, tlv::SEQUENCE)?)?,
                None => Vec::new(),
            },
            outer_algorithm,
            signature,
        };
        reader.finish()?;
        Ok(view)
    }

    /// Content of the extension with this identifier.
    #[must_use]
    pub fn extension(&self, oid: ObjectIdentifier) -> Option<&ExtensionView<'a>> {
        self.extensions.iter().find(|found| found.oid == oid)
    }
}

/// Reads `Extensions`.
///
/// # Errors
/// When the element is no list of DER extensions, or `critical` is encoded as FALSE.
pub fn extensions<'a>(list: &Element<'a>) -> Result<Vec<ExtensionView<'a>>, Malformed> {
    let mut reader = list.reader();
    let mut found = Vec::with_capacity(10);
    while !reader.is_empty() {
        let mut fields = reader.expect(tlv::SEQUENCE)?.reader();
        let oid = fields.expect(tlv::OID)?.oid()?;
        let critical = match fields.optional(tlv::BOOLEAN)? {
            Some(flag) if !flag.boolean()? => return Err(Malformed),
            flag => flag.is_some(),
        };
        let value = fields.expect(tlv::OCTET_STRING)?.value;
        fields.finish()?;
        found.push(ExtensionView {
            oid,
            critical,
            value,
        });
    }
    Ok(found)
}

/// A CA certificate, parsed and checked once; what issuance copies from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaCertificate {
    der: Vec<u8>,
    serial: SerialNumber,
    subject: Name,
    issuer: Name,
    validity: Validity,
    public_key: PublicKey,
    key_identifier: Vec<u8>,
}

/// Why a certificate cannot be an issuer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotACa {
    #[error("malformed CA certificate")]
    Malformed,
    #[error("the certificate is no CA's: basicConstraints, keyUsage or version do not say so")]
    NotCa,
    #[error("the CA certificate has no subject key identifier")]
    NoKeyIdentifier,
    #[error("the CA certificate has a key this program cannot use")]
    Key,
}

impl From<Malformed> for NotACa {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

impl CaCertificate {
    /// Reads DER. The signature on it is not judged here ([`CaCertificate::verify_issued_by`]).
    ///
    /// # Errors
    /// [`NotACa`] says why it cannot issue.
    pub fn from_der(der: &[u8]) -> Result<Self, NotACa> {
        let view = CertificateView::parse(der)?;
        let constraints = view
            .extension(oid::BASIC_CONSTRAINTS)
            .ok_or(NotACa::NotCa)?;
        let mut fields = tlv::only(constraints.value, tlv::SEQUENCE)?.reader();
        let is_ca = fields
            .optional(tlv::BOOLEAN)?
            .is_some_and(|flag| flag.boolean() == Ok(true));
        if !is_ca || view.version != 2 || !may_sign(&view)? {
            return Err(NotACa::NotCa);
        }
        let identifier = view
            .extension(oid::SUBJECT_KEY_IDENTIFIER)
            .ok_or(NotACa::NoKeyIdentifier)?;
        let serial = view.serial.unsigned()?;
        Ok(Self {
            serial: SerialNumber::from_bytes(serial).map_err(|_| NotACa::Malformed)?,
            subject: Name::from_der(view.subject)?,
            issuer: Name::from_der(view.issuer)?,
            validity: Validity::from_der(&view.validity)?,
            public_key: PublicKey::from_spki(view.spki).map_err(|_| NotACa::Key)?,
            key_identifier: tlv::only(identifier.value, tlv::OCTET_STRING)?
                .value
                .to_vec(),
            der: der.to_vec(),
        })
    }

    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    #[must_use]
    pub const fn serial(&self) -> &SerialNumber {
        &self.serial
    }

    /// The name to copy into what it issues.
    #[must_use]
    pub const fn subject(&self) -> &Name {
        &self.subject
    }

    #[must_use]
    pub const fn issuer(&self) -> &Name {
        &self.issuer
    }

    #[must_use]
    pub const fn validity(&self) -> Validity {
        self.validity
    }

    #[must_use]
    pub const fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The subject key identifier, which is the authority key identifier of what it issues.
    #[must_use]
    pub fn key_identifier(&self) -> &[u8] {
        &self.key_identifier
    }

    /// Issuer and subject are the same name.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    /// Its key can make signatures of this algorithm (S/MIME BR 7.1.3.2).
    #[must_use]
    pub fn permits(&self, algorithm: SignatureAlgorithm) -> bool {
        signature::fits(&self.public_key, algorithm)
    }

    /// Certificates below it may have this policy: it is listed, or anyPolicy is (RFC 5280
    /// 6.1.3 d). A CA that lists none certifies by no policy.
    #[must_use]
    pub fn certifies(&self, policy: ObjectIdentifier) -> bool {
        let listed = policies(&self.der).unwrap_or_default();
        listed.contains(&policy) || listed.contains(&oid::ANY_POLICY)
    }

    /// The certificate names `issuer` and verifies under its key.
    ///
    /// # Errors
    /// When the name differs or the signature does not verify.
    pub fn verify_issued_by(&self, issuer: &Self) -> Result<(), BadSignature> {
        let view = CertificateView::parse(&self.der).map_err(|_| BadSignature)?;
        if self.issuer != issuer.subject || view.inner_algorithm != view.outer_algorithm {
            return Err(BadSignature);
        }
        issuer.verify(view.tbs, view.outer_algorithm, view.signature)
    }

    /// Whether its key has signed `tbs`, a certificate's or a CRL's; `algorithm` is the DER
    /// `AlgorithmIdentifier` beside the signature.
    ///
    /// # Errors
    /// When the algorithm is none of ours or the signature does not verify.
    pub fn verify(
        &self,
        tbs: &[u8],
        algorithm: &[u8],
        signature: &[u8],
    ) -> Result<(), BadSignature> {
        let algorithm = SignatureAlgorithm::from_der(algorithm).ok_or(BadSignature)?;
        signature::verify(&self.public_key, algorithm, tbs, signature)
    }
}

/// The policies of certificatePolicies, if it is there.
fn policies(der: &[u8]) -> Result<Vec<ObjectIdentifier>, Malformed> {
    let view = CertificateView::parse(der)?;
    let Some(extension) = view.extension(oid::CERTIFICATE_POLICIES) else {
        return Ok(Vec::new());
    };
    let mut list = tlv::only(extension.value, tlv::SEQUENCE)?.reader();
    let mut found = Vec::new();
    while !list.is_empty() {
        let mut policy = list.expect(tlv::SEQUENCE)?.reader();
        found.push(policy.expect(tlv::OID)?.oid()?);
    }
    Ok(found)
}

/// keyUsage has keyCertSign and cRLSign.
fn may_sign(view: &CertificateView<'_>) -> Result<bool, Malformed> {
    let Some(usage) = view.extension(oid::KEY_USAGE) else {
        return Ok(false);
    };
    let (_, bits) = Reader::new(usage.value)
        .expect(tlv::BIT_STRING)?
        .bit_string()?;
    Ok(bits.first().is_some_and(|octet| octet & 0x06 == 0x06))
}
