//! Mail leaves by SMTP (RFC 5321, submission with TLS always) or, for demos and tests, into a
//! directory. The only user of `lettre`.
//!
//! Knows nothing of what a mail says or when it is tried again.

pub mod directory;
pub mod dkim;
mod message;
pub mod relay;

pub use message::{InvalidSender, NotAligned, Sender};
