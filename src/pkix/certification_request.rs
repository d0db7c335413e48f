//! PKCS #10 certification requests (RFC 2986): strict reading, and building for ceremonies.
//!
//! From a client's request only the key is of interest; the rest is shown so that policy can
//! warn about it.

use const_oid::ObjectIdentifier;

use super::{
    name::{self, Name},
    oid,
    spki::PublicKey,
    tlv::{self, Element, Malformed},
};

/// Most levels of a request; tools of the field need nine.
const MAX_DEPTH: u8 = 16;

/// A request taken apart; all parts borrow from its bytes.
#[derive(Clone, Copy, Debug)]
pub struct RequestView<'a> {
    /// The signed bytes.
    pub info: &'a [u8],
    pub subject: &'a [u8],
    /// The DER `SubjectPublicKeyInfo`, not judged.
    pub spki: &'a [u8],
    /// The subject has at least one attribute.
    pub has_subject: bool,
    /// An extensionRequest attribute with at least one extension is there.
    pub asks_extensions: bool,
    /// DER `AlgorithmIdentifier` of the self-signature.
    pub algorithm: &'a [u8],
    pub signature: &'a [u8],
}

impl<'a> RequestView<'a> {
    /// Attributes may be empty or, as some tools do, missing. Each may stand there once, with at
    /// least one value; what a value means is read for extensionRequest only.
    ///
    /// # Errors
    /// When the bytes are not one DER request of version 1 and nothing else.
    pub fn parse(der: &'a [u8]) -> Result<Self, Malformed> {
        tlv::strict(der, MAX_DEPTH)?;
        let mut outer = tlv::only(der, tlv::SEQUENCE)?.reader();
        let info = outer.expect(tlv::SEQUENCE)?;
        let algorithm = outer.expect(tlv::SEQUENCE)?.raw;
        let signature = outer.expect(tlv::BIT_STRING)?.bit_octets()?;
        outer.finish()?;
        let mut reader = info.reader();
        if reader.expect(tlv::INTEGER)?.value != [0] {
            return Err(Malformed);
        }
        let subject = reader.expect(tlv::SEQUENCE)?.raw;
        let spki = reader.expect(tlv::SEQUENCE)?.raw;
        let attributes = reader.optional(tlv::constructed(0))?;
        reader.finish()?;
        let asks_extensions = attributes.map_or(Ok(false), |list| asks_extensions(&list))?;
        Ok(Self {
            info: info.raw,
            subject,
            spki,
            has_subject: !name::attributes(subject)?.is_empty(),
            asks_extensions,
            algorithm,
            signature,
        })
    }

    /// The values of one attribute, as whole DER elements.
    ///
    /// # Errors
    /// When the request does not have the structure [`RequestView::parse`] found.
    pub fn attribute(&self, wanted: ObjectIdentifier) -> Result<Option<Vec<&'a [u8]>>, Malformed> {
        let mut reader = tlv::only(self.info, tlv::SEQUENCE)?.reader();
        let _ = (reader.any()?, reader.any()?, reader.any()?);
        let Some(attributes) = reader.optional(tlv::constructed(0))? else {
            return Ok(None);
        };
        for attribute in tlv::all(attributes.value)? {
            let mut fields = attribute.reader();
            if fields.expect(tlv::OID)?.oid()? == wanted {
                let values = tlv::all(fields.expect(tlv::SET)?.value)?;
                return Ok(Some(values.iter().map(|value| value.raw).collect()));
            }
        }
        Ok(None)
    }
}

/// Whether one extension at least is asked for; judges the form of all attributes on the way.
fn asks_extensions(list: &Element<'_>) -> Result<bool, Malformed> {
    let mut asks = false;
    let mut kinds = Vec::new();
    let mut list = list.reader();
    while !list.is_empty() {
        let mut fields = list.expect(tlv::SEQUENCE)?.reader();
        let kind = fields.expect(tlv::OID)?;
        let values = fields.expect(tlv::SET)?;
        fields.finish()?;
        if values.value.is_empty() {
            return Err(Malformed);
        }
        kinds.push(kind.value);
        if kind.value == oid::EXTENSION_REQUEST.as_bytes() {
            asks = has_extensions(tlv::only(values.value, tlv::SEQUENCE)?)?;
        }
    }
    distinct(kinds)?;
    Ok(asks)
}

/// Checks the form of requested extensions (RFC 5280 4.1), not what they say.
fn has_extensions(extensions: Element<'_>) -> Result<bool, Malformed> {
    let mut kinds = Vec::new();
    let mut list = extensions.reader();
    while !list.is_empty() {
        let mut fields = list.expect(tlv::SEQUENCE)?.reader();
        kinds.push(fields.expect(tlv::OID)?.value);
        let critical = fields.optional(tlv::BOOLEAN)?;
        // FALSE is the default and has no encoding (X.690 11.5).
        if critical.is_some_and(|flag| flag.boolean() != Ok(true)) {
            return Err(Malformed);
        }
        fields.expect(tlv::OCTET_STRING)?;
        fields.finish()?;
    }
    let asks = !kinds.is_empty();
    distinct(kinds)?;
    Ok(asks)
}

fn distinct(mut kinds: Vec<&[u8]>) -> Result<(), Malformed> {
    kinds.sort_unstable();
    if kinds.windows(2).any(|pair| pair.first() == pair.last()) {
        return Err(Malformed);
    }
    Ok(())
}

/// The DER `CertificationRequestInfo` of a ceremony: name, key and attributes, each attribute
/// an identifier with one DER value.
#[must_use]
pub fn request_info(
    subject: &Name,
    key: &PublicKey,
    attributes: &[(ObjectIdentifier, Vec<u8>)],
) -> Vec<u8> {
    let mut encoded = attributes
        .iter()
        .map(|(kind, value)| {
            let values = tlv::element(tlv::SET, &[value]);
            tlv::sequence(&[&tlv::oid(kind), &values])
        })
        .collect::<Vec<_>>();
    // SET OF is sorted by encoding (X.690 11.6).
    encoded.sort();
    tlv::sequence(&[
        &tlv::integer(&[]),
        subject.as_der(),
        &key.to_spki(),
        &tlv::element(tlv::constructed(0), &[&encoded.concat()]),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pkix::{
        certificate::assemble, name::AttributeType, proof_of_possession::ProofAlgorithm,
        spki::Curve, test_key::TestKey,
    };

    #[test]
    fn what_a_ceremony_builds_is_read_and_proven() {
        let key = TestKey::ec(Curve::P384);
        let subject = Name::build(&[(AttributeType::CommonName, "Example CA")]).unwrap();
        let own = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.99999.1");
        let value = tlv::element(tlv::OCTET_STRING, &[&[1, 2]]);
        let info = request_info(&subject, &key.public(), &[(own, value.clone())]);
        let der = assemble(&info, key.algorithm(), &key.sign(&info));
        let view = RequestView::parse(&der).unwrap();
        assert!(view.has_subject && !view.asks_extensions);
        assert_eq!(view.attribute(own), Ok(Some(vec![value.as_slice()])));
        assert_eq!(view.attribute(oid::EXTENSION_REQUEST), Ok(None));
        let public = PublicKey::from_spki(view.spki).unwrap();
        let proof = ProofAlgorithm::find(&public, view.algorithm)
            .unwrap()
            .unwrap();
        assert!(proof.verify(&public, view.info, view.signature).is_ok());
        assert!(proof.verify(&public, view.spki, view.signature).is_err());
    }

    #[test]
    fn structure_is_strict() {
        let key = TestKey::ec(Curve::P256);
        let subject = Name::build(&[(AttributeType::CommonName, "x")]).unwrap();
        let info = request_info(&subject, &key.public(), &[]);
        let der = assemble(&info, key.algorithm(), &[0; 8]);
        assert!(RequestView::parse(&der).is_ok());
        assert!(RequestView::parse(&[der.clone(), vec![0]].concat()).is_err());
        for cut in 0..der.len() {
            assert!(RequestView::parse(&der[..cut]).is_err(), "{cut}");
        }
    }
}
