//! Chancery: a certificate authority daemon for S/MIME whose issuing keys never leave a
//! PKCS#11 HSM.
//!
//! Layers, top to bottom; a module may use only what stands below it
//! (`tests/architecture.rs` proves it):
//!
//! | layer | modules |
//! |---|---|
//! | L6 composition | [`config`], [`daemon`], [`lifecycle`], [`telemetry`] |
//! | L5 edges | [`api`], [`http`], [`cli`] |
//! | L4 drivers | [`adapters`] |
//! | L3 use cases | [`services`] |
//! | L2 what they need | [`ports`] |
//! | L1 pure decisions | [`policy`] |
//! | L0 values | [`domain`], [`pkix`] |

pub mod adapters;
pub mod api;
pub mod cli;
pub mod config;
pub mod daemon;
pub mod domain;
pub mod http;
pub mod lifecycle;
pub mod pkix;
pub mod policy;
pub mod ports;
pub mod services;
pub mod telemetry;
