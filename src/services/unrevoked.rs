//! Alarm before what rests on a validation that must not be relied on is revoked too late: the time
//! is the CA's duty (S/MIME BR 4.9.1.1). It counts and warns; people revoke.

use std::{sync::Arc, time::Duration};

use crate::{
    domain::refusal::Refused,
    policy::revocation::{ON_DATA_WITHIN, ON_MAILBOX_WITHIN, Urgency, tally, urgency},
    ports::{
        clock::Clock,
        store::ended::{EndedValidations, Unrevoked},
    },
};

/// Validations of a kind that are looked at, the oldest first.
const LOOKED_AT: u32 = 1_000;

/// Nothing is issued on what has ended, but what was being signed; and no certificate lives longer
/// than 825 days (S/MIME BR 6.3.2). What ended before that has no valid one.
const LOOKED_BACK: Duration = Duration::from_secs(826 * 24 * 3600);

/// What the service needs; wired once.
pub struct Parts {
    pub ended: Arc<dyn EndedValidations>,
    pub clock: Arc<dyn Clock>,
}

/// The service.
#[derive(Clone)]
pub struct UnrevokedWatch(Arc<Parts>);

/// How many validations of a kind have used half, most or all of their time.
pub type Counts = [(Urgency, u32); 3];

impl UnrevokedWatch {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Counts validations that must not be relied on, and on which valid certificates rest, by
    /// how much of the time to revoke these is over.
    ///
    /// # Errors
    /// 503 when the store cannot answer.
    pub async fn watch(&self) -> Result<(), Refused> {
        for (kind, counts) in self.counts().await? {
            for (stage, count) in counts {
                metrics::gauge!(
                    "chancery_validations_unrevoked", "kind" => kind, "used" => stage.name()
                )
                .set(f64::from(count));
            }
        }
        Ok(())
    }

    /// The same as numbers, by kind.
    ///
    /// # Errors
    /// 503 when the store cannot answer.
    pub async fn counts(&self) -> Result<[(&'static str, Counts); 2], Refused> {
        let now = self.0.clock.now();
        let from = now.minus(LOOKED_BACK);
        // The end of a span is not part of it; half of the time is.
        let halfway = |within: Duration| now.minus(within / 2).plus(Duration::from_millis(1));
        let span = from..halfway(ON_DATA_WITHIN);
        let data = self.0.ended.unrevoked_data(span, now, LOOKED_AT).await?;
        let span = from..halfway(ON_MAILBOX_WITHIN);
        let mailboxes = self.0.ended.unrevoked_mailboxes(span, now, LOOKED_AT);
        let mailboxes = mailboxes.await?;
        let judged = |found: &[Unrevoked], within: Duration| {
            tally(found.iter().map(|one| {
                let revoke_by = one.since.plus(within);
                let used = urgency(one.since, revoke_by, now);
                if used >= Some(Urgency::Most) {
                    tracing::error!(
                        validation = one.id,
                        %revoke_by,
                        "certificates rest on what must not be relied on, and their time runs out"
                    );
                }
                used
            }))
        };
        Ok([
            ("data", judged(&data, ON_DATA_WITHIN)),
            ("mailbox", judged(&mailboxes, ON_MAILBOX_WITHIN)),
        ])
    }
}
