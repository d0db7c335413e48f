//! What every SQL database shares: rows of aggregates, queries, the judgement of a batch and its
//! set-based statements. Knows no driver's connections, locks or error codes.

pub mod activation;
pub mod apply;
pub mod audit;
pub mod bookkeeping;
pub mod caa;
pub mod case;
mod case_parts;
pub mod certificate;
pub mod data_lookup;
pub mod document;
pub mod domain_control;
pub mod evidence;
pub mod feed;
pub mod identity;
pub mod intent;
pub mod job;
pub mod json;
pub mod judge;
pub mod kept_text;
pub mod mail;
pub mod mailbox;
pub mod notification;
pub mod order;
mod owner;
pub mod plan;
pub mod profile;
pub mod query;
pub mod request;
pub mod revocation;
pub mod revocation_case;
pub mod statement;
pub mod subject_data;
pub mod subject_key;
pub mod table;
pub mod value;
pub mod webhook;
