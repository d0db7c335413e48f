//! Query strings: pages, cursors and filters. Nothing unknown is passed over.

use std::ops::Deref;

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use crate::{
    api::list::List,
    domain::timestamp::Timestamp,
    http::{refusal::Refusal, state::AppState},
    ports::store::{Cursor, Page},
};

pub mod cursor;

use cursor::Seal;

const DEFAULT_LIMIT: u32 = 50;
const MOST: u32 = 200;

/// A page and the resource's filters, a type that denies unknown fields.
pub struct Listing<F> {
    pub filter: F,
    pub page: Sought,
}

/// The page that was asked for, and the seal of the next one's cursor.
pub struct Sought {
    page: Page,
    seal: Seal,
}

impl Deref for Sought {
    type Target = Page;

    fn deref(&self) -> &Page {
        &self.page
    }
}

/// A query without pages, a type that denies unknown fields.
pub struct Query<F>(pub F);

/// The parameters of every list, for its OpenAPI text.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by the OpenAPI generator only")]
pub struct Paging {
    /// Items on a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// For lists without filters.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoFilter {}

impl<F: DeserializeOwned> FromRequestParts<AppState> for Listing<F> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Refusal> {
        let mut pairs = pairs(parts.uri.query())?;
        let limit = match take(&mut pairs, "limit") {
            None => DEFAULT_LIMIT,
            Some(text) => read_limit(&text)?,
        };
        let given = take(&mut pairs, "cursor");
        let filter = typed(&pairs)?;
        let seal = app.gate.cursors.seal(parts, pairs)?;
        let after = match given {
            None => None,
            Some(text) => Some(seal.open(&text).ok_or_else(not_ours)?),
        };
        let page = Page { limit, after };
        Ok(Self {
            filter,
            page: Sought { page, seal },
        })
    }
}

impl<F: DeserializeOwned> FromRequestParts<AppState> for Query<F> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Refusal> {
        typed(&pairs(parts.uri.query())?).map(Self)
    }
}

/// A page as the wire has it: `next` when the page is full.
pub fn page<S, T>(
    found: &[S],
    page: &Sought,
    place: impl Fn(&S) -> Cursor,
    wire: impl Fn(&S) -> T,
) -> List<T> {
    let full = usize::try_from(page.limit).is_ok_and(|limit| found.len() >= limit);
    let last = found.last().filter(|_| full);
    to(found, last.map(place).as_ref(), page, wire)
}

/// A page whose use case says where the next one begins.
pub fn to<S, T>(
    found: &[S],
    next: Option<&Cursor>,
    page: &Sought,
    wire: impl Fn(&S) -> T,
) -> List<T> {
    List {
        items: found.iter().map(wire).collect(),
        next: next.map(|cursor| page.seal.close(cursor)),
    }
}

/// A page of a list that is in memory, in its own order: `name` says what the cursor stands on.
///
/// # Errors
/// 400 `cursor-invalid` when the list does not hold what the cursor names.
pub fn cut<T>(
    items: Vec<T>,
    page: &Sought,
    name: impl Fn(&T) -> String,
) -> Result<List<T>, Refusal> {
    let first = match &page.after {
        None => 0,
        Some(cursor) => {
            let at = items.iter().position(|item| name(item) == cursor.id);
            let at = at.ok_or_else(not_ours)?;
            at.saturating_add(1)
        }
    };
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let has_more = items.len().saturating_sub(first) > limit;
    let items: Vec<T> = items.into_iter().skip(first).take(limit).collect();
    let last = items.last().filter(|_| has_more);
    let next = last.map(|item| {
        page.seal.close(&Cursor {
            created_at: Timestamp::EPOCH,
            id: name(item),
        })
    });
    Ok(List { items, next })
}

/// The words of the filter `state`, with commas between them.
///
/// # Errors
/// 400 `parameter-invalid` for one that is no state.
pub fn words<T>(text: Option<&str>, word: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, Refusal> {
    let names = text.unwrap_or_default().split(',');
    let words = names.filter(|name| !name.is_empty()).map(word);
    let words: Option<Vec<T>> = words.collect();
    words.ok_or_else(|| Refusal::at("state", "parameter-invalid"))
}

fn not_ours() -> Refusal {
    Refusal::at("cursor", "cursor-invalid")
}

fn pairs(query: Option<&str>) -> Result<Vec<(String, String)>, Refusal> {
    let query = query.unwrap_or_default();
    let broken = query.split('&').find(|pair| !is_text(pair));
    if let Some(pair) = broken {
        let name = pair.split('=').next().filter(|name| is_text(name));
        return Err(match name {
            Some(name) => Refusal::at(name, "parameter-invalid"),
            None => Refusal::new(400, "parameter-invalid"),
        });
    }
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_str(query).map_err(|_| Refusal::new(400, "parameter-invalid"))?;
    let names = pairs.iter().map(|(name, _)| name);
    match names
        .clone()
        .enumerate()
        .find(|(at, name)| names.clone().take(*at).any(|other| other == *name))
    {
        Some((_, twice)) => Err(Refusal::at(twice, "parameter-invalid")),
        None => Ok(pairs),
    }
}

fn take(pairs: &mut Vec<(String, String)>, name: &str) -> Option<String> {
    let at = pairs.iter().position(|(found, _)| found == name)?;
    Some(pairs.swap_remove(at).1)
}

fn typed<F: DeserializeOwned>(pairs: &[(String, String)]) -> Result<F, Refusal> {
    let broken = |_| Refusal::new(400, "parameter-invalid");
    let text = serde_urlencoded::to_string(pairs).map_err(broken)?;
    let parts = serde_urlencoded::Deserializer::new(form_urlencoded::parse(text.as_bytes()));
    serde_path_to_error::deserialize(parts).map_err(|error| {
        let (at, what) = (error.path().to_string(), error.inner().to_string());
        let stranger = what.strip_prefix("unknown field `");
        match stranger.and_then(|rest| rest.split('`').next()) {
            Some(name) => Refusal::at(name, "unknown-parameter"),
            None => Refusal::at(&at, "parameter-invalid"),
        }
    })
}

fn read_limit(text: &str) -> Result<u32, Refusal> {
    let limit = text.parse().ok().filter(|limit| (1..=MOST).contains(limit));
    limit.ok_or_else(|| Refusal::at("limit", "parameter-invalid"))
}

/// Whether percent-encoding (RFC 3986 2.1) gives UTF-8. The parser below would put replacement
/// characters for what is not, and so look for something that nobody asked for.
fn is_text(encoded: &str) -> bool {
    let mut bytes = encoded.bytes();
    let mut decoded = Vec::with_capacity(encoded.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        let (Some(high), Some(low)) = (digit(), digit()) else {
            return false;
        };
        let Ok(byte) = u8::try_from(high << 4 | low) else {
            return false;
        };
        decoded.push(byte);
    }
    std::str::from_utf8(&decoded).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Filter {
        state: Option<String>,
    }

    fn filter(query: &str) -> Result<Filter, Refusal> {
        typed(&pairs(Some(query))?)
    }

    #[test]
    fn filters_are_strict() {
        assert_eq!(filter("state=a%20b").unwrap().state.unwrap(), "a b");
        assert_eq!(filter("state=%C5%BC+").unwrap().state.unwrap(), "ż ");
        for (query, code) in [
            ("status=x", "unknown-parameter"),
            ("state=a&state=b", "parameter-invalid"),
            ("state=%ff", "parameter-invalid"),
            ("state=%c5", "parameter-invalid"),
            ("state=100%", "parameter-invalid"),
            ("%ff=a", "parameter-invalid"),
        ] {
            let refusal = filter(query).unwrap_err();
            assert_eq!((refusal.status, refusal.refused.code), (400, code));
        }
        assert!(typed::<NoFilter>(&[]).is_ok());
    }

    #[test]
    fn limits_are_1_to_200() {
        assert_eq!(read_limit("200").unwrap(), 200);
        for text in ["0", "201", "-1", "x", ""] {
            assert!(read_limit(text).is_err());
        }
    }

    #[test]
    fn a_list_in_memory_is_cut_into_pages() {
        let all = || vec!["b".to_owned(), "a".to_owned(), "c".to_owned()];
        let seal = cursor::tests::seal("list");
        let page = |limit, after: Option<String>| Sought {
            page: Page {
                limit,
                after: after.map(|text| seal.open(&text).unwrap()),
            },
            seal: seal.clone(),
        };
        let first = cut(all(), &page(2, None), String::clone).unwrap();
        assert_eq!(first.items, ["b", "a"]);
        let second = cut(all(), &page(2, first.next.clone()), String::clone).unwrap();
        assert_eq!((second.items, second.next), (vec!["c".to_owned()], None));
        let exact = cut(all(), &page(3, None), String::clone).unwrap();
        assert_eq!(exact.next, None);
        let gone = cut(vec!["c".to_owned()], &page(2, first.next), String::clone);
        assert_eq!(gone.unwrap_err().refused.code, "cursor-invalid");
    }
}
