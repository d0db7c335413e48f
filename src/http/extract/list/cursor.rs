//! Cursors: where a page ended, sealed for who asked, of which list and by which filters.
//!
//! A cursor holds no secret. The seal keeps a client from making up places, and a cursor from
//! being used where it was not given out: for another identity, customer, list or filter. The key
//! outlives a restart, so a walk goes on after one.

use aws_lc_rs::hmac;
use axum::http::request::Parts;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretBox};
use subtle::ConstantTimeEq;

use crate::{
    domain::timestamp::Timestamp,
    http::{
        extract::scope::{ACTING_FOR, authenticated},
        frame::Asked,
        refusal::Refusal,
    },
    ports::store::Cursor,
};

/// Bytes of the seal: 128 bits of HMAC-SHA256.
const SEAL: usize = 16;

/// The key of all seals.
pub struct CursorKey(hmac::Key);

impl CursorKey {
    #[must_use]
    pub fn new(key: &SecretBox<[u8; 32]>) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.expose_secret()))
    }

    /// The seal of a request's cursors; `filters` are its parameters besides `limit` and `cursor`.
    ///
    /// # Errors
    /// 403 when the listener has not authenticated the request.
    pub(super) fn seal(
        &self,
        parts: &Parts,
        mut filters: Vec<(String, String)>,
    ) -> Result<Seal, Refusal> {
        let who = authenticated(parts)?;
        let asked = parts.extensions.get::<Asked>();
        let list = asked.map_or(&parts.uri, |Asked(uri)| uri).path();
        let customer = parts.headers.get(ACTING_FOR);
        filters.sort_unstable();
        let fixed = [
            who.name().as_str().as_bytes(),
            customer.map_or(&b""[..], |value| value.as_bytes()),
            list.as_bytes(),
        ];
        let filters = filters.iter().flat_map(|(name, value)| [name, value]);
        let filters = filters.map(String::as_bytes);
        Ok(self.over(fixed.into_iter().chain(filters)))
    }

    fn over<'a>(&self, parts: impl Iterator<Item = &'a [u8]>) -> Seal {
        let mut context = hmac::Context::with_key(&self.0);
        for part in parts {
            feed(&mut context, part);
        }
        Seal(context)
    }
}

/// Closes and opens the cursors of one kind of request.
#[derive(Clone)]
pub struct Seal(hmac::Context);

impl Seal {
    pub(super) fn close(&self, cursor: &Cursor) -> String {
        let text = format!("{}.{}", cursor.created_at.millis(), cursor.id);
        let mut bytes = self.tag(text.as_bytes()).to_vec();
        bytes.extend_from_slice(text.as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    pub(super) fn open(&self, text: &str) -> Option<Cursor> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let (tag, place) = bytes.split_at_checked(SEAL)?;
        if !bool::from(self.tag(place).ct_eq(tag)) {
            return None;
        }
        let (millis, id) = std::str::from_utf8(place).ok()?.split_once('.')?;
        Some(Cursor {
            created_at: Timestamp::from_millis(millis.parse().ok()?),
            id: id.to_owned(),
        })
    }

    fn tag(&self, place: &[u8]) -> [u8; SEAL] {
        let mut context = self.0.clone();
        feed(&mut context, place);
        let mut tag = [0; SEAL];
        for (to, from) in tag.iter_mut().zip(context.sign().as_ref()) {
            *to = *from;
        }
        tag
    }
}

/// Each part with its length before it, so that no two lists of parts are one text.
fn feed(context: &mut hmac::Context, part: &[u8]) {
    let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
    context.update(&length.to_be_bytes());
    context.update(part);
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn seal(list: &str) -> Seal {
        let key = CursorKey::new(&SecretBox::new(Box::new([7; 32])));
        key.over([list.as_bytes()].into_iter())
    }

    #[test]
    fn a_cursor_comes_back_as_it_went_and_only_where_it_was_given_out() {
        let cursor = Cursor {
            created_at: Timestamp::from_millis(1_760_000_000_123),
            id: "ord_x.y".to_owned(),
        };
        let text = seal("a").close(&cursor);
        assert_eq!(seal("a").open(&text), Some(cursor));
        assert_eq!(seal("b").open(&text), None);
        assert_eq!(seal("a").open("%%"), None);
        assert_eq!(seal("a").open("AAAA"), None);
        for at in 0..text.len() {
            let mut other = text.clone().into_bytes();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            let other = String::from_utf8(other).unwrap();
            assert_eq!(seal("a").open(&other), None, "{other}");
        }
    }
}
