//! Pure decisions on (facts, now). No I/O, no clock, no randomness, no logging.

pub mod access;
pub mod activation;
pub mod caa;
pub mod case_rules;
pub mod ceremony;
pub mod country;
pub mod csr;
pub mod documents;
pub mod issuance;
pub mod key_policy;
pub mod key_report;
pub mod lint;
pub mod mailbox_address;
pub mod mailbox_code;
pub mod matching;
pub mod needs;
pub mod notices;
pub mod order_path;
pub mod organization_identifier;
pub mod profile;
pub mod registration_number;
pub mod reuse;
pub mod revocation;
pub mod statements;
pub mod status;
pub mod warnings;
