//! What the audit log says. How it is encoded, hashed and stored is the store's part.

pub mod event;
pub mod value;
