//! Documents whose retention is over: the entry first, then the bytes. The row stays, so that the
//! digest in a case can be understood for ever.

use super::Documents;
use crate::{
    domain::{
        id::DocumentId,
        job::Job,
        refusal::Refused,
        timestamp::days,
        unit::{Aggregate, Unit},
    },
    policy::access::SystemScope,
    services::{
        jobs,
        request::{Stopped, decide},
    },
};

const SYSTEM: SystemScope = SystemScope::new("retention");

/// How often it is asked whether something still rests on a document.
const LOOK_AGAIN_DAYS: u32 = 30;

impl Documents {
    pub(super) async fn erase_when_over(&self, id: DocumentId, job: &Job) -> Result<(), Refused> {
        if decide(|| self.erase(id, job)).await? {
            // A crash before this: the job is still there, and comes back here.
            self.0.files.remove(id).await?;
            jobs::nothing_to_do(&*self.0.store, job).await?;
        }
        Ok(())
    }

    /// Whether the bytes must go now.
    async fn erase(&self, id: DocumentId, job: &Job) -> Result<bool, Stopped> {
        let (now, store, sets) = (self.0.clock.now(), &*self.0.store, &self.0.sets);
        let Some(document) = sets.document(id).await? else {
            jobs::nothing_to_do(store, job).await?;
            return Ok(false);
        };
        if document.erased_at.is_some() {
            return Ok(true);
        }
        let set = sets
            .subject_data(&SYSTEM.read(), document.subject_data)
            .await?;
        let set = set.ok_or_else(Refused::not_found)?;
        let relied_until = self.relied_until(&set).await?;
        let over = self.retention(&document, &set, relied_until);
        let over = over.unwrap_or_else(|| now.plus(days(LOOK_AGAIN_DAYS)));
        if now < over {
            jobs::put_off(store, job, over).await?;
            return Ok(false);
        }
        let unit = Unit::of(SYSTEM.caller(), now, document.erase(now)).rests_on(
            Aggregate::SubjectData,
            set.id,
            set.version(),
        );
        store.commit(unit).await?;
        Ok(true)
    }
}
