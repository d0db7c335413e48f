//! The traits services need from the outside world. Owned by their callers; no driver's type
//! crosses them.

pub mod clock;
pub mod content_seal;
pub mod courier;
pub mod document_files;
pub mod entropy;
pub mod mailer;
pub mod perspectives;
pub mod register;
pub mod resolver;
pub mod returned_mail;
pub mod scanner;
pub mod signer;
pub mod store;
