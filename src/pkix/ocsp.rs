//! Messages of the Online Certificate Status Protocol: RFC 6960 in the profile of RFC 5019, with
//! the nonces of RFC 9654.
//!
//! Knows what is asked and how an answer is written. Deliberately knows neither what the answer is
//! nor who may give it, and no transport.

pub mod cert_id;
pub mod request;
pub mod response;
