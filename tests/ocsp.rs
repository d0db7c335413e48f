//! OCSP messages before OpenSSL and pkilint, and as hostile input. No daemon: what goes over HTTP
//! stands with the issuing calls. `CHANCERY_CASES` sets how many cases each property gets.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

#[path = "ocsp/judges.rs"]
mod judges;
#[path = "ocsp/properties.rs"]
mod properties;
#[path = "ocsp/world.rs"]
mod world;
