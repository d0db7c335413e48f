//! Public keys as a token describes them, as `SubjectPublicKeyInfo`.

use cryptoki::{
    error::Error,
    object::{Attribute, AttributeType, KeyType, ObjectHandle},
    session::Session,
};

use crate::pkix::{
    oid,
    spki::{Curve, PublicKey},
    tlv,
};

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
    let key = match found.iter().find_map(key_type) {
        Some(KeyType::RSA) => rsa(&found),
        Some(KeyType::EC) => ec(&found),
        Some(KeyType::EC_EDWARDS) => ed25519(&found),
        _ => None,
    };
    key.map(|key| key.to_spki()).ok_or(Unreadable::Shape)
}

const fn key_type(attribute: &Attribute) -> Option<KeyType> {
    match attribute {
        Attribute::KeyType(kind) => Some(*kind),
        _ => None,
    }
}

fn rsa(found: &[Attribute]) -> Option<PublicKey> {
    let modulus = found.iter().find_map(|a| match a {
        Attribute::Modulus(bytes) => Some(bytes),
        _ => None,
    })?;
    let exponent = found.iter().find_map(|a| match a {
        Attribute::PublicExponent(bytes) => Some(bytes),
        _ => None,
    })?;
    Some(PublicKey::Rsa {
        modulus: magnitude(modulus),
        exponent: magnitude(exponent),
    })
}

/// Tokens may write leading zeros.
fn magnitude(bytes: &[u8]) -> Vec<u8> {
    bytes
        .iter()
        .copied()
        .skip_while(|byte| *byte == 0)
        .collect()
}

/// The named curve is read from CKA_EC_PARAMS, so a point cannot pass for one of another curve.
fn ec(found: &[Attribute]) -> Option<PublicKey> {
    let params = found.iter().find_map(|a| match a {
        Attribute::EcParams(bytes) => Some(bytes),
        _ => None,
    })?;
    let named = tlv::only(params, tlv::OID).ok()?.oid().ok()?;
    let curve = [
        (oid::SECP256R1, Curve::P256),
        (oid::SECP384R1, Curve::P384),
        (oid::SECP521R1, Curve::P521),
    ]
    .into_iter()
    .find_map(|(oid, curve)| (oid == named).then_some(curve))?;
    let point = unwrapped(point(found)?, 2 * curve.field_len() + 1)?;
    PublicKey::ec(curve, point).ok()
}

/// The parameters are not looked at: tokens write the curve's OID or its name ("edwards25519"),
/// and the key type with 32 bytes leaves no other curve.
fn ed25519(found: &[Attribute]) -> Option<PublicKey> {
    let key = unwrapped(point(found)?, 32)?;
    key.try_into().ok().map(PublicKey::Ed25519)
}

fn point(found: &[Attribute]) -> Option<&[u8]> {
    found.iter().find_map(|a| match a {
        Attribute::EcPoint(bytes) => Some(bytes.as_slice()),
        _ => None,
    })
}

/// CKA_EC_POINT is an OCTET STRING on some tokens and the bare point on others. The length tells
/// them apart; trying DER first would be ambiguous.
fn unwrapped(point: &[u8], length: usize) -> Option<&[u8]> {
    if point.len() == length {
        return Some(point);
    }
    let inner = tlv::only(point, tlv::OCTET_STRING).ok()?.value;
    (inner.len() == length).then_some(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_told_apart_by_length() {
        let bare = [4; 65];
        let wrapped = [&[4, 65][..], &bare].concat();
        assert_eq!(unwrapped(&bare, 65), Some(&bare[..]));
        assert_eq!(unwrapped(&wrapped, 65), Some(&bare[..]));
        assert_eq!(unwrapped(&bare[1..], 65), None);
    }
}
