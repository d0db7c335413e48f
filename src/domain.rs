//! Business facts and state machines of the CA. Synchronous; knows no SQL, no wire types, no
//! clock: time and randomness arrive as arguments.
//!
//! Stored is what somebody did; what follows from facts and the clock (`ready`, `expired`, the
//! customer's words) is derived in one place and never stored.

pub mod activation;
pub mod aggregate;
pub mod audit;
pub mod caa;
pub mod case;
pub mod certificate;
pub mod document;
pub mod domain_control;
pub mod feed;
pub mod id;
pub mod idempotency;
pub mod identity;
pub mod intent;
pub mod job;
pub mod kept_text;
pub mod key_checks;
pub mod lint_record;
pub mod mail;
pub mod mailbox;
pub mod notification;
pub mod order;
pub mod owner;
pub mod period;
pub mod problem_report;
pub mod product;
pub mod profile;
pub mod proposed;
pub mod refusal;
pub mod register;
pub mod responder;
pub mod revocation;
pub mod revocation_list;
pub mod signing;
pub mod subject_data;
pub mod subject_key;
pub mod terms;
pub mod text;
pub mod timestamp;
pub mod unit;
pub mod webhook;
