//! What every SQL database shares: rows of aggregates, queries, the judgement of a batch, its
//! set-based statements, and the lanes and readers that run them. Knows no driver's connections or
//! error codes: those are what a [`driver::Driver`] brings.

pub mod activation;
pub mod apply;
pub mod audit;
pub mod bookkeeping;
pub mod caa;
pub mod case;
mod case_parts;
pub mod certificate;
pub mod copy;
pub mod data_lookup;
pub mod document;
pub mod domain_control;
pub mod driver;
pub mod evidence;
pub mod fault;
pub mod feed;
pub mod identity;
pub mod intent;
pub mod job;
pub mod json;
pub mod judge;
pub mod kept_text;
pub mod lane;
pub mod mail;
pub mod mailbox;
pub mod migrations;
pub mod notification;
pub mod order;
mod owner;
pub mod plan;
pub mod problem_report;
pub mod profile;
pub mod query;
pub mod readers;
pub mod request;
pub mod responder;
pub mod revocation;
pub mod revocation_case;
pub mod statement;
pub mod store;
pub mod subject_data;
pub mod subject_key;
pub mod table;
pub mod value;
pub mod webhook;
