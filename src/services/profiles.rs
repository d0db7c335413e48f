//! Certificate profiles that come, change and go, as entries of the log.

use std::collections::BTreeMap;

use super::request::decide;
use crate::{
    domain::{
        aggregate::Changed, profile::ProfileRecord, refusal::Refused, timestamp::Timestamp,
        unit::Unit,
    },
    policy::access::SystemScope,
    ports::{
        clock::Clock,
        store::{Store, issuance::KnownProfiles},
    },
};

/// Name and SHA-256 of each profile in force.
pub type InForce = BTreeMap<String, [u8; 32]>;

/// Records what differs from what was in force before; nothing when nothing does. Belongs before
/// the first issuance by these profiles.
///
/// # Errors
/// 503 when it cannot be recorded: then nothing may be issued by them.
pub async fn record(
    store: &dyn Store,
    known: &dyn KnownProfiles,
    clock: &dyn Clock,
    scope: SystemScope,
    in_force: &InForce,
) -> Result<(), Refused> {
    decide(|| async {
        let now = clock.now();
        let news = news(known, in_force, now).await?;
        let mut news = news.into_iter();
        let Some(first) = news.next() else {
            return Ok(());
        };
        let unit = Unit::of(scope.caller(), now, first);
        store.commit(news.fold(unit, Unit::change)).await?;
        Ok(())
    })
    .await
}

async fn news(
    known: &dyn KnownProfiles,
    in_force: &InForce,
    now: Timestamp,
) -> Result<Vec<Changed<ProfileRecord>>, Refused> {
    let mut unseen = in_force.clone();
    let mut news = Vec::new();
    for profile in known.known_profiles().await? {
        news.extend(match unseen.remove(&profile.name) {
            Some(sha256) => profile.in_force(sha256, now),
            None => profile.retire(now),
        });
    }
    let added = unseen
        .iter()
        .map(|(name, sha256)| ProfileRecord::add(name, *sha256, now));
    news.extend(added);
    Ok(news)
}
