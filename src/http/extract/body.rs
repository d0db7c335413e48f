//! Reading a body that may be too long, too slow or cut off.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, header::CONTENT_LENGTH},
};
use futures_util::StreamExt;

use crate::http::refusal::Refusal;

/// Longest body of an ordinary request (contract).
pub const LIMIT: usize = 64 * 1024;
/// How much of a body that is too long is read, so that the client sees the answer.
const DRAIN: usize = 8 * 1024 * 1024;
/// How long a body may take to arrive.
const DEADLINE: Duration = Duration::from_secs(30);

/// The whole body, at most [`LIMIT`] bytes.
///
/// # Errors
/// 413 `payload-too-large`, 408 `body-timeout`, 400 `body-incomplete`.
pub async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
    match tokio::time::timeout(DEADLINE, collect(headers, body)).await {
        Ok(read) => read,
        Err(_) => Err(Refusal::new(408, "body-timeout").closing()),
    }
}

/// Reads away what nobody wants, so that the client sees the answer: whether the body came to its
/// end within the drain limit, and the connection lives on.
pub async fn ends(body: Body) -> bool {
    let skipped = tokio::time::timeout(DEADLINE, skip(body, 0)).await;
    skipped.unwrap_or(false)
}

async fn collect(headers: &HeaderMap, body: Body) -> Result<Bytes, Refusal> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|v| v.to_str().ok());
    let announced = announced.and_then(|text| text.parse::<u64>().ok());
    let too_large = || Refusal::new(413, "payload-too-large").closing();
    if announced.is_some_and(|length| usize::try_from(length).map_or(true, |n| n > LIMIT)) {
        skip(body, 0).await;
        return Err(too_large());
    }
    let mut stream = body.into_data_stream();
    let mut whole = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Refusal::new(400, "body-incomplete").closing())?;
        if whole.len().saturating_add(chunk.len()) > LIMIT {
            skip(Body::from_stream(stream), whole.len()).await;
            return Err(too_large());
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.into())
}

/// Whether the body came to its end.
async fn skip(body: Body, already: usize) -> bool {
    let (mut stream, mut read) = (body.into_data_stream(), already);
    while let Some(chunk) = stream.next().await {
        let Ok(chunk) = chunk else { return false };
        read = read.saturating_add(chunk.len());
        if read >= DRAIN {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_is_read_to_its_limit_and_not_beyond() {
        let none = HeaderMap::new();
        let exact = read(&none, Body::from(vec![b' '; LIMIT])).await.unwrap();
        assert_eq!(exact.len(), LIMIT);
        let over = read(&none, Body::from(vec![b' '; LIMIT + 1])).await;
        let refusal = over.unwrap_err();
        assert_eq!((refusal.status, refusal.close), (413, true));
    }

    #[tokio::test]
    async fn a_body_is_read_away_to_the_drain_limit() {
        assert!(ends(Body::from(vec![b' '; LIMIT])).await);
        assert!(!ends(Body::from(vec![b' '; DRAIN])).await);
    }
}
