//! What a handler may ask for. Everything from outside passes here, bounded and strict.

pub mod body;
pub mod idempotency;
pub mod json;
pub mod list;
pub mod members;
pub mod path;
pub mod precondition;
pub mod scope;
pub mod strict;
