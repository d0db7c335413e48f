//! Strict DER (X.690), read for the rules alone.
//!
//! Shares nothing with [`crate::pkix`], whose writers the builders use: a mistake there is found
//! here. Nothing is copied, nothing recurses, and every read goes forward, so time is bounded by
//! the length of the input.

/// BOOLEAN.
pub(super) const BOOLEAN: u8 = 0x01;
/// INTEGER.
pub(super) const INTEGER: u8 = 0x02;
/// BIT STRING.
pub(super) const BIT_STRING: u8 = 0x03;
/// OCTET STRING.
pub(super) const OCTET_STRING: u8 = 0x04;
/// NULL.
pub(super) const NULL: u8 = 0x05;
/// OBJECT IDENTIFIER.
pub(super) const OID: u8 = 0x06;
/// ENUMERATED.
pub(super) const ENUMERATED: u8 = 0x0a;
/// UTF8String.
pub(super) const UTF8_STRING: u8 = 0x0c;
/// PrintableString.
pub(super) const PRINTABLE_STRING: u8 = 0x13;
/// TeletexString.
pub(super) const T61_STRING: u8 = 0x14;
/// IA5String.
pub(super) const IA5_STRING: u8 = 0x16;
/// UTCTime.
pub(super) const UTC_TIME: u8 = 0x17;
/// GeneralizedTime.
pub(super) const GENERALIZED_TIME: u8 = 0x18;
/// BMPString.
pub(super) const BMP_STRING: u8 = 0x1e;
/// SEQUENCE.
pub(super) const SEQUENCE: u8 = 0x30;
/// SET.
pub(super) const SET: u8 = 0x31;

/// `[number]` with primitive content.
pub(super) const fn primitive(number: u8) -> u8 {
    0x80 | number
}

/// `[number]` with constructed content.
pub(super) const fn constructed(number: u8) -> u8 {
    0xa0 | number
}

/// Deepest nesting of any object here is 9; a certificate with nameConstraints has it.
const MAX_DEPTH: usize = 16;

/// The bytes are no strict DER, or not of the type looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotDer;

/// One value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tlv<'a> {
    pub(super) tag: u8,
    pub(super) value: &'a [u8],
    /// With tag and length.
    pub(super) raw: &'a [u8],
}

impl<'a> Tlv<'a> {
    pub(super) const fn inside(&self) -> Cursor<'a> {
        Cursor(self.value)
    }
}

/// Reads values one after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn tag(&self) -> Option<u8> {
        self.0.first().copied()
    }

    pub(super) fn any(&mut self) -> Result<Tlv<'a>, NotDer> {
        let whole = self.0;
        let (tag, rest) = whole.split_first().ok_or(NotDer)?;
        if tag & 0x1f == 0x1f || *tag == 0 {
            return Err(NotDer);
        }
        let (length, rest) = length(rest).ok_or(NotDer)?;
        let (value, rest) = rest.split_at_checked(length).ok_or(NotDer)?;
        let used = whole.len().saturating_sub(rest.len());
        self.0 = rest;
        Ok(Tlv {
            tag: *tag,
            value,
            raw: whole.get(..used).ok_or(NotDer)?,
        })
    }

    pub(super) fn take(&mut self, tag: u8) -> Result<Tlv<'a>, NotDer> {
        self.take_if(tag)?.ok_or(NotDer)
    }

    pub(super) fn take_if(&mut self, tag: u8) -> Result<Option<Tlv<'a>>, NotDer> {
        if self.tag() == Some(tag) {
            self.any().map(Some)
        } else {
            Ok(None)
        }
    }

    pub(super) const fn end(&self) -> Result<(), NotDer> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(NotDer)
        }
    }
}

/// The one value `bytes` consist of.
pub(super) fn sole(bytes: &[u8], tag: u8) -> Result<Tlv<'_>, NotDer> {
    let mut cursor = Cursor::new(bytes);
    let found = cursor.take(tag)?;
    cursor.end()?;
    Ok(found)
}

/// Every value of the one SEQUENCE `bytes` consist of.
pub(super) fn items(bytes: &[u8]) -> Result<Vec<Tlv<'_>>, NotDer> {
    let mut cursor = sole(bytes, SEQUENCE)?.inside();
    let mut found = Vec::with_capacity(4);
    while !cursor.is_empty() {
        found.push(cursor.any()?);
    }
    Ok(found)
}

/// Unused bits and octets of a BIT STRING's content, whose unused bits are zero.
pub(super) fn bits(value: &[u8]) -> Result<(u8, &[u8]), NotDer> {
    let (unused, octets) = value.split_first().ok_or(NotDer)?;
    let mask = 1_u8.checked_shl(u32::from(*unused)).ok_or(NotDer)?;
    match octets.last() {
        Some(last) if last & mask.wrapping_sub(1) == 0 => Ok((*unused, octets)),
        None if *unused == 0 => Ok((0, octets)),
        _ => Err(NotDer),
    }
}

/// The octets of a BIT STRING's content that leaves no bit unused.
pub(super) fn octets(value: &[u8]) -> Result<&[u8], NotDer> {
    match bits(value)? {
        (0, octets) => Ok(octets),
        _ => Err(NotDer),
    }
}

/// The magnitude of a non-negative INTEGER's content without its sign octet.
pub(super) fn magnitude(value: &[u8]) -> Result<&[u8], NotDer> {
    match value {
        [0, rest @ ..] if !rest.is_empty() => Ok(rest),
        [first, ..] if *first < 0x80 => Ok(value),
        _ => Err(NotDer),
    }
}

/// Everything in `bytes`, at every depth, is in the one encoding DER permits.
pub(super) fn strict(bytes: &[u8]) -> Result<(), NotDer> {
    let mut open = Vec::with_capacity(MAX_DEPTH);
    open.push(Cursor::new(bytes));
    while let Some(cursor) = open.last_mut() {
        if cursor.is_empty() {
            open.pop();
            continue;
        }
        let found = cursor.any()?;
        if found.tag & 0x20 == 0 {
            content(&found)?;
            continue;
        }
        let universal = found.tag & 0xc0 == 0;
        if universal && found.tag != SEQUENCE && found.tag != SET || open.len() >= MAX_DEPTH {
            return Err(NotDer);
        }
        if found.tag == SET {
            sorted(found.inside())?;
        }
        open.push(found.inside());
    }
    Ok(())
}

/// SET OF is sorted by encoding (X.690 11.6).
fn sorted(mut set: Cursor<'_>) -> Result<(), NotDer> {
    let mut last: &[u8] = &[];
    while !set.is_empty() {
        let found = set.any()?.raw;
        if found < last {
            return Err(NotDer);
        }
        last = found;
    }
    Ok(())
}

fn content(found: &Tlv<'_>) -> Result<(), NotDer> {
    let good = match (found.tag, found.value) {
        (BOOLEAN, value) => matches!(value, [0 | 0xff]),
        (INTEGER | ENUMERATED, [first, second, ..]) => {
            !matches!((first, second), (0, ..0x80) | (0xff, 0x80..))
        }
        (INTEGER | ENUMERATED, value) => !value.is_empty(),
        (NULL, value) => value.is_empty(),
        (OID, value) => is_oid(value),
        (BIT_STRING, value) => bits(value).is_ok(),
        _ => true,
    };
    if good { Ok(()) } else { Err(NotDer) }
}

/// Arcs are whole and in their shortest form (X.690 8.19).
fn is_oid(value: &[u8]) -> bool {
    let ended = value.last().is_some_and(|last| *last < 0x80);
    let mut begins = true;
    ended
        && value.iter().all(|octet| {
            let padded = begins && *octet == 0x80;
            begins = *octet < 0x80;
            !padded
        })
}

fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    if *first < 0x80 {
        return Some((usize::from(*first), rest));
    }
    let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
    let length = match digits {
        [a] => usize::from(*a),
        [a, b] => usize::from(u16::from_be_bytes([*a, *b])),
        [a, b, c] => usize::try_from(u32::from_be_bytes([0, *a, *b, *c])).ok()?,
        [a, b, c, d] => usize::try_from(u32::from_be_bytes([*a, *b, *c, *d])).ok()?,
        _ => return None,
    };
    // The shortest form has no leading zero, and one octet where one is enough.
    if digits.first() == Some(&0) || length < 0x80 {
        return None;
    }
    Some((length, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_two_encodings_is_refused() {
        for good in [
            "3000",
            "0101ff",
            "020100",
            "02020080",
            "0201ff",
            "0500",
            "06032a8648",
            "03020780",
            "030100",
            "3106020101020102",
        ] {
            assert_eq!(strict(&hex::decode(good).unwrap()), Ok(()), "{good}");
        }
        for bad in [
            "308100",
            "3080",
            "0101fe",
            "010100ff",
            "0200",
            "02020001",
            "0202ff80",
            "050100",
            "0600",
            "06018a",
            "06032a8001",
            "0300",
            "030101",
            "03020781",
            "030208ff",
            "3106020102020101",
            "240404020102",
            "1f0100",
            "00",
            "30",
            "3001",
        ] {
            assert_eq!(strict(&hex::decode(bad).unwrap()), Err(NotDer), "{bad}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let mut nested = Vec::new();
        for depth in 1..=20_u8 {
            nested = [&[0x30, (depth - 1) * 2][..], &nested].concat();
            assert_eq!(strict(&nested).is_ok(), depth < 16, "{depth}");
        }
    }

    #[test]
    fn long_lengths_are_shortest() {
        for length in [0x80, 0xff, 0x100, 0xffff, 0x1_0000] {
            let good = crate::pkix::tlv::element(OCTET_STRING, &[&vec![7; length]]);
            assert_eq!(sole(&good, OCTET_STRING).unwrap().value.len(), length);
            assert_eq!(sole(&good, OCTET_STRING).unwrap().raw, good);
        }
        assert!(sole(&[4, 0x82, 0, 0x80], OCTET_STRING).is_err());
    }
}
