//! Proof that a private key on the token belongs to the public key of the certificate.

use crate::pkix::{algorithm::SignatureAlgorithm, signature, spki::PublicKey};

/// What the self-test signs. It starts with a letter, never with a SEQUENCE, so it cannot be any
/// TBS structure, and it names its purpose.
pub(super) const MESSAGE: &[u8] =
    b"chancery/self-test/v1: proves possession of a key, nothing else\n";

/// Whether a public key is one that signs with `algorithm`.
pub(super) fn key_fits(algorithm: SignatureAlgorithm, spki_der: &[u8]) -> bool {
    PublicKey::from_spki(spki_der).is_ok_and(|key| signature::fits(&key, algorithm))
}

/// Whether `value` is a signature of `message` under the public key.
pub(super) fn verifies(
    algorithm: SignatureAlgorithm,
    spki_der: &[u8],
    message: &[u8],
    value: &[u8],
) -> bool {
    PublicKey::from_spki(spki_der)
        .is_ok_and(|key| signature::verify(&key, algorithm, message, value).is_ok())
}
