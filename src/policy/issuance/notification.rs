//! What the request of a notification key asks for: the profile by which the CA's own mails are
//! signed (RFC 8550 3 and 4.4).
//!
//! Who certifies the key decides in the end; `policy::mail_signature` judges what came back. Knows
//! nothing of the certificates this CA issues.

use const_oid::ObjectIdentifier;

use crate::pkix::{
    extension::{self, KeyUsageBit},
    general_name::Rfc822Name,
    oid, tlv,
};

/// An extensionRequest (RFC 2985 5.4.2) for a key that signs mails from `mailbox` and nothing
/// else: digitalSignature alone, emailProtection alone, the one address.
#[must_use]
pub fn attribute(mailbox: &Rfc822Name) -> (ObjectIdentifier, Vec<u8>) {
    let wanted = [
        extension::key_usage(&[KeyUsageBit::DigitalSignature]),
        extension::ext_key_usage(&[oid::EMAIL_PROTECTION]),
        extension::subject_alt_name(mailbox),
    ];
    let list: Vec<u8> = wanted.iter().flat_map(|asked| asked.to_der()).collect();
    (oid::EXTENSION_REQUEST, tlv::sequence(&[&list]))
}
