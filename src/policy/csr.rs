//! A certification request as a client pastes it: text in, a proven public key or all faults out.
//!
//! Of a request only the key is taken; subject and requested extensions have no effect and their
//! contents are not judged. The block list and other certificates are facts of the store and
//! arrive through [`ProvenRequest::admit`].

use crate::pkix::{
    certificate::CertificateView,
    certification_request::RequestView,
    private_key,
    proof_of_possession::ProofAlgorithm,
    spki::{PublicKey, SpkiFault},
    tlv,
};

use super::key_policy::{self, KeyFault, Weakness};

pub mod fault;

pub(super) mod armor;

use fault::{CsrFault, CsrWarning};

/// Most octets of a request's text.
pub const MAX_TEXT: usize = 64 * 1024;
/// Most elements of one block that are tried as private keys; an honest block has one.
const MAX_PARTS: usize = 4;

/// A request whose key passes the key policy and whose self-signature verifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenRequest {
    key: PublicKey,
    warnings: Vec<CsrWarning>,
}

/// A request whose key passes the key policy; whether its sender has the private half is open.
pub struct CheckedRequest {
    key: PublicKey,
    proof: ProofAlgorithm,
    signed: Vec<u8>,
    signature: Vec<u8>,
    warnings: Vec<CsrWarning>,
}

/// A request that is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefusedRequest {
    /// At least one.
    pub faults: Vec<CsrFault>,
    /// The key as far as it could be read, to show it.
    pub key: Option<PublicKey>,
    /// Keys whose private half stood in the text: to be blocked at once and for ever. The text
    /// itself must not be stored or logged.
    pub leaked: Vec<PublicKey>,
}

/// What is known about a key beside its own numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyFacts {
    /// A published list names it, or the dear rule of [`key_policy::prime_modulus`] is broken.
    pub weak: Option<Weakness>,
    /// It stands on the block list.
    pub compromised: bool,
    /// A CA's, this system's or another subscriber's certificate has it.
    pub reused: bool,
}

impl CheckedRequest {
    /// The other half of [`examine`]: proof of possession.
    ///
    /// # Errors
    /// When the self-signature does not verify.
    pub fn prove(self) -> Result<ProvenRequest, RefusedRequest> {
        let Self { key, warnings, .. } = self;
        if self
            .proof
            .verify(&key, &self.signed, &self.signature)
            .is_ok()
        {
            return Ok(ProvenRequest { key, warnings });
        }
        Err(RefusedRequest {
            faults: vec![CsrFault::SignatureInvalid],
            key: Some(key),
            leaked: Vec::new(),
        })
    }
}

impl ProvenRequest {
    /// The key the requester has shown to possess.
    #[must_use]
    pub const fn key(&self) -> &PublicKey {
        &self.key
    }

    #[must_use]
    pub fn warnings(&self) -> &[CsrWarning] {
        &self.warnings
    }

    /// Weighs in what else is known about the key.
    ///
    /// # Errors
    /// When the key is weak, blocked or belongs to somebody else.
    pub fn admit(self, facts: KeyFacts) -> Result<Self, RefusedRequest> {
        let faults = facts.faults();
        if faults.is_empty() {
            return Ok(self);
        }
        Err(RefusedRequest {
            faults,
            key: Some(self.key),
            leaked: Vec::new(),
        })
    }
}

impl KeyFacts {
    /// What speaks against the key; empty when nothing does.
    #[must_use]
    pub fn faults(&self) -> Vec<CsrFault> {
        let weak = self.weak.map(|_| CsrFault::KeyWeak);
        let compromised = self.compromised.then_some(CsrFault::KeyCompromised);
        let reused = self.reused.then_some(CsrFault::KeyReused);
        [weak, compromised, reused].into_iter().flatten().collect()
    }
}

/// Judges a request's text, at most [`MAX_TEXT`] octets of it.
///
/// # Errors
/// Every fault that can be told at once. A private key anywhere in the text outweighs all else.
pub fn examine(text: &str) -> Result<ProvenRequest, RefusedRequest> {
    check(text)?.prove()
}

/// The first half of [`examine`]: all of it but the self-signature.
///
/// # Errors
/// As [`examine`].
pub fn check(text: &str) -> Result<CheckedRequest, RefusedRequest> {
    if text.len() > MAX_TEXT {
        return Err(refuse(CsrFault::Malformed));
    }
    let armored = armor::read(text);
    let leaked = leaked(&armored);
    if armored.names_private_key || !leaked.is_empty() {
        return Err(burnt(&armored, leaked));
    }
    let der = armor::request(&armored).map_err(refuse)?;
    let request = RequestView::parse(der).map_err(|_| {
        let certificate = CertificateView::parse(der).is_ok();
        refuse(if certificate {
            CsrFault::IsCertificate
        } else {
            CsrFault::Malformed
        })
    })?;
    check_key(&request)
}

/// Every private key in the text: in a block, behind something else in it, or without armour.
fn leaked(armored: &armor::Armored) -> Vec<PublicKey> {
    let blocks = armored
        .blocks
        .iter()
        .filter_map(|block| block.der.as_deref());
    let mut keys = Vec::new();
    for der in blocks.chain(armored.loose.iter().map(|der| &**der)) {
        let mut reader = tlv::Reader::new(der);
        for _ in 0..MAX_PARTS {
            let Ok(part) = reader.any() else { break };
            match private_key::public_key_of(part.raw) {
                Some(key) if !keys.contains(&key) => keys.push(key),
                _ => {}
            }
        }
    }
    keys
}

/// A key whose private half was sent is burnt, and so is the key of the request beside it: if
/// its possession is proven, for nobody shall block a stranger's key.
fn burnt(armored: &armor::Armored, mut leaked: Vec<PublicKey>) -> RefusedRequest {
    for der in armored.requests() {
        if let Ok(proven) = RequestView::parse(der)
            .map_err(|_| ())
            .and_then(|request| check_key(&request).map_err(|_| ()))
            .and_then(|checked| checked.prove().map_err(|_| ()))
            && !leaked.contains(&proven.key)
        {
            leaked.push(proven.key);
        }
    }
    RefusedRequest {
        faults: vec![CsrFault::ContainsPrivateKey],
        key: None,
        leaked,
    }
}

fn check_key(request: &RequestView<'_>) -> Result<CheckedRequest, RefusedRequest> {
    let key = PublicKey::from_spki(request.spki).map_err(|fault| {
        refuse(match fault {
            SpkiFault::Malformed => CsrFault::Malformed,
            SpkiFault::Curve => CsrFault::CurveUnsupported,
            SpkiFault::Algorithm | SpkiFault::PointForm => CsrFault::AlgorithmUnsupported,
        })
    })?;
    let mut faults = key_policy::faults(&key)
        .into_iter()
        .map(CsrFault::from)
        .collect::<Vec<_>>();
    // Ed25519 is no key for a leaf; nothing more is to be said about its signature.
    let judged = !matches!(key, PublicKey::Ed25519(_));
    match ProofAlgorithm::find(&key, request.algorithm) {
        Err(_) => faults.push(CsrFault::Malformed),
        Ok(None) if judged || faults.is_empty() => faults.push(CsrFault::AlgorithmUnsupported),
        // A signature is verified only under a key that passed: others cost time or cannot be.
        Ok(Some(proof)) if faults.is_empty() => {
            return Ok(CheckedRequest {
                key,
                proof,
                signed: request.info.to_vec(),
                signature: request.signature.to_vec(),
                warnings: warnings(request),
            });
        }
        Ok(_) => {}
    }
    Err(RefusedRequest {
        faults,
        key: Some(key),
        leaked: Vec::new(),
    })
}

fn warnings(request: &RequestView<'_>) -> Vec<CsrWarning> {
    let subject = request.has_subject.then_some(CsrWarning::SubjectIgnored);
    let extensions = request
        .asks_extensions
        .then_some(CsrWarning::ExtensionsIgnored);
    subject.into_iter().chain(extensions).collect()
}

fn refuse(fault: CsrFault) -> RefusedRequest {
    RefusedRequest {
        faults: vec![fault],
        ..RefusedRequest::default()
    }
}

impl From<KeyFault> for CsrFault {
    fn from(fault: KeyFault) -> Self {
        match fault {
            KeyFault::TooSmall { bits } => Self::KeyTooSmall { bits },
            KeyFault::TooLarge { bits } => Self::KeyTooLarge { bits },
            KeyFault::Exponent => Self::ExponentInvalid,
            KeyFault::Weak(_) => Self::KeyWeak,
            KeyFault::Algorithm => Self::AlgorithmUnsupported,
        }
    }
}

#[cfg(test)]
mod tests;
