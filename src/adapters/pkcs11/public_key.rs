//! Public keys as a token describes them, as `SubjectPublicKeyInfo`.

use cryptoki::{
    error::Error,
    object::{Attribute, AttributeType, KeyType, ObjectHandle},
    session::Session,
};
use der::{
    Encode,
    asn1::{Any, BitString, ObjectIdentifier, UintRef},
};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// Why a public key object gives no public key.
#[derive(Debug)]
pub(super) enum Unreadable {
    Call(Error),
    /// An attribute is missing or does not fit the key type.
    Shape,
}

/// The DER `SubjectPublicKeyInfo` of a public key object.
pub(super) fn read(session: &Session, object: ObjectHandle) -> Result<Vec<u8>, Unreadable> {
    let wanted = [
        AttributeType::KeyType,
        AttributeType::Modulus,
        AttributeType::PublicExponent,
        AttributeType::EcParams,
        AttributeType::EcPoint,
    ];
    let found = session
        .get_attributes(object, &wanted)
        .map_err(Unreadable::Call)?;
    let spki = match found.iter().find_map(key_type) {
        Some(KeyType::RSA) => rsa(&found),
        Some(KeyType::EC) => ec(&found),
        Some(KeyType::EC_EDWARDS) => ed25519(&found),
        _ => None,
    };
    spki.and_then(|spki| spki.to_der().ok())
        .ok_or(Unreadable::Shape)
}

const fn key_type(attribute: &Attribute) -> Option<KeyType> {
    match attribute {
        Attribute::KeyType(kind) => Some(*kind),
        _ => None,
    }
}

/// RFC 8017 A.1.1.
#[derive(der::Sequence)]
struct RsaPublicKey<'a> {
    modulus: UintRef<'a>,
    exponent: UintRef<'a>,
}

fn rsa(found: &[Attribute]) -> Option<SubjectPublicKeyInfoOwned> {
    let modulus = found.iter().find_map(|a| match a {
        Attribute::Modulus(bytes) => Some(bytes),
        _ => None,
    })?;
    let exponent = found.iter().find_map(|a| match a {
        Attribute::PublicExponent(bytes) => Some(bytes),
        _ => None,
    })?;
    let key = RsaPublicKey {
        modulus: UintRef::new(modulus).ok()?,
        exponent: UintRef::new(exponent).ok()?,
    };
    info(RSA, Some(Any::null()), &key.to_der().ok()?)
}

fn ec(found: &[Attribute]) -> Option<SubjectPublicKeyInfoOwned> {
    let curve = found.iter().find_map(|a| match a {
        Attribute::EcParams(bytes) => Some(bytes),
        _ => None,
    })?;
    let point = unwrapped(point(found)?, &[65, 97, 133])?;
    let parameters = <Any as der::Decode>::from_der(curve).ok()?;
    info(EC, Some(parameters), point)
}

/// The parameters are not looked at: tokens write the curve's OID or its name ("edwards25519"),
/// and the key type with 32 bytes leaves no other curve.
fn ed25519(found: &[Attribute]) -> Option<SubjectPublicKeyInfoOwned> {
    info(ED25519, None, unwrapped(point(found)?, &[32])?)
}

fn point(found: &[Attribute]) -> Option<&[u8]> {
    found.iter().find_map(|a| match a {
        Attribute::EcPoint(bytes) => Some(bytes.as_slice()),
        _ => None,
    })
}

/// CKA_EC_POINT is an OCTET STRING on some tokens and the bare point on others. The length tells
/// them apart; trying DER first would be ambiguous.
fn unwrapped<'a>(point: &'a [u8], lengths: &[usize]) -> Option<&'a [u8]> {
    if lengths.contains(&point.len()) {
        return Some(point);
    }
    let inner = <&der::asn1::OctetStringRef as der::Decode>::from_der(point).ok()?;
    let bytes = inner.as_bytes();
    lengths.contains(&bytes.len()).then_some(bytes)
}

fn info(
    oid: ObjectIdentifier,
    parameters: Option<Any>,
    key: &[u8],
) -> Option<SubjectPublicKeyInfoOwned> {
    Some(SubjectPublicKeyInfoOwned {
        algorithm: AlgorithmIdentifierOwned { oid, parameters },
        subject_public_key: BitString::from_bytes(key).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_told_apart_by_length() {
        let bare = [4; 65];
        let wrapped = [&[4, 65][..], &bare].concat();
        assert_eq!(unwrapped(&bare, &[65]), Some(&bare[..]));
        assert_eq!(unwrapped(&wrapped, &[65]), Some(&bare[..]));
        assert_eq!(unwrapped(&bare[1..], &[65]), None);
    }
}
