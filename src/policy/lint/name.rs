//! Names as the rules see them (RFC 5280 4.1.2.4, 4.2.1.6).

use std::borrow::Cow;

use super::{
    der::{self, Cursor, NotDer, Tlv},
    oids,
};

/// One attribute of a distinguished name.
#[derive(Clone, Debug)]
pub(super) struct Attribute<'a> {
    pub(super) oid: &'a [u8],
    /// ASN.1 tag of the value.
    pub(super) tag: u8,
    pub(super) value: &'a [u8],
    /// The value as text; what is no UTF-8 is replaced, and a rule of its own says so.
    pub(super) text: Cow<'a, str>,
    /// Position of its RDN.
    pub(super) rdn: usize,
}

/// Walks a `Name`.
pub(super) fn attributes(name: &[u8]) -> Result<Vec<Attribute<'_>>, NotDer> {
    let mut found = Vec::with_capacity(8);
    let mut rdns = der::sole(name, der::SEQUENCE)?.inside();
    let mut rdn = 0;
    while !rdns.is_empty() {
        let mut set = rdns.take(der::SET)?.inside();
        if set.is_empty() {
            return Err(NotDer);
        }
        while !set.is_empty() {
            let mut pair = set.take(der::SEQUENCE)?.inside();
            let oid = pair.take(der::OID)?.value;
            let value = pair.any()?;
            pair.end()?;
            found.push(Attribute {
                oid,
                tag: value.tag,
                value: value.value,
                text: text(&value),
                rdn,
            });
        }
        rdn += 1;
    }
    Ok(found)
}

/// T61String is read as Latin-1, as every tool does.
fn text<'a>(value: &Tlv<'a>) -> Cow<'a, str> {
    match value.tag {
        der::T61_STRING => value.value.iter().map(|octet| char::from(*octet)).collect(),
        der::BMP_STRING => {
            let (pairs, _) = value.value.as_chunks::<2>();
            let units = pairs.iter().map(|pair| u16::from_be_bytes(*pair));
            let read = char::decode_utf16(units);
            read.map(|found| found.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect()
        }
        _ => String::from_utf8_lossy(value.value),
    }
}

/// One `GeneralName`.
#[derive(Clone, Copy, Debug)]
pub(super) struct GeneralName<'a> {
    /// Number of the choice, 0 to 8.
    pub(super) kind: u8,
    pub(super) value: &'a [u8],
    /// Type of an otherName.
    pub(super) other: Option<&'a [u8]>,
}

/// Numbers of the choices the rules name.
pub(super) const OTHER_NAME: u8 = 0;
/// rfc822Name.
pub(super) const RFC822_NAME: u8 = 1;
/// directoryName.
pub(super) const DIRECTORY_NAME: u8 = 4;
/// uniformResourceIdentifier.
pub(super) const URI: u8 = 6;

impl<'a> GeneralName<'a> {
    pub(super) fn read(found: &Tlv<'a>) -> Result<Self, NotDer> {
        let kind = found.tag & 0x1f;
        // otherName, x400Address, directoryName and ediPartyName are constructed.
        let form = if matches!(kind, 0 | 3 | 4 | 5) {
            0xa0
        } else {
            0x80
        };
        if found.tag != form | kind || kind > 8 {
            return Err(NotDer);
        }
        let (other, value) = match kind {
            OTHER_NAME => other_name(found.inside())?,
            DIRECTORY_NAME => {
                attributes(found.value)?;
                (None, found.value)
            }
            _ => (None, found.value),
        };
        Ok(Self { kind, value, other })
    }

    /// A SEQUENCE of names, as the value of an extension.
    pub(super) fn list(value: &'a [u8]) -> Result<Vec<Self>, NotDer> {
        let names = der::items(value)?;
        names.iter().map(Self::read).collect()
    }

    /// The mailbox of an rfc822Name or SmtpUTF8Mailbox.
    pub(super) fn mailbox(&self) -> Option<&'a str> {
        match (self.kind, self.other) {
            (RFC822_NAME, _) | (OTHER_NAME, Some(oids::SMTP_UTF8_MAILBOX)) => {
                std::str::from_utf8(self.value).ok()
            }
            _ => None,
        }
    }

    /// Has one of the two forms of a mailbox.
    pub(super) fn is_mailbox(&self) -> bool {
        self.kind == RFC822_NAME || self.other == Some(oids::SMTP_UTF8_MAILBOX)
    }

    /// A URI over plain http.
    pub(super) fn is_http(&self) -> bool {
        self.kind == URI && self.value.starts_with(b"http://")
    }
}

/// Type and, of a SmtpUTF8Mailbox, the text.
fn other_name(mut fields: Cursor<'_>) -> Result<(Option<&[u8]>, &[u8]), NotDer> {
    let kind = fields.take(der::OID)?.value;
    let wrapped = fields.take(der::constructed(0))?;
    fields.end()?;
    let value = match kind {
        oids::SMTP_UTF8_MAILBOX => der::sole(wrapped.value, der::UTF8_STRING)?.value,
        _ => wrapped.value,
    };
    Ok((Some(kind), value))
}
