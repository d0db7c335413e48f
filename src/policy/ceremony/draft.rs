//! The to-be-signed bytes of CA certificates, requests and root CRLs (S/MIME BR 7.1.2.1,
//! 7.1.2.2, 7.2).

use const_oid::ObjectIdentifier;

use super::Object;
use crate::{
    domain::timestamp::Timestamp,
    pkix::{
        algorithm::SignatureAlgorithm,
        certificate::CaCertificate,
        certification_request::request_info,
        extension::{self, KeyUsageBit},
        general_name::HttpUrl,
        name::Name,
        serial_number::SerialNumber,
        spki::PublicKey,
        tbs_cert_list::{RevokedEntry, TbsCertList},
        tbs_certificate::TbsCertificate,
        tlv,
        validity::Validity,
    },
};

/// The attribute that ties a request to its ceremony. Its arc is the one for documentation
/// (RFC 5612): a request goes from one ceremony of this CA to another and is never published.
pub const BINDING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.1.1");

/// What stands in [`BINDING`] of a request made in a rehearsal.
pub const REHEARSAL: &str = "REHEARSAL";

/// Bytes nobody has looked at yet.
#[derive(Clone, Debug)]
pub struct Draft {
    pub(super) object: Object,
    pub(super) algorithm: SignatureAlgorithm,
    pub(super) tbs: Vec<u8>,
}

impl Draft {
    #[must_use]
    pub fn tbs(&self) -> &[u8] {
        &self.tbs
    }
}

/// What a plan says about an issuing CA's certificate beside its names.
#[derive(Clone, Debug)]
pub struct IssuingTerms {
    pub path_length: u8,
    pub purposes: Vec<ObjectIdentifier>,
    pub policies: Vec<ObjectIdentifier>,
    pub crl: HttpUrl,
    pub ca_issuers: HttpUrl,
}

/// A self-signed root: no policies, no extended key usage, no path length (S/MIME BR 7.1.2.1).
#[must_use]
pub fn root(
    serial: &SerialNumber,
    algorithm: SignatureAlgorithm,
    subject: &Name,
    key: &PublicKey,
    validity: Validity,
) -> Draft {
    let extensions = [
        extension::ca_basic_constraints(None),
        extension::key_usage(&[KeyUsageBit::KeyCertSign, KeyUsageBit::CrlSign]),
        extension::subject_key_identifier(&key.key_identifier()),
    ];
    let tbs = TbsCertificate {
        serial,
        algorithm,
        issuer: subject,
        validity,
        subject,
        public_key: key,
        extensions: &extensions,
    };
    Draft {
        object: Object::RootCertificate,
        algorithm,
        tbs: tbs.to_der(),
    }
}

/// An issuing CA under `issuer`, whose name is copied byte for byte.
#[must_use]
pub fn issuing(
    serial: &SerialNumber,
    algorithm: SignatureAlgorithm,
    issuer: &CaCertificate,
    subject: &Name,
    key: &PublicKey,
    validity: Validity,
    terms: &IssuingTerms,
) -> Draft {
    let extensions = [
        extension::ca_basic_constraints(Some(terms.path_length)),
        extension::key_usage(&[KeyUsageBit::KeyCertSign, KeyUsageBit::CrlSign]),
        extension::ext_key_usage(&terms.purposes),
        extension::certificate_policies(&terms.policies),
        extension::crl_distribution_point(&terms.crl),
        extension::ca_issuers(&terms.ca_issuers),
        extension::subject_key_identifier(&key.key_identifier()),
        extension::authority_key_identifier(issuer.key_identifier()),
    ];
    let tbs = TbsCertificate {
        serial,
        algorithm,
        issuer: issuer.subject(),
        validity,
        subject,
        public_key: key,
        extensions: &extensions,
    };
    Draft {
        object: Object::IssuingCertificate,
        algorithm,
        tbs: tbs.to_der(),
    }
}

/// A request whose binding attribute holds the hash of the transcript so far, or the word
/// [`REHEARSAL`].
#[must_use]
pub fn request(
    algorithm: SignatureAlgorithm,
    subject: &Name,
    key: &PublicKey,
    transcript: Option<[u8; 32]>,
) -> Draft {
    let value = transcript.map_or_else(
        || tlv::element(tlv::UTF8_STRING, &[REHEARSAL.as_bytes()]),
        |hash| tlv::element(tlv::OCTET_STRING, &[&hash]),
    );
    Draft {
        object: Object::Request,
        algorithm,
        tbs: request_info(subject, key, &[(BINDING, value)]),
    }
}

/// A full CRL of a root, without a scope.
#[must_use]
pub fn root_crl(
    issuer: &CaCertificate,
    algorithm: SignatureAlgorithm,
    this_update: Timestamp,
    next_update: Timestamp,
    number: u64,
    entries: &[RevokedEntry],
) -> Draft {
    let tbs = TbsCertList {
        issuer,
        algorithm,
        this_update,
        next_update,
        number,
        scope: None,
        entries,
    };
    Draft {
        object: Object::RootCrl,
        algorithm,
        tbs: tbs.to_der(),
    }
}
