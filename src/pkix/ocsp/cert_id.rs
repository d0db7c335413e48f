//! How a client names a certificate: hashes of the issuer's name and key, and the serial (RFC 6960
//! 4.1.1).

use sha1::{Digest, Sha1};
use sha2::Sha256;

use crate::pkix::{
    certificate::CaCertificate,
    oid,
    serial_number::SerialNumber,
    tlv::{self, Element, Malformed},
};

/// What issuers are named by. SHA-1 is only a name here: RFC 5019 2.1.1 demands it, and the ban of
/// S/MIME BR 7.1.3.2.1 is on signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NameHash {
    Sha1,
    Sha256,
}

/// The certificate a client asks about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CertId {
    /// As it was sent, because clients compare what they sent with what they get.
    der: Vec<u8>,
    hash: NameHash,
    name_hash: Vec<u8>,
    key_hash: Vec<u8>,
    serial: SerialNumber,
}

/// Why a certificate's name is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unnamed {
    #[error("malformed CertID")]
    Malformed,
    /// Well formed, and by it nobody can be told here.
    #[error("the issuer is named by a hash other than SHA-1 and SHA-256")]
    Hash,
}

impl From<Malformed> for Unnamed {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

impl CertId {
    /// The name of a certificate of `issuer`.
    #[must_use]
    pub fn of(hash: NameHash, issuer: &CaCertificate, serial: &SerialNumber) -> Self {
        let (name_hash, key_hash) = hashes(hash, issuer);
        let algorithm = tlv::sequence(&[&tlv::oid(hash.oid()), &[tlv::NULL, 0]]);
        let der = tlv::sequence(&[
            &algorithm,
            &tlv::element(tlv::OCTET_STRING, &[&name_hash]),
            &tlv::element(tlv::OCTET_STRING, &[&key_hash]),
            &serial.to_der(),
        ]);
        Self {
            der,
            hash,
            name_hash,
            key_hash,
            serial: serial.clone(),
        }
    }

    /// # Errors
    /// When it is no `CertID`, its hashes do not have the length of their algorithm, or the serial
    /// is none that RFC 5280 4.1.2.2 allows.
    pub fn parse(element: &Element<'_>) -> Result<Self, Unnamed> {
        let mut fields = element.reader();
        let mut algorithm = fields.expect(tlv::SEQUENCE)?.reader();
        let found = algorithm.expect(tlv::OID)?.oid()?;
        let parameters = algorithm.optional(tlv::NULL)?;
        let name_hash = fields.expect(tlv::OCTET_STRING)?.value;
        let key_hash = fields.expect(tlv::OCTET_STRING)?.value;
        let serial = fields.expect(tlv::INTEGER)?.unsigned()?;
        fields.finish()?;
        let hash = [NameHash::Sha1, NameHash::Sha256].into_iter();
        let hash = hash.into_iter().find(|hash| *hash.oid() == found);
        let hash = hash.ok_or(Unnamed::Hash)?;
        algorithm.finish()?;
        let whole = [name_hash, key_hash].iter().all(|h| h.len() == hash.len());
        if !whole || parameters.is_some_and(|null| !null.value.is_empty()) {
            return Err(Unnamed::Malformed);
        }
        Ok(Self {
            der: element.raw.to_vec(),
            hash,
            name_hash: name_hash.to_vec(),
            key_hash: key_hash.to_vec(),
            serial: SerialNumber::from_bytes(serial).map_err(|_| Unnamed::Malformed)?,
        })
    }

    /// The bytes that were sent.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    #[must_use]
    pub const fn serial(&self) -> &SerialNumber {
        &self.serial
    }

    /// Whether this is the name of a certificate of `issuer`, by its name and by this very key.
    #[must_use]
    pub fn is_of(&self, issuer: &CaCertificate) -> bool {
        let (name_hash, key_hash) = hashes(self.hash, issuer);
        self.name_hash == name_hash && self.key_hash == key_hash
    }
}

impl NameHash {
    const fn oid(self) -> &'static const_oid::ObjectIdentifier {
        match self {
            Self::Sha1 => &oid::SHA1,
            Self::Sha256 => &oid::SHA256,
        }
    }

    const fn len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => Sha1::digest(bytes).to_vec(),
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
        }
    }
}

/// Of the subject's DER, and of the key's BIT STRING without tag, length and unused bits.
fn hashes(hash: NameHash, issuer: &CaCertificate) -> (Vec<u8>, Vec<u8>) {
    (
        hash.digest(issuer.subject().as_der()),
        hash.digest(&issuer.public_key().key_octets()),
    )
}
