//! What a rehearsal and the ceremony itself must have in common.
//!
//! A skeleton is the to-be-signed structure with everything blanked that only the real run can
//! know: serial, public key, key identifiers, times, the binding attribute. Officers approve its
//! hash after the rehearsal, and the run signs nothing with another one. What is signed comes
//! from [`crate::policy::issuance`], like everything the daemon signs.

use const_oid::ObjectIdentifier;
use sha2::{Digest, Sha256};

use super::{
    issuance::{Draft, artifact::Artifact},
    lint::Object,
};
use crate::pkix::{
    algorithm::SignatureAlgorithm,
    certificate::{self, CertificateView, ExtensionView},
    certification_request::RequestView,
    oid,
    tbs_cert_list::CrlView,
    tlv::{self, Malformed},
};

/// The attribute that ties a request to its ceremony. Its arc is the one for documentation
/// (RFC 5612): a request goes from one ceremony of this CA to another and is never published.
pub const BINDING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.1.1");

/// What stands in [`BINDING`] of a request made in a rehearsal.
pub const REHEARSAL: &str = "REHEARSAL";

/// The value of [`BINDING`]: the hash of the transcript so far, or the word [`REHEARSAL`].
#[must_use]
pub fn binding(transcript: Option<[u8; 32]>) -> (ObjectIdentifier, Vec<u8>) {
    let value = transcript.map_or_else(
        || tlv::element(tlv::UTF8_STRING, &[REHEARSAL.as_bytes()]),
        |hash| tlv::element(tlv::OCTET_STRING, &[&hash]),
    );
    (BINDING, value)
}

/// SHA-256 of the draft's skeleton.
///
/// # Errors
/// When the draft is not the structure it says.
pub fn skeleton<T: Artifact>(
    draft: &Draft<T>,
    algorithm: SignatureAlgorithm,
) -> Result<[u8; 32], Malformed> {
    // The views read whole structures; the signature is left empty.
    let whole = certificate::assemble(draft.tbs(), algorithm, &[]);
    let blanked = match T::OBJECT {
        Object::Certificate => of_certificate(&whole)?,
        Object::Request => of_request(&whole)?,
        Object::CertificateList => of_list(&whole)?,
    };
    Ok(Sha256::digest(blanked).into())
}

/// The skeleton of a ceremony that signs nothing: its plan in a word.
#[must_use]
pub fn skeleton_of_nothing(what: &str) -> [u8; 32] {
    Sha256::digest(what.as_bytes()).into()
}

fn of_certificate(der: &[u8]) -> Result<Vec<u8>, Malformed> {
    let view = CertificateView::parse(der)?;
    let blank = tlv::sequence(&[]);
    Ok(tlv::sequence(&[
        &tlv::integer(&[view.version]),
        view.inner_algorithm,
        view.issuer,
        &blank,
        view.subject,
        &blank,
        &extensions(&view.extensions),
    ]))
}

fn of_request(der: &[u8]) -> Result<Vec<u8>, Malformed> {
    let view = RequestView::parse(der)?;
    let asked = view.attribute(oid::EXTENSION_REQUEST)?.unwrap_or_default();
    Ok(tlv::sequence(&[
        view.subject,
        &tlv::sequence(&[]),
        &asked.concat(),
    ]))
}

fn of_list(der: &[u8]) -> Result<Vec<u8>, Malformed> {
    let view = CrlView::parse(der)?;
    let entries = view.entries.unwrap_or_default();
    let entries: Vec<u8> = entries
        .iter()
        .flat_map(|entry| {
            let extensions = extensions(&entry.extensions);
            tlv::sequence(&[entry.serial.raw, entry.revoked_at.raw, &extensions])
        })
        .collect();
    Ok(tlv::sequence(&[
        &tlv::integer(&[view.version]),
        view.inner_algorithm,
        view.issuer,
        &tlv::sequence(&[&entries]),
        &extensions(&view.extensions),
    ]))
}

/// Every extension in its order; key identifiers without their value.
fn extensions(found: &[ExtensionView<'_>]) -> Vec<u8> {
    let list: Vec<u8> = found
        .iter()
        .flat_map(|extension| {
            let is_identifier = extension.oid == oid::SUBJECT_KEY_IDENTIFIER
                || extension.oid == oid::AUTHORITY_KEY_IDENTIFIER;
            let value = if is_identifier { &[] } else { extension.value };
            tlv::sequence(&[
                &tlv::oid(&extension.oid),
                &[tlv::BOOLEAN, 1, u8::from(extension.critical)],
                &tlv::element(tlv::OCTET_STRING, &[value]),
            ])
        })
        .collect();
    tlv::sequence(&[&list])
}
