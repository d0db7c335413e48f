//! Builders for the extensions this CA writes (RFC 5280 4.2, 5.2).
//!
//! Each returns the exact DER one profile needs; which extensions a certificate gets is decided
//! in [`crate::policy`].

use const_oid::ObjectIdentifier;

use super::{
    general_name::{HttpUrl, Rfc822Name},
    oid, tlv,
};

/// One extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    oid: ObjectIdentifier,
    critical: bool,
    value: Vec<u8>,
}

impl Extension {
    fn new(oid: ObjectIdentifier, critical: bool, value: Vec<u8>) -> Self {
        Self {
            oid,
            critical,
            value,
        }
    }

    #[must_use]
    pub const fn oid(&self) -> ObjectIdentifier {
        self.oid
    }

    /// The DER `Extension`; `critical` is left out when false (DEFAULT).
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let critical: &[u8] = if self.critical {
            &[tlv::BOOLEAN, 1, 0xff]
        } else {
            &[]
        };
        let value = tlv::element(tlv::OCTET_STRING, &[&self.value]);
        tlv::sequence(&[&tlv::oid(&self.oid), critical, &value])
    }
}

/// Bits of `KeyUsage` (RFC 5280 4.2.1.3), numbered as in the RFC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyUsageBit {
    DigitalSignature,
    KeyEncipherment,
    KeyAgreement,
    KeyCertSign,
    CrlSign,
}

impl KeyUsageBit {
    const fn mask(self) -> u8 {
        match self {
            Self::DigitalSignature => 0x80,
            Self::KeyEncipherment => 0x20,
            Self::KeyAgreement => 0x08,
            Self::KeyCertSign => 0x04,
            Self::CrlSign => 0x02,
        }
    }
}

/// Critical keyUsage; trailing zero bits are cut off as DER wants for named bits.
#[must_use]
pub fn key_usage(bits: &[KeyUsageBit]) -> Extension {
    let octet = bits.iter().fold(0, |sum, bit| sum | bit.mask());
    let unused = u8::try_from(octet.trailing_zeros().min(7)).unwrap_or(7);
    let value = tlv::element(tlv::BIT_STRING, &[&[unused, octet]]);
    Extension::new(oid::KEY_USAGE, true, value)
}

/// Critical basicConstraints of a CA.
#[must_use]
pub fn ca_basic_constraints(path_len: Option<u8>) -> Extension {
    let length = path_len.map_or_else(Vec::new, |n| tlv::integer(&[n]));
    let value = tlv::sequence(&[&[tlv::BOOLEAN, 1, 0xff], &length]);
    Extension::new(oid::BASIC_CONSTRAINTS, true, value)
}

/// Not critical: SHOULD NOT be in a CA, no stipulation in a leaf (S/MIME BR 7.1.2).
#[must_use]
pub fn ext_key_usage(purposes: &[ObjectIdentifier]) -> Extension {
    let list = purposes.iter().flat_map(tlv::oid).collect::<Vec<_>>();
    Extension::new(oid::EXT_KEY_USAGE, false, tlv::sequence(&[&list]))
}

/// Policies without qualifiers, as RFC 5280 4.2.1.4 recommends.
#[must_use]
pub fn certificate_policies(policies: &[ObjectIdentifier]) -> Extension {
    let list = policies
        .iter()
        .flat_map(|policy| tlv::sequence(&[&tlv::oid(policy)]))
        .collect::<Vec<_>>();
    Extension::new(oid::CERTIFICATE_POLICIES, false, tlv::sequence(&[&list]))
}

#[must_use]
pub fn subject_key_identifier(identifier: &[u8; 20]) -> Extension {
    let value = tlv::element(tlv::OCTET_STRING, &[identifier]);
    Extension::new(oid::SUBJECT_KEY_IDENTIFIER, false, value)
}

/// keyIdentifier only; issuer and serial are forbidden by S/MIME BR 7.1.2.3 g.
#[must_use]
pub fn authority_key_identifier(identifier: &[u8]) -> Extension {
    let value = tlv::sequence(&[&tlv::element(tlv::primitive(0), &[identifier])]);
    Extension::new(oid::AUTHORITY_KEY_IDENTIFIER, false, value)
}

/// One mailbox; not critical because the subject is never empty.
#[must_use]
pub fn subject_alt_name(mailbox: &Rfc822Name) -> Extension {
    let value = tlv::sequence(&[&mailbox.to_der()]);
    Extension::new(oid::SUBJECT_ALT_NAME, false, value)
}

/// One distribution point with one URL.
#[must_use]
pub fn crl_distribution_point(url: &HttpUrl) -> Extension {
    let value = tlv::sequence(&[&tlv::sequence(&[&distribution_point_name(url)])]);
    Extension::new(oid::CRL_DISTRIBUTION_POINTS, false, value)
}

/// The client's nonce in an OCSP response (RFC 9654 2.1): an OCTET STRING inside the OCTET STRING.
#[must_use]
pub fn ocsp_nonce(nonce: &[u8]) -> Extension {
    let value = tlv::element(tlv::OCTET_STRING, &[nonce]);
    Extension::new(oid::OCSP_NONCE, false, value)
}

/// Where the issuer's certificate is; no OCSP until a responder is live.
#[must_use]
pub fn ca_issuers(url: &HttpUrl) -> Extension {
    let description = tlv::sequence(&[&tlv::oid(&oid::CA_ISSUERS), &url.to_der()]);
    let value = tlv::sequence(&[&description]);
    Extension::new(oid::AUTHORITY_INFO_ACCESS, false, value)
}

/// CRL number, below 2^159 (RFC 5280 5.2.3).
#[must_use]
pub fn crl_number(number: u64) -> Extension {
    let value = tlv::integer(&number.to_be_bytes());
    Extension::new(oid::CRL_NUMBER, false, value)
}

/// The critical scope of a partitioned CRL: same URL, byte for byte, as in the certificates.
#[must_use]
pub fn issuing_distribution_point(url: &HttpUrl) -> Extension {
    let value = tlv::sequence(&[&distribution_point_name(url)]);
    Extension::new(oid::ISSUING_DISTRIBUTION_POINT, true, value)
}

/// `[0] distributionPoint { [0] fullName }`.
fn distribution_point_name(url: &HttpUrl) -> Vec<u8> {
    let full_name = tlv::element(tlv::constructed(0), &[&url.to_der()]);
    tlv::element(tlv::constructed(0), &[&full_name])
}

#[cfg(test)]
mod tests {
    use super::{KeyUsageBit::*, *};

    /// Values of the table in S/MIME BR 7.1.2.3 e and 7.1.2.1.
    #[test]
    fn key_usage_bytes() {
        for (bits, golden) in [
            (vec![DigitalSignature, KeyEncipherment], "030205a0"),
            (vec![DigitalSignature, KeyAgreement], "03020388"),
            (vec![KeyCertSign, CrlSign], "03020106"),
        ] {
            assert_eq!(hex::encode(key_usage(&bits).value), golden);
        }
    }

    #[test]
    fn golden_extensions() {
        assert_eq!(
            hex::encode(ca_basic_constraints(Some(0)).to_der()),
            "30120603551d130101ff040830060101ff020100"
        );
        assert_eq!(
            hex::encode(authority_key_identifier(&[0xab; 2]).to_der()),
            "300d0603551d23040630048002abab"
        );
        let url = HttpUrl::parse("http://a.b/").unwrap();
        assert_eq!(
            hex::encode(crl_distribution_point(&url).to_der()),
            "301c0603551d1f041530133011a00fa00d860b687474703a2f2f612e622f"
        );
        assert_eq!(
            hex::encode(crl_number(128).to_der()),
            "300b0603551d140404020200 80".replace(' ', "")
        );
    }
}
