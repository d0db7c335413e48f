pub mod case;
pub mod ceremony;
