//! The CA above an object, taken from its certificate once for a rule set.

use super::{
    certificate::{Certificate, Kind},
    der::NotDer,
    key::{Curve, Form, Key},
};

/// What rules compare an object with.
#[derive(Clone, Debug)]
pub(super) struct Issuer {
    /// DER of its subject.
    pub(super) subject: Vec<u8>,
    /// DER of its SubjectPublicKeyInfo.
    pub(super) spki: Vec<u8>,
    /// DER of the AlgorithmIdentifier in it.
    pub(super) algorithm: Vec<u8>,
    pub(super) key_identifier: Option<Vec<u8>>,
    /// Seconds since 1970.
    pub(super) not_before: i64,
    pub(super) not_after: i64,
    pub(super) signer: Signer,
}

/// Which signatures a key makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signer {
    /// With the bits of the modulus.
    Rsa(usize),
    Ec(Curve),
    /// By the AlgorithmIdentifier of the key, which is that of the signature too.
    Own,
    /// None a CA may make.
    Nothing,
}

impl Issuer {
    pub(super) fn read(der: &[u8]) -> Result<Self, NotDer> {
        let read = Certificate::read(der, Kind::Root, None, None).map_err(|_| NotDer)?;
        Ok(Self {
            subject: read.subject_name.to_vec(),
            spki: read.spki.to_vec(),
            algorithm: read.key.algorithm.to_vec(),
            key_identifier: read.subject_key.map(<[u8]>::to_vec),
            not_before: read.not_before.seconds,
            not_after: read.not_after.seconds,
            signer: Signer::of(&read.key),
        })
    }
}

impl Signer {
    /// What a key signs with.
    pub(super) fn of(key: &Key<'_>) -> Self {
        match key.form {
            Form::Rsa { .. } => Self::Rsa(key.rsa_bits().unwrap_or(0)),
            Form::Ec { curve, .. } => Self::Ec(curve),
            Form::Ed25519 | Form::Ed448 | Form::MlDsa => Self::Own,
            Form::MlKem | Form::Malformed | Form::Unknown => Self::Nothing,
        }
    }
}
