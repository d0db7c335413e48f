//! The TBS of a CRL (RFC 5280 5, S/MIME BR 7.2).
//!
//! Which serials are due on it, and its number, come from the store.

use super::{Draft, IssuerKey, artifact::CrlTbs};
use crate::{
    domain::timestamp::Timestamp,
    pkix::{
        certificate::CaCertificate,
        general_name::HttpUrl,
        tbs_cert_list::{RevokedEntry, TbsCertList},
    },
};

/// All a CRL is made from.
#[derive(Clone, Debug)]
pub struct CrlOrder<'a> {
    pub issuer: &'a CaCertificate,
    pub key: &'a IssuerKey,
    pub this_update: Timestamp,
    pub next_update: Timestamp,
    /// Strictly increasing per scope, from 1.
    pub number: u64,
    /// URL of a partitioned CRL as it stands in the leaves; `None` for a root's full CRL.
    pub scope: Option<&'a HttpUrl>,
    /// In the order they shall stand; no serial twice.
    pub entries: &'a [RevokedEntry],
}

/// Why there is no draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CrlFault {
    #[error("the signing key is not the issuer's")]
    IssuerKey,
    #[error("nextUpdate is not after thisUpdate")]
    Period,
}

/// Builds the draft.
///
/// # Errors
/// When the key is another's or the period is empty.
pub fn draft(order: &CrlOrder<'_>) -> Result<Draft<CrlTbs>, CrlFault> {
    if order.issuer.public_key() != order.key.public() {
        return Err(CrlFault::IssuerKey);
    }
    if order.next_update.whole_second() <= order.this_update.whole_second() {
        return Err(CrlFault::Period);
    }
    let der = TbsCertList {
        issuer: order.issuer,
        algorithm: order.key.algorithm(),
        this_update: order.this_update,
        next_update: order.next_update,
        number: order.number,
        scope: order.scope,
        entries: order.entries,
    }
    .to_der();
    let scope = order.scope.map_or("full", HttpUrl::as_str).to_owned();
    let artifact = CrlTbs {
        der,
        number: order.number,
        scope,
    };
    Ok(Draft::new(artifact, order.key.clone()))
}
