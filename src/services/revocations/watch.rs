//! Alarm before a revocation is late: the time in which a CRL must list it is the CA's duty.

use super::Revocations;
use crate::{
    domain::refusal::Refused,
    policy::revocation::{Urgency, tally, urgency},
};

/// Revocations that are looked at, the oldest first.
const LOOKED_AT: u32 = 1_000;

impl Revocations {
    /// Counts the revocations that no CRL lists yet by how much of their time is over.
    ///
    /// # Errors
    /// 503 when the store cannot answer.
    pub async fn watch(&self) -> Result<(), Refused> {
        let now = self.0.clock.now();
        let waiting = self.0.revocations.unlisted(LOOKED_AT).await?;
        let mut all = Vec::new();
        for revocation in &waiting {
            let found = urgency(revocation.requested_at, revocation.publish_by, now);
            all.push(found);
            if found >= Some(Urgency::Most) {
                tracing::error!(
                    revocation = %revocation.id,
                    publish_by = %revocation.publish_by,
                    "a revocation is on no list and its time runs out"
                );
            }
        }
        for (stage, count) in tally(all) {
            metrics::gauge!("chancery_revocations_unlisted", "used" => stage.name())
                .set(f64::from(count));
        }
        Ok(())
    }
}
