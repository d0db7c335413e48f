//! The TBS of CA certificates and the request of an issuing CA, for key ceremonies
//! (S/MIME BR 7.1.2.1, 7.1.2.2).

use const_oid::ObjectIdentifier;

use super::{
    Draft, IssuerKey,
    artifact::{CertificateTbs, RequestInfo},
};
use crate::pkix::{
    certificate::CaCertificate,
    certification_request,
    extension::{self, KeyUsageBit},
    general_name::HttpUrl,
    name::Name,
    oid,
    serial_number::SerialNumber,
    spki::PublicKey,
    tbs_certificate::TbsCertificate,
    validity::Validity,
};

/// A self-signed root.
#[derive(Clone, Debug)]
pub struct RootOrder<'a> {
    pub subject: &'a Name,
    pub key: &'a IssuerKey,
    pub serial: SerialNumber,
    pub validity: Validity,
}

/// An issuing CA under a root: pathLen 0, emailProtection only, both policies of this CA.
#[derive(Clone, Debug)]
pub struct IssuingOrder<'a> {
    pub issuer: &'a CaCertificate,
    pub key: &'a IssuerKey,
    pub subject: &'a Name,
    pub subject_key: &'a PublicKey,
    pub serial: SerialNumber,
    pub validity: Validity,
    /// The root's CRL.
    pub crl: &'a HttpUrl,
    /// The root's certificate.
    pub ca_issuers: &'a HttpUrl,
}

/// Why there is no draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaFault {
    #[error("an RSA CA key needs at least 4096 bits (S/MIME BR 6.1.5), this one has {0}")]
    TooSmall(u32),
    #[error("the CA would outlive its issuer, or begin before it")]
    IssuerPeriod,
    #[error("the signing key is not the issuer's")]
    IssuerKey,
    #[error("the issuing CA has the name or key of its root")]
    SameAsIssuer,
}

/// Smallest RSA modulus of a CA certificate signed since 2026-09-15 (S/MIME BR 6.1.5).
pub const RSA_CA_MIN_BITS: u32 = 4096;

const CA_USAGE: [KeyUsageBit; 2] = [KeyUsageBit::KeyCertSign, KeyUsageBit::CrlSign];

/// Builds a root: basicConstraints without pathLen, no policies, no extended key usage.
///
/// # Errors
/// When the key is too small.
pub fn root(order: RootOrder<'_>) -> Result<Draft<CertificateTbs>, CaFault> {
    check_size(order.key.public())?;
    let identifier = order.key.public().key_identifier();
    let der = TbsCertificate {
        serial: &order.serial,
        algorithm: order.key.algorithm(),
        issuer: order.subject,
        validity: order.validity,
        subject: order.subject,
        public_key: order.key.public(),
        extensions: &[
            extension::subject_key_identifier(&identifier),
            extension::authority_key_identifier(&identifier),
            extension::ca_basic_constraints(None),
            extension::key_usage(&CA_USAGE),
        ],
    }
    .to_der();
    let artifact = CertificateTbs {
        der,
        serial: order.serial,
        validity: order.validity,
    };
    Ok(Draft::new(artifact, order.key.clone()))
}

/// Builds an issuing CA's certificate.
///
/// # Errors
/// When key, name or period do not fit the issuer.
pub fn issuing(order: IssuingOrder<'_>) -> Result<Draft<CertificateTbs>, CaFault> {
    check_size(order.subject_key)?;
    if order.issuer.public_key() != order.key.public() {
        return Err(CaFault::IssuerKey);
    }
    if order.issuer.subject() == order.subject || order.issuer.public_key() == order.subject_key {
        return Err(CaFault::SameAsIssuer);
    }
    let period = order.issuer.validity();
    if order.validity.not_after() > period.not_after()
        || order.validity.not_before() < period.not_before()
    {
        return Err(CaFault::IssuerPeriod);
    }
    let policies = [oid::ORGANIZATION_MULTIPURPOSE, oid::ORGANIZATION_STRICT];
    let der = TbsCertificate {
        serial: &order.serial,
        algorithm: order.key.algorithm(),
        issuer: order.issuer.subject(),
        validity: order.validity,
        subject: order.subject,
        public_key: order.subject_key,
        extensions: &[
            extension::authority_key_identifier(order.issuer.key_identifier()),
            extension::subject_key_identifier(&order.subject_key.key_identifier()),
            extension::ca_basic_constraints(Some(0)),
            extension::key_usage(&CA_USAGE),
            extension::ext_key_usage(&[oid::EMAIL_PROTECTION]),
            extension::certificate_policies(&policies),
            extension::crl_distribution_point(order.crl),
            extension::ca_issuers(order.ca_issuers),
        ],
    }
    .to_der();
    let artifact = CertificateTbs {
        der,
        serial: order.serial,
        validity: order.validity,
    };
    Ok(Draft::new(artifact, order.key.clone()))
}

/// Builds the request that the token of an issuing CA or of a notification key signs in its
/// ceremony; attributes are pairs of identifier and DER value.
///
/// # Errors
/// When the key is too small for a CA; a notification key is no smaller.
pub fn request(
    subject: &Name,
    key: &IssuerKey,
    attributes: &[(ObjectIdentifier, Vec<u8>)],
) -> Result<Draft<RequestInfo>, CaFault> {
    check_size(key.public())?;
    let der = certification_request::request_info(subject, key.public(), attributes);
    Ok(Draft::new(RequestInfo { der }, key.clone()))
}

fn check_size(key: &PublicKey) -> Result<(), CaFault> {
    let bits = key.bits();
    match key {
        PublicKey::Rsa { .. } if bits < RSA_CA_MIN_BITS => Err(CaFault::TooSmall(bits)),
        _ => Ok(()),
    }
}
