//! A leaf certificate taken apart, for mutations: named places, and nothing that checks.

use sha1::{Digest, Sha1};

use super::der::{self, Der};

pub const SUBJECT_ALT_NAME: &str = "2.5.29.17";
pub const KEY_USAGE: &str = "2.5.29.15";
pub const EXT_KEY_USAGE: &str = "2.5.29.37";
pub const POLICIES: &str = "2.5.29.32";
pub const CRL_POINTS: &str = "2.5.29.31";
pub const ACCESS: &str = "1.3.6.1.5.5.7.1.1";
pub const AUTHORITY_KEY: &str = "2.5.29.35";
pub const SUBJECT_KEY: &str = "2.5.29.14";
pub const BASIC_CONSTRAINTS: &str = "2.5.29.19";

pub const COUNTRY: &str = "2.5.4.6";
pub const STATE: &str = "2.5.4.8";
pub const LOCALITY: &str = "2.5.4.7";
pub const ORGANIZATION: &str = "2.5.4.10";
pub const IDENTIFIER: &str = "2.5.4.97";
pub const COMMON_NAME: &str = "2.5.4.3";
pub const EMAIL: &str = "1.2.840.113549.1.9.1";

/// Parts of the TBSCertificate of a v3 certificate by position.
const VERSION: usize = 0;
const SERIAL: usize = 1;
const ALGORITHM: usize = 2;
const ISSUER: usize = 3;
const VALIDITY: usize = 4;
const SUBJECT: usize = 5;
const KEY: usize = 6;
const EXTENSIONS: usize = 7;

/// The whole certificate.
#[derive(Clone)]
pub struct Leaf(pub Der);

impl Leaf {
    pub fn read(der: &[u8]) -> Self {
        Self(Der::read(der))
    }

    pub fn encode(&self) -> Vec<u8> {
        self.0.encode()
    }

    pub fn tbs(&mut self) -> &mut Der {
        &mut self.0.parts()[0]
    }

    pub fn outer_algorithm(&mut self) -> &mut Der {
        &mut self.0.parts()[1]
    }

    pub fn signature(&mut self) -> &mut Der {
        &mut self.0.parts()[2]
    }

    fn part(&mut self, at: usize) -> &mut Der {
        &mut self.tbs().parts()[at]
    }

    pub fn version(&mut self) -> &mut Der {
        self.part(VERSION)
    }

    pub fn serial(&mut self) -> &mut Der {
        self.part(SERIAL)
    }

    pub fn inner_algorithm(&mut self) -> &mut Der {
        self.part(ALGORITHM)
    }

    /// Both AlgorithmIdentifiers of the signature.
    pub fn set_algorithm(&mut self, algorithm: &Der) {
        *self.inner_algorithm() = algorithm.clone();
        *self.outer_algorithm() = algorithm.clone();
    }

    pub fn issuer(&mut self) -> &mut Der {
        self.part(ISSUER)
    }

    pub fn validity(&mut self) -> &mut Der {
        self.part(VALIDITY)
    }

    pub fn set_validity(&mut self, begin: Der, end: Der) {
        *self.validity() = der::sequence([begin, end]);
    }

    pub fn subject(&mut self) -> &mut Der {
        self.part(SUBJECT)
    }

    pub fn spki(&mut self) -> &mut Der {
        self.part(KEY)
    }

    /// Another key, with the subjectKeyIdentifier that follows from it (RFC 5280 4.2.1.2, 1).
    pub fn set_key(&mut self, algorithm: Der, key: &[u8]) {
        *self.spki() = der::sequence([algorithm, der::bit_string(0, key)]);
        let digest = der::octet_string(Sha1::digest(key).to_vec()).encode();
        self.set_extension(SUBJECT_KEY, false, digest);
    }

    /// The list inside `[3]`.
    pub fn extensions(&mut self) -> &mut Vec<Der> {
        self.part(EXTENSIONS).parts()[0].parts()
    }

    fn place(&mut self, id: &str) -> Option<usize> {
        let id = der::oid(id);
        let mut extensions = self.extensions().iter_mut();
        extensions.position(|extension| extension.parts()[0] == id)
    }

    pub fn extension(&mut self, id: &str) -> &mut Der {
        let at = self
            .place(id)
            .unwrap_or_else(|| panic!("no extension {id}"));
        &mut self.extensions()[at]
    }

    pub fn remove_extension(&mut self, id: &str) {
        let at = self
            .place(id)
            .unwrap_or_else(|| panic!("no extension {id}"));
        self.extensions().remove(at);
    }

    pub fn is_critical(&mut self, id: &str) -> bool {
        self.extension(id).parts().len() == 3
    }

    /// Puts the extension in its old place, or at the end.
    pub fn set_extension(&mut self, id: &str, critical: bool, value: Vec<u8>) {
        let new = extension(id, critical, value);
        match self.place(id) {
            Some(at) => self.extensions()[at] = new,
            None => self.extensions().push(new),
        }
    }

    /// A new value under the old criticality.
    pub fn set_value(&mut self, id: &str, value: &Der) {
        let critical = self.is_critical(id);
        self.set_extension(id, critical, value.encode());
    }

    /// Changes an extension's value as a tree.
    pub fn edit(&mut self, id: &str, change: impl FnOnce(&mut Der)) {
        let old = self.extension(id).parts().last_mut().unwrap().content();
        let mut value = Der::read(&old);
        change(&mut value);
        self.set_value(id, &value);
    }

    /// Where an attribute's RDN stands in the subject.
    fn rdn(&mut self, id: &str) -> usize {
        let id = der::oid(id);
        let mut names = self.subject().parts().iter_mut();
        names
            .position(|rdn| rdn.parts()[0].parts()[0] == id)
            .unwrap_or_else(|| panic!("no attribute"))
    }

    /// The value of a subject attribute.
    pub fn attribute(&mut self, id: &str) -> &mut Der {
        let at = self.rdn(id);
        &mut self.subject().parts()[at].parts()[0].parts()[1]
    }

    pub fn attribute_text(&mut self, id: &str) -> String {
        String::from_utf8(self.attribute(id).content()).unwrap()
    }

    /// Another value, as UTF8String.
    pub fn set_text(&mut self, id: &str, value: &str) {
        *self.attribute(id) = der::utf8(value);
    }

    pub fn remove_attribute(&mut self, id: &str) {
        let at = self.rdn(id);
        self.subject().parts().remove(at);
    }

    pub fn repeat_attribute(&mut self, id: &str) {
        let at = self.rdn(id);
        let again = self.subject().parts()[at].clone();
        self.subject().parts().insert(at, again);
    }

    /// A new RDN after the others.
    pub fn add_attribute(&mut self, id: &str, value: Der) {
        self.subject().parts().push(rdn(id, value));
    }
}

/// An RDN with one attribute.
pub fn rdn(id: &str, value: Der) -> Der {
    der::set([der::sequence([der::oid(id), value])])
}

/// An Extension.
pub fn extension(id: &str, critical: bool, value: Vec<u8>) -> Der {
    let mut parts = vec![der::oid(id)];
    if critical {
        parts.push(der::boolean(0xff));
    }
    parts.push(der::octet_string(value));
    der::sequence(parts)
}
