//! `TBSCertificate`: the bytes a CA signs (RFC 5280 4.1.2).
//!
//! Issuer, subject and key are taken as finished DER and copied, so that nothing is encoded
//! twice in two ways.

use super::{
    algorithm::SignatureAlgorithm, extension::Extension, name::Name, serial_number::SerialNumber,
    spki::PublicKey, tlv, validity::Validity,
};

/// Everything a version 3 certificate says.
#[derive(Clone, Debug)]
pub struct TbsCertificate<'a> {
    pub serial: &'a SerialNumber,
    /// Also stands outside the TBS; [`super::certificate::assemble`] writes the same bytes.
    pub algorithm: SignatureAlgorithm,
    /// Subject of the issuer's certificate, byte for byte.
    pub issuer: &'a Name,
    pub validity: Validity,
    pub subject: &'a Name,
    pub public_key: &'a PublicKey,
    /// In the order they shall stand.
    pub extensions: &'a [Extension],
}

impl TbsCertificate<'_> {
    /// The DER; the same input gives the same bytes.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let version = tlv::element(tlv::constructed(0), &[&tlv::integer(&[2])]);
        let extensions = self
            .extensions
            .iter()
            .flat_map(Extension::to_der)
            .collect::<Vec<_>>();
        let extensions = tlv::element(tlv::constructed(3), &[&tlv::sequence(&[&extensions])]);
        tlv::sequence(&[
            &version,
            &self.serial.to_der(),
            self.algorithm.der(),
            self.issuer.as_der(),
            &self.validity.to_der(),
            self.subject.as_der(),
            &self.public_key.to_spki(),
            &extensions,
        ])
    }
}
