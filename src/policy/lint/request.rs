//! The request of an issuing CA (RFC 2986), decoded once for all rules.

use super::{
    der::{self, NotDer},
    key::Key,
    name::{self, Attribute},
};

/// The decoded request.
#[derive(Debug)]
pub struct Request<'a> {
    pub(super) spki: &'a [u8],
    /// As encoded.
    pub(super) version: u8,
    pub(super) subject: Vec<Attribute<'a>>,
    pub(super) key: Key<'a>,
}

impl<'a> Request<'a> {
    /// The error names the part that is not DER of its type.
    pub(super) fn read(der: &'a [u8]) -> Result<Self, &'static str> {
        read(der).map_err(|NotDer| "certification request")
    }
}

fn read(der: &[u8]) -> Result<Request<'_>, NotDer> {
    der::strict(der)?;
    let mut outer = der::sole(der, der::SEQUENCE)?.inside();
    let info = outer.take(der::SEQUENCE)?;
    outer.take(der::SEQUENCE)?;
    der::octets(outer.take(der::BIT_STRING)?.value)?;
    outer.end()?;
    let mut next = info.inside();
    let version = match next.take(der::INTEGER)?.value {
        [version] => *version,
        _ => return Err(NotDer),
    };
    let subject = name::attributes(next.take(der::SEQUENCE)?.raw)?;
    let spki = next.take(der::SEQUENCE)?.raw;
    next.take_if(der::constructed(0))?;
    next.end()?;
    Ok(Request {
        version,
        subject,
        spki,
        key: Key::read(spki)?,
    })
}
