//! What the audit log says, and the exact bytes it says it with. Numbering and storing the
//! entries is the committer's part.

pub mod canonical;
pub mod entry;
pub mod event;
pub mod tree;
pub mod value;
