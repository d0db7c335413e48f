//! A refusal on its way to becoming a problem document.
//!
//! A handler does not know the request's id or language; `frame` does, and writes the document.

use std::sync::Arc;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::{
    api::problem,
    domain::refusal::{Class, Fault, Refused},
    policy::access::Denied,
    ports::{entropy::EntropyFailed, store::StoreError},
};

/// Why a request gets no other answer.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub status: u16,
    pub refused: Refused,
    /// The rest of the body was not read: the connection cannot be used again.
    pub close: bool,
}

impl Refusal {
    /// A refusal that only HTTP knows, with its own status.
    #[must_use]
    pub const fn new(status: u16, code: &'static str) -> Self {
        Self {
            status,
            refused: Refused::new(Class::Malformed, code),
            close: false,
        }
    }

    /// 400 for one parameter of the query or one header.
    #[must_use]
    pub fn at(name: &str, code: &'static str) -> Self {
        let fault = Fault {
            pointer: format!("/{name}"),
            code,
        };
        Self::from(Refused {
            faults: vec![fault],
            ..Refused::new(Class::Malformed, code)
        })
    }

    /// Tells the operator, once for each refusal: a count by code and a line of the log.
    pub fn log(&self) {
        let (code, cause) = (self.refused.code, self.refused.cause.as_deref());
        metrics::counter!("chancery_refusals_total", "code" => code).increment(1);
        match self.refused.class {
            Class::Unavailable { .. } => tracing::error!(code, cause, "request failed"),
            _ => tracing::info!(code, status = self.status, "request refused"),
        }
    }

    #[must_use]
    pub const fn closing(mut self) -> Self {
        self.close = true;
        self
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        Self {
            status: problem::status(&refused.class),
            refused,
            close: false,
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Refused::from(error).into()
    }
}

impl From<EntropyFailed> for Refusal {
    fn from(error: EntropyFailed) -> Self {
        Refused::from(error).into()
    }
}

impl From<Denied> for Refusal {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Role => Refused::forbidden("role-forbidden").into(),
            Denied::Inactive => Refused::forbidden("identity-inactive").into(),
            Denied::ActingForMissing => Self::at("Acting-For", "acting-for-missing"),
        }
    }
}

impl IntoResponse for Refusal {
    /// An empty answer that carries the refusal; `frame` gives it its body.
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}
