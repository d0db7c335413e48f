//! Requests as trees, signed with P-256 keys that never change.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::der::{self, Der};

pub const REQUEST: &str = "CERTIFICATE REQUEST";
pub const EC_PUBLIC_KEY: &str = "1.2.840.10045.2.1";
pub const P256: &str = "1.2.840.10045.3.1.7";
pub const EXTENSION_REQUEST: &str = "1.2.840.113549.1.9.14";

/// A P-256 key made of one octet, 32 times.
pub struct Maker {
    pair: EcdsaKeyPair,
    /// SEC 1.
    pub private: Vec<u8>,
}

impl Maker {
    pub fn new(seed: u8) -> Self {
        let curve = der::context(0, [der::oid(P256)]);
        let scalar = der::octet_string(vec![seed; 32]);
        let private = der::sequence([der::integer(&[1]), scalar, curve]).encode();
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let pair = EcdsaKeyPair::from_private_key_der(algorithm, &private).unwrap();
        Self { pair, private }
    }

    pub fn point(&self) -> Vec<u8> {
        self.pair.public_key().as_ref().to_vec()
    }

    pub fn spki(&self) -> Der {
        spki([der::oid(EC_PUBLIC_KEY), der::oid(P256)], &self.point())
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "nothing here rests on the port of randomness"
    )]
    pub fn sign(&self, info: &[u8]) -> Vec<u8> {
        let signed = self.pair.sign(&SystemRandom::new(), info).unwrap();
        signed.as_ref().to_vec()
    }

    /// The request over this info, whatever it is, with a signature that verifies.
    pub fn signed(&self, info: &Der) -> Der {
        let signature = self.sign(&info.encode());
        request(info.clone(), ecdsa_sha256(), der::bit_string(0, &signature))
    }

    /// An ordinary info with one attribute.
    pub fn info(&self) -> Der {
        let attributes = [extension_request([extension("2.5.29.15", "030205a0")])];
        info(subject("Mallory"), self.spki(), attributes)
    }

    pub fn good(&self) -> Vec<u8> {
        self.signed(&self.info()).encode()
    }
}

pub fn request(info: Der, algorithm: Der, signature: Der) -> Der {
    der::sequence([info, algorithm, signature])
}

pub fn info(subject: Der, spki: Der, attributes: impl Into<Vec<Der>>) -> Der {
    let attributes = der::context(0, attributes);
    der::sequence([der::integer(&[0]), subject, spki, attributes])
}

pub fn subject(name: &str) -> Der {
    der::sequence([rdn("2.5.4.3", der::utf8(name))])
}

pub fn rdn(kind: &str, value: Der) -> Der {
    der::set([der::sequence([der::oid(kind), value])])
}

pub fn spki(algorithm: impl Into<Vec<Der>>, key: &[u8]) -> Der {
    der::sequence([der::sequence(algorithm), der::bit_string(0, key)])
}

pub fn attribute(kind: &str, values: impl Into<Vec<Der>>) -> Der {
    der::sequence([der::oid(kind), der::set(values)])
}

pub fn extension_request(extensions: impl Into<Vec<Der>>) -> Der {
    attribute(EXTENSION_REQUEST, [der::sequence(extensions)])
}

pub fn extension(kind: &str, value: &str) -> Der {
    let value = der::octet_string(hex::decode(value).unwrap());
    der::sequence([der::oid(kind), value])
}

pub fn ecdsa_sha256() -> Der {
    der::sequence([der::oid("1.2.840.10045.4.3.2")])
}

/// RFC 7468 with lines of 64.
pub fn pem(label: &str, der: &[u8]) -> String {
    let digits = STANDARD.encode(der);
    let lines: Vec<&str> = digits
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let body = lines.join("\n");
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
}

/// The octets of a PEM text with one block.
pub fn unpem(text: &str) -> Vec<u8> {
    let lines = text.lines().map(str::trim);
    let body = lines
        .skip_while(|line| !line.starts_with("-----BEGIN"))
        .skip(1);
    let body: String = body.take_while(|line| !line.starts_with('-')).collect();
    STANDARD.decode(body).unwrap()
}
