//! Public keys in whatever wrapping the field knows, brought to the one form this CA handles.
//!
//! For keys that are reported, never for keys that are certified: there only the bytes of
//! [`PublicKey::from_spki`]'s table pass. Whether the key is any good is not judged.

use num_bigint::BigUint;

use super::{
    certificate::CertificateView,
    certification_request::RequestView,
    oid,
    spki::{Curve, PublicKey, SpkiFault},
    tlv,
};

/// The key in a DER `SubjectPublicKeyInfo`, `RSAPublicKey`, certificate or certification request.
///
/// # Errors
/// [`SpkiFault`]: explicit curve parameters are no named curve, whatever they say.
pub fn public_key_in(der: &[u8]) -> Result<PublicKey, SpkiFault> {
    if let Ok(certificate) = CertificateView::parse(der) {
        return from_spki(certificate.spki);
    }
    if let Ok(request) = RequestView::parse(der) {
        return from_spki(request.spki);
    }
    PublicKey::rsa(der).or_else(|_| from_spki(der))
}

/// RSA: rsaEncryption, id-RSASSA-PSS or id-RSAES-OAEP with any parameters or none. EC: a named
/// curve with the point in any form.
fn from_spki(der: &[u8]) -> Result<PublicKey, SpkiFault> {
    let mut outer = tlv::only(der, tlv::SEQUENCE)?.reader();
    let mut algorithm = outer.expect(tlv::SEQUENCE)?.reader();
    let key = outer.expect(tlv::BIT_STRING)?.bit_octets()?;
    outer.finish()?;
    match algorithm.expect(tlv::OID)?.oid()? {
        oid::RSA_ENCRYPTION | oid::RSASSA_PSS | oid::RSAES_OAEP => PublicKey::rsa(key),
        oid::EC_PUBLIC_KEY => {
            let parameters = algorithm.expect(tlv::OID).map_err(|_| SpkiFault::Curve)?;
            let curve = match parameters.oid()? {
                oid::SECP256R1 => Curve::P256,
                oid::SECP384R1 => Curve::P384,
                oid::SECP521R1 => Curve::P521,
                _ => return Err(SpkiFault::Curve),
            };
            from_point(curve, key)
        }
        oid::ED25519 => Ok(PublicKey::Ed25519(
            key.try_into().map_err(|_| SpkiFault::Malformed)?,
        )),
        _ => Err(SpkiFault::Algorithm),
    }
}

/// A point in uncompressed, compressed or hybrid form (SEC 1 2.3.4).
fn from_point(curve: Curve, octets: &[u8]) -> Result<PublicKey, SpkiFault> {
    let (form, rest) = octets.split_first().ok_or(SpkiFault::Malformed)?;
    let uncompressed = match form {
        2 | 3 => [&[4][..], rest, &y_of(curve, rest, form & 1)?].concat(),
        // The form repeats whether y is odd.
        6 | 7 if rest.last().is_some_and(|y| y & 1 == form & 1) => [&[4][..], rest].concat(),
        6 | 7 => return Err(SpkiFault::Malformed),
        _ => octets.to_vec(),
    };
    PublicKey::ec(curve, &uncompressed)
}

/// The y of this parity: y² = x³ − 3x + b modulo p, and p is 3 modulo 4 for all three curves.
fn y_of(curve: Curve, x: &[u8], parity: u8) -> Result<Vec<u8>, SpkiFault> {
    let (p, b) = equation(curve);
    let x =
        Some(BigUint::from_bytes_be(x)).filter(|value| x.len() == curve.field_len() && *value < p);
    let x = x.ok_or(SpkiFault::Malformed)?;
    let square = (&x * &x * &x + (&p - 3_u32) * &x + b) % &p;
    let root = square.modpow(&((&p + 1_u32) >> 2_u32), &p);
    if &root * &root % &p != square {
        return Err(SpkiFault::Malformed);
    }
    let y = if root.bit(0) == (parity == 1) {
        root
    } else {
        p - root
    };
    let digits = y.to_bytes_be();
    let zeros = curve.field_len().saturating_sub(digits.len());
    Ok([vec![0; zeros], digits].concat())
}

/// p and b of the curve (FIPS 186-4 D.1.2).
fn equation(curve: Curve) -> (BigUint, BigUint) {
    let power = |bits: u32| BigUint::from(1_u32) << bits;
    let (p, b) = match curve {
        Curve::P256 => (
            power(256) - power(224) + power(192) + power(96) - 1_u32,
            P256_B,
        ),
        Curve::P384 => (
            power(384) - power(128) - power(96) + power(32) - 1_u32,
            P384_B,
        ),
        Curve::P521 => (power(521) - 1_u32, P521_B),
    };
    (p, BigUint::from_bytes_be(b))
}

const P256_B: &[u8] = b"\x5a\xc6\x35\xd8\xaa\x3a\x93\xe7\xb3\xeb\xbd\x55\x76\x98\x86\xbc\
    \x65\x1d\x06\xb0\xcc\x53\xb0\xf6\x3b\xce\x3c\x3e\x27\xd2\x60\x4b";
const P384_B: &[u8] = b"\xb3\x31\x2f\xa7\xe2\x3e\xe7\xe4\x98\x8e\x05\x6b\xe3\xf8\x2d\x19\
    \x18\x1d\x9c\x6e\xfe\x81\x41\x12\x03\x14\x08\x8f\x50\x13\x87\x5a\
    \xc6\x56\x39\x8d\x8a\x2e\xd1\x9d\x2a\x85\xc8\xed\xd3\xec\x2a\xef";
const P521_B: &[u8] = b"\x51\x95\x3e\xb9\x61\x8e\x1c\x9a\x1f\x92\x9a\x21\xa0\xb6\x85\x40\
    \xee\xa2\xda\x72\x5b\x99\xb3\x15\xf3\xb8\xb4\x89\x91\x8e\xf1\x09\
    \xe1\x56\x19\x39\x51\xec\x7e\x93\x7b\x16\x52\xc0\xbd\x3b\xb1\xbf\
    \x07\x35\x73\xdf\x88\x3d\x2c\x34\xf1\xef\x45\x1f\xd4\x6b\x50\x3f\x00";

#[cfg(test)]
mod tests {
    use aws_lc_rs::rsa::KeySize;

    use super::*;
    use crate::pkix::{algorithm::SignatureAlgorithm, test_key::TestKey};

    fn spki(algorithm: &[&[u8]], key: &[u8]) -> Vec<u8> {
        tlv::sequence(&[&tlv::sequence(algorithm), &tlv::bit_string(key)])
    }

    #[test]
    fn rsa_in_every_wrapping_is_one_key() {
        let key = TestKey::rsa(SignatureAlgorithm::RsaPkcs1Sha256, KeySize::Rsa2048).public();
        let bare = key.key_octets();
        let null: &[u8] = &[5, 0];
        let parameters = tlv::sequence(&[]);
        let rsa = tlv::oid(&oid::RSA_ENCRYPTION);
        let pss = tlv::oid(&oid::RSASSA_PSS);
        let oaep = tlv::oid(&oid::RSAES_OAEP);
        for wrapped in [
            bare.clone(),
            key.to_spki(),
            spki(&[&rsa], &bare),
            spki(&[&pss], &bare),
            spki(&[&pss, null], &bare),
            spki(&[&pss, &parameters], &bare),
            spki(&[&oaep, &parameters], &bare),
        ] {
            assert_eq!(public_key_in(&wrapped).as_ref(), Ok(&key));
        }
        let trailing = [key.to_spki(), vec![0]].concat();
        assert_eq!(public_key_in(&trailing), Err(SpkiFault::Malformed));
    }

    #[test]
    fn a_point_in_every_form_is_one_key() {
        for curve in [Curve::P256, Curve::P384, Curve::P521] {
            // Both parities, and now and then an x or y with leading zeros.
            for _ in 0..20 {
                let key = TestKey::ec(curve).public();
                let PublicKey::Ec { point, .. } = &key else {
                    panic!()
                };
                let algorithm = tlv::only(key.algorithm_der(), tlv::SEQUENCE).unwrap().value;
                let parity = point.last().unwrap() & 1;
                let compressed = [&[2 | parity][..], &point[1..=curve.field_len()]].concat();
                let hybrid = [&[6 | parity][..], &point[1..]].concat();
                for octets in [point.clone(), compressed, hybrid] {
                    let wrapped = spki(&[algorithm], &octets);
                    assert_eq!(public_key_in(&wrapped).as_ref(), Ok(&key));
                }
            }
        }
    }

    #[test]
    fn explicit_parameters_and_points_that_are_none_are_refused() {
        let ec = tlv::oid(&oid::EC_PUBLIC_KEY);
        let explicit = spki(&[&ec, &tlv::sequence(&[&[2, 1, 1]])], &[4; 65]);
        assert_eq!(public_key_in(&explicit), Err(SpkiFault::Curve));
        let p256 = tlv::oid(&oid::SECP256R1);
        for octets in [&[][..], &[0], &[2; 32], &[2; 34], &[0xff; 33], &[3, 0xff]] {
            let wrapped = spki(&[&ec, &p256], octets);
            assert_eq!(public_key_in(&wrapped), Err(SpkiFault::Malformed));
        }
        let high = [&[2][..], &[0xff; 32]].concat();
        let wrapped = spki(&[&ec, &p256], &high);
        assert_eq!(public_key_in(&wrapped), Err(SpkiFault::Malformed));
        // No point has this x.
        let none = [&[2][..], &[0; 31], &[2]].concat();
        let five = [&[2][..], &[0; 31], &[5]].concat();
        let found = [none, five].map(|x| public_key_in(&spki(&[&ec, &p256], &x)).is_ok());
        assert_eq!(found, [false, true]);
    }
}
