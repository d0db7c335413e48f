//! What a customer pastes as a request: any text, and any octets in the armour of one.

#![no_main]

use base64::{Engine, engine::general_purpose::STANDARD};
use chancery::policy::csr;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    if let Ok(text) = std::str::from_utf8(input) {
        judge(text);
    }
    let (begin, end) = ("-----BEGIN CERTIFICATE REQUEST-----", "-----END CERTIFICATE REQUEST-----");
    let body = STANDARD.encode(input);
    let lines: Vec<&str> = body
        .as_bytes()
        .chunks(64)
        .filter_map(|line| std::str::from_utf8(line).ok())
        .collect();
    judge(&format!("{begin}\n{}\n{end}\n", lines.join("\n")));
});

/// The same text is judged the same twice, and an accepted key is written in one way only.
fn judge(text: &str) {
    match (csr::examine(text), csr::examine(text)) {
        (Ok(one), Ok(other)) => {
            let spki = one.key().to_spki();
            assert_eq!(spki, other.key().to_spki());
            let again = chancery::pkix::spki::PublicKey::from_spki(&spki);
            assert_eq!(again.expect("an accepted key is readable").to_spki(), spki);
        }
        (Err(_), Err(_)) => {}
        _ => panic!("judged once so and once otherwise"),
    }
}
