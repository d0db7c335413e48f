//! Drivers: one outside thing each, behind a port. An adapter knows no other adapter,
//! but for what two of them share: `sql` and `https`.

pub mod clamd;
pub mod dns;
pub mod document_directory;
pub mod https;
pub mod maildir;
pub mod perspectives;
pub mod pkcs11;
pub mod postgres;
pub mod register;
pub mod smtp;
pub mod sql;
pub mod sqlite;
pub mod system;
pub mod templates;
pub mod transcript;
pub mod webhook;
