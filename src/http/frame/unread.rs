//! The rest of a body that no handler has read: who refuses early never sees the body, and what
//! is left of it would stand in the way of the connection's next request.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
    http::{
        HeaderValue,
        header::{CONNECTION, EXPECT},
    },
    response::Response,
};
use hyper::body::{Frame, SizeHint};

use crate::http::{extract::body, refusal::Refusal};

/// What is left of a request's body, whoever has it.
pub struct Unread {
    body: Shared,
    /// The client waits for a word before it sends (RFC 9110 10.1.1).
    expects: bool,
}

#[derive(Clone)]
struct Shared(Arc<Mutex<Watched>>);

struct Watched {
    body: Body,
    is_asked: bool,
    is_over: bool,
}

/// The request with a body that is watched.
pub fn watch(request: Request) -> (Request, Unread) {
    let (parts, body) = request.into_parts();
    let shared = Shared(Arc::new(Mutex::new(Watched {
        is_over: body.is_end_stream(),
        is_asked: false,
        body,
    })));
    let unread = Unread {
        body: shared.clone(),
        expects: parts.headers.contains_key(EXPECT),
    };
    (Request::from_parts(parts, Body::new(shared)), unread)
}

impl Unread {
    /// Reads the rest away, within the limits of [`body::ends`]; an answer before the body's end
    /// closes the connection, and says so.
    pub async fn settle(self, mut response: Response) -> Response {
        let refusal = response.extensions().get::<Arc<Refusal>>();
        let closes = refusal.is_some_and(|refusal| refusal.close);
        let (is_over, is_asked) = {
            let watched = self.body.lock();
            (watched.is_over, watched.is_asked)
        };
        if closes || is_over {
            return response;
        }
        let waits = self.expects && !is_asked;
        if waits || !body::ends(Body::new(self.body)).await {
            let headers = response.headers_mut();
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Watched> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HttpBody for Shared {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut watched = self.lock();
        watched.is_asked = true;
        let polled = Pin::new(&mut watched.body).poll_frame(context);
        if let Poll::Ready(None | Some(Err(_))) = &polled {
            watched.is_over = true;
        } else if watched.body.is_end_stream() {
            watched.is_over = true;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.lock().body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.lock().body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(body: Body, expect: bool) -> Request {
        let mut request = Request::new(body);
        if expect {
            let value = HeaderValue::from_static("100-continue");
            request.headers_mut().insert(EXPECT, value);
        }
        request
    }

    fn closes(response: &Response) -> bool {
        response.headers().contains_key(CONNECTION)
    }

    #[tokio::test]
    async fn what_nobody_read_is_read_away_or_the_connection_ends() {
        for (size, expect, close) in [
            (0, false, false),
            (64 * 1024, false, false),
            (64 * 1024, true, true),
            (9 * 1024 * 1024, false, true),
        ] {
            let (request, unread) = watch(request(Body::from(vec![b' '; size]), expect));
            drop(request);
            let response = unread.settle(Response::new(Body::empty())).await;
            assert_eq!(closes(&response), close, "{size} {expect}");
        }
    }

    #[tokio::test]
    async fn a_body_that_was_read_is_left_alone() {
        let (request, unread) = watch(request(Body::from("whole"), true));
        let read = axum::body::to_bytes(request.into_body(), 10).await.unwrap();
        assert_eq!(&read[..], b"whole");
        let response = unread.settle(Response::new(Body::empty())).await;
        assert!(!closes(&response));
    }
}
