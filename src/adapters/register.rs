//! The registers behind `ports::register`: one reader for each, and the one client that all of
//! them go out through ([`egress`]).
//!
//! A reader takes from an answer only what it knows. A member that is missing or of another type
//! is [`LookupOutcome::SchemaChanged`](crate::domain::register::LookupOutcome::SchemaChanged); an
//! answer that did not come whole, or that the register itself calls an error of its own, is
//! `Unavailable`. "Not found" is believed only in the form in which that register says it.

pub mod ceidg;
pub mod companies_house;
pub mod egress;
mod fact;
pub mod gleif;
mod json;
pub mod krs;
pub mod manual;
pub mod regon;
pub mod vies;
mod visit;
pub mod white_list;
mod xml;
