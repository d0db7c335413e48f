//! Certificates, lists, keys and numbers in whatever bytes: read or refused, never more.

#![no_main]

use chancery::pkix::{
    any_key::public_key_in, certificate::CertificateView, ocsp::{request::OcspRequest, response::OcspView},
    serial_number::SerialNumber, spki::PublicKey, tbs_cert_list::CrlView,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let _ = CertificateView::parse(input);
    let _ = CrlView::parse(input);
    let _ = OcspRequest::parse(input);
    let _ = OcspView::parse(input);
    let _ = public_key_in(input);
    let _ = SerialNumber::from_bytes(input);
    if let Ok(key) = PublicKey::from_spki(input) {
        assert_eq!(key.to_spki(), input, "one key, one encoding");
    }
});
