//! What a validation case accepts: evidence, outcomes of checks, facts, signatures.
//!
//! Deliberately asks no register and knows no case state: the transitions of
//! [`Case`](crate::domain::case::Case) keep the order of the work.

pub mod actions;
pub mod automatic;
pub mod check;
pub mod crossing;
pub mod deny_list;
pub mod evidence;
pub mod facts;
mod given;
pub mod lookup;
pub mod recheck;
pub mod signature;
pub mod sources;
#[cfg(test)]
mod tests;

use crate::domain::refusal::Fault;

fn fault(pointer: &str, code: &'static str) -> Fault {
    Fault {
        pointer: pointer.to_owned(),
        code,
    }
}
