//! The wire types of version 1, shared by the server and the clients.
//!
//! Knows JSON and nothing of HTTP servers, of storage or of use cases.

pub mod acting_for;
pub mod activations;
pub mod cases;
pub mod certificate_evidence;
pub mod certificates;
pub mod csr_checks;
pub mod data_lookups;
pub mod disowned_mailboxes;
pub mod document_kinds;
pub mod domains;
pub mod doubts;
pub mod dry_runs;
pub mod events;
pub mod identity;
pub mod jobs;
pub mod keys;
pub mod lint;
pub mod list;
pub mod lookups;
pub mod mail;
pub mod mailbox;
pub mod mailbox_doubts;
pub mod notifications;
pub mod orders;
pub mod preflight;
pub mod problem;
pub mod problem_reports;
pub mod product;
pub mod rejections;
pub mod revocations;
pub mod subject_data;
pub mod texts;
pub mod token;
pub mod webhooks;
