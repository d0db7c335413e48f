//! The proposal of one person and the decision of another.

use super::{CaseView, CaseWork, Ground};
use crate::{
    domain::{
        case::{CaseState, SignedVerdict, Verdict, digest::Step},
        id::{CaseId, JobId},
        job::{JobKind, NewJob},
        mail::MailKind,
        notification::Topic,
        refusal::Refused,
        subject_data::SubjectData,
        text::Text,
        timestamp::Timestamp,
        unit::Unit,
    },
    policy::{
        access::OfficerScope,
        case_rules::{
            facts,
            signature::{self, SignatureInput},
        },
        reuse, warnings,
    },
    ports::entropy::random,
    services::{
        rechecks,
        request::{Request, Stopped, decide},
    },
};

/// A signed word as it came in.
#[derive(Clone, Debug)]
pub struct Word {
    pub verdict: Verdict,
    /// The case digest the person saw and signed.
    pub digest: [u8; 32],
    pub reason: Option<Text<2000>>,
    pub signature: SignatureInput,
}

impl Word {
    /// The word as it is kept.
    #[must_use]
    pub fn of(&self, scope: &OfficerScope, now: Timestamp) -> SignedVerdict {
        SignedVerdict {
            by: scope.person().clone(),
            credential: scope.credential(),
            verdict: self.verdict,
            digest: self.digest,
            signature: self.signature.value.clone(),
            reason: self.reason.clone(),
            at: now,
        }
    }
}

impl CaseWork {
    /// Proposes an outcome.
    ///
    /// # Errors
    /// 404; 409 `check-failed`, those of [`facts::establish`], or the state's code; 412
    /// when the case is no longer what was signed; 403 `officer-signature-invalid`; 422; 503.
    pub async fn propose(
        &self,
        scope: &OfficerScope,
        id: CaseId,
        word: &Word,
        request: &Request<CaseView>,
    ) -> Result<CaseView, Refused> {
        require_reason(word)?;
        decide(|| async move {
            let ground = self.ground(scope, id).await?;
            let case = ground.case.clone();
            let signed = word.of(scope, ground.now);
            let changed = case.propose(signed, ground.digest()?, ground.now)?;
            verify(scope, id, Step::Propose, word)?;
            let mut unit = ground.unit(scope, &changed);
            if word.verdict == Verdict::Approve {
                ground.require_documents_shown()?;
                self.require_undenied(&ground, false).await?;
                let facts = facts::establish(ground.held(), &self.0.terms, ground.now)?;
                unit = unit.lapses_at(reuse::facts_valid_until(&facts));
            }
            let view = ground.after(&changed, &ground.data)?;
            self.commit(scope, request.complete(unit, &view)).await?;
            Ok(view)
        })
        .await
    }

    /// Decides as another person than who proposed or recorded anything. When the two agree, the
    /// data set is verified or rejected in the same unit and its owner is told; when not, the case
    /// goes back to review.
    ///
    /// # Errors
    /// 404; 409 `proposal-missing`, those of [`facts::establish`], or the state's code; 412 when the case is
    /// no longer what was signed; 403 `same-officer`, `officer-signature-invalid`; 503.
    pub async fn decide(
        &self,
        scope: &OfficerScope,
        id: CaseId,
        word: &Word,
        request: &Request<CaseView>,
    ) -> Result<CaseView, Refused> {
        decide(|| async move {
            let ground = self.ground(scope, id).await?;
            let case = ground.case.clone();
            let signed = word.of(scope, ground.now);
            let changed = case.decide(signed, ground.digest()?, ground.now)?;
            verify(scope, id, Step::Decide, word)?;
            if changed.state != CaseState::Decided {
                let view = ground.after(&changed, &ground.data)?;
                let unit = ground.unit(scope, &changed);
                self.commit(scope, request.complete(unit, &view)).await?;
                return Ok(view);
            }
            let unit = ground.unit(scope, &changed);
            let (unit, data) = match word.verdict {
                Verdict::Approve => self.approve(unit, &ground).await?,
                Verdict::Reject => self.reject(unit, &ground, word).await?,
            };
            let view = ground.after(&changed, &data)?;
            self.commit(scope, request.complete(unit, &view)).await?;
            Ok(view)
        })
        .await
    }

    async fn approve(&self, unit: Unit, ground: &Ground) -> Result<(Unit, SubjectData), Stopped> {
        ground.require_documents_shown()?;
        self.require_undenied(ground, false).await?;
        let facts = facts::establish(ground.held(), &self.0.terms, ground.now)?;
        let lapses_at = reuse::facts_valid_until(&facts);
        let verified = ground.data.clone().verify(facts, ground.now)?;
        let data = SubjectData::clone(&verified);
        let warning = NewJob {
            id: JobId::new(ground.now, random(&*self.0.entropy)?),
            kind: JobKind::DataExpiry,
            object: data.id.to_string(),
            slot: "expiry".to_owned(),
            due: warnings::first(lapses_at, &self.0.warnings.data),
        };
        let round = rechecks::round::timer(data.id, &self.0.terms, &*self.0.entropy, ground.now)?;
        let unit = unit.change(verified).job(warning).job(round);
        let unit = unit.lapses_at(lapses_at);
        let unit = self
            .tell(unit, ground, Topic::DataApproved, MailKind::DataApproved)
            .await?;
        Ok((self.tell_ready(unit, ground, &data).await?, data))
    }

    async fn reject(
        &self,
        unit: Unit,
        ground: &Ground,
        word: &Word,
    ) -> Result<(Unit, SubjectData), Stopped> {
        let proposal = ground.case.proposal.as_ref();
        let proposed = proposal.and_then(|word| word.reason.clone());
        let reason = word.reason.clone().or(proposed);
        let rejected = ground.data.clone().reject(reason, ground.now)?;
        let data = SubjectData::clone(&rejected);
        let unit = unit.change(rejected);
        let unit = self
            .tell(unit, ground, Topic::DataRejected, MailKind::DataRejected)
            .await?;
        Ok((unit, data))
    }
}

/// The applicant is told why: a rejection without a reason is not one.
fn require_reason(word: &Word) -> Result<(), Refused> {
    let mut faults = Vec::new();
    if word.verdict == Verdict::Reject && word.reason.is_none() {
        faults.push(crate::domain::refusal::Fault {
            pointer: "/reason".to_owned(),
            code: "member-missing",
        });
    }
    Refused::unless_clean(faults)
}

fn verify(scope: &OfficerScope, id: CaseId, step: Step, word: &Word) -> Result<(), Refused> {
    let (verdict, digest) = (word.verdict, &word.digest);
    signature::verify(scope.spki(), &word.signature, id, step, verdict, digest)
}
