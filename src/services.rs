//! Use cases: authorize, load, decide, record, act, audit. One function each.
//!
//! A service holds no transaction and knows no driver, no HTTP and no configuration file; its
//! first argument is the scope type it is for.

pub mod arithmetic;
pub mod authority;
pub mod caa;
pub mod cases;
pub mod catalogue;
pub mod certificate_evidence;
pub mod certificates;
pub mod csr_checks;
pub mod documents;
pub mod domains;
pub mod doubts;
pub mod feed;
pub mod identities;
pub mod issuance;
pub mod jobs;
pub mod key_reports;
pub mod keys;
pub mod known_domains;
pub mod lease;
pub mod mailbox_doubts;
pub mod mailboxes;
pub mod mails;
pub mod notifications;
pub mod operation;
mod order_mail;
pub mod orders;
pub mod perspectives;
pub mod problem_reports;
pub mod profiles;
mod readiness;
pub mod reading;
pub mod rechecks;
pub mod registers;
pub mod request;
pub mod retention;
pub mod revocation_lists;
pub mod revocations;
pub mod screening;
pub mod sifting;
pub mod stock;
pub mod subject_data;
pub mod subject_keys;
mod turns;
pub mod unrevoked;
pub mod webhooks;
