//! What a key ceremony signs: drafted, checked on its exact bytes, recorded, signed, verified.
//!
//! The chain of types is the rule: [`Checked`] exists only for bytes without a finding,
//! [`Recorded`] only for bytes a transcript line on the disk names, and a signature order only
//! for a [`Recorded`]. Knows no token, no file, no clock.

pub mod check;
pub mod draft;
pub mod skeleton;

use sha2::{Digest, Sha256};

use self::{check::Finding, draft::Draft};
use crate::{
    domain::{
        signing::{KeyName, SignOrder, SignPurpose, Signature},
        unit::Committed,
    },
    pkix::{
        algorithm::SignatureAlgorithm,
        certificate,
        signature::{self, BadSignature},
        spki::PublicKey,
    },
};

/// What kind of structure is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    RootCertificate,
    IssuingCertificate,
    Request,
    RootCrl,
}

impl Object {
    /// What the key must be allowed for.
    #[must_use]
    pub const fn purpose(self) -> SignPurpose {
        match self {
            Self::RootCertificate | Self::IssuingCertificate => SignPurpose::Certificate,
            Self::Request => SignPurpose::CertificationRequest,
            Self::RootCrl => SignPurpose::CertificateList,
        }
    }
}

/// To-be-signed bytes without a finding.
#[derive(Clone, Debug)]
pub struct Checked(Draft);

/// To-be-signed bytes that a durable transcript names.
#[derive(Clone, Debug)]
pub struct Recorded(Draft);

/// The record speaks of other bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the transcript does not name the bytes to be signed")]
pub struct NotRecorded;

impl Checked {
    /// # Errors
    /// Every finding, if there is one.
    pub fn new(draft: Draft) -> Result<Self, Vec<Finding>> {
        let findings = check::findings(&draft);
        if findings.is_empty() {
            Ok(Self(draft))
        } else {
            Err(findings)
        }
    }

    #[must_use]
    pub fn tbs(&self) -> &[u8] {
        &self.0.tbs
    }

    #[must_use]
    pub fn tbs_sha256(&self) -> [u8; 32] {
        Sha256::digest(&self.0.tbs).into()
    }

    /// # Errors
    /// When `by` is the proof of something else.
    pub fn recorded(self, by: &Committed) -> Result<Recorded, NotRecorded> {
        if by.holds_tbs(&self.tbs_sha256()) {
            Ok(Recorded(self.0))
        } else {
            Err(NotRecorded)
        }
    }
}

impl Recorded {
    /// The right to one signature by `key`.
    #[must_use]
    pub fn order(&self, key: KeyName, ceremony: &str) -> SignOrder {
        SignOrder::new(
            key,
            self.0.object.purpose(),
            self.0.algorithm,
            self.0.tbs.clone(),
            format!("ceremony {ceremony}"),
        )
    }

    #[must_use]
    pub const fn algorithm(&self) -> SignatureAlgorithm {
        self.0.algorithm
    }

    /// The signed structure, once its signature has been verified with `key`.
    ///
    /// # Errors
    /// When the signature is not one of exactly the recorded bytes.
    pub fn signed(&self, value: &Signature, key: &PublicKey) -> Result<Vec<u8>, BadSignature> {
        signature::verify(key, self.0.algorithm, &self.0.tbs, &value.0)?;
        // Certificate, CertificationRequest and CertificateList share one outer form.
        Ok(certificate::assemble(
            &self.0.tbs,
            self.0.algorithm,
            &value.0,
        ))
    }
}
