//! The outermost layer of DER (X.690): tag, length, value.
//!
//! Reading is strict (definite, shortest lengths; one-byte tags) and never allocates, so a
//! certificate is walked once for all lint rules. Writing cannot fail, which keeps the builders
//! of this module free of impossible errors. It knows no structure of X.509.

use const_oid::ObjectIdentifier;

/// BOOLEAN.
pub const BOOLEAN: u8 = 0x01;
/// INTEGER.
pub const INTEGER: u8 = 0x02;
/// BIT STRING.
pub const BIT_STRING: u8 = 0x03;
/// OCTET STRING.
pub const OCTET_STRING: u8 = 0x04;
/// NULL.
pub const NULL: u8 = 0x05;
/// OBJECT IDENTIFIER.
pub const OID: u8 = 0x06;
/// ENUMERATED.
pub const ENUMERATED: u8 = 0x0a;
/// UTF8String.
pub const UTF8_STRING: u8 = 0x0c;
/// PrintableString.
pub const PRINTABLE_STRING: u8 = 0x13;
/// TeletexString.
pub const T61_STRING: u8 = 0x14;
/// IA5String.
pub const IA5_STRING: u8 = 0x16;
/// UTCTime.
pub const UTC_TIME: u8 = 0x17;
/// GeneralizedTime.
pub const GENERALIZED_TIME: u8 = 0x18;
/// UniversalString.
pub const UNIVERSAL_STRING: u8 = 0x1c;
/// BMPString.
pub const BMP_STRING: u8 = 0x1e;
/// SEQUENCE.
pub const SEQUENCE: u8 = 0x30;
/// SET.
pub const SET: u8 = 0x31;

/// The tag of `[number]` with primitive content; `number` below 31.
#[must_use]
pub const fn primitive(number: u8) -> u8 {
    0x80 | number
}

/// The tag of `[number]` with constructed content; `number` below 31.
#[must_use]
pub const fn constructed(number: u8) -> u8 {
    0xa0 | number
}

/// The bytes are no strict DER, or not the structure that was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed DER")]
pub struct Malformed;

/// One value with its tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    /// The identifier octet.
    pub tag: u8,
    /// Content octets.
    pub value: &'a [u8],
    /// The whole encoding, tag and length included.
    pub raw: &'a [u8],
}

impl<'a> Element<'a> {
    /// Walks the content.
    #[must_use]
    pub const fn reader(&self) -> Reader<'a> {
        Reader(self.value)
    }

    /// The magnitude of a non-negative INTEGER without its sign octet; zero is one zero octet.
    ///
    /// # Errors
    /// When it is no INTEGER, negative or not shortest.
    pub fn unsigned(&self) -> Result<&'a [u8], Malformed> {
        match (self.tag, self.value) {
            (INTEGER, [0, rest @ ..]) if rest.first().is_some_and(|b| b & 0x80 != 0) => Ok(rest),
            (INTEGER, [0]) => Ok(self.value),
            (INTEGER, [first, ..]) if (1..0x80).contains(first) => Ok(self.value),
            _ => Err(Malformed),
        }
    }

    /// # Errors
    /// When it is no OBJECT IDENTIFIER this program can hold.
    pub fn oid(&self) -> Result<ObjectIdentifier, Malformed> {
        if self.tag != OID {
            return Err(Malformed);
        }
        ObjectIdentifier::from_bytes(self.value).map_err(|_| Malformed)
    }

    /// Number of unused bits, and the octets.
    ///
    /// # Errors
    /// When it is no BIT STRING, or its unused bits are not zero.
    pub fn bit_string(&self) -> Result<(u8, &'a [u8]), Malformed> {
        let (unused, bits) = self.value.split_first().ok_or(Malformed)?;
        let tail = bits.last().copied().unwrap_or(0);
        let padded = *unused < 8 && u16::from(tail) & ((1 << *unused) - 1) == 0;
        if self.tag != BIT_STRING || !padded || (bits.is_empty() && *unused != 0) {
            return Err(Malformed);
        }
        Ok((*unused, bits))
    }

    /// The octets of a BIT STRING that holds whole octets.
    ///
    /// # Errors
    /// When it is no such BIT STRING.
    pub fn bit_octets(&self) -> Result<&'a [u8], Malformed> {
        match self.bit_string()? {
            (0, octets) => Ok(octets),
            _ => Err(Malformed),
        }
    }

    /// # Errors
    /// When it is no DER BOOLEAN (`00` or `FF`).
    pub const fn boolean(&self) -> Result<bool, Malformed> {
        match (self.tag, self.value) {
            (BOOLEAN, [0]) => Ok(false),
            (BOOLEAN, [0xff]) => Ok(true),
            _ => Err(Malformed),
        }
    }
}

/// Reads elements one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Nothing is left.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tag of the next element, if there is one.
    #[must_use]
    pub fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// # Errors
    /// When nothing is left, the length is not shortest or goes beyond the end, or the tag has
    /// more than one octet.
    pub fn any(&mut self) -> Result<Element<'a>, Malformed> {
        let all = self.0;
        let (tag, rest) = all.split_first().ok_or(Malformed)?;
        if tag & 0x1f == 0x1f || *tag == 0 {
            return Err(Malformed);
        }
        let (length, rest) = length(rest)?;
        let (value, rest) = rest.split_at_checked(length).ok_or(Malformed)?;
        let raw = all.get(..all.len() - rest.len()).ok_or(Malformed)?;
        self.0 = rest;
        Ok(Element {
            tag: *tag,
            value,
            raw,
        })
    }

    /// The next element, which must have this tag.
    ///
    /// # Errors
    /// As [`Reader::any`], or when the tag is another.
    pub fn expect(&mut self, tag: u8) -> Result<Element<'a>, Malformed> {
        self.optional(tag)?.ok_or(Malformed)
    }

    /// The next element if it has this tag.
    ///
    /// # Errors
    /// As [`Reader::any`].
    pub fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>, Malformed> {
        if self.peek() == Some(tag) {
            self.any().map(Some)
        } else {
            Ok(None)
        }
    }

    /// # Errors
    /// When something is left.
    pub const fn finish(self) -> Result<(), Malformed> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Malformed)
        }
    }
}

/// The single element `bytes` consists of.
///
/// # Errors
/// When it has another tag or something follows it.
pub fn only(bytes: &[u8], tag: u8) -> Result<Element<'_>, Malformed> {
    let mut reader = Reader::new(bytes);
    let element = reader.expect(tag)?;
    reader.finish()?;
    Ok(element)
}

/// Every element in `bytes`.
///
/// # Errors
/// When `bytes` is no sequence of elements.
pub fn all(bytes: &[u8]) -> Result<Vec<Element<'_>>, Malformed> {
    let mut reader = Reader::new(bytes);
    let mut elements = Vec::new();
    while !reader.is_empty() {
        elements.push(reader.any()?);
    }
    Ok(elements)
}

/// Checks that `bytes` is one element in DER at every level that can be seen without a schema:
/// lengths, primitive and constructed forms, the one encoding of BOOLEAN, INTEGER, NULL, OBJECT
/// IDENTIFIER and BIT STRING, and whole characters of UTF-8, UCS-2 and UCS-4. The order of a SET
/// OF is left alone, because tools of the field do not sort, and so is which characters a string
/// may have.
///
/// # Errors
/// When it is not, or has more than `depth` levels. Work is linear in the bytes times `depth`.
pub fn strict(bytes: &[u8], depth: u8) -> Result<(), Malformed> {
    let mut reader = Reader::new(bytes);
    let element = reader.any()?;
    reader.finish()?;
    strict_element(&element, depth)
}

/// One element whose content is the concatenation of `parts`.
#[must_use]
pub fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    let mut out = Vec::with_capacity(length + 6);
    out.push(tag);
    push_length(&mut out, length);
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// A SEQUENCE of `parts`.
#[must_use]
pub fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(SEQUENCE, parts)
}

/// A non-negative INTEGER from its big-endian magnitude.
#[must_use]
pub fn integer(magnitude: &[u8]) -> Vec<u8> {
    let zeros = magnitude.iter().take_while(|b| **b == 0).count();
    let digits = magnitude.get(zeros..).unwrap_or_default();
    match digits.first() {
        Some(first) if first & 0x80 == 0 => element(INTEGER, &[digits]),
        _ => element(INTEGER, &[&[0], digits]),
    }
}

/// A BIT STRING of whole octets.
#[must_use]
pub fn bit_string(octets: &[u8]) -> Vec<u8> {
    element(BIT_STRING, &[&[0], octets])
}

/// An OBJECT IDENTIFIER.
#[must_use]
pub fn oid(oid: &ObjectIdentifier) -> Vec<u8> {
    element(OID, &[oid.as_bytes()])
}

fn strict_element(element: &Element<'_>, depth: u8) -> Result<(), Malformed> {
    let is_universal = element.tag & 0xc0 == 0;
    let is_constructed = element.tag & 0x20 != 0;
    match element.tag {
        // Strings in parts are BER; a SEQUENCE or SET has parts only (X.690 10.2, 8.9, 8.11).
        0x10 | 0x11 => Err(Malformed),
        SEQUENCE | SET => strict_parts(element, depth),
        _ if is_universal && is_constructed => Err(Malformed),
        _ if is_constructed => strict_parts(element, depth),
        BOOLEAN => element.boolean().map(drop),
        INTEGER | ENUMERATED => match element.value {
            [] | [0, 0..=0x7f, ..] | [0xff, 0x80..=0xff, ..] => Err(Malformed),
            _ => Ok(()),
        },
        BIT_STRING => element.bit_string().map(drop),
        NULL if !element.value.is_empty() => Err(Malformed),
        OID if !is_oid(element.value) => Err(Malformed),
        UTF8_STRING if str::from_utf8(element.value).is_err() => Err(Malformed),
        BMP_STRING if !element.value.len().is_multiple_of(2) => Err(Malformed),
        UNIVERSAL_STRING if !element.value.len().is_multiple_of(4) => Err(Malformed),
        _ => Ok(()),
    }
}

fn strict_parts(element: &Element<'_>, depth: u8) -> Result<(), Malformed> {
    let depth = depth.checked_sub(1).ok_or(Malformed)?;
    let mut reader = element.reader();
    while !reader.is_empty() {
        strict_element(&reader.any()?, depth)?;
    }
    Ok(())
}

/// Arcs in base 128, none empty and none with a leading zero digit (X.690 8.19.2).
fn is_oid(value: &[u8]) -> bool {
    let starts = std::iter::once(&0).chain(value);
    let padded = starts
        .zip(value)
        .any(|(before, digit)| *before < 0x80 && *digit == 0x80);
    !padded && value.last().is_some_and(|last| *last < 0x80)
}

fn length(bytes: &[u8]) -> Result<(usize, &[u8]), Malformed> {
    let (first, rest) = bytes.split_first().ok_or(Malformed)?;
    if *first < 0x80 {
        return Ok((usize::from(*first), rest));
    }
    let count = usize::from(first & 0x7f);
    let (digits, rest) = rest.split_at_checked(count).ok_or(Malformed)?;
    if !(1..=4).contains(&count) || digits.first() == Some(&0) {
        return Err(Malformed);
    }
    let length = digits
        .iter()
        .fold(0_usize, |sum, digit| (sum << 8) | usize::from(*digit));
    if length < 0x80 {
        return Err(Malformed);
    }
    Ok((length, rest))
}

fn push_length(out: &mut Vec<u8>, length: usize) {
    let digits = length.to_be_bytes();
    let zeros = digits.iter().take_while(|b| **b == 0).count();
    let digits = digits.get(zeros..).unwrap_or_default();
    match digits {
        [] => out.push(0),
        [one] if *one < 0x80 => out.push(*one),
        more => {
            out.push(0x80 | u8::try_from(more.len()).unwrap_or(0));
            out.extend_from_slice(more);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_shortest_both_ways() {
        for length in [0, 1, 127, 128, 255, 256, 65_535, 65_536] {
            let content = vec![7; length];
            let encoded = element(OCTET_STRING, &[&content]);
            let read = only(&encoded, OCTET_STRING).unwrap();
            assert_eq!(read.value, content);
            assert_eq!(read.raw, encoded);
        }
        for bad in [
            &b"\x04\x81\x01a"[..],
            b"\x04\x80a\0\0",
            b"\x04\x82\0\x80",
            b"\x04\x02a",
            b"\x1f\x01a",
            b"\x04",
            b"",
        ] {
            assert_eq!(Reader::new(bad).any(), Err(Malformed), "{bad:02x?}");
        }
    }

    #[test]
    fn integers_are_unsigned_and_shortest() {
        assert_eq!(integer(&[]), [2, 1, 0]);
        assert_eq!(integer(&[0, 0, 0x7f]), [2, 1, 0x7f]);
        assert_eq!(integer(&[0x80]), [2, 2, 0, 0x80]);
        for bad in [&[2, 0][..], &[2, 1, 0x80], &[2, 2, 0, 1]] {
            assert!(only(bad, INTEGER).unwrap().unsigned().is_err());
        }
    }

    #[test]
    fn strictness_reaches_every_level() {
        let wrapped = |inner: &[u8]| element(constructed(0), &[&sequence(&[inner])]);
        for good in [
            &b"\x01\x01\xff"[..],
            b"\x02\x01\x80",
            b"\x02\x02\x00\x80",
            b"\x05\x00",
            b"\x06\x03\x2a\x83\x01",
            b"\x0c\x00",
        ] {
            assert_eq!(strict(&wrapped(good), 2), Ok(()), "{good:02x?}");
            assert_eq!(strict(&wrapped(good), 1), Err(Malformed));
        }
        for bad in [
            &b"\x01\x01\x01"[..],
            b"\x02\x00",
            b"\x02\x02\x00\x7f",
            b"\x02\x02\xff\x80",
            b"\x05\x01\x00",
            b"\x06\x00",
            b"\x06\x03\x2a\x80\x01",
            b"\x06\x02\x2a\x81",
            b"\x0c\x81\x00",
            b"\x10\x00",
            b"\x24\x02\x04\x00",
            b"\x30\x80\x00\x00",
            b"\x03\x02\x01\x01",
            b"\x0c\x01\xff",
            b"\x1e\x01\x41",
            b"\x1c\x02\x00\x41",
        ] {
            assert_eq!(strict(&wrapped(bad), 2), Err(Malformed), "{bad:02x?}");
        }
    }

    #[test]
    fn bit_strings_have_zero_padding() {
        assert_eq!(
            only(&[3, 2, 5, 0xa0], BIT_STRING).unwrap().bit_string(),
            Ok((5, &[0xa0][..]))
        );
        for bad in [&[3, 2, 5, 0xb0][..], &[3, 1, 1], &[3, 2, 8, 0], &[3, 0]] {
            assert!(only(bad, BIT_STRING).unwrap().bit_string().is_err());
        }
    }
}
