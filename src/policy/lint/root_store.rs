//! Rules of the root stores' programmes: one file each.

mod apple_issuing_purposes;
mod apple_rfc822_name;
mod apple_root_key;
mod crl_full_without_scope;
mod gmail_key;
mod mozilla_key_kinds;
mod mozilla_root_life;
mod responder_only_purpose;

rules! {
    certificate: [
        mozilla_key_kinds,
        apple_root_key,
        apple_issuing_purposes,
        apple_rfc822_name,
        gmail_key,
        mozilla_root_life,
        responder_only_purpose,
    ],
    list: [
        crl_full_without_scope,
    ],
    request: [
    ],
}
