//! `chancery case …`: the work of specialists and officers.

pub mod arguments;
pub mod signature;
pub mod text;
