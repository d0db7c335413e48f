//! X.509 values: bytes in, bytes out.
//!
//! Knows RFC 5280, 2986 and their encodings. Deliberately knows no clock, no I/O, no policy:
//! whether a value may be *issued* is decided in [`crate::policy`].

pub mod algorithm;
pub mod any_key;
pub mod certificate;
pub mod certification_request;
pub mod certs_only;
pub mod extension;
pub mod general_name;
pub mod name;
pub mod ocsp;
pub mod oid;
pub mod pem;
pub mod private_key;
pub mod proof_of_possession;
pub mod serial_number;
pub mod signature;
pub mod signed_data;
pub mod spki;
pub mod tbs_cert_list;
pub mod tbs_certificate;
pub mod tlv;
pub mod validity;

#[cfg(test)]
pub(crate) mod test_key;
