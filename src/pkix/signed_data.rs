//! A detached CMS signature by one signer, as S/MIME carries it (RFC 5652, RFC 8551 3.5).
//!
//! Knows neither MIME nor keys: it says what is to be signed, and puts together what was.

use sha2::{Digest, Sha256, Sha384, Sha512};

use super::{
    algorithm::SignatureAlgorithm,
    certificate::CertificateView,
    oid,
    tlv::{self, Malformed},
    validity::time_der,
};
use crate::domain::timestamp::Timestamp;

type Digester = fn(&[u8]) -> Vec<u8>;

/// The digest that goes with a signature algorithm.
struct Hash {
    /// `AlgorithmIdentifier` with absent parameters (RFC 5754 2).
    identifier: Vec<u8>,
    /// Name in `micalg` (RFC 8551 3.5.3.2).
    name: &'static str,
    digest: Digester,
}

/// The name of the digest in a multipart/signed of this algorithm.
#[must_use]
pub fn micalg(algorithm: SignatureAlgorithm) -> &'static str {
    hash(algorithm).name
}

/// The DER `SET` of signed attributes: content type, signing time and digest of the content. It
/// is what the key signs (RFC 5652 5.4).
#[must_use]
pub fn signed_attributes(
    content: &[u8],
    algorithm: SignatureAlgorithm,
    signed_at: Timestamp,
) -> Vec<u8> {
    let digest = (hash(algorithm).digest)(content);
    let mut attributes = [
        attribute(&oid::CONTENT_TYPE, &tlv::oid(&oid::DATA)),
        attribute(&oid::SIGNING_TIME, &time_der(signed_at)),
        attribute(
            &oid::MESSAGE_DIGEST,
            &tlv::element(tlv::OCTET_STRING, &[&digest]),
        ),
    ];
    // SET OF is sorted by encoding (X.690 11.6).
    attributes.sort_unstable();
    let parts: Vec<&[u8]> = attributes.iter().map(Vec::as_slice).collect();
    tlv::element(tlv::SET, &parts)
}

/// The DER `ContentInfo`: signature, the signer's certificate (the first) and those above it.
///
/// # Errors
/// When there is no certificate or the attributes are no `SET`.
pub fn detached(
    attributes: &[u8],
    algorithm: SignatureAlgorithm,
    certificates: &[&[u8]],
    signature: &[u8],
) -> Result<Vec<u8>, Malformed> {
    let signer = CertificateView::parse(certificates.first().ok_or(Malformed)?)?;
    let attributes = tlv::only(attributes, tlv::SET)?.value;
    let hash = hash(algorithm);
    let signer = tlv::sequence(&[
        &tlv::integer(&[1]),
        &tlv::sequence(&[signer.issuer, signer.serial.raw]),
        &hash.identifier,
        &tlv::element(tlv::constructed(0), &[attributes]),
        algorithm.der(),
        &tlv::element(tlv::OCTET_STRING, &[signature]),
    ]);
    let mut sorted = certificates.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let signed_data = tlv::sequence(&[
        &tlv::integer(&[1]),
        &tlv::element(tlv::SET, &[&hash.identifier]),
        &tlv::sequence(&[&tlv::oid(&oid::DATA)]),
        &tlv::element(tlv::constructed(0), &sorted),
        &tlv::element(tlv::SET, &[&signer]),
    ]);
    Ok(tlv::sequence(&[
        &tlv::oid(&oid::SIGNED_DATA),
        &tlv::element(tlv::constructed(0), &[&signed_data]),
    ]))
}

fn attribute(kind: &const_oid::ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    tlv::sequence(&[&tlv::oid(kind), &tlv::element(tlv::SET, &[value])])
}

fn hash(algorithm: SignatureAlgorithm) -> Hash {
    use SignatureAlgorithm as A;
    let (oid, name, digest): (_, _, Digester) = match algorithm {
        A::RsaPkcs1Sha256 | A::RsaPssSha256 | A::EcdsaP256Sha256 => {
            (&oid::SHA256, "sha-256", |text| {
                Sha256::digest(text).to_vec()
            })
        }
        A::RsaPkcs1Sha384 | A::RsaPssSha384 | A::EcdsaP384Sha384 => {
            (&oid::SHA384, "sha-384", |text| {
                Sha384::digest(text).to_vec()
            })
        }
        // RFC 8419 2.3 binds Ed25519 to SHA-512.
        A::RsaPkcs1Sha512 | A::RsaPssSha512 | A::EcdsaP521Sha512 | A::Ed25519 => {
            (&oid::SHA512, "sha-512", |text| {
                Sha512::digest(text).to_vec()
            })
        }
    };
    Hash {
        identifier: tlv::sequence(&[&tlv::oid(oid)]),
        name,
        digest,
    }
}
