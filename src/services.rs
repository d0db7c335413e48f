//! Use cases: authorize, load, decide, record, act, audit. One function each.
//!
//! A service holds no transaction and knows no driver, no HTTP and no configuration file; its
//! first argument is the scope type it is for.

pub mod cases;
pub mod catalogue;
pub mod documents;
pub mod identities;
pub mod jobs;
pub mod lease;
pub mod mailboxes;
pub mod mails;
pub mod notifications;
pub mod orders;
pub mod reading;
pub mod request;
pub mod subject_data;
