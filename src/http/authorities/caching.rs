//! A public file as caches want it (RFC 9110 8.8, 13; RFC 9111): a validator, how long it is
//! fresh, and 304 for who has it already.

use std::time::{Duration, UNIX_EPOCH};

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_TYPE, ETAG, EXPIRES, IF_MODIFIED_SINCE, IF_NONE_MATCH,
            LAST_MODIFIED,
        },
    },
    response::Response,
};
use sha2::{Digest, Sha256};

use crate::domain::timestamp::Timestamp;

/// A CA certificate stays what it is under its name.
const CERTIFICATE_LIFE: Duration = Duration::from_secs(86_400);
/// A CRL may have news at any time: caches ask again soon.
const LIST_LIFE: Duration = Duration::from_secs(300);

/// What is served.
pub struct File {
    pub bytes: Vec<u8>,
    pub media_type: &'static str,
    /// thisUpdate and nextUpdate of a CRL.
    pub times: Option<(Timestamp, Timestamp)>,
}

impl File {
    /// The file, or 304 when the request's conditions say that the client has it.
    pub fn answer(self, conditions: &HeaderMap, now: Timestamp) -> Response {
        let tag = format!("\"{}\"", hex::encode(Sha256::digest(&self.bytes)));
        let life = self.life(now);
        let modified = self.times.map(|(this_update, _)| this_update);
        let has_it = is_held(conditions, &tag, modified);
        let mut response = if has_it {
            let mut empty = Response::new(Body::empty());
            *empty.status_mut() = StatusCode::NOT_MODIFIED;
            empty
        } else {
            Response::new(Body::from(self.bytes))
        };
        let headers = response.headers_mut();
        if !has_it {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        }
        // Nothing is to be served beyond its life, not even by a cache that cannot ask again.
        let control = format!("public, max-age={}, must-revalidate", life.as_secs());
        put(headers, CACHE_CONTROL, &control);
        put(headers, EXPIRES, &http_date(now.plus(life)));
        put(headers, ETAG, &tag);
        if let Some(modified) = modified {
            put(headers, LAST_MODIFIED, &http_date(modified));
        }
        response
    }

    /// How long a cache may serve it without asking; never beyond a CRL's nextUpdate.
    fn life(&self, now: Timestamp) -> Duration {
        match self.times {
            None => CERTIFICATE_LIFE,
            Some((_, next_update)) => LIST_LIFE.min(next_update.since(now)),
        }
    }
}

/// RFC 9110 13.2.2: If-None-Match decides alone when it is there.
fn is_held(conditions: &HeaderMap, tag: &str, modified: Option<Timestamp>) -> bool {
    let mut tags = conditions.get_all(IF_NONE_MATCH).iter().peekable();
    if tags.peek().is_some() {
        let tags = tags.filter_map(|value| value.to_str().ok());
        return tags.flat_map(|list| list.split(',')).any(|given| {
            let given = given.trim();
            given == "*" || given.strip_prefix("W/").unwrap_or(given) == tag
        });
    }
    let since = conditions.get(IF_MODIFIED_SINCE);
    let since = since.and_then(|value| httpdate::parse_http_date(value.to_str().ok()?).ok());
    let since = since.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    match (since, modified) {
        (Some(since), Some(modified)) => seconds(modified) <= since.as_secs(),
        _ => false,
    }
}

fn put(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        headers.insert(name, value);
    }
}

fn http_date(at: Timestamp) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds(at)))
}

fn seconds(at: Timestamp) -> u64 {
    u64::try_from(at.seconds()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_millis(1_784_000_000_000)
    }

    fn list(next_update: Timestamp) -> File {
        File {
            bytes: b"list".to_vec(),
            media_type: "application/pkix-crl",
            times: Some((now(), next_update)),
        }
    }

    fn header(response: &Response, name: HeaderName) -> String {
        let value = response.headers().get(name).unwrap();
        value.to_str().unwrap().to_owned()
    }

    #[test]
    fn a_list_is_never_fresh_beyond_its_next_update() {
        for (left, life) in [(1_000_000, 300), (20, 20), (0, 0)] {
            let next = now().plus(Duration::from_secs(left));
            let response = list(next).answer(&HeaderMap::new(), now());
            let control = header(&response, CACHE_CONTROL);
            assert!(control.contains(&format!("max-age={life},")), "{control}");
        }
        let late = now().plus(Duration::from_secs(9));
        let response = list(now()).answer(&HeaderMap::new(), late);
        assert!(header(&response, CACHE_CONTROL).contains("max-age=0,"));
    }

    #[test]
    fn who_has_it_is_told_so() {
        let fresh = || list(now().plus(Duration::from_secs(900)));
        let first = fresh().answer(&HeaderMap::new(), now());
        let (tag, date) = (header(&first, ETAG), header(&first, LAST_MODIFIED));
        let status = |conditions: &[(HeaderName, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in conditions {
                headers.append(name.clone(), value.parse().unwrap());
            }
            fresh().answer(&headers, now()).status().as_u16()
        };
        let listed = format!("\"x\", W/{tag}");
        for (conditions, expected) in [
            (vec![(IF_NONE_MATCH, tag.as_str())], 304),
            (vec![(IF_NONE_MATCH, &listed)], 304),
            (vec![(IF_NONE_MATCH, "*")], 304),
            (vec![(IF_NONE_MATCH, "\"x\"")], 200),
            (vec![(IF_MODIFIED_SINCE, &date)], 304),
            (
                vec![(IF_MODIFIED_SINCE, "Sun, 06 Nov 1994 08:49:37 GMT")],
                200,
            ),
            (vec![(IF_MODIFIED_SINCE, "yesterday")], 200),
            (
                vec![(IF_NONE_MATCH, "\"x\""), (IF_MODIFIED_SINCE, &date)],
                200,
            ),
        ] {
            assert_eq!(status(&conditions), expected, "{conditions:?}");
        }
    }
}
