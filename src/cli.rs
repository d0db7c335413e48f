//! The client programs: what people of the CA type.
//!
//! `chancery` speaks to the daemon over mutual TLS and opens neither its database nor its tokens,
//! only a person's own card ([`card`]); `chancery-ceremony` is offline and its own world ([`ceremony`]).

pub mod audit;
pub mod card;
pub mod case;
pub mod ceremony;
pub mod certificate;
pub mod client;
pub mod command;
pub mod domain;
pub mod fault;
mod frontend;
pub mod jobs;
mod keys;
pub mod lint;
pub mod mail;
pub mod mailbox;
pub mod order;
pub mod ra;
pub mod report;
pub mod token;
pub mod webhook;
