//! Drivers: one outside thing each, behind a port. An adapter knows no other adapter.

pub mod clamd;
pub mod dns;
pub mod document_directory;
pub mod maildir;
pub mod pkcs11;
pub mod register;
pub mod smtp;
pub mod sql;
pub mod sqlite;
pub mod system;
pub mod templates;
pub mod transcript;
pub mod webhook;
