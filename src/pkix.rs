//! X.509 values: bytes in, bytes out.
//!
//! Knows RFC 5280, 2986 and their encodings. Deliberately knows no clock, no I/O, no policy:
//! whether a value may be *issued* is decided in [`crate::policy`].

pub mod algorithm;
