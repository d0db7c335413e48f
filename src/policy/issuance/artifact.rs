//! What can be signed through the pipeline.

use crate::{
    domain::signing::SignPurpose,
    pkix::{serial_number::SerialNumber, validity::Validity},
    policy::lint::Object,
};

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::CertificateTbs {}
    impl Sealed for super::CrlTbs {}
    impl Sealed for super::RequestInfo {}
}

/// A to-be-signed object. Sealed: a new kind needs rules, a purpose and a place in the design.
pub trait Artifact: sealed::Sealed {
    /// What the key must be bound to.
    const PURPOSE: SignPurpose;
    /// What the rules judge it as.
    const OBJECT: Object;

    /// The exact bytes to sign.
    fn tbs(&self) -> &[u8];

    /// How the intent is called in logs.
    fn intent(&self) -> String;
}

/// A `TBSCertificate`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateTbs {
    pub(super) der: Vec<u8>,
    pub(super) serial: SerialNumber,
    pub(super) validity: Validity,
}

impl CertificateTbs {
    #[must_use]
    pub const fn serial(&self) -> &SerialNumber {
        &self.serial
    }

    #[must_use]
    pub const fn validity(&self) -> Validity {
        self.validity
    }
}

impl Artifact for CertificateTbs {
    const PURPOSE: SignPurpose = SignPurpose::Certificate;
    const OBJECT: Object = Object::Certificate;

    fn tbs(&self) -> &[u8] {
        &self.der
    }

    fn intent(&self) -> String {
        self.serial.to_string()
    }
}

/// A `TBSCertList`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrlTbs {
    pub(super) der: Vec<u8>,
    pub(super) number: u64,
    /// The URL the list is published under, or "full".
    pub(super) scope: String,
}

impl CrlTbs {
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }
}

impl Artifact for CrlTbs {
    const PURPOSE: SignPurpose = SignPurpose::CertificateList;
    const OBJECT: Object = Object::CertificateList;

    fn tbs(&self) -> &[u8] {
        &self.der
    }

    fn intent(&self) -> String {
        format!("{}#{}", self.scope, self.number)
    }
}

/// The `CertificationRequestInfo` of an issuing CA or a notification key, made in a ceremony.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestInfo {
    pub(super) der: Vec<u8>,
}

impl Artifact for RequestInfo {
    const PURPOSE: SignPurpose = SignPurpose::CertificationRequest;
    const OBJECT: Object = Object::Request;

    fn tbs(&self) -> &[u8] {
        &self.der
    }

    fn intent(&self) -> String {
        "certification request".to_owned()
    }
}
