//! Use cases: authorize, load, decide, record, act, audit. One function each.
//!
//! A service holds no transaction and knows no driver, no HTTP and no configuration file; its
//! first argument is the scope type it is for.

pub mod cases;
pub mod catalogue;
pub mod lease;
pub mod orders;
pub mod reading;
pub mod request;
