//! DER as a tree that may be broken on purpose. Shares nothing with the product: a fault of its
//! encoder or decoder cannot hide behind the same fault here.

/// One element. `Raw` holds whatever bytes a mutation wants in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Der {
    Primitive(u8, Vec<u8>),
    Constructed(u8, Vec<Der>),
    Raw(Vec<u8>),
}

pub const BOOLEAN: u8 = 0x01;
pub const INTEGER: u8 = 0x02;
pub const BIT_STRING: u8 = 0x03;
pub const OCTET_STRING: u8 = 0x04;
pub const OID: u8 = 0x06;
pub const UTF8: u8 = 0x0c;
pub const NUMERIC: u8 = 0x12;
pub const PRINTABLE: u8 = 0x13;
pub const TELETEX: u8 = 0x14;
pub const IA5: u8 = 0x16;
pub const UTC_TIME: u8 = 0x17;
pub const GENERALIZED_TIME: u8 = 0x18;
pub const VISIBLE: u8 = 0x1a;
pub const UNIVERSAL: u8 = 0x1c;
pub const BMP: u8 = 0x1e;
pub const SEQUENCE: u8 = 0x30;
pub const SET: u8 = 0x31;

impl Der {
    /// Reads one element of well-formed DER and all below it.
    pub fn read(der: &[u8]) -> Self {
        let (element, rest) = read_one(der);
        assert!(rest.is_empty(), "trailing bytes in a good certificate");
        element
    }

    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Raw(bytes) => bytes.clone(),
            Self::Primitive(tag, value) => framed(*tag, value),
            Self::Constructed(tag, parts) => framed(*tag, &joined(parts)),
        }
    }

    /// The parts of a constructed element.
    pub fn parts(&mut self) -> &mut Vec<Self> {
        match self {
            Self::Constructed(_, parts) => parts,
            other => panic!("{other:?} has no parts"),
        }
    }

    /// The octets of a primitive element.
    pub fn octets(&mut self) -> &mut Vec<u8> {
        match self {
            Self::Primitive(_, value) => value,
            other => panic!("{other:?} has no octets of its own"),
        }
    }

    /// The value octets, whatever the kind.
    pub fn content(&self) -> Vec<u8> {
        match self {
            Self::Primitive(_, value) => value.clone(),
            Self::Constructed(_, parts) => joined(parts),
            Self::Raw(bytes) => bytes.clone(),
        }
    }

    /// Puts another tag before the same value.
    pub fn retag(&mut self, new: u8) {
        match self {
            Self::Primitive(tag, _) | Self::Constructed(tag, _) => *tag = new,
            Self::Raw(_) => panic!("raw bytes have no tag"),
        }
    }

    /// The same element with a length in more octets than it needs (X.690 10.1 forbids it).
    pub fn with_long_length(&self) -> Self {
        let bytes = self.encode();
        let content = self.content();
        let mut out = vec![bytes[0], 0x84];
        out.extend(u32::try_from(content.len()).unwrap().to_be_bytes());
        out.extend(content);
        Self::Raw(out)
    }

    /// The same element with an indefinite length (X.690 8.1.3.6; not DER).
    pub fn with_indefinite_length(&self) -> Self {
        let mut out = vec![self.encode()[0], 0x80];
        out.extend(self.content());
        out.extend([0, 0]);
        Self::Raw(out)
    }
}

pub fn sequence(parts: impl Into<Vec<Der>>) -> Der {
    Der::Constructed(SEQUENCE, parts.into())
}

pub fn set(parts: impl Into<Vec<Der>>) -> Der {
    Der::Constructed(SET, parts.into())
}

pub fn text(tag: u8, value: &str) -> Der {
    let octets = match tag {
        BMP => value.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        UNIVERSAL => value
            .chars()
            .flat_map(|c| u32::from(c).to_be_bytes())
            .collect(),
        _ => value.as_bytes().to_vec(),
    };
    Der::Primitive(tag, octets)
}

pub fn utf8(value: &str) -> Der {
    text(UTF8, value)
}

pub fn integer(octets: &[u8]) -> Der {
    Der::Primitive(INTEGER, octets.to_vec())
}

pub fn null() -> Der {
    Der::Primitive(5, Vec::new())
}

pub fn boolean(value: u8) -> Der {
    Der::Primitive(BOOLEAN, vec![value])
}

pub fn octet_string(value: impl Into<Vec<u8>>) -> Der {
    Der::Primitive(OCTET_STRING, value.into())
}

pub fn bit_string(unused: u8, octets: &[u8]) -> Der {
    Der::Primitive(BIT_STRING, [&[unused], octets].concat())
}

/// A context-specific primitive element.
pub fn implicit(number: u8, value: impl Into<Vec<u8>>) -> Der {
    Der::Primitive(0x80 | number, value.into())
}

/// A context-specific constructed element.
pub fn context(number: u8, parts: impl Into<Vec<Der>>) -> Der {
    Der::Constructed(0xa0 | number, parts.into())
}

/// From dotted decimal.
pub fn oid(dotted: &str) -> Der {
    let arcs: Vec<u64> = dotted.split('.').map(|arc| arc.parse().unwrap()).collect();
    let first = arcs[0] * 40 + arcs[1];
    let mut out = Vec::new();
    for arc in std::iter::once(first).chain(arcs[2..].iter().copied()) {
        let mut octets = vec![u8::try_from(arc & 0x7f).unwrap()];
        let mut rest = arc >> 7;
        while rest > 0 {
            octets.push(u8::try_from(rest & 0x7f).unwrap() | 0x80);
            rest >>= 7;
        }
        out.extend(octets.iter().rev());
    }
    Der::Primitive(OID, out)
}

/// Bytes written in hexadecimal, blanks allowed.
pub fn hex(digits: &str) -> Der {
    let digits: String = digits.split_whitespace().collect();
    Der::Raw(hex::decode(digits).unwrap())
}

fn joined(parts: &[Der]) -> Vec<u8> {
    parts.iter().flat_map(Der::encode).collect()
}

fn framed(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match value.len() {
        short @ 0..0x80 => out.push(u8::try_from(short).unwrap()),
        long => {
            let octets = u64::try_from(long).unwrap().to_be_bytes();
            let skip = octets.iter().take_while(|octet| **octet == 0).count();
            out.push(0x80 | u8::try_from(8 - skip).unwrap());
            out.extend(&octets[skip..]);
        }
    }
    out.extend(value);
    out
}

fn read_one(der: &[u8]) -> (Der, &[u8]) {
    let (tag, first) = (der[0], usize::from(der[1]));
    let (length, head) = match first {
        0..0x80 => (first, 2),
        _ => {
            let octets = first & 0x7f;
            let length = der[2..2 + octets]
                .iter()
                .fold(0, |sum, octet| sum << 8 | usize::from(*octet));
            (length, 2 + octets)
        }
    };
    let (value, rest) = der[head..].split_at(length);
    if tag & 0x20 == 0 {
        return (Der::Primitive(tag, value.to_vec()), rest);
    }
    let (mut parts, mut left) = (Vec::new(), value);
    while !left.is_empty() {
        let (part, after) = read_one(left);
        parts.push(part);
        left = after;
    }
    (Der::Constructed(tag, parts), rest)
}
