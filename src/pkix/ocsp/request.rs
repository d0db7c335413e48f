//! Requests, read strictly: DER, one certificate, nothing critical that is not understood.
//!
//! A signature on a request and the requestor's name are allowed and say nothing to a responder
//! that answers everybody (RFC 5019 2.1.1): their form is checked, their content is not read.

use super::cert_id::{CertId, Unnamed};
use crate::pkix::{
    certificate::{self, ExtensionView},
    extension, oid,
    tlv::{self, Element, Malformed, Reader},
};

/// Longest request, in octets. One with a certificate's name and a nonce has at most 300.
pub const LARGEST: usize = 4096;

/// Levels of DER in a request, a certificate beside its signature included.
const DEPTH: u8 = 24;

/// Shortest and longest nonce a responder must accept and this one repeats (RFC 9654 2.1).
const REPEATED: std::ops::RangeInclusive<usize> = 16..=32;
const LONGEST_NONCE: usize = 128;

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspRequest {
    pub cert_id: CertId,
    pub nonce: Option<Nonce>,
}

/// 1 to 128 octets of the client's choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nonce(Vec<u8>);

impl Nonce {
    /// # Errors
    /// When it has no octet or more than 128 (RFC 9654 2.1).
    pub fn new(octets: &[u8]) -> Result<Self, Malformed> {
        if octets.is_empty() || octets.len() > LONGEST_NONCE {
            return Err(Malformed);
        }
        Ok(Self(octets.to_vec()))
    }

    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether the answer repeats it: a nonce of 16 to 32 octets. Others are answered without, as
    /// RFC 9654 2.1 allows, and so by what may be kept.
    #[must_use]
    pub fn is_repeated(&self) -> bool {
        REPEATED.contains(&self.0.len())
    }
}

impl OcspRequest {
    /// # Errors
    /// [`Unnamed::Malformed`] when it is too long, no DER, of another version, asks about no
    /// certificate or about several (RFC 5019 2.1.1), has an extension twice or a critical one
    /// that is not understood, or a nonce of a forbidden length. [`Unnamed::Hash`] when the
    /// issuer is named in a way that nobody can be found by.
    pub fn parse(der: &[u8]) -> Result<Self, Unnamed> {
        if der.len() > LARGEST {
            return Err(Unnamed::Malformed);
        }
        tlv::strict(der, DEPTH)?;
        let mut outer = tlv::only(der, tlv::SEQUENCE)?.reader();
        let mut tbs = outer.expect(tlv::SEQUENCE)?.reader();
        if let Some(signature) = outer.optional(tlv::constructed(0))? {
            tlv::only(signature.value, tlv::SEQUENCE)?;
        }
        outer.finish()?;
        // v1 is the default and the only version: DER leaves it out.
        if tbs.peek() == Some(tlv::constructed(1)) {
            tbs.any()?;
        }
        let list = tbs.expect(tlv::SEQUENCE)?;
        let extensions = extensions(&mut tbs, 2)?;
        tbs.finish()?;
        let asked = only_request(&list)?;
        let nonce = extensions.iter().find(|found| found.oid == oid::OCSP_NONCE);
        let nonce = nonce.map(nonce_in).transpose()?;
        // RFC 6960 4.4: what is critical and not understood is not passed over.
        let understood =
            |found: &ExtensionView<'_>| !found.critical || found.oid == oid::OCSP_NONCE;
        if !extensions.iter().all(understood) {
            return Err(Unnamed::Malformed);
        }
        Ok(Self {
            cert_id: CertId::parse(&asked)?,
            nonce,
        })
    }

    /// The DER of an unsigned request without a requestor's name.
    #[must_use]
    pub fn to_der(&self) -> Vec<u8> {
        let list = tlv::sequence(&[&tlv::sequence(&[self.cert_id.as_der()])]);
        let extensions = self.nonce.as_ref().map_or_else(Vec::new, |nonce| {
            let nonce = extension::ocsp_nonce(&nonce.0).to_der();
            tlv::element(tlv::constructed(2), &[&tlv::sequence(&[&nonce])])
        });
        tlv::sequence(&[&tlv::sequence(&[&list, &extensions])])
    }
}

/// The one `CertID` asked about. Of the extensions of a single request none is understood.
fn only_request<'a>(list: &Element<'a>) -> Result<Element<'a>, Malformed> {
    let mut requests = list.reader();
    let mut fields = requests.expect(tlv::SEQUENCE)?.reader();
    requests.finish()?;
    let asked = fields.expect(tlv::SEQUENCE)?;
    let critical = extensions(&mut fields, 0)?.iter().any(|e| e.critical);
    fields.finish()?;
    if critical { Err(Malformed) } else { Ok(asked) }
}

/// Those under the tag `[number]`, if it is there; each once (RFC 5280 4.2).
fn extensions<'a>(
    fields: &mut Reader<'a>,
    number: u8,
) -> Result<Vec<ExtensionView<'a>>, Malformed> {
    let Some(wrapper) = fields.optional(tlv::constructed(number))? else {
        return Ok(Vec::new());
    };
    let found = certificate::extensions(&tlv::only(wrapper.value, tlv::SEQUENCE)?)?;
    let twice = |e: &ExtensionView<'_>| found.iter().filter(|other| other.oid == e.oid).count() > 1;
    if found.is_empty() || found.iter().any(twice) {
        return Err(Malformed);
    }
    Ok(found)
}

fn nonce_in(found: &ExtensionView<'_>) -> Result<Nonce, Malformed> {
    Nonce::new(tlv::only(found.value, tlv::OCTET_STRING)?.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cert_id(serial: &[u8]) -> Vec<u8> {
        let algorithm = tlv::sequence(&[&tlv::oid(&oid::SHA1), &[tlv::NULL, 0]]);
        let hash = tlv::element(tlv::OCTET_STRING, &[&[7; 20]]);
        tlv::sequence(&[&algorithm, &hash, &hash, serial])
    }

    fn message(parts: &[&[u8]]) -> Vec<u8> {
        tlv::sequence(&[&tlv::sequence(parts)])
    }

    fn list(cert_ids: &[&[u8]]) -> Vec<u8> {
        let requests: Vec<u8> = cert_ids
            .iter()
            .flat_map(|id| tlv::sequence(&[id]))
            .collect();
        tlv::sequence(&[&requests])
    }

    fn with_extension(oid: &const_oid::ObjectIdentifier, critical: &[u8], value: &[u8]) -> Vec<u8> {
        let value = tlv::element(tlv::OCTET_STRING, &[value]);
        let extension = tlv::sequence(&[&tlv::oid(oid), critical, &value]);
        tlv::element(tlv::constructed(2), &[&tlv::sequence(&[&extension])])
    }

    const SERIAL: &[u8] = &[2, 2, 0x47, 0x11];

    #[test]
    fn a_nonce_has_1_to_128_octets_and_16_to_32_are_repeated() {
        let list = list(&[&cert_id(SERIAL)]);
        for (length, lawful, repeated) in [
            (0, false, false),
            (1, true, false),
            (15, true, false),
            (16, true, true),
            (32, true, true),
            (33, true, false),
            (128, true, false),
            (129, false, false),
        ] {
            let inner = tlv::element(tlv::OCTET_STRING, &[&vec![9; length]]);
            let der = message(&[&list, &with_extension(&oid::OCSP_NONCE, &[], &inner)]);
            let read = OcspRequest::parse(&der);
            assert_eq!(read.is_ok(), lawful, "{length}");
            if let Ok(read) = read {
                assert_eq!(
                    read.nonce.as_ref().unwrap().is_repeated(),
                    repeated,
                    "{length}"
                );
                assert_eq!(read.to_der(), der);
            }
        }
        // The value is wrapped twice (RFC 9654 2.1).
        let bare = with_extension(&oid::OCSP_NONCE, &[], &[9; 16]);
        assert!(OcspRequest::parse(&message(&[&list, &bare])).is_err());
    }

    #[test]
    fn what_is_not_one_plain_question_is_malformed() {
        let id = cert_id(SERIAL);
        let one = list(&[&id]);
        let version = |n| tlv::element(tlv::constructed(0), &[&[2, 1, n]]);
        let critical = [tlv::BOOLEAN, 1, 0xff];
        let other = &oid::KEY_USAGE;
        assert!(OcspRequest::parse(&message(&[&one])).is_ok());
        assert!(
            OcspRequest::parse(&message(&[&one, &with_extension(other, &[], &[5, 0])])).is_ok()
        );
        let name = tlv::element(tlv::constructed(1), &[&[0x86, 1, b'x']]);
        assert!(OcspRequest::parse(&message(&[&name, &one])).is_ok());
        let single = tlv::element(tlv::constructed(0), &[]);
        let long = tlv::element(tlv::constructed(1), &[&vec![0x55; LARGEST]]);
        for (what, bad) in [
            ("v1 written out", message(&[&version(0), &one])),
            ("v2", message(&[&version(1), &one])),
            ("nobody", message(&[&list(&[])])),
            ("two", message(&[&list(&[&id, &id])])),
            (
                "critical",
                message(&[&one, &with_extension(other, &critical, &[5, 0])]),
            ),
            (
                "empty",
                message(&[&tlv::sequence(&[&tlv::sequence(&[&id, &single])])]),
            ),
            ("serial zero", message(&[&list(&[&cert_id(&[2, 1, 0])])])),
            (
                "serial negative",
                message(&[&list(&[&cert_id(&[2, 1, 0x80])])]),
            ),
            (
                "serial of 21",
                message(&[&list(&[&cert_id(&[&[2, 21][..], &[1; 21]].concat())])]),
            ),
            ("trailing", [message(&[&one]), vec![0]].concat()),
            ("too long", message(&[&long, &one])),
        ] {
            assert_eq!(OcspRequest::parse(&bad), Err(Unnamed::Malformed), "{what}");
        }
    }

    #[test]
    fn another_hash_is_told_apart_from_a_malformed_question() {
        let of = |algorithm: &[u8], length: usize| {
            let hash = tlv::element(tlv::OCTET_STRING, &[&vec![7; length]]);
            let id = tlv::sequence(&[algorithm, &hash, &hash, SERIAL]);
            OcspRequest::parse(&message(&[&list(&[&id])]))
        };
        let absent = |oid| tlv::sequence(&[&tlv::oid(oid)]);
        assert!(of(&absent(&oid::SHA1), 20).is_ok());
        assert!(of(&absent(&oid::SHA256), 32).is_ok());
        assert_eq!(of(&absent(&oid::SHA256), 20), Err(Unnamed::Malformed));
        assert_eq!(of(&absent(&oid::SHA384), 48), Err(Unnamed::Hash));
        let odd = tlv::sequence(&[&tlv::oid(&oid::SHA1), &[2, 1, 0]]);
        assert_eq!(of(&odd, 20), Err(Unnamed::Malformed));
    }
}
