//! The only way from data to a signed object: `Draft -> Linted -> Recorded -> Issued`.
//!
//! Each step is a type that only the step before can make, so nothing is ordered from the HSM
//! that was not linted byte for byte and durably recorded, and nothing is released whose
//! signature was not verified here.

use sha2::{Digest, Sha256};

use super::lint::{self, Occasion, RuleSet, report::Report};
use crate::{
    domain::{
        signing::{KeyName, SignOrder, Signature},
        timestamp::Timestamp,
        unit::Committed,
    },
    pkix::{
        algorithm::SignatureAlgorithm,
        certificate,
        signature::{self, BadSignature},
        spki::PublicKey,
    },
};

pub mod artifact;
pub mod ca;
pub mod crl;
pub mod leaf;
pub mod notification;

#[cfg(test)]
mod ca_certificate_tests;
#[cfg(test)]
mod judges;
#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

use artifact::Artifact;

/// Stands in for the signature while the TBS is linted (S/MIME BR 4.3.1.2 allows a constant):
/// 64 zero octets, which verify under no key.
const PLACEHOLDER: [u8; 64] = [0; 64];

/// A key with its pinned public half and the one algorithm it signs with here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerKey {
    name: KeyName,
    public: PublicKey,
    algorithm: SignatureAlgorithm,
}

/// The key cannot make signatures of the algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key cannot make {0} signatures")]
pub struct AlgorithmMismatch(pub SignatureAlgorithm);

impl IssuerKey {
    /// # Errors
    /// When keys of this kind do not make signatures of `algorithm` (S/MIME BR 7.1.3.2).
    pub fn new(
        name: KeyName,
        public: PublicKey,
        algorithm: SignatureAlgorithm,
    ) -> Result<Self, AlgorithmMismatch> {
        if !signature::fits(&public, algorithm) {
            return Err(AlgorithmMismatch(algorithm));
        }
        Ok(Self {
            name,
            public,
            algorithm,
        })
    }

    #[must_use]
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    #[must_use]
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    #[must_use]
    pub const fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }
}

/// A TBS made from verified data, not yet judged.
#[derive(Clone, Debug)]
pub struct Draft<T> {
    artifact: T,
    key: IssuerKey,
}

/// A TBS without a finding that stands in the way.
#[derive(Clone, Debug)]
pub struct Linted<T> {
    artifact: T,
    key: IssuerKey,
    digest: [u8; 32],
    report: Report,
}

/// A TBS whose intent is durable: the right to one signature over exactly these bytes.
#[derive(Clone, Debug)]
pub struct Recorded<T>(Linted<T>);

/// A signed object whose signature verified under the pinned key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued<T> {
    artifact: T,
    der: Vec<u8>,
}

/// Why a signature gave no object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfinished {
    #[error("the signature does not verify")]
    Signature,
    #[error("the signed bytes are not those that were linted")]
    Changed,
}

/// The proof of durability is not about this TBS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the intent of this TBS is not recorded")]
pub struct NotRecorded;

impl<T: Artifact> Draft<T> {
    /// Reserved to the builders of this module.
    pub(super) const fn new(artifact: T, key: IssuerKey) -> Self {
        Self { artifact, key }
    }

    /// The bytes that would be signed.
    #[must_use]
    pub fn tbs(&self) -> &[u8] {
        self.artifact.tbs()
    }

    /// Runs the rules that bind at `now` over an object assembled from the exact TBS. The rules
    /// must be those of the key that will sign.
    ///
    /// # Errors
    /// The report, when anything in it stands in the way.
    pub fn lint(self, rules: &RuleSet, now: Timestamp) -> Result<Linted<T>, Report> {
        let signed = certificate::assemble(self.tbs(), self.key.algorithm, &PLACEHOLDER);
        let occasion = Occasion {
            signed_at: Some(now),
            signer: Some(&self.key.public.to_spki()),
        };
        let report = rules.judge(T::OBJECT, &signed, occasion);
        if !report.permits() {
            return Err(report);
        }
        Ok(Linted {
            digest: Sha256::digest(self.artifact.tbs()).into(),
            artifact: self.artifact,
            key: self.key,
            report,
        })
    }
}

impl<T: Artifact> Linted<T> {
    /// What the intent must store.
    #[must_use]
    pub fn tbs(&self) -> &[u8] {
        self.artifact.tbs()
    }

    /// SHA-256 of the TBS, as the intent and its audit entry name it.
    #[must_use]
    pub const fn tbs_sha256(&self) -> [u8; 32] {
        self.digest
    }

    #[must_use]
    pub const fn artifact(&self) -> &T {
        &self.artifact
    }

    /// What the rules said: their version and the warnings that are allowed.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }

    /// Needs the proof that a unit with this TBS is durable: from the committer, or in a key
    /// ceremony from the fsynced transcript.
    ///
    /// # Errors
    /// When the committed unit holds no intent for these bytes.
    pub fn recorded(self, committed: &Committed) -> Result<Recorded<T>, NotRecorded> {
        if committed.holds_tbs(&self.digest) {
            Ok(Recorded(self))
        } else {
            Err(NotRecorded)
        }
    }
}

impl<T: Artifact> Recorded<T> {
    #[must_use]
    pub const fn artifact(&self) -> &T {
        &self.0.artifact
    }

    /// What to ask of the HSM. May be asked again only while no signature can exist.
    #[must_use]
    pub fn order(&self) -> SignOrder {
        SignOrder::new(
            self.0.key.name.clone(),
            T::PURPOSE,
            self.0.key.algorithm,
            self.0.artifact.tbs().to_vec(),
            self.0.artifact.intent(),
        )
    }

    /// Verifies what came back over exactly the recorded bytes, puts the object together, and
    /// compares what it is a signature of with what was linted, byte for byte.
    ///
    /// # Errors
    /// When one of the two fails: the intent must then be abandoned.
    pub fn finish(self, signature: &Signature) -> Result<Issued<T>, Unfinished> {
        let Linted {
            artifact,
            key,
            digest,
            ..
        } = self.0;
        signature::verify(&key.public, key.algorithm, artifact.tbs(), &signature.0)
            .map_err(|BadSignature| Unfinished::Signature)?;
        let der = certificate::assemble(artifact.tbs(), key.algorithm, &signature.0);
        let signed = lint::signed_part(&der).ok_or(Unfinished::Changed)?;
        if signed != artifact.tbs() || digest != <[u8; 32]>::from(Sha256::digest(signed)) {
            return Err(Unfinished::Changed);
        }
        Ok(Issued { artifact, der })
    }
}

impl<T: Artifact> Issued<T> {
    /// The signed object.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    #[must_use]
    pub const fn artifact(&self) -> &T {
        &self.artifact
    }

    #[must_use]
    pub fn into_der(self) -> Vec<u8> {
        self.der
    }
}
