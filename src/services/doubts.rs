//! Verified data in doubt: stopped by one of the CA's people, taken back or ended by two, and what
//! was issued on it named and revoked in small lots.
//!
//! Activations need no word here: the data's version moves, so an intent that rests on it is
//! judged again and finds it stopped (I8).

use std::sync::Arc;

use crate::{
    domain::{
        aggregate::{Changed, Loaded, Version},
        id::{NotificationId, SubjectDataId},
        notification::{Notification, Topic},
        owner::Role,
        refusal::Refused,
        subject_data::{
            SubjectData, SubjectDataState,
            doubt::{Aim, Finding},
        },
        timestamp::Timestamp,
        unit::{Aggregate, Rest, Unit},
    },
    policy::{
        access::{OfficerScope, ReadScope, RevocationScope},
        revocation::ON_DATA_WITHIN,
    },
    ports::{
        clock::Clock,
        entropy::{Entropy, random},
        store::{
            Page, Store,
            issuance::{Certificates, RestsOn},
            registration::SubjectDataSets,
        },
    },
    services::{
        certificates::Judged,
        request::{Stopped, decide, require_version},
        revocations::{Lot, Revocations},
    },
};

/// Certificates that one call revokes at most: one unit of work.
pub const LOT: u32 = 50;

/// What the service needs; wired once.
pub struct Parts {
    pub store: Arc<dyn Store>,
    pub sets: Arc<dyn SubjectDataSets>,
    pub certificates: Arc<dyn Certificates>,
    pub rests: Arc<dyn RestsOn>,
    pub revocations: Revocations,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
}

/// The service.
#[derive(Clone)]
pub struct Doubts(Arc<Parts>);

/// Data with the version that whoever settles a doubt of it must name.
#[derive(Clone, Debug)]
pub struct Doubted {
    pub data: SubjectData,
    pub version: Version,
    /// How many certificates that are valid rest on it.
    pub certificates: u64,
}

impl Doubted {
    /// By when these must be revoked, unless two people find the doubt mistaken before.
    #[must_use]
    pub fn revoke_by(&self) -> Option<Timestamp> {
        let since = self.data.doubted_at.filter(|_| self.certificates > 0);
        since.map(|since| since.plus(ON_DATA_WITHIN))
    }
}

/// How far an aim of two people has come.
#[derive(Clone, Debug)]
pub enum Progress {
    /// Another person must do it.
    Proposed(Doubted),
    Done(Doubted),
}

impl Doubts {
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// How the data stands.
    ///
    /// # Errors
    /// 404, 503.
    pub async fn read(&self, scope: &ReadScope, id: SubjectDataId) -> Result<Doubted, Refused> {
        let set = self.load(scope, id).await?;
        let certificates = self.resting_count(id, self.0.clock.now()).await?;
        Ok(Doubted {
            version: set.version(),
            data: (*set).clone(),
            certificates,
        })
    }

    /// Stops verified data at once, whatever its version: to stop is never wrong.
    ///
    /// # Errors
    /// 404, 409 `data-set-state-conflict` unless verified, or withdrawn after that.
    pub async fn suspend(
        &self,
        scope: &OfficerScope,
        id: SubjectDataId,
        found: &Finding,
    ) -> Result<Doubted, Refused> {
        decide(async || {
            let now = self.0.clock.now();
            let changed = self.load(&scope.read(), id).await?.suspend(found, now)?;
            let topic = Some(Topic::DataSuspended);
            self.store(scope, changed, topic, now).await
        })
        .await
    }

    /// The first person proposes, the second one, an officer, does it: each on the version that
    /// they have seen, for what was found since may speak against it.
    ///
    /// # Errors
    /// 404; 412 when the data has changed since `seen`; 403 `same-officer`, `second-officer-required`; 409 `data-set-state-conflict`.
    pub async fn pursue(
        &self,
        scope: &OfficerScope,
        id: SubjectDataId,
        seen: Version,
        aim: Aim,
        found: &Finding,
    ) -> Result<Progress, Refused> {
        decide(async || {
            let now = self.0.clock.now();
            let set = self.load(&scope.read(), id).await?;
            require_version(set.version(), Some(seen))?;
            let proposed = set.proposed.as_ref().filter(|known| known.what == aim);
            if proposed.is_none() {
                let changed = set.propose(aim, found, now)?;
                let stored = self.store(scope, changed, None, now).await?;
                return Ok(Progress::Proposed(stored));
            }
            let settled = set.settle(aim, found, now)?;
            if scope.role() != Role::ValidationOfficer {
                return Err(Refused::forbidden("second-officer-required").into());
            }
            let topic = match aim {
                Aim::Resume => Topic::DataResumed,
                Aim::Invalidate => Topic::DataInvalidated,
            };
            let stored = self.store(scope, settled, Some(topic), now).await?;
            Ok(Progress::Done(stored))
        })
        .await
    }

    /// Certificates that rest on the data, newest first.
    ///
    /// # Errors
    /// 404, 503.
    pub async fn resting(
        &self,
        scope: &ReadScope,
        id: SubjectDataId,
        page: &Page,
    ) -> Result<Vec<Judged>, Refused> {
        let set = self.load(scope, id).await?;
        let at = self.0.clock.now();
        let (certificates, id) = (&self.0.certificates, set.id.to_string());
        let data = Aggregate::SubjectData;
        let found = certificates.certificates_resting_on(data, &id, None, page);
        let found = found.await?.into_iter();
        Ok(found.map(|record| Judged { record, at }).collect())
    }

    /// Revokes up to [`LOT`] certificates that rest on stopped data; called again while more are
    /// left or may come: what was recorded before the data was stopped is still signed.
    ///
    /// # Errors
    /// 404; 409 `data-set-state-conflict` while the data can be relied on, or never could; 422
    /// `reason-not-allowed`.
    pub async fn revoke_resting(
        &self,
        scope: &RevocationScope,
        id: SubjectDataId,
        lot: &Lot,
    ) -> Result<(Vec<String>, bool), Refused> {
        decide(async || {
            let now = self.0.clock.now();
            let set = self.load(scope.read(), id).await?;
            if !matches!(
                set.state,
                SubjectDataState::Suspended
                    | SubjectDataState::Rejected
                    | SubjectDataState::Withdrawn
            ) {
                return Err(Refused::state("data-set-state-conflict").into());
            }
            let page = Page {
                limit: LOT.saturating_add(1),
                after: None,
            };
            let on = set.id.to_string();
            let data = Aggregate::SubjectData;
            // Before the look at certificates: an intent that ends between the two is one of them.
            let may_come = self.0.rests.is_rested_on(data, &on).await?;
            let certificates = &self.0.certificates;
            let found = certificates.certificates_resting_on(data, &on, Some(now), &page);
            let mut found = found.await?;
            let has_more = found.len() > usize::try_from(LOT).unwrap_or(usize::MAX);
            found.truncate(usize::try_from(LOT).unwrap_or(usize::MAX));
            let revocations = &self.0.revocations;
            let rest = Rest {
                aggregate: data,
                id: on,
                version: set.version(),
            };
            let revoked = revocations.revoke_lot(scope, lot, &found, rest, now);
            Ok((revoked.await?, has_more || may_come))
        })
        .await
    }

    async fn resting_count(&self, id: SubjectDataId, at: Timestamp) -> Result<u64, Refused> {
        let (certificates, id) = (&self.0.certificates, id.to_string());
        let count = certificates.valid_resting_on(Aggregate::SubjectData, &id, at);
        Ok(count.await?)
    }

    async fn load(
        &self,
        scope: &ReadScope,
        id: SubjectDataId,
    ) -> Result<Loaded<SubjectData>, Refused> {
        let set = self.0.sets.subject_data(scope, id).await?;
        set.ok_or_else(Refused::not_found)
    }

    async fn store(
        &self,
        scope: &OfficerScope,
        changed: Changed<SubjectData>,
        topic: Option<Topic>,
        now: Timestamp,
    ) -> Result<Doubted, Stopped> {
        let (data, version) = (SubjectData::clone(&changed), changed.will_be());
        let certificates = self.resting_count(data.id, now).await?;
        // Its owner has no more use for what it has withdrawn, unless it has ended.
        let topic = topic.filter(|_| data.state != SubjectDataState::Withdrawn);
        let unit = Unit::of(scope.caller(), now, changed).granted(scope.grant());
        let unit = match topic {
            Some(topic) => unit.tells(Notification::raise(
                NotificationId::new(now, random(&*self.0.entropy)?),
                data.owner.clone(),
                topic,
                None,
                data.id,
                now,
            )),
            None => unit,
        };
        self.0.store.commit(unit.reserved()).await?;
        Ok(Doubted {
            data,
            version,
            certificates,
        })
    }
}
