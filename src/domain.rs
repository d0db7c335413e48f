//! Business facts and state machines of the CA. Synchronous; knows no SQL, no wire types, no
//! clock: time and randomness arrive as arguments.

pub mod signing;
pub mod timestamp;
